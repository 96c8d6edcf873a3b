"""Device templates: read from the package or from a site's own folder, and checked."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from adapters.sites.document import documents
from adapters.sites.log import Log, Near, nearest
from adapters.sites.money import unit_factor
from adapters.sites.protocols import PROTOCOLS
from adapters.sites.reader import read
from adapters.sites.templatekeys import TemplateKeys
from core.errors import Misconfigured, Mistake
from core.roles import ROLES

LIBRARY = Path(__file__).parents[2] / "edge" / "templates"
FOLDER = "templates"
"""Of a site's own templates, in its folder."""


def packaged() -> tuple[str, ...]:
    """Names of all templates that come with Plantroom."""
    return tuple(sorted(path.stem for path in LIBRARY.glob("*.yaml")))


@cache
def load_packaged(name: str) -> TemplateKeys:
    """A packaged template by its name.

    Raises:
        Misconfigured: There is no such template.
    """
    known = packaged()
    if name not in known:
        raise Misconfigured([Mistake(
            file="", line=0, what=f"no template '{name}'", expected="one of docs/devices.md",
            suggestion=nearest(name, known),
        )])  # fmt: skip
    return load_file(LIBRARY / f"{name}.yaml")


def load_file(path: Path) -> TemplateKeys:
    """A template from a file, whole and checked.

    Raises:
        Misconfigured: It has mistakes; all of them are in it.
    """
    log = Log()
    keys = read_file(path.parent, path, log)
    if keys is None or log.mistakes:
        raise Misconfigured(log.sorted())
    return keys


def read_file(folder: Path, path: Path, log: Log) -> TemplateKeys | None:
    """A template from a file; what is wrong with it is noted, by names relative to a folder."""
    before = len(log.mistakes)
    if not path.is_file():
        log.mistakes.append(Mistake(file=str(path), line=0, what="there is no such file"))
        return None
    roots = list(documents(folder, path, log.mistakes))
    if len(roots) != 1:
        if len(log.mistakes) == before:
            file = path.relative_to(folder).as_posix()
            what = "a file of a template holds one document"
            log.mistakes.append(Mistake(file=file, line=0, what=what))
        return None
    keys = read(roots[0], TemplateKeys, log)
    if keys is not None:
        check(keys, log)
    return keys


def read_folder(site: Path, log: Log) -> dict[str, TemplateKeys]:
    """A site's own templates by name, from its folder ``templates/``."""
    found: dict[str, TemplateKeys] = {}
    for path in files_in(site):
        keys = read_file(site, path, log)
        if keys is None:
            log.broken.add(path.stem)
        else:
            found[path.stem] = keys
    return found


def files_in(site: Path) -> list[Path]:
    """The files of a site's own templates."""
    return sorted((site / FOLDER).glob("*.yaml"))


def check(keys: TemplateKeys, log: Log) -> None:
    """Units of their quantities, known roles, a place for every value, a proof that exists."""
    near: Near
    rules = PROTOCOLS.get(keys.protocol)
    if rules is None:
        what, near = f"no protocol '{keys.protocol}'", (keys.protocol, PROTOCOLS)
        log.mistake(log.place(keys, "protocol"), what, " or ".join(PROTOCOLS), near=near)
    for name, value in keys.values.items():
        unit_factor(value.unit, value.quantity, log.place(value, "unit"), log)
        if value.role and value.role not in ROLES:
            what, near = f"'{name}': no role '{value.role}'", (value.role, ROLES)
            log.mistake(log.place(value, "role"), what, "a role of docs/nomenclature.md", near=near)
        elif value.role and ROLES[value.role].quantity is not value.quantity:
            role = ROLES[value.role]
            what = f"'{name}' is {value.quantity}, the role '{value.role}' {role.quantity}"
            log.mistake(log.place(value, "role"), what, f"a role of {value.quantity}")
        if rules is not None and not log.has(value, keys.protocol):
            what = f"'{name}' does not say where it stands"
            log.mistake(log.place(keys.values, name), what, f"{keys.protocol}: {{…}}")
    for proof in keys.proof:
        if proof.value not in keys.values:
            what, near = f"there is no value '{proof.value}'", (proof.value, keys.values)
            log.mistake(log.place(proof, "value"), what, "a value of this template", near=near)
    if rules is not None:
        rules.check(keys, log)
