# SPDX-License-Identifier: GPL-3.0-or-later
"""The real zip: what is in it, what Blender says of it, and that it works in a clean profile."""

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
LINE = f"cp{sys.version_info[0]}{sys.version_info[1]}"
MOST_MEGABYTES = 100
# Nothing of these may reach an artist's machine.
KEPT_OUT = (
    "tests/",
    "training/",
    "docs/",
    "demo/",
    "requirements/",
    "build",
    "setup.py",
    "Makefile",
    "pyproject.toml",
    ".",
)


@pytest.fixture(scope="module")
def builder() -> ModuleType:
    """build.py, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("lipwright_build", ROOT / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def archive(builder: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip for this Python on this platform."""
    target = builder.Target(LINE, builder.this_platform())
    return builder.build(target, tmp_path_factory.mktemp("dist"))


def test_the_zip_holds_what_runs_and_nothing_else(archive: Path):
    with zipfile.ZipFile(archive) as opened:
        names = opened.namelist()
    assert not [name for name in names if name.startswith(KEPT_OUT) or "__pycache__" in name]
    wanted = {"__init__.py", "bake.py", "LICENSE", "README.md", "models/CARD.md", "cli.py"}
    assert wanted <= set(names)
    assert any(name.endswith(".onnx") for name in names)
    wheels = [name for name in names if name.endswith(".whl")]
    assert len(wheels) == 6
    assert not [name for name in wheels if "numpy" in name], "numpy is Blender's own"


def test_the_manifest_in_the_zip_names_its_wheels_and_its_blenders(archive: Path):
    with zipfile.ZipFile(archive) as opened:
        manifest = tomllib.loads(opened.read("blender_manifest.toml").decode())
        wheels = {name for name in opened.namelist() if name.endswith(".whl")}
    assert {name.removeprefix("./") for name in manifest["wheels"]} == wheels
    assert manifest["platforms"] == ["linux-x64"]
    assert ("blender_version_max" in manifest) == (LINE == "cp311")


def test_the_zip_is_small_enough(archive: Path):
    assert archive.stat().st_size < MOST_MEGABYTES * 10**6


def test_the_same_tree_gives_the_same_bytes(builder: ModuleType, archive: Path, tmp_path: Path):
    again = builder.build(builder.Target(LINE, builder.this_platform()), tmp_path)
    assert hashlib.sha256(again.read_bytes()).digest() == (
        hashlib.sha256(archive.read_bytes()).digest()
    )


def test_a_wheel_that_is_not_the_pinned_one_is_refused(
    builder: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    target = builder.Target(LINE, builder.this_platform())
    for name in builder.read_pins()[target.section]:
        (tmp_path / name).write_bytes(b"something else")
    monkeypatch.setattr(builder, "WHEELS", tmp_path)
    with pytest.raises(builder.BuildError, match="not the file that was pinned"):
        builder.wheels_of(target, fetch=False)


def test_every_released_zip_has_pinned_wheels(builder: ModuleType):
    pins = builder.read_pins()
    for python, line in builder.LINES.items():
        if line.for_tests:
            continue
        for platform in ("linux-x64", "windows-x64", "macos-arm64"):
            assert len(pins[f"{python}-{platform}"]) == len(line.wheels)


def test_blender_finds_the_zip_valid(archive: Path):
    bpy = pytest.importorskip("bpy")
    tool = Path(bpy.utils.system_resource("SCRIPTS")) / "addons_core/bl_pkg/cli/blender_ext.py"
    done = subprocess.run(
        [sys.executable, tool, "validate", archive], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_blender_lists_the_zips_of_a_folder(builder: ModuleType, archive: Path):
    pytest.importorskip("bpy")
    found = json.loads(builder.index(archive.parent).read_text("utf8"))
    (listed,) = found["data"]
    assert listed["id"] == "lipwright"
    assert listed["archive_url"] == f"./{archive.name}"
    assert listed["archive_hash"] == f"sha256:{builder.sha256(archive)}"
    assert listed["platforms"] == [builder.this_platform()]


def as_an_artist(profile: Path, action: str, argument: Path) -> str:
    """Do one thing in a Blender of its own and return what it printed."""
    environment = {**os.environ, "BLENDER_USER_RESOURCES": str(profile)}
    done = subprocess.run(
        [sys.executable, "-P", HERE / "as_an_artist.py", action, argument],
        capture_output=True,
        text=True,
        env=environment,
        cwd=profile.parent,
        timeout=300,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return done.stdout


def test_the_installed_extension_animates_the_demo_head(archive: Path, tmp_path: Path):
    pytest.importorskip("bpy")
    profile = tmp_path / "profile"
    as_an_artist(profile, "install", archive)
    printed = as_an_artist(profile, "animate", ROOT / "demo" / "line.wav")
    found = json.loads(printed.splitlines()[-1])
    assert found["module"] == "bl_ext.user_default.lipwright"
    # Not the checkout and not the environment: what the zip brought.
    for name in ("package", "onnxruntime", "scipy", "soundfile"):
        assert Path(found[name]).is_relative_to(profile), name
    assert found["keys"]["jawOpen"] > 0.05
    assert found["last_frame"] == pytest.approx(6.26 * 24, abs=4)


def test_the_zip_of_another_platform_is_refused(archive: Path, builder: ModuleType, tmp_path: Path):
    pytest.importorskip("bpy")
    here = builder.this_platform()
    other = "windows-x64" if here != "windows-x64" else "linux-x64"
    path = tmp_path / archive.name.replace(here, other)
    with zipfile.ZipFile(archive) as opened, zipfile.ZipFile(path, "w") as written:
        for name in opened.namelist():
            data = opened.read(name)
            if name == "blender_manifest.toml":
                data = data.replace(
                    f'platforms = ["{here}"]'.encode(), f'platforms = ["{other}"]'.encode()
                )
                assert other.encode() in data
            written.writestr(name, data)
    profile = tmp_path / "profile"
    environment = {**os.environ, "BLENDER_USER_RESOURCES": str(profile)}
    done = subprocess.run(
        [sys.executable, "-P", HERE / "as_an_artist.py", "install", path],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        timeout=300,
    )
    assert not list(profile.rglob("lipwright/blender_manifest.toml")), "it was installed"
    assert done.returncode != 0
    assert "platform" in (done.stdout + done.stderr).lower()
