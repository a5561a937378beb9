"""What was found in a text or a book comes in, as plain values; it is told on the screen."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from pipeline.screen import clean, clock, show


def show_plan_totals(found: Mapping[str, Any]) -> None:
    """What a plan comes to, and what in the text a person should look at."""
    print(
        f"{found['voice']}: {found['characters']} characters, about {found['hours']} h and {found['megabytes']} MB; "
        f"{found['requests']} chunks to speak, {found['cached']} in the cache"
    )
    speakers = sum((Counter(section["speakers"]) for section in found["sections"]), Counter[str]())
    for name, count in speakers.most_common():
        voice = found["cast"].get(name, found["voice"].partition(" ")[2])
        print(f"  {clean(name)}: {clean(voice)}, {count} chunks")
    _show_doubts(found)


def show_inspection(found: Mapping[str, Any]) -> None:
    """A text as it will be spoken, its ledger, and what a person should look at."""
    for section in found["sections"]:
        print(f"{section['number']}  {clean(section['title'])}")
        for number, chunk in enumerate(section["chunks"], 1):
            _show_chunk(number, chunk)
    ledger = found["coverage"]
    print(f"{ledger['characters']} characters: {ledger['as_written']} spoken as written")
    for account in ("rewritten", "removed"):
        for rule, count in ledger[account].items():
            print(f"  {account} by {clean(rule)}: {count}")
    _show_doubts({"guesses": [edit for edit in found["edits"] if edit["guess"]], "notes": found["notes"]})


def _show_chunk(number: int, chunk: Mapping[str, Any]) -> None:
    """A chunk as written, as it is said where that differs, and its readings; in a book with several voices, whose."""
    whose = f"[{clean(chunk['role']['name'])}] " if chunk["role"] else ""
    print(f"{number:5}  {whose}{clean(chunk['text'])}")
    if chunk["spoken"] != chunk["text"]:
        print(f"    =  {clean(chunk['spoken'])}")
    print(f"       {clean(chunk['pinyin'])}")


def _show_doubts(found: Mapping[str, Any]) -> None:
    for edit in found["guesses"]:
        print(f"guess at {edit['span'][0]} ({clean(edit['rule'])}): {clean(edit['before'])} -> {clean(edit['after'])}")
    for note in found["notes"]:
        print(f"note at {note['span'][0]} ({clean(note['rule'])}): {clean(note['message'])}")


def show_check(found: Mapping[str, Any]) -> None:
    """The claims of a manifest, each with what the files say, and how many fail."""
    rows = [(c["claim"], c["manifest"], c["files"], "ok" if c["ok"] else "FAILS") for c in found["claims"]]
    show(found["title"], ["claim", "manifest>", "files>", ""], rows)
    failed = len(found["failures"])
    print(f"{failed} of {len(rows)} claims fail" if failed else f"all {len(rows)} claims hold")
    if "listening" in found:
        show_listening(found["listening"])


def show_listening(found: Mapping[str, Any]) -> None:
    """What was heard: the figures, and each sentence that is not right with what differs."""
    for doubt in found["doubts"]:
        place = f"section {doubt['section']}, sentence {doubt['sentence']}, at {clock(doubt['start'])}"
        differing = "; ".join(f"{said or 'nothing'} -> {heard or 'nothing'}" for said, heard in doubt["differing"])
        print(f"\n{doubt['judgement']}: {place}\n  said   {clean(doubt['spoken'])}\n  heard  {clean(doubt['heard'])}")
        print(f"  differ {clean(differing)}")
    share = 100 * found["errors"] / max(1, found["syllables"])
    print(
        f"\nheard: {found['right']} right, {found['doubtful']} doubtful, {found['wrong']} wrong; "
        f"{found['errors']} of {found['syllables']} syllables differ ({share:.1f} %)"
    )


def show_explanation(found: Mapping[str, Any]) -> None:
    """What sounds at a time, one line a stage."""
    recipe = found["recipe"]
    line = f"line {found['line']}, " if found["line"] else ""
    lines = {
        "sounds": f"{clock(found['start'])} to {clock(found['end'])}, section {found['section']} {found['title']}",
        "source": f"{line}characters {found['span'][0]} to {found['span'][1]}: {found['source'] or 'not there now'}",
        "repairs": "; ".join(f"{e['rule']}: {e['before']!r} -> {e['after']!r}" for e in found["edits"]) or "none",
        "text": found["text"],
        "spoken": found["spoken"],
        "words": "; ".join(f"{p['rule']}: {p['written']} -> {p['spoken']}" for p in found["rewritten"]) or "as written",
        "pinyin": found["pinyin"],
        "decided": ", ".join(f"{d['character']} {d['reading']} ({_sureness(d)})" for d in found["decided"]) or "none",
        "script": found["script"],
        "voice": f"{recipe['engine']} {recipe['voice']} {recipe['rate']:+d} %, take {found['take']}",
        **({"part": f"{found['role']['name']}: {found['role']['reason']}"} if found["role"] else {}),
        "clip": found["clip"],
        "heard": "; ".join(f"take {t['take']}: {t['hearing']['judgement']}" for t in found["takes"]) or "not doubted",
        "verdict": "; ".join(found["verdict"]["findings"]) or "passes its checks",
    }
    for name, value in lines.items():
        print(f"{name:8} {clean(value)}")


def _sureness(decision: Mapping[str, Any]) -> str:
    """Who decided a reading, with the doubt where there is some."""
    return f"{decision['reason']}, doubt {decision['doubt']:.0%}" if decision["doubt"] >= 0.01 else decision["reason"]
