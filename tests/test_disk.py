"""Damaged caches, full and read-only disks, files of the user's own: seen, mended or refused, and no more touched."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.files import DRAFT_PREFIX
from tests.crash import ENVIRONMENT, ROOT, books
from tests.quick import Told, built, wrong
from tests.test_crash import TEXT

HOME = "output/信"
PARTS = {
    "clips": ".cache/clips/*/*.flac",
    "chapters": ".cache/chapters/*.m4a",
    "loudness of chapters": ".cache/chapters/*.json",
    "paces": ".cache/paces/*",
    "index of builds": ".cache/builds/*",
    "notes of sources": ".cache/sources/*",
    "note of formats": ".cache/formats.json",
}


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def emptied(path: Path) -> None:
    os.truncate(path, 0)


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x20
    path.write_bytes(content)


def flipped_in_front(path: Path) -> None:
    """In a clip: in the tag, which FLAC does not guard."""
    content = bytearray(path.read_bytes())
    place = content.find(b'"energies": [') + 14 if b'"energies"' in content else 1
    content[place] ^= 1
    path.write_bytes(content)


def exchanged(path: Path) -> None:
    """A link to a file of the user's stands in its place."""
    own = path.with_name("own.txt")
    own.write_text("mine", encoding="utf-8")
    path.unlink()
    path.symlink_to(own)


def dangling(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("origin")
    (folder / "信.txt").write_text(TEXT, encoding="utf-8")
    assert wrong(built(folder / "信.txt")) == []
    return folder


@pytest.fixture
def folder(origin: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "copy"
    shutil.copytree(origin, copy)
    return copy


def remade(folder: Path, told: Told | None = None) -> dict[str, str]:
    """The book's files, after it had to be made again: its m4b was lost, and for clips the chapters too."""
    (folder / HOME / "信.m4b").unlink()
    assert built(folder / "信.txt", told).fresh
    return books(folder)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("damage", [cut, emptied, flipped, flipped_in_front, exchanged, dangling])
def test_a_damaged_cache_gives_the_same_book(folder: Path, damage: Callable[[Path], None], part: str) -> None:
    wanted = books(folder)
    damaged = sorted((folder / "output").glob(PARTS[part]))
    assert damaged
    for path in damaged:
        damage(path)
    if part == "clips":
        shutil.rmtree(folder / "output/.cache/chapters")
    told = Told()
    assert remade(folder, told) == wanted
    if part == "clips":
        assert told.spoken >= len(damaged)
    for own in (folder / "output/.cache").rglob("own.txt"):
        assert own.read_text(encoding="utf-8") == "mine"
    assert not built(folder / "信.txt").fresh


@pytest.mark.parametrize("part", ["clips", "chapters", "loudness of chapters"])
def test_a_folder_in_a_cache_files_place_is_named_with_the_remedy(folder: Path, part: str) -> None:
    taken = sorted((folder / "output").glob(PARTS[part]))[0]
    taken.unlink()
    taken.mkdir()
    (taken / "own.txt").write_text("mine", encoding="utf-8")
    if part == "clips":
        shutil.rmtree(folder / "output/.cache/chapters")
    with pytest.raises(InputError, match=taken.name) as refused:
        remade(folder)
    assert "move it away" in refused.value.remedy
    assert (taken / "own.txt").read_text(encoding="utf-8") == "mine"


def test_what_is_the_users_own_is_never_touched(folder: Path) -> None:
    home = folder / HOME
    own = [
        folder / "output/notes.txt",
        home / "notes.txt",
        home / "chapters/my.mp3",
        home / "chapters/03-三、秋天.m4a",
        home / f"{DRAFT_PREFIX}plan.txt",
        home / ".draft-abcdefgh.m4a",
        home / "old/manifest.json",
    ]
    for path in own:
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine", encoding="utf-8")
    edited = home / "chapters/01-一、春天.vtt"
    edited.write_text("WEBVTT\n\nmine\n", encoding="utf-8")
    stamps = {path: path.stat() for path in own}
    built(folder / "信.txt", chapter_format="mp3", formats="srt")
    (folder / "信.txt").write_text(TEXT.replace("夏天", "秋天"), encoding="utf-8")
    built(folder / "信.txt", formats="none")
    assert {path: path.stat() for path in own} == stamps
    assert edited.read_text(encoding="utf-8") == "WEBVTT\n\nmine\n"  # no format of the new book, and not as it was left


def test_an_output_that_was_edited_or_exchanged_is_seen_and_made_again(folder: Path) -> None:
    wanted, home = books(folder), folder / HOME
    own = folder / "own.m4b"
    own.write_text("mine", encoding="utf-8")
    (home / "信.m4b").unlink()
    (home / "信.m4b").symlink_to(own)
    (home / "信.vtt").write_text("WEBVTT\n\nmine\n", encoding="utf-8")
    cut(home / "chapters/02-二、夏天.m4a")
    flipped(home / "publication.json")
    (home / "cover.jpg").unlink()
    book = built(folder / "信.txt")
    assert book.fresh
    assert books(folder) == wanted
    assert own.read_text(encoding="utf-8") == "mine"
    assert wrong(book) == []


def test_a_folder_in_an_outputs_place_is_named_and_stays(folder: Path) -> None:
    (folder / HOME / "信.m4b").unlink()
    (folder / HOME / "信.m4b").mkdir()
    (folder / HOME / "信.m4b/own.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match=r"信\.m4b") as refused:
        built(folder / "信.txt")
    assert "move it away" in refused.value.remedy
    assert (folder / HOME / "信.m4b/own.txt").read_text(encoding="utf-8") == "mine"


def test_a_player_that_holds_a_file_open_hears_the_old_one_to_its_end(folder: Path) -> None:
    path = folder / HOME / "信.m4b"
    before = path.read_bytes()
    with path.open("rb") as held:
        begun = held.read(100)
        assert built(folder / "信.txt", rate=20).fresh
        assert begun + held.read() == before
    assert path.read_bytes() != before


def test_a_text_that_is_edited_while_it_is_spoken_is_built_again(folder: Path) -> None:
    source = folder / "信.txt"
    source.write_text(TEXT.replace("夏天的雨", "夏日的雨"), encoding="utf-8")

    class Editor(Told):
        def planned(self, sections: object) -> None:
            source.write_text(TEXT.replace("夏天的雨", "六月的雨"), encoding="utf-8")

    built(source, Editor())
    book = built(source)
    assert book.fresh
    assert "六月的雨" in "".join(chunk.text for section in book.manifest.sections for chunk in section.chunks)


OWN_MOUNTS = ["unshare", "--user", "--map-root-user", "--mount"]
needs_mounts = pytest.mark.skipif(
    not shutil.which("unshare")
    or subprocess.run([*OWN_MOUNTS, "true"], capture_output=True, check=False).returncode != 0,
    reason="needs a mount namespace of its own",
)
GROWING_DISK = """
import subprocess, sys
from pathlib import Path
from pipeline.errors import InputError
from tests.crash import books, drafts
from tests.quick import built

folder = Path(sys.argv[1])

def mount(options):
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", str(folder / "output")], check=True)

mount("size=16k")
for size in map(int, sys.argv[2:]):
    mount(f"remount,size={size}k")
    try:
        built(folder / "信.txt")
        print("built")
    except InputError as error:
        print(error.exit_code, *str(error).splitlines())
print(books(folder))
assert not drafts(folder)
"""
READ_ONLY = """
mount --bind output output && mount -o remount,bind,ro output
for command in sections check "build 信.txt --engine tone" "plan 信.txt --engine tone" "explain 信 0:03" \
        "build 信.txt --engine tone --rate 9" "redo 信 2"; do
    "$0" -m pipeline $command >out.txt 2>err.txt; echo "$? $command"; grep -hE 'Traceback|-o DIR' err.txt
done
"""


@needs_mounts
def test_a_full_disk_is_named_and_the_build_goes_on_when_there_is_room(origin: Path, tmp_path: Path) -> None:
    shutil.copy(origin / "信.txt", tmp_path)
    (tmp_path / "output").mkdir()
    sizes = ["60", "110", "170", "240", "330", "450", "9000"]
    command = [*OWN_MOUNTS, sys.executable, "-c", GROWING_DISK, str(tmp_path), *sizes]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=ENVIRONMENT, check=False)
    assert done.returncode == 0, done.stderr
    *full, last, left = done.stdout.splitlines()
    assert last == "built" and left == str(books(origin))
    assert len(full) == len(sizes) - 1 and all(told.startswith("3 cannot write") for told in full), full
    assert all("No space left on device" in told for told in full), full
    assert all("free some space" in told for told in full), full


@needs_mounts
def test_what_only_reads_works_on_a_read_only_disk_and_the_rest_says_so(folder: Path) -> None:
    before = books(folder)
    done = subprocess.run(
        [*OWN_MOUNTS, "sh", "-c", READ_ONLY, sys.executable],
        cwd=folder, capture_output=True, text=True, env=ENVIRONMENT, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    told = done.stdout.splitlines()
    assert [line.split()[:2] for line in told if line[0].isdigit()] == [
        ["0", "sections"], ["0", "check"], ["0", "build"], ["0", "plan"], ["0", "explain"],
        ["3", "build"], ["3", "redo"],
    ]  # fmt: skip
    remedies = [line for line in told if not line[0].isdigit()]
    assert len(remedies) == 2 and all("make the folder writable" in line for line in remedies), remedies
    assert books(folder) == before
