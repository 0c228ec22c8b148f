#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes or refreshes an environment: make_venv.sh FOLDER REQUIREMENTS [VERSION], with PYTHON=... the interpreter.
# The package itself goes in as an editable install.
set -euo pipefail

folder=$1
requirements=$2
version=${3:-3.11}
python=${PYTHON:-python$version}

fail() {
    echo "$1" >&2
    exit 1
}

command -v "$python" >/dev/null ||
    fail "Python $version was not found: install it (on Debian or Ubuntu: apt-get install python$version python$version-venv), or name it with PYTHON=/path/to/python$version"
found=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])') ||
    fail "$python does not start: name a working Python $version with PYTHON=/path/to/python$version"
[ "$found" = "$version" ] ||
    fail "This needs Python $version and $python is Python $found: name the right one with PYTHON=/path/to/python$version"

if [ ! -x "$folder/bin/python" ]; then
    "$python" -c 'import ensurepip' 2>/dev/null ||
        fail "This Python has no venv module: on Debian or Ubuntu run: apt-get install python$version-venv"
    echo "Making $folder with Python $version"
    "$python" -m venv "$folder"
fi
echo "Installing $requirements into $folder (about 400 MB the first time)"
"$folder/bin/pip" install --quiet --disable-pip-version-check -r "$requirements"
"$folder/bin/pip" install --quiet --disable-pip-version-check --no-deps --editable .
