"""The lines of a book come in, each in pieces of which some are left out by a rule; a Document goes out.

EPUB, DOCX and HTML keep their text inside markup that nobody reads. The `source` of such a Document is therefore the
text that the markup holds: all of it, in reading order, one line a paragraph, with what a rule leaves out (footnotes,
page numbers, menus ...) standing where it stood, so that the ledger has an account for every character of it. Tags,
scripts and style sheets are no text; blanks are collapsed as a browser does it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby, pairwise

from pipeline.model import Document, Edit, Heading, Note, Origin
from pipeline.read.txt import LOST

_BLANKS = re.compile(r"[ \t\n\r\f]+")
MARK = "footnote mark"
SUPERSCRIPT = "superscript"
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_BASE = re.compile("[A-Za-z0-9)）米]")
SAMPLE = 20_000  # characters to tell a language by
CHINESE_SHARE = 0.3
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)")
_EIGHT_FIGURES = re.compile(r"(\d{4})(\d{2})(\d{2})(?!\d)")
_TAG = re.compile("[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_THREE_LETTERS = dict.fromkeys(("chi", "zho", "cmn"), "zh")  # ISO 639-2 and -3, where BCP 47 has two
_SEPARATOR = "\0"  # stands for each character of a piece that is not to be touched
_BLANK = frozenset(" \t\n\r\f\0")
_WIDE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\U00020000-\U0003ffff“”‘’…—]")


def raised(text: str, before: str) -> str:
    """What a small number above the line is: a power behind a number, a letter or a measure; else a note's number.

    >>> raised("2", "米"), raised("1", "。"), raised("st", "1")
    ('superscript', 'footnote mark', '')
    """
    if not text.strip().isdecimal():
        return ""
    return SUPERSCRIPT if _BASE.fullmatch(before) else MARK


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a line: `text` as it is written; where a `rule` is named, `after` is read in its place."""

    text: str
    rule: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph or heading (level 1 is topmost, 0 none); `anchors` are the names by which links lead to it, `link`
    is where it leads itself, if all of it is a link.
    """

    pieces: tuple[Piece, ...]
    level: int = 0
    anchors: tuple[str, ...] = ()
    link: str = ""

    @property
    def written(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def read(self) -> str:
        """What is left of the line when the rules are through with it."""
        return "".join(piece.after if piece.rule else piece.text for piece in self.pieces)

    def without(self, rule: str) -> "Line":
        """The line left out by a rule, as far as no other rule has left it out already."""
        pieces = (piece if piece.rule and not piece.after else Piece(piece.text, rule) for piece in self.pieces)
        return replace(self, pieces=tuple(pieces))


class Lines:
    """Lines as they are collected: text is added to the last one until it is ended."""

    def __init__(self, anchors: Sequence[str] = ()) -> None:
        self.done: list[Line] = []
        self._pieces: list[Piece] = []
        self._anchors: list[str] = [*anchors]

    @property
    def begun(self) -> bool:
        return any(piece.text.strip() for piece in self._pieces)

    @property
    def last(self) -> str:
        """The last character so far, "" at the start of a line."""
        return self._pieces[-1].text[-1:] if self._pieces else ""

    def add(self, text: str | None, rule: str = "", after: str = "") -> None:
        if text:
            self._pieces.append(Piece(text, rule, after))

    def anchor(self, name: str) -> None:
        """The next text to come is what links to `name` lead to."""
        self._anchors.append(name)

    def end(self, level: int = 0, around: Sequence[str] = (), link: str = "") -> None:
        """End a line, if it has begun; `around` are the anchors of all that it stands inside."""
        if not self._pieces:
            return
        pieces = tidy(self._pieces)
        self._pieces.clear()
        if pieces:
            self.done.append(Line(pieces, level, tuple(dict.fromkeys((*self._anchors, *around))), link))
            self._anchors.clear()


def tidy(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The pieces of a line with their blanks collapsed, as CSS Text 3 (4.1.1, 4.1.3) has it.

    A line end between two Chinese characters only wraps the markup and is no blank.

    >>> [piece.text for piece in tidy([Piece(" 今天\\n"), Piece("天气  a", "x"), Piece("\\n b ")])]
    ['今天', '天气 a', ' b']
    """
    pieces = list(_merged(pieces))
    joined = "".join(_SEPARATOR * len(piece.text) if piece.after else piece.text for piece in pieces)
    first, last = len(joined) - len(joined.lstrip(" \t\n\r\f")), len(joined.rstrip(" \t\n\r\f"))
    starts = accumulate((len(piece.text) for piece in pieces), initial=0)

    def collapsed(piece: Piece, start: int) -> str:
        low, high = max(first, start), min(last, start + len(piece.text))
        found = _BLANKS.finditer(joined, low, max(low, high))
        ends = [(low, low), *(run.span() for run in found), (high, high)]
        kept = (joined[a[1] : b[0]] + _blank(joined, b) for a, b in pairwise(ends))
        return "".join(kept)

    tidied = (
        piece if piece.after else replace(piece, text=collapsed(piece, start))
        for piece, start in zip(pieces, starts, strict=False)
    )
    return tuple(piece for piece in tidied if piece.text)


def _merged(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Neighbours under one rule as one piece."""
    for (rule, after), run in groupby(pieces, key=lambda piece: (piece.rule, piece.after)):
        same = list(run)
        yield from same if after else [Piece("".join(piece.text for piece in same), rule)]


def _blank(joined: str, run: tuple[int, int]) -> str:
    """What stands for a run of blanks inside a line."""
    start, end = run
    if start == end or joined[start - 1] in _BLANK:
        return ""
    rest = _BLANKS.match(joined, start)
    stop = rest.end() if rest else end
    if joined[stop : stop + 1] == _SEPARATOR:
        return ""
    wraps = "\n" in joined[start:stop] and _WIDE.match(joined[start - 1]) and _WIDE.match(joined[stop : stop + 1])
    return "" if wraps else " "


def document_of(lines: Sequence[Line], origin: Origin) -> Document:
    """The Document of a book's lines.

    >>> menu = Line((Piece("首页"),)).without("menu")
    >>> lines = [menu, Line((Piece("第一章"),), 1), Line((Piece("好"), Piece("1", "x")))]
    >>> document = document_of(lines, Origin("", "", ""))
    >>> document.source, document.text, document.headings
    ('首页\\n第一章\\n好1\\n', '第一章\\n好\\n', (Heading(span=(3, 6), level=1),))
    """
    lines = [line for line in lines if line.pieces]
    pieces = [piece for line in lines for piece in (*line.pieces, _line_end(line))]
    source = "".join(piece.text for piece in pieces)
    text = "".join(piece.after if piece.rule else piece.text for piece in pieces)
    lost = (Note(LOST, (m.start(), m.end()), "undecodable bytes") for m in re.finditer("\ufffd+", source))
    return Document(
        title="",
        source=source,
        text=text,
        origin=origin,
        edits=tuple(_edits(pieces)),
        headings=tuple(_headings(lines)),
        notes=tuple(lost),
    )


def _line_end(line: Line) -> Piece:
    """The line end goes with a line of which nothing is read."""
    return Piece("\n", "" if line.read else line.pieces[-1].rule)


def _edits(pieces: Iterable[Piece]) -> Iterator[Edit]:
    """One edit for each run of pieces that the same rule leaves out."""
    start = 0
    for (rule, after), run in groupby(pieces, key=lambda piece: (piece.rule, piece.after)):
        for before in ["".join(piece.text for piece in run)] if not after else [piece.text for piece in run]:
            if rule:
                yield Edit(rule, (start, start + len(before)), before, after)
            start += len(before)


def _headings(lines: Iterable[Line]) -> Iterator[Heading]:
    start = 0
    for line in lines:
        end = start + len(line.written)
        if line.level and line.read.strip():
            yield Heading((start, end), line.level)
        start = end + 1


def day_of(declared: str) -> str:
    """The date of what a file declares, as ISO 8601; one that is not written in figures stays as it is.

    >>> [day_of(date) for date in ("2023/2/21 10:00", "20230221", "2023-02-21T10:00+08:00", "2023-02", "昨天")]
    ['2023-02-21', '2023-02-21', '2023-02-21', '2023-02', '昨天']
    """
    match = _DAY.match(declared) or _EIGHT_FIGURES.match(declared)
    return f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}" if match else declared[:10]


def language_of(declared: str, text: str) -> str:
    """The declared language of a text, as a tag of BCP 47; without one, or with English, what its characters say.

    >>> language_of("zh-TW", "好"), language_of("en-US", "今天天气好"), language_of("ja", "草枕"), language_of("", "a")
    ('zh-TW', 'zh', 'ja', 'zh')
    >>> language_of("zh_CN", "好"), language_of("简体中文", "好"), language_of("chi", "好")
    ('zh-CN', 'zh', 'zh')
    """
    tag = _TAG.fullmatch(declared.strip().replace("_", "-"))
    name = _THREE_LETTERS.get(tag[0].lower(), tag[0]) if tag else ""
    if not name.lower().startswith("en"):
        return name or "zh"
    letters = [character for character in text[:SAMPLE] if character.isalpha()]
    chinese = sum("\u3400" <= character <= "\u9fff" for character in letters)
    return "zh" if chinese >= CHINESE_SHARE * len(letters) else name
