# SPDX-License-Identifier: GPL-3.0-or-later
"""Phone lists as files: our JSON, and Audacity's label track."""

import json
from collections.abc import Sequence

from ..phones import Phone

PHONES_VERSION = 1


def phone_rows(phones: Sequence[Phone]) -> list[list[object]]:
    """Spell phones out as ``[symbol, start, end, confidence]``, times to a tenth of a ms."""
    return [
        [p.symbol, round(p.start_seconds, 4), round(p.end_seconds, 4), p.confidence] for p in phones
    ]


def phones_json(phones: Sequence[Phone]) -> str:
    """Write a phone list that `read_phones` reads: ``[symbol, start, end, confidence]``."""
    rows = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in phone_rows(phones))
    return (
        f'{{"format": "lipwright-phones", "version": {PHONES_VERSION}, "phones": [\n  {rows}\n]}}\n'
    )


def phones_labels(phones: Sequence[Phone]) -> str:
    """Write a phone list as Audacity's label track; `read_phones` reads it, without confidence."""
    return "".join(f"{p.start_seconds:.6f}\t{p.end_seconds:.6f}\t{p.symbol}\n" for p in phones)
