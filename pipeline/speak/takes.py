"""What a person chose for a section after hearing it comes in; the parts to be spoken, in that way, go out.

The voice is deterministic: saying the same again mends nothing. A fresh take groups the sentences otherwise and
speaks a little slower or faster (`engines.RATE_NUDGES`). Choices belong to a text, not to a place: they follow
their section when others are put in front of it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.model import Choice, Chunk, Engine, Manifest, Recipe, Section, SpokenChunk, SpokenSection
from pipeline.speak import Job, Part
from pipeline.speak.roles import own_voice, recipe_for_chunk

# Close a group of sentences when it has this share of the voice's limit; the first is what measured best.
LOW_SHARES = (0.4, 0.7, 0.25, 0.55, 0.9)


@dataclass(frozen=True, slots=True)
class Casting:
    """The engine of each recipe, and who speaks a text in place of the voice of its part, since that refused it once.

    Texts with the voice of their part ("" for the section's own).
    """

    engine_of: Callable[[Recipe], Engine]
    speakers: Mapping[tuple[str, str], Recipe] = field(default_factory=dict)


def low_of(limit: int, take: int) -> int:
    """How many characters close a group of sentences in this take."""
    return max(1, round(limit * LOW_SHARES[take % len(LOW_SHARES)]))


def choices_for(sections: Sequence[Section], previous: Manifest | None) -> dict[int, Choice]:
    """The last build's choices, by the number their section has now: same text first, then same title."""
    if previous is None:
        return {}
    chosen = [old for old in previous.sections if old.choice != Choice()]
    found: dict[int, Choice] = {}
    for same in (_same_text, _same_title):
        for old in list(chosen):
            match = next((s for s in sections if s.number not in found and same(s, old)), None)
            if match:
                found[match.number] = old.choice
                chosen.remove(old)
    return found


def parts_of(
    sections: Iterable[Section], recipe: Recipe, choices: Mapping[int, Choice], casting: Casting
) -> Iterator[Part]:
    """Each section with the voice that is to speak each of its chunks."""
    for section in sections:
        choice = choices.get(section.number, Choice())
        yield Part(section, tuple(_job(chunk, chosen(recipe, choice), choice, casting) for chunk in section.chunks))


def chosen(recipe: Recipe, choice: Choice) -> Recipe:
    """The book's recipe with a section's choice in it."""
    rate = recipe.rate if choice.rate is None else choice.rate
    return replace(recipe, voice=choice.voice or recipe.voice, rate=rate, take=choice.take)


def _job(chunk: Chunk, recipe: Recipe, choice: Choice, casting: Casting) -> Job:
    take = choice.sentences.get(chunk.voiced, recipe.take)
    speaker = casting.speakers.get((chunk.voiced, own_voice(chunk)))
    own = speaker or recipe_for_chunk(chunk, recipe)
    return Job(chunk, casting.engine_of(replace(own, take=take)), take, speaker)


def _same_text(section: Section, old: SpokenSection) -> bool:
    return section.name == old.name and _text(section.chunks) == _text(old.chunks)


def _same_title(section: Section, old: SpokenSection) -> bool:
    return section.name == old.name


def _text(chunks: Iterable[Chunk | SpokenChunk]) -> str:
    return "".join(chunk.voiced for chunk in chunks)
