"""The bytes of an XML or HTML document come in; its tree goes out, with no entity expanded and no file fetched."""

import html
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from html.entities import html5
from itertools import dropwhile, islice
from pathlib import Path
from typing import Any
from xml.parsers import expat

from pipeline.errors import InputError
from pipeline.read.encoding import NO_CHARACTER, decode
from pipeline.read.package import broken, too_marked

Element = Any  # lxml has no types of its own
LARGEST = 16_000_000  # characters of a page, with its markup
PAGE_TAGS = 500_000
SMALL = 12  # elements inside one that is a mark or a number
_XML_DECLARATION = re.compile(r"\A\ufeff?\s*<\?xml[^>]*\?>")
_ENTITY_DECLARATION = re.compile(r"<!ENTITY", re.IGNORECASE)
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_CHARSET = re.compile(rb"""(?:encoding|charset)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "cp950"}  # what pages mean that say so
_XML_ENTITIES = frozenset(("amp", "lt", "gt", "quot", "apos"))
_OF_A_HEAD = frozenset(("title", "meta", "link", "base", "basefont", "style", "script", "noscript", "template"))
_FORBIDDEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # no XML can have them, nor can a page


def xml_of(content: bytes, path: Path, name: str) -> Element:
    """The root of an XML document; a prefix that it uses and does not declare stands for itself.

    Raises InputError where it is malformed or declares entities of its own.
    """
    from lxml import etree

    plain = _plain(content, path, name).encode()
    try:
        return _root_of(plain)
    except etree.XMLSyntaxError as error:
        declaring = with_prefixes(plain)
        if declaring != plain:
            with suppress(etree.XMLSyntaxError):
                return _root_of(declaring)
        raise broken(path, f"{name} is malformed ({error})") from error


def _root_of(content: bytes) -> Element:
    from lxml import etree

    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    return etree.fromstring(content, parser)


def with_prefixes(content: bytes) -> bytes:
    """The document with all prefixes that it uses declared in its first tag; one that is malformed stays as it is.

    Books in the shops write `xsi:type` on a date and forget to say whose `xsi` is.

    >>> with_prefixes(b'<a x:b="1"><y:c/></a>')
    b'<a xmlns:x="x" xmlns:y="y" x:b="1"><y:c/></a>'
    """
    found: dict[str, None] = {}
    ends: list[int] = []
    declared: set[str] = set()
    parser = expat.ParserCreate("utf-8")  # which knows nothing of namespaces

    def begun(tag: str, attributes: Mapping[str, str]) -> None:
        if not ends:
            ends.append(parser.CurrentByteIndex + 1 + len(tag.encode()))
            declared.update(name.partition(":")[2] for name in attributes if name.startswith("xmlns:"))
        found.update((name.partition(":")[0], None) for name in (tag, *attributes) if ":" in name)

    parser.StartElementHandler = begun
    try:
        parser.Parse(content, True)
    except expat.ExpatError:
        return content
    lacking = (prefix for prefix in found if prefix not in {"xml", "xmlns", *declared})
    words = "".join(f' xmlns:{prefix}="{prefix}"' for prefix in lacking)
    return content[: ends[0]] + words.encode() + content[ends[0] :]


def html_of(text: str, path: Path) -> Element:
    """The root of an HTML document, as a browser would mend it. Raises InputError where it is absurdly deep."""
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
    clean = _FORBIDDEN.sub("", NO_CHARACTER.sub("\ufffd", text))
    if len(clean) > LARGEST:
        raise InputError(f"{path} is a page of {len(clean):,} characters", f"divide it: {LARGEST:,} can be read")
    if clean.count("<") > PAGE_TAGS:
        raise too_marked(path)
    root = etree.fromstring(_XML_DECLARATION.sub("", clean).encode() or b"<p>", parser)
    if any("depth" in entry.message for entry in parser.error_log):
        raise broken(path, "its elements stand inside each other thousands deep")
    return with_body(root) if root is not None else etree.fromstring(b"<p></p>", parser)


def with_body(root: Element) -> Element:
    """The page with all that is no part of a head in its body: HTML lets both tags be left out, the parser does not
    know that <article> or <main> ends a head.

    >>> from lxml import etree
    >>> root = etree.HTML("<title>春</title><main><p>花</p></main><p>完</p>")
    >>> [local(element) for element in with_body(root).find("body")]
    ['main', 'p']
    """
    from lxml import etree

    head = root.find("head")
    strays = [] if head is None else list(dropwhile(lambda element: local(element) in _OF_A_HEAD, head))
    if strays:
        body = root.find("body")
        if body is None:
            body = etree.SubElement(root, "body")
        for place, element in enumerate(strays):
            body.insert(place, element)
    return root


def local(element: Element) -> str:
    """The name of an element without its namespace, in small letters."""
    return _local(element.tag)


@lru_cache(maxsize=1024)
def _local(tag: str) -> str:
    return str(tag).rpartition("}")[2].lower()


def attribute(element: Element, name: str) -> str:
    """An attribute by its local name, whatever its namespace; "" where there is none."""
    plain = element.get(name)
    if plain is not None:
        return str(plain)
    ends = (f"}}{name}", f":{name}")
    return next((str(value) for key, value in element.attrib.items() if key.endswith(ends)), "")


def all_named(root: Element, *names: str) -> Iterator[Element]:
    """The elements of these local names, in the order of the document."""
    return (element for element in root.iter() if local(element) in names)


def text_in(element: Element) -> str:
    """All text inside an element, its blanks collapsed."""
    return " ".join("".join(element.itertext()).split())


def short_text_in(element: Element) -> str | None:
    """The text inside a small element; None for one that holds much, which is then not looked through."""
    inside = list(islice(element.iter(), SMALL + 1))
    return text_in(element) if len(inside) <= SMALL else None


def text_of(content: bytes, otherwise: str = "") -> str:
    """The text of a document: as its bytes tell, or else as it declares. Raises InputError where neither makes sense.

    >>> text_of('<p lang="fr">é</p>'.encode("utf-8"), "utf-8")
    '<p lang="fr">é</p>'
    """
    try:
        found = decode(content)
    except InputError:
        text = _declared(content, otherwise)
        if text is None:
            raise
        return text
    if found.encoding.startswith("utf"):
        return found.text
    return _declared(content, otherwise) or found.text


def _declared(content: bytes, otherwise: str) -> str | None:
    """The text in the encoding that its first lines name, None where it is not in it."""
    named = _CHARSET.search(content[:2048])
    name = named[1].decode("ascii") if named else otherwise
    try:
        return content.decode(_WIDER.get(name.lower(), name)) if name else None
    except (UnicodeDecodeError, LookupError):
        return None


def _plain(content: bytes, path: Path, name: str) -> str:
    try:
        text = text_of(content, "utf-8")
    except InputError as error:
        raise broken(path, f"{name}: {error.what}") from error
    if _ENTITY_DECLARATION.search(text):
        raise broken(path, f"{name} declares entities of its own, as bombs do")
    return _ENTITY.sub(_character, _FORBIDDEN.sub("", NO_CHARACTER.sub("\ufffd", _XML_DECLARATION.sub("", text))))


def _character(entity: re.Match[str]) -> str:
    """`&nbsp;` is HTML's, and XML knows only five names."""
    if entity[1] in _XML_ENTITIES:
        return entity[0]
    return html.escape(html5[f"{entity[1]};"]) if f"{entity[1]};" in html5 else f"&amp;{entity[1]};"
