# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks in the package: whole, the same in windows, cancellable; not how good they are."""

import hashlib
import json
import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from lipwright.core.audio.load import RATE_HZ, Sound, load_sound
from lipwright.core.errors import Cancelled, ModelError, SettingsError, SoundError
from lipwright.core.motion.track import CONTACT_NAMES, FACE_NAMES
from lipwright.core.phones import PHONES
from lipwright.models.articulator import articulate, inputs_of
from lipwright.models.catalogue import NAMES, WEIGHTS, find
from lipwright.models.listener import PROSODY, Heard, listen
from lipwright.models.session import (
    PROVIDERS,
    bundled,
    device_note,
    open_session,
    run_windowed,
    windows,
)


@pytest.fixture(scope="module")
def line(repository):
    """Twelve seconds: the demo line twice, and noise to fill them."""
    voice = load_sound(repository / "demo" / "line.wav").samples
    noise = np.random.default_rng(3).normal(0, 0.01, 12 * RATE_HZ).astype(np.float32)
    doubled = np.tile(voice, 3)[: len(noise)]
    noise[: len(doubled)] += doubled
    return Sound(np.clip(noise, -1, 1))


@pytest.fixture(scope="module")
def heard(line):
    return listen(line)


@pytest.fixture
def copies(tmp_path):
    for file in WEIGHTS.iterdir():
        shutil.copy(file, tmp_path / file.name)
    return tmp_path


# --- files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_the_file_is_what_its_facts_say(name):
    network = find(name)
    assert hashlib.sha256(network.file.read_bytes()).hexdigest() == network.facts["sha256"]
    assert network.rate_hz == 100
    assert network.facts["opset"] <= 21
    assert tuple(network.facts["phones"]) == PHONES
    assert open_session(name, "cpu") is open_session(name, "cpu")


def test_together_they_are_small():
    assert sum(find(name).file.stat().st_size for name in NAMES) <= 20e6


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_file_is_not_run(name, copies):
    content = bytearray((copies / f"{name}.onnx").read_bytes())
    content[len(content) // 2] ^= 1
    (copies / f"{name}.onnx").write_bytes(content)
    with pytest.raises(ModelError, match=r"file is damaged\. Install Lipwright again from its zip"):
        find(name, copies)


@pytest.mark.parametrize("suffix", ["onnx", "json"])
def test_a_missing_file(suffix, copies):
    (copies / f"listener.{suffix}").unlink()
    with pytest.raises(ModelError, match="The listener network is missing from the package"):
        find("listener", copies)


@pytest.mark.parametrize("facts", ["", "{", "[]", "{}", '{"sha256": 1, "rate_hz": "fast"}'])
def test_broken_facts(facts, copies):
    (copies / "listener.json").write_text(facts)
    with pytest.raises(ModelError, match="is damaged"):
        find("listener", copies)


def test_facts_without_a_rate(copies):
    facts = json.loads((copies / "listener.json").read_text())
    del facts["rate_hz"]
    (copies / "listener.json").write_text(json.dumps(facts))
    with pytest.raises(ModelError, match="is damaged"):
        find("listener", copies)


# --- devices --------------------------------------------------------------------------------------


def test_cuda_where_there_is_none():
    import onnxruntime

    for device, provider in PROVIDERS.items():
        there = provider in onnxruntime.get_available_providers()
        assert open_session("listener", device).get_providers()[-1] == "CPUExecutionProvider"
        assert bool(device_note(device)) != there, device
    assert device_note("auto") == device_note("cpu") == ""


def test_a_device_that_does_not_start(monkeypatch):
    """A driver that is too old: ONNX Runtime offers CUDA and cannot open anything on it."""
    import onnxruntime

    real = onnxruntime.InferenceSession

    def without_driver(path, options, providers):
        if providers != ["CPUExecutionProvider"]:
            raise RuntimeError("CUDA driver version is insufficient")
        return real(path, options, providers=providers)

    monkeypatch.setattr(
        onnxruntime,
        "get_available_providers",
        lambda: [*PROVIDERS.values(), "CPUExecutionProvider"],
    )
    monkeypatch.setattr(onnxruntime, "InferenceSession", without_driver)
    open_session.cache_clear()
    try:
        assert device_note("cuda").startswith("CUDA was asked for, but is not there or did not")
        assert device_note("auto") == ""
    finally:
        open_session.cache_clear()


def test_a_device_that_is_none():
    with pytest.raises(SettingsError, match=r"no device “tpu”\. Choose one of auto, cpu, cuda, "):
        open_session("listener", "tpu")


# --- listening ------------------------------------------------------------------------------------


def test_posteriors_are_probabilities_and_prosody_is_in_range(heard, line):
    frames = -(-len(line.samples) // 320) * 2
    assert heard.posteriors.shape == (frames, len(PHONES))
    assert heard.prosody.shape == (frames, len(PROSODY))
    assert np.abs(heard.posteriors.sum(axis=1) - 1).max() < 1e-3
    assert heard.posteriors.min() >= 0
    for values in (heard.posteriors, heard.prosody, heard.embedding):
        assert np.isfinite(values).all()
    assert 0 <= heard.prosody[:, 0].min() <= heard.prosody[:, 0].max() <= 1
    assert np.abs(heard.embedding).max() <= 1


def _difference(a, b):
    return max(
        float(np.abs(getattr(a, part) - getattr(b, part)).max())
        for part in ("posteriors", "prosody", "embedding")
    )


@pytest.mark.parametrize("window_seconds", [3.0, 1.01])
def test_windows_change_nothing(line, heard, window_seconds):
    cut = listen(line, window_seconds=window_seconds)
    assert _difference(heard, cut) < 1e-3


def test_trimming_the_start_changes_only_what_is_near_the_cut(line, heard):
    frames = 214  # a multiple of 20 ms
    rest = listen(Sound(line.samples[frames * 160 :]))
    near = bundled("listener").reach_frames
    for part in ("posteriors", "prosody", "embedding"):
        whole, trimmed = getattr(heard, part)[frames:], getattr(rest, part)
        assert np.abs(whole - trimmed)[near:].max() < 1e-3, part


def test_louder_or_softer_by_a_little_is_heard_as_that(line, heard):
    soft = listen(Sound(line.samples * 0.5))
    assert np.median(heard.prosody[:, 2] - soft.prosody[:, 2]) == pytest.approx(6.0, abs=1.0)


def test_a_sound_at_another_rate_is_brought_to_ours(line):
    half = Sound(line.samples[::2], RATE_HZ / 2)
    assert len(listen(half).posteriors) == 1200


@pytest.mark.parametrize(
    "samples",
    {
        "one sample": np.array([0.3]),
        "50 ms": np.full(800, 0.1),
        "silence": np.zeros(8_000),
        "noise": np.random.default_rng(0).uniform(-1, 1, 8_000),
        "square": np.sign(np.sin(np.arange(8_000) / 10)),
        "full scale": np.ones(8_000),
        "a click": np.eye(1, 8_000, 4_000)[0],
    }.items(),
    ids=lambda item: item[0].replace(" ", "-"),
)
def test_odd_sounds_give_finite_curves(samples):
    heard = listen(Sound(samples[1].astype(np.float32)))
    mouth = articulate(heard)
    assert len(mouth.values) == len(heard.posteriors) >= 2
    assert np.isfinite(heard.prosody).all()
    assert np.isfinite(mouth.values).all()


def test_an_empty_sound_is_refused():
    with pytest.raises(SoundError, match="is empty"):
        listen(Sound(np.zeros(0, np.float32)))


# --- drawing --------------------------------------------------------------------------------------


def test_the_mouth_has_channels_of_the_face_within_range(heard):
    mouth = articulate(heard)
    assert set(mouth.names) <= set(FACE_NAMES) | set(CONTACT_NAMES)
    assert set(mouth.names) >= {"jawOpen", "mouthFunnel", "mouthPucker", *CONTACT_NAMES}
    assert not {n for n in mouth.names if n.startswith(("eye", "brow", "head"))}
    assert mouth.values.min() >= 0
    assert mouth.values.max() <= 1
    for name in mouth.names:
        if name.endswith("Left"):
            assert np.array_equal(mouth[name], mouth[name.removesuffix("Left") + "Right"])


def test_drawing_in_windows_changes_nothing(heard):
    session, frames = open_session("articulator"), len(heard.posteriors)

    def read(first: int, last: int) -> np.ndarray:
        return inputs_of(heard, first, last)

    (whole,) = run_windowed(session, read, frames, window_frames=10_000, margin_frames=0)
    (cut,) = run_windowed(session, read, frames, window_frames=250, margin_frames=200)
    assert np.abs(whole - cut).max() < 1e-3


# --- windows, progress, cancel --------------------------------------------------------------------


@pytest.mark.parametrize(("frames", "window"), [(0, 5), (1, 5), (5, 5), (11, 5), (12, 1)])
def test_windows_cover_everything_once(frames, window):
    kept = []
    for first, last, start, stop in windows(frames, window, 3):
        assert 0 <= first <= start < stop <= last <= frames
        assert start - first == min(3, start)
        assert last - stop == min(3, frames - stop)
        kept += range(start, stop)
    assert kept == list(range(frames))


def test_progress_rises_to_one(line):
    told = []
    listen(line, window_seconds=3.0, progress=told.append)
    assert told == sorted(told)
    assert len(told) == 4
    assert told[-1] == 1


def test_cancelled_between_windows(line):
    told = []
    with pytest.raises(Cancelled, match="Nothing was changed"):
        listen(line, window_seconds=3.0, progress=told.append, cancelled=lambda: len(told) == 2)
    assert told == pytest.approx([0.25, 0.5])


def test_cancelled_while_drawing(heard: Heard):
    with pytest.raises(Cancelled):
        articulate(heard, cancelled=lambda: True)


def test_a_network_that_stops_working_says_so_in_a_sentence():
    class Broken:
        def get_inputs(self):
            return [SimpleNamespace(name="x")]

        def run(self, *_):
            raise RuntimeError("bad allocation")

    with pytest.raises(ModelError, match=r"bad allocation\. Close other programs"):
        run_windowed(Broken(), lambda a, b: np.zeros(b - a), 5, window_frames=5, margin_frames=0)
