#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Takes the picture of the sidebar in a real Blender window: docs/images/panel.png.
#
#     make demo && sudo bash docs/make_pictures/panel.sh
#
# Needs root and mmdebstrap. It unpacks Debian's Blender (5.2, on Python 3.14) into a folder, CHROOT,
# gives it a test-only zip for that Python, and opens build/demo/demo.blend on a virtual screen.
set -euo pipefail
cd "$(dirname "$0")/../.."

chroot=${CHROOT:-build/debian-blender}
mirror=${MIRROR:-$(awk '/^URIs:/ {print $2; exit} /^deb / {print $2; exit}' /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2>/dev/null)}
scene=${SCENE:-build/demo/demo.blend}
out=${OUT:-docs/images/panel.png}

if [ ! -x "$chroot/usr/bin/blender" ]; then
    mmdebstrap --variant=minbase --aptopt='Acquire::Check-Valid-Until "false"' \
        --include=ca-certificates,blender,python3-numpy,python3-requests,python3-cattr,python3-zstandard,xvfb,xauth,libgl1-mesa-dri,libegl1,imagemagick,procps \
        sid "$chroot" "$mirror"
fi
.venv/bin/python build.py --python cp314 --platform linux-x64 --out build/panel
rm -rf "$chroot/lipwright"
mkdir -p "$chroot/lipwright"
cp build/panel/*test-python3.14*.zip "$chroot/lipwright/extension.zip"
cp "$scene" "$chroot/lipwright/scene.blend"
cp demo/line.wav docs/make_pictures/panel.py "$chroot/lipwright/"

inside='
mount -t proc proc /proc 2>/dev/null
export HOME=/lipwright BLENDER_USER_RESOURCES=/lipwright/profile LIBGL_ALWAYS_SOFTWARE=1 LANG=C.UTF-8
blender --command extension install-file -r user_default --enable /lipwright/extension.zip
timeout 240 xvfb-run -a -s "-screen 0 1600x1450x24" \
    blender --window-geometry 0 0 1600 1450 /lipwright/scene.blend --python-exit-code 1 --python /lipwright/panel.py
'
# A mount namespace of its own: what is mounted for Blender goes away with it.
unshare --mount bash -c "
    mount --bind /dev '$chroot/dev' 2>/dev/null || true
    chroot '$chroot' /bin/bash -c '$inside'
"
mkdir -p "$(dirname "$out")"
cp "$chroot/lipwright/panel.png" "$out"
echo "$out"
