# SPDX-License-Identifier: GPL-3.0-or-later
"""Sound files: every rate and channel count to 16 kHz mono, and a sentence for what is no sound."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import resample_poly

from lipwright.core.audio.load import RATE_HZ, load_sound, make_sound
from lipwright.core.audio.parts import parts_of
from lipwright.core.errors import SoundError


def _tone(seconds, rate_hz, pitch_hz=440.0):
    return (0.5 * np.sin(2 * np.pi * pitch_hz * np.arange(round(seconds * rate_hz)) / rate_hz))[
        :, None
    ].astype(np.float32)


@pytest.fixture
def write(tmp_path):
    def save(samples, rate_hz=RATE_HZ, name="line.wav", **options):
        soundfile.write(tmp_path / name, samples, rate_hz, **options)
        return tmp_path / name

    return save


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 22_050, 44_100, 48_000, 96_000])
def test_any_rate_becomes_16_khz_of_the_same_length_and_pitch(write, rate_hz):
    sound = load_sound(write(_tone(1.5, rate_hz), rate_hz))
    assert sound.rate_hz == RATE_HZ
    assert sound.samples.dtype == np.float32
    assert sound.seconds == pytest.approx(1.5, abs=1e-3)
    spectrum = np.abs(np.fft.rfft(sound.samples))
    assert spectrum.argmax() / sound.seconds == pytest.approx(440, abs=2)
    assert np.abs(sound.samples[800:-800]).max() == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.ogg", "a.mp3", "A.WAV", "ein Satz – ä.wav"])
def test_every_suffix(write, name):
    sound = load_sound(str(write(_tone(1.0, RATE_HZ), name=name)))
    assert sound.seconds == pytest.approx(1.0, abs=0.1)


def test_opus(write):
    path = write(_tone(1.0, 48_000), 48_000, "a.opus", format="OGG", subtype="OPUS")
    assert load_sound(path).seconds == pytest.approx(1.0, abs=0.1)


def test_channels_are_averaged(write):
    tone = _tone(0.5, RATE_HZ)
    both = load_sound(write(np.hstack([tone, tone]), subtype="FLOAT"))
    assert np.abs(both.samples - tone[:, 0]).max() < 1e-6
    one = load_sound(write(np.hstack([tone, 0 * tone]), subtype="FLOAT"))
    assert np.abs(one.samples - tone[:, 0] / 2).max() < 1e-6


def test_too_loud_is_clipped(write):
    assert np.abs(load_sound(write(4 * _tone(0.2, RATE_HZ), subtype="FLOAT")).samples).max() == 1


def test_a_stretch(write):
    ramp = np.linspace(-1, 1, 2 * RATE_HZ, dtype=np.float32)
    path = write(ramp, subtype="FLOAT")
    cut = load_sound(path, start_seconds=0.5, duration_seconds=0.25)
    assert np.array_equal(cut.samples, ramp[8_000:12_000])
    assert np.array_equal(load_sound(path, start_seconds=1.9).samples, ramp[30_400:])
    beyond = load_sound(path, start_seconds=1.5, duration_seconds=99.0)
    assert np.array_equal(beyond.samples, ramp[24_000:])
    with pytest.raises(SoundError, match="is empty"):
        load_sound(path, start_seconds=5.0)
    with pytest.raises(SoundError, match="is empty"):
        load_sound(path, duration_seconds=0.0)


def test_missing(tmp_path):
    with pytest.raises(SoundError, match=r"“no\.wav” was not found.*pick the file again"):
        load_sound(tmp_path / "no.wav")
    with pytest.raises(SoundError, match="was not found"):
        load_sound(tmp_path)


@pytest.mark.parametrize("name", ["text.wav", "text.mp3", "text.flac", "text.raw", "text"])
@pytest.mark.parametrize("content", [b"", b"These are words, not a sound.\n" * 40])
def test_what_is_no_sound(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SoundError, match=r"could not be read as sound|is empty"):
        load_sound(tmp_path / name)


def test_empty(write):
    with pytest.raises(SoundError, match=r"is empty\. Choose a recording"):
        load_sound(write(np.zeros((0, 1), np.float32)))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_broken_samples(write, bad):
    samples = _tone(0.2, RATE_HZ)
    samples[100] = bad
    with pytest.raises(SoundError, match="broken samples"):
        load_sound(write(samples, subtype="FLOAT"))


@pytest.mark.parametrize("rate_hz", [0, 100, 3_999, 800_000, float("nan")])
def test_rates_that_are_not_usable(rate_hz):
    with pytest.raises(SoundError, match="Convert it to 16 or 48 kHz"):
        make_sound(np.zeros(100), rate_hz)


@pytest.mark.parametrize("shape", [(0,), (0, 2), (5, 0), (), (2, 2, 2)])
def test_shapes_that_are_no_sound(shape):
    with pytest.raises(SoundError, match=r"^My line is empty"):
        make_sound(np.zeros(shape), RATE_HZ, name="My line")


@settings(deadline=None, max_examples=40)
@given(
    st.integers(1, 3_000),
    st.sampled_from([4_000, 8_000, 11_025, 16_000, 44_100, 48_000, 192_000]),
    st.integers(1, 3),
)
def test_length_is_kept_to_a_sample(count, rate_hz, channels):
    sound = make_sound(np.full((count, channels), 0.25, np.float32), rate_hz)
    assert len(sound.samples) == -(-count * RATE_HZ // rate_hz)
    assert np.isfinite(sound.samples).all()


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 22_050, 44_100, 48_000])
def test_long_files_have_no_seams_where_they_are_cut_into_blocks(tmp_path: Path, rate_hz: int):
    rng = np.random.default_rng(3)
    samples = rng.normal(0, 0.1, (int(23.4 * rate_hz), 2)).astype(np.float32)
    path = tmp_path / "long.wav"
    soundfile.write(path, samples, rate_hz, subtype="FLOAT")
    common = np.gcd(rate_hz, 16_000)
    whole = resample_poly(samples.mean(1).astype(float), 16_000 // common, rate_hz // common)
    np.testing.assert_allclose(load_sound(path).samples, np.clip(whole, -1, 1), atol=2e-6)
    np.testing.assert_allclose(
        make_sound(samples, rate_hz).samples, np.clip(whole, -1, 1), atol=2e-6
    )


# --- files that hold more, or less, than they say -----------------------------------------------


def steps(seconds: float, rate_hz: int) -> np.ndarray:
    """A tone that gets louder all the time, so that every moment can be told."""
    time = np.arange(round(seconds * rate_hz)) / rate_hz
    return (0.1 + 0.6 * time / seconds) * np.sin(2 * np.pi * 300 * time)


def without_length(data: bytes) -> bytes:
    """An MP3 as a pipe gives it: its header frame does not tell the number of frames."""
    place = max(data.find(b"Xing"), data.find(b"Info"))
    assert place > 0
    return data[:place] + b"\0" * 16 + data[place + 16 :]


def level(sound, start: float, end: float) -> float:
    part = sound.samples[round(start * RATE_HZ) : round(end * RATE_HZ)]
    return float(np.sqrt(np.mean(part.astype(float) ** 2)))


@pytest.mark.parametrize("rate_hz", [16_000, 44_100])
def test_an_mp3_without_a_length_is_read_whole(write, rate_hz):
    quiet = np.concatenate([np.zeros(rate_hz), steps(6.0, rate_hz)])
    path = write(quiet, rate_hz, "line.mp3", bitrate_mode="VARIABLE")
    whole = load_sound(path)
    path.write_bytes(without_length(path.read_bytes()))
    found = load_sound(path)
    assert found.seconds == pytest.approx(7.0, abs=0.15)
    assert level(found, 6.5, 6.9) == pytest.approx(level(whole, 6.5, 6.9), rel=0.1)


@pytest.mark.parametrize("name", ["line.mp3", "line.ogg", "line.opus"])
def test_joined_files_are_read_to_the_end(write, name):
    rate_hz = 48_000
    options = {"format": "OGG", "subtype": "OPUS"} if name.endswith("opus") else {}
    path = write(steps(2.0, rate_hz), rate_hz, name, **options)
    path.write_bytes(path.read_bytes() * 3)
    found = load_sound(path)
    assert found.seconds == pytest.approx(6.0, abs=0.3)
    for part in range(3):
        assert level(found, 2 * part + 0.2, 2 * part + 0.4) < 0.2
        assert level(found, 2 * part + 1.5, 2 * part + 1.8) > 0.3
    stretch = load_sound(path, start_seconds=4.0, duration_seconds=1.5)
    assert stretch.seconds == pytest.approx(1.5, abs=0.1)
    assert level(stretch, 0.2, 0.4) < 0.2


def test_half_an_mp3_ends_where_it_ends_and_says_so(write):
    path = write(steps(20.0, 44_100), 44_100, "line.mp3")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    found = load_sound(path)
    assert found.seconds == pytest.approx(10.0, abs=0.5)
    loud = [level(found, at, at + 0.5) for at in np.arange(0.0, found.seconds - 0.5, 0.5)]
    assert (np.diff(loud) > -0.01).all(), "nothing is heard twice"


@pytest.mark.parametrize("name", ["line.mp3", "line.ogg", "line.opus"])
@pytest.mark.parametrize("first", [1, 2])
def test_mono_and_stereo_parts_are_joined(write, name, first):
    options = {"format": "OGG", "subtype": "OPUS"} if name.endswith("opus") else {}
    joined = b""
    for channels in (first, 3 - first):
        samples = np.repeat(steps(2.0, 48_000)[:, None], channels, axis=1)
        joined += write(samples, 48_000, name, **options).read_bytes()
    path = write(steps(0.1, 48_000), 48_000, name, **options)
    path.write_bytes(joined)
    found = load_sound(path)
    assert found.seconds == pytest.approx(4.0, abs=0.3)
    assert not found.notes
    for part in range(2):
        assert level(found, 2 * part + 0.2, 2 * part + 0.4) < 0.2
        assert level(found, 2 * part + 1.5, 2 * part + 1.8) > 0.3
    if first == 2:
        right = load_sound(path, channel=1)
        assert level(right, 3.5, 3.8) > 0.3


@pytest.mark.parametrize("name", ["line.mp3", "line.ogg", "line.opus"])
def test_a_whole_file_behind_half_a_one_is_heard(write, name):
    options = {"format": "OGG", "subtype": "OPUS"} if name.endswith("opus") else {}
    noise = steps(6.0, 48_000) * np.random.default_rng(1).uniform(-2, 2, 6 * 48_000).clip(-1, 1)
    path = write(noise, 48_000, name, **options)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2] + data)
    with soundfile.SoundFile(path) as file:
        assert parts_of(path, file.frames) is not None
    found = load_sound(path)
    assert found.seconds > 7.5
    end = found.seconds
    assert level(found, end - 0.6, end - 0.3) > 2.5 * level(found, end - 5.8, end - 5.6)


def test_half_an_mp3_with_a_length_says_what_is_missing(write):
    path = write(steps(20.0, 44_100), 44_100, "line.mp3", bitrate_mode="VARIABLE")
    data = path.read_bytes()
    assert not load_sound(path).notes
    path.write_bytes(data[: len(data) // 2])
    found = load_sound(path)
    assert "the rest is missing" in found.notes[0]
    assert f"ends after {found.seconds:.1f} s although it says 20." in found.notes[0]
    path.write_bytes(without_length(data[: len(data) // 2]))
    assert not load_sound(path).notes
    path.write_bytes(data + data[: len(data) // 2])
    assert "although it says 40." in load_sound(path).notes[0]


def test_half_a_wav_says_what_is_missing(write):
    path = write(steps(4.0, RATE_HZ))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    assert load_sound(path).seconds == pytest.approx(2.0, abs=0.05)


def test_whole_files_are_not_taken_apart(write):
    for name, more in (("a.mp3", {}), ("a.ogg", {}), ("a.wav", {}), ("a.flac", {})):
        path = write(steps(3.0, 44_100), 44_100, name, **more)
        with soundfile.SoundFile(path) as file:
            assert parts_of(path, file.frames) is None


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=400))
def test_rubbish_is_no_mp3(data):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "line.mp3"
        path.write_bytes(b"ID3" + data)
        parts = parts_of(path, 0)
        assert parts is None or all(part.getbuffer().nbytes for part in parts.files)


# --- channels -------------------------------------------------------------------------------------


def test_channels_that_cancel_each_other_out_are_said(write):
    tone = _tone(0.5, RATE_HZ)
    sound = load_sound(write(np.hstack([tone, -0.98 * tone]), subtype="FLOAT"))
    assert np.abs(sound.samples - tone[:, 0]).max() < 1e-6
    assert "channel 1 alone is heard" in sound.notes[0]


def test_a_channel_can_be_chosen(write):
    tone = _tone(0.5, RATE_HZ)
    path = write(np.hstack([0 * tone, tone]), subtype="FLOAT")
    assert np.abs(load_sound(path, channel=1).samples - tone[:, 0]).max() < 1e-6
    assert np.abs(load_sound(path, channel=0).samples).max() == 0
    with pytest.raises(SoundError, match="has 2 channels and no channel 3"):
        load_sound(path, channel=2)
    with pytest.raises(SoundError, match="has one channel alone"):
        load_sound(write(tone, subtype="FLOAT"), channel=1)
