# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of the line in plain Python: what was heard to the keys of one character."""

import dataclasses

import numpy as np
import pytest

from lipwright.core.audio.load import load_sound, make_sound
from lipwright.core.errors import RigError
from lipwright.core.motion.ends import Room
from lipwright.core.motion.key_poses import drawn
from lipwright.core.motion.keying import FEW, POSES, TWOS, Keying
from lipwright.core.motion.track import ARKIT_NAMES, LIP_CONTACT
from lipwright.core.timing import FrameClock
from lipwright.pipeline import LAYERS, Settings, analyse, perform, plan_take
from lipwright.rigs.bones.turns import Body
from lipwright.rigs.drive import drive
from lipwright.rigs.match import match
from lipwright.rigs.schema import Control

CLOCK = FrameClock(24.0, 11.0)
EVERYTHING = frozenset(LAYERS)


@pytest.fixture(scope="module")
def analysis(repository):
    return analyse(load_sound(repository / "demo" / "line.wav"))


@pytest.fixture(scope="module")
def rig():
    return match({"Head": list(ARKIT_NAMES)})


def test_one_key_a_frame_of_what_the_face_shows(analysis, rig):
    plan = plan_take(analysis, Settings(), rig, None, CLOCK)
    assert list(plan.layers) == [""]
    assert plan.span == (plan.frames[0] - 1, plan.frames[-1] + 1)
    assert plan.frames[0] == 11
    assert CLOCK.seconds(plan.frames[-1]) >= analysis.seconds - 1 / 24
    face = perform(analysis, Settings())
    wanted = drive(face, rig)
    for control, keys in plan.layers[""].items():
        assert np.array_equal(keys.frames, plan.frames)
        if not control.key.startswith(("jaw", "mouth", "tongue")):  # those may close in between
            at = np.interp(CLOCK.seconds(plan.frames), face.times_seconds, wanted[control])
            assert np.allclose(keys.values, at, atol=1e-5), control.key


def test_layers_that_lie_apart_add_up_to_the_whole(analysis, rig):
    settings = Settings(layers=EVERYTHING, emotions={"happy": 0.7})
    whole = plan_take(analysis, settings, rig, None, CLOCK).layers[""]
    apart = plan_take(analysis, settings, rig, None, CLOCK, apart=True)
    assert next(iter(apart.layers)) == "speech"
    assert {"emotion", "blink", "gaze"} <= set(apart.layers)
    for control, keys in whole.items():
        parts = [layer[control].values for layer in apart.layers.values() if control in layer]
        assert np.allclose(np.sum(parts, axis=0), keys.values, atol=1e-3), control.key


def test_few_keys_stay_within_the_tolerance(analysis, rig):
    dense = plan_take(analysis, Settings(), rig, None, CLOCK).layers[""]
    few = plan_take(analysis, Settings(), rig, None, CLOCK, keying=Keying(FEW, 0.02)).layers[""]
    assert sum(len(keys.frames) for keys in few.values()) < 0.4 * sum(
        len(keys.frames) for keys in dense.values()
    )
    for control, keys in few.items():
        drawn = np.interp(dense[control].frames, keys.frames, keys.values)
        assert np.abs(drawn - dense[control].values).max() <= 0.02 + 1e-6


@pytest.mark.parametrize(("tolerance", "fewer"), [(0.02, 6), (0.05, 8)])
def test_key_poses_share_their_frames_and_keep_every_closure(analysis, rig, tolerance, fewer):
    dense = plan_take(analysis, Settings(), rig, None, CLOCK)
    posed = plan_take(analysis, Settings(), rig, None, CLOCK, keying=Keying(POSES, tolerance))
    few = posed.layers[""]
    assert sum(len(keys.frames) for keys in few.values()) * fewer < len(few) * len(dense.frames)
    lines = {}
    for control, keys in dense.layers[""].items():
        mine = few[control]
        lines[control.key] = drawn(mine.frames, mine.values, mine.slopes, dense.frames)
        assert np.abs(lines[control.key] - keys.values).max() <= tolerance + 1e-6
    posed_on = {
        tuple(keys.frames)
        for control, keys in few.items()
        if control.key.startswith(("jaw", "mouth")) and len(keys.frames) > 2
    }
    assert len(posed_on) == 1, "every shape of the mouth has its keys on the same frames"
    shut = dense.layers[""][Control("Head", "mouthClose")].values
    jaw = dense.layers[""][Control("Head", "jawOpen")].values
    met = (shut > 0.9 * jaw) & (jaw > 0.05)
    assert met.sum() >= 5
    opened = (lines["jawOpen"] - lines["mouthClose"] / 0.95) - (jaw - shut / 0.95)
    assert np.abs(opened[met]).max() < 0.01, "of a jaw's opening"


def test_on_twos_every_second_frame_is_held(analysis, rig):
    plan = plan_take(analysis, Settings(), rig, None, CLOCK, keying=Keying(TWOS))
    assert (np.diff(plan.frames) == 2).all()
    assert all(keys.held for keys in plan.layers[""].values())


def test_bones_turn_by_their_roles(analysis, rig):
    body = Body(frozenset({"head", "neck", "eyeLeft", "eyeRight", "chest"}), 0.35)
    settings = Settings(layers=EVERYTHING)
    turns = plan_take(analysis, settings, rig, None, CLOCK, body=body).turns
    by_role = {turn.role: turn for turn in turns}
    assert set(by_role) == body.roles
    assert {turn.layer for turn in turns} == {"head", "gaze", "breath"}
    assert np.allclose(by_role["neck"].degrees * 0.65, by_role["head"].degrees * 0.35)
    assert all(len(turn.degrees) == len(by_role["head"].degrees) for turn in turns)
    assert plan_take(analysis, Settings(), rig, None, CLOCK, body=body).turns, "eyes and chest"
    without = plan_take(analysis, settings, rig, None, CLOCK)
    assert without.turns == ()


def test_a_head_that_has_no_target_leaves_the_eyes_alone(analysis, rig):
    """Without a head to turn, the eyes must not hold their place against it."""
    with_head = plan_take(analysis, Settings(layers=EVERYTHING), rig, None, CLOCK)
    plain = plan_take(analysis, Settings(layers=EVERYTHING - {"head"}), rig, None, CLOCK)
    for control, keys in plain.layers[""].items():
        assert np.array_equal(keys.values, with_head.layers[""][control].values)


def test_controls_that_are_to_rest_are_held_at_zero(analysis, rig):
    control = Control("Head", "viseme_aa")
    plan = plan_take(analysis, Settings(), rig, None, CLOCK, resting=(control,))
    assert plan.layers[""][control].values.tolist() == [0.0, 0.0]


def test_a_tight_line_comes_to_rest_beyond_the_sound(repository, rig):
    sound = load_sound(repository / "demo" / "line.wav")
    # In the middle of the vowel of "pool".
    heard = analyse(sound)
    vowel = next(p for p in heard.phones if p.symbol == "u")
    cut = make_sound(sound.samples[: round(16_000 * vowel.end_seconds)], 16_000)
    tight = analyse(cut)
    plan = plan_take(tight, Settings(), rig, None, CLOCK)
    beyond = CLOCK.seconds(plan.frames[-1]) - tight.seconds
    assert 0.15 < beyond < 0.35
    last = {control: keys.values[-1] for control, keys in plan.layers[""].items()}
    assert max(last.values()) < 0.05
    short = plan_take(tight, Settings(), rig, None, CLOCK, room=Room(0.0, 0.0))
    assert CLOCK.seconds(short.frames[-1]) - tight.seconds < 2 / 24


def test_every_row_muted_is_a_sentence(analysis, rig):
    muted = dataclasses.replace(
        rig, rows=tuple(dataclasses.replace(row, mute=True) for row in rig.rows)
    )
    with pytest.raises(RigError, match="Switch some on"):
        plan_take(analysis, Settings(), muted, None, CLOCK)


@pytest.mark.parametrize("fps", [8.0, 12.0, 24.0])
def test_every_closure_has_a_frame_with_shut_lips(analysis, rig, fps):
    face = perform(analysis, Settings())
    contact = face[LIP_CONTACT] > 0.95
    starts = np.flatnonzero(np.diff(contact.astype(int), prepend=0) == 1)
    ends = np.flatnonzero(np.diff(contact.astype(int), append=0) == -1)
    assert len(starts) >= 8
    clock = FrameClock(fps, 0.0)
    plan = plan_take(analysis, Settings(), rig, None, clock)
    keys = plan.layers[""]
    jaw = keys[Control("Head", "jawOpen")].values
    shut = keys[Control("Head", "mouthClose")].values >= 0.9 * jaw
    seconds = clock.seconds(plan.frames)
    for start, end in zip(starts / 100, ends / 100, strict=True):
        near = (seconds >= start - 0.5 / fps - 0.01) & (seconds <= end + 0.5 / fps + 0.01)
        assert shut[near].any(), f"the closure at {start:.2f} s"
