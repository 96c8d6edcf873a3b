"""Two tables of the suite's own: plant with parts, in two buildings."""

from __future__ import annotations

from sqlalchemy import ForeignKey, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from adapters.records import ALL, Records
from adapters.records.base import Scoped


class Lab(DeclarativeBase):
    """Root of the suite's tables; the migrations know nothing of them."""

    metadata = MetaData()


class Plant(Scoped, Lab):
    """A pump with its parts."""

    __tablename__ = "lab_plant"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    parts: Mapped[list[Part]] = relationship(back_populates="plant")


class Part(Scoped, Lab):
    """A part, which may lie in another building than its plant."""

    __tablename__ = "lab_part"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    plant_id: Mapped[int | None] = mapped_column(ForeignKey("lab_plant.id"))
    plant: Mapped[Plant | None] = relationship(back_populates="parts")


class Tool(Lab):
    """Something that belongs to no building."""

    __tablename__ = "lab_tool"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


A, B = frozenset({"a"}), frozenset({"b"})


def fill(records: Records) -> None:
    """Plant 1 of building a with a part in each building, plant 2 of b with one; a tool."""
    Lab.metadata.create_all(records.engine)
    with records.session(ALL) as session:
        first = Plant(id=1, name="one", building="a")
        second = Plant(id=2, name="two", building="b")
        seal = Part(id=1, name="seal", building="a", plant=first)
        shaft = Part(id=2, name="shaft", building="b", plant=first)
        fan = Part(id=3, name="fan", building="b", plant=second)
        session.add_all([seal, shaft, fan, Tool(id=1, name="key")])
