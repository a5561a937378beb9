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
    unknown = [title for title in (*skip, *rename) if title not in titles]
    if unknown:
        raise InputError(f"the sidecar names a section {unknown[0]!r}", f"the sections are: {'; '.join(titles)}")
    kept = [section for section in outline.sections if section.title not in skip]
    if not kept:
        raise InputError("the sidecar skips every section", "leave at least one section in")
    dropped = tuple(edit for section in outline.sections if section.title in skip for edit in _skipped(section))
    sections = tuple(
        replace(section, number=number, title=rename.get(section.title, section.title))
        for number, section in enumerate(kept, 1)
    )
    return replace(outline, sections=sections, dropped=tuple(sorted((*outline.dropped, *dropped), key=_start)))


def _skipped(section: Section) -> list[Edit]:
    return [Edit(RULE, chunk.span, chunk.text, "") for chunk in section.chunks]


def _start(edit: Edit) -> int:
    return edit.span[0]
