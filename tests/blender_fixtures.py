# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests with a Blender share; tests/scene and tests/operators take it in their conftest.

The source tree is loaded as a real extension (`bl_ext.lipwright_dev.lipwright`) through a
throw-away repository with a link to the checkout, so that no zip is needed.
"""

import importlib
import os
import sys
import tempfile
import wave
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

if "bpy" not in sys.modules:  # before the first import: a clean profile
    os.environ.setdefault("BLENDER_USER_RESOURCES", tempfile.mkdtemp(prefix="blender_user_"))
import bpy

from lipwright.core.audio.load import load_sound
from lipwright.pipeline import analyse

ROOT = Path(__file__).resolve().parents[1]
REPOSITORY = "lipwright_dev"
PACKAGE = "lipwright"
EXTENSION = f"bl_ext.{REPOSITORY}.{PACKAGE}"
ARKIT_SOME = (
    "jawOpen",
    "mouthClose",
    "mouthPucker",
    "mouthFunnel",
    "mouthSmileLeft",
    "mouthSmileRight",
    "mouthRollLower",
    "mouthRollUpper",
    "mouthLowerDownLeft",
    "mouthLowerDownRight",
    "eyeBlinkLeft",
    "eyeBlinkRight",
)
_status = 0


@cache
def load_extension() -> ModuleType:
    """Enable the checkout as an extension, once a process."""
    import addon_utils

    base = Path(tempfile.mkdtemp(prefix="blender_repository_"))
    (base / PACKAGE).symlink_to(ROOT, target_is_directory=True)
    repositories = bpy.context.preferences.extensions.repos
    repositories.new(name="Dev", module=REPOSITORY, custom_directory=str(base), remote_url="")
    module = addon_utils.enable(EXTENSION, default_set=True)
    assert module is not None, "the extension did not register"
    return module


@pytest.fixture(scope="session")
def extension() -> ModuleType:
    return load_extension()


@pytest.fixture
def ours(extension: ModuleType) -> Callable[[str], ModuleType]:
    """Import one of our modules out of the extension: `ours("scene.takes.write")`."""
    return lambda name: importlib.import_module(f".{name}", extension.__name__)


@pytest.fixture(autouse=True)
def clean_scene(extension: ModuleType) -> bpy.types.Scene:
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True, load_ui=False)
    importlib.import_module(".scene.session", extension.__name__).memory.forget()
    return bpy.context.scene


@pytest.fixture
def face() -> Callable[..., bpy.types.Object]:
    """Make a mesh with shape keys: `face("Head", ["jawOpen", ...])`."""

    def make(
        name: str = "Head",
        keys: tuple[str, ...] = ARKIT_SOME,
        at: tuple[float, float, float] = (0, 0, 0),
    ) -> bpy.types.Object:
        mesh = bpy.data.meshes.new(name)
        corners = [(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]
        faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
        mesh.from_pydata(corners, [], faces)
        item = bpy.data.objects.new(name, mesh)
        item.location = at
        bpy.context.scene.collection.objects.link(item)
        item.shape_key_add(name="Basis", from_mix=False)
        for number, key in enumerate(keys):
            block = item.shape_key_add(name=key, from_mix=False)
            block.value = 0.0
            block.data[number % 8].co.z += 1.0
        bpy.context.view_layer.objects.active = item
        bpy.context.view_layer.update()
        return item

    return make


@pytest.fixture
def voice(tmp_path: Path) -> Path:
    """Two seconds of a buzz, quiet at both ends."""
    return write_wave(tmp_path / "line.wav", 2.0)


def write_wave(path: Path, seconds: float, rate_hz: int = 16_000) -> Path:
    """Write a buzz with a hump of loudness."""
    time = np.arange(round(seconds * rate_hz)) / rate_hz
    hump = np.sin(np.pi * time / seconds) ** 2
    samples = 0.5 * hump * np.sign(np.sin(2 * np.pi * 140 * time))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate_hz, 0, "NONE", ""))
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


class FakePipeline:
    """Stands in for the networks: a jaw that follows a known curve."""

    def __init__(self, ours: Callable[[str], ModuleType]) -> None:
        self.track_of = ours("core.motion.track").FaceTrack
        self.names = ours("pipeline").OUTPUT_NAMES
        self.cancelled = ours("core.errors").Cancelled
        self.heard = 0
        self.fingerprints: list[int] = []
        self.slow_seconds = 0.0
        self.transcript: object = None
        self.notes: tuple[str, ...] = ()
        self.fingerprint_of = ours("pipeline").fingerprint_of
        phone = ours("core.phones").Phone
        self.phones = tuple(phone(s, i / 4, (i + 1) / 4, 0.9) for i, s in enumerate("_pam_a__"))
        self.given: object = None

    @staticmethod
    def jaw(seconds: np.ndarray, length: float) -> np.ndarray:
        """The curve: 0 at both ends."""
        return 0.8 * np.sin(np.pi * seconds / length) ** 2 * (0.5 + 0.5 * np.sin(9.0 * seconds))

    def analyse(
        self, sound, *, transcript=None, phones=None, progress=None, cancelled=None, **_options
    ):
        """Count the calls, keep the text; as slow and as easy to stop as asked for."""
        import time

        until = time.monotonic() + self.slow_seconds
        while True:
            if progress is not None:
                progress(0.5)
            if cancelled is not None and cancelled():
                raise self.cancelled
            if time.monotonic() >= until:
                break
            time.sleep(0.01)
        self.heard += 1
        self.transcript, self.given = transcript, phones
        self.fingerprints.append(self.fingerprint_of(sound))
        return SimpleNamespace(
            seconds=sound.seconds,
            notes=self.notes,
            phones=phones or self.phones,
            voice=SimpleNamespace(fingerprint=self.fingerprint_of(sound)),
        )

    def perform(self, analysis, settings):
        """Jaw, pucker, a blink, a nod; the dials scale the jaw and shift everything."""
        rate = 100.0
        length = analysis.seconds
        count = round(length * rate) + 1
        at = np.arange(count) / rate - settings.style.sync_offset_seconds
        jaw = self.jaw(np.clip(at, 0, length), length) * settings.style.jaw
        smile = np.full(count, settings.emotions.get("happy", 0.0)) * (jaw > 0.05)
        curves = {name: np.zeros(count) for name in self.names}
        curves.update(jawOpen=jaw, mouthPucker=jaw / 2, eyeBlinkLeft=smile, headPitch=10 * jaw)
        return self.track_of.of(curves, rate)


@pytest.fixture
def fake(ours: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch) -> FakePipeline:
    pipeline = FakePipeline(ours)
    monkeypatch.setattr(ours("jobs.hear"), "analyse", pipeline.analyse)
    monkeypatch.setattr(
        ours("pipeline"),
        "layer_tracks",
        lambda analysis, settings: {"speech": pipeline.perform(analysis, settings)},
    )
    monkeypatch.setattr(
        ours("pipeline"), "mix", lambda _analysis, tracks, _settings: tracks["speech"]
    )
    return pipeline


def jaw_curve(item: bpy.types.Object, key: str = "jawOpen"):
    """The F-curve of a key in the active action of a mesh, whatever the Blender."""
    compat = importlib.import_module(".scene.compat", EXTENSION)
    data = item.data.shape_keys.animation_data
    path = item.data.shape_keys.key_blocks[key].path_from_id("value")
    return compat.curves(data.action, compat.slot_of(data)).find(path, index=0)


def value_at(item: bpy.types.Object, frame: float, key: str = "jawOpen") -> float:
    """What the scene shows at a frame."""
    bpy.context.scene.frame_set(int(frame), subframe=frame % 1)
    return item.data.shape_keys.key_blocks[key].value


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    global _status
    _status = int(exitstatus)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Below 5.0 the bpy module crashes or hangs at exit while classes are registered."""
    if bpy.app.version < (5, 0, 0) and not bpy.app.binary_path:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(_status)


@pytest.fixture(scope="module")
def analysis(repository):
    """What the networks make of the demo line."""
    return analyse(load_sound(repository / "demo" / "line.wav"))


@pytest.fixture
def act(ours, analysis):
    """Let a character say the demo line as its dials ask; returns the report."""

    def do(character, first=10.0, name="line"):
        take = ours("jobs.take")
        clock = ours("scene.clock").clock_of(bpy.context.scene, first)
        heard = ours_analysis(ours, analysis)
        look_at = take.looked_at(character, heard, clock)
        settings = take.settings_for(character, heard, clock, name, look_at)
        return take.animate(character, heard, settings, clock, name)

    return do


def ours_analysis(ours, analysis):
    """The analysis as the extension's own types, which are not those of the plain package."""
    voice, mouth = analysis.voice, analysis.mouth
    phone = ours("core.phones").Phone
    phones = tuple(phone(p.symbol, p.start_seconds, p.end_seconds) for p in voice.phones)
    of_voice = ours("core.performance.voice").Voice(
        phones=phones,
        **{
            name: getattr(voice, name)
            for name in (
                *("loudness_db", "voicing", "pitch_log2", "rate_hz", "fingerprint", "effort_db"),
            )
        },
    )
    track = ours("core.motion.track").FaceTrack(mouth.values, mouth.names, mouth.rate_hz)
    return ours("pipeline").Analysis(analysis.seconds, of_voice, track)
