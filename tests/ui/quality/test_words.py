"""How figures are said, and the curve of other limits against naive counts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.engines.quality.result import Measured, Metric, MetricResult, everything
from planbench.engines.quality.run import judge
from planbench.ui.quality import words
from planbench.ui.quality.curve import beyond
from planbench.ui.quality.metrics import bar_shares


def result(
    value: float | None, unit: str = "ratio", limit: float | None = 0.05, better: str = "lower"
) -> MetricResult:
    metric = Metric("DCMA-06", "T", "high-float", "?", "a ÷ b", "open tasks", unit, better, limit)
    rows = np.zeros(0, dtype=np.int32)
    top = None if value is None else value * 200
    bottom = None if value is None else 200.0
    reason = "there is no baseline" if value is None else ""
    found = Measured("activity", everything(200), rows, value, top, bottom, reason)
    return judge(metric, found)


@pytest.mark.parametrize(
    ("one", "limit", "value"),
    [
        (result(0.117), "≤\u202f5\u202f%", "11.7\u202f%"),
        (result(0.9, limit=0.9, better="higher"), "≥\u202f90\u202f%", "90\u202f%"),
        (result(3, "count", 0), "0", "3"),
        (result(0.9652, "index", 0.95, "higher"), "≥\u202f0.95", "0.97"),
        (result(0.1, limit=None), "—", "10\u202f%"),
        (result(None), "≤\u202f5\u202f%", "—"),
    ],
)
def test_values_and_limits(one: MetricResult, limit: str, value: str) -> None:
    assert words.limit(one.metric) == limit
    assert words.value(one.metric, one.value) == value


def test_no_word_of_passing_or_failing() -> None:
    for one in (result(0.2), result(0.01), result(None), result(0.2, limit=None)):
        said = f"{words.sentence(one)} {words.state_chip(one)[1]}".lower()
        assert not any(word in said for word in ("pass", "fail", "bad", "error", "score"))


def test_sentences() -> None:
    assert words.sentence(result(0.115)) == (
        "23 of 200 counted: 11.5\u202f%. The limit is at most 5\u202f%; worth a look."
    )
    assert words.sentence(result(None)) == "Not measured: there is no baseline."
    assert words.figures(result(0.115)) == "23 ÷ 200 = 11.5\u202f%"
    assert words.population(result(0.115)) == "200 open tasks"
    assert words.state_chip(result(0.1, limit=None)) == ("neutral", "No limit")


def test_notes_are_set_like_the_rest() -> None:
    said = words.tidy("CO-9000 moved -12.5 d of 1,234 d, 54.1% of it")
    assert said == ("CO-9000 moved \u221212.5\u202fd of 1\u202f234\u202fd, 54.1\u202f% of it")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(-50, 50), min_size=1, max_size=40),
    st.integers(-60, 60),
)
def test_the_curve_counts_what_lies_beyond(values: list[int], limit: int) -> None:
    spread, limits = np.array(values, dtype=float), np.array([float(limit)])
    assert beyond(spread, limits, "above")[0] == sum(v > limit for v in values)
    assert beyond(spread, limits, "at-or-above")[0] == sum(v >= limit for v in values)
    assert beyond(spread, limits, "below")[0] == sum(v < limit for v in values)
    assert beyond(spread, limits, "at-or-below")[0] == sum(v <= limit for v in values)


@settings(max_examples=60, deadline=None)
@given(
    st.floats(-10, 1e6),
    st.sampled_from(["ratio", "count", "index", "days"]),
    st.sampled_from(["lower", "higher"]),
    st.sampled_from([None, 0.0, 0.05, 0.95, 1.0, 44.0]),
)
def test_bars_stay_on_their_track(
    value: float, unit: str, better: str, limit: float | None
) -> None:
    shares = bar_shares(result(value, unit, limit, better))
    if shares is None:
        assert limit is None
        return
    assert 0 <= shares[0] <= 1
    assert -1 <= shares[1] <= 1
    if limit is not None and 0 < value < 1e5 and limit > 0:
        # The bar ends beyond the mark exactly when the value is beyond the limit.
        assert (shares[0] > shares[1]) == (value > limit) or shares[0] == pytest.approx(shares[1])
