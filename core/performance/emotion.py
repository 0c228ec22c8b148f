# SPDX-License-Identifier: GPL-3.0-or-later
"""Emotions over a line: they hold from end to end, and the mouth's share moves with the words."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, minimum_filter1d

from ..arrays import Floats
from ..errors import SettingsError
from ..motion.envelope import Envelope, at_times
from ..motion.mouth import MOUTH as MOUTH_TABLE
from ..motion.mouth import Kind, stem_of
from ..motion.track import ARKIT_NAMES, FaceTrack, feeling_channels
from ..phones import BILABIAL, LABIODENTAL, ROUNDED, SILENCE, VOWELS, Phone
from .acting import PLAIN, Acting
from .prototypes import BLENDS, EMOTIONS, pose
from .voice import VOICED, Voice, smooth_bump

MOUTH = ("mouth", "jaw")  # how the shapes of the mouth begin; all others are the upper face
Strength = float | Envelope  # 0..1.5, constant or animated
ASYMMETRY = 0.08  # one side is up to this much weaker: posed faces are, Borod et al. 1997
MOUTH_LAG_SECONDS = 0.08  # eyes and brows show a feeling first: set by eye
STRONGEST = 1.5  # beyond 1, the strongest that people show, for cartoons
AUTO = "auto"  # stands beside the emotions: how much of the guess is wanted
# Half a strength is to look like intensity C of FACS, the marked one, and a third is to be seen.
CURVE = 0.6
# How much of a feeling the voice carries: what the calmest moment of a line lacks of it.
CARRIED = 0.12
WANDER = 0.02

# How much of a feeling's mouth is left at a sound, by what a shape does to the lips: all of it on
# open vowels and, but for what parts the lips, in pauses. People who smile while they speak have a
# smile of .40 on average, .82 at its height; lips that must meet, tuck or round give most way.
_SILENT, _OPEN, _ROUND, _LIPS, _TEETH, _OTHER = range(6)
ROOM: dict[Kind, tuple[float, float, float, float, float, float]] = {
    Kind.CORNERS: (1.0, 1.0, 0.8, 0.75, 0.6, 1.0),
    Kind.PARTS: (0.5, 1.0, 0.7, 0.3, 0.1, 0.9),
    Kind.SHUTS: (1.0, 0.3, 0.25, 0.8, 0.1, 0.4),
    Kind.OPENS: (1.0, 0.9, 0.5, 0.25, 0.2, 0.55),
}
# A control that is a whole face moves corners and lips at once, and its brows with them: so much of
# its mouth's share is left. It is all there on vowels and in pauses; what lips that meet need more
# is taken where they meet, and comes and goes as softly as this, so that brows do not twitch.
WHOLE_ROOM = (1.0, 1.0, 0.65, 0.5, 0.4, 0.85)
WHOLE_SOFT_SECONDS = 0.05
# Lips move to a sound and from it as softly as this, and are there so long before it.
SOFT_SECONDS, EARLY_SECONDS = 0.04, 0.03


def _class_of(phone: Phone) -> int:
    if phone.symbol == SILENCE:
        return _SILENT
    if phone.symbol in BILABIAL:
        return _LIPS
    if phone.symbol in LABIODENTAL:
        return _TEETH
    if phone.symbol in ROUNDED:
        return _ROUND
    return _OPEN if phone.symbol in VOWELS else _OTHER


def room_for(voice: Voice) -> dict[Kind, NDArray[np.float64]]:
    """Say how much of a feeling's mouth the words leave room for.

    Parameters
    ----------
    voice : Voice

    Returns
    -------
    dict of Kind to ndarray [shape=(frames,)]
        0..1 for each kind of mouth shape that a feeling may have.
    """
    return {kind: _room(voice, amounts, SOFT_SECONDS) for kind, amounts in ROOM.items()}


def room_for_whole_face(voice: Voice) -> NDArray[np.float64]:
    """Say how much of a whole face's mouth the words leave room for, shape (frames,), 0..1."""
    return _room(voice, WHOLE_ROOM, WHOLE_SOFT_SECONDS)


def _room(voice: Voice, amounts: Sequence[float], soft_seconds: float) -> NDArray[np.float64]:
    """Spread what is left at each kind of sound over a line."""
    said = np.full(voice.frames, -1)  # where there is no phone, all of it is left
    for phone in voice.phones:
        a = round(phone.start_seconds * voice.rate_hz)
        b = max(a + 1, round(phone.end_seconds * voice.rate_hz))
        said[a:b] = _class_of(phone)
    reach = round(EARLY_SECONDS * voice.rate_hz)
    room = minimum_filter1d(np.array([*amounts, 1.0])[said], 2 * reach + 1, mode="nearest")
    return gaussian_filter1d(room, soft_seconds * voice.rate_hz, mode="nearest")


def _carried(voice: Voice) -> NDArray[np.float64]:
    """How much of a feeling the voice carries, 1 - `CARRIED` to 1: loud, high, stressed is more."""
    spread = 0.2 * voice.rate_hz
    heard = voice.voicing > VOICED
    cues = np.zeros(voice.frames)
    if heard.sum() > 1:
        for cue in (voice.loudness_db, voice.pitch_log2, voice.effort_db):
            if cue is not None:
                middle, width = float(np.mean(cue[heard])), float(np.std(cue[heard])) + 1e-6
                cues += np.where(heard, np.clip((cue - middle) / width, -2, 2), 0.0) / 6
    carried = gaussian_filter1d(cues, spread, mode="nearest")
    return 1 - CARRIED + CARRIED * np.clip(0.5 + carried + 0.7 * _swell(voice), 0, 1)


def _swell(voice: Voice) -> NDArray[np.float64]:
    """0..1, highest on stressed words."""
    swell = np.zeros(voice.frames)
    for time, strength in voice.stresses:
        near, bump = smooth_bump(voice.times_seconds, time, 0.25, 0.45)
        swell[near] = np.maximum(swell[near], strength * bump)
    return swell


def most_of(name: str) -> float:
    """Say how strong an emotion may be; of the guess no more than all of it is wanted."""
    return 1.0 if name == AUTO else STRONGEST


def strengths_over(name: str, strength: Strength, times_seconds: Floats) -> NDArray[np.float64]:
    """Spread a strength over times, shape (n,); SettingsError if it leaves its range."""
    over, most = at_times(strength, times_seconds), most_of(name)
    outside = over[~((over >= 0) & (over <= most))]
    if len(outside):
        worst = outside[np.abs(outside - most / 2).argmax()]
        raise SettingsError(f"The strength {worst:g} of “{name}” is outside 0 to {most:g}")
    return over


def unmixed(emotions: Mapping[str, Strength]) -> dict[str, Strength]:
    """Spell the named mixes among some emotions out.

    Parameters
    ----------
    emotions : mapping of str to float or Envelope
        Strengths of `EMOTIONS` and of `BLENDS`; other names are passed on.

    Returns
    -------
    dict of str to float or Envelope
        No mixes; what several of them show adds up to `STRONGEST` at most.
    """
    out: dict[str, Strength] = {}
    for name, strength in emotions.items():
        for part, share in BLENDS.get(name, {name: 1.0}).items():
            out[part] = _added(out.get(part, 0.0), strength, share)
    return out


def _added(one: Strength, more: Strength, share: float) -> Strength:
    if not isinstance(one, Envelope) and not isinstance(more, Envelope):
        return min(one + share * more, STRONGEST)
    moments = (item.times_seconds for item in (one, more) if isinstance(item, Envelope))
    times = np.unique(np.concatenate(list(moments)))
    total = at_times(one, times) + share * at_times(more, times)
    return Envelope.of(times, np.minimum(total, STRONGEST))


def shown(strength: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn strengths into shares of a prototype: 0.5 is marked, 1 whole, more is exaggerated."""
    return np.where(strength < 1, np.power(np.maximum(strength, 0.0), CURVE), strength)


def at_least(asked: Mapping[str, Strength], least: Mapping[str, float]) -> dict[str, Strength]:
    """Let no feeling fall below what goes on between lines.

    Parameters
    ----------
    asked : mapping of str to float or Envelope
    least : mapping of str to float

    Returns
    -------
    dict of str to float or Envelope
    """
    wanted = dict(asked)
    for name, strength in least.items():
        one = wanted.get(name, 0.0)
        if isinstance(one, Envelope):
            times = one.times_seconds
            wanted[name] = Envelope.of(times, np.maximum(one.at(np.array(times)), strength))
        else:
            wanted[name] = max(one, strength)
    return wanted


def resting_face(emotions: Mapping[str, float], acting: Acting = PLAIN) -> FaceTrack:
    """Show a mix of emotions on a face that says nothing, and does not move.

    Parameters
    ----------
    emotions : mapping of str to float
        Strength 0..`STRONGEST` of each of `EMOTIONS`.
    acting : Acting
        As for `emotion_layer`.

    Returns
    -------
    FaceTrack
        One frame; the channels of `emotion_layer`.

    Raises
    ------
    SettingsError
        If a name or variant is unknown or a strength is outside its range.
    """
    channels = [
        one for name in emotions if name in acting.whole_faces for one in feeling_channels(name)
    ]
    names = (*ARKIT_NAMES, *channels)
    face = np.zeros(len(names), np.float32)
    for name, strength in emotions.items():
        whole = float(shown(strengths_over(name, strength, np.zeros(1)))[0])
        if name in acting.whole_faces:
            felt, mouth = (names.index(one) for one in feeling_channels(name))
            face[felt], face[mouth] = whole * acting.emotion_upper, whole * acting.emotion_mouth
            continue
        for shape, amount in pose(name, acting.variants.get(name, "")).items():
            share = acting.emotion_upper
            if shape.startswith(MOUTH):
                kind = MOUTH_TABLE.get(stem_of(shape))
                left = 1.0 if kind is None else ROOM.get(kind.kind, (1.0,))[_SILENT]
                share = acting.emotion_mouth * left
            face[ARKIT_NAMES.index(shape)] += amount * whole * share
    return FaceTrack(np.clip(face, 0, 1)[None], names, 1.0)


def emotion_layer(
    voice: Voice, emotions: Mapping[str, Strength], *, seed: int, acting: Acting = PLAIN
) -> FaceTrack:
    """Show a mix of emotions over a line, from its first moment to its last.

    Parameters
    ----------
    voice : Voice
    emotions : mapping of str to float or Envelope
        Strength 0..`STRONGEST` of each of `EMOTIONS`, constant or animated.
    seed : int
    acting : Acting
        Its `emotion_mouth`, `emotion_upper`, `variants`, `whole_faces` and `told_feelings`.

    Returns
    -------
    FaceTrack
        ARKit channels, at the voice's rate. Of `whole_faces` there are no single shapes but how
        strongly they are felt (`feeling_channels`), in channels beside them; of `told_feelings`
        both.

    Raises
    ------
    SettingsError
        If a name or variant is unknown or a strength is outside its range.
    """
    told = [name for name in emotions if name in acting.whole_faces | acting.told_feelings]
    names = (*ARKIT_NAMES, *(one for name in told for one in feeling_channels(name)))
    face = np.zeros((voice.frames, len(names)), np.float32)
    if not emotions:
        return FaceTrack(face, names, voice.rate_hz)
    room, carried = room_for(voice), _carried(voice)
    for name, strength in emotions.items():
        shapes = pose(name, acting.variants.get(name, ""))
        # Each emotion has a generator of its own: a dial changes nothing of the others.
        rng = voice.random(seed, EMOTIONS[name].stream)
        wander = gaussian_filter1d(
            rng.standard_normal(voice.frames), voice.rate_hz, mode="reflect"
        ) * np.sqrt(voice.rate_hz)
        times, swayed = voice.times_seconds, carried + WANDER * wander
        of_upper = swayed * shown(strengths_over(name, strength, times))
        of_mouth = swayed * shown(strengths_over(name, strength, times - MOUTH_LAG_SECONDS))
        if name in told:
            felt, mouth = (names.index(one) for one in feeling_channels(name))
            face[:, felt] = of_upper * acting.emotion_upper
            face[:, mouth] = of_mouth * acting.emotion_mouth * room_for_whole_face(voice)
        if name in acting.whole_faces:
            continue
        weaker = "Left" if rng.random() < 0.5 else "Right"
        less = 1 - ASYMMETRY * rng.random()
        for shape, amount in shapes.items():
            side = less if shape.endswith(weaker) else 1.0
            if shape.startswith(MOUTH):
                kind = MOUTH_TABLE.get(stem_of(shape))
                left = 1.0 if kind is None else room.get(kind.kind, 1.0)
                curve = of_mouth * acting.emotion_mouth * left
            else:
                curve = of_upper * acting.emotion_upper
            face[:, ARKIT_NAMES.index(shape)] += amount * side * curve
    return FaceTrack(np.clip(face, 0, 1), names, voice.rate_hz)
