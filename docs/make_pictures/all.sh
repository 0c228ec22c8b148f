#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes the pictures in docs/images/ again, all but panel.png and faces.png (panel.sh needs root).
set -euo pipefail
cd "$(dirname "$0")/../.."
.venv/bin/python demo/run.py
cp build/demo/sheet.png docs/images/sheet.png
.venv/bin/python docs/make_pictures/house.py docs/images/house.png
.venv/bin/python docs/make_pictures/demo_head_keys.py docs/images/demo_head_keys.png
.venv/bin/python docs/make_pictures/drawn.py -o docs/images/drawn
.venv/bin/python tests/rig_report.py "$SHARED/rigs"
cp build/rigs/sheet.png docs/images/rigs.png
.venv/bin/python docs/make_pictures/emotions.py --sound demo/line.wav -o docs/images/emotions_demo.png
.venv/bin/python docs/make_pictures/emotions.py --sound demo/line.wav --fills 2.1 \
    --character "$SHARED/rigs/ict_facekit.blend" -o docs/images/emotions_ict.png
.venv/bin/python docs/make_pictures/emotions.py --sound demo/line.wav --fills 1.0 \
    --character "$SHARED/rigs/FaceCapLiveModeAvatar.fbx" -o docs/images/emotions_facecap.png
