"""Both systems against their written contract, and the server of it against the same."""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from adapters.cmms.atlas import Atlas
from adapters.cmms.glpi import Glpi
from adapters.cmms.opening import open_cmms
from adapters.settings import Settings
from core.cmms import Cmms, TicketState, Wording
from core.errors import Misconfigured, Refused, Retryable
from tests.adapters.cmms.contract import SESSION, Side, contract, like, serving

SYSTEMS = ("glpi", "atlas")
WORDING = Wording(
    key="[town/WO-2026-0001]", title="[town/WO-2026-0001] P2 x", body="<b>heats</b>\nand cools",
    priority=2, state=TicketState.ASSIGNED,
)  # fmt: skip


SECRET = "user-1"  # noqa: S105 - as in the contract


def client(side: Side, secret: str = SECRET, **more: Any) -> Cmms:
    if side.name == "glpi":
        return Glpi(side.url, secret, "app-1", **more)
    return Atlas(side.url, "plant@example.org", secret, **more)


@pytest.fixture(params=SYSTEMS)
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    with serving(request.param) as made:
        yield made
        assert made.broken == made.said.get("expected", []), "nothing was said beside the contract"


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_server_answers_each_written_request_as_written(name: str) -> None:
    with serving(name) as side:
        host = side.url.removesuffix("/apirest.php")
        token = ""
        names = [one["name"] for one in contract(name)["exchanges"]]
        order = ["begin", "open", *(n for n in names if n not in {"begin", "open", "end"}), "end"]
        by_name = {one["name"]: one for one in contract(name)["exchanges"]}
        for one in (by_name[n] for n in order if n in by_name):
            asked, said = one["request"], one["answer"]
            answer = httpx.request(
                asked["method"], host + asked["path"].replace("{id}", "15"),
                headers={k: v.replace(SESSION, token) for k, v in asked["headers"].items()},
                params=asked.get("query"), content=_content(asked), trust_env=False,
            )  # fmt: skip
            assert answer.status_code == said["status"], (one["name"], answer.text)
            given: Any = answer.json() if answer.content else None
            assert like(given, said["body"]), (one["name"], given)
            if one["name"] == "begin":
                token = next(iter(given.values()))
        assert side.broken == []


def _content(asked: dict[str, Any]) -> bytes | None:
    return json.dumps(asked["body"]).encode() if "body" in asked else None


def test_a_ticket_is_made_found_changed_and_read(side: Side) -> None:
    system = client(side)
    assert system.find(WORDING.key) is None
    made = system.open(WORDING)
    assert system.find(WORDING.key) == made
    assert not made.closed
    for state in TicketState:
        changed = system.update(made.id, dataclasses.replace(WORDING, state=state))
        assert changed.status == system.status_of(state)
        assert system.get(made.id) == changed
        assert changed.closed is (state is TicketState.CLOSED)
    system.remark(made.id, "looked at")
    assert side.remarks == [(int(made.id), "looked at")]
    assert system.get("999") is None
    system.leave()
    assert len(side.tickets) == 1


def test_a_log_says_the_host_alone_and_others_keep_their_lines(
    side: Side, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client(side).find(WORDING.key)
    assert logging.getLogger("httpx").level == logging.NOTSET, "it is not the only one that asks"
    said = [r.getMessage() for r in caplog.records if r.name == "httpx"]
    assert said
    assert all("http://127.0.0.1/…" in line for line in said)
    assert SECRET not in caplog.text


def test_an_order_is_not_found_by_a_number_that_begins_alike(side: Side) -> None:
    system = client(side)
    longer = WORDING.key.replace("0001]", "00010]")
    system.open(dataclasses.replace(WORDING, key=longer, title=f"{longer} x"))
    assert system.find(WORDING.key) is None


def test_a_session_that_is_over_is_begun_anew(side: Side) -> None:
    system = client(side)
    made = system.open(WORDING)
    side.sessions.clear()
    assert system.get(made.id) == made
    assert side.asked.count("begin") == 2
    side.said["expected"] = list(side.broken)


def test_a_wrong_secret_is_refused_and_not_tried_on(side: Side) -> None:
    with pytest.raises(Refused) as refused:
        client(side, "not-this").open(WORDING)
    assert refused.value.code == "forbidden"
    assert "not-this" not in str(refused.value)
    assert side.asked == ["begin"]
    side.said["expected"] = list(side.broken)


@pytest.mark.parametrize(("fault", "later"), [(500, 60), (503, 60), (429, 7)])
def test_an_error_of_its_own_is_for_later(side: Side, fault: int, later: float) -> None:
    system = client(side)
    system.find(WORDING.key)
    side.faults.next.append(fault)
    with pytest.raises(Retryable) as waits:
        system.open(WORDING)
    assert waits.value.retry_after_s == later
    assert side.tickets == {}


def test_a_slow_one_is_not_waited_for_for_ever(side: Side) -> None:
    system = client(side, timeout_s=0.3)
    side.faults.next.append("slow")
    side.faults.slow_s = 0.8
    with pytest.raises(Retryable, match="no answer: ReadTimeout"):
        system.find(WORDING.key)


def test_what_somebody_wrote_is_text_in_glpi() -> None:
    with serving("glpi") as side:
        client(side).open(WORDING)
        assert side.tickets[15]["content"] == "&lt;b&gt;heats&lt;/b&gt;<br>and cools"


def test_a_change_that_was_not_made_is_said() -> None:
    with serving("atlas") as side, pytest.raises(Refused, match="no work order 99"):
        client(side).update("99", WORDING)


def test_settings_that_cannot_stand_are_named() -> None:
    def settings(**more: Any) -> Settings:
        return Settings(_env_file=None, **more)  # type: ignore[call-arg]

    assert open_cmms(settings()) is None
    with pytest.raises(Misconfigured) as wrong:
        open_cmms(settings(cmms="atlas", cmms_url="http://cmms.example"))
    assert [m.what.split()[0] for m in wrong.value.mistakes] == [
        "PLANTROOM_CMMS_URL", "PLANTROOM_CMMS_SECRET", "PLANTROOM_CMMS_USER",
    ]  # fmt: skip
    url = "https://g.example/apirest.php"
    made = open_cmms(settings(cmms="glpi", cmms_url=url, cmms_secret=SECRET))
    assert made is not None
    assert made.name == "GLPI"
