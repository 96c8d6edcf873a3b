"""What people do: accept, arrive and finish on a phone; watch a list that updates itself."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.api.console import Console, find
from tests.browser.watched import PHONE, watched
from workorders.act import Act
from workorders.states import Command

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_accept_arrive_done_with_one_thumb(browser: Browser, worked: Console) -> None:
    order = worked.order_in("a")
    person = worked.orders.desk.order(worked.actor("ad.all"), order).row.person
    assert person is not None
    with watched(browser, worked, person, size=PHONE) as tab:
        page = tab.page
        page.click(f"a[href='/orders/{order}']")
        main = page.locator(".main-act")
        for name in ("Accept", "I am on site"):
            button = main.get_by_role("button", name=name)
            box = button.bounding_box()
            assert box is not None
            assert box["height"] >= 44
            assert box["y"] + box["height"] <= PHONE[1], "in reach of the thumb without scrolling"
            button.click()
            page.wait_for_load_state("load")
        tab.shoot("phone-on-site")
        page.locator(".main-act summary", has_text="Done").click()
        page.select_option("#done-cause", "worn_part")
        page.fill("#done-minutes", "35")
        page.fill("#done-note", "Valve seat replaced.")
        tab.shoot("phone-done-form")
        assert tab.axe() == []
        page.locator(".main-act form button").click()
        expect(page.locator(".pill", has_text="waiting for proof")).to_be_visible()
        expect(page.locator("#timeline")).to_contain_text("Valve seat replaced.")
        tab.shoot("phone-verifying")
        assert tab.troubles() == []


def test_the_list_updates_itself(browser: Browser, worked: Console) -> None:
    with watched(browser, worked, "su.all") as tab:
        tab.go("/orders")
        page = tab.page
        page.evaluate("window.__same = true")
        expect(page.locator("#orders tbody tr")).to_have_count(2)
        find(worked, "PWR-03", "a.m-sockets", money=55.0)
        expect(page.locator("#orders tbody tr")).to_have_count(3, timeout=8_000)
        assert page.evaluate("window.__same") is True, "without loading the page again"
        assert tab.troubles() == []


def test_typing_survives_an_update_and_a_stale_form_keeps_its_text(
    browser: Browser, worked: Console
) -> None:
    order = worked.order_in("a")
    with watched(browser, worked, "su.all") as tab:
        tab.go(f"/orders/{order}")
        page = tab.page
        page.locator("summary", has_text="Cancel").click()
        page.fill("#cancel-note", "Twice in the list")
        row = worked.orders.desk.order(worked.actor("ad.all"), order).row
        assert row.person is not None
        worked.orders.desk.act(
            worked.actor(row.person), Act(order=order, do=Command.ACCEPT, version=row.version)
        )
        expect(page.locator("#timeline")).to_contain_text("Accepted", timeout=8_000)
        assert page.input_value("#cancel-note") == "Twice in the list"
        page.locator("details[open] form button").click()
        expect(page.get_by_role("alert")).to_contain_text("Meanwhile")
        assert page.input_value("#cancel-note") == "Twice in the list"
        tab.shoot("stale")
        assert [w for w in tab.troubles() if "status of 409" not in w] == []


def test_log_out_in_one_tab_is_told_in_the_other(browser: Browser, worked: Console) -> None:
    with watched(browser, worked, "su.all") as tab:
        tab.go("/orders")
        other = tab.page.context.new_page()
        other.goto(worked.address + "/points")
        other.locator(".me summary").click()
        other.locator("form[action='/logout'] button").click()
        other.wait_for_url("**/login")
        other.goto(worked.address + "/orders")
        expect(other.locator("form.login")).to_be_visible()


def test_search_of_points_narrows_while_typing(browser: Browser, worked: Console) -> None:
    with watched(browser, worked, "en.all") as tab:
        tab.go("/points")
        tab.page.fill("#q", "a.ahu1.sat")
        expect(tab.page.locator("#points tbody tr")).to_have_count(2, timeout=8_000)
        assert tab.troubles() == []


def test_a_plot_is_drawn_with_a_table_behind_it(browser: Browser, worked: Console) -> None:
    with watched(browser, worked, "en.all") as tab:
        tab.go(f"/orders/{worked.order_in('a')}")
        plot = tab.page.locator(".plot[data-drawn]")
        expect(plot.locator("canvas")).not_to_have_count(0)
        plot.locator("details summary").click()
        expect(plot.locator("details tbody tr")).not_to_have_count(0)
