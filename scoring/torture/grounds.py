"""The site that a torture run is made on, and the ledger: what its devices will ever say.

The ledger is written before anything runs, as the files that the csv driver reads: a row
stands under the time at which it becomes due. So what a driver was given is known from a file
that no part of the system has touched.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

import msgspec

SITE = "torture"
POISON = "gw-poison"
"""A gateway whose devices say nothing; what speaks in its name is poison."""
GAUGES, REGISTERS = 6, 4
"""Of each gateway. Most readings are gauges, and registers show whether use stays whole."""
ROW_MS = 100
"""From one row of a ledger to the next: ten times a second, so that there is always something
between a driver and the store when a process is killed."""
STEP_KWH = 0.001
"""What a register counts from row to row; 36 kWh an hour."""
RATED_KWH_PER_H = 1000.0
PLAIN, STATE = "a.y.power", "a.fan.fan_status"
"""Points of the poison gateway: one with nothing wrong about it, one of whole numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One reading of a ledger; time in ms."""

    point: str
    at: int
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """Where a site and its ledgers stand.

    Attributes:
        site: Folder of the site's files.
        data: Folder of the ledgers, one ``GATEWAY.csv`` each.
        gateways: Those with devices.
    """

    site: Path
    data: Path
    gateways: tuple[str, ...]

    def ledger(self, gateway: str) -> Path:
        """The file of one gateway."""
        return self.data / f"{gateway}.csv"


def make_grounds(folder: Path, *, gateways: int, start: int, rows: int) -> Grounds:
    """Write a site and what its devices will say.

    Args:
        folder: New.
        gateways: With devices.
        start: When the first row becomes due. [ms]
        rows: Of each ledger; every row holds all points of its gateway.
    """
    names = tuple(f"gw-{n}" for n in range(1, gateways + 1))
    grounds = Grounds(site=folder / "site", data=folder / "data", gateways=names)
    (grounds.site / "buildings").mkdir(parents=True)
    grounds.data.mkdir()
    # JSON is YAML; every name in it is ours, so nothing needs escaping.
    (grounds.site / "site.yaml").write_bytes(msgspec.json.encode(_site(names)))
    (grounds.site / "buildings" / "a.yaml").write_bytes(msgspec.json.encode(_building(names)))
    for gateway in names:
        _write_ledger(grounds.ledger(gateway), start, rows)
    grounds.ledger(POISON).write_text("t,x\n", encoding="utf-8")
    return grounds


def points_of(gateway: str) -> list[str]:
    """Ids of a gateway's points, in the order of its ledger's columns."""
    number = gateway.rpartition("-")[2]
    gauges = [f"a.g{number}-{n}.power" for n in range(GAUGES)]
    return [*gauges, *(f"a.r{number}-{n}.energy" for n in range(REGISTERS))]


def read_ledger(grounds: Grounds, gateway: str) -> list[Row]:
    """What a gateway's devices ever said or will say."""
    points = points_of(gateway)
    found: list[Row] = []
    with grounds.ledger(gateway).open(encoding="utf-8") as file:
        for line in itertools.islice(file, 1, None):
            at, *values = line.rstrip("\n").split(",")
            found += [
                Row(point=point, at=int(at), value=float(value))
                for point, value in zip(points, values, strict=True)
            ]
    return found


def cut_ledger(grounds: Grounds, gateway: str, until: int) -> None:
    """Let a gateway's devices fall silent after a time. [ms]"""
    path = grounds.ledger(gateway)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines[1:] if int(line.partition(",")[0]) <= until]
    part = path.with_suffix(".part")
    part.write_text(lines[0] + "".join(kept), encoding="utf-8")
    part.replace(path)


def _write_ledger(path: Path, start: int, rows: int) -> None:
    header = ",".join(
        ["t", *(f"g{n}" for n in range(GAUGES)), *(f"r{n}" for n in range(REGISTERS))]
    )
    lines = [header]
    for row in range(rows):
        # Every value names its row and its column, so that none can stand in another's place.
        gauges = [f"{row % 5000}.{n}" for n in range(GAUGES)]
        registers = [f"{n * 1000 + row * STEP_KWH:.3f}" for n in range(REGISTERS)]
        lines.append(",".join([str(start + row * ROW_MS), *gauges, *registers]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _columns() -> list[str]:
    return [*(f"g{n}" for n in range(GAUGES)), *(f"r{n}" for n in range(REGISTERS))]


def _site(gateways: tuple[str, ...]) -> dict[str, object]:
    boxes = {name: _box(name, points_of(name)) for name in gateways}
    boxes[POISON] = _box(POISON, [PLAIN], columns=["x"])
    return {
        "site": SITE, "name": "Torture", "timezone": "UTC", "currency": "EUR", "money": "€",
        "owner": "engineer", "gateways": boxes,
    }  # fmt: skip


def _box(name: str, points: list[str], columns: list[str] | None = None) -> dict[str, object]:
    columns = columns or _columns()
    read = [
        {"column": column, "point": point, "unit": "kWh" if point.endswith("energy") else "kW"}
        for column, point in zip(columns, points, strict=True)
    ]
    time = {"column": "t", "format": "epoch_ms"}
    files = [{"pattern": f"{name}.csv", "time": time, "columns": read}]
    return {"name": name, "driver": "csv", "options": {"files": files}}


def _building(gateways: tuple[str, ...]) -> dict[str, object]:
    equipment = [_meter("a.main.power", POISON, role="building")]
    equipment += [_meter(point, gateway) for gateway in gateways for point in points_of(gateway)]
    equipment.append(_meter(PLAIN, POISON))
    equipment.append({
        "id": "fan", "class": "Fan_Coil_Unit", "name": "fan", "gateway": POISON, "period": 1,
        "points": {"fan_status": {}},
    })  # fmt: skip
    return {
        "building": "a",
        "name": "A",
        "area_m2": 1000,
        "equipment": equipment,
        "schedule": {"workday": ["00:00", "24:00"]},
    }


def _meter(point: str, gateway: str, role: str = "branch") -> dict[str, object]:
    _, word, what = point.split(".")
    keys = {"register": {"digits": 9, "decimals": 3, "rated": RATED_KWH_PER_H}}
    return {
        "id": word, "class": "Electrical_Meter", "name": word, "gateway": gateway,
        "period": 1,
        "meter": {"role": role, "carrier": "electricity"}
        | ({"parent": "main"} if role == "branch" else {}),
        "points": {what: keys if what == "energy" else {}},
    }  # fmt: skip
