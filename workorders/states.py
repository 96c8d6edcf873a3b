"""The one table of what may be done to an order, by whom, and where it leads. Pure.

Checks, buttons and the matrix test read the same rows.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from core.words import OPEN_STATES, OrderState, Role
from workorders.refusals import forbidden, not_now


class Command(StrEnum):
    """What can be done to an order."""

    TRIAGE = "triage"
    ASSIGN = "assign"
    ESCALATE = "escalate"
    PASS_ON = "pass_on"  # noqa: S105 - no secret
    """From somebody who is away or has left to the next one."""
    RELEASE = "release"
    """The same, where there is no next one yet."""
    PRIORITISE = "prioritise"
    ACKNOWLEDGE = "acknowledge"
    ACCEPT = "accept"
    TAKE = "take"
    AT_PLACE = "at_place"
    """There, but what the work needs is not."""
    ARRIVE = "arrive"
    HOLD = "hold"
    RESUME = "resume"
    SAFE = "safe"
    RESTORED = "restored"
    HAND_OVER = "hand_over"
    VISIT = "visit"
    """What came to the desk first cannot be mended there: somebody has to go."""
    DONE = "done"
    DECLARE = "declare"
    """Done by somebody who wrote it on paper; another one enters it later."""
    WATCH = "watch"
    VERIFY = "verify"
    REFUSE = "refuse"
    RETURN = "return"
    CONFIRM = "confirm"
    """The reporter says that it is mended."""
    DISPUTE = "dispute"
    """The reporter says that it is not."""
    LAPSE = "lapse"
    """The reporter said nothing."""
    CHECK = "check"
    """Planned work closes by its checklist."""
    INSPECT = "inspect"
    REJECT = "reject"
    """The inspection found it not mended."""
    SIGN = "sign"
    RECOVER = "recover"
    """What was wrong with Plantroom itself has ended, whoever ended it."""
    CANCEL = "cancel"
    REASSIGN = "reassign"
    REOPEN = "reopen"
    RECALL = "recall"
    """A second look found it not mended, or closed wrongly."""


class Relation(StrEnum):
    """What a person is to an order, beside their role."""

    ASSIGNEE = "assignee"
    """It is theirs."""
    COLLEAGUE = "colleague"
    """Same trade, and the building is theirs to serve; not the assignee."""
    STRANGER_TO_REPAIR = "stranger_to_repair"
    """Neither repaired nor was sent to repair it: may judge the repair."""
    NOT_CLOSER = "not_closer"
    """Did not close it: may open it again."""


_S = OrderState
_CREW = frozenset({Role.TECHNICIAN, Role.SUPERVISOR, Role.ENGINEER, Role.ADMIN})
_DISPATCH = frozenset({Role.SUPERVISOR, Role.ADMIN})
_JUDGES = frozenset({Role.SUPERVISOR, Role.ENGINEER, Role.ADMIN})
_NOBODY: frozenset[Role] = frozenset()
_OWN = frozenset({Relation.ASSIGNEE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One command.

    Attributes:
        sources: States it starts from.
        to: State it leads to; None leaves the order in the state it is in.
        roles: Who may give it; none means that only the system does.
        relations: Any of these is needed too; empty means that none is.
        dispatcher: A supervisor or admin may give it whatever their relation.
        fields: What must be said with it.
    """

    sources: frozenset[OrderState]
    to: OrderState | None
    roles: frozenset[Role] = _NOBODY
    relations: frozenset[Relation] = frozenset()
    dispatcher: bool = False
    fields: tuple[str, ...] = ()


_BEFORE_DONE = frozenset({_S.ASSIGNED, _S.ACCEPTED, _S.IN_PROGRESS, _S.ON_HOLD})
_AT_IT = frozenset({_S.IN_PROGRESS, _S.ON_HOLD})

TABLE: dict[Command, Row] = {
    Command.TRIAGE: Row(sources=frozenset({_S.NEW}), to=_S.TRIAGED),
    Command.ASSIGN: Row(
        sources=frozenset({_S.TRIAGED}), to=_S.ASSIGNED, roles=_DISPATCH, fields=("assignee",)
    ),
    Command.ESCALATE: Row(sources=frozenset({_S.ASSIGNED}), to=_S.ASSIGNED),
    Command.PASS_ON: Row(sources=_BEFORE_DONE, to=_S.ASSIGNED),
    Command.RELEASE: Row(sources=_BEFORE_DONE, to=_S.TRIAGED),
    Command.PRIORITISE: Row(
        sources=frozenset(OPEN_STATES), to=None, roles=_DISPATCH, fields=("priority", "note")
    ),
    Command.ACKNOWLEDGE: Row(
        sources=_BEFORE_DONE | {_S.DONE, _S.VERIFYING}, to=None, roles=_CREW, relations=_OWN,
        dispatcher=True,
    ),
    Command.ACCEPT: Row(
        sources=frozenset({_S.ASSIGNED}), to=_S.ACCEPTED, roles=_CREW, relations=_OWN
    ),
    Command.TAKE: Row(
        sources=frozenset({_S.ASSIGNED}), to=_S.ACCEPTED, roles=_CREW,
        relations=frozenset({Relation.COLLEAGUE}),
    ),
    Command.AT_PLACE: Row(
        sources=frozenset({_S.ACCEPTED}), to=None, roles=_CREW, relations=_OWN
    ),
    Command.ARRIVE: Row(
        sources=frozenset({_S.ACCEPTED}), to=_S.IN_PROGRESS, roles=_CREW, relations=_OWN
    ),
    Command.HOLD: Row(
        sources=frozenset({_S.IN_PROGRESS}), to=_S.ON_HOLD, roles=_CREW, relations=_OWN,
        dispatcher=True, fields=("reason", "until"),
    ),
    Command.RESUME: Row(
        sources=frozenset({_S.ON_HOLD}), to=_S.IN_PROGRESS, roles=_CREW, relations=_OWN,
        dispatcher=True,
    ),
    Command.SAFE: Row(sources=_AT_IT, to=None, roles=_CREW, relations=_OWN, dispatcher=True),
    Command.RESTORED: Row(sources=_AT_IT, to=None, roles=_CREW, relations=_OWN, dispatcher=True),
    Command.HAND_OVER: Row(
        sources=_BEFORE_DONE, to=_S.ASSIGNED, roles=_CREW, relations=_OWN,
        fields=("assignee", "note"),
    ),
    Command.VISIT: Row(
        sources=_BEFORE_DONE, to=_S.ASSIGNED, roles=_CREW, relations=_OWN, dispatcher=True,
        fields=("reason", "note"),
    ),
    Command.DONE: Row(
        sources=frozenset({_S.IN_PROGRESS}), to=_S.DONE, roles=_CREW, relations=_OWN,
        fields=("cause", "note", "minutes"),
    ),
    Command.DECLARE: Row(
        sources=_BEFORE_DONE, to=_S.DONE, roles=_DISPATCH,
        fields=("assignee", "cause", "note", "minutes", "until"),
    ),
    Command.WATCH: Row(sources=frozenset({_S.DONE}), to=_S.VERIFYING),
    Command.VERIFY: Row(sources=frozenset({_S.VERIFYING}), to=_S.CLOSED),
    Command.REFUSE: Row(sources=frozenset({_S.VERIFYING}), to=_S.ASSIGNED),
    Command.RETURN: Row(sources=frozenset({_S.VERIFYING}), to=_S.ASSIGNED),
    Command.CONFIRM: Row(sources=frozenset({_S.VERIFYING}), to=_S.CLOSED),
    Command.DISPUTE: Row(sources=frozenset({_S.VERIFYING}), to=_S.ASSIGNED),
    Command.LAPSE: Row(sources=frozenset({_S.VERIFYING}), to=_S.CLOSED),
    Command.CHECK: Row(sources=frozenset({_S.VERIFYING}), to=_S.CLOSED),
    Command.REJECT: Row(
        sources=frozenset({_S.VERIFYING}), to=_S.ASSIGNED, roles=_CREW,
        relations=frozenset({Relation.STRANGER_TO_REPAIR}), fields=("note",),
    ),
    Command.INSPECT: Row(
        sources=frozenset({_S.VERIFYING}), to=_S.CLOSED, roles=_CREW,
        relations=frozenset({Relation.STRANGER_TO_REPAIR}), fields=("note",),
    ),
    Command.SIGN: Row(
        sources=frozenset({_S.VERIFYING}), to=_S.CLOSED, roles=_JUDGES,
        relations=frozenset({Relation.STRANGER_TO_REPAIR}), fields=("note",),
    ),
    Command.RECOVER: Row(sources=frozenset(OPEN_STATES), to=_S.CLOSED),
    Command.CANCEL: Row(
        sources=frozenset(OPEN_STATES), to=_S.CANCELLED, roles=_DISPATCH,
        fields=("reason", "note"),
    ),
    Command.REASSIGN: Row(
        sources=_BEFORE_DONE, to=_S.ASSIGNED, roles=_DISPATCH, fields=("assignee",)
    ),
    Command.REOPEN: Row(
        sources=frozenset({_S.CLOSED, _S.CANCELLED}), to=_S.ASSIGNED, roles=_DISPATCH,
        relations=frozenset({Relation.NOT_CLOSER}), fields=("note",),
    ),
    Command.RECALL: Row(sources=frozenset({_S.CLOSED, _S.CANCELLED}), to=_S.ASSIGNED),
}  # fmt: skip


def may(command: Command, role: Role) -> bool:
    """Whether a role may ever give a command."""
    return role in TABLE[command].roles


def permitted(command: Command, role: Role, relations: AbstractSet[Relation]) -> bool:
    """Whether a person may give a command at all, whatever state the order is in."""
    row = TABLE[command]
    if not may(command, role):
        return False
    if not row.relations or row.relations & relations:
        return True
    return row.dispatcher and role in _DISPATCH


def decide(
    state: OrderState, command: Command, role: Role | None, relations: AbstractSet[Relation]
) -> OrderState:
    """Where a command leads; ``role`` is None for the system itself.

    Raises:
        Refused: ``forbidden`` where this person may not, ``conflict`` where the order is
            in another state.
    """
    row = TABLE[command]
    if role is not None and not permitted(command, role, relations):
        raise forbidden()
    if state not in row.sources:
        raise not_now(state)
    return state if row.to is None else row.to


def allowed(state: OrderState, role: Role, relations: AbstractSet[Relation]) -> tuple[Command, ...]:
    """What a person may do to an order now, in the order of its life."""
    return _allowed(state, role, frozenset(relations))


@cache
def _allowed(state: OrderState, role: Role, relations: frozenset[Relation]) -> tuple[Command, ...]:
    """The same: a list asks it of hundreds of orders, and there are few answers."""
    return tuple(
        command
        for command, row in TABLE.items()
        if state in row.sources and permitted(command, role, relations)
    )
