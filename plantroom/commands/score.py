"""``plantroom score``: the whole chain against faults that are known."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

import scoring
from adapters.settings import load_settings
from core.errors import Misconfigured, Mistake
from core.site import Site
from plantroom.logs import configure
from plantroom.output import FAILED, as_json, err, out, speaks, table
from plantroom.season import NIGHTS, PLANT_DAYS, Data, Through, Wishes
from plantroom.spread import cores, seasons, site_of
from plantroom.trial import WORLDS, trials
from plantroom.written import read_alarms, read_season
from scoring.card import overfitted, worsened
from scoring.page import PICTURE, page, picture
from scoring.plan import IN_DAYS, PER_BUILDING
from scoring.report import report, within_reach
from scoring.season import Season
from scoring.trial.figures import figures
from scoring.trial.page import page as trial_page
from simulators.physics.laws import FIRST, laws_of
from simulators.physics.weather.climate import DEFAULT_CLIMATE, known_climate
from simulators.staging import CHANCE
from simulators.story import demo_story

KEYS = (
    "precision", "precision_strict", "precision_low", "recall", "recall_all", "found", "f1",
    "baselines", "time_to_detect_h", "orders_per_fault", "false_alarms_per_building_week",
    "distractors_alarmed", "trade_right", "waste_error", "verification_right", "inconclusive",
    "booked_error", "readings", "wall_s", "by", "saved", "air_handlers",
)  # fmt: skip
"""Top level of the JSON; other programs read it."""
_SEEDS = re.compile(r"(\d+)(?:\.\.(\d+))?")


@speaks
def score(
    *,
    seeds: Annotated[str, typer.Option(help="One, a range 1..5, or several with commas.")] = "1..5",
    days: Annotated[int, typer.Option(min=7, help="After the healthy run-in.")] = 56,
    site: Annotated[Path | None, typer.Option(help="Folder of the site.")] = None,
    buildings: Annotated[int, typer.Option(min=0, help="The site's first ones; 0: all.")] = 0,
    faults: Annotated[float, typer.Option(min=0, help="A building in 56 days.")] = PER_BUILDING,
    distractors: Annotated[
        float, typer.Option(min=0, max=1, help="Chance of each kind in each building.")
    ] = CHANCE,
    climate: Annotated[str, typer.Option(help="Of the campus.")] = DEFAULT_CLIMATE,
    data: Annotated[
        Data, typer.Option(help="Whether readings have the usual defects of real data.")
    ] = "perfect",
    physics: Annotated[
        str, typer.Option(help="first, or second: plainer, to judge what was tuned on the first.")
    ] = FIRST.name,
    nights: Annotated[
        int, typer.Option(min=1, help="Healthy nights before, of the meters.")
    ] = NIGHTS,
    step: Annotated[int, typer.Option(min=1, max=24, help="Hours a step of detection.")] = 6,
    through: Annotated[
        Through, typer.Option(help="What carries the messages: this process, or a real broker.")
    ] = "loop",
    workers: Annotated[int, typer.Option(min=0, help="Seeds at once; 0: one a core.")] = 0,
    story: Annotated[
        bool, typer.Option("--story", help="Score the demonstration's story; its seed, its time.")
    ] = False,
    savings: Annotated[
        bool,
        typer.Option("--savings", help="Try the ledger: one fault a building, mended once."),
    ] = False,
    findings: Annotated[
        Path | None, typer.Option(help="Score these alarms (JSON lines) instead of running.")
    ] = None,
    on: Annotated[
        Path | None, typer.Option(help="With --findings: the folder that `simulate` wrote.")
    ] = None,
    docs: Annotated[
        Path | None, typer.Option("--page", help="Write scorecard.md, its picture and card here.")
    ] = None,
    card: Annotated[
        Path | None, typer.Option(help="Write the figures here, for --check to compare with.")
    ] = None,
    check: Annotated[
        Path | None, typer.Option(help="Fail where a figure is worse than in this card.")
    ] = None,
    tuned: Annotated[
        Path | None, typer.Option(help="Fail where F1 is far below this card's tuned seeds.")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Run a campus whose faults are known through the whole chain, and score what came of it.

    Campus, wire, ingest, store, rules, orders, a crew that botches some repairs, and the proof
    of repairs run in one process a seed, as fast as it goes. Or score anybody's alarms on a
    campus that `plantroom simulate` wrote.
    """
    configure("warning")
    known = _card(check) if check is not None else None
    own = _card(tuned) if tuned is not None else None
    for folder in (docs, card.parent if card is not None else None):
        _check_folder(folder)
    begun = time.monotonic()
    if savings:
        _try_ledger(
            site or load_settings().site, seeds_of(seeds), days, buildings, nights,
            workers or cores(), docs, card, json_=json_,
        )  # fmt: skip
        return
    if findings is not None:
        model, done = _others(findings, on)
        what = f"the alarms of {findings.name} on the campus of seed {done[0].seed}"
    else:
        folder = site or load_settings().site
        model = site_of(folder, buildings)
        told = demo_story(model) if story else None
        wishes = [
            Wishes(
                folder=folder, seed=seed, days=days, per=faults, nights=nights,
                plant_days=min(nights, PLANT_DAYS), step_h=step, climate=known_climate(climate),
                distractors=distractors, through=through, story=told,
                physics=laws_of(physics).name, data=data,
            )
            for seed in (seeds_of(seeds) if told is None else [told.seed])
        ]  # fmt: skip
        what = f"the demonstration's story, {days} days" if story else (
            f"seeds {seeds}, {days} days, {len(model.buildings)} buildings, {faults:g} faults a "
            f"building in {IN_DAYS} days, climate {climate}"
            + ("" if physics == FIRST.name else f", {physics} physics")
            + ("" if data == "perfect" else ", with the defects of real data")
        )  # fmt: skip
        done = seasons(wishes, buildings, workers=workers or cores(), console=out, quiet=json_)
    whole = (
        report(done, model)
        | within_reach(done, model)
        | {
            "made_from": what,
            "wall_s": round(time.monotonic() - begun, 1),
        }
    )
    if docs is not None:
        _write(docs, whole)
    if card is not None:
        _keep(card, whole)
    if json_:
        as_json({name: whole[name] for name in KEYS})
    else:
        _print(whole, done)
    worse = worsened(known, whole) if known is not None else []
    if own is not None and (apart := overfitted(own, whole)) is not None:
        worse.append(apart)
    for line in worse:
        err.print(f"worse: {line}", style="red")
    if worse:
        raise typer.Exit(FAILED)


def _try_ledger(
    folder: Path, seeds: Sequence[int], days: int, buildings: int, nights: int, workers: int,
    docs: Path | None, card: Path | None, *, json_: bool,
) -> None:  # fmt: skip
    """Booked against true savings, order by order."""
    tried = trials(
        folder, seeds, days=days, worlds=WORLDS, buildings=buildings, nights=nights,
        workers=workers, told=lambda seed: err.print(f"[dim]seed {seed}[/]"),
    )  # fmt: skip
    found = figures(tried)
    what = (f"{len(seeds)} seeds from {min(seeds)} to {max(seeds)}, {days} days, {WORLDS} worlds "
            "each")  # fmt: skip
    if docs is not None:
        (docs / "savings-trial.md").write_text(trial_page(found, what), encoding="utf-8")
    if card is not None:
        _keep(card, {"made_from": what, **found})
    if json_:
        as_json(found)
        return
    whole: Any = found["whole"]
    table(("figure", ""), list(whole.items()), empty="Nothing was booked.")


def seeds_of(text: str) -> list[int]:
    """Seeds as typed: ``3``, ``1..5``, ``1,4..6``.

    Raises:
        Misconfigured: It is something else.
    """
    found: list[int] = []
    for part in text.split(","):
        match = _SEEDS.fullmatch(part.strip())
        if match is None or int(match[1]) < 1 or int(match[2] or match[1]) < int(match[1]):
            what = f"'{text}' names no seeds"
            raise Misconfigured([Mistake(file="", line=0, what=what, expected="1..5, or 1,3")])
        found += range(int(match[1]), int(match[2] or match[1]) + 1)
    return list(dict.fromkeys(found))


def _others(findings: Path, on: Path | None) -> tuple[Site, list[Season]]:
    if on is None:
        what = "--findings needs --on: the folder that plantroom simulate wrote"
        raise Misconfigured([Mistake(file="", line=0, what=what)])
    model, season = read_season(on)
    alarms = read_alarms(findings, model, season.seed)
    inside = tuple(a for a in alarms if season.start < a.start <= season.end)
    if len(inside) < len(alarms):
        err.print(f"{len(alarms) - len(inside)} alarms outside the scored time are left out")
    return model, [msgspec.structs.replace(season, alarms=inside)]


def _write(folder: Path, whole: dict[str, Any]) -> None:
    """The page, its picture, and the same for programs."""
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    text = page(whole, what=whole["made_from"], others=companions())
    (folder / "scorecard.md").write_text(text, encoding="utf-8")
    (folder / "pictures" / PICTURE).write_text(picture(whole), encoding="utf-8")
    _keep(folder / "scorecard.json", whole)


def companions() -> dict[str, Any]:
    """Cards of other runs that the page shows beside, by name; whoever has none shows none."""
    folder = Path(scoring.__file__).parent / "companions"
    return {path.stem: _card(path) for path in sorted(folder.glob("*.json"))}


def _keep(path: Path, whole: dict[str, Any]) -> None:
    """All figures but how long it took, which differs from run to run."""
    card = {name: value for name, value in whole.items() if name != "wall_s"}
    path.write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _check_folder(folder: Path | None) -> None:
    """Whether a run that takes minutes can be kept at its end."""
    if folder is not None and not folder.is_dir():
        what = f"there is no folder {folder}"
        raise Misconfigured([Mistake(file="", line=0, what=what)])


def _card(path: Path) -> dict[str, Any]:
    try:
        known: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        what = f"{path} is no scorecard: {error}"
        raise Misconfigured([Mistake(file="", line=0, what=what)]) from error
    return known


def _print(whole: dict[str, Any], done: list[Season]) -> None:
    names = (
        "orders", "faults", "visible", "precision_strict", "precision_low", "precision", "recall",
        "recall_within_reach", "recall_all", "found", "f1", "orders_per_fault",
        "false_alarms_per_building_week", "distractors_alarmed", "trade_right",
        "verification_right", "inconclusive",
    )  # fmt: skip
    table(("figure", ""), [(n, whole[n]) for n in names], empty="Nothing to score.")
    for name in ("time_to_detect_h", "waste_error", "readings"):
        out.print(name, whole[name])
    kinds = whole["by"]["kind"]
    table(
        ("kind", "faults", "visible", "recall"),
        [(k, v["faults"], v["visible"], v["recall"]) for k, v in kinds.items()],
        empty="No fault.",
    )
    stages: dict[str, float] = {}
    for season in done:
        for stage, seconds in season.wall_s.items():
            stages[stage] = round(stages.get(stage, 0.0) + seconds, 1)
    out.print(f"[dim]{whole['wall_s']} s; of all seeds by stage: {stages}[/]")
