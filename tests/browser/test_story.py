"""A night: a pipe bursts, one alarm, one order, the right person, repair, proof, money, rating.

Everything from the water meter's register to the stars of who reported it is the real thing; only
the campus is simulated and the clock is stepped. Each page is looked at as a phone shows it, in
both languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import func, select

from adapters.records.base import ALL
from adapters.records.orders import Order
from adapters.records.requests import ServiceRequest
from core.words import OrderState, Outcome
from tests.adapters.test_photos import png
from tests.browser.night import Night, at, night
from tests.browser.watched import PHONE, Watched, watched

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LANGUAGES = ("en", "zh_Hans")
HINT = {"en": "A pipe has burst behind Main water meter", "zh_Hans": "总水表后的水管爆裂"}


@dataclass
class Pair:
    """The same person's phone, twice: one in each language."""

    tabs: Mapping[str, Watched]

    def see(self, name: str, path: str, *seen: Mapping[str, str]) -> None:
        """Opens a page in both, wants to read some words, and keeps the pictures."""
        for language, tab in self.tabs.items():
            tab.go(path)
            body = tab.page.locator("body")
            for words in seen:
                expect(body).to_contain_text(words[language])
            tab.shoot(f"story-{name}-{language}")
            assert tab.troubles() == []
        assert self.en.axe() == []

    @property
    def en(self) -> Watched:
        return self.tabs["en"]

    @property
    def zh(self) -> Watched:
        return self.tabs["zh_Hans"]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    with night(tmp_path_factory.mktemp("night")) as made:
        yield made


def phones(stack: ExitStack, browser: Browser, story: Night, login: str) -> Pair:
    """Somebody's two phones; without a log-in a stranger's."""
    return Pair({
        language: stack.enter_context(
            watched(browser, story, login, size=PHONE, language=language)
        )
        for language in LANGUAGES
    })  # fmt: skip


def the_order(story: Night) -> Order:
    """The only one there is."""
    with story.plant.records.session(ALL, reading=True) as session:
        (order,) = session.scalars(select(Order)).all()
        session.expunge(order)
        return order


def label(story: Night, place: str) -> str:
    """What the address behind a place's QR code ends with."""
    desk = story.plant.records.people.get("guo.hua")
    assert desk is not None
    labels = story.plant.orders.requests.labels(desk.actor(), "e")
    return next(token for one, token in labels if one.id == place)


def press(tab: Watched, label: str) -> None:
    """A button of the order, and the page that it leads to once the command has arrived."""
    with tab.page.expect_navigation():
        tab.page.locator(".acts").get_by_role("button", name=label, exact=True).click()


def test_a_pipe_bursts_at_night(browser: Browser, story: Night, tmp_path: Path) -> None:
    picture = tmp_path / "clamp.png"
    picture.write_bytes(png())
    with ExitStack() as stack:
        one_order_for_whoever_is_on_call(story)
        followed = somebody_reports_it(phones(stack, browser, story, ""), story)
        crew = phones(stack, browser, story, "liu.yang")
        the_crew_mends_it(crew, story, picture)
        telemetry_proves_it(crew, story)
        the_ledger_books_it(phones(stack, browser, story, "xu.mei"), story)
        who_reported_it_rates_it(phones(stack, browser, story, ""), followed)
    assert_one_of_all(story)


def one_order_for_whoever_is_on_call(story: Night) -> None:
    story.until("2026-04-15 02:00", step_min=60)
    with story.plant.records.session(ALL, reading=True) as session:
        assert session.scalar(select(func.count()).select_from(Order)) == 0, "a quiet day"
    story.until("2026-04-15 02:22")
    order = the_order(story)
    assert (order.rule, order.target, order.priority) == ("WAT-03", "e.w-main", 1)
    assert order.opened_at == at("2026-04-15 02:20"), "with the second sample"
    assert order.assignee == "wu.gang"
    assert story.rung() == [story.phone("wu.gang")]
    call = next(a for a in story.listener.asked if a.path == "/call").said["text"]
    assert "总水表" in call, "in the language of who is called"
    assert "Main" not in call
    story.until("2026-04-15 02:23")
    assert the_order(story).assignee == "liu.yang"
    assert story.rung()[-1] == story.phone("liu.yang")
    story.until("2026-04-15 02:26")
    assert story.rung().count(story.phone("liu.yang")) == 1, "once, not for another's delay too"


def somebody_reports_it(phone: Pair, story: Night) -> str:
    phone.see("01-label", f"/r/{label(story, 'e.wc1')}",
              {"en": "Washroom", "zh_Hans": "一层卫生间"},
              {"en": "known, somebody is on it", "zh_Hans": "已知，正在处理"})  # fmt: skip
    page = phone.zh.page
    page.check("input[value=no_water]")
    page.fill("#words", "水龙头没水，地下室有水声")
    page.locator("form.report button").click()
    page.wait_for_url("**/f/*")
    path = re.sub(r".*(/f/[^?]+).*", r"\1", page.url)
    phone.see("02-reported", path, {"en": "It was known already", "zh_Hans": "此问题已知"})
    return path


def the_crew_mends_it(crew: Pair, story: Night, picture: Path) -> None:
    order = the_order(story).id
    sent = [a.body.decode() for a in story.listener.asked if a.path == "/robot"]
    assert f"{story.address}/orders/{order}" in sent[-1], "the link that is opened"
    crew.see("03-list", "/orders", HINT)
    crew.see("04-order", f"/orders/{order}", HINT,
             {"en": "shut the valve first", "zh_Hans": "先关阀门"},
             {"en": "Shut the stop valve", "zh_Hans": "关闭水表处的截止阀"},
             {"en": "¥1,4", "zh_Hans": "¥1,4"})  # fmt: skip
    press(crew.zh, "接单")
    rung = story.rung()
    story.until("2026-04-15 02:37")
    assert story.rung() == rung, "nobody is rung for what is acknowledged"
    crew.see("05-scanned", f"/r/{label(story, 'e.plant')}", HINT,
             {"en": "I am on site", "zh_Hans": "我已到现场"})  # fmt: skip
    crew.en.page.get_by_role("button", name="I am on site").click()
    crew.en.page.wait_for_url(f"**/orders/{order}")
    crew.see("05-on-site", f"/orders/{order}", {"en": "on site", "zh_Hans": "现场处理"})
    story.until("2026-04-15 02:50")
    assert story.campus.repair(at("2026-04-15 02:50"), "effective", fault="burst")
    crew.en.go(f"/orders/{order}")
    press(crew.en, "Made safe")
    story.until("2026-04-15 03:30")
    crew.en.go(f"/orders/{order}")
    press(crew.en, "Works again for now")
    page = crew.en.page
    page.set_input_files("#photo", picture)
    page.fill("#photo-note", "The clamp on the DN50")
    page.get_by_role("button", name="Send the photo").click()
    expect(page.locator(".photos img")).to_have_count(1)
    crew.see("06-restored", f"/orders/{order}", {"en": "Photos", "zh_Hans": "照片"})
    for said in ("Made safe", "Works again for now"):
        expect(page.get_by_role("button", name=said, exact=True)).to_have_count(0)
    story.until("2026-04-15 03:40")
    for language, tab in crew.tabs.items():
        tab.go(f"/orders/{order}")
        tab.page.locator(".main-act summary").click()
        tab.shoot(f"story-07-done-form-{language}")
        assert tab.troubles() == []
    assert crew.en.axe() == []
    page = crew.zh.page
    page.select_option("#done-cause", "worn_part")
    page.select_option("#done-action", "repaired")
    page.select_option("#done-alarm", "true")
    page.fill("#done-minutes", "60")
    page.fill("#done-note", "DN50 管抱箍，已恢复供水")
    with page.expect_navigation():
        page.locator(".main-act form button").click()
    crew.see("08-verifying", f"/orders/{order}",
             {"en": "waiting for proof", "zh_Hans": "待验证"},
             {"en": "first readings since", "zh_Hans": "维修后的首批读数"},
             {"en": "DN50 管抱箍", "zh_Hans": "DN50 管抱箍"})  # fmt: skip
    assert the_order(story).state is OrderState.VERIFYING


def telemetry_proves_it(crew: Pair, story: Night) -> None:
    order = the_order(story).id
    story.until("2026-04-16 09:00", step_min=60)
    crew.see("09-watch", f"/orders/{order}", {"en": "of 3", "zh_Hans": "3"})
    assert the_order(story).outcome is None, "one night is no proof"
    story.until("2026-04-19 09:00", step_min=60)
    row = the_order(story)
    assert (row.state, row.outcome) == (OrderState.CLOSED, Outcome.VERIFIED)
    crew.see("10-verified", f"/orders/{order}", {"en": "verified", "zh_Hans": "数据已验证"},
             {"en": "The readings are clear", "zh_Hans": "读数已恢复正常"})  # fmt: skip


def the_ledger_books_it(manager: Pair, story: Night) -> None:
    order = the_order(story).id
    manager.see("11-savings", "/savings", {"en": order, "zh_Hans": order},
                {"en": "±", "zh_Hans": "±"},
                {"en": "mains water", "zh_Hans": "自来水"})  # fmt: skip
    said = manager.en.page.locator("table tbody tr", has_text=order).first.inner_text()
    found = re.search(r"([\d,]+(?:\.\d+)?) ± ([\d,]+(?:\.\d+)?)", said)
    assert found is not None, said
    saved, width = (float(x.replace(",", "")) for x in found.groups())
    truth = 3 * 24 * 12.2
    assert saved - width <= truth <= saved + width
    assert width < 0.2 * saved
    manager.see("12-saving", f"/savings/{order}", {"en": "booked", "zh_Hans": "已入账"})


def who_reported_it_rates_it(phone: Pair, path: str) -> None:
    phone.see("13-follow", path, {"en": "How was it?", "zh_Hans": "您觉得怎么样"})
    page = phone.en.page
    page.check("input[name=stars][value='5']")
    page.fill("#remark", "Water was back before we opened.")
    page.get_by_role("button", name="Rate, once").click()
    page.wait_for_load_state("load")
    phone.see("14-rated", path, {"en": "You gave 5 stars", "zh_Hans": "您评了 5 星"})


def assert_one_of_all(story: Night) -> None:
    order = the_order(story)
    assert order.count == 2, "the finding, and the report that joined it"
    assert len(list(story.plant.records.findings.since(0))) == 1, "one alarm"
    with story.plant.records.session(ALL, reading=True) as session:
        (report,) = session.scalars(select(ServiceRequest)).all()
        assert (report.order_id, report.stars, report.left_out) == (order.id, 5, "")
