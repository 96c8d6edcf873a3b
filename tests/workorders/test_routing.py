"""Who gets an order, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.words import Licence, Role, Trade
from tests.workorders.house import House, at, make_finding, opened
from workorders.routing import Route, RouteReason, route

NOW = 5


@dataclass(frozen=True, kw_only=True)
class Somebody:
    """A person by log-in alone."""

    login: str
    name: str = ""
    role: Role = Role.TECHNICIAN
    trades: frozenset[Trade] = frozenset({Trade.HVAC})
    buildings: frozenset[str] | None = None
    language: str = "en"
    mail: str = ""
    phone: str = ""
    firm: bool = False


@dataclass(frozen=True, kw_only=True)
class Rota:
    """Duty with nothing behind it."""

    crew: Sequence[str] = ()
    heads: Sequence[str] = ()
    gone: Sequence[str] = ()
    licensed: Sequence[str] = ()
    known: frozenset[str] = field(default=frozenset({"x", "y", "z", "owner", "head"}))

    def on_call(self, trade: Trade, building: str, at: int) -> Sequence[str]:
        return self.crew if (trade, building, at) == (Trade.HVAC, "a", NOW) else ()

    def person(self, login: str) -> Somebody | None:
        return Somebody(login=login) if login in self.known else None

    def supervisors(self, building: str) -> Sequence[str]:
        return self.heads if building == "a" else ()

    def away(self, login: str, at: int) -> bool:
        return at == NOW and login in self.gone

    def licences(self, login: str, at: int) -> frozenset[Licence]:
        return frozenset({Licence.GAS}) if at == NOW and login in self.licensed else frozenset()


def _route(
    rota: Rota, load: dict[str, int] | None = None, without: str = "",
    licences: frozenset[Licence] = frozenset(),
) -> Route:  # fmt: skip
    return route(
        skill=Trade.HVAC, building="a", owner="owner", at=NOW, duty=rota, load=load or {},
        without=frozenset(without.split()), licences=licences,
    )  # fmt: skip


def test_who_holds_the_licence_goes_first_if_more_loaded() -> None:
    rota = Rota(crew=["x", "y"], licensed=["y"])
    wanted = frozenset({Licence.GAS})
    assert _route(rota, {"y": 500}, licences=wanted).login == "y"
    nobody = Rota(crew=["x", "y"])
    assert _route(nobody, {"y": 500}, licences=wanted).login == "x", "rather somebody than nobody"


def test_a_licensed_head_goes_before_an_unlicensed_owner() -> None:
    wanted = frozenset({Licence.GAS})
    found = _route(Rota(heads=["head"], licensed=["head"]), licences=wanted)
    assert (found.login, found.reason) == ("head", RouteReason.SUPERVISOR)
    assert _route(Rota(heads=["head"]), licences=wanted).login == "owner"


def test_neither_owner_nor_head_is_sent_from_leave() -> None:
    assert _route(Rota(heads=["head"], gone=["owner"])).login == "head"
    assert _route(Rota(heads=["head"], gone=["owner", "head"])).reason is RouteReason.NOBODY


def test_the_least_loaded_then_the_first_of_the_roster() -> None:
    rota = Rota(crew=["x", "y", "z"])
    assert _route(rota).login == "x"
    found = _route(rota, {"x": 120, "y": 30, "z": 30})
    assert (found.login, found.reason) == ("y", RouteReason.LEAST_LOADED)
    assert found.loads == {"x": 120, "y": 30, "z": 30}


def test_who_had_it_in_vain_is_left_out() -> None:
    found = _route(Rota(crew=["x", "y"]), without="x")
    assert (found.login, found.reason) == ("y", RouteReason.ONLY_ONE_ON_CALL)


def test_then_the_owner_then_a_supervisor_then_nobody() -> None:
    rota = Rota(heads=["head"])
    assert (_route(rota).login, _route(rota).reason) == ("owner", RouteReason.OWNER)
    gone = Rota(heads=["head"], known=frozenset({"head"}))
    assert (_route(gone).login, _route(gone).reason) == ("head", RouteReason.SUPERVISOR)
    nobody = _route(Rota(known=frozenset()))
    assert (nobody.login, nobody.reason) == (None, RouteReason.NOBODY)


def test_the_roster_is_read_at_the_sites_own_time(house: House) -> None:
    duty = house.orders.desk.office.duty
    day, night = at("2026-03-11 10:00"), at("2026-03-11 23:00")
    assert list(duty.on_call(Trade.ELECTRICIAN, "c", day)) == ["ma.chao", "zhao.lei"]
    assert list(duty.on_call(Trade.ELECTRICIAN, "c", night)) == ["zhao.lei"]


def test_who_is_on_leave_is_not_called(house: House) -> None:
    house.records.people.set_leave("ma.chao", at("2026-03-11 00:00"), at("2026-03-12 00:00"))
    duty = house.orders.desk.office.duty
    during, after = at("2026-03-11 10:00"), at("2026-03-12 10:00")
    assert list(duty.on_call(Trade.ELECTRICIAN, "c", during)) == ["zhao.lei"]
    assert list(duty.on_call(Trade.ELECTRICIAN, "c", after)) == ["ma.chao", "zhao.lei"]


def test_work_is_shared_by_load(house: House) -> None:
    house.publish(
        opened(make_finding("PWR-03", "c.m-main", severity=1)),
        opened(make_finding("PWR-03", "c.m-plant", severity=1)),
        opened(make_finding("PWR-03", "c.m-lifts", severity=1)),
    )
    people = [row.person for row in sorted(house.queue(), key=lambda row: row.id)]
    assert people == ["ma.chao", "zhao.lei", "ma.chao"]
