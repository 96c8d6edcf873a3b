"""A campus on disk: arrays and one JSON text in a file of numpy's, no pickles."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from core.errors import Fatal

FORMAT = 6
Arrays = Mapping[str, NDArray[np.generic]]


def write(path: Path, about: msgspec.Struct, arrays: Arrays) -> None:
    """Writes, and only then puts in place, so that an interrupted write leaves the old one."""
    text = np.frombuffer(msgspec.json.encode(about), dtype=np.uint8)
    beside = path.with_name(path.name + ".new")
    with beside.open("wb") as file:
        np.savez(file, allow_pickle=False, **{"about": text, **arrays})
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def read(path: Path) -> tuple[bytes, Arrays]:
    """The JSON text and the arrays.

    Raises:
        Fatal: The file is not one that :func:`write` wrote.
        FileNotFoundError: There is none.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        about = arrays.pop("about").tobytes()
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise Fatal(f"{path.name} is not a saved campus: {error}") from error
    return about, arrays
