"""Pages without a log-in: reporting something at a place, and following what was reported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile

from adapters.photos import MOST_BYTES, cleaned
from api import orders, whereabouts
from api.arrivals import arrivals, inspections
from api.asker import ServicesDep, cookie_name
from api.identity import session_of
from api.problems import STATUS_OF
from api.refusals import said
from api.requests import STAGE_WORDS, kind_of
from api.services import Services
from api.view import language_of, page
from core.errors import Refused
from workorders.requests.following import BEST
from workorders.requests.intake import MOST_PHOTOS, Report
from workorders.requests.kinds import KINDS
from workorders.requests.places import Place

router = APIRouter(include_in_schema=False)
Token = Annotated[str, Path(max_length=140)]
Secret = Annotated[str, Path(max_length=64)]
SEE_OTHER = 303
_EMPTY = {"kind": "", "words": "", "phone": ""}
PRIVATE = {"Referrer-Policy": "no-referrer"}
"""The address of such a page is a secret: it is told to nobody that the page links to."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it came, its photos not yet looked into."""

    fields: dict[str, str]
    photos: list[bytes]


def placed(given: ServicesDep, token: Token) -> Place:
    """The place of a label.

    Raises:
        Refused: It is none of ours.
    """
    place = given.orders.requests.place(token)
    if place is None:
        raise Refused("this label is of no place here", code="absent")
    return place


PlaceDep = Annotated[Place, Depends(placed, scope="function")]


async def sent_form(request: Request, _: PlaceDep) -> Sent:
    """The form, once it is known that its label is ours: strangers send nothing large.

    A photo is read no further than it may be long: it is refused then, whatever follows.
    """
    async with request.form(max_files=MOST_PHOTOS + 1, max_fields=12) as form:
        files = [f for f in form.getlist("photos") if isinstance(f, UploadFile)]
        photos = [data for f in files if (data := await f.read(MOST_BYTES + 1))]
        return Sent({k: v for k, v in form.items() if isinstance(v, str)}, photos)


@router.get("/r/{token}")
def form(request: Request, given: ServicesDep, place: PlaceDep, token: Token) -> Response:
    """What is wrong here? And what is known already."""
    return _form(request, given, place, token, _EMPTY)


@router.post("/r/{token}")
async def report(
    request: Request, given: ServicesDep, place: PlaceDep, token: Token,
    sent: Annotated[Sent, Depends(sent_form, scope="function")],
) -> Response:  # fmt: skip
    """Take it down; what cannot stand comes back in its form, with what was typed."""
    return await run_in_threadpool(_take, request, given, place, token, sent)


@router.get("/f/{secret}")
def followed(request: Request, given: ServicesDep, secret: Secret) -> Response:
    """How far it is; looking changes nothing."""
    return _followed(request, given, secret)


@router.post("/f/{secret}/answer")
async def answer(request: Request, given: ServicesDep, secret: Secret) -> Response:
    """Whether it is mended."""
    form = await _fields(request)

    def say() -> None:
        mended = form.get("mended") == "1"
        given.orders.requests.answer(secret, mended=mended, note=form.get("note", ""))

    return await run_in_threadpool(_said, request, given, secret, say)


@router.post("/f/{secret}/rate")
async def rate(request: Request, given: ServicesDep, secret: Secret) -> Response:
    """How it was, once."""
    form = await _fields(request)

    def say() -> None:
        stars = form.get("stars", "")
        cookie = request.cookies.get(cookie_name(given))
        inside = bool(cookie) and session_of(given.records, str(cookie)) is not None
        given.orders.requests.rate(
            secret, int(stars) if stars in set("12345") else 0, form.get("remark", ""),
            staff=inside or whereabouts.of_staff(request),
            network=whereabouts.network_of(request, given),
        )  # fmt: skip

    return await run_in_threadpool(_said, request, given, secret, say)


async def _fields(request: Request) -> dict[str, str]:
    async with request.form(max_files=0, max_fields=12) as form:
        return {k: v for k, v in form.items() if isinstance(v, str)}


def _said(request: Request, given: Services, secret: str, say: object) -> Response:
    assert callable(say)  # noqa: S101 - given two functions above
    try:
        say()
    except Refused as error:
        if error.code == "absent":
            raise
        problem = said(error, language_of(request))
        return _followed(request, given, secret, problem, STATUS_OF.get(error.code, 422))
    return RedirectResponse(_address(request, f"/f/{secret}"), SEE_OTHER, headers=PRIVATE)


def _take(request: Request, given: Services, place: Place, token: str, sent: Sent) -> Response:
    tr = language_of(request)
    network = request.client.host if request.client else ""
    kept = {**_EMPTY, **{key: sent.fields[key] for key in _EMPTY if key in sent.fields}}
    requests = given.orders.requests
    try:
        requests.ask(place, network, sum(len(photo) for photo in sent.photos))
        taken = requests.report(
            Report(
                place=place.id, kind=kind_of(kept["kind"]), words=kept["words"],
                phone=kept["phone"], language=tr.language, network=network,
                photos=[cleaned(photo) for photo in sent.photos],
            )
        )  # fmt: skip
    except Refused as error:
        if error.code == "absent":
            raise
        if error.code != "too_many":
            requests.refused(network)
        status = STATUS_OF.get(error.code, 422)
        return _form(request, given, place, token, kept, said(error, tr), status)
    return RedirectResponse(_address(request, f"/f/{taken.secret}"), SEE_OTHER, headers=PRIVATE)


def _form(
    request: Request, given: Services, place: Place, token: str, kept: dict[str, str],
    problem: str = "", status: int = 200,
) -> Response:  # fmt: skip
    tr = language_of(request)
    known = given.orders.requests.known(place)
    return page(
        request, "report.html", status, headers=PRIVATE,
        place=orders.place_of(given.site, place.id, tr),
        kinds=[(kind.value, tr(card.asked), tr(card.first), kind in known, card.severity == 1)
               for kind, card in KINDS.items()],
        address=_address(request, f"/r/{token}"), kept=kept, problem=problem,
        others=_others(request, f"/r/{token}"), photos=MOST_PHOTOS,
        arrivals=arrivals(request, given, place, tr),
        inspections=inspections(request, given, place, tr),
    )  # fmt: skip


def _followed(
    request: Request, given: Services, secret: str, problem: str = "", status: int = 200
) -> Response:
    tr = language_of(request)
    found = given.orders.requests.follow(secret)
    return page(
        request, "followed.html", status, headers=PRIVATE, problem=problem, r=found,
        place=orders.place_of(given.site, found.place, tr), asked=tr(KINDS[found.kind].asked),
        stage=tr(STAGE_WORDS[found.stage]), first=tr(KINDS[found.kind].first),
        address=_address(request, f"/f/{secret}"), stars=range(BEST, 0, -1),
        answer=_address(request, f"/f/{secret}/answer"), others=_others(request, f"/f/{secret}"),
        rate=_address(request, f"/f/{secret}/rate"),
    )  # fmt: skip


def _address(request: Request, path: str) -> str:
    """The same language on the next page: nothing is kept in the browser."""
    wish = request.query_params.get("lang", "")
    return f"{path}?lang={wish}" if wish in {"en", "zh_Hans"} else path


def _others(request: Request, path: str) -> tuple[str, str, str]:
    """The page in the other language: address, its name, its tag."""
    if language_of(request).language == "en":
        return f"{path}?lang=zh_Hans", "简体中文", "zh-Hans"
    return f"{path}?lang=en", "English", "en"
