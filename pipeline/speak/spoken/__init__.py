"""Written text comes in; the text as it is said goes out, numbers and signs in words, each piece with its rule.

RULES is the one place that says what runs: at every place where something stands that is not said as it is written,
the first rule whose pattern fits there and whose function does not decline has it. The rest stays as written.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from pipeline.model import Piece, Spoken
from pipeline.speak.spoken import (
    codes,
    dates,
    latin,
    mathematics,
    money,
    quantities,
    shares,
    signs,
    times,
    twos,
    years,
)
from pipeline.speak.spoken.words import compiled, folding

Say = Callable[[re.Match[str]], str | None]


class Rule(NamedTuple):
    """A rule: its name in the ledger, its pattern (words.py says what the <slots> hold), and how the place is said."""

    name: str
    pattern: str
    say: Say


RULES: tuple[Rule, ...] = (
    # faces, addresses, and letters that are no words
    Rule("emoticon", r"<face>", signs.emoji),
    Rule("address", r"(?:https?|ftp)://[!-~]+(?<![.,;:!?'\")])", latin.address),
    Rule("mail", r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", latin.mail),
    Rule("address", r"www\.[!-~]+(?<![.,;:!?'\")])", latin.address),
    Rule("address", r"(?:[A-Za-z0-9-]{1,63}\.){1,9}<domain>(?:/[!-~]*(?<![.,;:!?'\")]))?(?![A-Za-z0-9])",
         latin.address),
    Rule("path", r"(?<![A-Za-z0-9_/.])(?:/[A-Za-z0-9_.-]*[A-Za-z][A-Za-z0-9_.-]*){2,}/?", latin.path),
    Rule("path", r"[A-Za-z]:\\[A-Za-z0-9_\\.-]*|[A-Za-z0-9_-]{1,63}\.<file_type>(?![A-Za-z0-9_])", latin.path),
    Rule("time zone", r"(UTC|GMT)([+-])(\d{1,2})(?![\d:])", latin.time_zone),
    Rule("to", r"(?<![A-Za-z0-9])([BCGOPM])2([BCGOPM])(?![A-Za-z0-9])", latin.to),
    Rule("money", r"(<money_sign>|<money_code>(?=<blank>\d))<blank>"
                  r"(<number>)(?:<dash>(<number>))?(<scale>|[KkMB](?![A-Za-z]))?", money.money),
    Rule("time", r"([aApP])\.?[mM]\.?\s?(<hour>):(<minute>)(?![\d:])", times.half_first),
    Rule("programming", r"(?<![A-Za-z0-9])C(\+\+|#)(?![A-Za-z0-9])", latin.programming),
    Rule("roman", r"(?<![A-Za-z0-9])[IVXLC]{1,7}(?![A-Za-z0-9])", latin.roman),
    Rule("roman", r"[Ⅰ-ⅿ]+", latin.roman_sign),
    Rule("version", r"([vV]|[vV]er\.?\s?)(\d+(?:\.\d+)+)(?![A-Za-z0-9_.])", latin.version),
    Rule("code", r"(?<![A-Za-z0-9])(?!<game>-\d)[A-Za-z]+(?:[-–]?\d+(?:\.\d+)?[A-Za-z]*)+(?:-\d+)*(?![A-Za-z0-9])",
         codes.letters_first),
    Rule("greek", r"<greek>-?", latin.greek),
    # telephone numbers, plates and identity cards
    Rule("plate", r"<province>[A-Z][·\s]?(?=[A-Z0-9]*\d)[A-Z0-9]{5,6}(?![A-Za-z0-9])", codes.plate),
    Rule("phone", r"(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d|\.\d)", codes.phone),
    Rule("phone", r"(?:\+\d{1,3}[- ])?(?:\(0\d{2,3}\)|0\d{2,3})[- ]?\d{7,8}(?:-\d{1,6})?(?!\d)", codes.phone),
    Rule("phone", r"[48]00(?:-\d{3,4}-\d{3,4}| \d{3} \d{4})(?!\d)|\+\d{1,3}(?:[- ]\d{2,4}){2,4}(?!\d)", codes.phone),
    Rule("phone", r"(?<=\()0\d{2,3}(?=\)[- ]?\d{3,4}[- ]?\d{4}(?!\d))|0\d{2,3}-\d{3,4}[- ]\d{4}(?!\d)", codes.phone),
    Rule("phone", r"(?:(?<=\(0\d\d\))|(?<=\(0\d{3}\))|(?<=\(0\d\d\) )|(?<=\(0\d{3}\) ))\d{3,4}[- ]\d{4}(?!\d)",
         codes.phone),
    Rule("phone", r"(?:(?<=\d转)|(?<=\d 转 ))\d{1,6}(?!\d)", codes.phone),
    Rule("account", r"\d{4}(?: \d{4}){2,4}(?: \d{1,3})?(?![\d.])", codes.long_string),
    Rule("share", r"\d{4,6}(?=\.(?:HK|SH|SZ|SS|BJ|TW)(?![A-Za-z]))", codes.long_string),
    Rule("identity", r"\d{17}[\dXx](?![A-Za-z0-9_])|\d{13,}(?!\d|[.,]\d)", codes.long_string),
    # dates
    Rule("date", r"([12]\d{3})([-/.·])(\d{1,2})\2(\d{1,2})(?![\d/]|\.\d)", dates.full_date),
    Rule("date", r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?!\d)", dates.american_date),
    Rule("section", r"(?<=\n)\d{1,2}(?:\.\d{1,2}){1,4}(?=[ \u3000]+[\u4e00-\u9fff])", signs.numbered_heading),
    Rule("date", r"(\d{2})([/.])(\d{1,2})\2(\d{1,2})(?!\d)", dates.short_date),
    Rule("code", r"\d{1,6}(?:/\d{1,6}){2,5}(?![\d/.])", codes.figure),
    Rule("version", r"()(\d+(?:\.\d+){2,})(?![A-Za-z0-9_])", latin.version),
    Rule("season", r"(\d\d)/(\d\d)(?=\s?(?:赛季|学年|财年|年度|雪季))", years.seasons),
    Rule("date", r"(\d{4})\.(\d{1,2})<dash>(\d{4})\.(\d{1,2})(?![\d.])", dates.months),
    Rule("date", r"((?:19|20)\d{2})(0[1-9]|1[0-2])([0-2]\d|3[01])(?![\d.,:%-])", dates.packed_date),
    Rule("memorial", r"(1[0-2]|[1-9])[·•](3[01]|[12]\d|[1-9])(?![\d·.])", dates.memorial),
    Rule("memorial", r"(9)[-/ ]?(11)(?=事件|恐|袭击|博物馆|纪念|遇难|以?来(?!自)|之后|周年|劫机|遗址)", dates.memorial),
    Rule("memorial", r"(1[0-2]|[1-9])\.(3[01]|[12]\d|[1-9])(?=[”\"’]?<memorial>)", dates.memorial),
    Rule("era", r"(\d{1,4})(?:年(?:(\d{1,2})月)?)?\s*(ad|AD|a\.d\.|A\.D\.|bc|BC|b\.c\.|B\.C\.|BCE|bce)(?![A-Za-z])",
         years.era),
    Rule("code", r"\d+(?:-[\dXx]+)+(?![\d.A-Za-z])", codes.hyphened),
    Rule("years", r"([12]\d{3})[ ]?(<dash>|/|至)[ ]?(\d{4}|\d{2})(?![\d.]|[-/]\d)", years.years),
    Rule("date", r"((?:1[0-9]|20|21)\d{2})([-/.])(\d{1,2})(?![\d/%]|\.\d|-\d)", dates.year_month),
    Rule("date", r"(?<![-/.])(0[1-9]|1[0-2])[-/.]((?:19|20)\d{2})(?!\d)", dates.month_year),
    Rule("date", r"(1[0-2]|0?[1-9])([-/.])([0-2]?\d|3[01])(?![\d/%]|[.-]\d)", dates.month_day),
    Rule("decade", r"(\d{3}0)['’]?s(?![A-Za-z])", years.decade),
    Rule("decade", r"(?<=['’‘])([2-9]0)s(?![A-Za-z])", years.short_decade),
    Rule("year", r"(\d{4})(?=\s?年)", years.year),
    Rule("year", r"(?:(?<=[(（~–—-]前)|(?<=约前))(\d{2,4})(?=[-–—~)），]|$)", years.before_christ),
    Rule("year", r"(\d{3})(?=\s?年)", years.early_year),
    Rule("year", r"(\d{2})(?=\s?年)", years.short_year),
    Rule("generation", r"([0-9][05])(?=后(?![来面边期续退方悔]))(?<![第\d.]\d\d)", years.generation),
    Rule("month", r"(1[0-2]|0?[1-9])(?=月)", dates.month_or_day),
    Rule("day", r"(3[01]|[12]\d|0?[1-9])(?=日|号(?!\d))", dates.month_or_day),
    Rule("years", r"(\d{1,3})(<dash>|至|到)(\d{1,4})(?=\s?年)", years.early_years),
    Rule("year", r"([12]\d{3})(?!\d|[.:,-]\d|[/年])", years.lone_year),
    # times, scores, ratios
    Rule("scripture", r"(\d{1,3}):(\d{1,3})(?:<dash>(\d{1,3}))?(?![\d:])", times.scripture),
    Rule("time", r"(<hour>):(<minute>)\s?(?:<dash>|至|到)\s?(<hour>):(<minute>)<half>(?![\d:])", times.clocks),
    Rule("length", r"(?:(\d{1,2}):)?([0-5]?\d):([0-5]\d)(\.\d{1,2})?(?![\d:])", times.lasting),
    Rule("score", r"(\d{1,3})\s*[-–:∶]\s*(\d{1,3})(?![\d.:%]|-\d)", times.score),
    Rule("time", r"(<hour>):(<minute>)(?::(<minute>))?<half>(?![\d:])", times.clock),
    Rule("ratio", r"<number>(?:[\s?]*[:∶][\s?]*<number>)+", times.ratio),
    Rule("time", r"(<hour>)\.([0-5]\d)(?![\d.]|<blank>(?:<unit>|<measure>|[%万亿]))", times.pointed),
    Rule("time", r"(<hour>)\s?([aApP])\.?[mM]\.?(?![A-Za-z])", times.whole_hour),
    Rule("length", r"(\d{1,2})h(\d{1,2})(?:min|m)(?![A-Za-z])", times.hours),
    Rule("length", r"(\d{1,3})\s?min\s?(\d{1,2})\s?s(?![A-Za-z])", times.minutes),
    Rule("length", r"(\d{1,2})['′’](\d{2})(?:[\"″”]|'')", times.pace),
    Rule("code", r"0x[0-9A-Fa-f]+(?![A-Za-z0-9])", codes.digits_first),
    # mathematics
    Rule("mathematics", r"(?<![A-Za-z0-9])[-−]?<operand>(?:\s*<operator>\s*[-−(]?<operand>\)?){1,40}"
         r"(?![A-Za-zΩ℃°%μ㎡^⁰-⁹])", mathematics.expression),
    # amounts
    Rule("gain", r"([-−+])(<number>)(?![\d%％‰])", quantities.gained),
    Rule("percent", r"([-+−±]?)(<number>)[%％‰]?(?:<dash>|至|到)([-+−]?)(<number>)\s?([%％‰])", shares.percents),
    Rule("percent", r"([-+−±]?)(<number>)\s?([%％‰])", shares.percent),
    Rule("pressure", r"(\d{2,3})/(\d{2,3})\s?mmHg", shares.pressure),
    Rule("fraction", r"(?<!\d/)(-)?(\d{1,16})\s?[/⁄]\s?(\d{1,16})(?![\d/.])", shares.fraction),
    Rule("angle", r"(<number>)(°|度)(\d{1,2})['′’](?:(\d{1,2}(?:\.\d+)?)[\"″”])?", quantities.angle),
    Rule("money", r"(<number>)<blank>(<scale>)?(<money_code>(?![A-Za-z])|[€£₩₽])", money.money_behind),
    Rule("unit", r"([-+−±~]?)(<number>)<gap>(?:(<unit>)?(<dash>[-−]?|至|到)(<number>)<gap>)?(<unit>)"
         r"(?:/(<unit>|<per_unit>))?(?![A-Za-z0-9²³])", quantities.measured),
    Rule("number", r"\d{1,3}(?:[ \u00a0\u2009]\d{3})+(?![\d.])(?=<blank>(?:<measure>|<unit>))", quantities.spaced),
    Rule("freezing", r"[-−](<number>)(?=<blank>(?:摄氏度|华氏度|度))", quantities.freezing),
    # names by digits
    Rule("hotline", r"\d{3,8}(?!\d|\.\d|,\d)", codes.hotline),
    Rule("code", r"\d{2,12}(?!\d|\.\d|,\d)", codes.announced),
    Rule("code", r"\d{3,5}(?!\d|[.,]\d)", codes.named),
    Rule("code", r"\d{3,4}(?!\d|[.,]\d)", codes.modelled),
    Rule("code", r"\d{3}(?!\d|[.,]\d)", codes.branded),
    Rule("code", r"\d{3}(?!\d|[.,]\d)", codes.listed),
    Rule("code", r"(?:\d{6}|\d{3,4})(?!\d|[.,]\d)", codes.bracketed),
    Rule("code", r"(?<![-–—~～至到/.、])(?:6{3,}|23{3,})(?!\d|[-–—~～至到/.、,]\s?\d)", codes.cheered),
    Rule("code", r"(?:(?<=[图表式题])|(?<=[图表式题] ))\d{1,2}(?:[-–]\d{1,2})+(?![-\d.])", codes.figure),
    Rule("code", r"\d{2}(?=折)", codes.spelt),
    Rule("code", r"\d{2}(?=级(?:大?学生|新生|毕业|校友|同学|本科|研究生|硕士|博士|考生|.{1,6}(?:系|专业|班)))",
         codes.spelt),
    Rule("code", r"(?<![第\d.])(?:0\d|[5-9]\d)(?=版(?![本面权块税画图费]))", codes.spelt),
    Rule("code", r"\d{2}(?=式(?:[步手机冲枪火坦战自轻重高狙装侦单军舰护反突榴迫]|改[^变进造良善]))", codes.spelt),
    Rule("code", r"(\d+)#(?=$|[楼栋幢机线炉井泵\s，。、])", codes.numbered),
    Rule("code", r"0\d+(?:-\d+)?(?![\d.])", codes.zero_led),
    Rule("range", r"(?<=[月年][底初末中])<dash>(?=\d{1,4}[月年])", signs.between),
    Rule("range", r"(<number>)(<scale>|[年月日天号个])?[ ]?<dash>[ ]?(<number>)(?!<dash>?\d)", quantities.span),
    Rule("more", r"(<number>)\+(?=<measure>)", quantities.more_than),
    Rule("ordinal", r"(\d+)(?:st|nd|rd|th)(?![A-Za-z])", codes.english_ordinal),
    Rule("number", r"<number>(?=[*xX]<number><blank><unit>(?![A-Za-z0-9]))", quantities.plain),
    Rule("thousand", r"(<number>)[kK](?:<dash>(<number>)[kK])?(?![A-Za-z0-9])", money.thousand),
    Rule("times", r"(\d+)[xX倍](?=光变|光学|变焦|长焦|放大)", quantities.zoomed),
    Rule("code", r"\d+(?:,\d{3})*(?:\.\d+)?[A-Za-z]+(?:-?[A-Za-z0-9]+)*", codes.digits_first),
    Rule("code", r"(?:(?<=[A-Za-z][ -])\d{1,5}|(?<=[A-Za-z]\.)\d{3,5}|(?<=[α-ωΑ-Ω])\d{3,4})(?!\d|[.,]\d|[年月日%])",
         codes.named_number),
    # enumerations
    Rule("enumeration", r"(?<=\n)(\d{1,3})\.\s?(?=[^\d\s.])", signs.enumerated),
    Rule("enumeration", r"<circled>", signs.circled),
    # what is left of numbers
    Rule("height", r"(?:(?<=\d米)\d{2}|(?<=\d秒)\d{1,3})(?!\d|[.:：]|<blank>(?:<measure>|<unit>))", quantities.height),
    Rule("two", r"2(?=<blank>(?:<measure>))(?![\d.])", twos.count),
    Rule("two", r"2(?=[至到]\d)", twos.two_of_span),
    Rule("decimal", r"(?<![\d.A-Za-z])\.(?!(?:1\d|20)\d\d(?:年|[，,]))(\d+)(?![\d.月])", quantities.digits_after_point),
    Rule("range", r"(?<=<ended>)<dash>(?=\d|公元|前\d|约\d|今|上午|下午|早|晚|凌晨|次日|翌日)", signs.between_amounts),
    Rule("negative", r"[-−](?=[百千万]分之|<money_sign>\d)", quantities.minus),
    Rule("negative", r"[-−](<number>)", quantities.negative),
    Rule("positive", r"(?<![A-Za-z0-9\])])\+(<number>)", quantities.positive),
    Rule("number", r"<number>", quantities.plain),
    # signs between words
    Rule("per", r"(?<=[\u4e00-\u9fff])/(?=<per_unit>)", signs.per),
    Rule("per", r"(?<=[\u4e00-\u9fff])/<blank>(<unit>)(?![A-Za-z0-9])", signs.per),
    Rule("or", r"(?<=\d[VWA])/(?=<number>[kMG]?(?:Hz|W|V|A)(?![A-Za-z]))|(?<=Hz)/(?=<number>[kMG]?Hz)", signs.beside),
    Rule("per", r"(?<=[A-Za-z\u4e00-\u9fff])/(?=<number><blank><unit>)", signs.per),
    Rule("range", r"<dash>\s?(?=\d{4}[-/.])", signs.between_dates),
    Rule("power", r"(?<=[A-Za-z\d)])<superscript>(?:(?:<blank>|/)(<unit>)(?![A-Za-z0-9]))?", mathematics.power),
    Rule("subscript", r"[₀-₉]+", mathematics.subscript),
    Rule("equals", r"(?<=[A-Za-z\d\u4e00-\u9fff)²³])\s?=\s?(?=[-−+]?[\d(.])", mathematics.equals),
    Rule("power", r"(?<=[A-Za-z\d)])\^\(?(-?\d+|[a-z](?![a-z]))\)?(?:(?:<blank>|/)(<unit>)(?![A-Za-z0-9]))?",
         mathematics.exponent),
    Rule("and", r"(?<=[\u4e00-\u9fff])<blank>&<blank>(?=[\u4e00-\u9fff])", signs.ampersand),
    Rule("range", r"(?<=[一二三四五六日])<dash>(?=(?:周|星期)[一二三四五六日天])", signs.between),
    Rule("range", r"(?<=站)<dash>(?=[\u4e00-\u9fff]{2,8}站)", signs.between),
    Rule("range", r"(?<=[aApP][mM])\s?<dash>\s?(?=\d)", signs.between),
    Rule("range", r"(?<=:\d\d)<dash>(?=[早晚上下中午凌晨次日]{1,4}\d)", signs.between),
    Rule("trend", r"[↑↓▲▼](?=\s?\d)", signs.trend),
    Rule("inch", r"(?<=\d)[\"″”](?=屏|大屏|显示|液晶|电视|平板|笔记本)", signs.inch),
    Rule("range", r"(?<=[\d)）]|<circled>)<dash>(?=[A-Z]\d|第\d|[(（]\d|\d+/\d|<circled>)", signs.between_names),
    Rule("mathematics", r"(?<=\d)[*xX](?=\d)", mathematics.cross),
    Rule("about", r"[~～](?=\d)", signs.about),
    Rule("plus", r"(?<=[\dA-Za-z\u4e00-\u9fff])\+(?=[\d\u4e00-\u9fff])|(?<=[\d万亿千百])\+", signs.plus),
    Rule("order", r"(<=|>=|[<>])(?=\s?-?\d)", mathematics.compared),
    Rule("blank", r"×{1,8}(?=$|[\u4e00-\u9fff”’\"，。！？、：；…)）》])|×{2,8}", signs.blank),
    Rule("sign", r"<sign>", signs.sign),
    Rule("emoji", r"<emoji>", signs.emoji),
)  # fmt: skip

WIDE_COMMA = re.compile("(?<=[０-９])，(?=[０-９]{3}(?![０-９]))")
WIDE = re.compile("[Ａ-Ｚａ-ｚ]+")


@lru_cache(maxsize=1024)
def spoken(text: str) -> Spoken:
    """The spoken form of a text; the first rule in RULES that fits a place has it.

    >>> spoken("1998年有2个人，占3.5%。").text
    '一九九八年有两个人，占百分之三点五。'
    """
    folded = "\n" + WIDE_COMMA.sub(",", text).translate(
        folding()
    )  # the line feed: every line has a head that a pattern can see
    pieces: list[Piece] = []
    position, plain = 1, 0
    while found := _place().search(folded, position):
        name, said, end = _said(folded, found)
        if said is None:
            position = end
            continue
        start = found.start() - 1
        pieces += _as_written(text, plain, start)
        plain, position = end - 1, end
        pieces.append(Piece((start, plain), text[start:plain], said, name))
    pieces += _as_written(text, plain, len(text))
    return Spoken("".join(piece.spoken for piece in pieces), tuple(pieces))


def _said(text: str, place: re.Match[str]) -> tuple[str, str | None, int]:
    """The rule that has a place, what is said there, and where it ends."""
    for name, pattern, say in _rules():
        match = pattern.match(text, place.start())
        if match and (said := say(match)) is not None:
            return name, said, match.end()
    return "", None, place.end()


def _as_written(text: str, start: int, end: int) -> Iterator[Piece]:
    """The text between two places; letters of full width are the voice's letters all the same.

    >>> spoken("新ＩＰＨＯＮＥ").text
    '新IPHONE'
    """
    for wide in WIDE.finditer(text, start, end):
        if start < wide.start():
            yield Piece((start, wide.start()), text[start : wide.start()], text[start : wide.start()])
        start = wide.end()
        yield Piece(wide.span(), wide[0], wide[0].translate(folding()), "width")
    if start < end:
        yield Piece((start, end), text[start:end], text[start:end])


@cache
def _rules() -> tuple[tuple[str, re.Pattern[str], Say], ...]:
    return tuple((rule.name, compiled(rule.pattern), rule.say) for rule in RULES)


@cache
def _place() -> re.Pattern[str]:
    """Where a rule may begin; a run of letters is one place, so that no rule cuts into a word."""
    return compiled(
        r"\d|[A-Za-z]+|[-−+±~/<>=*.&^\"″”↑↓▲▼⁰¹²³⁴-⁹⁻₀-₉Ⅰ-ⅿ–—°\\(]|（(?=[*＊]?[∩^⊙◕≧>])|<circled>|<emoji>|<province>(?=[A-Z])|<money_sign>|<greek>|<sign>"
    )
