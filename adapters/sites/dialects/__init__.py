"""Shapes of messages that come with Plantroom: a YAML file each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from adapters.sites.document import documents
from adapters.sites.foreignkeys import DialectKeys
from adapters.sites.log import Log
from adapters.sites.reader import read
from core.errors import Misconfigured

_FOLDER = Path(__file__).parent


@cache
def dialects() -> Mapping[str, DialectKeys]:
    """By name, in alphabetical order.

    Raises:
        Misconfigured: A file of this installation was changed and cannot be read.
    """
    log = Log()
    found: dict[str, DialectKeys] = {}
    for path in sorted(_FOLDER.glob("*.yaml")):
        for root in documents(_FOLDER, path, log.mistakes):
            keys = read(root, DialectKeys, log)
            if keys is not None:
                found[keys.dialect] = keys
    if log.mistakes:
        raise Misconfigured(log.sorted())
    return found
