"""The style sheets of a book come in; its pages go out with what these set above the line made `sup`, as HTML has it.

The tools that make and convert EPUBs write `<span class="x7">6</span>` and say in a sheet what x7 looks like: without
the sheet, the number of a note is a number in the sentence.
"""

import re
from collections.abc import Collection, Iterable, Iterator

from pipeline.read.tree import Element, local

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RAISED = re.compile(r"vertical-align\s*:\s*super", re.IGNORECASE)
_CLASS = re.compile(r"(?:^|[\s>+~])[A-Za-z]*\.([\w-]+)$")
INLINE = frozenset(("span", "a", "font", "small", "big", "b", "i", "em", "strong"))


def raised_classes(sheets: Iterable[str]) -> frozenset[str]:
    """The classes that style sheets (CSS) set above the line.

    >>> sorted(raised_classes(["/* .no {} */ .x7, p span.x8 { font-size: 1em; vertical-align: super }", ".y { }"]))
    ['x7', 'x8']
    """
    return frozenset(name for sheet in sheets for name in _raised(_COMMENT.sub("", sheet)))


def _raised(sheet: str) -> Iterator[str]:
    for rule in sheet.split("}"):
        selectors, _, declarations = rule.rpartition("{")
        if _RAISED.search(declarations):
            yield from (found[1] for one in selectors.split(",") if (found := _CLASS.search(one.strip())))


def raise_up(root: Element, classes: Collection[str]) -> None:
    """Make `sup` of the elements inside a line that stand above it by their class or their own style."""
    for element in root.iter():
        if local(element) in INLINE and len(element.attrib) and _stands_above(element, classes):
            element.tag = element.tag[: -len(local(element))] + "sup"


def _stands_above(element: Element, classes: Collection[str]) -> bool:
    named = any(name in classes for name in element.get("class", "").split())
    return named or bool(_RAISED.search(element.get("style", "")))
