# SPDX-License-Identifier: GPL-3.0-or-later
"""The program on one page: sound, listener, articulator, performance, mix, rig, keys.

`analyse` is the slow half (the networks) and is kept. `perform` makes one face track of it and
`plan_take` the keys of a character: both are quick and are done again whenever a dial moves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .core.audio.load import RATE_HZ, Sound, fingerprint_of
from .core.decode import corrected_posteriors, phones_of
from .core.errors import RigError
from .core.motion.captured import with_captured
from .core.motion.cleared import silenced, without_cleared
from .core.motion.ends import CLOSING_SECONDS, Ends, Room, ends_of, lengthened
from .core.motion.envelope import Envelope
from .core.motion.keying import EVERY_FRAME, TWOS, Keying
from .core.motion.keys import Keys, sampled, scene_frames
from .core.motion.mix import OUTPUT_NAMES, Style, mix_layers
from .core.motion.track import SIGNAL_NAMES, FaceTrack
from .core.performance.acting import Acting
from .core.performance.asides.heard import heard_in
from .core.performance.asides.kinds import Aside
from .core.performance.asides.shown import not_written, without_room
from .core.performance.asides.written import asides_in
from .core.performance.emotion import AUTO, Strength, at_least, resting_face, strengths_over
from .core.performance.feeling import suggest
from .core.performance.layers import DEFAULT_LAYERS, LAYERS, Ingredients, make_layers
from .core.performance.signals import signals, with_effort
from .core.performance.voice import Voice
from .core.performance.written import Written, tags_of, with_written, written_in
from .core.phones import SILENCE, Phone
from .core.settings import Settings
from .core.timing import FrameClock, Seconds
from .core.transcript.follow import follow
from .core.transcript.words import Transcript
from .models.articulator import articulate
from .models.listener import Heard, listen
from .models.session import Cancel, Progress, device_note
from .rigs.apart import Curves, split
from .rigs.bones.turns import NO_BODY, Body, Turn, plan_turns
from .rigs.drawn import Drawing, held_mouths
from .rigs.drive import drive, standing_face
from .rigs.keyed import keyed
from .rigs.lips.fit import LipFit
from .rigs.schema import Control, RigMap
from .rigs.whole_faces import felt_by, followed, shown_whole

ONLY_CLOSING = Room()
SIGNALS = frozenset(SIGNAL_NAMES)
FEELING_SECONDS = 0.1  # between the values of a feeling that changes over the line
SILENT = 1e-4  # of full scale: -80 dB
_LISTENING_SHARE = 0.9  # of the time that `analyse` takes


@dataclass(frozen=True)
class Analysis:
    """What the networks made of one sound; keep it and `perform` as often as you like.

    Parameters
    ----------
    seconds : float
        Length of the sound.
    voice : Voice
        Its phones, stresses and pauses.
    mouth : FaceTrack
        The articulator's drawing.
    notes : tuple of str
        Sentences for the artist, such as that the transcript does not fit.
    written : Written, optional
        The feelings that its transcript asks for.
    asides : tuple of Aside
        The sounds without words that it names, then those that were heard beside them.
    """

    seconds: Seconds
    voice: Voice
    mouth: FaceTrack
    notes: tuple[str, ...] = ()
    written: Written | None = None
    asides: tuple[Aside, ...] = ()

    @property
    def phones(self) -> tuple[Phone, ...]:
        """What was heard (or given), with times."""
        return self.voice.phones


def _part(progress: Progress | None, start: float, stop: float) -> Progress | None:
    return None if progress is None else lambda share: progress(start + share * (stop - start))


def _put_right(
    heard: Heard, transcript: Transcript, seconds: Seconds
) -> tuple[Heard, Written | None, tuple[Aside, ...], list[str]]:
    """Follow a text: what was heard by it, its feelings and asides, what is to be said of it."""
    asides = asides_in(transcript.text, (), seconds)
    if asides and asides[0].alone:  # such as “[laugh]” and no word
        return heard, None, asides, []
    followed = follow(heard.posteriors, transcript.text, language=transcript.language)
    notes = [followed.note] if followed.note else []
    starts = [None if at is None else at / heard.rate_hz for at in followed.word_starts]
    written = written_in(transcript.text, starts, seconds)
    if written is None and tags_of(transcript.text):
        notes.append("The feelings in the transcript were left aside with it")
    heard = replace(heard, posteriors=followed.posteriors)
    return heard, written, asides_in(transcript.text, starts, seconds), notes


def analyse(
    sound: Sound,
    *,
    device: str = "auto",
    threads: int = 1,
    phones: Sequence[Phone] | None = None,
    transcript: Transcript | None = None,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Analysis:
    """Listen to a sound and draw its mouth.

    A `transcript` sharpens what was heard; `phones`, where given, replace it wherever they differ
    or a person set them. The prosody is still the sound's. Raises Cancelled between windows when
    `cancelled` says so, and other LipwrightErrors for what the artist can put right.
    """
    heard = listen(
        sound,
        device=device,
        threads=threads,
        progress=_part(progress, 0.0, _LISTENING_SHARE),
        cancelled=cancelled,
    )
    seconds, fingerprint = sound.seconds, fingerprint_of(sound)
    notes = [note for note in (device_note(device, threads), *sound.notes) if note]
    mute = bool(np.abs(sound.samples).max(initial=0.0) < SILENT)
    del sound  # an hour of samples is as much as all that follows
    written, asides = None, ()
    if transcript is not None:
        heard, written, asides, said = _put_right(heard, transcript, seconds)
        notes += said
    if phones is not None:
        spoken = tuple(phones)
        corrected = corrected_posteriors(heard.posteriors, spoken, heard.rate_hz)
        heard = replace(heard, posteriors=corrected)
    else:
        spoken = phones_of(heard.posteriors, heard.rate_hz)
    if mute:
        notes.append("The sound is silent. Check its volume, and that it is the right file")
    # A text of no word, such as “[laugh]”, says itself that nobody speaks.
    elif all(phone.symbol == SILENCE for phone in spoken) and not any(one.alone for one in asides):
        notes.append("No speech was heard, so the mouth stays shut. Check that somebody speaks")
    mouth = articulate(
        heard,
        device=device,
        threads=threads,
        progress=_part(progress, _LISTENING_SHARE, 1.0),
        cancelled=cancelled,
    )
    voicing, pitch, loudness, effort = heard.prosody.T
    voice = Voice(spoken, loudness, voicing, pitch, heard.rate_hz, fingerprint, effort)
    notes += without_room(asides, voice)
    asides = (*asides, *not_written(heard_in(voice, heard.posteriors), asides, voice))
    return Analysis(seconds, voice, with_effort(mouth, voice), tuple(notes), written, asides)


def silent(seconds: Seconds) -> Analysis:
    """Return what is heard of silence: nothing, for a face that somebody else moves."""
    samples = np.zeros(max(1, round(seconds * RATE_HZ)), np.float32)
    return replace(analyse(Sound(samples)), notes=())


def feel(analysis: Analysis, settings: Settings) -> dict[str, Strength]:
    """Say what the face feels: what was asked for or written, and what is wanted of the guess."""
    wanted = at_least(settings.emotions, settings.resting)
    times = np.arange(0.0, analysis.seconds + FEELING_SECONDS, FEELING_SECONDS)
    if analysis.written is not None:
        wanted = with_written(wanted, analysis.written, times)
    if settings.auto == 0:
        return wanted
    share = strengths_over(AUTO, settings.auto, times)
    for name, guessed in suggest(analysis.voice).emotions.items():
        asked = strengths_over(name, wanted.get(name, 0.0), times)
        felt = np.maximum(asked, np.minimum(asked + share * guessed.at(times), 1.0))
        wanted[name] = Envelope.of(times, felt)
    return wanted


def layer_tracks(analysis: Analysis, settings: Settings) -> dict[str, FaceTrack]:
    """Make each wanted layer on its own, as long as the sound."""
    feelings = feel(analysis, settings) if "emotion" in settings.layers else {}
    ingredients = Ingredients(
        *(analysis.voice, analysis.mouth, settings.acted, feelings), asides=analysis.asides
    )
    return make_layers(ingredients, settings.layers, settings.seed_of)


def kept_tracks(analysis: Analysis, settings: Settings) -> dict[str, FaceTrack]:
    """Make each wanted layer, at rest where it was cleared."""
    return without_cleared(layer_tracks(analysis, settings), settings.cleared)


def layers_with_ends(
    analysis: Analysis, settings: Settings, room: Room, *, signalled: bool = False
) -> tuple[dict[str, FaceTrack], Ends]:
    """Make each wanted layer, and let it come from rest and go back beyond the sound.

    Where something follows what the voice does, that is a layer of its own.
    """
    tracks, acting = kept_tracks(analysis, settings), settings.acted
    if signalled:
        tracks["signals"] = signals(analysis.voice)
    wanted = Ends(acting.lead_in, acting.hold, acting.fade_out, CLOSING_SECONDS)
    ends = ends_of(tracks, wanted, room)
    stays = resting_face(settings.resting, acting)
    return {
        name: lengthened(track, ends, feels=True, stays=stays)
        if name == "emotion"
        else lengthened(track, ends, feels=False)
        for name, track in tracks.items()
    }, ends


def mix(analysis: Analysis, tracks: Mapping[str, FaceTrack], settings: Settings) -> FaceTrack:
    """Add layers up with the artist's dials."""
    frames = max((len(track.values) for track in tracks.values()), default=analysis.voice.frames)
    return mix_layers(tracks, settings.style, frames, analysis.voice.rate_hz)


def steps(
    analysis: Analysis, tracks: Mapping[str, FaceTrack], settings: Settings
) -> dict[str, FaceTrack]:
    """Mix layers one after another: each name with the face up to and with that layer.

    What a layer adds is its face less the one before. All these differences together are the
    face that `mix` makes, so each can lie on a track of its own; all have the last one's channels.
    """
    names = list(tracks)
    faces = {
        name: mix(analysis, {one: tracks[one] for one in names[: i + 1]}, settings)
        for i, name in enumerate(names)
    }
    return {name: face.with_names(faces[names[-1]].names) for name, face in faces.items()}


def perform(analysis: Analysis, settings: Settings) -> FaceTrack:
    """Make all wanted layers and add them up: 100 Hz, the channels of `OUTPUT_NAMES`."""
    whole = mix(analysis, kept_tracks(analysis, settings), settings)
    return with_captured(whole, settings.captured)


def perform_to_rest(analysis: Analysis, settings: Settings) -> FaceTrack:
    """Perform for a file: what is not at rest where the sound ends comes to rest beyond it."""
    whole = mix(analysis, layers_with_ends(analysis, settings, ONLY_CLOSING)[0], settings)
    return with_captured(whole, settings.captured)


@dataclass(frozen=True)
class TakePlan:
    """One take of one character as values: everything that is to be written, and nothing else.

    Parameters
    ----------
    frames : ndarray [shape=(k,)], float64
        The whole scene frames that the take spans, ascending.
    layers : mapping of str to mapping of Control to Keys
        The first lies below; every other one adds to those before it. Only one unless the layers
        are to lie apart.
    rests : mapping of Control to float
        The value at which each control does nothing.
    turns : tuple of Turn
        What bones turn, one row a frame.
    drawn : tuple of (float, str)
        The frame from which on each mouth of a drawing is held.
    keying : Keying
        In which way it is keyed.
    lead_frames, tail_frames : float
        How many of the frames lie before the sound, and after it.
    """

    frames: NDArray[np.float64]
    layers: Mapping[str, Mapping[Control, Keys]]
    rests: Mapping[Control, float]
    turns: tuple[Turn, ...] = ()
    drawn: tuple[tuple[float, str], ...] = ()
    keying: Keying = EVERY_FRAME
    lead_frames: float = 0.0
    tail_frames: float = 0.0

    @property
    def span(self) -> tuple[float, float]:
        """First and last frame, with a frame of rest at both ends."""
        return float(self.frames[0]) - 1, float(self.frames[-1]) + 1


def plan_take(
    analysis: Analysis,
    settings: Settings,
    rig: RigMap,
    fit: LipFit | None,
    clock: FrameClock,
    *,
    body: Body = NO_BODY,
    apart: bool = False,
    keying: Keying = EVERY_FRAME,
    resting: Sequence[Control] = (),
    room: Room = ONLY_CLOSING,
    drawing: Drawing | None = None,
) -> TakePlan:
    """Turn what was heard into the keys of one character.

    `body` says which bones are there to turn, `apart` keeps the layers apart, `keying` is the way
    of keying, and the controls of `resting` are held at 0. Of a `drawing` the plan says which mouth
    is held when. A mouth that is open where the sound ends closes in the `room` after it, and
    feelings come and go there. Raises RigError if every row of the rig is muted.
    """
    if "head" not in body.roles:
        settings = replace(settings, layers=settings.layers - {"head"})
    told = followed(rig)
    acting = replace(settings.acting, whole_faces=shown_whole(rig), told_feelings=felt_by(told))
    settings = replace(settings, acting=acting)
    tracks, ends = layers_with_ends(analysis, settings, room, signalled=bool(told & SIGNALS))
    faces = (apart and steps(analysis, tracks, settings)) or {"": mix(analysis, tracks, settings)}
    highest, whole = list(faces.items())[-1]
    lead = round(ends.lead_seconds * whole.rate_hz) / whole.rate_hz  # it is of whole frames
    faces[highest] = whole = with_captured(whole, settings.captured, lead)
    frames, rate_hz = scene_frames(whole.times_seconds - lead, clock), clock.fps
    if keying.way == TWOS:
        frames = np.asarray(range(int(frames[0]), int(frames[-1]) + 2, 2), float)
        rate_hz /= 2
    moments = clock.seconds(frames) + lead
    shown = {layer: sampled(face, moments, rate_hz) for layer, face in faces.items()}
    base, added = split({layer: drive(face, rig, fit) for layer, face in shown.items()})
    if not base and drawing is None:
        raise RigError("Every row of the mapping is muted. Switch some on in the panel Rig")
    whole = shown[highest]

    def keys_of(curves: Curves) -> dict[Control, Keys]:
        return keyed(curves, frames, whole, rig, fit, keying)

    still = Keys(frames[[0, -1]], np.zeros(2, np.float32))
    lowest = {**keys_of(base), **dict.fromkeys(resting, still)}
    return TakePlan(
        frames,
        {next(iter(faces)): lowest, **{layer: keys_of(curves) for layer, curves in added.items()}},
        _rests(settings, rig, fit),
        plan_turns(whole, body, settings.layers),
        _drawn(analysis, drawing, clock, frames, settings) if drawing is not None else (),
        keying,
        lead * clock.fps,
        ends.tail_seconds * clock.fps,
    )


def _rests(settings: Settings, rig: RigMap, fit: LipFit | None) -> dict[Control, float]:
    """Return what each control stands at between lines: at rest, or in the mood that goes on."""
    rests = {row.control: row.rest for row in rig.rows}
    if not settings.resting or "emotion" not in settings.layers:
        return rests
    return rests | standing_face(settings.resting, settings.acted, rig, fit)


def _drawn(
    analysis: Analysis,
    drawing: Drawing,
    clock: FrameClock,
    frames: NDArray[np.float64],
    settings: Settings,
) -> tuple[tuple[float, str], ...]:
    """Which drawn mouth is held when; at rest without the layer of speech."""
    if "speech" not in settings.layers:
        return ((float(frames[0]), drawing.rest),)
    later = clock.fps * settings.style.sync_offset_seconds
    moved = replace(clock, first_frame=clock.first_frame + later)
    return tuple(held_mouths(silenced(analysis.phones, settings.cleared), drawing, moved, frames))


__all__ = [
    "DEFAULT_LAYERS",
    "LAYERS",
    "OUTPUT_NAMES",
    "Acting",
    "Analysis",
    "Settings",
    "Style",
    "TakePlan",
    "analyse",
    "layer_tracks",
    "mix",
    "perform",
    "plan_take",
    "silent",
    "steps",
]
