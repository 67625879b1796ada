from dataclasses import replace

import numpy as np
import pytest

from planbench.domain.schedule import Assignments, PercentType, make_table
from planbench.domain.times import NO_TIME
from planbench.scenes.facts import (
    EFFORT,
    FINISH_MILESTONE,
    LONGEST_PATH,
    TASK,
    TOTAL_FLOAT,
    activity_facts,
)


def test_bars_go_from_actual_start_over_the_data_date_to_early_finish(small, minutes):
    facts = activity_facts(small.schedule, small.cpm, small.baseline)
    assert facts.kind.tolist() == [TASK, TASK, TASK, TASK, FINISH_MILESTONE, EFFORT]
    assert facts.start[:2].tolist() == minutes("2026-01-05", "2026-01-12").tolist()
    assert facts.finish[:2].tolist() == minutes("2026-01-09", "2026-02-06").tolist()
    assert facts.progress_to[:2].tolist() == minutes("2026-01-09", "2026-02-01").tolist()
    assert facts.remaining_from[0] == NO_TIME
    assert facts.remaining_from[1] == minutes("2026-02-02")[0]
    assert facts.progress_to[2] == NO_TIME
    assert facts.started.tolist() == [True, True, False, False, False, False]
    assert facts.finished.tolist() == [True, False, False, False, False, False]


def test_a_milestone_stands_where_its_one_date_is(small, minutes):
    facts = activity_facts(small.schedule, small.cpm, small.baseline)
    assert facts.start[4] == facts.finish[4] == minutes("2026-03-05")[0]


def test_critical_by_longest_path_or_by_total_float(small):
    by_path = activity_facts(small.schedule, small.cpm, None, LONGEST_PATH)
    assert by_path.critical.tolist() == [False, True, False, False, True, False]
    assert by_path.near.tolist() == [False, False, True, False, False, True]
    by_float = activity_facts(small.schedule, small.cpm, None, TOTAL_FLOAT)
    assert by_float.critical.tolist() == [False, True, False, False, True, True]
    assert by_float.near.tolist() == [False, False, True, False, False, False]


def test_floats_and_durations_are_days_of_the_calendar(small):
    facts = activity_facts(small.schedule, small.cpm)
    assert np.isnan(facts.total_float[0])
    assert facts.total_float[1:].tolist() == [0, 10, 40, 0, 0]
    assert facts.original.tolist() == [5, 10, 20, 5, 0, 30]
    ten_hours = replace(small.schedule.calendars[0], hours_per_day=10.0)
    longer = replace(small.schedule, calendars=(ten_hours,))
    assert activity_facts(longer, small.cpm).original.tolist() == [4, 8, 16, 4, 0, 24]


def test_variance_is_baseline_less_current_in_calendar_days(small):
    facts = activity_facts(small.schedule, small.cpm, small.baseline)
    assert facts.finish_variance[:3].tolist() == [0, -17, -13]
    assert np.isnan(facts.finish_variance[3])
    assert facts.finish_variance[4] == -13
    assert facts.start_variance[1] == -2


def test_percent_complete_by_type(small):
    facts = activity_facts(small.schedule, small.cpm)
    assert facts.percent.tolist() == [100, 60, 0, 0, 0, 0]
    physical = small.schedule.with_activities(
        percent_type=np.full(6, PercentType.PHYSICAL, dtype=np.int8),
        physical_percent=np.array([10.0, 35.0, 50.0, 0, 0, 0]),
    )
    # complete is 100 and not started 0, whatever was entered
    assert activity_facts(physical, small.cpm).percent.tolist() == [100, 35, 0, 0, 0, 0]
    units = replace(
        small.schedule.with_activities(percent_type=np.full(6, PercentType.UNITS, dtype=np.int8)),
        assignments=make_table(
            Assignments, 2, activity=[1, 1], actual_units=[30.0, 10], remaining_units=[50.0, 10]
        ),
    )
    assert activity_facts(units, small.cpm).percent[1] == pytest.approx(40)


def test_without_a_calculation_the_stored_dates_are_shown(small, minutes):
    stored = minutes("2026-04-01", "2026-04-02", "2026-04-03", None, "2026-04-05", "2026-04-06")
    schedule = small.schedule.with_activities(
        stored_early_start=stored,
        stored_early_finish=stored + 1440,
        planned_start=minutes(None, None, None, "2026-05-01", None, None),
        planned_finish=minutes(None, None, None, "2026-05-09", None, None),
        stored_total_float=np.array([0, -480, 480, 48000, NO_TIME, 0], dtype=np.int64),
        stored_longest_path=np.array([1, 0, 1, 0, -1, -1], dtype=np.int8),
    )
    facts = activity_facts(schedule)
    assert facts.finish[2] == stored[2] + 1440
    assert facts.start[3] == minutes("2026-05-01")[0]
    assert facts.critical.tolist() == [False, False, True, False, False, False]
    assert activity_facts(schedule, critical_by=TOTAL_FLOAT).critical.tolist() == [
        False, True, False, False, False, True,
    ]  # fmt: skip
    assert np.isnan(facts.total_float[4])
