"""A Document comes in; the same goes out without the numbers of the pages that it was printed or scanned on.

Such numbers stand in lines of their own, between dashes or dots, and count on from page to page.
"""

import re
from itertools import pairwise
from statistics import median

from pipeline.edits import Replacement, edited
from pipeline.model import Document

FEWEST = 10  # pages
STEP = 4  # a page without a number, or with a picture, is left out now and then
SHARE = 0.8  # of the numbers go on from the one before
FULL = 3000  # characters; what is longer than a page is a chapter with a number for a name
_SIGNS = "[-—–·.•*=~_]"
_PAGE = re.compile(
    rf"^[ \t　]*(?:{_SIGNS}+[ \t　]*(?:第|页面|頁面)?[ \t　]*([0-9]{{1,4}})[ \t　]*[页頁]?[ \t　]*{_SIGNS}*"
    rf"|第[ \t　]*([0-9]{{1,4}})[ \t　]*[页頁])[ \t　]*$",
    re.MULTILINE,
)


def page_numbers(document: Document) -> Document:
    """Numbers of pages go, where they count.

    >>> from pipeline.repair.rule import document_of
    >>> pages = "".join(f"第 {n} 段，话还没有说完\\n-- {n}\\n" for n in range(1, 13))
    >>> page_numbers(document_of(pages)).text[:21]
    '第 1 段，话还没有说完\\n\\n第 2 段，话'
    >>> page_numbers(document_of("- 5 -\\n一\\n- 2 -\\n二")).text
    '- 5 -\\n一\\n- 2 -\\n二'
    """
    found = list(_PAGE.finditer(document.text))
    if len(found) < FEWEST:
        return document
    numbers = [int(match[1] or match[2]) for match in found]
    counted = sum(0 < after - before <= STEP for before, after in pairwise(numbers))
    length = median(after.start() - before.end() for before, after in pairwise(found))
    if counted < SHARE * (len(found) - 1) or length > FULL:
        return document
    return edited(document, "page number", [Replacement(*match.span(), "") for match in found])
