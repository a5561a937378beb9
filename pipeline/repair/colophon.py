"""A Document comes in; the same goes out without the copyright page of the printed book.

It begins with the library's data, `图书在版编目（CIP）数据`, or in an e-book with 版权信息, and goes on with the facts
of the print: ISBN, editors, format and price. No speaker of audiobooks reads it out.
"""

import re
from collections.abc import Iterator, Sequence

from pipeline.edits import edited
from pipeline.model import Document
from pipeline.repair.rule import NUMERAL, cut, filled_lines, table

RULE = "copyright page"
FEWEST = 4  # lines that give facts of the print
STRAY = 3  # other lines between two of them: the title, a publisher's motto
LONGEST_STRAY = 160  # characters
_LABEL = "|".join(r"[\s　]*".join(label) for (label,) in table("colophon.tsv"))
_ANCHOR = re.compile(r"\s*图书在版编目\s?[（(]\s?CIP\s?[）)]\s?数据\s*|.{0,12}CIP\s?数据核字.{0,30}", re.IGNORECASE)
_FACT = re.compile(
    rf"""^[\s　]*(?:
      (?:{_LABEL})[\s　]*[:：／/\s　]
      | [ⅠⅡⅢⅣIV]{{1,3}}\s*[.．]?\s*[.．①⑴]
      | 版权(?:页|信息|所有|专有) | 凡购本社图书 | 本书(?:仅限|由|中文) | 此书不可在 | [（(]?[0-9]{{6}}\s
      | (?:all\ rights|published|copyright|this\ (?:bilingual\ )?edition|simplified\ chinese|first\ published)
    )
    | ISBN | CIP\s?数据 | 图书在版编目 | 侵权必究 | 图字\W?\s?\d | © | 印张 | 千字 | [0-9]\s?(?:mm|毫米)
    | [:：].{{2,24}}(?:出版社|书店|印书馆|书局|出版公司).{{0,4}}[,，]\s?(?:19|20)\d\d | (?:经销|印刷|发行)[\s　]*$
    | https?:// | www\. | \w@\w
    """,
    re.VERBOSE | re.IGNORECASE,
)
_CLAIM = re.compile("版权|侵权|凡购本社图书|质量问题|本书(?:仅限|由|中文)|此书不可在")  # in whole sentences
_PREFACE = r"[前序引导導]\s?言|.{0,4}序[一二三]?[\s　]*$|目\s?[录錄次]|楔子|引子"
_BEGINS = re.compile(rf"[\s　]*(?:第{NUMERAL}{{1,9}}[章回节節卷部篇]|{_PREFACE})")
_HEADING = re.compile(r"[\s　]*版权(?:页|信息|声明)?[\s　]*")


def copyright_page(document: Document) -> Document:
    """The lines of copyright pages go, each by itself.

    >>> from pipeline.repair.rule import document_of
    >>> page = "图书在版编目（CIP）数据\\n山海/某人著. —北京：青牛出版社，2013.1\\nISBN 978-7-00\\n山海\\n定 价：9.00元"
    >>> copyright_page(document_of(f"山海\\n版权页\\n{page}\\n第一章\\n作者：某人。")).text.split()
    ['山海', '第一章', '作者：某人。']
    """
    if "CIP" not in document.text and "版权" not in document.text:
        return document
    lines = filled_lines(document.text)
    texts = [line for _, line in lines]
    return edited(document, RULE, [cut(*lines[k]) for k in _pages(texts)])


def _pages(lines: Sequence[str]) -> Iterator[int]:
    """The numbers of the lines of all copyright pages."""
    done = 0
    for number, line in enumerate(lines):
        headed = _HEADING.fullmatch(line) is not None
        if number < done or not (headed or _ANCHOR.fullmatch(line)):
            continue
        facts = list(_facts(lines, number))
        if len(facts) >= FEWEST + headed:
            start = number - 1 if number > done and _HEADING.fullmatch(lines[number - 1]) else number
            done = facts[-1] + 1
            yield from range(start, done)


def _facts(lines: Sequence[str], start: int) -> Iterator[int]:
    """The lines from `start` on that give facts of the print, as long as little stands between two, and no heading."""
    last = start
    for number in range(start, len(lines)):
        line = lines[number]
        if _FACT.search(line) and ("。" not in line or _CLAIM.search(line)):
            last = number
            yield number
        elif number - last > STRAY or len(line) > LONGEST_STRAY or "。" in line or _BEGINS.match(line):
            return
