"""A Document comes in; the same goes out without what a site has around the headings of its chapters.

`12.第十二章 风起（求月票）` is how novels are published by the chapter; site.tsv has what stands in a line of its own.
"""

import re

from pipeline.edits import Replacement, edited
from pipeline.model import Document
from pipeline.repair.rule import NUMERAL, lines_of, substituted

FEWEST = 3  # asides that show that （三更） is no hour of the night
LONGEST = 80  # characters of a heading with its asides
_HEADING = re.compile(rf"[ \t　#]*(?:正文\s*)?(?:第{NUMERAL}{{1,9}}[章节節回集卷话話]|{NUMERAL}{{1,5}}[、.．\s])")
_ASKED = "月票|推[荐薦]|收藏|[订訂][阅閱]|票|支持|打[赏賞]|[鲜鮮]花|追[读讀]|首[订訂]|保底"
_SURE = (
    rf"求[^）)】\]]{{0,4}}(?:{_ASKED})|第{NUMERAL}{{1,3}}更|[加补補爆]更|[二两三四五]合一|{NUMERAL}+字(?![典体])|大章|"
    r"(?:感[谢謝]|[为為]).{0,20}(?:盟主|舵主|[书書]友|打[赏賞])"
)
_BEGGED = re.compile(rf"[ \t　]+[跪再继續续]{{0,2}}求[^，。\s]{{0,4}}(?:{_ASKED})票?[！!～~。.…]*$")
_LISTED = re.compile(rf"^[ \t　]*[0-9]{{1,4}}[.．、|][ \t　]?(?=第{NUMERAL}{{1,9}}[章节節回])", re.MULTILINE)
_ASIDE = re.compile(
    rf"[（(【\[〔](?=[^（()）【】\[\]]*(?:(?P<sure>{_SURE})|{NUMERAL}更))[^（()）【】\[\]]{{1,40}}[）)】\]〕]\s*(?=[（(【\[〔]|$)"
)


def asides(document: Document) -> Document:
    """What asks for votes behind a heading, or stands there in brackets and thanks or counts the day's chapters, goes.

    >>> from pipeline.repair.rule import document_of
    >>> asides(document_of("第十二章 夜谈（下）（为盟主“白云”加更）\\n第十三章 下山【第二更】（4000字）")).text
    '第十二章 夜谈（下）\\n第十三章 下山'
    >>> asides(document_of("第九章 烟岛 求首订！！")).text
    '第九章 烟岛'
    >>> asides(document_of("第三章 夜半（三更）\\n（求月票）他说。\\n第四章 求婚（上）")).text
    '第三章 夜半（三更）\\n（求月票）他说。\\n第四章 求婚（上）'
    """
    headings = [
        (start, line) for start, line in lines_of(document.text) if len(line) <= LONGEST and _HEADING.match(line)
    ]
    found = [
        (aside, start)
        for start, line in headings
        if line.rstrip()[-1:] in tuple("）)】]〕")
        for aside in _ASIDE.finditer(line)
    ]
    sure = [(aside, start) for aside, start in found if aside["sure"] or len(found) >= FEWEST]
    begged = [(aside, start) for start, line in headings if (aside := _BEGGED.search(line))]
    cuts = [Replacement(start + aside.start(), start + aside.end(), "") for aside, start in (*sure, *begged)]
    return edited(document, "aside", sorted(cuts))


def list_numbers(document: Document) -> Document:
    """The numbers that a site's list puts in front of the chapters' own go.

    >>> from pipeline.repair.rule import document_of
    >>> list_numbers(document_of("1.第1章 风起\\n2.第2章 下山\\n3.第3章 夜谈\\n4.第4个问题")).text
    '第1章 风起\\n第2章 下山\\n第3章 夜谈\\n4.第4个问题'
    """
    return substituted(document, "list number", _LISTED, lambda match: "", FEWEST)
