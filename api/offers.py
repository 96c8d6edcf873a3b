"""Forms with a contractor's quote: read, entered, and its paper given back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote as quoted

from fastapi import Path, Request
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from api.services import Services
from core.actor import Actor
from core.errors import Refused
from workorders.crew.quoting import MOST_BYTES, Paper

QuoteId = Annotated[int, Path(ge=1, le=2**53)]


@dataclass(frozen=True, slots=True)
class Offer:
    """A quote of a form, with its form's token."""

    amount: str
    words: str
    paper: Paper | None
    csrf: str


async def offer_of(request: Request) -> Offer:
    """The quote of a form; of its file at most one byte more is read than is kept."""
    async with request.form(max_files=1, max_fields=5) as form:
        file, paper = form.get("file"), None
        if isinstance(file, UploadFile) and file.filename:
            paper = Paper(name=file.filename, data=await file.read(MOST_BYTES + 1))
        words = {k: v for k in ("amount", "words", "csrf") if isinstance(v := form.get(k), str)}
    return Offer(words.get("amount", ""), words.get("words", ""), paper, words.get("csrf", ""))


def enter_quote(given: Services, actor: Actor, order: str, sent: Offer) -> None:
    """Enters it.

    Raises:
        Refused: Its amount is no number, or the order takes none.
    """
    try:
        amount = float(sent.amount)
    except ValueError as error:
        raise Refused("A field of the form cannot be read.") from error
    given.orders.quotes.enter(actor, order, amount=amount, words=sent.words, paper=sent.paper)


def paper(given: Services, actor: Actor, order: str, quote: int) -> Response:
    """A quote's paper, to be saved: nothing that somebody sent opens inside these pages."""
    name, media, data = given.orders.quotes.file(actor, order, quote)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quoted(name, safe='')}"}
    return Response(data, media_type=media, headers=headers)
