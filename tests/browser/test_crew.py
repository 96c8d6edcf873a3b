"""People at work in a browser: the editor, a hand-over, a contractor with nothing but a link."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.adapters.test_photos import png
from tests.api.console import Console
from tests.browser.watched import PHONE, WIDE, watched
from tests.servers import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SENDING = "async () => (await Outbox.acts()).some(a => a.state === 'sending')"


@pytest.mark.parametrize(
    ("size", "language"), [(WIDE, "en"), (PHONE, "zh_Hans")], ids=["wide-en", "phone-zh"]
)
def test_the_editor_of_people(
    browser: Browser, worked: Console, size: tuple[int, int], language: str
) -> None:
    with watched(browser, worked, "ad.all", size=size, language=language) as tab:
        page = tab.page
        tab.go("/people/wang.fang")
        tab.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        tab.shoot(f"editor-{size[0]}-{language}")
        assert tab.axe() == []
        page.select_option("#substitute", "he.ping")
        page.fill("#lstart", "2026-03-11T09:00")
        page.fill("#lend", "2026-03-13T09:00")
        page.locator("form:has(#substitute) button").click()
        expect(page.locator(".head .pill")).to_be_visible()
        assert tab.troubles() == []
        tab.go("/people")
        tab.shoot(f"people-away-{size[0]}-{language}")
        assert [*tab.troubles(), *tab.axe()] == []


def test_a_contractor_with_nothing_but_a_link(
    browser: Browser, worked: Console, tmp_path: Path
) -> None:
    worked.key("ad.all").put("/people/acme", json={
        "name": "Acme", "role": "technician", "trades": ["H"], "firm": True,
    })  # fmt: skip
    order = worked.order_in("a")
    version = worked.orders.desk.order(worked.actor("ad.all"), order).row.version
    given = {"do": "reassign", "assignee": "acme", "version": version}
    su = worked.key("su.all")
    assert su.post(f"/orders/{order}/act", json=given).is_success
    until = worked.clock.now() + 3_600_000
    made = su.post(f"/orders/{order}/link", json={"until": until}).json()
    picture = tmp_path / "valve.png"
    picture.write_bytes(png())
    with watched(browser, worked, "", size=PHONE) as tab:
        page = tab.page
        tab.go(made["path"])
        tab.shoot("contractor-code")
        assert tab.axe() == []
        page.fill("#code", made["code"])
        page.fill("#person", "Zhang San")
        page.locator("form.login button").click()
        page.wait_for_url("**/c")
        main = page.locator(".main-act")
        for name in ("Accept", "I am on site"):
            main.get_by_role("button", name=name).click()
            page.wait_for_load_state("load")
        page.set_input_files("#photo", picture)
        page.get_by_role("button", name="Send the photo").click()
        expect(page.locator(".photos img")).to_have_count(1)
        page.locator(".main-act summary", has_text="Done").click()
        tab.shoot("contractor-done-form")
        assert [*tab.troubles(), *tab.axe()] == []


def test_a_photo_sent_while_a_command_is_on_its_way_is_not_lost(
    browser: Browser, worked: Console, tmp_path: Path
) -> None:
    order, desk = worked.order_in("a"), worked.orders.desk
    person = desk.order(worked.actor("ad.all"), order).row.person
    assert person is not None
    picture = tmp_path / "valve.png"
    picture.write_bytes(png())
    held: list[Route] = []
    with watched(browser, worked, person, size=PHONE) as tab:
        page = tab.page
        tab.go(f"/orders/{order}")
        page.route("**/x/crew/*/act", lambda route: held.append(route))  # noqa: PLW0108 - a method bears no mark
        page.locator(".main-act").get_by_role("button", name="Accept").click()
        wait_for(partial(page.evaluate, SENDING), "the command on its way")
        page.set_input_files("#photo", picture)
        page.fill("#photo-note", "The valve")
        with page.expect_navigation():
            page.get_by_role("button", name="Send the photo").click()
            page.wait_for_timeout(100)
            held[0].continue_()
        expect(page.locator(".photos img")).to_have_count(1)
        assert tab.troubles() == []
    found = desk.order(worked.actor("ad.all"), order).history
    assert [s.what for s in found if s.actor != "system"] == ["accept", "photo"]


def test_what_is_typed_while_a_command_is_on_its_way_stays(
    browser: Browser, worked: Console
) -> None:
    order = worked.order_in("a")
    person = worked.orders.desk.order(worked.actor("ad.all"), order).row.person
    assert person is not None
    held: list[Route] = []
    with watched(browser, worked, person, size=PHONE) as tab:
        page = tab.page
        tab.go(f"/orders/{order}")
        page.route("**/x/crew/*/act", lambda route: held.append(route))  # noqa: PLW0108 - a method bears no mark
        page.locator(".main-act").get_by_role("button", name="Accept").click()
        wait_for(partial(page.evaluate, SENDING), "the command on its way")
        page.fill("#photo-note", "The valve")
        held[0].continue_()
        expect(page.locator("#outbox")).to_contain_text("Load the page again")
        expect(page.locator("#photo-note")).to_have_value("The valve")
        tab.shoot("crew-sent-while-typing")
        assert [*tab.troubles(), *tab.axe()] == []
        page.locator("#outbox a").click()
        expect(page.locator(".main-act")).to_contain_text("I am on site")
