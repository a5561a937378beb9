"""Word tables come in from the .tsv files beside the code; regular expressions and look-ups made of them go out."""

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

NUMBER = r"(?>(?:\d{1,3}(?:,\d{3})+(?!\d|,\d)|\d+)(?:\.\d+)?)"  # whole: no rule stops inside it
DASH = r"(?:--|——|[-–—−~～〜―])"
_SLOT = re.compile(r"<([a-z_]+)>")


@cache
def table(name: str) -> dict[str, tuple[str, ...]]:
    """The rows of `name`.tsv: first column -> the other columns."""
    lines = (files(__package__) / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("# "))
    return {row[0]: tuple(row[1:]) for row in rows}


def either(words: Iterable[str]) -> str:
    """An expression that fits any of the words, the longest first.

    >>> either(["米", "m/s", "m"])
    '(?:m/s|米|m)'
    """
    return f"(?:{'|'.join(re.escape(word) for word in sorted(words, key=len, reverse=True))})"


@cache
def compiled(template: str) -> re.Pattern[str]:
    """A rule's pattern, with <slots> filled from the tables.

    >>> compiled("<number>%").match("1,234.5%")[0]
    '1,234.5%'
    """
    return re.compile(_SLOT.sub(lambda slot: _slots()[slot[1]], template))


FIXED = {
    "number": NUMBER,
    "dash": DASH,
    "blank": r"[ \u3000\u00a0\u2009]?",
    "gap": r"[ \u3000\u00a0\u2009?]?",  # a thin space that was lost is often a question mark
    "scale": r"(?:[十百千万亿兆]+)",
    "minute": r"[0-5]\d",
    "hour": r"(?:2[0-4]|1\d|0?\d)",
    "operand": rf"(?:{NUMBER}(?:[abcknpqrxyz](?![A-Za-z]))?[²³]?|[A-Za-z](?![A-Za-z])[²³]?|[A-Za-z]{{1,3}}[²³])",
    "operator": r"(?:<=|>=|==|!=|[-−–+*×÷/=<>≤≥≠≈±]|(?<=\d)[xX](?=\d))",
    "per_unit": r"(?:平方|立方|公里|千米|小时|分钟|秒|分|时|天|日|年|月|周|人|次|个|米|吨|公斤|千克|斤|克|升|毫升|亩|"
    r"公顷|户|件|张|份|套|台|辆|只|头|株|棵|证|位|名|间|晚|夜|层|页|字|股|瓶|盒|袋|箱|包|本|册|场|集|期|季|度|平米|平|"
    r"盎司|桶|粒|片|磅|颗|枚|支|根|块|羽|捆|单|票|千瓦时|加仑|英里|立方米)",
    "greek": "[\u0370-\u03ff\u1f00-\u1fff]+",
    "ended": "[年月日时点分秒天号周站℃度元里米克斤吨万亿千百人个名%％层楼章节回集页岁寸尺纪]",
    "memorial": r"(?:晚会|抗战|大促|年中|购物节?|狂欢节?|建[军党]节?|(?:世界)?(?:读书|地球|阅读|环境|无烟|艾滋病)日|"
    r"小?长?假期?|黄金周|宪法日|(?:国际)?(?:妇女|劳动|青年|儿童|教师|护士|植树|消费者|情人)节?|"
    r"事件|事变|社论|讲话|(?:汶川|大|特大)*地震|(?:特大|杀人|抢劫|故意)?.{0,3}案|惨案|运动|空难|矿难|袭击|恐怖|抗震|指示|爆炸|火灾|暴雨|洪灾)",
    "game": "(?:HP|MP|SP|EXP|Exp|exp|hp|mp|ATK|DEF|SAN|san)",
    "season": r"(?:\s*(?:年度|学年|学年度|赛季|球季|马季|雪季|季|财年|年|跨年|版|一季))",
    "half": r"(?:\s*([aApP])\.?[mM]\.?(?![A-Za-z]))?",
    "superscript": "[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+",
    "circled": "[⓪①-⒛㈠-㈩㊀-㊉㉑-㉟㊱-㊿❶-❿]",
    "emoji": "[\U0001f000-\U0001faff\u2600-\u26ff\u2700-\u2767\u2794-\u27bf\ufe0f\u200d\u20e3]+",
    "face": r"(?:[Oo]?[(（][*＊]?(?:[∩^⊙◕≧≦><°￣TQ;=@-][_▽ω﹏口дД︿.]{1,3}[∩^⊙◕≧≦><°￣TQ;=@-])[*＊;]?[)）][Oo]?"
    r"|(?<![A-Za-z0-9])(?:\^[_.▽]?\^|[TQ]_[ _]{0,2}[TQ]|>[_.0︿﹏]<|-_-[|b!]{0,4}|=_=[|b!]{0,4}|[Oo0]_[Oo0])"
    r"(?![A-Za-z0-9]))",
    "province": "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]",
    "domain": "(?:com|cn|org|net|edu|gov|io|cc|tv|me|info|top|xyz|html?)",
    "file_type": "(?:txt|pdf|docx?|xlsx?|pptx?|jpe?g|png|mp[34]|zip|py|js|exe|md|json)",
}


@cache
def _slots() -> dict[str, str]:
    currencies = table("currencies")
    return {
        **FIXED,
        "unit": either(table("units")),
        "measure": either(table("measures")),
        "money_sign": either(sign for sign, row in currencies.items() if row[1] == "sign"),
        "money_code": either(sign for sign, row in currencies.items() if row[1] == "code"),
        "code_word": either(table("codes")),
        "side": either(table("sides")),
        "uncounted": either(table("uncounted")),
        "model": either(table("models")),
        "sign": either(table("signs")),
    }


@cache
def folding() -> dict[int, int | str]:
    """Characters as the patterns know them, one for one: half width, simplified."""
    half: dict[int, int | str] = {
        code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) not in "！，；？（）"
    }
    return half | {ord(character): row[0] for character, row in table("traditional").items()}


def before(match: re.Match[str], most: int = 12) -> str:
    """The text in front of a match, at most so many characters."""
    return match.string[max(0, match.start() - most) : match.start()]


def after(match: re.Match[str], most: int = 12) -> str:
    """The text behind a match, at most so many characters."""
    return match.string[match.end() : match.end() + most]


def countable(tail: str, counting: str) -> bool:
    """Whether `counting` fits what follows a number, and it begins no noun that nothing counts.

    >>> countable("场比赛", "<measure>"), countable("场馆开放", "<measure>")
    (True, False)
    """
    return not compiled(r"\s?<uncounted>").match(tail) and compiled(counting).match(tail) is not None
