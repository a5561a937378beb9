"""Sound files and texts come in, mutated thousands of times; what breaks goes out: a crash, a hang, an open ledger.

    python benchmarks/fuzz.py [--seconds 60] [--seed 1] [--keep FOLDER]

Each input is made from a seed of its own, so that a number in the report makes it again (`--seed N --seconds 0`). Four
kinds: files for the readers (txt in six encodings, md, html, epub, docx; parts inside a container too), texts for
repair, segmenting, spoken form and pinyin, settings and manifests. Right is one of: a result whose ledger sums to
100 % and whose edits lead back to the source, or an error of our own family. Seconds are of this process's CPU.
"""

import argparse
import json
import random
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
from pipeline.edition import Request
from pipeline.edits import undo
from pipeline.errors import AudiobookError
from pipeline.model import Document
from pipeline.progress import Watcher
from pipeline.read import read
from pipeline.read.sidecar import read_sidecar
from pipeline.repair import repair
from pipeline.repair.rule import document_of
from pipeline.run import build
from pipeline.segment import Sizes, segment
from pipeline.shelf import Shelf
from pipeline.speak.pinyin import Pronouncer
from pipeline.speak.spoken import spoken
from pipeline.verify.ledger import coverage
from pipeline.write.manifest import read_manifest
from tests.books import docx_parts, epub_parts, zipped

LONGEST_S = 30.0  # CPU seconds that one input, of a few thousand characters, may take
TEXTS = Path(__file__).parent / "texts"
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "gb18030", "big5", "latin-1")
TOKENS = (
    *"“”「」『』（）()[]【】《》…—、，。！？；：·*#_`~|\\/<>&\"'\0\u200b\ufeff\ufffd\ue000\U00020000\U0001f600０Ⅷ①㈠",
    *(
        "\r\n",
        "\r",
        "\u2028",
        "\n\n\n",
        "　　",
        "第一章 ",
        "第十二回",
        "一、",
        "（一）",
        "1.1 ",
        "# ",
        "- ",
        "目录\n",
        "1998年",
        "-3.5%",
    ),
    *(
        "3:2",
        "2022-03-29",
        "13812345678",
        "$1,000",
        "10㎡",
        "a@b.cn",
        "https://a.cn/?q=1",
        "v1.2.3",
        "zhǎng",
        "(zhǎng)",
    ),
    *(*",:;?!.", "中?", "们?cè)诎l", "\ufffd中", "浣犲ソ?", "中'", "中(", "nǐ hǎo ", "第999999999章 "),
    *("<p>", "</p>", "<br/>", "<ruby>字<rt>zì</rt></ruby>", "<!--", "-->", "<![CDATA[", "&#x4e00;", "&amp;", "]]>"),
)
SETTINGS = """title = "书"
voice = "zf_xiaobei"
rate = -5
skip = ["目录"]
[rename]
"一" = "二"
[pronounce]
"单于" = "chan2 yu2"
"""


class Hang(Exception):  # noqa: N818 - a finding, not an error of the program
    """An input took longer than it may."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder for the inputs that broke something")
    chosen = parser.parse_args()
    signal.signal(signal.SIGPROF, _too_long)
    tried: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    broken = 0
    seed = chosen.seed
    while not tried or time.process_time() < chosen.seconds:
        kind = list(KINDS)[seed % len(KINDS)]
        with tempfile.TemporaryDirectory() as folder:
            outcome = _tried(kind, random.Random(seed), Path(folder), chosen.keep, seed)
        tried[kind] += 1
        refused[kind] += outcome == "refused"
        broken += outcome == "broken"
        seed += 1
    print(f"{'kind':12}{'inputs':>9}{'refused':>9}")
    for kind in KINDS:
        print(f"{kind:12}{tried[kind]:9}{refused[kind]:9}")
    print(f"{sum(tried.values())} inputs, {broken} broken, {time.process_time():.0f} s of CPU")
    sys.exit(broken > 0)


def _tried(kind: str, chance: random.Random, folder: Path, keep: Path | None, seed: int) -> str:
    """What became of one input: "fine", "refused" or "broken"; the last is printed and kept."""
    signal.setitimer(signal.ITIMER_PROF, LONGEST_S)
    try:
        KINDS[kind](chance, folder)
    except AudiobookError as error:
        return "broken" if type(error).exit_code in (1, 6) and _told(kind, seed, folder, keep) else "refused"
    except (Exception, Hang):
        _told(kind, seed, folder, keep)
        return "broken"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return "fine"


def _told(kind: str, seed: int, folder: Path, keep: Path | None) -> bool:
    signal.setitimer(signal.ITIMER_PROF, 0)
    last = traceback.format_exc().strip().splitlines()
    print(f"--- {kind}, seed {seed}\n" + "\n".join(last[-7:]), flush=True)
    for path in folder.iterdir() if keep else ():
        assert keep
        keep.mkdir(parents=True, exist_ok=True)
        (keep / f"{kind}-{seed}-{path.name}").write_bytes(path.read_bytes())
    return True


def _too_long(_signal: int, _frame: object) -> None:
    raise Hang(f"more than {LONGEST_S} s")


def try_text(chance: random.Random, folder: Path) -> None:
    """A text through all the text stages."""
    text = mutated(passage(chance), chance)
    (folder / "input.txt").write_text(text, encoding="utf-8", errors="surrogatepass")
    through(document_of(text))


def try_plain(chance: random.Random, folder: Path) -> None:
    """A file in some encoding, with broken bytes."""
    encoding = chance.choice(ENCODINGS)
    content = mutated(passage(chance), chance).encode(encoding, "replace")
    path = folder / f"a{chance.choice(('.txt', '.md'))}"
    path.write_bytes(torn(content, chance))
    through(read(path))


def try_html(chance: random.Random, folder: Path) -> None:
    path = folder / "a.html"
    path.write_bytes(torn(mutated(page(chance), chance).encode("utf-8", "replace"), chance))
    through(read(path))


def try_epub(chance: random.Random, folder: Path) -> None:
    pages = [f"<h1>第{k}章</h1><p>{passage(chance)[:300]}</p>" for k in range(1, 4)]
    through(read(container(folder / "a.epub", epub_parts(pages), chance)))


def try_docx(chance: random.Random, folder: Path) -> None:
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in passage(chance)[:400].splitlines())
    through(read(container(folder / "a.docx", docx_parts(body), chance)))


def try_settings(chance: random.Random, folder: Path) -> None:
    (folder / "a.txt").write_text("好。", encoding="utf-8")
    (folder / "a.toml").write_bytes(torn(mutated(SETTINGS, chance).encode("utf-8", "replace"), chance))
    read_sidecar(folder / "a.txt")


def try_manifest(chance: random.Random, folder: Path) -> None:
    """A real manifest with some values, or a byte, exchanged."""
    content = shaken(json.loads(manifest()), chance)
    path = folder / "manifest.json"
    path.write_bytes(torn(json.dumps(content).encode(), chance))
    read_manifest(folder)


KINDS: Mapping[str, Callable[[random.Random, Path], None]] = {
    "text": try_text,
    "txt, md": try_plain,
    "html": try_html,
    "epub": try_epub,
    "docx": try_docx,
    "settings": try_settings,
    "manifest": try_manifest,
}


def through(document: Document) -> None:
    """All the text stages; the source comes back from the edits, and the ledger sums."""
    repaired = repair(document)
    assert undo(repaired.text, repaired.edits) == document.source, "the edits do not lead back to the source"
    outline = segment(repaired, Sizes(60))
    coverage(repaired, outline.sections, outline.dropped, spoken)
    for section in outline.sections[:3]:
        for chunk in section.chunks[:5]:
            said = spoken(chunk.text).text
            assert len(pronouncer().syllables(said)) == len(said), "not one reading a character"


@cache
def manifest() -> str:
    """That of a short book in the rehearsal voice."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "a.txt"
        source.write_text("第一章 春\n\n春天来了。\n\n第二章 夏\n\n夏天也来了。\n", encoding="utf-8")
        built = build(source, Request(Shelf(Path(folder) / "out"), "tone"), Watcher())
        return (built.home / "manifest.json").read_text(encoding="utf-8")


@cache
def pronouncer() -> Pronouncer:
    return Pronouncer({})


@cache
def texts() -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(TEXTS.glob("*.txt"))]


def passage(chance: random.Random) -> str:
    text = chance.choice(texts())
    start = chance.randrange(len(text))
    return text[start : start + chance.choice((20, 200, 2000))]


def page(chance: random.Random) -> str:
    lines = "".join(f"<p>{line}</p>" for line in passage(chance).splitlines())
    article = f"<article><h1>第一章</h1>{lines}</article>"
    return f"<html><head><title>书</title></head><body><nav>目录</nav>{article}</body></html>"


def mutated(text: str, chance: random.Random) -> str:
    """Some places of a text exchanged, repeated, cut out, or filled with what is hard to read."""
    for _ in range(chance.choice((0, 0, 1, 3, 10, 30))):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.choice((0, 0, 1, 2, 10)))
        put = chance.choice(TOKENS) if chance.random() < 0.8 else chr(chance.choice((chance.randrange(0xD800), 0xFFFF)))
        repeat = chance.choice((1, 1, 1, 2, 50))
        text = text[:start] + put * repeat + text[end:]
    return text


def torn(content: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, left out or put in; often none."""
    found = bytearray(content)
    for _ in range(chance.choice((0, 0, 0, 1, 2, 8))):
        at = chance.randrange(len(found) + 1)
        found[at : at + chance.choice((0, 1, 1, 3))] = chance.randbytes(chance.choice((0, 1, 1, 2)))
    return bytes(found)


def container(path: Path, parts: Mapping[str, str | bytes], chance: random.Random) -> Path:
    """A zipped book, one part of it mutated, or its bytes."""
    changed = dict(parts)
    name = chance.choice(list(changed))
    content = changed[name]
    changed[name] = torn(
        content if isinstance(content, bytes) else mutated(content, chance).encode("utf-8", "replace"), chance
    )
    if chance.random() < 0.1:
        del changed[chance.choice(list(changed))]
    zipped(path, changed)
    path.write_bytes(torn(path.read_bytes(), chance) if chance.random() < 0.3 else path.read_bytes())
    return path


def shaken(value: Any, chance: random.Random) -> Any:
    """A JSON value with some of its leaves exchanged for values of other kinds."""
    if chance.random() < 0.01:
        return chance.choice((None, -1, 2**70, "", "../../x", [], {}, [[]] * 9, 1e308, True))
    if isinstance(value, dict):
        return {key: shaken(inner, chance) for key, inner in value.items()}
    return [shaken(inner, chance) for inner in value] if isinstance(value, list) else value


if __name__ == "__main__":
    main()
