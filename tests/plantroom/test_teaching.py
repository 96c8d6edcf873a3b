"""``plantroom teaching``: proposals on a terminal, accepted and refused by an engineer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adapters.records import ALL, Records
from adapters.records.teaching import LessonRow
from tests.plantroom.conftest import Cli
from tests.sample import records_in


@pytest.fixture
def proposed(var: Path) -> Records:
    """An installation with two proposals."""
    records = records_in(var, staffed=True)
    detail = {"parameter": "eps_mat", "unit": "K", "from": 3.0, "to": 3.5, "by": 0.5, "most": 6.0}
    with records.session(ALL) as session:
        for rule in ("FC-2", "FC-3"):
            session.add(
                LessonRow(
                    building="a", rule=rule, target="a.ahu1", number=1, asset="a.ahu1",
                    kind="limit", detail=detail, made_at=1, evidence={"people": ["guo.hua"]},
                )
            )  # fmt: skip
            session.flush()
    return records


def test_list_accept_and_refuse(cli: Cli, proposed: Records) -> None:
    said = cli("teaching", "list").output
    assert "eps_mat from 3 to 3.5 K (at most 6)" in said
    by = ("--as", "chen.jing", "--because", "by design")
    accepted = cli("teaching", "accept", "1", *by)
    assert accepted.exit_code == 0, accepted.output
    assert cli("teaching", "refuse", "2", *by).exit_code == 0
    found = json.loads(cli("teaching", "list", "--json").output)
    assert {x["id"]: x["standing"] for x in found["lessons"]} == {1: "holds", 2: "refused"}
    again = cli("teaching", "accept", "1", *by)
    assert (again.exit_code, "decided already" in again.output) == (2, True)
    proposed.close()


@pytest.mark.parametrize(
    ("login", "more", "said"),
    [
        ("guo.hua", (), "not yours"),
        ("nobody", (), "nobody has the log-in"),
        ("chen.jing", ("--until", "soon"), "is no day"),
        ("chen.jing", ("--until", "2999-01-01"), "180 days"),
    ],
)
def test_what_cannot_stand_is_said(
    cli: Cli, proposed: Records, login: str, more: tuple[str, ...], said: str
) -> None:
    proposed.close()
    answer = cli("teaching", "accept", "1", "--as", login, "--because", "x", *more)
    assert (answer.exit_code, said in answer.output) == (2, True), answer.output
