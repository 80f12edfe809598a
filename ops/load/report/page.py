"""A report as one page: no script, nothing from elsewhere."""

from html import escape

from ops.load.report.plots import distributions, lines_over_time
from ops.load.report.summary import Report, text

_STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.05rem; margin-top: 2rem; }
pre { overflow-x: auto; font-size: 12px; }
svg { width: 100%; height: auto; }
svg text { font-size: 11px; fill: currentColor; }
svg .grid { stroke: currentColor; opacity: .18; }
.legend { font-size: 12px; margin: 0; }
.held { color: #059669; } .broken { color: #dc2626; }
"""


def html(report: Report) -> str:
    """The whole page."""
    held = '<p class="held">No invariant was broken.</p>'
    broken = f'<p class="broken">{report.broken:,} times an invariant was broken.</p>'
    plots = "\n".join(f"<h2>{escape(title)}</h2>\n{plot}" for title, plot in _plots(report))
    plan = "\n".join(f"{name}: {value}" for name, value in report.plan.items())
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Load test</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>
<h1>Load test</h1>
{broken if report.broken else held}
<pre>{escape(text(report))}</pre>
{plots}
<h2>LoadPlan</h2>
<pre>{escape(plan)}</pre>
</body></html>
"""


def _plots(report: Report) -> list[tuple[str, str]]:
    seconds = report.timeline
    plots = [
        ("Share of values up to so many milliseconds", distributions(report.values)),
        ("Questions open", lines_over_time({"open": [(at.at, at.open) for at in seconds]}, "")),
        ("Chunks a second", lines_over_time({"chunks": [(at.at, at.chunks) for at in seconds]}, "/s")),
    ]
    if report.peak_memory_mib:
        lines = {
            "gateway and supervisor": [(at.at, at.memory_mib) for at in seconds],
            "fork server and workers": [(at.at, at.workers_mib) for at in seconds],
        }
        plots.append(("Memory", lines_over_time(lines, "MiB")))
    return plots
