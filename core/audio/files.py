# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files are sounds."""

from pathlib import Path

# What libsndfile reads, and what takes FFmpeg: phones' sounds and videos.
SOUND_SUFFIXES = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".aiff", ".aif", ".caf", ".au")
FFMPEG_SUFFIXES = (
    *(".m4a", ".aac", ".wma", ".amr", ".ac3", ".mka"),
    *(".mp4", ".mov", ".m4v", ".webm", ".mkv", ".avi", ".mpg", ".mpeg", ".wmv", ".3gp"),
)


def sounds_in(folder: Path) -> list[Path]:
    """List the sounds of a folder by name; not those in folders inside of it.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    list of Path
        A video is left out where its sound lies beside it under the same name.
    """
    files = sorted(
        path
        for path in folder.iterdir()
        # macOS leaves files such as ._line.wav beside the real ones.
        if not path.name.startswith("._") and not path.is_dir()
    )
    plain = [path for path in files if path.suffix.lower() in SOUND_SUFFIXES]
    names = {path.stem for path in plain}
    other = [path for path in files if path.suffix.lower() in FFMPEG_SUFFIXES]
    return sorted([*plain, *(path for path in other if path.stem not in names)])
