#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Blender as a module needs a few system libraries: installs them where we may, else names them.
set -euo pipefail

python=$1
here=$(dirname "$0")

works() {
    "$python" -c 'import bpy, os; os._exit(0)' >/dev/null 2>&1
}

works && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing the system libraries that Blender needs"
    log=$(mktemp)
    { apt-get update -q && xargs apt-get install -q -y --no-install-recommends <"$here/system.txt"; } >"$log" 2>&1 ||
        { tail -20 "$log" >&2; echo "apt-get could not install the libraries that Blender needs" >&2; exit 1; }
    works && exit 0
elif command -v apt-get >/dev/null; then
    echo "Blender needs system libraries that are missing here; paste this line, then run make again:" >&2
    echo "sudo apt-get update && sudo apt-get install -y $(tr '\n' ' ' <"$here/system.txt")" >&2
    exit 1
fi
echo "Blender as a Python module does not start here; it says:" >&2
"$python" -c 'import bpy, os; os._exit(0)' 2>&1 | tail -3 >&2
exit 1
