# SPDX-License-Identifier: GPL-3.0-or-later
"""Sound files: every rate and channel count to 16 kHz mono, and a sentence for what is no sound."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import resample_poly

from lipwright.core.audio.load import RATE_HZ, load_sound, make_sound
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
