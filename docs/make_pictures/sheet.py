# SPDX-License-Identifier: GPL-3.0-or-later
"""Make a contact sheet: rendered frames of a talking face under the waveform and the phones.

    .venv/bin/python docs/make_pictures/sheet.py --sound X.wav --character Y.blend -o out.png
    .venv/bin/python docs/make_pictures/sheet.py --sound X.wav --baked Z.blend -o out.png

Without a character the demo head speaks. The frames are taken in the middle of the sounds that tell
most: lips shut on M B P, tucked on F V, round on OO, open on AH, at rest in silence.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

from lipwright.core.audio.load import Sound, load_sound
from lipwright.core.phones import BILABIAL, LABIODENTAL, SILENCE, Phone
from lipwright.pipeline import Analysis, Settings, analyse, perform

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

COLUMNS = 6
SHOWN = ("jawOpen", "mouthClose", "mouthPucker", "mouthFunnel")
# Share of a frame's height that the moving part of the face takes.
CLOSE_UP = 0.95
LONGEST_PAGE_SECONDS = 12.0


@dataclass(frozen=True)
class Kind:
    """A group of sounds whose mouth everyone can judge."""

    title: str
    symbols: frozenset[str]
    colour: str
    wanted: int


KINDS = (
    Kind("lips shut", BILABIAL, "#c0392b", 6),
    Kind("lip tucked", LABIODENTAL, "#b9770e", 4),
    Kind("round", frozenset("u ʊ o w ɔ y ø".split()), "#6c3483", 5),
    Kind("open", frozenset("ɑ a æ ʌ".split()), "#1e8449", 4),
    Kind("wide", frozenset("i e ɪ".split()), "#2471a3", 2),
    Kind("silence", frozenset({SILENCE}), "#707b7c", 3),
)


def kind_of(symbol: str) -> Kind | None:
    """Return the group of a phone."""
    return next((kind for kind in KINDS if symbol in kind.symbols), None)


def choose(phones: Sequence[Phone]) -> list[Phone]:
    """Pick the phones to look at: the longest of each kind, in the order of time."""
    chosen: list[Phone] = []
    for kind in KINDS:
        of_kind = [phone for phone in phones if phone.symbol in kind.symbols]
        of_kind.sort(key=lambda phone: phone.start_seconds - phone.end_seconds)
        chosen += of_kind[: kind.wanted]
    return sorted(chosen, key=lambda phone: phone.start_seconds)


def middle(phone: Phone) -> float:
    """Return the time in the middle of a phone, in seconds."""
    return (phone.start_seconds + phone.end_seconds) / 2


def run(command: Sequence[object], environment: dict[str, str] | None = None) -> None:
    """Run a program; if it fails, stop with what it said."""
    words = [str(word) for word in command]
    merged = {**os.environ, **(environment or {})}
    done = subprocess.run(words, capture_output=True, text=True, env=merged, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} failed:\n{(done.stdout + done.stderr)[-3000:]}")


def bake(sound: Path, character: Path | None, out: Path, options: Sequence[str]) -> None:
    """Let the character say the sound with bake.py and save it."""
    with tempfile.TemporaryDirectory() as profile:
        environment = {"BLENDER_USER_RESOURCES": profile}
        if character is None:
            character = out.with_name("demo_head.blend")
            run([sys.executable, HERE / "save_demo_head.py", "-o", character], environment)
        run(
            [
                sys.executable,
                ROOT / "bake.py",
                character,
                "--audio",
                sound,
                "--save",
                out,
                *options,
            ],
            environment,
        )


def render(baked: Path, seconds: Sequence[float], folder: Path, size: int) -> list[Path]:
    """Render the face at these times of the sound."""
    script = HERE / "render_face.py"
    times = [f"{time:.4f}" for time in seconds]
    command = [sys.executable, script, baked, "-o", folder, "--size", size, "--fills", CLOSE_UP]
    run([*command, "--times", *times])
    return sorted(folder.glob("*.png"))


def draw_sound(axis: plt.Axes, sound: Sound, phones: Sequence[Phone], span: tuple[float, float]):
    """Draw the waveform with its phones written under it."""
    times = np.arange(len(sound.samples)) / sound.rate_hz
    inside = (times >= span[0]) & (times <= span[1])
    loudest = max(float(np.abs(sound.samples[inside]).max(initial=0.0)), 1e-3)
    axis.plot(times[inside], sound.samples[inside] / loudest, color="#34495e", linewidth=0.3)
    for index, phone in enumerate(phones):
        if not span[0] <= middle(phone) <= span[1]:
            continue
        kind = kind_of(phone.symbol)
        colour = kind.colour if kind else "#444444"
        if kind:
            axis.axvspan(phone.start_seconds, phone.end_seconds, color=colour, alpha=0.16, lw=0)
        low = -1.22 - 0.26 * (index % 2)
        text = "·" if phone.symbol == SILENCE else phone.symbol
        weight = "bold" if kind else "normal"
        axis.text(
            middle(phone),
            low,
            text,
            color=colour,
            ha="center",
            va="center",
            fontsize=9,
            weight=weight,
        )
    axis.set(xlim=span, ylim=(-1.65, 1.05), yticks=[])
    axis.tick_params(labelbottom=False)
    for side in ("top", "right", "left"):
        axis.spines[side].set_visible(False)


def draw_curves(axis: plt.Axes, analysis: Analysis, span: tuple[float, float]) -> None:
    """Draw the curves that the eye can check against the phones."""
    track = perform(analysis, Settings())
    for name in SHOWN:
        values = track.values[:, track.names.index(name)]
        axis.plot(track.times_seconds, values, linewidth=1.0, label=name)
    axis.set(xlim=span, ylim=(0, 1), yticks=[0, 1])
    axis.set_xlabel("seconds", fontsize=8)
    axis.tick_params(labelsize=7)
    axis.legend(loc="upper right", ncols=len(SHOWN), fontsize=7, frameon=False)


def draw(
    sound: Sound, analysis: Analysis, chosen: Sequence[Phone], pictures: Sequence[Path], title: str
) -> plt.Figure:
    """Put the sheet together."""
    rows = -(-len(pictures) // COLUMNS)
    heights = [1.3, 0.7] + [2.45] * rows
    figure = plt.figure(figsize=(14, 0.6 + sum(heights)), layout="constrained")
    figure.suptitle(title, fontsize=11, ha="left", x=0.01)
    grid = figure.add_gridspec(2 + rows, COLUMNS, height_ratios=heights)
    span = (0.0, analysis.seconds)
    if span[1] > LONGEST_PAGE_SECONDS:
        centre = middle(chosen[len(chosen) // 2]) if chosen else 0.0
        start = min(max(centre - LONGEST_PAGE_SECONDS / 2, 0.0), span[1] - LONGEST_PAGE_SECONDS)
        span = (start, start + LONGEST_PAGE_SECONDS)
    wave = figure.add_subplot(grid[0, :])
    draw_sound(wave, sound, analysis.phones, span)
    draw_curves(figure.add_subplot(grid[1, :]), analysis, span)
    for number, (phone, picture) in enumerate(zip(chosen, pictures, strict=True)):
        kind = kind_of(phone.symbol)
        assert kind is not None
        wave.plot(middle(phone), 0.98, marker="v", color=kind.colour, markersize=5)
        axis = figure.add_subplot(grid[2 + number // COLUMNS, number % COLUMNS])
        axis.imshow(plt.imread(picture))
        axis.set(xticks=[], yticks=[])
        name = "silence" if phone.symbol == SILENCE else f"{phone.symbol}  {kind.title}"
        axis.set_title(f"{middle(phone):.2f} s  {name}", fontsize=8, color=kind.colour, pad=2)
        for side in axis.spines.values():
            side.set_color(kind.colour)
    return figure


def make_sheet(sound_path: Path, baked: Path, out: Path, *, title: str, size: int = 320) -> None:
    """Listen again, render the baked face at the telling moments, and write the sheet."""
    mpl.use("Agg")
    sound = load_sound(sound_path)
    analysis = analyse(sound, threads=os.cpu_count() or 1)
    chosen = choose(analysis.phones)
    with tempfile.TemporaryDirectory() as folder:
        pictures = render(baked, [middle(phone) for phone in chosen], Path(folder), size)
        figure = draw(sound, analysis, chosen, pictures, title)
        out.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(out, dpi=110)
    # 256 colours are enough for a sheet, at a third of the size.
    Image.open(out).convert("RGB").quantize(256).save(out, optimize=True)


def main() -> int:
    """Read the command line and make one sheet."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sound", type=Path, required=True)
    parser.add_argument("--character", type=Path, help=".blend, .fbx, .glb; default: the demo head")
    parser.add_argument("--baked", type=Path, help="a .blend that says the sound already")
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--title", default="")
    parser.add_argument("--size", type=int, default=320, help="pixels of a frame")
    args, options = parser.parse_known_args()
    title = args.title or f"{args.sound.name}: what was heard, and the face at that moment"
    with tempfile.TemporaryDirectory() as folder:
        baked = args.baked
        if baked is None:
            baked = Path(folder) / "baked.blend"
            bake(args.sound, args.character, baked, options)
        make_sheet(args.sound, baked, args.out, title=title, size=args.size)
    sys.stdout.write(f"{args.out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
