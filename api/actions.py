"""Buttons and forms of an order: what each command is called and what has to be said with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from adapters.locales import Translator
from api import formats
from api.services import Services
from core.clock import DAY_MS
from core.errors import Refused
from core.words import CancelReason, FalseCause, HoldReason, OrderState, Priority, Role, Trade
from workorders.act import Act
from workorders.crew import presence
from workorders.states import TABLE, Command
from workorders.views import OrderDetail

LABELS = {
    Command.ACCEPT: "Accept",
    Command.TAKE: "Take it over",
    Command.ARRIVE: "I am on site",
    Command.AT_PLACE: "I am there, but cannot begin",
    Command.RESUME: "Go on",
    Command.DONE: "Done",
    Command.ACKNOWLEDGE: "I have seen it",
    Command.SAFE: "Made safe",
    Command.RESTORED: "Works again for now",
    Command.HOLD: "I cannot go on",
    Command.HAND_OVER: "Hand it over",
    Command.VISIT: "Somebody has to go",
    Command.ASSIGN: "Give it to somebody",
    Command.REASSIGN: "Give it to somebody else",
    Command.DECLARE: "Enter a paper sheet",
    Command.INSPECT: "Inspected: it is mended",
    Command.REJECT: "Inspected: it is not mended",
    Command.SIGN: "Sign as not provable",
    Command.PRIORITISE: "Another priority",
    Command.CANCEL: "Cancel",
    Command.REOPEN: "Open again",
}
"""In the order of the buttons: what brings the order on comes first, and is the big one."""
FALSE_WORDS: dict[str, str] = {
    FalseCause.PLANNED.value: "somebody meant it: an event, works",
    FalseCause.NORMAL.value: "this plant is like that, and well",
}
STARTING = frozenset({Command.ACCEPT, Command.TAKE, Command.ACKNOWLEDGE})
OFFLINE = STARTING | frozenset({
    Command.AT_PLACE, Command.ARRIVE, Command.RESUME, Command.HOLD, Command.SAFE,
    Command.RESTORED, Command.DONE,
})  # fmt: skip
"""What a crew does at the place, where there may be no network; orders are given on at a desk."""
CAUSES = (
    "as_described", "worn_part", "setting", "sensor", "wiring", "blocked", "other", "nothing_found",
    *FalseCause,
)  # fmt: skip
DONE_WORDS = {
    "repaired": "repaired",
    "replaced": "replaced",
    "set": "set anew",
    "cleaned": "cleaned",
    "isolated": "taken out of use",
    "none": "nothing done",
}
ALARM_WORDS = {"true": "yes, it was so", "false": "no, a false alarm", "": "cannot say"}
HOLD_WORDS = {
    HoldReason.PARTS: "waiting for parts",
    HoldReason.ACCESS: "no access",
    HoldReason.VENDOR: "waiting for a vendor",
    HoldReason.CUSTOMER_DATE: "the customer's date",
}
VISIT_WORDS = {
    Trade.ELECTRICIAN: "an electrician",
    Trade.PLUMBER: "a plumber",
    Trade.HVAC: "an air conditioning technician",
    Trade.HEATING: "a heating technician",
    Trade.INSTRUMENT: "an instrument technician",
}
CANCEL_WORDS = {
    CancelReason.DUPLICATE: "a duplicate",
    CancelReason.FALSE_ALARM: "a false alarm",
    CancelReason.ACCEPTED_RISK: "an accepted risk",
}
CAUSE_WORDS: dict[str, str] = {
    "as_described": "as the order says",
    "worn_part": "a worn part",
    "setting": "a wrong setting",
    "sensor": "a sensor",
    "wiring": "wiring",
    "blocked": "dirt or blockage",
    "other": "something else",
    "nothing_found": "nothing found",
    **FALSE_WORDS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of an action's form."""

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One button, or a form behind it.

    Attributes:
        sources: States in which it can be pressed.
        to: State it leads to; empty where it leaves the order in the one it is in.
    """

    do: str
    label: str
    fields: tuple[Field, ...] = ()
    open: bool = False
    sources: tuple[str, ...] = ()
    to: str = ""

    @property
    def rank(self) -> int:
        """Its place among the buttons."""
        return list(LABELS).index(Command(self.do))

    @property
    def waits(self) -> bool:
        """Whether a phone without a network may keep it until there is one."""
        return self.do in OFFLINE


def actions(
    given: Services, detail: OrderDetail, tr: Translator, kept: dict[str, str], *,
    role: Role | None = None, scan: str = "",
) -> list[Action]:  # fmt: skip
    """What the reader may do now, the next step first; what was typed is kept.

    Args:
        given: The parts.
        detail: The order.
        tr: Their language.
        kept: What they typed, where it was refused.
        role: Theirs; whose role does not excuse them inspects with a scan alone.
        scan: What the label's scan gave them, where it still holds.
    """
    inspects = bool(scan) or role in presence.EXCUSED
    kept = {**kept, "scan": scan}
    return [
        _action(given, detail, command, tr, kept)
        for command in LABELS
        if command in detail.row.allowed and (command is not Command.INSPECT or inspects)
    ]


def ahead(given: Services, detail: OrderDetail, tr: Translator) -> list[Action]:
    """What the reader may do after what they may do now, as far as a phone can wait with it.

    Only of an order that is theirs, or that they may take over: without a network nobody says
    what comes next, so the page brings it along.
    """
    reached, found = {detail.row.state}, set(OFFLINE & set(detail.row.allowed))
    if not found:
        return []
    while True:
        further = {to for c in found if (to := TABLE[c].to) is not None} - reached
        if not further:
            break
        reached |= further
        found |= {c for c in OFFLINE - STARTING if TABLE[c].sources & further}
    return [
        _action(given, detail, command, tr, {})
        for command in LABELS
        if command in found and command not in detail.row.allowed
    ]


def _action(
    given: Services, detail: OrderDetail, command: Command, tr: Translator, kept: dict[str, str]
) -> Action:
    row = TABLE[command]
    return Action(
        do=command.value, label=tr(LABELS[command]),
        fields=tuple(_fields(given, detail, command, tr, kept)),
        open=kept.get("do") == command.value,
        sources=tuple(sorted(state.value for state in _pressable(command))),
        to=row.to.value if row.to is not None else "",
    )  # fmt: skip


def _pressable(command: Command) -> frozenset[OrderState]:
    """Where a button makes sense to a page alone: who accepts has seen it."""
    sources = TABLE[command].sources
    return sources & {OrderState.ASSIGNED} if command is Command.ACKNOWLEDGE else sources


def _fields(
    given: Services, detail: OrderDetail, command: Command, tr: Translator, kept: dict[str, str]
) -> list[Field]:
    was = kept if kept.get("do") == command.value else {}
    wanted = TABLE[command].fields
    fields: list[Field] = []
    if command in {Command.DONE, Command.DECLARE}:
        choices = tuple((c, tr(CAUSE_WORDS[c])) for c in CAUSES)
        fields.append(
            Field(
                name="cause", label=tr("What was it?"), choices=choices, value=was.get("cause", "")
            )
        )
        minutes = was.get("minutes", str(detail.row.effort_min))
        fields.append(
            Field(name="minutes", label=tr("Minutes it took"), kind="number", value=minutes,
                  required=True)
        )  # fmt: skip
        fields += _given_back(tr, was)
    if command is Command.HOLD:
        choices = tuple((r.value, tr(w)) for r, w in HOLD_WORDS.items())
        fields.append(
            Field(name="reason", label=tr("Why?"), choices=choices, value=was.get("reason", ""))
        )
        until = was.get("until", _stamp(given, given.clock.now() + DAY_MS))
        fields.append(
            Field(name="until", label=tr("Until when?"), kind="datetime-local", value=until,
                  required=True)
        )  # fmt: skip
        who = tr("Who refused access, or named the date?")
        fields.append(Field(name="who", label=who, kind="input", value=was.get("who", "")))
    if command is Command.VISIT:
        choices = tuple((trade.value, tr(words)) for trade, words in VISIT_WORDS.items())
        fields.append(
            Field(name="reason", label=tr("Who?"), choices=choices, value=was.get("reason", ""))
        )
    if command is Command.CANCEL:
        choices = tuple((r.value, tr(w)) for r, w in CANCEL_WORDS.items())
        fields.append(
            Field(name="reason", label=tr("Why?"), choices=choices, value=was.get("reason", ""))
        )
        whys = (("", tr("nobody knows")), *((c, tr(w)) for c, w in FALSE_WORDS.items()))
        fields.append(
            Field(name="cause", label=tr("A false alarm: why?"), choices=whys,
                  value=was.get("cause", ""), required=False)
        )  # fmt: skip
        label = tr("An accepted risk: until when? (90 days at most)")
        fields.append(
            Field(name="until", label=label, kind="datetime-local", value=was.get("until", ""))
        )
    if command is Command.DECLARE:
        at = was.get("until", _stamp(given, given.clock.now()))
        fields.append(Field(name="until", label=tr("Done at"), kind="datetime-local", value=at,
                            required=True))  # fmt: skip
    if command is Command.PRIORITISE:
        steps = tuple((str(p.value), f"P{p.value}") for p in Priority if p != detail.row.priority)
        fields.append(Field(name="priority", label=tr("Which?"), choices=steps,
                            value=was.get("priority", "")))  # fmt: skip
    if "assignee" in wanted:
        people = tuple(
            (p.login, p.name) for p in given.records.people.all()
            if (p.buildings is None or detail.row.building in p.buildings)
            and (detail.row.skill in p.trades or p.role == "supervisor")
            and (command is not Command.HAND_OVER or (p.login != detail.row.person and not p.firm))
        )  # fmt: skip
        fields.append(
            Field(
                name="assignee",
                label=tr("Who did it?") if command is Command.DECLARE else tr("To whom?"),
                choices=people,
                value=was.get("assignee", ""),
            )
        )
    if command is Command.INSPECT:
        fields.append(_presence(tr, was, kept.get("scan", "")))
    if "note" in wanted or fields:
        fields.append(
            Field(name="note", label=tr("What do you want to say?"), value=was.get("note", ""),
                  required="note" in wanted)
        )  # fmt: skip
    return fields


def _presence(tr: Translator, was: dict[str, str], scan: str) -> Field:
    """The label's scan of who inspects, or why there is none."""
    if scan:
        return Field(name="place", label="", kind="hidden", value=scan)
    label = tr("You did not scan the label at the place: why not?")
    return Field(name="elsewhere", label=label, value=was.get("elsewhere", ""), required=True)


def _given_back(tr: Translator, was: dict[str, str]) -> list[Field]:
    """What helps the next one: what was done, whether the alarm was true, what was used."""
    done = tuple((code, tr(words)) for code, words in DONE_WORDS.items())
    alarm = tuple((code, tr(words)) for code, words in ALARM_WORDS.items())
    return [
        Field(name="action", label=tr("What was done?"), choices=done,
              value=was.get("action", "repaired")),
        Field(name="alarm", label=tr("Was the alarm true?"), choices=alarm,
              value=was.get("alarm", "true")),
        Field(name="parts", label=tr("Parts used, one a line"), kind="lines",
              value=was.get("parts", "")),
    ]  # fmt: skip


def act_of(given: Services, order: str, form: dict[str, str]) -> Act:
    """A posted form as a command.

    Raises:
        Refused: It names no command, or a field is not what it should be.
    """
    try:
        do = Command(form.get("do", ""))
        version = int(form.get("version", ""))
        minutes = int(form["minutes"]) if form.get("minutes") else None
        priority = int(form["priority"]) if form.get("priority") else None
        pressed, sent = (int(form[k][:15]) if form.get(k) else None for k in ("pressed", "sent"))
        until = _moment(given, form["until"]) if form.get("until") else None
    except (ValueError, OverflowError) as error:
        raise Refused("A field of the form cannot be read.") from error
    if do not in LABELS:
        raise Refused("There is no such action.")
    return Act(
        order=order, do=do, version=version, note=form.get("note", ""),
        cause=form.get("cause", ""), minutes=minutes, reason=form.get("reason", ""),
        until=until, who=form.get("who", ""), assignee=form.get("assignee", ""),
        priority=priority, action=form.get("action", ""), alarm=form.get("alarm", ""),
        parts=form.get("parts", ""), key=form.get("key", "")[:80],
        pressed=pressed, sent=sent, place=form.get("place", "")[:400],
        elsewhere=form.get("elsewhere", "")[:500],
    )  # fmt: skip


def _moment(given: Services, text: str) -> int:
    when = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(given.site.timezone))
    return round(when.timestamp() * 1000)


def _stamp(given: Services, at: int) -> str:
    return formats.local(at, given.site.timezone).strftime("%Y-%m-%dT%H:%M")
