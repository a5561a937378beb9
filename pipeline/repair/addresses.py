"""A line comes in; whether it is a site's address with the site's praise of itself, and nothing else, goes out."""

import re

LONGEST = 80  # characters of such a line
LEADING = 24  # letters and characters in front of the address, in a line of its own
LEADING_ON = 16  # the same at the end of a paragraph
_TOP = "(?:com|net|org|cc|cn|info|tw|la|me|xyz|top|vip)"
_NAMED = re.compile(rf"(?:https?://)?(?:[a-z0-9-]+\.)+{_TOP}(?![a-z0-9.-])(?:/\S*)?")
_DISGUISED = re.compile(rf"w\W{{0,2}}w\W{{0,2}}w\W{{0,3}}(?:[a-z0-9]\W{{0,2}}){{3,30}}?{_TOP}")  # ｗww、xia oshuo。net
_PRAISE = re.compile(
    "下载|下載|小说|小說|电子书|電子書|txt|epub|书库|書庫|书城|書城|书包|書包|书屋|書屋|书网|書網|文学网|文學網"
    "|在线阅读|在線閱讀|首发|首發|网友分享|網友分享|整理|为您|為您|版权属|版權屬"
    "|(?:最新|备用|備用|永久|本站)(?:网址|網址|地址|域名)"
)
_PLAIN = {code: chr(code).lower() for code in range(0x41, 0x5B)} | {
    code: chr(code - 0xFEE0).lower() for code in range(0xFF01, 0xFF5F)
}
_LETTERS = re.compile("[A-Za-zＡ-Ｚａ-ｚ]{2}")  # without them there is no address
_SENTENCE = re.compile("[。！？…”」』](?=[^。！？…”」』]*$)")


def address_in(line: str) -> str:
    """The end of a line, or all of it, that is an address and what the site says of itself; "" where there is none.

    >>> address_in("喜书网（www.xitxt.net)免费电子书下载"), address_in("最新网址：www.ibiquge.net")
    ('喜书网（www.xitxt.net)免费电子书下载', '最新网址：www.ibiquge.net')
    >>> address_in("“开车！”ｗwＷ、xiaoshuoｔxt.net,小,说,天,堂")
    'ｗwＷ、xiaoshuoｔxt.net,小,说,天,堂'
    >>> address_in("官网：https://www.python.org"), address_in("他打开 www.baidu.com 看小说。")
    ('', '')
    """
    if not _LETTERS.search(line, len(line) - LONGEST if len(line) > LONGEST else 0):
        return ""
    plain = line[-LONGEST:].translate(_PLAIN)
    found = _address(plain)
    if not found or line.rstrip()[-1:] in "。！？!?…”":
        return ""
    end = len(line) - len(plain)
    before = line[: end + found.start()]
    sentence = _SENTENCE.search(before)
    shown = line[sentence.end() :] if sentence else line
    leading = re.sub(r"\W", "", before[sentence.end() if sentence else 0 :])
    if len(shown) > LONGEST or len(leading) > (LEADING_ON if sentence else LEADING):
        return ""
    rest = _around(shown)
    return shown if (_PRAISE.search(rest) if rest else "//" not in plain) else ""


def _address(plain: str) -> re.Match[str] | None:
    """The first address, plain or disguised."""
    found = filter(None, (_DISGUISED.search(plain), _NAMED.search(plain)))
    return min(found, key=lambda match: match.start(), default=None)


def _around(line: str) -> str:
    """The letters and characters of a line without its address."""
    plain = line.translate(_PLAIN)
    found = _address(plain)
    return re.sub(r"[\W_]", "", found.re.sub("", plain) if found else plain)
