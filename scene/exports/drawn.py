# SPDX-License-Identifier: GPL-3.0-or-later
"""A drawn mouth beside an exported file: no FBX, glTF or USD holds it, so a table goes along.

    take,seconds,frame,mouth,shows
    line,0,0,X,Mouth X
    line,0.0833,2,B,Mouth B

Each line is a mouth from that moment on; `shows` is the object, layer or number that draws it.
"""

import csv
from collections.abc import Sequence
from pathlib import Path

import bpy

from ..character.drawing import cells_of, in_no_file, shown_by
from ..character.find import Character
from ..clock import fps_of, frame_kept

COLUMNS = ("take", "seconds", "frame", "mouth", "shows")
NEAR = 1e-4  # of a value: it is that of a mouth
Line = tuple[str, float, int, str, str]


def table_beside(path: str | Path) -> Path:
    """Where the table of a file lies."""
    return Path(path).with_suffix(".mouths.csv")


def mouths_of(
    character: Character, scene: bpy.types.Scene, first: int, last: int, take: str
) -> list[Line]:
    """Which mouth is drawn from which frame on, as the scene shows it; frames count from 0.

    Empty where the mouth is no drawing, or one of shape keys, which every file holds.
    """
    root = character.root
    if not in_no_file(root):
        return []
    cells, shows = cells_of(root), shown_by(root)
    lines: list[Line] = []
    with frame_kept(scene):
        for frame in range(first, last + 1):
            scene.frame_set(frame)
            found = next(
                (
                    name
                    for name in shows
                    if all(abs(cell.now() - cell.values[name]) < NEAR for cell in cells)
                ),
                "",  # the artist shows something else
            )
            if not lines or lines[-1][3] != found:
                seconds = round((frame - first) / fps_of(scene), 4)
                lines.append((take, seconds, frame - first, found, shows.get(found, "")))
    return lines


def write_mouths(path: str | Path, lines: Sequence[Line]) -> None:
    """Write the table beside a file, where there is something to tell."""
    if lines:
        with table_beside(path).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([COLUMNS, *lines])


def drawn_note(path: str | Path, character: Character) -> str:
    """What is to be said of a file that was written; "" if nothing is missing in it."""
    if not in_no_file(character.root):
        return ""
    return (
        f"The drawn mouth of “{character.name}” cannot travel in “{Path(path).name}”. "
        f"“{table_beside(path).name}” beside it lists which mouth is shown when"
    )
