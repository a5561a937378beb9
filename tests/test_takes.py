"""A person's choices follow their section's text, and a fresh take is a different recipe."""

from types import SimpleNamespace
from typing import Any

from pipeline.model import Choice, Chunk, Recipe, Section
from pipeline.speak.engines import RATE_NUDGES
from pipeline.speak.takes import LOW_SHARES, Casting, choices_for, chosen, low_of, parts_of
from tests.conftest import Hum

AGAIN = Choice(take=2)


def section(number: int, title: str, text: str) -> Section:
    return Section(number, title, 1, (Chunk(text, (0, len(text)), 0.3),))


def last_build(*sections: tuple[str, str, Choice]) -> Any:
    """What `choices_for` looks at of a manifest."""
    old = [SimpleNamespace(name=t, chunks=[SimpleNamespace(voiced=text)], choice=c) for t, text, c in sections]
    return SimpleNamespace(sections=old)


def test_a_choice_follows_its_section_when_others_are_put_in_front() -> None:
    old = last_build(("一", "甲", Choice()), ("二", "乙", AGAIN))
    new = [section(1, "零", "新"), section(2, "一", "甲"), section(3, "二", "乙")]
    assert choices_for(new, old) == {3: AGAIN}


def test_a_choice_stays_with_a_section_whose_text_was_edited() -> None:
    old = last_build(("二", "乙", AGAIN))
    assert choices_for([section(1, "二", "乙改了")], old) == {1: AGAIN}


def test_of_two_sections_with_one_title_the_same_text_wins() -> None:
    old = last_build(("节", "甲", Choice()), ("节", "乙", AGAIN))
    assert choices_for([section(1, "节", "甲"), section(2, "节", "乙")], old) == {2: AGAIN}


def test_without_a_last_build_there_are_no_choices() -> None:
    assert choices_for([section(1, "一", "甲")], None) == {}


def test_fresh_takes_differ_in_grouping_and_in_speed() -> None:
    takes = range(min(len(LOW_SHARES), len(RATE_NUDGES)))
    assert len({low_of(60, take) for take in takes}) == len({RATE_NUDGES[take] for take in takes}) == len(takes)


def test_a_sentence_has_its_own_take_and_voices_are_opened_for_it() -> None:
    opened: list[Recipe] = []

    def engine_of(recipe: Recipe) -> Hum:
        opened.append(recipe)
        return Hum()

    book = Recipe("hum", "a")
    both = Section(1, "一", 1, (Chunk("甲", (0, 1), 0.3), Chunk("乙", (1, 2), 0.3)))
    [part] = parts_of([both], book, {1: Choice(voice="b", take=1, sentences={"乙": 4})}, Casting(engine_of))
    assert [job.take for job in part.jobs] == [1, 4]
    assert opened == [Recipe("hum", "b", 0, 1), Recipe("hum", "b", 0, 4)]


def test_a_choice_overrides_only_what_it_names() -> None:
    book = Recipe("kokoro", "zm_yunxi", 5)
    assert chosen(book, Choice(voice="zf_xiaoyi")) == Recipe("kokoro", "zf_xiaoyi", 5)
    assert chosen(book, Choice(rate=0, take=1)) == Recipe("kokoro", "zm_yunxi", 0, 1)
