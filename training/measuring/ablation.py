# SPDX-License-Identifier: GPL-3.0-or-later
"""What each ingredient buys: the same sounds without it, one after another."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from lipwright.core.audio.load import load_sound
from lipwright.core.decode import phones_of, posteriors_of
from lipwright.core.formats import write_track
from lipwright.core.motion.mix import Style, mix_layers
from lipwright.core.motion.rest import moving_share
from lipwright.core.motion.track import FaceTrack
from lipwright.core.phones import INDEX, SILENCE
from lipwright.models.articulator import articulate, drawn, on_both_sides, rest_and_meet
from lipwright.models.listener import Heard, listen

from ..prior.curves import CHANNELS, Prior

Draw = Callable[[Heard], FaceTrack]


def _rest(heard: Heard) -> np.ndarray:
    return moving_share(heard.posteriors[:, INDEX[SILENCE]], heard.rate_hz)


def _certain(heard: Heard) -> np.ndarray:
    spoken = phones_of(heard.posteriors, heard.rate_hz)
    return posteriors_of(spoken, len(heard.posteriors), heard.rate_hz)


def stiff_poses(heard: Heard) -> FaceTrack:
    """The pose of the heard phone and nothing between: no coarticulation, no network."""
    prior = Prior.by_hand()
    poses = prior.targets.copy()
    for symbol, channel in (("pbm", "lipContact"), ("fv", "lipTuck")):
        for phone in symbol:
            poses[INDEX[phone], CHANNELS.index(channel)] = 1.0
    return on_both_sides(
        dict(zip(CHANNELS, (_certain(heard) @ poses).T, strict=True)), heard.rate_hz
    )


def dominance(heard: Heard) -> FaceTrack:
    """The coarticulation model by hand, before it was fitted and before a network learned it."""
    spoken = phones_of(heard.posteriors, heard.rate_hz)
    values = Prior.by_hand().curves(spoken, len(heard.posteriors))
    return on_both_sides(dict(zip(CHANNELS, values.T, strict=True)), heard.rate_hz)


def one_phone_a_frame(heard: Heard) -> FaceTrack:
    """The articulator is told one phone a frame, not how sure the listener is."""
    return articulate(replace(heard, posteriors=_certain(heard)))


def without_embedding(heard: Heard) -> FaceTrack:
    """Phones and prosody alone."""
    return articulate(replace(heard, embedding=np.zeros_like(heard.embedding)))


def without_prosody(heard: Heard) -> FaceTrack:
    """Pitch, loudness and effort at their mean."""
    flat = np.broadcast_to(heard.prosody.mean(0), heard.prosody.shape).astype(np.float32)
    return articulate(replace(heard, prosody=flat))


def undecided_contacts(heard: Heard) -> FaceTrack:
    """Lips as nearly shut as the network is sure."""
    curves = {name: curve * _rest(heard) for name, curve in drawn(heard).items()}
    return on_both_sides(curves, heard.rate_hz)


def restless(heard: Heard) -> FaceTrack:
    """Silence is left to the network."""
    everything = np.ones(len(heard.posteriors), np.float32)
    return on_both_sides(rest_and_meet(drawn(heard), heard, everything), heard.rate_hz)


VARIANTS: dict[str, Draw] = {
    "everything": articulate,
    "stiff poses at the heard phones": stiff_poses,
    "coarticulation model, no articulator": dominance,
    "one phone a frame, no doubts": one_phone_a_frame,
    "without the embedding": without_embedding,
    "without prosody": without_prosody,
    "contacts not decided": undecided_contacts,
    "without rest in silence": restless,
}


def write(draw: Draw, sounds: Path, out: Path) -> None:
    """Draw all sounds of a folder as arkit-csv."""
    out.mkdir(parents=True, exist_ok=True)
    for path in sorted(sounds.iterdir()):
        heard = listen(load_sound(path))
        track = mix_layers({"speech": draw(heard)}, Style(), len(heard.posteriors), heard.rate_hz)
        write_track(out / f"{path.stem}.csv", "arkit-csv", track, ())
