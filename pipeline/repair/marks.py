"""A Document comes in; the same goes out with full-width marks and curly quotes where ASCII stands inside Chinese."""

import re
from collections.abc import Iterator

from pipeline.edits import Replacement, edited
from pipeline.model import Document
from pipeline.repair.rule import lines_of

_FULL = {",": "，", ":": "：", ";": "；", "?": "？", "!": "！"}
_CHINESE = "㐀-䶿一-鿿\uf900-\ufaff"
_CLOSED = f"[{_CHINESE}”’》〉）」』】〕〗…—～－℃％°○□]"
_OPEN = f"[{_CHINESE}”’“‘《〈（）「『【〔〖—…－○□]"
_MARK = re.compile(
    rf"""
    (?<={_CLOSED})(?:,+|[:;])(?={_OPEN}|["']|\s*$)            # 同志们,大家
  | (?<={_CLOSED})[?!]+(?={_OPEN}|[”’》」』"']|\s*$)    # 好吗?好!!
  | (?<={_CLOSED})[,;](?=[\dA-Za-z])                   # 今年,30家; 比如,GDP增长
  | (?<={_CLOSED}):(?=\d|[A-Za-z]+[{_CHINESE}])        # 号码:12; 简称:GDP增长
  | (?<=[\d%％A-Za-z)\]])[,;?!](?={_OPEN})              # 增长5%,达到
    """,
    re.VERBOSE,
)
_QUOTED = re.compile(r'"([^"\n]*)"')
_SINGLE = re.compile(rf"(?<![A-Za-z0-9])'(?=[^'\n]*[{_CHINESE}])([^'\n]*+)'(?![A-Za-z0-9])")
_CODE = re.compile(
    r"""
    ^(?:\ {4}|\t).*[({=]      # indented, with a bracket or an assignment
  | [{}\\`|]|[=!<>]=|->|=>    # operators, tables, inline code
  | \w\s?=\s?["'\w]           # name = value
  | \w\(["'\w]*["'],?         # call("text"
  | ^\s*(?:\#include|import\s|from\s\w+\simport|def\s|class\s|return\s|//|/\*)
  | <[A-Za-z/!]               # markup
  | [A-Za-z0-9_"'\]]\)?;\s*$   # a statement's end
    """,
    re.VERBOSE,
)
_BRACKETS = re.compile(rf"(?<=[{_CHINESE}”’》])\([^()\n]*+\)|\((?=[^()\n]*[{_CHINESE}])[^()\n]*+\)")
_WIDE_MARK = re.compile("[，：；？！（）]")
NARROW = 20  # ASCII marks for each full-width one: what a site left that replaced them (some are restored by now)
CHINESE_SHARE = 0.5  # of a line's characters; below this it is no Chinese prose


def marks(document: Document) -> Document:
    """ASCII marks between Chinese characters become full-width ones, in lines of prose.

    >>> from pipeline.repair.rule import document_of
    >>> prose = ("同志們,大家好:今天,30家企業參加.", "你好吗?很好!", "比分3:2,时间12:30")
    >>> for text in (*prose, "蝴蝶〔11〕,原文如次:－－（微笑,）",'print("你好,世界")', "a,b"):
    ...     print(marks(document_of(text)).text)
    同志們，大家好：今天，30家企業參加.
    你好吗？很好！
    比分3:2，时间12:30
    蝴蝶〔11〕，原文如次：－－（微笑，）
    print("你好,世界")
    a,b
    """
    changes = [
        Replacement(offset + m.start(), offset + m.end(), "".join(_FULL[c] for c in m[0]))
        for offset, line in _prose(document.text, ",:;?!")
        for m in _MARK.finditer(line)
    ]
    return edited(document, "marks", changes)


def brackets(document: Document) -> Document:
    """ASCII brackets in Chinese become full-width ones where all marks have become ASCII: a site did it.

    >>> from pipeline.repair.rule import document_of
    >>> for text in ("辦法(試行)公布,請執行", "办法(试行)公布，请执行", "世界贸易组织(WTO)"):
    ...     print(brackets(document_of(text)).text)
    辦法（試行）公布,請執行
    办法(试行)公布，请执行
    世界贸易组织(WTO)
    """
    text = document.text
    if "(" not in text:
        return document
    narrow = sum(len(_MARK.findall(line)) for _, line in _prose(text, ",:;?!"))
    if not narrow or narrow < NARROW * len(_WIDE_MARK.findall(text)):
        return document
    changes: list[Replacement] = []
    for offset, line in _prose(text, "("):
        for match in _BRACKETS.finditer(line):
            changes.append(Replacement(offset + match.start(), offset + match.start() + 1, "（"))
            changes.append(Replacement(offset + match.end() - 1, offset + match.end(), "）"))
    return edited(document, "brackets", changes)


def quotes(document: Document) -> Document:
    """Straight quotes become “ ” where they pair up on a line of Chinese prose, and ‘ ’ inside or around Chinese.

    >>> from pipeline.repair.rule import document_of
    >>> for text in ('他说:"你好。"又说:"再见。"', '他说:"你好。', "所谓'自由'是", '一台12"的电视和15"的', 'a "b" c'):
    ...     print(quotes(document_of(text)).text)
    他说:“你好。”又说:“再见。”
    他说:"你好。
    所谓‘自由’是
    一台12"的电视和15"的
    a "b" c
    """
    changes: list[Replacement] = []
    for offset, line in _prose(document.text, "\"'"):
        changes += sorted([*_pairs(line, offset, _QUOTED, "“”"), *_pairs(line, offset, _SINGLE, "‘’")])
    return edited(document, "quotes", changes)


def _pairs(line: str, offset: int, pattern: re.Pattern[str], put: str) -> Iterator[Replacement]:
    """Both ends of every pair around Chinese; nothing where a double mark is left over or stands for inches."""
    if pattern is _QUOTED and (line.count('"') % 2 or (re.search(r'\d"', line) and not re.search(r'"\d+"', line))):
        return
    for match in pattern.finditer(line):
        if _is_quoted(match[1]):
            yield Replacement(offset + match.start(), offset + match.start() + 1, put[0])
            yield Replacement(offset + match.end() - 1, offset + match.end(), put[1])


def _is_quoted(inside: str) -> bool:
    return inside == inside.strip() and re.search(f"[{_CHINESE}]", inside) is not None


def _prose(text: str, characters: str) -> Iterator[tuple[int, str]]:
    """Lines of Chinese prose that hold any of the characters, with their offsets."""
    if not any(character in text for character in characters):
        return
    for offset, line in lines_of(text):
        if any(character in line for character in characters) and _is_prose(line):
            yield offset, line


def _is_prose(line: str) -> bool:
    """Whether a line is mostly Chinese and has nothing of code, a table or markup in it."""
    chinese = len(re.findall(f"[{_CHINESE}，。！？、；：“”‘’《》（）「」『』…—]", line))
    return chinese >= CHINESE_SHARE * (chinese + len(re.findall("[A-Za-z]", line))) > 0 and not _CODE.search(line)
