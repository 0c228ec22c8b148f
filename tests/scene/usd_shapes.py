# SPDX-License-Identifier: GPL-3.0-or-later
"""What usd-core reads of a face, `python usd_shapes.py FILE`: {shape: [[second, value], …]}."""

import json
import sys

from pxr import Usd, UsdSkel

stage = Usd.Stage.Open(sys.argv[1])
rate = stage.GetTimeCodesPerSecond()
start = stage.GetStartTimeCode()
found: dict[str, list[tuple[float, float]]] = {}
for prim in stage.Traverse():
    if not prim.IsA(UsdSkel.Animation):
        continue
    animation = UsdSkel.Animation(prim)
    names = animation.GetBlendShapesAttr().Get() or ()
    weights = animation.GetBlendShapeWeightsAttr()
    for time in weights.GetTimeSamples():
        for name, value in zip(names, weights.Get(time), strict=True):
            found.setdefault(str(name), []).append(((time - start) / rate, float(value)))
json.dump(found, sys.stdout)
