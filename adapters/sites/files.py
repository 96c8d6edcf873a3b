"""The files of a site's folder, read as their keys."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

from adapters.sites.document import Place, documents
from adapters.sites.keys import BuildingKeys, SiteKeys
from adapters.sites.log import Log
from adapters.sites.reader import read
from adapters.sites.templatekeys import TemplateKeys
from adapters.sites.templates import files_in
from adapters.sites.templates import read_folder as read_templates

_VERSION_DIGITS = 12  # of SHA-256: enough to tell versions apart, short enough to be read


class Written(NamedTuple):
    """What stands in a site's files; ``site`` is None where ``site.yaml`` cannot be read."""

    site: SiteKeys | None
    buildings: list[BuildingKeys]
    version: str
    templates: dict[str, TemplateKeys]


def read_folder(folder: Path, log: Log) -> Written:
    """Read ``site.yaml`` and ``buildings/*.yaml``; what is wrong with their shape is noted."""
    main = folder / "site.yaml"
    files = sorted((folder / "buildings").glob("*.yaml"))
    for stray in sorted((folder / "buildings").glob("*.yml")):
        file = stray.relative_to(folder).as_posix()
        log.mistake(Place(file, 0), "this file is not read", "a name that ends in .yaml")
    if not main.is_file():
        log.mistake(Place("site.yaml", 0), "there is no such file", f"it in the folder {folder}")
    elif not files:
        log.mistake(Place("buildings", 0), "no building", "a file for each in buildings/*.yaml")
    site = _read_site(folder, main, log) if main.is_file() else None
    buildings = [keys for path in files for keys in _read_buildings(folder, path, log)]
    templates = read_templates(folder, log)
    return Written(site, buildings, version_of(folder), templates)


def _read_site(folder: Path, path: Path, log: Log) -> SiteKeys | None:
    roots = list(documents(folder, path, log.mistakes))
    for extra in roots[1:]:
        log.mistake(extra.place(extra.root), "a second document", "one document in site.yaml")
    return read(roots[0], SiteKeys, log) if roots else None


def _read_buildings(folder: Path, path: Path, log: Log) -> list[BuildingKeys]:
    before = len(log.mistakes)
    roots = list(documents(folder, path, log.mistakes))
    if not roots and len(log.mistakes) == before:
        place = Place(path.relative_to(folder).as_posix(), 1)
        log.mistake(place, "the file is empty", "a building")
    known = (read(root, BuildingKeys, log) for root in roots)
    return [keys for keys in known if keys is not None]


def version_of(path: Path) -> str:
    """A hash of names and contents: it changes when the meaning may have changed.

    Args:
        path: A site's folder, or the slice of a gateway. What is not there has a hash too.

    Raises:
        OSError: A file is there and cannot be read.
    """
    digest = hashlib.sha256()
    if path.is_file():
        return hashlib.sha256(path.read_bytes()).hexdigest()[:_VERSION_DIGITS]
    buildings = sorted((path / "buildings").glob("*.yaml"))
    for file in [path / "site.yaml", *buildings, *files_in(path)]:
        if file.is_file():
            content = file.read_bytes()
            digest.update(f"{file.relative_to(path).as_posix()}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()[:_VERSION_DIGITS]
