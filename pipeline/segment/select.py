"""An outline and a person's wishes come in (sections to skip, titles to change); the outline as wished goes out."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from pipeline.errors import InputError
from pipeline.model import Edit, Outline, Section

RULE = "skipped by the sidecar"


def selected(outline: Outline, skip: Collection[str], rename: Mapping[str, str]) -> Outline:
    """Leave out the sections titled in `skip`, retitle those in `rename`, count the rest from 1.

    Raises InputError for a title that no section has, and when nothing would be left.
    """
    titles = [section.title for section in outline.sections]
    known = {*titles, *(section.name for section in outline.sections)}
    unknown = [title for title in (*skip, *rename) if title not in known]
    if unknown:
        raise InputError(f"the sidecar names a section {unknown[0]!r}", f"the sections are: {'; '.join(titles)}")
    kept = [section for section in outline.sections if not _is_named(section, skip)]
    if not kept:
        raise InputError("the sidecar skips every section", "leave at least one section in")
    dropped = tuple(edit for section in outline.sections if _is_named(section, skip) for edit in _skipped(section))
    sections = tuple(_renamed(replace(section, number=number), rename) for number, section in enumerate(kept, 1))
    every = tuple(sorted((*outline.dropped, *dropped), key=_start)) if dropped else outline.dropped
    return replace(outline, sections=sections, dropped=every)


def _is_named(section: Section, titles: Collection[str]) -> bool:
    """Whether one of the titles is the section's, in the characters it is written in or in simplified ones."""
    return section.title in titles or section.name in titles


def _renamed(section: Section, rename: Mapping[str, str]) -> Section:
    title = rename.get(section.title) or rename.get(section.name)
    return replace(section, title=title, simple="") if title else section


def _skipped(section: Section) -> list[Edit]:
    return [Edit(RULE, chunk.span, chunk.text, "") for chunk in section.chunks]


def _start(edit: Edit) -> int:
    return edit.span[0]
