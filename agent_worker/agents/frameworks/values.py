"""What an agent of a framework returns, as text and rows."""

import dataclasses
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from agent_worker.agent_rows import check_kinds
from agent_worker.context import AgentOutput

_ASKING = ("question", "query", "message", "prompt")
_OFFERING = ("suggestions", "options", "choices")


def frame(value: Any) -> pa.Table | None:
    """A frame of pandas, Polars or Arrow as a table; None for anything else."""
    if isinstance(value, pa.Table):
        return value
    if isinstance(value, pa.RecordBatch):
        return pa.Table.from_batches([value])
    pandas, polars = sys.modules.get("pandas"), sys.modules.get("polars")  # who has made one has loaded them
    if pandas is not None and isinstance(value, pandas.DataFrame):
        return _of_pandas(value, pandas)
    if polars is not None and isinstance(value, polars.DataFrame):
        return value.to_arrow()
    return None


def _of_pandas(value: Any, pandas: Any) -> pa.Table:
    """A frame of pandas as an Arrow table, with its index, which may hold the groups, unless that is only a number of
    rows. Raises ValueError."""
    index = value.index
    if isinstance(index, pandas.MultiIndex) or index.name is not None or index.dtype.kind not in "iu":
        value = value.reset_index()
    value = value.set_axis([_column_name(name) for name in value.columns], axis=1)
    for name, column in value.items():
        if column.dtype == object:
            check_kinds(name, column)
    return pa.Table.from_pandas(value, preserve_index=False)


def _column_name(name: Any) -> str:
    """The name of a column as one text; of a column with several levels the texts of all, joined by blanks."""
    return " ".join(str(part) for part in name if part != "") if isinstance(name, tuple) else str(name)


def plain(value: Any) -> Any:
    """A model of Pydantic or a dataclass as a dict; anything else as it is."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return value


def output(value: Any) -> Iterator[AgentOutput]:
    """A final result: a frame or a list of records as rows, a text as itself, one record as a row."""
    table = frame(value)
    if table is not None:
        yield table
        return
    if isinstance(value, str):
        yield value
        return
    value = plain(value)
    rows = [plain(one) for one in value] if isinstance(value, Sequence) and not isinstance(value, bytes) else [value]
    if rows and all(isinstance(row, Mapping) for row in rows):
        yield rows
    elif value is not None and rows:
        yield json.dumps(value, default=str)


def question_of(value: Any) -> tuple[str, list[str]]:
    """The question and suggestions of an interrupt, given as `{"question", "suggestions"}` or any other value."""
    value = plain(value)
    if isinstance(value, Mapping):
        texts = [value[key] for key in _ASKING if isinstance(value.get(key), str)]
        lists = [value[key] for key in _OFFERING if isinstance(value.get(key), list)]
        asked = texts[0] if texts else json.dumps(value, default=str)
        return asked, [str(one) for one in lists[0]] if lists else []
    return (value if isinstance(value, str) else json.dumps(value, default=str)), []
