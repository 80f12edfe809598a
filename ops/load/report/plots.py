"""Small plots as SVG, without a library and without scripts. Pure."""

import math
from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 10, 34
COLOURS = ("#2563eb", "#d97706", "#059669", "#dc2626", "#7c3aed")

Points = Sequence[tuple[float, float]]
Ticks = Sequence[tuple[float, str]]


def lines_over_time(lines: Mapping[str, Points], unit: str) -> str:
    """Lines over seconds, from zero."""
    most_x = max((x for points in lines.values() for x, _ in points), default=0.0) or 1.0
    most_y = max((y for points in lines.values() for _, y in points), default=0.0) or 1.0
    scaled = {name: [(x / most_x, y / most_y) for x, y in points] for name, points in lines.items()}
    return _plot(
        scaled, [(0.0, "0 s"), (1.0, f"{most_x:,.0f} s")], [(0.0, "0"), (1.0, f"{_short(most_y)} {unit}".strip())]
    )


def distributions(values: Mapping[str, Sequence[float]]) -> str:
    """The share of values up to each number of milliseconds, on a logarithmic axis."""
    least, most = 0.1, max((max(found) for found in values.values() if found), default=1.0)
    decades = math.ceil(math.log10(max(most, 1.0) / least)) or 1
    scaled: dict[str, Points] = {}
    for name, found in values.items():
        ordered = sorted(found)
        scaled[name] = [
            (math.log10(max(value, least) / least) / decades, place / len(ordered))
            for place, value in enumerate(ordered, 1)
        ]
    ticks = [(decade / decades, f"{_short(least * 10**decade)} ms") for decade in range(decades + 1)]
    return _plot(scaled, ticks, [(0.0, "0%"), (0.5, "50%"), (0.95, "95%"), (1.0, "")])


def _plot(lines: Mapping[str, Points], x_ticks: Ticks, y_ticks: Ticks) -> str:
    """Coordinates are from 0 to 1, from the lower left."""
    parts = [_tick(x, 0, text, vertical=True) for x, text in x_ticks]
    parts += [_tick(0, y, text, vertical=False) for y, text in y_ticks]
    for (name, points), colour in zip(lines.items(), COLOURS, strict=False):
        path = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5">'
                     f"<title>{escape(name)}</title></polyline>")  # fmt: skip
    legend = "".join(
        f'<span style="color:{colour}">&#9644; {escape(name)}</span> '
        for name, colour in zip(lines, COLOURS, strict=False)
    )
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img">{"".join(parts)}</svg><p class="legend">{legend}</p>'


def _tick(x: float, y: float, text: str, *, vertical: bool) -> str:
    if vertical:
        line = f'x1="{_x(x):.1f}" x2="{_x(x):.1f}" y1="{_y(0):.1f}" y2="{_y(1):.1f}"'
        place = f'x="{_x(x):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="{"end" if x == 1.0 else "middle"}"'
    else:
        line = f'x1="{_x(0):.1f}" x2="{_x(1):.1f}" y1="{_y(y):.1f}" y2="{_y(y):.1f}"'
        place = f'x="{LEFT - 6}" y="{_y(y) + 4:.1f}" text-anchor="end"'
    return f'<line class="grid" {line}/><text {place}>{escape(text)}</text>'


def _x(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _short(value: float) -> str:
    if value >= 10_000:
        return f"{value / 1000:,.0f}k"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
