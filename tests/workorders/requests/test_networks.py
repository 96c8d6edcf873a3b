"""A rating from where those work who had the order is left out; from elsewhere it counts."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import select, update

from adapters.records.base import ALL
from adapters.records.networks import WorkNetworkRow
from adapters.records.requests import ServiceRequest
from tests.workorders.house import House
from tests.workorders.requests.test_requests import report
from workorders.requests import networks

PHONE, DESK, ELSEWHERE = "10.20.0.7", "10.20.0.1", "203.0.113.9"


def rated(house: House, network: str, *, reported: str = ELSEWHERE) -> str:
    """Why a rating from an address is left out."""
    taken = report(house, network=reported)
    house.repair(taken.order)
    house.orders.requests.answer(taken.secret, mended=True)
    house.orders.requests.rate(taken.secret, 5, "", staff=False, network=network)
    with house.records.session(ALL, reading=True) as session:
        query = select(ServiceRequest.left_out).order_by(ServiceRequest.id.desc())
        return str(session.scalars(query).first())


def hands(house: House) -> str:
    """Who gets what is reported here."""
    taken = report(house)
    person = house.get(taken.order).row.person
    assert person is not None
    house.repair(taken.order)
    house.orders.requests.answer(taken.secret, mended=True)
    return person


def marks(house: House) -> Sequence[str]:
    with house.records.session(ALL, reading=True) as session:
        return session.scalars(select(WorkNetworkRow.mark)).all()


@pytest.mark.parametrize(
    ("network", "reported", "why"),
    [(PHONE, ELSEWHERE, "crew"), (ELSEWHERE, PHONE, "crew"), (DESK, ELSEWHERE, ""),
     (ELSEWHERE, ELSEWHERE, ""), ("", "", "")],
)  # fmt: skip
def test_only_the_network_of_who_had_the_order_is_left_out(
    house: House, network: str, reported: str, why: str
) -> None:
    house.orders.requests.works_from(hands(house), PHONE)
    house.orders.requests.works_from("guo.hua", DESK)
    assert rated(house, network, reported=reported) == why


def test_an_address_is_kept_as_a_mark_and_forgotten(house: House) -> None:
    person = hands(house)
    house.orders.requests.works_from(person, PHONE)
    house.orders.requests.works_from(person, "")
    (mark,) = marks(house)
    assert PHONE not in mark
    with house.records.session(ALL) as session:
        session.execute(
            update(WorkNetworkRow).values(seen=WorkNetworkRow.seen - networks.KEPT_MS - 1000)
        )
    assert rated(house, PHONE) == ""
    house.orders.requests.works_from(person, DESK)
    (kept,) = marks(house)
    assert kept != mark
