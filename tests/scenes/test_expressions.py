"""Expressions: the same answers as the filters, arithmetic by hand, and refusals in one line."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.times import NO_TIME
from planbench.engines.cpm import schedule_network
from planbench.scenes.columns import flat_table
from planbench.scenes.expressions import (
    ActivityFields,
    ExpressionError,
    Field,
    LinkFields,
    check_expression,
    flags_of,
    numbers_of,
)
from planbench.scenes.facts import activity_facts
from planbench.scenes.fields import columns_of
from planbench.scenes.filters import (
    OPERATORS,
    VALUES,
    Condition,
    Group,
    form,
    matching,
    write_filter,
)
from planbench.services.sample import sample_schedules

SCHEDULE = list(sample_schedules().values())[-1]
CPM = schedule_network(SCHEDULE)
TABLE = flat_table(SCHEDULE, activity_facts(SCHEDULE, CPM))
COLUMNS = columns_of(SCHEDULE)
ACTIVITIES = ActivityFields(TABLE, COLUMNS)


class Three:
    """Three objects of known values."""

    data_date, size = 1_000_000, 3

    def find(self, name: str) -> Field | None:
        days = np.array([0, 1440, NO_TIME], dtype=np.int64)
        known = {
            "float": Field("Float", "number", np.array([10.0, -2.0, np.nan])),
            "remaining": Field("Remaining", "number", np.array([5.0, 4.0, 0.0])),
            "start": Field("Start", "date", days),
            "finish": Field("Finish", "date", days + 1440 * (days != NO_TIME)),
            "area": Field("Area", "text", np.array(["North", "south", ""], dtype=object)),
            "late": Field("Late", "flag", np.array([True, False, False])),
        }
        return known.get(name.casefold())

    def names(self) -> Iterator[str]:
        return iter(())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[Float] > [Remaining] * 1.5", [1, 0, 0]),
        ("[Float] / [Remaining] = 2", [1, 0, 0]),
        ("[Float] / [Remaining] is empty", [0, 0, 1]),
        ("abs [Float] = 2", [0, 1, 0]),
        ("abs([Float] + 8) = 6", [0, 1, 0]),
        ("[Float] = -2", [0, 1, 0]),
        ("[Float] > 2 - 4.5", [1, 1, 0]),
        ("- [Float] > 0", [0, 1, 0]),
        ("1 + 2 * 3 = [Remaining] + 2", [1, 0, 0]),
        ("(1 + 2) * 3 = [Remaining] + 5", [0, 1, 0]),
        ("not [Late] is set", [0, 1, 1]),
        ("not [Late] is set and [Float] < 0", [0, 1, 0]),
        ("not ([Late] is set or [Float] < 0)", [0, 0, 1]),
        ("[Late] is set or [Float] < 0 and [Remaining] > 4", [1, 0, 0]),
        ('[Area] is "SOUTH" or [Area] is empty', [0, 1, 1]),
        ("[Area] is one of North, South", [1, 1, 0]),
        ("[Finish] - [Start] = 1", [1, 1, 0]),
        ("[Start] + 1 = [Finish]", [1, 1, 0]),
        ("[Start] before [Finish]", [1, 1, 0]),
        ("[Start] on 1970-01-02", [0, 1, 0]),
        ("[Start] < 1970-01-02", [1, 0, 0]),
        ("[Float] between [Remaining] - 6 and [Remaining] * 2", [1, 1, 0]),
        ("[Start] + 1 after DD-694d", [1, 1, 0]),
    ],
)
def test_worked_out_by_hand(text: str, expected: list[int]) -> None:
    assert flags_of(text, Three()).astype(int).tolist() == expected


def test_numbers() -> None:
    found = numbers_of("2 * [Float] - 1", Three())
    assert found[:2].tolist() == [19.0, -5.0]
    assert np.isnan(found[2])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("[Flaot] > 1", "Column 1: this schedule has no field “Flaot”"),
        ("[Float] > ", "Column 11: a field in brackets or a value"),
        ("[Float] > 1 [Float]", "Column 13: “and”, “or” or the end"),
        ("([Float] > 1", "Column 13: “\\)” is expected"),
        ("[Area] > 1", "Column 8: “>” cannot be asked of a text"),
        ("[Area] + 1 = 2", "Column 8: a text and a number have no sum"),
        ("[Float] > x", "Column 11: “x” is not a number"),
        ("[Float] + 1", "no yes or no"),
        ("[Float] and [Late] is set", "Column 1: Float is a number, a yes or no is needed"),
        ("[Start] before tomorrow", "Column 16: “tomorrow” is not a date"),
        ("[Area] contains [Area]", "needs a value in quotes"),
        ("__import__('os')", "Column 11"),
        ("(" * 30 + "1", "in each other"),
        ("not " * 3000 + "1", "longer than"),
        ("1" + "+1" * 3000, "longer than"),
    ],
)
def test_refused_in_one_line_with_the_column(text: str, words: str) -> None:
    with pytest.raises(ExpressionError, match=words) as caught:
        flags_of(text, Three())
    assert "\n" not in str(caught.value)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='[]()+-*/<>=" abFloatandornDD4w.,19', max_size=40))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    try:
        found = flags_of(text, Three())
    except ExpressionError:
        return
    assert found.shape == (3,)
    check_expression(text)


# ------------------------------------------------------------ against the filters

SAMPLES = {
    "text": ["Completed", "A/B", "10A", "not so", "x, y", 'in "quotes"', ""],
    "number": ["0", "44", "-3", "1,5", "12.25"],
    "date": ["DD", "DD+4w", "DD - 10d", "03-May-26", "2026-05-03"],
}


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    """Any condition on any field of the sample."""
    column = draw(st.sampled_from(list(COLUMNS.values())))
    kind = form(column)
    operator = draw(st.sampled_from(list(OPERATORS[kind])))
    number = VALUES.get(operator, 1) if kind != "flag" else 0
    if operator == "one-of":
        number = draw(st.integers(1, 3))
    if kind == "text" and draw(st.booleans()):
        own = [str(v) for v in column.values(TABLE)[:40].tolist() if str(v).strip()]
        words = st.sampled_from(own or ["x"])
    else:
        words = st.sampled_from(SAMPLES.get(kind, ["x"]))
    return Condition(column.id, operator, tuple(draw(words) for _ in range(number)))


groups = st.recursive(
    conditions(),
    lambda inner: st.builds(
        Group, st.booleans(), st.lists(inner, min_size=1, max_size=3).map(tuple)
    ),
    max_leaves=5,
).map(lambda one: one if isinstance(one, Group) else Group(True, (one,)))


@settings(max_examples=150, deadline=None)
@given(groups)
def test_every_filter_is_an_expression_that_finds_the_same(wanted: Group) -> None:
    text = write_filter(wanted, COLUMNS)
    assert np.array_equal(flags_of(text, ACTIVITIES), matching(wanted, TABLE, COLUMNS)), text


# ------------------------------------------------------------ links


def test_fields_of_links() -> None:
    links, acts = SCHEDULE.relationships, SCHEDULE.activities
    fields = LinkFields(ACTIVITIES, CPM.driving)
    found = flags_of("[Type] is SS and [Lag] > 0", fields)
    assert found.tolist() == ((links.type == 1) & (links.lag > 0)).tolist()
    found = flags_of("[Predecessor: Calendar] <> [Successor: Calendar]", fields)
    calendar = acts.calendar
    assert found.tolist() == (calendar[links.predecessor] != calendar[links.successor]).tolist()
    assert flags_of("[driving] is set", fields).sum() == CPM.driving.sum() > 0
    assert "Successor: Total float" in list(fields.names())
    with pytest.raises(ExpressionError, match="no field “Total float”"):
        flags_of("[Total float] > 1", fields)
