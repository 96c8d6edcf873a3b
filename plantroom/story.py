"""What the terminal tells while a campus runs: readings, findings, orders, as they happen."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from rich.console import Console

from core.finding import FindingChange, FindingEvent
from core.ports import FindingSink
from core.words import CARRIER_UNIT, OrderState

MARKS = {1: "[red]◆[/]", 2: "[dark_orange]▲[/]", 3: "[yellow]■[/]", 4: "[blue]●[/]"}
_RATE_EVERY_S = 2.0


class Story:
    """Prints one line a thing that happened, with the time of the run before it."""

    def __init__(self, console: Console, timezone: str, money: str, *, quiet: bool) -> None:
        self._console = console
        self._zone = ZoneInfo(timezone)
        self._money = money
        self._quiet = quiet
        self._states: dict[str, tuple[str, int]] = {}
        self._rate_at, self._rate_from = time.monotonic(), 0

    def say(self, text: str, at: int | None = None) -> None:
        """One line."""
        if not self._quiet:
            self._console.print(f"[dim]{self._time(at):>16}[/]  {text}", highlight=False)

    def rate(self, readings: int, at: int, *, force: bool = False) -> None:
        """Readings a second of this machine, now and then."""
        now = time.monotonic()
        if force or now - self._rate_at >= _RATE_EVERY_S:
            a_second = (readings - self._rate_from) / max(now - self._rate_at, 0.001)
            self._rate_at, self._rate_from = now, readings
            self.say(f"[dim]{a_second:,.0f} readings a second, {readings:,} in all[/]", at)

    def finding(self, event: FindingEvent) -> None:
        """A finding that opened or was taken back; others show in their orders."""
        found = event.finding
        if event.change is FindingChange.OPENED:
            waste = ", ".join(f"{w.amount:.1f} {CARRIER_UNIT[w.carrier]}" for w in found.waste)
            cost = f" · {waste} a day" if waste else ""
            self.say(f"[bold]found[/]    {found.title} [dim]{found.rule} {found.target}{cost}[/]",
                     event.at or found.opened)  # fmt: skip
        elif event.change is FindingChange.WITHDRAWN:
            self.say(f"taken back {found.title} [dim]late readings say otherwise[/]", event.at)

    def order(
        self, id_: str, title: str, person: str, priority: int, state: str, attempt: int,
        at: int, outcome: str | None,
    ) -> None:  # fmt: skip
        """An order that changed its state."""
        before = self._states.get(id_)
        if before == (state, attempt):
            return
        self._states[id_] = (state, attempt)
        mark = MARKS.get(priority, "●")
        if outcome == "verified":
            words = "[bold green]verified[/] by telemetry"
        elif before is not None and attempt > before[1]:
            words = f"[bold red]refused[/] by telemetry, back to {person} (attempt {attempt})"
        else:
            said = {OrderState.IN_PROGRESS: "on site", OrderState.VERIFYING: "telemetry watches"}
            words = str(said.get(OrderState(state), outcome or state))
            words = f"{words}{f', {person}' if person else ''}"
        self.say(f"{mark} {id_} {words}  [dim]{title}[/]", at)

    def known(self, id_: str, state: str, attempt: int) -> None:
        """An order that was there before this start: only its changes are told."""
        self._states[id_] = (state, attempt)

    def _time(self, at: int | None) -> str:
        if at is None:
            return ""
        return (
            datetime.fromtimestamp(at / 1000, UTC).astimezone(self._zone).strftime("%a %d %b %H:%M")
        )


class Telling:
    """Findings on their way to work orders, told as they pass."""

    def __init__(self, sink: FindingSink, told: Callable[[FindingEvent], None]) -> None:
        self._sink, self._told = sink, told

    def publish(self, events: Sequence[FindingEvent]) -> None:
        """Pass all on, then tell each."""
        self._sink.publish(events)
        for event in events:
            self._told(event)
