# SPDX-License-Identifier: GPL-3.0-or-later
"""Playblast: a film with sound, and the artist's scene as it was."""

from pathlib import Path

import bpy
import numpy as np
import pytest

NO_SOUND = not bpy.app.build_options.audaspace
LENGTH = {"frame_start": 1, ("length" if bpy.app.version >= (5, 0, 0) else "frame_end"): 100}


def state_of(scene):
    """Everything of a scene that a film needs to change, and how many things there are."""
    render = scene.render
    return (
        *(render.engine, render.filepath, render.image_settings.file_format),
        *(render.resolution_x, render.resolution_y, render.resolution_percentage),
        *(render.use_sequencer, render.use_compositing, render.ffmpeg.codec, render.ffmpeg.format),
        *(scene.frame_start, scene.frame_end, scene.frame_current, scene.camera, scene.name),
        *(len(bpy.data.scenes), len(bpy.data.objects), len(bpy.data.cameras), len(bpy.data.sounds)),
        len(bpy.data.worlds),
        bpy.context.scene.name,
    )


@pytest.fixture
def said(face, fake, voice, tmp_path):
    """A face that says two seconds from frame 11; the scene is small."""
    item, scene = face(), bpy.context.scene
    choice = scene.lipwright
    choice.source, choice.file, choice.character = "FILE", str(voice), item
    scene.frame_set(11)
    bpy.ops.lipwright.generate()
    scene.render.resolution_x, scene.render.resolution_y = 75, 51
    choice.film_path = str(tmp_path / "films" / "<scene>")
    return item


@pytest.mark.parametrize("cut", ["plain", "meta"])
def test_a_film_with_sound_and_nothing_changed(said, tmp_path, ours, cut):
    scene = bpy.context.scene
    if not NO_SOUND:
        strips = ours("scene.compat").strips_of(scene)
        strips.new_effect("black", "COLOR", 20, **LENGTH)  # would hide the scene
        if cut == "meta":
            sound = next(one for one in strips if one.type == "SOUND")
            meta = strips.new_meta("meta", 3, 1)
            sound.move_to_meta(meta)
            meta.frame_final_end = 70
    before = state_of(scene)
    assert bpy.ops.lipwright.playblast() == {"FINISHED"}
    assert state_of(scene) == before
    films = list((tmp_path / "films").iterdir())
    assert films == [tmp_path / "films" / f"{scene.name}.mp4"]
    clip = bpy.data.movieclips.load(str(films[0]))
    assert tuple(clip.size) in {(74, 50), (76, 52), (76, 50), (74, 52)}
    # The take has its sound and a frame of rest on both sides.
    assert 48 <= clip.frame_duration <= 56
    picture = looks(films[0], tmp_path)
    assert np.ptp(picture) > 0.05, "the face is in the picture"
    if not NO_SOUND:
        import aud

        sound = aud.Sound(str(films[0]))
        loud = np.abs(sound.data()).mean(axis=1)
        rate = int(sound.specs[0])
        assert loud[rate // 2 : 3 * rate // 2].mean() > 5 * loud[: rate // 10].mean()


@pytest.mark.skipif(NO_SOUND, reason="this bpy is built without sound strips")
def test_the_sound_may_lie_in_another_scenes_sequencer(said, tmp_path, ours):
    scene, film = bpy.context.scene, ours("scene.exports.film")
    other = scene.copy()
    other.name = "Edit"
    for strip in list(ours("scene.compat").strips_of(scene)):
        ours("scene.compat").remove_strip(scene, strip)
    before = state_of(scene)
    character = ours("scene.character.find").character_of(said, scene)
    made = film.Film(character, scene, film.Wish(str(tmp_path / "film.mp4"), heard=other))
    made.render()
    assert made.finish() == tmp_path / "film.mp4"
    assert state_of(scene) == before
    import aud

    assert np.abs(aud.Sound(str(tmp_path / "film.mp4")).data()).max() > 0.1


def looks(film: Path, folder: Path) -> np.ndarray:
    """A frame of a film, as numbers."""
    image = bpy.data.images.load(str(film))
    image.source = "MOVIE"
    return np.array(image.pixels[:])


def test_a_film_of_before_stays_where_the_new_one_fails(said, tmp_path, ours, monkeypatch):
    scene = bpy.context.scene
    old = tmp_path / "films" / f"{scene.name}.mp4"
    old.parent.mkdir()
    old.write_bytes(b"old")
    before = state_of(scene)
    film = ours("scene.exports.film")
    monkeypatch.setattr(film.Film, "render", lambda *_: None)
    with pytest.raises(RuntimeError, match="No film was written"):
        bpy.ops.lipwright.playblast()
    assert old.read_bytes() == b"old"
    assert state_of(scene) == before
    (tmp_path / "file").write_text("no folder")
    scene.lipwright.film_path = str(tmp_path / "file" / "film.mp4")
    with pytest.raises(RuntimeError, match="cannot be written"):
        bpy.ops.lipwright.playblast()
    assert state_of(scene) == before


def test_where_it_goes_and_which_frames(said, ours, tmp_path):
    film, scene = ours("scene.exports.film"), bpy.context.scene
    character = ours("scene.character.find").character_of(said, scene)
    assert film.film_path("//playblast/<scene>.mp4", scene).name == f"{scene.name}.mp4"
    assert film.film_path("", scene).parent.name == "playblast"
    first, last = film.film_frames(character, scene, "LINE")
    assert first == 11
    assert last >= 11 + 48
    scene.use_preview_range, scene.frame_preview_start, scene.frame_preview_end = True, 20, 30
    assert film.film_frames(character, scene, "SCENE") == (20, 30)
    said.hide_render = True
    assert "“Head”" in film.hidden_note(character)


def test_the_camera_looks_at_the_face_from_the_front(face, ours):
    item = face(at=(5.0, 2.0, 3.0))
    item.rotation_euler = (0.0, 0.0, np.pi / 2)  # it faces the world's +X
    bpy.context.view_layer.update()
    character = ours("scene.character.find").character_of(item, bpy.context.scene)
    camera = ours("scene.exports.framing").face_camera(character, 1.5, 1)
    place = camera.matrix_world.translation
    assert place.x > 8
    assert place.y == pytest.approx(2.0, abs=0.5)
    looks_along = -camera.matrix_world.to_3x3().col[2]
    assert tuple(looks_along) == pytest.approx((-1, 0, 0), abs=1e-5)
    assert tuple(camera.matrix_world.to_3x3().col[1]) == pytest.approx((0, 0, 1), abs=1e-5)
