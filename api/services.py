"""What the pages and the API are given: the parts they speak for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from fastapi import Request

from adapters.records import Records
from adapters.settings import Settings
from core.clock import Clock
from core.ports import ReadingStore
from core.rulecard import RuleCard
from core.site import Site
from workorders.notify.installed import Installed
from workorders.service import WorkOrders


@dataclass(frozen=True, kw_only=True)
class Services:
    """The running parts, as one argument.

    Attributes:
        site: The compiled site model.
        settings: How this installation is set.
        records: Everything that is not telemetry.
        store: Telemetry; pages reach it through :class:`api.scoped.ScopedReader` only.
        orders: Work orders.
        cards: Rule cards by rule id.
        clock: The run clock.
        metrics: Text of ``/metrics``.
        ways: How people are reached here; None where nothing is installed.
        hints: Log-ins to show on the log-in page; only a demo has any.
    """

    site: Site
    settings: Settings
    records: Records
    store: ReadingStore
    orders: WorkOrders
    cards: dict[str, RuleCard]
    clock: Clock
    metrics: Callable[[], bytes] = field(default=lambda: b"")
    ways: Installed | None = None
    hints: tuple[tuple[str, str], ...] = ()


def services(request: Request) -> Services:
    """The services of the running application."""
    found: Services = request.app.state.services
    return found
