"""A phone in a basement, over HTTPS on a name of its own: what was done there arrives once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Error, Page, Playwright, expect
from sqlalchemy import delete

from adapters.records import ALL
from adapters.records.tables import LoginRow
from core.clock import DAY_MS
from tests.adapters.mqtt.test_tls import authority, certificate
from tests.adapters.test_photos import png
from tests.api.console import Console, find, running
from tests.browser.gate import Gate
from tests.browser.nss import trust
from tests.browser.watched import PHONE, Watched, enter, watched
from tests.servers import free_port, wait_for
from workorders.act import Act
from workorders.states import Command

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NAME = "plantroom.test"
OTHER = "elsewhere.test"
"""Leads to the same machine, but the certificate does not name it."""
KEPT = "async path => Boolean(await (await caches.open('kept')).match(path))"
NOBODY = "async () => !await Outbox.about('person')"
TOO_LARGE = """async order => {
  await Outbox.add({ order, do: "photo", media: "image/jpeg", fields: { note: "" } },
                   new ArrayBuffer(16e6));
  await Outbox.send();
}"""
WAITS = """order => Outbox.add({ key: "x", order, do: "accept", fields: {}, pressed: 0,
  label: "Accept", to: "", note: "", media: "", version: 1 }, null)"""
QUEUE = "async () => (await Outbox.acts()).map(a => a.do)"


@dataclass
class Basement:
    """A console behind TLS, and a browser that trusts its authority."""

    console: Console
    gate: Gate
    browser: Browser
    picture: Path

    @property
    def address(self) -> str:
        return f"https://{NAME}:{self.gate.port}"

    @contextmanager
    def phone(self, login: str, language: str = "en") -> Iterator[Watched]:
        """Somebody's phone."""
        seen = replace(self.console, behind=self.address)
        with watched(self.browser, seen, login, size=PHONE, language=language) as tab:
            yield tab

    def person(self, order: str) -> str:
        found = self.console.orders.desk.order(self.console.actor("ad.all"), order).row.person
        assert found is not None
        return found

    def steps(self, order: str) -> list[str]:
        detail = self.console.orders.desk.order(self.console.actor("ad.all"), order)
        return [s.what for s in detail.history if s.actor != "system"]


@pytest.fixture(scope="module")
def basement(
    tmp_path_factory: pytest.TempPathFactory, sites_dir: Path, playwright: Playwright, chromium: str
) -> Iterator[Basement]:
    """Chromium reads the authority from its home folder; nothing of its checks is off."""
    folder = tmp_path_factory.mktemp("basement")
    pem = authority(folder, "campus")
    certified = certificate(folder, "campus", f"DNS:{NAME}", "console")
    trust(folder / "home", pem)
    picture = folder / "valve.png"
    picture.write_bytes(png())
    port = free_port()
    rules = f"MAP {NAME} 127.0.0.1, MAP {OTHER} 127.0.0.1"
    with (
        running(folder, sites_dir, external=f"https://{NAME}:{port}") as console,
        Gate(port, int(console.address.rpartition(":")[2]), *certified) as gate,
    ):
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", f"--host-resolver-rules={rules}"],
            env={"HOME": str(folder / "home")},
        )  # fmt: skip
        yield Basement(console, gate, browser, picture)
        browser.close()


@pytest.fixture(autouse=True)
def there(basement: Basement) -> Iterator[None]:
    """Whatever a test has left, the network is there again."""
    yield
    basement.gate.go()
    basement.gate.come()


def _kept(page: Page, *paths: str) -> None:
    # Not wait_for_function: to it the promise of an answer is a yes.
    for path in paths:
        wait_for(partial(page.evaluate, KEPT, path), f"{path} on the phone")


def _press(page: Page, name: str) -> None:
    page.locator(".main-act").get_by_role("button", name=name).click()


def _wait(page: Page, n: int) -> None:
    expect(page.locator("#outbox")).to_contain_text(f"{n} waiting to be sent")


def test_the_name_and_the_authority_of_a_certificate_are_checked(
    basement: Basement, tmp_path: Path
) -> None:
    authority(tmp_path, "nobody")
    forged = certificate(tmp_path, "nobody", f"DNS:{NAME}", "forged")
    # A context each: the page of a refusal is loaded late, and would break off what comes next.
    opened = [basement.browser.new_context() for _ in range(3)]
    with pytest.raises(Error, match="ERR_CERT_COMMON_NAME_INVALID"):
        opened[0].new_page().goto(f"https://{OTHER}:{basement.gate.port}/login")
    with (
        Gate(free_port(), 9, *forged) as false,
        pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"),
    ):
        opened[1].new_page().goto(f"https://{NAME}:{false.port}/login")
    page = opened[2].new_page()
    page.goto(f"{basement.address}/login")
    expect(page.locator("form.login")).to_be_visible()
    for context in opened:
        context.close()


def test_what_was_done_in_a_basement_arrives_once(basement: Basement) -> None:
    order = basement.console.order_in("a")
    path = f"/orders/{order}"
    with basement.phone(basement.person(order)) as tab:
        page = tab.page
        assert page.evaluate("isSecureContext")
        _kept(page, "/orders?view=mine", path)
        basement.gate.go()
        tab.go(path)
        expect(page.locator(".plot canvas").first).to_be_visible()
        expect(page.locator("#lost")).to_contain_text("Connection lost")
        for n, name in enumerate(("Accept", "I am on site"), 1):
            _press(page, name)
            _wait(page, n)
        page.set_input_files("#photo", basement.picture)
        page.get_by_role("button", name="Send the photo").click()
        _wait(page, 3)
        tab.go(path)
        _wait(page, 3)
        page.locator(".main-act summary", has_text="Done").click()
        page.select_option("#done-cause", "worn_part")
        page.fill("#done-minutes", "35")
        page.fill("#done-note", "Valve seat replaced.")
        tab.shoot("basement-done-form")
        page.locator(".main-act form button").click()
        _wait(page, 4)
        tab.shoot("basement-waiting")
        assert tab.axe() == []
        assert basement.steps(order) == [], "nothing has left the phone"
        lost = basement.gate.lost
        basement.gate.lose(b"/act HTTP")
        basement.gate.come()
        page.get_by_role("button", name="Send now").click()
        expect(page.locator(".pill", has_text="waiting for proof")).to_be_visible()
        expect(page.locator("#outbox")).to_be_hidden()
        tab.shoot("basement-arrived")
        assert page.evaluate("window.__violations") == []
    assert basement.gate.lost == lost + 1
    assert basement.steps(order) == ["accept", "arrive", "photo", "done"]


def test_what_somebody_else_was_faster_with_is_said_and_kept(basement: Basement) -> None:
    console = basement.console
    order, admin = console.order_in("c"), console.actor("ad.all")
    person = basement.person(order)
    with basement.phone(person, "zh_Hans") as tab:
        page = tab.page
        _kept(page, f"/orders/{order}")
        tab.go(f"/orders/{order}")
        basement.gate.go()
        page.locator(".main-act button").click()
        page.locator(".main-act[data-act=arrive] button").click()
        expect(page.locator("#outbox li")).to_have_count(2)
        tab.shoot("basement-waiting-zh")
        row = console.orders.desk.order(admin, order).row
        faster = Act(order=order, do=Command.PRIORITISE, version=row.version, note="It is cold.",
                     priority=4 if row.priority == 3 else 3)  # fmt: skip
        console.orders.desk.act(admin, faster)
        with console.records.session(ALL) as session:
            session.execute(delete(LoginRow))
        basement.gate.come()
        page.locator("#outbox > button").click()
        page.locator("#outbox a[href='/login']").click()
        expect(page.locator("#outbox")).to_be_visible()
        enter(tab, person)
        refused = page.locator("#outbox li", has=page.locator(".p1"))
        expect(refused).to_have_count(1)
        expect(refused).to_contain_text("修改了本工单")
        assert basement.steps(order) == ["prioritise"]
        tab.shoot("basement-refused-zh")
        assert tab.axe() == []
        tab.go(f"/orders/{order}")
        refused.locator("button").first.click()
        expect(page.locator("#outbox")).to_be_hidden()
    assert basement.steps(order) == ["prioritise", "accept", "arrive"], "as it then stood"


def test_a_photo_that_is_too_large_is_said_in_words(basement: Basement) -> None:
    order = basement.console.order_in("c")
    with basement.phone(basement.person(order)) as tab:
        page = tab.page
        _kept(page, f"/orders/{order}")
        tab.go(f"/orders/{order}")
        page.evaluate(TOO_LARGE, order)
        (why,) = page.evaluate("async () => (await Outbox.acts()).map(a => [a.state, a.why])")
        assert why == ["refused", "This is more than can be sent at once."]
        expect(page.locator("#outbox li")).to_contain_text("more than can be sent at once")


def test_a_log_out_and_another_person_erase_what_was_kept(basement: Basement) -> None:
    console = basement.console
    find(console, "AC-04", "c.ahu1")
    order = next(r.id for r in console.orders.desk.queue(console.actor("ad.all"))
                 if r.state == "assigned" and r.building == "c")  # fmt: skip
    person = basement.person(order)
    with basement.phone(person) as tab:
        page = tab.page
        _kept(page, f"/orders/{order}")
        tab.go("/switch")
        page.evaluate(WAITS, order)
        asked: list[str] = []

        def no(dialog: Dialog) -> None:
            asked.append(dialog.message)
            dialog.dismiss()

        page.once("dialog", no)
        page.evaluate("document.querySelector('form[action=\"/switch\"]').requestSubmit()")
        wait_for(
            lambda: page.evaluate("1") == 1 and bool(asked),
            "a question before another person comes",
        )
        assert "1 things wait" in asked[0]
        assert page.evaluate(QUEUE) == ["accept"], "who says no loses nothing"
        page.evaluate("Outbox.wipe()")
        tab.go("/orders?view=mine")
        _kept(page, f"/orders/{order}")
        tab.go(f"/orders/{order}")
        basement.gate.go()
        _press(page, "Accept")
        _wait(page, 1)
        page.on("dialog", lambda dialog: dialog.accept())
        page.locator(".me summary").click()
        page.locator("form[action='/logout'] button").click()
        expect(page.locator("main")).to_contain_text("is erased")
        basement.gate.come()
        tab.go("/orders?view=mine")
        assert page.evaluate(QUEUE) == []
        _kept(page, f"/orders/{order}")
        page.context.clear_cookies()
        enter(tab, "su.all")
        wait_for(partial(page.evaluate, NOBODY), "the end of what was kept")
        assert page.evaluate("caches.has('kept')") is False
        basement.gate.go()
        page.goto(f"{basement.address}/orders/{order}")
        expect(page.locator("main")).to_contain_text("No network")
        tab.shoot("basement-not-kept")
    assert basement.steps(order) == []


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
def test_a_checklist_is_ticked_in_a_basement_and_arrives_once(
    basement: Basement, language: str
) -> None:
    console = basement.console
    console.clock.advance(console.clock.now() + DAY_MS)
    console.orders.planned.run()
    order = next(r.id for r in console.orders.desk.queue(console.actor("ad.all"))
                 if r.asset.endswith(".m-lifts") and r.state == "assigned")  # fmt: skip
    path = f"/orders/{order}"
    with basement.phone(basement.person(order), language) as tab:
        page = tab.page
        _kept(page, path)
        basement.gate.go()
        tab.go(path)
        tick = page.locator("#step-brake form button")
        expect(tick).to_be_hidden()
        for n, do in enumerate(("accept", "arrive"), 1):
            page.locator(f".main-act[data-act={do}] button").click()
            expect(page.locator("#outbox li")).to_have_count(n)
        tick.click()
        expect(page.locator("#step-brake .waits")).to_be_visible()
        page.locator("#step-phone form button").click()
        expect(page.locator("#outbox li")).to_have_count(4)
        tab.go(path)
        page.fill("#n-level", "12")
        page.fill("#t-level", "rope stretched")
        page.locator("#step-level form button").click()
        expect(page.locator("#step-level .waits")).to_contain_text("12 · rope stretched")
        tab.shoot(f"basement-checklist-{language}")
        assert tab.axe() == []
        assert basement.steps(order) == [], "nothing has left the phone"
        lost = basement.gate.lost
        basement.gate.lose(b"/step HTTP")
        basement.gate.come()
        page.locator("#outbox > button").click()
        expect(page.locator("#outbox")).to_be_hidden()
        expect(page.locator("#checklist .answer")).to_have_count(3)
        expect(page.locator("#checklist .waits")).to_have_count(0)
        tab.shoot(f"basement-checklist-arrived-{language}")
        assert page.evaluate("window.__violations") == []
    assert basement.gate.lost == lost + 1
    assert basement.steps(order) == ["accept", "arrive", "step", "step", "step"]
