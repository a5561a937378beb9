"""Engines that other packages add: the example is installed and speaks, and broken ones break nothing else."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[1] / "docs" / "example-engine"
SPEAKER = """
import io, os, sys, numpy, soundfile
text = sys.stdin.read()
if "坏" in text:
    sys.exit("I will not")
times = numpy.arange(int(4800 * len(text) / (1 + int(os.environ["RATE"]) / 100))) / 24000
out = io.BytesIO()
soundfile.write(out, 0.3 * numpy.sin(2 * numpy.pi * (200 + len(text)) * times), 24000, format="WAV")
sys.stdout.buffer.write(out.getvalue())
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the example package installed in it."""
    folder = tmp_path_factory.mktemp("site")
    quiet = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([sys.executable, "-m", "pip", "install", *quiet, "-t", folder, EXAMPLE], check=True, timeout=120)
    return folder


def audiobook(site: Path, folder: Path, *words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the program with the packages of `site` beside its own."""
    known = {key: value for key, value in os.environ.items() if not key.startswith("AUDIOBOOK_")}
    paths = os.pathsep.join([str(site), str(Path(__file__).parents[1])])
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *words],
        cwd=folder,
        env={**known, "PYTHONPATH": paths, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def broken_package(folder: Path, name: str, target: str, module: str) -> None:
    """What an installed package leaves: metadata with an entry point, and a module."""
    about = folder / f"{name}-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[audiobook.engines]\n{name} = {name}:{target}\n")
    (folder / f"{name}.py").write_text(module)


def test_the_example_builds_a_book(site: Path, tmp_path: Path) -> None:
    (tmp_path / "speaker.py").write_text(SPEAKER)
    (tmp_path / "春.txt").write_text("春天\n\n春天来了。山上的花都开了。\n")
    command = f"{sys.executable} {tmp_path / 'speaker.py'}"
    done = audiobook(
        site, tmp_path, "build", "春.txt", "--engine", "command", "--rate", "10", AUDIOBOOK_COMMAND=command
    )
    assert done.returncode == 0, done.stderr
    [manifest] = (tmp_path / "output").glob("*/manifest.json")
    found = json.loads(manifest.read_bytes())
    assert found["identity"] == {"engine": "command", "command": command, "rate": 10}
    assert found["recipe"]["voice"] == "plain"
    assert found["duration"] > 1000 * 0.2 * len("春天春天来了山上的花都开了") / 1.1


def test_the_examples_failure_is_a_voices_failure(site: Path, tmp_path: Path) -> None:
    (tmp_path / "speaker.py").write_text(SPEAKER)
    (tmp_path / "a.txt").write_text("坏天气来了。\n")
    command = f"{sys.executable} {tmp_path / 'speaker.py'}"
    done = audiobook(site, tmp_path, "build", "a.txt", "--engine", "command", AUDIOBOOK_COMMAND=command)
    assert done.returncode == 4 and "坏天气" in done.stderr and "Traceback" not in done.stderr


def test_an_added_engine_is_listed_with_what_it_needs(site: Path, tmp_path: Path) -> None:
    rows = json.loads(audiobook(site, tmp_path, "voices", "--json").stdout)
    [row] = [row for row in rows if row["engine"] == "command"]
    assert row["voice"] == "plain" and "AUDIOBOOK_COMMAND" in row["usable"]
    told = {row["what"]: row for row in json.loads(audiobook(site, tmp_path, "doctor", "--json").stdout)}
    assert told["engine command"]["state"] == "optional" and "AUDIOBOOK_COMMAND" in told["engine command"]["remedy"]


@pytest.mark.parametrize(
    ("target", "module", "told"),
    [
        ("Gone", "", "cannot be loaded"),
        ("Gone", "import a_package_that_is_not_there", "cannot be loaded"),
        ("Gone", "def (", "cannot be loaded"),
        ("Half", "class Half:\n    voices = {}\n", "is no engine"),
    ],
)
def test_a_broken_package_hides_no_other_voice(tmp_path: Path, target: str, module: str, told: str) -> None:
    broken_package(tmp_path / "site", "crooked", target, module)
    listed = audiobook(tmp_path / "site", tmp_path, "voices", "--json")
    rows = {row["engine"]: row for row in json.loads(listed.stdout)}
    assert listed.returncode == 0 and {"kokoro", "edge", "openai", "tone", "crooked"} <= set(rows)
    assert told in rows["crooked"]["style"] and "crooked" in rows["crooked"]["usable"]
    (tmp_path / "a.txt").write_text("春天来了。\n")
    done = audiobook(tmp_path / "site", tmp_path, "build", "a.txt", "--engine", "crooked")
    assert done.returncode == 5 and told in done.stderr


def test_a_name_of_ours_stays_ours(tmp_path: Path) -> None:
    broken_package(tmp_path / "site", "tone", "Tone", "raise SystemExit(9)")
    (tmp_path / "a.txt").write_text("春天来了。\n")
    assert audiobook(tmp_path / "site", tmp_path, "build", "a.txt", "--engine", "tone").returncode == 0


def test_an_unknown_engine_is_told_all_there_are(site: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("春天来了。\n")
    done = audiobook(site, tmp_path, "build", "a.txt", "--engine", "nobody")
    assert done.returncode == 2 and "kokoro, edge, openai, tone, command" in done.stderr
