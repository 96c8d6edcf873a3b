"""Orders: the list, one order, and what is done to it."""

from __future__ import annotations

import secrets
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from adapters.locales import Translator
from api import crew, formats, planned, whereabouts, work
from api.actions import LABELS, act_of, actions, ahead
from api.asker import ActorDep, FormDep, ServicesDep
from api.orders import (
    PROMISES,
    STATE_WORDS,
    explained,
    place_of,
    summary,
    waste_words,
    watch_words,
)
from api.pages.frame import Framed
from api.problems import STATUS_OF
from api.refusals import said
from api.services import Services
from api.teaching import KIND_WORDS, change_words, name_of
from api.view import language_of, page
from core.actor import Actor
from core.clock import DAY_MS, HOUR_MS
from core.errors import Refused
from core.finding import Finding
from core.words import OrderState, Origin
from workorders.crew import presence
from workorders.dropped import known
from workorders.happenings import Happening
from workorders.queue import MOST_MARK, Ask, View
from workorders.requests.kinds import KINDS
from workorders.requests.places import Place
from workorders.states import Command
from workorders.teaching.lessons import Standing
from workorders.views import OrderDetail, OrderRow, Step

router = APIRouter(include_in_schema=False)
Building = Annotated[str, Query(max_length=80)]
Mark = Annotated[str, Query(max_length=MOST_MARK)]
OrderId = Annotated[str, Path(max_length=24)]
Scan = Annotated[str, Query(max_length=400)]
SEE_OTHER = 303
_BEFORE = frozenset({OrderState.ASSIGNED, OrderState.ACCEPTED})
"""States from which a phone without a network gets to a checklist."""
_A_PAGE = 50
"""Orders of a page of a list: three screens of a desk; the queue is read in some 15 ms."""
BUCKETS = 300
"""Of an order's picture: about one a pixel of a phone."""


def asked(
    view: View = View.OPEN, building: Building = "", after: Mark = "", before: Mark = ""
) -> Ask:
    """Which page of which list the address names."""
    return Ask(view=view, building=building, after=after, before=before, most=_A_PAGE)


AskDep = Annotated[Ask, Depends(asked)]


@router.get("/orders")
def orders(
    request: Request, given: ServicesDep, actor: ActorDep, _: Framed, ask: AskDep
) -> Response:
    """The list."""
    return page(request, "orders.html", content=_list(request, given, actor, ask))


@router.get("/x/orders")
def orders_body(request: Request, given: ServicesDep, actor: ActorDep, ask: AskDep) -> Response:
    """The list alone, for live updates."""
    return page(request, "orders_body.html", content=_list(request, given, actor, ask))


@router.get("/orders/{order}")
def order(
    request: Request, given: ServicesDep, actor: ActorDep, _: Framed, order: OrderId, at: Scan = ""
) -> Response:
    """One order; ``at`` is what the label's scan gave who inspects it."""
    detail = given.orders.desk.order(actor, order)
    content = _whole(request, given, actor, detail, scan=at)
    return page(request, "order.html", headers=_kept(content), content=content)


@router.get("/x/orders/{order}/timeline")
def timeline(request: Request, given: ServicesDep, actor: ActorDep, order: OrderId) -> Response:
    """What was done, for live updates."""
    detail = given.orders.desk.order(actor, order)
    return page(request, "timeline.html", timeline=_timeline(given, detail, language_of(request)))


@router.post("/orders/{order}/act")
def act(
    request: Request, given: ServicesDep, actor: ActorDep, _: Framed, form: FormDep, order: OrderId
) -> Response:
    """Do something to an order; what was refused comes back with what was typed."""
    try:
        given.orders.desk.act(actor, act_of(given, order, form))
        whereabouts.works(request, given, actor.login)
    except Refused as error:
        if error.code in {"absent", "unauthenticated"}:
            raise
        problem = said(error, language_of(request))
        detail = given.orders.desk.order(actor, order)
        scan = form.get("place", "")
        content = _whole(request, given, actor, detail, kept=form, problem=problem, scan=scan)
        return page(request, "order.html", STATUS_OF.get(error.code, 422), content=content)
    return RedirectResponse(f"/orders/{order}", SEE_OTHER)


@router.get("/photos/{photo}")
def photo(
    given: ServicesDep, actor: ActorDep, photo: Annotated[str, Path(max_length=32)]
) -> Response:
    """A photo of a report, for those who see its order."""
    found = given.orders.requests.photo(actor, photo)
    return Response(found.content, media_type=found.media)


def shown(
    request: Request, given: Services, actor: Actor, order: str, problem: str, status: int
) -> Response:
    """An order's page with what was refused."""
    detail = given.orders.desk.order(actor, order)
    content = _whole(request, given, actor, detail, problem=problem)
    return page(request, "order.html", status, content=content)


def _list(request: Request, given: Services, actor: Actor, ask: Ask) -> dict[str, object]:
    tr, desk = language_of(request), given.orders.desk
    found = desk.page(actor, ask)
    counts = desk.counts(actor, ask.building)
    marks = given.orders.lessons.marks(actor)
    labels = {
        View.OPEN: tr("All open"), View.MINE: tr("Mine"), View.DESK: tr("Desk first"),
        View.LATE: tr("Late"), View.PROOF: tr("Waiting for proof"), View.REFUSED: tr("Refused"),
        View.CLOSED: tr("Closed"),
    }  # fmt: skip
    site_building = given.site.buildings.get(ask.building)
    return {
        "rows": [summary(given, row, tr, marks) for row in found.rows],
        "view": str(ask.view),
        "views": [(str(view), label, counts.orders[view]) for view, label in labels.items()],
        "building": ask.building,
        "building_name": tr.name(site_building.names) if site_building else ask.building,
        "total": counts.waste.get(ask.view, 0.0),
        "count": counts.orders[ask.view],
        "ahead": found.ahead,
        "this": _address(ask, after=ask.after, before=ask.before),
        "previous": found.previous and _address(ask, before=found.previous),
        "next": found.next and _address(ask, after=found.next),
    }


def _address(ask: Ask, **mark: str) -> str:
    """What comes behind the path of a page of a list."""
    said = {"view": str(ask.view), "building": ask.building, **mark}
    return urlencode({key: value for key, value in said.items() if value})


def _whole(
    request: Request, given: Services, actor: Actor, detail: OrderDetail,
    kept: dict[str, str] | None = None, problem: str = "", scan: str = "",
) -> dict[str, object]:  # fmt: skip
    tr, row, now = language_of(request), detail.row, given.clock.now()
    finding = detail.findings[0] if detail.findings else None
    shown = summary(given, row, tr)
    money = finding.money_per_day if finding else None
    until = row.closed_at or detail.done_at or now
    stands = given.orders.requests.stands_at(actor, scan) if scan else None
    return {
        "o": shown,
        "mine": row.person == actor.login,
        "version": row.version,
        "problem": problem,
        "kept_note": (kept or {}).get("note", ""),
        "notices": [*_notices(detail, given, tr), *_inspecting(detail, given, stands, actor, tr),
                    *_taught(detail, given, actor, tr)],
        "refused_words": _refusal(detail, tr),
        "so_far": None if money is None or finding is None
        else money * max(0.0, (until - finding.onset) / DAY_MS),
        "money_a_day": money if money is not None else shown.money,
        "co2": finding.kg_co2_per_day if finding else None,
        "evidence": _evidence(finding, detail, now) if finding else None,
        "explanation": explained(detail, given, tr),
        "confidence": finding.confidence if finding else 0.0,
        "why": _why(finding, given, tr) if finding else [],
        "card": given.cards.get(row.rule),
        "watches": [
            {"words": watch_words(w, now, given.site, tr), "needed": w.needed,
             "exposures": min(w.exposures, w.needed), "ok": w.outcome == "verified"}
            for w in detail.watches
        ],
        "actions": actions(given, detail, tr, kept or {}, role=actor.role,
                           scan=scan if stands else ""),
        "ahead": ahead(given, detail, tr) if crew.keeps(actor) else [],
        "buckets": BUCKETS,
        "once": secrets.token_hex(12),
        **(at := work.content(given, actor, detail, tr)),
        **planned.checklist(given.orders.planned.at(actor, row.id), tr, work.photo_names(at),
                            ahead=crew.keeps(actor) and row.person == actor.login
                            and row.state in _BEFORE),
        "step_path": f"/orders/{row.id}/step",
        "terms": _terms(row, given, tr),
        "reported": _reports(given, actor, row.id, tr),
        "timeline": _timeline(given, detail, tr),
    }  # fmt: skip


def _kept(content: dict[str, object]) -> dict[str, str]:
    """What a phone keeps with the page: what its picture is drawn from, as plot.js asks for it."""
    drawn = content["evidence"]
    if not isinstance(drawn, dict):
        return {}
    query = [*(("point", p) for p in drawn["points"]), ("from", drawn["start"]),
             ("to", drawn["end"]), ("buckets", BUCKETS)]  # fmt: skip
    return {crew.KEEP: f"/api/v1/series?{urlencode(query)}"}


def _notices(detail: OrderDetail, given: Services, tr: Translator) -> list[str]:
    row, said = detail.row, []
    if row.withdrawn:
        said.append(tr("Late readings took the finding back. Please look before going on."))
    if row.cleared and row.closed_at is None:
        said.append(tr("The fault has cleared by itself. Say what you found."))
    if row.recurrence_of:
        said.append(tr("The same fault as {order}, within 14 days.", order=row.recurrence_of))
    if row.closed_at is None and not known(given.site, row.asset):
        said.append(tr("{asset} is no longer in the site model. Say what becomes of this order.",
                       asset=row.asset))  # fmt: skip
    into = next((s.data.get("into") for s in reversed(detail.history) if "into" in s.data), None)
    if into is not None and row.closed_at is not None:
        said.append(tr("This went into {order}, which stands for it.", order=into))
    return said


def _inspecting(
    detail: OrderDetail, given: Services, stands: Place | None, actor: Actor, tr: Translator
) -> list[str]:
    """Where who inspects stands by their scan, or that they have to scan first."""
    if Command.INSPECT not in detail.row.allowed:
        return []
    if stands is not None:
        return [tr("You stand at {place}.", place=place_of(given.site, stands.id, tr))]
    if actor.role in presence.EXCUSED:
        return []
    return [tr("To say that it is mended, scan the label at the place first.")]


def _taught(detail: OrderDetail, given: Services, actor: Actor, tr: Translator) -> list[str]:
    """That a rule here is judged otherwise than its card says, until when, and by whom."""
    said, row = [], detail.row
    if row.rule in given.orders.lessons.marks(actor)[1]:
        said.append(tr("Rule {rule} only advises: too many of its alarms were false.",
                       rule=row.rule))  # fmt: skip
    held = [
        one for one in given.orders.lessons.lessons(actor)
        if one.standing is Standing.HOLDS and (one.rule, one.target) == (row.rule, row.target)
    ]  # fmt: skip
    said += [
        tr("Taught here: {kind}, {change}, until {when} ({name}).",
           kind=tr(KIND_WORDS[one.kind]), change=change_words(one, tr),
           when=formats.moment(one.until, given.site.timezone, tr), name=name_of(given, one.owner))
        for one in held
    ]  # fmt: skip
    return said


def _reports(given: Services, actor: Actor, order: str, tr: Translator) -> list[dict[str, object]]:
    return [
        {
            "what": tr(KINDS[one.kind].asked), "words": one.words, "at": one.said_at,
            "place": place_of(given.site, one.place, tr), "phone": one.phone, "by": one.by,
            "mended": one.mended, "stars": one.stars, "photos": one.photos,
        }
        for one in given.orders.requests.of_order(actor, order)
    ]  # fmt: skip


def _refusal(detail: OrderDetail, tr: Translator) -> str:
    return tr(
        "Attempt {n} was refused: the readings showed the fault again after the repair.",
        n=detail.row.attempt - 1,
    )


def _evidence(finding: Finding, detail: OrderDetail, now: int) -> dict[str, object]:
    """What to draw: around the fault, and up to now while a repair is watched."""
    evidence = finding.evidence
    margin = max(6 * HOUR_MS, (evidence.end - evidence.start) // 8)
    watched = detail.row.state is OrderState.VERIFYING or detail.row.outcome is not None
    end = min(now, max(evidence.end, detail.row.closed_at or now)) if watched else evidence.end
    start, end = evidence.start - margin, min(now, end + margin)
    query = urlencode([*(("point", p) for p in evidence.points), ("days", 7)])
    return {
        "points": evidence.points,
        "start": start,
        "end": end,
        "windows": [list(w) for w in evidence.windows],
        "trend": f"/trend?{query}",
        # One asset's points need not repeat its name on every line.
        "short": "1" if len({p.rpartition(".")[0] for p in evidence.points}) == 1 else "",
    }


def _why(finding: Finding, given: Services, tr: Translator) -> list[tuple[str, str]]:
    zone = given.site.timezone
    lines = [
        (tr("Rule"), f"{finding.rule} · {finding.mode}" if finding.mode else finding.rule),
        (tr("Began"), formats.moment(finding.onset, zone, tr)),
        (tr("Certain since"), formats.moment(finding.opened, zone, tr)),
        (tr("Last seen"), formats.moment(finding.last, zone, tr)),
        (tr("Wasted a day"), ", ".join(waste_words(finding)) or "–"),
    ]
    card = given.cards.get(finding.rule)
    if card:
        lines.append((tr("Condition"), tr(card.condition)))
    lines.extend((tr("Held against: {name}", name=k), formats.number(v))
                 for k, v in finding.references.items())  # fmt: skip
    return lines


def _terms(row: OrderRow, given: Services, tr: Translator) -> list[tuple[str, str]]:
    symbol = given.site.money
    lines = [(tr("{name} a day", name=tr(t.name)), formats.money(t.amount, symbol))
             for t in row.terms if t.amount]  # fmt: skip
    lines.append((tr("expected work"), tr("{n} min", n=row.effort_min)))
    lines.append((tr("value a day for an hour of work"), formats.money(row.score, symbol)))
    lines.extend((tr("priority raised by"), tr(reason)) for reason in row.reasons)
    return lines


def _timeline(given: Services, detail: OrderDetail, tr: Translator) -> list[dict[str, object]]:
    return [
        {
            "words": tr("Fell due")
            if step.what == Happening.OPENED and detail.origin is Origin.PLAN
            else tr(_event_words(step)),
            "about": _about(given, step, tr),
            "who": "" if step.actor == "system" else step.actor_name,
            "at": step.at,
            "note": step.note,
            "pressed": step.data.get("pressed"),
        }
        for step in reversed(detail.history)
    ]


def _event_words(step: Step) -> str:
    """What happened; what clears after a repair has not done so by itself."""
    if step.what == Happening.CLEARED and step.before in _REPAIRED:
        return "The readings are clear"
    return _EVENT_WORDS.get(step.what, step.what)


def _about(given: Services, step: Step, tr: Translator) -> str:
    """Whom it went to, what was promised, or where it was inspected from."""
    if step.what in _LOOKS and step.data.get("place"):
        return tr("at the place: {place}", place=place_of(given.site, step.data["place"], tr))
    if step.what in _LOOKS and step.data.get("elsewhere"):
        return tr("not at the place: {why}", why=str(step.data["elsewhere"]))
    if step.what == Happening.BREACHED:
        return tr(PROMISES.get(str(step.data.get("promise")), ""))
    login = step.data.get("assignee")
    return given.orders.desk.office.name(str(login)) if login else ""


_LOOKS = frozenset({Command.INSPECT.value, Happening.LOOKED.value})
_REPAIRED = frozenset({OrderState.DONE, OrderState.VERIFYING})
_EVENT_WORDS = {
    "opened": "Found", "triage": "Triaged", "assign": "Assigned", "escalate": "Escalated",
    "accept": "Accepted", "take": "Taken over", "arrive": "On site", "hold": "On hold",
    "resume": "Went on", "done": "Said done", "watch": "Telemetry watches the repair",
    "verify": "Verified by telemetry", "recover": "Ended with its cause",
    "refuse": "Refused by telemetry", "return": "Points lost",
    "inspect": "Inspected", "sign": "Signed", "cancel": "Cancelled", "reassign": "Given on",
    "reopen": "Opened again", "joined": "Seen again", "raised": "Became worse",
    "cleared": "Cleared by itself", "withdrawn": "Finding withdrawn", "breached": "Promise missed",
    "reminded": "Reminded", "undelivered": "Message not delivered",
    "inconclusive": "Not provable by telemetry", "parked": "Waits for its season",
    "nobody": "Nobody found", "pass_on": "Passed on", "release": "Waits for somebody",
    "prioritise": "Another priority given", "acknowledge": "Acknowledged",
    "at_place": "At the place", "safe": "Was made safe", "restored": "Working again",
    "hand_over": "Handed over", "visit": "Sent on by the desk",
    "confirm": "Confirmed by the reporter",
    "dispute": "Not mended, says the reporter", "lapse": "Nobody confirmed it",
    "reject": "Inspected, not mended", "declare": "Declared done from paper",
    "permitted": "Permit given", "permit_ended": "Permit ended",
    "helped": "Somebody helps", "needed": "More is needed", "linked": "Link for the contractor",
    "bound": "Contractor's phone", "photo": "Photo",
    "folded": "Took another order", "reported": "Reported too",
    "rated": "Rated by the reporter", "dropped": "No longer in the site model",
    "hold_over": "The hold is over", "recall": "Opened again by a second look",
    "looked": "Looked at again", "quoted": "Quote of the contractor",
    "quote_said": "Quote approved or refused",
    "step": "Answered a step", "due_again": "Due once more",
    "missed": "Not done in its time", "followed": "Has an order of its own now",
    "to_inspect": "Another person looks at it", "check": "Closed by its checklist",
    "ticket_changed": "Ticket changed in the other system",
    "ticket_closed": "Ticket closed in the other system",
    "ticket_set_back": "Ticket set back to the order", "ticket_gone": "Ticket deleted there",
}  # fmt: skip
WORDS = (
    *STATE_WORDS.values(), *_EVENT_WORDS.values(), *LABELS.values(), "The readings are clear",
)  # fmt: skip
"""Everything here that is said through a variable, for the catalogue."""
