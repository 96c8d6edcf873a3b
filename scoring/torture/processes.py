"""Programs that are started, killed and started again, each by its own process id."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import Fatal

HOST = "127.0.0.1"
_START_S = 60.0
_STOP_S = 20.0


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Whether somebody accepts connections on a port of the loopback."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((HOST, port)) == 0


def wait_until(so: Callable[[], bool], what: str, seconds: float) -> None:
    """Poll until something is so.

    Raises:
        Fatal: It did not come in time; a torture that cannot go on proves nothing.
    """
    until = time.monotonic() + seconds
    while not so():
        if time.monotonic() > until:
            raise Fatal(f"{what} did not come within {seconds:.0f} s")
        time.sleep(0.05)


@dataclass(kw_only=True)
class Program:
    """One program, at most one process of it at a time.

    Attributes:
        name: For messages and the name of its log.
        command: How it is started.
        log: Where its output goes.
        ready: When it can be used.
        environment: Beside what this process has.
        cwd: Where it is started.
        kills: Times it was killed.
    """

    name: str
    command: Sequence[str]
    log: Path
    ready: Callable[[], bool] = lambda: True
    environment: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    kills: int = 0
    _said_before: int = 0
    _process: subprocess.Popen[bytes] | None = None

    def start(self, *, wait: bool = True) -> None:
        """Start it, and wait until it can be used."""
        self._said_before = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 our own programs and known servers
                list(self.command), stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                cwd=self.cwd, env={**os.environ, **self.environment},
            )  # fmt: skip
        if wait:
            wait_until(self._usable, self.name, _START_S)

    @property
    def pid(self) -> int:
        """Of the process that runs."""
        return 0 if self._process is None else self._process.pid

    @property
    def runs(self) -> bool:
        """Whether there is a process."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """SIGKILL.

        Raises:
            Fatal: It had ended by itself, which nothing here asks of it.
        """
        self.check()
        if self._process is not None:
            self._process.kill()
            self._process.wait(_STOP_S)
            self._process = None
            self.kills += 1

    def stop(self) -> None:
        """SIGTERM, and SIGKILL where that is not heard; fine where it does not run."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(_STOP_S)
        self._process = None

    def check(self) -> None:
        """Raises Fatal where it ended by itself, with the end of its log."""
        if self._process is not None and self._process.poll() is not None:
            code = self._process.returncode
            raise Fatal(f"{self.name} ended by itself ({code}):\n{self.tail()}")

    def said(self, words: str) -> bool:
        """Whether its log has these words since it was started last."""
        with self.log.open("rb") as log:
            log.seek(self._said_before)
            return words.encode() in log.read()

    def tail(self) -> str:
        """The end of its log."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])

    def _usable(self) -> bool:
        self.check()
        return self.ready()
