"""The scorecard as a page and a picture, written from the figures alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from scoring.reach import WITHIN_REACH

PICTURE = "recall.svg"
_FEW = 10
"""Fewer instances of a kind, and a share of them says little: counts are printed."""

_INTRO = """# Scorecard

Written by `plantroom score --page`; do not edit. What the whole chain scores on the simulated
campus, whose faults are known: {what}.

A fault counts once the worlds of its seed show it: published points of the campus with all
faults and of the one without this fault differ by more than noise and quantum for six hours on
two days (of data: any). An order is credited with one fault and a fault with one order, by the
heaviest assignment; asset and trade are mandatory. `precision_strict` takes a second order on a
cause, an order one loop away and the wrong trade for false. Rules and matching are tuned on
seeds 1 to 5 alone, and nothing was tuned to reach these figures.

![Recall by kind of fault](pictures/{picture})
"""
_OPEN = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {height}" '
    'font-family="system-ui, sans-serif" font-size="13" fill="#1f2933">'
)
_NOTES = """
## How to read it

- **Shuffled** keeps our orders and moves every fault to another time: what it still finds is
  chance. **Blind** orders go to each building's main meters without looking. **Threshold** is one
  limit a point, four robust deviations from its healthy days.
- **Time to detect** is Kaplan and Meier's, from the first visible hour; a dash means that not so
  many were found before they ended or the run did.
- **Verification right** counts repairs whose fault would have shown on three days within seven.
- **Booked against true saving** has no figures: there is no ledger yet.
- No distractors are simulated yet, so that none could be alarmed.
"""
Table = Sequence[Sequence[str]]


def page(report: Mapping[str, Any], *, what: str) -> str:
    """The page in Markdown.

    Args:
        report: As :func:`scoring.report.report` gives it, with ``recall_within_reach``.
        what: Which runs it was made from, in words.
    """
    parts = [
        _INTRO.format(what=what, picture=PICTURE),
        "## Overall\n", _table(("figure", "value"), _overall(report)),
        "\n## Beside who knows nothing\n", _table(*_baselines(report)),
    ]  # fmt: skip
    for name in ("discipline", "severity", "rule"):
        parts += [f"\n## By {name}\n", _table(*_by(report["by"][name], name))]
    parts += ["\n## By kind of fault\n", _table(*_kinds(report["by"]["kind"])), _NOTES]
    return "\n".join(parts)


def picture(report: Mapping[str, Any]) -> str:
    """Recall by kind as an SVG: a bar a kind, with how many were visible and found."""
    lines = sorted(report["by"]["kind"].items(), key=lambda kv: (-(kv[1]["recall"] or 0.0), kv[0]))
    row, left, wide = 24, 210, 420
    height = 58 + row * len(lines)
    parts = [
        _OPEN.format(height=height),
        f'<rect width="760" height="{height}" fill="#ffffff"/>',
        '<text x="16" y="24" font-size="15" font-weight="600">Recall by kind of fault</text>',
    ]
    for tick in (0.0, 0.5, 1.0):
        x = left + wide * tick
        parts.append(
            f'<line x1="{x:g}" y1="38" x2="{x:g}" y2="{height - 16}" stroke="#d5dbe1"/>'
            f'<text x="{x:g}" y="{height - 3}" text-anchor="middle" fill="#52606d" '
            f'font-size="11">{tick:.0%}</text>'
        )
    for number, (kind, line) in enumerate(lines):
        y = 40 + row * number
        share, near = line["recall"] or 0.0, kind in WITHIN_REACH
        colour = "#1f6f8b" if near else "#a3b1bf"
        found = round(share * line["visible"])
        parts.append(
            f'<text x="{left - 8}" y="{y + 14}" text-anchor="end">{escape(kind)}</text>'
            f'<rect x="{left}" y="{y + 3}" width="{max(1.0, wide * share):g}" height="14" '
            f'fill="{colour}"/>'
            f'<text x="{left + wide + 12}" y="{y + 14}" fill="#52606d">{found} of '
            f"{line['visible']} visible{'' if near else ' · beyond reach'}</text>"
        )
    return "\n".join([*parts, "</svg>", ""])


def _overall(report: Mapping[str, Any]) -> Table:
    time, waste = report["time_to_detect_h"] or {}, report["waste_error"]
    read = report["readings"]
    return [
        ("faults, visible of them", f"{report['faults']}, {report['visible']}"),
        ("orders that count", str(report["orders"])),
        ("precision, strict", _said(report["precision_strict"])),
        ("its lower 95 % bound", _said(report["precision_low"])),
        ("precision, symptoms and repeats allowed", _said(report["precision"])),
        ("recall of visible faults", _said(report["recall"])),
        ("recall within a rule's reach", _said(report["recall_within_reach"])),
        ("recall of all faults", _said(report["recall_all"])),
        ("found, whatever trade was sent", _said(report["found"])),
        ("F1", _said(report["f1"])),
        ("time to detect, median; p90 [h]", _both(time, "median", "p90")),
        ("orders per fault", _said(report["orders_per_fault"])),
        ("false alarms per building-week", _said(report["false_alarms_per_building_week"])),
        ("distractors alarmed", str(report["distractors_alarmed"])),
        ("trade right", _said(report["trade_right"])),
        ("waste estimate, median error; bias", _both(waste, "median", "bias")),
        ("verification right; inconclusive",
         f"{_said(report['verification_right'])}; {report['inconclusive']}"),
        ("readings sent, stored, quarantined",
         f"{read['sent']:,}, {read['stored']:,}, {read['quarantined']:,}"),
        ("readings lost, duplicated, invented",
         f"{read['lost']}, {read['duplicated']}, {read['invented']}"),
    ]  # fmt: skip


def _baselines(report: Mapping[str, Any]) -> tuple[Sequence[str], Table]:
    names = ("orders", "precision_strict", "recall", "found", "f1")
    lines = {"ours": report, **report["baselines"]}
    rows = [[name, *(_said(line[n]) for n in names)] for name, line in lines.items()]
    return ("", *(n.replace("_", " ") for n in names)), rows


def _by(lines: Mapping[str, Any], name: str) -> tuple[Sequence[str], Table]:
    names: Sequence[str] = (
        "faults", "visible", "orders", "precision_strict", "recall", "orders_per_fault",
    )  # fmt: skip
    if name == "rule":
        names = ("orders", "precision_strict", "precision", "orders_per_fault", "trade_right")
    rows = [[word, *(_said(of[n]) for n in names)] for word, of in lines.items()]
    return (name, *(n.replace("_", " ") for n in names)), rows


def _kinds(lines: Mapping[str, Any]) -> tuple[Sequence[str], Table]:
    rows = []
    for kind, line in lines.items():
        found = round((line["recall"] or 0.0) * line["visible"])
        share = _said(line["recall"]) if line["visible"] >= _FEW else "few"
        rows.append((
            kind, "yes" if kind in WITHIN_REACH else "", str(line["faults"]),
            str(line["visible"]), str(found), share,
        ))  # fmt: skip
    return ("kind", "within reach", "faults", "visible", "found", "recall"), rows


def _table(header: Sequence[str], rows: Table) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _both(line: Mapping[str, Any], one: str, other: str) -> str:
    return f"{_said(line.get(one))}; {_said(line.get(other))}"


def _said(value: float | None) -> str:
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else f"{value:.3g}"
