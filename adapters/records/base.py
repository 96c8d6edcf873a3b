"""What every table of the records shares: naming, scope by building, times as UTC ms."""

from __future__ import annotations

from typing import Any, ClassVar, Final, Literal

from sqlalchemy import BigInteger, Integer, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

All = Literal["all"]
ALL: Final[All] = "all"
"""Scope of background work and of people whose scope is the whole campus."""

Scope = frozenset[str] | All
"""Buildings that a database session may see; there is no session without a scope."""


def scope_of(buildings: frozenset[str] | None) -> Scope:
    """The scope of an actor: :attr:`core.actor.Actor.buildings`, None being the campus."""
    return ALL if buildings is None else buildings


class Base(DeclarativeBase):
    """Root of all tables; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: BigInteger().with_variant(Integer(), "sqlite")
    }


class Scoped:
    """Mixin of rows that belong to one building; sessions see only those of their scope."""

    # The value before a change is always loaded: leaving a building is checked like entering one.
    building: Mapped[str] = mapped_column(String(64), index=True, active_history=True)


class AppendOnly:
    """Mixin of rows that are written once: no session changes or removes them."""
