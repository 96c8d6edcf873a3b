"""Site files: read, checked and compiled to :class:`core.site.Site`."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from adapters.sites.compiling import compile_site
from adapters.sites.files import read_folder, version_of
from adapters.sites.levels import load_levels, read_levels
from adapters.sites.licences import load_licences, read_licences
from adapters.sites.log import Log
from adapters.sites.people import Person, Shift, buildings_in, load_people, logins_in, read_people
from adapters.sites.schema import json_schema
from adapters.sites.slices import encode_slice, load_slice, slice_of
from core.errors import Misconfigured, Mistake
from core.site import Site

__all__ = [
    "Person",
    "Shift",
    "check_site",
    "export_slice",
    "json_schema",
    "load_levels",
    "load_licences",
    "load_people",
    "load_site",
    "load_slice",
    "slice_of",
    "version_of",
]


def load_site(folder: Path) -> Site:
    """The site of a folder, whole and checked.

    Raises:
        Misconfigured: Its files have mistakes; all of them are in it.
    """
    log = Log()
    site = _compile(folder, log)
    if site is None or log.mistakes:
        raise Misconfigured(log.sorted())
    return site


def check_site(folder: Path) -> list[Mistake]:
    """All mistakes in a site's files, crew and roster too, in the order of files and lines."""
    log = Log()
    site = _compile(folder, log)
    read_people(folder, buildings_in(folder), log)
    # A name that is no zone is a mistake by now, said once; dates are still looked at.
    named = site is not None and site.timezone in available_timezones()
    zone = ZoneInfo(site.timezone if site is not None and named else "UTC")
    for _ in read_licences(folder, logins_in(folder) or (), log, zone):
        pass
    read_levels(folder, log)
    return log.sorted()


def export_slice(folder: Path, gateway: str) -> bytes:
    """A gateway's slice of a folder's site, as the JSON file that its edge loads.

    Raises:
        Misconfigured: The files have mistakes, or there is no such gateway.
    """
    return encode_slice(load_site(folder), gateway)


def _compile(folder: Path, log: Log) -> Site | None:
    return compile_site(read_folder(folder, log), logins_in(folder), log)
