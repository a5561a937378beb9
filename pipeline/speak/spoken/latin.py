"""Places in Latin script that are no words (addresses, versions, numerals) come in; how they are said goes out."""

import re

from pipeline.speak.spoken.numbers import digits, integer
from pipeline.speak.spoken.words import after, before, table

_SPELT = {
    ".": "点", "@": "艾特", "/": "斜杠", "\\": "反斜杠", "-": "杠", "_": "下划线", ":": "冒号", "?": "问号",
    "=": "等于", "&": "和", "#": "井号", "%": "百分号", "~": "波浪号", "+": "加",
}  # fmt: skip
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_RANKED = r"(?:世(?!界)|期(?!待|望|间)|级|卷|章|部|篇|节|幕|集|季|册|类|度(?!过)|型(?!号)|号|代|等|阶段|级|国道)"


def address(match: re.Match[str]) -> str:
    """A web address: the scheme is not spelt out, points and slashes are.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("见www.example.com/a1。").text, spoken("https://example.org/").text
    ('见www点example点com斜杠a一。', 'https example点org')
    """
    return _spell(match[0].replace("://", " ").rstrip("/"))


def mail(match: re.Match[str]) -> str:
    """An e-mail address.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("写信到zhang_3@mail.example.com").text
    '写信到zhang下划线三艾特mail点example点com'
    """
    return _spell(match[0])


def path(match: re.Match[str]) -> str:
    r"""A path in a file system.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("在/usr/local/bin里").text, spoken("C:\\Temp").text
    ('在斜杠usr斜杠local斜杠bin里', 'C冒号反斜杠Temp')
    """
    return _spell(match[0])


def _spell(text: str) -> str:
    return digits("".join(_SPELT.get(c, c) for c in text))


def greek(match: re.Match[str]) -> str | None:
    """Greek letters by their names, a hyphen behind them is silent; words in Greek stay.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("α射线").text, spoken("β-胡萝卜素").text
    ('阿尔法射线', '贝塔胡萝卜素')
    """
    letters = match[0].rstrip("-－")
    known = len(letters) < 3 and all(letter.lower() in table("greek") for letter in letters)
    return "".join(table("greek")[letter.lower()][0] for letter in letters) if known else None


def version(match: re.Match[str]) -> str | None:
    """A version, or digits with two points and more: every point is said, and every digit for itself.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("v1.2.3").text, spoken("127.0.0.1").text, spoken("2.6.33").text
    ('v一点二点三', '一二七点零点零点一', '二点六点三三')
    """
    return match[0][: match.end(1) - match.start()] + digits(match[2]).replace(".", "点")


def to(match: re.Match[str]) -> str:
    """2 between two letters that deal with each other.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("O2O和B2B").text, spoken("H2O").text
    ('O to O和B to B', 'H二O')
    """
    return f"{match[1]} to {match[2]}"


_RULERS = (
    "(?:路易|亨利|查理|查理斯|查尔斯|爱德华|乔治|威廉|伊丽莎白|腓力|菲利普|费利佩|弗里德里希|腓特烈|约翰|保罗|本笃|庇护|英诺森"
    "|克雷芒|尤利乌斯|格列高利|亚历山大|尼古拉|彼得|凯瑟琳|叶卡捷琳娜|拉美西斯|托勒密|古斯塔夫|卡尔|拿破仑)$"
)


def programming(match: re.Match[str]) -> str:
    """Languages that are named by a letter and signs.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("用C++和C#写").text
    '用C加加和C sharp写'
    """
    return "C加加" if match[1] == "++" else "C sharp"


def roman(match: re.Match[str]) -> str | None:
    """Roman numerals in signs of their own, or in letters where a rank is meant.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("第Ⅲ卷").text, spoken("路易XIV世").text, spoken("II型").text, spoken("Vitamin").text
    ('第三卷', '路易十四世', '二型', 'Vitamin')
    >>> spoken("路易XIV与亨利IV").text, spoken("最终幻想VII").text, spoken("企业VI，某某XXX").text
    ('路易十四与亨利四', '最终幻想七', '企业VI，某某XXX')
    >>> spoken("C级战舰，XL号").text, spoken("I级").text
    ('C级战舰，XL号', '一级')
    >>> spoken("全国I卷").text, spoken("三体II").text
    ('全国一卷', '三体二')
    """
    ruler = re.search(_RULERS, before(match)) and len(match[0]) > 1
    in_row = re.search("[\u4e00-\u9fff]$", before(match)) and re.fullmatch("(?=.*[IV])[IVX]{3,}|II", match[0])
    paper = re.search("(?:全国|课标|高考|国卷|标卷)$", before(match)) and re.match("卷|$|[)）》，。]", after(match, 1))
    if ruler or in_row or paper:  # 路易XIV, 最终幻想VII; two letters may be an abbreviation (企业VI)
        return _roman(match[0])
    single = after(match, 1) == "世" or (after(match, 1) in "期级" and match[0] in "IV")
    told = before(match, 1) == "第" or (single if len(match[0]) == 1 else re.search("[IV]", match[0]))  # C级, XL号
    return _roman(match[0]) if told and re.match(_RANKED, after(match)) else None


def roman_sign(match: re.Match[str]) -> str:
    """Roman numerals that are signs of their own.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("Ⅱ、方法").text, spoken("ⅲ").text
    ('二、方法', '三')
    """
    return "".join(_roman_sign(mark) for mark in match[0]) if len(match[0]) == 1 else _roman_run(match[0])


def _roman_sign(mark: str) -> str:
    return integer((ord(mark) - ord("Ⅰ")) % 16 + 1)


def _roman_run(marks: str) -> str:
    letters = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "L", "C", "D", "M")
    return _roman("".join(letters[(ord(mark) - ord("Ⅰ")) % 16] for mark in marks)) or "".join(map(_roman_sign, marks))


def _roman(text: str) -> str | None:
    """A numeral in letters, None where they are no numeral."""
    if not re.fullmatch(r"(?:C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})", text):
        return None
    values = [_ROMAN[letter] for letter in text]
    return integer(sum(-v if v < max(values[k:]) else v for k, v in enumerate(values)))


def time_zone(match: re.Match[str]) -> str:
    """Zones of time.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("UTC+8").text, spoken("GMT-5").text
    ('UTC加八', 'GMT减五')
    """
    return match[1] + ("加" if match[2] == "+" else "减") + integer(int(match[3]))
