# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of short lines, and the command that does them."""

import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

LINES = 8


@pytest.fixture(scope="session")
def sounds(tmp_path_factory):
    """Short stretches of a voice, each another."""
    samples, rate_hz = soundfile.read(
        Path(__file__).resolve().parents[2] / "demo" / "line.wav", dtype="float32"
    )
    place = tmp_path_factory.mktemp("sounds")
    for i in range(LINES):
        start = i * rate_hz // 2
        soundfile.write(place / f"line{i}.wav", samples[start : start + rate_hz], rate_hz)
    return place


@pytest.fixture
def batch():
    """Run the command; returns the finished process."""

    def run(*arguments, **options):
        command = [sys.executable, "-m", "lipwright", "batch", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=180, **options)

    return run


@pytest.fixture
def content():
    """Every file of a folder with its bytes, what is remembered included."""

    def read(folder):
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != "lock"
        }

    return read
