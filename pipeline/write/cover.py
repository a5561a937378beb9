"""A title and a creator come in; a square cover goes out, drawn with a proper Chinese face."""

import io
from pathlib import Path
from typing import Any

from pipeline.errors import InputError
from pipeline.files import write_whole

SIDE = 1400  # pixels
MARGIN = 150
PAPER, INK, SEAL = (246, 241, 231), (38, 34, 30), (158, 42, 34)
LARGEST, SMALLEST = 190, 44  # type size, pixels
LEADING = 1.32
QUALITY = 90


def write_cover(title: str, creator: str, target: Path) -> None:
    """Draw the cover into `target`, a JPEG; the same words give the same bytes."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (SIDE, SIDE), PAPER)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, 46, SIDE), fill=SEAL)
    pen.rectangle((MARGIN, MARGIN - 40, SIDE - MARGIN, MARGIN - 34), fill=INK)
    lines, size = _set(title)
    top = MARGIN + 60
    for line in lines:
        pen.text((MARGIN, top), line, font=_face(size), fill=INK)
        top += round(size * LEADING)
    pen.text((MARGIN, SIDE - MARGIN - 64), creator, font=_face(56), fill=INK)
    pen.text((SIDE - MARGIN, SIDE - MARGIN - 64), "有声书", font=_face(56), fill=SEAL, anchor="ra")
    _save(picture, target)


def copy_cover(picture: Path, target: Path) -> None:
    """A person's own picture as the cover: a JPEG, at most SIDE pixels. Raises InputError for what is no picture."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(picture) as own:
            own.thumbnail((SIDE, SIDE))
            _save(own.convert("RGB"), target)
    except (OSError, UnidentifiedImageError) as error:
        raise InputError(f"{picture} is not a picture that can be read", "give a JPEG or PNG as cover") from error


def _save(picture: Any, target: Path) -> None:
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=QUALITY)
    write_whole(target, content.getvalue())


def _set(title: str) -> tuple[list[str], int]:
    """The title in lines, in the largest size at which it fills at most the upper two thirds; cut if none does."""
    room = SIDE - 2 * MARGIN
    for size in range(LARGEST, SMALLEST - 1, -6):
        lines = _wrapped(title, size, room)
        if len(lines) * size * LEADING <= room * 0.78:
            return lines, size
    most = int(room * 0.78 / (SMALLEST * LEADING))
    return [*lines[: most - 1], lines[most - 1][:-1] + "…"], SMALLEST


def _wrapped(title: str, size: int, room: int) -> list[str]:
    """Lines no wider than `room`; the last characters of a Chinese title may stand alone, a mark may not lead."""
    face = _face(size)
    lines, line = [], ""
    for character in title:
        if line and face.getlength(line + character) > room and character not in "，。、！？：；）》”’":
            lines.append(line.rstrip())
            line = character.strip()
        else:
            line += character
    return [*lines, line]


def _face(size: int) -> Any:
    from PIL import ImageFont
    from pylopdf_fonts_zh_cn import serif_path

    return ImageFont.truetype(str(serif_path()), size, layout_engine=ImageFont.Layout.BASIC)
