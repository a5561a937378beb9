"""Characters and pairs of bytes: how GBK, in which the damage was done, writes what now stands in the text."""

from functools import cache, lru_cache

LOSSES = "?\ufffd"  # what stands where bytes could not be read
SWALLOWS = "?"  # the decoders that write this take the byte behind a lost lead byte along; the others do not
EURO = "€\x80"  # how the byte 80 is read where it stands alone
MARK_LEAD = 0xA3
MARK_TRAILS = {"?": 0xBF, ",": 0xAC, ":": 0xBA, ";": 0xBB, "(": 0xA8, ")": 0xA9, "!": 0xA1}  # A3 BF is ？

WIDE = {"?": "？", ",": "，", ":": "：", ";": "；", "(": "（", ")": "）", "!": "！"}


@lru_cache(maxsize=32768)
def code(character: str) -> tuple[int, ...]:
    """The one or two bytes of a character, private ones included; nothing for what GBK lacks.

    >>> [f"{byte:02X}" for byte in code("們")], code("l"), code("😀")
    (['82', '83'], (108,), ())
    """
    if character in EURO:
        return (0x80,)
    found = tuple(character.encode("gb18030", "ignore"))
    return found if len(found) <= 2 else ()


@cache
def pairs() -> dict[tuple[int, int], str]:
    """Lead and trail byte -> character, for the pairs that GBK gives a meaning (private ones have none)."""
    found: dict[tuple[int, int], str] = {}
    for lead in range(0x81, 0xFF):
        for trail in (*range(0x40, 0x7F), *range(0x80, 0xFF)):
            character = bytes((lead, trail)).decode("gbk", "ignore")
            if character:
                found[lead, trail] = character
    return found


@cache
def beginning(lead: int) -> tuple[str, ...]:
    """The characters whose first byte is `lead`."""
    return tuple(character for (first, _), character in pairs().items() if first == lead)


@cache
def ending(trail: int) -> tuple[str, ...]:
    """The characters whose second byte is `trail`."""
    return tuple(character for (_, second), character in pairs().items() if second == trail)


@cache
def everyday() -> frozenset[str]:
    """What is in common use: level 1 of GB 2312, and marks; their traditional forms too.

    >>> sorted(set("這—倳？") & everyday())
    ['—', '這', '？']
    """
    from pipeline.repair.script import tables

    marks = (bytes((0xA1, trail)) for trail in range(0xA1, 0xC0))
    characters = (bytes((lead, trail)) for lead in range(0xB0, 0xD8) for trail in range(0xA1, 0xFF))
    plain = {pair.decode("gbk", "ignore") for pair in (*marks, *characters)} - {""} | set(WIDE.values())
    forms = tables().characters
    return frozenset(c for c in plain if forms.get(c, c) in plain) | {c for c, form in forms.items() if form in plain}
