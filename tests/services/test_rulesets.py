"""Rulesets of the user's own: copied, edited, kept, exchanged, and metrics by expression."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.errors import ModelError
from planbench.engines.cpm import schedule_network
from planbench.engines.quality.result import FLAG, NOT_RUN, Metric, Ruleset
from planbench.services import rulesets
from planbench.services.document import Document
from planbench.services.quality import check_document, object_names
from planbench.services.rulesets import (
    chosen_rulesets,
    copy_of,
    import_ruleset,
    keep_ruleset,
    load_rulesets,
    own_rulesets,
    read_ruleset,
    remove_ruleset,
    ruleset_of,
    ruleset_text,
    shipped_rulesets,
    write_ruleset,
)
from planbench.services.sample import sample_baseline, sample_schedules


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planbench.services.rulesets.own_folder", lambda: tmp_path / "rulesets")


def long_lag(**options: object) -> Metric:
    """A metric by expression."""
    return Metric(
        "OWN-1",
        "Long lags",
        "expression",
        "Is any lag long?",
        "links with a lag above 5 days",
        "links into open tasks",
        "count",
        "lower",
        0.0,
        options={"of": "links", "count": "[Lag] > 5", "show": "[Lag]", **options},
    )


# ------------------------------------------------------------ files


@pytest.mark.parametrize("ruleset", shipped_rulesets(), ids=lambda one: one.id)
def test_what_is_written_is_read_back(ruleset: Ruleset) -> None:
    assert ruleset_of(ruleset_text(ruleset), "x") == ruleset


words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30).filter(
    lambda text: bool(text.strip())
)


@settings(max_examples=60, deadline=None)
@given(words, words, st.floats(allow_nan=False, allow_infinity=False), st.floats(0, 1000))
def test_any_words_and_numbers_come_back(a: str, b: str, limit: float, weight: float) -> None:
    metric = replace(long_lag(), id=a, title=b, question=b, threshold=limit, weight=weight)
    ruleset = Ruleset("own", "1", a, b, "house", b, (metric,))
    read = ruleset_of(ruleset_text(ruleset), "x")
    assert read == replace(ruleset, metrics=(replace(metric, source=b),))


def test_copy_edit_keep_and_remove() -> None:
    pamphlet = shipped_rulesets()[0]
    mine = keep_ruleset(copy_of(pamphlet, "House rules"))
    assert (mine.id, mine.version) == ("house-rules", "1")
    assert load_rulesets()[-1] == mine
    assert copy_of(pamphlet, "House rules").id == "house-rules-2"
    assert keep_ruleset(mine).version == "1"
    edited = replace(mine, metrics=(replace(mine.metrics[0], threshold=0.1), *mine.metrics[1:]))
    assert keep_ruleset(edited).version == "2"
    assert own_rulesets()[0][0].metrics[0].threshold == 0.1
    with pytest.raises(ModelError, match="Copy it first"):
        keep_ruleset(pamphlet)
    with pytest.raises(ModelError, match="stays"):
        remove_ruleset(pamphlet.id)
    remove_ruleset(mine.id)
    assert load_rulesets() == shipped_rulesets()


def test_files_go_out_and_come_in(tmp_path: Path) -> None:
    mine = keep_ruleset(copy_of(shipped_rulesets()[2], "House"))
    path = tmp_path / "sent.toml"
    write_ruleset(mine, path)
    assert read_ruleset(path) == mine
    assert chosen_rulesets([str(path)]) == (mine,)
    assert import_ruleset(path).id == "house-2"
    remove_ruleset("house")
    assert import_ruleset(path) == mine


def test_a_damaged_file_does_not_take_the_others_away() -> None:
    mine = keep_ruleset(copy_of(shipped_rulesets()[0], "House"))
    folder = rulesets.own_folder()
    (folder / "broken.toml").write_text("id = ", encoding="utf-8")
    (folder / "thief.toml").write_text(ruleset_text(shipped_rulesets()[0]), encoding="utf-8")
    found, problems = own_rulesets()
    assert found == (mine,)
    assert len(problems) == 2
    assert "broken.toml" in problems[0]
    assert "thief.toml" in problems[1]


@pytest.mark.parametrize(
    ("metric", "words"),
    [
        (long_lag(count="[Lag] >"), "count: Column 8"),
        (long_lag(count=""), "'count' says nothing"),
        (long_lag(where="[Total float"), "where: Column 1"),
        (long_lag(count=5), "'count' is not a text"),
        (replace(long_lag(), weight=-1.0), "'weight' is not a number from"),
        (replace(long_lag(), threshold=float("inf")), "cannot be read|not a number"),
        (replace(long_lag(), id=" "), "needs an id"),
    ],
)
def test_impossible_metrics_are_refused_in_one_line(metric: Metric, words: str) -> None:
    with pytest.raises(ModelError, match=words) as caught:
        keep_ruleset(Ruleset("own", "1", "Own", "-", "house", "-", (metric,)))
    assert "\n" not in str(caught.value)


# ------------------------------------------------------------ metrics by expression


@cache
def sample() -> Document:
    schedule = list(sample_schedules().values())[-1]
    document = Document(schedule, cpm=schedule_network(schedule))
    document.baseline = sample_baseline(schedule)
    return document


def measured(*metrics: Metric) -> Document:
    """The sample under a ruleset of these metrics."""
    keep_ruleset(Ruleset("own", "1", "Own", "-", "house", "-", metrics))
    document = replace(sample())
    check_document(document, ["own"])
    return document


def test_links_by_expression() -> None:
    document = measured(long_lag())
    result = document.quality[0].metrics[0]
    links, acts = document.schedule.relationships, document.schedule.activities
    expected = [
        row
        for row in range(len(links))
        if result.membership.inside[row]
        and links.lag[row]
        > 5 * 60 * document.schedule.calendars[acts.calendar[links.predecessor[row]]].hours_per_day
    ]
    assert result.rows.tolist() == expected
    assert expected
    assert result.state == FLAG
    assert result.found.values is not None
    assert result.found.values.min() > 5
    assert object_names(document.schedule, result)


def test_the_expression_of_a_built_in_metric_counts_the_same() -> None:
    """High float and negative float of the DCMA ruleset, written as a user would."""
    base = replace(long_lag(), unit="ratio", population="open tasks")
    high = replace(base, id="H", options={"count": "[Total float] > 44", "over": "open-tasks"})
    low = replace(base, id="L", options={"count": "[Total float] < 0", "over": "open-tasks"})
    document = measured(high, low)
    check = replace(sample())
    check_document(check, ["dcma-pam-2012"])
    for own, theirs in (("H", "DCMA-06"), ("L", "DCMA-07")):
        mine, other = document.quality[0].metric(own), check.quality[0].metric(theirs)
        assert mine.rows.tolist() == other.rows.tolist()
        assert (mine.numerator, mine.denominator) == (other.numerator, other.denominator)


def test_where_narrows_and_says_so() -> None:
    text = '[Activity ID] starts with "OU"'
    metric = replace(shipped_rulesets()[0].metrics[0], options={"where": text})
    document = measured(metric)
    result = document.quality[0].metrics[0]
    codes = document.schedule.activities.code[result.membership.inside]
    assert all(str(code).startswith("OU") for code in codes)
    parts = dict(result.membership.breakdown())
    assert parts[f"not {text}"] > 0
    assert sum(parts.values()) == len(document.schedule)


def test_what_the_schedule_does_not_have_is_not_run_with_the_reason() -> None:
    result = measured(long_lag(count="[Weather] is bad")).quality[0].metrics[0]
    assert result.state == NOT_RUN
    assert result.reason == "Column 1: this schedule has no field “Weather”"
    assert np.all(~result.membership.inside)
