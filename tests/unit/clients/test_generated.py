"""The types of the TypeScript client are those that the server speaks with."""

from clients.typescript.generate import TARGET, generated


def test_what_is_generated_is_up_to_date() -> None:
    assert TARGET.read_text() == generated(), "run: python -m clients.typescript.generate"
