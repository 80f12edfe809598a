"""Workbooks as spreadsheet programs write them, made of the cells' XML."""

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

DATE, MOMENT, TIME = 1, 2, 3
"""Styles of cells, by their place in the list below."""

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_STYLES = "".join(f'<xf numFmtId="{number}"/>' for number in (0, 14, 22, 21))


def text(value: str) -> str:
    return f'<c t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>'


def number(value: float | str, style: int = 0) -> str:
    return f'<c s="{style}"><v>{value}</v></c>'


def boolean(value: bool) -> str:
    return f'<c t="b"><v>{int(value)}</v></c>'


EMPTY, ERROR = "<c/>", '<c t="e"><v>#N/A</v></c>'


def write_workbook(file: Path, sheets: dict[str, Sequence[Sequence[str]]]) -> Path:
    """`sheets` are rows of cells, as the functions above make them."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(file, "w") as parts:
        parts.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
        )
        parts.writestr("_rels/.rels", _relations({"r1": ("officeDocument", "xl/workbook.xml")}))
        listed = "".join(f'<sheet name="{name}" sheetId="{at}" r:id="s{at}"/>' for at, name in enumerate(sheets, 1))
        parts.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><sheets>{listed}</sheets></workbook>'
        )
        places = {f"s{at}": ("worksheet", f"worksheets/sheet{at}.xml") for at in range(1, len(sheets) + 1)}
        parts.writestr("xl/_rels/workbook.xml.rels", _relations({**places, "st": ("styles", "styles.xml")}))
        parts.writestr("xl/styles.xml", f'<styleSheet xmlns="{_MAIN}"><cellXfs>{_STYLES}</cellXfs></styleSheet>')
        for at, rows in enumerate(sheets.values(), 1):
            cells = "".join(f"<row>{''.join(row)}</row>" for row in rows)
            parts.writestr(
                f"xl/worksheets/sheet{at}.xml",
                f'<worksheet xmlns="{_MAIN}"><sheetData>{cells}</sheetData></worksheet>',
            )
    return file


def rewrite(file: Path, part: str, change: Callable[[bytes], bytes]) -> None:
    """The workbook with one of its parts changed."""
    with zipfile.ZipFile(file) as old:
        contents = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(file, "w") as new:
        for name, content in contents.items():
            new.writestr(name, change(content) if name == part else content)


def _relations(targets: dict[str, tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="{name}" Type="{_DOCUMENT}/{kind}" Target="{target}"/>'
        for name, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'
