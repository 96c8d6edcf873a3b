"""Pages behind a label: no log-in, nothing large from strangers, and nobody else's report."""

from __future__ import annotations

import re

import httpx
import pytest

from api.pages import report as pages
from api.shield import MAX_REPORT_BYTES
from core.words import OrderState
from tests.api.console import Console
from tests.snapshots import SECRET, jpeg
from workorders.requests import limits
from workorders.states import Command

BOOT = {"kind": "light", "words": "dark <script>alert(1)</script>", "phone": "13812345678"}


def token(console: Console, place: str = "a.meet3") -> str:
    labels = console.orders.requests.labels(console.actor("ad.all"), place[0])
    return next(token for one, token in labels if one.id == place)


def send(
    console: Console,
    form: dict[str, str],
    *,
    photos: list[bytes] | None = None,
    place: str = "a.meet3",
) -> httpx.Response:
    files = [("photos", (f"p{n}.jpg", data, "image/jpeg")) for n, data in enumerate(photos or [])]
    address = f"{console.address}/r/{token(console, place)}"
    with httpx.Client(timeout=20) as client:
        return client.post(address, data=form, files=files or None)


def follow(console: Console, answer: httpx.Response) -> tuple[str, str]:
    """The address of the report's page, and the page."""
    assert answer.status_code == 303, answer.text
    address = answer.headers["location"]
    return address, console.visitor().get(address).text


def order_of(page: str) -> str:
    found = re.search(r"WO-\d{4}-\d{4}", page)
    assert found
    return found.group()


def test_a_report_from_a_label_becomes_an_order(console: Console) -> None:
    form = console.visitor().get(f"/r/{token(console)}")
    assert form.status_code == 200
    assert form.headers["Referrer-Policy"] == "no-referrer"
    assert "Meeting rooms" in form.text
    address, page = follow(console, send(console, BOOT, photos=[jpeg(exif=True)]))
    assert "&lt;script&gt;" in page
    assert "13812345678" not in page
    order = order_of(page)
    for login, status in (("su.all", 200), ("te.a", 200), ("te.c", 404)):
        assert console.as_(login).get(f"/orders/{order}").status_code == status
    seen = console.as_("te.a").get(f"/orders/{order}").text
    assert "138····5678" in seen
    assert "<script>alert" not in seen
    photo = re.search(r'href="(/photos/\w+)"', seen)
    assert photo
    shown = console.as_("te.a").get(photo.group(1))
    assert (shown.headers["content-type"], SECRET in shown.content) == ("image/jpeg", False)
    assert console.as_("te.c").get(photo.group(1)).status_code == 404
    assert console.visitor().get(photo.group(1)).status_code == 303
    assert address.startswith("/f/")


def test_a_made_up_label_opens_nothing_and_reads_nothing(console: Console) -> None:
    stranger = console.visitor()
    for wrong in ("a.meet3.0123456789", "a.meet3", "x", f"c.ahu1.{token(console)[-10:]}"):
        assert stranger.get(f"/r/{wrong}").status_code == 404
        assert stranger.post(f"/r/{wrong}", BOOT).status_code == 404
    assert stranger.get("/f/guessed").status_code == 404
    assert stranger.post("/f/guessed/answer", {"mended": "1"}).status_code == 404
    assert stranger.post("/f/guessed/rate", {"stars": "5"}).status_code == 404


def test_what_cannot_stand_comes_back_with_what_was_typed(console: Console) -> None:
    answer = send(console, {"words": "kept"})
    assert (answer.status_code, "Choose what is wrong." in answer.text) == (422, True)
    assert ">kept</textarea>" in answer.text
    for photo, words in (
        (b"<html>", "Only photos"), (b"\0\0\0\x18ftypheic" + bytes(50), "HEIC"),
        (jpeg()[:-40], "broken"), (jpeg(behind=bytes(16 * 1000**2)), "15 MB"),
    ):  # fmt: skip
        refused = send(console, BOOT, photos=[photo])
        assert (refused.status_code, words in refused.text) == (422, True), words
        assert 'value="light" required checked' in refused.text
    assert send(console, BOOT, photos=[jpeg()] * 4).status_code == 422
    assert "request" not in {o.rule for o in console.orders.desk.queue(console.actor("ad.all"))}


def test_a_photo_of_50_mb_is_refused_before_it_is_read(console: Console) -> None:
    refused = send(console, BOOT, photos=[jpeg(behind=bytes(50 * 1024**2))])
    assert refused.status_code == 413
    assert MAX_REPORT_BYTES < 50 * 1024**2


def test_too_many_reports_are_refused_in_words(console: Console) -> None:
    answers = [send(console, BOOT).status_code for _ in range(13)]
    assert answers == [303] * 12 + [429]
    assert "please call the desk" in send(console, BOOT).text


def test_photos_of_an_hour_are_limited_by_their_bytes_before_they_are_looked_into(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = jpeg()
    monkeypatch.setattr(limits, "MOST_BYTES_OF_A_SITE", len(first) + 10)
    assert send(console, BOOT, photos=[first]).status_code == 303
    with monkeypatch.context() as blind:
        blind.setattr(pages, "cleaned", None)
        refused = send(console, BOOT, photos=[first])
    assert (refused.status_code, "send it without one" in refused.text) == (429, True)
    assert send(console, BOOT).status_code == 303, "a report without a photo still comes in"


def test_refused_tries_count_and_end(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_FROM_A_NETWORK", 3)
    broken = [send(console, BOOT, photos=[b"<html>"]).status_code for _ in range(4)]
    assert broken == [422] * 3 + [429]
    monkeypatch.setattr(limits, "WITHIN_MS", 0)
    assert send(console, BOOT).status_code == 303, "an hour later"


def test_the_reporter_answers_and_rates_by_the_link_alone(console: Console) -> None:
    address, page = follow(console, send(console, BOOT))
    order, stranger = order_of(page), console.visitor()
    desk, actor = console.orders.desk, console.actor(str(_person(console, order_of(page))))
    for do in (Command.ACCEPT, Command.ARRIVE, Command.DONE):
        said = {"cause": "worn_part", "note": "lamp", "minutes": 5} if do is Command.DONE else {}
        _act(console, actor.login, order, do, **said)
    assert "Is it?" in stranger.get(address).text
    assert stranger.post(f"{address}/rate", {"stars": "5"}).status_code == 409
    assert stranger.post(f"{address}/answer", {"mended": "1"}).status_code == 303
    assert desk.order(console.actor("ad.all"), order).row.state is OrderState.CLOSED
    assert stranger.post(f"{address}/rate", {"stars": "9"}).status_code == 422
    assert stranger.post(f"{address}/rate", {"stars": "4", "remark": "quick"}).status_code == 303
    assert stranger.post(f"{address}/rate", {"stars": "1"}).status_code == 409
    assert "You gave 4 stars" in stranger.get(address).text
    (said_,) = console.orders.requests.of_order(console.actor("ad.all"), order)
    assert said_.stars == 4


@pytest.mark.parametrize(
    ("wish", "words"), [("?lang=zh_Hans", "这里出了什么问题"), ("", "What is wrong")]
)
def test_the_page_speaks_the_language_of_its_address(
    console: Console, wish: str, words: str
) -> None:
    assert words in console.visitor().get(f"/r/{token(console)}{wish}").text


def test_what_is_known_says_so_before_anybody_writes(console: Console) -> None:
    follow(console, send(console, BOOT))
    assert console.visitor().get(f"/r/{token(console)}").text.count("somebody is on it") == 1
    _, page = follow(console, send(console, BOOT))
    assert "Your report was added" in page


def _person(console: Console, order: str) -> str | None:
    return console.orders.desk.order(console.actor("ad.all"), order).row.person


def _act(console: Console, login: str, order: str, do: Command, **said: object) -> None:
    version = console.orders.desk.order(console.actor("ad.all"), order).row.version
    form = {"do": do.value, "version": str(version), **{k: str(v) for k, v in said.items()}}
    answer = console.as_(login).post(f"/orders/{order}/act", form)
    assert answer.status_code == 303, answer.text
