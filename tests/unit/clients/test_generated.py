"""The types of the TypeScript client are those that the server speaks with."""

import re

from clients.typescript.generate import TARGET, generated
from tests.harness.servers import ROOT

PAGE = ROOT / "web/src"


def test_what_is_generated_is_up_to_date() -> None:
    assert TARGET.read_text() == generated(), "run: python -m clients.typescript.generate"


def test_the_page_declares_no_field_of_the_wire_by_itself() -> None:
    """Its own names have no underscore; the wire's have."""
    named = re.compile(r"^\s*readonly [a-z]+_\w+\??:", re.MULTILINE)
    files = [file for file in PAGE.rglob("*.ts") if named.search(file.read_text())]
    assert not files, f"{files}: import the type from deadstop-client"
