"""What engineers do with data: try again what was refused, decide what happened to a meter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from adapters.records import ALL
from tests.api.console import Console, running
from tests.api.test_meters import swapped
from tests.api.test_quarantine import keep, newest
from tests.api.working import working
from tests.browser.watched import PHONE, watched

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def bare(tmp_path: Path, sites_dir: Path) -> Iterator[Console]:
    """Without readings of its own: what a test sends is all there is."""
    with running(tmp_path, sites_dir, filled=False) as console:
        yield console


def test_what_was_refused_is_tried_again_and_the_page_says_so_by_itself(
    browser: Browser, bare: Console
) -> None:
    keep(bare, 1, "a.ahu1.sat")
    keep(bare, 2, "a.ahu1.no_such", days=2)
    entry = newest(bare) - 1
    with working(bare), watched(browser, bare, "en.all") as tab:
        tab.go("/quarantine")
        tab.shoot("quarantine-two")
        tab.page.locator(f"a[href='/quarantine/{entry}']").click()
        expect(tab.page.locator("#quarantined")).to_contain_text("a.ahu1.sat")
        tab.shoot("quarantined-readings")
        tab.page.get_by_role("button", name="Try it again").click()
        expect(tab.page.locator(".pill", has_text="replayed")).to_be_visible(timeout=10_000)
        tab.page.locator("nav a", has_text="Data").click()
        tab.page.locator("nav.tabs a", has_text="Quarantine").click()
        expect(tab.page.locator(".list tr", has_text="a.ahu1.sat")).to_have_count(0)
        tab.page.get_by_role("button", name="Try these again").click()
        expect(tab.page.locator(".list tr", has_text="a.ahu1.no_such")).to_contain_text(
            "tried 1 time", timeout=10_000
        )
        assert tab.troubles() == []


def test_a_swap_is_confirmed_on_a_phone_and_taken_back(browser: Browser, bare: Console) -> None:
    id_ = swapped(bare)
    with working(bare), watched(browser, bare, "en.a", size=PHONE) as tab:
        tab.go(f"/meters/{id_}")
        assert tab.page.input_value("#closing") == "502"
        tab.page.fill("#closing", "480")
        tab.page.check("#exact")
        tab.page.get_by_role("button", name="Confirm").click()
        expect(tab.page.get_by_role("alert")).to_contain_text("480 is less")
        tab.shoot("meter-refused-phone")
        tab.page.fill("#closing", "503")
        tab.page.fill("#opening", "39")
        assert tab.axe() == []
        tab.page.get_by_role("button", name="Confirm").click()
        expect(tab.page.locator(".pill", has_text="confirmed")).to_be_visible()
        told = "The use goes on across it, from 503 to 39 kWh."
        expect(tab.page.locator("#meter-state")).to_contain_text(told, timeout=10_000)
        tab.shoot("meter-confirmed-phone")
        tab.page.get_by_role("button", name="Take the decision back").click()
        expect(tab.page.locator(".pill", has_text="to be decided")).to_be_visible()
        # What came back with 422 is no trouble of the page.
        assert [w for w in tab.troubles() if "status of 422" not in w] == []
    states = [s["state"] for s in bare.records.meters.get(ALL, id_).history]
    assert states == ["proposed", "confirmed", "proposed"]
