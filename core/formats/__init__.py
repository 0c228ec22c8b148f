# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that others read: face tracks and phone lists."""

from .phones import phones_json, phones_labels
from .read_phones import read_phones
from .read_tracks import CAPTURE_SUFFIXES, read_track
from .tracks import BY_SUFFIX, FORMATS, Format, resampled, shown_name, write_track, write_whole

__all__ = [
    "BY_SUFFIX",
    "CAPTURE_SUFFIXES",
    "FORMATS",
    "Format",
    "phones_json",
    "phones_labels",
    "read_phones",
    "read_track",
    "resampled",
    "shown_name",
    "write_track",
    "write_whole",
]
