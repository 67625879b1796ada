"""Every metric twice: the engine's figure and that of a plain count, plans and corpus."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import Baseline, BaselineColumns, LagCalendar, Schedule, Status
from planbench.domain.times import NO_TIME
from planbench.engines.cpm import schedule_network
from planbench.engines.quality.run import run_rulesets
from planbench.services.baselines import aligned_baseline
from planbench.services.document import Document
from planbench.services.quality import FieldAsker, measured_projects
from planbench.services.rulesets import load_rulesets

Answer = tuple[float, float, float] | None
HERE = Path(__file__).parent


def _module(name: str) -> ModuleType:
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


second = _module("second_count")
count, ratio = second.count, second.ratio


def counted_again(c: Any) -> dict[str, Answer]:
    """Every metric by its id, said once more in the words of its formula."""
    a, links = c.a, c.links
    into_tasks, into_work = c.at("s", c.open_tasks), c.at("s", c.open_work)
    at_tasks, all_links = c.either(c.open_tasks), c.at("s", c.mine)
    lead, lag, long_lag = links.lag < 0, links.lag > 0, links.days > 44
    lagged = c.work & a.index.isin(links.s[lag])
    fs = links.t == second.FS
    hard = c.held(second.HARD, pinned=True)
    fixed = c.held((*second.MANDATORY, *second.ON), pinned=True)
    high = a.tf_days > 44
    plain_high, plain_long = a.tf > 352 * 60, a.rd > 352 * 60
    baseline_long = a.bd.fillna(a.od) / a.day > 44
    original_long = a.od_days > 44
    floating = c.with_float
    below = a.tf < 0
    soft_before = c.at("p", c.soft) & ~c.at("s", c.soft)
    merges, bursts = c.number("before") >= 10, c.number("after") >= 10
    tied_summary = (a.kind == second.SUMMARY) & (c.tied("before") | c.tied("after"))
    margin = a.name.str.contains("margin", regex=False)
    tests, free = c.path_test(), c.unforced()
    links_of_work = int(c.at("s", c.work).sum() + c.at("p", c.work).sum())
    people = int(c.work.sum())
    loads = c.loads(1.0)
    whole_fives = ((a.od_days % 5) < 1e-9) & (a.od > 0)
    found: dict[str, Answer] = {
        "DCMA-01": c.missing(c.open_tasks),
        "DCMA-01b": c.dangling(c.open_tasks, ratio, open_too=False),
        "DCMA-02": ratio(lead, into_tasks),
        "DCMA-03": ratio(lag, into_tasks),
        "DCMA-04": ratio(fs, into_tasks),
        "DCMA-05": ratio(hard, c.open_tasks),
        "DCMA-06": ratio(high, floating(c.open_tasks)),
        "DCMA-07": ratio(below, floating(c.open_tasks)),
        "DCMA-08": ratio(baseline_long, c.open_tasks),
        "DCMA-09a": c.forecasts(c.open_listed, count),
        "DCMA-09b": c.actuals(c.listed, count),
        "DCMA-10": loads,
        "DCMA-11": c.missed(),
        "DCMA-12": tests,
        "DCMA-13": c.length_index("forecast"),
        "DCMA-14": c.execution(unbaselined=True),
        "DCMA09-01": c.missing(c.open_tasks, exempt=False),
        "DCMA09-01b": c.dangling(c.open_tasks, ratio, open_too=False, exempt=False),
        "DCMA09-02": ratio(lead, at_tasks),
        "DCMA09-03": ratio(lag, at_tasks),
        "DCMA09-04": ratio(fs, at_tasks),
        "DCMA09-05": ratio(hard, c.open_tasks),
        "DCMA09-06": ratio(high, floating(c.open_tasks)),
        "DCMA09-07": ratio(below, floating(c.open_tasks)),
        "DCMA09-08": ratio(baseline_long, c.open_tasks),
        "DCMA09-09a": c.forecasts(c.open_listed, count, late=True),
        "DCMA09-09b": c.actuals(c.listed, count),
        "DCMA09-10": loads,
        "DCMA09-11": c.missed(),
        "DCMA09-12": tests,
        "DCMA09-13": c.length_index("baseline"),
        "DCMA09-14": c.execution(unbaselined=False),
        "DECM-06A204b": c.dangling(c.open_work, ratio, easy=True),
        "DECM-06A205a": ratio(lagged, c.open_work),
        "DECM-06A208a": count(tied_summary, c.mine & (a.kind == second.SUMMARY)),
        "DECM-06A209a": ratio(c.held(second.MANDATORY), c.open_work),
        "DECM-06A210a": c.effort_drives(),
        "DECM-06A212a": count(*c.broken),
        "DECM-06A401a": free,
        "DECM-06A501a": c.unplanned(),
        "DECM-06A505a": ratio(a.as_.isna() & ~c.milestone, c.work & (a.status == 1)),
        "DECM-06A505b": ratio((a.status == 2) & a.af.isna(), c.work & c.complete),
        "DECM-06A506a": c.actuals(c.work, ratio),
        "DECM-06A506b": c.forecasts(c.open_work, count),
        "GAO-BP1a": c.names(),
        "GAO-BP1b": c.codes(),
        "GAO-BP1c": c.without_wbs(),
        "GAO-BP1d": ratio(a.kind == second.EFFORT, c.listed),
        "GAO-BP2a": c.missing(c.open_work),
        "GAO-BP2b": c.dangling(c.open_work, ratio, easy=True),
        "GAO-BP2c": count(tied_summary, c.mine & (a.kind == second.SUMMARY)),
        "GAO-BP2d": ratio(fs, into_work),
        "GAO-BP2e": count(lead, into_work),
        "GAO-BP2f": ratio(lag, into_work),
        "GAO-BP2g": ratio((a.c1 != 0) | (a.c2 != 0), c.open_work),
        "GAO-BP2h": count(merges, c.open_work),
        "GAO-BP3": loads,
        "GAO-BP4": ratio(original_long, c.open_tasks),
        "GAO-BP5": tests,
        "GAO-BP6": free,
        "GAO-BP7a": ratio(high, floating(c.open_tasks)),
        "GAO-BP7b": count(below, floating(c.open_work)),
        "GAO-BP7c": c.beyond_project(),
        "GAO-BP9a": c.forecasts(c.open_work, count),
        "GAO-BP9b": c.actuals(c.work, count),
        "GAO-BP9c": count(*c.broken),
        "GAO-BP9d": c.contradicting(c.listed),
        "GAO-BP10a": c.unplanned(),
        "GAO-BP10b": c.execution(unbaselined=True),
        "NASA-01": c.missing(c.open_work),
        "NASA-02": ratio(original_long, c.open_tasks),
        "NASA-03": ratio(high, floating(c.open_tasks & ~margin)),
        "NASA-04": ratio(hard, c.open_tasks),
        "NASA-05": c.missed(),
        "NASA-06": c.actuals(c.work, count),
        "NASA-07": c.forecasts(c.open_work, count),
        "NASA-08": c.contradicting(c.work),
        "NASA-09": c.unplanned(),
        "NASA-10": c.execution(unbaselined=True),
        "NASA-11": ratio(c.milestone, c.listed),
        "NASA-12": count(a.od > 0, c.open_work & c.milestone),
        "FSQ-1": c.missing(c.open_work),
        "FSQ-2": (links_of_work, people, links_of_work / people) if people else None,
        "FSQ-3": ratio(a.critical, c.open_work),
        "FSQ-4": ratio(fixed, c.open_work),
        "FSQ-5": ratio(below, floating(c.open_tasks)),
        "FSQ-6": c.coarse(),
        "FSQ-7": ratio(lag, into_tasks),
        "FSQ-8": count(lead, into_tasks),
        "FSQ-9": count(merges, c.open_work),
        "P6CS-01": c.missing(c.listed, exempt=False),
        "P6CS-02": ratio(lead, all_links),
        "P6CS-03": ratio(lag, all_links),
        "P6CS-04": ratio(long_lag, all_links),
        "P6CS-05": ratio(fs, all_links),
        "P6CS-06": ratio(fixed, c.listed),
        "P6CS-07": ratio(c.held((*second.EARLY, *second.LATE)), c.listed),
        "P6CS-08": ratio(plain_high, floating(c.open_listed)),
        "P6CS-09": ratio(below, floating(c.open_listed)),
        "P6CS-10": ratio(plain_long, c.open_normal),
        "P6CS-11": c.forecasts(c.open_listed, ratio),
        "P6CS-12": c.actuals(c.listed, ratio),
        "P6CS-13": c.loads(0.0),
        "P6CS-14": c.missed(),
        "P6CS-15": c.execution(unbaselined=False),
        "P6CS-16": c.dangling(c.open_listed, count, "start"),
        "P6CS-17": c.dangling(c.open_listed, count, "finish"),
        "P6CS-18": ratio(*c.broken),
        "PB-DS": c.dangling(c.open_work, count, "start", easy=True),
        "PB-DF": c.dangling(c.open_work, count, "finish", easy=True),
        "PB-SF": count(links.t == second.SF, all_links),
        "PB-DUP": c.twice(),
        "PB-OOS": count(*c.broken),
        "PB-LOEL": count(soft_before, into_work),
        "PB-RED": c.redundant(),
        "PB-MH": count(merges, c.open_work),
        "PB-BH": count(bursts, c.open_work),
        "PB-ISO": c.isolated(),
        "PB-FR": c.float_ratio(),
        "PB-FRM": c.beyond_project(),
        "PB-CR": ratio(a.tf <= 0, floating(c.open_work)),
        "PB-NC": ratio((a.tf > 0) & (a.tf_days <= 5), floating(c.open_work)),
        "PB-SC": ratio(c.held(second.EARLY), c.open_tasks),
        "PB-ALAP": count(c.held(second.ALAP), c.open_work),
        "PB-EF": count(a.expected.notna(), c.open_work),
        "PB-RDM": count(a.rd != a.od, c.open_normal & (a.status == 0)),
        "PB-RND": ratio(whole_fives, c.tasks),
        "PB-ST": c.contradicting(c.listed),
        "PB-COMPV": c.rest(),
        "PB-CAL1": c.calendars("all"),
        "PB-CAL2": c.calendars("no-holidays"),
        "PB-CAL3": c.calendars("other-day"),
        "PB-CAL4": c.calendar_float(),
        "PB-ENG": c.agreement(),
        "EXE-BEI": c.execution(unbaselined=False),
        "EXE-CPLI": c.length_index("forecast"),
        "EXE-TFCI": c.length_index("passed"),
        "EXE-SPIt": c.earned(),
    }
    before = c.previous is not None
    return found | {
        "DECM-06A504a": c.changed("as_") if before else None,
        "DECM-06A504b": c.changed("af") if before else None,
        "DECM-06A506c": c.riding() if before else None,
        "EXE-HIT": c.hit() if before else None,
        "EXE-CEI": c.current() if before else None,
        "PB-RETRO": c.changed("as_", "af") if before else None,
        "PB-RIDE": c.riding() if before else None,
        "PB-RDC": c.shrunk() if before else None,
        "PB-HOLLOW": c.hollow() if before else None,
        "PB-CHURN": c.churn() if before else None,
        "PB-SET": c.options() if before else None,
        "PB-JAC": c.kept() if before else None,
        "PB-SLIP": c.slip() if before else None,
    }


def disagreements(
    schedule: Schedule,
    baseline: Baseline | None,
    previous: Schedule | None,
    dates: str = "engine",
) -> tuple[list[str], int]:
    """Metrics of all projects whose two figures differ, and how many had a figure to compare."""
    document = Document(schedule, cpm=schedule_network(schedule), baseline=baseline)
    wrong, compared = [], 0
    for project in measured_projects(schedule):
        stored = dates == "stored"
        again = counted_again(
            second.Count(schedule, document.cpm, project, baseline, previous, stored)
        )
        reports = run_rulesets(
            schedule,
            document.cpm,
            load_rulesets(),
            baseline,
            dates,
            previous,
            project,
            asker=FieldAsker(document, dates),
        )
        results = {result.id: result for report in reports for result in report.metrics}
        assert results.keys() == again.keys()
        for metric, result in results.items():
            expected = again[metric]
            got = (result.numerator, result.denominator, result.value)
            compared += result.value is not None
            members = result.membership
            if sum(number for _, number in members.breakdown()) != members.codes.size:
                wrong.append(f"{metric}: in and out do not add up")
            if expected is None:
                same = result.value is None
            else:
                same = result.value is not None and np.allclose(
                    np.array(got, dtype=float), expected, rtol=1e-9, atol=ROUNDED.get(metric, 1e-9)
                )
            if not same:
                wrong.append(f"{metric}: {got} ({result.reason}), counted again {expected}")
    return wrong, compared


ROUNDED = dict.fromkeys(("DCMA-12", "DCMA09-12", "GAO-BP5"), 0.006)
"""The test of the path rounds what it shows."""


# ------------------------------------------------------------ what files lack


def made_baseline(schedule: Schedule) -> Baseline:
    """The planned dates as a baseline, every seventh without dates."""
    a = schedule.activities
    start, finish = a.planned_start.copy(), a.planned_finish.copy()
    start[::7] = finish[::7] = NO_TIME
    start[3::11] = NO_TIME
    duration = a.original_duration.copy()
    duration[::5] = NO_TIME
    columns = BaselineColumns(start, finish, duration, np.full(len(a), np.nan))
    return Baseline("Planned", NO_TIME, columns)


def made_earlier(schedule: Schedule) -> Schedule:
    """The schedule as it may have been a month before: dates, states, links and options differ."""
    random = np.random.default_rng(6)
    a, n = schedule.activities, len(schedule)
    undone = (a.status == Status.COMPLETE) & (random.random(n) < 0.2)
    begun = (a.status == Status.NOT_STARTED) & (random.random(n) < 0.1)
    moved = np.where(random.random(n) < 0.1, 1440 * 3, 0)
    month = 30 * 1440

    def shifted(column: Any, by: Any) -> Any:
        return np.where(column == NO_TIME, NO_TIME, column - by)

    earlier = schedule.with_activities(
        status=np.where(undone | begun, Status.IN_PROGRESS, a.status).astype(np.int8),
        actual_start=np.where(begun, schedule.data_date - month, shifted(a.actual_start, moved)),
        actual_finish=np.where(undone, NO_TIME, shifted(a.actual_finish, moved)),
        remaining_duration=a.remaining_duration + np.where(random.random(n) < 0.3, 4800, 480),
        stored_early_start=shifted(a.stored_early_start, month),
    )
    links = schedule.relationships.take(random.random(len(schedule.relationships)) < 0.9)
    options = replace(schedule.projects[0].options, lag_calendar=LagCalendar.ROUND_THE_CLOCK)
    projects = tuple(
        replace(p, data_date=p.data_date if p.data_date == NO_TIME else p.data_date - month)
        for p in schedule.projects
    )
    projects = (replace(projects[0], options=options), *projects[1:])
    names = earlier.activities.code.copy()
    names[::13] = "gone"
    return replace(
        earlier.with_activities(code=names), projects=projects, relationships=links, baselines=()
    )


# ------------------------------------------------------------ tests


def test_the_plan_counted_by_hand_counted_again() -> None:
    plan = _module("hand_plan").hand_plan()
    wrong, compared = disagreements(plan.schedule, plan.baseline, plan.previous)
    assert not wrong
    assert compared == len(counted_ids())
    assert not disagreements(plan.schedule, None, None)[0]


@cache
def counted_ids() -> tuple[str, ...]:
    return tuple(m.id for ruleset in load_rulesets() for m in ruleset.metrics)


def read(path: Path) -> Schedule | None:
    """The schedule of a file; None where it cannot be read, is empty, or cannot be calculated."""
    from planbench.exchange.registry import read_schedule

    try:
        schedule = read_schedule(path).schedule
        schedule_network(schedule)
    except PlanbenchError:
        return None
    return schedule


MANY = 3000
"""Activities of the files that are left to the long run."""


def sweep(folder: Path, large: bool) -> tuple[list[str], int, int]:
    """Disagreements over a folder, figures and files compared; a plan is taken once."""
    wrong, figures, seen = [], 0, set()
    for path in sorted(folder.rglob("*.x*")):
        schedule = read(path)
        if schedule is None or schedule.digest in seen or (len(schedule) > MANY) != large:
            continue
        seen.add(schedule.digest)
        earlier, baseline = made_earlier(schedule), made_baseline(schedule)
        for dates in ("engine", "stored"):
            found, compared = disagreements(schedule, baseline, earlier, dates)
            wrong += [f"{path.name}, {dates}: {one}" for one in found]
            figures += compared
    return wrong, figures, len(seen)


@pytest.mark.corpus
def test_files_counted_again(shared: Path) -> None:
    """Every file of the corpus, by our dates and by its own, with a baseline and an update made."""
    wrong, figures, files = sweep(shared / "corpus", large=False)
    assert not wrong
    assert files >= 40
    assert figures >= 8000


@pytest.mark.slow
@pytest.mark.corpus
def test_large_files_counted_again(shared: Path) -> None:
    wrong, _, files = sweep(shared / "corpus", large=True)
    assert not wrong
    assert files == 2


SERIES = [
    ("compare/dcp03-rev0-baseline.xer", "compare/dcp03-rev8-update.xer"),
    ("compare/dcp03-rev8-update.xer", "compare/dcp03-rev12-as-built.xer"),
    ("p6/54069-baseline-2025-09-02.xer", "p6/54069-update-2025-11-21.xer"),
    ("p6/54069-update-2025-11-21.xer", "p6/54069-update-2025-12-04.xer"),
]


@pytest.mark.corpus
@pytest.mark.parametrize(("before", "after"), SERIES)
def test_two_real_updates_counted_again(shared: Path, before: str, after: str) -> None:
    """The earlier file as the earlier update and, with its dates, as the baseline."""
    earlier, schedule = read(shared / "corpus" / before), read(shared / "corpus" / after)
    assert earlier is not None
    assert schedule is not None
    baseline = aligned_baseline(schedule, earlier, "Before", schedule_network(earlier))
    for dates in ("engine", "stored"):
        assert not disagreements(schedule, baseline, earlier, dates)[0]
