"""Every page in both languages, widths and colours: no violation, no error, nothing too wide."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser

from tests.api.console import Console
from tests.browser.reported import reported
from tests.browser.watched import PHONE, WIDE, Watched, watched

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CHINESE = re.compile(r"[\u3400-\u9fff]")
AT = re.compile(r"^\d{2}:\d{2} · ")
"""What stands before whom an order went to today; of another day it has a month in Chinese."""
PATHS = {
    "now": "/",
    "orders": "/orders",
    "orders-empty": "/orders?view=closed",
    "order": "/orders/{order}",
    "mutes": "/mutes",
    "teaching": "/teaching",
    "checks": "/checks",
    "calls": "/calls",
    "labels": "/labels?building=c",
    "report": "/r/{label}",
    "followed": "/f/{secret}",
    "planned": "/planned",
    "plan": "/planned/ahu-filters",
    "savings": "/savings",
    "saving": "/savings/{order}",
    "assessment": "/assessment?month=2026-03",
    "assessment-people": "/assessment?month=2026-03&by=person",
    "assessment-orders": "/assessment/orders?figure=backlog&month=2026-03",
    "report-month": "/assessment/report/2026-03",
    "sheet": "/orders/{order}/sheet",
    "people": "/people",
    "person": "/people/wang.fang",
    "handover": "/handover",
    "points": "/points",
    "trend": "/trend?point=a.ahu1.sat&point=a.ahu1.heat_valve&point=a.m-main.power"
    "&point=a.m-main.energy&days=2",
    "trend-empty": "/trend",
    "readings": "/readings",
    "quarantine": "/quarantine",
    "quarantined": "/quarantine/1",
    "gateways": "/gateways",
    "gateway": "/gateways/gw-a",
    "gateway-silent": "/gateways/gw-c",
    "meters": "/meters",
    "meter": "/meters/1",
    "messages": "/messages",
    "pin": "/pin",
    "factor": "/factor",
    "switch": "/switch",
    "offline": "/offline",
    "absent": "/orders/WO-2026-9999",
}


def _paths(console: Console) -> dict[str, str]:
    order, (label, secret) = console.order_in("a"), reported(console)
    return {
        name: path.format(order=order, label=label, secret=secret) for name, path in PATHS.items()
    }


def _look(tab: Watched, name: str, path: str) -> list[str]:
    tab.go(path)
    return _seen(tab, name)


def _seen(tab: Watched, name: str, *, turned: bool = False) -> list[str]:
    """What is wrong; of a page that was seen in other colours, what colours may make wrong."""
    return [f"{name}: {w}" for w in (*tab.troubles(), *tab.axe(of_colours=turned))]


def _english(tab: Watched, names: set[str]) -> list[str]:
    """What a Chinese page leaves in English."""
    assert tab.page.evaluate("document.documentElement.lang") == "zh-Hans"
    words = tab.page.evaluate(
        """() => { const walk = document.createTreeWalker(document.body, 4), out = [];
        while (walk.nextNode()) { const p = walk.currentNode.parentElement;
          if (!p.closest("code,pre,script,datalist,.me,[lang=en]"))
            out.push(walk.currentNode.textContent.trim()); }
        return out.filter(t => /[a-z]{3,} [a-z]{2,}/i.test(t)); }"""
    )
    # Names of people stay as they are, also after a time; what strangers wrote does too.
    left = [w for w in words if "<script>" not in w and not CHINESE.search(w)]
    return [w for w in left if AT.sub("", w) not in names]


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_every_page(browser: Browser, shown: Console, size: tuple[int, int], language: str) -> None:
    """Each is opened in the colours that the one before was left in, and turned to the others."""
    wrong: list[str] = []
    dark, names = False, {person.name for person in shown.records.people.all()}
    with watched(browser, shown, "ad.all", size=size, language=language) as tab:
        for name, path in _paths(shown).items():
            tab.go(path)
            if language == "zh_Hans":
                wrong += [f"{name}: not translated: {words}" for words in _english(tab, names)]
            for turned in (False, True):
                if turned:
                    dark = not dark
                    tab.turn(dark=dark)
                colours = "dark" if dark else "light"
                wrong += _seen(tab, f"{name}, {colours}", turned=turned)
                tab.shoot(f"{name}-{size[0]}-{language}-{colours}")
                # What a 404 says in the browser's own console is no trouble of the page.
                tab.wrong.clear()
    assert [w for w in wrong if "status of 404" not in w] == []


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
def test_log_in_page(browser: Browser, shown: Console, language: str) -> None:
    for size in (WIDE, PHONE):
        with watched(browser, shown, "", size=size, language=language) as tab:
            wrong = _look(tab, "login", "/login")
            tab.shoot(f"login-{size[0]}-{language}")
            assert wrong == []
