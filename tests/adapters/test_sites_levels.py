"""Service levels and licences of a site's folder: what they mean, and what cannot stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.sites import load_levels, load_licences
from core.errors import Misconfigured
from core.service import LADDER, PROMISES, ClockKind, Promise, Rung, Whom
from core.words import Licence, Priority
from tests.workorders.house import at

SERVICE = "priority,promise,minutes,workdays,hours\n"
ESCALATION = "priority,minutes,whom\n"
LICENCES = "login,licence,number,from,until\n"
CREW = "login,name,role,trades,buildings,language,mail,phone\nbob,Bob,technician,E,,en,,\n"


def test_a_folder_that_says_nothing_has_the_usual_table(tmp_path: Path) -> None:
    found = load_levels(tmp_path)
    assert (found.promises, found.ladder) == (PROMISES, LADDER)


def test_what_is_named_replaces_its_priority_alone(tmp_path: Path) -> None:
    (tmp_path / "service.csv").write_text(SERVICE + "P2,acknowledge,30,,\n2,restore,0,2,work\n")
    (tmp_path / "escalation.csv").write_text(ESCALATION + "2,20,supervisor\nP2,10,next\n")
    found = load_levels(tmp_path)
    assert found.promised(Priority.P2, waste_raised=False) == (
        Promise(kind=ClockKind.ACKNOWLEDGE, minutes=30),
        Promise(kind=ClockKind.RESTORE, workdays=2, always=False),
    )
    assert not any(p.always for p in found.promised(Priority.P2, waste_raised=True))
    assert found.ladder[Priority.P2] == (Rung(10, Whom.NEXT), Rung(20, Whom.SUPERVISOR))
    assert found.promises[Priority.P1] == PROMISES[Priority.P1]


@pytest.mark.parametrize(
    ("file", "text", "what"),
    [
        ("service.csv", SERVICE + "5,restore,1,,\n", "'5' is no priority"),
        ("service.csv", SERVICE + "1,restor,1,,\n", "did you mean restore"),
        ("service.csv", SERVICE + "1,restore,,,\n", "nothing is promised"),
        ("service.csv", SERVICE + "1,restore,-1,,\n", "'-1' is no whole number"),
        ("service.csv", SERVICE + "1,restore,1,,\n1,restore,2,,\n", "stands twice"),
        ("service.csv", SERVICE + "1,restore,1,,night\n", "not when a clock runs"),
        ("escalation.csv", ESCALATION + "1,3,boss\n", "'boss' is nobody"),
        ("licences.csv", LICENCES + "ann,gas,1,2026-01-01,2026-12-31\n", "'ann' is not in crew"),
        ("licences.csv", LICENCES + "bob,gaz,1,2026-01-01,2026-12-31\n", "did you mean gas"),
        ("licences.csv", LICENCES + "bob,gas,1,2026-01-01,soon\n", "'soon' is no date"),
        ("licences.csv", LICENCES + "bob,gas,1,2026-02-01,2026-01-01\n", "lies before"),
    ],
)
def test_every_mistake_is_named_with_its_line(
    tmp_path: Path, file: str, text: str, what: str
) -> None:
    (tmp_path / "crew.csv").write_text(CREW)
    (tmp_path / file).write_text(text)
    with pytest.raises(Misconfigured, match=what) as error:
        _load(tmp_path)
    assert error.value.mistakes[0].file == file
    assert error.value.mistakes[0].line >= 2


def _load(folder: Path) -> None:
    load_levels(folder)
    load_licences(folder, "Asia/Shanghai")


def test_a_licence_holds_from_its_first_day_to_the_end_of_its_last(tmp_path: Path) -> None:
    (tmp_path / "crew.csv").write_text(CREW)
    (tmp_path / "licences.csv").write_text(LICENCES + "bob,electrician,E7,2026-03-01,2026-03-31\n")
    (one,) = load_licences(tmp_path, "Asia/Shanghai")
    assert (one.login, one.kind, one.number) == ("bob", Licence.ELECTRICIAN, "E7")
    assert one.start < at("2026-03-01 00:00")
    assert one.end == at("2026-04-01 00:00")
