# SPDX-License-Identifier: GPL-3.0-or-later
"""MakeHuman and MPFB characters with the 22 visemes of Microsoft's speech service.

MPFB's face units are the ARKit names and its other viseme pack is Oculus'; both are recognised as
what they are. ``sil_00`` is the face at rest and is left alone.
"""

from ..mouths import mouths
from ..schema import Family
from .arkit import UPPER_FACE

_MOUTHS = mouths(
    ah="aa_ah_ax_01",
    aa="aa_02",
    ao="ao_03",
    eh="ey_eh_uh_04",
    er="er_05",
    iy="y_iy_ih_ix_06",
    uw="w_uw_07",
    ow="ow_08",
    aw="aw_09",
    oy="oy_10",
    ay="ay_11",
    h="h_12",
    r="r_13",
    l="l_14",
    s="s_z_15",
    sh="sh_ch_jh_zh_16",
    th="th_dh_17",
    f="f_v_18",
    t="d_t_n_19",
    k="k_g_ng_20",
    m="p_b_m_21",
)

MAKEHUMAN = Family(
    name="makehuman",
    rank=60,
    label="MakeHuman visemes",
    shapes=UPPER_FACE,
    mouths=_MOUTHS,
    wanted=tuple(_MOUTHS),
    needed=6,
    source="MakeHuman Community, asset pack visemes01 for MPFB; Microsoft, Speech service viseme "
    "identifiers",
)
