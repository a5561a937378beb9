"""What is loaded before it is needed: counted in modules, since seconds depend on what else the machine does."""

import subprocess
import sys
from pathlib import Path

NUMBERS = {"numpy", "scipy", "onnxruntime", "onnx"}
SOUND = {"av", "soundfile", "pydub"}
TEXT = {"jieba", "opencc", "pypinyin", "lxml"}
NETWORK = {"aiohttp", "edge_tts"}


def loaded_by(code: str, *arguments: str) -> set[str]:
    """The modules that are there after some code; whatever it prints itself stands before the last line."""
    command = [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules)", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_help_waits_for_nothing() -> None:
    loaded = loaded_by("from pipeline import cli")
    assert "pipeline.cli" in loaded
    assert not loaded & (NUMBERS | SOUND | TEXT | NETWORK | {"rich.console", "pydantic", "filelock", "stamina"})


def test_a_books_sections_are_listed_without_the_stages(tmp_path: Path) -> None:
    (tmp_path / "书.txt").write_text("第一章\n\n山上的花都开了。\n\n第二章\n\n我们去散步吧。\n", encoding="utf-8")
    program = [sys.executable, "-m", "pipeline", "build", "书.txt", "--engine", "tone", "-o", "out"]
    subprocess.run(program, cwd=tmp_path, check=True, timeout=120, capture_output=True)
    code = "from pipeline.cli import app\napp(['sections', '-o', sys.argv[1]], standalone_mode=False)"
    loaded = loaded_by(code, str(tmp_path / "out"))
    assert "pipeline.answers" in loaded
    assert not loaded & (
        NUMBERS | SOUND | TEXT | NETWORK | {"pipeline.run", "pipeline.edition", "pipeline.speak", "filelock"}
    )


def test_a_voice_is_chosen_without_its_model_and_without_the_runtime() -> None:
    code = "from pipeline.speak.engines.kokoro import Kokoro\nKokoro().identity(); Kokoro(quality='high')"
    assert not loaded_by(code) & {"onnxruntime", "onnx", "jieba", "pypinyin", "scipy"}


def test_a_text_is_prepared_without_the_runtime_and_the_codecs_of_the_online_voices(tmp_path: Path) -> None:
    (tmp_path / "书.txt").write_text("山上的花都开了。", encoding="utf-8")
    code = "from pathlib import Path\nfrom pipeline.edition import Request, prepare\nfrom pipeline.shelf import Shelf\n"
    code += "prepare(Path(sys.argv[1]), Request(Shelf(Path('out'))))"
    assert not loaded_by(code, str(tmp_path / "书.txt")) & ({"onnxruntime", "onnx", "pydub"} | NETWORK)


def test_a_sound_text_is_repaired_without_the_counts() -> None:
    code = "from pipeline.repair import repair; from pipeline.repair.rule import document_of"
    assert not loaded_by(f"{code}; repair(document_of('山上的花都开了。'))") & NUMBERS
