"""The whole program as a user runs it, with the rehearsal voice: build, rebuild, edit, redo, interrupt, bad input."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.codec import decode, join, write_aac
from pipeline.tags import Tags

TEXT = """山中来信

一、春天

春天来了，山上的花都开了。孩子们在溪边跑来跑去，笑声传得很远很远。我坐在门口，看了整整一个下午。直到太阳落到山的后面，他们才各自回家吃饭去。

二、夏天

夏天的雨说来就来。雨停以后，远处的山像洗过一样，清清楚楚地站在那里。晚上有许多萤火虫。它们在田埂上飞来飞去，好像有人提着灯笼在走路。

三、秋天

秋天是收获的季节。村里的人从早忙到晚，谁也不肯休息。到了九月，共收了三千斤谷子。大家都说，这样的好年成，十年里也遇不到一回两回。
"""


def audiobook(*arguments: str, cwd: Path, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=timeout,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
        check=False,
    )


def build(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return audiobook("build", "信.txt", "--engine", "tone", *more, cwd=folder)


def book_of(folder: Path) -> Path:
    [home] = [path.parent for path in (folder / "output").glob("*/manifest.json")]
    return home


def manifest_of(folder: Path) -> Any:
    return json.loads((book_of(folder) / "manifest.json").read_text(encoding="utf-8"))


def digests(folder: Path) -> dict[str, str]:
    home = book_of(folder)
    files = sorted(path for path in home.rglob("*") if path.is_file())
    return {str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def clips(folder: Path) -> set[str]:
    return {path.stem for path in (folder / "output" / ".cache" / "clips").rglob("*.flac")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "信.txt").write_text(TEXT, encoding="utf-8")
    return tmp_path


@pytest.fixture
def built(folder: Path) -> Iterator[Path]:
    done = build(folder)
    assert done.returncode == 0, done.stderr
    yield folder


def test_a_book_has_chapters_a_manifest_and_every_file_it_vouches_for(built: Path) -> None:
    manifest = manifest_of(built)
    assert [s["title"] for s in manifest["sections"]][-3:] == ["一、春天", "二、夏天", "三、秋天"]
    assert set(manifest["outputs"]) == set(digests(built)) - {"manifest.json"}
    ledger = manifest["coverage"]
    total = ledger["as_written"] + sum(ledger["rewritten"].values()) + sum(ledger["removed"].values())
    assert total == ledger["characters"] == len(TEXT)
    checked = audiobook("check", cwd=built)
    assert checked.returncode == 0, checked.stdout


def test_the_same_input_gives_the_same_bytes(built: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "信.txt").write_text(TEXT, encoding="utf-8")
    assert build(other).returncode == 0
    assert digests(other) == digests(built)


def test_a_second_build_does_nothing_and_says_so(built: Path) -> None:
    before = digests(built)
    again = build(built)
    assert again.returncode == 0
    assert "nothing to do" in again.stderr
    assert digests(built) == before


def test_one_edited_sentence_is_one_new_clip_and_one_new_chapter(built: Path) -> None:
    before, spoken = digests(built), clips(built)
    source = built / "信.txt"
    source.write_text(TEXT.replace("晚上有许多萤火虫", "夜里有许多萤火虫"), encoding="utf-8")
    assert build(built).returncode == 0
    assert len(clips(built) - spoken) == 1
    chapters = {name for name, digest in digests(built).items() if before.get(name) != digest and name.endswith(".m4a")}
    assert len(chapters) == 1


def test_redo_touches_its_chapter_alone_and_a_later_build_keeps_it(built: Path) -> None:
    before = digests(built)
    number = next(s["number"] for s in manifest_of(built)["sections"] if s["title"] == "二、夏天")
    done = audiobook("redo", "", str(number), cwd=built)
    assert done.returncode == 0, done.stderr
    after = digests(built)
    changed = {name for name in before if before[name] != after[name]}
    assert {name for name in changed if name.startswith("chapters/")} == {
        name for name in before if name.startswith(f"chapters/{number:02}")
    }
    assert manifest_of(built)["sections"][number - 1]["choice"]["take"] == 1
    assert "nothing to do" in build(built).stderr
    assert digests(built) == after
    assert audiobook("check", cwd=built).returncode == 0


def test_redo_of_one_sentence_is_one_new_clip(built: Path) -> None:
    spoken = clips(built)
    assert audiobook("redo", "", "1", "--sentence", "1", cwd=built).returncode == 0
    assert len(clips(built) - spoken) == 1


def test_a_take_survives_an_edit_of_another_section(built: Path) -> None:
    assert audiobook("redo", "", "3", cwd=built).returncode == 0
    title = manifest_of(built)["sections"][2]["title"]
    source = built / "信.txt"
    source.write_text(TEXT.replace("笑声传得很远", "歌声传得很远"), encoding="utf-8")
    assert build(built).returncode == 0
    takes = {s["title"]: s["choice"]["take"] for s in manifest_of(built)["sections"]}
    assert takes[title] == 1
    assert sum(takes.values()) == 1


def test_two_builds_at_once_give_one_right_book(folder: Path) -> None:
    command = [sys.executable, "-m", "pipeline", "build", "信.txt", "--engine", "tone"]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    builds = [subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL, env=environment) for _ in range(2)]
    assert [process.wait(timeout=120) for process in builds] == [0, 0]
    assert audiobook("check", cwd=folder).returncode == 0


def test_mp3_chapters_on_request(folder: Path) -> None:
    assert build(folder, "--chapter-format", "mp3").returncode == 0
    assert {Path(s["file"]).suffix for s in manifest_of(folder)["sections"]} == {".mp3"}
    assert audiobook("check", cwd=folder).returncode == 0


def test_check_finds_a_flipped_byte_and_a_missing_file(built: Path) -> None:
    home = book_of(built)
    chapter = next((home / "chapters").iterdir())
    content = bytearray(chapter.read_bytes())
    content[len(content) // 2] ^= 1
    chapter.write_bytes(content)
    found = audiobook("check", "--json", cwd=built)
    assert found.returncode == 6
    assert [claim["claim"] for claim in json.loads(found.stdout)["failures"]] == [f"file chapters/{chapter.name}"]
    chapter.unlink()
    assert audiobook("check", cwd=built).returncode == 6
    assert build(built).returncode == 0
    assert audiobook("check", cwd=built).returncode == 0


def test_explain_leads_a_second_back_to_the_source(built: Path) -> None:
    section = manifest_of(built)["sections"][-1]
    chunk = section["chunks"][-1]
    found = audiobook("explain", "", str(chunk["start"] / 1000 + 0.1), "--json", cwd=built)
    told = json.loads(found.stdout)
    assert told["text"] == chunk["text"] == TEXT[slice(*told["span"])]
    assert told["section"] == section["number"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["build", "missing.txt"], 3, "missing.txt"),
        (["build", "empty.txt"], 3, "empty"),
        (["build", "noise.txt"], 3, "noise.txt"),
        (["build", "picture.txt"], 3, "picture.txt"),
        (["build", "信.txt", "--engine", "parrot"], 2, "kokoro"),
        (["build", "信.txt", "--engine", "kokoro", "--voice", "nobody"], 2, "zm_yunxi"),
        (["build", "信.txt", "--engine", "tone", "--chapter-format", "ogg"], 2, "m4a"),
        (["sections", "nothing"], 2, "build"),
        (["build", "--no-such-option"], 2, "no-such-option"),
    ],
)
def test_bad_input_is_a_clear_error_with_nothing_half_written(
    folder: Path, arguments: list[str], code: int, words: str
) -> None:
    (folder / "empty.txt").write_bytes(b"")
    (folder / "noise.txt").write_text("，。！——……", encoding="utf-8")
    (folder / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    done = audiobook(*arguments, cwd=folder)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not list((folder / "output").glob("*/*"))


def test_a_section_that_does_not_exist_is_refused(built: Path) -> None:
    before = digests(built)
    done = audiobook("redo", "", "99", cwd=built)
    assert done.returncode == 2
    assert "no section 99" in done.stderr
    assert digests(built) == before


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/proc/sys").exists(), reason="needs a folder nobody can write")
def test_an_output_folder_that_cannot_be_written_is_a_clear_error(folder: Path) -> None:
    done = build(folder, "-o", "/proc/books")
    assert done.returncode == 3
    assert "-o DIR" in done.stderr


def test_odd_titles_become_folders(folder: Path) -> None:
    (folder / "信.txt.toml").write_text(f'title = "上/下:*?\\"<>| {"长" * 300}"\n', encoding="utf-8")
    assert build(folder).returncode == 0
    assert manifest_of(folder)["title"].startswith("上/下:*?")
    assert audiobook("check", cwd=folder).returncode == 0


def test_encodings_that_no_book_needs_are_removed(built: Path) -> None:
    def needed() -> set[str]:
        return {section["encoding"] for section in manifest_of(built)["sections"]}

    before = needed()
    assert audiobook("redo", "", "2", cwd=built).returncode == 0
    kept = {path.stem for path in (built / "output" / ".cache" / "chapters").glob("*.m4a")}
    assert kept == needed() != before


def test_the_sidecars_pauses_and_readings_take_effect(built: Path) -> None:
    before = manifest_of(built)
    (built / "信.txt.toml").write_text('[pauses]\nheading = 3.0\n[pronounce]\n"山上" = "hai3 xia4"\n', encoding="utf-8")
    assert build(built).returncode == 0
    after = manifest_of(built)
    headings = [chunk["pause"] for section in after["sections"] for chunk in section["chunks"] if chunk["heading"]]
    assert headings and set(headings) == {3.0}
    assert after["duration"] > before["duration"]
    place = next(c["start"] for s in after["sections"] for c in s["chunks"] if "山上" in c["text"])
    told = json.loads(audiobook("explain", "", str(place / 1000 + 0.1), "--json", cwd=built).stdout)
    assert "hai3xia4" in told["pinyin"]


def test_a_pause_that_does_not_exist_is_refused(folder: Path) -> None:
    (folder / "信.txt.toml").write_text("[pauses]\nnap = 3.0\n", encoding="utf-8")
    done = build(folder)
    assert done.returncode == 3
    assert "nap" in done.stderr and "heading" in done.stderr


def test_ctrl_c_stops_at_once_and_what_was_spoken_is_kept(folder: Path) -> None:
    (folder / "信.txt").write_text(TEXT * 400, encoding="utf-8")
    going = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "build", "信.txt", "--engine", "tone"],
        cwd=folder,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
    )
    while len(clips(folder)) < 5:
        assert going.poll() is None, "the build ended before it could be interrupted"
        time.sleep(0.05)
    going.send_signal(signal.SIGINT)
    _, told = going.communicate(timeout=20)
    assert going.returncode == 130
    assert "goes on from there" in told and "Traceback" not in told
    assert not list((folder / "output").glob("*/manifest.json"))


def test_explain_finds_a_phrase_and_shows_its_source_line(built: Path) -> None:
    told = json.loads(audiobook("explain", "", "萤火虫", "--json", cwd=built).stdout)
    assert "萤火虫" in told["text"]
    assert TEXT.split("\n")[told["line"] - 1].find(told["source"]) >= 0
    assert {"character", "reading", "reason", "doubt"} == set(told["decided"][0])
    missing = audiobook("explain", "", "萤火虫", "--section", "1", cwd=built)
    assert missing.returncode == 2
    assert "not in section 1" in missing.stderr


def test_readings_in_doubt_come_with_their_context_most_doubtful_first(folder: Path) -> None:
    found = json.loads(audiobook("inspect", "信.txt", "--polyphones", "--json", cwd=folder).stdout)
    doubts = [row["doubt"] for row in found["readings"]]
    assert doubts == sorted(doubts, reverse=True)
    assert all(f"【{row['context'].split('【')[1][0]}】" in row["context"] for row in found["readings"])


def forged(folder: Path, name: str) -> None:
    """Make the manifest vouch for a file as it is now: only what the file says itself can give it away."""
    home = book_of(folder)
    path = home / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["outputs"][name] = hashlib.sha256((home / name).read_bytes()).hexdigest()
    path.write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")


def failures(folder: Path) -> set[str]:
    found = audiobook("check", "--json", cwd=folder)
    assert found.returncode == 6, found.stdout
    return {claim["claim"] for claim in json.loads(found.stdout)["failures"]}


def rejoined(folder: Path, titles: list[str], chapters: list[Path]) -> None:
    home = book_of(folder)
    target = home / f"{home.name}.m4b"
    join(list(zip(chapters, titles, strict=True)), Tags(title="信", album="信", language="zh"), target)
    forged(folder, target.name)


def test_check_hears_a_mark_retitled_by_someone_who_mends_the_hashes(built: Path) -> None:
    manifest = manifest_of(built)
    titles = [section["title"] for section in manifest["sections"]]
    chapters = [built / "output/.cache/chapters" / f"{s['encoding']}.m4a" for s in manifest["sections"]]
    rejoined(built, [*titles[:-1], "另一章"], chapters)
    assert failures(built) == {f"title of mark {len(titles)}"}


def test_check_hears_a_chapter_exchanged_or_shortened_by_someone_who_mends_the_hashes(built: Path) -> None:
    manifest = manifest_of(built)
    titles = [section["title"] for section in manifest["sections"]]
    chapters = [built / "output/.cache/chapters" / f"{s['encoding']}.m4a" for s in manifest["sections"]]
    rejoined(built, titles, [*chapters[:-2], chapters[-1], chapters[-2]])
    assert {claim for claim in failures(built) if claim.startswith("sound at mark")} == {
        f"sound at mark {number}, likeness" for number in (len(titles) - 1, len(titles))
    }
    short = built / "short.m4a"
    whole = decode(chapters[-1])
    write_aac([whole.samples[: len(whole.samples) // 2048 * 1024]], whole.rate, short)
    rejoined(built, titles, [*chapters[:-1], short])
    assert "decoded length, ms" in failures(built)


def test_a_missing_chapter_is_told_by_plan_inspect_and_build(tmp_path: Path) -> None:
    chapters = [f"第{number}回 风雪\n\n{number}回的话，说来就长了。\n" for number in "一二四"]
    (tmp_path / "信.txt").write_text("\n".join(chapters), encoding="utf-8")
    for command in ("plan", "inspect", "build"):
        told = audiobook(command, "信.txt", "--engine", "tone", cwd=tmp_path)
        assert "第三回 missing" in told.stdout + told.stderr, command
