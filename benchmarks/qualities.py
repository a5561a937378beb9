"""Sentences come in; a table goes out: how right and how good each form of the embedded voice's model sounds.

    python benchmarks/qualities.py [--sentences N] [--folder DIR] [--forms stock,signed,float]

Each form speaks the same sentences; the recogniser (see `audiobook check --listen`) counts syllables that differ, and
Distill-MOS, if it is installed (`pip install distillmos`), judges how natural it sounds, from 1 to 5. What was spoken
and heard is kept in DIR, so that the next run goes on from there.
"""

import argparse
import json
import statistics
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from pipeline import sound
from pipeline.audition import judge_of
from pipeline.model import Audio
from pipeline.speak.engines.kokoro import HEADROOM, RATE, Kokoro, inputs_of, model
from pipeline.verify.recogniser import Recogniser

TEXT = Path(__file__).parent / "sentences.txt"


def main() -> None:
    """Speak, listen, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, default=60)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--forms", default=f"{model.STOCK},{model.form_for('', 'cpu')},float")
    arguments = parser.parse_args()
    folder = arguments.folder or Path(tempfile.mkdtemp())
    forms = arguments.forms.split(",")
    chosen = TEXT.read_text(encoding="utf-8").split()[: arguments.sentences]
    for number, sentence in enumerate(chosen):
        for form in forms:
            path = folder / form / f"{number:03}.wav"
            if not path.is_file():
                spoken(sentence, form, path)
    ear, judge = Recogniser(), judge_of({})
    print(f"{len(chosen)} sentences, {Kokoro.default_voice}")
    print(f"{'':10} {'syllables':>9} {'wrong %':>8} {'or tone %':>9} {'MOS':>6}")
    for form in forms:
        hearings = [heard(folder / form / f"{k:03}.wav", text, ear, judge) for k, text in enumerate(chosen)]
        total = sum(hearing["syllables"] for hearing in hearings)
        wrong = sum(hearing["errors"] for hearing in hearings)
        tones = sum(hearing["tones"] for hearing in hearings)
        naturalness = mos_of([folder / form / f"{k:03}.wav" for k in range(len(chosen))])
        print(f"{form:10} {total:9} {100 * wrong / total:8.2f} {100 * (wrong + tones) / total:9.2f} {naturalness:>6}")


def spoken(text: str, form: str, path: Path) -> None:
    """A sentence as a form of the model says it, in a file."""
    phonemes = Kokoro().script(text)
    samples = model.session(form).run(None, inputs_of(phonemes, Kokoro.default_voice))[0].ravel()
    whole = np.clip(samples * HEADROOM * 32767, -32768, 32767).astype(np.int16)
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, sound.trimmed(Audio(whole, RATE)).samples, RATE)


def heard(path: Path, text: str, ear: Recogniser, judge: Any) -> dict[str, int]:
    """What was counted of a clip, perhaps in an earlier run."""
    note = path.with_suffix(".json")
    if not note.is_file():
        hearing = judge(text, ear.heard(path))[1]
        note.write_text(json.dumps({name: getattr(hearing, name) for name in ("syllables", "errors", "tones")}))
    return dict(json.loads(note.read_text()))


def mos_of(paths: list[Path]) -> str:
    """The mean of Distill-MOS (at 16 kHz) over some clips, "" where it is not installed."""
    try:
        import distillmos
        import torch
        from scipy.signal import resample_poly
    except ImportError:
        return ""
    judge = distillmos.ConvTransformerSQAModel()
    judge.eval()
    values = []
    for path in paths:
        samples = soundfile.read(path, dtype="float32")[0]
        with torch.no_grad():
            values.append(float(judge(torch.from_numpy(resample_poly(samples, 2, 3))[None])))
    return f"{statistics.mean(values):.2f}"


if __name__ == "__main__":
    main()
