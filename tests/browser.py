"""A file comes in; the page that a browser makes of it goes out. The browser is Debian's Chromium, headless."""

import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
DESKTOP = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}
QUIET = (
    "--no-sandbox",
    "--mute-audio",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def chromium() -> str:
    """Where the browser is, "" if there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), "")


needs_browser = pytest.mark.skipif(not chromium(), reason="no chromium here (Debian: apt-get install chromium)")


@dataclass
class Tab:
    """An open page, what it asked for, and what its program complained of."""

    page: Any
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda line: line.type == "error" and self.complaints.append(line.text))
        self.page.on("dialog", lambda dialog: dialog.accept())

    def wait(self, condition: str, seconds: float = 10) -> None:
        """Until the condition holds in the page. Asked from outside: the page's own policy forbids `eval`."""
        end = time.monotonic() + seconds
        while not self.page.evaluate(condition):
            assert time.monotonic() < end, f"{condition} does not come true"
            time.sleep(0.02)


@contextmanager
def started() -> Iterator[Any]:
    """One browser for many pages, each with a profile of its own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=list(QUIET))
        yield browser
        browser.close()


@contextmanager
def opened(browser: Any, path: Path, screen: Mapping[str, int] = DESKTOP, scheme: str = "light") -> Iterator[Tab]:
    """The file in a browser of that size; nothing in it can reach a host."""
    context = browser.new_context(viewport=dict(screen), color_scheme=scheme, locale="en-GB")
    tab = Tab(context.new_page())
    tab.page.goto(path.as_uri())
    try:
        yield tab
    finally:
        context.close()
