"""Templates never ask the browser for what the policy forbids, nor switch escaping off."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import api.view
from api.view import environment

FOLDER = api.view.FOLDER / "templates"
TEMPLATES = sorted(FOLDER.glob("**/*"))
FORBIDDEN = {
    "unescaped": r"\|\s*safe\b|autoescape\s+false|Markup\(",
    "style attribute": r"\sstyle\s*=",
    "event attribute": r"\son\w+\s*=",
    "htmx script": r"hx-on|js:|javascript:",
    "script in line": r"<script(?![^>]*\bsrc=)",
    "style in line": r"<style",
    "unquoted attribute": r"\s[\w-]+=\{\{",
    "foreign address": r"(?:src|href|action)=[\"'](?:https?:)?//",
}


@pytest.mark.parametrize("what", sorted(FORBIDDEN))
def test_nothing_forbidden(what: str) -> None:
    assert len(TEMPLATES) > 10
    found = [
        f"{path.name}: {match.group(0)}"
        for path in TEMPLATES
        for match in re.finditer(FORBIDDEN[what], path.read_text())
    ]
    assert found == []


def test_templates_end_in_html() -> None:
    assert {path.suffix for path in TEMPLATES if path.is_file()} == {".html"}


def test_everything_is_escaped() -> None:
    said = environment.from_string("{{ x }} <i data-x='{{ y|tojson }}'>").render(
        x="<b>\"'", y=["'><script>"]
    )
    assert "<b>" not in said
    assert "<script>" not in said
    assert said.count("'") == 2


def test_scripts_of_ours_make_no_markup_from_text() -> None:
    for path in (FOLDER.parent / "static").glob("*.js"):
        assert not re.search(r"innerHTML\s*=|insertAdjacentHTML|eval\(|new Function",
                             path.read_text()), path.name  # fmt: skip


def test_posted_forms_carry_the_token() -> None:
    forms = [
        (path.name, form)
        for path in TEMPLATES
        for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", path.read_text(), re.DOTALL)
        # Nobody is inside yet: the password, or the code of a contractor's link, is the token.
        if 'action="/login"' not in form and path.name != "contractor_code.html"
    ]
    assert len(forms) >= 4
    assert [name for name, form in forms if 'name="csrf"' not in form] == []


def test_vendored_files_are_named(sites_dir: Path) -> None:
    vendor = sites_dir.parent / "api" / "static" / "vendor"
    told = (vendor / "README.md").read_text()
    scripts = [p.name for p in vendor.iterdir() if p.suffix in {".js", ".css"}]
    assert [name for name in scripts if name not in told] == []
