"""A chunk that its voice refuses comes in; the clip that another voice speaks in its place goes out, and says so."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from threading import BoundedSemaphore

from pipeline.errors import EngineError, UsageError
from pipeline.model import Clip, Engine, Recipe
from pipeline.speak import Check, Job, Unsaid, clip_of
from pipeline.speak.cache import ClipCache
from pipeline.speak.engines import engine_class, offers
from pipeline.speak.roles import recipe_for_chunk


def stand_in_for(recipe: Recipe, engine: str) -> Recipe:
    """How `engine` speaks in place of a recipe's own: the same person, else somebody of the same gender.

    Raises UsageError for an engine that does not exist, and for the recipe's own.

    >>> stand_in_for(Recipe("edge", "zh-CN-XiaoyiNeural", 5), "kokoro")
    Recipe(engine='kokoro', voice='zf_xiaoyi', rate=5, take=0, quality='')
    >>> stand_in_for(Recipe("edge", "zh-TW-HsiaoYuNeural"), "kokoro").voice
    'zf_xiaoyi'
    """
    known = engine_class(engine)
    if engine == recipe.engine:
        raise UsageError(f"{engine} cannot stand in for itself", "name another engine: --fallback kokoro")
    own = engine_class(recipe.engine).voices
    gender = own[recipe.voice]["gender"] if recipe.voice in own else ""
    voice = _voice_like(recipe.voice, gender, known.voices) or known.default_voice
    quality = recipe.quality if recipe.quality in offers(engine, "quality") else ""
    return replace(recipe, engine=engine, voice=voice, quality=quality)


def _voice_like(voice: str, gender: str, voices: Mapping[str, Mapping[str, str]]) -> str:
    alike = [name for name in voices if person(name) == person(voice)]
    same_gender = [name for name, facts in voices.items() if gender and facts.get("gender") == gender]
    return next(iter(alike + same_gender), "")


def person(voice: str) -> str:
    """The person whom a voice's name names.

    >>> person("zh-CN-liaoning-XiaobeiNeural"), person("zf_xiaobei")
    ('xiaobei', 'xiaobei')
    """
    return re.split(r"[-_]", voice)[-1].lower().removesuffix("neural")


@dataclass(frozen=True, slots=True)
class StandIn:
    """Another engine for the chunks that are refused, and what becomes of those that it refuses too.

    `own` is how the book is read, without the fallback.
    """

    own: Recipe
    engine: str
    engine_of: Callable[[Recipe], Engine]
    check: Check
    otherwise: Unsaid
    turns: BoundedSemaphore  # so many calls it bears at once; the threads are as many as the refusing voice bears

    def __call__(self, error: EngineError, job: Job, cache: ClipCache) -> Clip:
        """The `Unsaid` policy."""
        if job.speaker and job.speaker.engine == self.engine:
            return self.otherwise(error, job, cache)
        recipe = stand_in_for(recipe_for_chunk(job.chunk, self.own), self.engine)
        own = replace(job, engine=self.engine_of(replace(recipe, take=job.take)), speaker=recipe)
        try:
            with self.turns:
                return clip_of(own, cache, self.check)[0]
        except EngineError as second:
            both = EngineError(f"{error.what}; in its place {self.engine}: {second.what}", second.remedy)
            return self.otherwise(both, job, cache)


def stand_in(
    voices: tuple[Recipe, str], engine_of: Callable[[Recipe], Engine], check: Check, otherwise: Unsaid
) -> StandIn:
    """The policy by which another engine takes what is refused; `voices`: how the book is read, and that engine."""
    workers = engine_of(stand_in_for(*voices)).workers
    return StandIn(*voices, engine_of, check, otherwise, BoundedSemaphore(workers))
