"""Baseline projects within a P6 XML file, as columns beside the activities."""

from __future__ import annotations

import numpy as np

from planbench.domain.schedule import Baseline, Schedule, empty_baseline
from planbench.domain.times import NO_TIME, from_hours, from_iso
from planbench.exchange.repairs import Repairs
from planbench.exchange.xml_records import Record

_COSTS = ("PlannedLaborCost", "PlannedNonLaborCost", "PlannedExpenseCost", "PlannedMaterialCost")


MAX_BASELINES = 200
"""Baselines that are read of one file; each costs memory for every activity."""


def read_baselines(root: Record, schedule: Schedule, repairs: Repairs) -> tuple[Baseline, ...]:
    """The baseline projects of the file, matched to the activities of their project by id.

    Start and finish are the baseline's current ones (`StartDate`), as P6's columns show them, else
    its planned ones; the cost is that of its assignments and expenses, NaN without any. Baseline
    projects of one name, each of another project, are one baseline.
    """
    rows: dict[tuple[str, str], int] = {}
    project = schedule.activities.project.tolist()
    for row, code in enumerate(schedule.activities.code.tolist()):
        rows.setdefault((schedule.projects[project[row]].uid, code), row)
    found: dict[str, tuple[set[str], Baseline]] = {}
    uids = {item.uid for item in schedule.projects}
    given = list(root.all("BaselineProject"))
    if len(given) > MAX_BASELINES:
        repairs.add(
            "too-many-baselines",
            "warning",
            "BaselineProject",
            f"the file has {len(given)} baselines",
            f"the first {MAX_BASELINES} were read",
        )
    for record in given[:MAX_BASELINES]:
        owner = record.get("OriginalProjectObjectId")
        if owner not in uids:
            if not schedule.projects:
                continue
            owner = schedule.projects[schedule.main_project].uid
        name = record.get("Name") or record.get("Id") or "Baseline"
        while name in found and owner in found[name][0]:
            name += "'"
        if name not in found:
            date = _instant(record.get("DataDate"))
            found[name] = (set(), Baseline(name, date, empty_baseline(len(schedule))))
        owners, baseline = found[name]
        owners.add(owner)
        _fill(baseline, record, owner, rows, repairs)
    return tuple(baseline for _, baseline in found.values())


def _fill(
    baseline: Baseline,
    record: Record,
    owner: str,
    rows: dict[tuple[str, str], int],
    repairs: Repairs,
) -> None:
    """Put one baseline project's figures into the columns of its baseline."""
    columns = baseline.columns
    costs = _assigned(record)
    lost = 0
    for activity in record.all("Activity"):
        row = rows.get((owner, activity.get("Id")))
        if row is None:
            lost += 1
            continue
        columns.start[row] = _instant(
            activity.get("StartDate", "ActualStartDate", "PlannedStartDate")
        )
        columns.finish[row] = _instant(
            activity.get("FinishDate", "ActualFinishDate", "PlannedFinishDate")
        )
        duration = _number(activity.get("PlannedDuration"))
        if not np.isnan(duration):
            columns.duration[row] = from_hours(duration)
        total = _number(activity.get("PlannedTotalCost"))
        if np.isnan(total):
            total = costs.get(activity.get("ObjectId"), np.nan)
        if np.isnan(total):
            parts = [_number(activity.get(cost)) for cost in _COSTS]
            known = [part for part in parts if not np.isnan(part)]
            total = sum(known) if known else np.nan
        columns.cost[row] = total
    if lost:
        repairs.add(
            "baseline-activity",
            "info",
            f"BaselineProject {baseline.name}",
            f"{lost} of its activities are not in the project any more",
            "left out",
        )


def _assigned(record: Record) -> dict[str, float]:
    """Planned cost by activity from the baseline's assignments and expenses."""
    costs: dict[str, float] = {}
    for child in record.children:
        if child.tag in ("ResourceAssignment", "ActivityExpense"):
            cost = _number(child.get("PlannedCost"))
            if not np.isnan(cost):
                uid = child.get("ActivityObjectId")
                costs[uid] = costs.get(uid, 0.0) + cost
    return costs


def _instant(text: str) -> int:
    try:
        return from_iso(text[:19])
    except (ValueError, OverflowError):
        return NO_TIME


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return np.nan
    return value if abs(value) < 1e12 else np.nan
