"""Settings of a process: from the environment, prefix ``PLANTROOM_``, or a file ``.env``."""

from __future__ import annotations

import os
from hashlib import sha256
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import SettingsConfigDict

from adapters.cmms_settings import CmmsSettings
from adapters.keyfile import key_in
from adapters.notify_settings import NotifySettings
from core.errors import Misconfigured, Mistake
from core.sealing import LEAST_KEY, Seal
from core.words import Role

PREFIX = "PLANTROOM_"

Port = Annotated[int, Field(ge=1, le=65535)]

FACTOR_KEY = "second-factor.key"
"""The key that seals second factors, under ``var``, where no setting gives it."""


class Settings(NotifySettings, CmmsSettings):
    """What differs from one installation to the next; passwords are never shown."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    site: Path = Field(default=Path("sites/wushan"), description="folder of the site's files")
    var: Path = Field(default=Path("var"), description="folder of everything that is written")
    store: SecretStr = Field(
        default=SecretStr(""),
        description="store of readings: duckdb:PATH or influxdb://…; under var/ where empty",
    )
    records: SecretStr = Field(
        default=SecretStr(""),
        description="SQLAlchemy address of the records; SQLite under var/ where empty",
    )

    site_watch_s: float = Field(
        default=5.0,
        ge=0,
        le=3600,
        description="how often the site files are looked at while it runs; a change that is right "
        "is taken up without a restart. 0: by SIGHUP alone. [s]",
    )

    broker_host: str = Field(default="127.0.0.1", description="MQTT broker")
    broker_port: Port = Field(default=1883, description="its port; 8883 is usual with TLS")
    broker_user: str = Field(default="", description="user at the broker; anonymous where empty")
    broker_password: SecretStr = Field(default=SecretStr(""), description="password of that user")
    broker_tls: bool = Field(default=False, description="encrypt, and check the broker's name")
    broker_ca: Path | None = Field(
        default=None, description="certificates to trust; the machine's own where empty"
    )
    broker_cert: Path | None = Field(
        default=None, description="our own certificate, where the broker asks for one"
    )
    broker_key: Path | None = Field(
        default=None, description="its key; in the same file where empty"
    )
    broker_files: Path = Field(
        default=Path("deploy/mosquitto"),
        description="folder of mosquitto's passwords and acl, for plantroom gateway",
    )

    ingest_foreign: bool | None = Field(
        default=None,
        description="whether ingest here hears foreign devices, Sparkplug and hand readings; where "
        "empty, the only worker does, or of several the one named 1",
    )
    sparkplug_host: str = Field(
        default="plantroom",
        pattern=r"^[^+#/]+$",
        description="host id of Sparkplug, which nodes name as their primary host",
    )

    homeassistant: bool = Field(
        default=False,
        description="show every point in Home Assistant by itself, through MQTT discovery",
    )
    homeassistant_prefix: str = Field(
        default="homeassistant",
        pattern=r"^[^+#]+$",
        description="discovery prefix that Home Assistant listens to",
    )

    http_host: str = Field(default="127.0.0.1", description="where the console listens")
    http_port: Port = Field(default=8000, description="its port")
    external_address: str = Field(
        default="",
        description="address that people type, such as https://plantroom.example; "
        "what the console listens on where empty",
    )
    trusted_proxy: str = Field(
        default="",
        description="addresses or networks of proxies before the console, separated by commas: "
        "what they say of the address that a request comes from is believed. Where empty, nobody's "
        "word is; throttles then count everybody behind a proxy as one",
    )
    shared_networks: str = Field(
        default="",
        description="addresses or networks behind which everybody here is, crews and visitors, "
        "separated by commas: a rating from there is not taken for one of the crew's own. Beside "
        "this machine's address",
    )
    secure_cookies: bool = Field(
        default=True, description="cookies over HTTPS, or this machine, alone"
    )

    forecast: Path | None = Field(
        default=None,
        description="CSV of outdoor air by the hour, hour,outdoor_c, which another program puts "
        "there anew; says when the weather comes that a repair's proof waits for. Unknown where "
        "empty",
    )
    second_factor: str = Field(
        default="",
        description="roles that log in with a code of their telephone beside the password, "
        "separated by commas, such as supervisor,engineer,admin: those who may approve, open again "
        "or administer. Others may have one. Nobody must where empty",
    )
    second_factor_key: SecretStr = Field(
        default=SecretStr(""),
        description="seals the secrets of second factors in the records; 16 characters or more, "
        "outside the database and its backups, the same on every machine that serves the console. "
        "Made in second-factor.key under var where empty",
    )
    planned: Literal["live", "always", "never"] = Field(
        default="live",
        description="whether planned work makes orders: live, not in runs of stepped time such as "
        "demo and replay; always; never",
    )
    lateness_s: int = Field(
        default=900,
        ge=0,
        description="how long a window waits for readings that an edge says it has. [s]",
    )
    window: int = Field(
        default=32, ge=1, le=1000, description="batches of a gateway unconfirmed at a time"
    )
    outbox_bytes: int = Field(
        default=2 * 1024**3, ge=1024**2, description="most that an edge keeps unsent. [bytes]"
    )
    outbox_age_s: int = Field(
        default=30 * 86400, ge=3600, description="oldest that an edge keeps unsent. [s]"
    )
    ingest_worker: Annotated[str, Field(pattern=r"^([a-z0-9][a-z0-9-]{0,31})?$")] = Field(
        default="",
        description="name of this worker, such as 1, where several processes run ingest on one "
        "InfluxDB; empty where it is alone",
    )
    spool_bytes: int = Field(
        default=256 * 1024**2,
        ge=0,
        description="most that ingest keeps of foreign devices while the store is away; "
        "0: nothing, their messages stay with the broker. [bytes]",
    )
    rate_messages: float = Field(
        default=500.0,
        ge=0,
        description="messages a second that ingest takes from one gateway for good; 0: no limit. "
        "[1/s]",
    )
    rate_values: float = Field(
        default=50_000.0,
        ge=0,
        description="readings a second that ingest takes from one gateway for good; 0: no limit. "
        "[1/s]",
    )
    rate_burst_s: float = Field(
        default=600.0,
        ge=1,
        description="what a gateway did not use of so long a time may come at once, as after an "
        "outage. [s]",
    )
    ledger_key: SecretStr = Field(
        default=SecretStr(""),
        description="signs each entry of the ledger of savings; kept outside the database, it "
        "shows whether somebody wrote the chain anew. Only hashed where empty",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="least that is logged"
    )

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("external_address")
    @classmethod
    def _origin(cls, value: str) -> str:
        """A scheme and a host alone: the origin that browsers send is compared with it."""
        if not value:
            return value
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
            msg = "expected http:// or https:// and a host, without a path"
            raise ValueError(msg)
        return value.rstrip("/")

    @field_validator("trusted_proxy")
    @classmethod
    def _proxies(cls, value: str) -> str:
        """Addresses and networks; never everybody, or anybody would choose their own address."""
        parts = [part.strip() for part in value.split(",") if part.strip()]
        for part in parts:
            try:
                network = ip_network(part)
            except ValueError:
                msg = "expected addresses or networks such as 127.0.0.1,10.8.0.0/24; no names, no *"
                raise ValueError(msg) from None
            if network.prefixlen == 0:
                msg = "expected the proxies alone: a network of all addresses trusts everybody"
                raise ValueError(msg)
        return ",".join(parts)

    @field_validator("second_factor_key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < LEAST_KEY:
            msg = f"expected {LEAST_KEY} characters or more: shorter ones are soon tried"
            raise ValueError(msg)
        return value

    @property
    def factor_seal(self) -> Seal:
        """Seals the secrets of second factors.

        Raises:
            Misconfigured: The file of the key holds something else, or cannot be made.
        """
        said = self.second_factor_key.get_secret_value()
        key = sha256(said.encode()).digest() if said else key_in(self.var / FACTOR_KEY)
        return Seal(key)

    @field_validator("second_factor")
    @classmethod
    def _roles(cls, value: str) -> str:
        parts = [part.strip().lower() for part in value.split(",") if part.strip()]
        if set(parts) - set(Role):
            msg = f"expected roles out of {', '.join(Role)}, separated by commas"
            raise ValueError(msg)
        return ",".join(parts)

    @property
    def two_factor_roles(self) -> frozenset[Role]:
        """Who must have a second factor."""
        return frozenset(Role(part) for part in self.second_factor.split(",") if part)

    @field_validator("shared_networks")
    @classmethod
    def _networks(cls, value: str) -> str:
        parts = [part.strip() for part in value.split(",") if part.strip()]
        for part in parts:
            try:
                ip_network(part)
            except ValueError:
                msg = "expected addresses or networks such as 10.8.0.0/24, separated by commas"
                raise ValueError(msg) from None
        return ",".join(parts)

    @property
    def shared(self) -> list[str]:
        """Addresses and networks that say nothing of who comes from there."""
        return [part for part in self.shared_networks.split(",") if part]

    @property
    def proxies(self) -> list[str]:
        """Addresses and networks of the proxies that are trusted."""
        return [part for part in self.trusted_proxy.split(",") if part]

    @property
    def hears_foreign(self) -> bool:
        """Whether ingest of this process hears foreign devices: one worker of a site alone may."""
        if self.ingest_foreign is not None:
            return self.ingest_foreign
        return self.ingest_worker in {"", "1"}

    @property
    def store_url(self) -> str:
        """Address of the store; may hold a password."""
        return self.store.get_secret_value() or f"duckdb:{self.var / 'readings.duckdb'}"

    @property
    def records_url(self) -> str:
        """Address of the records; may hold a password."""
        return self.records.get_secret_value() or f"sqlite:///{self.var / 'records.sqlite'}"

    @property
    def address(self) -> str:
        """Address of the console, as people reach it."""
        host = f"[{self.http_host}]" if ":" in self.http_host else self.http_host
        return self.external_address or f"http://{host}:{self.http_port}"


def load_settings() -> Settings:
    """The settings of this process.

    Raises:
        Misconfigured: A variable has a value that cannot stand; all of them are named.
    """
    try:
        # A file a secret, named as its variable would be: what container platforms mount.
        folder: dict[str, Any] = {"_secrets_dir": os.environ.get(f"{PREFIX}SECRETS") or None}
        return Settings(**folder)
    except ValidationError as error:
        # include_input would repeat what was written: it may be a password.
        raise Misconfigured(
            [
                Mistake(
                    file="",
                    line=0,
                    what=f"{PREFIX}{'_'.join(str(p) for p in e['loc']).upper()}: {e['msg']}",
                    expected=_meaning(str(e["loc"][0])) if e["loc"] else "",
                )
                for e in error.errors(include_input=False, include_url=False)
            ]
        ) from None


def _meaning(field: str) -> str:
    known = Settings.model_fields.get(field)
    return (known.description or "") if known else ""
