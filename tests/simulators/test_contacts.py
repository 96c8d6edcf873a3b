"""Contacts that are sent when they change, and else by their period alone."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from core.clock import MINUTE_MS
from core.site import Site
from simulators.campus import Campus
from simulators.worlds import one_building
from tests.simulators.judged import found
from tests.simulators.parts import SEED, SITE, START, Readings, at, same

A = one_building(SITE, "a")
CONTACTS = ("fan_status", "boiler_status", "boiler_cmd", "pump_status")
HOUR_S = 3600


def slow(site: Site, *, on_change: bool, period_s: int = HOUR_S) -> Site:
    """The site with contacts of such a period, sent on change or not."""
    return replace(site, points=tuple(
        replace(p, period_s=period_s, on_change=on_change) if p.role.id in CONTACTS else p
        for p in site.points
    ))  # fmt: skip


@cache
def said(*, on_change: bool | None = None) -> Readings:
    """Two days, with slow contacts where it is told how they are sent."""
    of = A if on_change is None else slow(A, on_change=on_change)
    return Readings(Campus(of, SEED, START).read("gw-a", at(3)), of)


@pytest.mark.parametrize("contact", ["a.ahu1.fan_status", "a.boiler.boiler_status"])
def test_every_change_comes_in_its_minute_and_else_one_an_hour(contact: str) -> None:
    when, value = said().of(contact)
    changes = when[1:][np.diff(value) != 0.0]
    assert len(changes) >= 4
    sent, values = said(on_change=True).of(contact)
    hours = when[when % (HOUR_S * 1000) == 0]
    assert set(sent.tolist()) == set(changes.tolist()) | set(hours.tolist())
    assert np.array_equal(values, value[np.isin(when, sent)])
    by_period, _ = said(on_change=False).of(contact)
    assert np.array_equal(by_period, hours)


def test_nothing_else_says_anything_else() -> None:
    for point in ("a.ahu1.sat", "a.m-main.energy", "a.z-south.zone_co2"):
        assert np.array_equal(said(on_change=True).of(point)[1], said().of(point)[1]), point


def test_a_change_at_a_seam_is_sent_once_however_time_is_cut() -> None:
    site = slow(A, on_change=True)
    whole, cut = (Campus(site, SEED, START) for _ in range(2))
    # The fan starts at seven: cut a minute before, there, and after.
    for minutes in (-1, 0, 1):
        cut.advance(at(1, 7.0) + minutes * MINUTE_MS)
    assert same(cut.read("gw-a", at(2)), whole.read("gw-a", at(2)))


@pytest.mark.slow
def test_no_rule_minds_contacts_that_come_when_they_change() -> None:
    site = slow(A, on_change=True, period_s=300)
    assert found(site, SEED, (START, 5), nights=3, behind=2) == []
