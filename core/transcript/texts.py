# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes of a text file to text, whoever wrote it."""


def decoded(data: bytes) -> str:
    """Turn the bytes of a text file into text.

    Parameters
    ----------
    data : bytes
        UTF-8, or UTF-16 with a byte order mark; Windows-1252 where it is not valid UTF-8.

    Returns
    -------
    str
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
