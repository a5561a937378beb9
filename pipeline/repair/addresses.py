"""A line comes in; whether it is a site's address with the site's praise of itself, and nothing else, goes out."""

import re

LONGEST = 80  # characters of such a line
LEADING = 24  # letters and characters in front of the address, in a line of its own
LEADING_ON = 16  # the same at the end of a paragraph
TOP = "(?:com|net|org|cc|cn|info|tw|la|me|xyz|top|vip|fm)"
ADDRESS = rf"(?<![A-Za-z0-9@.-])(?:https?://)?(?:[a-z0-9-]{{1,40}}\.){{1,4}}{TOP}(?![a-z0-9.-])"
_NAMED = re.compile(rf"{ADDRESS}(?:/\S*)?")
_SPREAD_TOP = r"(?:c\W{0,2}o\W{0,2}m|n\W{0,2}e\W{0,2}t|o\W{0,2}r\W{0,2}g|\W(?:c\W?[cn]|l\W?a|t\W?w))"
# ｗww、xia oshuo。n et
_SPREAD = rf"(?:https?://)?w\W{{0,2}}w\W{{0,2}}w\W{{0,3}}(?:[a-z0-9]\W{{0,2}}){{3,30}}?{_SPREAD_TOP}"
_DISGUISED = re.compile(_SPREAD)
_SIGNED = ("txt小说天堂", "小说txt天堂", "txt小xiaoshuo说天堂", "xiaoshuotxt")  # by a site: t*xt-小%说^天.堂
_NAME = "|".join(r"[\W_]{0,3}".join(name) for name in _SIGNED)
_SIGN = rf"(?:t[\W_]{{0,3}})?(?:{_NAME})[\W_]*"
_SIGNATURE = re.compile(rf"(?:{_SIGN}(?:{_SPREAD}[\W_]*)?|{_SPREAD}[\W_]*{_SIGN})$")
_SIGNS = re.compile(r"[^\w。！？…”」』]*$")
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
    >>> address_in("应该不！．t．xt．．小．说．天．堂．www/xiaoshuotxt.n et"), address_in("！小＠说＃txt＄天＾堂＆")
    ('．t．xt．．小．说．天．堂．www/xiaoshuotxt.n et', '！小＠说＃txt＄天＾堂＆')
    >>> address_in("官网：https://www.python.org"), address_in("他打开 www.baidu.com 看小说。")
    ('', '')
    """
    if not _LETTERS.search(line, max(0, len(line) - LONGEST)):
        return ""
    plain = line[-LONGEST:].translate(_PLAIN)
    end = len(line) - len(plain)
    if signature := _SIGNATURE.search(plain):
        return _signed(line, end + signature.start())
    found = _address(plain)
    if not found or line.rstrip()[-1:] in "。！？!?…”":
        return ""
    before = line[: end + found.start()]
    sentence = _SENTENCE.search(before)
    start = sentence.end() if sentence else 0
    shown, leading = line[start:], re.sub(r"\W", "", before[start:])
    if len(shown) > LONGEST or len(leading) > (LEADING_ON if sentence else LEADING):
        return ""
    rest = re.sub(r"[\W_]", "", found.re.sub("", plain[-len(shown) :]))
    return shown if (_PRAISE.search(rest) if rest else "//" not in plain) else ""


def _signed(line: str, start: int) -> str:
    """The line from `start` with the signs in front of it; all of it where nothing else is there."""
    own = line[len(_SIGNS.sub("", line[:start])) :]
    return own if re.search(r"\w", line[: -len(own)]) else line


def _address(plain: str) -> re.Match[str] | None:
    """The first address, plain or disguised."""
    found = filter(None, (_DISGUISED.search(plain), _NAMED.search(plain)))
    return min(found, key=lambda match: match.start(), default=None)
