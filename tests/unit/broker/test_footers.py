"""The footers of Parquet files, whatever their length; and how many of them are kept."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from broker.footers import LEAST_BYTES, TAIL_BYTES, FooterCache, read_footer
from bus.wire.objects import RemoteObject


class InMemory:
    """An object that lies here, and how often it was read."""

    def __init__(self, content: bytes) -> None:
        self.content, self.reads = content, 0
        self.size, self.version = len(content), "1"

    def read(self, offset: int, length: int) -> bytes:
        self.reads += 1
        assert 0 <= offset <= offset + length <= self.size
        return self.content[offset : offset + length]


def parquet(columns: int) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table({f"column number {n}": [n] * 100 for n in range(columns)}), sink)
    return sink.getvalue()


@pytest.mark.parametrize(("columns", "reads"), [(1, 1), (2000, 2)])
def test_all_of_a_footer_is_read_and_no_more(columns: int, reads: int) -> None:
    of = InMemory(parquet(columns))
    footer = read_footer(of)
    assert of.content.endswith(footer)
    length = int.from_bytes(footer[-8:-4], "little") + 8
    assert len(footer) == max(length, min(LEAST_BYTES, of.size))
    assert pq.read_metadata(io.BytesIO(b"PAR1" + footer[-length:])).num_columns == columns
    assert of.reads == reads


@pytest.mark.parametrize("content", [b"", b"PAR1", b"x" * 100, b"\xff\xff\xff\x7fPAR1", b"x" * (TAIL_BYTES + 1)])
def test_what_is_no_parquet_is_read_at_its_end_once(content: bytes) -> None:
    of = InMemory(content)
    assert content.endswith(read_footer(of))
    assert of.reads == 1


def test_what_was_used_last_is_kept() -> None:
    footers = FooterCache(most_bytes=100)
    first, second, third = (RemoteObject(name, 1000, "1") for name in "abc")
    footers.keep(first, b"a" * 50)
    footers.keep(second, b"b" * 50)
    assert footers.bytes_of(first, 950, 50) == b"a" * 50
    footers.keep(third, b"c" * 50)
    assert footers.bytes_of(second, 950, 50) is None
    assert footers.bytes_of(first, 990, 5) == b"aaaaa"
    assert footers.bytes_of(first, 949, 5) is None
    assert footers.bytes_of(RemoteObject("a", 1000, "2"), 950, 50) is None
    footers.keep(first, b"x" * 100)
    assert footers.bytes_of(third, 950, 50) is None
    assert footers.bytes_of(first, 900, 1) == b"x"
