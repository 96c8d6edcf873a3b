"""Quotes: what another person approves before a contractor begins, and what counts together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from adapters.records.base import ALL
from adapters.records.orders import Order
from core.clock import HOUR_MS
from core.errors import Refused
from core.words import OrderState, Trade
from tests.workorders.crew.test_checks import ACME
from tests.workorders.house import START, House, make_finding, opened
from workorders.crew.quoting import MOST_BYTES, Paper, Quoting
from workorders.priority import Rates
from workorders.states import Command

LIMIT = Rates().quote_limit
PDF = Paper(name='../q"u.pdf', data=b"%PDF-1.7 quote")


def refused(what: Callable[[], object]) -> str:
    with pytest.raises(Refused) as error:
        what()
    return error.value.code


def contracted(house: House, rule: str = "AC-04") -> str:
    """An order that a contractor has accepted."""
    if "acme" not in house.actors:
        house.records.staff.keep(ACME, firm=True, by="admin", at=START)
        house.know()
    house.publish(opened(make_finding(rule, onset=house.now - 2 * HOUR_MS)))
    id_ = next(row.id for row in house.queue() if row.rule == rule)
    house.act("guo.hua", id_, Command.REASSIGN, assignee="acme")
    house.act("acme", id_, Command.ACCEPT)
    return id_


BEST = replace(ACME, login="best", name="Best Lifts")


def to_another(house: House, id_: str) -> None:
    """The order goes from the first firm to a second one."""
    house.records.staff.keep(BEST, firm=True, by="admin", at=START)
    house.know()
    house.act("guo.hua", id_, Command.REASSIGN, assignee="best")
    house.act("best", id_, Command.ACCEPT)


def quoting(house: House) -> Quoting:
    return house.orders.quotes


def test_up_to_the_limit_nobody_is_asked(house: House) -> None:
    id_ = contracted(house)
    quoting(house).enter(house.actors["acme"], id_, amount=LIMIT, words="two bearings")
    seen = quoting(house).of(house.actors["guo.hua"], id_)
    assert (seen.total, seen.waits, seen.may_say) == (LIMIT, False, False)
    assert house.act("acme", id_, Command.ARRIVE).state is OrderState.IN_PROGRESS


def test_above_it_somebody_else_approves_before_the_work(house: House) -> None:
    id_ = contracted(house)
    quote = quoting(house).enter(house.actors["acme"], id_, amount=LIMIT + 1, paper=PDF)
    with pytest.raises(Refused, match="approval:quote"):
        house.act("acme", id_, Command.ARRIVE)
    say = quoting(house).say
    for login in ("acme", "chen.jing", "wang.fang"):
        actor = house.actors[login]
        assert refused(partial(say, actor, quote, approved=True, reason="ok")) == "forbidden"
    su = house.actors["guo.hua"]
    assert refused(lambda: say(su, quote, approved=True, reason="")) == "invalid"
    say(su, quote, approved=True, reason="three were asked")
    assert refused(lambda: say(su, quote, approved=False, reason="or not")) == "conflict"
    (row,) = quoting(house).of(su, id_).rows
    assert (row.approved, row.said_by, row.reason) == (True, "Guo Hua", "three were asked")
    assert house.act("acme", id_, Command.ARRIVE).state is OrderState.IN_PROGRESS


def test_refused_waits_for_another_one(house: House) -> None:
    id_ = contracted(house)
    first = quoting(house).enter(house.actors["acme"], id_, amount=LIMIT * 3)
    su = house.actors["guo.hua"]
    quoting(house).say(su, first, approved=False, reason="too much")
    with pytest.raises(Refused, match="approval:quote"):
        house.act("acme", id_, Command.ARRIVE)
    quoting(house).enter(house.actors["acme"], id_, amount=LIMIT / 2)
    assert not quoting(house).of(su, id_).waits
    house.act("acme", id_, Command.ARRIVE)


def test_what_one_firm_was_granted_frees_no_other(house: House) -> None:
    id_, su = contracted(house), house.actors["guo.hua"]
    first = quoting(house).enter(house.actors["acme"], id_, amount=LIMIT * 3)
    quoting(house).say(su, first, approved=True, reason="three were asked")
    to_another(house, id_)
    seen = quoting(house).of(su, id_)
    assert (seen.total, [q.counts for q in seen.rows]) == (0, [False])
    assert quoting(house).of(house.actors["best"], id_).rows == ()
    second = quoting(house).enter(house.actors["best"], id_, amount=LIMIT * 2)
    with pytest.raises(Refused, match="approval:quote"):
        house.act("best", id_, Command.ARRIVE)
    quoting(house).say(su, second, approved=True, reason="the cheaper one")
    assert house.act("best", id_, Command.ARRIVE).state is OrderState.IN_PROGRESS


def test_what_one_firm_was_refused_holds_no_other(house: House) -> None:
    id_, su = contracted(house), house.actors["guo.hua"]
    first = quoting(house).enter(house.actors["acme"], id_, amount=LIMIT * 3)
    quoting(house).say(su, first, approved=False, reason="too much")
    to_another(house, id_)
    assert not quoting(house).of(su, id_).waits
    assert house.act("best", id_, Command.ARRIVE).state is OrderState.IN_PROGRESS


def test_split_orders_count_together(house: House) -> None:
    first = contracted(house)
    quoting(house).enter(house.actors["acme"], first, amount=0.6 * LIMIT)
    house.step(24)
    second = _other(house)
    quote = quoting(house).enter(house.actors["acme"], second, amount=0.6 * LIMIT)
    seen = quoting(house).of(house.actors["guo.hua"], second)
    assert (seen.total, seen.others, seen.waits) == (1.2 * LIMIT, (first,), True)
    with pytest.raises(Refused, match="approval:quote"):
        house.act("acme", second, Command.ARRIVE)
    # The first one waits now too: it is the same job.
    assert quoting(house).of(house.actors["guo.hua"], first).waits
    quoting(house).say(house.actors["guo.hua"], quote, approved=True, reason="as one job")
    house.act("acme", second, Command.ARRIVE)
    # More on the other one is more than was approved.
    quoting(house).enter(house.actors["acme"], first, amount=0.9 * LIMIT)
    assert quoting(house).of(house.actors["guo.hua"], second).waits


def _other(house: House) -> str:
    """Another fault of the same machine, with the same contractor."""
    house.publish(opened(make_finding("SEN-01", "a.ahu1.sat", onset=house.now - 2 * HOUR_MS)))
    id_ = next(row.id for row in house.queue() if row.rule == "SEN-01")
    with house.records.session(ALL) as session:
        session.get_one(Order, id_).skill = Trade.HVAC
    house.act("guo.hua", id_, Command.REASSIGN, assignee="acme")
    house.act("acme", id_, Command.ACCEPT)
    return id_


def test_after_a_week_it_is_another_job(house: House) -> None:
    first = contracted(house)
    quoting(house).enter(house.actors["acme"], first, amount=0.6 * LIMIT)
    house.step(8 * 24)
    second = _other(house)
    quoting(house).enter(house.actors["acme"], second, amount=0.6 * LIMIT)
    assert quoting(house).of(house.actors["guo.hua"], second).others == ()


def test_who_may_enter_one_and_what(house: House) -> None:
    id_ = contracted(house)
    enter = quoting(house).enter
    wang, guo = house.actors["wang.fang"], house.actors["guo.hua"]
    assert refused(lambda: enter(wang, id_, amount=1.0)) == "forbidden"
    for amount in (0.0, -1.0, float("nan"), float("inf")):
        assert refused(partial(enter, guo, id_, amount=amount)) == "invalid"
    for data in (b"MZ\x90", b"%PDF-" + bytes(MOST_BYTES)):
        paper = Paper(name="x.pdf", data=data)
        assert refused(partial(enter, guo, id_, amount=1.0, paper=paper)) == "invalid"
    quote = enter(guo, id_, amount=LIMIT * 2, paper=PDF)
    say = quoting(house).say
    assert refused(lambda: say(guo, quote, approved=True, reason="x")) == "forbidden", "their own"
    name, media, data = quoting(house).file(house.actors["xu.mei"], id_, quote)
    assert (name, media, data) == ("qu.pdf", "application/pdf", PDF.data)
    assert refused(lambda: quoting(house).file(house.actors["wu.gang"], id_, quote)) == "absent"
    house.act("guo.hua", id_, Command.REASSIGN, assignee="wang.fang")
    assert refused(lambda: enter(guo, id_, amount=1.0)) == "invalid", "no contractor has it"
