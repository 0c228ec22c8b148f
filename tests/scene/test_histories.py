# SPDX-License-Identifier: GPL-3.0-or-later
"""Histories: we and an artist take turns at random, and whatever is not in the ledger stays.

25 histories by default; `make stress` tries 500 (LIPWRIGHT_HISTORIES).
"""

import importlib
import os
from random import Random

import bpy
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from lipwright.tests.blender_fixtures import EXTENSION

HISTORIES = int(os.environ.get("LIPWRIGHT_HISTORIES", "25"))
STEPS = 20
OURS = ("jawOpen", "mouthClose", "mouthFunnel", "mouthPucker", "eyeBlinkLeft")
THEIRS = "Fat"
SOURCES = ("strip:a", "strip:b")
WHO = "lipwright_test_who"  # a property of theirs, by which a thing is found under any name


def ours(name):
    return importlib.import_module(f".{name}", EXTENSION)


# --- a scene --------------------------------------------------------------------------------------


def new_head(name="Head"):
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([(-1, -1, -1), (1, -1, -1), (1, 1, -1), (1, 1, 1)], [], [(0, 1, 2), (1, 2, 3)])
    item = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(item)
    item.shape_key_add(name="Basis", from_mix=False)
    for number, key in enumerate((*OURS, THEIRS)):
        block = item.shape_key_add(name=key, from_mix=False)
        block.value = 0.0
        block.data[number % 4].co.z += 1.0
    item[WHO] = "head"
    return item


def heads():
    return sorted(
        (item for item in bpy.context.scene.objects if WHO in item), key=lambda item: item[WHO]
    )


def head(number):
    found = heads()
    return found[number % len(found)]


# --- what is the artist's -------------------------------------------------------------------------


def key_of(point):
    """A keyframe with everything that they set; Blender itself keeps automatic handles smooth."""
    handles = [
        tuple(round(value, 4) for value in handle)
        for handle, kind in (
            (point.handle_left, point.handle_left_type),
            (point.handle_right, point.handle_right_type),
        )
        if kind in ("FREE", "ALIGNED")
    ]
    co = tuple(round(value, 4) for value in point.co)
    return (*co, *handles, point.interpolation, point.type, point.handle_left_type)


def stashed():
    """The Actions that somebody put aside on a muted track."""
    tracks = [
        track
        for item in heads()
        if item.data.shape_keys.animation_data is not None
        for track in item.data.shape_keys.animation_data.nla_tracks
        if track.mute
    ]
    return {strip.action for track in tracks for strip in track.strips}


def theirs_in(action, aside):
    """The keyframes of an Action that are not ours, by slot and channel; all of a stashed one."""
    compat, ledger = ours("scene.compat"), ours("scene.takes.ledger")
    mixed = (ledger.is_ours(action) and action not in aside) or ledger.is_freed(action)
    known = ledger.read_ledger(action).entries if mixed else {}
    coordinates = ours("scene.curves.fcurves").coordinates
    found = {}
    for slot in compat.slots(action):
        for curve in compat.curves(action, slot):
            place = (ledger.handle_of(slot), curve.data_path, curve.array_index)
            stands = coordinates(curve)
            mine = np.zeros(len(stands), bool)
            if place in known:
                mine = ledger.ours_among(stands, known[place].keys)
            keys = [
                key_of(p) for p, own in zip(curve.keyframe_points, mine, strict=True) if not own
            ]
            if keys:
                found[place] = keys
    return found


def their_animation():
    aside = stashed()
    return {action.session_uid: theirs_in(action, aside) for action in bpy.data.actions}


def their_scene():
    """Everything else that an artist set and that we have no business with."""
    found = {}
    for item in heads():
        keys = item.data.shape_keys
        data = keys.animation_data
        found[item[WHO]] = (
            *(item.name, keys.name, item.parent and item.parent.name, tuple(item.location)),
            *(item.hide_get(), item.hide_viewport, item.hide_render),
            tuple((block.lock_shape, block.mute) for block in keys.key_blocks),
            tuple(
                (track.name, track.mute, len(track.strips))
                for track in (data.nla_tracks if data else ())
                if not track.name.startswith("Lipwright")
            ),
            tuple(item.lipwright.feelings.happy for _ in "1"),
        )
    return found


def check(before, scene_before):
    """Whatever was theirs is there as it was; nothing of theirs came or went."""
    after = their_animation()
    assert their_scene() == scene_before
    for uid, kept in before.items():
        assert after.get(uid, {}) == kept, "keys of the artist's changed"
    for uid in after.keys() - before.keys():
        # What shares an Action of ours (a copy, a stash) gets a copy of it, with what is in it.
        for channel, keys in after[uid].items():
            assert any(set(keys) <= set(kept.get(channel, ())) for kept in before.values())


# --- what we do -----------------------------------------------------------------------------------


def renew(number, height, first, source):
    """Draw a few frames of a line anew."""
    generate(
        number, height, first, source, ours("scene.curves.part").Part(first + 3, first + 9, 2.0)
    )


def free(number):
    """Let what the artist's own Action holds speak elsewhere."""
    character = ours("scene.character.find").character_of(head(number), bpy.context.scene)
    try:
        ours("scene.takes.free").free(character)
    except ours("core.errors").RigError:  # shared with a copy of the character
        return


def generate(number, height, first, source, part=None):
    item = head(number)
    character = ours("scene.character.find").character_of(item, bpy.context.scene)
    keys, control = ours("core.motion.keys").Keys, ours("rigs.schema").Control
    writing = ours("scene.takes.write")
    frames = np.arange(first + 1.0, first + 12)
    values = np.full(len(frames), height, np.float32)
    wanted = {
        control(mesh.name, key): keys(frames, values) for mesh in character.meshes for key in OURS
    }
    if source not in writing.takes_of(character):
        part = None
    take = writing.Take(source, (first, first + 12.0), source, SOURCES, part=part)
    writing.write_take(character, wanted, take)


def clear(number):
    character = ours("scene.character.find").character_of(head(number), bpy.context.scene)
    clearing = ours("scene.takes.clear")
    clearing.clear_take(character)
    assert not clearing.has_take(character)


# --- what an artist does --------------------------------------------------------------------------


def key_shape(number, name, frame, value):
    item = head(number)
    block = item.data.shape_keys.key_blocks[name]
    block.value = value
    block.keyframe_insert("value", frame=frame)


def key_object(number, frame, value):
    item = head(number)
    item.location.x = value
    item.keyframe_insert("location", index=0, frame=frame)


def key_slider(number, frame, value):
    item = head(number)
    item.lipwright.feelings.happy = value
    item.keyframe_insert("lipwright.feelings.happy", frame=frame)


def move_a_key(number, place, far):
    compat = ours("scene.compat")
    data = head(number).data.shape_keys.animation_data
    if data is None or data.action is None:
        return
    curves = list(compat.curves(data.action, compat.slot_of(data)))
    if curves:
        curve = curves[place % len(curves)]
        point = curve.keyframe_points[place % len(curve.keyframe_points)]
        point.co[1] += far
        curve.update()


def rename(number, name):
    item = head(number)
    item.name, item.data.name, item.data.shape_keys.name = name, name, name


def duplicate(number):
    item = head(number)
    if len(heads()) > 2:
        return
    copy = item.copy()
    copy.data = item.data.copy()
    copy.location.x += 50
    copy[WHO] = f"{item[WHO]}+"
    bpy.context.scene.collection.objects.link(copy)


def parent(number):
    item = head(number)
    if item.parent is None:
        empty = bpy.data.objects.new("Cart", None)
        bpy.context.scene.collection.objects.link(empty)
        item.parent = empty
    else:
        item.parent = None


def stash(number):
    data = head(number).data.shape_keys.animation_data
    if data is None or data.action is None:
        return
    compat = ours("scene.compat")
    action, slot = data.action, compat.slot_of(data)
    track = data.nla_tracks.new()
    track.name, track.mute = "[Action Stash]", True
    strip = track.strips.new("stash", int(action.frame_range[0]), action)
    if slot is not None:
        strip.action_slot = slot
    action.use_fake_user = True
    data.action = None


def hide(number):
    item = head(number)
    item.hide_set(not item.hide_get())


def lock(number, name):
    block = head(number).data.shape_keys.key_blocks[name]
    block.lock_shape = not block.lock_shape


def save_and_load(path):
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path, load_ui=False)


def one_of(*things):
    return lambda random: random.choice(things)


def which(random):
    return random.randrange(3)


def frame(random):
    return random.randint(1, 40)


def value(random):
    return round(random.random(), 3)


# What is done, how often, and with what.
STEPS_KNOWN = (
    (6, generate, (which, value, one_of(3.0, 9.0, 25.0), one_of(*SOURCES))),
    (2, renew, (which, value, one_of(3.0, 9.0, 25.0), one_of(*SOURCES))),
    (2, free, (which,)),
    (2, clear, (which,)),
    (4, key_shape, (which, one_of(*OURS, THEIRS), frame, value)),
    (1, key_object, (which, frame, value)),
    (1, key_slider, (which, frame, value)),
    (2, move_a_key, (which, lambda random: random.randrange(30), one_of(0.25, -0.5))),
    (1, rename, (which, one_of("Anna", "Bob", "ä b"))),
    (1, duplicate, (which,)),
    (1, parent, (which,)),
    (1, stash, (which,)),
    (1, hide, (which,)),
    (1, lock, (which, one_of(*OURS))),
    (1, "undo", ()),
    (1, "redo", ()),
    (1, "reload", ()),
)


def history(random):
    """Twenty steps of ours, of an artist's and of Blender's."""
    often, steps, given_ = zip(*STEPS_KNOWN, strict=True)
    return [
        (steps[i], *(draw(random) for draw in given_[i]))
        for i in random.choices(range(len(steps)), often, k=STEPS)
    ]


def by_blender(what, folder):
    if what == "reload":
        save_and_load(str(folder / "history.blend"))
    else:
        operator = bpy.ops.ed.undo if what == "undo" else bpy.ops.ed.redo
        if operator.poll():
            try:
                operator()
            except RuntimeError:  # nothing to undo
                pass
    if not heads():  # undone to before the scene was made
        new_head()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("histories")


@settings(
    max_examples=HISTORIES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=HISTORIES <= 25,
    phases=[Phase.generate],  # a history is printed whole, not made smaller
)
@given(seed=st.integers(0, 10**9))
def test_what_is_not_in_the_ledger_stays(extension, place, seed):
    steps = history(Random(seed))
    note("\n".join(map(repr, steps)))
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True, load_ui=False)
    new_head()
    bpy.ops.ed.undo_push(message="a head")
    for step in steps:
        if isinstance(step[0], str):
            by_blender(step[0], place)
            continue
        act, *given_ = step
        bpy.context.view_layer.update()
        before, scene_before = their_animation(), their_scene()
        act(*given_)
        if act in (generate, renew, free, clear):
            check(before, scene_before)
        bpy.ops.ed.undo_push(message=act.__name__)
