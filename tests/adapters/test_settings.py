"""Settings come from the environment; secrets are not shown, mistakes are all named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from adapters.settings import PREFIX, Settings, load_settings
from core.errors import Misconfigured
from core.words import Role


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_everything_lies_under_var_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTROOM_VAR", "elsewhere")
    settings = load_settings()
    assert settings.store_url == "duckdb:elsewhere/readings.duckdb"
    assert settings.records_url == "sqlite:///elsewhere/records.sqlite"
    assert settings.address == "http://127.0.0.1:8000"


def test_the_environment_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "STORE": "influxdb://host:8086",
        "BROKER_PORT": "8883",
        "BROKER_TLS": "true",
        "EXTERNAL_ADDRESS": "https://plantroom.example/",
        "NOTIFY": "json://one.example  mailto://two.example",
        "LOG_LEVEL": "DEBUG",
        "HTTP_PORT": "",
    }.items():
        monkeypatch.setenv(PREFIX + name, value)
    settings = load_settings()
    assert settings.store_url == "influxdb://host:8086"
    assert (settings.broker_port, settings.broker_tls) == (8883, True)
    assert settings.address == "https://plantroom.example"
    assert [url.get_secret_value() for url in settings.notify] == [
        "json://one.example",
        "mailto://two.example",
    ]
    assert settings.log_level == "debug"
    assert settings.http_port == 8000


def test_a_file_beside_the_process_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PLANTROOM_WINDOW=8\nOTHER=1\n", encoding="utf-8")
    assert load_settings().window == 8


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BROKER_PASSWORD", "STORE", "RECORDS", "NOTIFY"):
        monkeypatch.setenv(PREFIX + name, "hunter2")
    settings = load_settings()
    assert "hunter2" not in f"{settings!r}{settings}{settings.model_dump()}"
    assert settings.broker_password.get_secret_value() == "hunter2"


def test_all_mistakes_are_named_and_no_value_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTROOM_HTTP_PORT", "70000")
    monkeypatch.setenv("PLANTROOM_LOG_LEVEL", "hunter2")
    monkeypatch.setenv("PLANTROOM_EXTERNAL_ADDRESS", "plantroom.example/hunter2")
    with pytest.raises(Misconfigured) as error:
        load_settings()
    text = str(error.value)
    for name in ("HTTP_PORT", "LOG_LEVEL", "EXTERNAL_ADDRESS"):
        assert f"PLANTROOM_{name}: " in text
    assert "hunter2" not in text
    assert error.value.__cause__ is None


@pytest.mark.parametrize("said", ["*", "127.0.0.1,*", "0.0.0.0/0", "::/0", "caddy", "10.0.0.1/24"])
def test_a_proxy_is_named_by_address_and_never_everybody(
    monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setenv("PLANTROOM_TRUSTED_PROXY", said)
    with pytest.raises(Misconfigured, match=r"TRUSTED_PROXY: .*expected"):
        load_settings()


def test_proxies_are_parted_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().proxies == []
    monkeypatch.setenv("PLANTROOM_TRUSTED_PROXY", " 127.0.0.1, ::1,10.8.0.0/24,")
    assert load_settings().proxies == ["127.0.0.1", "::1", "10.8.0.0/24"]


def test_every_setting_is_described() -> None:
    assert [name for name, f in Settings.model_fields.items() if not f.description] == []


@pytest.mark.parametrize(
    ("worker", "said", "hears"),
    [("", None, True), ("1", None, True), ("2", None, False), ("2", "true", True),
     ("1", "false", False)],
)  # fmt: skip
def test_one_worker_hears_foreign_devices(
    monkeypatch: pytest.MonkeyPatch,
    worker: str,
    said: str | None,
    hears: bool,  # noqa: FBT001
) -> None:
    monkeypatch.setenv("PLANTROOM_INGEST_WORKER", worker)
    if said is not None:
        monkeypatch.setenv("PLANTROOM_INGEST_FOREIGN", said)
    assert load_settings().hears_foreign is hears


@pytest.mark.parametrize(
    ("name", "said"), [("SECOND_FACTOR", "boss"), ("SHARED_NETWORKS", "campus")]
)
def test_roles_and_networks_are_those_that_there_are(
    name: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"PLANTROOM_{name}", said)
    with pytest.raises(Misconfigured, match=rf"{name}: .*expected"):
        load_settings()


def test_roles_that_must_have_a_second_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTROOM_SECOND_FACTOR", " Admin, supervisor,")
    assert load_settings().two_factor_roles == {Role.ADMIN, Role.SUPERVISOR}
