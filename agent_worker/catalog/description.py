"""The optional file beside the data in which its owner says what it means.

Deliberately strict: a misspelt column must not lose its synonym in silence.
"""

import difflib
import tomllib
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NoReturn, Protocol

import msgspec

from agent_worker.catalog.files.text.dialect import ENCODINGS
from agent_worker.catalog.files.text.options import FileOptions
from bus.contract.catalog import ROLES, CatalogTable, Description, Example, JoinKey, Measure

SECTIONS = (
    *("measures", "synonyms", "terms", "keys", "default_dates", "roles", "labels", "units"),
    *("notes", "examples", "files"),
)
SHEET_OPTIONS = ("header", "skip")


class DescriptionError(Exception):
    """The file is wrong: the message names file, key, what was expected, and the nearest spelling."""


class DescriptionFile(Protocol):
    """A path, or what is read like one; as a text it is the name that people know."""

    def exists(self) -> bool: ...
    def read_text(self, encoding: str, /) -> str: ...


def read_description(file: DescriptionFile, tables: Sequence[CatalogTable]) -> Description:
    """What the file says, checked against the tables; an empty Description where there is no file.

    Raises DescriptionError.
    """
    columns = {table.name: [column.name for column in table.columns] for table in tables}
    return _Reader(file, columns).read(_content(file))


def read_file_options(
    file: DescriptionFile, names: Sequence[str], sheets: Collection[str] = ()
) -> dict[str, FileOptions]:
    """How text files are to be read, by table; `names` are those that there may be, `sheets` those of workbooks, whose
    cells have types. Raises DescriptionError."""
    section = _content(file).get("files", {})
    reader = _Reader(file, {name: [] for name in names})
    return {table: reader.file_options(table, value, table in sheets) for table, value in section.items()}


def _content(file: DescriptionFile) -> dict[str, Any]:
    if not file.exists():
        return {}
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DescriptionError(f"{file}: not valid TOML: {error}") from error


class _Reader:
    """`columns` are the names of each table's columns."""

    def __init__(self, file: DescriptionFile, columns: dict[str, list[str]]) -> None:
        self._file = file
        self._columns = columns

    def file_options(self, table: str, value: Any, sheet: bool) -> FileOptions:
        where = f"files.{table}"
        self._one_of(where, table, self._columns, "a table")
        for name in self._section(where, value):
            self._one_of(f"{where}.{name}", name, FileOptions.__struct_fields__, "one of the options")
            if sheet:
                self._one_of(f"{where}.{name}", name, SHEET_OPTIONS, "header or skip, as its cells have types")
        if "encoding" in value:
            self._one_of(f"{where}.encoding", value["encoding"], ENCODINGS, f"one of {', '.join(ENCODINGS)}")
        if "decimal" in value:
            self._one_of(f"{where}.decimal", value["decimal"], (".", ","), 'a "." or a ","')
        given = {**value, "null": [value["null"]]} if isinstance(value.get("null"), str) else value
        try:
            return msgspec.convert(given, FileOptions)
        except msgspec.ValidationError as error:
            raise DescriptionError(f"{self._file}: {where}: {error}") from error

    def read(self, content: dict[str, Any]) -> Description:
        for section in content:
            self._one_of(section, section, SECTIONS, "a section")
        measures = tuple(self._measure(name, value) for name, value in self._table(content, "measures").items())
        return Description(
            measures=measures,
            synonyms=self._synonyms(self._table(content, "synonyms"), {measure.name for measure in measures}),
            keys=tuple(self._key(place, ref) for place, ref in self._table(content, "keys").items()),
            default_dates={
                table: self._date(table, column) for table, column in self._table(content, "default_dates").items()
            },
            terms={word: self._text(f"terms.{word}", means) for word, means in self._table(content, "terms").items()},
            roles={
                self._column(f'roles."{place}"', place): self._one_of(f'roles."{place}"', role, ROLES, "a role")
                for place, role in self._table(content, "roles").items()
            },
            labels={table: self._label(table, value) for table, value in self._table(content, "labels").items()},
            units={
                self._column(f'units."{place}"', place): self._text(f'units."{place}"', unit)
                for place, unit in self._table(content, "units").items()
            },
            notes=self._text("notes", content.get("notes", "")),
            examples=self._examples(content.get("examples", [])),
        )

    def _examples(self, value: Any) -> tuple[Example, ...]:
        if not isinstance(value, list):
            self._fail("examples", "expected [[examples]] with question and sql", value)
        return tuple(self._example(f"examples[{at}]", example) for at, example in enumerate(value, 1))

    def _example(self, where: str, value: Any) -> Example:
        if not isinstance(value, dict) or set(value) != {"question", "sql"}:
            self._fail(where, 'expected question = "..." and sql = "..."', value)
        for name, text in value.items():
            if not self._text(f"{where}.{name}", text).strip():
                self._fail(f"{where}.{name}", "expected a text that is not empty", text)
        return Example(value["question"].strip(), value["sql"].strip().rstrip(";"))

    def _measure(self, name: str, value: Any) -> Measure:
        where = f"measures.{name}"
        if not isinstance(value, dict) or set(value) != {"table", "expression"}:
            self._fail(where, 'expected {table = "...", expression = "..."}', value)
        table = self._one_of(f"{where}.table", value["table"], self._columns, "a table")
        return Measure(name, table, self._text(f"{where}.expression", value["expression"]))

    def _synonyms(self, section: dict[str, Any], measures: set[str]) -> dict[str, str]:
        columns = {f"{table}.{column}" for table, names in self._columns.items() for column in names}
        known = {*self._columns, *columns, *measures}
        what = "a table, table.column or measure"
        return {word: self._one_of(f"synonyms.{word}", place, known, what) for word, place in section.items()}

    def _key(self, place: str, ref: Any) -> JoinKey:
        where = f'keys."{place}"'
        table, column = self._place(where, place)
        ref_table, ref_column = self._place(where, ref)
        return JoinKey(table, column, ref_table, ref_column)

    def _date(self, table: str, column: Any) -> str:
        where = f"default_dates.{table}"
        self._one_of(where, table, self._columns, "a table")
        return self._one_of(where, column, self._columns[table], f"a column of {table}")

    def _label(self, table: str, value: Any) -> tuple[str, ...]:
        """One column, or several that name a row together."""
        where = f"labels.{table}"
        self._one_of(where, table, self._columns, "a table")
        names = value if isinstance(value, list) and value else [value]
        return tuple(self._one_of(where, name, self._columns[table], f"a column of {table}") for name in names)

    def _column(self, where: str, place: str) -> str:
        return ".".join(self._place(where, place))

    def _place(self, where: str, place: Any) -> tuple[str, str]:
        table, dot, column = self._text(where, place).partition(".")
        if not dot:
            self._fail(where, "expected table.column", place)
        self._one_of(where, table, self._columns, "a table")
        return table, self._one_of(where, column, self._columns[table], f"a column of {table}")

    def _table(self, content: dict[str, Any], section: str) -> dict[str, Any]:
        return self._section(section, content.get(section, {}))

    def _section(self, where: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            self._fail(where, f"expected a section [{where}]", value)
        return value

    def _text(self, where: str, value: Any) -> str:
        if not isinstance(value, str):
            self._fail(where, "expected a text", value)
        return value

    def _one_of(self, where: str, value: Any, known: Iterable[str], what: str) -> str:
        text, names = self._text(where, value), sorted(known)
        if text not in names:
            near = difflib.get_close_matches(text, names, 1, 0.5)
            self._fail(where, f"expected {what}" + (f"; did you mean {near[0]!r}?" if near else ""), value)
        return text

    def _fail(self, where: str, expectation: str, value: Any) -> NoReturn:
        raise DescriptionError(f"{self._file}: {where} = {value!r}: {expectation}")
