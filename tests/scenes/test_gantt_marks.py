from __future__ import annotations

from copy import copy
from dataclasses import replace

import numpy as np
import pytest

from planbench.domain.calendars import Calendar
from planbench.domain.schedule import Constraint
from planbench.domain.times import DAY, NO_TIME, from_iso
from planbench.scenes.gantt import GanttOptions, Window, build_gantt
from planbench.scenes.timescale import TimeView

LEFT = from_iso("2025-12-29")


@pytest.fixture
def time() -> TimeView:
    """Ten pixels a day from the Monday before the plan begins."""
    return TimeView(float(LEFT), 10.0, 1200.0)


def draw(plan, time, **options):
    return build_gantt(plan, Window(time, 400.0), GanttOptions(**options))


def at(time: TimeView, minute: int) -> float:
    return float(time.x(np.array([minute]))[0])


def test_nothing_is_added_that_was_not_asked_for(plan, time):
    styles = set(draw(plan, time).styles())
    assert not styles & {
        "baseline2", "late-bar", "float", "float-negative", "progress-line", "constraint",
    }  # fmt: skip


def test_late_bars_and_floats_reach_to_the_late_dates(plan, time):
    scene = draw(plan, time, late=True, floats=True)
    facts, rows = plan.facts, plan.rows
    late = {(round(x), round(x + w)) for x, _, w, _ in scene.items("late-bar")}
    for node in (6, 7):  # Erect, Paint
        pair = (facts.late_start[node], facts.late_finish[node])
        assert tuple(round(at(time, int(one))) for one in pair) in late
    lines = scene.items("float")
    for node in (6, 7):
        y = rows.row_of[node] * 24 + plan.metrics.bar_top + plan.metrics.bar_height + 0.5
        x, x2 = at(time, int(facts.finish[node])), at(time, int(facts.late_finish[node]))
        assert (x, y, x2, y) in lines
    assert not scene.items("float-negative")
    early = facts.late_finish.copy()
    early[7] = facts.finish[7] - 5 * DAY
    late = copy(facts)
    vars(late).update(late_finish=early)
    tight = replace(plan, facts=late)
    lines = draw(tight, time, floats=True).items("float-negative")
    assert at(time, int(early[7])) in {line[0] for line in lines}


def test_the_progress_line_leaves_the_data_date_where_work_is_behind(plan, time):
    scene = draw(plan, time, progress_line=True)
    lines, facts = scene.items("progress-line"), plan.facts
    date = at(time, plan.schedule.data_date)
    row = int(plan.rows.row_of[5])  # Pour: under way, behind its baseline
    base = facts.baseline_finish[5] - facts.baseline_start[5]
    come = facts.baseline_start[5] + int(facts.percent[5] / 100 * base)
    assert come < plan.schedule.data_date
    middle = row * 24 + plan.metrics.middle
    assert (date, row * 24.0, at(time, int(come)), middle) in lines
    done = int(plan.rows.row_of[4])  # Dig: done as it should be
    assert not [line for line in lines if done * 24.0 <= line[1] < done * 24.0 + 24]


def test_by_remaining_duration_the_line_leaves_as_much_as_is_to_be_done(plan, time):
    facts = copy(plan.facts)
    vars(facts).update(percent=np.where(facts.finished, 100.0, 5.0))  # does not count
    scene = draw(replace(plan, facts=facts), time, progress_line=True, progress_by="remaining")
    lines = scene.items("progress-line")
    date = at(time, plan.schedule.data_date)
    row = int(plan.rows.row_of[5])  # Pour: under way
    left = facts.finish[5] - facts.remaining_from[5]
    come = int(facts.baseline_finish[5] - left)
    assert come < plan.schedule.data_date
    middle = row * 24 + plan.metrics.middle
    assert (date, row * 24.0, at(time, come), middle) in lines
    done = int(plan.rows.row_of[4])  # Dig: done as it should be
    assert not [line for line in lines if done * 24.0 <= line[1] < done * 24.0 + 24]


def test_texts_are_attached_behind_the_label_or_the_bar_itself(plan, time):
    code = str(plan.schedule.activities.code[1])
    given = ((code, "crane on site"), ("no such activity", "lost"))
    scene = draw(plan, time, attached=given)
    ((x, y, words),) = scene.items("attached-text")
    row = int(plan.rows.row_of[5])
    label = next(one for one in scene.items("label") if one[1] == y)
    assert words == "crane on site"
    assert row * 24 < y < row * 24 + 24
    assert x > label[0] + plan.text_width(label[2])
    bare = draw(plan, time, attached=given, labels=False)
    ((nearer, _, _),) = bare.items("attached-text")
    assert at(time, int(plan.facts.finish[5])) < nearer < x


def test_constraints_stand_at_their_dates(small, plan, time):
    acts = small.schedule.activities
    kinds, dates = acts.constraint.copy(), acts.constraint_date.copy()
    kinds[[2, 3]] = Constraint.START_ON_OR_AFTER, Constraint.MANDATORY_FINISH
    dates[[2, 3]] = from_iso("2026-02-10"), from_iso("2026-03-01")
    schedule = small.schedule.with_activities(constraint=kinds, constraint_date=dates)
    shapes = draw(replace(plan, schedule=schedule), time, constraints=True).items("constraint")
    assert [len(shape) for shape in shapes] == [3, 4]
    xs = [shape[0][0] for shape in shapes]
    assert xs == [at(time, from_iso("2026-02-10")), at(time, from_iso("2026-03-01"))]


def test_bars_are_narrow_on_days_without_work(plan, time):
    """Erect runs over weekends: each is a piece of four pixels' height, at every Saturday."""
    calendar = plan.schedule.calendars[0]
    assert isinstance(calendar, Calendar)
    row = int(plan.rows.row_of[6])
    top = row * 24 + plan.metrics.bar_top
    pieces = [
        one for one in draw(plan, time, necks=True).items("near")
        if top <= one[1] < top + plan.metrics.bar_height
    ]  # fmt: skip
    start, finish = int(plan.facts.start[6]), int(plan.facts.finish[6])
    days = [day for day in range(start // DAY, finish // DAY + 1) if not calendar.shifts_on(day)]
    saturdays = [day for day in days if day - 1 not in days]
    narrow = [one for one in pieces if one[3] == 4.0]
    assert [one[0] for one in narrow] == [at(time, day * DAY) for day in saturdays]
    whole = draw(plan, time).items("near")
    mine = next(one for one in whole if one[1] == top)
    assert sum(one[2] for one in pieces) == pytest.approx(mine[2])


def test_more_baselines_lie_below_the_first(small, plan, time):
    second = replace(
        small.baseline.columns,
        start=np.where(
            small.baseline.columns.start == NO_TIME,
            NO_TIME,
            small.baseline.columns.start + 7 * DAY,
        ),
    )
    both = replace(plan, more_baselines=(second,))
    assert not draw(both, time).items("baseline2")
    bars = draw(both, time, baseline2=True).items("baseline2")
    starts = {bar[0] for bar in bars}
    for row in (0, 1, 2):
        assert at(time, int(second.start[row])) in starts
    assert min(bar[1] % 24 for bar in bars) >= plan.metrics.baseline_top


def test_any_column_is_written_behind_and_before_bars(plan, time):
    asked = []

    def texts(column, nodes):
        asked.append(column)
        return [f"{column}{node}" for node in nodes.tolist()]

    named = replace(plan, texts=texts)
    scene = draw(named, time, after="float", before="id")
    written = {
        text
        for style in ("label", "label-muted", "label-strong")
        for *_, text in scene.items(style)
    }
    assert asked == ["float", "id"]
    assert {"float5", "id5"} <= written
    assert not any(text.startswith("id") and int(text[2:]) < 4 for text in written)  # no bands
