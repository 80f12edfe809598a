"""What an agent says, as events: texts and rows become those that the page shows."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from agent_worker.agent_rows import decoded, like, table_of
from agent_worker.context import AgentContext, AgentOutput
from agent_worker.engine.batches import MAX_ROWS, Packer
from bus.contract.events import Column, Event, ResponseChunk, TableSchema, Warn
from bus.values.arrow_types import logical_type
from bus.values.carried_columns import carry
from bus.values.logical_types import LogicalType


class OutputConverter:
    """One agent's texts and rows. All its rows are one table, of at most `max_rows`; more are cut off, and the agent's
    context and the person are told so."""

    def __init__(self, context: AgentContext, max_rows: int) -> None:
        self._context = context
        self._max_rows = max_rows
        self._sent = 0
        self._schema: pa.Schema | None = None
        self._kinds: list[LogicalType] = []

    def events(self, said: AgentOutput) -> Iterator[Event]:
        """Raises TypeError for what cannot be said, and ValueError for rows with other columns than those before."""
        if isinstance(said, Event):
            yield said
        elif isinstance(said, str):
            yield ResponseChunk("response", str(said))  # of frameworks it may be a class of their own
        else:
            yield from self._rows(self._table(said))

    def _table(self, said: Any) -> pa.Table:
        if isinstance(said, pa.Table):
            return said
        if isinstance(said, pa.RecordBatch):
            return pa.Table.from_batches([said])
        if isinstance(said, Sequence) and all(isinstance(row, Mapping) for row in said):
            return table_of(said)
        what = "a text, rows (a list of dicts, an Arrow table or batch) or an event of bus.contract.events"
        raise TypeError(f"an agent yields {what}, not {said!r:.200}")

    def _rows(self, table: pa.Table) -> Iterator[Event]:
        if self._schema is None:
            if not table.num_columns:
                return
            self._schema = decoded(table.schema)
            self._kinds = [logical_type(field.type) for field in self._schema]
            names = self._schema.names
            yield TableSchema([Column(name, str(kind)) for name, kind in zip(names, self._kinds, strict=True)])
        elif table.num_rows:
            table = self._like_before(table, self._schema)
        taken = self._carried(table.slice(0, self._max_rows - self._sent))
        self._sent += taken.num_rows
        packer = Packer(taken.schema, MAX_ROWS)
        for batch in taken.to_batches():
            yield from packer.add(batch)
        yield from packer.flush()
        if taken.num_rows < table.num_rows and not self._context.truncated:
            self._context.truncated = True
            yield Warn(f"The result was cut off after {self._sent:,} rows, the limit for one question.")

    def _carried(self, table: pa.Table) -> pa.Table:
        columns = [carry(column, kind) for column, kind in zip(table.columns, self._kinds, strict=True)]
        return pa.Table.from_arrays(columns, names=table.column_names) if columns else table

    def _like_before(self, table: pa.Table, schema: pa.Schema) -> pa.Table:
        """The rows with the columns of those before; one that is missing is null."""
        try:
            return like(table, schema)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
            raise ValueError(f"all rows are one table, and these do not fit the first ones: {error}") from error
