"""Addresses of data: which are taken, and what of them may be seen."""

import pytest

from bus.contract.data_place import is_address, shown_address, why_unusable


@pytest.mark.parametrize(
    "address",
    [
        "s3://bucket",
        "s3://bucket/deep/prefix/",
        "s3://bucket/p?region=eu-west-1&endpoint_override=127.0.0.1:9000&scheme=http&anonymous=true",
        "gs://bucket/p?anonymous=true",
        "az://container/p?account=mine",
        "https://example.org/a/b.parquet",
        "https://example.org/b.parquet?X-Signature=abc",
        "http://[::1]:8000/b.parquet",
    ],
)
def test_addresses_that_are_taken(address: str) -> None:
    assert is_address(address)
    assert why_unusable(address) == ""


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("ftp://host/file.parquet", "begins with s3, gs, az or https"),
        ("hdfs://host/x", "is not known"),
        ("s3://key:secret@bucket/p", "holds a user or a key"),
        ("https://ann:secret@example.org/x.parquet", "holds a user or a key"),
        ("s3:///p", "names no bucket"),
        ("https://example.org", "names no file"),
        ("https://example.org/", "names no file"),
        ("s3://bucket/p?regoin=eu", "no option regoin; s3:// has anonymous, endpoint_override, region, scheme"),
        ("s3://bucket/p?region", ""),
        ("s3://bucket/p?secret_key=abc", "no option secret_key"),
    ],
)
def test_others_are_refused_with_what_would_do(address: str, why: str) -> None:
    told = why_unusable(address)
    assert why in told
    assert bool(told) == bool(why)
    assert "secret@" not in told


@pytest.mark.parametrize("folder", ["", "/data", "~/data", "data", "C:/data", "s3:/bucket"])
def test_folders_are_none(folder: str) -> None:
    assert not is_address(folder)


def test_what_may_be_a_secret_is_not_shown() -> None:
    assert shown_address("https://ann:pw@host:8/a%20b.parquet?sig=abc#x") == "https://host:8/a%20b.parquet"
    assert shown_address("s3://bucket/p?region=x") == "s3://bucket/p"
