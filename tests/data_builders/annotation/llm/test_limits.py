"""Waiting and paying: backoff, Retry-After, limits a minute, the limit on the cost."""

import asyncio
import time
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuner.data_builders.annotation.llm.cost import Budget, BudgetSpent, Prices, Usage
from nuner.data_builders.annotation.llm.waiting import Backoff, RateLimit, retry_after
from nuner.data_builders.annotation.runs.settings import RunSettings


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after": "-3"}, 0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after-ms": "x", "retry-after": "2"}, 2),
    ],
)
def test_retry_after(headers, seconds):
    assert retry_after(headers) == seconds


def test_retry_after_as_a_date():
    wait = retry_after({"retry-after": formatdate(time.time() + 90, usegmt=True)})
    assert wait is not None
    assert 85 < wait <= 90


@given(st.text())
def test_no_header_is_too_strange(value):
    wait = retry_after({"retry-after": value, "retry-after-ms": value})
    assert wait is None or wait >= 0


@given(st.integers(1, 10_000), st.none() | st.floats(0, 1e12))
def test_a_wait_is_bounded_and_not_below_what_the_server_may_ask(faults, asked):
    wait = Backoff(1.0, 60.0, longest_asked=600.0).wait(faults, asked)
    obeyed = asked if asked is not None and asked <= 600 else 0.0
    assert max(0.5, obeyed) <= wait <= max(60.0, obeyed * 1.1)


def test_waits_double_and_differ():
    backoff = Backoff(1.0, 60.0)
    assert backoff.wait(1) <= 1 < 2 <= min(backoff.wait(3) for _ in range(20))
    assert len({backoff.wait(3) for _ in range(20)}) > 1


def test_a_rate_limit_spaces_requests():
    async def take(count, limit):
        start = time.monotonic()
        await asyncio.gather(*(limit.take() for _ in range(count)))
        return time.monotonic() - start

    assert asyncio.run(take(21, RateLimit(6000))) >= 0.2  # the first needs no wait
    assert asyncio.run(take(1000, RateLimit(None))) < 0.2


def test_a_rate_limit_can_be_corrected():
    async def seconds():
        limit = RateLimit(60)
        await limit.take(1000)
        limit.correct(0.1 - 1000)
        start = time.monotonic()
        await limit.take()
        return time.monotonic() - start

    assert 0.05 < asyncio.run(seconds()) < 1


def test_the_budget_holds_back_what_could_pass_it():
    async def spend():
        budget = Budget(1.0, Prices(0.0, 1_000_000.0), Usage(0, 0))  # one completion token costs all of it
        await budget.reserve(Usage(10, 1))
        second = asyncio.create_task(budget.reserve(Usage(10, 1)))
        await asyncio.sleep(0)
        assert not second.done()
        budget.settle(Usage(10, 1), Usage(10, 0))  # the first cost nothing after all
        await second
        budget.settle(Usage(10, 1), Usage(20, 1))
        with pytest.raises(BudgetSpent):
            await budget.reserve(Usage(10, 1))

    asyncio.run(spend())


def test_a_lost_answer_counts_in_full():
    async def spend():
        budget = Budget(1.0, Prices(0.0, 1_000_000.0), Usage(0, 0))
        await budget.reserve(Usage(0, 1))
        budget.count_as_lost(Usage(0, 1))
        with pytest.raises(BudgetSpent):
            await budget.reserve(Usage(0, 1))

    asyncio.run(spend())


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Budget(1.0, None, Usage()), "prices"),
        (lambda: Budget(0.0, Prices(1, 1), Usage()), "lets nothing through"),
        (lambda: Prices(-1, 1), "negative"),
        (lambda: RateLimit(0), "above 0"),
        (lambda: RunSettings(concurrency=0), "at least 1"),
        (lambda: RunSettings(concurrency=5000), "1000 at most"),
    ],
)
def test_settings_that_make_no_sense(make, said):
    with pytest.raises(ValueError, match=said):
        make()
