# SPDX-License-Identifier: GPL-3.0-or-later
"""What the type checker is told of our saved properties is what Blender registered."""

import ast
from pathlib import Path
from types import ModuleType

import bpy
import pytest

COMPUTED = {f"lipwright_phones.{name}" for name in ("clicked", "start", "end")}
ROOT = Path(__file__).resolve().parents[2]
PLAIN = {"BOOLEAN": "bool", "INT": "int", "FLOAT": "float"}
TEXTS = {"str", "Kind"}  # a kind of control is saved as its name


def hints_of(body: list[ast.stmt]) -> dict[str, ast.expr]:
    """Names and types in a class body."""
    return {
        one.target.id: one.annotation
        for one in body
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
    }


def groups() -> dict[str, dict[str, ast.expr]]:
    """Every group that is declared, with its names and types."""
    found = {}
    for path in (ROOT / "scene" / "saved").glob("*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and node.name.startswith("LIPWRIGHT_PG_"):
                found[node.name] = hints_of(node.body)
    return found


def added() -> dict[tuple[str, str], str]:
    """What the stub of Blender says that we add to its types."""
    stub = ast.parse((ROOT / "typings" / "bpy" / "types.pyi").read_text("utf-8"))
    return {
        (node.name, name): ast.unparse(hint)
        for node in stub.body
        if isinstance(node, ast.ClassDef)
        for name, hint in hints_of(node.body).items()
        if name.startswith("lipwright")
    }


GROUPS = groups()


def type_of(hint: ast.expr) -> ast.expr:
    """The type of a declaration, with or without its property beside it."""
    if isinstance(hint, ast.Subscript) and ast.unparse(hint.value) == "Annotated":
        assert isinstance(hint.slice, ast.Tuple)
        return hint.slice.elts[0]
    return hint


def fits(hint: ast.expr, found: bpy.types.Property) -> bool:
    """Say whether a type is that of a registered property."""
    said = ast.unparse(hint)
    if found.type == "ENUM":
        if said == "set[str]" or found.is_enum_flag:
            return said == "set[str]" and found.is_enum_flag
        if said == "str":
            return True
        return said.startswith("Literal[") and ast.literal_eval(ast.unparse(hint.slice)) == tuple(
            one.identifier for one in found.enum_items
        )
    if found.type == "COLLECTION":
        return said == f"Rows[{found.fixed_type.identifier}]"
    if found.type == "POINTER":
        kind = found.fixed_type.identifier
        return said in (kind, f"bpy.types.{kind} | None")
    if found.type == "STRING":
        return said in TEXTS
    if found.array_length:
        return said == f"tuple[{', '.join([PLAIN[found.type]] * found.array_length)}]"
    return said == PLAIN[found.type]


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_types_are_those_of_the_registered_properties(extension: ModuleType, group: str):
    registered = bpy.types.PropertyGroup.bl_rna_get_subclass_py(group).bl_rna.properties
    for name, hint in GROUPS[group].items():
        assert name in registered, f"{group}.{name} is declared and not registered"
        assert fits(type_of(hint), registered[name]), f"{group}.{name}: {ast.unparse(hint)}"


def test_every_registered_group_is_declared_so(extension: ModuleType):
    registered = {
        one.__name__
        for one in bpy.types.PropertyGroup.__subclasses__()
        if one.__name__.startswith("LIPWRIGHT_PG_")
    }
    assert registered == set(GROUPS)


def test_the_stub_of_blender_has_what_we_add_to_it(extension: ModuleType):
    kinds = ("Object", "Scene", "WindowManager", "Strip")
    registered = {}
    for kind in kinds:
        of = getattr(bpy.types, kind, None) or bpy.types.Sequence  # before 4.4
        for one in of.bl_rna.properties:
            if one.identifier.startswith("lipwright"):
                registered[kind, one.identifier] = one.fixed_type.identifier
    assert added() == registered


def test_a_property_of_another_type_would_be_seen(extension: ModuleType):
    dials = bpy.types.Object.bl_rna.properties["lipwright"].fixed_type.properties
    assert not fits(ast.parse("str", mode="eval").body, dials["seed"])
    assert not fits(ast.parse('Literal["VALUE"]', mode="eval").body, dials["hand_keys"])
    assert not fits(ast.parse("Rows[LIPWRIGHT_PG_row]", mode="eval").body, dials["cleared"])


def test_what_a_character_saves_can_be_set_where_it_is_linked(extension: ModuleType):
    def look(group, name=""):
        for one in group.properties:
            if one.identifier in ("rna_type", "name"):
                continue
            if one.type == "POINTER" and one.fixed_type.identifier in GROUPS:
                look(one.fixed_type, f"{name}{one.identifier}.")
            # A list's own place and edges move the scene's frame: no file may set them as it opens.
            computed = one.is_skip_save or f"{name}{one.identifier}" in COMPUTED
            assert one.is_overridable != computed, f"{name}{one.identifier}"

    for one in bpy.types.Object.bl_rna.properties:
        # What a Speaker is known by is no character's.
        if one.identifier.startswith("lipwright") and one.identifier != "lipwright_line":
            look(one.fixed_type, f"{one.identifier}.")
