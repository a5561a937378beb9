"""The nouns that every stage shares; all frozen, nothing here does work.

A place in the text is always a pair of character offsets into `Document.source`, the text as it was decoded;
time in a finished book is in integer milliseconds, from a running count of samples.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.int16]

Span = tuple[int, int]


def __getattr__(name: str) -> Any:
    """`Samples` for those who work with sound; the others need not wait for numpy."""
    if name != "Samples":
        raise AttributeError(name)
    import numpy as np
    from numpy.typing import NDArray

    return NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Edit:
    """Rule `rule` put `after` where the source has `before` at `span`; a guess is marked as one."""

    rule: str
    span: Span
    before: str
    after: str
    guess: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that the format itself declares (Markdown, EPUB), at `span` of the source; level 1 is topmost."""

    span: Span
    level: int


@dataclass(frozen=True, slots=True)
class Note:
    """Something noticed at `span` of the source and left alone, for a person to look at."""

    rule: str
    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a document came from: file name, SHA-256 of its bytes, the encoding that was found."""

    name: str
    sha256: str
    encoding: str


@dataclass(frozen=True, slots=True)
class Document:
    """A text: `source` as decoded, `text` as it stands now, and the `edits` that lead from one to the other.

    Edits are sorted, disjoint and in source offsets; `pipeline.edits` applies and undoes them.
    """

    title: str
    source: str
    text: str
    origin: Origin
    creator: str = ""
    date: str = ""
    language: str = "zh"
    edits: tuple[Edit, ...] = ()
    headings: tuple[Heading, ...] = ()
    notes: tuple[Note, ...] = ()
    written: str = ""  # the text in the characters of the written form, one for one; "" where they are the same
    written_title: str = ""


NARRATOR, DIALOGUE = "narrator", "dialogue"  # the parts of a cast that are not names


@dataclass(frozen=True, slots=True)
class Role:
    """Whose a chunk is in a book with several voices: the part (a name, "dialogue", "narrator") and its voice.

    The narrator's voice is "": the section's own. `reason` is the words or the rule by which the part has it.
    """

    name: str
    voice: str
    reason: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """What is spoken in one breath: `text` as it is written, its place in the source, the pause after it (s)."""

    text: str
    span: Span
    pause: float
    heading: bool = False
    paragraph: int = 0  # counted from 0 within the section
    simple: str = ""  # the text in simplified characters, one for one; "" where they are the same
    role: Role | None = None  # in a book with several voices

    @property
    def voiced(self) -> str:
        """What speech begins from: in whichever characters the text is written, it sounds the same."""
        return self.simple or self.text


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter to be: `number` from 1, its heading as `title`, and its chunks in reading order."""

    number: int
    title: str
    level: int
    chunks: Sequence[Chunk]
    simple: str = ""  # the title in simplified characters; "" where they are the same

    @property
    def name(self) -> str:
        """What the section is known by, in whichever characters its title is written."""
        return self.simple or self.title


@dataclass(frozen=True, slots=True)
class Outline:
    """A document cut up: its sections, and what of its text no chunk holds, with the rule that left it out."""

    sections: tuple[Section, ...]
    dropped: Sequence[Edit] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a spoken form: `written` at `span` of the text became `spoken` by `rule` ("" = as written)."""

    span: Span
    written: str
    spoken: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text as it is said, with numbers and signs in words; the pieces cover the written text without gaps."""

    text: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Syllable:
    """How one character sounds: `citation` its reading in context, `sounded` the same after tone sandhi.

    Readings are pinyin with a tone number ("zhang3", 5 = neutral, v = ü), None where the character has none.
    `reason` says who decided: "single", "dictionary", "model", "rule", "override"; `doubt` runs from 0 (sure) to 1.
    """

    character: str
    citation: str | None
    sounded: str | None
    word_start: bool = True
    reason: str = "single"
    doubt: float = 0.0


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a script as the voice told of it: how many letters it has, and its samples `start` to `end`."""

    letters: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Audio:
    """The one sound type: int16 mono samples, shape (n,), at `rate` Hz; its sentences where the voice tells them."""

    samples: "Samples"
    rate: int
    sentences: tuple[Sentence, ...] = ()

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate


@dataclass(frozen=True, slots=True)
class Mark:
    """A sentence inside a clip: characters `span` of the chunk's text, samples `start` to `end` of the clip."""

    span: Span
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found: `ok`, the findings in words when not, and the attempts that failed before."""

    ok: bool = True
    findings: tuple[str, ...] = ()
    attempts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hearing:
    """What a recogniser heard of a clip, beside what should have been said.

    `judgement` is "right", "doubtful" or "wrong"; of `syllables` that should sound, `errors` differ without their
    tones, at a `cost` that counts look-alikes less, and `tones` differ in the tone alone; `differing` has each pair
    (expected, heard), "" where a side has nothing.
    """

    judgement: str
    heard: str
    syllables: int
    errors: int
    cost: float
    tones: int
    differing: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Take:
    """One take of a chunk that was listened to: its number, its clip, and what was heard."""

    take: int
    clip: str
    hearing: Hearing


@dataclass(frozen=True, slots=True)
class Clip:
    """A chunk, spoken and checked, in the cache.

    `path` is a lossless file of `length` samples at `rate` Hz; `energies` are its K-weighted mean squares, one
    each 100 ms, in hundredths of a decibel (see `pipeline.sound`): a book of 60 hours has two million.
    """

    key: str
    path: Path
    chunk: Chunk
    script: str
    rate: int
    length: int
    energies: "NDArray[np.int16]" = field(compare=False)
    marks: tuple[Mark, ...] = ()
    verdict: Verdict = field(default_factory=Verdict)
    speaker: "Recipe | None" = None  # who spoke it in place of the voice that was asked for
    trim: float = 1.0  # linear; what makes this voice as loud as the narrator's, already in `energies`


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the book and when it sounds: milliseconds from the chapter's start, and its place in the source."""

    start: int
    end: int
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section as sound: `path` holds its encoding; start and end are milliseconds from the book's start."""

    section: Section
    start: int
    end: int
    path: Path
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How something is spoken: which engine, voice and rate (per cent faster or slower), and the number of the take."""

    engine: str
    voice: str
    rate: int = 0
    take: int = 0
    quality: str = ""  # "high" where the engine has such a thing; "" is its normal one


class Engine(Protocol):
    """A voice. It knows nothing of retries, cache, pauses, files or tags."""

    limit: int  # the most characters it takes well in one chunk
    workers: int  # how many calls it bears at once, from threads

    def identity(self) -> Mapping[str, Any]:
        """All that changes the sound of a given script: engine, model SHA-256, voice, rate."""
        ...

    def script(self, text: str) -> str:
        """Written text -> exactly what `speak` will be given."""
        ...

    def speak(self, script: str) -> Audio:
        """Raises EngineBusy where asking again may help, EngineError where it won't."""
        ...


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person asked for one section after hearing it; it outlives rebuilds. Empty means: like the book."""

    voice: str = ""
    rate: int | None = None
    take: int = 0
    sentences: Mapping[str, int] = field(default_factory=dict)  # text of a chunk -> its own take


@dataclass(frozen=True, slots=True)
class SpokenChunk:
    """A chunk in the manifest: what was written, what the voice was given, which clip it is and when it sounds."""

    text: str
    span: Span
    pause: float
    heading: bool
    script: str
    clip: str
    take: int
    start: int
    end: int
    verdict: Verdict
    heard: tuple[Take, ...] = ()  # the takes of a sentence that was found wrong, in order
    speaker: Recipe | None = None  # who spoke it in place of the voice that was asked for
    role: Role | None = None  # in a book with several voices
    simple: str = ""  # the text in simplified characters; "" where they are the same

    @property
    def voiced(self) -> str:
        """What speech begins from."""
        return self.simple or self.text


@dataclass(frozen=True, slots=True)
class SpokenSection:
    """A section in the manifest; start and end are milliseconds from the book's start, `file` is in its folder."""

    number: int
    title: str
    level: int
    file: str
    start: int
    end: int
    recipe: Recipe
    choice: Choice
    encoding: str
    chunks: Sequence[SpokenChunk]
    simple: str = ""  # the title in simplified characters; "" where they are the same
    gain: float | None = None  # linear, where it is not the book's
    source: str = ""  # a digest of the source between the section's end and that of the one before

    @property
    def name(self) -> str:
        """What the section is known by."""
        return self.simple or self.title


@dataclass(frozen=True, slots=True)
class Coverage:
    """The ledger in figures: how many source characters were spoken as written, rewritten or removed, by rule."""

    characters: int
    as_written: int
    rewritten: Mapping[str, int]
    removed: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Manifest:
    """The whole truth about a book. No clock, no absolute path, no random id."""

    format: int
    title: str
    creator: str
    narrator: str
    date: str
    language: str
    origin: Origin
    recipe: Recipe
    identity: Mapping[str, Any]
    chapter_format: str
    fingerprint: str
    gain: float  # linear, one for the book but for sections that were finished with another
    loudness: float  # LUFS, integrated, after the gain
    duration: int  # ms
    pronounce: Mapping[str, str]  # the person's own readings: word -> "pin1 yin1"
    coverage: Coverage
    edits: tuple[Edit, ...]
    notes: tuple[Note, ...]
    sections: tuple[SpokenSection, ...]
    outputs: Mapping[str, str]  # path inside the book's folder -> SHA-256
    script: str = "simplified"  # the characters of the written form: simplified, traditional, or kept as they were
    grown: tuple[int, ...] = ()  # characters of the source that stand as they were cut before the text grew on
    balance: Mapping[str, float] = field(default_factory=dict)  # voice -> dB that even it out with the narrator's
    program: str = ""  # SHA-256 of the program that made it; "" where it was not noted yet
