"""Schedules (robfig/cron spec_test.go, parser_test.go; pkg/controller/cronjob/utils_test.go)."""

import pytest

from cluster_sim.api import time_zones
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


NEW_YORK = time_zones.find("America/New_York")


@pytest.mark.parametrize(("schedule", "after", "expected"), [
    # robfig/cron spec_test.go, times in UTC: New York's clocks jump on 2012-03-11 at 7:00 and go back on 2012-11-04 at 6:00
    ("0 0 * * *", "2012-07-01 00:00", "2012-07-01 04:00"),
    ("0 14 * * *", "2012-07-01 00:00", "2012-07-01 18:00"),
    ("0 14 * * *", "2012-12-01 00:00", "2012-12-01 19:00"),
    ("0 * * * *", "2012-03-11 05:00", "2012-03-11 06:00"), ("0 * * * *", "2012-03-11 06:00", "2012-03-11 07:00"),
    ("0 1 * * *", "2012-03-11 05:00", "2012-03-11 06:00"), ("0 1 * * *", "2012-03-11 06:00", "2012-03-12 05:00"),
    ("30 2 * * *", "2012-03-11 05:00", "2012-03-12 06:30"),  # 2:30 does not exist that night
    ("0 0 * * *", "2012-11-04 03:00", "2012-11-04 04:00"), ("0 0 * * *", "2012-11-04 04:00", "2012-11-05 05:00"),
    ("0 1 * * *", "2012-11-04 04:00", "2012-11-04 05:00"), ("0 1 * * *", "2012-11-04 05:00", "2012-11-04 06:00"),  # twice
    ("0 1 * * *", "2012-11-04 06:00", "2012-11-05 06:00"), ("0 3 * * *", "2012-11-04 04:00", "2012-11-04 08:00"),
    ("0 0 1 3 *", "2012-01-15 00:00", "2012-03-01 05:00"),
])
def test_days_and_hours_are_those_of_the_zones_clocks(schedule, after, expected):
    assert cron_schedule.next_after(schedule, time(after), NEW_YORK) == time(expected)


@pytest.mark.parametrize(("schedule", "after", "expected"), [
    # robfig/cron spec_test.go
    ("0/15 * * * *", "2012-07-09 14:45", "2012-07-09 15:00"), ("0/15 * * * *", "2012-07-09 14:59", "2012-07-09 15:00"),
    ("20-35/15 * * * *", "2012-07-09 15:45", "2012-07-09 16:20"), ("*/15 * * * *", "2012-07-09 23:46", "2012-07-10 00:00"),
    ("0 0 * Feb Mon", "2012-07-09 23:35", "2013-02-04 00:00"), ("0 0 * feb mon/2", "2012-07-09 23:35", "2013-02-01 00:00"),
    ("0 0 * FEB MON/2", "2013-02-01 00:00", "2013-02-04 00:00"),
    ("0 0 9 Apr ?", "2012-07-09 23:35", "2013-04-09 00:00"), ("0 0 9,30 Apr-Jun *", "2012-07-09 23:35", "2013-04-09 00:00"),
    ("0 0 29 Feb ?", "2012-07-09 23:35", "2016-02-29 00:00"), ("@hourly", "2012-07-09 23:35", "2012-07-10 00:00"),
    ("@weekly", "2012-07-09 23:35", "2012-07-15 00:00"), ("@monthly", "2012-07-09 23:35", "2012-08-01 00:00"),
    ("@yearly", "2012-07-09 23:35", "2013-01-01 00:00"), ("@every 90m", "2012-07-09 23:35", "2012-07-10 01:05"),
    ("@every 1h0m", "2012-07-09 23:35", "2012-07-10 00:35"), ("0 0 1/1 * *", "2012-07-09 23:35", "2012-07-10 00:00"),
    ("0 0 * * 0-6", "2012-07-09 23:35", "2012-07-10 00:00"), ("0 0 30 2 ?", "2012-07-09 23:35", None),
])
def test_steps_names_and_nicknames(schedule, after, expected):
    assert cron_schedule.next_after(schedule, time(after)) == (expected and time(expected))


@pytest.mark.parametrize(("schedule", "since", "now", "due", "missed"), [
    # pkg/controller/cronjob/utils_test.go: hours and minutes missed
    ("0 * * * ?", "2016-05-19 09:59", "2016-05-19 10:00", "2016-05-19 10:00", 1),
    ("0 * * * ?", "2016-05-19 10:00", "2016-05-19 10:58", None, 0),
    ("0 * * * ?", "2016-05-19 10:00", "2016-05-19 12:02", "2016-05-19 12:00", 2),
    ("0 * * * ?", "2016-05-18 10:00", "2016-05-19 12:02", "2016-05-19 12:00", 26),
    ("0 * * * ?", "2016-01-19 10:00", "2016-05-19 12:02", "2016-05-19 12:00", 2906),
    ("0 6-16/4 * * 1-5", "2022-03-04 12:00", "2022-03-07 08:00", "2022-03-07 06:00", 2),  # reckoned by the pause of the weekend
    ("59 23 31 2 *", "2016-05-19 09:59", "2016-05-19 10:00", None, 0),
    ("@every 1h", "2016-05-19 09:59", "2016-05-19 12:30", "2016-05-19 11:59", 2),
])
def test_missed_times_are_reckoned_from_the_first_two(schedule, since, now, due, missed):
    assert latest_due(schedule, time(since), time(now)) == (due and time(due), missed)


@pytest.mark.parametrize(("name", "known"), [
    ("UTC", True), ("Europe/Berlin", True), ("America/Argentina/Ushuaia", True), ("Etc/GMT+12", True), ("EST5EDT", True),
    ("Mars/Olympus", False), ("europe/berlin", False), ("Europe/../../etc/passwd", False), ("", False), ("Europe", False)])
def test_a_zone_has_a_name_of_the_database(name, known):
    assert (time_zones.find(name) is not None) is known
