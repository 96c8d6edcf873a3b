"""What people are told, as texts that are translated where they are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.words import Text

ASSIGNED = "{order} P{priority} is yours: {asset}"
NEXT_ON_CALL = "{order} P{priority} is yours now; it was not acknowledged in time: {asset}"
FOLDED = "{order} is part of {into} now; nobody has to go for it alone: {asset}"
REPORTED = "{order}: somebody at the place reports it too: {asset}"
DROPPED = "{order}: its asset is no longer in the site model; say what becomes of it: {asset}"
POORLY_RATED = "{order} was rated {stars} of 5 by its reporter; please look into it: {asset}"
RAISED = "{order} has become worse, now P{priority}: {asset}"
REMINDER = "{order} P{priority} waits for you to accept it: {asset}"
UNANSWERED = "{order} P{priority} was not acknowledged by {person}: {asset}"
BREACHED = "{order} P{priority} missed its time to {promise}: {asset}"
WITHDRAWN = "{order}: late readings took the finding back; please look before going on: {asset}"
CLEARED = "{order}: the fault cleared by itself; say what you found: {asset}"
RECOVERED = "{order}: what was wrong has ended, and the order with it: {asset}"
VERIFIED = "{order} is verified by telemetry: {asset}"
REFUSED = "{order}: the readings show the fault again after the repair; attempt {attempt}: {asset}"
RETURNED = "{order}: the points that show the fault give no data; the proof cannot go on: {asset}"
INCONCLUSIVE = "{order} cannot be proved by telemetry and needs a signature: {asset}"
PARKED = "{order} waits for its season; telemetry cannot prove it before: {asset}"
DISPUTED = "{order}: the repair was looked at and did not help; attempt {attempt}: {asset}"
PASSED_ON = "{order} P{priority} is yours now; {person} is away: {asset}"
HANDED_OVER = "{order} P{priority} was handed over to you by {person}: {asset}"
HOLD_OVER = "{order}: what it waited for should be there; go on, or say until when: {asset}"
PRIORITISED = "{order} is P{priority} now: {asset}"
NOBODY = "{order} P{priority}: nobody could be found for it: {asset}"
INSTRUMENT = "{order}: instrument fault at {asset}"
UNDELIVERED = "{order}: a message to {person} could not be delivered"
RINGS = "{order} P{priority} is not acknowledged yet, call {n}: {asset}"
TICKET_CLOSED = "{order}: its ticket was closed in {system}; say what was done: {asset}"
TICKET_GONE = "{order}: its ticket was deleted in {system}; the order goes on: {asset}"
CHANNEL_DEAD = "Messages by {channel} do not arrive: {why}"
CHANNEL_WELL = "Messages by {channel} arrive again"
DIGEST = "{n} messages of the day"
QUIET = "{n} messages of the quiet hours"
SEVERAL = "{n} messages"
RULE_DEMOTED = (
    "Rule {rule} only advises from now on: {right} of {judged} alarms in 90 days were true, "
    "less than {least} %"
)
RULE_KEPT = (
    "Rule {rule} goes on, since it is about danger, but only {right} of {judged} alarms in 90 days "
    "were true: please look at it"
)
LESSON = "{n} false alarms of {rule} at {asset} propose a change: please accept or refuse it"
CHECK_FAILED = "{order}: looked at again and not mended; attempt {attempt}: {asset}"
AUDIT_FAILED = "{order} was closed wrongly, says an audit: {asset}"
QUOTE_WAITS = "{order}: a quote of {amount} waits for approval: {asset}"
QUOTE_APPROVED = "{order}: the quote of {amount} was approved: {asset}"
QUOTE_REFUSED = "{order}: the quote of {amount} was refused: {asset}"
MISSED = "{order} P{priority}: planned work was not done in its time: {asset}"
TO_INSPECT = "{order} is done by its checklist; another person looks at it now: {asset}"
TEST = "Test message of Plantroom, to be ignored"

POINTS_LOST_TITLE = Text("Points give no usable data")
POINTS_LOST_WORDS = Text(
    "A repair is to be proved by these points, and they give no usable data. Mend the sensor "
    "or its line; somebody else then inspects it."
)


def dumped(text: Text) -> dict[str, Any]:
    """A text as the records keep it."""
    return {"msgid": text.msgid, "params": dict(text.params)}


def loaded(kept: Mapping[str, Any]) -> Text:
    """A text as it was kept."""
    return Text(kept.get("msgid", ""), dict(kept.get("params", {})))
