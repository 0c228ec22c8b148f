# SPDX-License-Identifier: GPL-3.0-or-later
"""Drawn mouths: each way of showing them, held, ours alone, and put back by Clear."""

from functools import cache
from itertools import pairwise

import bpy
import numpy as np
import pytest

from lipwright.core.audio.load import load_sound
from lipwright.core.timing import FrameClock
from lipwright.pipeline import analyse
from lipwright.tests.blender_fixtures import ROOT
from lipwright.tests.synthetic import keyed_head

CLOCK = FrameClock(24.0, 10.0)


@cache
def heard():
    return analyse(load_sound(ROOT / "demo" / "line.wav"))


def character_of(item, ours):
    return ours("scene.character.find").character_of(item, bpy.context.scene)


def speak(item, ours, clock=CLOCK, name="line"):
    """Write the demo line; the report."""
    take = ours("jobs.take")
    character = character_of(item, ours)
    mine = ours("pipeline")  # the extension's own classes
    analysis = mine.analyse(ours("core.audio.load").load_sound(ROOT / "demo" / "line.wav"))
    clock = ours("core.timing").FrameClock(clock.fps, clock.first_frame)
    return take.animate(character, analysis, mine.Settings(), clock, name)


def clear(item, ours):
    return ours("scene.takes.clear").clear_take(character_of(item, ours))


def shown_over(read, first=8, last=170):
    found = []
    for frame in range(first, last):
        bpy.context.scene.frame_set(frame)
        found.append(read())
    return found


def runs(values):
    out = []
    for value in values:
        if out and out[-1][0] == value:
            out[-1][1] += 1
        else:
            out.append([value, 1])
    return out


def flat(ours):
    bpy.ops.lipwright.add_flat_head()
    return bpy.context.view_layer.objects.active


def visible():
    shown = bpy.context.evaluated_depsgraph_get()
    names = [
        one.name[-1]
        for one in bpy.data.objects
        if one.name.startswith("Mouth ") and not one.evaluated_get(shown).hide_render
    ]
    assert len(names) == 1
    item = bpy.data.objects[f"Mouth {names[0]}"]
    assert not item.hide_viewport
    return names[0]


def test_the_flat_head_speaks_and_one_mouth_is_shown_at_a_time(ours):
    root = flat(ours)
    rig = ours("scene.character.find").rig_of(character_of(root, ours))
    assert ours("rigs.describe").describe(rig) == "Drawn mouth"
    report = speak(root, ours)
    assert report.keys > 50
    shown = shown_over(visible)
    assert shown[0] == shown[-1] == "X"
    assert set(shown) >= set("ABCDFGX")
    inner = runs(shown)[1:-1]
    assert min(length for _, length in inner) >= 2
    starts = np.cumsum([8, *(length for _, length in runs(shown))])[1:-1]
    assert len({start % 2 for start in starts}) == 1, "on twos"
    for phone in heard().phones:
        if phone.symbol in "mbp":
            at = float(CLOCK.frames((phone.start_seconds + phone.end_seconds) / 2)) - 8
            assert "A" in shown[int(at) - 3 : int(at) + 3], phone


def test_clear_and_another_take_leave_the_artists_keys_and_put_all_back(ours):
    root = flat(ours)
    stood = {one.name: (one.hide_viewport, one.hide_render) for one in bpy.data.objects}
    brow = bpy.data.objects["Face"]
    brow.keyframe_insert("location", frame=5)
    speak(root, ours)
    first = shown_over(visible)
    speak(root, ours)
    assert shown_over(visible) == first
    assert len([one for one in bpy.data.actions if one.name.startswith("Lipwright")]) <= (
        1 if ours("scene.compat").HAS_SLOTS else 9
    )
    assert clear(root, ours) > 0
    bpy.context.scene.frame_set(60)
    assert {o.name: (o.hide_viewport, o.hide_render) for o in bpy.data.objects} == stood
    assert brow.animation_data.action is not None
    assert not root.lipwright_rig.written
    assert not [one for one in bpy.data.actions if one.name.startswith("Lipwright")]


def test_clear_finds_what_was_written_after_the_drawing_was_changed(ours):
    root = flat(ours)
    speak(root, ours)
    root.lipwright_drawing.mouths.clear()
    for one in list(bpy.data.objects):
        if one.name.startswith("Mouth "):
            one.name = f"Lips {one.name[-1]}"
    assert ours("scene.takes.clear").has_take(character_of(root, ours))
    assert clear(root, ours) > 0
    assert not bpy.data.objects["Lips X"].hide_render


def sprite(kind):
    """A plane with a material that has the nodes of a drawn mouth."""
    bpy.ops.mesh.primitive_plane_add()
    item = bpy.context.view_layer.objects.active
    material = bpy.data.materials.new("Mouth")
    material.use_nodes = True
    nodes = material.node_tree.nodes
    image = nodes.new("ShaderNodeTexImage")
    image.image = bpy.data.images.new("mouths", 8, 8)
    nodes.new("ShaderNodeMapping")
    item.data.materials.append(material)
    stored = item.lipwright_drawing
    stored.kind, stored.material = kind, material
    assert bpy.ops.lipwright.find_mouths() == {"FINISHED"}
    return item, material


@pytest.fixture
def line_anew(ours):
    """Draw frames 60 to 100 of the demo line anew, a little later than before."""

    def speak_again(root, regions):
        mine, take = ours("pipeline"), ours("jobs.take")
        analysis = mine.analyse(ours("core.audio.load").load_sound(ROOT / "demo" / "line.wav"))
        clock = ours("core.timing").FrameClock(24.0, 10.0)
        style = mine.Style(sync_offset_seconds=0.25)
        part = ours("scene.curves.part").Part(60, 100, 5.0)
        character = character_of(root, ours)
        wanted = take.Wanted(part, frozenset(regions))
        return take.animate(
            character, analysis, mine.Settings(style=style), clock, "line", wanted=wanted
        )

    return speak_again


def test_of_a_part_the_mouths_change_over_at_once(ours, line_anew):
    root = flat(ours)
    speak(root, ours)
    before = shown_over(visible)
    line_anew(root, {"eyes"})
    assert shown_over(visible) == before
    line_anew(root, {"mouth"})
    after = shown_over(visible)  # one mouth at a time, everywhere
    assert after[: 60 - 8] == before[: 60 - 8]
    assert after[100 - 8 :] == before[100 - 8 :]
    assert after[60 - 8 : 100 - 8] != before[60 - 8 : 100 - 8]


def test_a_drawing_set_by_hand_is_shown_and_no_drawing_between(ours):
    held = ours("scene.curves.beside").held_beside
    keys = ours("scene.curves.fcurves").Fresh
    points = np.array([(10, 0), (20, 3), (24, 5), (28, 2), (40, 4), (50, 0)], np.float32)
    hand = np.array([(23.0, 9.0)], np.float32)
    found = held(keys(points, 0), hand, 5.0, 50.0)
    assert found.points.tolist() == [[10, 0], [20, 3], [24, 9], [28, 2], [40, 4], [50, 0]]
    found = held(keys(points, 0), hand, 7.0, 50.0)
    assert found.points.tolist() == [[10, 0], [20, 3], [24, 9], [30, 2], [40, 4], [50, 0]]


def test_a_sprite_sheet_moves_by_whole_cells(ours):
    item, material = sprite("SHEET")
    speak(item, ours)
    location = material.node_tree.nodes["Mapping"].inputs["Location"]
    shown = shown_over(lambda: tuple(round(3 * v) for v in location.default_value[:2]))
    exact = shown_over(lambda: tuple(3 * v for v in location.default_value[:2]))
    assert np.allclose(shown, exact, atol=1e-5)
    assert len(set(shown)) >= 7
    assert all(0 <= x <= 2 and -2 <= y <= 0 for x, y in shown)
    assert clear(item, ours) == 2
    assert tuple(location.default_value) == (0, 0, 0)


def test_an_image_sequence_shows_the_number_of_its_mouth(ours):
    item, material = sprite("SEQUENCE")
    node = material.node_tree.nodes["Image Texture"]
    find, errors = ours("scene.character.find"), ours("core.errors")
    with pytest.raises(errors.RigError, match="no image sequence"):
        find.rig_of(character_of(item, ours))
    node.image.source = "SEQUENCE"
    with pytest.raises(errors.RigError, match="Set Frames"):
        find.rig_of(character_of(item, ours))
    node.image_user.frame_duration, node.image_user.use_auto_refresh = 1, True
    speak(item, ours)
    shown = shown_over(lambda: node.image_user.frame_offset)
    assert set(shown) <= set(range(9))
    assert len(set(shown)) >= 7
    assert clear(item, ours) == 1
    assert node.image_user.frame_offset == 0


def test_the_number_of_a_sequence_is_the_number_of_its_file(tmp_path, ours):
    """Rendered, since only a render asks Blender which image of a sequence it is."""
    colours = {1: (1, 0, 0), 2: (0, 1, 0), 3: (0, 0, 1)}
    for number, colour in colours.items():
        image = bpy.data.images.new(str(number), 4, 4)
        image.pixels.foreach_set(np.tile((*colour, 1.0), 16).astype(np.float32))
        image.filepath_raw, image.file_format = str(tmp_path / f"mouth_{number}.png"), "PNG"
        image.save()
    item, material = sprite("SEQUENCE")
    nodes, links = material.node_tree.nodes, material.node_tree.links
    node = nodes["Image Texture"]
    node.image = bpy.data.images.load(str(tmp_path / "mouth_1.png"))
    node.image.source = "SEQUENCE"
    node.image_user.frame_duration, node.image_user.use_auto_refresh = 1, True
    glow = nodes.new("ShaderNodeEmission")
    links.new(node.outputs["Color"], glow.inputs["Color"])
    links.new(glow.outputs[0], nodes["Material Output"].inputs["Surface"])
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    camera.location = (0, 0, 1)
    scene = bpy.context.scene
    scene.collection.objects.link(camera)
    scene.camera, scene.render.engine = camera, "CYCLES"
    scene.cycles.samples, scene.cycles.use_denoising = 1, False
    scene.view_settings.view_transform = "Raw"
    scene.render.resolution_x = scene.render.resolution_y = 8
    scene.render.filepath = str(tmp_path / "shown.png")
    (cell,) = ours("scene.character.drawing").cells_of(item)
    for number, colour in colours.items():
        mouth = item.lipwright_drawing.mouths[number - 1]
        assert mouth.number == number
        node.image_user.frame_offset = int(cell.values[mouth.name])
        scene.frame_set(40)
        bpy.ops.render.render(write_still=True)
        shown = bpy.data.images.load(scene.render.filepath, check_existing=False)
        middle = np.array(shown.pixels[:]).reshape(8, 8, 4)[4, 4, :3]
        assert middle.argmax() == int(np.argmax(colour)), number


def test_grease_pencil_frames(ours):
    if bpy.app.version >= (4, 3):
        bpy.ops.object.grease_pencil_add(type="EMPTY")
        item = bpy.context.view_layer.objects.active
        modifier = item.modifiers.new("Time", "GREASE_PENCIL_TIME")
    else:
        bpy.ops.object.gpencil_add(type="EMPTY")
        item = bpy.context.view_layer.objects.active
        modifier = item.grease_pencil_modifiers.new("Time", "GP_TIME")
    stored = item.lipwright_drawing
    stored.kind, stored.pencil, stored.chosen_set = "PENCIL", item, "PRESTON_BLAIR"
    assert bpy.ops.lipwright.find_mouths() == {"FINISHED"}
    errors = ours("core.errors")
    with pytest.raises(errors.RigError, match="Fixed Frame"):
        speak(item, ours)
    modifier.mode = "FIX"
    stood = modifier.offset
    speak(item, ours)
    shown = shown_over(lambda: modifier.offset)
    assert set(shown) <= set(range(1, 11))
    assert len(set(shown)) >= 6
    assert clear(item, ours) == 1
    assert modifier.offset == stood


def test_shape_keys_that_may_not_blend(ours):
    item = keyed_head({f"m_{name}": {"jawOpen": 0.1 * i} for i, name in enumerate("ABCDEFGHX")})
    item.lipwright_drawing.kind = "KEYS"
    assert bpy.ops.lipwright.find_mouths() == {"FINISHED"}
    speak(item, ours)
    blocks = item.data.shape_keys.key_blocks[1:]
    shown = shown_over(lambda: tuple(block.value for block in blocks))
    assert all(sorted(values) == [0.0] * 8 + [1.0] for values in shown)
    clear(item, ours)
    assert all(block.value == 0 for block in blocks)


def test_a_set_of_the_artists_own(ours):
    root = flat(ours)
    stored = root.lipwright_drawing
    stored.mouths.clear()
    for name, letter, sounds in (("shut", "X", "_ m b p"), ("open", "D", "a ɑ ə ɛ")):
        assert bpy.ops.lipwright.add_mouth() == {"FINISHED"}
        mouth = stored.mouths[-1]
        mouth.name, mouth.item, mouth.sounds = name, bpy.data.objects[f"Mouth {letter}"], sounds
    assert stored.chosen_set == "OWN"
    speak(root, ours)
    assert set(shown_over(visible)) == {"X", "D"}


def test_two_lines_beside_each_other_never_show_two_mouths(ours):
    root = flat(ours)
    speak(root, ours, FrameClock(24.0, 10.0), "one")
    speak(root, ours, FrameClock(24.0, 150.0), "two")
    shown = shown_over(visible, 8, 310)
    assert len(set(shown[150:300])) >= 6
    for (_, a), (_, b) in pairwise(runs(shown)[1:-1]):
        assert min(a, b) >= 1


def test_what_is_missing_is_a_sentence_and_nothing_is_written(ours):
    root = flat(ours)
    root.lipwright_drawing.mouths[0].item = None
    errors = ours("core.errors")
    with pytest.raises(errors.RigError, match="has no object"):
        speak(root, ours)
    assert not bpy.data.actions


def test_a_duplicate_speaks_with_its_own_mouths(ours):
    root = flat(ours)
    speak(root, ours)
    first = shown_over(visible_of(root))
    for item in [root, *root.children]:
        item.hide_viewport = False
        item.select_set(True)
    bpy.ops.object.duplicate()
    copy = next(one for one in bpy.context.selected_objects if one.type == "EMPTY")
    assert copy != root
    assert {mouth.item for mouth in copy.lipwright_drawing.mouths} <= set(copy.children)
    speak(copy, ours, FrameClock(24.0, 200.0), "two")
    assert shown_over(visible_of(root)) == first
    assert len(set(shown_over(visible_of(copy), 198, 350))) >= 6
    clear(copy, ours)
    assert shown_over(visible_of(root)) == first


def visible_of(root):
    def read():
        shown = [one for one in root.children if "Mouth" in one.name and not one.hide_render]
        assert len(shown) == 1
        return shown[0].name.split(".")[0][-1]

    return read


@pytest.mark.parametrize("apart", [False, True])
def test_a_key_set_by_hand_blends_no_drawings(ours, face, apart):
    """Blender sets it with handles; in our curve, and freed in an Action of the artist's."""
    names = tuple(f"mouth_{mouth}" for mouth in "ABCDEFGHX")
    item = face("Anna", names)
    item.lipwright_drawing.kind, item.lipwright.apart = "KEYS", apart
    ours("scene.character.drawing").find_mouths(item)
    bpy.context.scene.lipwright.character = item
    key = item.data.shape_keys.key_blocks["mouth_A"]
    if apart:
        key.value = 1.0
        key.keyframe_insert("value", frame=90)
    speak(item, ours)
    if apart:
        assert bpy.ops.lipwright.free_keys() == {"FINISHED"}
    else:
        key.value = 1.0
        key.keyframe_insert("value", frame=90)
        speak(item, ours)
    shown = shown_over(lambda: round(key.value, 4))
    assert shown[90 - 8] == 1.0
    assert set(shown) == {0.0, 1.0}
    clear(item, ours)
    compat = ours("scene.compat")
    (curve,) = compat.curves_of(item.data.shape_keys.animation_data)
    assert [tuple(one.co) for one in curve.keyframe_points] == [(90.0, 1.0)]


def test_a_drawing_set_by_hand_keeps_its_value_also_where_changes_are_kept(ours):
    root = flat(ours)
    root.lipwright.hand_keys = "CHANGE"
    speak(root, ours)
    compat = ours("scene.compat")
    every = [c for a in bpy.data.actions for s in compat.slots(a) for c in compat.curves(a, s)]
    held = [c.keyframe_points[0].interpolation == "CONSTANT" for c in every].index(True)
    curve = every[held]
    point = curve.keyframe_points[len(curve.keyframe_points) // 2]
    frame, value = point.co.x, 1.0 - point.co.y
    point.co.y = value
    curve.update()
    report = speak(root, ours)
    every = [c for a in bpy.data.actions for s in compat.slots(a) for c in compat.curves(a, s)]
    assert every[held].evaluate(frame) == value
    assert report.notes == [
        f"1 key on “{root.name}” was set by hand and stays; ours give way to it"
    ]
