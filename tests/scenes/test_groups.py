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
from planbench.scenes.columns import PlanTable, columns_of
from planbench.scenes.facts import activity_facts
from planbench.scenes.groups import (
    QUICK_FILTERS,
    grouped_outline,
    groupings,
    open_ends,
    quick_filter,
)
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


def shown(schedule, facts, by: str) -> list[str]:
    """The rows as text, activities indented, in file order."""
    outline = grouped_outline(schedule, facts, by)
    rows = row_map(outline, display_order(outline), np.zeros(outline.bands, dtype=bool))
    table = PlanTable(schedule, outline, with_bands(outline, facts))
    texts = columns_of(schedule)["name"].texts(table, rows.nodes)
    deep = outline.depth[rows.nodes].tolist()
    return ["  " * level + text for level, text in zip(deep, texts, strict=True)]


def test_activity_codes_group_in_the_order_of_their_values(coded, small):
    assert groupings(coded)["code:0"] == "Phase"
    facts = activity_facts(coded, small.cpm)
    assert shown(coded, facts, "code:0") == [
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
    assert len(shown(coded, facts, "none")) == len(coded)


def test_bands_sum_up_what_is_in_them(coded, small):
    facts = activity_facts(coded, small.cpm)
    outline = grouped_outline(coded, facts, "code:0")
    rolled = with_bands(outline, facts)
    assert rolled.count[: outline.bands].tolist() == [1, 0, 3, 2]
    build = [0, 2, 3]
    assert rolled.start[2] == facts.start[build].min()
    assert rolled.finish[2] == facts.finish[build].max()


def test_quick_filters_let_pass_what_they_say(small):
    schedule = small.schedule
    facts = activity_facts(schedule, small.cpm)
    assert quick_filter("", schedule, facts) is None
    got = {name: quick_filter(name, schedule, facts) for name in QUICK_FILTERS if name}
    first = schedule.data_date
    for row in range(len(schedule)):
        status = schedule.activities.status[row]
        assert got["critical"][row] == facts.critical[row]
        assert got["near"][row] == facts.near[row]
        assert got["in-progress"][row] == (status == Status.IN_PROGRESS)
        assert got["not-started"][row] == (status == Status.NOT_STARTED)
        in_weeks = facts.start[row] < first + 28 * DAY and facts.finish[row] >= first
        assert got["next-weeks"][row] == (status != Status.COMPLETE and in_weeks)
    assert got["in-progress"].any()
    with pytest.raises(KeyError):
        quick_filter("late", schedule, facts)


def test_open_ends_lack_a_predecessor_or_a_successor(small):
    links = small.schedule.relationships
    for row, is_open in enumerate(open_ends(small.schedule).tolist()):
        whole = row in links.successor.tolist() and row in links.predecessor.tolist()
        effort = small.schedule.activities.code[row] == "L10"
        assert is_open == (not whole and not effort)
