#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs readers by others into .readers, for tests alone: Autodesk's FBX reader and Khronos' glTF validator (npm),
# Pixar's USD (pip). Where one cannot be had, the tests that need it say so.
set -euo pipefail

here=$(dirname "$0")
folder=${1:-.readers}
python=${PYTHON:-python3.11}

mkdir -p "$folder"
if command -v npm >/dev/null; then
    cp "$here/package.json" "$here/package-lock.json" "$folder/"
    if npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund --silent; then
        chmod +x "$folder"/node_modules/fbx2gltf/bin/*/FBX2glTF
    else
        echo "The readers of FBX and glTF could not be installed; the tests that need them are left out" >&2
    fi
else
    echo "npm was not found: the tests that read FBX and glTF with others' readers are left out" >&2
fi
[ -x "$folder/usd/bin/python" ] || "$python" -m venv "$folder/usd"
"$folder/usd/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$here/usd.txt" ||
    echo "usd-core could not be installed; the tests that need it are left out" >&2
