"""Places that are times of day, durations, scores and ratios come in as matches; how they are said goes out."""

import re

from pipeline.speak.spoken.numbers import digits, integer, quantity
from pipeline.speak.spoken.words import after, before, compiled

_HALVES = {"a": "上午", "p": "下午"}
_LASTING = (
    r"(?:时长|用时|历时|耗时|片长|全长|长度|成绩|倒计时|配速|播放时间|[全半]马|马拉松|跑[出进]|完赛)[为是约了:]?\s*$"
)
_DAYTIME = r"(?:[早晚]上?|早晨|清晨|[上中下]午|傍晚|夜里|凌晨|今晨|[今明当]晚|[明今]早)\s?$"
_BEGINS = (
    r"\s?(?:准时|开[园门始播演赛场市馆盘业会课]|闭[馆园市]|关门|打烊|集合|出发|起床|发车|到站|上课|下课|上班|下班|入场)"
)
_SCALED = r"(?:比例尺?|比率|师生比|配比|赔率|性别比|男女比|体积比|质量比|按照?|稀释)[为是成约达到:]{0,2}\s*$"
_SCALING = (
    r"万|[的等]?(?:比例|比率|比(?!赛|分|亚)|稀释|兑换|兑水|配比|实物|仿真|"
    r"缩小|放大|缩放|复刻|还原|地图|地形图|模型|车模|手办|水)"
)
_WON = (
    r"(?:击败|打败|击溃|战胜|大胜|小胜|险胜|完胜|获胜|取胜|胜出|力克|力压|横扫|逆转|淘汰|领先|落后|落败|战平|逼平|打平|握手言和|平手|"
    r"不敌|负于|告负|输给|[惜惨大完]败|败给|憾负|失利|[险小大惨完]负|获得胜利|晋级|出局|零封|夺冠|(?:总|大)?比[分数])"
)
_WON_AT_ONCE = r"\s?(?:赢|输|胜|负|败)"
_DRAWN = r"\s?[战逼打暂闷言客主场]{0,2}平(?![方米均行])"
_BOOKS = (
    r"(?:福音|[多希迦得摩翰][前后一二三]书|[世及未民数命师耳得亚伯][记紀纪][上下]?|王[记纪][上下]|代志[上下]|诗篇|箴言|雅歌|哀歌|启示录|行传|传道书|"
    r"(?:以赛亚|耶利米|以西结|但以理|罗马|雅各|希伯来|以弗所|腓立比|歌罗西|加拉太|提多|犹大)书)"
)
_SCORING = (
    r"(?:比[分数](?:是|为|定格在|停留在|锁定在|变为|改写为|扳成|扳为)?|爆冷|击败|战胜|大胜|小胜|险胜|完胜|不敌|战平|逼平|打平|惨败|大败|"
    r"主场赢|客场赢|输|赢|胜|负|败|作客|主场|客场|合计(?:以|是)?|决赛|系列赛|首回合|次回合|两回合|比赛(?:以)?|总比分|(?<![所可是难加])以|两个|协助|扳成|战成|打成|\d[:-]\d[、，,和])\s*$"
)


def clock(match: re.Match[str]) -> str | None:
    """A time of day, with seconds and half of the day if given.

    >>> from pipeline.speak.spoken import spoken
    >>> [spoken(t).text for t in ("12:05", "22：58", "11:00", "13:10:36", "8:00 a.m.", "00:02")]
    ['十二点零五分', '二十二点五十八分', '十一点', '十三点十分三十六秒', '上午八点', '零点零二分']
    """
    if _is_score(match) or re.search(_LASTING, before(match)) or _is_scale(match):
        return None
    half = _HALVES[match[4][0].lower()] if match[4] else ""
    midnight = match[1].strip("0") + match[2].strip("0") == ""
    seconds = match[3] if match[3] != "00" or midnight else None
    said = half + _hour(match[1]) + _minutes(match[2], seconds)
    return said.removesuffix("分") if after(match, 1) == "分" else said


def pointed(match: re.Match[str]) -> str | None:
    """A time of day with a point, behind a part of the day or in front of what begins then.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("早晨9.30开园，18.30闭馆").text, spoken("上午上涨9.30点").text
    ('早晨九点三十分开园，十八点三十分闭馆', '上午上涨九点三零点')
    """
    told = re.search(_DAYTIME, before(match)) or re.match(_BEGINS, after(match))
    return _hour(match[1]) + _minutes(match[2], None) if told else None


def half_first(match: re.Match[str]) -> str:
    """A time of day behind its half.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("AM 8:00").text
    '上午八点'
    """
    return _HALVES[match[1].lower()] + _hour(match[2]) + _minutes(match[3], None)


def whole_hour(match: re.Match[str]) -> str:
    """An hour and its half of the day.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("3 pm").text, spoken("10am").text
    ('下午三点', '上午十点')
    """
    return _HALVES[match[2].lower()] + _hour(match[1])


def hours(match: re.Match[str]) -> str:
    """Hours and minutes by their letters.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("1h30min").text
    '一小时三十分钟'
    """
    return f"{'两' if match[1] == '2' else integer(int(match[1]))}小时{integer(int(match[2]))}分钟"


def minutes(match: re.Match[str]) -> str:
    """Minutes and seconds by their letters.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("5min 30s").text
    '五分三十秒'
    """
    return f"{'两' if match[1] == '2' else integer(int(match[1]))}分{integer(int(match[2]))}秒"


def clocks(match: re.Match[str]) -> str | None:
    """From one time to another.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("14:00-15:30").text, spoken("8:30-9:00 am").text
    ('十四点到十五点三十分', '上午八点三十分到九点')
    """
    half = _HALVES[match[5].lower()] if match[5] else ""
    return f"{half}{_hour(match[1])}{_minutes(match[2], None)}到{_hour(match[3])}{_minutes(match[4], None)}"


def _hour(text: str) -> str:
    return ("两" if int(text) == 2 else integer(int(text))) + "点"


def _minutes(minutes: str, seconds: str | None) -> str:
    if minutes == "00" and seconds is None:
        return ""
    said = ("零" if minutes[0] == "0" and minutes != "00" else "") + integer(int(minutes)) + "分"
    if seconds is None:
        return said
    return (
        said
        + ("零" if seconds[0] == "0" and seconds != "00" and minutes != "00" else "")
        + integer(int(seconds))
        + "秒"
    )


def lasting(match: re.Match[str]) -> str | None:
    """A length in minutes and seconds, behind a word for lengths or with hundredths.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("片长3:45").text, spoken("以1:45.23夺冠").text, spoken("用时2:03:59").text
    ('片长三分四十五秒', '以一分四十五秒二三夺冠', '用时两小时三分五十九秒')
    """
    if not match[4] and not re.search(_LASTING, before(match)):
        return None
    parts = [int(part) for part in match.group(1, 2, 3) if part]
    names = ("小时", "分", "秒") if len(parts) == 3 else ("分", "秒")
    said = "".join(
        ("两" if n == 2 and name == "小时" else integer(n)) + name for n, name in zip(parts, names, strict=True)
    )
    return said + (digits(match[4][1:]) if match[4] else "")


def pace(match: re.Match[str]) -> str:
    """Minutes and seconds by their marks.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("配速5′30″").text
    '配速五分三十秒'
    """
    return f"{integer(int(match[1]))}分{integer(int(match[2]))}秒"


def score(match: re.Match[str]) -> str | None:
    """Goals or points of two sides, told by the words around or by the names of places that play.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("以2–1击败").text, spoken("中国1-2").text, spoken("21-15、19-21、21-18").text
    ('以二比一击败', '中国一比二', '二十一比十五、十九比二十一、二十一比十八')
    """
    return f"{integer(int(match[1]))}比{integer(int(match[2]))}" if _is_score(match) else None


def _is_score(match: re.Match[str]) -> bool:
    head, tail = before(match), after(match, 8)
    counted = compiled(r"\s*(?:<measure>|<unit>|%)").match(tail) is not None
    falling = int(match[1]) > int(match[2])
    if _is_draw(match) or (compiled("<side>队?<blank>$").search(head) and (falling or not counted)):
        return True
    won = re.match(r"[\s(（，,]{0,2}[^，。；]{0,2}" + _WON, tail) or re.match(_WON_AT_ONCE, tail)
    named = compiled(r"\s?<side>(?!队?员)").match(tail) and (falling or _behind_a_name(head))
    if counted and not (won or named):
        return False
    return bool(won or named or re.search(_SCORING, head)) or _falls(match)


def _is_draw(match: re.Match[str]) -> bool:
    """Whether both sides have the same, and a word around or a name beside tells of sides.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("0-0暂平").text, spoken("1-1建业").text, spoken("60-90平").text
    ('零比零暂平', '一比一建业', '六十到九十平')
    """
    if int(match[1]) != int(match[2]) or ":" in match[0]:
        return False
    head, tail = before(match), after(match, 8)
    told = re.match(_DRAWN, tail) or re.search(r"平\s?$", head)
    return bool(told or compiled(r"\s?<side>(?!队?员)").match(tail))


def _behind_a_name(head: str) -> bool:
    return re.search(r"[\u4e00-\u9fff]\s?$", head) is not None and re.search(r"[第约近达共有至到]\s?$", head) is None


def _is_scale(match: re.Match[str]) -> bool:
    """Whether one to so many is a scale or a share: 1:18车模, 按1:10稀释."""
    single = match[1] == "1" and match[3] is None and match[4] is None
    return single and bool(re.search(_SCALED, before(match)) or re.match(_SCALING, after(match)))


def _falls(match: re.Match[str]) -> bool:
    """Whether a dash stands in a row of pairs of which one falls: 21-15、19-21 is no row of ranges, nor is 3-0."""
    named = compiled(r"(?:<code_word>号?|[图表式题A-Za-z]\s?|\d-|[=+×*÷(]\s*)$").search(before(match))
    if ":" in match[0] or named or re.match(r"\s*[=+×*÷-]", after(match)):
        return False
    row = re.match(r"(?:\d{1,2}[-–]\d{1,2}[、，, ]*)*$", re.split(r"[^-–\d、，, ]", before(match, 40))[-1])
    rest = re.match(r"(?:[、，, ]*\d{1,2}[-–]\d{1,2}(?!\d))*", after(match, 40))
    pairs = re.findall(r"(\d{1,2})[-–](\d{1,2})", f"{row[0] if row else ''}{match[0]}{rest[0] if rest else ''}")
    return any(int(first) > int(last) for first, last in pairs) and not re.search(r"\b0\d|\d{3}", match[0])


def scripture(match: re.Match[str]) -> str | None:
    """Chapter and verse, behind the name of a book of the Bible.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("约翰福音 3:16").text, spoken("《创世记》1：1-3").text
    ('约翰福音 三章十六节', '《创世记》一章一到三节')
    """
    if not re.search(rf"{_BOOKS}》?\s*$", before(match)):
        return None
    last = f"到{integer(int(match[3]))}" if match[3] else ""
    return f"{integer(int(match[1]))}章{integer(int(match[2]))}{last}节"


def ratio(match: re.Match[str]) -> str:
    """Numbers with colons that are no time of day.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("2:1").text, spoken("30.2:30.8:39.0").text, spoken("78:96").text
    ('二比一', '三十点二比三十点八比三十九点零', '七十八比九十六')
    """
    return "比".join(quantity(part) for part in re.split(r"[\s?]*[:∶][\s?]*", match[0]))
