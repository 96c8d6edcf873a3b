"""Tables of the work on an order: permits, helpers, reports, photos, contractors' links."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from adapters.records.base import Base
from adapters.records.orders import OfOrder


class OrderPermit(OfOrder, Base):
    """Leave to do dangerous work on an order, from one person to those who do it.

    Attributes:
        kind: As :class:`core.words.Permit`.
        number: Of the paper, the lock or the tag.
        issued_by: Log-in; never one of those who work under it.
        valid_until: Run clock. [ms]
        ended_at: When it was handed back or withdrawn. [ms]
    """

    __tablename__ = "order_permit"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("work_order.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    number: Mapped[str] = mapped_column(String(80))
    issued_by: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[int]
    valid_until: Mapped[int]
    ended_at: Mapped[int | None]


class OrderNeed(OfOrder, Base):
    """What a person said that an order needs, beyond what its rule's card says.

    Attributes:
        kind: ``licence``, ``permit`` or ``people``.
        what: The licence or permit; for ``people`` how many.
    """

    __tablename__ = "order_need"

    order_id: Mapped[str] = mapped_column(ForeignKey("work_order.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    what: Mapped[str] = mapped_column(String(16), primary_key=True)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[int]


class OrderHelper(OfOrder, Base):
    """Somebody who works on an order beside the one who leads it. Run clock. [ms]"""

    __tablename__ = "order_helper"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("work_order.id"), index=True)
    login: Mapped[str] = mapped_column(String(64))
    since: Mapped[int]
    until: Mapped[int | None]


class OrderReport(OfOrder, Base):
    """What the crew gave back with one *done*.

    Attributes:
        attempt: Of the order; one report an attempt.
        done_at: When the work ended, as its author says. [ms]
        entered_by: Who typed it in; another person where it came on paper.
        declared: ``done_at`` was read off a paper sheet or a phone's clock and is nobody's stamp.
        alarm: Whether the finding was true; None where nobody said.
        parts: What was used: name and number of each.
    """

    __tablename__ = "order_report"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("work_order.id"), index=True)
    attempt: Mapped[int]
    done_at: Mapped[int]
    done_by: Mapped[str] = mapped_column(String(64))
    entered_at: Mapped[int]
    entered_by: Mapped[str] = mapped_column(String(64))
    declared: Mapped[bool] = mapped_column(default=False)
    cause: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64), default="")
    alarm: Mapped[bool | None]
    minutes: Mapped[int]
    parts: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)


class OrderPhoto(OfOrder, Base):
    """A photo of an order, without what the camera wrote into it.

    Attributes:
        name: Random; what its address ends with.
        media: ``image/jpeg``, ``image/png`` or ``image/webp``.
        sha256: Of the bytes kept; the same photo sent twice is one.
    """

    __tablename__ = "order_photo"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("work_order.id"), index=True)
    name: Mapped[str] = mapped_column(String(32), unique=True)
    media: Mapped[str] = mapped_column(String(16))
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[int]
    by: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(String(200), default="")
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class ContractorLink(OfOrder, Base):
    """A link that opens one order to a contractor; secrets are kept as hashes.

    Attributes:
        login: The firm that it was made for.
        secret: Hash of what the address ends with.
        code: Hash of the code that binds it to one phone.
        bound: Hash of that phone's cookie; None until the code was typed.
        person: Whom the firm sends.
        failures: Wrong codes so far.
        expires_at: Run clock. [ms]
    """

    __tablename__ = "contractor_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("work_order.id"), index=True)
    login: Mapped[str] = mapped_column(String(64))
    secret: Mapped[str] = mapped_column(String(64), unique=True)
    code: Mapped[str] = mapped_column(String(64))
    bound: Mapped[str | None] = mapped_column(String(64), unique=True)
    bound_at: Mapped[int | None]
    person: Mapped[str] = mapped_column(String(120), default="")
    failures: Mapped[int] = mapped_column(default=0)
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[int]
    expires_at: Mapped[int]
    revoked_at: Mapped[int | None]
