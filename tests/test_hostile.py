"""Hostile files: each is refused with a clear error, within seconds, in bounded memory, and nothing is written."""

import resource
import stat
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.read import read
from pipeline.read.package import DIRECTORY_BYTES
from pipeline.read.txt import LARGEST
from tests.books import docx_parts, epub_parts, page, zipped

SECONDS = 30  # on a slow machine; seconds on a usual one
MEGABYTES = 500
GOOD = "<p>今天天气很好。</p>"
FETCH = '<!DOCTYPE p [<!ENTITY a SYSTEM "file:///etc/passwd">]><p>&a;</p>'
BOMB = (
    '<!DOCTYPE html [<!ENTITY a "好好好好好好好好好好">'
    + "".join(f'<!ENTITY {"abcdefghij"[k]} "{f"&{chr(96 + k)};" * 10}">' for k in range(1, 10))
    + "]>"
)


def changed(name: str, content: str | bytes) -> Callable[[Path], Path]:
    """An EPUB that is good but for one part."""
    return lambda folder: zipped(folder / "a.epub", epub_parts([GOOD]) | {name: content})


def zip_bomb(folder: Path) -> Path:
    return changed("OPS/p0.xhtml", page(GOOD + "\n" * (300 << 20)))(folder)


def many_copies(folder: Path) -> Path:
    """The same large page again and again in the spine."""
    large = page("<p>" + "好" * (5 << 20) + "</p>")
    return zipped(folder / "a.epub", epub_parts([large], spine='<itemref idref="p0"/>' * 1000))


def lying_sizes(folder: Path) -> Path:
    """A part that says it is small and is not."""
    path = changed("OPS/p0.xhtml", page("<p>" + "好" * (1 << 20) + "</p>"))(folder)
    content = bytearray(path.read_bytes())
    at = content.rindex(b"OPS/p0.xhtml") - 46
    content[at + 24 : at + 28] = (100).to_bytes(4, "little")
    path.write_bytes(content)
    return path


def leading_out(folder: Path) -> Path:
    return changed("../../outside.xhtml", page(GOOD))(folder)


def leading_out_by_spine(folder: Path) -> Path:
    (folder.parent / "secret.xhtml").write_text(page("<p>秘密</p>"), encoding="utf-8")
    parts = epub_parts([GOOD])
    parts["OPS/book.opf"] = str(parts["OPS/book.opf"]).replace("p0.xhtml", "../../secret.xhtml")
    return zipped(folder / "a.epub", parts)


def symbolic_link(folder: Path) -> Path:
    path = zipped(folder / "a.epub", {k: v for k, v in epub_parts([GOOD]).items() if k != "OPS/p0.xhtml"})
    link = zipfile.ZipInfo("OPS/p0.xhtml")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as file:
        file.writestr(link, "/etc/passwd")
    return path


def cut_off(folder: Path) -> Path:
    path = zipped(folder / "a.epub", epub_parts([GOOD * 1000]))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


def damaged(folder: Path) -> Path:
    path = zipped(folder / "a.epub", epub_parts([GOOD * 1000]))
    content = bytearray(path.read_bytes())
    at = content.index(b"OPS/p0.xhtml") + 30
    content[at : at + 20] = b"\xff" * 20
    path.write_bytes(content)
    return path


def many_parts(folder: Path) -> Path:
    path = folder / "a.epub"
    with zipfile.ZipFile(path, "w") as file:
        for number in range(DIRECTORY_BYTES // 60 + 1):
            file.writestr(f"part-{number:012}", b"")
    return path


def password(folder: Path) -> Path:
    path = zipped(folder / "a.epub", epub_parts([GOOD]))
    content = bytearray(path.read_bytes())
    for sign, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = content.find(sign)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(sign, at + 4)
    path.write_bytes(content)
    return path


def drm(folder: Path) -> Path:
    method = '<EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/>'
    return changed("META-INF/encryption.xml", f"<e><EncryptedData>{method}</EncryptedData></e>")(folder)


def nothing(folder: Path) -> Path:
    """A gigabyte of nothing, that takes no room on the disk."""
    path = folder / "a.txt"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    return path


def nothing_zipped(folder: Path) -> Path:
    return nothing(folder).rename(folder / "a.epub")


def blanks(folder: Path) -> Path:
    path = folder / "a.txt"
    path.write_bytes(b" \n" * (LARGEST // 2))
    return path


def deep_page(folder: Path) -> Path:
    path = folder / "a.html"
    path.write_text("<div>" * 200_000 + "好。", encoding="utf-8")
    return path


def page_of_tags(folder: Path) -> Path:
    path = folder / "a.html"
    path.write_text("<p>好。</p>" + "<b></b>" * 1_000_000, encoding="utf-8")
    return path


def page_of_one_tag(folder: Path) -> Path:
    path = folder / "a.html"
    path.write_text("<" + "a " * 20_000_000, encoding="utf-8")
    return path


def chain_of_links(folder: Path) -> Path:
    (folder / "a.txt").symlink_to(folder / "b.txt")
    (folder / "b.txt").symlink_to(folder / "a.txt")
    return folder / "a.txt"


def folder_of_links(folder: Path) -> Path:
    (folder / "gone.txt").symlink_to(folder / "nowhere")
    return folder


def word_bomb(folder: Path) -> Path:
    parts = docx_parts("<w:p><w:r><w:t>&j;</w:t></w:r></w:p>")
    parts["word/document.xml"] = BOMB.replace("html", "w:document") + str(parts["word/document.xml"])
    return zipped(folder / "a.docx", parts)


def word_cut(folder: Path) -> Path:
    parts = docx_parts("<w:p><w:r><w:t>好</w:t></w:r></w:p>")
    return zipped(folder / "a.docx", parts | {"word/document.xml": str(parts["word/document.xml"])[:-20]})


def epub_called_docx(folder: Path) -> Path:
    return zipped(folder / "a.epub", epub_parts([GOOD])).rename(folder / "a.docx")


HOSTILE: list[tuple[Callable[[Path], Path], str]] = [
    (zip_bomb, "unpacks to"),
    (many_copies, "unpacks to"),
    (lying_sizes, "damaged"),
    (leading_out, "leads out of it"),
    (leading_out_by_spine, "no text in its reading order"),
    (symbolic_link, "is a link"),
    (cut_off, "cut off"),
    (damaged, "damaged"),
    (many_parts, "more parts"),
    (password, "locked"),
    (drm, "locked"),
    (nothing, "bytes, and a text can have"),
    (nothing_zipped, "not the zip archive"),
    (blanks, "is empty"),
    (deep_page, "thousands deep"),
    (page_of_tags, "millions of tags"),
    (page_of_one_tag, "is a page of"),
    (chain_of_links, "cannot read|does not exist"),
    (folder_of_links, "cannot read"),
    (word_bomb, "entities of its own"),
    (word_cut, "malformed"),
    (epub_called_docx, "missing"),
    (changed("OPS/p0.xhtml", BOMB + "<html><body><p>&j;</p></body></html>"), "entities of its own"),
    (changed("OPS/book.opf", BOMB + "<package>&j;</package>"), "entities of its own"),
    (
        changed("OPS/book.opf", '<!DOCTYPE p [<!ENTITY a SYSTEM "file:///etc/passwd">]><p>&a;</p>'),
        "entities of its own",
    ),
    (changed("OPS/book.opf", "<package><spine>"), "malformed"),
    (changed("OPS/book.opf", "<package><dc:date xsi:type='x'>2010</dc:date><spine>"), "malformed"),
    (changed("OPS/book.opf", "<package><a:b:c x:y='z'/></package>"), "malformed"),
    (changed("OPS/book.opf", BOMB + "<package x:y='z'>&j;</package>"), "entities of its own"),
    (changed("OPS/book.opf", "<x:d>" * 100_000 + "</x:d>" * 100_000), "malformed"),
    (changed("META-INF/container.xml", "<container/>"), "names no book"),
    (changed("META-INF/container.xml", b"\xff\xfe\0\0" * 9), "cannot be read"),
    (changed("OPS/p0.xhtml", ""), "is empty"),
    (changed("OPS/p0.xhtml", page("<b/>" * 2_500_000)), "millions of tags"),
    (lambda folder: zipped(folder / "a.epub", {"x": "y"}), "missing"),
    (lambda folder: zipped(folder / "a.docx", {"x": "y"}), "missing"),
]


def written(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


@pytest.mark.parametrize(("make", "message"), HOSTILE)
def test_a_hostile_file_is_refused_soon_and_clearly(tmp_path: Path, make: Callable[[Path], Path], message: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    path = make(folder)
    before = written(tmp_path)
    start = time.monotonic()
    with pytest.raises(InputError, match=message) as caught:
        read(path)
    assert time.monotonic() - start < SECONDS
    assert caught.value.remedy
    assert "秘密" not in str(caught.value)
    assert written(tmp_path) == before


LIMITED = """
import re, sys
from pathlib import Path
from pipeline.errors import InputError
from pipeline.read import read
try:
    read(Path(sys.argv[1]))
except InputError:
    peak = re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())
    print(int(peak[1]) // 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the peak of a process's memory")
@pytest.mark.parametrize("make", [zip_bomb, many_copies, nothing, blanks, page_of_tags, word_bomb])
def test_a_hostile_file_costs_little_memory(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(make(tmp_path))],
        capture_output=True,
        text=True,
        timeout=4 * SECONDS,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30)),
    )
    assert int(done.stdout) < MEGABYTES


def test_fonts_that_are_scrambled_are_no_lock(tmp_path: Path) -> None:
    method = '<EncryptionMethod Algorithm="http://www.idpf.org/2008/embedding"/>'
    book = changed("META-INF/encryption.xml", f"<e><EncryptedData>{method}</EncryptedData></e>")(tmp_path)
    assert read(book).text == "今天天气很好。\n"
