"""A person's own readings of words come in; they are refused where they cannot be said, the same for every voice."""

from collections.abc import Mapping

from pipeline.errors import InputError
from pipeline.model import Recipe
from pipeline.speak.engines import open_engine
from pipeline.speak.engines.homophones import is_hanzi
from pipeline.speak.engines.kokoro.phonemes import demand_one_each, demand_syllables


def demand_readings(recipe: Recipe, pronounce: Mapping[str, str], place: str) -> None:
    """Raises InputError, with the place of the settings, for a reading that is none, or that the voice cannot use.

    In a word with letters, as 5G, a voice may allow for other numbers of syllables than of characters.
    """
    try:
        for word, readings in pronounce.items():
            if is_hanzi(word):
                demand_one_each(word, readings)
            demand_syllables(word, readings)
        if pronounce:
            open_engine(recipe, pronounce)
    except InputError as error:
        raise InputError(f"{place}: [pronounce] {error.what}", error.remedy) from error
