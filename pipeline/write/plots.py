"""Figures come in; pictures of them go out, as SVG that stands inside a page and takes its colours from the page.

The one room for Matplotlib (the extra `report`). It draws with stand-ins for colours, which become the page's own, so
that one picture fits a light and a dark page. The same figures give the same bytes.
"""

import importlib.util
import io
import re
import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import MissingProgramError
from pipeline.write.onefile import inert

REMEDY = "pip install 'audiobook[report]'"
INK, SOFT, LINE, ACCENT, OTHER, PAUSE, BAD, WASH = (f"#0000{number:02x}" for number in range(1, 9))
NAMES = ("ink", "soft", "line", "accent", "other", "pause", "bad", "wash")
WIDTH_IN = 11.0
POINTS = 72 * WIDTH_IN  # the width of a picture, in its own units
LEFT, RIGHT = 0.06, 0.985  # where its axes begin and end
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "audiobook",
    "font.size": 9.5,
    "axes.edgecolor": LINE,
    "axes.labelcolor": SOFT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": SOFT,
    "ytick.labelcolor": SOFT,
    "lines.solid_capstyle": "butt",
}
ROWS = 12  # of the waveform, at most
ROW_COLUMNS = 1000
ROW_LENGTHS_S = (60, 120, 300, 600, 1800, 3600, 7200, 18_000, 36_000, 72_000, 180_000, 360_000, 720_000)
CURVE_COLUMNS = 1200
QUIETEST_LUFS, LOUDEST_LUFS = -45.0, -10.0
LONGEST_PAUSE_S, BIN_S = 3.0, 0.1
MANY = 3000  # sentences that are no longer drawn one by one

_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_PATH = re.compile(r'(?<= d=")[^"]+')
_GROUP = re.compile(r'<g id="[^"]*"')
_SHEET = re.compile(r"<metadata>.*?</metadata>|<style.*?</style>", re.DOTALL)
_COLOUR = re.compile("#0000(0[1-8])")

Array = NDArray[np.floating]
Ticks = tuple[list[float], list[str]]


@dataclass(frozen=True, slots=True)
class Span:
    """A section on the time line, in s, with its number and title, and what is shown of it: a level, a rate."""

    start: float
    end: float
    number: int
    title: str
    value: float = 0.0
    odd: bool = False


@dataclass(frozen=True, slots=True)
class Wave:
    """A sound in outline: of each `column` s the lowest and highest sample, and the share that is silent."""

    column: float
    low: Array
    high: Array
    silent: Array


def demand_plots() -> None:
    """Raises MissingProgramError where pictures cannot be drawn."""
    if importlib.util.find_spec("matplotlib") is None:
        raise MissingProgramError("the report's pictures need Matplotlib", REMEDY)


def row_seconds(seconds: float) -> int:
    """How long a row of the waveform is, so that a book of that length needs few of them.

    >>> row_seconds(500), row_seconds(60 * 3600)
    (60, 18000)
    """
    return next((row for row in ROW_LENGTHS_S if seconds <= ROWS * row), ROW_LENGTHS_S[-1])


def waveform(wave: Wave, sections: Sequence[Span], seconds: float) -> str:
    """The whole sound in rows; sections change colour, silences lie below each row."""
    row = row_seconds(seconds)
    count = max(1, -(-int(np.ceil(seconds)) // row))
    times = np.arange(len(wave.low)) * wave.column
    scale = 0.34 / max(1e-4, float(np.abs([wave.low, wave.high]).max(initial=0)))
    turns = _turns(times, sections)
    with _picture(0.4 + 0.86 * count) as (figure, axes):
        for number in range(count):
            own = slice(int(np.searchsorted(times, number * row)), int(np.searchsorted(times, (number + 1) * row)))
            x = times[own] - number * row
            for turn, colour in enumerate((ACCENT, OTHER)):
                shown = turns[own] == turn
                bounds = (number + scale * wave.low[own], number + scale * wave.high[own])
                axes.fill_between(x, *bounds, where=shown, color=colour, linewidth=0.3)
            _silences(axes, x, wave.silent[own], wave.column, number)
            _name_sections(axes, [s for s in sections if number * row <= s.start < (number + 1) * row], number, row)
        axes.set(xlim=(0, row), ylim=(count - 0.5, -0.58))
        axes.set_yticks(range(count), [clock(number * row) for number in range(count)])
        axes.set_xticks(*_ticks(row))
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        return _svg(figure, "The waveform of the book, by sections, with its silences")


def loudness(curves: tuple[Array, Array], whole: tuple[float, float], sections: Sequence[Span]) -> str:
    """Momentary and short-term loudness (LUFS, one each 100 ms), each section's own, the book's and the target's."""
    momentary, short = curves
    seconds = sections[-1].end
    step = max(1, -(-len(momentary) // CURVE_COLUMNS))
    loudest, quieter = (_column_wise(momentary, step, share) for share in (95, 25))
    times = np.arange(len(loudest)) * step / 10
    with _picture(2.7) as (figure, axes):
        _grid(axes)
        axes.fill_between(times, np.maximum(quieter, QUIETEST_LUFS), loudest, color=OTHER, alpha=0.4, linewidth=0)
        middle = _column_wise(short, step, 50)
        shown = np.where(middle >= QUIETEST_LUFS, middle, np.nan)
        axes.plot(np.arange(len(middle)) * step / 10, shown, color=ACCENT, linewidth=0.8)
        for section in sections:
            axes.plot((section.start, section.end), [section.value] * 2, color=INK, linewidth=2)
        axes.axhline(whole[1], color=PAUSE, linewidth=1.2, dashes=(4, 3))
        axes.set(xlim=(0, seconds), ylim=(QUIETEST_LUFS, LOUDEST_LUFS), ylabel="LUFS")
        axes.set_xticks(*_ticks(seconds))
        _draw_borders(axes, sections)
        return _svg(figure, f"Loudness over time; the whole book has {whole[0]:.1f} LUFS, the target is {whole[1]:.0f}")


def rates(sections: Sequence[Span], usual: tuple[float, float, float], sentences: Sequence[tuple[float, float]]) -> str:
    """Syllables a minute of each section, the usual rate with its bounds (low, middle, high), and of each sentence."""
    low, middle, high = usual
    seconds = sections[-1].end
    values = [low, high, *(s.value for s in sections if s.value)]
    with _picture(2.7) as (figure, axes):
        _grid(axes)
        axes.axhspan(low, high, color=WASH, linewidth=0)
        axes.axhline(middle, color=SOFT, linewidth=0.8, dashes=(4, 3))
        if 0 < len(sentences) <= MANY:
            axes.plot(*np.transpose(sentences), ".", color=SOFT, markersize=3, alpha=0.6)
        for section in (section for section in sections if section.value):
            colour = BAD if section.odd else ACCENT
            axes.plot((section.start, section.end), [section.value] * 2, color=colour, linewidth=3)
            if section.odd:
                place = ((section.start + section.end) / 2, section.value)
                axes.annotate(str(section.number), place, (0, 5), textcoords="offset points", ha="center", color=BAD)
        room = 0.35 * (max(values) - min(values)) + 20
        axes.set(xlim=(0, seconds), ylim=(min(values) - room, max(values) + room), ylabel="syllables a minute")
        axes.set_xticks(*_ticks(seconds))
        _draw_borders(axes, sections)
        return _svg(figure, "Speaking rate of each section")


def pauses(between: Array, within: Array) -> str:
    """How many silences there are of each length (s): between what is said in one breath, and within."""
    edges = np.arange(BIN_S, LONGEST_PAUSE_S + BIN_S / 2, BIN_S)
    counts = [np.histogram(np.minimum(lengths, edges[-1] - BIN_S / 2), edges)[0] for lengths in (within, between)]
    with _picture(2.2) as (figure, axes):
        _grid(axes)
        axes.bar(edges[:-1], counts[0], BIN_S * 0.86, align="edge", color=OTHER)
        axes.bar(edges[:-1], counts[1], BIN_S * 0.86, bottom=counts[0], align="edge", color=ACCENT)
        ticks = np.arange(0, LONGEST_PAUSE_S + 0.1, 0.5)
        last = len(ticks) - 1
        axes.set_xticks(ticks, [f"{tick:.1f} s{' or more' * (k == last)}" for k, tick in enumerate(ticks)])
        axes.get_xticklabels()[-1].set_horizontalalignment("right")
        axes.set(xlim=(0, LONGEST_PAUSE_S), ylabel="silences")
        return _svg(figure, "How long the silences are")


def clock(seconds: float) -> str:
    """A time as people read it.

    >>> clock(75), clock(3675)
    ('1:15', '1:01:15')
    """
    hours, rest = divmod(int(seconds), 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


@contextmanager
def _picture(height: float) -> Iterator[tuple[Any, Any]]:
    """An empty picture, `height` inches high, drawn in this program's style whatever a person's own settings are."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a character that its own face lacks: the page's faces draw the words
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)  # type: ignore[arg-type]
        figure = Figure(figsize=(WIDTH_IN, height))
        foot, head = 0.3 / height, 1 - 0.06 / height
        yield figure, figure.add_axes((LEFT, foot, RIGHT - LEFT, head - foot))


def _svg(figure: Any, title: str) -> str:
    """The picture for a page: no colours, names or styles of its own, no digits that nobody sees."""
    sheet = io.StringIO()
    figure.patch.set_alpha(0)
    for axes in figure.axes:
        axes.patch.set_alpha(0)
    figure.savefig(sheet, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    drawn = _SHEET.sub("", sheet.getvalue().partition("<svg")[2].partition(">")[2])
    drawn = _GROUP.sub("<g", _PATH.sub(_shortened, drawn))
    drawn = _COLOUR.sub(lambda colour: f"var(--{NAMES[int(colour[1]) - 1]})", drawn)
    box = f"0 0 {POINTS:g} {figure.get_figheight() * 72:g}"
    return f'<svg viewBox="{box}" role="img" aria-label="{inert(title)}">{drawn.strip()}'


def _shortened(path: re.Match[str]) -> str:
    """A path without the digits and the commands that change nothing."""
    return _NUMBER.sub(_rounded, path[0]).replace("\nL", "")


def _rounded(number: re.Match[str]) -> str:
    return f"{float(number[0]):.1f}".removesuffix(".0")


def _silences(axes: Any, x: Array, shares: Array, column: float, row_number: int) -> None:
    """A strip below a row, as high as much of each column is silent; columns alike are drawn as one."""
    if len(x):
        first = np.flatnonzero(np.diff(shares, prepend=-1))
        edges = [*x[first], x[-1] + column]
        low = row_number + 0.45
        axes.stairs(low - 0.07 * shares[first], edges, baseline=low, fill=True, color=PAUSE, linewidth=0)


def _turns(times: Array, sections: Sequence[Span]) -> NDArray[np.intp]:
    """0 or 1 for each time: sections take turns."""
    return np.searchsorted([section.start for section in sections], times, "right") % 2


def _name_sections(axes: Any, sections: Sequence[Span], row_number: int, row: float) -> None:
    """Mark where sections begin in a row, and name them as far as there is room up to the next."""
    points = POINTS * (RIGHT - LEFT) / row
    free = 0.0
    starts = [*(section.start for section in sections), (row_number + 1) * row]
    for section, following in zip(sections, starts[1:], strict=True):
        x = section.start - row_number * row
        axes.plot((x, x), (row_number - 0.53, row_number + 0.45), color=LINE, linewidth=0.8)
        room = (following - section.start) * points - 8
        name = _fitting(f"{section.number} {section.title}", room) if room > 60 else str(section.number)
        if x * points >= free:
            axes.text(x + 3 / points, row_number - 0.45, name, fontsize=9, va="center", parse_math=False)
            free = x * points + 3 + _wide(name) + 4


def _fitting(name: str, room: float) -> str:
    """As much of a name as goes into `room` points."""
    name = " ".join(name.split())
    if _wide(name) <= room:
        return name
    while name and _wide(name + "…") > room:
        name = name[:-1]
    return f"{name}…"


def _wide(name: str) -> float:
    """About how wide a name is, in points, in whichever face a browser has."""
    return sum(9.0 if unicodedata.east_asian_width(character) in "WF" else 5.2 for character in name)


def _column_wise(levels: Array, step: int, share: float) -> Array:
    """A percentile of each `step` levels."""
    padded = np.concatenate([levels, np.full(-len(levels) % step, np.nan)]).reshape(-1, step)
    return np.asarray(np.nanpercentile(padded, share, axis=1))


def _draw_borders(axes: Any, sections: Sequence[Span]) -> None:
    """A line wherever a section begins, as long as they can be told apart."""
    if len(sections) <= 150:
        for section in sections[1:]:
            axes.axvline(section.start, color=LINE, linewidth=0.6, zorder=0)


def _grid(axes: Any) -> None:
    axes.grid(axis="y", color=LINE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, pad=6)
    axes.spines["left"].set_visible(False)


def _ticks(seconds: float) -> Ticks:
    """Times that are easily read, about ten of them."""
    steps = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 18_000, 36_000, 72_000, 180_000)
    step = next((step for step in steps if seconds / step <= 12), steps[-1])
    places = np.arange(0, seconds + step / 100, step)
    return [float(place) for place in places], [clock(float(place)) for place in places]
