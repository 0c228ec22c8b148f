# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the loops of the lips, the lids and the ears of the demo head lie, in centimetres."""

import numpy as np

from .surface import EYE_CENTRE, EYE_RADIUS, front

MOUTH_HALF_WIDTH = 2.7
MOUTH_HEIGHT = 12.5
# Share of the way from the slit to the edge of the red, and how far the lip stands out there.
LIP_LOOPS = ((1.0, 0.02), (0.78, 0.26), (0.5, 0.4), (0.22, 0.3), (0.0, 0.06))
# Behind the slit: depth behind the contact line, height above it, share of the mouth's width.
BAG_LOOPS = (
    (0.3, 0.05, 1.0),
    (0.62, 0.4, 1.02),
    (0.85, 1.3, 1.1),
    (2.4, 1.95, 1.28),
    (5.0, 1.8, 1.2),
    (7.5, 1.0, 0.7),
)
LIP_MATERIAL, MOUTH_MATERIAL, LASH_MATERIAL = 1, 2, 3

# Angles in degrees: half the opening sideways, up, down, and the extra of each loop outwards.
LID_SPAN, LID_UP, LID_DOWN = 46.0, 26.0, 24.0
# Extra span, extra height, radius beyond the eyeball; from the crease to behind the lid's edge.
LID_LOOPS = (
    (17.0, 24.0, 0.2),
    (9.0, 11.0, 0.24),
    (3.4, 3.6, 0.25),
    (0.0, 0.0, 0.22),
    (0.0, 0.5, 0.07),
    (3.0, 16.0, 0.05),
)


def halves(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return, for a loop of `count`, the way across from +1 (+X corner) to -1, and the side.

    The side is +1 for the upper half, -1 for the lower, 0 for the two corners.
    """
    half = count // 2
    step = np.arange(count)
    across = np.cos(np.pi * step / half)
    side = np.where(step < half, 1.0, -1.0)
    side[[0, half]] = 0.0
    return across, side


def slit_height(u: np.ndarray) -> np.ndarray:
    """Return z of the closed mouth's line at -1..1 across: a calm, slightly friendly curve."""
    return MOUTH_HEIGHT + 0.34 * np.abs(u) ** 2.5 - 0.07 * np.exp(-((u / 0.22) ** 2))


def lip_heights(u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how far the red reaches above and below the slit at -1..1 across."""
    arch = np.clip(1.0 - u**2, 0.0, 1.0)
    bow = 0.16 * np.exp(-(((np.abs(u) - 0.24) / 0.2) ** 2)) - 0.1 * np.exp(-((u / 0.12) ** 2))
    return arch**0.75 * (0.66 + bow), arch**0.62 * 0.84


def mouth_loops(count: int) -> tuple[np.ndarray, list[int]]:
    """Return the loops from the edge of the red into the mouth, shape (loops, count, 3).

    Also the material of the band between each loop and the next.
    """
    u, side = halves(count)
    above, below = lip_heights(u)
    reach = np.where(side >= 0, above, below)
    full = np.clip(1.0 - u**2, 0.0, 1.0) ** 0.45
    rings = []
    for share, swell in LIP_LOOPS:
        x = MOUTH_HALF_WIDTH * u * (1.0 + 0.05 * share)
        z = slit_height(u) + side * share * reach
        bulge = swell * (1.0 - 0.1 * side * (share > 0)) * full
        rings.append(np.column_stack([x, front(x, z) - bulge, z]))
    contact = rings[-1]
    for deep, high, wide in BAG_LOOPS:
        ring = contact.copy()
        ring[:, 0] *= wide
        ring[:, 1] += deep * (1.0 - 0.25 * np.abs(u) ** 2)
        ring[:, 2] += side * high * (full if high < 1.0 else np.sqrt(full))
        rings.append(ring)
    red, dark = len(LIP_LOOPS), len(BAG_LOOPS)
    return np.array(rings), [LIP_MATERIAL] * red + [MOUTH_MATERIAL] * (dark - 1)


def lid_angles(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the angles of each lid loop in radians, shape (loops, count) each.

    The first turns sideways, the second about the X axis through the eye's centre (up is
    positive). Turning only the second keeps a vertex on its distance from the centre.
    """
    u, side = halves(count)
    yaw, pitch = [], []
    for span, height, _ in LID_LOOPS:
        open_ = np.where(side > 0, LID_UP + height, LID_DOWN + height * 0.8)
        arch = np.clip(1.0 - u**2, 0.0, 1.0) ** np.where(side > 0, 0.5, 0.62)
        yaw.append((LID_SPAN + span) * u)
        pitch.append(side * open_ * arch + corner_tilt(u))
    return np.radians(yaw), np.radians(pitch)


def corner_tilt(u: np.ndarray) -> np.ndarray:
    """Return the height in degrees of the line between the corners of the eye."""
    return 3.0 * u - 1.0


def on_eye(yaw: np.ndarray, pitch: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """Return positions, shape (..., 3), on a ball of `radius` about the left eye's centre."""
    flat = radius * np.cos(yaw)
    ball = np.stack([radius * np.sin(yaw), -flat * np.cos(pitch), flat * np.sin(pitch)], -1)
    return EYE_CENTRE + ball


def lid_loops(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the loops from the lid crease to behind the lid's edge, shape (loops, count, 3).

    Also the material of each face between a loop and the next, shape (loops - 1, count).
    """
    yaw, pitch = lid_angles(count)
    radius = np.array([[EYE_RADIUS + extra] for *_, extra in LID_LOOPS]) * np.ones_like(yaw)
    band = np.zeros((len(LID_LOOPS) - 1, count), int)
    # The upper lid's last skin band is dark as well: lashes that read open and shut.
    band[2, : count // 2] = LASH_MATERIAL
    band[3:] = LASH_MATERIAL
    return on_eye(yaw, pitch, radius), band


# Size of the ear's outline, and how far it stands away from the head; the last ones sink in.
EAR_LOOPS = (
    (0.8, 0.35),
    (0.95, 0.9),
    (1.18, 1.25),
    (1.2, 1.5),
    (1.05, 1.6),
    (0.88, 1.45),
    (0.75, 1.05),
    (0.5, 0.8),
    (0.25, 0.7),
)


def ear_loops(root: np.ndarray) -> np.ndarray:
    """Return the loops of the left ear, shape (loops, n, 3), for the loop where it grows out."""
    count = len(root)
    angle = 2.0 * np.pi * np.arange(count) / count
    centre = root.mean(0) + np.array([0.0, 0.25, 0.25])
    # The loop starts at the back (+X side of the unrolled grid) and runs over the top.
    back, up = np.cos(angle), np.sin(angle)
    wide = 1.45 * (1.0 + 0.22 * up)
    outline = 0.9 * np.column_stack([wide * back, 2.35 * up])
    rings = []
    for size, out in EAR_LOOPS:
        flare = 0.45 * out * (0.5 + 0.5 * back)
        x = centre[0] - 0.35 + out * 0.75 + flare
        y = centre[1] + size * outline[:, 0] + 0.25 * out
        z = centre[2] + size * outline[:, 1] + 0.12 * (y - centre[1])
        rings.append(np.column_stack([np.broadcast_to(x, count), y, z]))
    return np.array(rings)
