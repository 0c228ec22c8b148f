# SPDX-License-Identifier: GPL-3.0-or-later
"""Sounds for the command line's tests."""

import pytest
import soundfile


@pytest.fixture(scope="module")
def voice(repository):
    return soundfile.read(repository / "demo" / "line.wav", dtype="float32")


@pytest.fixture
def line(tmp_path, voice):
    """Two seconds of a voice."""
    samples, rate_hz = voice
    path = tmp_path / "line.wav"
    soundfile.write(path, samples[: 2 * rate_hz], rate_hz)
    return path


@pytest.fixture
def folder(tmp_path, voice):
    """Sounds of several suffixes, and what else lies about in such folders."""
    place = tmp_path / "lines"
    (place / "deeper.wav").mkdir(parents=True)
    samples, rate_hz = voice
    soundfile.write(place / "a.wav", samples[:rate_hz], rate_hz)
    soundfile.write(place / "b.FLAC", samples[rate_hz : 2 * rate_hz], rate_hz, format="FLAC")
    soundfile.write(place / "c.ogg", samples[: rate_hz // 2], rate_hz)
    soundfile.write(tmp_path / "elsewhere.wav", samples[rate_hz // 2 : rate_hz], rate_hz)
    (place / "d.wav").symlink_to(tmp_path / "elsewhere.wav")
    soundfile.write(place / "deeper.wav" / "e.wav", samples[:rate_hz], rate_hz)
    (place / "notes.txt").write_text("not a sound")
    return place
