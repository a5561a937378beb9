"""A Document comes in; the same goes out without the HTML that a scraper left in a plain text."""

import html
import re

from pipeline.model import Document
from pipeline.repair.rule import substituted

_ENTITY = re.compile("&(?:[A-Za-z][A-Za-z0-9]{1,30}|#[0-9]{2,7}|#[xX][0-9A-Fa-f]{2,6});")
_BREAK = re.compile(r"(?:(?<![ \t])[ \t]++)?<(?:br[ \t]*/?|/?p)>[ \t]*", re.IGNORECASE)  # a run of blanks is read once
FEWEST_BREAKS = 2  # one alone may be what the text is about
FEWEST_TAGS = 4  # fewer may be quoted
TAUGHT = 3  # words about HTML show that the tags are what the text is about
_INLINE = (
    "a|abbr|acronym|b|bdi|bdo|big|cite|code|details|dfn|em|figure|font|footer|i|ins|kbd|label|mark|q|s|samp|section|small|"
    "span|strike|strong|sub|sup|tent|tt|u|var"
)
_BLOCK = "h[1-6]|hr|li|ul|ol|div|center|blockquote|table|tr|td|header"
ELEMENTS = f"{_INLINE}|{_BLOCK}"
# <a is lost
_TORN = r"(?<![\w=])(?P<torn>href|name|id|class|src|target)=(?:\"[^\"<>\n]{0,80}\"|'[^'<>\n]{0,80}')[^<>\n]{0,40}>"
_TAG = re.compile(rf"</?(?:(?P<inline>{_INLINE})|{_BLOCK})(?:\s[^<>\n]{{0,300}})?/?>|{_TORN}", re.IGNORECASE)
_ENDS = ("", "\n")  # what is beside a tag at the end of a line
_TEACHING = re.compile("HTML|XHTML|html5?标签|网页代码|標籤|标签")


def entities(document: Document) -> Document:
    """Named and numbered characters become what they name; what names nothing stays.

    >>> from pipeline.repair.rule import document_of
    >>> entities(document_of("&ldquo;&#20013;&#x56fd;&rdquo;A&amp;B，R&D; &是&")).text
    '“中国”A&B，R&D; &是&'
    """
    return substituted(document, "html", _ENTITY, lambda match: html.unescape(match[0]))


def line_breaks(document: Document) -> Document:
    """Tags that end a line or a paragraph end it, where there are several.

    >>> from pipeline.repair.rule import document_of
    >>> line_breaks(document_of("花开了。<br/>花落了。<BR>")).text
    '花开了。\\n花落了。\\n'
    >>> line_breaks(document_of("用 <br> 来换行。")).text
    '用 <br> 来换行。'
    """
    return substituted(document, "html", _BREAK, lambda match: "\n", FEWEST_BREAKS)


def tags(document: Document) -> Document:
    """Tags of other elements go, where there are several; those of blocks end a line that goes on.

    >>> from pipeline.repair.rule import document_of
    >>> tags(document_of("<h3>1</h3>\\n他在柏林<a href='/9152'>洪</a>堡大学。<div>后来</div>")).text
    '1\\n他在柏林洪堡大学。\\n后来'
    >>> tags(document_of("他写 href='2619/im'>《围城》<i>时</i>，<b>刚</b>来。")).text
    '他写 《围城》时，刚来。'
    >>> tags(document_of("他写道：<b>a</b>，就这样。")).text
    '他写道：<b>a</b>，就这样。'
    """
    text = document.text
    if len(_TEACHING.findall(text)) >= TAUGHT:
        return document

    def between(tag: re.Match[str]) -> str:
        goes_on = text[tag.start() - 1 : tag.start()] not in _ENDS and text[tag.end() : tag.end() + 1] not in _ENDS
        return "\n" if goes_on and not (tag["inline"] or tag["torn"]) else ""

    return substituted(document, "html", _TAG, between, FEWEST_TAGS)
