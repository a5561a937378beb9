"""A text comes in; what in it tells of a site that worked on its bytes goes out.

Bytes were torn where simplified text was made traditional and glossed, in GBK. Elsewhere a `?` is a question mark, and
two of them are a loud one.
"""

from enum import Enum, auto

from pipeline.repair.glosses import found_in
from pipeline.repair.rereading import TORN_GLOSS
from pipeline.repair.script import Script


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
    if Script.of(text) is not Script.TRADITIONAL:
        return Site.UNTOLD
    return Site.GLOSSED if TORN_GLOSS.search(text) or found_in(text) else Site.TRADITIONAL
