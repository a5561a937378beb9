"""Clips are spoken once, in order, checked before they are kept, and found again by content."""

import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import soundfile

from pipeline.errors import EngineBusy, EngineError, InputError
from pipeline.model import Audio, Chunk, Clip, Section
from pipeline.speak import AHEAD, Job, Part, Studio, leave_a_gap
from pipeline.speak.cache import ClipCache, clip_key
from pipeline.verify.clip import Inspector
from tests.conftest import Hum


def part(number: int, *texts: str, engine: Hum, take: int = 0) -> Part:
    chunks = tuple(Chunk(text, (0, len(text)), 0.3) for text in texts)
    return Part(Section(number, f"第{number}章", 1, chunks), tuple(Job(chunk, engine, take) for chunk in chunks))


class Ledger:
    """Remembers what was heard."""

    def __init__(self) -> None:
        self.heard: list[tuple[int, str, bool]] = []

    def __call__(self, section: Section, clip: Clip, fresh: bool) -> None:
        self.heard.append((section.number, clip.chunk.text, fresh))


def studio(folder: Path, heard: Ledger | None = None) -> Studio:
    return Studio(ClipCache(folder), Inspector(folder / "paces").check, heard or Ledger(), workers=2)


def test_sections_come_in_order_with_all_their_clips(tmp_path: Path, hum: Hum) -> None:
    parts = [part(n, *(f"第{n}章第{k}句" for k in range(5)), engine=hum) for n in range(1, 8)]
    spoken = list(studio(tmp_path).speak(parts))
    assert [section.number for section, _ in spoken] == list(range(1, 8))
    assert [clip.chunk.text for clip in spoken[2][1]] == [f"第3章第{k}句" for k in range(5)]


class Held(Hum):
    """Says "last" only when it has been asked for "next"."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = threading.Event()

    def speak(self, script: str) -> Audio:
        if script.startswith("next"):
            self.asked.set()
        if script.startswith("last") and not self.asked.wait(20):
            raise EngineError("the other worker had nothing to do", "")
        return super().speak(script)


def test_no_worker_waits_for_the_end_of_a_long_section(tmp_path: Path) -> None:
    held = Held()
    long = part(1, *(f"第{k}句" for k in range(60)), "last句", engine=held)
    spoken = list(studio(tmp_path).speak([long, part(2, "next句", engine=held)]))
    assert [len(clips) for _, clips in spoken] == [61, 1]


def test_no_more_is_handed_out_than_keeps_the_workers_busy(tmp_path: Path, hum: Hum) -> None:
    taken: list[int] = []

    def parts() -> Iterator[Part]:
        for number in range(1, 60):
            taken.append(number)
            yield part(number, "甲句", "乙句", engine=hum)

    spoken = studio(tmp_path).speak(parts())
    next(spoken)
    assert len(taken) <= AHEAD + 2, "two workers, two chunks a section"
    assert len(list(spoken)) == 58


def test_what_is_spoken_is_found_again_wherever_it_stands(tmp_path: Path, hum: Hum) -> None:
    list(studio(tmp_path).speak([part(1, "甲句", "乙句", engine=hum)]))
    heard = Ledger()
    list(studio(tmp_path, heard).speak([part(9, "新句", "乙句", "甲句", engine=hum)]))
    assert [fresh for _, _, fresh in heard.heard] == [True, False, False]


def test_another_take_or_another_rate_is_another_clip(hum: Hum) -> None:
    keys = {
        clip_key(hum.identity(), "甲", 0),
        clip_key(hum.identity(), "甲", 1),
        clip_key(Hum(rate=5).identity(), "甲", 0),
    }
    assert len(keys) == 3


def test_a_busy_voice_is_asked_again(tmp_path: Path) -> None:
    hum = Hum(busy={"甲句": 2})
    [(_, clips)] = studio(tmp_path).speak([part(1, "甲句", engine=hum)])
    assert clips[0].length > 0


def test_a_failure_names_the_place_and_keeps_what_was_spoken(tmp_path: Path) -> None:
    hum = Hum(broken={"坏句"})
    with pytest.raises(EngineError, match=r"section 3.*坏句.*it will not be said"):
        list(studio(tmp_path).speak([part(1, "甲句", engine=hum), part(3, "乙句", "坏句", engine=hum)]))
    assert ClipCache(tmp_path).path(clip_key(hum.identity(), "甲句", 0)).is_file()


def test_a_clip_that_fails_its_check_never_enters_the_cache(tmp_path: Path) -> None:
    hum = Hum(silent={"哑句"})
    with pytest.raises(EngineError, match="silent"):
        list(studio(tmp_path).speak([part(1, "哑句", engine=hum)]))
    assert not list(tmp_path.rglob("*.flac"))


def test_a_damaged_clip_counts_as_absent(tmp_path: Path, hum: Hum) -> None:
    [(_, clips)] = studio(tmp_path).speak([part(1, "甲句", engine=hum)])
    whole = clips[0].path.read_bytes()
    for damaged in (b"", whole[:20], b"\0" * len(whole)):
        clips[0].path.write_bytes(damaged)
        assert ClipCache(tmp_path).find(clips[0].key, clips[0].chunk, "甲句") is None


def test_a_clip_is_kept_sample_for_sample_with_its_energies(tmp_path: Path, hum: Hum) -> None:
    [(_, clips)] = studio(tmp_path).speak([part(1, "甲乙丙丁句", engine=hum)])
    samples, rate = soundfile.read(clips[0].path, dtype="int16")
    assert (len(samples), rate) == (clips[0].length, 24_000)
    found = ClipCache(tmp_path).find(clips[0].key, clips[0].chunk, "甲乙丙丁句")
    assert found == clips[0]
    assert len(found.energies) == clips[0].length // 2400


def clauses_of(text: str) -> list[str]:
    return [clause + "，" for clause in text.rstrip("，").split("，")]


def test_a_chunk_that_fails_whole_is_said_in_pieces_and_the_verdict_tells(tmp_path: Path) -> None:
    text = "甲句在这里，乙句在那里，丙句在远处，"
    halves = ("甲句在这里，", "乙句在那里，丙句在远处，")
    hum = Hum(silent={text, halves[1]})
    [(_, clips)] = studio(tmp_path).speak([part(1, text, engine=hum)])
    assert clips[0].verdict.ok
    assert [attempt.split(":")[0] for attempt in clips[0].verdict.attempts] == ["whole", "again", "in halves"]
    assert hum.spoken[-3:] == clauses_of(text)
    found = ClipCache(tmp_path).find(clips[0].key, clips[0].chunk, text)
    assert found == clips[0]


def test_a_clip_much_too_short_for_its_voice_is_taken_again(tmp_path: Path) -> None:
    told = [f"这一句话的长度是{'很' * n}长的" for n in range(30)]
    hum = Hum(hasty={"这一句话在中间的时候忽然停住了再也没有说下去"})
    [(_, clips)] = studio(tmp_path).speak([part(1, *told, *hum.hasty, engine=hum)])
    assert clips[-1].length == int(0.2 * 24_000 * len(clips[-1].chunk.text))
    assert "it lasts" in clips[-1].verdict.attempts[0]
    assert not any(clip.verdict.attempts for clip in clips[:-1])


def test_the_sound_of_another_text_is_refused(tmp_path: Path) -> None:
    hum = Hum(echo={"这是第二句话的文字": "这是第一句话的文字"})
    with pytest.raises(EngineError, match="another text"):
        list(studio(tmp_path).speak([part(1, "这是第一句话的文字", "这是第二句话的文字", engine=hum)]))


def test_a_gap_on_request_is_a_silence_that_the_next_build_fills(tmp_path: Path) -> None:
    hum = Hum(broken={"坏句"})
    going = replace(studio(tmp_path), unsaid=leave_a_gap)
    [(_, clips)] = going.speak([part(1, "甲句", "坏句", "乙句", engine=hum)])
    assert [clip.verdict.ok for clip in clips] == [True, False, True]
    assert not soundfile.read(clips[1].path)[0].any()
    [(_, clips)] = studio(tmp_path).speak([part(1, "甲句", "坏句", "乙句", engine=Hum())])
    assert all(clip.verdict.ok for clip in clips)


def test_a_busy_voice_leaves_no_gaps(tmp_path: Path) -> None:
    going = replace(studio(tmp_path), unsaid=leave_a_gap)
    with pytest.raises(EngineBusy):
        list(going.speak([part(1, "甲句", engine=Hum(busy={"甲句": 99}))]))


def test_a_full_disk_is_a_clear_error_and_leaves_no_draft(tmp_path: Path, hum: Hum) -> None:
    disk = tmp_path / "small"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", disk], capture_output=True)
    if mounted.returncode:
        pytest.skip("a small disk can only be mounted by root")
    try:
        with pytest.raises(InputError, match="No space left on device"):
            list(studio(disk).speak([part(1, "很长" * 200, engine=hum)]))
        assert not [path for path in disk.rglob("*") if path.is_file()]
    finally:
        subprocess.run(["umount", disk], check=True)
