"""Mending as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.errors import Refused
from core.replaying import Mending
from plantroom.mends import mends_of
from tests.plantroom.conftest import Cli
from tests.plantroom.test_quarantine import keep


def test_what_names_no_point_is_of_all_of_them() -> None:
    assert mends_of(["old=new"], ["°F", "x=K"], ["old=2"]) == [
        Mending(unit="°F"), Mending(point="old", to="new", unit="°F", factor=2.0),
        Mending(point="x", unit="K"),
    ]  # fmt: skip
    assert mends_of([], [], []) == []


@pytest.mark.parametrize(("rename", "factor"), [(["new"], []), ([], ["x=two"])])
def test_what_cannot_be_read_is_refused(rename: list[str], factor: list[str]) -> None:
    with pytest.raises(Refused):
        mends_of(rename, [], factor)


def test_a_dry_run_shows_what_would_come_and_a_replay_does_it(cli: Cli, var: Path) -> None:
    keep(var, "a.ahu1.supply", 68.0)
    mend = ("quarantine", "replay", "--all", "--rename", "a.ahu1.supply=a.ahu1.sat", "--unit", "°F")
    (seen,) = json.loads(cli(*mend, "--dry-run", "--json").output)
    assert (seen["tried"]["stored"], seen["present"]) == (1, None)
    assert seen["changes"][0]["to_value"] == pytest.approx(20.0)
    shown = cli(*mend, "--dry-run").output
    assert "nothing was written" in shown
    assert "a.ahu1.sat 20 °C" in shown
    refused = cli(*mend)
    assert refused.exit_code == 2
    assert "Say why" in refused.stderr
    done = cli(*mend, "--note", "it was renamed in May")
    assert "1 of 1 entries settled, 1 readings of them in the store" in done.output
    (entry,) = json.loads(cli("quarantine", "list", "--json").output)["entries"]
    assert "a.ahu1.supply is a.ahu1.sat" in entry["mended"]
    assert "it was renamed in May" in entry["mended"]


def test_a_point_that_is_none_is_named(cli: Cli, var: Path) -> None:
    keep(var, "a.ahu1.supply")
    answer = cli("quarantine", "replay", "--all", "--rename", "a.ahu1.supply=x", "--note", "y")
    assert answer.exit_code == 2
    assert "no point x" in answer.stderr
