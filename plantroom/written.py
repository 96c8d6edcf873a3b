"""A simulated campus as files, and other people's alarms on it: a benchmark for anybody."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from adapters.sites import load_site
from adapters.store.parquet import write_parquet
from core.batch import Columns
from core.clock import DAY_MS
from core.errors import Misconfigured, Mistake
from core.site import Site
from plantroom.season import Progress, Run
from scoring.records import Alarm
from scoring.season import Season
from scoring.truths import causes_of
from simulators.campus import Campus
from simulators.distractors import Distractor, write_distractors
from simulators.physics.kinds.catalogue import FAULT_KINDS
from simulators.truth import Truth, write_truth

SEASON, TRUTH, SCHEMA, READINGS, SITE = (
    "season.json", "truth.jsonl", "truth.schema.json", "readings", "site",
)  # fmt: skip
DISTRACTORS, DISTRACTORS_SCHEMA = "distractors.jsonl", "distractors.schema.json"


def write_campus(run: Run, out: Path, progress: Progress) -> int:
    """Writes what a campus said, healthy run-in included, with the truth; how many readings.

    Nobody repairs in it: every fault lasts to its own end. One Parquet file a local day, with
    ``point``, ``at`` (end of the interval, UTC, ms) and ``value`` (canonical unit).

    Raises:
        Misconfigured: The folder holds something already.
    """
    begin_folder(out)
    (out / READINGS).mkdir()
    names = np.array([p.id for p in run.site.points], object)
    zone, total = ZoneInfo(run.site.timezone), 0
    days = _days(run, run.campus())
    for number, (stop, rows) in enumerate(days):
        day = datetime.fromtimestamp((stop - DAY_MS) / 1000, UTC).astimezone(zone).date()
        table = {"point": names[rows.point], "at": rows.at, "value": rows.value}
        write_parquet(out / READINGS / f"{day}.parquet", table)
        total += len(rows)
        progress("campus", 0.5 * (number + 1) / (run.wishes.nights + run.wishes.days))
    write_known(run, out, lambda stage, share: progress(stage, 0.5 + 0.5 * share))
    return total


def begin_folder(out: Path) -> None:
    """Makes the folder.

    Raises:
        Misconfigured: It holds something already, or cannot be made.
    """
    try:
        if out.exists() and any(out.iterdir()):
            what = f"{out} is not empty"
            raise Misconfigured([Mistake(file="", line=0, what=what, expected="a new folder")])
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"{out} cannot be written: {error.strerror}"
        raise Misconfigured([Mistake(file="", line=0, what=what, expected="a folder")]) from error


def write_known(run: Run, out: Path, progress: Progress) -> None:
    """Writes all that is known of a campus but its readings: site, truth, and what is scored.

    What only looks like a fault is written beside the truth, with the entries that a campus
    would have made of it in its calendar (``declared``).
    """
    shutil.copytree(run.wishes.folder, out / SITE)
    truth = run.campus().truth()
    write_truth(out / TRUTH, truth)
    write_distractors(out / DISTRACTORS, run.staged.distractors)
    for name, of in ((SCHEMA, Truth), (DISTRACTORS_SCHEMA, Distractor)):
        (out / name).write_text(json.dumps(msgspec.json.schema(of), indent=2) + "\n")
    known = run.witness().known(lambda share: progress("worlds", share))
    season = Season(
        seed=run.wishes.seed, start=run.start, end=run.end,
        buildings=tuple(sorted(run.site.buildings)), alarms=(),
        causes=tuple(causes_of(truth, run.faults, known, run.end)),
        distractors=run.distractors,
    )  # fmt: skip
    (out / SEASON).write_bytes(msgspec.json.format(msgspec.json.encode(season)) + b"\n")


def _days(run: Run, campus: Campus) -> Iterator[tuple[int, Columns]]:
    yield from campus.history(run.wishes.nights, run.wishes.plant_days)
    for day in range(run.wishes.days):
        stop = run.start + (day + 1) * DAY_MS
        yield stop, Columns.joined([campus.read(g, stop) for g in sorted(run.site.gateways)])


def read_season(folder: Path) -> tuple[Site, Season]:
    """The site and truth of a campus that was written.

    Raises:
        Misconfigured: The folder was not written by ``simulate``.
    """
    try:
        season = msgspec.json.decode((folder / SEASON).read_bytes(), type=Season)
    except (OSError, msgspec.MsgspecError) as error:
        what = f"{folder / SEASON} cannot be read: {error}"
        expected = "a folder that plantroom simulate wrote"
        raise Misconfigured([Mistake(file="", line=0, what=what, expected=expected)]) from error
    return load_site(folder / SITE), season


class _Line(msgspec.Struct, forbid_unknown_fields=False):
    asset: str
    start: int | datetime
    end: int | datetime | None = None
    kind: str = ""
    trade: str = ""
    rule: str = ""


def read_alarms(path: Path, site: Site, seed: int) -> list[Alarm]:
    """Anybody's alarms, one JSON object a line.

    ``asset`` and ``start`` (UTC, ms or ISO 8601 with its offset) are needed; ``end``, ``kind``
    in the truth's words, ``trade`` and ``rule`` may stand beside them. A kind brings its trade;
    where neither is known nobody asks who would have been sent.

    Raises:
        Misconfigured: Lines that are no alarms or name what the site has not; all at once.
    """
    kinds = {kind.value: about for kind, about in FAULT_KINDS.items()}
    alarms, mistakes = list[Alarm](), list[Mistake]()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        what = f"{path} cannot be read: {error}"
        raise Misconfigured([Mistake(file="", line=0, what=what)]) from error
    for number, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        try:
            line = msgspec.json.decode(text, type=_Line)
            start, end = _ms(line.start), None if line.end is None else _ms(line.end)
        except (msgspec.MsgspecError, ValueError) as error:
            mistakes.append(Mistake(file=path.name, line=number, what=str(error)))
            continue
        if line.asset not in site.equipment and line.asset not in site.gateways:
            what = f"the site has no '{line.asset}'"
            expected = "the id of equipment or a gateway"
            mistakes.append(Mistake(file=path.name, line=number, what=what, expected=expected))
            continue
        about = kinds.get(line.kind)
        equipment = site.equipment.get(line.asset)
        alarms.append(
            Alarm(
                id=f"{seed}/{number}", asset=line.asset, start=start, end=end, family=line.kind,
                trade=line.trade or (about.trade.value if about is not None else ""),
                rule=line.rule, discipline=about.discipline.value if about is not None else "",
                building=equipment.building if equipment is not None else "",
            )
        )  # fmt: skip
    if mistakes:
        raise Misconfigured(mistakes)
    return alarms


def _ms(moment: int | datetime) -> int:
    if isinstance(moment, int):
        return moment
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} does not say its offset from UTC")
    return round(moment.timestamp() * 1000)
