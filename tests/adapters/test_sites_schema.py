"""The schema for editors and the page of keys say what the reader reads."""

from __future__ import annotations

from pathlib import Path

import jsonschema_rs
import msgspec
import pytest
from ruamel.yaml import YAML

from adapters.sites import json_schema
from adapters.sites.reference import TITLES, anchor, tables
from tests.adapters.site_files import SITE, A, B
from tests.adapters.test_sites_devices import OWN
from tests.adapters.test_sites_devices import SITE as DEVICES
from tests.ingest.foreign.town import SITE as TOWN

PAGE = Path(__file__).parents[2] / "docs" / "site-model.md"


def plain(text: str) -> list[object]:
    """YAML documents as an editor sees them: dates are texts."""
    yaml = YAML(typ="safe", pure=True)
    yaml.constructor.yaml_constructors.pop("tag:yaml.org,2002:timestamp", None)
    yaml.constructor.add_constructor("tag:yaml.org,2002:timestamp", lambda _, n: n.value)
    return list(yaml.load_all(text))


@pytest.fixture(scope="module")
def schema() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json_schema())


def test_the_sample_sites_keep_to_the_schema(
    sites_dir: Path, schema: jsonschema_rs.Draft202012Validator
) -> None:
    files = sorted(sites_dir.rglob("*.yaml"))
    assert len(files) > 10
    for file in files:
        for document in plain(file.read_text(encoding="utf-8")):
            assert [f"{file}: {e}" for e in schema.iter_errors(document)] == []


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (SITE, "per: m³", "par: m³"),
        (SITE, "money: €\n", ""),
        (SITE, "driver: csv", "driver: cvs"),
        (SITE, "stamps: start", "stamps: middle"),
        (A, "sat: {}", "satt: {}"),
        (A, "class: Air_Handling_Unit", "class: AHU"),
        (A, "dehumidifies: true", "dehumidifies: 1"),
        (A, "digits: 6", "digits: 0"),
        (A, "span: [-30, 50]", "span: [-30]"),
        (B, "area_m2: 500", "area_m2: wide"),
        (TOWN, "template: tasmota", "template: tasmotta"),
        (TOWN, "group: Town", "grupp: Town"),
        (DEVICES, "protocol: modbus", "protocol: modbuss"),
        (DEVICES, "address: 12", "address: [12]"),
        (DEVICES, "value: watts, scale", "value: watts, factor"),
        (OWN, "unit: W, modbus", "unit: W, mudbus"),
        (OWN, "source: a drawer\n", ""),
    ],
)
def test_an_editor_sees_what_is_wrong(
    schema: jsonschema_rs.Draft202012Validator, text: str, old: str, new: str
) -> None:
    assert all(schema.is_valid(document) for document in plain(text))
    assert old in text
    assert not all(schema.is_valid(document) for document in plain(text.replace(old, new)))


def test_the_page_holds_the_tables_of_keys() -> None:
    assert tables() in PAGE.read_text(encoding="utf-8"), "plantroom docs makes it anew"


def test_every_key_stands_on_the_page_with_a_meaning() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for kind, title in TITLES.items():
        section = page.split(f"### {title}\n")[1].split("\n### ")[0]
        for field in msgspec.structs.fields(kind):
            (row,) = [r for r in section.splitlines() if r.startswith(f"| `{field.encode_name}` |")]
            assert row.split("|")[3].strip(), f"{title}: {field.encode_name} has no meaning"
        assert f"#{anchor(title)}" in page or title in {"The site", "A building"}
