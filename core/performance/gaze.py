# SPDX-License-Identifier: GPL-3.0-or-later
"""Gaze: saccades, fixations, a target to hold, and lids that follow the eyes."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.special import betainc

from ..motion.track import FaceTrack
from ..timing import Seconds
from .acting import PLAIN, Acting, LookAt
from .voice import Voice

PLAN_STREAM, TREMBLE_STREAM = STREAMS = 4, 7  # which of the take's random numbers
# Weight 1 of an eyeLook shape, in degrees of eye turn (usual ranges of ARKit heads).
SIDE_DEGREES, UP_DEGREES, DOWN_DEGREES = 30.0, 25.0, 30.0
# Lee, Badler and Badler 2002, Eyes Alive: while talking, 93.9 frames of mutual gaze and 27.8 of
# looking away at 30 Hz; magnitudes fall off as exp(-A / 6.9); directions from table 1.
ON_SECONDS, AWAY_SECONDS = 93.9 / 30, 27.8 / 30
FALL_DEGREES, LEAST_DEGREES, WIDEST_DEGREES = 6.9, 2.0, 18.0  # further turns take the head along
DIRECTIONS = np.array([15.54, 6.46, 17.69, 7.44, 16.80, 7.89, 20.38, 7.79]) / 99.99  # from 0 by 45
UPRIGHT = 0.7  # of it goes up and down: there eyes turn less far
# Fixations inside a face or a place: log-normal, mean near 0.5 s (0.2-0.6 s, Rayner 1998).
FIXATION_SECONDS, FIXATION_SPREAD, SHORTEST_FIXATION_SECONDS = 0.5, 0.5, 0.15
ON_FACE_DEGREES, NEAR_DEGREES = (1.6, 1.0), (1.0, 0.7)  # spread of fixations on a face; in a place
LARGE_DEGREES = 7.0  # from here on a shift may bring a blink
TREMBLE_DEGREES, TREMBLE_SECONDS = 0.12, 0.12  # slow drift within a fixation
# Thinking speakers look away, and back before they speak on (Ho, Foulsham and Kingstone 2015).
THOUGHT_SECONDS, THOUGHT_SHARE = 0.4, 0.65  # of pauses at least so long, in the middle of a line
AHEAD_SECONDS = 0.12
# Velocity of a saccade: a beta curve a little quicker to rise than to fall, as large saccades are
# (Collewijn et al. 1988), with its peak 1.6 times its mean (Becker 1991).
RISE, FALL = 2.2, 2.6
REST_SECONDS = 0.2  # at both ends of a line the eyes are at rest
FASTEST_PURSUIT = 60.0  # degrees a second; what moves faster is caught by a saccade
CATCH_UP_DEGREES, LATENCY_SECONDS = 2.0, 0.2
EYES_APART_METRES = 0.063  # between the pupils, Dodgson 2004
LID_FOLLOW = 0.35  # the upper lid goes down with the eye
NAMES = (
    *tuple(
        f"eyeLook{way}{side}" for side in ("Left", "Right") for way in ("In", "Out", "Up", "Down")
    ),
    "eyeBlinkLeft",
    "eyeBlinkRight",
    "eyeWideLeft",
    "eyeWideRight",
)


@dataclass(frozen=True)
class Fixation:
    """Where the eyes rest from a time on: degrees to the left and up of the target, or at rest.

    `away` says that they have left the listener.
    """

    start_seconds: Seconds
    left: float
    up: float
    on_target: bool = True
    away: bool = False


def saccade_seconds(degrees: float) -> float:
    """Duration of a saccade: 2.2 ms a degree and 21 ms (Carpenter 1988)."""
    return 0.0022 * abs(degrees) + 0.021


def _phases(
    voice: Voice, rng: np.random.Generator, acting: Acting
) -> Iterator[tuple[Seconds, Seconds, bool]]:
    """Stretches (start, end, away) of looking at the listener and away, thoughts in between."""
    thoughts = [
        (start - AHEAD_SECONDS, end - AHEAD_SECONDS)
        for start, end in voice.pauses
        if end - start >= THOUGHT_SECONDS and start > 0.5 and end < voice.seconds - 0.5
    ]
    chances = rng.random(len(thoughts))
    thoughts = [
        thought
        for thought, chance in zip(thoughts, chances, strict=True)
        if chance < THOUGHT_SHARE * acting.aversion
    ]
    now, away, stop = REST_SECONDS, False, voice.seconds - REST_SECONDS
    while now < stop:
        if away:
            length = 0.3 + rng.exponential(AWAY_SECONDS - 0.3)
        else:
            length = 0.3 + rng.exponential(ON_SECONDS / max(acting.aversion, 1e-3) - 0.3)
        end = min(now + length, stop)
        thought = next(((a, b) for a, b in thoughts if a < end and b > now), None)
        if thought is not None:
            if thought[0] > now:
                yield now, thought[0], False
            yield max(now, thought[0]), min(thought[1], stop), True
            now, away = thought[1], False
            continue
        yield now, end, away
        now, away = end, not away and acting.aversion > 0


def plan_gaze(voice: Voice, *, seed: int, acting: Acting = PLAIN) -> tuple[Fixation, ...]:
    """Choose where the eyes rest, and when they jump.

    Parameters
    ----------
    voice : Voice
    seed : int
    acting : Acting
        Its `glances` and `aversion`.

    Returns
    -------
    tuple of Fixation
        At rest at both ends of the line.
    """
    rng = voice.random(seed, PLAN_STREAM)
    middle = math.log(FIXATION_SECONDS) - FIXATION_SPREAD**2 / 2  # so that the mean is that
    plan = [Fixation(0.0, 0.0, 0.0, on_target=False)]
    for start, end, away in _phases(voice, rng, acting):
        centre = _away(rng) if away else np.zeros(2)
        now, aimed = start, away  # a glance first lands where it aims
        while end - now >= SHORTEST_FIXATION_SECONDS:
            spread = NEAR_DEGREES if away else ON_FACE_DEGREES
            offset = centre + (0 if aimed else rng.normal(0, spread))
            left, up = (offset * acting.glances).tolist()
            plan.append(Fixation(now, left, up, away=away))
            hold = float(rng.lognormal(middle, FIXATION_SPREAD))
            now, aimed = now + max(SHORTEST_FIXATION_SECONDS, hold), False
    last = voice.seconds - REST_SECONDS
    while len(plan) > 1 and plan[-1].start_seconds > last - SHORTEST_FIXATION_SECONDS:
        plan.pop()
    return (*plan, Fixation(last, 0.0, 0.0, on_target=False)) if len(plan) > 1 else tuple(plan)


def _away(rng: np.random.Generator) -> NDArray[np.float64]:
    """Off to a side, as far as Eyes Alive's magnitudes go."""
    nearest, furthest = (math.exp(-one / FALL_DEGREES) for one in (LEAST_DEGREES, WIDEST_DEGREES))
    degrees = -FALL_DEGREES * math.log(rng.uniform(furthest, nearest))
    direction = rng.choice(8, p=DIRECTIONS) * np.pi / 4
    return degrees * np.array([np.cos(direction), UPRIGHT * np.sin(direction)])


def large_shifts(plan: tuple[Fixation, ...]) -> list[Seconds]:
    """When the eyes jump so far that the lids may close on the way."""
    return [
        after.start_seconds
        for before, after in pairwise(plan)
        if np.hypot(after.left - before.left, after.up - before.up) >= LARGE_DEGREES
    ]


def gaze_path(
    voice: Voice,
    *,
    seed: int,
    acting: Acting = PLAIN,
    head: FaceTrack | None = None,
    plan: tuple[Fixation, ...] | None = None,
) -> NDArray[np.float64]:
    """Draw the eyes' way through a plan.

    Parameters
    ----------
    voice : Voice
    seed : int
    acting : Acting
    head : FaceTrack, optional
        Turns of the head during the line; the eyes hold their place in space against them.
    plan : tuple of Fixation, optional
        What `plan_gaze` made of the same voice, seed and acting, where that is known already.

    Returns
    -------
    ndarray [shape=(frames, 2)], float64
        Degrees to the character's left and up, of the eyes in the head.
    """
    times = voice.times_seconds
    if plan is None:
        plan = plan_gaze(voice, seed=seed, acting=acting)
    target = _followed(acting.look_at, voice)
    if head is not None:
        target = target + np.stack([-head["headYaw"], head["headPitch"]], axis=1)
    path = np.zeros((voice.frames, 2))
    starts = np.searchsorted(times, [one.start_seconds for one in plan])
    ends = [*starts[1:], voice.frames]
    before = plan[0]
    for fixation, first, end in zip(plan, starts, ends, strict=True):
        here = _aim(fixation, target[first:end])
        there = _aim(before, target[first:end])
        size = float(np.hypot(*(here[0] - there[0]))) if end > first else 0.0
        part = (times[first:end] - fixation.start_seconds) / saccade_seconds(size)
        moved = betainc(RISE, FALL, np.clip(part, 0, 1))[:, None]
        path[first:end] = there + moved * (here - there)
        before = fixation
    path += _tremble(voice, seed) * voice.from_ends(REST_SECONDS)[:, None]
    return np.clip(path, (-SIDE_DEGREES, -DOWN_DEGREES), (SIDE_DEGREES, UP_DEGREES))


def _aim(fixation: Fixation, target: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([fixation.left, fixation.up]) + target * fixation.on_target


def _tremble(voice: Voice, seed: int) -> NDArray[np.float64]:
    spread = TREMBLE_SECONDS * voice.rate_hz
    noise = voice.random(seed, TREMBLE_STREAM).standard_normal((voice.frames, 2))
    # A Gaussian blur leaves 1 / sqrt(2 sqrt(pi) spread) of white noise.
    return gaussian_filter1d(noise, spread, axis=0, mode="nearest") * (
        TREMBLE_DEGREES * np.sqrt(2 * np.sqrt(np.pi) * spread)
    )


def _followed(look_at: LookAt | None, voice: Voice) -> NDArray[np.float64]:
    """Where the eyes hold a target: close behind a slow one, by saccades after a fast one."""
    if look_at is None:
        return np.zeros((voice.frames, 2))
    target, _ = look_at.at(voice.times_seconds)
    step = FASTEST_PURSUIT / voice.rate_hz
    if np.abs(np.diff(target, axis=0)).max(initial=0.0) <= step:
        return target
    held, late = target.copy(), 0
    for i in range(1, len(target)):
        error = target[i] - held[i - 1]
        far = float(np.hypot(*error))
        late = late + 1 if far > CATCH_UP_DEGREES else 0
        jumps = late > LATENCY_SECONDS * voice.rate_hz
        reach = far / saccade_seconds(far) / voice.rate_hz if jumps else step
        held[i] = held[i - 1] + error * min(1.0, reach / max(far, 1e-9))
    return held


def gaze_layer(
    voice: Voice,
    *,
    seed: int,
    acting: Acting = PLAIN,
    head: FaceTrack | None = None,
    plan: tuple[Fixation, ...] | None = None,
) -> FaceTrack:
    """Move both eyes over a line; the upper lids follow, and both eyes meet on a near target.

    Parameters
    ----------
    voice : Voice
    seed : int
    acting : Acting
        Its gaze dials.
    head : FaceTrack, optional
        Turns of the head during the line.
    plan : tuple of Fixation, optional
        See `gaze_path`.

    Returns
    -------
    FaceTrack
        The eight eyeLook channels, blink (a looking-down lid) and eyeWide, 0..1.
    """
    left, up = gaze_path(voice, seed=seed, acting=acting, head=head, plan=plan).T
    inward = _vergence(acting.look_at, voice)
    curves = {name: np.zeros(voice.frames) for name in NAMES}
    for side, outward in (("Left", left - inward), ("Right", -left - inward)):
        curves[f"eyeLookOut{side}"] = np.maximum(outward, 0) / SIDE_DEGREES
        curves[f"eyeLookIn{side}"] = np.maximum(-outward, 0) / SIDE_DEGREES
        curves[f"eyeLookUp{side}"] = np.maximum(up, 0) / UP_DEGREES
        curves[f"eyeLookDown{side}"] = np.maximum(-up, 0) / DOWN_DEGREES
        curves[f"eyeBlink{side}"] = LID_FOLLOW * curves[f"eyeLookDown{side}"]
        curves[f"eyeWide{side}"] = LID_FOLLOW * curves[f"eyeLookUp{side}"]
    return FaceTrack.of({n: np.clip(c, 0, 1) for n, c in curves.items()}, voice.rate_hz)


def _vergence(look_at: LookAt | None, voice: Voice) -> NDArray[np.float64]:
    """Degrees by which each eye turns to the nose; none without a target or at both ends."""
    if look_at is None:
        return np.zeros(voice.frames)
    _, metres = look_at.at(voice.times_seconds)
    # Vergence is slow: about half a second (Leigh and Zee 2015).
    return np.degrees(np.arctan(EYES_APART_METRES / 2 / metres)) * voice.from_ends(0.5)


def eye_turns(track: FaceTrack) -> dict[str, NDArray[np.float32]]:
    """Read the turns of both eyes off a face track, for rigs whose eyes are bones.

    Parameters
    ----------
    track : FaceTrack
        With the eyeLook channels.

    Returns
    -------
    dict of str to ndarray [shape=(frames, 2)]
        By "Left" and "Right": degrees to the character's left and up.
    """
    turns: dict[str, NDArray[np.float32]] = {}
    for side, outward in (("Left", 1), ("Right", -1)):
        yaw = track[f"eyeLookOut{side}"] - track[f"eyeLookIn{side}"]
        up = track[f"eyeLookUp{side}"] * UP_DEGREES - track[f"eyeLookDown{side}"] * DOWN_DEGREES
        turns[side] = np.stack([outward * yaw * SIDE_DEGREES, up], axis=1)
    return turns
