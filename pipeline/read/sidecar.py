"""The settings beside a source: `<source>.toml`, or `book.toml` in a folder of texts, checked word by word."""

import datetime
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from pipeline.errors import AudiobookError, InputError, UsageError
from pipeline.read.misfits import misfit, nearest, place_of, remedy_for


def _day(value: object) -> object:
    """A date of TOML, which has no quotation marks, or a year, as the text that it would be in them.

    >>> _day(datetime.date(2022, 3, 29)), _day(1925), _day("春天")
    ('2022-03-29', '1925', '春天')
    """
    if isinstance(value, datetime.date):
        return value.isoformat()[:10]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _plain_pinyin(reading: str) -> str:
    """A reading as all voices know it.

    >>> _plain_pinyin(" Nü3  hai2 "), _plain_pinyin("lu:4")
    ('nv3 hai2', 'lv4')
    """
    return " ".join(reading.lower().replace("u:", "v").replace("ü", "v").split())


Seconds = Annotated[float, Field(ge=0, le=30)]
Word = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1)]
Day = Annotated[str, BeforeValidator(_day)]
Reading = Annotated[str, AfterValidator(_plain_pinyin)]
VOICES = "voices"
VOICES_REMEDY = 'write narrator, dialogue, or a speaker\'s name = "voice"; the voices: audiobook voices'


class Sidecar(BaseModel):
    """What a person may say about a book; everything has a default."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = ""
    creator: str = ""
    narrator: str = ""
    date: Day = ""
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
    pronounce: dict[str, Reading] = {}  # word -> "pin1 yin1"
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
        raise _misfit(source, path, error.errors()[0]) from error


def _misfit(source: Path, path: Path, found: Any) -> AudiobookError:
    """What is wrong with the first setting that is, as pydantic found it."""
    location, value = found["loc"], found["input"]
    name = str(location[0])
    if found["type"] == "extra_forbidden":
        near = nearest(name, Sidecar.model_fields)
        meant = f"; did you mean {near}?" if near else ""
        return InputError(
            f"{path}: there is no setting {name!r}{meant}", f"settings are: {', '.join(Sidecar.model_fields)}"
        )
    if name == VOICES:
        return UsageError(f"{voice_place(source, str(location[-1]))}: {misfit(location, value)}", VOICES_REMEDY)
    return InputError(f"{path}: {place_of(location)}: {misfit(location, value)}", remedy_for(location))


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
