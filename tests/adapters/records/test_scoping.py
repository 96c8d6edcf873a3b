"""A scoped session sees its buildings and no others, whatever is asked of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, exists, func, insert, select, text, union_all, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import aliased, joinedload, selectinload, subqueryload

from adapters.records import ALL, Records
from adapters.records.scoping import ScopedSession
from adapters.records.tables import AuditRow
from core.errors import Fatal, PlantroomError, Refused
from tests.adapters.records.lab import A, B, Lab, Part, Plant, Tool, fill

PLANT, PART = Lab.metadata.tables["lab_plant"], Lab.metadata.tables["lab_part"]
Use = Callable[[ScopedSession], Any]
other = aliased(Plant)


@pytest.fixture(autouse=True)
def filled(records: Records) -> None:
    fill(records)


def _ids(rows: Any) -> list[Any]:
    return sorted(rows)


def _by_building(session: ScopedSession) -> list[Any]:
    query = select(Part.building, func.count()).group_by(Part.building)
    return [tuple(row) for row in session.execute(query.order_by(Part.building).limit(9))]


def _added(session: ScopedSession) -> Part:
    part = Part(id=9, name="x", building="a", plant_id=2)
    session.add(part)
    session.flush()
    return part


def _refreshed(session: ScopedSession) -> int:
    plant = session.get_one(Plant, 1)
    session.refresh(plant)
    return plant.id


def _counted(kind: type[Part]) -> Any:
    return select(func.count(kind.id))


def _loaded(session: ScopedSession, how: Any) -> list[int]:
    plant = session.scalars(select(Plant).options(how)).unique().one()
    return [part.id for part in plant.parts]


READS: dict[str, tuple[Use, Any]] = {
    "entities": (lambda s: _ids(x.id for x in s.scalars(select(Plant))), [1]),
    "columns": (lambda s: _ids(s.scalars(select(Part.id))), [1]),
    "count": (lambda s: s.scalar(select(func.count()).select_from(Part)), 1),
    "count of a column": (lambda s: s.scalar(select(func.count(Plant.id))), 1),
    "subquery": (lambda s: _ids(s.scalars(select(select(Plant.id).subquery().c.id))), [1]),
    "cte": (lambda s: _ids(s.scalars(select(select(Plant.id).cte().c.id))), [1]),
    "scalar subquery": (lambda s: s.scalar(select(_counted(Part).scalar_subquery())), 1),
    "alias": (lambda s: _ids(x.id for x in s.scalars(select(other))), [1]),
    "alias of a table, mapped": (
        lambda s: _ids(s.scalars(select(aliased(Plant, PLANT.alias()).id))), [1],
    ),
    "columns of an alias": (lambda s: _ids(s.scalars(select(other.id))), [1]),
    "union": (lambda s: _ids(s.scalars(union_all(select(Plant.id), select(Part.id)))), [1, 1]),
    "exists": (lambda s: s.scalar(select(exists(select(Plant.id).where(Plant.id == 2)))), False),
    "in a select": (
        lambda s: _ids(s.scalars(select(Tool.id).where(Tool.id.in_(select(Part.id))))), [1],
    ),
    "not in a select": (
        lambda s: _ids(s.scalars(select(Tool.id).where(~exists().where(Part.id == 3)))), [1],
    ),
    "join": (lambda s: _ids(s.scalars(select(Part.id).join(Plant))), [1]),
    "join by a relation": (lambda s: _ids(s.scalars(select(Part.id).join(Plant.parts))), [1]),
    "outer join": (
        lambda s: list(s.execute(select(Plant.id, Part.id).outerjoin(Plant.parts))), [(1, 1)],
    ),
    "get": (lambda s: (s.get(Plant, 1) is not None, s.get(Plant, 2)), (True, None)),
    "get of a part": (lambda s: (s.get(Part, 1) is not None, s.get(Part, 2)), (True, None)),
    "lazy": (lambda s: [p.id for p in s.get_one(Plant, 1).parts], [1]),
    "joined": (lambda s: _loaded(s, joinedload(Plant.parts)), [1]),
    "selectin": (lambda s: _loaded(s, selectinload(Plant.parts)), [1]),
    "subquery load": (lambda s: _loaded(s, subqueryload(Plant.parts)), [1]),
    "lazy, of one added here": (lambda s: _added(s).plant, None),
    "query": (lambda s: s.query(Plant).count(), 1),
    "refreshed": (_refreshed, 1),
    "order, group and limit": (_by_building, [("a", 1)]),
    "locked": (lambda s: _ids(s.scalars(select(Part.id).with_for_update())), [1]),
}  # fmt: skip


@pytest.mark.parametrize("name", READS)
def test_reads_see_one_building(records: Records, name: str) -> None:
    ask, expected = READS[name]
    with records.session(A) as session:
        assert ask(session) == expected


def test_the_same_statements_see_everything_with_all(records: Records) -> None:
    with records.session(ALL) as session:
        assert session.scalar(select(func.count()).select_from(Part)) == 3
        assert session.scalar(text("SELECT count(*) FROM lab_part")) == 3
        assert session.connection().scalar(select(func.count()).select_from(PART)) == 3


def test_one_statement_serves_many_scopes(records: Records) -> None:
    seen = []
    for scope in (A, B, frozenset({"a", "b"}), frozenset[str](), A):
        with records.session(scope) as session:
            seen.append(_ids(session.scalars(select(Part.id))))
    assert seen == [[1], [2, 3], [1, 2, 3], [], [1]]


def test_changes_by_a_condition_touch_one_building(records: Records) -> None:
    with records.session(A) as session:
        session.execute(update(Part).values(name="new"))
        session.execute(delete(Part).where(Part.id == 3))
        session.execute(update(Plant).where(Plant.id.in_(select(Part.plant_id))).values(name="new"))
    with records.session(ALL) as session:
        assert dict(session.execute(select(Part.id, Part.name)).all()) == {
            1: "new", 2: "shaft", 3: "fan",
        }  # fmt: skip
        assert _ids(session.scalars(select(Plant.id).where(Plant.name == "new"))) == [1]


def _foreign(session: ScopedSession) -> Plant:
    """A plant of building b, as an object that another session had loaded."""
    plant: Plant = session.info["foreign"]
    return plant


def _try(records: Records, use: Use, foreign: Plant) -> None:
    with records.session(A) as session:
        session.info["foreign"] = foreign
        use(session)


def _move_here(session: ScopedSession) -> None:
    session.add(_foreign(session))
    _foreign(session).building = "a"


def _move_here_expired(session: ScopedSession) -> None:
    session.add(_foreign(session))
    session.expire(_foreign(session))
    _foreign(session).building = "a"


def _move_expired(session: ScopedSession) -> None:
    plant = session.get_one(Plant, 1)
    session.expire(plant)
    plant.building = "b"


ESCAPES: dict[str, Use] = {
    "text": lambda s: s.execute(text("SELECT * FROM lab_plant")),
    "text with columns": lambda s: s.execute(text("SELECT id FROM lab_plant").columns(Plant.id)),
    "from a text": lambda s: s.scalars(
        select(Plant).from_statement(text("SELECT * FROM lab_plant"))
    ),
    "from a table": lambda s: s.scalars(select(Plant).from_statement(select(PLANT))),
    "from a class": lambda s: s.scalars(select(Plant).from_statement(select(Plant))),
    "text in a condition": lambda s: s.execute(select(Plant).where(text("1=1) OR (1=1"))),
    "table": lambda s: s.execute(select(PLANT)),
    "table's column": lambda s: s.execute(select(PLANT.c.id)),
    "exists without a query": lambda s: s.scalar(select(exists().where(Plant.id == 2))),
    "table in a subquery": lambda s: s.execute(
        select(Tool.id).where(Tool.id.in_(select(PART.c.plant_id)))
    ),
    "exists of a table": lambda s: s.execute(select(Tool.id).where(exists(select(PLANT.c.id)))),
    "counting a table": lambda s: s.execute(
        select(Plant.id, select(func.count()).select_from(PLANT).scalar_subquery())
    ),
    "subquery of a table": lambda s: s.execute(select(Plant.id, select(PLANT).subquery().c.id)),
    "cte of a table": lambda s: s.execute(select(Plant.id, select(PLANT).cte().c.id)),
    "alias of a table in a subquery": lambda s: s.execute(
        select(Tool.id).where(Tool.id.in_(select(PLANT.alias().c.id)))
    ),
    "union with a table": lambda s: s.execute(union_all(select(Plant.id), select(PLANT.c.id))),
    "connection": lambda s: s.connection(),
    "insert": lambda s: s.execute(insert(Plant).values(id=5, name="x", building="b")),
    "insert of many": lambda s: s.execute(insert(Plant), [{"id": 5, "name": "x", "building": "b"}]),
    "insert with an answer": lambda s: s.scalars(
        insert(Plant).returning(Plant.id), [{"id": 5, "name": "x", "building": "b"}]
    ).all(),
    "insert into a table": lambda s: s.execute(
        insert(PLANT).values(id=5, name="x", building="b")
    ),
    "insert from a select": lambda s: s.execute(
        insert(Plant).from_select(["id", "building"], select(Part.id, Part.building))
    ),
    "update of a table": lambda s: s.execute(update(PLANT).values(name="x")),
    "delete from a table": lambda s: s.execute(delete(PLANT)),
    "delete from a table by a class": lambda s: s.execute(delete(PLANT).where(Plant.id == 2)),
    "update by keys": lambda s: s.execute(update(Plant), [{"id": 2, "name": "x"}]),
    "move in bulk": lambda s: s.execute(update(Plant).values(building="b")),
    "move in bulk by column": lambda s: s.execute(update(Plant).values({Plant.building: "b"})),
    "move in bulk, in order": lambda s: s.execute(
        update(Plant).ordered_values((Plant.building, "b"))
    ),
    "move in bulk by parameter": lambda s: s.execute(update(Plant), {"building": "b"}),
    "change inside a select": lambda s: s.execute(
        select(Plant.id).add_cte(delete(Part).returning(Part.id).cte())
    ),
    "bulk objects": lambda s: s.bulk_save_objects([Plant(id=5, name="x", building="b")]),
    "bulk mappings": lambda s: s.bulk_insert_mappings(Plant, [{"id": 5}]),
    "bulk update": lambda s: s.bulk_update_mappings(Plant, [{"id": 2, "name": "x"}]),
    "added": lambda s: s.add(Plant(id=5, name="x", building="b")),
    "added without a building": lambda s: s.add(Plant(id=5, name="x")),
    "added below": lambda s: s.add(Part(name="x", building="b", plant=s.get_one(Plant, 1))),
    "merged": lambda s: s.merge(Plant(id=5, name="x", building="b")),
    "moved away": lambda s: setattr(s.get_one(Plant, 1), "building", "b"),
    "moved away, expired": _move_expired,
    "moved here": _move_here,
    "moved here, expired": _move_here_expired,
    "deleted of others": lambda s: s.delete(_foreign(s)),
}  # fmt: skip


@pytest.mark.parametrize("name", ESCAPES)
def test_whatever_could_reach_another_building_is_refused(records: Records, name: str) -> None:
    with records.session(ALL) as session:
        foreign = session.get_one(Plant, 2)
    before = _everything(records)
    with pytest.raises(PlantroomError) as error:
        _try(records, ESCAPES[name], foreign)
    assert isinstance(error.value, (Fatal, Refused))
    assert _everything(records) == before


def _everything(records: Records) -> list[Any]:
    with records.session(ALL) as session:
        connection = session.connection()
        return [
            connection.execute(select(kept).order_by(kept.c.id)).all() for kept in (PLANT, PART)
        ]


def test_what_enters_or_leaves_another_building_is_absent(records: Records) -> None:
    with pytest.raises(Refused) as error, records.session(A) as session:
        session.add(Plant(id=5, name="x", building="b"))
    assert error.value.code == "absent"


def test_taking_over_a_foreign_id_fails(records: Records) -> None:
    with pytest.raises(IntegrityError), records.session(A) as session:
        session.merge(Plant(id=2, name="mine now", building="a"))
    with records.session(ALL) as session:
        assert session.get_one(Plant, 2).building == "b"


def test_within_its_buildings_a_session_does_everything(records: Records) -> None:
    with records.session(frozenset({"a", "b"})) as session:
        session.get_one(Plant, 1).building = "b"
        session.add(Part(id=9, name="belt", building="a"))
        session.delete(session.get_one(Part, 3))
    with records.session(ALL) as session:
        assert session.get_one(Plant, 1).building == "b"
        assert _ids(session.scalars(select(Part.id))) == [1, 2, 9]


def test_rows_of_no_building_are_free(records: Records) -> None:
    with records.session(A) as session:
        session.add(Tool(id=2, name="saw"))
        session.execute(update(Tool).where(Tool.id == 1).values(name="lock"))
        assert _ids(session.scalars(select(Tool.name))) == ["lock", "saw"]


@pytest.mark.parametrize("scope", [None, "", "a", {"a"}, ["a"], ()])
def test_without_a_scope_there_is_no_session(records: Records, scope: Any) -> None:
    with pytest.raises(Fatal), records.session(scope):
        pass
    with pytest.raises(TypeError):
        ScopedSession(records.engine)  # type: ignore[call-arg]


def test_a_scope_never_changes(records: Records) -> None:
    with records.session(A) as session, pytest.raises(AttributeError):
        session.scope = ALL  # type: ignore[misc]


@pytest.mark.parametrize("scope", [A, ALL])
@pytest.mark.parametrize(
    "change",
    [
        lambda s: s.execute(update(AuditRow).values(actor="nobody")),
        lambda s: s.execute(delete(AuditRow)),
        lambda s: s.delete(s.scalars(select(AuditRow)).one()),
        lambda s: setattr(s.scalars(select(AuditRow)).one(), "actor", "nobody"),
    ],
)
def test_nobody_changes_the_audit_log(records: Records, scope: Any, change: Use) -> None:
    with records.session(ALL) as session:
        session.add(AuditRow(at=1, actor="admin", action="test"))
    with pytest.raises(Fatal), records.session(scope) as session:
        change(session)


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_the_database_itself_keeps_the_audit_log(records: Records, statement: str) -> None:
    with records.session(ALL) as session:
        session.add(AuditRow(at=1, actor="admin", action="test"))
    with pytest.raises(DBAPIError, match="append-only"), records.session(ALL) as session:
        session.execute(text(statement))
