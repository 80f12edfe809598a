"""A report as one page: no script, nothing from elsewhere."""

from html import escape

_STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.05rem; margin-top: 2rem; }
pre { overflow-x: auto; font-size: 12px; }
svg { width: 100%; height: auto; }
svg text { font-size: 11px; fill: currentColor; }
svg .grid { stroke: currentColor; opacity: .18; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; display: block; overflow-x: auto; }
th, td { text-align: right; padding: .15rem .6rem; border-bottom: 1px solid #8884; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
details { margin: .5rem 0; } summary { cursor: pointer; }
dl { margin: .5rem 0 .5rem 1rem; } dt { font-size: 12px; opacity: .7; } dd { margin: 0; }
.legend { font-size: 12px; margin: 0; }
.held, .right { color: #059669; } .broken, .wrong, .failed { color: #dc2626; }
"""


def document(title: str, body: str) -> str:
    """A whole page; `body` is HTML, the title text."""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>
<h1>{escape(title)}</h1>
{body}
</body></html>
"""
