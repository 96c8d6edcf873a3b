"""The console's list of orders by pages: each order once, forth and back, with true counts."""

from __future__ import annotations

import re
from html import unescape

import pytest

from api.pages import orders
from tests.api.console import Console

_ORDER = re.compile(r'class="title" href="/orders/([^"]+)"')


def _beside(text: str, rel: str) -> str | None:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', text)
    return unescape(found[1]) if found else None


def test_pages_forth_and_back(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "_A_PAGE", 1)
    admin = console.as_("ad.all")
    rows = [row.id for row in console.orders.desk.queue(console.actor("ad.all"))]
    assert len(rows) > 1
    address, seen, paths = "/orders?view=open", list[str](), list[str]()
    while address:
        paths.append(address)
        text = admin.get(address).text
        seen += _ORDER.findall(text)
        assert f"{len(paths)} to {len(paths)} of {len(rows)}" in text
        live = re.search(r'data-src="([^"]+)"', text)
        assert live
        assert _ORDER.findall(admin.get(unescape(live[1])).text) == seen[-1:]
        address = _beside(text, "next") or ""
        assert len(paths) <= len(rows)
    assert seen == rows
    before = _beside(admin.get(paths[-1]).text, "prev")
    assert before
    assert _ORDER.findall(admin.get(before).text) == [rows[-2]]
    assert _beside(admin.get(paths[0]).text, "prev") is None


def test_a_mark_that_no_page_gave_is_told(console: Console) -> None:
    answer = console.as_("ad.all").get("/orders?after=1_2")
    assert answer.status_code == 422
    assert "begin with the first" in answer.text
