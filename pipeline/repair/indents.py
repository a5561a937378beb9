"""A Document comes in; the same goes out with paragraphs apart that a site ran together, by the indents it left."""

import re

from pipeline.edits import Replacement, edited
from pipeline.model import Document

_INDENT = re.compile("(?<=[。！？…”’」』])\u3000{2,4}(?=[^\\s\u3000])")


def indents(document: Document) -> Document:
    r"""A paragraph begins where two wide blanks stand behind the end of a sentence.

    >>> from pipeline.repair.rule import document_of
    >>> text = "花开了。\u3000\u3000他走了。\u3000好\n\u3000\u3000第一章\u3000\u3000下山"
    >>> indents(document_of(text)).text.split("\n")
    ['花开了。', '他走了。\u3000好', '\u3000\u3000第一章\u3000\u3000下山']
    """
    if "\u3000\u3000" not in document.text:
        return document
    return edited(document, "run together", [Replacement(*m.span(), "\n") for m in _INDENT.finditer(document.text)])
