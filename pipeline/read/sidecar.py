"""The settings beside a source: `<source>.toml`, or `book.toml` in a folder of texts, checked word by word."""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from pipeline.errors import InputError, UsageError

Seconds = Annotated[float, Field(ge=0, le=30)]
Word = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1)]
VOICES = "voices"
VOICES_REMEDY = 'write narrator, dialogue, or a speaker\'s name = "voice"; the voices: audiobook voices'


class Sidecar(BaseModel):
    """What a person may say about a book; everything has a default."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = ""
    creator: str = ""
    narrator: str = ""
    date: str = ""
    cover: str = ""
    engine: str = ""
    voice: str = ""
    rate: Annotated[int, Field(ge=-50, le=100)] | None = None
    quality: Literal["", "normal", "high"] = ""
    script: Literal["", "keep", "simplified", "traditional"] = ""  # the characters of the written form
    chapter_format: str = ""
    formats: str = ""  # as after --formats
    base_url: str = ""
    pauses: dict[str, Seconds] = {}  # name in the table of pauses -> seconds in its place
    skip: tuple[str, ...] = ()  # titles of sections that are not spoken
    rename: dict[str, str] = {}  # title of a section -> the title it is to have
    pronounce: dict[str, str] = {}  # word -> "pin1 yin1"
    voices: dict[str, Word] = {}  # "narrator", "dialogue", or the name of somebody who speaks -> voice


def sidecar_path(source: Path) -> Path:
    """Where the settings of `source` would stand."""
    return source / "book.toml" if source.is_dir() else source.with_name(f"{source.name}.toml")


def read_sidecar(source: Path) -> Sidecar:
    """The settings of `source`; the defaults where it has none.

    Raises InputError with the setting that is wrong, UsageError with the line where it is one of the voices.
    """
    path = settings_of(source)
    if path is None:
        return Sidecar()
    try:
        return Sidecar.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not valid TOML: {error}", "mend that line or remove the file") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        if first["loc"][0] == VOICES:
            raise UsageError(f"{voice_place(source, str(first['loc'][-1]))}: {first['msg']}", VOICES_REMEDY) from error
        raise InputError(
            f"{path}: {place}: {first['msg']}",
            f"settings are: {', '.join(Sidecar.model_fields)}",
        ) from error


def voice_place(source: Path, part: str) -> str:
    """Where the settings give a part its voice, as a message names it: the file, the line, the part."""
    path = settings_of(source) or sidecar_path(source)
    key = re.compile(rf"""(?:^|[\s{{,.])["']?{re.escape(part)}["']?\s*=""")
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    inside, found = False, ""
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith("["):
            inside = line.split("#")[0].strip() == f"[{VOICES}]"
        if key.search(line) and (inside or line.lstrip().startswith(VOICES)):
            found = f", line {number}"
    return f"{path}{found}: [{VOICES}] {part}"


def picture_of(source: Path, sidecar: Sidecar) -> Path | None:
    """The picture for the cover, named from where the settings stand; None where there is none to be had.

    Raises InputError where it is not there.
    """
    if not sidecar.cover:
        return None
    path = sidecar_path(source).parent / sidecar.cover
    if not path.is_file():
        raise InputError(
            f"there is no picture {path} for the cover", f"put it there, or mend `cover` in {source}'s settings"
        )
    return path


def settings_of(source: Path) -> Path | None:
    """The file with the settings of `source`, if there is one: `speech.txt.toml` or, shorter, `speech.toml`."""
    candidates = [sidecar_path(source)]
    if not source.is_dir():
        candidates.append(source.with_suffix(".toml"))
    return next((path for path in candidates if path.is_file()), None)
