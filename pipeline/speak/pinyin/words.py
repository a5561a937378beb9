"""A text comes in; its words go out, with a pronunciation of the user's kept whole and every sign a word of its own."""

import functools
import re
from collections.abc import Iterator

from pipeline.speak.pinyin.lexicon import cut

HAN = "〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_RUNS = re.compile(f"[{HAN}]+|[0-9A-Za-z]+|[^{HAN}]")


def cut_text(text: str, kept: tuple[str, ...] = ()) -> list[str]:
    """The words of a text, one after another without a gap; `kept` words are found first, the longest before all.

    >>> cut_text("他3岁，在银行。")
    ['他', '3', '岁', '，', '在', '银行', '。']
    >>> cut_text("重庆大厦", ("庆大",))
    ['重', '庆大', '厦']
    """
    return list(_pieces(text, kept))


def _pieces(text: str, kept: tuple[str, ...]) -> Iterator[str]:
    for piece in _kept(kept).split(text) if kept else [text]:
        if piece in kept:
            yield piece
            continue
        for run in _RUNS.findall(piece):
            yield from cut(run) if len(run) > 1 else [run]


@functools.lru_cache(maxsize=8)
def _kept(kept: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(filter(None, kept), key=len, reverse=True)
    return re.compile(f"({'|'.join(map(re.escape, longest_first))})")
