"""The cover is drawn: its size, that nothing runs out of its room, that the same words give the same bytes."""

import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageOps

from pipeline.errors import InputError
from pipeline.write import cover
from pipeline.write.cover import MARGIN, PAPER, SEAL, SIDE, copy_cover, square_cover, write_cover
from tests.books import epub_parts, zipped
from tests.test_book import audiobook

JPEG_NOISE = 40  # summed over three colours; ink on paper differs by more than 600
SEAL_BAR = 60  # pixels at the left, with the blur of its edge

TITLES = {
    "one character": "山",
    "a usual one": "山中来信",
    "300 characters": "长" * 300,
    "900 characters": "长" * 900,
    "900 letters": "Wij" * 300,
    "300 marks": "！" * 300,
    "marks where lines end": "他说好，" * 75,
    "wide letters": "W" * 300,
    "narrow letters": "i" * 300,
    "words": "The Quick Brown Fox Jumps Over The Lazy Dog " * 7,
    "mixed": "山中来信：Hello World 2024 与 GPT-4 的故事（第二版），读者们好！？" * 4,
    "rare": "𠮷野家 龘靐齉爩 㐂 〇 é Ď",
    "no glyph at all": "😀👨‍👩‍👧" * 40,
    "lines and tabs": "上\n下\t左\r\n右",
    "controls": "书\x00名\u200b\u202e\ufeff终",
    "blanks": " \u3000 ",
    "nothing": "",
}


def test_no_character_stands_alone_in_the_last_line() -> None:
    for title in ("局长在创新教育大会发言", "一二三四五六", "钢铁是怎样炼成的"):
        lines, _ = cover._set(title)
        assert "".join(lines) == title
        assert len(lines[-1]) > 1


def pixels(path: Path) -> NDArray[np.int32]:
    with Image.open(path) as picture:
        assert picture.format == "JPEG"
        return np.asarray(picture.convert("RGB"), np.int32)


def drawn(path: Path) -> NDArray[np.bool_]:
    """Where the picture is not paper."""
    return np.abs(pixels(path) - np.array(PAPER)).sum(axis=2) > JPEG_NOISE


def assert_in_room(path: Path) -> None:
    ink = drawn(path)
    assert ink.shape == (SIDE, SIDE)
    assert not ink[:, SIDE - MARGIN + 8 :].any(), "something runs out at the right"
    assert not ink[:, SEAL_BAR : MARGIN - 8].any(), "something runs out at the left"
    assert not ink[: MARGIN - 50].any(axis=0)[SEAL_BAR:].any(), "something runs out at the top"
    assert not ink[SIDE - MARGIN + 40 :].any(axis=0)[SEAL_BAR:].any(), "something runs out at the bottom"
    assert not ink[SIDE - MARGIN - 120 : SIDE - MARGIN - 80, SEAL_BAR:].any(), "the title runs into the foot"


@pytest.mark.parametrize("name", TITLES)
def test_no_title_runs_out_of_its_room(tmp_path: Path, name: str) -> None:
    write_cover(TITLES[name], "某人", tmp_path / "cover.jpg")
    assert_in_room(tmp_path / "cover.jpg")


@pytest.mark.parametrize(
    "creator", ["", "鲁迅", "作" * 60, "A Very Long Name Of A Committee " * 5, "𠮷😀", "王！" * 30]
)
def test_no_creator_runs_into_the_seal(tmp_path: Path, creator: str) -> None:
    write_cover("山中来信", creator, tmp_path / "cover.jpg")
    assert_in_room(tmp_path / "cover.jpg")
    write_cover("山中来信", "", tmp_path / "plain.jpg")
    corner = np.s_[SIDE - MARGIN - 80 : SIDE - MARGIN + 20, SIDE - MARGIN - 172 : SIDE - MARGIN + 8]
    np.testing.assert_array_equal(drawn(tmp_path / "cover.jpg")[corner], drawn(tmp_path / "plain.jpg")[corner])
    assert drawn(tmp_path / "plain.jpg")[corner].any()


@pytest.mark.parametrize("length", [250, 300, 325, 336, 350, 351, 400])
def test_a_title_is_cut_only_where_it_must_be(length: int) -> None:
    lines, size = cover._set("长" * length)
    room = SIDE - 2 * MARGIN
    assert all(cover._face(size).getlength(line) <= room for line in lines)
    whole = "".join(lines)
    assert whole == "长" * length or (size == cover.SMALLEST and whole.endswith("长…") and len(whole) >= 340)


def test_a_title_is_really_drawn_and_as_large_as_fits(tmp_path: Path) -> None:
    heights = {}
    for name in ("one character", "a usual one", "mixed", "300 characters"):
        write_cover(TITLES[name], "", tmp_path / "cover.jpg")
        rows = drawn(tmp_path / "cover.jpg")[MARGIN : SIDE - MARGIN - 120, MARGIN : SIDE - MARGIN].any(axis=1)
        first = int(np.flatnonzero(rows)[0])
        heights[name] = int(np.flatnonzero(~rows[first:])[0])
    assert heights["one character"] > 120
    assert heights["a usual one"] > 120
    assert 25 < heights["300 characters"] < heights["mixed"] < heights["a usual one"]


def test_the_same_words_give_the_same_bytes_and_others_do_not(tmp_path: Path) -> None:
    digests = []
    for words in (("山中来信", "某人"), ("山中来信", "某人"), ("山中来信", "某某"), ("山中来函", "某人")):
        write_cover(*words, tmp_path / "cover.jpg")
        digests.append(hashlib.sha256((tmp_path / "cover.jpg").read_bytes()).hexdigest())
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet=st.sampled_from("山水春天A9 iW-，。！？）”…—"), max_size=120), st.sampled_from([190, 100, 44]))
def test_lines_fit_and_hold_every_character(title: str, size: int) -> None:
    room = SIDE - 2 * MARGIN
    title = " ".join(title.split())
    lines = cover._wrapped(title, size, room)
    assert all(cover._face(size).getlength(line) <= room for line in lines)
    assert "".join(lines).replace(" ", "") == title.replace(" ", "")


def test_no_mark_leads_a_line_behind_a_character(tmp_path: Path) -> None:
    lines = cover._wrapped(TITLES["marks where lines end"], 100, SIDE - 2 * MARGIN)
    assert len(lines) > 20
    assert not any(line[0] in cover.CLOSING for line in lines)


def test_the_seal_and_the_paper_have_their_colours(tmp_path: Path) -> None:
    write_cover("山", "", tmp_path / "cover.jpg")
    picture = pixels(tmp_path / "cover.jpg")
    assert np.abs(picture[700, 20] - np.array(SEAL)).max() <= 4
    assert np.abs(picture[1000, 900] - np.array(PAPER)).max() <= 4


@pytest.mark.parametrize(("mode", "size", "expected"), [
    ("RGB", (3000, 1500), (1400, 700)), ("RGBA", (200, 300), (200, 300)), ("L", (1400, 1400), (1400, 1400)),
    ("P", (64, 64), (64, 64)), ("CMYK", (500, 2800), (250, 1400)),
])  # fmt: skip
def test_a_persons_own_picture_is_kept_whole(
    tmp_path: Path, mode: str, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    source = tmp_path / ("own.jpg" if mode == "CMYK" else "own.png")
    Image.new(mode, size).save(source)
    copy_cover(source, tmp_path / "cover.jpg")
    with Image.open(tmp_path / "cover.jpg") as picture:
        assert (picture.size, picture.format, picture.mode) == (expected, "JPEG", "RGB")


def test_a_photograph_taken_with_the_camera_turned_stands_upright(tmp_path: Path) -> None:
    facts = Image.Exif()
    facts[0x0112] = 6  # turn by 90 degrees
    Image.new("RGB", (400, 200)).save(tmp_path / "own.jpg", exif=facts)
    copy_cover(tmp_path / "own.jpg", tmp_path / "cover.jpg")
    with Image.open(tmp_path / "cover.jpg") as picture:
        assert picture.size == (200, 400)


def picture_of(size: tuple[int, int], kind: str = "PNG") -> bytes:
    """A red picture with a blue frame."""
    content = io.BytesIO()
    ImageOps.expand(Image.new("RGB", (size[0] - 20, size[1] - 20), (200, 30, 30)), 10, (20, 20, 200)).save(
        content, kind
    )
    return content.getvalue()


@pytest.mark.parametrize("size", [(600, 800), (300, 2000), (1400, 1400), (2400, 1600)])
def test_the_cover_of_a_printed_book_stands_whole_on_a_square(tmp_path: Path, size: tuple[int, int]) -> None:
    assert square_cover(picture_of(size, "JPEG"), tmp_path / "cover.jpg")
    assert square_cover(picture_of(size, "JPEG"), tmp_path / "again.jpg")
    assert (tmp_path / "cover.jpg").read_bytes() == (tmp_path / "again.jpg").read_bytes()
    picture = pixels(tmp_path / "cover.jpg")
    assert picture.shape == (SIDE, SIDE, 3)
    wide, high = (round(SIDE * side / max(size)) for side in size)
    assert np.abs(picture[SIDE // 2, SIDE // 2] - np.array((200, 30, 30))).max() <= 6
    for x, y in ((SIDE - wide) // 2 + 2, SIDE // 2), (SIDE // 2, (SIDE - high) // 2 + 2):
        assert picture[y, x][2] > 120 > picture[y, x][0], "the frame is there on every side"


@pytest.mark.parametrize(
    "content",
    [b"", b"no picture", picture_of((199, 400)), picture_of((600, 800))[:900], picture_of((600, 800), "EPS")],
    ids=["nothing", "words", "an ornament", "the beginning of one", "a program"],
)
def test_what_is_no_cover_is_not_taken_for_one(tmp_path: Path, content: bytes) -> None:
    assert not square_cover(content, tmp_path / "cover.jpg")
    assert not (tmp_path / "cover.jpg").exists()


@pytest.mark.parametrize("content", [None, b"", b"no picture", b"\x89PNG\r\n\x1a\n" + bytes(40)])
def test_what_is_no_picture_is_refused_by_name(tmp_path: Path, content: bytes | None) -> None:
    source = tmp_path / "own.png"
    if content is not None:
        source.write_bytes(content)
    with pytest.raises(InputError, match=r"own\.png"):
        copy_cover(source, tmp_path / "cover.jpg")
    assert not (tmp_path / "cover.jpg").exists()


def test_an_epubs_own_cover_is_the_books_unless_the_settings_name_another(tmp_path: Path) -> None:
    parts = epub_parts(["<h1>第一章</h1><p>山上的花都开了。</p>"])
    item = '<item id="c" href="c.jpg" media-type="image/jpeg" properties="cover-image"/></manifest>'
    parts |= {
        "OPS/book.opf": str(parts["OPS/book.opf"]).replace("</manifest>", item),
        "OPS/c.jpg": picture_of((600, 800), "JPEG"),
    }
    zipped(tmp_path / "a.epub", parts)
    assert audiobook("build", "a.epub", "--engine", "tone", cwd=tmp_path).returncode == 0
    laid = pixels(tmp_path / "output" / "山里的书" / "cover.jpg")
    assert np.abs(laid[SIDE // 2, SIDE // 2] - np.array((200, 30, 30))).max() <= 6
    Image.new("RGB", (300, 300), (10, 200, 10)).save(tmp_path / "own.png")
    (tmp_path / "a.toml").write_text('cover = "own.png"\n', encoding="utf-8")
    assert audiobook("build", "a.epub", "--engine", "tone", cwd=tmp_path).returncode == 0
    assert pixels(tmp_path / "output" / "山里的书" / "cover.jpg").shape == (300, 300, 3)
    assert audiobook("check", cwd=tmp_path).returncode == 0
