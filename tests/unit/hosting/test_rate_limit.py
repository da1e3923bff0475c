"""Not more than so many commands a second."""

from lessons.hosting.rate_limit import TokenBucket


def test_a_burst_passes_and_then_no_more() -> None:
    bucket = TokenBucket()
    passed = sum(bucket.take(now=5.0) for _ in range(100))
    assert passed == 40


def test_in_the_long_run_twenty_a_second_pass() -> None:
    bucket = TokenBucket()
    passed = sum(bucket.take(now=tick / 100) for tick in range(1000))
    assert passed == 40 + 20 * 10 - 1


def test_a_rest_fills_it_but_not_beyond_the_burst() -> None:
    bucket = TokenBucket()
    for _ in range(40):
        bucket.take(now=0.0)
    assert not bucket.take(now=0.0)
    assert sum(bucket.take(now=3600.0) for _ in range(100)) == 40
