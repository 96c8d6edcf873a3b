"""Telephones by HTTP: whoever rents lines has an address that rings a number and says a text.

No two of them agree on a form, so the form is a template of the settings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from urllib.parse import quote_plus, unquote, urlsplit, urlunsplit

from core.errors import Misconfigured, Mistake, Retryable
from workorders.notify.letter import Letter, fitted
from workorders.notify.web import asked

FORM = '{"to": "{number}", "text": "{text}", "key": "{key}"}'
_FIELD = re.compile(r"\{(number|text|key|answer)\}")
_MOST_BYTES = 600
"""Half a minute of speech; who needs more reads it on the phone. [bytes]"""


class HttpTelephone:
    """Rings through a service.

    Args:
        url: Its address; user and password in it are sent as basic authentication.
        form: What is sent, with ``{number}``, ``{text}``, ``{key}`` and ``{answer}``: JSON
            where it begins with a brace, else a form.
        token: Sent as a bearer token where there is one.
        answer: The address to ask when a key was pressed.
        must_say: What stands in the answer where it rings: many answer 200 to a refusal.
    """

    name = "telephone"
    most_bytes = _MOST_BYTES
    a_minute = 0

    def __init__(
        self,
        url: str,
        *,
        form: str = FORM,
        token: str = "",
        must_say: str = "",
        answer: Callable[[Letter], str] | None = None,
    ) -> None:
        parts = urlsplit(url)
        if not parts.hostname or "{number}" not in form + url:
            raise Misconfigured([
                Mistake(file="", line=0, what="the telephone would ring nobody",
                        expected="an address, and {number} in it or in the form")
            ])  # fmt: skip
        self._auth: tuple[str, str] | None = None
        if parts.username:
            self._auth = (unquote(parts.username), unquote(parts.password or ""))
        host = parts.netloc.rpartition("@")[2]
        self._url = urlunsplit(parts._replace(netloc=host))
        if "{answer}" in form + url and answer is None:
            raise Misconfigured([
                Mistake(file="", line=0, what="nothing signs the {answer} of the telephone",
                        expected="PLANTROOM_NOTIFY_TELEPHONE_KEY")
            ])  # fmt: skip
        self._form, self._token, self._must_say = form, token, must_say
        self._answer = answer

    def send(self, address: str, letter: Letter) -> None:
        """Rings a number; that somebody has heard it is another thing.

        Raises:
            Retryable: The service did not take it.
        """
        text = fitted(f"{letter.title}. {letter.body}".strip(), self.most_bytes)
        asks = self._answer(letter) if self._answer is not None and letter.order else ""
        said = {"number": address, "text": text, "key": letter.key, "answer": asks}
        is_json = self._form.lstrip().startswith("{")
        headers = {
            "Content-Type": "application/json; charset=utf-8" if is_json
            else "application/x-www-form-urlencoded",
            "Idempotency-Key": letter.key,
        }  # fmt: skip
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        answer = asked(
            "POST", _filled(self._url, said, as_json=False),
            content=_filled(self._form, said, as_json=is_json).encode(), headers=headers,
            auth=self._auth,
        )  # fmt: skip
        if self._must_say and self._must_say.encode() not in answer:
            raise Retryable(f"answered: {answer[:200].decode(errors='replace')}")


def _filled(form: str, said: dict[str, str], *, as_json: bool) -> str:
    """A template with its fields; what stands in a text cannot become another field."""

    def put(found: re.Match[str]) -> str:
        value = said[found.group(1)]
        return json.dumps(value, ensure_ascii=False)[1:-1] if as_json else quote_plus(value)

    return _FIELD.sub(put, form)
