"""A template, a style, scripts and words come in; a page of one file goes out, in which only the scripts can act.

The page's policy allows its script by SHA-256 alone and no request to any other host. All words of a book reach it as
JSON that stands inside a script element, so a title that is a program stays a title.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import Any

_SLOT = re.compile(r"\{\{(\w+)\}\}")
_UNSAFE = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
_DENSE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_HALVES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Parts:
    """The files beside this module that a page is made of; the scripts run in their order."""

    template: str
    styles: Sequence[str]
    scripts: Sequence[str]


def one_file(parts: Parts, title: str, data: Mapping[str, Any]) -> Iterator[bytes]:
    """The page, piece by piece: equal parts and words give equal bytes."""
    script = "\n".join(_part(name) for name in parts.scripts)
    values = {
        "title": [inert(title)],
        "style": map(_part, parts.styles),
        "script": [script],
        "script_hash": [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()],
        "data": inert_json(data),
    }
    yield from _filled(parts.template, values)


def still_file(parts: Parts, title: str, body: str) -> bytes:
    """A page without a program; `body` is HTML, in which every word went through `inert`."""
    values = {"title": [inert(title)], "style": map(_part, parts.styles), "body": [body]}
    return b"".join(_filled(parts.template, values))


def inert(text: str) -> str:
    """Words as HTML in which nothing acts.

    >>> inert("<b onclick='x'>")
    '&lt;b onclick=&#x27;x&#x27;&gt;'
    """
    return _whole(escape(text))


def inert_json(value: Any) -> Iterator[str]:
    """JSON that can stand inside a script element, piece by piece; what comes one by one is an array.

    >>> "".join(inert_json({"a": iter(["</script>", 1])}))
    '{"a":["\\\\u003c/script\\\\u003e",1]}'
    """
    if isinstance(value, Mapping):
        for number, (name, own) in enumerate(value.items()):
            yield f"{',' if number else '{'}{_inert(name)}:"
            yield from inert_json(own)
        yield "}" if value else "{}"
    elif isinstance(value, Iterator):
        yield "["
        for number, own in enumerate(value):
            yield "," if number else ""
            yield from inert_json(own)
        yield "]"
    else:
        yield _inert(value)


def _inert(value: Any) -> str:
    return _whole(_DENSE.encode(value)).translate(_UNSAFE)


def _whole(text: str) -> str:
    """Half a surrogate pair cannot be written; it becomes the sign for what is lost.

    >>> _whole("a" + chr(0xD800))
    'a\ufffd'
    """
    return _HALVES.sub("\ufffd", text)


def _filled(template: str, values: Mapping[str, Iterable[str]]) -> Iterator[bytes]:
    for number, piece in enumerate(_SLOT.split(_part(template))):  # words of the template and names in turn
        yield from (own.encode() for own in (values[piece] if number % 2 else [piece]))


def _part(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")
