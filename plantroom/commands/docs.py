"""``plantroom docs``: pages that are made from the code."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from analytics.rules_page import rules_page
from core import nomenclature
from plantroom.output import out, speaks
from plantroom.settings_page import settings_page

PAGES = {"nomenclature.md": nomenclature.page, "rules.md": rules_page, "settings.md": settings_page}


@speaks
def docs(to: Annotated[Path, typer.Option(help="Folder.")] = Path("docs")) -> None:
    """Write the pages that are generated: nomenclature, rules and settings."""
    for name, page in PAGES.items():
        (to / name).write_text(page(), encoding="utf-8")
        out.print(f"wrote {to / name}")
