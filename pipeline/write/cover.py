"""A title and a creator, or a picture, come in; a cover goes out, a drawn one with a proper Chinese face."""

import functools
import io
import re
import unicodedata
from pathlib import Path
from typing import Any

from pipeline.errors import InputError
from pipeline.files import write_whole

SIDE = 1400  # pixels
MARGIN = 150
PAPER, INK, SEAL = (246, 241, 231), (38, 34, 30), (158, 42, 34)
LARGEST, SMALLEST = 190, 44  # type size, pixels
LEADING = 1.32
FOOT, SMALLEST_FOOT = 56, 32
SIGN = "有声书"
QUALITY = 90
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP")  # of pictures in books; others may start programs (EPS: Ghostscript)
LEAST = 200  # pixels; a smaller picture is an ornament, and no cover
GROUND = 24  # pixels of a picture that is enlarged to be the ground behind it, and so out of focus
SHADE = 0.7  # of the ground's light
CLOSING = "，。、！？：；）》”’…—,.!?:;)"  # what may not lead a line
MISSING = "〓"  # the printers' sign for a character that the case lacks


def write_cover(title: str, creator: str, target: Path) -> None:
    """Draw the cover into `target`, a JPEG; the same words give the same bytes."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (SIDE, SIDE), PAPER)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, 46, SIDE), fill=SEAL)
    pen.rectangle((MARGIN, MARGIN - 40, SIDE - MARGIN, MARGIN - 34), fill=INK)
    lines, size = _set(_drawable(title))
    top = MARGIN + 60
    for line in lines:
        pen.text((MARGIN, top), line, font=_face(size), fill=INK)
        top += round(size * LEADING)
    foot = SIDE - MARGIN - 12
    name, size = _footed(_drawable(creator), SIDE - 2 * MARGIN - round(_face(FOOT).getlength(SIGN + " ")))
    pen.text((MARGIN, foot), name, font=_face(size), fill=INK, anchor="ls")
    pen.text((SIDE - MARGIN, foot), SIGN, font=_face(FOOT), fill=SEAL, anchor="rs")
    _save(picture, target)


def copy_cover(picture: Path, target: Path) -> None:
    """A person's own picture as the cover: a JPEG, at most SIDE pixels. Raises InputError for what is no picture."""
    _save(_upright(picture), target)


def square_cover(content: bytes, target: Path) -> bool:
    """The cover of a printed book, whole, on a square ground of its own colours; False for what is none.

    Lists of audiobooks, phones and the directories of podcasts show squares.
    """
    from PIL import Image, ImageEnhance, ImageOps, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as own:
            upright = ImageOps.exif_transpose(own).convert("RGB")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError):
        return False
    if min(upright.size) < LEAST:
        return False
    blurred = ImageOps.fit(upright, (GROUND, GROUND)).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    ground = ImageEnhance.Brightness(blurred).enhance(SHADE)
    front = ImageOps.contain(upright, (SIDE, SIDE), Image.Resampling.LANCZOS)
    ground.paste(front, ((SIDE - front.width) // 2, (SIDE - front.height) // 2))
    _save(ground, target)
    return True


def demand_picture(picture: Path) -> None:
    """Raises InputError for what is no picture, or only the beginning of one."""
    _upright(picture)


def _upright(picture: Path) -> Any:
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(picture) as own:
            upright = ImageOps.exif_transpose(own).convert("RGB")
            upright.thumbnail((SIDE, SIDE))
            return upright
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise InputError(f"{picture} is not a picture that can be read", "give a JPEG or PNG as cover") from error


def _save(picture: Any, target: Path) -> None:
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=QUALITY)
    write_whole(target, content.getvalue())


def _set(title: str) -> tuple[list[str], int]:
    """The title in lines, in the largest size at which it fills at most the upper two thirds; cut if none does."""
    room = SIDE - 2 * MARGIN
    for size in (*range(LARGEST, SMALLEST, -6), SMALLEST):
        lines = _wrapped(title, size, room)
        if len(lines) * size * LEADING <= room * 0.78:
            return _evened(title, size, lines), size
    most = int(room * 0.78 / (SMALLEST * LEADING))
    return [*lines[: most - 1], _cut(lines[most - 1], SMALLEST, room)], SMALLEST


def _evened(title: str, size: int, lines: list[str]) -> list[str]:
    """The same number of lines, where the last would hold one character: narrower, until it holds more."""
    room, evened = SIDE - 2 * MARGIN, lines
    while len(lines) > 1 and len(evened[-1]) == 1 and room > 2 * size:
        room -= size // 2
        evened = _wrapped(title, size, room)
    return evened if len(evened) == len(lines) else lines


def _footed(name: str, room: int) -> tuple[str, int]:
    """A name in one line, and its size: smaller where it is long, cut where that is not enough."""
    for size in range(FOOT, SMALLEST_FOOT - 1, -4):
        if _face(size).getlength(name) <= room:
            return name, size
    return _cut(name, SMALLEST_FOOT, room), SMALLEST_FOOT


def _cut(line: str, size: int, room: int) -> str:
    """As much of a line as goes in front of an ellipsis."""
    while line and _face(size).getlength(line + "…") > room:
        line = line[:-1]
    return f"{line}…"


def _wrapped(title: str, size: int, room: int) -> list[str]:
    """Lines no wider than `room`, broken between words or characters; a closing mark takes one along to the next."""
    face = _face(size)
    lines = [""]
    for unit in _units(title, size, room):
        line = lines[-1]
        if not line or face.getlength(line + unit) <= room:
            lines[-1] += unit
            continue
        keep = len(line) - 1 if unit[0] in CLOSING and len(line) > 1 else len(line)
        lines[-1:] = [line[:keep].rstrip(), line[keep:] + unit.strip()]
    return lines


def _units(title: str, size: int, room: int) -> list[str]:
    """What is not broken: words of letters and digits as far as they fit into a line, single characters else."""
    words = re.findall(r"[!-~]+|.", title)
    return [unit for word in words for unit in ([word] if _face(size).getlength(word) <= room else word)]


def _drawable(text: str) -> str:
    """A text in one line with what the face can draw.

    >>> _drawable("𠮷野家 \t的書\U0001f600, Ďurić")
    '〓野家 的書, Duric'
    """
    return "".join(c if _has(c) else _instead_of(c) for c in " ".join(text.split()))


def _instead_of(character: str) -> str:
    """The letter without its accents, a sign for a character; nothing for a picture."""
    plain = unicodedata.normalize("NFKD", character)[0]
    if unicodedata.category(character)[0] == "L":
        return plain if _has(plain) else MISSING
    return ""


def _has(character: str) -> bool:
    return character == " " or bytes(_face(SMALLEST).getmask(character)) != _box()


@functools.cache
def _box() -> bytes:
    """What the face draws for a character it does not have."""
    return bytes(_face(SMALLEST).getmask("\U0010fffd"))


@functools.cache
def _face(size: int) -> Any:
    from PIL import ImageFont
    from pylopdf_fonts_zh_cn import serif_path

    return ImageFont.truetype(str(serif_path()), size, layout_engine=ImageFont.Layout.BASIC)
