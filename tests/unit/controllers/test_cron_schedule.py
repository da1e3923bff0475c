"""Schedules (robfig/cron spec_test.go, parser_test.go; pkg/controller/cronjob/utils_test.go)."""

import pytest

from cluster_sim.controllers import cron_schedule
from cluster_sim.controllers.cronjob import latest_due
from cluster_sim.kernel import timestamps


def time(text):
    return timestamps.parse(f"{text}:00Z".replace(" ", "T"))


@pytest.mark.parametrize(("schedule", "after", "expected"), [
    ("* * * * *", "2026-01-01 00:00", "2026-01-01 00:01"),
    ("*/15 * * * *", "2026-01-01 00:15", "2026-01-01 00:30"),
    ("5/20 * * * *", "2026-01-01 00:25", "2026-01-01 00:45"),
    ("0 9-17 * * mon-fri", "2026-01-02 17:00", "2026-01-05 09:00"),  # from Friday evening to Monday
    ("@daily", "2026-01-31 12:00", "2026-02-01 00:00"),
    ("0 0 29 2 *", "2026-01-01 00:00", "2028-02-29 00:00"),
    ("0 0 1 * sun", "2026-01-02 00:00", "2026-01-04 00:00"),  # both restricted: one is enough
    ("0 0 * jan,JUL *", "2026-01-31 00:00", "2026-07-01 00:00"),
])
def test_the_next_time_comes_after_the_given_one(schedule, after, expected):
    assert cron_schedule.next_after(schedule, time(after)) == time(expected)


def test_a_date_that_never_comes_has_no_next_time():
    assert cron_schedule.next_after("0 0 31 2 *", time("2026-01-01 00:00")) is None


@pytest.mark.parametrize("schedule", ["* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "a * * * *", "5-1 * * * *"])
def test_nonsense_is_refused(schedule):
    with pytest.raises(cron_schedule.ScheduleError):
        cron_schedule.parse(schedule)


@pytest.mark.parametrize(("since", "now", "expected"), [
    ("2026-01-01 10:00", "2026-01-01 10:30", (None, 0)),
    ("2026-01-01 10:00", "2026-01-01 11:00", ("2026-01-01 11:00", 1)),
    ("2026-01-01 10:00", "2026-01-01 14:59", ("2026-01-01 14:00", 4))])
def test_of_several_missed_times_only_the_latest_counts(since, now, expected):
    due, missed = latest_due("0 * * * *", time(since), time(now))
    assert (due, missed) == (expected[0] and time(expected[0]), expected[1])
