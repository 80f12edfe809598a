"""What the owner of the data says of how text files are to be read, in the file beside the data."""

import msgspec


class FileOptions(msgspec.Struct, frozen=True):
    """How one table's text files are to be read. What is None is found out from each file; `null` are the texts that
    stand for nothing, `skip` is the number of lines before the table, `types` are by column."""

    delimiter: str | None = None
    header: bool | None = None
    skip: int | None = None
    encoding: str | None = None
    decimal: str | None = None
    null: tuple[str, ...] = ()
    types: dict[str, str] = {}
