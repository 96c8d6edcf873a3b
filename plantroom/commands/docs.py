"""``plantroom docs``: pages, and tables in pages, that are made from the code."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from adapters.sites import reference
from analytics.rules_page import rules_page
from core import nomenclature
from edge import templates_page
from plantroom.output import out, speaks
from plantroom.settings_page import settings_page

PAGES = {"nomenclature.md": nomenclature.page, "rules.md": rules_page, "settings.md": settings_page}
TABLES = {
    "devices.md": ("templates", templates_page.table),
    "site-model.md": ("keys", reference.tables),
}
_BEGIN, _END = "<!-- made by `plantroom docs`: {name} -->\n", "<!-- end -->\n"


@speaks
def docs(to: Annotated[Path, typer.Option(help="Folder.")] = Path("docs")) -> None:
    """Write what is generated: nomenclature, rules, settings, and tables of keys and templates."""
    for name, page in PAGES.items():
        (to / name).write_text(page(), encoding="utf-8")
        out.print(f"wrote {to / name}")
    for name, (what, table) in TABLES.items():
        path = to / name
        if path.exists():
            path.write_text(
                filled(path.read_text(encoding="utf-8"), what, table()), encoding="utf-8"
            )
            out.print(f"wrote the {what} of {path}")


def filled(page: str, name: str, table: str) -> str:
    """A page with its named table made anew between its two marks."""
    begin = _BEGIN.format(name=name)
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(_END)
    return f"{before}{begin}{table}{_END}{after}"
