"""A line and a list of voices come in; one sound file a voice goes out, all equally loud, for choosing between them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline import sound
from pipeline.errors import EngineBusy, EngineError
from pipeline.files import draft_of, safe_name
from pipeline.model import Audio, Recipe, Verdict
from pipeline.speak.engines import USABLE, open_engine
from pipeline.speak.mending import say

LOUDNESS_LUFS = -20.0
CEILING_DBTP = -3.0


@dataclass(frozen=True, slots=True)
class Sample:
    """What became of one voice: its file's name, or why it has none."""

    engine: str
    voice: str
    file: str
    skipped: str


def samples_of(text: str, voices: Iterable[Mapping[str, str]], folder: Path) -> Iterator[Sample]:
    """Speak a text with each of `voices` (rows of `engines.voices`) that can speak now, each into its own WAV file.

    After a voice whose service is busy, the others of its engine are not asked.
    """
    busy: set[str] = set()
    for row in voices:
        engine, voice = row["engine"], row["voice"]
        if row["usable"] != USABLE:
            yield Sample(engine, voice, "", row["usable"])
            continue
        if engine in busy:
            yield Sample(engine, voice, "", "not asked: its service is busy")
            continue
        try:
            audio = _equally_loud(_said(text, Recipe(engine, voice)))
        except EngineError as error:
            busy |= {engine} if isinstance(error, EngineBusy) else set()
            yield Sample(engine, voice, "", error.what)
            continue
        yield Sample(engine, voice, _kept(audio, folder / f"{safe_name(f'{engine}-{voice}')}.wav").name, "")


def _said(text: str, recipe: Recipe) -> Audio:
    return say(text, open_engine(recipe), lambda audio, script: Verdict())[0]


def _equally_loud(audio: Audio) -> Audio:
    """Of two equal voices the louder one pleases; what is too short to be measured stays as it is."""
    loudness = sound.integrated_loudness(sound.block_energies(audio))
    if not loudness > -70:  # silence, or less than one block
        return audio
    gain = 10 ** ((LOUDNESS_LUFS - loudness) / 20)
    return Audio(sound.limited(audio.samples, audio.rate, gain, CEILING_DBTP), audio.rate)


def _kept(audio: Audio, path: Path) -> Path:
    import soundfile

    with draft_of(path) as draft:
        soundfile.write(draft, audio.samples, audio.rate, format="WAV", subtype="PCM_16")
    return path
