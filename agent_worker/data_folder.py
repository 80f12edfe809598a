"""The folder of data that a worker reads."""

from pathlib import Path

from bus.contract.data_place import DataPlace, is_address

SAMPLE_DATA = Path(__file__).parent / "sample_data"


def data_folder(configured: str) -> Path:
    """The folder of the data; the sample data where none is configured."""
    return Path(configured) if configured else SAMPLE_DATA


def data_folders(data: DataPlace) -> tuple[str, ...]:
    """The folders on this machine that the data lie in: none for an address, which a broker serves, but for a user's
    own."""
    own = (data.own,) if data.own else ()
    return own if is_address(data.folder) else (str(data_folder(data.folder)), *own)
