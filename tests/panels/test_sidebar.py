# SPDX-License-Identifier: GPL-3.0-or-later
"""Every panel draws, in every state, only what exists; disabled buttons are explained in text."""

from types import SimpleNamespace

import bpy
import pytest

from lipwright.tests.synthetic import keyed_head

PANELS = (
    *("speech", "cast", "emotion", "eyes", "style", "phones", "rig", "calibrate", "mapping"),
    *("drawing", "export", "playblast", "part", "capture", "faces"),
)


class Layout:
    """Takes what a panel draws and checks it against Blender's data."""

    def __init__(self, lines: list[str]) -> None:
        object.__setattr__(self, "lines", lines)

    def __setattr__(self, name: str, value: object) -> None:
        assert name in bpy.types.UILayout.bl_rna.properties, name

    def _child(self, **options: object) -> "Layout":
        known = bpy.types.UILayout.bl_rna.functions["column"].parameters
        assert set(options) <= set(known.keys())
        return Layout(self.lines)

    row = column = box = _child

    def split(self, *, factor: float, align: bool = False) -> "Layout":
        assert 0 < factor < 1
        return self._child(align=align)

    def label(self, *, text: str, icon: str = "NONE") -> None:
        assert icon in icons()
        self.lines.append(text)

    def prop(self, data, name: str, *, icon="NONE", **options: object) -> None:
        known = bpy.types.UILayout.bl_rna.functions["prop"].parameters
        assert set(options) <= set(known.keys())
        assert name in data.bl_rna.properties
        assert icon in icons()

    def template_list(
        self, kind: str, _name: str, data, listed: str, active, index: str, **_options
    ):
        drawn = bpy.types.UIList.bl_rna_get_subclass_py(kind)
        assert index in active.bl_rna.properties
        for item in getattr(data, listed):
            drawn.draw_item(None, None, self, data, item, 0, active, index, 0)

    def prop_search(self, data, name: str, search, listed: str, *, icon="NONE") -> None:
        assert name in data.bl_rna.properties
        assert listed in search.bl_rna.properties
        assert icon in icons()

    def operator(self, name: str, *, text=None, icon="NONE", depress=False) -> "Options":
        group, verb = name.split(".")
        told = getattr(getattr(bpy.ops, group), verb).get_rna_type()
        assert icon in icons()
        self.lines.append(f"[{name}]")
        return Options(told.properties.keys())

    def menu(self, name: str, *, text: str, icon: str) -> None:
        assert hasattr(bpy.types, name)
        assert icon in icons()

    def separator(self) -> None:
        self.lines.append("")

    def progress(self, *, factor: float, type: str, text: str) -> None:
        self.lines.append(text)


class Options:
    """What a button hands to its operator."""

    def __init__(self, known: list[str]) -> None:
        object.__setattr__(self, "known", known)

    def __setattr__(self, name: str, value: object) -> None:
        assert name in self.known, name


def icons() -> list[str]:
    parameters = bpy.types.UILayout.bl_rna.functions["prop"].parameters
    return parameters["icon"].enum_items.keys()


@pytest.fixture
def draw(ours):
    """Draw a panel: the lines of text and buttons, or None if it is hidden."""

    def do(name: str, width: int = 400) -> list[str] | None:
        module = {"poses": "mapping", "playblast": "export", "part": "style"}.get(name, name)
        panel = getattr(ours(f"panels.{module}"), f"LIPWRIGHT_PT_{name}")
        context = SimpleNamespace(
            scene=bpy.context.scene,
            view_layer=bpy.context.view_layer,
            window_manager=bpy.context.window_manager,
            preferences=SimpleNamespace(system=SimpleNamespace(ui_scale=1.0)),
            region=SimpleNamespace(width=width),
        )
        if hasattr(panel, "poll") and not panel.poll(context):
            return None
        lines: list[str] = []
        methods = {
            key: getattr(panel, key)
            for key in dir(panel)
            if not key.startswith(("__", "bl_")) and callable(getattr(panel, key))
        }
        drawn = type("Drawn", (), methods)()
        drawn.layout = Layout(lines)
        if hasattr(drawn, "draw_header"):
            drawn.draw_header(context)
        drawn.draw(context)
        return lines

    return do


def test_without_a_character_only_speech_is_drawn(draw):
    assert [name for name in PANELS if draw(name) is not None] == ["speech", "cast"]
    assert "[lipwright.add_demo_head]" in draw("speech")


@pytest.mark.parametrize("source", ["STRIP", "FILE", "SPEAKER"])
@pytest.mark.parametrize("name", PANELS)
def test_every_panel_draws(draw, face, name, source):
    item = face()
    bpy.context.scene.lipwright.source = source
    bpy.context.scene.sequence_editor_create()
    item.lipwright.head, item.lipwright.keying = True, "poses"
    assert draw(name) is not None


def test_the_reason_is_said_in_lines_that_fit(draw, face):
    face("Odd", ("one", "two"))
    bpy.context.scene.lipwright.source = "FILE"
    bpy.context.scene.lipwright.file = "/somewhere/line.wav"
    lines = draw("speech", width=220)
    assert "ARKit" in " ".join(lines)
    assert max(len(line) for line in lines if not line.startswith("[")) <= 30


def test_a_take_of_an_opened_file_says_how_its_dials_act_again(draw, face, fake, voice, ours):
    face()
    choice = bpy.context.scene.lipwright
    choice.source, choice.file = "FILE", str(voice)
    bpy.ops.lipwright.generate()
    hint = "Generate once more"
    assert not any(hint in line for line in draw("speech"))
    ours("scene.session").memory.forget()  # as on opening a file
    assert any(hint in line for line in draw("speech"))


def test_while_running_there_is_a_bar_and_a_way_out(draw, face):
    face()
    state = bpy.context.window_manager.lipwright
    state.running, state.factor, state.text = True, 0.4, "Listening"
    lines = draw("speech")
    state.running = False
    assert "Listening 40%" in lines
    assert "[lipwright.cancel]" in lines
    assert "[lipwright.generate]" not in lines


def test_the_rig_panel_says_what_matched(draw, face):
    face()
    lines = draw("rig")
    assert "ARKit" in lines[0]
    assert any(line.startswith("Head: 12 shapes") for line in lines)


def test_the_cast_is_a_table_with_the_fields_of_its_row(draw, face):
    item = face()
    lines = draw("cast")
    assert lines[:2] == ["[lipwright.add_part]", "[lipwright.fill_cast]"]
    assert any("Add who says" in line for line in lines)
    parts = bpy.context.scene.lipwright_cast.parts
    first, second = parts.add(), parts.add()
    first.pattern, first.character, second.by, second.channel = "anna", item, "CHANNEL", 3
    lines = draw("cast")
    assert lines[:4] == ["anna", "Head", "Channel 3", "Who?"]
    state = bpy.context.window_manager.lipwright
    for name, status in (("a", "DONE"), ("b", "RUNS"), ("c", "FAILED")):
        row = state.lines.add()
        row.name, row.character, row.status = name, "Head", status
    row.note = "The strip is muted"
    lines = draw("cast")
    state.lines.clear()
    assert {"Head: a", "Head: b", "Head: c", "The strip is muted"} <= set(lines)


def test_several_mouths_are_listed_with_what_each_can_do(draw):
    vowels = {"あ": {"jawOpen": 0.2}, "い": {"jawOpen": 0.05}, "お": {"jawOpen": 0.1}}
    arkit = ("jawOpen", "mouthFunnel", "mouthPucker", "mouthClose")
    keyed_head({**{name: {name: 1.0} for name in arkit}, **vowels})
    lines = draw("rig")
    assert "2 mouths; the best is used" in lines
    assert lines.count("[lipwright.use_mouth]") == 2
    assert any(line.startswith("opens ") for line in lines)


@pytest.mark.parametrize(
    "kind", ["OFF", "OBJECTS", "KEYS", "SEQUENCE", "SHEET", "PENCIL", "LAYERS"]
)
def test_a_drawn_mouth_is_drawn_and_says_what_it_lacks(kind, draw, face):
    item = face()
    item.lipwright_drawing.kind = kind
    lines = draw("drawing")
    assert "[lipwright.find_mouths]" in lines
    assert any("no mouths yet" in " ".join(lines) for _ in lines) == (kind != "OFF")


def test_an_edited_mapping_is_drawn_row_by_row(draw, face):
    item = face()
    assert "[lipwright.edit_mapping]" in draw("mapping")
    bpy.ops.lipwright.edit_mapping()
    lines = draw("mapping")
    assert lines.count("jawOpen") == 1  # not once more as what it follows
    assert "[lipwright.reset_mapping]" in lines
    item.lipwright_rig.rows[0].name = "gone"
    assert any("“gone” is gone" in line for line in draw("mapping"))


def test_sounds_are_drawn_with_their_times(draw, face, ours):
    item = face()
    assert "lists the sounds" in " ".join(draw("phones"))
    phone = ours("core.phones").Phone
    line = [phone("_", 0.0, 0.25), phone("ɲ", 0.25, 0.5, 0.3)]
    ours("scene.saved.phones").keep_phones(item, line, "1", 10.0, edited=True)
    lines = draw("phones")
    assert lines[:5] == ["10.0", "16.0", "", "16.0", "22.0"]
    assert "[lipwright.redraw]" in lines
    assert "Press Generate" in " ".join(lines)
    item.lipwright_phones.in_seconds = True
    item.lipwright_phones.active_row = 1
    lines = draw("phones")
    assert lines[3:5] == ["0.25", "0.50"]
    assert "ɲ as in: Spanish año" in lines


def test_poses_are_for_bones(draw, face):
    face()
    assert draw("poses") is None
    bpy.ops.object.armature_add()
    pose = bpy.context.object.lipwright_rig.poses.add()
    pose.name = "jawOpen"
    assert "jawOpen: 0 bones" in draw("poses")


def test_missing_parts_are_found_without_importing(ours, monkeypatch):
    trouble = ours("panels.trouble")
    assert trouble.missing_parts() == []
    monkeypatch.setattr(trouble, "PARTS", ("numpy", "no_such_wheel"))
    assert trouble.missing_parts() == ["no_such_wheel"]


def test_a_redraw_finds_the_character_once(face, ours, monkeypatch):
    item = face()
    bpy.context.scene.lipwright.character = item
    properties = ours("scene.character.chosen")
    found: list[str] = []
    real = properties.character_of

    def counted(item, scene):
        found.append(item.name)
        return real(item, scene)

    monkeypatch.setattr(properties, "character_of", counted)
    bpy.context.view_layer.update()
    ours("scene.session").memory.scene_changed()
    names = [name for name in dir(bpy.types) if name.startswith("LIPWRIGHT_OT_")]
    for name in names:
        bpy.types.Operator.bl_rna_get_subclass_py(name).poll(bpy.context)
    assert len(found) == 1
    item.name = "Renamed"
    bpy.context.view_layer.update()
    assert properties.chosen_character(bpy.context).name == "Renamed"
    item.shape_key_add(name="more", from_mix=False)
    assert "more" in properties.chosen_character(bpy.context).key_names["Renamed"]
