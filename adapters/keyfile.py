"""A key in a file of its own, made where there is none yet."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from core.errors import Misconfigured, Mistake

_BYTES = 32


def key_in(path: Path) -> bytes:
    """The key in a file that its owner alone may read.

    Whoever is second where two make one at once takes what the first made.

    Raises:
        Misconfigured: The file holds something else, or cannot be read or written.
    """
    try:
        if not path.exists():
            _make(path)
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise _wrong(path, str(error)) from error
    if len(key) != _BYTES:
        raise _wrong(path, f"{len(key)} bytes")
    return key


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(new, path)
    finally:
        new.unlink()


def _wrong(path: Path, what: str) -> Misconfigured:
    expected = f"{2 * _BYTES} hexadecimal digits, as Plantroom writes them"
    return Misconfigured([Mistake(file=str(path), line=0, what=what, expected=expected)])
