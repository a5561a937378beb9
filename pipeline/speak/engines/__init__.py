"""A recipe comes in, an engine that speaks goes out. Adding an engine is one file and one line in ENGINES.

Another package adds one without touching ours: a class with the same attributes, named in its entry points
(`docs/example-engine/` is such a package).
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pkgutil import resolve_name
from typing import Any

from pipeline.errors import MissingProgramError, UsageError
from pipeline.model import Engine, Recipe

ENGINES = {
    "kokoro": "pipeline.speak.engines.kokoro:Kokoro",  # embedded, offline, the default
    "edge": "pipeline.speak.engines.edge:Edge",  # online
    "openai": "pipeline.speak.engines.openai:OpenAI",  # online, any server that speaks OpenAI's audio API
    "tone": "pipeline.speak.engines.tone:Tone",  # rehearsal: a tone a character
}
DEFAULT_ENGINE = "kokoro"
GROUP = "audiobook.engines"  # of the entry points by which other packages add engines
ATTRIBUTES = ("default_voice", "voices", "online", "remedy", "limit", "workers", "identity", "script", "speak")
USABLE = "yes"
EVERY_LANGUAGE = ("any", "multilingual", "")
PROBE_S = 0.7  # how long a listing waits to learn whether a service can be reached
NORMAL = "normal"  # the quality of every engine if nothing else is asked for
USUAL: Mapping[str, tuple[str, ...]] = {"quality": (NORMAL,)}  # what every engine has, and is not told of
FACTS = ("language", "gender", "style")  # what is told of a voice

# A fresh take says the same a little slower or faster; no two of the first takes are alike.
RATE_NUDGES = (0, -3, 3, -6, 5)  # per cent


def open_engine(recipe: Recipe, pronounce: Mapping[str, str] | None = None, device: str = "") -> Engine:
    """The engine that a recipe asks for, with the take's small change of speed already in it.

    Raises UsageError for an engine or a voice that does not exist, and for a quality or a device that it has not.
    """
    known = engine_class(recipe.engine)
    voice = recipe.voice or known.default_voice
    rate = recipe.rate + RATE_NUDGES[recipe.take % len(RATE_NUDGES)]
    wished = {"quality": recipe.quality, "device": device}
    further = {name: _offered(recipe.engine, name, wish) for name, wish in wished.items() if wish}
    engine: Engine = known(voice=voice, rate=rate, pronounce=dict(pronounce or {}), **further)
    return engine


def offers(engine: str, option: str) -> tuple[str, ...]:
    """What an engine lets one choose beside voice and rate (it may have `options`, name -> choices); () for nothing."""
    return tuple(getattr(engine_class(engine), "options", {}).get(option, ()))


def _offered(engine: str, option: str, wish: str) -> str:
    choices = offers(engine, option)
    if wish in choices:
        return wish
    if not choices:
        raise UsageError(f"the {engine} engine has no choice of {option}", f"leave out --{option}")
    known = dict.fromkeys((*USUAL.get(option, ()), *choices))
    raise UsageError(f"the {engine} engine has no {option} {wish!r}", f"choose one of: {', '.join(known)}")


def engine_names() -> tuple[str, ...]:
    """The engines that come with the program, then those that other packages add."""
    return (*ENGINES, *_added())


def engine_class(name: str) -> Any:
    """The class behind an engine's name; besides the protocol it has `default_voice`, `voices`, `online`, `remedy`.

    Raises UsageError for a name that nobody has, MissingProgramError for another package's engine that is broken.
    """
    if name in ENGINES:
        return resolve_name(ENGINES[name])
    if name not in _added():
        raise UsageError(f"there is no engine {name!r}", f"choose one of: {', '.join(engine_names())}")
    return _loaded(_added()[name])


def settled(recipe: Recipe) -> Recipe:
    """The recipe with the engine's default voice filled in."""
    return replace(recipe, voice=recipe.voice or engine_class(recipe.engine).default_voice)


def remedy_for(name: str) -> str:
    """What must be done before an engine can be used; "" when nothing."""
    try:
        return str(engine_class(name).remedy())
    except MissingProgramError as error:
        return error.remedy


def voices(engine: str = "", language: str = "") -> list[dict[str, str]]:
    """Every voice of one engine, or of all: engine, voice, language, gender, style, whether it can speak here and now.

    `language` is like "zh" or "zh-CN"; voices of every language are in each. Raises UsageError where none is left.
    """
    found = [row for name in ([engine] if engine else engine_names()) for row in _voices_of(name)]
    left = [row for row in found if speaks(row["language"], language)]
    if not left:
        known = ", ".join(sorted({row["language"] for row in found}))
        raise UsageError(f"no voice speaks {language!r}", f"these are spoken: {known}")
    return left


def speaks(language: str, wanted: str) -> bool:
    """Whether a voice of a language is among those of the wanted one.

    >>> [speaks("zh-CN-liaoning", wanted) for wanted in ("", "zh", "ZH-cn", "zh-C", "zh-TW")]
    [True, True, True, False, False]
    """
    return language in EVERY_LANGUAGE or f"{language}-".lower().startswith(f"{wanted}-".lower()[not wanted :])


def _voices_of(name: str) -> Iterator[dict[str, str]]:
    try:
        known = engine_class(name)
    except MissingProgramError as error:  # one broken package does not hide the voices of the others
        yield {"engine": name, "voice": "", "language": "", "gender": "", "style": error.what, "usable": error.remedy}
        return
    usable = known.remedy() or _out_of_reach(known) or USABLE
    for voice, facts in known.voices.items():
        yield {"engine": name, "voice": voice, **{fact: facts.get(fact, "") for fact in FACTS}, "usable": usable}


def _out_of_reach(known: Any) -> str:
    """Why an engine cannot speak now, as far as it tells (it may have `unreachable`, seconds -> reason)."""
    reason = known.unreachable(PROBE_S) if hasattr(known, "unreachable") else ""
    return f"not now: {reason}" if reason else ""


@cache
def _added() -> Mapping[str, EntryPoint]:
    """The engines of other packages by name; a name of ours stays ours."""
    return {entry.name: entry for entry in sorted(entry_points(group=GROUP)) if entry.name not in ENGINES}


def _loaded(entry: EntryPoint) -> Any:
    """The class that another package names. Raises MissingProgramError where there is none that could be an engine."""
    package = entry.dist.name if entry.dist else entry.module
    remedy = f"upgrade or remove the package that adds it: {package}"
    try:
        known = entry.load()
    except (ImportError, AttributeError, SyntaxError) as error:
        raise MissingProgramError(f"the engine {entry.name!r} cannot be loaded: {error}", remedy) from error
    lacking = [attribute for attribute in ATTRIBUTES if not hasattr(known, attribute)]
    if lacking:
        raise MissingProgramError(f"{entry.value} is no engine: it has no {', '.join(lacking)}", remedy)
    return known
