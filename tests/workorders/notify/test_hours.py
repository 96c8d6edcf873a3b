"""Quiet hours and digests: by the site's day, over midnight, and never for a P1."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from core.clock import DAY_MS, HOUR_MS, MINUTE_MS
from tests.workorders.house import at
from workorders.notify.hours import Held, Wish, held

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")


def test_quiet_hours_end_in_the_morning_of_the_same_or_the_next_day() -> None:
    morning = at("2026-03-12 07:00")
    for text in ("2026-03-11 21:00", "2026-03-11 23:59", "2026-03-12 06:59"):
        assert held(3, Wish(), at(text), SHANGHAI) == (Held.QUIET, morning), text
    for text in ("2026-03-11 20:59", "2026-03-12 07:00"):
        assert held(3, Wish(), at(text), SHANGHAI) is None, text


def test_only_what_may_wait_waits() -> None:
    night = at("2026-03-11 23:00")
    assert held(2, Wish(), night, SHANGHAI) is None
    assert held(2, Wish(quiet_from=2), night, SHANGHAI) is not None
    assert held(4, Wish(digest_from=5, quiet_from=5), night, SHANGHAI) is None
    assert held(3, Wish(quiet_start=0, quiet_end=0), night, SHANGHAI) is None, "no quiet hours"


def test_a_digest_comes_once_and_stays_one_through_quiet_hours() -> None:
    noon, wish = at("2026-03-11 12:00"), Wish(digest_at=6 * 60)
    assert held(4, wish, noon, SHANGHAI) == (Held.DIGEST, at("2026-03-12 06:00"))
    early = held(4, wish, at("2026-03-12 06:00"), SHANGHAI, before="digest")
    assert early == (Held.DIGEST, at("2026-03-12 07:00")), "its hour is a quiet one"
    assert held(4, wish, at("2026-03-12 07:00"), SHANGHAI, before="digest") is None


def test_the_day_on_which_clocks_change_has_its_morning_too() -> None:
    night = 1_774_738_800_000  # 2026-03-29 00:00 in Berlin; at 02:00 it is 03:00
    assert held(3, Wish(), night, BERLIN) == (Held.QUIET, night + 6 * HOUR_MS)


@given(
    priority=st.integers(1, 4), now=st.integers(1_700_000_000_000, 1_900_000_000_000),
    start=st.integers(0, 1439), end=st.integers(0, 1439), quiet=st.integers(2, 5),
    digest=st.integers(2, 5), hour=st.integers(0, 1439),
)  # fmt: skip
def test_nothing_waits_for_ever_and_a_p1_never(
    priority: int, now: int, start: int, end: int, quiet: int, digest: int, hour: int
) -> None:
    wish = Wish(quiet_start=start, quiet_end=end, quiet_from=quiet, digest_from=digest,
                digest_at=hour)  # fmt: skip
    before, moment = None, now
    for _ in range(3):
        waits = held(priority, wish, moment, BERLIN, before=before)
        if waits is None:
            break
        assert priority > 1
        before, until = waits
        assert moment < until <= moment + DAY_MS + 2 * HOUR_MS
        moment = until
    else:
        raise AssertionError("it waits a third time")
    assert moment - now <= 2 * DAY_MS + 2 * HOUR_MS + MINUTE_MS
