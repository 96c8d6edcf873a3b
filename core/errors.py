"""Every error the project raises says what its caller should do next.

PlantroomError
├── Retryable     the same call may succeed later; nothing was lost
├── Rejected      some rows will never be accepted; the rest was
├── Fatal         stop this part: going on would lose or invent data
├── Refused       a person may not do this now (state, version or right)
└── Misconfigured mistakes in what a person wrote, all of them at once
    └── Undecodable  a payload that is not what the wire contract says
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class PlantroomError(Exception):
    """Root of all errors that the project raises itself."""


class Retryable(PlantroomError):
    """The same call may succeed later.

    Attributes:
        retry_after_s: When to try again, as far as the other side said. [s]
    """

    def __init__(self, message: str, *, retry_after_s: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Rejected(PlantroomError):
    """These rows will never be accepted as they are.

    Attributes:
        rows: Indices of the refused rows.
        reason: Why, in words for the person who mends them.
    """

    def __init__(self, rows: Sequence[int], reason: str) -> None:
        super().__init__(f"{len(rows)} rows refused: {reason}")
        self.rows = tuple(rows)
        self.reason = reason


class Fatal(PlantroomError):
    """Going on would lose or invent data: stop this part and say so."""


class Refused(PlantroomError):
    """A person may not do this now.

    Attributes:
        code: A stable word for programs: ``forbidden``, ``conflict``, ``absent``, ``invalid``.
    """

    def __init__(self, message: str, *, code: str = "invalid") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One thing a person wrote that cannot stand.

    Attributes:
        file: The file, relative to what was checked; empty where there is none.
        line: Line in it, from 1; 0 where none is known.
        what: What is wrong.
        expected: What would be right.
        suggestion: The nearest right thing, or empty.
    """

    file: str
    line: int
    what: str
    expected: str = ""
    suggestion: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.file else ""
        tail = f"; expected {self.expected}" if self.expected else ""
        hint = f"; did you mean {self.suggestion}?" if self.suggestion else ""
        return f"{place}{self.what}{tail}{hint}"


class Misconfigured(PlantroomError):
    """All mistakes found in what a person wrote, not only the first."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = tuple(mistakes)


class Undecodable(PlantroomError):
    """A payload that is not what the wire contract says.

    Attributes:
        reason: A stable word: ``not_json``, ``schema``, ``version``, ``columns``, ``too_large``.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
