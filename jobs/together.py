# SPDX-License-Identifier: GPL-3.0-or-later
"""Many lines in one file: an Action each in a .blend, a take each in an FBX of every character.

All lines begin with the scene as it is in its file. The files are written when every line was
heard, and left as they are while nothing of any line has changed.
"""

import argparse
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import bpy

from ..batch.journal import Journal
from ..batch.lines import Line
from ..batch.row import DONE, Row
from ..batch.sketch import mouths_of
from ..batch.work import Order, Wish, arguments_of, failed, heard_row, sum_of, wish_of
from ..core.errors import SettingsError, sentence_of
from ..core.formats import write_whole
from ..pipeline import Analysis
from ..scene import compat
from ..scene.character.chosen import settings_of
from ..scene.character.drawing import refuse_if_in_no_file
from ..scene.character.find import Character
from ..scene.exports.files import file_name
from ..scene.exports.many_takes import export_fbx_takes
from ..scene.sounds.strip import add_to_sequencer, plays_at
from ..scene.takes.aside import Aside, Worn, copied, set_aside, wear, worn_by
from ..scene.takes.places import Report
from .bake import character_for, keying_from, open_for, save, say, settings_in_file
from .dials import write_dials
from .take import Gathered, gather

WRITES = ("fbx", "blend")
STAMP = "together.json"  # beside the journal's rows


@dataclass(frozen=True)
class Told:
    """A line that is understood: its own options, what is wanted, and the sum of that."""

    blank: Row
    own: argparse.Namespace
    wish: Wish
    key: str

    def row(self, report: Report, analysis: Analysis) -> Row:
        """Make its row when it was said; who writes it adds what was written."""
        return replace(
            heard_row(self.blank, analysis, self.wish, self.own.language, self.key),
            message=". ".join(dict.fromkeys([*analysis.notes, *report.notes])),
            sketch=mouths_of(analysis.mouth),
        )


def refuse_others(args: argparse.Namespace) -> None:
    """SettingsError for what cannot be in one file."""
    if set(args.write) - set(WRITES):
        raise SettingsError("--together writes fbx and blend. Leave the others out of --write")


class Together:
    """One batch into one file: says what became of its lines, then writes."""

    def __init__(self, args: argparse.Namespace, journal: Journal) -> None:
        self.args, self.journal = args, journal
        self.stamp = journal.partial.parent / STAMP
        self.takes: dict[str, list[Aside]] = {}
        self.characters: dict[str, Character] = {}
        # What each character wears in its file, and who has that on now.
        self.before: dict[str, tuple[Worn, ...]] = {}
        self.dressed: set[str] = set()
        self.found: dict[tuple[str, frozenset[str]], Gathered] = {}
        self.sound: Path | None = None

    def rows(self, told: Sequence[Told | Row]) -> Iterator[Row]:
        """Do all lines; the files are written before the last row is given."""
        keys = {one.blank.name: one.key for one in told if isinstance(one, Told)}
        if not self.args.again and self._is_done(keys):
            for one in told:
                yield one if isinstance(one, Row) else self._known(one)
            return
        open_for(self.args)
        last: Row | None = None
        for one in told:
            if last is not None:
                yield last
            last = one if isinstance(one, Row) else self._tried(one)
        self._write(keys)
        if last is not None:
            yield last

    def _is_done(self, keys: Mapping[str, str]) -> bool:
        try:
            known = json.loads(self.stamp.read_text("utf8"))
            files = {name: sum_of(self.args.out / name) for name in known["files"]}
        except (OSError, ValueError, KeyError, TypeError):
            return False
        rows = (self.journal.known.get(name) for name in keys)
        return (
            bool(keys)
            and known["keys"] == dict(keys)
            and known["files"] == files
            and all(row is not None and row.status == DONE for row in rows)
        )

    def _known(self, told: Told) -> Row:
        return replace(self.journal.known[told.blank.name], sound=told.blank.sound)

    def _tried(self, told: Told) -> Row:
        try:
            return self._line(told)
        except Exception as error:  # one line's trouble must not end the others
            return replace(told.blank, message=sentence_of(error))

    def _line(self, told: Told) -> Row:
        own, wish = told.own, told.wish
        if own.fps != self.args.fps:
            raise SettingsError("One file has one frame rate. Leave fps out of the list")
        character = self._character(own)
        self._dress(character)
        settings = settings_in_file(own, character)
        place = character.name, settings.layers
        if place not in self.found:
            self.found[place] = gather(character, settings.layers)
        spoken = say(
            *(own, character, settings, wish.transcript),
            *(wish.start_seconds, wish.duration_seconds),
            name=told.blank.name,
            found=self.found[place],
        )
        report, analysis = spoken.report, spoken.analysis
        self.takes.setdefault(character.name, []).append(set_aside(character, report))
        self.dressed.discard(character.name)
        self.sound = self.sound or own.audio
        output = next(iter(self._places(character.name).values())).name
        return replace(told.row(report, analysis), output=output)

    def _character(self, own: argparse.Namespace) -> Character:
        if own.character not in self.characters:
            character = character_for(own, bpy.context.scene)
            if "fbx" in self.args.write:
                refuse_if_in_no_file(character.root)
            self.characters[own.character] = character
        return self.characters[own.character]

    def _dress(self, character: Character) -> None:
        """Let a character be as in its file: with the lines and hand keys that it has there."""
        name = character.name
        if name not in self.before:
            self.before[name] = copied(worn_by(character))
        elif name not in self.dressed:
            wear(copied(self.before[name]))
        self.dressed.add(name)

    def _places(self, character: str) -> dict[str, Path]:
        """What is written of a character's lines, by its kind."""
        names = {"fbx": f"{file_name(character)}.fbx", "blend": f"{self.args.file.stem}.blend"}
        return {kind: self.args.out / names[kind] for kind in self.args.write}

    def _write(self, keys: Mapping[str, str]) -> None:
        scene = bpy.context.scene
        written: set[Path] = set()
        for character in {one.name: one for one in self.characters.values()}.values():
            takes = self.takes.get(character.name, [])
            if not takes:
                continue
            places = self._places(character.name)
            written |= set(places.values())
            if "fbx" in places:
                partial = self.journal.partial / places["fbx"].name
                export_fbx_takes(partial, character, scene, takes, self.args.engine.upper())
                os.replace(partial, places["fbx"])
        if "blend" in self.args.write and self.takes:
            self._save(scene)
        sums = {place.name: sum_of(place) for place in sorted(written)}
        text = json.dumps({"keys": dict(keys), "files": sums})
        write_whole(self.stamp, [text], self.journal.partial)

    def _save(self, scene: bpy.types.Scene) -> None:
        """Every character wears its first line when the file is opened."""
        for character in self.characters.values():
            takes = self.takes.get(character.name, [])
            if takes:
                wear(takes[0].worn)
                settings = settings_in_file(self.args, character)
                write_dials(settings_of(character), settings, keying_from(self.args))
        ends = [take.last + 1 for takes in self.takes.values() for take in takes]
        scene.frame_end = max(scene.frame_end, *ends)
        if compat.HAS_SOUND and self.sound is not None:
            sound = self.sound.absolute()
            if not plays_at(scene, sound, scene.frame_start):
                add_to_sequencer(scene, sound, scene.frame_start)
        save(self.args.out / f"{self.args.file.stem}.blend")


def told_of(
    line: Line,
    args: argparse.Namespace,
    key_of: Callable[[argparse.Namespace, Wish], str],
) -> Told | Row:
    """Understand a line, or say why not."""
    blank = failed(line)
    try:
        own = arguments_of(line, Order(args, "npz", "", ""))
        own.audio, own.character = line.sound, blank.character or args.character
        wish = wish_of(line, Order(own, "npz", "", ""), own)
        return Told(blank, own, wish, key_of(own, wish))
    except Exception as error:  # one line's trouble must not end the others
        return replace(blank, message=sentence_of(error))
