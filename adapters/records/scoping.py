"""Sessions that see the buildings of their scope and no others, whatever is asked of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from adapters.records.base import ALL, Scope, Scoped
from core.errors import Fatal, Refused


class ScopedSession(Session):
    """A session of one scope, fixed for its life.

    An object that is already in a session is handed out without a query: one session, one
    scope, never changed.
    """

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._scope = scope

    @property
    def scope(self) -> Scope:
        """Buildings that it sees."""
        return self._scope

    def connection(self, *args: Any, **kwargs: Any) -> Any:
        """The connection itself, for background work alone.

        Raises:
            Fatal: The session has a narrower scope, which a connection would escape.
        """
        if self._scope != ALL:
            raise Fatal("a scoped session hands out no connection: it would see every building")
        return super().connection(*args, **kwargs)


@event.listens_for(ScopedSession, "do_orm_execute")
def _narrow(state: ORMExecuteState) -> None:
    session = state.session
    scope = session.scope if isinstance(session, ScopedSession) else None
    if scope is None:
        raise Fatal("a session without a scope cannot be used")
    if scope == ALL or state.is_column_load:
        return
    if not state.is_orm_statement:
        raise Fatal("a scoped session runs ORM statements only: others would see every building")
    if state.is_insert:
        raise Fatal("a scoped session adds objects one by one: bulk inserts escape its check")
    if state.is_update and "building" in _set_columns(state):
        raise Fatal("a scoped session never moves rows between buildings in bulk")
    buildings = tuple(sorted(scope))
    state.statement = state.statement.options(
        with_loader_criteria(Scoped, lambda cls: cls.building.in_(buildings), include_aliases=True)
    )


@event.listens_for(ScopedSession, "before_flush")
def _check(session: ScopedSession, _context: object, _instances: object) -> None:
    if session.scope == ALL:
        return
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, Scoped):
            history = inspect(row).attrs.building.history
            before: Iterable[str | None] = history.deleted or ()
            if any(b not in session.scope for b in (row.building, *before)):
                raise Refused("there is no such thing here", code="absent")


def _set_columns(state: ORMExecuteState) -> set[str]:
    values = getattr(state.statement, "_values", None) or {}
    several = getattr(state.statement, "_multi_values", None) or ()
    named = {getattr(key, "key", str(key)) for key in values}
    parameters = state.parameters or {}
    rows = [parameters] if isinstance(parameters, dict) else list(parameters)
    return named | {str(k) for row in rows for k in row} | ({"building"} if several else set())
