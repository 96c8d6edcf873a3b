"""Where a store is: the URL that a person writes in the settings."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from core.errors import Misconfigured, Mistake

_SHAPE = "duckdb:PATH, duckdb::memory: or influxdb://HOST:PORT/BUCKET?org=…&version=1|2&tls=0|1"
_DEFAULT_PORT = 8086
_FLAGS = {"0": False, "1": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class DuckAddress:
    """A file, or ``:memory:``."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InfluxAddress:
    """A bucket of an InfluxDB server; the token stands elsewhere, so that this can be logged.

    Attributes:
        base: ``http(s)://host:port``.
        bucket: On version 1 the database, or ``database/policy``.
        org: Organisation of the bucket; no meaning on version 1.
        version: Of the server: 1 or 2.
    """

    base: str
    bucket: str
    org: str
    version: int


def parse(url: str) -> DuckAddress | InfluxAddress:
    """Read a store's URL.

    Raises:
        Misconfigured: It is not one; all that is wrong with it.
    """
    scheme, _, rest = url.partition(":")
    if scheme == "duckdb" and rest:
        return DuckAddress(path=rest)
    if scheme == "influxdb":
        return _influx(url)
    raise Misconfigured([_mistake("a store's URL begins with duckdb: or influxdb://")])


def _influx(url: str) -> InfluxAddress:
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    mistakes: list[Mistake] = []
    if parts.username or parts.password or "token" in query:
        mistakes.append(_mistake("a token in the URL would be logged; set it beside the URL"))
    try:
        port = parts.port or _DEFAULT_PORT
    except ValueError:
        port = _DEFAULT_PORT
        mistakes.append(_mistake("the port is not a number from 1 to 65535"))
    bucket = parts.path.strip("/")
    if not parts.hostname or not bucket:
        mistakes.append(_mistake("host or bucket is missing"))
    version, tls = query.get("version", "2"), query.get("tls", "0")
    if version not in {"1", "2"}:
        mistakes.append(_mistake(f"version={version}: 1 and 2 are supported"))
    if tls not in _FLAGS:
        mistakes.append(_mistake(f"tls={tls}: 0 or 1"))
    unknown = sorted(query.keys() - {"org", "version", "tls", "token"})
    mistakes.extend(_mistake(f"unknown setting '{name}'") for name in unknown)
    if version == "2" and not query.get("org"):
        mistakes.append(_mistake("org is missing, and InfluxDB 2 needs one"))
    if mistakes:
        raise Misconfigured(mistakes)
    host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else parts.hostname
    return InfluxAddress(
        base=f"{'https' if _FLAGS[tls] else 'http'}://{host}:{port}",
        bucket=bucket,
        org=query.get("org", "-"),
        version=int(version),
    )


def _mistake(what: str) -> Mistake:
    return Mistake(file="", line=0, what=f"store: {what}", expected=_SHAPE)
