"""The page on the rules, written from their cards: docs/rules.md can say nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.rule import Rule
from analytics.rules import RULES
from core.rulecard import Hold, RuleCard

_INTRO = """# Rules

Written from the rule cards by `analytics.rules_page`; a test holds this page to them. Change
the card.

A rule judges intervals: FAULT, OK or NOT EVALUABLE, each with its mode and reason. The order is
data quality → mode → condition → persistence → suppression → case; the first reason that
excludes an interval is the one that is told. What a rule does not say is the engine's: how long
a fault must hold, when an episode opens and clears, what a sensor's own fault mutes, and what
proves a repair.

- **Hold.** Minutes of FAULT without an OK between; a gap up to 60 minutes pauses the count, a
  longer one starts it again. Rules that count nights or days take n of m that could be judged.
- **Clear.** An OK counts only past the rule's clear value; between the two nothing opens and
  nothing clears. A gap clears nothing.
- **Exposure.** One stay in the mode that showed the fault, at least as long as the hold, with
  90 % good data; one a day unless the card says otherwise. An episode clears, and a repair is
  verified, after max(24 h, the card's exposures, the hold) without FAULT.
- **Service.** Where a card asks for it, the plant must be seen to do its work again, for as long
  as the hold, before an episode clears or a repair is verified: behind a shut hand valve nothing
  leaks. Where it is never asked for, or was hardly used for a week, the order is parked until
  it is: nobody can sign for it.
- **Doubt.** What is clear while an instrument that the rule leans on is at fault, or while a
  point of the same machine is silent since the visit, proves nothing; a proof waits five hours
  for what comes out late.
- **References** end where a fault began and leave out days with a case: an unrepaired fault
  does not become its own normal.
- **Waste** is what a judged hour loses times the hours a day that could be judged, by carrier;
  money and kgCO₂ follow from the site's prices and factors. What is not measured or declared
  costs nothing here, rather than a guess.
"""


def rules_page(rules: Sequence[Rule] = RULES) -> str:
    """The page, in Markdown."""
    cards = [rule.card for rule in rules]
    return "\n".join([_INTRO, _table(cards), *(_section(card) for card in cards)])


def _table(cards: Sequence[RuleCard]) -> str:
    rows = [
        f"| [{card.id}](#{_anchor(card)}) | {_plain(card.title)} | {card.severity} · "
        f"{card.trade.value} | {'desk' if card.desk else 'visit'} | {_hold(card.hold, card)} |"
        for card in cards
    ]
    head = ["| rule | says | severity · trade | fixed by | hold |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows]) + "\n"


def _section(card: RuleCard) -> str:
    facts = [
        ("Says", _plain(card.title)),
        ("In plain words", _plain(card.explanation)),
        ("Family", card.family),
        ("Discipline", card.discipline.value),
        ("Judges", ", ".join(cls.value for cls in card.applies_to) or "points"),
        ("Exempt where declared", ", ".join(card.exemptions) or "nothing"),
        ("Roles needed", ", ".join(card.roles)),
        ("Used where there", ", ".join(card.optional_roles) or "nothing"),
        ("Modes", ", ".join(card.modes)),
        ("Condition", card.condition),
        ("Interval", f"{card.interval_s} s, counted in {card.counted_in}"),
        ("Hold", _hold(card.hold, card)),
        ("Longest sample period", f"{card.longest_period_s} s; coarser is NOT EVALUABLE"),
        ("Sufficiency", f"{card.sufficiency:.0%} of good data in an interval"),
        ("Clear at", card.clear_at),
        ("Clears when", card.clears_when),
        ("Exposures", _exposures(card)),
        *([("Lingers", _lingers(card))] if card.lingers_h else []),
        *([("Answers", _answers(card))] if card.answers_h else []),
        ("In service when", card.served_when or "its exposures show it"),
        ("Waits for, on the asset or what it supplies", ", ".join(card.behind) or "nothing"),
        ("Folds into itself", "what stops with it, within 30 minutes" if card.stops else "nothing"),
        ("Waste", card.waste_formula),
        ("Isolation", card.isolation),
        ("May be moved at one asset", _movable(card)),
        ("Licence", ", ".join(card.licences) or "none"),
        ("Permit", ", ".join(p.replace("_", " ") for p in card.permits) or "none"),
        ("People", str(card.people)),
        ("Effort", f"{card.effort_min} min, {'at the desk' if card.desk else 'a visit'}"),
    ]
    lists = [
        ("Likely causes, likeliest first", card.causes),
        ("Checks, in order", card.checks),
        ("Parts to take along", card.parts),
        ("Sources", card.sources),
    ]
    lines = [f"## {card.id}", ""]
    lines += [f"- **{name}:** {value}" for name, value in facts]
    for name, values in lists:
        lines += [f"- **{name}:** {'; '.join(values) or 'none'}"]
    return "\n".join([*lines, "", _parameters(card)])


def _parameters(card: RuleCard) -> str:
    rows = [
        f"| `{name}` | {parameter.value:g} {parameter.unit} | {parameter.why} |"
        for name, parameter in sorted(card.parameters.items())
    ]
    return "\n".join(["| parameter | default | why |", "|---|---|---|", *rows]) + "\n"


def _movable(card: RuleCard) -> str:
    moved = card.movable
    if moved is None:
        return "nothing"
    unit = card.parameters[moved.parameter].unit
    return f"`{moved.parameter}`, to {moved.most:g} {unit} at most"


def _hold(hold: Hold, card: RuleCard) -> str:
    if hold.counted:
        return f"{hold.need} of {hold.of} {card.counted_in}"
    return f"{hold.minutes} min"


def _answers(card: RuleCard) -> str:
    return f"may be given for {card.answers_h:g} h after a repair before what is asked refuses it"


def _lingers(card: RuleCard) -> str:
    return f"for up to {card.lingers_h:g} h after a repair, until it has first gone for an hour"


def _exposures(card: RuleCard) -> str:
    season = "; out of season the order is parked" if card.seasonal else ""
    return f"{card.exposures}, at most {card.exposures_per_day} a day{season}"


def _plain(text: str) -> str:
    """A text with its placeholders as words."""
    return text.replace("{", "‹").replace("}", "›")


def _anchor(card: RuleCard) -> str:
    return card.id.lower()
