"""What befalls an order without anybody's command."""

from __future__ import annotations

from enum import StrEnum


class Happening(StrEnum):
    """An event that leaves the state as it is."""

    OPENED = "opened"
    JOINED = "joined"
    """Another finding of the same cause."""
    FOLDED = "folded"
    """Another order went into it, or it into another one."""
    RAISED = "raised"
    REPORTED = "reported"
    """Somebody at the place says so too."""
    ANSWERED = "answered"
    """The reporter says whether it is mended."""
    RATED = "rated"
    DROPPED = "dropped"
    """Its asset is no longer in the site model; the order goes on."""
    CLEARED = "cleared"
    """All findings cleared by themselves; a person still says what it was."""
    WITHDRAWN = "withdrawn"
    BREACHED = "breached"
    REMINDED = "reminded"
    UNDELIVERED = "undelivered"
    INCONCLUSIVE = "inconclusive"
    PARKED = "parked"
    NOBODY = "nobody"
    PERMITTED = "permitted"
    PERMIT_ENDED = "permit_ended"
    HELPED = "helped"
    NEEDED = "needed"
    """Somebody said that it needs more than its card says."""
    LINKED = "linked"
    """A contractor was sent a link."""
    BOUND = "bound"
    """The contractor's phone has opened it."""
    PHOTO = "photo"
    HOLD_OVER = "hold_over"
    """What was waited for should be there."""
