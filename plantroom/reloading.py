"""Site files that change while the parts run: checked wholly, then taken up, or refused."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from adapters.sites import version_of
from core.clock import Clock
from core.errors import Misconfigured, Mistake, Retryable
from core.site import Site
from core.wire import ConfigHealth

log = structlog.get_logger(__name__)
_TOLD = 3
"""Mistakes named in health; all of them are in the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """What a reload does with the parts.

    Attributes:
        load: The site of the files as they are now. Raises Misconfigured.
        check: Whether the parts could run on it. Raises Misconfigured; changes nothing.
        take_up: Lets them run on it. Raises Retryable where it must be tried again.
        tell: Told what it runs on, and what it refuses.
    """

    load: Callable[[], Site]
    check: Callable[[Site], None]
    take_up: Callable[[Site], None]
    tell: Callable[[ConfigHealth], None]


class Reloading:
    """Looks at the files of a site; called from one thread.

    Args:
        path: The site's folder, or a slice.
        site: What runs.
        wiring: What is done with a change.
        clock: The run clock.
        every_s: Between two looks; 0: only when asked. [s]
    """

    def __init__(
        self, path: Path, site: Site, wiring: Wiring, clock: Clock, *, every_s: float
    ) -> None:
        self._path, self._wiring, self._clock = path, wiring, clock
        self._every_s = every_s
        self._looked_at = time.monotonic()
        self._tried: str | None = self._version()
        self._last: str | None = self._tried
        self._running = site
        self.config = ConfigHealth(hash=site.version, since=clock.now())

    def look(self, *, asked: bool = False) -> bool:
        """Take up what has changed; whether something was tried.

        Args:
            asked: Now, whatever the files say; else where they have changed and stand still:
                a file that somebody is writing is not read.
        """
        now = time.monotonic()
        if not asked and (not self._every_s or now - self._looked_at < self._every_s):
            return False
        self._looked_at = now
        version = self._version()
        still, self._last = version == self._last, version
        if not asked and (version is None or version == self._tried or not still):
            return False
        self._tried = version
        self._try(version)
        return True

    def _version(self) -> str | None:
        try:
            return version_of(self._path)
        except OSError:
            return None  # it is being replaced; a look later it is there, or cannot be loaded

    def _try(self, version: str | None) -> None:
        try:
            site = self._wiring.load()
            if self._version() != version:
                self._tried = None  # somebody writes: it is looked at again
                return
            self._check(site)
        except Misconfigured as why:
            self._refuse(version or "", why)
            return
        same = replace(site, version="") == replace(self._running, version="")
        if not same:
            try:
                self._wiring.take_up(site)
            except Retryable as why:
                log.warning("the site waits to be taken up", reason=str(why))
                self._tried = None
                return
            except Misconfigured as why:
                self._refuse(version or "", why)
                return
            self._running = site
        log.info("the site is what runs" if same else "the site was taken up", hash=site.version)
        since = self.config.since if same else self._clock.now()
        self._tell(ConfigHealth(hash=site.version, since=since))

    def _check(self, site: Site) -> None:
        if site.id != self._running.id:
            what = f"the site is '{site.id}', and '{self._running.id}' runs"
            wanted = "a restart for another site"
            raise Misconfigured([Mistake(file="site.yaml", line=0, what=what, expected=wanted)])
        self._wiring.check(site)

    def _refuse(self, version: str, why: Misconfigured) -> None:
        for mistake in why.mistakes:
            log.error("the site is refused", hash=version, mistake=str(mistake))
        told = [str(mistake) for mistake in why.mistakes[:_TOLD]]
        if len(why.mistakes) > _TOLD:
            told.append(f"and {len(why.mistakes) - _TOLD} more")
        known = self.config
        self._tell(
            ConfigHealth(
                hash=known.hash, since=known.since, refused=version, why="; ".join(told),
                refused_since=known.refused_since or self._clock.now(),
            )
        )  # fmt: skip

    def _tell(self, config: ConfigHealth) -> None:
        self.config = config
        self._wiring.tell(config)
