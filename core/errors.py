# SPDX-License-Identifier: GPL-3.0-or-later
"""The one error family: every message tells an artist what is wrong, then what to do."""


class LipwrightError(Exception):
    """Something the artist can put right; the message says how."""


class SoundError(LipwrightError):
    """A sound that cannot be read or used."""


class SettingsError(LipwrightError):
    """A setting, option or settings file that makes no sense."""


class ModelError(LipwrightError):
    """A network file that is missing, damaged or cannot be run here."""


class RigError(LipwrightError):
    """A character that cannot be animated as it is."""


class Cancelled(LipwrightError):
    """The artist asked to stop; nothing was changed."""

    def __init__(self) -> None:
        super().__init__("Stopped. Nothing was changed")


def sentence_of(error: Exception) -> str:
    """Say an error as a sentence, also one that was not foreseen.

    Parameters
    ----------
    error : Exception

    Returns
    -------
    str
    """
    if isinstance(error, LipwrightError):
        return str(error)
    return (
        f"something went wrong that Lipwright does not know ({type(error).__name__}: {error}). "
        "Please report it with this sound"
    )
