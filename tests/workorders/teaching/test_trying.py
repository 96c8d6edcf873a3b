"""What a change would have found and missed, in readings that are there."""

from __future__ import annotations

import pytest

from analytics.rules import RULES
from core.clock import DAY_MS
from core.words import FalseCause
from tests.analytics.plant import MONDAY, Plant
from tests.analytics.test_lifting import AHU, NIGHT, cold_mixing
from tests.workorders.teaching.cases import make_case
from workorders.teaching import trying
from workorders.teaching.proposing import Kind, Proposal


@pytest.fixture
def filled(monkeypatch: pytest.MonkeyPatch) -> Plant:
    plant = Plant()
    cold_mixing(plant)
    monkeypatch.setattr(trying, "WINDOW_MS", DAY_MS)  # the one day that there is
    return plant


def proposal(kind: Kind, **detail: object) -> Proposal:
    return Proposal(kind=kind, rule="FC-2", target=AHU, asset=AHU, building="a", cases=(),
                    cause=FalseCause.NORMAL, detail=detail)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "detail", "after", "missed"),
    [
        (Kind.LIMIT, {"by": 0.3}, 1, []),
        (Kind.LIMIT, {"by": 9.0}, 0, ["WO-2026-0001"]),
        (Kind.MUTE, {}, 0, ["WO-2026-0001"]),
        (
            Kind.CALENDAR,
            {"weekdays": [0], "from": 0, "to": 1440, "mode": "maintenance"},
            0,
            ["WO-2026-0001"],
        ),
    ],
)
def test_found_before_and_after(
    filled: Plant, kind: Kind, detail: dict[str, object], after: int, missed: list[str]
) -> None:
    true = make_case(1, target=AHU, asset=AHU, true=True, spans=((MONDAY, NIGHT),))
    found = trying.tried(filled.site, filled.store, RULES, proposal(kind, **detail), [true], NIGHT)
    assert found == {"days": 1, "before": 1, "after": after, "missed": missed}


def test_of_what_is_no_rule_or_no_target_nothing_is_tried(filled: Plant) -> None:
    for change in ({"rule": "FC-99"}, {"target": "a.nothing"}):
        one = Proposal(**{**_plain(proposal(Kind.MUTE)), **change})  # type: ignore[arg-type]
        assert trying.tried(filled.site, filled.store, RULES, one, [], NIGHT) == {}


def _plain(one: Proposal) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__slots__}
