from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.schedule import UdfTypes, UdfValues, make_table
from planbench.domain.times import from_iso
from planbench.scenes.columns import flat_table
from planbench.scenes.facts import activity_facts
from planbench.scenes.fields import columns_of
from planbench.scenes.filters import (
    OPERATORS,
    VALUES,
    Condition,
    FilterError,
    Group,
    matching,
    parameters_of,
    read_filter,
    read_when,
    write_filter,
)


@pytest.fixture
def asked(small):
    """IDs of the activities of the small plan that a filter's text lets pass."""
    schedule = replace(
        small.schedule,
        udf_types=make_table(
            UdfTypes, 3, uid=list("123"), table=["TASK"] * 3, name=["Area", "Weight", "Due]"],
            kind=["text", "number", "date"],
        ),
        udf_values=make_table(
            UdfValues, 5, type=[0, 0, 1, 1, 2], subject=["0", "3", "1", "2", "4"],
            value=["North", "South wing", "2.5", "40", "2026-03-05 08:00"],
        ),
    )  # fmt: skip
    columns = columns_of(schedule)
    table = flat_table(schedule, activity_facts(schedule, small.cpm, small.baseline))

    def ask(text: str, **parameters: str) -> list[str]:
        found = matching(read_filter(text, columns), table, columns, parameters)
        return schedule.activities.code[found].tolist()

    ask.columns = columns
    return ask


ALL = ["A10", "A20", "A30", "B10", "M10", "L10"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ALL),
        ('[Status] is "in progress"', ["A20"]),
        ("[activity name] starts with E", ["A30"]),
        ("[Activity ID] is one of A10, B10", ["A10", "B10"]),
        ("[Activity name] does not contain i", ["A20", "A30", "M10"]),
        ("[Total float] <= 0", ["A20", "M10", "L10"]),
        ("[Total float] between 1 and 40", ["A30", "B10"]),
        ("[Total float] is empty", ["A10"]),
        ("[Total float] <> 0", ["A30", "B10"]),
        ("[Finish] after DD+4w", ["A30", "M10", "L10"]),
        ("[Finish] on or before DD+8d", ["A10", "A20", "B10"]),
        ("[Start] on 12-Jan-26", ["A20"]),
        ("[Start] before DD-20d or [Longest path] is set", ["A10", "A20", "M10"]),
        ("[Area] is not empty", ["A10", "B10"]),
        ('[Area] is "south wing" or [Weight] > 2.5', ["A30", "B10"]),
        ("[Due]]] on 2026-03-05", ["M10"]),
        ("[WBS path] contains A1", ["A10", "A20"]),
        # "and" binds closer than "or", brackets change that
        ("[Area] is North or [Weight] > 1 and [Weight] < 10", ["A10", "A20"]),
        ("([Area] is North or [Weight] > 1) and [Total float] is not empty", ["A20", "A30"]),
    ],
)
def test_filters_let_pass_what_they_say(asked, text, expected):
    assert asked(text) == expected


def test_parameters_are_asked_for_and_have_a_first_value(asked):
    text = '[Area] contains "{Where=North}" and [Total float] is empty'
    assert parameters_of(read_filter(text, asked.columns)) == {"Where": "North"}
    assert asked(text) == ["A10"]
    assert asked(text, Where="South") == []


@pytest.mark.parametrize(
    "text",
    [
        "[Colour] is red",
        "[Status] <= 3",
        "[Status] is",
        "[Status] is Complete nonsense",
        "([Status] is Complete",
        "Status is Complete",
        "[Total float] between 1",
        "(" * 60 + "[Status] is Complete" + ")" * 60,
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(asked, text):
    with pytest.raises(FilterError) as refused:
        asked(text)
    assert "\n" not in refused.value.line


@pytest.mark.parametrize("text", ["[Total float] < many", "[Start] before yesterday"])
def test_values_that_cannot_be_read_are_refused(asked, text):
    with pytest.raises(FilterError):
        asked(text)


def test_dates_move_from_the_data_date_by_days_weeks_months_and_years():
    date = from_iso("2026-01-31T08:00")

    def day(text: str) -> str:
        return str(np.datetime64(read_when(text, date)[0], "m"))[:10]

    assert [day(text) for text in ("DD", "dd+4w", "DD - 10d", "DD+1m", "DD+1y", "DD−13m")] == [
        "2026-01-31", "2026-02-28", "2026-01-21", "2026-02-28", "2027-01-31", "2024-12-31",
    ]  # fmt: skip
    first, last = read_when("DD", date)
    assert (last - first, first % 1440) == (1439, 0)


def groups(columns):
    """Filters of every form over a handful of fields."""
    text = st.text(
        st.characters(categories=["L", "N", "P", "Zs"], exclude_characters="{}"), max_size=8
    )

    def condition(name: str) -> st.SearchStrategy[Condition]:
        kind = {"name": "text", "float": "number", "start": "date", "longest_path": "flag"}[name]
        return st.sampled_from(sorted(OPERATORS[kind])).flatmap(
            lambda operator: st.lists(
                text, min_size=VALUES.get(operator, 1), max_size=VALUES.get(operator, 1)
            ).map(lambda values: Condition(name, operator, tuple(values)))
        )

    leaf = st.sampled_from(["name", "float", "start", "longest_path"]).flatmap(condition)
    nested = st.recursive(
        leaf,
        lambda inner: st.builds(
            Group, st.booleans(), st.lists(inner, min_size=2, max_size=3).map(tuple)
        ),
        max_leaves=6,
    )
    return nested.map(lambda part: part if isinstance(part, Group) else Group(True, (part,)))


def flat(part):
    """A filter as nested tuples, groups inside a group of the same kind taken apart."""
    if isinstance(part, Condition):
        return part
    parts = [flat(one) for one in part.parts]
    return (part.every, tuple(parts))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_text_reads_back_as_the_same_filter(data):
    from planbench.domain.synthetic import synthetic_schedule

    columns = columns_of(synthetic_schedule(3, 2, 1))
    wanted = data.draw(groups(columns))
    assert flat(read_filter(write_filter(wanted, columns), columns)) == flat(wanted)
