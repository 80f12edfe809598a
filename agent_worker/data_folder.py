"""The folder of Parquet files that a worker reads."""

from pathlib import Path

SAMPLE_DATA = Path(__file__).parent / "sample_data"


def data_folder(configured: str) -> Path:
    """The folder of the data; the sample data where none is configured."""
    return Path(configured) if configured else SAMPLE_DATA
