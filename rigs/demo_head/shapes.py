# SPDX-License-Identifier: GPL-3.0-or-later
"""The 52 ARKit shapes of the demo head's skin, drawn from tables.

A shape moves the loops of the lips or the lids by a law; the skin around them follows like a thin
elastic sheet (least bending on the net). Cheeks, nose and brows move by soft bumps. Only the left
side is written down: the right one is its mirror image. Lengths are centimetres.
"""

from collections.abc import Callable, Mapping

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from . import features
from .mesh import HeadNet, edge_matrix
from .surface import EYE_CENTRE, EYE_RADIUS

JAW_HINGE = np.array([0.0, 0.6, 15.4])
JAW_OPEN_DEGREES = 22.0
JAW_MOVES = {
    "jawForward": (0.0, -0.9, -0.1),
    "jawLeft": (1.0, 0.0, 0.0),
    "jawRight": (-1.0, 0.0, 0.0),
}
MEETING_SHARE = 0.42

# Moves of the left half of the lips: which part, and centimetres in x, y, z.
# corner: the left corner. upper, lower: one lip, strongest in the middle of its left half.
# red_upper, red_lower: the same, but growing from nothing at the slit to the edge of the red.
# lips: both lips over their whole width, as one piece.
LIP_MOVES: Mapping[str, tuple[tuple[str, tuple[float, float, float]], ...]] = {
    "mouthSmile": (("corner", (0.8, 0.75, 0.95)), ("red_upper", (0, 0.1, -0.06))),
    "mouthFrown": (("corner", (0.2, 0.25, -0.95)), ("red_lower", (0, -0.1, 0.05))),
    "mouthDimple": (("corner", (0.6, 0.85, 0.12)), ("red_lower", (0, 0.05, 0.06))),
    "mouthStretch": (("corner", (0.95, 0.75, -0.35)), ("red_lower", (0, 0.1, -0.1))),
    "mouthPress": (
        ("red_upper", (0, 0.24, -0.36)),
        ("red_lower", (0, 0.24, 0.44)),
        ("corner", (0.12, 0.2, 0.05)),
    ),
    "mouthUpperUp": (("upper", (0, -0.12, 0.85)),),
    "mouthLowerDown": (("lower", (0, -0.12, -0.95)),),
}
WHOLE_LIP_MOVES: Mapping[str, tuple[tuple[str, tuple[float, float, float]], ...]] = {
    "mouthRollUpper": (("upper", (0, 0.36, -0.02)), ("red_upper", (0, 0.3, -0.42))),
    "mouthRollLower": (("lower", (0, 0.5, 0.06)), ("red_lower", (0, 0.2, 0.62))),
    "mouthShrugUpper": (("middle", (0, -0.2, 0.32)), ("red_upper", (0, -0.4, 0.3))),
    "mouthShrugLower": (("middle", (0, -0.15, 0.5)), ("red_lower", (0, -0.5, 0.0))),
    "cheekPuff": (("middle", (0, -0.25, 0)), ("corner2", (0.0, 0.1, 0))),
}

# Soft bumps: centre, radius, centimetres in x, y, z; left side.
BUMPS: Mapping[str, tuple[tuple[tuple[float, ...], float, tuple[float, ...]], ...]] = {
    "mouthSmile": (((4.2, -6.5, 15.0), 3.2, (0.3, -0.5, 0.4)),),
    "mouthFrown": (((2.6, -7.0, 10.5), 2.2, (0.1, -0.15, -0.3)),),
    "mouthDimple": (((4.3, -6.2, 12.8), 1.8, (0.1, 0.35, 0)),),
    "mouthStretch": (((4.0, -5.5, 10.4), 2.8, (0.3, 0, -0.3)),),
    "mouthPress": (((3.2, -7.0, 10.8), 2.0, (0, -0.15, 0.1)),),
    "mouthUpperUp": (((2.2, -7.8, 15.2), 1.8, (0.1, -0.1, 0.35)),),
    "cheekPuff": (((4.8, -5.2, 12.6), 3.9, (1.35, -0.85, 0)),),
    "cheekSquint": (((4.0, -6.8, 16.0), 3.2, (0.0, -0.6, 0.7)),),
    "noseSneer": (
        ((1.3, -8.3, 15.4), 1.8, (0.2, 0.1, 0.75)),
        ((1.6, -8.0, 17.6), 1.8, (-0.1, -0.35, 0.4)),
        ((2.2, -7.6, 20.8), 2.2, (-0.1, -0.1, -0.3)),
    ),
    "browDown": (
        ((3.6, -6.8, 21.6), 3.4, (-0.3, -0.15, -1.0)),
        ((1.5, -7.4, 21.4), 2.4, (-0.3, -0.25, -1.15)),
    ),
    "browInnerUp": (((1.6, -7.3, 21.8), 3.0, (0.05, 0.1, 1.2)),),
    "browOuterUp": (((5.2, -5.8, 21.9), 3.4, (0.1, 0.2, 1.15)),),
    "eyeSquint": (((4.0, -6.9, 16.2), 2.6, (0, -0.2, 0.2)),),
    "eyeWide": (((3.6, -6.6, 21.8), 3.0, (0, 0, 0.3)),),
    "mouthShrugLower": (((0.0, -7.9, 9.9), 2.4, (0, -0.25, 0.5)),),
    "mouthShrugUpper": (((0.0, -8.5, 14.6), 1.8, (0, -0.1, 0.15)),),
}
# Degrees by which the upper and the lower lid's edge move, and by which both turn sideways.
LID_MOVES: Mapping[str, tuple[float, float, float]] = {
    "eyeSquint": (-9.0, 11.0, 0.0),
    "eyeWide": (9.0, -4.0, 0.0),
    "eyeLookUp": (8.0, 4.0, 0.0),
    "eyeLookDown": (-13.0, -4.0, 0.0),
    "eyeLookIn": (0.0, 0.0, -2.5),
    "eyeLookOut": (0.0, 0.0, 2.5),
    "cheekSquint": (0.0, 6.0, 0.0),
}
BLINK_MEETS_AT = -9.0
LID_FOLLOWS = np.array([0.28, 0.68, 0.93, 1.0, 1.0, 1.0])
BAG_FOLLOWS = (1.0, 0.9, 0.7, 0.25, 0.05, 0.0)
UNSIDED = (
    "browInnerUp",
    "cheekPuff",
    "mouthRollUpper",
    "mouthRollLower",
    "mouthShrugUpper",
    "mouthShrugLower",
)


def jaw_rotation(points: np.ndarray) -> np.ndarray:
    """Return the offsets of `points`, shape (n, 3), when the jaw opens fully about its hinge."""
    turn = np.radians(JAW_OPEN_DEGREES)
    arm = points - JAW_HINGE
    y = arm[:, 1] * np.cos(turn) - arm[:, 2] * np.sin(turn)
    z = arm[:, 1] * np.sin(turn) + arm[:, 2] * np.cos(turn)
    return np.column_stack([np.zeros(len(arm)), y - arm[:, 1], z - arm[:, 2]])


class Sheet:
    """An elastic sheet: given offsets of its handles, finds those of the free skin around them."""

    def __init__(self, net: HeadNet, free: np.ndarray) -> None:
        count = len(net.vertices)
        links = edge_matrix(list(net.faces), count)
        degree = sparse.diags(1.0 / np.asarray(links.sum(1)).ravel())
        bend = sparse.identity(count) - degree @ links
        energy = (bend.T @ bend).tocsr()
        self.free, self.held = np.flatnonzero(free), np.flatnonzero(~free)
        rows = energy[self.free]
        self._pull = rows[:, self.held]
        self._solve = splu(rows[:, self.free].tocsc())

    def stretch(self, offsets: np.ndarray) -> np.ndarray:
        """Return `offsets` with the free rows filled in; shape (n, k) in and out."""
        out = offsets.copy()
        out[self.free] = self._solve.solve(-(self._pull @ offsets[self.held]))
        return out


def head_keys(net: HeadNet) -> dict[str, np.ndarray]:
    """Return the offsets of every shape key of the skin, each of shape (n, 3)."""
    mouth = _Mouth(net)
    lids = _Lids(net)
    keys: dict[str, np.ndarray] = {}

    def both(name: str, left: np.ndarray) -> None:
        """Keep a left shape and its mirror image."""
        keys[f"{name}Left"] = left
        keys[f"{name}Right"] = reflect(net, left)

    for name in ("eyeBlink", *LID_MOVES):
        if name != "cheekSquint":
            both(name, lids.key(name) + _bumps(net, name))
    for name in LIP_MOVES:
        both(name, mouth.lips(LIP_MOVES[name]) + _bumps(net, name, spare=mouth.near))
    both("cheekSquint", lids.key("cheekSquint") + _bumps(net, "cheekSquint"))
    for name in ("noseSneer", "browDown", "browOuterUp"):
        both(name, _bumps(net, name))
    both("mouth", mouth.lips((("lips", (1.05, 0.12, 0.0)), ("corner", (0.1, 0.4, 0.1)))))
    for name in UNSIDED:
        left = _bumps(net, name, spare=mouth.near)
        whole = 0.5 * mouth.lips(WHOLE_LIP_MOVES.get(name, ()))
        # A bump in the middle covers both sides already, so the halves are joined by the larger.
        other = reflect(net, left)
        bump = np.where(np.abs(left) >= np.abs(other), left, other)
        bump[:, 0] = left[:, 0] + other[:, 0]
        keys[name] = bump + whole + reflect(net, whole)
    keys["mouthPucker"] = mouth.pucker()
    keys["mouthFunnel"] = mouth.funnel()
    keys |= mouth.jaw_keys()
    keys["mouthClose"] = mouth.close(keys["jawOpen"])
    keys["tongueOut"] = np.zeros_like(net.vertices)
    return keys


def reflect(net: HeadNet, offsets: np.ndarray) -> np.ndarray:
    """Return the mirror image of a shape key's offsets."""
    return offsets[net.mirror] * np.array([-1.0, 1.0, 1.0])


def _soft(value: np.ndarray, low: float, high: float) -> np.ndarray:
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def _bumps(net: HeadNet, name: str, *, spare: np.ndarray | None = None) -> np.ndarray:
    """Return the sum of the bumps of a key; lids (and, where given, lips) keep still."""
    out = np.zeros_like(net.vertices)
    points = net.vertices
    for centre, radius, move in BUMPS.get(name, ()):
        gap = np.linalg.norm(points - np.array(centre), axis=1) / radius
        out += np.clip(1.0 - gap**2, 0.0, 1.0)[:, None] ** 2 * np.array(move)
    ball = np.linalg.norm(np.abs(points * [1, 0, 0]) + points * [0, 1, 1] - EYE_CENTRE, axis=1)
    out *= _soft(ball, EYE_RADIUS + 0.3, EYE_RADIUS + 2.0)[:, None]
    return out if spare is None else out * (1.0 - spare)[:, None]


class _Mouth:
    """The lips as one row of numbers per vertex of their loops, and the skin around them."""

    def __init__(self, net: HeadNet) -> None:
        self.net = net
        loops, count = net.mouth.shape
        across, side = features.halves(count)
        share = [s for s, _ in features.LIP_LOOPS]
        follow = [1.0] * len(share) + list(BAG_FOLLOWS)
        self.index = net.mouth.ravel()
        self.u = np.tile(across, loops)
        self.side = np.tile(side, loops)
        self.red = np.repeat(share + [0.0] * (loops - len(share)), count)
        self.follow = np.repeat(follow, count)
        x, y, z = net.vertices.T
        down = np.where(z > 12.5, (z - 12.5) / 4.2, (12.5 - z) / 4.6)
        nose = (np.abs(x) < 2.1) & (z > 14.7)
        free = (np.hypot(x / 6.4, down) < 1.0) & (y < -1.0) & ~nose
        free[self.index] = False
        self.sheet = Sheet(net, free)
        self.near = _soft(-np.hypot(x / 4.6, (z - 12.5) / 1.9), -1.0, -0.6)
        self.near[self.index] = 1.0

    def _spread(self, moves: np.ndarray) -> np.ndarray:
        offsets = np.zeros_like(self.net.vertices)
        offsets[self.index] = moves * self.follow[:, None]
        return self.sheet.stretch(offsets)

    def _weight(self, part: str) -> np.ndarray:
        arch = np.clip(1.0 - self.u**2, 0.0, 1.0) ** 0.8
        left = _soft(self.u, -0.5, 0.5)
        weights: dict[str, Callable[[], np.ndarray]] = {
            "corner": lambda: np.clip(self.u, 0.0, 1.0) ** 1.8,
            "corner2": lambda: np.abs(self.u) ** 3,
            "upper": lambda: arch * (self.side > 0) * left,
            "lower": lambda: arch * (self.side < 0) * left,
            "middle": lambda: arch * 1.0,
            "lips": lambda: np.ones_like(self.u),
        }
        if part.startswith("red_"):
            return self._weight(part[4:]) * self.red
        return weights[part]()

    def lips(self, moves: tuple[tuple[str, tuple[float, float, float]], ...]) -> np.ndarray:
        """Return the key that a row of LIP_MOVES describes."""
        total = np.zeros((len(self.index), 3))
        for part, move in moves:
            # Whole-lip keys add a left and a right half, so a centred part counts half in each.
            total += self._weight(part)[:, None] * np.array(move)
        return self._spread(total)

    def pucker(self) -> np.ndarray:
        """Narrow the mouth to about 0.6 and push the lips forward."""
        x = self.net.vertices[self.index, 0]
        arch = 1.0 - 0.55 * self.u**2
        swell = np.sin(np.pi * np.clip(self.red, 0.0, 1.0)) * 0.3
        dy = -(1.15 * arch + swell * (1.0 - self.u**2))
        dz = self.side * self.red * 0.06
        return self._spread(np.column_stack([-0.41 * x, dy, dz]))

    def funnel(self) -> np.ndarray:
        """Round the mouth: lips forward, parted, their edges turned outwards."""
        x = self.net.vertices[self.index, 0]
        arch = np.clip(1.0 - self.u**2, 0.0, 1.0) ** 0.55
        part = np.where(self.side > 0, 0.5, -0.66) * arch
        dy = -(1.0 - 0.5 * self.u**2) - 0.35 * (1.0 - self.red) * arch * (self.red > 0)
        return self._spread(np.column_stack([-0.3 * x, dy, part * (1.0 + 0.12 * self.red)]))

    def jaw_keys(self) -> dict[str, np.ndarray]:
        """Return jawOpen, jawForward, jawLeft and jawRight."""
        points = self.net.vertices
        x, y, z = points.T
        weight = np.zeros(len(points))
        chin = (y < -4.5) & (z < 10.5 - 0.1 * np.abs(x)) & (z > 8.0) & (np.abs(x) < 3.2)
        still = (z > 15.6) | (y > 2.6) | (z < 4.8) | ((np.abs(x) < 2.0) & (z > 14.5))
        weight[chin] = 1.0
        pull = 0.5 * np.abs(self.u) ** 2.6
        weight[self.index] = np.where(self.side < 0, 1.0 - pull, pull)
        free = ~(chin | still)
        free[self.index] = False
        free[self.net.ears] = False
        # Where the jaw slides rather than turns, both lips go along and stay shut.
        slide = weight.copy()
        slide[self.index] = 0.55 - 0.25 * self.side * self.red
        sheet = Sheet(self.net, free)
        both = np.clip(sheet.stretch(np.column_stack([weight, slide])), 0.0, 1.0)
        keys = {"jawOpen": both[:, :1] * jaw_rotation(points)}
        keys["jawOpen"][self.index, 0] -= (0.05 * self.u**2 * points[self.index, 0]) * self.follow
        for name, move in JAW_MOVES.items():
            keys[name] = both[:, 1:] * np.array(move)
        return keys

    def close(self, jaw_open: np.ndarray) -> np.ndarray:
        """Return what brings the lips of the open jaw together, exactly at the slit."""
        count = self.net.mouth.shape[1]
        low = jaw_open[self.net.mouth]
        partner = (count - np.arange(count)) % count
        contact = low[len(features.LIP_LOOPS) - 1]
        upper = features.halves(count)[1] >= 0
        lower_move = np.where(upper[:, None], contact[partner], contact)
        upper_move = np.where(upper[:, None], contact, contact[partner])
        meet = upper_move + MEETING_SHARE * (lower_move - upper_move)
        wanted = np.broadcast_to(meet - contact, low.shape).reshape(-1, 3)
        return self._spread(wanted)


class _Lids:
    """The lids of the left eye: every key turns them about the eye, so they stay on the ball."""

    def __init__(self, net: HeadNet) -> None:
        self.net = net
        count = net.eye.shape[1]
        self.u, self.side = features.halves(count)
        self.yaw, self.pitch = features.lid_angles(count)
        self.radius = np.array([[EYE_RADIUS + r] for *_, r in features.LID_LOOPS])
        self.index = net.eye.ravel()
        gap = (net.vertices - EYE_CENTRE) / np.array([3.6, 4.0, 3.3])
        free = ((gap**2).sum(1) < 1.0) & (net.vertices[:, 1] < -3.0)
        free[self.index] = False
        self.sheet = Sheet(net, free)

    def key(self, name: str) -> np.ndarray:
        """Return one lid key, without bumps."""
        edge = np.degrees(self.pitch[3])
        arch = np.clip(1.0 - self.u**2, 0.0, 1.0) ** 0.75
        rise = np.zeros_like(self.yaw)
        if name == "eyeBlink":
            shift = features.corner_tilt(self.u) + BLINK_MEETS_AT * arch - edge
            shift -= 1.0 * (self.side > 0) * arch
            rise += (0.09 * (self.side > 0) + 0.02) * arch * LID_FOLLOWS[:, None]
            aside = 0.0
        else:
            up, down, aside = LID_MOVES[name]
            shift = np.where(self.side > 0, up, down) * arch
        pitch = self.pitch + np.radians(shift) * LID_FOLLOWS[:, None]
        yaw = self.yaw + np.radians(aside) * LID_FOLLOWS[:, None]
        after = features.on_eye(yaw, pitch, self.radius + rise)
        before = features.on_eye(self.yaw, self.pitch, self.radius + 0.0 * rise)
        offsets = np.zeros_like(self.net.vertices)
        offsets[self.index] = (after - before).reshape(-1, 3)
        return self.sheet.stretch(offsets)
