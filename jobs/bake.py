# SPDX-License-Identifier: GPL-3.0-or-later
"""One line without a window: `blender -c lipwright bake …`, and what bake.py runs."""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import bpy

from ..core.errors import LipwrightError, SettingsError
from ..core.formats import FORMATS, resampled, write_track
from ..core.motion.keying import DENSE, FEW, WAYS, Keying
from ..core.motion.track import FaceTrack
from ..core.phone_list import end_to_end
from ..core.phones import Phone
from ..core.timing import Seconds
from ..core.transcript.words import Transcript
from ..options import (
    add_voice_options,
    phones_from,
    rate_in_hz,
    settings_from,
    tolerance_in_units,
    transcript_from,
)
from ..pipeline import Analysis, Settings, perform_to_rest
from ..rigs.families.metahuman import control_track
from ..scene import compat
from ..scene.character.chosen import settings_of
from ..scene.character.find import (
    Character,
    character_named,
    character_of,
    only_character,
    talking_characters,
)
from ..scene.clock import clock_of, fps_of, set_fps
from ..scene.exports.drawn import drawn_note
from ..scene.exports.files import (
    ENGINES,
    UNREAL,
    export_curves,
    export_fbx,
    export_glb,
    export_usd,
    place_of,
    reason_of,
)
from ..scene.saved.cleared import cleared_of
from ..scene.saved.phones import keep_phones
from ..scene.sounds.strip import add_to_sequencer, plays_at, span_of_file
from ..scene.takes.places import Report
from .dials import layers_on, write_dials
from .hear import Machine, hear
from .manners import missing_part
from .mapping import load_mapping, read_face
from .take import Gathered, animate, looked_at, span_end

DONE, FAILED, WRONG_USAGE = 0, 1, 2
OUTPUTS = ("save", "fbx", "glb", "usd", "csv", "metahuman")
CSV, CONTROLS_CSV = "livelink-csv", "metahuman-csv"


def parser(prog: str) -> argparse.ArgumentParser:
    """The options of a bake: those of the command line, and Blender's own."""
    said = argparse.ArgumentParser(
        prog=prog, description="Let a character of a scene say a line, without a window."
    )
    said.add_argument(
        "file",
        nargs="?",
        type=Path,
        help="scene or character to open: .blend, .fbx, .glb, .gltf or .vrm",
    )
    said.add_argument("--audio", type=Path, required=True, help="the sound file with the voice")
    add_scene_options(said)
    said.add_argument("--save", type=Path, help="write the scene here (.blend)")
    said.add_argument("--fbx", type=Path, help="write character and take here")
    said.add_argument("--glb", type=Path, help="write character and take here")
    said.add_argument("--usd", type=Path, help="write character and take here (.usd, .usda, .usdc)")
    said.add_argument("--csv", type=Path, help="write the face curves here (Live Link Face)")
    said.add_argument(
        "--metahuman", type=Path, help="write MetaHuman control curves here (.fbx or .csv)"
    )
    return said


def add_scene_options(said: argparse.ArgumentParser) -> None:
    """Add what every way of baking shares: the voice's options, the character, the keys."""
    said.add_argument("--character", default="", help="object or collection; else the only one")
    add_voice_options(said)
    said.add_argument("--look-at-object", metavar="NAME", help="the eyes hold this object")
    said.add_argument(
        "--fps", type=rate_in_hz, help="set the scene's frame rate first, such as 29.97"
    )
    said.add_argument(
        "--keys",
        choices=tuple(WAYS),
        default=None,
        help="; ".join(f"{way}: {help[0].lower()}{help[1:]}" for way, (_, help) in WAYS.items()),
    )
    said.add_argument(
        "--few-keys",
        type=tolerance_in_units,
        metavar="TOLERANCE",
        help="how far few keys and key poses may stray, such as 0.01; few keys without --keys",
    )
    said.add_argument("--mapping", type=Path, help="use this saved mapping (JSON)")
    said.add_argument(
        "--engine",
        choices=[engine.lower() for engine in ENGINES],
        default=UNREAL.lower(),
        help="; ".join(f"{name.lower()}: {help}" for name, (_, help, _) in ENGINES.items()),
    )


def main(arguments: Sequence[str], prog: str = "bake.py") -> int:
    """Run a bake; the exit code is 0 if done, 1 if it failed, 2 for wrong usage."""
    try:
        args = parser(prog).parse_args(list(arguments))
        report, _ = bake(args, transcript_from(args, args.audio))
        for note in report.notes:
            sys.stderr.write(f"{note}\n")
        rate = fps_of(bpy.context.scene)
        sys.stdout.write(f"{report.sentence()}, {rate:.6g} frames a second\n")
    except SystemExit as leave:  # argparse has said what is wrong
        return int(leave.code or DONE)
    except SettingsError as error:
        return complain(prog, str(error), WRONG_USAGE)
    except LipwrightError as error:
        return complain(prog, str(error), FAILED)
    except ImportError as error:
        return complain(prog, missing_part(error), FAILED)
    return DONE


def complain(prog: str, sentence: str, code: int) -> int:
    sys.stderr.write(f"{prog}: {sentence}\n")
    sys.stderr.flush()
    return code


@dataclass(frozen=True)
class Spoken:
    """A line that a character says: what was heard and what was written."""

    report: Report
    analysis: Analysis
    recording: str
    settings: Settings


def _character(name: str, scene: bpy.types.Scene) -> Character:
    """Who is meant; a face whose names say nothing is read where no other can talk."""
    if name:
        character = character_named(name, scene)
        read_face(character)
        return character
    if not talking_characters(scene):
        for item in scene.objects:
            if item.type == "ARMATURE" and read_face(character_of(item, scene)):
                break
    character = only_character(scene)
    read_face(character)
    return character


def bake(
    args: argparse.Namespace,
    transcript: Transcript | None,
    start_seconds: Seconds = 0.0,
    duration_seconds: Seconds | None = None,
) -> tuple[Report, Analysis]:
    """Open, listen, write, save: what `main` does, with errors raised."""
    settings_from(args)  # what is wrong with them is said before a file is opened
    phones = phones_from(args)
    open_for(args)
    scene = bpy.context.scene
    character = character_for(args, scene)
    wanted = settings_in_file(args, character)
    refuse_places(args)
    spoken = say(args, character, wanted, transcript, start_seconds, duration_seconds, phones)
    report, analysis, wanted = spoken.report, spoken.analysis, spoken.settings
    write_dials(settings_of(character), wanted, keying_from(args))
    said = end_to_end(analysis.phones, analysis.seconds)
    first_frame = float(scene.frame_start)
    keep_phones(character.root, said, spoken.recording, first_frame, edited=phones is not None)
    span_end(report, scene)
    _deliver(args, character, scene, report)
    if args.csv is not None or args.metahuman is not None:
        _deliver_curves(
            args, perform_to_rest(analysis, wanted), analysis.phones, scene, report.name
        )
    return report, analysis


def open_for(args: argparse.Namespace) -> None:
    """Open the file and set its rate, as the options say."""
    if args.file is not None:
        open_scene(args.file)
    if args.fps is not None:
        set_fps(bpy.context.scene, args.fps)


def character_for(args: argparse.Namespace, scene: bpy.types.Scene) -> Character:
    """The character that the options name, else the only one, with the mapping they name."""
    character = _character(args.character, scene)
    if args.mapping is not None:
        load_mapping(args.mapping, character)
    return character


def settings_in_file(args: argparse.Namespace, character: Character) -> Settings:
    """What the options ask for; layers that are off in the file stay off unless these name them."""
    wanted = settings_from(args)
    if args.layers is not None:
        return wanted
    return replace(wanted, layers=wanted.layers & layers_on(settings_of(character)))


def say(
    args: argparse.Namespace,
    character: Character,
    wanted: Settings,
    transcript: Transcript | None,
    start_seconds: Seconds = 0.0,
    duration_seconds: Seconds | None = None,
    phones: Sequence[Phone] | None = None,
    name: str = "",
    found: Gathered | None = None,
) -> Spoken:
    """Listen to `args.audio` and write it on a character, from the scene's first frame on.

    What the artist cleared of this recording stays cleared.
    """
    scene = bpy.context.scene
    span = span_of_file(args.audio.absolute(), float(scene.frame_start))
    span = replace(
        span,
        channel=args.channel,
        start_seconds=start_seconds,
        duration_seconds=duration_seconds,
    )
    heard = hear(
        span,
        Machine(args.device, args.threads),
        phones=phones,
        transcript=transcript,
    )
    analysis = heard.analysis
    clock = clock_of(scene, span.first_frame)
    told = settings_of(character).cleared, span.source, span.start_seconds, heard.recording
    wanted = replace(wanted, cleared=cleared_of(*told))
    if args.look_at_object:
        settings_of(character).acting.look_at = object_named(args.look_at_object, scene)
        look_at = looked_at(character, analysis, clock)
        wanted = replace(wanted, acting=replace(wanted.acting, look_at=look_at))
    report = animate(
        character, analysis, wanted, clock, name or span.name, keying_from(args), found=found
    )
    return Spoken(report, analysis, heard.recording, wanted)


def keying_from(args: argparse.Namespace) -> Keying:
    """In which way the options key."""
    way = args.keys or (DENSE if args.few_keys is None else FEW)
    return Keying(way) if args.few_keys is None else Keying(way, args.few_keys)


def refuse_places(args: argparse.Namespace) -> None:
    """SettingsError where nothing is to be written; LipwrightError for a place that cannot be."""
    asked = {name: getattr(args, name) for name in OUTPUTS if getattr(args, name) is not None}
    if not asked:
        options = ", ".join(f"--{name}" for name in OUTPUTS)
        raise SettingsError(f"Nothing is to be written. Give one or more of {options}")
    for name, path in asked.items():
        folder_of(path)
        full = path.absolute()
        if full.is_dir() or not os.access(full.parent, os.W_OK):
            raise LipwrightError(
                f"“{path}” of --{name} cannot be written. Choose another place or name"
            )
        if name == "glb":
            place_of(full, ".glb")


def save(path: Path) -> None:
    """Save the file, or say why not."""
    try:
        bpy.ops.wm.save_as_mainfile(filepath=str(path.absolute()), check_existing=False)
    except RuntimeError as error:
        raise LipwrightError(f"“{path}” could not be saved: {reason_of(error)}") from error
    if not path.absolute().is_file():
        raise LipwrightError(f"“{path}” could not be saved. Choose another place")


def _deliver(
    args: argparse.Namespace, character: Character, scene: bpy.types.Scene, report: Report
) -> None:
    """Write the files that were asked for."""
    if args.save is not None:
        if compat.HAS_SOUND and not plays_at(scene, args.audio.absolute(), scene.frame_start):
            add_to_sequencer(scene, args.audio.absolute(), scene.frame_start)
        save(args.save)
    if args.fbx is not None:
        engine = args.engine.upper()
        export_fbx(args.fbx.absolute(), character, scene, report.name, engine)
    writers = ((args.glb, export_glb), (args.usd, export_usd))
    for path, export in writers:
        if path is not None:
            export(path.absolute(), character, scene, report.name)
    written = (path for path in (args.fbx, args.glb, args.usd) if path is not None)
    report.notes += filter(None, (drawn_note(path, character) for path in written))


def _deliver_curves(
    args: argparse.Namespace,
    face: FaceTrack,
    phones: Sequence[Phone],
    scene: bpy.types.Scene,
    name: str,
) -> None:
    """Write the curves that were asked for."""
    if args.csv is not None:
        track = resampled(face, args.fps or FORMATS[CSV].rate_hz)
        write_track(args.csv, CSV, track, phones)
    if args.metahuman is not None:
        controls = control_track(resampled(face, fps_of(scene)))
        _write_controls(args.metahuman.absolute(), controls, scene, name)


def _write_controls(path: Path, controls: FaceTrack, scene: bpy.types.Scene, name: str) -> None:
    """Write MetaHuman curves at the scene's rate, by the suffix of the file."""
    if path.suffix.lower() == ".fbx":
        export_curves(path, controls.curves(), scene, name)
    elif path.suffix.lower() == ".csv":
        write_track(path, CONTROLS_CSV, controls, ())
    else:
        raise SettingsError(f"“{path.name}” should end with .fbx or .csv")


def object_named(name: str, scene: bpy.types.Scene) -> bpy.types.Object:
    """The object of this name; SettingsError if the scene has none."""
    item = scene.objects.get(name)
    if item is None:
        raise SettingsError(f"There is no object “{name}” in this scene to look at")
    return item


def folder_of(path: Path) -> None:
    """Make the folder of a file to write."""
    try:
        path.absolute().parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LipwrightError(f"The folder of “{path}” cannot be made. Choose another") from error


def open_scene(path: Path) -> None:
    """Open a .blend, or import a character into an empty scene."""
    if not path.is_file():
        raise SettingsError(f"The file “{path}” was not found. Check the path")
    readers = {
        ".blend": lambda name: bpy.ops.wm.open_mainfile(filepath=name, load_ui=False),
        ".fbx": compat.import_fbx,
        ".glb": lambda name: bpy.ops.import_scene.gltf(filepath=name),
        ".gltf": lambda name: bpy.ops.import_scene.gltf(filepath=name),
        ".vrm": lambda name: bpy.ops.import_scene.gltf(filepath=name),
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise SettingsError(f"“{path.name}” is none of {', '.join(readers)}. Convert it first")
    if reader is not readers[".blend"]:
        empty_scene()
    try:
        reader(str(path.absolute()))
    except RuntimeError as error:
        why = str(error).strip().removeprefix("Error: ").rstrip(".")
        raise LipwrightError(
            f"Blender could not read “{path.name}”: {why}. Write it anew from where it was made"
        ) from error


def empty_scene() -> None:
    """Remove what a fresh file holds, so that the imported character is alone."""
    for item in list(bpy.data.objects):
        bpy.data.objects.remove(item)
