# SPDX-License-Identifier: GPL-3.0-or-later
"""Sounds of phones and videos, read with FFmpeg's libraries where they are installed."""

import sys
from fractions import Fraction

import numpy as np
import pytest
import soundfile

from lipwright.core.audio.files import sounds_in
from lipwright.core.audio.load import load_sound
from lipwright.core.errors import SoundError

CODECS = {"m4a": "aac", "mp4": "aac", "mov": "aac", "webm": "libopus", "mkv": "aac", "wma": "wmav2"}


@pytest.fixture(scope="module")
def voice(repository):
    samples, rate_hz = soundfile.read(repository / "demo" / "line.wav", dtype="float32")
    return samples[: 3 * rate_hz], rate_hz


def encoded(path, samples, rate_hz, *, silent=False):
    """Write a sound (shape (n,) or (n, channels)) as a phone or a camera would, with a picture."""
    av = pytest.importorskip("av", reason="PyAV is an optional part of the package")
    frames = np.ascontiguousarray(np.atleast_2d(samples.T), np.float32)
    with av.open(str(path), "w") as file:
        packets = []
        if path.suffix in (".mp4", ".mov", ".mkv"):
            picture = file.add_stream("mpeg4", rate=25, width=32, height=32, pix_fmt="yuv420p")
            image = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
            packets += [*picture.encode(image), *picture.encode(None)]
        if not silent:
            layout = "mono" if len(frames) == 1 else "stereo"
            stream = file.add_stream(CODECS[path.suffix[1:]], rate=48_000, layout=layout)
            stream.bit_rate = 96_000
            sound = av.AudioFrame.from_ndarray(frames, format="fltp", layout=layout)
            sound.sample_rate, sound.time_base = rate_hz, Fraction(1, rate_hz)
            packets += [*stream.encode(sound), *stream.encode(None)]
        for packet in packets:
            file.mux(packet)
    return path


def shift_seconds(one, other):
    """How much later the second sounds."""
    n = min(len(one), len(other))
    found = np.correlate(other[:n], one[4_000 : n - 4_000], "valid")
    return (int(found.argmax()) - 4_000) / 16_000


@pytest.mark.parametrize("suffix", CODECS)
def test_it_sounds_as_the_wav_does(tmp_path, voice, suffix):
    wav = tmp_path / "line.wav"
    soundfile.write(wav, *voice)
    plain = load_sound(wav)
    sound = load_sound(encoded(tmp_path / f"line.{suffix}", *voice))
    assert sound.seconds == pytest.approx(plain.seconds, abs=0.08)
    assert abs(shift_seconds(plain.samples, sound.samples)) < 0.05
    n = min(len(sound.samples), len(plain.samples))
    assert np.abs(sound.samples[:n]).std() == pytest.approx(plain.samples[:n].std(), rel=0.6)


def test_a_stretch_and_a_channel(tmp_path, voice):
    samples, rate_hz = voice
    path = encoded(tmp_path / "a.m4a", np.stack([samples, 0 * samples], axis=1), rate_hz)
    whole = load_sound(path, channel=0)
    assert np.abs(load_sound(path, channel=1).samples).max() < 0.01
    part = load_sound(path, start_seconds=1.0, duration_seconds=0.5, channel=0)
    assert part.seconds == pytest.approx(0.5, abs=1e-3)
    np.testing.assert_allclose(part.samples[800:7_200], whole.samples[16_800:23_200], atol=2e-3)
    with pytest.raises(SoundError, match="no channel 3"):
        load_sound(path, channel=2)


def test_a_video_without_sound(tmp_path, voice):
    with pytest.raises(SoundError, match="holds no sound"):
        load_sound(encoded(tmp_path / "a.mp4", *voice, silent=True))


@pytest.mark.parametrize("content", [b"", b"words", b"\x00" * 5_000])
def test_what_is_no_sound(tmp_path, content):
    pytest.importorskip("av", reason="PyAV is an optional part of the package")
    path = tmp_path / "a.m4a"
    path.write_bytes(content)
    with pytest.raises(SoundError, match="could not be read as sound"):
        load_sound(path)


def test_half_a_file(tmp_path, voice):
    path = encoded(tmp_path / "a.mkv", *voice)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    assert 0 < load_sound(path).seconds < 3


def test_without_ffmpeg_it_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    (tmp_path / "a.m4a").write_bytes(b"words")
    with pytest.raises(SoundError, match=r"pip install lipwright\[ffmpeg\]"):
        load_sound(tmp_path / "a.m4a")


def test_sounds_of_a_folder(tmp_path):
    for name in ("a.wav", "a.mp4", "b.M4A", "c.mov", "d.txt", "._e.wav", "f.aiff", "g.caf"):
        (tmp_path / name).write_bytes(b"")
    assert [p.name for p in sounds_in(tmp_path)] == ["a.wav", "b.M4A", "c.mov", "f.aiff", "g.caf"]
