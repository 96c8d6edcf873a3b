"""Photos at an order: kept once, shown to who sees the order."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from adapters.photos import Photo, cleaned
from adapters.records.base import scope_of
from adapters.records.orders import Order
from adapters.records.work import OrderPhoto
from core.actor import Actor
from core.words import Role, Text
from workorders.book import Book
from workorders.desk import Desk
from workorders.happenings import Happening
from workorders.refusals import OrderRefused, absent, forbidden

MOST_PHOTOS = 10
"""At one order and attempt."""
MOST_OF_ALL = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoView:
    """A photo without its bytes. [ms] [px]"""

    name: str
    at: int
    by: str
    note: str
    width: int
    height: int


@dataclass(frozen=True)
class Photos:
    """Photos of orders, as an actor may see and send them."""

    desk: Desk

    def send(self, actor: Actor, id_: str, data: bytes, note: str = "") -> str:
        """Keeps a photo without its metadata; its name. One that is sent again is kept once.

        Raises:
            Refused: ``absent``; ``forbidden`` to viewers; ``invalid`` where it is no photo or
                there are too many.
        """
        if actor.role is Role.VIEWER:
            raise forbidden()
        photo = cleaned(data)
        digest = hashlib.sha256(photo.data).hexdigest()
        with self.desk.sessions.session(scope_of(actor.buildings)) as session:
            book = Book.open(session, self.desk.office, self.desk.clock.now())
            order = book.lock(id_)
            if order is None:
                raise absent()
            mine = select(OrderPhoto.name).where(OrderPhoto.order_id == id_)
            known = session.scalars(mine.where(OrderPhoto.sha256 == digest)).first()
            if known is not None:
                return known
            count = session.scalar(
                select(func.count()).select_from(OrderPhoto).where(OrderPhoto.order_id == id_)
            )
            if (count or 0) >= min(MOST_OF_ALL, MOST_PHOTOS * order.attempt):
                raise OrderRefused(
                    Text("{most} photos are at this order already.", {"most": count or 0}),
                    code="conflict",
                )
            return self._keep(book, order, actor, photo, digest, note)

    def of(self, actor: Actor, id_: str) -> Sequence[PhotoView]:
        """The photos of an order, the newest last.

        Raises:
            Refused: ``absent``.
        """
        with self.desk.sessions.session(scope_of(actor.buildings), reading=True) as session:
            if session.get(Order, id_) is None:
                raise absent()
            query = select(OrderPhoto).where(OrderPhoto.order_id == id_).order_by(OrderPhoto.id)
            return [
                PhotoView(name=row.name, at=row.at, by=self.desk.office.name(row.by),
                          note=row.note, width=row.width, height=row.height)
                for row in session.scalars(query)
            ]  # fmt: skip

    def bytes_of(self, actor: Actor, id_: str, name: str) -> tuple[str, bytes]:
        """Media type and bytes of a photo of an order.

        Raises:
            Refused: ``absent``.
        """
        query = select(OrderPhoto).where(OrderPhoto.order_id == id_, OrderPhoto.name == name)
        with self.desk.sessions.session(scope_of(actor.buildings), reading=True) as session:
            row = session.scalars(query.options(undefer(OrderPhoto.data))).one_or_none()
            if row is None:
                raise absent()
            return row.media, row.data

    def _keep(
        self, book: Book, order: Order, actor: Actor, photo: Photo, digest: str, note: str
    ) -> str:
        name = secrets.token_hex(16)
        book.session.add(
            OrderPhoto(
                order_id=order.id, building=order.building, name=name, media=photo.media,
                width=photo.width, height=photo.height, size=len(photo.data), sha256=digest,
                at=book.now, by=actor.login, note=note.strip()[:200], data=photo.data,
            )
        )  # fmt: skip
        # A photo makes nobody's form stale: it is sent while one is filled in.
        version = order.version
        book.happen(order, Happening.PHOTO, actor=actor.login, note=note.strip()[:200], photo=name)
        order.version = version
        return name
