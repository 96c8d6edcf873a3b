"""The table of packaged templates in ``docs/devices.md``."""

from __future__ import annotations

from adapters.sites.templatekeys import TemplateKeys
from edge.template import load_packaged, packaged


def table() -> str:
    """Every packaged template with what it offers and the document it follows, in Markdown."""
    lines = ["| template | make and model | protocol | values | proves itself by | source |",
             "| --- | --- | --- | --- | --- | --- |"]  # fmt: skip
    for name in packaged():
        keys = load_packaged(name)
        lines.append(
            f"| `{name}` | {keys.make}: {keys.model} | {keys.protocol} | {len(keys.values)} "
            f"| {_proof(keys)} | {keys.source} |"
        )
    return "\n".join([*lines, ""])


def _proof(keys: TemplateKeys) -> str:
    if not keys.proof:
        return "nothing"
    return ", ".join(
        f"{proof.value} {' or '.join(f'{near:.10g}' for near in proof.near)}"
        + (f" ± {proof.within:g} {keys.values[proof.value].unit}" if proof.within else "")
        for proof in keys.proof
    )
