"""Replays real files at whatever pace it is asked: columns become points, units canonical.

Nothing is dropped in
silence: what is no reading is in :meth:`CsvDriver.account`, with file, line and reason.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec
import numpy as np

from adapters.sites.csvkeys import FileKeys
from adapters.sites.optionkeys import OptionKeys
from core.batch import Columns
from core.errors import Misconfigured, Mistake
from core.site import Site
from edge.drivers.csv_account import CsvAccount, Tally
from edge.drivers.csv_file import CsvFile
from edge.drivers.csv_stream import open_stream


class CsvDriver:
    """Reads the files of one gateway's options; a :class:`core.ports.Driver`.

    A file is streamed in its order, also where its times run back for a while: a reading is
    given once the time of its row, and of all rows before it, has come. A file of several
    devices (``id_column``) or with the newest first is sorted by time in memory.

    Args:
        site: Its points.
        gateway: Whose options and points.
        folder: Where the patterns of the options are looked for.
        files: Only these of the files found; each must match a pattern.
        after: What an earlier run had read (``Outbox.read_until``): those rows are skipped. [ms]

    Raises:
        Misconfigured: Options that cannot stand, no file, no such column, point or unit.
    """

    def __init__(
        self,
        site: Site,
        gateway: str,
        folder: Path,
        *,
        files: Collection[Path] | None = None,
        after: int | None = None,
    ) -> None:
        self._tally = Tally()
        options = _options(site, gateway)
        found = _found(options, gateway, folder, files)
        opened = _opened(found, folder, site, gateway)
        self._streams = [open_stream(file, self._tally, after) for file in opened]

    def read(self, until: int) -> Columns:
        """Readings up to a time, by time; of one point and time in the order of the file."""
        rows = Columns.joined([stream.take(until) for stream in self._streams])
        return rows.keep(np.argsort(rows.at, kind="stable"))

    def health(self) -> Mapping[str, tuple[int | None, str | None]]:
        """By file: the last row with a value; how many problems stands in the account."""
        return {stream.file.name: (stream.last_good, None) for stream in self._streams}

    def close(self) -> None:
        """Nothing to end: each file is closed with its stream.

        What is due is still given: an agent that reads once more, and is given nothing, would note
        the time as read, and the next run would begin behind it.
        """

    @property
    def exhausted(self) -> bool:
        """Whether every row of every file was given."""
        return all(stream.exhausted for stream in self._streams)

    def first_at(self) -> int | None:
        """Earliest time of the files. [ms]"""
        return min((b[0] for s in self._streams if (b := s.between) is not None), default=None)

    def last_at(self) -> int | None:
        """Latest time of the files. [ms]"""
        return max((b[1] for s in self._streams if (b := s.between) is not None), default=None)

    def account(self) -> CsvAccount:
        """What became of every row read so far."""
        return self._tally.account()


def _options(site: Site, gateway: str) -> list[FileKeys]:
    if gateway not in site.gateways:
        raise _misconfigured(f"the site '{site.id}' has no gateway '{gateway}'")
    options = site.gateways[gateway].options
    try:
        files = msgspec.convert(options, OptionKeys).files
    except msgspec.ValidationError as error:
        raise _misconfigured(f"options of the gateway '{gateway}': {error}") from error
    if not files:
        raise _misconfigured(f"the gateway '{gateway}' has no files in its options", "files: […]")
    return files


def _found(
    options: list[FileKeys], gateway: str, folder: Path, files: Collection[Path] | None
) -> list[tuple[FileKeys, Path]]:
    wanted = None if files is None else {file.resolve() for file in files}
    found = [
        (keys, path)
        for keys in options
        for path in _matches(folder, keys.pattern)
        if wanted is None or path.resolve() in wanted
    ]
    mistakes = [
        Mistake(
            file=str(path), line=0, what=f"no pattern of the gateway '{gateway}' matches it",
            expected=" or ".join(keys.pattern for keys in options),
        )
        for path in sorted((wanted or set()) - {path.resolve() for _, path in found})
    ]  # fmt: skip
    if wanted is None:
        mistakes += [
            Mistake(
                file="", line=0, what=f"no file matches '{keys.pattern}' in {folder}",
                expected="a pattern relative to the folder of data",
            )
            for keys in options if not any(keys is one for one, _ in found)
        ]  # fmt: skip
    if mistakes:
        raise Misconfigured(mistakes)
    return found


def _matches(folder: Path, pattern: str) -> list[Path]:
    try:
        return sorted(path for path in folder.glob(pattern) if path.is_file())
    except (NotImplementedError, ValueError):
        return []


def _opened(
    found: list[tuple[FileKeys, Path]], folder: Path, site: Site, gateway: str
) -> list[CsvFile]:
    files: list[CsvFile] = []
    mistakes: list[Mistake] = []
    for keys, path in found:
        name = str(path.relative_to(folder))
        try:
            files.append(CsvFile(path, name, keys, site, gateway))
        except Misconfigured as error:
            mistakes.extend(error.mistakes)
    if mistakes:
        raise Misconfigured(mistakes)
    return files


def _misconfigured(what: str, expected: str = "") -> Misconfigured:
    return Misconfigured([Mistake(file="", line=0, what=what, expected=expected)])
