# SPDX-License-Identifier: GPL-3.0-or-later
"""Sounds corrected by hand: kept with the character, redrawn, reset, never of another line."""

import bpy
import pytest

from lipwright.tests.blender_fixtures import value_at, write_wave

needs_strips = pytest.mark.skipif(
    not bpy.app.build_options.audaspace, reason="this bpy is built without sound strips"
)


@pytest.fixture
def stored(face, voice, fake):
    """The list of a character that has just spoken; rows are fetched anew after undo or reload."""
    item = face()
    choice = bpy.context.scene.lipwright
    choice.source, choice.file, choice.character = "FILE", str(voice), item
    bpy.context.scene.frame_set(5)
    bpy.ops.lipwright.generate(add_strip=False)
    return item.lipwright_phones


def symbols(stored) -> str:
    return "".join(row.symbol for row in stored.rows)


def given_symbols(fake) -> str:
    return "".join(phone.symbol for phone in fake.given)


def test_generate_fills_the_list(stored):
    assert symbols(stored) == "_pam_a__"
    assert not stored.edited
    assert not bpy.ops.lipwright.redraw.poll()


def test_a_click_goes_to_the_sound_and_nothing_else_moves_the_scene(stored):
    stored.clicked = 2
    assert bpy.context.scene.frame_current == 5 + 12
    bpy.context.scene.frame_set(1)
    bpy.ops.lipwright.add_phone()
    bpy.ops.lipwright.remove_phone()
    assert bpy.context.scene.frame_current == 1


def test_redraw_gives_the_articulator_the_list(stored, fake):
    stored.rows[1].symbol = "k"
    assert stored.rows[1].confidence == 1
    assert bpy.ops.lipwright.redraw() == {"FINISHED"}
    assert given_symbols(fake) == "_kam_a__"
    assert symbols(stored) == "_kam_a__"
    assert value_at(bpy.data.objects["Head"], 5 + 24) > 0.1
    heard = fake.heard
    bpy.ops.lipwright.redraw()
    assert fake.heard == heard, "the same list of the same sound is remembered"


def test_reset_is_what_was_heard(stored, fake):
    stored.rows[1].symbol = "k"
    bpy.ops.lipwright.redraw()
    heard = fake.heard
    bpy.ops.lipwright.reset_phones()
    assert symbols(stored) == "_pam_a__"
    assert not stored.edited
    assert fake.heard == heard


def test_add_remove_and_edges(stored):
    stored.active_row = 1
    bpy.ops.lipwright.add_phone()
    assert symbols(stored) == "_ppam_a__"
    assert stored.active_row == 2
    bpy.ops.lipwright.remove_phone()
    assert symbols(stored) == "_pam_a__"
    assert stored.edited
    stored.active_row = 1
    assert stored.start == pytest.approx(5 + 6)
    stored.start = 5 + 4.8
    assert stored.rows[0].end_seconds == stored.rows[1].start_seconds == pytest.approx(0.2)
    stored.in_seconds = True
    stored.end = 0.55
    assert stored.end == pytest.approx(0.55)
    assert stored.rows[2].start_seconds == pytest.approx(0.55)


def test_corrections_survive_a_reload_and_are_used(stored, fake, tmp_path, ours):
    stored.rows[1].symbol = "k"
    path = str(tmp_path / "kept.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    stored = bpy.data.objects["Head"].lipwright_phones
    assert symbols(stored) == "_kam_a__"
    reason = ours("operators.phones").LIPWRIGHT_OT_redraw.reason(bpy.context)
    assert "Press Generate" in reason
    bpy.ops.lipwright.generate(add_strip=False)
    assert given_symbols(fake) == "_kam_a__"
    assert "that you corrected were used" in bpy.context.window_manager.lipwright.notes
    assert bpy.ops.lipwright.redraw.poll()


def test_a_dial_keeps_the_corrections(stored, fake, ours):
    stored.rows[1].symbol = "k"
    bpy.ops.lipwright.redraw()
    live = ours("jobs.live")
    live._waiting.add("Head")
    live.mix_waiting()
    last = ours("scene.session").memory.takes[bpy.data.objects["Head"].session_uid]
    assert last.analysis.phones[1].symbol == "k"
    bpy.ops.lipwright.reset_phones()
    assert symbols(stored) == "_pam_a__"


def test_another_line_puts_them_aside(stored, fake, voice, tmp_path):
    stored.rows[1].symbol = "k"
    bpy.context.scene.lipwright.file = str(write_wave(tmp_path / "other.wav", 3.0))
    bpy.ops.lipwright.generate(add_strip=False)
    assert fake.given is None
    assert symbols(stored) == "_pam_a__"
    assert not stored.edited
    # Back at the first line its corrections count again.
    bpy.context.scene.lipwright.file = str(voice)
    bpy.ops.lipwright.generate(add_strip=False)
    assert given_symbols(fake) == "_kam_a__"
    assert symbols(stored) == "_kam_a__"
    assert stored.edited


def test_two_corrected_lines_keep_a_list_each(stored, fake, voice, tmp_path):
    other = write_wave(tmp_path / "other.wav", 1.9)
    stored.rows[1].symbol = "k"
    bpy.context.scene.lipwright.file = str(other)
    bpy.ops.lipwright.generate(add_strip=False)
    stored.rows[1].symbol = "f"
    for file, wanted in ((voice, "_kam_a__"), (other, "_fam_a__"), (voice, "_kam_a__")):
        bpy.context.scene.lipwright.file = str(file)
        bpy.ops.lipwright.generate(add_strip=False)
        assert symbols(stored) == wanted
        assert stored.edited
    bpy.ops.lipwright.reset_phones()
    assert symbols(stored) == "_pam_a__"
    bpy.ops.lipwright.generate(add_strip=False)
    assert symbols(stored) == "_pam_a__", "reset forgets them"
    assert not stored.edited


@needs_strips
def test_volume_and_trim_keep_the_corrections(face, voice, fake, ours):
    item, scene = face(), bpy.context.scene
    strip = ours("scene.sounds.strip").add_to_sequencer(scene, voice, 5)
    choice = scene.lipwright
    choice.source, choice.strip, choice.character = "STRIP", strip.name, item
    bpy.ops.lipwright.generate()
    item.lipwright_phones.rows[1].symbol = "k"
    strip.volume = 0.9
    bpy.ops.lipwright.generate()
    assert given_symbols(fake) == "_kam_a__"
    first = fake.fingerprints[-2:]
    assert first[0] == first[1], "another volume is no other take"
    strip.frame_offset_start = 2
    bpy.ops.lipwright.generate()
    assert given_symbols(fake) == "_kam_a__"
    assert fake.given[1].start_seconds == pytest.approx(0.25 - 2 / 24, abs=1e-3)
    strip.frame_offset_start = 24
    bpy.ops.lipwright.generate()
    assert given_symbols(fake) == "_a__", "of what is left"


@needs_strips
@pytest.mark.parametrize("retimed", [False, True])
def test_what_was_corrected_is_back_after_trim_and_volume(
    face, voice, fake, ours, monkeypatch, retimed
):
    if retimed:
        monkeypatch.setattr(ours("scene.compat"), "is_retimed", lambda _strip: True)
    item, scene = face(), bpy.context.scene
    strip = ours("scene.sounds.strip").add_to_sequencer(scene, voice, 5)
    choice = scene.lipwright
    choice.source, choice.strip, choice.character = "STRIP", strip.name, item
    bpy.ops.lipwright.generate()
    phones = item.lipwright_phones
    phones.rows[1].symbol = "k"
    strip.frame_offset_start, strip.volume = 24, 0.5
    bpy.ops.lipwright.generate()
    assert "k" not in symbols(phones)
    strip.frame_offset_start = 0
    bpy.ops.lipwright.generate()
    assert symbols(phones) == "_kam_a__"
    assert phones.edited


@needs_strips
def test_two_strips_of_one_recording_keep_their_corrections(face, voice, fake, ours):
    item, scene = face(), bpy.context.scene
    add = ours("scene.sounds.strip").add_to_sequencer
    one, two = add(scene, voice, 5), add(scene, voice, 105)
    fake.phones = fake.phones[:4]  # what is heard ends with each half
    one.frame_offset_end, two.frame_offset_start = 24, 24
    choice, phones = scene.lipwright, item.lipwright_phones
    choice.source, choice.character = "STRIP", item
    choice.strip = one.name
    bpy.ops.lipwright.generate()
    phones.rows[1].symbol = "k"
    choice.strip = two.name
    bpy.ops.lipwright.generate()
    assert not phones.edited, "nobody corrected this half"
    choice.strip = one.name
    bpy.ops.lipwright.generate()
    assert "k" in symbols(phones)


@needs_strips
@pytest.mark.parametrize("how", ["driver", "NLA"])
def test_an_animated_volume_is_heard_alike_at_any_playhead(voice, ours, how):
    scene = bpy.context.scene
    strip = ours("scene.sounds.strip").add_to_sequencer(scene, voice, 5)
    if how == "driver":
        strip.driver_add("volume").driver.expression = "frame / 60"
    else:
        for frame, volume in ((11, 0.0), (58, 1.0)):
            strip.volume = volume
            strip.keyframe_insert("volume", frame=frame)
        compat, data = ours("scene.compat"), scene.animation_data
        action, slot = data.action, compat.slot_of(data)
        laid = data.nla_tracks.new().strips.new("Fade", 11, action)
        if slot is not None:
            laid.action_slot = slot
        data.action = None
    fades = []
    for frame in (30, 58):
        scene.frame_set(frame)
        fades.append(ours("scene.sounds.strip").span_of_strip(strip, scene).fade)
        assert scene.frame_current == frame
    assert fades[0] == fades[1]
    assert len({gain for _, gain in fades[0]}) > 10


@needs_strips
def test_a_copied_strip_is_the_one_with_another_identity(face, voice, fake, ours):
    item, scene = face(), bpy.context.scene
    strips = ours("scene.sounds.strip")
    strip = strips.add_to_sequencer(scene, voice, 5)
    choice = scene.lipwright
    choice.source, choice.strip, choice.character = "STRIP", strip.name, item
    bpy.ops.lipwright.generate()
    copy = strips.add_to_sequencer(scene, voice, 205)
    copy.lipwright.uid = strip.lipwright.uid  # as Shift D leaves it
    strip.frame_start = 405
    bpy.ops.lipwright.generate()
    assert value_at(item, 29) == 0, "no ghost where the line was"
    assert value_at(item, 429) > 0.05


def test_two_files_of_one_name_are_two_lines(face, voice, fake, tmp_path):
    item, choice = face(), bpy.context.scene.lipwright
    choice.source, choice.character = "FILE", item
    for folder, frame in (("a", 5), ("b", 205)):
        (tmp_path / folder).mkdir()
        path = tmp_path / folder / "line.wav"
        path.write_bytes(voice.read_bytes())
        choice.file = str(path)
        bpy.context.scene.frame_set(frame)
        bpy.ops.lipwright.generate("EXEC_DEFAULT", True, add_strip=False)
    assert value_at(item, 29) > 0.05
    assert value_at(item, 229) > 0.05


def test_one_undo_step(stored):
    stored.rows[1].symbol = "k"
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.lipwright.remove_phone("EXEC_DEFAULT", True)
    assert symbols(bpy.data.objects["Head"].lipwright_phones) == "kam_a__"
    bpy.ops.ed.undo()
    assert symbols(bpy.data.objects["Head"].lipwright_phones) == "_kam_a__"


@pytest.mark.parametrize("form", [".json", ".txt"])
def test_save_and_load(stored, tmp_path, form):
    path = tmp_path / f"sounds{form}"
    stored.rows[1].symbol = "tʃ"
    bpy.ops.lipwright.save_phones(filepath=str(path), form=form)
    stored.rows[1].symbol = "p"
    bpy.ops.lipwright.load_phones(filepath=str(path))
    assert symbols(stored) == "_tʃam_a__"
    path.write_text("0 1 5\n", "utf-8")
    with pytest.raises(RuntimeError, match="is not a known sound"):
        bpy.ops.lipwright.load_phones(filepath=str(path))
    path.write_text("0 9 a\n", "utf-8")
    with pytest.raises(RuntimeError, match="Choose the list of this line"):
        bpy.ops.lipwright.load_phones(filepath=str(path))
    assert symbols(stored) == "_tʃam_a__"


def test_markers_are_ours_alone(stored):
    markers = bpy.context.scene.timeline_markers
    markers.new("p", frame=3)
    bpy.ops.lipwright.mark_phones()
    bpy.ops.lipwright.mark_phones()
    assert [(m.name, m.frame) for m in markers][1:] == [("p", 11), ("a", 17), ("m", 23), ("a", 35)]
    bpy.ops.lipwright.unmark_phones()
    assert [(m.name, m.frame) for m in markers] == [("p", 3)]


def test_bake_keeps_the_list_it_was_given(stored, voice, tmp_path, ours):
    path, out = tmp_path / "sounds.txt", tmp_path / "out.blend"
    path.write_text("0.5 1 ɔ\n", "utf-8")
    options = ["--audio", str(voice), "--phones", str(path), "--save", str(out)]
    assert ours("jobs.bake").main(options) == 0
    assert symbols(stored) == "_ɔ_"
    assert stored.edited
