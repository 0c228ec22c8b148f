# SPDX-License-Identifier: GPL-3.0-or-later
"""Add the layers up so that the words stay readable: lips that must meet do, whatever is on top."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..dials import check_dials, dial
from ..errors import SettingsError
from ..timing import Seconds
from .mouth import CLOSE_PER_JAW, Kind, channels_of
from .track import (
    ARKIT_NAMES,
    BREATH_NAMES,
    CONTACT_NAMES,
    FACE_NAMES,
    FEELING_NAMES,
    HEAD_NAMES,
    HEARD_EFFORT,
    LIP_CONTACT,
    LIP_TUCK,
    SIGNAL_NAMES,
    FaceTrack,
)

OUTPUT_NAMES = FACE_NAMES + BREATH_NAMES + HEAD_NAMES + CONTACT_NAMES
LIDS = ("eyeBlinkLeft", "eyeBlinkRight")
SQUINT_LESS = 0.6  # of a squint goes while the lids are shut, or they cut through each other
JAW = frozenset(n for n in FACE_NAMES if n.startswith("jaw"))
LIPS = frozenset(n for n in FACE_NAMES if n.startswith("mouth")) - {"mouthClose"}
UPPER = frozenset(
    n for n in ARKIT_NAMES if n.startswith(("brow", "cheek", "nose", "eyeSquint", "eyeWide"))
)
# While lips must meet, what parts them gives way; while the lower lip tucks, what shuts them does.
PARTING = channels_of(Kind.PARTS, Kind.CORNERS)
MOOD = channels_of(Kind.CORNERS)
SHUTTING = channels_of(Kind.SHUTS)
# What a whisper and a shout make of the speech's shapes: the jaw opens nearly twice as far in a
# shout (Schulman 1989, "Articulatory dynamics of loud and normal speech") and the lips follow.
EFFORT = {
    "jawOpen": (0.7, 1.75),
    "mouthLowerDown": (0.9, 1.3),
    "mouthUpperUp": (0.9, 1.3),
    "mouthStretch": (1.0, 1.2),
    "mouthFunnel": (1.0, 1.1),
}
# Of the lips' motion on each side, at an asymmetry of 1. Most people open the right side wider
# (Graves, Goodglass and Landis 1982, "Mouth asymmetry during spontaneous speech"); by how much is
# taste: seen when it is looked for.
SIDED = 0.3
# How much is left while lips meet, and while the lower one tucks: of what parts them, of another
# layer's mood at the corners and of its wrinkled nose, and of what shuts them. A mood that went
# and came with every M B P would twitch, and an angry face would not be one.
LEFT_IN_CONTACT, MOOD_IN_CONTACT, NOSE_IN_CONTACT = 0.15, 0.9, 0.6
LEFT_IN_TUCK, MOOD_IN_TUCK, NOSE_IN_TUCK, SHUT_IN_TUCK = 0.5, 0.8, 0.65, 0.1
# A wrinkled nose lifts the upper lip of some heads, so lips that meet under one press by as much.
PRESSED_PER_NOSE = 1.1
UPPER_IN_TUCK = 0.8  # of the upper lip, or the sliver of F and V becomes a gap
CLOSED_IN_TUCK = 0.3  # F and V bring the lower lip most of the way up


@dataclass(frozen=True)
class Style:
    """The artist's dials.

    Parameters
    ----------
    jaw, lips, upper_face : float
        0..2, how strongly the jaw, the lips and the brows, cheeks and nose move.
    sync_offset_seconds : float
        -1..1; positive is a later mouth.
    effort : float
        -1, a whisper, to 1, a shout; 0 is as loud as the recording itself.
    follow : float
        0..2, how much of the effort that is heard in the voice opens the mouth further.
    asymmetry : float
        -1, the mouth speaks on its left side, to 1, on its right.
    """

    jaw: float = dial(1.0, 0.0, 2.0, "Jaw", "How far the jaw opens", section="speech")
    lips: float = dial(
        1.0, 0.0, 2.0, "Lips", "How much the lips shape the sounds", section="speech"
    )
    upper_face: float = dial(
        1.0, 0.0, 2.0, "Upper Face", "How much brows, lids and eyes move", section="speech"
    )
    sync_offset_seconds: Seconds = 0.0
    effort: float = dial(
        0.0,
        -1.0,
        1.0,
        "Effort",
        "How loud it is meant to look: -1 a whisper, 0 as recorded, 1 a shout",
        section="speech",
    )
    follow: float = dial(
        1.0,
        0.0,
        2.0,
        "Follow Voice",
        "How much further the mouth opens where the voice is louder or livelier, and less where it "
        "is softer",
        section="speech",
    )
    asymmetry: float = dial(
        0.2,
        -1.0,
        1.0,
        "Asymmetry",
        "Which side of the mouth speaks more: 1 the character's right, as with most people, -1 "
        "the left, 0 both alike",
        section="speech",
    )

    def __post_init__(self) -> None:
        check_dials(self)
        if not -1 <= self.sync_offset_seconds <= 1:
            raise SettingsError("The sync offset is more than a second. Move the strip instead")


def mix_layers(
    tracks: Mapping[str, FaceTrack], style: Style, frames: int, rate_hz: float
) -> FaceTrack:
    """Add layers to one face.

    Parameters
    ----------
    tracks : mapping of str to FaceTrack
        By layer name; all of `frames` frames at `rate_hz`. The "speech" layer may carry the
        channels lipContact, lipTuck and heardEffort.
    style : Style
    frames, rate_hz : int, float

    Returns
    -------
    FaceTrack
        `OUTPUT_NAMES`; weights and guides 0..1, head angles in degrees. Beside them the feelings
        and signals that a layer carries.
    """
    told = {name for track in tracks.values() for name in track.names}
    names = OUTPUT_NAMES + tuple(name for name in FEELING_NAMES + SIGNAL_NAMES if name in told)
    column = {name: i for i, name in enumerate(names)}
    face = np.zeros((frames, len(names)), np.float32)
    if "speech" in tracks:
        tracks = {**tracks, "speech": _delayed(tracks["speech"], style.sync_offset_seconds)}
    speech = tracks.get("speech")
    effort = _effort_of(speech, style, frames)
    contact = _guide(speech, LIP_CONTACT, frames)
    tuck = _guide(speech, LIP_TUCK, frames)
    for layer, track in tracks.items():
        for name, curve in track.curves().items():
            if name not in column or name in CONTACT_NAMES:
                continue
            dialled = _dial(style, name, effort) if layer == "speech" else _upper(style, name)
            scaled = curve * dialled
            if name in PARTING:
                met, tucked = _left(name, of_speech=layer == "speech")
                scaled = scaled * (1 - (1 - met) * contact) * (1 - (1 - tucked) * tuck)
            elif name in SHUTTING and layer != "speech":
                scaled = scaled * (1 - (1 - SHUT_IN_TUCK) * tuck)
            if name in LIDS:
                # Lids that are half down already have only the other half left to close.
                scaled = scaled * (1 - face[:, column[name]])
            face[:, column[name]] += scaled
    _press_under_nose(face, column, tracks, contact * (1 - tuck))
    close = column["mouthClose"]
    jaw = face[:, column["jawOpen"]]
    # Closing follows the jaw as it is now, so that lips meet at any dial and under any emotion.
    closing = np.minimum(contact + CLOSED_IN_TUCK * tuck, 1.0)
    face[:, close] = closing * np.minimum(jaw, 1.0) * CLOSE_PER_JAW
    _make_way_for_lids(face, column)
    # A rig whose lips were measured closes them by itself, from these.
    face[:, column[LIP_CONTACT]], face[:, column[LIP_TUCK]] = contact, tuck
    weights = face[:, : len(FACE_NAMES + BREATH_NAMES)]
    np.clip(weights, 0, 1, out=weights)
    np.clip(face[:, len(OUTPUT_NAMES) :], 0, 1, out=face[:, len(OUTPUT_NAMES) :])
    return FaceTrack(face, names, rate_hz)


def _make_way_for_lids(face: NDArray[np.float32], column: Mapping[str, int]) -> None:
    """Let a wide-eyed face shut its lids when it blinks; a squint has less to do then."""
    for side, lid_name in zip(("Left", "Right"), LIDS, strict=True):
        lid = np.clip(face[:, column[lid_name]], 0, 1)
        face[:, column[f"eyeWide{side}"]] *= 1 - lid
        face[:, column[f"eyeSquint{side}"]] *= 1 - SQUINT_LESS * lid


def _press_under_nose(
    face: NDArray[np.float32],
    column: Mapping[str, int],
    tracks: Mapping[str, FaceTrack],
    contact: NDArray[np.float32],
) -> None:
    """Let lips meet under a nose that a feeling wrinkles."""
    for side in ("Left", "Right"):
        name = f"noseSneer{side}"
        if not any(name in track.names for layer, track in tracks.items() if layer != "speech"):
            continue
        spoken = tracks["speech"] if "speech" in tracks else None
        of_speech = spoken[name] if spoken is not None and name in spoken.names else 0.0
        wrinkled = np.clip(face[:, column[name]] - of_speech, 0, 1)
        face[:, column[f"mouthPress{side}"]] += PRESSED_PER_NOSE * contact * wrinkled


def _delayed(speech: FaceTrack, seconds: Seconds) -> FaceTrack:
    """Move the speech in time, ends held, before anything gives way to its contacts."""
    if not seconds:
        return speech
    return FaceTrack(speech.at(speech.times_seconds - seconds), speech.names, speech.rate_hz)


def _guide(speech: FaceTrack | None, name: str, frames: int) -> NDArray[np.float32]:
    if speech is None or name not in speech.names:
        return np.zeros(frames, np.float32)
    return np.clip(speech[name], 0, 1)


def _left(name: str, *, of_speech: bool) -> tuple[float, float]:
    """How much is left of what parts the lips while they meet, and while the lower one tucks."""
    if of_speech:
        # The speech itself lifts the upper lip a little for F and V; its lower lip goes in.
        tucked = {"mouthLowerDown": LEFT_IN_TUCK, "mouthUpperUp": UPPER_IN_TUCK}
        return LEFT_IN_CONTACT, tucked.get(name.removesuffix("Left").removesuffix("Right"), 1.0)
    if name in MOOD:
        return MOOD_IN_CONTACT, MOOD_IN_TUCK
    if name.startswith("nose"):
        return NOSE_IN_CONTACT, NOSE_IN_TUCK
    return LEFT_IN_CONTACT, LEFT_IN_TUCK


def _effort_of(speech: FaceTrack | None, style: Style, frames: int) -> NDArray[np.float32]:
    """Add what is heard of the effort to what the artist wants, -1..1."""
    heard = np.zeros(frames, np.float32)
    if speech is not None and HEARD_EFFORT in speech.names:
        heard = speech[HEARD_EFFORT]
    return np.clip(style.effort + style.follow * heard, -1, 1)


def _dial(style: Style, name: str, effort: NDArray[np.float32]) -> NDArray[np.float32] | float:
    if name in JAW:
        return style.jaw * _effort(effort, name)
    if name not in LIPS:
        return 1.0
    side = name.endswith("Right") - name.endswith("Left")
    return style.lips * (1 + SIDED * style.asymmetry * side) * _effort(effort, name)


def _effort(effort: NDArray[np.float32], name: str) -> NDArray[np.float32] | float:
    for stem, (whisper, shout) in EFFORT.items():
        if name.startswith(stem):
            return 1 + effort * np.where(effort > 0, shout - 1, 1 - whisper)
    return 1.0


def _upper(style: Style, name: str) -> float:
    return style.upper_face if name in UPPER else 1.0
