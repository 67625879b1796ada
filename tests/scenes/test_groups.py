from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planbench.domain.schedule import (
    CodeAssignments,
    CodeTypes,
    CodeValues,
    Status,
    make_table,
)
from planbench.domain.times import DAY
from planbench.scenes.columns import flat_table
from planbench.scenes.facts import activity_facts
from planbench.scenes.fields import columns_of, open_ends
from planbench.scenes.filters import matching, read_filter
from planbench.scenes.groups import QUICK_FILTERS, QUICK_TEXTS, grouped_outline, groupings
from planbench.scenes.outline import display_order, row_map, with_bands


@pytest.fixture
def coded(small):
    """The small plan with a code "Phase": values D and B, the milestone and the effort without."""
    return replace(
        small.schedule,
        code_types=make_table(CodeTypes, 1, uid=["1"], name=["Phase"], scope=["project"]),
        code_values=make_table(
            CodeValues, 3, uid=list("123"), type=[0, 0, 0], code=["D", "X", "B"],
            name=["Design", "Unused", "Build"], parent=[-1, -1, -1],
        ),
        code_assignments=make_table(CodeAssignments, 4, activity=[0, 1, 2, 3], value=[2, 0, 2, 2]),
    )  # fmt: skip


def outline_of(schedule, facts, *by: str):
    return grouped_outline(flat_table(schedule, facts), columns_of(schedule), by)


def shown(schedule, facts, *by: str) -> list[str]:
    """The rows as text, activities indented, in file order."""
    outline = outline_of(schedule, facts, *by)
    rows = row_map(outline, display_order(outline), np.zeros(outline.bands, dtype=bool))
    table = flat_table(schedule, facts).regrouped(outline, with_bands(outline, facts), None)
    texts = columns_of(schedule)["name"].texts(table, rows.nodes)
    deep = outline.depth[rows.nodes].tolist()
    return ["  " * level + text for level, text in zip(deep, texts, strict=True)]


def test_activity_codes_group_in_the_order_of_their_values(coded, small):
    assert groupings(columns_of(coded))["code:Phase"] == "Phase"
    facts = activity_facts(coded, small.cpm)
    assert shown(coded, facts, "code:Phase") == [
        "D  Design", "  Pour",
        "B  Build", "  Dig", "  Erect", "  Paint",
        "Without a value", "  Handover", "  Supervise",
    ]  # fmt: skip


def test_status_critical_and_calendar_group_by_what_is(coded, small):
    facts = activity_facts(coded, small.cpm)
    by_status = shown(coded, facts, "status")
    assert by_status[:2] == ["In progress", "  Pour"]
    assert by_status[-2:] == ["Complete", "  Dig"]
    by_critical = shown(coded, facts, "critical")
    for row, name in enumerate(coded.activities.name.tolist()):
        band = "Critical" if facts.critical[row] else "Near-critical" if facts.near[row] else "Oth"
        above = [t for t in by_critical[: by_critical.index(f"  {name}")] if t[0] != " "][-1]
        assert above.startswith(band)
    assert shown(coded, facts, "calendar")[0] == coded.calendars[0].name
    assert len(shown(coded, facts)) == len(coded)


def test_bands_sum_up_what_is_in_them(coded, small):
    facts = activity_facts(coded, small.cpm)
    outline = outline_of(coded, facts, "code:Phase")
    rolled = with_bands(outline, facts)
    assert rolled.count[: outline.bands].tolist() == [1, 3, 2]
    build = [0, 2, 3]
    assert rolled.start[1] == facts.start[build].min()
    assert rolled.finish[1] == facts.finish[build].max()


def test_quick_filters_let_pass_what_they_say(small):
    schedule = small.schedule
    facts = activity_facts(schedule, small.cpm)
    table, columns = flat_table(schedule, facts), columns_of(schedule)
    got = {
        name: matching(read_filter(text, columns), table, columns)
        for name, text in QUICK_TEXTS.items()
    }
    assert got.keys() == QUICK_FILTERS.keys()
    assert got[""].all()
    first = schedule.data_date // DAY * DAY
    for row in range(len(schedule)):
        status = schedule.activities.status[row]
        assert got["critical"][row] == facts.critical[row]
        assert got["near"][row] == facts.near[row]
        assert got["in-progress"][row] == (status == Status.IN_PROGRESS)
        assert got["not-started"][row] == (status == Status.NOT_STARTED)
        in_weeks = facts.start[row] < first + 28 * DAY and facts.finish[row] >= first
        assert got["next-weeks"][row] == (status != Status.COMPLETE and in_weeks)
        assert got["open-ends"][row] == open_ends(schedule)[row]
    assert got["in-progress"].any()


def naive(schedule, facts, by, columns) -> list[tuple[str, ...]]:
    """The path of bands above each activity, one activity and one level at a time."""
    table, paths = flat_table(schedule, facts), []
    for row in range(len(schedule)):
        path = []
        for key in by:
            if key == "wbs":
                above, at = [], int(schedule.activities.wbs[row])
                while at >= 0:
                    above.append(str(schedule.wbs.name[at]))
                    at = int(schedule.wbs.parent[at])
                path += above[::-1]
            elif "@month" in key:
                month = np.datetime64(int(columns[key[:-6]].values(table)[row]), "m")
                path.append(month.astype(object).strftime("%b %Y"))
            else:
                text = str(columns[key].values(table)[row])
                titles = {"D": "D  Design", "B": "B  Build", "": "Without a value"}
                path.append(titles[text] if key == "code:Phase" else text)
        paths.append(tuple(path))
    return paths


@pytest.mark.parametrize(
    "by",
    [
        ("code:Phase", "wbs"),
        ("wbs", "code:Phase"),
        ("status", "code:Phase", "start@month"),
        ("start@month", "wbs", "status"),
    ],
)
def test_levels_stand_in_each_other(coded, small, by):
    facts, columns = activity_facts(coded, small.cpm), columns_of(coded)
    outline = outline_of(coded, facts, *by)
    got = [
        tuple(outline.band_name(coded, band) for band in outline.path(outline.bands + row))
        for row in range(len(coded))
    ]
    assert got == naive(coded, facts, by, columns)


def test_numbers_and_dates_stand_between_round_limits(coded, small):
    facts = activity_facts(coded, small.cpm)
    rows = shown(coded, facts, "float")
    assert [row for row in rows if row[0] != " "] == [
        "0", "Above 5 to 10", "Above 20 to 44", "Without a value",
    ]  # fmt: skip
    assert rows[rows.index("Above 5 to 10") + 1] == "  Erect"
    assert shown(coded, facts, "start@quarter")[0] == "Q1 2026"
    assert shown(coded, facts, "start@week")[0] == "Week of 05-Jan-26"


def test_open_ends_lack_a_predecessor_or_a_successor(small):
    links = small.schedule.relationships
    for row, is_open in enumerate(open_ends(small.schedule).tolist()):
        whole = row in links.successor.tolist() and row in links.predecessor.tolist()
        effort = small.schedule.activities.code[row] == "L10"
        assert is_open == (not whole and not effort)
