"""What open-fdd's pandas rules say of a campus that ``plantroom simulate`` wrote.

Runs in an environment of its own, never in Plantroom's::

    python -m venv fdd && fdd/bin/pip install "open-fdd[oracle]==4.4.9" pyarrow
    fdd/bin/python docs/others/open_fdd_alarms.py DIR > alarms.jsonl
    plantroom score --findings alarms.jsonl --on DIR

Air handlers only, rules and parameters as they come, five-minute means, °F as they want it. A
rule that flags a unit opens one alarm, and no other until it has been silent for a week: that is
kinder than an alarm a day. ``--merge`` makes one alarm of all rules of a unit. Nobody is sent, so
that no trade is asked when they are scored.
"""

# ruff: noqa: INP001 - a script, no part of a package
from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from open_fdd.rules.runner import run_all_cookbook_rules

POLL_S = 300
QUIET = pd.Timedelta(days=7)
CELSIUS = {
    "sat": "discharge-air-temp", "sat_sp": "discharge-air-temp-sp", "mat": "mixed-air-temp",
    "rat": "return-air-temp", "oat": "outside-air-temp", "ccet": "cooling-coil-entering-temp",
    "cclt": "cooling-coil-leaving-temp", "hcet": "heating-coil-entering-temp",
    "hclt": "heating-coil-leaving-temp",
}  # fmt: skip
PLAIN = {
    "cool_valve": "cooling-valve", "heat_valve": "heating-valve",
    "oa_damper": "outside-air-damper", "fan_speed": "fan-cmd", "fan_status": "fan-status",
    "occupied": "occupied",
}  # fmt: skip
"""Our roles and theirs. They have no name for a single unit's air flow."""


def frames(folder: Path) -> dict[str, pd.DataFrame]:
    """Readings of the scored time by air handler: five-minute means in their roles."""
    season = json.loads((folder / "season.json").read_text())
    roles, parts = CELSIUS | PLAIN, []
    for path in sorted((folder / "readings").glob("*.parquet")):
        day = pd.read_parquet(path)
        day = day[(day["at"] > season["start"]) & (day["at"] <= season["end"])]
        asset, role = (day["point"].str.rsplit(".", n=1).str[i] for i in (0, 1))
        mine = role.isin(list(roles)) & asset.str.contains("ahu")
        parts.append(day[mine].assign(asset=asset[mine], role=role[mine]))
    rows = pd.concat(parts)
    # Stamped at the end of the interval, as theirs are.
    rows["at"] = pd.to_datetime(rows["at"], unit="ms", utc=True)
    found = {}
    for asset, of in rows.groupby("asset"):
        wide = of.pivot_table(index="at", columns="role", values="value")
        wide = wide.resample(f"{POLL_S}s", label="right", closed="right").mean()
        for role in wide.columns.intersection(list(CELSIUS)):
            wide[role] = wide[role] * 1.8 + 32.0
        found[str(asset)] = wide.rename(columns=roles)
    return found


def flags(asset: str, frame: pd.DataFrame) -> Iterator[tuple[str, pd.DatetimeIndex]]:
    """When each rule that has its roles says that this unit is at fault."""
    said = run_all_cookbook_rules(
        frame, equipment_id=asset, equipment_type="AHU", poll_seconds=POLL_S
    )
    for result in said:
        if result.confirmed_fault is not None and result.confirmed_fault.any():
            yield result.rule_id, frame.index[result.confirmed_fault.to_numpy(bool)]


def opened(moments: pd.DatetimeIndex) -> list[pd.Timestamp]:
    """The flags before which there was a week of silence."""
    ordered = moments.unique().sort_values()
    first = ordered.to_series().diff().isna() | (ordered.to_series().diff() > QUIET)
    return list(ordered[first.to_numpy()])


def main() -> None:
    """Alarms as JSON lines on the standard output; which rules spoke on the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="that plantroom simulate wrote")
    parser.add_argument("--merge", action="store_true", help="one alarm of all rules of a unit")
    asked = parser.parse_args()
    for asset, frame in frames(asked.folder).items():
        by_rule = dict(flags(asset, frame))
        if asked.merge and by_rule:
            together = pd.DatetimeIndex([m for moments in by_rule.values() for m in moments])
            by_rule = {"any": together}
        for rule, moments in by_rule.items():
            hours = len(moments) * POLL_S / 3600
            sys.stderr.write(f"{asset} {rule}: {hours:.1f} h\n")
            for moment in opened(moments):
                line = {"asset": asset, "start": moment.isoformat(), "rule": rule}
                sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
