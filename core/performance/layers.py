# SPDX-License-Identifier: GPL-3.0-or-later
"""The layers of a face: one table from which pipeline, options, saved dials and panels are made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from ..motion.track import FaceTrack
from ..timing import Seconds
from . import bearing, blink, breath, emotion, gaze, head
from .acting import Acting
from .asides.kinds import Aside
from .asides.shown import with_asides
from .emotion import Strength
from .gaze import Fixation
from .prototypes import EMOTIONS
from .voice import Voice


@dataclass(frozen=True)
class Ingredients:
    """What every layer of a take may be made from.

    Parameters
    ----------
    voice : Voice
    mouth : FaceTrack
        The articulator's drawing.
    acting : Acting
    feelings : mapping of str to float or Envelope
        Strength 0..1 of each emotion.
    head : FaceTrack, optional
        The head's turns, where the take has them.
    held_against : FaceTrack, optional
        Those of the turns that the eyes hold their place against: sad eyes sink with the head.
    gaze : tuple of Fixation, optional
        Where the eyes rest, where the take has a gaze: lids like to close where it jumps.
    asides : tuple of Aside
        Laughs, sighs and other sounds without words.
    """

    voice: Voice
    mouth: FaceTrack
    acting: Acting
    feelings: Mapping[str, Strength] = field(default_factory=lambda: MappingProxyType({}))
    head: FaceTrack | None = None
    held_against: FaceTrack | None = None
    gaze: tuple[Fixation, ...] | None = None
    asides: tuple[Aside, ...] = ()


@dataclass(frozen=True)
class Layer:
    """One layer of a face.

    Parameters
    ----------
    name : str
        As on the command line.
    label, help : str
        For the artist.
    make : callable
        Makes its track from the ingredients and its seed.
    streams : tuple of int
        Which of the take's random numbers are its own; no two layers share one.
    by_default : bool
        Whether a take has it unless the artist says otherwise.
    switch : str
        The saved property that switches it, where that has another name.
    number : int
        What a saved set of layers knows it by; it never changes, wherever the layer is mixed.
    """

    name: str
    label: str
    help: str
    make: Callable[[Ingredients, int], FaceTrack]
    streams: tuple[int, ...] = ()
    by_default: bool = True
    switch: str = ""
    number: int = field(kw_only=True)

    @property
    def saved_as(self) -> str:
        """Name of the saved property that switches it."""
        return self.switch or self.name


def _speech(from_: Ingredients, _seed: int) -> FaceTrack:
    return from_.mouth


def _emotion(from_: Ingredients, seed: int) -> FaceTrack:
    felt = emotion.emotion_layer(from_.voice, from_.feelings, seed=seed, acting=from_.acting)
    return with_asides(felt, from_.asides, from_.voice, from_.acting)


def _blink(from_: Ingredients, seed: int) -> FaceTrack:
    shifts: list[Seconds] = [] if from_.gaze is None else gaze.large_shifts(from_.gaze)
    return blink.blink_layer(from_.voice, seed=seed, acting=from_.acting, shifts=shifts)


def _gaze(from_: Ingredients, seed: int) -> FaceTrack:
    return gaze.gaze_layer(
        from_.voice, seed=seed, acting=from_.acting, head=from_.held_against, plan=from_.gaze
    )


def _brows(from_: Ingredients, seed: int) -> FaceTrack:
    return head.brow_layer(from_.voice, seed=seed, acting=from_.acting)


def _breath(from_: Ingredients, seed: int) -> FaceTrack:
    return breath.breath_layer(from_.voice, seed=seed, acting=from_.acting)


def _head(from_: Ingredients, seed: int) -> FaceTrack:
    if from_.head is not None:
        return from_.head
    return head.head_layer(from_.voice, seed=seed, acting=from_.acting)


# In the order in which they are mixed, and shown.
LAYERS: dict[str, Layer] = {
    one.name: one
    for one in (
        Layer("speech", "Speech", "Lips, jaw and tongue follow the words", _speech, number=0),
        Layer(
            "emotion",
            "Emotion",
            "The face shows the emotion",
            _emotion,
            tuple(one.stream for one in EMOTIONS.values()),
            switch="emote",
            number=1,
        ),
        Layer(
            "blink",
            "Blinks",
            "Lids close now and then, more at the end of a phrase",
            _blink,
            blink.STREAMS,
            number=2,
        ),
        Layer("gaze", "Gaze", "Eyes make small jumps, lids follow", _gaze, gaze.STREAMS, number=3),
        Layer(
            "brows", "Brows", "Brows lift on stressed words", _brows, (head.BROW_STREAM,), number=4
        ),
        Layer(
            "breath",
            "Breath",
            "Chest and nostrils breathe, where the character has controls",
            _breath,
            (breath.STREAM,),
            number=5,
        ),
        # Bodies often move already, so the head is asked for.
        Layer(
            "head",
            "Head",
            "Head and neck nod and drift",
            _head,
            (head.HEAD_STREAM,),
            False,
            number=6,
        ),
    )
}
DEFAULT_LAYERS = frozenset(one.name for one in LAYERS.values() if one.by_default)
# Those that another seed changes: speech is what was said.
SEEDED = tuple(one.name for one in LAYERS.values() if one.streams)


def make_layers(
    from_: Ingredients, wanted: frozenset[str], seed_of: Callable[[str], int]
) -> dict[str, FaceTrack]:
    """Make each wanted layer on its own.

    The eyes hold their place against the head's turns, and lids like to close where the gaze
    jumps; so another seed of the head is felt in the gaze, and one of the gaze in the blinks.

    Parameters
    ----------
    from_ : Ingredients
        Without `head` and `gaze`: these are planned here, once.
    wanted : frozenset of str
        Some of `LAYERS`.
    seed_of : callable
        The seed of a layer.

    Returns
    -------
    dict of str to FaceTrack
        In the order of `LAYERS`.
    """
    voice, feelings = from_.voice, from_.feelings
    acting = bearing.carried_by(from_.acting, feelings, voice)
    from_ = replace(from_, acting=acting)
    if "head" in wanted:
        turns = head.head_layer(voice, seed=seed_of("head"), acting=acting)
        from_ = replace(
            from_,
            head=bearing.posed(turns, acting, feelings, voice),
            held_against=bearing.posed(turns, acting, feelings, voice, against_gaze=True),
        )
    if "gaze" in wanted:
        from_ = replace(from_, gaze=gaze.plan_gaze(voice, seed=seed_of("gaze"), acting=acting))
    return {
        name: layer.make(from_, seed_of(name)) for name, layer in LAYERS.items() if name in wanted
    }
