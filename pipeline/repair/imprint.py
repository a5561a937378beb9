"""A Document comes in; the same goes out with the title and author that its first lines name, without those lines.

`《四世同堂》` and `作者：老舍` are what a text file has for metadata; nobody reads them out at the head of a book.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from pipeline.edits import edited
from pipeline.model import Document
from pipeline.repair.rule import cut, lines_of

DEEPEST = 8  # lines with text; an author who is named further down is one of several
LONGEST = 60  # characters of a line that names
LONGEST_NAME = 30
_AUTHOR = r"作\s*者\s*[:：/]\s*(?P<author>.+)"
_WHOLE = r"(?:[（(【\[]?(?:全[集本文]|全本精校|精校版?|完结|完結|TXT下载|txt下載|\.?txt)[）)】\]]?)*"
_NAMING = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"【?(?:[书書]\s*名|[书書]籍名[称稱]|小[说說]名[称稱]?)(?:】|\s*[:：])\s*《?(?P<title>[^《》]+?)》?",
        r"【作\s*者】\s*(?P<author>.+)",
        _AUTHOR,
        rf"{_WHOLE}\s*《(?P<title>[^《》]+)》\s*{_WHOLE}\s*{_AUTHOR}",
        rf"(?P<title>[^《》:：，。]{{2,20}})[\s　]+{_AUTHOR}",
        r"[\[【“『](?P<title>[^/《》]{2,30}?)\s*/\s*(?:作者[:：]\s*)?(?P<author>[^/]{2,20}?)(?:\s+著)?\s*[\]】”』]",
        r"(?P<author>[\w·．.?\[\]〔〕()（） ]{2,24}?)(?:\s+|\s*·\s*)(?:编|編|原)?著",
    )
)
_TITLE = re.compile(rf"{_WHOLE}《(?P<title>[^《》]+)》{_WHOLE}", re.IGNORECASE)  # alone it may be anything
_FILE = re.compile(  # 《祖训》作者 雨久花.txt
    r"(?:《(?P<within>[^《》]+)》.{0,20}?作者[\s:：/—-]*"
    r"|(?P<title>[^《》]{2,30}?)(?:TXT|txt)?(?:下载|下載)?\s*(?:[（(]作者[\s:：]*|\s作者[\s:：/—-]+))"
    r"(?P<author>.{1,40}?)[）)]?"
)
_KIND = re.compile(r"\.[A-Za-z]{2,8}$")
_COUNTRY = re.compile(r"^(?:[\[(（〔【［][^\])）〕】］]{1,6}[\])）〕】］]\s*)+")
_BEHIND = re.compile(
    r"\s*(?:著|译|譯|编|編)(?:者|[:：，,、\s]|$).*|\s+出版.*|【.*|[\s　（(\[]*(?:全[集本]|完结|\.?txt\b).*",
    re.IGNORECASE,
)
_SENTENCE = re.compile("[。！？!?；;“”]")


class Named(NamedTuple):
    """What a line names: its number among the lines, a title and an author, either "" where it names none."""

    line: int
    title: str
    author: str


def imprint(document: Document) -> Document:
    """Lines at the head that name the book and its author go; they become the document's, unless it declares others.

    >>> from pipeline.repair.rule import document_of
    >>> found = imprint(document_of("《四世同堂》\\n作者：老舍\\n\\n祁老太爷什么也不怕。"))
    >>> found.title, found.creator, found.text.strip()
    ('四世同堂', '老舍', '祁老太爷什么也不怕。')
    >>> found = imprint(document_of("《形而上学》作者：[古希腊]亚里士多德 著\\n第一章"))
    >>> found.title, found.creator, found.text.strip()
    ('形而上学', '亚里士多德', '第一章')

    A line in 《》 alone, and an author among others, are no imprint.

    >>> imprint(document_of("《呐喊》\\n他读过这本书。")).text
    '《呐喊》\\n他读过这本书。'
    >>> imprint(document_of("静夜思\\n作者：李白\\n床前明月光\\n春晓\\n作者：孟浩然\\n春眠不觉晓")).creator
    ''
    """
    lines = list(lines_of(document.text))
    named = list(_named(document, lines))
    authors = {name.author for name in named if name.author}
    if len(authors) != 1 or _others(lines, named, authors):
        return _by_file(document)
    title = next((name.title for name in named if name.title), "")
    document = replace(document, title=document.title or title, creator=document.creator or authors.pop())
    return edited(document, "title", [cut(*lines[name.line]) for name in named])


def _by_file(document: Document) -> Document:
    """The document with the title and the author that the name of its file tells: 《祖训》作者 雨久花.txt.

    >>> from pipeline.model import Origin
    >>> found = _by_file(Document("", "雪", "雪", Origin("《引爆点》（全本）作者：(美)格拉德威尔.txt", "", "")))
    >>> found.title, found.creator
    ('引爆点', '格拉德威尔')
    """
    found = _FILE.fullmatch(_KIND.sub("", document.origin.name).replace("_", " "))
    author = _name(found["author"]) if found else ""
    if not found or not author or document.title or document.creator:
        return document
    return replace(document, title=(found["within"] or found["title"]).strip(), creator=author)


def _named(document: Document, lines: Sequence[tuple[int, str]]) -> Iterator[Named]:
    """What each line of the head names; the first line, or one in 《》 alone, is a title in front of the author's.

    Where the format declares headings, the title is one of them and stays.
    """
    filled = [(number, line.strip(" \t　*#=-")) for number, (_, line) in enumerate(lines) if line.strip()][:DEEPEST]
    waiting: Named | None = None
    for number, line in filled:
        named = _named_by(number, line)
        if named and not (named.title and document.headings):
            if waiting and not named.title:
                yield waiting
            yield named
        waiting = None if named or document.headings else _title(number, line, number == filled[0][0])


def _title(number: int, line: str, first: bool) -> Named | None:
    alone = _TITLE.fullmatch(line)
    within = re.search("《([^《》]+)》", line)
    if alone or (first and len(line) <= LONGEST_NAME and re.search(r"\w", line) and not _SENTENCE.search(line)):
        return Named(number, (within[1] if within else line).strip(), "")
    return None


def _named_by(number: int, line: str) -> Named | None:
    names = (pattern.fullmatch(line) for pattern in _NAMING) if len(line) <= LONGEST else ()
    found = next(filter(None, names), None)
    if found is None:
        return None
    parts = found.groupdict()
    named = Named(number, parts.get("title", "").strip(), _name(parts.get("author", "")))
    sound = named.author or ("author" not in parts and named.title)
    return named if sound and re.search(r"\w", named.title or named.author) else None


def _name(written: str) -> str:
    """An author's name without country, role and file ending; "" where it is no name.

    >>> _name("[日]东野圭吾"), _name("[韩国] 朴槿惠 著，蓝青荣 等译"), _name("刘瑜权力制衡篇选谁都差不多。")
    ('东野圭吾', '朴槿惠', '')
    """
    name = _BEHIND.sub("", _COUNTRY.sub("", written.strip(" \t　*"))).strip()
    return name if re.search(r"\w", name) and len(name) <= LONGEST_NAME and not _SENTENCE.search(name) else ""


def _others(lines: Sequence[tuple[int, str]], named: Sequence[Named], known: Collection[str]) -> bool:
    """Whether other authors are named further down, too, as in a collection."""
    own = {name.line for name in named}
    author = re.compile(rf"\s*{_AUTHOR}")
    short = (line for k, (_, line) in enumerate(lines) if k not in own and len(line) <= LONGEST and "作" in line)
    names = {_name(found["author"]) for line in short if (found := author.fullmatch(line))}
    return bool(names - {"", *known})
