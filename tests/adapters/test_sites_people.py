"""Crew and roster: what they mean, and what in them cannot stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.sites import Person, Shift, check_site, load_people
from core.errors import Misconfigured
from core.words import Role, Trade
from tests.adapters.site_files import CREW, FILES, ROSTER, broken, write_site


def test_a_crew_and_its_roster(tmp_path: Path) -> None:
    people, shifts = load_people(write_site(tmp_path))
    assert people[1] == Person(
        login="bob",
        name="Bob",
        role=Role.TECHNICIAN,
        trades=(Trade.ELECTRICIAN, Trade.PLUMBER),
        language="zh_Hans",
    )
    assert people[2].buildings == frozenset({"a"})
    assert people[0].mail == "ada@small.example"
    assert shifts[1] == Shift(
        login="bob",
        trade=Trade.PLUMBER,
        building="",
        start=19 * 60,
        end=7 * 60,
        weekdays=frozenset({5, 6, 7}),
        order=2,
    )


def test_a_shift_over_midnight_belongs_to_the_day_it_begins(tmp_path: Path) -> None:
    _, (day, night, always) = load_people(write_site(tmp_path))
    assert day.covers(1, 7 * 60)
    assert not day.covers(1, 19 * 60)
    assert not day.covers(6, 12 * 60)
    assert night.covers(5, 19 * 60)
    assert night.covers(1, 6 * 60)  # Monday morning: Sunday's night
    assert not night.covers(5, 6 * 60)
    assert not night.covers(1, 7 * 60)
    assert always.covers(3, 0)
    assert always.covers(3, 24 * 60 - 1)


@pytest.mark.parametrize("name", ["wushan", "examples/lbnl_ahu"])
def test_the_sample_sites_have_somebody_for_every_trade(sites_dir: Path, name: str) -> None:
    people, shifts = load_people(sites_dir / name)
    assert {shift.trade for shift in shifts} == set(Trade)
    assert {shift.login for shift in shifts} <= {person.login for person in people}


def test_every_trade_of_wushan_is_on_call_at_any_hour(sites_dir: Path) -> None:
    _, shifts = load_people(sites_dir / "wushan")
    for building in ("a", "c"):
        for trade in Trade:
            able = [s for s in shifts if s.trade is trade and s.building in {"", building}]
            for weekday in range(1, 8):
                assert any(s.covers(weekday, 3 * 60) for s in able)


CREW_FILE, ROSTER_FILE = "crew.csv", "roster.csv"


@pytest.mark.parametrize(
    ("file", "old", "new", "what", "meant"),
    [
        (CREW_FILE, "cy,Cy", "bob,Cy", "login: the login 'bob' stands twice", ""),
        (CREW_FILE, "cy,Cy", "Cy!,Cy", "login: 'Cy!' is no login", ""),
        (CREW_FILE, "cy,Cy", "cy,", "name: nobody without a name", ""),
        (CREW_FILE, "engineer", "engeneer", "role: 'engeneer' is no role", "engineer"),
        (CREW_FILE, "E P", "E X", "trades: 'X' is no trade", ""),
        (CREW_FILE, "E P", "", "trades: the technician 'bob' has no trade", ""),
        (CREW_FILE, "H,a", "H,q", "buildings: no building 'q'", ""),
        (CREW_FILE, "zh_Hans", "zh-Hans", "language: no language 'zh-Hans'", "zh_Hans"),
        (CREW_FILE, "ada@small.example", "ada", "mail: 'ada' is no mail address", ""),
        (CREW_FILE, "cy,Cy,", "cy,", "7 cells", ""),
        (CREW_FILE, "phone\n", "fone\n", "unknown column 'fone'", "phone"),
        (ROSTER_FILE, "bob,E", "bobb,E", "login: 'bobb' is not in crew.csv", "bob"),
        (ROSTER_FILE, "cy,H", "cy,E", "trade: 'cy' has not the trade E", ""),
        (ROSTER_FILE, "cy,H,a", "cy,H,b", "building: 'cy' is on call for building 'b'", ""),
        (ROSTER_FILE, "cy,H,a", "cy,H,", "building: 'cy' is on call for the whole campus", ""),
        (ROSTER_FILE, "bob,E,", "bob,E,q", "building: no building 'q'", ""),
        (ROSTER_FILE, "00:00,24:00", "0:00,24:00", "from: '0:00' is no time of day", ""),
        (ROSTER_FILE, "00:00,24:00", "00:00,25:00", "to: '25:00' is no time of day", ""),
        (ROSTER_FILE, "1-5,", "5-1,", "weekdays: '5-1' is no weekdays", ""),
        (ROSTER_FILE, "1-5,", "Mon,", "weekdays: 'Mon' is no weekdays", ""),
        (ROSTER_FILE, "1-5,1", "1-5,first", "order: 'first' is no whole number", ""),
    ],
)
def test_a_mistake_names_its_line_and_column(
    tmp_path: Path, file: str, old: str, new: str, what: str, meant: str
) -> None:
    folder, line = broken(tmp_path, file, old, new)
    with pytest.raises(Misconfigured) as error:
        load_people(folder)
    (found,) = [m for m in error.value.mistakes if what in m.what]
    assert (found.file, found.line, found.suggestion) == (file, line, meant)
    assert found in check_site(folder)


def test_lines_are_counted_over_quoted_line_breaks(tmp_path: Path) -> None:
    crew = CREW.replace("ada,Ada,", 'ada,"Ada\nof the north",').replace("E P", "E X")
    with pytest.raises(Misconfigured) as error:
        load_people(write_site(tmp_path, crew=crew))
    assert ("crew.csv", 4) in [(m.file, m.line) for m in error.value.mistakes]


def test_a_spreadsheet_may_put_a_mark_in_front(tmp_path: Path) -> None:
    folder = write_site(tmp_path)
    (folder / CREW_FILE).write_text(FILES[CREW_FILE], encoding="utf-8-sig")
    assert len(load_people(folder)[0]) == 3


def test_no_files_are_no_people(tmp_path: Path) -> None:
    folder = write_site(tmp_path)
    (folder / CREW_FILE).unlink()
    (folder / ROSTER_FILE).unlink()
    assert load_people(folder) == ([], [])


def test_a_roster_needs_a_crew(tmp_path: Path) -> None:
    folder = write_site(tmp_path, roster=ROSTER)
    (folder / CREW_FILE).unlink()
    with pytest.raises(Misconfigured, match=r"is not in crew\.csv"):
        load_people(folder)
