"""HTTP to a maintenance system: bounded in time and size, and no secret in a log or an error."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import httpx

from adapters.httplog import keep_addresses_out
from core.errors import Refused, Retryable

TIMEOUT_S = 15.0
MOST_ANSWER = 1024 * 1024
"""Ten tickets as such systems write them out are some 100 kB. [bytes]"""
_LATER_S, _MOST_LATER_S = 60.0, 3600.0
_SAID = 200


class Unauthorized(Refused):
    """It does not know us (any more)."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="forbidden")


class Asking:
    """One server.

    Args:
        url: Where its paths begin.
        timeout_s: The longest that an answer is waited for. [s]
    """

    def __init__(self, url: str, *, timeout_s: float = TIMEOUT_S) -> None:
        self._url = url.rstrip("/")
        keep_addresses_out()
        self._client = httpx.Client(timeout=timeout_s, follow_redirects=False)

    def ask(
        self, method: str, path: str, said: Mapping[str, Any] | None = None, *,
        headers: Mapping[str, str], params: Mapping[str, str] | None = None,
    ) -> tuple[int, Any]:  # fmt: skip
        """Status and JSON of an answer of 2xx, or of 404 (its JSON is None then).

        Raises:
            Unauthorized: 401 or 403.
            Refused: It will not have this.
            Retryable: No answer, an error of its own, or too many at once.
        """
        status, body, later = self._exchange(method, path, said, headers, params)
        if status == HTTPStatus.NOT_FOUND:
            return status, None
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            return status, _json(body)
        words = f"answered {status}{_shown(body)}"
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise Unauthorized(words)
        if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Retryable(words, retry_after_s=later)
        raise Refused(words)

    def close(self) -> None:
        """Release the connections."""
        self._client.close()

    def _exchange(
        self, method: str, path: str, said: Mapping[str, Any] | None, headers: Mapping[str, str],
        params: Mapping[str, str] | None,
    ) -> tuple[int, bytes, float]:  # fmt: skip
        sent = dict(headers)
        content = None
        if said is not None:
            content = json.dumps(said, ensure_ascii=False).encode()
            sent["Content-Type"] = "application/json"
        try:
            with self._client.stream(
                method, f"{self._url}/{path}", content=content, headers=sent, params=params
            ) as answer:
                parts, size = [], 0
                for part in answer.iter_bytes():
                    parts.append(part)
                    size += len(part)
                    if size > MOST_ANSWER:
                        raise Retryable(f"answered more than {MOST_ANSWER} bytes")
                return answer.status_code, b"".join(parts), _later(answer.headers)
        except (httpx.HTTPError, httpx.InvalidURL) as why:
            # Some of these repeat the address.
            raise Retryable(f"no answer: {type(why).__name__}", retry_after_s=_LATER_S) from None


def _json(body: bytes) -> Any:
    try:
        return json.loads(body) if body.strip() else None
    except ValueError:
        raise Retryable("answered no JSON") from None


def _shown(body: bytes) -> str:
    """Its own words, as far as they are any: an error page of HTML says nothing to people."""
    text = body[:_SAID].decode(errors="replace").strip()
    return "" if not text or text.startswith("<") else f": {text}"


def _later(headers: httpx.Headers) -> float:
    said = headers.get("Retry-After", "")
    known = said.isascii() and said.isdigit()
    return min(float(said), _MOST_LATER_S) if known else _LATER_S
