"""People, rosters, leave and licences, for programs. Times in UTC ms of the run clock."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from adapters.sites.people import Shift
from api import people
from api.asker import ActorDep, ServicesDep
from core.words import Licence, Role, Trade

router = APIRouter(tags=["people"])
LATEST = 253_402_300_799_000
Login = Annotated[str, Path(max_length=60, pattern=r"^[a-z0-9._-]+$")]
Time = Annotated[int, Field(ge=0, le=LATEST)]
Kind = Annotated[Literal["shifts", "leaves", "licences"], Path()]


class ShiftOut(BaseModel):
    """A line of the roster; minutes from the site's midnight, Monday is 1."""

    id: int
    trade: str
    building: str
    start: int
    end: int
    weekdays: list[int]
    order: int


class LeaveOut(BaseModel):
    """Time away, and who is called instead."""

    id: int
    start: int
    end: int
    substitute: str
    note: str


class LicenceOut(BaseModel):
    """A licence and its dates."""

    id: int
    licence: str
    number: str
    start: int
    end: int


class PersonOut(BaseModel):
    """Somebody with a log-in; an empty list of buildings is the whole campus."""

    login: str
    name: str
    role: str
    trades: list[str]
    buildings: list[str]
    language: str
    mail: str
    phone: str
    firm: bool
    away: bool
    shifts: list[ShiftOut]
    leaves: list[LeaveOut]
    licences: list[LicenceOut]


class PersonIn(BaseModel):
    """What is known of somebody."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(min_length=1, max_length=120)]
    role: Role
    trades: Annotated[list[Trade], Field(max_length=6)] = []
    buildings: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=200)] = []
    language: Literal["en", "zh_Hans"] = "en"
    mail: Annotated[str, Field(max_length=200)] = ""
    phone: Annotated[str, Field(max_length=40)] = ""
    firm: bool = False


class ShiftIn(BaseModel):
    """Hours on call, local; ``end`` not after ``start`` is on the next day."""

    model_config = ConfigDict(extra="forbid")
    trade: Trade
    building: Annotated[str, Field(max_length=64)] = ""
    start: Annotated[int, Field(ge=0, le=1439)]
    end: Annotated[int, Field(ge=0, le=1440)]
    weekdays: Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1, max_length=7)]
    order: Annotated[int, Field(ge=1, le=9999)] = 1


class LeaveIn(BaseModel):
    """Time away."""

    model_config = ConfigDict(extra="forbid")
    start: Time
    end: Time
    substitute: Annotated[str, Field(max_length=64)] = ""
    note: Annotated[str, Field(max_length=1000)] = ""


class LicenceIn(BaseModel):
    """A licence."""

    model_config = ConfigDict(extra="forbid")
    licence: Licence
    number: Annotated[str, Field(max_length=80)] = ""
    start: Time
    end: Time


class Made(BaseModel):
    """The number by which the new line is taken away again."""

    id: int


@router.get("/people", operation_id="listPeople")
def everybody(given: ServicesDep, actor: ActorDep) -> list[PersonOut]:
    """Everybody who works in scope, with rosters, leave and licences."""
    return [_out(whole) for whole in people.everybody(given, actor)]


@router.get("/people/{login}", operation_id="getPerson")
def person(given: ServicesDep, actor: ActorDep, login: Login) -> PersonOut:
    """Somebody."""
    return _out(people.one(given, actor, login))


@router.put("/people/{login}", operation_id="keepPerson")
def keep(given: ServicesDep, actor: ActorDep, login: Login, body: PersonIn) -> PersonOut:
    """Take somebody in, or change what is known of them; other rights end their log-ins."""
    said = people.Said(
        name=body.name, role=body.role, trades=tuple(dict.fromkeys(body.trades)),
        buildings=tuple(body.buildings), language=body.language, mail=body.mail,
        phone=body.phone, firm=body.firm,
    )  # fmt: skip
    people.keep(given, actor, login, said)
    return _out(people.one(given, actor, login))


@router.delete("/people/{login}", operation_id="dismissPerson", status_code=204)
def dismiss(given: ServicesDep, actor: ActorDep, login: Login) -> None:
    """Somebody has left: out at once, their open orders go to the next one."""
    people.dismiss(given, actor, login)


@router.post("/people/{login}/shifts", operation_id="addShift", status_code=201)
def add_shift(given: ServicesDep, actor: ActorDep, login: Login, body: ShiftIn) -> Made:
    """A line more in the roster."""
    shift = Shift(
        login=login, trade=body.trade, building=body.building, start=body.start, end=body.end,
        weekdays=frozenset(body.weekdays), order=body.order,
    )  # fmt: skip
    return Made(id=people.add_shift(given, actor, shift))


@router.post("/people/{login}/leaves", operation_id="addLeave", status_code=201)
def add_leave(given: ServicesDep, actor: ActorDep, login: Login, body: LeaveIn) -> Made:
    """Somebody is away; their orders go to the substitute, or to the next on call."""
    return Made(id=people.add_leave(given, actor, login, body.start, body.end,
                                    substitute=body.substitute, note=body.note))  # fmt: skip


@router.post("/people/{login}/licences", operation_id="addLicence", status_code=201)
def add_licence(given: ServicesDep, actor: ActorDep, login: Login, body: LicenceIn) -> Made:
    """Somebody holds a licence."""
    id_ = people.add_licence(
        given, actor, login, body.licence, body.number, body.start, body.end
    )  # fmt: skip
    return Made(id=id_)


@router.delete("/people/{login}/{kind}/{id}", operation_id="dropOfPerson", status_code=204)
def drop(
    given: ServicesDep, actor: ActorDep, login: Login, kind: Kind,
    id_: Annotated[int, Path(alias="id", ge=1, le=2**53)],
) -> None:  # fmt: skip
    """Take a line of the roster, a leave or a licence away."""
    people.drop(given, actor, login, kind.removesuffix("s"), id_)


def _out(whole: people.Whole) -> PersonOut:
    who = whole.person
    return PersonOut(
        login=who.login, name=who.name, role=who.role.value,
        trades=sorted(t.value for t in who.trades), buildings=sorted(who.buildings or ()),
        language=who.language, mail=who.mail, phone=who.phone, firm=who.firm, away=whole.away,
        shifts=[
            ShiftOut(id=k.id, trade=k.shift.trade.value, building=k.shift.building,
                     start=k.shift.start, end=k.shift.end, weekdays=sorted(k.shift.weekdays),
                     order=k.shift.order)
            for k in whole.shifts
        ],
        leaves=[LeaveOut(id=x.id, start=x.start, end=x.end, substitute=x.substitute, note=x.note)
                for x in whole.leaves],
        licences=[LicenceOut(id=x.id, licence=x.kind.value, number=x.number, start=x.start,
                             end=x.end) for x in whole.licences],
    )  # fmt: skip
