"""The tree of a web page comes in; the elements around its main text go out, each with the rule that leaves it out.

The main text is where the sentences are: the smallest element that holds nearly all of them. What is declared to be
something else (nav, footer, role), is named so (class, id), begins with words that say so (相关阅读) or is made of
links is left out, unless the sentences are there; likewise what is no prose beside the element that holds most of them.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pipeline.read.elements import HEADINGS, HIDDEN, NO_TEXT, is_hidden
from pipeline.read.tree import Element, all_named, local, text_in

MENU = "menu"
AROUND = "around the text"
MAIN_SHARE = 0.9  # of the sentences, for an element to be the place of the main text
DECLARED_SHARE = 0.4  # of the sentences, for <main> or <article> to be believed
LEAST_SHARE = 0.3  # of the sentences: what holds so much is no menu, whatever it is called
LINKED_SHARE = 0.75  # of an element's characters inside links, for it to be a menu
LEAST_LINKS = 2
FEWEST_SHARE = 0.05  # of the sentences, outside of menus, for them to be believed
MOST_SHARE = 0.5  # of the sentences of the place, for an element to be the text's own
SCRAPS_LINKED = 0.25  # of its characters inside links, for what stands beside the text's own element to go
SCRAP = 100  # characters; without a sentence it goes up to here
LONG = 30  # characters; text without a mark of punctuation is a sentence from here on
_SENTENCE = re.compile("[。！？；，、!?…]|[：:].{10}")
_SENTENCE_END = re.compile("[。！？!?；…]")
_WORD = re.compile("[A-Z]?[a-z]+")
_MENU_ELEMENTS = frozenset(("nav", "footer", "aside", "menu", "dialog"))
_MENU_ROLES = frozenset(
    (
        "navigation",
        "banner",
        "contentinfo",
        "complementary",
        "search",
        "menu",
        "menubar",
        "toolbar",
        "tablist",
        "dialog",
    )
)
_NEVER_MENUS = frozenset(("html", "body", "main", "article", "em", "strong", "b", "i", *HEADINGS))
_LISTS = frozenset(("ul", "ol", "dl", "table"))
_BLOCKS = frozenset(("div", "section", "form", "header", *_LISTS))
_PARAGRAPHS = frozenset(("p", "pre", "span", "font", "blockquote", "table"))
_DECLARED = frozenset(("main", "article"))
_TITLES = frozenset(("title", "subtitle", "headline", "heading", "chapter", "preface", "poem", "verse"))


class Weight(NamedTuple):
    """What is inside an element: characters, those of them inside links and in sentences outside links; the links."""

    characters: int = 0
    linked: int = 0
    sentences: int = 0
    links: int = 0
    ends: int = 0  # of sentences, anywhere


def around_text(root: Element) -> Mapping[Element, str]:
    """Which elements of a page are left out, and why."""
    elements = [element for element in root.iter() if isinstance(element.tag, str)]
    weights = _weights(elements)
    whole = weights[root].sentences
    if not whole:
        return {}
    light = [element for element in elements if _is_light(weights[element], whole)]
    hidden = [element for element in light if is_hidden(element)]
    said = _first_words(elements)
    menus = [e for e in light if _is_menu(e, weights[e]) or _is_labelled(e, said[e], weights[e], whole)]
    sentences = _without(elements, weights, [*menus, *hidden])
    if sentences[root] < FEWEST_SHARE * whole:  # where all is called a menu nothing is
        menus, sentences = [], _without(elements, weights, hidden)
    place = _place(root, sentences)
    beside = (*_outside(place), *_scraps(place, weights, sentences))
    name = _page_title(root)
    outside = {e: AROUND for e in beside if e not in weights or not _is_title(e, weights[e], name)}
    outside |= dict.fromkeys(menus, MENU) | dict.fromkeys(hidden, HIDDEN)
    title = _title(root, place)
    if title is None:
        return outside
    way = {title, *title.iterancestors()}
    around = dict.fromkeys(_beside(title, outside), AROUND)
    return {element: rule for element, rule in outside.items() if element not in way} | around


def _is_light(weight: Weight, whole: int) -> bool:
    """Whether an element may be a menu: it has few of the page's sentences, or not most of them and many links."""
    return weight.sentences < (MOST_SHARE if _has_links(weight) else LEAST_SHARE) * whole


def _has_links(weight: Weight) -> bool:
    return weight.linked > 0 and weight.linked >= SCRAPS_LINKED * weight.characters


def _first_words(elements: list[Element]) -> Mapping[Element, str]:
    """What each element begins with, scripts left out."""
    found: dict[Element, str] = {}
    for element in reversed(elements):
        texts = (element.text, *(text for child in element for text in (found.get(child), child.tail)))
        first = next((text for text in texts if text and not text.isspace()), "")
        found[element] = "" if local(element) in NO_TEXT else " ".join(first.lstrip()[:LONG].split())
    return found


def _weights(elements: list[Element]) -> dict[Element, Weight]:
    """The weight of each element, summed from the leaves up; scripts weigh nothing."""
    sums = {element: [0, 0, 0, 0, 0] for element in elements}
    linked = {e for link in elements if local(link) == "a" for e in link.iter()}
    for element in reversed(elements):
        own = sums[element]
        if local(element) in NO_TEXT:
            own[:] = [0, 0, 0, 0, 0]
        else:
            _weigh(own, element.text, element in linked)
            own[3] += local(element) == "a"
        parent = element.getparent()
        if parent in sums:
            above = sums[parent]
            above[:] = [a + b for a, b in zip(above, own, strict=True)]
            _weigh(above, element.tail, parent in linked)
    return {element: Weight(*own) for element, own in sums.items()}


def _weigh(weight: list[int], text: str | None, linked: bool) -> None:
    length = len("".join(text.split())) if text else 0
    if not text or not length:
        return
    weight[0] += length
    weight[1] += length if linked else 0
    weight[2] += length if not linked and (length >= LONG or _SENTENCE.search(text)) else 0
    weight[4] += len(_SENTENCE_END.findall(text))


def _is_menu(element: Element, weight: Weight) -> bool:
    return local(element) not in _NEVER_MENUS and (_is_named_menu(element) or _is_linked(local(element), weight))


def _is_labelled(element: Element, said: str, weight: Weight, whole: int) -> bool:
    return local(element) in _BLOCKS and weight.sentences < LEAST_SHARE * whole and _labels().match(said) is not None


def _is_named_menu(element: Element) -> bool:
    declared = local(element) in _MENU_ELEMENTS or element.get("role", "").lower() in _MENU_ROLES
    return declared or not _menu_words().isdisjoint(_named(element))


def _is_linked(name: str, weight: Weight) -> bool:
    """Links one beside the other, with no sentence among them."""
    many = weight.links >= LEAST_LINKS and weight.linked >= LINKED_SHARE * weight.characters
    return many and not weight.ends and name not in ("a", "span")


def _named(element: Element) -> frozenset[str]:
    """The words in an element's class and id."""
    return frozenset(word.lower() for key in ("class", "id") for word in _WORD.findall(element.get(key, "")))


@cache
def _menu_words() -> frozenset[str]:
    """Words in classes and ids that say what an element is for."""
    return frozenset(_rows("menu_words.tsv"))


@cache
def _labels() -> re.Pattern[str]:
    """What stands above lists of other pages, and in front of what is there to be clicked."""
    return re.compile(f"(?:{'|'.join(_rows('menu_labels.tsv'))})$")


def _rows(name: str) -> list[str]:
    rows = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return [row for row in rows if row and not row.startswith("#")]


def _without(elements: list[Element], weights: Mapping[Element, Weight], menus: list[Element]) -> dict[Element, int]:
    """The sentences in each element that are in no menu."""
    sentences = {element: weights[element].sentences for element in elements} | dict.fromkeys(menus, 0)
    for element in reversed(elements):
        parent = element.getparent()
        if sentences.get(parent):
            sentences[parent] -= weights[element].sentences - sentences[element]
    return sentences


def _place(root: Element, sentences: Mapping[Element, int]) -> Element:
    """The smallest element with nearly all the sentences; what declares itself the main text is believed earlier."""
    whole = sentences[root]
    declared = [e for e in all_named(root, *_DECLARED) if sentences.get(e, 0) >= DECLARED_SHARE * whole]
    counts = Counter(local(element) for element in all_named(root, *_DECLARED))
    alone = [element for element in declared if counts[local(element)] == 1]
    place = alone[0] if alone else root
    while True:
        inner = [child for child in place if sentences.get(child, 0) >= MAIN_SHARE * sentences[place]]
        if not inner or local(inner[0]) in _PARAGRAPHS:
            return place
        place = inner[0]


def _scraps(place: Element, weights: Mapping[Element, Weight], sentences: Mapping[Element, int]) -> Iterator[Element]:
    """What is no prose beside the way from the place down to the element that holds most of its sentences."""
    inner: Element | None = place
    while inner is not None:
        way, most = inner, MOST_SHARE * max(1, sentences[inner])
        inner = next((e for e in way if sentences.get(e, 0) >= most and not _is_named_menu(e)), None)
        if inner is None or local(inner) in _PARAGRAPHS:
            return
        yield from (e for e in way if e is not inner and e in weights and _is_scrap(e, weights[e]))


def _is_scrap(element: Element, weight: Weight) -> bool:
    """Whether a block beside the text has more links than prose, or few words and no sentence."""
    name = local(element)
    if name not in _BLOCKS or any(True for _ in all_named(element, "h1")):
        return False
    if _has_links(weight):
        return weight.sentences < weight.linked or _is_named_menu(element)
    short = weight.characters <= SCRAP and not weight.sentences and not weight.ends
    return short and name not in _LISTS and not any(True for _ in all_named(element, *HEADINGS))


def _is_title(element: Element, weight: Weight, page_title: str) -> bool:
    """Whether a few words beside the text are its title or a chapter's, by their name or the page's title; or verse."""
    if weight.linked or not 0 < weight.characters <= SCRAP or _is_named_menu(element):
        return False
    text = text_in(element)
    if any(inner is not element for inner in all_named(element, *_BLOCKS)) or _labels().match(text):
        return False
    return not _TITLES.isdisjoint(_named(element)) or page_title.startswith(text)


def _outside(place: Element) -> Iterator[Element]:
    """The elements beside the way from the root down to the place of the main text."""
    for element in (place, *place.iterancestors()):
        parent = element.getparent()
        if parent is not None:
            yield from (other for other in parent if other is not element)


def _title(root: Element, place: Element) -> Element | None:
    """The page's title in large type, where it stands in front of the main text and not in it."""
    if any(True for _ in all_named(place, "h1")):
        return None
    inside = {place, *place.iterancestors()}
    titles = [h1 for h1 in all_named(root, "h1") if text_in(h1) and h1 not in inside]
    page = _page_title(root)
    return next((h1 for h1 in titles if text_in(h1) in page or len(titles) == 1), None)


def _page_title(root: Element) -> str:
    return next((text_in(title) for title in all_named(root, "title")), "")


def _beside(title: Element, outside: Mapping[Element, str]) -> Iterator[Element]:
    """What stands beside the title inside something that is left out."""
    for element in (title, *title.iterancestors()):
        parent = element.getparent()
        if parent is None or not any(e in outside for e in (parent, *parent.iterancestors())):
            return
        yield from (other for other in parent if other is not element)
