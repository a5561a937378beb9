"""A text comes in; what in it tells of a site that worked on its bytes goes out.

Bytes were torn where simplified text was made traditional and glossed, in GBK. Elsewhere a `?` is a question mark, and
two of them are a loud one.
"""

from enum import Enum, auto

from pipeline.repair.readings import GLOSS, is_reading
from pipeline.repair.rereading import TORN_GLOSS
from pipeline.repair.script import telling

SHARE = 0.05  # of the characters of a traditional text only such a text has


class Site(Enum):
    """What tells of it: traditional characters with glosses; without, they may have been so ever since; nothing."""

    GLOSSED = auto()
    TRADITIONAL = auto()
    UNTOLD = auto()


def site_of(text: str) -> Site:
    """What a text tells of the site that it was on.

    >>> [site_of(text).name for text in ("局長(zhǎng)說", "局長說了：好。", "长(cháng)短：好?!")]
    ['GLOSSED', 'TRADITIONAL', 'UNTOLD']
    """
    if sum(map(telling().__contains__, text)) <= SHARE * len(text):
        return Site.UNTOLD
    glosses = (is_reading(gloss[1] or gloss[2], text[gloss.start() - 1]) for gloss in GLOSS.finditer(text, 1))
    return Site.GLOSSED if TORN_GLOSS.search(text) or any(glosses) else Site.TRADITIONAL
