"""Tables of what people report: in their words, with photos, and what they said of the repair."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from adapters.records.base import Base, Scoped
from adapters.records.orders import OfOrder


class ServiceRequest(OfOrder, Base):
    """What somebody reported at a place; the order that mends it is another row.

    Attributes:
        place: Id of the space or equipment.
        kind: What is wrong: :class:`workorders.requests.kinds.Kind`.
        phone: Masked, as anybody may see it: ``138····5678``; empty where none was given.
        phone_mark: The same number says the same here, and nobody reads it back.
        network: The same for the address that it came from; empty for a call.
        secret: Hash of the link by which its reporter follows it.
        entered_by: Log-in of who took the call; None where the reporter wrote it themselves.
        joined: Whether an open order explained it already.
        said_at: When it was reported. Run clock. [ms]
        received_at: When it came in; limits count by it. System time. [ms]
        mended: What the reporter said of the repair; None while they have not.
        stars: 1…5, given once after the order closed.
        left_out: Why the rating is in no average; empty where it counts.
    """

    __tablename__ = "service_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("work_order.id"), index=True)
    place: Mapped[str] = mapped_column(String(120), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    words: Mapped[str] = mapped_column(String(1000))
    phone: Mapped[str] = mapped_column(String(32), default="")
    phone_mark: Mapped[str] = mapped_column(String(64), default="", index=True)
    network: Mapped[str] = mapped_column(String(64), default="", index=True)
    language: Mapped[str] = mapped_column(String(16))
    secret: Mapped[str] = mapped_column(String(64), unique=True)
    entered_by: Mapped[str | None] = mapped_column(String(64))
    joined: Mapped[bool]
    said_at: Mapped[int]
    received_at: Mapped[int] = mapped_column(index=True)
    mended: Mapped[bool | None]
    answered_at: Mapped[int | None]
    stars: Mapped[int | None]
    remark: Mapped[str] = mapped_column(String(1000), default="")
    rated_at: Mapped[int | None]
    left_out: Mapped[str] = mapped_column(String(16), default="")


class RequestPhoto(Scoped, Base):
    """A picture of what is wrong, without anything that its camera wrote into it.

    Attributes:
        id: Random: nobody counts photos.
        media: ``image/jpeg`` or ``image/png``.
    """

    __tablename__ = "request_photo"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("service_request.id"), index=True)
    media: Mapped[str] = mapped_column(String(24))
    width: Mapped[int]
    height: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)

    request: Mapped[ServiceRequest] = relationship(lazy="raise")


class KeyOfSite(Base):
    """A random key of this installation, made when it is first needed.

    Attributes:
        name: What it is for.
    """

    __tablename__ = "site_key"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[bytes] = mapped_column(LargeBinary)
