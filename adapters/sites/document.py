"""YAML files as nodes that know their line, so that every mistake can name its place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLStreamError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from core.errors import Mistake

__all__ = ["Document", "MappingNode", "Node", "Place", "ScalarNode", "SequenceNode", "documents"]


class Place(NamedTuple):
    """Where something was written: the file, relative to the site's folder, and the line from 1."""

    file: str
    line: int


class Document(NamedTuple):
    """One YAML document of a file; a file may hold several, separated by ``---``."""

    file: str
    root: Node

    def place(self, node: Node) -> Place:
        """Where a node of this document begins."""
        return Place(self.file, int(node.start_mark.line) + 1)


def documents(folder: Path, path: Path, mistakes: list[Mistake]) -> Iterator[Document]:
    """All documents of a file; what cannot be read as YAML becomes a mistake instead."""
    file = path.relative_to(folder).as_posix()
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else "cannot be read"
        mistakes.append(Mistake(file=file, line=0, what=f"the file {reason}"))
        return
    try:
        # Composed, not loaded: nodes keep their line and the text as it was written.
        for root in YAML(typ="safe", pure=True).compose_all(text):
            yield Document(file, root)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = int(mark.line) + 1 if mark else 0
        what = f"not YAML: {error.problem or error.context}"
        mistakes.append(Mistake(file=file, line=line, what=what))
    except YAMLStreamError as error:
        what = f"not YAML: {str(error).splitlines()[0]}"
        mistakes.append(Mistake(file=file, line=0, what=what))
