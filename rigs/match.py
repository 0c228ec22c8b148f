# SPDX-License-Identifier: GPL-3.0-or-later
"""From names of controls to the map that drives them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from itertools import groupby

from ..core.errors import RigError
from ..core.motion.track import FEELING_NAMES
from .families import EVERY_FAMILY, FAMILIES, LAST_RESORTS
from .families.whole_faces import part_of
from .names import Shape, bare, parse, short_tails, tails
from .schema import KINDS, Control, Family, RigMap, Row, Terms
from .stand_ins import STAND_INS
from .whole_faces import giving_way, in_parts, needed_only

MOUTH = ("mouth", "jaw", "tongue")  # how the channels of the mouth begin

# The controls of one holder (a mesh, a bone, an armature): names are unique in each group, and
# several groups of a kind, such as the keys of head and teeth, follow the same channels.
Groups = Sequence[Sequence[Control]]


def _exact(family: Family) -> dict[Shape, Terms]:
    """Index a family by parsed name, and by name in lower case where the case tells the side."""
    table = {parse(name): terms for name, terms in family.shapes.items()}
    for name, terms in family.shapes.items():
        table.setdefault((bare(name), ""), terms)
    return table


def _substitutes(family: Family) -> dict[Shape, Terms]:
    """Index what stands in for a family's shapes where a character joined or split their sides."""
    table: dict[Shape, Terms] = {}
    pairs: dict[str, list[tuple[str, float]]] = {}
    for name, terms in family.shapes.items():
        base, side = parse(name)
        if side:
            pairs.setdefault(base, []).extend(terms)
        else:
            # One channel, two keys (browInnerUp_L and _R): each follows it whole.
            table[base, "l"] = table[base, "r"] = terms
    for base, terms in pairs.items():
        # Two channels, one key (a blink of both eyes): it follows their mean.
        if base not in ("mouth", "jaw"):
            table[base, ""] = tuple((channel, weight / 2) for channel, weight in terms)
    return table


def _mesh_rows(family: Family, keys: Sequence[str]) -> dict[str, Terms]:
    """Find what each key of one mesh follows; the plainest reading of a name goes first.

    A key that would move what a plainer one moves already is left out: a character with
    mouthSmileLeft, mouthSmileRight and mouthSmile would smile twice.
    """
    exact, substitutes = _exact(family), _substitutes(family)
    plain = {shape: terms for shape, terms in exact.items() if len(terms) == 1}
    found: dict[str, Terms] = {}
    for table in (plain, exact, substitutes):
        for read in (_whole, tails):
            driven = {channel for terms in found.values() for channel, _ in terms}
            taken: set[Shape] = set()
            for key in keys:
                if key in found:
                    continue
                for shape in map(parse, read(key)):
                    terms = table.get(shape, ())
                    if _is_end_of_part(key, terms):
                        continue
                    if terms and shape not in taken and driven.isdisjoint(c for c, _ in terms):
                        found[key] = terms
                        taken.add(shape)
                        break
    return found


def _is_end_of_part(key: str, terms: Terms) -> bool:
    """Whether a name ends like a whole face (Angry) but is a part of one (Fcl_BRW_Angry)."""
    return any(channel in FEELING_NAMES for channel, _ in terms) and part_of(key) is not None


def _whole(name: str) -> Iterable[str]:
    return (name,)


def _mesh_mouths(family: Family, keys: Sequence[str]) -> dict[str, Terms]:
    """Find which keys of one mesh are whole mouths; each mouth once."""
    table = {bare(name): terms for name, terms in family.mouths.items()}
    short = short_tails(keys, table)
    readings: tuple[Callable[[str], Iterable[str]], ...] = (
        _whole,
        tails,
        lambda key: (short[key],) if key in short else (),
    )
    found: dict[str, Terms] = {}
    for read in readings:
        for key in keys:
            for name in () if key in found else map(bare, read(key)):
                if name in table and table[name] not in found.values():
                    found[key] = table[name]
                    break
    return found


def _rows(family: Family, groups: Groups) -> tuple[list[Row], list[Control]]:
    """Find the rows of all controls; what one kind of them moves, the next leaves alone."""
    rows: list[Row] = []
    unused: list[Control] = []
    for _, same_kind in groupby(groups, key=lambda group: group[0].kind):
        taken = driven_by(rows), {row.terms for row in rows if row.solved}
        for group in same_kind:
            keys = [control.key for control in group]
            mouths = _mesh_mouths(family, keys)
            found = _mesh_rows(family, [key for key in keys if key not in mouths])
            for control in group:
                if control.key in mouths and mouths[control.key] not in taken[1]:
                    rows.append(Row(control, mouths[control.key], solved=True))
                elif taken[0].isdisjoint(c for c, _ in found.get(control.key, ())):
                    terms = found.get(control.key)
                    rows += [Row(control, terms)] if terms else []
                    unused += [] if terms else [control]
                else:
                    unused.append(control)
    return rows, unused


def _of_mouth(family: Family, rows: Iterable[Row]) -> int:
    """Count the different shapes that make it speak: whole mouths, where the family has such."""
    if family.mouths:
        return len({row.terms for row in rows if row.solved})
    return len({row.terms for row in rows if any(c.startswith(MOUTH) for c, _ in row.terms)})


def driven_by(rows: Iterable[Row]) -> set[str]:
    """Return the channels that rows of single shapes follow."""
    return {channel for row in rows if not row.solved for channel, _ in row.terms}


def _groups(meshes: Mapping[str, Sequence[str]], others: Iterable[Control]) -> Groups:
    """Sort all controls by holder, one kind after the other."""
    controls = [Control(mesh, key) for mesh, keys in meshes.items() for key in keys]
    holders: dict[tuple[int, str, str], list[Control]] = {}
    for control in dict.fromkeys((*controls, *others)):
        holder = KINDS.index(control.kind), control.mesh, control.bone
        holders.setdefault(holder, []).append(control)
    return [holders[holder] for holder in sorted(holders, key=lambda holder: holder[0])]


def match(meshes: Mapping[str, Sequence[str]], others: Iterable[Control] = ()) -> RigMap:
    """Find out how a character's controls are named.

    Parameters
    ----------
    meshes : mapping of str to sequence of str
        Mesh objects of one character and the names of their shape keys, without the Basis.
    others : iterable of Control
        Its custom properties and poses, which do what the keys cannot.

    Returns
    -------
    RigMap
        Of the family that recognises most shapes.

    Raises
    ------
    RigError
        If there are no controls, or too few that any family knows.
    """
    return matches(meshes, others)[0]


def matches(
    meshes: Mapping[str, Sequence[str]], others: Iterable[Control] = ()
) -> tuple[RigMap, ...]:
    """Find every naming that a character's controls fit: it may carry several mouths at once.

    Parameters
    ----------
    meshes, others
        As in `match`.

    Returns
    -------
    tuple of RigMap
        At least one; what recognises most shapes comes first. Only where no other family fits is
        one of the last resorts tried.

    Raises
    ------
    RigError
        As `match`.
    """
    groups = _groups(meshes, others)
    if not groups:
        raise RigError(
            "This character has no shape keys, and no face bones that Lipwright knows. Pick the "
            "mesh that carries the face shapes, store poses of its bones in the panel Rig, "
            "or try Add > Mesh > Lipwright Demo Head"
        )
    fitting: list[tuple[tuple[bool, int, int], Family]] = []
    for family in FAMILIES:
        rows, _ = _rows(family, groups)
        if not _enough(family, rows):
            continue
        # A jaw bone found beside visemes makes no other family of them.
        own = sum(row.control.kind != "pose" for row in rows)
        fitting.append(((driven_by(rows).issuperset(family.essential), own, len(rows)), family))
    if fitting:
        fitting.sort(key=lambda pair: pair[0], reverse=True)  # stable: the lower rank stays first
        return _different([_rig(family, groups) for _, family in fitting])
    for family in LAST_RESORTS:
        if _enough(family, _rows(family, groups)[0]):
            return (_rig(family, groups),)
    raise _too_few(groups)


def _different(rigs: Sequence[RigMap]) -> tuple[RigMap, ...]:
    """Leave out what most of an earlier mouth's controls are already: families share names."""
    kept: list[RigMap] = []
    for rig in rigs:
        own = mouth_of(rig)
        if all(2 * len(own & mouth_of(other)) < len(own) for other in kept):
            kept.append(rig)
    return tuple(kept)


def mouth_of(rig: RigMap) -> set[Control]:
    """Return the controls that make a character speak.

    Parameters
    ----------
    rig : RigMap

    Returns
    -------
    set of Control
    """
    return {row.control for row in rig.rows if _speaks(row)}


def _enough(family: Family, rows: Sequence[Row]) -> bool:
    if _of_mouth(family, rows) >= family.needed:
        return True
    return 0 < family.enough <= len({row.terms for row in rows})


def _rig(family: Family, groups: Groups) -> RigMap:
    found, unused = _rows(family, groups)
    rows = in_parts(needed_only(found), [*unused, *(row.control for row in found)])
    used = {row.control for row in rows}
    every = dict.fromkeys((*unused, *(row.control for row in found)))
    unused = [one for one in every if one not in used]
    driven, mouths = driven_by(rows), {row.terms for row in rows if row.solved}
    missing = tuple(
        name
        for name in family.wanted
        if name not in driven and family.mouths.get(name) not in mouths
    )
    label = family.label if family.mouths else f"{family.label} ({_spelling(rows)})"
    if not mouths:
        rows = helped(rows, set(missing))
    return giving_way(RigMap(family.name, label, tuple(rows), missing, tuple(unused)))


def helped(rows: Sequence[Row], missing: set[str]) -> list[Row]:
    """Let rows take their share of the channels that have no row of their own.

    Parameters
    ----------
    rows : sequence of Row
    missing : set of str

    Returns
    -------
    list of Row
    """
    helped = []
    for row in rows:
        terms = list(row.terms)
        for name in STAND_INS:
            if name in missing:
                own = dict(row.terms)
                terms += [(name, share * own[c]) for c, share in STAND_INS[name] if c in own]
        helped.append(replace(row, terms=tuple(terms)))
    return helped


def beside_a_drawing(
    meshes: Mapping[str, Sequence[str]], others: Iterable[Control] = ()
) -> RigMap | None:
    """Find what moves the rest of a face whose mouth is drawn: a blink, a brow, a turn of the eyes.

    Parameters
    ----------
    meshes, others
        As in `match`.

    Returns
    -------
    RigMap or None
        Of the family that knows most of its controls, however few; None where none knows any.
    """
    groups = _groups(meshes, others)
    rigs = [_rig(family, groups) for family in EVERY_FAMILY] if groups else []

    def upper(rig: RigMap) -> int:
        return len(driven_by(row for row in rig.rows if not _speaks(row)))

    best = max(rigs, key=upper, default=None)
    return best if best is not None and upper(best) else None


def _speaks(row: Row) -> bool:
    return row.solved or any(channel.startswith(MOUTH) for channel, _ in row.terms)


def own_terms(row: Row, rig: RigMap) -> Terms:
    """Return the terms of a rig's row without those that it stands in for.

    Parameters
    ----------
    row : Row
    rig : RigMap

    Returns
    -------
    tuple of (str, float)
    """
    return tuple((c, w) for c, w in row.terms if row.solved or c not in rig.missing) or row.terms


def _too_few(groups: Groups) -> RigError:
    count = sum(map(len, groups))
    kinds = {group[0].kind for group in groups}
    what = "shape keys" if kinds == {"shape key"} else "shape keys, properties and poses"
    advice = "Rename them to ARKit names such as jawOpen and mouthPucker"
    every = [(_rows(family, groups)[0], family) for family in FAMILIES]
    rows, family = max(every, key=lambda pair: (_of_mouth(pair[1], pair[0]), len(pair[0])))
    if rows:
        return RigError(
            f"Only {len(rows)} of the {count} {what} have names that Lipwright knows "
            f"({family.label}), {_of_mouth(family, rows)} of them for the mouth where "
            f"{family.needed} are needed: too few for a face. {advice}, or give the character "
            f"more of its own"
        )
    return RigError(
        f"None of the {count} {what} has a name that Lipwright knows (the first is "
        f"“{groups[0][0].key}”). {advice}"
    )


def _spelling(rows: Sequence[Row]) -> str:
    sided = [row.control.key for row in rows if parse(row.control.key)[1]]
    if not sided:
        return "no sides"
    return "Left/Right" if sided[0].lower().endswith(("left", "right")) else "_L/_R"


@cache
def _every_name() -> frozenset[Shape]:
    names = [name for family in EVERY_FAMILY for name in (*family.shapes, *family.mouths)]
    return frozenset(map(parse, names)) | {(bare(name), "") for name in names}


@lru_cache(maxsize=4096)  # panels ask for every property and action on every redraw
def known(name: str) -> bool:
    """Say whether any family has a shape of this name, whatever stands before it."""
    readings = (name, *tails(name))
    return any(
        parse(part) in _every_name() or (bare(part), "") in _every_name() for part in readings
    )
