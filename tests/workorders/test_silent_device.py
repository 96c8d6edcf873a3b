"""An order of silent points says when it stands for a whole device."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from adapters.sites import load_site
from core.finding import Finding, FindingState
from core.site import Site
from tests.workorders.house import CARDS, make_finding
from workorders.silent_device import silent_points

DEVICE = "a.ahu1"


@pytest.fixture(scope="module")
def site() -> Site:
    """The sample campus."""
    return load_site(Path(__file__).parents[2] / "sites" / "wushan")


def all_silent(site: Site) -> list[Finding]:
    """A finding a point."""
    ids = [site.points[i].id for i in site.points_of(DEVICE).values()]
    return [make_finding("SEN-08", id_) for id_ in ids]


def test_all_points_silent_are_the_device(site: Site) -> None:
    found = all_silent(site)
    assert len(found) > 2
    assert silent_points(site, DEVICE, found, CARDS) == len(found)


def test_one_that_is_heard_makes_the_others_points(site: Site) -> None:
    found = all_silent(site)
    assert silent_points(site, DEVICE, found[1:], CARDS) == 0
    back = [replace(found[0], state=FindingState.CLEARED), *found[1:]]
    assert silent_points(site, DEVICE, back, CARDS) == 0


def test_another_fault_of_a_point_is_no_silence(site: Site) -> None:
    found = all_silent(site)
    stuck = make_finding("SEN-01", found[0].target)
    assert silent_points(site, DEVICE, [stuck, *found[1:]], CARDS) == 0


def test_what_is_read_too_rarely_to_be_judged_is_not_waited_for(site: Site) -> None:
    found = all_silent(site)
    first = site.index[found[0].target]
    rare = replace(site.points[first], period_s=6 * 3600)
    points = tuple(rare if i == first else p for i, p in enumerate(site.points))
    daily = replace(site, points=points)
    assert silent_points(daily, DEVICE, found[1:], CARDS) == len(found) - 1


def test_a_device_of_one_point_is_that_point(site: Site) -> None:
    found = all_silent(site)[:1]
    point = site.points[site.index[found[0].target]]
    small = replace(site, points=(point,))
    assert silent_points(small, DEVICE, found, CARDS) == 0
