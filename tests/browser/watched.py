"""A page that is watched: what the policy stopped, what the console said, what axe finds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import Browser, BrowserContext, Page

from tests.api.console import PASSWORD

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
OF_COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules of axe that look at colours; what all others look at is the same in either."""
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDE, PHONE = (1440, 900), (390, 844)
_LISTEN = """
window.__violations = [];
document.addEventListener("securitypolicyviolation",
  e => window.__violations.push(`${e.violatedDirective}: ${e.blockedURI} ${e.sourceFile}`));
"""


class Served(Protocol):
    """A console that runs somewhere."""

    @property
    def address(self) -> str: ...


@dataclass
class Watched:
    """One tab and all that went wrong in it."""

    page: Page
    address: str
    wrong: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open a page; plots are drawn when this returns."""
        self.page.goto(self.address + path)
        self.page.wait_for_load_state("load")
        self._drawn()

    def _drawn(self) -> None:
        self.page.wait_for_function(
            "() => [...document.querySelectorAll('.plot[data-points]')]"
            ".every(p => p.dataset.drawn || p.querySelector('p.late:not(:empty)') && "
            "!p.querySelector('p.late').textContent.includes('…'))"
        )

    def troubles(self) -> list[str]:
        """What the policy stopped, what failed, and what does not fit into the width."""
        found = [*self.wrong, *self.page.evaluate("window.__violations || []")]
        wide = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        return [*found, f"{wide} px too wide"] if wide > 0 else found

    def axe(self, *, of_colours: bool = False) -> list[str]:
        """Violations of WCAG A and AA, or of what it says of colours alone."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
        # What passes is long, and nobody asks for it: it stays in the browser.
        violations: list[dict[str, Any]] = self.page.evaluate(
            "async only => (await axe.run(document, {resultTypes: ['violations'], "
            "runOnly: only})).violations",
            {"type": "rule", "values": OF_COLOURS}
            if of_colours
            else {"type": "tag", "values": LEVELS},
        )
        return [
            f"{v['id']}: {node['target']} {node['failureSummary']}"
            for v in violations
            for node in v["nodes"]
        ]

    def turn(self, *, dark: bool) -> None:
        """Other colours on the page that is open, as a telephone turns them in the evening."""
        self.page.evaluate(
            "() => document.querySelectorAll('.plot[data-points]')"
            ".forEach(p => { p.replaceChildren(); delete p.dataset.drawn; })"
        )
        self.page.emulate_media(color_scheme="dark" if dark else "light")
        self._drawn()

    def shoot(self, name: str) -> None:
        """Keep a picture, where somebody wants to look at them."""
        folder = os.environ.get("PLANTROOM_SHOTS")
        if folder:
            self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@contextmanager
def watched(
    browser: Browser, console: Served, login: str, *, size: tuple[int, int] = WIDE,
    language: str = "en", dark: bool = False,
) -> Iterator[Watched]:  # fmt: skip
    """Somebody logged in, in a window of this size."""
    context: BrowserContext = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        has_touch=size == PHONE,
    )
    context.add_cookies([{"name": "lang", "value": language, "url": console.address}])
    context.add_init_script(_LISTEN)
    page = context.new_page()
    page.set_default_timeout(15_000)
    tab = Watched(page, console.address)
    page.on("pageerror", lambda error: tab.wrong.append(f"page error: {error}"))
    page.on(
        "console",
        lambda said: tab.wrong.append(f"console: {said.text}")
        if said.type in {"error", "warning"} else None,
    )  # fmt: skip
    try:
        if login:
            enter(tab, login)
        yield tab
    finally:
        context.close()


def enter(tab: Watched, login: str) -> None:
    """Log in as a person does."""
    tab.page.goto(tab.address + "/login")
    tab.page.fill("#login", login)
    tab.page.fill("#password", PASSWORD)
    tab.page.click("form.login button")
    tab.page.wait_for_selector("header.top")
