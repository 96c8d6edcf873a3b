"""What a driver can do that takes up another site without ending."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from core.ports import Driver
from core.site import Site


@runtime_checkable
class ChangingDriver(Driver, Protocol):
    """A driver whose devices may change while it reads; it has a table of points of its own."""

    @property
    def table(self) -> Sequence[tuple[str, str]]:
        """Id and unit by the ``point`` of what it reads; it grows, and no number changes."""
        ...

    def change(self, site: Site) -> None:
        """Take up another model between two reads; nothing that was read is lost.

        Raises:
            Misconfigured: It cannot be read by this; nothing has changed then.
        """
        ...


def table_of(driver: Driver, site: Site) -> Sequence[tuple[str, str]]:
    """Id and unit of the points by number: the driver's own, else the site's."""
    if isinstance(driver, ChangingDriver):
        return driver.table
    return [(point.id, point.unit) for point in site.points]
