"""What Project Gutenberg puts around its books goes, in each of the shapes that it had over the years."""

from pathlib import Path

import pytest

from pipeline.repair import repair
from pipeline.repair.rule import document_of
from tests.books import whole

BOOK = "第一回　花\n\n花開了。\n\n第二回　雨\n\n雨來了。"
READ = ["第一回　花", "花开了。", "第二回　雨", "雨来了。"]
NEW = (
    "The Project Gutenberg eBook of 春天\n    \nThis ebook is for the use of anyone anywhere.\n\n"
    "Title: 春天\n\n\nAuthor: Mou Ren\n\nRelease date: January 11, 2008 [eBook #24264]\n\nLanguage: Chinese\n\n"
    "*** START OF THE PROJECT GUTENBERG EBOOK 春天 ***\n\n",
    "\n\n*** END OF THE PROJECT GUTENBERG EBOOK 春天 ***\n\nUpdated editions will replace the previous one.\n",
)
OLD = (
    "Project Gutenberg's 春天, by Mou Ren\n\nTitle: 春天\n\nAuthor: Mou Ren\n\n"
    "*** START OF THIS PROJECT GUTENBERG EBOOK 春天 ***\n\n\nProduced by 某人 and the\nOnline Team\n\n",
    "\n\n\nEnd of the Project Gutenberg EBook of 春天, by Mou Ren\n\n"
    "*** END OF THIS PROJECT GUTENBERG EBOOK 春天 ***\n\n***** This file should be named 24264-0.txt *****\n",
)
WRAPPED = (
    "Title: 春天\n\nAuthor: Mou Ren\n\n***START OF THE PROJECT GUTENBERG EBOOK 春天又一個春天\n又一個春天***\n\n",
    "\n\n***END OF THE PROJECT GUTENBERG EBOOK 春天又一個春天\n又一個春天***\n\n1.A. By reading or using any part\n",
)


def lines_left(text: str) -> list[str]:
    return [line for line in repair(document_of(text)).text.split("\n") if line.strip()]


@pytest.mark.parametrize("shape", [NEW, OLD, WRAPPED], ids=["new", "old", "wrapped"])
def test_the_text_is_left_and_the_names_are_known(shape: tuple[str, str]) -> None:
    document = repair(document_of(BOOK.join(shape)))
    assert [line for line in document.text.split("\n") if line.strip()] == READ
    assert (document.title, document.creator) == ("春天", "Mou Ren")
    assert {edit.rule for edit in document.edits if not edit.after} == {"project gutenberg"}


def test_what_has_lost_one_end_goes_at_the_other() -> None:
    assert lines_left(NEW[0] + BOOK) == READ
    assert lines_left(BOOK + OLD[1]) == READ
    assert (
        lines_left("Project Gutenberg Etext\n*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04*END*\n" + BOOK)
        == READ
    )


def test_a_text_that_tells_of_it_is_left_as_it_is() -> None:
    text = "他在 Project Gutenberg 上读书。\n\n那里的书写着 PROJECT GUTENBERG EBOOK。\n\n花开了。"
    assert "\n\n".join(lines_left(text)) == text


def test_an_author_who_is_not_known_is_none() -> None:
    assert repair(document_of(NEW[0].replace("Mou Ren", "Anonymous") + BOOK)).creator == ""


def test_a_page_has_the_name_of_the_book(tmp_path: Path) -> None:
    around = [f"<pre>{part}</pre>" for part in NEW]
    page = "<html><head><title>春天 | Project Gutenberg</title></head><body>{}<p>花開了。</p>{}</body></html>"
    (tmp_path / "a.html").write_text(page.format(*around), encoding="utf-8")
    book = repair(whole(tmp_path / "a.html"))
    assert (book.title, book.creator, book.text.strip()) == ("春天", "Mou Ren", "花开了。")
