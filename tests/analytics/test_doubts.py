"""When an instrument's fault makes a proof doubtful."""

from __future__ import annotations

from collections.abc import Iterable

from analytics.doubts import LEAD_MS, Doubts, Span
from core.clock import DAY_MS, HOUR_MS
from core.finding import Evidence, Finding, FindingState, finding_id
from core.words import Text
from tests.sample import wushan

DOUBTS = Doubts(wushan())
DONE = 1_773_194_400_000
UNTIL = DONE + 3 * DAY_MS


def finding(
    rule: str, target: str, onset: int, last: int, state: FindingState = FindingState.CLEARED
) -> Finding:
    return Finding(
        id=finding_id(rule, target, onset), revision=1, state=state, site="wushan",
        building=target.split(".", maxsplit=1)[0], rule=rule, target=target, onset=onset,
        opened=onset + HOUR_MS, last=last, cleared=None, mode="", severity=3, references={},
        waste=(), confidence=1.0, evidence=Evidence(points=(), start=onset, end=last),
        title=Text("x"), explanation=Text("x"),
    )  # fmt: skip


def spans(findings: Iterable[Finding], rule: str = "FC-14", target: str = "a.ahu1") -> list[Span]:
    return DOUBTS.spans(findings, rule, target, DONE, UNTIL)


def test_only_rules_of_instruments_accuse() -> None:
    assert DOUBTS.accusers == {"SEN-01", "SEN-02", "SEN-06", "SEN-08", "SEN-09", "SEN-13", "SEN-14"}
    storm = finding("FC-5", "a.ahu1", DONE, UNTIL, FindingState.OPEN)
    assert spans([storm]) == []


def test_a_sensor_that_the_rule_reads_is_in_doubt_from_before_it_was_found() -> None:
    onset, last = DONE + 5 * HOUR_MS, DONE + 30 * HOUR_MS
    stuck = finding("SEN-01", "a.ahu1.mat", onset, last)
    assert spans([stuck]) == [(onset - LEAD_MS, last)]
    assert spans([stuck], target="a.ahu2") == []


def test_one_that_is_open_reaches_to_the_end() -> None:
    onset = DONE - 2 * DAY_MS
    open_ = finding("SEN-01", "a.ahu1.mat", onset, DONE + HOUR_MS, FindingState.OPEN)
    assert spans([open_]) == [(onset - LEAD_MS, UNTIL)]


def test_what_was_over_before_the_repair_or_withdrawn_is_no_doubt() -> None:
    over = finding("SEN-01", "a.ahu1.mat", DONE - DAY_MS, DONE - HOUR_MS)
    withdrawn = finding("SEN-01", "a.ahu1.mat", DONE, UNTIL, FindingState.WITHDRAWN)
    assert spans([over, withdrawn]) == []


def test_its_gateway_is_its_points() -> None:
    site = wushan()
    gateway = site.points[site.points_of("a.ahu1")["mat"]].gateway
    silent = finding("SEN-08", gateway, DONE + HOUR_MS, DONE + 9 * HOUR_MS)
    assert len(spans([silent])) == 1


def test_any_point_of_the_machine_that_falls_silent_with_the_visit_is_a_doubt() -> None:
    """A visit leaves a machine as well heard as it was: another sensor was unplugged."""
    # FC-14 reads no heating coil.
    soon = finding("SEN-08", "a.ahu1.hcet", DONE + HOUR_MS, DONE + 9 * HOUR_MS)
    later = finding("SEN-08", "a.ahu1.hcet", DONE + 2 * DAY_MS, UNTIL)
    elsewhere = finding("SEN-08", "a.ahu2.hcet", DONE + HOUR_MS, DONE + 9 * HOUR_MS)
    assert spans([soon]) == [(DONE, DONE + 9 * HOUR_MS)]
    assert spans([later, elsewhere]) == []


def test_a_rule_never_doubts_itself() -> None:
    own = finding("SEN-01", "a.ahu1.mat", DONE + HOUR_MS, UNTIL, FindingState.OPEN)
    assert spans([own], rule="SEN-01", target="a.ahu1.mat") == []


def test_an_unknown_target_is_in_no_doubt() -> None:
    stuck = finding("SEN-01", "a.ahu1.mat", DONE, UNTIL)
    assert spans([stuck], target="z.gone") == []
