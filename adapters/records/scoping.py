"""Sessions that see the buildings of their scope and no others, whatever is asked of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from sqlalchemy import Table, event, inspect
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.orm.attributes import get_history
from sqlalchemy.sql import visitors
from sqlalchemy.sql.dml import Delete, Insert, Update, UpdateBase
from sqlalchemy.sql.elements import TextClause
from sqlalchemy.sql.selectable import CompoundSelect, Select

from adapters.records.base import ALL, AppendOnly, Base, Scope, Scoped
from core.errors import Fatal, Refused

BY_KEY = "plantroom_by_key"
"""Execution option of a query for a few rows by their keys: the scope is held against what was
found, and never chosen as the way to it. SQLite keeps no statistics: between fifty ids and two
buildings it takes the buildings, and reads half of all orders that there ever were."""


class ScopedSession(Session):
    """A session of one scope, fixed for its life.

    An object that is already in a session is handed out without a query: one session, one
    scope, never changed. With a scope of buildings it answers as if the rows of others did
    not exist. What cannot be narrowed is :class:`core.errors.Fatal`: a mistake in code; a
    row that would enter or leave another building is :class:`core.errors.Refused`, ``absent``.
    Rows that are append-only it changes for nobody.

    Raises:
        Fatal: The scope is neither ``ALL`` nor a frozenset of buildings.
    """

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        if scope != ALL and not isinstance(scope, frozenset):
            raise Fatal(f"a session needs a scope, not {scope!r}")
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

    def bulk_save_objects(self, *_args: Any, **_options: Any) -> NoReturn:
        """Refused to everybody: it passes by what is checked before a flush."""
        raise Fatal("add objects one by one: the bulk methods escape every check")

    bulk_insert_mappings = bulk_save_objects
    bulk_update_mappings = bulk_save_objects


@event.listens_for(ScopedSession, "do_orm_execute")
def _narrow(state: ORMExecuteState) -> None:
    session = state.session
    if not isinstance(session, ScopedSession):
        raise Fatal("a session without a scope cannot be used")
    if isinstance(state.statement, (Update, Delete)):
        _refuse_rewriting(state.statement.table)
    if session.scope == ALL or state.is_column_load:
        return
    _refuse_escapes(state)
    buildings = tuple(sorted(session.scope))
    if state.execution_options.get(BY_KEY):
        # The same buildings, said so that no index serves for them.
        inside = with_loader_criteria(
            Scoped, lambda cls: cls.building.concat("").in_(buildings), include_aliases=True
        )
    else:
        inside = with_loader_criteria(
            Scoped, lambda cls: cls.building.in_(buildings), include_aliases=True
        )
    state.statement = state.statement.options(inside)


def _refuse_escapes(state: ORMExecuteState) -> None:
    """Refuses what no criteria can narrow.

    Not seen from here is a table beside a mapped class in one SELECT: a test reads the
    sources of every part for that.
    """
    statement: Any = state.statement
    known = isinstance(statement, (Select, CompoundSelect, Insert, Update, Delete))
    if not known or not state.is_orm_statement:
        raise Fatal("a scoped session runs ORM statements only: others would see every building")
    for part in visitors.iterate(statement):
        if isinstance(part, TextClause):
            raise Fatal("a scoped session takes no text(): nobody can tell what it reads")
        if isinstance(part, UpdateBase) and part is not statement:
            raise Fatal("a scoped session changes nothing from inside another statement")
        if isinstance(part, Select) and _of_tables(part):
            raise Fatal("a scoped session selects mapped classes, not tables")
    if isinstance(statement, (Insert, Update, Delete)):
        _refuse_bulk(state, statement)


def _refuse_bulk(state: ORMExecuteState, statement: Insert | Update | Delete) -> None:
    if "parententity" not in statement.table._annotations:  # noqa: SLF001 - as the ORM tells
        raise Fatal(f"a scoped session changes mapped classes, not '{statement.table}'")
    if "building" not in statement.table.c:
        return
    if isinstance(statement, Insert):
        raise Fatal("a scoped session adds objects one by one: bulk inserts escape its check")
    if not isinstance(state.parameters, (Mapping, type(None))):
        raise Fatal("a scoped session updates no rows by a list of keys: nothing narrows those")
    if isinstance(statement, Update) and "building" in _set_columns(statement, state.parameters):
        raise Fatal("a scoped session never moves rows between buildings in bulk")


def _set_columns(statement: Update, parameters: Mapping[str, Any] | None) -> set[str]:
    # Ordered values have a place of their own, and both may be keyed by name or by column.
    ordered = dict(getattr(statement, "_ordered_values", None) or ())
    values = {**(getattr(statement, "_values", None) or {}), **ordered}
    return {str(getattr(key, "key", key)) for key in values} | set(parameters or ())


def _of_tables(query: Select[Any]) -> bool:
    """Whether a SELECT of no mapped class reads a table of rows that have a building."""
    if query._propagate_attrs.get("compile_state_plugin") == "orm":  # noqa: SLF001
        return False
    return any("building" in source.c for source in query.get_final_froms())


def _refuse_rewriting(table: Any) -> None:
    name = getattr(table, "name", None)
    kept = (m.local_table for m in Base.registry.mappers if issubclass(m.class_, AppendOnly))
    if any(isinstance(one, Table) and one.name == name for one in kept):
        raise Fatal(f"'{name}' is append-only")


@event.listens_for(ScopedSession, "before_flush")
def _check(session: ScopedSession, _context: object, _instances: object) -> None:
    for row in (*session.dirty, *session.deleted):
        if isinstance(row, AppendOnly) and (row in session.deleted or session.is_modified(row)):
            raise Fatal(f"{type(row).__name__} is append-only")
    if session.scope == ALL:
        return
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, Scoped) and not _buildings(row) <= session.scope:
            raise Refused("there is no such thing here", code="absent")


def _buildings(row: Scoped) -> set[str | None]:
    """Every building that the row is in, was in, or would be in."""
    history = get_history(row, "building")
    found: set[str | None] = {*history.added, *history.unchanged, *history.deleted}
    if not found:
        found = {row.building if inspect(row).persistent else None}
    return found
