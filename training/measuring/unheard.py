# SPDX-License-Identifier: GPL-3.0-or-later
"""A check on languages and voices that training never heard, spoken by espeak-ng while it runs."""

import ctypes
import json

import soundfile as sf

from ..config import RATE_HZ, ROOT
from ..data.synth import Espeak

FOLDER = ROOT / "build" / "unheard"
VARIANTS = ("f3", "m8")  # not among those of `synth.VARIANTS`
SENTENCES: dict[str, tuple[str, ...]] = {
    "da": (
        "Min bror købte friske æbler og brød på torvet i byen.",
        "Om vinteren bliver det mørkt, før vi kommer hjem fra skole.",
        "Vil du hjælpe mig med at åbne vinduet og lukke døren?",
        "Den gamle båd ligger ved broen og venter på foråret.",
    ),
    "hr": (
        "Moj brat kupuje svježe jabuke i kruh na gradskoj tržnici.",
        "Zimi padne mrak prije nego što se vratimo iz škole.",
        "Možeš li mi pomoći otvoriti prozor i zatvoriti vrata?",
        "Stari brod leži pod mostom i čeka toplo proljeće.",
    ),
    "et": (
        "Minu vend ostab turult värskeid õunu ja musta leiba.",
        "Talvel läheb pimedaks enne, kui me koolist koju jõuame.",
        "Palun aita mul aken lahti teha ja uks kinni panna.",
        "Vana paat seisab silla all ja ootab sooja kevadet.",
    ),
    "uk": (
        "Мій брат купує свіжі яблука та хліб на міському базарі.",
        "Взимку стає темно ще до того, як ми приходимо зі школи.",
        "Допоможи мені, будь ласка, відчинити вікно в кімнаті.",
        "Старий човен лежить під мостом і чекає на теплу весну.",
    ),
    "is": (
        "Bróðir minn kaupir fersk epli og brauð á markaðnum í bænum.",
        "Á veturna verður dimmt áður en við komum heim úr skólanum.",
        "Viltu hjálpa mér að opna gluggann og loka hurðinni?",
        "Gamli báturinn liggur undir brúnni og bíður eftir vorinu.",
    ),
    "eo": (
        "Mia frato aĉetas freŝajn pomojn kaj panon en la urbo.",
        "Vintre mallumiĝas antaŭ ol ni revenas el la lernejo.",
        "Bonvolu helpi min malfermi la fenestron de la ĉambro.",
        "La malnova boato kuŝas sub la ponto kaj atendas printempon.",
    ),
}


def make() -> bool:
    """Speak the sentences into `FOLDER`, with a manifest; False where espeak-ng is missing."""
    if (FOLDER / "manifest.jsonl").exists():
        return True
    try:
        ctypes.CDLL("libespeak-ng.so.1")
    except OSError:
        return False
    FOLDER.mkdir(parents=True, exist_ok=True)
    voice, rows = Espeak(), list[str]()
    for language, lines in SENTENCES.items():
        for number, line in enumerate(lines):
            for variant in VARIANTS:
                name = f"{language}_{variant}_{number}"
                rows.append(json.dumps(_row(voice, name, language, variant, line)))
    (FOLDER / "manifest.jsonl").write_text("\n".join(rows) + "\n", "utf8")
    return True


def _row(voice: Espeak, name: str, language: str, variant: str, line: str) -> dict[str, object]:
    spoken = voice.say(f"{language}+{variant}", line, words_a_minute=160, pitch=50, range_=50)
    sf.write(FOLDER / f"{name}.wav", spoken.samples, RATE_HZ, subtype="PCM_16")
    seconds = len(spoken.samples) / RATE_HZ
    # espeak's own times: the scorer knows that its P T K begin at the burst.
    starts, labels = zip(*voice.events, strict=True)
    phones = [[a, b, n] for a, b, n in zip(starts, [*starts[1:], seconds], labels, strict=True)]
    return {
        "id": name,
        "file": f"{name}.wav",
        "speaker": language,
        "language": language,
        "split": "test",
        "seconds": seconds,
        "text": line,
        "phones": [phone for phone in phones if phone[1] > phone[0]],
        "phone_set": "ipa",
        "burst_stops": True,
    }
