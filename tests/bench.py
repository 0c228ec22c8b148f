# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast a recording becomes curves, and in how much memory: `make bench [RHUBARB=path]`.

Prints a table and writes build/bench.json. *Real time* is seconds of work for a second of sound.
*Cold* is a new process from the command line, file to CSV; *warm* is a process that has the
networks open, file to curves. Figures are the best of a few runs on this machine.
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import soundfile

from lipwright.core.audio.load import load_sound
from lipwright.core.motion.keys import Keys, few_keys, sampled, scene_frames
from lipwright.core.timing import FrameClock
from lipwright.models.articulator import articulate
from lipwright.models.listener import listen
from lipwright.pipeline import Settings, analyse, perform

ROOT = Path(__file__).resolve().parents[1]
LINE = ROOT / "demo" / "line.wav"
REPORT = ROOT / "build" / "bench.json"
WARM_SECONDS, COLD_SECONDS = (10, 60), (10, 600, 3600)
THREADS = (1, 2)
BATCH_LINES, TAKES, CLICK_SECONDS, HELD_SECONDS = 1000, 200, 10, 600
OBJECTS = 8000
# Loads Lipwright into Blender as a module.
LOADED = f"import sys, bpy; sys.path.insert(0, {str(ROOT)!r}); import bake; bake.load()"


@dataclass(frozen=True)
class Row:
    """One measurement."""

    what: str
    sound_seconds: float
    threads: int
    seconds: float
    peak_mb: float | None = None
    # Of all processes together: what a machine that has other work to do does not change.
    cpu_seconds: float | None = None

    @property
    def real_time(self) -> float:
        return self.seconds / self.sound_seconds


def best_of(action: Callable[[], object], times: int = 3) -> float:
    """Return the shortest of a few runs, in seconds."""
    took: list[float] = []
    for _ in range(times):
        started = time.perf_counter()
        action()
        took.append(time.perf_counter() - started)
    return min(took)


def recording(folder: Path, seconds: int, source: Path) -> Path:
    """Write the line, repeated to a length."""
    samples, rate_hz = soundfile.read(source, dtype="float32")
    path = folder / f"{seconds}.wav"
    soundfile.write(path, np.resize(samples, seconds * rate_hz), rate_hz)
    return path


def run(command: list[str]) -> tuple[float, float, float]:
    """Run a process; returns its seconds, its peak memory in MB, and the seconds of all cores."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, usage = os.wait4(process.pid, 0)
    took = time.perf_counter() - started
    if status:
        said = process.stderr.read().decode("utf8", "replace") if process.stderr else ""
        raise SystemExit(f"{' '.join(command)} failed:\n{said}")
    peak_mb = usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    return took, peak_mb, usage.ru_utime + usage.ru_stime


def warm(path: Path, seconds: int) -> list[Row]:
    """File to curves with the networks open, and the networks alone."""
    rows: list[Row] = []
    settings, sound = Settings(emotions={"happy": 0.7}), load_sound(path)
    for threads in THREADS:

        def whole(n: int = threads) -> object:
            return perform(analyse(load_sound(path), threads=n), settings)

        def networks(n: int = threads) -> object:
            return articulate(listen(sound, threads=n), threads=n)

        whole()
        rows.append(Row("warm: file to curves", seconds, threads, best_of(whole)))
        rows.append(Row("warm: the networks alone", seconds, threads, best_of(networks)))
    analysis = analyse(load_sound(path))
    rows.append(Row("a dial moved", seconds, 1, best_of(lambda: perform(analysis, settings))))
    track, clock = perform(analysis, settings), FrameClock(fps=24.0)
    frames = scene_frames(track.times_seconds, clock)
    shown = sampled(track, clock.seconds(frames), clock.fps)
    dense = [Keys(frames, shown[name]) for name in shown.names]
    thinned = best_of(lambda: [few_keys(keys) for keys in dense])
    rows.append(Row("all channels thinned to few keys", seconds, 1, thinned))
    return rows


def cold(path: Path, seconds: int, threads: int, folder: Path) -> Row:
    """A new process from the command line."""
    command = [sys.executable, "-m", "lipwright", str(path), "-o", str(folder / "out.csv")]
    return Row(
        "cold: command line, file to CSV",
        *(seconds, threads, *run([*command, "--threads", str(threads)])),
    )


def many(folder: Path, source: Path) -> list[Row]:
    """A thousand lines of 2 to 6 s in one batch, file to CSV, on one core and on all; and again.

    The memory is that of the largest process.
    """
    samples, rate_hz = soundfile.read(source, dtype="float32")
    lines, total = folder / "lines", 0.0
    lines.mkdir()
    for i in range(BATCH_LINES):
        seconds = 2 + 4 * (i % 41) / 40
        start = (i * 977) % rate_hz
        said = np.resize(samples[start:], round(seconds * rate_hz))
        soundfile.write(lines / f"{i:04d}.wav", said, rate_hz)
        total += seconds
    rows: list[Row] = []
    for jobs in sorted({1, os.cpu_count() or 1}):
        command = [sys.executable, "-m", "lipwright", "batch", str(lines), "-o"]
        command += [str(folder / f"curves{jobs}"), "--jobs", str(jobs), "--progress", "none"]
        for what in (f"batch: {BATCH_LINES} lines to CSV", "batch: nothing has changed"):
            rows.append(Row(what, round(total), jobs, *run(command)))
    return rows


def takes(folder: Path) -> Row:
    """Two hundred of these lines on the demo head, into one FBX with a take each."""
    some = folder / "some"
    some.mkdir()
    total = 0.0
    for path in sorted((folder / "lines").glob("*.wav"))[:TAKES]:
        total += soundfile.info(path).duration
        path.rename(some / path.name)
    head = folder / "head.blend"
    made = "bpy.ops.lipwright.add_demo_head(); "
    made += f"bpy.ops.wm.save_as_mainfile(filepath={str(head)!r})"
    run([sys.executable, "-c", f"{LOADED}; {made}; bake.leave(0)"])
    command = [sys.executable, str(ROOT / "bake.py"), "batch", str(head), str(some)]
    command += ["-o", str(folder / "takes"), "--together", "--progress", "none"]
    return Row(f"batch: {TAKES} lines to one FBX", round(total), 1, *run(command))


CLICKS = """
import json, time
import bpy

def click(sound):
    choice = bpy.context.scene.lipwright
    choice.source, choice.file = "FILE", sound
    started = time.perf_counter()
    bpy.ops.lipwright.generate(add_strip=False)
    return time.perf_counter() - started

bpy.ops.wm.read_factory_settings(use_empty=True)
bpy.ops.lipwright.add_demo_head()
bpy.context.scene.lipwright.character = bpy.data.objects["Head"]
took = [click(sound) for sound in sys.argv[1:]]
print(json.dumps(took))
bake.leave(0)
"""


def clicks(folder: Path, source: Path) -> list[Row]:
    """From the button to keys on the demo head, in Blender: in a new process, and again."""
    first = recording(folder, CLICK_SECONDS, source)
    again = folder / "again.wav"
    samples, rate_hz = soundfile.read(first, dtype="float32")
    soundfile.write(again, samples[::-1], rate_hz)  # another sound, as long
    command = [sys.executable, "-c", f"{LOADED}\n{CLICKS}", str(first), str(again)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    cold, warm_again = json.loads(done.stdout.splitlines()[-1])
    return [
        Row("cold: click to keys, in Blender", CLICK_SECONDS, 1, cold),
        Row("warm: click to keys, in Blender", CLICK_SECONDS, 1, warm_again),
    ]


HOLDS = """
import importlib, json, time
import bpy

def ours(name):
    return importlib.import_module("." + name, sys.modules["lipwright"].__name__)

bpy.ops.wm.read_factory_settings(use_empty=True)
bpy.ops.lipwright.add_demo_head()
scene = bpy.context.scene
strip = ours("scene.sounds.strip").add_to_sequencer(scene, sys.argv[1], 1)
part = scene.lipwright_cast.parts.add()
part.pattern, part.character = strip.name, bpy.data.objects["Head"]
# The panel that is drawn has looked at the character by then.
scene.lipwright.character = part.character
ours("scene.character.find").rig_of(ours("scene.character.chosen").chosen_character(bpy.context))
held = []
for _ in range(2):  # a first take, and another over it
    cast, longest, goes_on = ours("jobs.casting").Cast(bpy.context), 0.0, True
    while goes_on:
        started = time.perf_counter()
        goes_on = cast.advance(bpy.context)
        longest = max(longest, time.perf_counter() - started)
        time.sleep(0.01)
    assert cast.counts == (1, 0), cast.lines[0].said
    held.append(longest)
print(json.dumps(held))
bake.leave(0)
"""


def holds(folder: Path, source: Path) -> list[Row]:
    """The longest that a window would stand still while a line of ten minutes is worked on.

    Turn by turn, as in a window; the undo step, which is Blender's, included.
    """
    path = recording(folder, HELD_SECONDS, source)
    done = subprocess.run(
        [sys.executable, "-c", f"{LOADED}\n{HOLDS}", str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    first, again = json.loads(done.stdout.splitlines()[-1])
    return [
        Row("longest hold of a window", HELD_SECONDS, 1, first),
        Row("the same, over an earlier take", HELD_SECONDS, 1, again),
    ]


TURNS = """
import importlib, inspect, json, time
import bpy

def ours(name):
    return importlib.import_module("." + name, sys.modules["lipwright"].__name__)

def least(action, times):
    took = []
    for _ in range(times):
        started = time.process_time()
        action()
        took.append(time.process_time() - started)
    return min(took)

bpy.ops.wm.read_factory_settings(use_empty=True)
bpy.ops.lipwright.add_demo_head()
scene, head = bpy.context.scene, bpy.data.objects["Head"]
choice = scene.lipwright
choice.source, choice.file, choice.character = "FILE", sys.argv[1], head
bpy.ops.lipwright.generate(add_strip=False)
character = ours("scene.character.chosen").chosen_character(bpy.context)

def turn_a_dial():
    character.root.lipwright.jaw = 1.9 - character.root.lipwright.jaw
    ours("jobs.again").mix_again(character)

mixed = least(turn_a_dial, 60)
mesh = bpy.data.meshes.new("one of many")
for number in range(int(sys.argv[2])):
    scene.collection.objects.link(bpy.data.objects.new("other", mesh if number % 2 else None))
bpy.context.view_layer.update()
kinds = (*bpy.types.Operator.__subclasses__(), *bpy.types.Panel.__subclasses__())
ours_only = [kind for kind in kinds if kind.__name__.startswith("LIPWRIGHT_")]
polls = [kind.poll for kind in ours_only if inspect.ismethod(getattr(kind, "poll", None))]

def redraw(changed):
    if changed:
        ours("scene.session").memory.scene_changed()
    for poll in polls:
        poll(bpy.context)

redraw(True)
print(json.dumps([mixed, least(lambda: redraw(True), 5), least(lambda: redraw(False), 5)]))
bake.leave(0)
"""


def turns(source: Path) -> list[Row]:
    """What a dial and a redraw cost, in seconds of the processor: other work does not count."""
    command = [sys.executable, "-c", f"{LOADED}\n{TURNS}", str(source), str(OBJECTS)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    mixed, first, again = json.loads(done.stdout.splitlines()[-1])
    seconds = round(soundfile.info(source).duration)
    return [
        Row("a dial turned: line mixed again", seconds, 1, mixed),
        Row("polls of a redraw, 8,000 objects", seconds, 1, first),
        Row("the same, with nothing changed", seconds, 1, again),
    ]


def rhubarb(program: str, path: Path, seconds: int, folder: Path) -> list[Row]:
    """Rhubarb on the same sound, with both of its recognisers."""
    rows: list[Row] = []
    for recogniser in ("phonetic", "pocketSphinx"):
        out = str(folder / "out.tsv")
        command = [program, "-r", recogniser, "--threads", "1", "-o", out, str(path)]
        rows.append(Row(f"Rhubarb, {recogniser}", seconds, 1, *run(command)))
    return rows


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sound", type=Path, default=LINE)
    parser.add_argument("--rhubarb", default="", help="path of Rhubarb's program")
    args = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for seconds in WARM_SECONDS:
            rows += warm(recording(folder, seconds, args.sound), seconds)
        for seconds in COLD_SECONDS:
            path = recording(folder, seconds, args.sound)
            rows += [cold(path, seconds, threads, folder) for threads in THREADS]
        rows += many(folder, args.sound)
        if importlib.util.find_spec("bpy") is not None:
            rows += [takes(folder), *clicks(folder, args.sound), *holds(folder, args.sound)]
            rows += turns(args.sound)
        if args.rhubarb:
            rows += rhubarb(args.rhubarb, recording(folder, 60, args.sound), 60, folder)
    heads = f"{'sound':>8}{'threads':>9}{'work':>10}{'real time':>11}{'peak':>9}{'all cores':>11}"
    say(f"{'':36}{heads}")
    for row in rows:
        peak = "" if row.peak_mb is None else f"{row.peak_mb:.0f} MB"
        cores = "" if row.cpu_seconds is None else f"{row.cpu_seconds:.1f} s"
        say(
            f"{row.what:36}{row.sound_seconds:>6} s{row.threads:>9}{row.seconds:>8.2f} s"
            f"{row.real_time:>11.4f}{peak:>9}{cores:>11}"
        )
    REPORT.parent.mkdir(exist_ok=True)
    content = [{**asdict(row), "real_time": row.real_time} for row in rows]
    REPORT.write_text(json.dumps(content, indent=1) + "\n", "utf8")
    say(f"Written to {REPORT.relative_to(ROOT)}")


def say(text: str) -> None:
    """Write a line to the terminal."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
