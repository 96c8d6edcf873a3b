"""People: who works here, who is on call, and the editor of one person."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from adapters.locales import Translator
from adapters.sites.people import LANGUAGES, Shift
from api import moments, people
from api.asker import ActorDep, FormDep, ServicesDep
from api.pages.frame import Framed
from api.problems import STATUS_OF
from api.refusals import said
from api.services import Services
from api.view import language_of, page
from core.actor import Actor
from core.clock import DAY_MS, HOUR_MS
from core.errors import Refused
from core.words import Licence, Role, Trade
from workorders.tally import open_of

router = APIRouter(include_in_schema=False)
SEE_OTHER = 303
SOON_MS = 60 * DAY_MS
"""A licence that ends within this is shown in colour: an examination takes weeks to get."""
Login = Annotated[str, Path(max_length=60)]
Form = dict[str, str]
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


@router.get("/people")
def everybody(request: Request, given: ServicesDep, actor: ActorDep, _: Framed) -> Response:
    """Everybody in scope."""
    return page(request, "people.html", content=_list(request, given, actor, {}, ""))


@router.post("/people")
def take_in(
    request: Request, given: ServicesDep, actor: ActorDep, form: FormDep, _: Framed
) -> Response:
    """Somebody new; what was refused comes back as it was typed."""
    login = form.get("login", "").strip().lower()
    try:
        people.take_in(given, actor, login, _said(form))
    except Refused as error:
        if error.code in {"unauthenticated", "forbidden"}:
            raise
        content = _list(request, given, actor, form, said(error, language_of(request)))
        return page(request, "people.html", STATUS_OF.get(error.code, 422), content=content)
    return RedirectResponse(f"/people/{login}", SEE_OTHER)


@router.get("/people/{login}")
def person(
    request: Request, given: ServicesDep, actor: ActorDep, login: Login, _: Framed
) -> Response:
    """One person and what changes of them."""
    whole = people.one(given, actor, login)
    return page(request, "person.html", content=_whole(request, given, actor, whole, {}, ""))


@router.post("/people/{login}")
def change(
    request: Request, given: ServicesDep, actor: ActorDep, login: Login, form: FormDep, _: Framed
) -> Response:
    """A change; what was refused comes back as it was typed."""
    whole = people.one(given, actor, login)
    try:
        _change(given, actor, login, form)
    except Refused as error:
        if error.code in {"absent", "unauthenticated", "forbidden"}:
            raise
        problem = said(error, language_of(request))
        content = _whole(request, given, actor, whole, form, problem)
        return page(request, "person.html", STATUS_OF.get(error.code, 422), content=content)
    gone = form.get("do") == "dismiss"
    return RedirectResponse("/people" if gone else f"/people/{login}", SEE_OTHER)


def _change(given: Services, actor: Actor, login: str, form: Form) -> None:
    do = form.get("do", "")
    if do == "keep":
        people.keep(given, actor, login, _said(form))
    elif do == "dismiss":
        people.dismiss(given, actor, login)
    elif do == "shift":
        people.add_shift(given, actor, _shift(login, form))
    elif do == "leave":
        start, end = (moments.moment_in(given, form.get(name, "")) for name in ("start", "end"))
        instead, note = form.get("substitute", ""), form.get("note", "")
        people.add_leave(given, actor, login, start, end, substitute=instead, note=note)
    elif do == "licence":
        kind = form.get("licence", "")
        if kind not in set(Licence):
            raise Refused("A field of the form cannot be read.")
        start = moments.moment_in(given, form.get("start", "")) - 1
        people.add_licence(given, actor, login, Licence(kind), form.get("number", ""), start,
                           moments.day_end(given, form.get("end", "")))  # fmt: skip
    elif do in {"drop-shift", "drop-leave", "drop-licence"} and form.get("id", "").isdecimal():
        people.drop(given, actor, login, do.removeprefix("drop-"), int(form["id"][:15]))
    else:
        raise Refused("There is no such action.")


def _said(form: Form) -> people.Said:
    role, trades = form.get("role", ""), form.get("trades", "").upper().split()
    if role not in set(Role) or not set(trades) <= set(Trade):
        raise Refused("A field of the form cannot be read.")
    return people.Said(
        name=form.get("name", ""), role=Role(role), trades=tuple(Trade(t) for t in trades),
        buildings=tuple(form.get("buildings", "").split()), language=form.get("language", "en"),
        mail=form.get("mail", "").strip()[:200], phone=form.get("phone", "").strip()[:40],
        firm=form.get("firm") == "yes",
    )  # fmt: skip


def _shift(login: str, form: Form) -> Shift:
    hours = [_CLOCK.fullmatch(form.get(name, "")) for name in ("start", "end")]
    trade, order = form.get("trade", ""), form.get("order", "1")
    days = {day for day in range(1, 8) if form.get(f"day{day}") == "yes"}
    numbers = order.isascii() and order.isdecimal() and 0 < int(order[:6]) < 10_000  # noqa: PLR2004
    if not all(hours) or trade not in set(Trade) or not numbers:
        raise Refused("A field of the form cannot be read.")
    start, end = (int(h[1]) * 60 + int(h[2]) for h in hours if h is not None)
    return Shift(
        login=login, trade=Trade(trade), building=form.get("building", ""), start=start, end=end,
        weekdays=frozenset(days), order=int(order),
    )  # fmt: skip


def _list(
    request: Request, given: Services, actor: Actor, form: Form, problem: str
) -> dict[str, object]:
    tr, now = language_of(request), given.clock.now()
    duty = given.orders.desk.office.duty
    wholes = people.everybody(given, actor)
    called = {
        login for building in given.site.buildings for trade in Trade
        for login in duty.on_call(trade, building, now)
    }  # fmt: skip
    rows = [_row(whole, tr, now, on_call=whole.person.login in called) for whole in wholes]
    return {
        "rows": rows,
        "may_add": actor.role is Role.ADMIN,
        "problem": problem,
        "form": {"login": "", **_blank()} | form,
        "roles": [(role.value, tr(people.ROLE_WORDS[role])) for role in Role],
        "languages": LANGUAGES,
    }


def _blank() -> Form:
    return {"name": "", "role": "technician", "trades": "", "buildings": "", "language": "en",
            "mail": "", "phone": "", "firm": ""}  # fmt: skip


def _row(whole: people.Whole, tr: Translator, now: int, *, on_call: bool) -> dict[str, object]:
    ends = [x for x in whole.licences if now < x.end <= now + SOON_MS]
    ended = [x for x in whole.licences if x.end <= now]
    return {
        "p": whole.person,
        "trades": ", ".join(tr(people.TRADE_WORDS[t]) for t in sorted(whole.person.trades)),
        "role": tr(people.ROLE_WORDS[whole.person.role]),
        "away": whole.away,
        "on_call": on_call,
        "ends": [(tr(people.LICENCE_WORDS[x.kind]), x.end) for x in (*ended, *ends)],
    }


def _whole(
    request: Request, given: Services, actor: Actor, whole: people.Whole, form: Form, problem: str
) -> dict[str, object]:
    tr, now, who = language_of(request), given.clock.now(), whole.person
    others = [
        p for p in given.records.people.all()
        if p.login != who.login and not p.firm
        and (p.trades & who.trades or p.role is Role.SUPERVISOR)
    ]  # fmt: skip
    names = {p.login: p.name for p in given.records.people.all()}
    known = _blank() | {
        "name": who.name, "role": who.role.value, "trades": " ".join(sorted(who.trades)),
        "buildings": " ".join(sorted(who.buildings or ())), "language": who.language,
        "mail": who.mail, "phone": who.phone, "firm": "yes" if who.firm else "",
    }  # fmt: skip
    return {
        "who": who,
        "role": tr(people.ROLE_WORDS[who.role]),
        "away": whole.away,
        "orders": open_of(given.records, actor, who.login),
        "problem": problem,
        "may_change": whole.may_change,
        "may_leave": whole.may_change or who.login == actor.login,
        "is_admin": actor.role is Role.ADMIN and whole.may_change,
        "myself": who.login == actor.login,
        "form": known | form,
        "do": form.get("do", ""),
        "roles": [(role.value, tr(people.ROLE_WORDS[role])) for role in Role],
        "languages": LANGUAGES,
        "trades": [(t.value, tr(people.TRADE_WORDS[t])) for t in
                   (sorted(who.trades) or list(Trade))],
        "buildings": [(b.id, tr.name(b.names)) for b in given.site.buildings.values()
                      if who.buildings is None or b.id in who.buildings],
        "anywhere": who.buildings is None,
        "licences": [(k.value, tr(w)) for k, w in people.LICENCE_WORDS.items()],
        "days": _days(tr),
        "shifts": [
            {"id": k.id, "trade": tr(people.TRADE_WORDS[k.shift.trade]),
             "building": k.shift.building, "hours": _hours(k.shift),
             "days": _weekdays(k.shift, tr), "order": k.shift.order}
            for k in whole.shifts
        ],
        "leaves": [
            {"id": x.id, "start": x.start, "end": x.end, "note": x.note,
             "substitute": names.get(x.substitute, x.substitute)}
            for x in whole.leaves
        ],
        "held": [
            {"id": x.id, "words": tr(people.LICENCE_WORDS[x.kind]), "number": x.number,
             "end": x.end - 1, "ended": x.end <= now, "soon": x.end <= now + SOON_MS}
            for x in whole.licences
        ],
        "others": [(p.login, p.name) for p in others],
        "start": moments.stamp(given, now),
        "end": moments.stamp(given, now + DAY_MS + HOUR_MS - now % HOUR_MS),
        "today": moments.day(given, now),
    }  # fmt: skip


def _days(tr: Translator) -> list[tuple[int, str]]:
    names = (tr("Mon"), tr("Tue"), tr("Wed"), tr("Thu"), tr("Fri"), tr("Sat"), tr("Sun"))
    return list(enumerate(names, start=1))


def _weekdays(shift: Shift, tr: Translator) -> str:
    every = len(_days(tr))
    if len(shift.weekdays) == every:
        return tr("every day")
    return " ".join(name for day, name in _days(tr) if day in shift.weekdays)


def _hours(shift: Shift) -> str:
    clock = "{:02d}:{:02d}".format
    return f"{clock(*divmod(shift.start, 60))}–{clock(*divmod(shift.end, 60))}"
