"""Mosquitto's users and their rights, as files: one credential a gateway, two while it rotates.

A user is named after its gateway, the next ones ``gw-a~2``, ``gw-a~3``: a file holds one
password a user, and both must hold until the box has the new one.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from core.errors import Misconfigured, Mistake, Refused
from core.topics import PREFIX, gateway_of, login_of, number_of, valid_name

PASSWORDS, RIGHTS = "passwords", "acl"
MARK = "# Gateways: written by plantroom gateway; everything below is made anew by it."
ITERATIONS = 101
"""Mosquitto's own default. More would slow every reconnect of a whole campus, and guard
nothing: what is hashed is 256 random bits, not a word that somebody thought of."""
_SALT_BYTES, _SECRET_BYTES = 12, 32
_CHANNELS = {False: ("batch/#", "state", "health"), True: ("value/#",)}
"""What a gateway of ours, and a foreign device, may publish below its own prefix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A credential, just made; its password is shown once and kept as a hash."""

    user: str
    password: str


class Accounts:
    """The two files of a broker.

    Args:
        folder: Where ``passwords`` and ``acl`` are.
        site: Below whose prefix gateways publish.
    """

    def __init__(self, folder: Path, site: str) -> None:
        self._folder, self._site = folder, site

    def users(self) -> dict[str, list[str]]:
        """Users by gateway, the oldest first; who has no right as a gateway is left out."""
        return self._known(self._read(RIGHTS).partition(MARK)[2])

    def add(self, gateway: str, *, foreign: bool = False) -> Account:
        """A first credential.

        Args:
            gateway: Its id, and its user.
            foreign: A device that publishes single values and reads no confirmation.

        Raises:
            Refused: It has one, or the name cannot stand in a topic.
        """
        if not valid_name(gateway):
            raise Refused(f"'{gateway}' cannot stand in a topic: a-z 0-9 . _ -, at most 63")
        with self._locked():
            if gateway in self.users():
                raise Refused(f"'{gateway}' has a credential already; rotate it, or revoke it")
            if gateway in {line.partition(":")[0] for line in self._passwords()}:
                raise Refused(f"'{gateway}' is a user of this broker already, and no gateway")
            return self._new(gateway, gateway, foreign=foreign)

    def rotate(self, gateway: str) -> Account:
        """A second credential beside the present one: both hold.

        Raises:
            Refused: It has none, or two already.
        """
        with self._locked():
            mine = self._of(gateway)
            if len(mine) > 1:
                raise Refused(f"'{gateway}' has two credentials already; end the old one first")
            user = login_of(gateway, number_of(mine[-1]) + 1)
            return self._new(gateway, user, foreign=self._is_foreign(mine[0]))

    def finish(self, gateway: str) -> list[str]:
        """End all credentials but the newest; who they were.

        Raises:
            Refused: It has none.
        """
        with self._locked():
            old = self._of(gateway)[:-1]
            self._end(old)
        return old

    def revoke(self, gateway: str) -> list[str]:
        """End all credentials; who they were.

        Raises:
            Refused: It has none.
        """
        with self._locked():
            old = self._of(gateway)
            self._end(old)
        return old

    def _of(self, gateway: str) -> list[str]:
        mine = self.users().get(gateway)
        if not mine:
            raise Refused(f"'{gateway}' has no credential at this broker")
        return mine

    def _new(self, gateway: str, user: str, *, foreign: bool) -> Account:
        password = secrets.token_urlsafe(_SECRET_BYTES)
        self._write(PASSWORDS, "\n".join([*self._passwords(), f"{user}:{hashed(password)}"]) + "\n")
        kept, _, ours = self._read(RIGHTS).partition(MARK)
        rights = rights_of(self._site, gateway, user, foreign=foreign)
        self._write(RIGHTS, f"{kept.rstrip()}\n\n{MARK}\n{ours.strip()}\n\n{rights}\n")
        return Account(user=user, password=password)

    def _end(self, users: list[str]) -> None:
        left = [line for line in self._passwords() if line.partition(":")[0] not in users]
        self._write(PASSWORDS, "".join(f"{line}\n" for line in left))
        kept, _, ours = self._read(RIGHTS).partition(MARK)
        blocks = [b for b in _blocks(ours) if b.splitlines()[0].partition(" ")[2] not in users]
        self._write(RIGHTS, "\n\n".join([kept.rstrip(), f"{MARK}", *blocks]) + "\n")

    def _known(self, ours: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for block in _blocks(ours):
            user = block.splitlines()[0].partition(" ")[2]
            found.setdefault(gateway_of(user), []).append(user)
        return {gateway: sorted(users, key=number_of) for gateway, users in found.items()}

    def _is_foreign(self, user: str) -> bool:
        ours = self._read(RIGHTS).partition(MARK)[2]
        return any(b.startswith(f"user {user}\n") and "/value/#" in b for b in _blocks(ours))

    def _passwords(self) -> list[str]:
        return [line for line in self._read(PASSWORDS).splitlines() if line.strip()]

    def _read(self, name: str) -> str:
        with suppress(FileNotFoundError):
            return (self._folder / name).read_text(encoding="utf-8")
        return ""

    def _write(self, name: str, text: str) -> None:
        """All or nothing: the broker may read it at any moment. Owner and mode stay."""
        path, new = self._folder / name, self._folder / f".{name}.new"
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            was = path.stat()
            new.chmod(was.st_mode & 0o777)
            with suppress(PermissionError):
                os.chown(new, was.st_uid, was.st_gid)
        new.replace(path)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Two who change the files at once do it one after the other."""
        if not self._folder.is_dir():
            what, expected = f"there is no folder {self._folder}", "the broker's configuration"
            raise Misconfigured([Mistake(file="", line=0, what=what, expected=expected)])
        with (self._folder / ".plantroom.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def hashed(password: str) -> str:
    """As ``mosquitto_passwd`` writes it: PBKDF2 over SHA-512."""
    salt = secrets.token_bytes(_SALT_BYTES)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    encoded = (base64.b64encode(part).decode() for part in (salt, digest))
    return f"$7${ITERATIONS}${'$'.join(encoded)}"


def rights_of(site: str, gateway: str, user: str, *, foreign: bool) -> str:
    """One user's lines: it speaks for its gateway alone and reads its own confirmation."""
    stem = f"{PREFIX}/{site}/{gateway}"
    lines = [f"user {user}", *(f"topic write {stem}/{channel}" for channel in _CHANNELS[foreign])]
    if not foreign:
        lines.append(f"topic read {stem}/confirm")
    return "\n".join(lines)


def _blocks(text: str) -> list[str]:
    return [block.strip() for block in text.split("\n\n") if block.strip().startswith("user ")]
