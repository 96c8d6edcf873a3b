"""Where on a site each kind of fault can be, and that it does something there."""

from __future__ import annotations

import pytest

from simulators.campus import Campus
from simulators.physics.faults import Fault, FaultKind
from simulators.physics.kinds.catalogue import FAULT_KINDS, LATER
from simulators.places import places
from tests.simulators.further import SITE as FURTHER
from tests.simulators.parts import SEED, SITE, START, at

K = FaultKind


@pytest.mark.parametrize("kind", FaultKind)
def test_each_kind_has_a_place_on_a_sample_site_and_every_place_is_accepted(
    kind: FaultKind,
) -> None:
    site = FURTHER if kind in LATER else SITE
    found = places(site, kind)
    assert found
    assert kind not in LATER or not places(SITE, kind)
    assert found == sorted(set(found))
    about = FAULT_KINDS[kind]
    faults = [
        Fault(
            id=f"{n}", kind=kind, asset=asset, point=point, onset=at(1), severity=about.span[1],
        )
        for n, (asset, point) in enumerate(found)
    ]  # fmt: skip
    Campus(site, SEED, START, faults)


@pytest.mark.parametrize("kind", FaultKind)
def test_what_is_drawn_lies_between_mildest_and_worst(kind: FaultKind) -> None:
    about = FAULT_KINDS[kind]
    least, most = about.span
    assert 0.0 < least <= most
    assert about.severity(0.0) == pytest.approx(least)
    assert about.severity(1.0) == pytest.approx(most)
    assert about.severity(0.5) == pytest.approx((least * most) ** 0.5)
    assert set(about.onsets) <= set("SCI")
    assert about.onsets


def test_a_place_needs_what_the_fault_acts_on() -> None:
    assert places(SITE, K.LOCKOUT_LOST) == [("a.boiler", "")]
    assert ("c.m-corridor", "") in places(SITE, K.LIGHTS_LEFT_ON)
    assert ("c.m-main", "") not in places(SITE, K.LIGHTS_LEFT_ON)
    assert ("a.ahu1", "sat") in places(SITE, K.SENSOR_STUCK)
    assert ("a.ahu1", "sat_sp") not in places(SITE, K.SENSOR_STUCK)
    assert ("a.m-main", "power") not in places(SITE, K.SENSOR_STUCK)
    assert ("a.m-main", "power") in places(SITE, K.SENSOR_SILENT)
    assert places(SITE, K.GATEWAY_SILENT) == [(gateway, "") for gateway in sorted(SITE.gateways)]
