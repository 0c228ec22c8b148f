#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs a Python script in a real Blender window; what it leaves in its folder `out` comes to OUT.
#
#     sudo bash tests/window/in_blender.sh SCRIPT OUT
#
# Needs root and mmdebstrap. It unpacks Debian's Blender (5.2, on Python 3.14) into a folder, CHROOT,
# gives it a test-only zip for that Python, and opens it on a virtual screen, drawn by the processor.
# Input comes from the script alone (--enable-event-simulate). Exits as the script does.
set -euo pipefail
cd "$(dirname "$0")/../.."

script=$1
out=$2
chroot=${CHROOT:-build/debian-blender}
mirror=${MIRROR:-$(awk '/^URIs:/ {print $2; exit} /^deb / {print $2; exit}' /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2>/dev/null)}

if [ "$(id -u)" != 0 ] || ! command -v mmdebstrap >/dev/null; then
    echo "A real Blender window needs root and mmdebstrap here. Install that and run this with sudo" >&2
    exit 2
fi
if [ ! -x "$chroot/usr/bin/blender" ]; then
    mmdebstrap --variant=minbase --aptopt='Acquire::Check-Valid-Until "false"' \
        --include=ca-certificates,blender,python3-numpy,python3-requests,python3-cattr,python3-zstandard,xvfb,xauth,libgl1-mesa-dri,libegl1,imagemagick,procps \
        sid "$chroot" "$mirror"
fi
.venv/bin/python build.py --python cp314 --platform linux-x64 --out build/panel
rm -rf "$chroot/lipwright"
mkdir -p "$chroot/lipwright/out"
cp build/panel/*test-python3.14*.zip "$chroot/lipwright/extension.zip"
cp demo/line.wav tests/window/stage.py "$chroot/lipwright/"
cp "$script" "$chroot/lipwright/script.py"

inside='
mount -t proc proc /proc 2>/dev/null
export HOME=/lipwright BLENDER_USER_RESOURCES=/lipwright/profile LIBGL_ALWAYS_SOFTWARE=1 LANG=C.UTF-8
export PYTHONPATH=/lipwright PYTHONUNBUFFERED=1
blender --command extension install-file -r user_default --enable /lipwright/extension.zip
timeout 500 xvfb-run -a -s "-screen 0 1600x1540x24" bash -c "
    blender --window-geometry 0 0 1600 1540 --python-use-system-env --enable-event-simulate \
        --python-exit-code 1 --python /lipwright/script.py
    echo \$? > /lipwright/code"
'
# A mount namespace of its own: what is mounted for Blender goes away with it.
unshare --mount bash -c "
    mount --bind /dev '$chroot/dev' 2>/dev/null || true
    chroot '$chroot' /bin/bash -c '$inside'
" || true # the screen may end with a code of its own; that of Blender counts
mkdir -p "$out"
cp -r "$chroot/lipwright/out/." "$out/"
exit "$(cat "$chroot/lipwright/code" 2>/dev/null || echo 1)"
