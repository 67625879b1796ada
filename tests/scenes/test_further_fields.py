"""Every field of the chooser: found by its name, explained, and what a slow look gives."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from planbench.domain.schedule import Baseline, LinkType, Status
from planbench.domain.times import DAY, NO_TIME
from planbench.engines.cpm import schedule_network
from planbench.scenes.columns import Extras, PlanTable, flat_table
from planbench.scenes.facts import activity_facts
from planbench.scenes.fields import columns_of
from planbench.scenes.groups import grouped_outline, groupings
from planbench.scenes.outline import with_bands
from planbench.services.baselines import aligned_baseline
from planbench.services.sample import sample_schedules

EPOCH = dt.datetime(1970, 1, 1)


@pytest.fixture(scope="module")
def table() -> PlanTable:
    """The sample's latest update against the one before, calculated."""
    before, last = list(sample_schedules().values())[-2:]
    cpm = schedule_network(last)
    first = aligned_baseline(last, before, "before")
    later = first.columns.with_columns(
        start=np.where(first.columns.start == NO_TIME, NO_TIME, first.columns.start - DAY)
    )
    extras = Extras(first=first, baselines=(Baseline("second", 0, later),))
    return flat_table(last, activity_facts(last, cpm, first), extras)


@pytest.fixture(scope="module")
def columns(table):
    return columns_of(table.schedule, table.extras)


def test_there_are_more_than_300_each_with_a_name_of_its_own_and_its_formula(table, columns):
    assert len(columns) > 300
    names = [one.name for one in columns.values()]
    assert len({name.casefold() for name in names}) == len(names)
    for one in columns.values():
        assert one.tip, one.id
        assert one.tip.casefold() != one.name.casefold(), one.id
        assert one.category, one.id


def test_every_field_has_a_value_a_text_and_a_place_for_every_activity(table, columns):
    n = len(table.schedule)
    nodes = np.arange(n, dtype=np.int32)
    for one in columns.values():
        values = one.values(table)
        assert len(values) == n, one.id
        assert len(one.texts(table, nodes)) == n, one.id
        assert all(isinstance(text, str) for text in one.texts(table, nodes[:5])), one.id
        one.rank(table, True)
        assert values.dtype.kind == {"date": "i", "flag": "b", "text": "O", "name": "O"}.get(
            one.kind, values.dtype.kind
        ), one.id


def moment(minute: int) -> dt.datetime:
    return EPOCH + dt.timedelta(minutes=int(minute))


def test_parts_of_dates_are_those_of_the_calendar(table, columns):
    starts = table.own("start")
    got = {part: columns[f"start_{part}"].values(table) for part in
           ("year", "quarter", "month", "week", "hour", "weekday", "from_dd")}  # fmt: skip
    date = table.schedule.data_date
    for row, minute in enumerate(starts.tolist()):
        when = moment(minute)
        assert got["year"][row] == when.year
        assert got["quarter"][row] == (when.month - 1) // 3 + 1
        assert got["month"][row] == when.month
        assert got["week"][row] == when.isocalendar().week
        assert got["hour"][row] == pytest.approx(when.hour + when.minute / 60)
        assert got["weekday"][row] == when.strftime("%a")
        assert got["from_dd"][row] == pytest.approx((minute - date) / DAY)


def test_weeks_around_new_year_are_those_of_iso_8601(table):
    schedule = table.schedule
    days = [dt.datetime(year, month, day) for year in range(2015, 2031)
            for month, day in ((12, 28), (12, 29), (12, 31), (1, 1), (1, 3), (1, 4))]  # fmt: skip
    facts = activity_facts(schedule)
    minutes = np.array([(day - EPOCH) // dt.timedelta(minutes=1) for day in days])
    some = np.resize(minutes, len(schedule))
    other = flat_table(schedule, replace(facts, start=some))
    got = columns_of(schedule)["start_week"].values(other)
    wanted = [moment(minute).isocalendar().week for minute in some.tolist()]
    assert got.tolist() == wanted


def test_links_are_counted_and_listed_as_one_by_one(table, columns):
    schedule, links = table.schedule, table.schedule.relationships
    codes, acts = schedule.activities.code, schedule.activities
    read = {key: columns[key].values(table) for key in columns}
    for row in range(len(schedule)):
        mine = [k for k in range(len(links)) if links.successor[k] == row]
        on = [k for k in range(len(links)) if links.predecessor[k] == row]
        assert read["pred_FS"][row] == sum(links.type[k] == LinkType.FS for k in mine)
        assert read["succ_SS"][row] == sum(links.type[k] == LinkType.SS for k in on)
        assert read["pred_lags"][row] == sum(links.lag[k] > 0 for k in mine)
        assert read["succ_leads"][row] == sum(links.lag[k] < 0 for k in on)
        still = [k for k in mine if acts.status[links.predecessor[k]] != Status.COMPLETE]
        assert read["pred_open"][row] == len(still)
        assert read["pred_ids"][row] == ", ".join(codes[links.predecessor[k]] for k in mine)
        ends = [int(table.own("finish")[links.predecessor[k]]) for k in mine]
        assert read["latest_predecessor"][row] == max(ends, default=NO_TIME)
        begins = [int(table.own("start")[links.successor[k]]) for k in on]
        assert read["earliest_successor"][row] == min(begins, default=NO_TIME)
        broken = any(
            links.type[k] == LinkType.FS and acts.actual_start[row] != NO_TIME
            and (acts.actual_finish[links.predecessor[k]] == NO_TIME
                 or acts.actual_finish[links.predecessor[k]] > acts.actual_start[row])
            for k in mine
        )  # fmt: skip
        assert read["out_of_sequence"][row] == broken


def test_costs_units_and_baselines_are_sums_and_differences(table, columns):
    schedule = table.schedule
    part, kinds = schedule.assignments, schedule.resources.kind.tolist()
    read = {key: columns[key].values(table) for key in columns}
    labour, final = np.zeros(len(schedule)), np.zeros(len(schedule))
    for k in range(len(part)):
        row, who = int(part.activity[k]), int(part.resource[k])
        if who < 0 or kinds[who] == "labor":
            labour[row] += part.actual_cost[k]
        final[row] += part.actual_cost[k] + part.remaining_cost[k]
    for k in range(len(schedule.expenses)):
        row = int(schedule.expenses.activity[k])
        final[row] += schedule.expenses.actual_cost[k] + schedule.expenses.remaining_cost[k]
    np.testing.assert_allclose(read["labor_actual_cost"], labour)
    first = table.extras.first.columns
    np.testing.assert_allclose(read["baseline_cost_variance"], first.cost - final)
    for row in range(len(schedule)):
        start, finish = int(first.start[row]), int(first.finish[row])
        late = start != NO_TIME and start < schedule.data_date
        begun = table.own("status")[row] != Status.NOT_STARTED
        assert read["baseline_late_start"][row] == (late and not begun)
        if start == NO_TIME or finish == NO_TIME:
            assert np.isnan(read["baseline_planned_percent"][row])
        elif finish > start:
            share = (schedule.data_date - start) / (finish - start)
            assert read["baseline_planned_percent"][row] == pytest.approx(
                100 * min(max(share, 0), 1)
            )


def test_levels_of_the_wbs_are_those_above(table, columns):
    schedule = table.schedule
    for row in range(len(schedule)):
        above, at = [], int(schedule.activities.wbs[row])
        while at >= 0:
            above.insert(0, str(schedule.wbs.name[at]))
            at = int(schedule.wbs.parent[at])
        for number in range(8):
            wanted = above[number] if number < len(above) else ""
            assert columns[f"wbs_name_{number + 1}"].values(table)[row] == wanted
        assert columns["wbs_depth"].values(table)[row] == len(above)


@pytest.mark.parametrize(
    "by", [("resource",), ("finding",), ("finish@month",), ("resource", "finish@quarter")]
)
def test_totals_of_bands_are_those_of_a_pandas_group(table, columns, by):
    import pandas as pd

    keys = {}
    for key in by:
        field, _, interval = key.partition("@")
        values = columns[field].values(table)
        if interval:
            stamps = pd.to_datetime(values, unit="m")
            values = stamps.to_period({"month": "M", "quarter": "Q"}[interval]).astype(str)
        keys[key] = values
    facts = table.facts
    frame = pd.DataFrame(
        {
            **keys,
            "start": facts.start,
            "finish": facts.finish,
            "float": facts.total_float,
            "cost": columns["budget_cost"].values(table),
        }
    )
    wanted = frame.groupby(list(by), sort=False, dropna=False).agg(
        start=("start", "min"), finish=("finish", "max"), float=("float", "min"),
        cost=("cost", "sum"), count=("start", "size"),
    )  # fmt: skip
    assert set(by) <= set(groupings(columns))
    outline = grouped_outline(table, columns, by)
    rolled = with_bands(outline, facts)
    whole = table.regrouped(outline, rolled, None)
    lowest = [
        band for band in range(outline.bands)
        if (outline.parent[outline.bands :] == band).any()
    ]  # fmt: skip
    cost = columns["budget_cost"].texts(whole, np.array(lowest, dtype=np.int32))
    got = sorted(
        (
            int(rolled.start[band]), int(rolled.finish[band]),
            round(float(np.nan_to_num(rolled.total_float[band], nan=-1e9)), 6),
            int(rolled.count[band]), text.replace("\u2009", "").replace("\u202f", ""),
        )
        for band, text in zip(lowest, cost, strict=True)
    )  # fmt: skip
    expected = sorted(
        (start, finish, -1e9 if pd.isna(least) else round(least, 6), count, f"{cost:.0f}")
        for start, finish, least, cost, count in wanted.itertuples(index=False)
    )
    assert got == expected
