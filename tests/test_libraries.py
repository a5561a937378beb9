"""What public libraries put around their books goes: Project Gutenberg in the shapes of its years, and two others."""

from pathlib import Path

import pytest

from pipeline.read import read
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


def test_of_several_books_in_a_row_none_is_lost() -> None:
    assert lines_left(f"{BOOK.join(NEW)}\n\n{BOOK.join(OLD)}\n\n{BOOK.join(NEW)}") == READ * 3
    exported = f"{BOOK}\n\n{LICENCES[0]}\n\n{ABOUT}"
    assert lines_left(f"{exported}\n\n{EXPORTED[1]}\n\n花開了。\n\n{exported}") == [*READ, "花开了。", *READ]


def test_of_a_folder_of_exports_each_keeps_its_headings(tmp_path: Path) -> None:
    for number in (1, 2):
        text = f"第{number}卷\n\n{BOOK}\n\n{LICENCES[0]}\n\n{ABOUT}"
        (tmp_path / f"{number}.txt").write_text(text, encoding="utf-8")
    book = repair(read(tmp_path))
    assert [line for line in book.text.split("\n") if line.strip()] == ["第1卷", *READ, "第2卷", *READ]


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


ABOUT = (
    "About this digital edition\n\nThis e-book comes from the online library Wikisource. This multilingual digital "
    "library, built by volunteers, is free.\n\nThe following users contributed to this book:\n\n某人\n"
)
EXPORTED = [
    "Exported from Wikisource on December 1, 2026",
    "於 2026年12月1日 從維基文庫匯出",
    "以2026年12月1日从维基文库导出",
]
LICENCES = [
    "本作品在全世界都属于公有领域，因为作者逝世已经超过100年，并且于1931年1月1日之前出版。",
    "本清朝作品在全世界都屬於公有領域，因爲作者逝世已經遠遠超過100年。",
    "Public domain，這部作品在1931年1月1日以前出版，其作者1936年逝世，在美國以及版權期限是作者終身加80年以下的國家以及"
    "地區，屬於公有領域。，Public domain，false，false",
    "Public domainPublic domainfalsefalse",
]


@pytest.mark.parametrize("exported", EXPORTED)
@pytest.mark.parametrize("licence", LICENCES)
def test_what_wikisource_adds_to_an_export_goes(exported: str, licence: str) -> None:
    text = f"春天\n\n{exported}\n\n{BOOK}\n\n{licence}\n\n{ABOUT}"
    document = repair(document_of(text))
    assert [line for line in document.text.split("\n") if line.strip()] == ["春天", *READ]
    assert {edit.rule for edit in document.edits if not edit.after} == {"wikisource"}


@pytest.mark.parametrize(
    "text",
    [
        "这部作品他写了三年。\n\n作品的版权后来归公有。",
        "这些作品早已进入公有领域，谁都可以出版。",
        "他说起公有领域的作品，说得很久。",
        "他从维基文库导出了一本书。",
        "About this digital edition\n\n这是他的书名。",
    ],
)
def test_prose_about_it_is_left_as_it_is(text: str) -> None:
    assert "\n\n".join(lines_left(text)) == text


@pytest.mark.parametrize(
    "head",
    [
        "《春天》某人\n\n《二○一六年十月七日版》\n\n《好讀書櫃》經典版",
        "《春天》某人\n《好讀書櫃》【典藏版】",
        "　《春天》某人\n 《好讀書櫃》經典版",
    ],
)
def test_the_lines_of_haodoo_name_the_book(head: str) -> None:
    document = repair(document_of(f"{head}\n\n{BOOK}"))
    assert [line for line in document.text.split("\n") if line.strip()] == READ
    assert (document.title, document.creator) == ("春天", "某人")


def test_what_stands_before_a_book_of_haodoo_without_the_names_stays() -> None:
    assert lines_left(f"花開了。\n\n《好讀書櫃》典藏版\n\n{BOOK}") == ["花开了。", *READ]
