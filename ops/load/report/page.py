"""A load test's report as one page."""

from html import escape

from ops.html_page import document
from ops.load.report.plots import distributions, lines_over_time
from ops.load.report.summary import LoadReport, text


def html(report: LoadReport) -> str:
    """The whole page."""
    held = '<p class="held">No invariant was broken.</p>'
    broken = f'<p class="broken">{report.broken:,} times an invariant was broken.</p>'
    plots = "\n".join(f"<h2>{escape(title)}</h2>\n{plot}" for title, plot in _plots(report))
    plan = "\n".join(f"{name}: {value}" for name, value in report.plan.items())
    return document(
        "Load test",
        f"""{broken if report.broken else held}
<pre>{escape(text(report))}</pre>
{plots}
<h2>LoadPlan</h2>
<pre>{escape(plan)}</pre>""",
    )


def _plots(report: LoadReport) -> list[tuple[str, str]]:
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
