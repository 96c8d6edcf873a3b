"""What the documentation says is there is there, and what is generated is up to date."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from adapters.settings import PREFIX, Settings
from benchmarks import page
from benchmarks.run import MEASURES
from plantroom.commands.docs import PAGES
from plantroom.main import app

ROOT = Path(__file__).parent.parent
ELSEWHERE = {
    "INFLUX_TOKEN", "GRAFANA_TOKEN", "SECRETS",  # read beside the settings, see docs/settings.md
    "INFLUX_PASSWORD", "POSTGRES_PASSWORD", "INFLUX_URL", "INFLUX_BUCKET",  # of the composition
    "REQUIRE", "DATA", "SERVERS", "KILLS",  # of the tests
}  # fmt: skip
HIDDEN = {"locales"}
"""Without Python of its own, and named in the tables all the same."""


def tracked() -> list[Path]:
    """Every file that is, or would be, committed."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, text=True,
        capture_output=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("not a git checkout: nothing says which files are committed")
    return [path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file()]


def documents() -> list[Path]:
    """All pages in Markdown."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("deploy/*.md"),
             *ROOT.glob("sites/**/*.md")]  # fmt: skip
    assert len(found) > 10
    return sorted(found)


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def folders_of(document: str) -> set[str]:
    """Folders in the first column of a page's table of folders."""
    lines = text_of(ROOT / document).splitlines()
    first = lines.index("| folder | holds |")
    table = []
    for line in lines[first + 2 :]:
        if not line.startswith("|"):
            break
        table += re.findall(r"`([^`]+)/`", line.split("|")[1])
    return set(table)


@pytest.mark.parametrize("document", ["README.md", "docs/architecture.md"])
def test_every_folder_of_the_table_exists_and_none_is_missing(document: str) -> None:
    named = folders_of(document)
    assert [name for name in sorted(named) if not (ROOT / name).is_dir()] == []
    ours = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()}
    assert ours <= named
    assert named >= HIDDEN


def test_where_is_names_what_is_there() -> None:
    rows = [
        line for line in text_of(ROOT / "docs/where-is.md").splitlines() if line.startswith("| ")
    ][1:]
    places = [place for row in rows for place in re.findall(r"`([^`]+)`", row.split("|")[3])]
    assert len(rows) == 20
    missing = [
        place for place in places if "/" in place and not (ROOT / place).exists()
    ]  # fmt: skip
    assert missing == []


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_what_is_generated(name: str) -> None:
    assert text_of(ROOT / "docs" / name) == PAGES[name](), "run: plantroom docs"


def test_every_setting_stands_on_its_page_with_what_it_means() -> None:
    written = text_of(ROOT / "docs" / "settings.md")
    for name, field in Settings.model_fields.items():
        assert f"`{PREFIX}{name.upper()}`" in written
        assert field.description
        assert field.description in written


def test_the_benchmarks_page_is_what_was_kept() -> None:
    kept = page.kept()
    assert set(kept) <= set(MEASURES)
    assert text_of(page.FILE) == page.page(kept)


@pytest.mark.parametrize("path", documents(), ids=name_of)
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", text_of(path))
    broken = [
        link for link in links
        if not link.startswith(("http", "mailto:", "#"))
        and not (path.parent / link.partition("#")[0]).exists()
    ]  # fmt: skip
    assert broken == []


@pytest.mark.parametrize("path", documents(), ids=name_of)
def test_every_command_and_setting_that_is_named_exists(path: Path) -> None:
    root = typer.main.get_command(app)
    unknown = [words for words in commands_in(text_of(path)) if not _exists(root, words)]
    assert unknown == []
    named = set(re.findall(rf"\b{PREFIX}([A-Z_]*[A-Z])\b", text_of(path)))
    assert named <= {name.upper() for name in Settings.model_fields} | ELSEWHERE


def commands_in(text: str) -> Iterator[list[str]]:
    """Command lines in code, as words up to the first that is no command's name."""
    code = [
        *re.findall(r"`(plantroom [^`]+)`", text),
        *re.findall(r"^ {4}(plantroom .+)$", text, re.MULTILINE),
    ]
    for line in code:
        words = line.split()[1:]
        plain = [word for word in words if re.fullmatch(r"[a-z|]+", word)]
        yield plain[:2] if words[:2] == plain[:2] else plain[:1] if words[:1] == plain[:1] else []


def _exists(root: object, words: list[str]) -> bool:
    """Whether the words, alternatives apart by ``|``, call something; arguments may follow."""
    if not words:
        return True
    children = getattr(root, "commands", None)
    if children is None:
        return True  # an argument of a command
    return all(
        word in children and _exists(children[word], words[1:]) for word in words[0].split("|")
    )


def test_every_target_of_make_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    for path in documents():
        named = re.findall(r"(?:^ {4}|`)make ([a-z-]+)", text_of(path), re.MULTILINE)
        assert set(named) <= targets, name_of(path)


def test_locks_name_no_address_and_check_every_hash() -> None:
    locks = sorted(ROOT.glob("requirements*.lock"))
    assert len(locks) == 3
    for lock in locks:
        text = text_of(lock)
        assert not re.findall(
            r"://|--(?:extra-)?index-url|--find-links|^-[ef] ", text, re.MULTILINE
        )
        pinned = re.findall(r"^([a-z0-9][^\s=]*)==", text, re.MULTILINE)
        assert pinned
        for part in re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE):
            assert not part.strip() or part.startswith("#") or "--hash=sha256:" in part, part[:80]


def test_no_file_holds_a_path_of_somebodys_machine() -> None:
    homes = re.compile(
        r"(?<![\w./~{}-])/(?:" + "|".join(("wor" + "k", "roo" + "t", "home", "Users")) + r")/\w"
    )
    suspects = []
    for path in tracked():
        try:
            text = text_of(path)
        except UnicodeDecodeError:
            continue
        suspects += [f"{name_of(path)}: {found[0]}" for found in homes.finditer(text)]
    assert suspects == []
