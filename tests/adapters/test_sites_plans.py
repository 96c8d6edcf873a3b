"""Planned work in the site files: what is meant, and each mistake with its line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from adapters.sites import check_site, load_site
from core.errors import Mistake
from core.plans import StepKind, TriggerKind, Unit
from core.site import EquipmentClass
from core.words import Licence, Permit
from tests.adapters.site_files import SITE, write_site

PLAN = """
seasons:
  heating: {begins: "11-15", ends: "03-15"}
plans:
  - id: filters
    name: {en: Filters, zh: 过滤器}
    class: Air_Handling_Unit
    trade: H
    from: 2026-03-04
    every: {unit: weeks, count: 2}
    licences: [gas]
    permits: [isolation]
    people: 2
    parts: [{en: Bag filter, zh: 袋式过滤器}]
    checklist:
      - {id: drop, ask: {en: Drop, zh: 压差}, number: {unit: Pa, low: 20, high: 150}}
      - {id: clean, ask: Clean}
      - {id: pic, ask: Picture, photo: true}
"""


def checked(folder: Path, plans: str) -> list[Mistake]:
    """The mistakes of the small site with these plans."""
    write_site(folder, site=SITE + plans)
    return check_site(folder)


def test_a_plan_as_it_is_meant(tmp_path: Path) -> None:
    write_site(tmp_path, site=SITE + PLAN)
    (plan,) = load_site(tmp_path).plans
    assert (plan.id, plan.assets, plan.start) == ("filters", ("a.ahu1",), date(2026, 3, 4))
    trigger = plan.trigger
    assert (trigger.kind, trigger.unit, trigger.every) == (TriggerKind.CALENDAR, Unit.WEEKS, 2)
    assert (plan.licences, plan.permits, plan.people) == ((Licence.GAS,), (Permit.ISOLATION,), 2)
    assert [step.kind for step in plan.steps] == [StepKind.NUMBER, StepKind.TICK, StepKind.PHOTO]
    drop = plan.steps[0]
    assert [drop.within(n) for n in (19.9, 20, 150, 150.1)] == [False, True, True, False]
    assert plan.parts == ({"en": "Bag filter", "zh": "袋式过滤器"},)


def test_the_sample_site_has_plans_of_every_dated_kind(sites_dir: Path) -> None:
    site = load_site(sites_dir / "wushan")
    kinds = {plan.trigger.kind for plan in site.plans}
    assert kinds == set(TriggerKind) - {TriggerKind.ADVICE}
    for plan in site.plans:
        assert plan.steps
        assert all("zh" in names for names in (plan.names, *(s.ask for s in plan.steps)))
    filters = next(plan for plan in site.plans if plan.id == "ahu-filters")
    assert len(filters.assets) == len(site.of_class(EquipmentClass.AHU)) == 8


CASES = [
    # written, instead, what is wrong, what is meant
    ("class: Air_Handling_Unit", "class: Boiler", "nothing here is of class Boiler", ""),
    ("class: Air_Handling_Unit", "assets: [a.ahu2]", "there is no 'a.ahu2'", "a.ahu1"),
    ("class: Air_Handling_Unit", "class: Boilr", "no equipment class", "Boiler"),
    ("    class: Air_Handling_Unit\n", "", "nothing says at what", ""),
    ("class: Air_", "assets: [a.fan]\n    class: Air_", "both assets and class", ""),
    ("trade: H", "trade: X", "'X' is no trade", ""),
    ("    from: 2026-03-04\n", "", "nothing says from when", ""),
    ("from: 2026-03-04", "from: 2026-02-30", "'2026-02-30' is no date of the calendar", ""),
    ("unit: weeks", "unit: week", "'week' is no unit", "weeks"),
    ("count: 2}", "count: 0}", "0 is out of range", ""),
    ("    every: {unit: weeks, count: 2}\n", "", "nothing says when it is due", ""),
    ("    people: 2\n", "    dates: [2026-01-01]\n", "due by every and dates", ""),
    ("every: {unit: weeks, count: 2}", "running: {hours: 100, point: fan_stat}",
     "no role 'fan_stat'", "fan_status"),
    ("every: {unit: weeks, count: 2}", "running: {hours: 100, point: fan_status}",
     "'a.ahu1' has no point 'fan_status'", ""),
    ("every: {unit: weeks, count: 2}", "condition: {point: sat, hours: 2}", "beyond what?", ""),
    ("every: {unit: weeks, count: 2}",
     "condition: {point: sat, above: 30, hours: 2, while: fan_status}",
     "'a.ahu1' has no point 'fan_status'", ""),
    ("every: {unit: weeks, count: 2}", "before: {season: heatig, days: 5}",
     "no season 'heatig'", "heating"),
    ("every: {unit: weeks, count: 2}", "advice: filters", "'filters' is no rule", ""),
    ('begins: "11-15"', 'begins: "02-30"', "'02-30' is no day of every year", ""),
    ("licences: [gas]", "licences: [gaz]", "'gaz' is no licence", "gas"),
    ("permits: [isolation]", "permits: [isolaton]", "'isolaton' is no permit", "isolation"),
    ("low: 20, high: 150", "low: 200, high: 150", "200 is more than 150", ""),
    ("id: clean", "id: drop", "the step 'drop' stands twice", ""),
    ("photo: true", "photo: true, number: {unit: Pa}", "a number and a photo", ""),
    ("ask: Clean", "asks: Clean", "unknown key 'asks'", "ask"),
    ("{en: Filters, zh: 过滤器}", "{zh: 过滤器}", "the name has no 'en'", ""),
    ("people: 2", "priority: 1", "1 is out of range", ""),
]  # fmt: skip


@pytest.mark.parametrize(("written", "instead", "what", "meant"), CASES)
def test_a_mistake_is_said_with_its_line(
    tmp_path: Path, written: str, instead: str, what: str, meant: str
) -> None:
    assert PLAN.count(written) == 1, written
    broken = PLAN.replace(written, instead)
    found = checked(tmp_path, broken)
    said = next((one for one in found if what in one.what), None)
    assert said is not None, found
    assert said.file == "site.yaml"
    assert said.line > len(SITE.splitlines())
    assert said.suggestion == meant


def test_an_id_stands_once(tmp_path: Path) -> None:
    twice = PLAN + PLAN.partition("plans:\n")[2]
    assert any("the plan 'filters' stands twice" in one.what for one in checked(tmp_path, twice))


def test_how_long_faults_stood_open_is_said_with_its_source(tmp_path: Path) -> None:
    text = """
open_days:
  water_night_flow: {days: 45, source: orders of 2025, date: 2026-01-15, cases: 11}
"""
    write_site(tmp_path, site=SITE + text)
    said = load_site(tmp_path).open_days["water_night_flow"]
    assert (said.days, said.source, said.date, said.cases) == (
        45, "orders of 2025", "2026-01-15", 11)  # fmt: skip
    few = checked(tmp_path, text.replace("11", "4"))
    assert [m.line for m in few if "5" in m.expected or "5" in m.what], few
    assert checked(tmp_path, text.replace("2026-01-15", "2026-02-30"))
