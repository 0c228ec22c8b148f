# SPDX-License-Identifier: GPL-3.0-or-later
"""Key poses are retimed as an animator does it: a column of the dope sheet moves, and lips meet."""

from itertools import pairwise

import bpy
import numpy as np
import pytest

MOST = 0.005  # mouth widths that lips which meet may be apart; pressed, they overlap


@pytest.fixture
def posed(ours, repository):
    """The demo head with the demo line in key poses: `(curves of the mouth, gap of the lips)`."""
    item = ours("scene.character.demo_head").add_demo_head(bpy.context)
    scene = bpy.context.scene
    character = ours("scene.character.find").character_of(item, scene)
    pipeline, keyed = ours("pipeline"), ours("rigs.keyed")
    sound = ours("core.audio.load").load_sound(repository / "demo" / "line.wav")
    settings = pipeline.Settings(layers=frozenset({"speech"}))
    clock = ours("scene.clock").clock_of(scene, 10.0)
    keying = ours("core.motion.keying").Keying("poses", 0.02)
    take = ours("jobs.take")
    take.animate(character, pipeline.analyse(sound), settings, clock, "line", keying)
    rig = ours("scene.character.find").rig_of(character)
    fit = ours("scene.character.measure").calibrated_lips(character, rig)
    compat = ours("scene.compat")
    found = {}
    for mesh in character.meshes:
        data = mesh.data.shape_keys.animation_data
        if data is None or data.action is None:
            continue
        for block in mesh.data.shape_keys.key_blocks[1:]:
            curve = compat.curves(data.action, compat.slot_of(data)).find(
                block.path_from_id("value")
            )
            if curve is not None:
                found[ours("rigs.schema").Control(mesh.name, block.name)] = curve
    weights = keyed.lip_weights(rig, fit, found)

    def gap(frames):
        """Distance of the lips beyond that at rest, mouth widths, at a few places across."""
        values = {control: [c.evaluate(f) for f in frames] for control, c in found.items()}
        return np.sum([np.outer(values[c], weights[c]) for c in found], axis=0)

    mouth = [c for control, c in found.items() if np.abs(weights[control]).max() > 1e-4]
    return mouth, gap


def column(curves, frame):
    """Every key of some curves on a frame."""
    return [p for c in curves for p in c.keyframe_points if abs(p.co.x - frame) < 1e-3]


def move(curves, frame, by):
    """As G in the dope sheet: the keys with their handles."""
    for point in column(curves, frame):
        point.co.x += by
        point.handle_left.x += by
        point.handle_right.x += by
    for curve in curves:
        curve.update()


def test_moving_a_column_keeps_contacts_and_a_moved_contact_moves_whole(posed):
    mouth, gap = posed
    frames = sorted({round(p.co.x) for c in mouth for p in c.keyframe_points})
    every = np.arange(frames[0], frames[-1] + 1.0)
    before = gap(every)
    shut = before.max(axis=1) <= MOST
    runs = [(a, b) for a, b in pairwise(frames) if shut[a - frames[0] : b - frames[0] + 1].all()]
    inner = [(a, b) for a, b in runs if 0 < b - a <= 6 and a > frames[0] + 5 and b < frames[-1] - 5]
    assert len(inner) >= 3, "the line has M B P"
    # A pose that is shut, and the frames between two of them; others pass by with lips just parted.
    held = {frame for frame in frames if shut[frame - frames[0]]}
    contact = [any(a <= frame <= b for a, b in runs) or frame in held for frame in every]
    on_the_way = [
        b
        for a, b, c in zip(frames, frames[1:], frames[2:], strict=False)
        if c - b > 1 and b not in held
    ]
    assert len(on_the_way) > 10
    for frame in on_the_way:
        move(mouth, frame, 1)
        after = gap(every)
        assert after[contact].max() <= MOST + 1e-4, f"a contact opened with the pose at {frame}"
        assert after.min() > before.min() - 0.02, "lips do not cross"
        move(mouth, frame + 1, -1)
    assert gap(every) == pytest.approx(before, abs=1e-4)
    moved = 0
    for start, end in inner:
        if {start - 1, end + 1, end + 2} & set(frames):
            continue
        for frame in (end, start):
            move(mouth, frame, 1)
        after = gap(np.arange(start + 1.0, end + 2))
        assert after.max() <= MOST + 1e-4
        assert after.min() > before.min() - 0.02, "lips do not cross"
        moved += 1
        for frame in (start + 1, end + 1):
            move(mouth, frame, -1)
    assert moved
