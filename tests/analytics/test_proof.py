"""What proves a repair, refuses it, or leaves it open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from analytics.proof import Proof, ProofState, prove
from core.rulecard import Hold, RuleCard
from core.verdict import Reason, Run, Verdict
from core.words import Text
from tests.analytics.cards import HOUR_MS, T0, card, day, run

FAULT, OK, NE = Verdict.FAULT, Verdict.OK, Verdict.NOT_EVALUABLE
TIMED = card(hold=Hold(minutes=30))
NIGHTS = card(hold=Hold(need=3, of=4))
SERVED = card(hold=Hold(minutes=30), served_when="It cools.")
BROKEN = [day(0, 8, 12, FAULT)]
DONE_H = 12.0


def proof(
    rule: RuleCard, runs: Sequence[Run], until_h: float, done_h: float = DONE_H,
    doubts_h: Sequence[tuple[float, float]] = (), settle_h: float = 0.0,
) -> Proof:  # fmt: skip
    until = at(until_h)
    return prove(
        rule, runs, done_at=at(done_h), now=until + HOUR_MS, judged_until=until,
        doubts=[(at(a), at(b)) for a, b in doubts_h], settle_ms=round(settle_h * HOUR_MS),
    )  # fmt: skip


def at(hour: float) -> int:
    return T0 + round(hour * HOUR_MS)


def clear_days(first: int, last: int, **more: object) -> list[Run]:
    found: list[Run] = []
    for n in range(first, last + 1):
        found += [day(n, -6, 8, NE), day(n, 8, 18, OK, **more)]
    return found


def test_waits_with_what_it_saw() -> None:
    seen = proof(TIMED, [*BROKEN, day(0, 12, 18, OK), *clear_days(1, 1)], 24 + 18)
    assert (seen.outcome, seen.exposures, seen.needed) == (ProofState.WAITING, 2, 3)
    assert str(seen.awaited) == "2 of 3 clear exposures so far."


def test_verified_by_three_exposures_on_three_days() -> None:
    runs = [*BROKEN, day(0, 12, 18, OK), *clear_days(1, 2)]
    seen = proof(TIMED, runs, 48 + 18)
    assert seen.outcome is ProofState.VERIFIED
    assert len(seen.deciding) == 3
    # The third day's slot begins 48 h after the repair, at noon.
    assert seen.decided == T0 + round((48 + 12.5) * HOUR_MS)
    assert proof(TIMED, runs, 48 + 12.4).outcome is ProofState.WAITING


def test_once_verified_it_stays_so_at_the_same_moment() -> None:
    """A plant that never stops is one long run: more of it moves nothing."""
    decided = {
        proof(TIMED, [*BROKEN, day(0, 12, until, OK)], until).decided for until in (61, 90, 24 * 9)
    }
    assert decided == {T0 + round((48 + 12.5) * HOUR_MS)}


def test_one_day_gives_one_exposure() -> None:
    runs = [*BROKEN]
    for k in range(6):
        runs += [day(0, 12 + 2 * k, 13 + 2 * k, OK), day(0, 13 + 2 * k, 14 + 2 * k, NE)]
    assert proof(TIMED, runs, 24).exposures == 1
    often = card(hold=Hold(minutes=30), per_day=3)
    # Pauses of an hour do not separate stays: it is one stay all the same.
    assert proof(often, runs, 24).exposures == 1


def test_separate_stays_count_where_the_card_says_so() -> None:
    runs = [*BROKEN]
    for k in range(3):
        runs += [day(0, 12 + 3 * k, 13 + 3 * k, OK), day(0, 13 + 3 * k, 15 + 3 * k, NE)]
    often = card(hold=Hold(minutes=30), per_day=3)
    seen = proof(often, runs, 24)
    assert (seen.exposures, seen.outcome) == (3, ProofState.WAITING)
    assert str(seen.awaited) == "Clear so far; 12 h more are awaited."


def test_refused_when_the_fault_meets_its_hold_again() -> None:
    runs = [*BROKEN, day(0, 12, 14, OK), day(0, 14, 15, FAULT)]
    seen = proof(TIMED, runs, 18)
    assert seen.outcome is ProofState.REFUSED
    assert seen.decided == T0 + round(14.5 * HOUR_MS)
    assert seen.deciding[0].start == T0 + 14 * HOUR_MS


def test_a_short_fault_starts_the_count_again() -> None:
    short = [day(2, 9, 9.25, FAULT), day(2, 9.25, 18, OK)]
    runs = [*BROKEN, day(0, 12, 18, OK), *clear_days(1, 1), day(2, 8, 9, OK), *short]
    seen = proof(TIMED, runs, 48 + 18)
    assert (seen.outcome, seen.exposures) == (ProofState.WAITING, 1)
    assert seen.clear_since == T0 + round((48 + 9.25) * HOUR_MS)


def test_a_pause_of_an_hour_holds_the_count_and_a_longer_one_starts_it_again() -> None:
    short = [*BROKEN, day(0, 13, 13.3, FAULT), day(0, 13.3, 14.2, NE), day(0, 14.2, 14.5, FAULT)]
    assert proof(TIMED, short, 18).outcome is ProofState.REFUSED
    long = [*BROKEN, day(0, 13, 13.3, FAULT), day(0, 13.3, 14.4, NE), day(0, 14.4, 14.7, FAULT)]
    assert proof(TIMED, long, 18).outcome is ProofState.WAITING


def test_what_lingers_refuses_nothing_until_it_has_first_gone() -> None:
    tank = replace(TIMED, lingers_h=72.0)
    full = [*BROKEN, day(0, 12, 32, FAULT)]  # brimful until somebody draws next morning
    drawn = [*full, day(1, 8, 18, OK)]
    assert proof(TIMED, full, 32).outcome is ProofState.REFUSED
    assert proof(tank, full, 32).outcome is ProofState.WAITING
    assert proof(tank, [*drawn, *clear_days(2, 4)], 96 + 18).outcome is ProofState.VERIFIED
    assert proof(tank, [*drawn, day(1, 20, 21, FAULT)], 45).outcome is ProofState.REFUSED
    waves = [*full, day(1, 8, 8.5, OK), day(1, 8.5, 18, FAULT)]
    assert proof(tank, waves, 42).outcome is ProofState.WAITING
    assert proof(tank, [*BROKEN, day(0, 12, 86, FAULT)], 86).outcome is ProofState.REFUSED


def test_questions_about_what_was_before_refuse_nothing_for_a_day() -> None:
    """One answer raised the next question: of a register, of what it did before it was mended."""
    asked = replace(TIMED, answers_h=24.0)
    again = [*BROKEN, day(0, 12, 16, OK), day(0, 20, 26, FAULT)]
    assert proof(replace(TIMED, lingers_h=24.0), again, 26).outcome is ProofState.REFUSED
    assert proof(asked, again, 26).outcome is ProofState.WAITING
    said = [*again, day(1, 2, 18, OK), *clear_days(2, 4)]
    assert proof(asked, said, 96 + 18).outcome is ProofState.VERIFIED
    unsaid = [*BROKEN, day(0, 12, 37, FAULT)]
    assert proof(asked, unsaid, 36).outcome is ProofState.WAITING
    assert proof(asked, unsaid, 37).outcome is ProofState.REFUSED


def test_what_was_verified_first_is_not_refused_later() -> None:
    runs = [*BROKEN, day(0, 12, 18, OK), *clear_days(1, 3), day(4, 8, 12, FAULT)]
    assert proof(TIMED, runs, 5 * 24).outcome is ProofState.VERIFIED


def test_only_the_mode_that_showed_it_counts() -> None:
    runs = [*BROKEN, day(0, 12, 18, OK, mode="other"), *clear_days(1, 3, mode="other")]
    assert proof(TIMED, runs, 4 * 24).exposures == 0


def test_bad_data_is_no_exposure() -> None:
    runs = [*BROKEN, day(0, 12, 18, OK), *clear_days(1, 3, good=0.8)]
    assert proof(TIMED, runs, 4 * 24).exposures == 1


def test_near_the_limit_is_neither_clear_nor_fault() -> None:
    runs = [*BROKEN, day(0, 12, 18, OK, reason=Reason.CONDITION)]
    seen = proof(TIMED, runs, 18)
    assert (seen.outcome, seen.exposures) == (ProofState.WAITING, 0)


def test_what_stays_shut_is_for_nobody_to_sign() -> None:
    """Behind a shut valve no water is drawn: nothing runs at night, and nothing is proven."""
    shut = [*BROKEN, *[day(n, 2, 5, NE, reason=Reason.NO_SERVICE) for n in range(1, 9)]]
    unknown = [*BROKEN, *[day(n, 2, 5, NE, reason=Reason.OTHER_MODE) for n in range(1, 9)]]
    nights = card(hold=Hold(need=1, of=1))
    assert proof(nights, unknown, 8 * 24).outcome is ProofState.INCONCLUSIVE
    assert proof(nights, shut, 8 * 24).outcome is ProofState.PARKED
    again = [day(n, 2, 5, OK) for n in range(9, 12)]
    assert proof(nights, [*shut, *again], 12 * 24).outcome is ProofState.VERIFIED


def test_a_holiday_is_for_nobody_to_sign_either() -> None:
    """Over the New Year a machine stands for nine days, but for an hour against frost."""
    closed = [*BROKEN, day(0, 12, 96, NE), day(4, 0, 1, NE, reason=Reason.OTHER_MODE)]
    closed.append(day(4, 1, 24 * 6, NE))
    assert proof(TIMED, closed, 12 + 24 * 7).outcome is ProofState.PARKED
    assert proof(TIMED, [*closed, *clear_days(10, 12)], 24 * 13).outcome is ProofState.VERIFIED


def test_seven_days_without_an_exposure() -> None:
    runs = [*BROKEN, day(0, 12, 24 * 8, NE, reason=Reason.OTHER_MODE)]
    assert proof(TIMED, runs, 12 + 24 * 7 - 1).outcome is ProofState.WAITING
    assert proof(TIMED, runs, 12 + 24 * 7).outcome is ProofState.INCONCLUSIVE
    seasonal = card(hold=Hold(minutes=30), seasonal=True)
    assert proof(seasonal, runs, 12 + 24 * 7).outcome is ProofState.PARKED


@pytest.mark.parametrize("reason", [Reason.NO_DATA, Reason.MUTED, Reason.INSUFFICIENT])
def test_lost_points_are_never_inconclusive(reason: Reason) -> None:
    runs = [*BROKEN, day(0, 12, 24 * 9, NE, reason=reason)]
    assert proof(TIMED, runs, 12 + 21).outcome is ProofState.WAITING
    assert proof(TIMED, runs, 12 + 22).outcome is ProofState.POINTS_LOST
    assert proof(TIMED, runs, 12 + 24 * 8).outcome is ProofState.POINTS_LOST


def nights(first: int, verdicts: str) -> list[Run]:
    words = {"F": FAULT, "O": OK, "N": NE}
    return [day(first + i, 2, 5, words[v], mode="night") for i, v in enumerate(verdicts)]


def test_nights_are_counted() -> None:
    before = nights(0, "FFF")
    assert proof(NIGHTS, [*before, *nights(3, "OO")], 24 * 5, 24 * 2 + 12).exposures == 2
    verified = proof(NIGHTS, [*before, *nights(3, "ONOO")], 24 * 7, 24 * 2 + 12)
    assert verified.outcome is ProofState.VERIFIED
    assert verified.decided == T0 + (24 * 6 + 5) * HOUR_MS
    refused = proof(NIGHTS, [*before, *nights(3, "FOFF")], 24 * 7, 24 * 2 + 12)
    assert refused.outcome is ProofState.REFUSED
    again = proof(NIGHTS, [*before, *nights(3, "OOFO")], 24 * 7, 24 * 2 + 12)
    assert (again.outcome, again.exposures) == (ProofState.WAITING, 1)


def test_the_night_of_the_repair_proves_nothing() -> None:
    runs = nights(0, "FFFOO")
    assert proof(NIGHTS, runs, 24 * 5, 24 * 3 + 3).exposures == 1


def test_two_nights_without_data_are_lost_points() -> None:
    gone = [day(n, 2, 5, NE, reason=Reason.NO_DATA) for n in (3, 4)]
    runs = [*nights(0, "FFF"), *gone]
    assert proof(NIGHTS, runs[:4], 24 * 4, 24 * 2 + 12).outcome is ProofState.WAITING
    assert proof(NIGHTS, runs, 24 * 5, 24 * 2 + 12).outcome is ProofState.POINTS_LOST


def test_a_plant_must_serve_again_before_it_is_proven() -> None:
    """Behind a shut hand valve nothing leaks: clear days alone are no repair."""
    runs = [*BROKEN, day(0, 12, 18, OK), *clear_days(1, 4)]
    seen = proof(SERVED, runs, 4 * 24 + 18)
    assert seen.outcome is ProofState.WAITING
    assert str(seen.awaited) == "Clear so far; that it does its work again is awaited."
    serving = [*runs, day(4, 18, 18.25, NE, reason=Reason.SERVED)]
    assert proof(SERVED, serving, 4 * 24 + 18.25).outcome is ProofState.WAITING
    serving.append(day(5, 9, 10, NE, reason=Reason.SERVED))
    proved = proof(SERVED, serving, 5 * 24 + 12)
    assert proved.outcome is ProofState.VERIFIED
    assert proved.decided == at(5 * 24 + 9.25)


def test_a_plant_that_never_serves_again_is_parked_and_nobody_signs_it() -> None:
    runs = [*BROKEN, day(0, 12, 18, OK), *clear_days(1, 12)]
    seen = proof(SERVED, runs, 12 * 24 + 18)
    assert seen.outcome is ProofState.PARKED
    assert str(seen.awaited).startswith("Clear, but not seen in service")


def test_service_before_the_last_fault_counts_for_nothing() -> None:
    served = [day(0, 12, 13, NE, reason=Reason.SERVED), day(0, 13, 13.25, FAULT)]
    runs = [*BROKEN, *served, day(0, 13.25, 18, OK), *clear_days(1, 4)]
    assert proof(SERVED, runs, 4 * 24 + 18).outcome is ProofState.WAITING


def test_what_is_clear_in_doubt_proves_nothing_and_a_fault_still_refuses() -> None:
    runs = [*BROKEN, day(0, 12, 18, OK), *clear_days(1, 6)]
    blind = proof(TIMED, runs, 48 + 18, doubts_h=[(12, 2 * 24 + 18)])
    assert (blind.outcome, blind.exposures) == (ProofState.WAITING, 0)
    until = 9 * 24
    assert proof(TIMED, [*runs, day(7, 8, 9, NE)], until, doubts_h=[(12, until)]).awaited == Text(
        "Nothing is proven while an instrument that shows it is at fault."
    )
    after = proof(TIMED, runs, 6 * 24, doubts_h=[(12, 2 * 24)])
    assert (after.outcome, after.decided) == (ProofState.VERIFIED, at(3 * 24 + 12.5))
    again = [*BROKEN, day(0, 14, 15, FAULT)]
    assert proof(TIMED, again, 18, doubts_h=[(12, 18)]).outcome is ProofState.REFUSED


def test_a_night_in_doubt_for_an_hour_is_in_doubt() -> None:
    runs = nights(0, "FFFOOOO")
    seen = proof(NIGHTS, runs, 24 * 7, 24 * 2 + 12, doubts_h=[(24 * 4 + 4, 24 * 4 + 5)])
    assert seen.outcome is ProofState.VERIFIED
    assert seen.decided == at(24 * 6 + 5)


def test_a_proof_waits_for_what_comes_out_late() -> None:
    runs = [*BROKEN, day(0, 12, 18, OK), *clear_days(1, 2)]
    assert proof(TIMED, runs, 48 + 17.4, settle_h=5).outcome is ProofState.WAITING
    late = proof(TIMED, runs, 48 + 17.6, settle_h=5)
    assert (late.outcome, late.decided) == (ProofState.VERIFIED, at(48 + 17.5))


def test_hours_or_days_make_no_difference() -> None:
    whole = [*BROKEN, day(0, 12, 18, OK), *clear_days(1, 2)]
    hourly = [piece for r in whole for piece in _by_hour(r)]
    assert proof(TIMED, whole, 48 + 18) == proof(TIMED, hourly, 48 + 18)


def _by_hour(whole: Run) -> list[Run]:
    first, last = (whole.start - T0) // HOUR_MS, (whole.end - T0) // HOUR_MS
    return [
        run(h, h + 1, whole.verdict, mode=whole.mode, reason=whole.reason)
        for h in range(first, last)
    ]
