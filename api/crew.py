"""What a crew's phone keeps of the console, for places without a network."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

from api.services import Services
from core.actor import Actor
from core.words import Role

STATIC = Path(__file__).parent / "static"
LIST = "/orders?view=mine"
FALLBACK = "/offline"
SHELL = (
    "tokens.css", "console.css", "queue.js", "crew.js", "live.js", "plot.js", "icon.svg",
    "icon-192.png", "vendor/htmx.min.js", "vendor/hx-sse.min.js", "vendor/uplot.min.js",
    "vendor/uplot.min.css",
)  # fmt: skip
"""What every kept page needs to look and work as it does with a network."""
MOST_PAGES = 50
"""Orders of one person that a phone keeps; nobody has more to do before the next network."""
WHOSE = "X-Person"
"""Header of every answer to somebody logged in: a phone keeps none of another's."""
KEEP = "X-Keep"
"""Header of an order's page: what is drawn in it, which a phone keeps with it."""


def mark(actor: Actor) -> str:
    """Whose something is, for a phone to compare; no name, and fit for a header."""
    return hashlib.sha256(f"phone:{actor.login}".encode()).hexdigest()[:16]


def keeps(actor: Actor | None) -> bool:
    """Whether the reader's browser keeps pages and waits with commands: crews' alone do.

    Who sits at a desk has a network, and their browser is often another's too.
    """
    return actor is not None and actor.role is Role.TECHNICIAN


def own_pages(given: Services, actor: Actor) -> list[str]:
    """Paths of the orders that are open and theirs, the most urgent first."""
    rows = given.orders.desk.queue(actor, mine=True, most=MOST_PAGES)
    return [f"/orders/{row.id}" for row in rows]


@cache
def ground() -> tuple[str, str]:
    """The ground colour of pages, light and dark, as the tokens say it."""
    found = re.findall(r"--ground:\s*(#[0-9a-f]{6})", (STATIC / "tokens.css").read_text("utf-8"))
    return found[0], found[1]


@cache
def worker() -> str:
    """The service worker, named after the content of what it keeps: new files, new worker."""
    digest = hashlib.sha256()
    for name in (*SHELL, "worker.js"):
        digest.update((STATIC / name).read_bytes())
    paths = [FALLBACK, *(f"/s/{name}" for name in SHELL)]
    listed = ", ".join(f'"{path}"' for path in paths)
    head = f'"use strict";\nconst VERSION = "{digest.hexdigest()[:16]}", SHELL = [{listed}];\n'
    return head + (STATIC / "worker.js").read_text("utf-8")
