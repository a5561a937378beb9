"""The words around a quotation come in; whether they say that somebody speaks, and who it certainly is, goes out.

The lists of words are closed (`attribution.tsv`): an attribution with a word that is not in them names nobody, and a
pronoun names nobody either. A wrong voice is worse than none of one's own.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MARKS = "，。！？；：、…—,.!?;:"
_HAN = "[\u3400-\u9fff]"


@dataclass(frozen=True, slots=True)
class Attribution:
    """Words that say that somebody speaks: the words, the name of the list that they give it to, and their mark."""

    words: str
    name: str = ""
    mark: str = ""


class Attributions:
    """Finds attributions to these names."""

    def __init__(self, names: Iterable[str]) -> None:
        named = "|".join(map(re.escape, sorted(names, key=len, reverse=True))) or "(?!)"
        says = rf"(?:{_before()})?(?P<name>{named}){_manner()}(?:{_any('listener')}{_HAN}{{1,6}}?{_manner()})?{_verb()}"
        anybody = rf"[^\s{MARKS}“”‘’「」『』\"]{{0,14}}?{_verb()}"
        begins = r"(?:^|(?<=[\s，,。！？!?；;…—”’」』\"]))"
        self._introduces = re.compile(rf"{begins}{says}\s*(?P<mark>[：:，,。]?)\s*$")
        self._heads = re.compile(rf"{begins}(?P<name>{named})\s*(?P<mark>[：:])\s*$")
        self._follows = re.compile(rf"\s*[，,]?\s*{says}\s*(?P<mark>[{MARKS}]|(?=[“‘「『\"])|$)")
        self._somebody_introduces = re.compile(rf"(?P<says>{_verb()})\s*(?P<mark>[：:，,]?)\s*$")
        self._somebody_follows = re.compile(rf"\s*[，,]?\s*(?P<says>{anybody})\s*(?P<mark>[{MARKS}]|$)")
        self._written = re.compile(rf"{_any('written')}\s*[：:，,]?\s*$")
        self._thought = re.compile(rf"\s*[，,]?[^\s{MARKS}]{{0,10}}(?<![了一]){_any('thought')}\s*(?:[{MARKS}]|$)")

    def before(self, text: str) -> Attribution | None:
        """The attribution that a text in front of a quotation ends with.

        >>> Attributions(["张三"]).before("天黑了，张三冷冷地对李四说道：")
        Attribution(words='张三冷冷地对李四说道：', name='张三', mark='：')
        >>> Attributions(["张三"]).before("李四听见张三喊道：")
        Attribution(words='喊道：', name='', mark='：')
        >>> Attributions(["张三"]).before("这就是张三所说的")
        """
        if self._written.search(text):
            return None
        found = self._introduces.search(text) or self._heads.search(text) or self._somebody_introduces.search(text)
        return _found(found)

    def behind(self, text: str) -> Attribution | None:
        """The attribution that a text behind a quotation begins with.

        >>> Attributions(["张三"]).behind("张三点点头，道。他走了。")
        Attribution(words='张三点点头，道。', name='张三', mark='。')
        >>> Attributions(["张三"]).behind("张三的父亲笑道。")
        Attribution(words='张三的父亲笑道。', name='', mark='。')
        """
        return _found(self._follows.match(text)) or _found(self._somebody_follows.match(text))

    def nobody(self, before: str, behind: str) -> bool:
        """Whether the words around a quotation tell that nobody says it: it is written, thought, a name, a proverb.

        >>> names = Attributions([])
        >>> names.nobody("墙上写着：", ""), names.nobody("", "他想。"), names.nobody("他说：", "他想了想，")
        (True, True, False)
        """
        return bool(self._written.search(before) or self._thought.match(behind))


def _found(match: re.Match[str] | None) -> Attribution | None:
    if match is None:
        return None
    words = match[0].strip().lstrip("，,")
    return Attribution(words, match.groupdict().get("name") or "", match["mark"] or "")


@cache
def _words() -> dict[str, list[str]]:
    lines = Path(__file__).with_name("attribution.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {kind: words.split() for kind, words in rows}


def _any(kind: str) -> str:
    return "(?:" + "|".join(map(re.escape, sorted(_words()[kind], key=len, reverse=True))) + ")"


def _before() -> str:
    return rf"{_any('before')}[，,]?"


def _manner() -> str:
    return rf"(?:{_any('manner')}[，,]?){{0,4}}"


def _verb() -> str:
    """A verb of speech, with its listener and what else may follow; not 知道, 街道, 小说."""
    other_word = "".join(f"(?<!{word})" for word in _words()["not"])
    behind = f"(?:{_any('behind')})?"
    toward = rf"{_any('toward')}{_HAN}{{1,6}}?(?:道|说)?"
    return rf"{other_word}(?:{_any('speech')}{behind}|{toward})"
