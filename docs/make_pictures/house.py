# SPDX-License-Identifier: GPL-3.0-or-later
"""Draw the stations of the line, the rooms and who imports whom, from the code as it stands.

.venv/bin/python docs/make_pictures/house.py docs/images/house.png
"""

import ast
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

ROOT = Path(__file__).resolve().parents[2]
STATIONS = "strip sound listener articulator performance mix rig keys F-curves".split()
# Where each station is: the room that its arrow leads to.
HOME = dict(
    zip(
        STATIONS,
        (
            *("scene.sounds", "core.audio", "models", "models", "core.performance"),
            *("core.motion", "rigs", "pipeline", "scene.takes"),
        ),
        strict=True,
    )
)
# Rows from the lowest layer to the highest.
ROWS = (
    ("core.audio", "core.motion", "core", "core.transcript"),
    ("core.performance", "core.formats"),
    ("models", "rigs.families", "rigs.lips", "rigs.bones", "rigs.demo_head"),
    ("rigs", "pipeline"),
    ("options", "scene.sounds", "scene.saved", "scene"),
    ("cli", "scene.character", "scene.takes", "scene.exports"),
    ("jobs",),
    ("operators", "panels"),
)
COLOURS = {"core": "#dcebd3", "models": "#d3e4eb", "rigs": "#ebe5d3", "scene": "#ead6e4"}
ROOMS = {room for row in ROWS for room in row}


def room_of(parts: tuple[str, ...]) -> str | None:
    """The room of a module, by its path."""
    for length in (2, 1):
        room = ".".join(parts[:length])
        if room in ROOMS:
            return room
    return None


def arrows() -> dict[tuple[str, str], int]:
    """How many imports lead from each room to each other one."""
    found: dict[tuple[str, str], int] = {}
    for room in sorted({room.split(".")[0] for room in ROOMS}):
        files = (
            [ROOT / f"{room}.py"]
            if (ROOT / f"{room}.py").is_file()
            else (ROOT / room).rglob("*.py")
        )
        for path in files:
            parts = path.relative_to(ROOT).with_suffix("").parts
            own = room_of(parts)
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if not isinstance(node, ast.ImportFrom) or not node.level:
                    continue
                base = parts[:-1][: len(parts[:-1]) - (node.level - 1)]
                inside = (*base, *(node.module or "").split("."))
                target = room_of(tuple(part for part in inside if part))
                if own and target and own != target:
                    found[own, target] = found.get((own, target), 0) + 1
    return found


def reduced(found: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """Leave out the arrows that others imply: who imports a room may import what is below it."""
    below: dict[str, set[str]] = {}
    height = {room: number for number, row in enumerate(ROWS) for room in row}
    for one, other in found:
        if height[one] >= height[other]:
            below.setdefault(one, set()).add(other)

    def reaches(room: str, target: str, seen: set[str]) -> bool:
        for lower in below.get(room, set()) - seen:
            if lower == target or reaches(lower, target, seen | {room}):
                return True
        return False

    return {
        (one, other): count
        for (one, other), count in found.items()
        if height[one] >= height[other]
        and not any(reaches(lower, other, {one}) for lower in below[one] - {other})
    }


def main(out: Path) -> None:
    """Draw and write the picture."""
    figure, axes = plt.subplots(figsize=(12, 9))
    places = {
        room: ((i + 1) / (len(row) + 1) * 10, number * 1.25)
        for number, row in enumerate(ROWS)
        for i, room in enumerate(row)
    }
    for (one, other), count in reduced(arrows()).items():
        axes.annotate(
            "",
            xy=places[other],
            xytext=places[one],
            arrowprops={
                "arrowstyle": "->",
                "color": "#9a9a9a",
                "lw": min(0.4 + count / 8, 2.5),
                "shrinkA": 24,
                "shrinkB": 24,
            },
        )
    for room, (x, y) in places.items():
        told = [station for station in STATIONS if HOME[station] == room]
        text = room + (f"\n{', '.join(told)}" if told else "")
        colour = COLOURS.get(room.split(".")[0], "#eeeeee")
        box = {"boxstyle": "round,pad=0.45", "facecolor": colour, "edgecolor": "#555555"}
        axes.text(x, y, text, ha="center", va="center", fontsize=10, bbox=box)
    axes.set_title(" → ".join(STATIONS), fontsize=13)
    axes.set_xlim(0, 10)
    axes.set_ylim(-0.7, 1.25 * len(ROWS) - 0.5)
    axes.axis("off")
    figure.savefig(out, dpi=110, bbox_inches="tight")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
