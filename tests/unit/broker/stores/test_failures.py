"""What stores say, and what people are told: words as they were heard from stores, and what to do next."""

import pytest

from broker.stores.failures import explained

HEARD = [
    ("AWS Error ACCESS_DENIED during ListObjectsV2 operation: Access Denied", "denies access. Check the credentials"),
    ("AWS Error UNKNOWN (HTTP status 403) during HeadObject operation: No response body.", "denies access"),
    ("the server says 401 Unauthorized", "denies access"),
    ("AWS Error NO_SUCH_BUCKET during ListObjectsV2 operation: The specified bucket does not exist", "no such bucket"),
    ("Bucket 'nope' not found", "no such bucket"),
    ("AWS Error UNKNOWN (HTTP status 503) during GetObject operation: No response body.", "is overloaded"),
    ("the server says 429 Too Many Requests; 4 attempts", "is overloaded"),
    ("AWS Error NETWORK_CONNECTION during GetObject operation: curlCode: 28, Timeout was reached", "fell silent"),
    ("ConnectError: [Errno 111] Connection refused; 4 attempts", "could not be reached"),
    ("ConnectError: [Errno -2] Name or service not known; could not resolve", "could not be reached"),
    ("AWS Error INVALID_OBJECT_STATE during GetObject operation: archived", "Restore it"),
    ("the server says 404 Not Found", "is not there"),
    ("something that nobody has heard yet, 403 times", "something that nobody has heard yet, 403 times"),
]


@pytest.mark.parametrize(("heard", "told"), HEARD)
def test_what_was_heard_is_told_with_what_to_do_next(heard: str, told: str) -> None:
    sentence = explained("bucket/a.parquet", OSError(heard))
    assert sentence.startswith("bucket/a.parquet: ")
    assert told in sentence
    assert heard in sentence


def test_one_line_is_told_and_not_an_endless_one() -> None:
    assert "\n" not in explained("x", "first\nsecond")
    assert len(explained("x", "y" * 10_000)) < 400
    assert explained("x", ValueError()) == "x: ValueError"
