# SPDX-License-Identifier: GPL-3.0-or-later
"""Sound strips to spans: what is heard, where; Blender's own mixdown is the witness."""

import bpy
import numpy as np
import pytest

from lipwright.tests.blender_fixtures import write_wave

pytestmark = pytest.mark.skipif(
    not bpy.app.build_options.audaspace, reason="this bpy is built without sound strips"
)


@pytest.fixture
def strip(ours, voice):
    return ours("scene.sounds.strip").add_to_sequencer(bpy.context.scene, voice, 11)


@pytest.fixture
def span_of(ours):
    return lambda strip: ours("scene.sounds.strip").span_of_strip(strip, bpy.context.scene)


def trim_left(strip, frames: int) -> None:
    strip.frame_offset_start = frames


def heard(tmp_path, ours) -> tuple[np.ndarray, float]:
    """Samples of the scene's mixdown at 48 kHz from frame 1."""
    path = tmp_path / "mix.wav"
    bpy.context.scene.frame_start, bpy.context.scene.frame_end = 1, 100
    bpy.ops.sound.mixdown(
        filepath=str(path), check_existing=False, container="WAV", codec="PCM", format="S16"
    )
    return ours("core.audio.load").load_sound(path).samples


def test_a_whole_strip(strip, span_of, voice):
    span = span_of(strip)
    assert span.path == voice
    assert span.first_frame == 11
    assert span.start_seconds == pytest.approx(0.0)
    assert span.duration_seconds == pytest.approx(2.0, abs=0.05)


def test_trim_and_move_are_what_is_heard(strip, span_of, ours, tmp_path):
    trim_left(strip, 12)
    strip.frame_offset_end = 6
    span = span_of(strip)
    assert span.first_frame == 23
    assert span.start_seconds == pytest.approx(0.5)
    assert span.duration_seconds == pytest.approx(2.0 - 0.5 - 0.25, abs=0.05)
    sound = ours("scene.sounds.decode").read_span(span)
    mix = heard(tmp_path, ours)
    start = round((span.first_frame - 1) / 24 * 16_000)
    stretch = mix[start : start + len(sound.samples)]
    assert np.corrcoef(stretch, sound.samples[: len(stretch)])[0, 1] > 0.99


def test_volume_scales_the_sound(strip, span_of, ours):
    strip.volume = 0.5
    loud = ours("core.audio.load").load_sound(span_of(strip).path)
    soft = ours("scene.sounds.decode").read_span(span_of(strip))
    assert np.abs(soft.samples).max() == pytest.approx(0.5 * np.abs(loud.samples).max(), rel=1e-3)


@pytest.mark.parametrize(
    ("attribute", "value", "says"), [("mute", True, "muted"), ("volume", 0, "volume")]
)
def test_silent_strips_say_so(strip, span_of, ours, attribute, value, says):
    setattr(strip, attribute, value)
    with pytest.raises(ours("core.errors").SoundError, match=says):
        span_of(strip)


def test_a_packed_sound_needs_no_file(strip, span_of, ours, voice):
    strip.sound.pack()
    voice.unlink()
    assert ours("scene.sounds.decode").read_span(span_of(strip)).seconds == pytest.approx(
        2.0, abs=0.05
    )


def test_a_missing_file_is_a_sentence(strip, span_of, ours, voice):
    voice.unlink()
    with pytest.raises(ours("core.errors").SoundError, match="was not found"):
        ours("scene.sounds.decode").read_span(span_of(strip))


def test_the_only_strip_or_the_named_one(strip, ours, tmp_path):
    module, scene = ours("scene.sounds.strip"), bpy.context.scene
    assert module.strip_named(scene, "") == strip
    other = module.add_to_sequencer(scene, write_wave(tmp_path / "other.wav", 1.0), 20)
    assert other.channel != strip.channel
    assert module.strip_named(scene, "other") == other
    assert module.strip_named(scene, "gone") is None
    assert module.strip_of_file(scene, tmp_path / "other.wav") == other


def test_a_retimed_strip_is_rendered(strip, span_of, ours, monkeypatch, tmp_path):
    # Adding retiming keys from a script crashes Blender 4.5, so the question is answered for it.
    monkeypatch.setattr(ours("scene.compat"), "is_retimed", lambda _strip: True)
    other = ours("scene.sounds.strip").add_to_sequencer(
        bpy.context.scene, write_wave(tmp_path / "other.wav", 1.0), 11
    )
    trim_left(strip, 12)
    span = span_of(strip)
    sound = ours("scene.sounds.decode").read_span(span)
    whole = ours("core.audio.load").load_sound(strip.sound.filepath).samples[8000:]
    assert np.corrcoef(sound.samples[:16000], whole[:16000])[0, 1] > 0.99
    assert not other.mute
    assert bpy.context.scene.frame_end == 250


def test_a_speaker(ours, voice):
    data = bpy.data.speakers.new("Anna speaks")
    data.sound = bpy.data.sounds.load(str(voice))
    item = bpy.data.objects.new("Anna speaks", data)
    bpy.context.scene.collection.objects.link(item)
    bpy.context.scene.frame_start = 5
    span = ours("scene.sounds.strip").span_of_speaker(item, bpy.context.scene)
    assert (span.path, span.first_frame, span.name) == (voice, 5.0, "Anna speaks")


def test_a_speaker_is_known_under_another_name_and_a_copy_is_another(ours, voice):
    strip, scene = ours("scene.sounds.strip"), bpy.context.scene
    data = bpy.data.speakers.new("Anna")
    data.sound = bpy.data.sounds.load(str(voice))
    item = bpy.data.objects.new("Anna", data)
    scene.collection.objects.link(item)
    span = strip.span_of_speaker(item, scene)
    assert strip.span_of_speaker(item, scene).source != span.source, "nothing is saved by looking"
    strip.claim_source(span, scene)
    item.name = "Hannah"
    assert strip.span_of_speaker(item, scene).source == span.source
    assert strip.speakers_in(scene) == {span.source}
    copy = item.copy()
    scene.collection.objects.link(copy)
    assert strip.span_of_speaker(copy, scene).source != span.source
    assert strip.span_of_speaker(item, scene).source == span.source


def test_what_soundfile_refuses_blender_reads(ours, voice, tmp_path):
    aud = pytest.importorskip("aud")
    path = tmp_path / "line.mka"
    aud.Sound(str(voice)).write(
        str(path), 48000, 1, aud.FORMAT_S16, aud.CONTAINER_MATROSKA, aud.CODEC_PCM, 128000, 1024
    )
    whole = ours("core.audio.load").load_sound(voice).samples
    span = ours("scene.sounds.strip").AudioSpan(path, "line", 1.0, 0.5, 1.0)
    samples = ours("scene.sounds.decode").read_span(span).samples
    assert len(samples) == 16_000
    lag = np.correlate(samples, whole[8000 - 800 : 24000 + 800], "valid").argmax() - 800
    assert abs(lag) < 80  # 5 ms


def test_a_broken_file_is_a_sentence_and_no_crash(ours, tmp_path):
    path = tmp_path / "broken.wav"
    path.write_bytes(b"no sound at all")
    with pytest.raises(ours("core.errors").SoundError, match="could not be read"):
        ours("scene.sounds.decode").read_span(
            ours("scene.sounds.strip").AudioSpan(path, "line", 1.0)
        )


FADE_AT = (0.3, 1.0, 1.6)  # seconds of the strip


# --- metas, mutes, fades ------------------------------------------------------------------------


@pytest.fixture
def meta(strip):
    """The strip inside of a meta strip that is trimmed on both sides."""
    editor = bpy.context.scene.sequence_editor
    strips = editor.strips if hasattr(editor, "strips") else editor.sequences
    one = strips.new_meta("Meta", 2, 11)
    strip.move_to_meta(one)
    one.frame_final_end = 59
    bpy.context.view_layer.update()
    return one


def test_a_meta_strip_trims_what_is_in_it(strip, meta, span_of, ours, tmp_path):
    meta.frame_final_end = 47
    meta.frame_offset_start = 6
    span = span_of(strip)
    assert span.first_frame == 17
    assert span.start_seconds == pytest.approx(0.25)
    assert span.duration_seconds == pytest.approx(2.0 - 0.75, abs=0.05)
    sound = ours("scene.sounds.decode").read_span(span)
    mix = heard(tmp_path, ours)
    start = round((span.first_frame - 1) / 24 * 16_000)
    assert np.abs(mix[: start - 200]).max() < 1e-3, "the mixdown agrees where it begins"
    stretch = mix[start : start + len(sound.samples)]
    assert np.corrcoef(stretch, sound.samples[: len(stretch)])[0, 1] > 0.99


def test_what_lies_outside_of_its_meta_strip_is_not_heard(strip, meta, span_of, ours):
    meta.frame_offset_start = 20
    strip.frame_offset_end = 40
    with pytest.raises(ours("core.errors").SoundError, match="outside of its meta strip"):
        span_of(strip)


def test_a_muted_meta_strip_or_channel_says_so(strip, meta, span_of, ours):
    error = ours("core.errors").SoundError
    meta.mute = True
    with pytest.raises(error, match=r"meta strip “Meta” around .* is muted"):
        span_of(strip)
    meta.mute = False
    editor = bpy.context.scene.sequence_editor
    for channel in (editor.channels[meta.channel], meta.channels[strip.channel]):
        channel.mute = True
        with pytest.raises(error, match=f"channel “{channel.name}”"):
            span_of(strip)
        channel.mute = False
    assert span_of(strip).gain == 1.0


def test_a_fade_is_heard_as_it_plays_wherever_the_playhead_is(strip, span_of, ours, tmp_path):
    for frame, volume in ((11, 0.0), (35, 1.0), (58, 0.0)):
        strip.volume = volume
        strip.keyframe_insert("volume", frame=frame)
    read = ours("scene.sounds.decode").read_span
    found = []
    for frame in (1, 35, 90):
        bpy.context.scene.frame_set(frame)
        found.append(read(span_of(strip)).samples)
    assert np.array_equal(found[0], found[1])
    assert np.array_equal(found[0], found[2])
    bpy.context.scene.frame_set(1)
    mix = heard(tmp_path, ours)[round(10 / 24 * 16_000) :]
    levels = []
    for one in (mix, found[0]):
        parts = [one[round((at - 0.1) * 16_000) : round((at + 0.1) * 16_000)] for at in FADE_AT]
        loud = np.array([np.sqrt(np.mean(part.astype(float) ** 2)) for part in parts])
        levels.append(loud / loud[1])  # the mixdown pans a mono sound, which costs 3 dB
    assert levels[1] == pytest.approx(levels[0], rel=0.3)
    assert levels[1].tolist() != pytest.approx([1, 1, 1], rel=0.3)


def test_a_volume_of_zero_all_the_time_is_a_sentence(strip, span_of, ours):
    strip.volume = 0.0
    strip.keyframe_insert("volume", frame=20)
    strip.volume = 0.5
    with pytest.raises(ours("core.errors").SoundError, match="0 all the time"):
        span_of(strip)


def test_a_speaker_at_another_pitch_is_refused(voice, ours):
    speaker = bpy.data.speakers.new("Voice")
    item = bpy.data.objects.new("Voice", speaker)
    bpy.context.scene.collection.objects.link(item)
    speaker.sound = bpy.data.sounds.load(str(voice))
    spans = ours("scene.sounds.strip")
    assert spans.span_of_speaker(item, bpy.context.scene).gain == 1.0
    speaker.pitch = 1.5
    with pytest.raises(ours("core.errors").SoundError, match="Set its pitch to 1"):
        spans.span_of_speaker(item, bpy.context.scene)


def test_a_strip_is_found_by_its_file_however_the_path_is_written(strip, voice, ours, tmp_path):
    spans, scene = ours("scene.sounds.strip"), bpy.context.scene
    (tmp_path / "deeper").mkdir()
    path = tmp_path / "deeper" / "shot.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path), relative_remap=True)
    strip = ours("scene.compat").all_strips(scene)[0]
    strip.sound.filepath = "//../line.wav"
    assert spans.strip_of_file(scene, voice) == strip
    assert spans.plays_at(scene, voice, 11)
