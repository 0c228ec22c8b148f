# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as a page: the doubtful lines first, each with its waveform and its mouth.

One file without anything from elsewhere: it can be mailed and opened anywhere.
"""

from collections.abc import Mapping, Sequence
from html import escape

from .row import FAILED, Row
from .sketch import MOST

MOST_DRAWN = 300  # lines with a drawing; the others are rows
WAVE_WIDTH, WAVE_HEIGHT = 480, 44
MOUTH_STEP, MOUTH_HEIGHT = 20, 26
_STYLE = """
:root { color-scheme: light dark; --line: #8884; --wave: #5b8def; --bad: #d33; --warn: #c80; }
body { font: 14px/1.45 system-ui, sans-serif; }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
article { border-top: 1px solid var(--line); padding: .7rem 0; }
article h3 { margin: 0; font-size: 1rem; } article p { margin: .2rem 0; }
.failed h3 { color: var(--bad); } .message { color: var(--warn); }
.failed .message { color: var(--bad); }
.facts, footer { opacity: .7; } svg { display: block; margin-top: .3rem; max-width: 100%; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; padding: .15rem .6rem; }
tr { border-top: 1px solid var(--line); }
""".strip()


def page(rows: Sequence[Row]) -> str:
    """Draw the report of a batch as HTML."""
    sorted_rows = sorted(rows, key=lambda row: (-row.doubt, row.confidence, row.name))
    doubtful = [row for row in sorted_rows if row.doubt > 0]
    fine = [row for row in sorted_rows if row.doubt == 0]
    drawn, more = doubtful[:MOST_DRAWN], doubtful[MOST_DRAWN:]
    failed = sum(row.status == FAILED for row in rows)
    seconds = sum(row.seconds for row in rows)
    body = [
        "<h1>Lipwright: report of a batch</h1>",
        f"<p>{len(rows)} lines, {seconds / 60:.1f} minutes of sound; {failed} failed, "
        f"{len(doubtful) - failed} to be looked at.</p>",
    ]
    if drawn:
        body += ["<h2>To be looked at</h2>", *map(_article, drawn)]
    if more:
        body += [f"<h2>{len(more)} more to be looked at</h2>", _table(more)]
    if fine:
        body += ["<h2>Done</h2>", _table(fine)]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>Lipwright report</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def _article(row: Row) -> str:
    name, message = escape(row.name), escape(row.message)
    facts = [escape(row.sound)]
    if row.character:
        facts.append(f"character {escape(row.character)}")
    if row.status != FAILED:
        facts += [
            f"{row.seconds:.2f} s",
            f"confidence {row.confidence:.2f}",
            f"longest silence {row.longest_silence_seconds:.1f} s",
            f"peak {row.peak_db:.1f} dB",
        ]
        if row.clipped_seconds:
            facts.append(f"clipped for {1000 * row.clipped_seconds:.0f} ms")
    words = escape(", ".join(row.unknown_words))
    return "\n".join(
        [
            f'<article class="{row.status}"><h3>{name}</h3>',
            f'<p class="message">{message}</p>' if message else "",
            f"<p>Not in the dictionary: {words}</p>" if words else "",
            f'<p class="facts">{" · ".join(facts)}</p>',
            _wave(row.sketch.get("wave", [])),
            _mouths(row.sketch),
            "</article>",
        ]
    )


def _table(rows: Sequence[Row]) -> str:
    cells = "\n".join(
        f"<tr><td>{escape(row.name)}</td><td>{row.seconds:.2f} s</td><td>{row.confidence:.2f}</td>"
        f"<td>{escape(row.message)}</td></tr>"
        for row in rows
    )
    head = "<tr><th>name</th><th>length</th><th>confidence</th><th></th></tr>"
    return f"<table>{head}\n{cells}\n</table>"


def _wave(values: Sequence[int]) -> str:
    """Draw a waveform as bars around a middle line."""
    if not values:
        return ""
    loudest = max(*values, 1)  # a quiet line is to be seen too
    step, middle = WAVE_WIDTH / len(values), WAVE_HEIGHT / 2
    bars = "".join(
        f"M{(i + 0.5) * step:.1f} {middle - reach:.1f}v{2 * reach:.1f}"
        for i, value in enumerate(values)
        for reach in [max(0.5, value / loudest * middle)]
    )
    return (
        f'<svg viewBox="0 0 {WAVE_WIDTH} {WAVE_HEIGHT}" width="{WAVE_WIDTH}" role="img" '
        f'aria-label="waveform"><path d="{bars}" stroke="var(--wave)" '
        f'stroke-width="{0.7 * step:.1f}"/></svg>'
    )


def _mouths(sketch: Mapping[str, list[int]]) -> str:
    """Draw the mouth at some moments: an opening between lips, or a line where they meet."""
    if "open" not in sketch:
        return ""
    shapes: list[str] = []
    moments = zip(*(sketch[name] for name in ("open", "wide", "round", "shut")), strict=True)
    for i, (opening, wide, rounded, shut) in enumerate(moments):
        x, y = (i + 0.5) * MOUTH_STEP, MOUTH_HEIGHT / 2
        half = 6.5 + 2.0 * wide / MOST - 3.5 * rounded / MOST
        reach = 0.0 if shut > MOST / 2 else min(11.0, 22.0 * opening / MOST)
        shapes.append(
            f'<ellipse cx="{x:.1f}" cy="{y:.1f}" rx="{half:.1f}" ry="{reach + 0.6:.1f}"/>'
        )
    width = MOUTH_STEP * len(shapes)
    return (
        f'<svg viewBox="0 0 {width} {MOUTH_HEIGHT}" width="{width}" role="img" '
        f'aria-label="mouth" fill="#a33" stroke="currentColor">{"".join(shapes)}</svg>'
    )
