"""What figures are held against: domain.md E, unless the site's owner says otherwise. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """Shares are 0…1.

    Attributes:
        respond: Least share of promises to answer and to come that are kept.
        resolve: Least share of promises to make safe, restore and mend that are kept.
        urgent: The same for priorities 1 and 2.
        first_time: Least share of orders that one visit ended.
        reopened: Most that are opened again.
        recurred: Most whose fault comes back.
        planned: Least share of planned hours.
        planned_on_time: Least share of planned work done in time.
        backlog: Most work waiting of what nobody planned. [weeks]
        planned_backlog_from: Least planned work ahead. [weeks]
        planned_backlog_to: Most planned work ahead. [weeks]
        rating: Least mean of the reporters' stars.
        week_h: Most hours a person works a week, however long they are on call. [h]
    """

    respond: float = 0.90
    resolve: float = 0.90
    urgent: float = 0.95
    first_time: float = 0.80
    reopened: float = 0.05
    recurred: float = 0.10
    planned: float = 0.70
    planned_on_time: float = 0.90
    backlog: float = 1.0
    planned_backlog_from: float = 2.0
    planned_backlog_to: float = 4.0
    rating: float = 4.5
    week_h: float = 40.0

    @classmethod
    def of(cls, site: Site) -> Targets:
        """The site's own, defaults where its model says nothing."""
        said: dict[str, Any] = dict(site.targets)
        return cls(**said)
