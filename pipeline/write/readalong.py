"""A book comes in; an EPUB 3 with Media Overlays goes out: its written text, each sentence lit up while it sounds.

EPUB 3.3 (W3C Recommendation of 25 May 2023), chapter 9. The sound inside is the chapters' own AAC encoding, which
every reading system must be able to play; text and sound are tied sentence by sentence. Where a breath holds several
sentences, the times between them are estimates (see `captions`).
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from pipeline import codec
from pipeline.model import Chapter, Chunk, Line, Manifest
from pipeline.tags import Tags
from pipeline.write.captions import ends_sentence, plain, sentences
from pipeline.write.lasting import lasting_id
from pipeline.write.publication import whole_date
from pipeline.write.volume import Volume
from pipeline.write.zipped import Entry, write_zip

NO_DATE = "1980-01-01"  # EPUB demands a date of change; where the book has none, it is that of its zip entries

CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
STYLE = """body { margin: 5%; line-height: 1.8; }
h1, h2, h3 { line-height: 1.4; font-weight: bold; }
p { margin: 0; text-indent: 2em; }
img { max-width: 100%; }
.-epub-media-overlay-active { background-color: #ffe9a8; color: #000; }
"""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a chapter: its place on the page, its text, and when it sounds, ms from the chapter's start."""

    id: str
    tag: str  # of the block it stands in
    block: int
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Page:
    """A chapter as it stands in the package: the stem of its files, its title, its sentences."""

    stem: str
    title: str
    sentences: tuple[Sentence, ...]

    @property
    def length(self) -> int:
        """How long its sentences sound, ms."""
        return sum(sentence.end - sentence.start for sentence in self.sentences)


def write_epub(volume: Volume) -> Iterator[str]:
    """The read-along book beside the m4b."""
    name = volume.beside_book("epub")
    pages = [_page(number, chapter) for number, chapter in enumerate(volume.chapters, 1)]
    with tempfile.TemporaryDirectory() as folder:
        write_zip(volume.home / name, _entries(volume, pages, Path(folder)))
    yield name


def _entries(volume: Volume, pages: Sequence[Page], folder: Path) -> Iterator[Entry]:
    """All that is in the package, in order; the sound of one chapter lies in `folder` at a time."""
    language = volume.manifest.language
    yield "mimetype", b"application/epub+zip"
    yield "META-INF/container.xml", CONTAINER.encode()
    yield "EPUB/package.opf", _package(volume.manifest, pages).encode()
    yield "EPUB/nav.xhtml", _xhtml(volume.manifest.title, language, _contents(pages)).encode()
    yield "EPUB/style.css", STYLE.encode()
    yield "EPUB/cover.jpg", volume.home / "cover.jpg"
    for page, chapter in zip(pages, volume.chapters, strict=True):
        yield f"EPUB/{page.stem}.xhtml", _xhtml(page.title, language, _text(page)).encode()
        yield f"EPUB/{page.stem}.smil", _overlay(page).encode()
        sound = folder / "chapter.m4a"
        codec.join([(chapter.path, "")], Tags(chapter.section.title, language=language), sound)
        yield f"EPUB/{page.stem}.m4a", sound


def _page(number: int, chapter: Chapter) -> Page:
    """A chapter's sentences with their places: blocks are its headings and paragraphs."""
    chunk_at = {chunk.span: chunk for chunk in chapter.section.chunks}
    found: list[Sentence] = []
    block, before = 0, None
    for line in chapter.lines:
        chunk = chunk_at[line.span]
        block += before is not None and (chunk.paragraph, chunk.heading) != (before.paragraph, before.heading)
        for part in sentences(line):
            _add(found, part, _tag(chunk, chapter.section.level), block)
        before = chunk
    return Page(f"c{number:04}", plain(chapter.section.title) or str(number), tuple(found))


def _add(found: list[Sentence], part: Line, tag: str, block: int) -> None:
    """Put a sentence behind the others; one that was cut into two breaths becomes whole again."""
    last = found[-1] if found else None
    if last and last.block == block and not ends_sentence(last.text):
        gap = " " if last.text[-1:].isascii() and part.text[:1].isascii() else ""
        found[-1] = Sentence(last.id, tag, block, last.text + gap + part.text, last.start, part.end)
    else:
        found.append(Sentence(f"s{len(found) + 1}", tag, block, part.text, part.start, part.end))


def _tag(chunk: Chunk, level: int) -> str:
    return f"h{min(level, 6)}" if chunk.heading else "p"


def _text(page: Page) -> str:
    """The chapter's page: its blocks, each sentence with a name of its own."""
    blocks: dict[int, list[Sentence]] = {}
    for sentence in page.sentences:
        blocks.setdefault(sentence.block, []).append(sentence)
    lines = (f"<{own[0].tag}>{_spans(own)}</{own[0].tag}>" for own in blocks.values())
    return '<section epub:type="bodymatter chapter">\n' + "\n".join(lines) + "\n</section>"


def _spans(block: Iterable[Sentence]) -> str:
    return "".join(f'<span id="{sentence.id}">{_escaped(sentence.text)}</span>' for sentence in block)


def _contents(pages: Sequence[Page]) -> str:
    items = "\n".join(f'<li><a href="{page.stem}.xhtml">{_escaped(page.title)}</a></li>' for page in pages)
    return f'<nav epub:type="toc" id="toc">\n<ol>\n{items}\n</ol>\n</nav>'


def _xhtml(title: str, language: str, body: str) -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" xml:lang="{language}" \
lang="{language}">
<head><title>{_escaped(title)}</title><link rel="stylesheet" type="text/css" href="style.css"/></head>
<body>
{body}
</body>
</html>
"""


def _overlay(page: Page) -> str:
    """The chapter's Media Overlay: one `par` a sentence."""
    pairs = "\n".join(
        f'<par id="p{s.id}"><text src="{page.stem}.xhtml#{s.id}"/>'
        f'<audio src="{page.stem}.m4a" clipBegin="{_seconds(s.start)}" clipEnd="{_seconds(s.end)}"/></par>'
        for s in page.sentences
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<smil xmlns="http://www.w3.org/ns/SMIL" xmlns:epub="http://www.idpf.org/2007/ops" version="3.0">
<body>
<seq id="all" epub:textref="{page.stem}.xhtml" epub:type="bodymatter chapter">
{pairs}
</seq>
</body>
</smil>
"""


def _package(manifest: Manifest, pages: Sequence[Page]) -> str:
    spine = "\n".join(f'<itemref idref="{page.stem}"/>' for page in pages)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="{manifest.language}">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
{_metadata(manifest, pages)}
</metadata>
<manifest>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="style" href="style.css" media-type="text/css"/>
<item id="cover" href="cover.jpg" media-type="image/jpeg" properties="cover-image"/>
{"".join(map(_items, pages))}</manifest>
<spine>
{spine}
</spine>
</package>
"""


def _metadata(manifest: Manifest, pages: Sequence[Page]) -> str:
    """Dublin Core and the overlays' durations; what the book does not have is left out."""
    date = whole_date(manifest.date)
    words = [
        ('dc:identifier id="id"', lasting_id(manifest).urn),
        ("dc:title", manifest.title),
        ("dc:language", manifest.language),
        ('dc:creator id="author"', manifest.creator),
        ("dc:date", date),
        ('meta property="dcterms:modified"', f"{date or NO_DATE}T00:00:00Z"),
        ('meta property="media:narrator"', manifest.narrator),
        ('meta property="media:active-class"', "-epub-media-overlay-active"),
        ('meta property="media:duration"', _seconds(sum(page.length for page in pages))),
        *((f'meta property="media:duration" refines="#{page.stem}o"', _seconds(page.length)) for page in pages),
    ]
    return "\n".join(f"<{tag}>{_escaped(text)}</{tag.split()[0]}>" for tag, text in words if plain(text))


def _items(page: Page) -> str:
    stem = page.stem
    return (
        f'<item id="{stem}" href="{stem}.xhtml" media-type="application/xhtml+xml" media-overlay="{stem}o"/>\n'
        f'<item id="{stem}o" href="{stem}.smil" media-type="application/smil+xml"/>\n'
        f'<item id="{stem}a" href="{stem}.m4a" media-type="audio/mp4"/>\n'
    )


def _seconds(milliseconds: int) -> str:
    """A time as SMIL has it.

    >>> _seconds(63_250)
    '63.250s'
    """
    return f"{milliseconds // 1000}.{milliseconds % 1000:03}s"


def _escaped(text: str) -> str:
    return escape(plain(text))
