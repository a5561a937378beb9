"""The voices that a person gives to the parts of a book come in; each part's voice with the book's engine goes out.

A part is the narrator, the dialogue, or somebody who speaks. With another engine than the one the voices were chosen
for, the same person speaks where it has one, else somebody of the same gender.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from pipeline.errors import UsageError
from pipeline.model import Recipe
from pipeline.speak.engines import engine_class, open_engine
from pipeline.speak.fallback import stand_in_for


def voice_with(engine: str, voice: str, chosen_for: str) -> str:
    """The voice of `engine` in place of one that was chosen for another engine.

    >>> voice_with("edge", "zm_yunjian", "kokoro"), voice_with("kokoro", "zm_yunjian", "kokoro")
    ('zh-CN-YunjianNeural', 'zm_yunjian')
    """
    foreign = voice not in engine_class(engine).voices and voice in engine_class(chosen_for).voices
    return stand_in_for(Recipe(chosen_for, voice), engine).voice if foreign and engine != chosen_for else voice


def demand_voices(recipe: Recipe, cast: Mapping[str, str], place: Callable[[str], str]) -> None:
    """Raises UsageError, with the place of the part, for a voice that the recipe's engine has not."""
    if cast:
        open_engine(replace(recipe, voice=""))  # what is wrong with the engine itself is not the fault of a voice
    for part, voice in cast.items():
        try:
            open_engine(replace(recipe, voice=voice))
        except UsageError as error:
            raise UsageError(f"{place(part)}: {error.what}", error.remedy) from error
