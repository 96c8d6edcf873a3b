"""Device templates: what a make and model offers. Packaged ones stand in ``edge/templates``."""

from __future__ import annotations

from adapters.sites.templatekeys import TemplateKeys
from adapters.sites.templates import load_file, load_packaged, packaged

__all__ = ["TemplateKeys", "load_file", "load_packaged", "packaged"]
