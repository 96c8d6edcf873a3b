"""HTTP to other people's servers: bounded in time and size, and no secret in a log."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

import httpx

from adapters.httplog import keep_addresses_out
from core.errors import Retryable
from workorders.notify.sender import Throttled

TIMEOUT_S = 10.0
MOST_ANSWER = 64 * 1024
"""More than any of these servers says; a page of an error is not read to its end. [bytes]"""


@cache
def client() -> httpx.Client:
    """One for all channels; it follows no redirect, since what it sends is for one server."""
    keep_addresses_out()
    return httpx.Client(timeout=TIMEOUT_S, follow_redirects=False)


def asked(
    method: str, url: str, *, content: bytes | None = None,
    headers: Mapping[str, str] | None = None, params: Mapping[str, str] | None = None,
    auth: tuple[str, str] | None = None,
) -> bytes:  # fmt: skip
    """What the other side answers, where it answers that all is well.

    Raises:
        Retryable: It did not; said without the address.
    """
    answer = _exchange(method, url, content, headers, params, auth)
    if not answer.is_success:
        raise Retryable(f"answered {answer.status_code}")
    return answer.content


def asked_json(
    url: str, said: Mapping[str, Any] | None = None, *,
    headers: Mapping[str, str] | None = None, params: Mapping[str, str] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The answer to a question in JSON: a POST where something is said, else a GET.

    A refusal in JSON is an answer too: Feishu sends its codes with HTTP 400.

    Raises:
        Retryable: There was none, or it is no JSON object.
    """
    content = json.dumps(said, ensure_ascii=False).encode() if said is not None else None
    sent = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
    answer = _exchange("GET" if said is None else "POST", url, content, sent, params, None)
    try:
        found = json.loads(answer.content)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Retryable(f"answered {answer.status_code} and no JSON object")
    return found


def _exchange(
    method: str, url: str, content: bytes | None, headers: Mapping[str, str] | None,
    params: Mapping[str, str] | None, auth: tuple[str, str] | None,
) -> httpx.Response:  # fmt: skip
    try:
        # Given empty, httpx takes the query that the address has away.
        asking = client().build_request(
            method, httpx.URL(url).copy_merge_params(dict(params or {})), content=content,
            headers=dict(headers or {}),
        )  # fmt: skip
        answer = client().send(asking, stream=True, auth=auth or httpx.USE_CLIENT_DEFAULT)
        try:
            body = _read(answer)
        finally:
            answer.close()
    except (httpx.HTTPError, httpx.InvalidURL) as why:
        # Some of these repeat the address.
        raise Retryable(f"no answer: {type(why).__name__}") from None
    if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        raise Throttled("too many at once", retry_after_s=_after(answer.headers))
    return httpx.Response(answer.status_code, content=body)


def _read(answer: httpx.Response) -> bytes:
    parts, size = [], 0
    for part in answer.iter_bytes():
        parts.append(part)
        size += len(part)
        if size > MOST_ANSWER:
            raise Retryable(f"answered more than {MOST_ANSWER} bytes")
    return b"".join(parts)


def _after(headers: httpx.Headers) -> float:
    said = headers.get("Retry-After", "")
    return float(min(int(said), 3600)) if said.isascii() and said.isdigit() else 60.0
