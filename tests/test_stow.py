"""What is stowed is a tuple to all who ask, whatever is in it, and hardly anything of it is in memory."""

import gc
import os
import pickle
import tempfile
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import stow
from pipeline.errors import InputError
from pipeline.model import Chunk, Role
from pipeline.repair.rule import document_of
from pipeline.segment import Sizes, segment
from pipeline.stow import Filed, Hold, Stowed


def chunks(count: int) -> Iterator[Chunk]:
    """As many chunks, no two alike."""
    return (Chunk(f"第{number}句话，说的是山中的事。" * 2, (number, number + 9), 0.3) for number in range(count))


@given(st.lists(st.tuples(st.text(st.characters(codec=None)), st.integers())), st.integers(-9, 9), st.slices(9))
def test_it_is_the_tuple_of_its_items(items: list[tuple[str, int]], index: int, piece: slice) -> None:
    stowed, plain = Stowed(iter(items)), tuple(items)
    assert stowed == plain == stowed
    assert (len(stowed), list(stowed), hash(stowed), repr(stowed)) == (len(plain), items, hash(plain), repr(plain))
    assert stowed[piece] == plain[piece]
    if -len(plain) <= index < len(plain):
        assert stowed[index] == plain[index]
    else:
        with pytest.raises(IndexError):
            stowed[index]


def test_a_long_one_is_read_in_its_order() -> None:
    stowed, plain = Stowed(chunks(3000)), tuple(chunks(3000))
    assert stowed == plain
    assert [stowed[at] for at in (0, 255, 256, -1)] == [plain[at] for at in (0, 255, 256, -1)]
    assert stowed[200:600:7] == plain[200:600:7]


def test_one_that_differs_in_an_item_or_in_length_is_another() -> None:
    role = Role("他", "voice", "说道")
    one = Stowed([Chunk("好。", (0, 2), 0.4, role=role)])
    assert one == [Chunk("好。", (0, 2), 0.4, role=role)]
    assert one != (Chunk("好。", (0, 2), 0.4),)
    assert one != Stowed([*one, *one])
    assert one != 7


def test_it_leaves_the_process_as_a_tuple() -> None:
    assert pickle.loads(pickle.dumps(Stowed([1, 2]))) == (1, 2)


def test_it_takes_a_fortieth_of_the_memory() -> None:
    def held(make: type) -> int:
        gc.collect()
        tracemalloc.start()
        kept = [make(chunks(100)) for _ in range(100)]
        gc.collect()
        size, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert len(kept) == 100
        return size

    assert 40 * held(Stowed) < held(tuple)


def test_the_file_goes_with_the_last_that_lies_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stow, "_HOLD_BYTES", 1000)
    monkeypatch.setattr(stow, "_newest", [])
    kept = [Stowed([os.urandom(400)]) for _ in range(20)]
    open_files = len(list(Path("/dev/fd").iterdir()))
    first = kept[0][0]
    del kept[1:]
    gc.collect()
    assert len(list(Path("/dev/fd").iterdir())) <= open_files - 4
    assert kept[0][0] == first


def test_many_threads_stow_and_read_at_once() -> None:
    def there_and_back(number: int) -> bool:
        stowed = Stowed([number] * 9)
        return all(list(stowed) == [number] * 9 for _ in range(20))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(there_and_back, range(200)))


def test_what_is_held_is_found_by_its_place() -> None:
    hold = Hold()

    def there_and_back(number: int) -> bool:
        content = os.urandom(number % 50)
        place = hold.put(content)
        return all(hold.at(place) == content for _ in range(5))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(there_and_back, range(1000)))


@given(st.dictionaries(st.text(st.characters(codec=None)), st.text()), st.text())
def test_what_is_filed_is_found_by_its_word(plain: dict[str, str], word: str) -> None:
    filed = Filed(iter(plain.items()))
    assert dict(filed) == plain
    assert filed.get(word) == plain.get(word)
    assert (word in filed) == (word in plain)


def test_of_two_words_with_one_hash_none_is_taken_for_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stow, "hash", len, raising=False)
    filed = Filed([("山", 1), ("水", 2)])
    assert filed.get("山") is None
    assert filed["水"] == 2


@pytest.mark.parametrize("what", [lambda: Stowed([1]), Hold, Filed])
def test_without_a_place_for_temporary_files_the_error_names_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, what: type
) -> None:
    monkeypatch.setattr(stow, "_newest", [])
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(InputError, match="gone") as raised:
        what()
    assert "TMPDIR" in raised.value.remedy


def test_the_outline_of_a_long_text_takes_less_memory_than_the_text() -> None:
    chapters = (
        f"第{k}章 山中\n\n" + f"他走了{k}里路，看见一座山。山上有人说：“你来了！”\n\n" * 40 for k in range(1, 61)
    )
    document = document_of("".join(chapters))
    segment(document, Sizes())  # what is read once for all is there
    gc.collect()
    tracemalloc.start()
    outline = segment(document, Sizes())
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(outline.sections) == 60
    assert held < 2 * len(document.text)  # bytes; Python has two a character
