"""Credentials of gateways: the files, and a real mosquitto that obeys them."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters.mqtt import Session
from adapters.mqtt.accounts import MARK, PASSWORDS, RIGHTS, Account, Accounts
from core import topics
from core.batch import BatchName
from core.errors import Misconfigured, Refused
from tests import servers
from tests.adapters.mqtt.sessions import Heard

OURS = "user ingest\ntopic read plantroom/v1/+/+/batch/#\n"


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    (tmp_path / RIGHTS).write_text(OURS)
    return Accounts(tmp_path, "small")


def users_in(folder: Path) -> list[str]:
    return [line.partition(":")[0] for line in (folder / PASSWORDS).read_text().splitlines()]


def test_a_gateway_gets_what_it_needs_and_nothing_else(accounts: Accounts, tmp_path: Path) -> None:
    made = accounts.add("gw-a")
    text = (tmp_path / RIGHTS).read_text()
    assert text.startswith(OURS.rstrip()), "what others wrote stays"
    assert text.partition(MARK)[2].strip().splitlines() == [
        "user gw-a", "topic write plantroom/v1/small/gw-a/batch/#",
        "topic write plantroom/v1/small/gw-a/state", "topic write plantroom/v1/small/gw-a/health",
        "topic read plantroom/v1/small/gw-a/confirm",
    ]  # fmt: skip
    assert made.password not in (tmp_path / PASSWORDS).read_text()
    assert stat.S_IMODE((tmp_path / PASSWORDS).stat().st_mode) == 0o600
    assert len({accounts.add(g).password for g in ("gw-b", "gw-c")}) == 2


def test_rotation_has_two_credentials_until_it_is_finished(
    accounts: Accounts, tmp_path: Path
) -> None:
    accounts.add("gw-a")
    accounts.add("gw-b")
    assert accounts.rotate("gw-a").user == "gw-a~2"
    assert accounts.users() == {"gw-a": ["gw-a", "gw-a~2"], "gw-b": ["gw-b"]}
    with pytest.raises(Refused, match="end the old one first"):
        accounts.rotate("gw-a")
    assert accounts.finish("gw-a") == ["gw-a"]
    assert accounts.finish("gw-a") == []
    assert accounts.rotate("gw-a").user == "gw-a~3"
    assert accounts.revoke("gw-a") == ["gw-a~2", "gw-a~3"]
    assert users_in(tmp_path) == ["gw-b"]
    assert accounts.users() == {"gw-b": ["gw-b"]}
    assert "small/gw-a/" not in (tmp_path / RIGHTS).read_text()


def test_a_foreign_device_stays_one_when_it_rotates(accounts: Accounts, tmp_path: Path) -> None:
    accounts.add("lora", foreign=True)
    accounts.rotate("lora")
    rights = (tmp_path / RIGHTS).read_text().partition(MARK)[2]
    assert rights.count("topic write plantroom/v1/small/lora/value/#") == 2
    assert "confirm" not in rights


@pytest.mark.parametrize("name", ["", "Gw", "gw/a", "gw+", "gw-a~2", "x" * 64, "a\nuser b"])
def test_a_name_that_cannot_stand_in_a_topic_is_refused(accounts: Accounts, name: str) -> None:
    with pytest.raises(Refused, match="cannot stand in a topic"):
        accounts.add(name)


def test_what_is_there_or_not_is_said(accounts: Accounts, tmp_path: Path) -> None:
    (tmp_path / PASSWORDS).write_text("ingest:$7$x\n")
    with pytest.raises(Refused, match="no gateway"):
        accounts.add("ingest")
    accounts.add("gw-a")
    with pytest.raises(Refused, match="has a credential already"):
        accounts.add("gw-a")
    for act in (accounts.rotate, accounts.finish, accounts.revoke):
        with pytest.raises(Refused, match="has no credential"):
            act("gw-b")
    with pytest.raises(Misconfigured, match="there is no folder"):
        Accounts(tmp_path / "none", "small").add("gw-a")


@contextmanager
def broker(folder: Path) -> Iterator[servers.Server]:
    """A mosquitto that obeys the files of a folder."""
    server = servers.make_mosquitto(folder / "mosquitto")
    conf = server.folder / "mosquitto.conf"
    text = conf.read_text().replace("allow_anonymous true", "allow_anonymous false")
    files = f"password_file {folder / PASSWORDS}\nacl_file {folder / RIGHTS}\n"
    conf.write_text(text + files)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def session(server: servers.Server, account: Account, name: str = "") -> Iterator[Session]:
    made = Session(
        "127.0.0.1", server.port, name or account.user, username=account.user,
        password=account.password, reconnect_cap_s=0.1,
    )  # fmt: skip
    made.listen((), Heard().message, None)
    made.start()
    try:
        yield made
    finally:
        made.stop()


def reload(server: servers.Server) -> None:
    assert server.process is not None
    os.kill(server.process.pid, signal.SIGHUP)


@pytest.mark.mosquitto
def test_mosquitto_lets_in_both_while_it_rotates_and_throws_the_old_one_out(
    accounts: Accounts, tmp_path: Path
) -> None:
    old = accounts.add("gw-a")
    with broker(tmp_path) as server, session(server, old) as first:
        assert first.wait_connected(30)
        new = accounts.rotate("gw-a")
        reload(server)
        with session(server, new) as second:
            assert second.wait_connected(30), "the new one"
            assert first.wait_connected(30), "and still the old one"
            accounts.finish("gw-a")
            reload(server)
            servers.wait_for(lambda: first.refusal is not None, "the end of the old one")
            assert second.wait_connected(30)
        accounts.revoke("gw-a")
        reload(server)
        with session(server, new) as third:
            servers.wait_for(lambda: third.refusal is not None, "its refusal")


@pytest.mark.mosquitto
def test_mosquittos_own_tool_reads_what_we_wrote(accounts: Accounts, tmp_path: Path) -> None:
    program = shutil.which("mosquitto_passwd")
    if program is None:
        servers.missing("mosquitto", "install Debian's mosquitto")
    accounts.add("gw-a")
    passwords = tmp_path / PASSWORDS
    subprocess.run([str(program), "-b", passwords, "ingest", "secret"], check=True)
    assert sorted(users_in(tmp_path)) == ["gw-a", "ingest"]
    subprocess.run([str(program), "-D", passwords, "gw-a"], check=True)
    assert users_in(tmp_path) == ["ingest"]


@pytest.mark.mosquitto
def test_a_rotated_gateway_still_speaks_for_itself_alone(
    accounts: Accounts, tmp_path: Path
) -> None:
    """Its user is another than its id, its prefix is not."""
    accounts.add("gw-a")
    accounts.add("gw-b")
    new, heard = accounts.rotate("gw-a"), Heard()
    listener = accounts.add("all", foreign=True)
    with (tmp_path / RIGHTS).open("a") as file:
        file.write("topic read plantroom/#\n")  # of the last user, who listens here
    filters = ("plantroom/#",)
    with broker(tmp_path) as server:
        all_ = Session("127.0.0.1", server.port, "all", username="all", password=listener.password)
        all_.listen(filters, heard.message, heard.connected)
        all_.start()
        assert all_.wait_connected(30)
        with session(server, new, "edge-gw-a") as gateway:
            assert gateway.wait_connected(30)
            for who in ("gw-b", "gw-a~2", "gw-a"):
                topic = topics.batch_topic("small", BatchName(who, "b", 1))
                assert gateway.publish(topic, who.encode())
            servers.wait_for(lambda: bool(heard.payloads), "its own")
        all_.stop()
    assert heard.payloads == [b"gw-a"]
