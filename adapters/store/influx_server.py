"""An InfluxDB server: lines in through its own client, InfluxQL through plain HTTP.

InfluxQL is the one query language that versions 1, 2 and 3 all speak, and the client's
query interface speaks only Flux.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import httpx
import msgspec
import urllib3
from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.domain.write_precision import WritePrecision
from influxdb_client.rest import ApiException

from adapters.store.address import InfluxAddress
from core.errors import Fatal, Retryable

_TIMEOUT_S = 30.0
"""A compaction makes a healthy server wait some seconds; after a minute nobody is there."""
_CONNECT_S = 5.0
_TOO_MANY, _SERVER = 429, 500
_DENIED = {401: "the token is refused", 403: "the token may not do this", 404: "no such bucket"}
_DROPPED = re.compile(r"dropped=(\d+)")

Result = list[dict[str, Any]]
"""The series of one statement: ``tags``, ``columns`` and ``values``."""


class LinesRefused(Exception):
    """The server will not have some of these lines.

    Attributes:
        dropped: How many, where it says so.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        found = _DROPPED.search(message)
        self.dropped = int(found[1]) if found else None


class Server:
    """One bucket of one server. Safe to use from several threads."""

    def __init__(self, address: InfluxAddress, token: str | None) -> None:
        self._address = address
        self._client = InfluxDBClient(
            url=address.base,
            token=token or "",
            org=address.org,
            timeout=(int(_CONNECT_S * 1000), int(_TIMEOUT_S * 1000)),
            # The caller's retry is the only one; one below would hide how long the store is away.
            retries=urllib3.Retry(0, redirect=False),
        )
        self._writer = self._client.write_api(write_options=SYNCHRONOUS)
        self._http = httpx.Client(
            base_url=address.base,
            headers={"Authorization": f"Token {token}"} if token else {},
            timeout=httpx.Timeout(_TIMEOUT_S, connect=_CONNECT_S),
            trust_env=False,
        )

    @property
    def where(self) -> str:
        """For messages: server and bucket, no secret."""
        return f"InfluxDB at {self._address.base}, bucket {self._address.bucket}"

    def write(self, lines: bytes) -> None:
        """Write lines with times in ms; durable in the server's log on return.

        Raises:
            LinesRefused: Some will never be accepted; the others may have been.
            Retryable: The server is away or asks to wait.
            Fatal: Token or bucket are wrong.
        """
        try:
            self._writer.write(
                bucket=self._address.bucket,
                record=lines,
                write_precision=cast("WritePrecision", WritePrecision.MS),
            )
        except ApiException as error:
            message = _message(_as_bytes(error.body or error.reason))
            headers: Mapping[str, str] = error.headers or {}
            self._judge(int(error.status or 0), headers, message)
            raise LinesRefused(message) from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise self._away(error) from error

    def query(self, statements: Sequence[str]) -> list[Result]:
        """The answer of each InfluxQL statement.

        Raises:
            Retryable: The server is away or asks to wait.
            Fatal: Token, bucket or statement are wrong.
        """
        if not statements:
            return []
        try:
            answer = self._http.post(
                "/query", params=self._params(), data={"q": ";".join(statements)}
            )
        except httpx.TransportError as error:
            raise self._away(error) from error
        self._check(answer.status_code, answer.headers, answer.content)
        results: list[Result] = [[] for _ in statements]
        for result in msgspec.json.decode(answer.content).get("results", []):
            self._raise_in(result)
            results[result["statement_id"]] = result.get("series", [])
        return results

    def stream(self, statement: str, rows: int) -> Iterator[dict[str, Any]]:
        """The series of one statement in pieces of at most so many rows."""
        params = self._params() | {"chunked": "true", "chunk_size": str(rows)}
        try:
            with self._http.stream("POST", "/query", params=params, data={"q": statement}) as got:
                if got.status_code >= httpx.codes.MULTIPLE_CHOICES:
                    self._check(got.status_code, got.headers, got.read())
                for line in got.iter_lines():
                    for result in msgspec.json.decode(line)["results"] if line.strip() else []:
                        self._raise_in(result)
                        yield from result.get("series", [])
        except httpx.TransportError as error:
            raise self._away(error) from error

    def close(self) -> None:
        """Close all connections."""
        self._writer.close()  # type: ignore[no-untyped-call]
        self._client.close()  # type: ignore[no-untyped-call]
        self._http.close()

    def _params(self) -> dict[str, str]:
        database, _, policy = self._address.bucket.partition("/")
        if self._address.version == 1:
            return {"db": database, "epoch": "ms"} | ({"rp": policy} if policy else {})
        return {"db": self._address.bucket, "epoch": "ms"}

    def _check(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        if status >= httpx.codes.MULTIPLE_CHOICES:
            message = _message(body)
            self._judge(status, headers, message)
            raise Fatal(f"{self.where} refuses a query: {message}")

    def _judge(self, status: int, headers: Mapping[str, str], message: str) -> None:
        if status == _TOO_MANY or status >= _SERVER or status == 0:
            raise Retryable(f"{self.where}: {message}", retry_after_s=_retry_after(headers))
        if status in _DENIED:
            raise Fatal(f"{self.where}: {_DENIED[status]} ({message})")

    def _raise_in(self, result: Mapping[str, Any]) -> None:
        if "error" not in result:
            return
        message = str(result["error"])
        if "timeout" in message or "engine is closed" in message:
            raise Retryable(f"{self.where}: {message}")
        raise Fatal(f"{self.where}: {message}")

    def _away(self, error: Exception) -> Retryable:
        return Retryable(f"{self.where} is away: {type(error).__name__}")


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds the server asks to wait; it may also send a date, which is no reason to fail."""
    try:
        return max(float(headers.get("Retry-After", "1")), 0.0)
    except ValueError:
        return 1.0


def _as_bytes(body: Any) -> bytes:
    return body if isinstance(body, bytes) else str(body).encode()


def _message(body: bytes) -> str:
    try:
        said = json.loads(body)
        return str(said.get("error") or said.get("message") or said)
    except (ValueError, AttributeError):
        return body[:200].decode(errors="replace")
