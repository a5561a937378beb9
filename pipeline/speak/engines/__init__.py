"""A recipe comes in, an engine that speaks goes out. Adding an engine is one file and one line in ENGINES."""

from collections.abc import Mapping
from dataclasses import replace
from pkgutil import resolve_name
from typing import Any

from pipeline.errors import UsageError
from pipeline.model import Engine, Recipe

ENGINES = {
    "kokoro": "pipeline.speak.engines.kokoro:Kokoro",  # embedded, offline, the default
    "edge": "pipeline.speak.engines.edge:Edge",  # online
    "openai": "pipeline.speak.engines.openai:OpenAI",  # online, any server that speaks OpenAI's audio API
    "tone": "pipeline.speak.engines.tone:Tone",  # rehearsal: a tone a character
}
DEFAULT_ENGINE = "kokoro"

# A fresh take says the same a little slower or faster; no two of the first takes are alike.
RATE_NUDGES = (0, -3, 3, -6, 5)  # per cent


def open_engine(recipe: Recipe, pronounce: Mapping[str, str] | None = None) -> Engine:
    """The engine that a recipe asks for, with the take's small change of speed already in it.

    Raises UsageError for an engine or a voice that does not exist.
    """
    known = engine_class(recipe.engine)
    voice = recipe.voice or known.default_voice
    rate = recipe.rate + RATE_NUDGES[recipe.take % len(RATE_NUDGES)]
    engine: Engine = known(voice=voice, rate=rate, pronounce=dict(pronounce or {}))
    return engine


def engine_class(name: str) -> Any:
    """The class behind an engine's name; besides the protocol it has `default_voice`, `voices`, `online`, `remedy`."""
    if name not in ENGINES:
        raise UsageError(f"there is no engine {name!r}", f"choose one of: {', '.join(ENGINES)}")
    return resolve_name(ENGINES[name])


def settled(recipe: Recipe) -> Recipe:
    """The recipe with the engine's default voice filled in."""
    return replace(recipe, voice=recipe.voice or engine_class(recipe.engine).default_voice)


def voices(engine: str = "") -> list[dict[str, str]]:
    """Every voice of one engine, or of all: engine, voice, language, gender, style, whether it can speak here."""
    found = []
    for name in [engine] if engine else ENGINES:
        known = engine_class(name)
        usable = known.remedy() or ("when online" if known.online else "yes")
        for voice, facts in known.voices.items():
            found.append({"engine": name, "voice": voice, **facts, "usable": usable})
    return found
