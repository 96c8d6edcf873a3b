"""A command that comes twice is done once: a phone that lost the answer sends it again."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from sqlalchemy import delete

from adapters.records.tables import IdempotencyRow
from core.actor import Actor
from core.clock import DAY_MS
from core.words import Text
from workorders.act import Act
from workorders.book import Book
from workorders.refusals import invalid

KEPT_MS = 14 * DAY_MS
"""A phone that was away for longer is told what happened meanwhile instead."""

DONE = 200
"""What the answer said the first time; only what was done is remembered."""


def again(book: Book, actor: Actor, act: Act) -> bool:
    """Whether this very command was done before.

    Raises:
        Refused: ``invalid`` where its key came with another command.
    """
    return known(book, actor, act.key, _body(act)) is not None


def known(book: Book, actor: Actor, key: str, body: str) -> dict[str, Any] | None:
    """What was answered to a key with this body; None where it is new.

    Raises:
        Refused: ``invalid`` where the key came with another body.
    """
    row = book.session.get(IdempotencyRow, (actor.login, key)) if key else None
    if row is None:
        return None
    if row.body != body:
        raise invalid(Text("This key was used for another command."), "key")
    return row.answer or {}


def version_then(book: Book, actor: Actor, act: Act) -> int | None:
    """The version that a command left its order with when it was done.

    Who lost the answer has not seen what came after it: the next command that leans on this
    one must not pass as if it had.
    """
    row = book.session.get(IdempotencyRow, (actor.login, act.key)) if act.key else None
    return None if row is None or row.answer is None else int(row.answer["version"])


def keep(book: Book, actor: Actor, act: Act, version: int) -> None:
    """Remembers a command in the transaction that did it."""
    remember(book, actor, act.key, _body(act), {"version": version})


def remember(book: Book, actor: Actor, key: str, body: str, answer: dict[str, Any]) -> None:
    """Remembers what was answered to a key, in the transaction that did it; what is old goes."""
    if key:
        old = delete(IdempotencyRow).where(
            IdempotencyRow.actor == actor.login, IdempotencyRow.at < book.now - KEPT_MS
        )
        book.session.execute(old, execution_options={"synchronize_session": False})
        book.session.add(
            IdempotencyRow(
                actor=actor.login, key=key, body=body, status=DONE, answer=answer, at=book.now,
            )
        )  # fmt: skip


def _body(act: Act) -> str:
    # When it is sent differs from sending to sending; it is the same command.
    return body_of(replace(act, key="", sent=None))


def body_of(what: object) -> str:
    """What was sent, short enough to keep."""
    return hashlib.sha256(repr(what).encode()).hexdigest()
