#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Takes the pictures of the sidebar in a real Blender window: docs/images/panel.png and faces.png; every
# other panel, opened, is in build/panels/, to be looked at.
#
#     sudo bash docs/make_pictures/panel.sh
#
# What it needs, CHROOT and MIRROR: tests/window/in_blender.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
bash tests/window/in_blender.sh docs/make_pictures/panel.py build/panels
cp build/panels/panel.png build/panels/faces.png docs/images/
