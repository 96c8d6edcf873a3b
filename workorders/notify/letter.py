"""A message as it is sent: in somebody's language, alone or with others in one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from adapters.locales import Translator, translator
from adapters.records.orders import Notification
from core.site import Names
from core.words import Text
from workorders import messages

CUT = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message.

    Attributes:
        key: The same at every sending; a receiver may drop repeats by it.
        order: Number of the order; empty where it is of none, or of several.
        kind: What it tells of, a word for programs; ``several`` where it is of several.
        link: Where the order is shown; empty where there is no such page.
        at: When it was owed, run clock. [ms]
        to: Log-in of who gets it, or the name of a group.
    """

    key: str
    order: str
    priority: int
    title: str
    body: str
    kind: str = ""
    link: str = ""
    at: int = 0
    to: str = ""

    @property
    def text(self) -> str:
        """All of it, for channels that know no title."""
        return "\n".join(part for part in (self.title, self.body, self.link) if part)


def letter_of(row: Notification, language: str, address: str = "") -> Letter:
    """A message in a language; ``address`` is the console's, for the link."""
    tr = translator(language)
    names = row.text.get("names", {})
    lines = [tr.say(_local(line, names, tr)) for line in row.text["lines"]]
    head = _local(row.text["head"], names, tr)
    order = row.order_id or ""
    return Letter(
        key=row.key, order=order, priority=row.priority, title=tr.say(head),
        body="\n".join(line for line in lines if line), kind=row.kind,
        link=f"{address}/orders/{order}" if address and order else "", at=row.created_at,
        to=row.person,
    )  # fmt: skip


def _local(kept: Mapping[str, Any], names: Mapping[str, Names], tr: Translator) -> Text:
    """A text that calls things as its reader does, and says what was promised in their words."""
    text: Text = messages.loaded(kept)
    params = dict(text.params)
    for key in params.keys() & names.keys():
        params[key] = tr.name(names[key]) if names[key] else params[key]
    if "promise" in params:
        params["promise"] = tr(str(params["promise"]))
    return Text(text.msgid, params)


def of_one_order(letters: Sequence[Letter]) -> Letter:
    """Several messages of one order as one: the newest says how it stands, the rest how it came.

    Raises:
        ValueError: There is none.
    """
    *before, last = letters
    if not before:
        return last
    titles = [letter.title for letter in before if letter.title != last.title]
    return replace(
        last, key=_key(letters), priority=min(letter.priority for letter in letters),
        body="\n".join([*dict.fromkeys(titles), last.body]),
    )  # fmt: skip


def merged(letters: Sequence[Letter], head: str, most_bytes: int) -> tuple[Letter, int]:
    """As many messages as fit into one, a line each, and how many those are, at least one.

    Args:
        letters: The most urgent first.
        head: With ``{n}`` for their number.
        most_bytes: That the other side takes. [bytes]
    """
    room, taken = most_bytes - len(head.encode()) - 8, 0
    for letter in letters:
        room -= len(letter.title.encode()) + 1
        if taken and room < 0:
            break
        taken += 1
    chosen = letters[:taken]
    whole = Letter(
        key=_key(chosen), order="", priority=min(letter.priority for letter in chosen),
        title=head.format(n=taken), kind="several",
        body="\n".join(letter.title for letter in chosen), at=max(letter.at for letter in chosen),
    )  # fmt: skip
    return whole, taken


def literal(text: str) -> str:
    """A text in which no service finds a link, or a call to everybody, that a stranger wrote.

    WeCom reads ``<a href>`` in a text, Feishu ``<at user_id>`` and ``[words](address)``; neither
    says how to write such characters so that they stay what they are.
    """
    return text.replace("<", "＜").replace("](", "] (")


def fitted(text: str, most_bytes: int) -> str:
    """A text that is no longer than the other side takes; no character is cut in two. [bytes]"""
    encoded = text.encode()
    if len(encoded) <= most_bytes:
        return text
    room = most_bytes - len(CUT.encode())
    return encoded[:room].decode(errors="ignore") + CUT


def _key(letters: Sequence[Letter]) -> str:
    """One key of several, the same for the same ones."""
    if len(letters) == 1:
        return letters[0].key
    joined = "\n".join(sorted(letter.key for letter in letters))
    return "m-" + hashlib.sha256(joined.encode()).hexdigest()[:32]
