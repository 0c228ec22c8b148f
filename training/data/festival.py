# SPDX-License-Identifier: GPL-3.0-or-later
"""Speech with exact phone times from festival's voices in seven languages.

The voice `ked` is kept out, because it judges; `kal` is flite's kal16.
"""

import logging
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import soundfile as sf

from lipwright.core.audio.load import make_sound

from .synth import Spoken

log = logging.getLogger(__name__)

LINES_A_RUN = 60
LONGEST_RUN_SECONDS = 300


@dataclass(frozen=True)
class FestivalVoice:
    """A voice: the language of its sentences, what it reads text in, and its own phone names."""

    name: str
    language: str
    encoding: str
    labels: dict[str, str]


def _labels(text: str) -> dict[str, str]:
    """`name=ipa` pairs; names that are IPA already need none."""
    return dict(pair.split("=", 1) for pair in text.split())


# What festival's phone sets write otherwise than IPA (their own files: czech.scm,
# italian_phoneset.scm, finnish_phones.scm, msu_ru_nsh_phoneset.scm, hindi_phones.scm).
_CZECH = _labels("c=ts c~=tʃ ch=x d~=ɟ dz~=dʒ h=ɦ n*=ŋ n~=ɲ r~=r r~*=r s~=ʃ t~=c z~=ʒ")
_ROMANCE = _labels(
    "E=ɛ E1=ɛ O=ɔ O1=ɔ a1=a e1=e i1=i o1=o u1=u ax=ə S=ʃ Z=ʒ tS=tʃ dZ=dʒ J=ɲ L=ʎ ng=ŋ nf=ɱ rr=r"
)
_FINNISH = _labels("@=æ @:=æ 7=ø 7:=ø &=ə N=ŋ N:=ŋ L=l S=ʃ S:=ʃ T=θ T:=θ D:=ð Z:=ʒ v=ʋ v:=ʋ")
_RUSSIAN = _labels(
    "ii=i yy=ɨ y=ɨ uu=u ur=u ee=e oo=o aa=a ae=ə ay=ɪ pp=p bb=b tt=t dd=d kk=k gg=g c=ts ch=tʃ "
    "ff=f vv=v ss=s zz=z sh=ʃ sch=ʃ zh=ʒ h=x hh=x mm=m nn=n ll=l rr=r"
)
_HINDI = _labels(
    "a=ə aa=a ih=ɪ iy=i uh=ʊ uw=u eh=e ee=e ay=ɛ oh=o oo=o aw=ɔ ch=tʃ T=ʈ D=ɖ N=ɳ th=t dh=d "
    "y=j L=ɭ R=ɽ sh=ʃ j=dʒ kh=k gh=ɡ td=t tth=t ddh=d bh=b zh=ʒ @=ə v=ʋ"
)

VOICES = (
    *(
        FestivalVoice(f"czech_{n}", "cs", "iso-8859-2", _CZECH)
        for n in "dita krb machac ph".split()
    ),
    FestivalVoice("lp_diphone", "it", "iso-8859-1", _ROMANCE),
    FestivalVoice("pc_diphone", "it", "iso-8859-1", _ROMANCE),
    FestivalVoice("suo_fi_lj_diphone", "fi", "iso-8859-1", _FINNISH),
    FestivalVoice("hy_fi_mv_diphone", "fi", "iso-8859-1", _FINNISH),
    FestivalVoice("msu_ru_nsh_clunits", "ru", "utf-8", _RUSSIAN),
    FestivalVoice("hindi_NSK_diphone", "hi", "utf-8", _HINDI),
    FestivalVoice("upc_ca_ona_hts", "ca", "iso-8859-15", _ROMANCE),
)


def speak_festival(voice: FestivalVoice, lines: Iterator[str], seconds: float) -> Iterator[Spoken]:
    """Speak lines until there is enough, many a run: festival is slow to start."""
    while seconds > 0:
        with tempfile.TemporaryDirectory() as folder:
            spoken = list(_run(voice, [next(lines) for _ in range(LINES_A_RUN)], Path(folder)))
        if not spoken:
            log.warning("%s says nothing", voice.name)
            return
        for one in spoken:
            seconds -= len(one.samples) / 16_000
            yield one


def _run(voice: FestivalVoice, lines: list[str], folder: Path) -> Iterator[Spoken]:
    """One process; a line that the voice cannot say ends it, and what was said before is kept."""
    script = [f"(voice_{voice.name})"]
    for number, line in enumerate(lines):
        words = line.replace('"', " ").replace("\\", " ")
        script += [
            f'(set! u (utt.synth (Utterance Text "{words}")))',
            f'(utt.save.wave u "{folder}/{number}.wav")',
            f'(utt.save.segs u "{folder}/{number}.seg")',
        ]
    source = folder / "lines.scm"
    source.write_bytes("\n".join(script).encode(voice.encoding, "ignore"))
    subprocess.run(
        ["festival", "-b", str(source)], capture_output=True, timeout=LONGEST_RUN_SECONDS
    )
    for number in range(len(lines)):
        if (folder / f"{number}.seg").exists():
            samples, rate_hz = sf.read(folder / f"{number}.wav", dtype="float32")
            phones = _segments((folder / f"{number}.seg").read_text("latin-1"), voice.labels)
            yield Spoken(make_sound(samples, rate_hz).samples, phones, "ipa")


def _segments(text: str, labels: dict[str, str]) -> list[tuple[str, float, float]]:
    """Read festival's label file: after a `#`, one `end-time colour name` a line."""
    phones, start = [], 0.0
    for row in text.splitlines()[1:]:
        end, _, name = row.split()
        phones.append((labels.get(name, name), start, float(end)))
        start = float(end)
    return phones
