"""From the label to the inspection: the page behind it, the order's page, its history."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from sqlalchemy import update

from adapters.records.base import ALL
from adapters.records.orders import Order
from core.words import ProofKind
from tests.api.console import Console
from tests.api.test_report import token
from workorders.act import Act
from workorders.crew import checks
from workorders.states import Command


@pytest.fixture
def waiting(console: Console) -> str:
    """A repair of the air handler that waits for another person's look."""
    id_ = console.order_in("a")
    with console.records.session(ALL) as session:
        session.execute(
            update(Order).where(Order.id == id_).values(proof=ProofKind.INSPECTION)
        )  # fmt: skip
    desk = console.orders.desk
    person = desk.order(console.actor("ad.all"), id_).row.person
    assert person is not None
    for do in (Command.ACCEPT, Command.ARRIVE, Command.DONE):
        act = Act(order=id_, do=do, version=desk.order(console.actor(person), id_).row.version)
        if do is Command.DONE:
            act = replace(act, cause="as_described", note="mended", minutes=5)
        desk.act(console.actor(person), act)
    return id_


def test_who_scans_the_label_inspects_and_who_does_not_is_told_to(
    console: Console, waiting: str
) -> None:
    inspector = console.as_("en.all")
    page = inspector.get(f"/orders/{waiting}").text
    assert "scan the label at the place first" in page
    assert "Inspected: it is mended" not in page
    label = inspector.get(f"/r/{token(console, 'a.ahu1')}").text
    found = re.search(rf'href="(/orders/{waiting}\?at=[^"]+)"', label)
    assert found is not None
    assert "?at=" not in inspector.get(f"/r/{token(console, 'a.meet3')}").text, "another place"
    assert "?at=" not in console.visitor().get(f"/r/{token(console, 'a.ahu1')}").text, "strangers"
    stolen = console.as_("te.all").get(found[1]).text
    assert 'name="place"' not in stolen, "another person's scan"
    page = inspector.get(found[1]).text
    assert "You stand at" in page
    scan = re.search(r'name="place" value="([^"]+)"', page)
    version = re.search(r'name="version" value="(\d+)"', page)
    assert scan is not None
    assert version is not None
    form = {"do": "inspect", "version": version[1], "place": scan[1]}
    empty = inspector.post(f"/orders/{waiting}/act", {**form, "note": ""})
    assert empty.status_code == 422
    assert scan[1] in empty.text, "the scan is kept with what was typed"
    assert inspector.post(f"/orders/{waiting}/act", {**form, "note": "dry"}).status_code == 303
    after = inspector.get(f"/orders/{waiting}").text
    assert "at the place: " in after
    assert scan[1] not in after


def test_a_second_look_begins_at_the_label_too(
    console: Console, waiting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "SHARE", 1.0)
    with console.records.session(ALL) as session:
        session.execute(update(Order).where(Order.id == waiting).values(proof=ProofKind.REPORTER))
    console.orders.desk.reporter(waiting, mended=True)
    (view,) = console.orders.checks.rows(console.actor("en.all"))
    looker, form = console.as_("en.all"), {"passed": "yes", "note": "dry"}
    page = looker.get("/checks").text
    assert "scan the label at the place first" in page
    assert 'value="yes"' not in page
    assert looker.post(f"/checks/{view.id}", form).status_code == 422
    label = looker.get(f"/r/{token(console, 'a.ahu1')}").text
    found = re.search(r'href="(/checks\?at=[^"]+)"', label)
    assert found is not None
    scan = re.search(r'name="place" value="([^"]+)"', looker.get(found[1]).text)
    assert scan is not None
    assert looker.post(f"/checks/{view.id}", {**form, "place": scan[1]}).status_code == 303
    assert "at the place: " in looker.get(f"/orders/{waiting}").text


def test_a_supervisor_inspects_from_elsewhere_and_it_is_said(
    console: Console, waiting: str
) -> None:
    su = console.as_("su.all")
    page = su.get(f"/orders/{waiting}").text
    assert "You did not scan the label at the place: why not?" in page
    version = console.orders.desk.order(console.actor("su.all"), waiting).row.version
    program = console.key("en.all")
    body = {"do": "inspect", "version": version, "note": "fine", "elsewhere": "x"}
    assert program.post(f"/orders/{waiting}/act", json=body).status_code == 422
    form = {"do": "inspect", "version": str(version), "note": "fine"}
    assert su.post(f"/orders/{waiting}/act", form).status_code == 422
    said = {**form, "elsewhere": "the roof is closed <b>"}
    assert su.post(f"/orders/{waiting}/act", said).status_code == 303
    assert "not at the place: the roof is closed &lt;b&gt;" in su.get(f"/orders/{waiting}").text
