"""The table of commands, state by state and role by role."""

from __future__ import annotations

from itertools import product

import pytest

from core.errors import Refused
from core.words import OrderState, Role
from workorders.states import TABLE, Command, Relation, allowed, decide

S, C, R = OrderState, Command, Relation
CREW = {Role.TECHNICIAN, Role.SUPERVISOR, Role.ENGINEER, Role.ADMIN}
DISPATCH = {Role.SUPERVISOR, Role.ADMIN}
OPEN_BEFORE_DONE = {S.ASSIGNED, S.ACCEPTED, S.IN_PROGRESS, S.ON_HOLD}

# Written out a second time, from the words of the contract: what the table is held against.
EXPECTED: dict[Command, tuple[set[OrderState], OrderState | None, set[Role]]] = {
    C.TRIAGE: ({S.NEW}, S.TRIAGED, set()),
    C.ASSIGN: ({S.TRIAGED}, S.ASSIGNED, DISPATCH),
    C.ESCALATE: ({S.ASSIGNED}, S.ASSIGNED, set()),
    C.DECLARE: (OPEN_BEFORE_DONE, S.DONE, DISPATCH),
    C.PASS_ON: (OPEN_BEFORE_DONE, S.ASSIGNED, set()),
    C.RELEASE: (OPEN_BEFORE_DONE, S.TRIAGED, set()),
    C.PRIORITISE: (set(S) - {S.CLOSED, S.CANCELLED}, None, DISPATCH),
    C.ACKNOWLEDGE: (OPEN_BEFORE_DONE | {S.DONE, S.VERIFYING}, None, CREW),
    C.AT_PLACE: ({S.ACCEPTED}, None, CREW),
    C.SAFE: ({S.IN_PROGRESS, S.ON_HOLD}, None, CREW),
    C.RESTORED: ({S.IN_PROGRESS, S.ON_HOLD}, None, CREW),
    C.HAND_OVER: (OPEN_BEFORE_DONE, S.ASSIGNED, CREW),
    C.VISIT: (OPEN_BEFORE_DONE, S.ASSIGNED, CREW),
    C.CONFIRM: ({S.VERIFYING}, S.CLOSED, set()),
    C.DISPUTE: ({S.VERIFYING}, S.ASSIGNED, set()),
    C.LAPSE: ({S.VERIFYING}, S.CLOSED, set()),
    C.REJECT: ({S.VERIFYING}, S.ASSIGNED, CREW),
    C.ACCEPT: ({S.ASSIGNED}, S.ACCEPTED, CREW),
    C.TAKE: ({S.ASSIGNED}, S.ACCEPTED, CREW),
    C.ARRIVE: ({S.ACCEPTED}, S.IN_PROGRESS, CREW),
    C.HOLD: ({S.IN_PROGRESS}, S.ON_HOLD, CREW),
    C.RESUME: ({S.ON_HOLD}, S.IN_PROGRESS, CREW),
    C.DONE: ({S.IN_PROGRESS}, S.DONE, CREW),
    C.WATCH: ({S.DONE}, S.VERIFYING, set()),
    C.VERIFY: ({S.VERIFYING}, S.CLOSED, set()),
    C.REFUSE: ({S.VERIFYING}, S.ASSIGNED, set()),
    C.RETURN: ({S.VERIFYING}, S.ASSIGNED, set()),
    C.CHECK: ({S.VERIFYING}, S.CLOSED, set()),
    C.INSPECT: ({S.VERIFYING}, S.CLOSED, CREW),
    C.SIGN: ({S.VERIFYING}, S.CLOSED, {Role.SUPERVISOR, Role.ENGINEER, Role.ADMIN}),
    C.CANCEL: (set(S) - {S.CLOSED, S.CANCELLED}, S.CANCELLED, DISPATCH),
    C.RECOVER: (set(S) - {S.CLOSED, S.CANCELLED}, S.CLOSED, set()),
    C.REASSIGN: (OPEN_BEFORE_DONE, S.ASSIGNED, DISPATCH),
    C.REOPEN: ({S.CLOSED, S.CANCELLED}, S.ASSIGNED, DISPATCH),
    C.RECALL: ({S.CLOSED, S.CANCELLED}, S.ASSIGNED, set()),
}
NEEDS: dict[Command, set[Relation]] = {
    C.ACCEPT: {R.ASSIGNEE},
    C.TAKE: {R.COLLEAGUE},
    C.ACKNOWLEDGE: {R.ASSIGNEE},
    C.AT_PLACE: {R.ASSIGNEE},
    C.SAFE: {R.ASSIGNEE},
    C.RESTORED: {R.ASSIGNEE},
    C.HAND_OVER: {R.ASSIGNEE},
    C.VISIT: {R.ASSIGNEE},
    C.REJECT: {R.STRANGER_TO_REPAIR},
    C.ARRIVE: {R.ASSIGNEE},
    C.HOLD: {R.ASSIGNEE},
    C.RESUME: {R.ASSIGNEE},
    C.DONE: {R.ASSIGNEE},
    C.INSPECT: {R.STRANGER_TO_REPAIR},
    C.SIGN: {R.STRANGER_TO_REPAIR},
    C.REOPEN: {R.NOT_CLOSER},
}
DISPATCHERS_MAY_ANYWAY = {C.HOLD, C.VISIT, C.RESUME, C.ACKNOWLEDGE, C.SAFE, C.RESTORED}
RELATIONS = [set(), *({one} for one in R), set(R)]


@pytest.mark.parametrize(("state", "command"), list(product(S, C)))
def test_every_state_command_role_and_relation(state: OrderState, command: Command) -> None:
    sources, to, roles = EXPECTED[command]
    for role, relations in product([None, *Role], RELATIONS):
        related = (
            command not in NEEDS
            or bool(NEEDS[command] & relations)
            or (command in DISPATCHERS_MAY_ANYWAY and role in DISPATCH)
        )
        permitted = role is None or (role in roles and related)
        code = None if permitted and state in sources else "conflict" if permitted else "forbidden"
        assert _code(state, command, role, relations, to) == code, (role, relations)


@pytest.mark.parametrize(("state", "role"), list(product(S, Role)))
def test_buttons_are_what_the_table_allows(state: OrderState, role: Role) -> None:
    for relations in RELATIONS:
        buttons = set(allowed(state, role, relations))
        possible = {c for c in C if _code(state, c, role, relations, TABLE[c].to) is None}
        assert buttons == possible


def test_nothing_but_a_proof_another_person_or_a_signature_closes() -> None:
    closing = {command for command, row in TABLE.items() if row.to is S.CLOSED}
    assert closing == {C.VERIFY, C.SIGN, C.INSPECT, C.CONFIRM, C.LAPSE, C.RECOVER, C.CHECK}
    assert all(S.VERIFYING in TABLE[command].sources for command in closing)
    assert R.ASSIGNEE not in TABLE[C.SIGN].relations | TABLE[C.INSPECT].relations


def test_viewers_change_nothing() -> None:
    assert all(not allowed(state, Role.VIEWER, set(R)) for state in S)


def _code(
    state: OrderState,
    command: Command,
    role: Role | None,
    relations: set[Relation],
    to: OrderState | None,
) -> str | None:
    try:
        assert decide(state, command, role, relations) is (to or state)
    except Refused as refusal:
        return refusal.code
    return None
