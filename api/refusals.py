"""Why something was refused, said to a person in their language."""

from __future__ import annotations

from adapters.locales import Translator
from api.orders import STATE_WORDS
from core.errors import Refused
from core.words import Licence, OrderState, Permit, Text
from workorders.crew.quotes import APPROVAL

LICENCE_NEEDS = {
    Licence.ELECTRICIAN: "an electrician's licence that holds",
    Licence.GAS: "a gas licence that holds",
    Licence.HEIGHT: "a licence for work at height that holds",
    Licence.REFRIGERANT: "a licence for refrigerants that holds",
}
PERMIT_WORDS = {
    Permit.ISOLATION: "a permit: isolated and locked",
    Permit.HOT_WORK: "a permit for hot work",
    Permit.CONFINED_SPACE: "a permit for a confined space",
    Permit.HEIGHT: "a permit for work at height",
}
FIELD_WORDS = {
    "note": "a note",
    "cause": "what it was",
    "minutes": "the minutes it took",
    "reason": "why",
    "until": "until when",
    "who": "who it was",
    "assignee": "to whom",
    "priority": "which priority",
    "place": "the label's scan",
    "elsewhere": "why not at the place",
}
NEED_WORDS = {
    **{f"licence:{kind}": words for kind, words in LICENCE_NEEDS.items()},
    **{f"permit:{kind}": words for kind, words in PERMIT_WORDS.items()},
    APPROVAL: "an approved quote",
}
"""What an order needs, in words; how many people is said with their number."""


class Told(Refused):
    """A refusal with figures in its words.

    Attributes:
        text: For the person who asked.
    """

    def __init__(self, text: Text, *, code: str) -> None:
        super().__init__(str(text), code=code)
        self.text = text


def need_words(need: str, tr: Translator) -> str:
    """One thing that an order needs, in words."""
    kind, _, what = need.partition(":")
    if kind == "people":
        return tr("{n} people", n=what)
    return tr(NEED_WORDS.get(need, need))


def said(error: Refused, tr: Translator) -> str:
    """A refusal in words; states and fields in it too."""
    text = getattr(error, "text", None)
    if not isinstance(text, Text):
        return tr(str(error))
    params = dict(text.params)
    state, fields = params.get("state"), params.get("fields")
    if state in set(OrderState):
        params["state"] = tr(STATE_WORDS[OrderState(state)])
    if isinstance(needs := params.get("needs"), str):
        params["needs"] = tr(", ").join(need_words(n, tr) for n in needs.split(", "))
    if isinstance(fields, str):
        params["fields"] = tr(", ").join(tr(FIELD_WORDS.get(f, f)) for f in fields.split(", "))
    return tr.say(Text(text.msgid, params))
