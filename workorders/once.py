"""A command that comes twice is done once: a phone that lost the answer sends it again."""

from __future__ import annotations

import hashlib
from dataclasses import replace

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
    if not act.key:
        return False
    known = book.session.get(IdempotencyRow, (actor.login, act.key))
    if known is None:
        return False
    if known.body != _body(act):
        raise invalid(Text("This key was used for another command."), "key")
    return True


def version_then(book: Book, actor: Actor, act: Act) -> int | None:
    """The version that a command left its order with when it was done.

    Who lost the answer has not seen what came after it: the next command that leans on this
    one must not pass as if it had.
    """
    known = book.session.get(IdempotencyRow, (actor.login, act.key)) if act.key else None
    return None if known is None or known.answer is None else int(known.answer["version"])


def keep(book: Book, actor: Actor, act: Act, version: int) -> None:
    """Remembers a command in the transaction that did it; what is old goes."""
    if act.key:
        old = delete(IdempotencyRow).where(
            IdempotencyRow.actor == actor.login, IdempotencyRow.at < book.now - KEPT_MS
        )
        book.session.execute(old, execution_options={"synchronize_session": False})
        book.session.add(
            IdempotencyRow(
                actor=actor.login, key=act.key, body=_body(act), status=DONE,
                answer={"version": version}, at=book.now,
            )
        )  # fmt: skip


def _body(act: Act) -> str:
    # When it is sent differs from sending to sending; it is the same command.
    return hashlib.sha256(repr(replace(act, key="", sent=None)).encode()).hexdigest()
