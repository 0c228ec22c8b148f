# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of a batch: as a table, as JSON, and in a sentence."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

from ..core.formats import write_whole
from .page import page
from .row import FAILED, Row

# The columns of report.csv. None says when or how fast, so that a batch that was stopped and
# went on reports what one does that was not.
COLUMNS = (
    *("name", "status", "sound", "output", "character", "seconds", "confidence"),
    *("unknown_words", "longest_silence_seconds", "peak_db", "clipped_seconds", "message"),
)


def as_csv(rows: Sequence[Row]) -> str:
    """Write rows as CSV, a byte order mark first: spreadsheets read UTF-8 only then."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for row in rows:
        record = row.record() | {"unknown_words": " ".join(row.unknown_words)}
        table.writerow([_safe(record[name]) for name in COLUMNS])
    return "\ufeff" + text.getvalue()


def _safe(cell: object) -> object:
    """A text that a spreadsheet would run as a formula, with an apostrophe before it."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "@") else cell


def as_json(rows: Sequence[Row]) -> str:
    """Write rows as a JSON list, a row a line."""
    picked = (
        {name: value for name, value in row.record().items() if name in COLUMNS} for row in rows
    )
    lines = ",\n ".join(json.dumps(row, ensure_ascii=False) for row in picked)
    return f"[\n {lines}\n]\n"


def write_report(out: Path, rows: Sequence[Row], partial: Path) -> None:
    """Write report.csv, report.json and report.html into the folder of a batch."""
    for suffix, text in (("csv", as_csv(rows)), ("json", as_json(rows)), ("html", page(rows))):
        write_whole(out / f"report.{suffix}", [text], partial)


def as_sentence(rows: Sequence[Row]) -> str:
    """Say in a sentence how a batch went."""
    failed = sum(row.status == FAILED for row in rows)
    told = sum(bool(row.message) and row.status != FAILED for row in rows)
    parts = [f"{len(rows) - failed} of {len(rows)} lines are done"]
    if failed:
        parts.append(f"{failed} failed")
    if told:
        parts.append(f"{told} should be looked at")
    return ", ".join(parts)
