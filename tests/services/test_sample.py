"""The sample against the sums and figures that were computed without the program."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections import defaultdict
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from planbench.domain.calendars import build_work_table
from planbench.domain.schedule import (
    ActivityType,
    Constraint,
    LinkType,
    Relationships,
    Schedule,
    Status,
    make_table,
)
from planbench.domain.times import NO_TIME, to_iso
from planbench.services.recents import Recents
from planbench.services.resources import resource
from planbench.services.sample import (
    ensure_sample,
    export_sample,
    sample_baseline,
    sample_risk_model,
    sample_schedules,
    with_dates,
)
from planbench.services.sample_network import LATEST, UPDATES, first_network, table

HOUR = 60
COMPLETION = {
    "baseline": "2029-04-10",
    "2026-07-31": "2029-04-24",
    "2026-08-31": "2029-05-02",
    "2026-09-30": "2029-05-15",
}


@pytest.fixture(scope="module")
def schedules() -> dict[str, Schedule]:
    return sample_schedules()


@pytest.fixture(scope="module")
def latest(schedules: dict[str, Schedule]) -> Schedule:
    return schedules[LATEST]


def key_table(name: str) -> list[dict[str, str]]:
    with resource("sample", "key", name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def completion(schedule: Schedule) -> str:
    from planbench.engines.cpm import schedule_network

    row = schedule.row_of_code["CO-9000"]
    return str(to_iso(int(schedule_network(schedule).early_finish[row])))[:10]


def test_counts(schedules: dict[str, Schedule]) -> None:
    sizes = {name: (len(s), len(s.relationships)) for name, s in schedules.items()}
    assert sizes == {
        "baseline": (484, 757),
        "2026-07-31": (489, 766),
        "2026-08-31": (488, 765),
        "2026-09-30": (490, 768),
    }
    status = schedules[LATEST].activities.status
    assert int((status == Status.COMPLETE).sum()) == 245
    assert int((status == Status.IN_PROGRESS).sum()) == 27


def test_incomplete_tasks_and_their_links(latest: Schedule) -> None:
    acts, links = latest.activities, latest.relationships
    tasks = (acts.type == ActivityType.TASK) & (acts.status != Status.COMPLETE)
    assert int(tasks.sum()) == 220
    into = tasks[links.successor]
    assert int(into.sum()) == 400
    kinds = links.type[into]
    assert 100 * float((kinds == LinkType.FS).mean()) == pytest.approx(94.3, abs=0.051)
    assert int((kinds == LinkType.SF).sum()) == 1
    assert int((links.lag[into] < 0).sum()) == 2
    assert int((links.lag[into] > 0).sum()) == 19
    no_predecessor = tasks & (np.bincount(links.successor, minlength=len(latest)) == 0)
    no_successor = tasks & (np.bincount(links.predecessor, minlength=len(latest)) == 0)
    assert acts.code[no_predecessor].tolist() == ["PE-1540"]
    assert acts.code[no_successor].tolist() == ["OU-2130"]
    hard = {Constraint.MANDATORY_START, Constraint.MANDATORY_FINISH, Constraint.START_ON}
    on_tasks = acts.constraint[tasks].tolist()
    assert sorted(c for c in on_tasks if c in hard) == sorted(hard)
    assert sum(c == Constraint.START_ON_OR_AFTER for c in on_tasks) == 5


def test_tables_refer_to_each_other(schedules: dict[str, Schedule]) -> None:
    for schedule in schedules.values():
        assert len(set(schedule.activities.uid.tolist())) == len(schedule)
        for table_ in (schedule.relationships, schedule.assignments, schedule.expenses):
            assert len(set(table_.uid.tolist())) == len(table_)
        parents = schedule.wbs.parent
        assert (parents < np.arange(len(parents))).all()
        ends = [schedule.relationships.predecessor, schedule.relationships.successor]
        assert all(((end >= 0) & (end < len(schedule))).all() for end in ends)


def test_uids_stay_the_same_from_update_to_update(schedules: dict[str, Schedule]) -> None:
    known: dict[str, str] = {}
    for schedule in schedules.values():
        for code, uid in zip(
            schedule.activities.code.tolist(), schedule.activities.uid.tolist(), strict=True
        ):
            assert known.setdefault(code, uid) == uid


@pytest.mark.parametrize("label", COMPLETION)
def test_actual_cost_is_the_ledger_to_the_cent(label: str, schedules: dict[str, Schedule]) -> None:
    schedule = schedules[label]
    until = "2025-06" if label == "baseline" else label[:7]
    posted = sum(
        round(100 * float(row["amount_eur"]))
        for row in table("ledger.csv")
        if row["month"] <= until and row["cbs_code"] != "9.9"
    )
    spent = np.concatenate([schedule.assignments.actual_cost, schedule.expenses.actual_cost])
    assert round(100 * float(spent.sum())) == posted


def test_budgets(schedules: dict[str, Schedule]) -> None:
    schedule = schedules["baseline"]
    costs = np.concatenate([schedule.assignments.budget_cost, schedule.expenses.budget_cost])
    assert float(costs.sum()) == pytest.approx(1_148_600_000.00, abs=0.005)
    hours = schedule.assignments
    prices = schedule.resources.price[hours.resource]
    np.testing.assert_allclose(hours.budget_units * prices, hours.budget_cost, atol=0.005)


def test_every_cost_lands_on_the_account_of_the_allocation(latest: Schedule) -> None:
    wanted: dict[tuple[str, str], float] = defaultdict(float)
    deleted = {"TS-2135"}
    for row in table("cost_allocation.csv"):
        if row["activity_id"] not in deleted:
            wanted[row["activity_id"], row["cbs_code"]] += float(row["amount_eur"])
    found: dict[tuple[str, str], float] = defaultdict(float)
    for costs in (latest.assignments, latest.expenses):
        for activity, account, amount in zip(
            costs.activity.tolist(), costs.account.tolist(), costs.budget_cost.tolist(), strict=True
        ):
            found[latest.activities.code[activity], latest.accounts.code[account]] += amount
    assert found.keys() == wanted.keys()
    assert all(found[pair] == pytest.approx(wanted[pair], abs=0.005) for pair in wanted)


def test_percentages_of_the_allocation_add_up() -> None:
    totals: dict[str, float] = defaultdict(float)
    for row in table("cost_allocation.csv"):
        totals[row["activity_id"]] += float(row["pct"])
    assert all(total == pytest.approx(100.0, abs=0.0005) for total in totals.values())


def test_contingency_and_suspense() -> None:
    balance = 0.0
    for row in table("contingency.csv"):
        balance += float(row["amount_eur"])
        assert float(row["remaining_eur"]) == pytest.approx(balance, abs=0.005)
    assert balance == pytest.approx(32_790_000.00, abs=0.005)
    waiting = [row for row in table("ledger.csv") if row["cbs_code"] == "9.9"]
    assert [(row["month"], float(row["amount_eur"])) for row in waiting] == [("2026-09", 412350.0)]


def test_capex_of_every_project_is_the_sum_of_its_quarters() -> None:
    quarters: dict[str, float] = defaultdict(float)
    for row in table("portfolio/capex.csv"):
        quarters[row["project_id"]] += float(row["capex_meur"])
    for row in table("portfolio/projects.csv"):
        total = quarters[row["project_id"]]
        assert total == pytest.approx(float(row["forward_capex_meur"]), abs=0.005)


def test_planted_oddities_are_in_the_schedules(schedules: dict[str, Schedule]) -> None:
    latest, august = schedules[LATEST], schedules["2026-08-31"]
    assert "TS-2135" in schedules["2026-07-31"].row_of_code
    assert "TS-2135" not in august.row_of_code
    late = latest.activity(latest.row_of_code["LC-1050"])
    assert late.actual_start > latest.data_date
    bare = latest.activity(latest.row_of_code["NDC-52"])
    assert (bare.state, bare.actual_start) == (Status.IN_PROGRESS, NO_TIME)
    stored = latest.activities.stored_early_start
    assert latest.activities.code[stored != NO_TIME].tolist() == ["OCR-70"]
    options = [s.projects[0].options.critical_threshold for s in schedules.values()]
    assert options == [0, 0, 0, 40 * HOUR]
    yard = next(n for n, c in enumerate(latest.calendars) if c.name.startswith("Fabrication"))
    day = (dt.date(2027, 2, 8) - dt.date(1970, 1, 1)).days
    assert schedules["2026-07-31"].calendars[yard].shifts_on(day) == ()
    assert august.calendars[yard].shifts_on(day) == ((420, 720), (780, 1080))


def test_key_speaks_of_objects_that_exist(schedules: dict[str, Schedule]) -> None:
    codes = {code for s in schedules.values() for code in s.row_of_code}
    others = {"PROJECT", "MFG8", "YRD7"}
    for row in key_table("defects.csv"):
        assert set(row["object_ids"].split(";")) <= codes | others, row["defect_id"]
    changes = {
        (c["data_date"], c["seq"], c["object"])
        for date in UPDATES
        for c in table(f"updates/{date}-changes.csv")
    }
    keys = {(r["data_date"], r["seq"], r["object"]) for r in key_table("reviewer_key.csv")}
    assert keys <= changes


def test_a_change_that_does_not_fit_is_refused() -> None:
    network = first_network()
    change = dict.fromkeys(("change", "object", "old_value", "new_value"), "")
    change |= {
        "change": "duration changed",
        "object": "YC-1050",
        "old_value": "1",
        "new_value": "2",
    }
    with pytest.raises(ValueError, match="YC-1050 is 440, not 1"):
        network.apply(change)


@pytest.mark.parametrize("label", COMPLETION)
def test_planned_completion(label: str, schedules: dict[str, Schedule]) -> None:
    assert completion(schedules[label]) == COMPLETION[label]


def test_terminal_float_of_the_third_update(latest: Schedule) -> None:
    gap = dt.date(2029, 5, 31) - dt.date.fromisoformat(completion(latest))
    assert gap.days == 16


def test_negative_float_is_upstream_of_key_date_2(latest: Schedule) -> None:
    from planbench.engines.cpm import schedule_network

    cpm = schedule_network(latest)
    tasks = (latest.activities.type == ActivityType.TASK) & (cpm.total_float != NO_TIME)
    negative = latest.activities.code[tasks & (cpm.total_float < 0)].tolist()
    planted = next(row for row in key_table("defects.csv") if row["defect_id"] == "D-14")
    assert sorted(negative) == sorted(planted["object_ids"].split(";"))
    assert int(cpm.total_float[tasks].min()) == -12 * 8 * HOUR


def test_driving_chain_runs_from_the_yard_to_completion(latest: Schedule) -> None:
    from planbench.engines.cpm import schedule_network

    ahead = latest.activities.status != Status.COMPLETE
    path = latest.activities.code[schedule_network(latest).longest_path & ahead].tolist()
    assert {"TS-2120", "TI-1030", "SY-1020", "TO-1010", "CO-9000"} <= set(path)
    assert len(path) == 42


def test_float_beyond_44_days_and_long_tasks(latest: Schedule) -> None:
    from planbench.engines.cpm import schedule_network

    acts = latest.activities
    tasks = (acts.type == ActivityType.TASK) & (acts.status != Status.COMPLETE)
    day = np.array([c.minutes_per_day for c in latest.calendars])[acts.calendar]
    spare = schedule_network(latest).total_float
    assert int((tasks & (spare > 44 * day)).sum()) == 132
    assert acts.code[tasks & (acts.remaining_duration > 44 * day)].tolist() == ["HO-1010"]


def reverted(latest: Schedule, first: Schedule) -> Schedule:
    """The third update without the changes that the contractor did not declare."""
    acts, links = latest.activities, latest.relationships
    row_of = latest.row_of_code
    constraint, original, remaining = (
        acts.constraint.copy(),
        acts.original_duration.copy(),
        acts.remaining_duration.copy(),
    )
    constraint[row_of["KD-0020"]] = Constraint.FINISH_ON_OR_BEFORE
    for duration in (original, remaining):
        duration[row_of["YC-1050"]] = 440 * HOUR
        duration[[row_of["OU-2140"], row_of["OU-2150"]]] = 0
    lag = links.lag.copy()  # the deleted inspection as a lag of its 180 yard hours
    pair = (links.predecessor == row_of["TS-2130"]) & (links.successor == row_of["TS-3050"])
    assert int(pair.sum()) == 1
    lag[pair] = 180 * HOUR
    added = make_table(
        Relationships,
        1,
        uid=["59999"],
        predecessor=[row_of["TS-3100"]],
        successor=[row_of["OU-1030"]],
        lag=[0],
    )
    more = dict(added.columns())
    columns = {
        name: np.append(column, more[name])
        for name, column in links.with_columns(lag=lag).columns()
    }
    changed = replace(
        latest, calendars=first.calendars, relationships=links.with_columns(**columns)
    )
    return changed.with_activities(
        constraint=constraint, original_duration=original, remaining_duration=remaining
    )


def test_a_reviewer_who_reverts_the_undeclared_changes(schedules: dict[str, Schedule]) -> None:
    schedule = reverted(schedules[LATEST], schedules["baseline"])
    assert completion(schedule) == "2029-06-15"


def test_baseline_is_aligned_with_the_update(latest: Schedule) -> None:
    baseline = sample_baseline(latest)
    row = latest.row_of_code["CO-9000"]
    assert str(to_iso(int(baseline.columns.finish[row]))) == "2029-04-10T17:00"
    added = sorted(latest.activities.code[baseline.columns.start == NO_TIME].tolist())
    planted = next(row for row in key_table("defects.csv") if row["defect_id"] == "D-38")
    assert added == sorted(planted["object_ids"].split(";"))
    deleted_budget = next(
        float(r["budget_cost"]) for r in table("activities.csv") if r["activity_id"] == "TS-2135"
    )
    total = float(np.nansum(baseline.columns.cost))
    assert total == pytest.approx(1_148_600_000.00 - deleted_budget, abs=0.005)


@pytest.mark.parametrize(
    ("label", "planned", "earned", "cpi"),
    [
        ("2026-07-31", 36.15, 32.86, 0.955),
        ("2026-08-31", 39.46, 36.11, 0.955),
        ("2026-09-30", 42.59, 38.74, 0.951),
    ],
)
def test_planned_and_earned_value(
    label: str, planned: float, earned: float, cpi: float, schedules: dict[str, Schedule]
) -> None:
    first, schedule = schedules["baseline"], schedules[label]
    columns = sample_baseline(first).columns
    days = [(dt.date(year, 1, 1) - dt.date(1970, 1, 1)).days for year in (2024, 2033)]
    work = build_work_table(first.calendars, *days)
    share = np.zeros(len(first))
    for calendar in range(len(first.calendars)):
        mine = first.activities.calendar == calendar
        start, finish = columns.start[mine], columns.finish[mine]
        until = np.clip(schedule.data_date, start, finish)
        total = np.maximum(work.work_between(calendar, start, finish), 1)
        share[mine] = work.work_between(calendar, start, until) / total
    share[columns.finish <= schedule.data_date] = 1.0
    budget = np.nan_to_num(columns.cost)
    row_of = schedule.row_of_code
    rows = [row_of.get(code, -1) for code in first.activities.code.tolist()]
    done = np.where(np.array(rows) < 0, 0.0, schedule.activities.physical_percent[rows])
    spent = schedule.assignments.actual_cost.sum() + schedule.expenses.actual_cost.sum()
    assert 100 * (share @ budget) / budget.sum() == pytest.approx(planned, abs=0.0051)
    assert (done @ budget) / budget.sum() == pytest.approx(earned, abs=0.0051)
    assert (done @ budget) / 100 / spent == pytest.approx(cpi, abs=0.00051)


def test_tasks_due_by_the_baseline_and_finished(schedules: dict[str, Schedule]) -> None:
    first, latest = schedules["baseline"], schedules[LATEST]
    tasks = first.activities.type == ActivityType.TASK
    due = tasks & (sample_baseline(first).columns.finish <= latest.data_date)
    done = set(latest.activities.code[latest.activities.status == Status.COMPLETE].tolist())
    codes = first.activities.code[due].tolist()
    assert (len(codes), len(done & set(codes))) == (246, 226)


def test_risk_model_names_every_open_task_once(latest: Schedule) -> None:
    model = json.loads(json.dumps(sample_risk_model()))
    named = [code for entry in model["uncertainty"] for code in entry["where"]["ids"]]
    acts = latest.activities
    tasks = acts.code[(acts.type == ActivityType.TASK) & (acts.status != Status.COMPLETE)]
    assert sorted(named) == sorted(tasks.tolist())

    def parameters(code: str) -> dict[str, float]:
        return next(e["parameters"] for e in model["uncertainty"] if code in e["where"]["ids"])

    assert parameters("TO-1010") == {"value": 100.0}  # by activity
    assert parameters("TS-3050") == {"low": 95.0, "mode": 106.0, "high": 135.0}  # by WBS
    assert parameters("TI-1070") == {"low": 90.0, "mode": 100.0, "high": 115.0}  # by calendar
    assert parameters("OU-1030") == {"low": 93.0, "mode": 103.0, "high": 128.0}  # by phase


def test_risk_register_in_the_model(latest: Schedule) -> None:
    risks = {risk["id"]: risk for risk in sample_risk_model()["risks"]}
    assert len(risks) == 25
    assert sum(risk["kind"] == "opportunity" for risk in risks.values()) == 4
    full = risks["R-13"]["impacts"]
    assert [impact["where"]["ids"] for impact in full] == [["YC-1050", "CO-1070", "OC-1020"]]
    split = risks["R-01"]["impacts"]
    modes = [impact["parameters"]["mode"] for impact in split]
    assert sum(modes) == pytest.approx(18.0)
    remaining = [
        latest.activity(latest.row_of_code[i["where"]["ids"][0]]).remaining_duration for i in split
    ]
    assert modes == pytest.approx([18.0 * part / sum(remaining) for part in remaining])
    means = {
        row: risks[row]["probability"] * sum(risks[row]["cost"]["parameters"].values()) / 3
        for row in risks
    }
    threats = sum(means[row] for row in risks if risks[row]["kind"] == "threat")
    assert threats / 1e6 == pytest.approx(14.21, abs=0.005)
    assert (sum(means.values()) - threats) / 1e6 == pytest.approx(-0.84, abs=0.005)
    actions = sum(risk["mitigated"]["cost_of_action"] for risk in risks.values())
    assert actions / 1e6 == pytest.approx(9.19, abs=0.005)


def test_stored_dates_are_added_and_the_planted_one_stays(latest: Schedule) -> None:
    full = with_dates(latest)
    row = latest.row_of_code["OCR-70"]
    assert to_iso(int(full.activities.stored_early_start[row])) == "2026-09-28T00:00"
    unfinished = full.activities.status != Status.COMPLETE
    assert (full.activities.stored_early_finish[unfinished] != NO_TIME).all()


def test_exported_files_read_back_as_the_same_schedules(
    tmp_path: Any, schedules: dict[str, Schedule]
) -> None:
    from planbench.services.files import open_file

    files = export_sample(tmp_path)
    assert len(files) == 4
    for file, (label, schedule) in zip(files, schedules.items(), strict=True):
        back = open_file(file).schedule
        assert back.activities.code.tolist() == schedule.activities.code.tolist()
        assert back.data_date == schedule.data_date
        assert completion(back) == COMPLETION[label]
        for column in ("remaining_duration", "actual_start", "constraint", "physical_percent"):
            np.testing.assert_array_equal(
                getattr(back.activities, column), getattr(schedule.activities, column)
            )


def test_library_holds_the_sample_once(tmp_path: Any) -> None:
    from planbench.services.library import Library

    with Library.open(tmp_path / "mine.planbench", Recents(tmp_path / "recents.json")) as library:
        project = ensure_sample(library)
        assert ensure_sample(library) == project
        record = library.project(project)
        titles = [(update.kind, update.label) for update in record.updates]
        assert titles == [
            ("baseline", "Baseline 2025-06-30"),
            ("update", "Update 1"),
            ("update", "Update 2"),
            ("update", "Update 3"),
        ]
        assert record.baseline == record.updates[0].id
        finishes = [str(to_iso(update.figures["finish"]))[:10] for update in record.updates]
        assert finishes == list(COMPLETION.values())
        document = library.open_update(record.updates[-1].id)
        assert document.baseline is not None
        row = document.schedule.row_of_code["CO-9000"]
        assert to_iso(int(document.baseline.columns.finish[row])) == "2029-04-10T17:00"
        library.delete_update(record.updates[2].id)
        assert ensure_sample(library) == project
        assert len(library.project(project).updates) == 4


def test_engine_reads_the_risk_model_and_knows_its_names(latest: Schedule) -> None:
    from planbench.engines.risk.model import parse_model
    from planbench.engines.risk.selection import selected

    model = parse_model(sample_risk_model(), "sample")
    for risk in model.risks:
        for impact in risk.impacts:
            assert selected(latest, impact.where, risk.id).sum() == len(impact.where.ids)
    gain = next(risk for risk in model.risks if risk.id == "R-22")
    assert gain.opportunity
    assert gain.impacts[0].distribution.given() == {"low": 4.0, "mode": 9.0, "high": 14.0}
