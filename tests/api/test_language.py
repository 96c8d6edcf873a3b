"""Pages in the reader's language: account, then browser, unless they chose here."""

from __future__ import annotations

import pytest

from tests.api.console import Console

ZH = {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}


def test_before_the_log_in_the_browser_decides(looked_at: Console) -> None:
    page = looked_at.visitor().get("/login", **ZH).text
    assert '<html lang="zh-Hans">' in page
    assert "登录" in page
    assert '<html lang="en">' in looked_at.visitor().get("/login").text


def test_the_switch_is_remembered_and_goes_back(console: Console) -> None:
    visitor = console.as_("en.all")
    answer = visitor.post("/language", {"language": "zh_Hans", "back": "/points"})
    assert answer.headers["location"] == "/points"
    page = visitor.get("/points").text
    assert '<html lang="zh-Hans">' in page
    assert "空调机组 1（大厅与南区）, 送风温度" in page
    visitor.post("/language", {"language": "en", "back": "/"})
    assert '<html lang="en">' in visitor.get("/").text


def test_a_language_we_do_not_speak_changes_nothing(console: Console) -> None:
    visitor = console.as_("en.all")
    visitor.post("/language", {"language": "../../x", "back": "/"})
    assert '<html lang="en">' in visitor.get("/").text


@pytest.mark.parametrize(
    "back",
    ["https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil", "javascript:x", "",
     "/\t/evil.example", "/\n/evil.example"],
)  # fmt: skip
def test_the_way_back_stays_here(console: Console, back: str) -> None:
    answer = console.as_("en.all").post("/language", {"language": "en", "back": back})
    assert answer.headers["location"] == "/"


def test_titles_name_their_target_in_the_readers_language(looked_at: Console) -> None:
    order = looked_at.order_in("a")
    visitor = looked_at.as_("su.all")
    assert "AHU-1 lobby and south heats and cools" in visitor.get(f"/orders/{order}").text
    key = looked_at.key("su.all")
    key.headers.update(ZH)
    title = key.get(f"/orders/{order}").json()["title"]
    assert title.startswith("AHU-1"), "the account's language stands before the program's"
    page = looked_at.as_("su.a")
    page.cookies["lang"] = "zh_Hans"
    assert "空调机组 1（大厅与南区） 同时供冷供热" in page.get(f"/orders/{order}").text
