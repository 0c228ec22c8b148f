# SPDX-License-Identifier: GPL-3.0-or-later
"""The saved choice of a captured face, and which parts of it are wanted."""

import bpy
from bpy.props import StringProperty

from ...core.motion.captured import PARTS
from .. import compat
from .acting import OVERRIDABLE, changed, declare, switch_property


class LIPWRIGHT_PG_capture(bpy.types.PropertyGroup):
    """A file with somebody's face, and what of it goes on top of ours."""

    file: StringProperty(
        name="Capture",
        description="Captured face (Live Link Face's CSV, Audio2Face's JSON) of which parts take "
        "the place of ours; it begins where the sound begins",
        subtype="FILE_PATH",
        options=compat.PATH_OPTIONS,
        update=changed,
        override=OVERRIDABLE,
    )


declare(
    LIPWRIGHT_PG_capture,
    {
        part: switch_property(part.capitalize(), f"Take the {part} from the capture", True)
        for part in PARTS
    },
)
