"""Why something was refused, said to a person in their language."""

from __future__ import annotations

from adapters.locales import Translator
from api.orders import STATE_WORDS
from core.errors import Refused
from core.words import OrderState, Text

FIELD_WORDS = {
    "note": "a note",
    "cause": "what it was",
    "minutes": "the minutes it took",
    "reason": "why",
    "until": "until when",
    "who": "who it was",
    "assignee": "to whom",
}


class Told(Refused):
    """A refusal with figures in its words.

    Attributes:
        text: For the person who asked.
    """

    def __init__(self, text: Text, *, code: str) -> None:
        super().__init__(str(text), code=code)
        self.text = text


def said(error: Refused, tr: Translator) -> str:
    """A refusal in words; states and fields in it too."""
    text = getattr(error, "text", None)
    if not isinstance(text, Text):
        return tr(str(error))
    params = dict(text.params)
    state, fields = params.get("state"), params.get("fields")
    if state in set(OrderState):
        params["state"] = tr(STATE_WORDS[OrderState(state)])
    if isinstance(fields, str):
        params["fields"] = tr(", ").join(tr(FIELD_WORDS.get(f, f)) for f in fields.split(", "))
    return tr.say(Text(text.msgid, params))
