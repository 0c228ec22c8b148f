# SPDX-License-Identifier: GPL-3.0-or-later
"""Lipwright from Python: a few verbs for those who build pipelines.

    import lipwright
    track = lipwright.animate("line.wav", emotions={"happy": 0.6})
    lipwright.write(track, "line.csv")

They are attributes of the package itself, and brought in when they are first asked for.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from .core.audio.load import Sound, load_sound
from .core.errors import LipwrightError, SettingsError
from .core.formats import BY_SUFFIX, FORMATS, resampled, write_track
from .core.motion.track import FaceTrack
from .core.performance.emotion import Strength, unmixed
from .core.phones import Phone
from .core.settings import Settings
from .core.timing import Hertz
from .core.transcript.words import Transcript
from .pipeline import Analysis, analyse, perform_to_rest
from .rigs.families.metahuman import control_track


def hear(
    sound: str | Path | Sound,
    *,
    transcript: str | None = None,
    language: str = "auto",
    phones: Sequence[Phone] | None = None,
    device: str = "auto",
    threads: int = 1,
) -> Analysis:
    """Listen to a sound: the slow half, to be kept where a line is performed more than once.

    Parameters
    ----------
    sound : path-like or Sound
    transcript : str, optional
        What is said; feelings may be written into it, as ``[angry] Get out``.
    language : str
        Of the transcript, such as "en"; "auto" finds it out.
    phones : sequence of Phone, optional
        Corrected sounds with times.
    device : {"auto", "cpu", "cuda", "directml", "coreml"}
    threads : int > 0

    Returns
    -------
    Analysis
        ``phones`` are the sounds with their times, ``notes`` what should be said.

    Raises
    ------
    LipwrightError
        Whatever can be put right, as a sentence.
    """
    return analyse(
        sound if isinstance(sound, Sound) else load_sound(sound),
        device=device,
        threads=threads,
        phones=phones,
        transcript=None if transcript is None else Transcript(transcript, language),
    )


def animate(
    sound: str | Path | Sound | Analysis,
    *,
    emotions: Mapping[str, Strength] | None = None,
    seed: int = 0,
    settings: Settings | None = None,
    rate_hz: Hertz = 60.0,
    transcript: str | None = None,
    language: str = "auto",
    device: str = "auto",
    threads: int = 1,
) -> FaceTrack:
    """Turn a sound into the curves of a face.

    Parameters
    ----------
    sound : path-like, Sound or Analysis
        A file, samples, or what `hear` made of them.
    emotions : mapping of str to float or Envelope, optional
        Strength 0..1.5 of each emotion or mix by its name, such as ``{"happy": 0.6}``.
    seed : int
        Another seed is another take.
    settings : Settings, optional
        Every dial there is; `emotions` and `seed` are left aside then.
    rate_hz : float
        Of the curves, 1 to 1000.
    transcript, language, device, threads
        See `hear`.

    Returns
    -------
    FaceTrack
        ``values`` of shape (frames, channels), their ``names`` (ARKit's 52, tongue, breath, head
        angles in degrees), ``rate_hz``.

    Raises
    ------
    LipwrightError
        Whatever can be put right, as a sentence.
    """
    if not isinstance(sound, Analysis):
        sound = hear(
            sound, transcript=transcript, language=language, device=device, threads=threads
        )
    if settings is None:
        settings = Settings(seed=seed, emotions=unmixed(dict(emotions or {})))
    return resampled(perform_to_rest(sound, settings), rate_hz)


def write(
    track: FaceTrack,
    path: str | Path,
    form: str | None = None,
    phones: Sequence[Phone] = (),
) -> None:
    """Write curves as a file, whole or not at all.

    Parameters
    ----------
    track : FaceTrack
        From `animate`; its rate is the file's.
    path : path-like
    form : str, optional
        A key of `FORMATS`; by default what the suffix means.
    phones : sequence of Phone
        For the formats that hold them.

    Raises
    ------
    SettingsError
        If the format is unknown or the place cannot be written to.
    """
    path = Path(path)
    if form is None and path.suffix.lower() in BY_SUFFIX:
        form = BY_SUFFIX[path.suffix.lower()].name
    if form not in FORMATS:
        raise SettingsError(
            f"There is no format for “{path.name}”. Choose one of {', '.join(FORMATS)}"
        )
    write_track(path, form, control_track(track) if FORMATS[form].of_controls else track, phones)


__all__ = [
    "FORMATS",
    "Analysis",
    "FaceTrack",
    "LipwrightError",
    "Phone",
    "Settings",
    "Sound",
    "animate",
    "hear",
    "load_sound",
    "write",
]
