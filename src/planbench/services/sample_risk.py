"""The risk model of the sample project, in the shape that `planbench risk --model` reads."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.schedule import ActivityType, Schedule, Status
from planbench.services.sample_network import COMPLETION, UPDATES, Row, project_facts, table

if TYPE_CHECKING:
    from planbench.engines.register.entry import Exposure, RiskEntry

_DISTRIBUTIONS = {"triangular": "triangular", "betapert": "pert", "single point": "fixed"}


def risk_model(schedule: Schedule) -> dict[str, Any]:
    """Uncertainty, correlation, register risks and weather for an update of the sample.

    Every activity that still has work is named in one entry of `uncertainty` only: the one with
    the highest priority that matches it. A delay that the register divides among activities is
    divided here by the remaining durations of that update; its parts are then drawn one by one.
    """
    groups = _winners(schedule)
    entries = {row["template_id"]: row for row in table("uncertainty.csv")}
    return {
        "schema": "planbench/risk-model/1",
        "uncertainty": [_uncertainty(entries[key], ids) for key, ids in groups.items()],
        "correlation": _correlation(entries, groups),
        "drivers": [],
        "risks": [_risk(row, schedule) for row in table("risks.csv")],
        "weather": _weather(schedule),
        "branches": [],
        "cost": [],
        "watch": _watched(schedule),
    }


def _open_work(schedule: Schedule) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Positions of the tasks that are not complete."""
    acts = schedule.activities
    return np.flatnonzero((acts.type == ActivityType.TASK) & (acts.status != Status.COMPLETE))


def _winners(schedule: Schedule) -> dict[str, list[str]]:
    """Activity ids by the template that counts for them; at equal priority the first one."""
    tables = ["activities.csv", *(f"updates/{date}-new-activities.csv" for date in UPDATES)]
    facts = {row["activity_id"]: row for name in tables for row in table(name)}
    templates = sorted(table("uncertainty.csv"), key=lambda row: -int(row["priority"]))
    groups: dict[str, list[str]] = defaultdict(list)
    for row in _open_work(schedule).tolist():
        code = schedule.activities.code[row]
        winner = next(t for t in templates if _matches(t, facts[code]))
        groups[winner["template_id"]].append(code)
    return dict(sorted(groups.items()))


def _matches(template: Row, activity: Row) -> bool:
    kind, wanted = template["filter_field"], template["filter_value"]
    if kind == "all":
        return True
    if kind == "wbs_code":
        return f"{activity['wbs_code']}.".startswith(f"{wanted}.")
    return activity["calendar_id" if kind == "calendar" else kind] == wanted


def _uncertainty(template: Row, ids: list[str]) -> dict[str, Any]:
    low, mode, high = (float(template[key]) for key in ("min_pct", "ml_pct", "max_pct"))
    kind = _DISTRIBUTIONS[template["distribution"]]
    return {
        "where": {"ids": ids},
        "distribution": kind,
        "of": "remaining",
        "as": "percent",
        "parameters": {"value": mode} if kind == "fixed" else _points(low, mode, high),
    }


def _points(low: float, mode: float, high: float) -> dict[str, float]:
    return {"low": low, "mode": mode, "high": high}


def _correlation(entries: dict[str, Row], groups: dict[str, list[str]]) -> list[dict[str, Any]]:
    """One entry a correlation group; templates of the same group join their activities."""
    ids: dict[tuple[str, float], list[str]] = defaultdict(list)
    for key, codes in groups.items():
        group = entries[key]["correlation_group"]
        if group:
            ids[group, float(entries[key]["rho"])] += codes
    return [
        {"where": {"ids": codes}, "coefficient": coefficient}
        for (_, coefficient), codes in ids.items()
        if len(codes) > 1
    ]


def _risk(row: Row, schedule: Schedule) -> dict[str, Any]:
    return {
        "id": row["risk_id"],
        "title": row["title"],
        "kind": row["kind"],
        "probability": float(row["probability"]),
        "impacts": _impacts(row, "schedule", schedule),
        "cost": _three(row, "cost", "eur"),
        "mode": "series",
        "mitigated": {
            "probability": float(row["post_probability"]),
            "impacts": _impacts(row, "post_schedule", schedule),
            "cost": _three(row, "post_cost", "eur"),
            "cost_of_action": float(row["response_cost_eur"]),
        },
    }


def risk_entries() -> tuple[RiskEntry, ...]:
    """The register of the sample: owners, windows, responses and all."""
    from planbench.engines.register.entry import RiskAction, RiskEntry

    made = []
    for row in table("risks.csv"):
        action = RiskAction(
            row["response"],
            row["owner_role"],
            row["response_activity_id"],
            row["cbs_code"],
            float(row["response_cost_eur"]),
            row["proximity_from"],
        )
        made.append(
            RiskEntry(
                row["risk_id"],
                row["title"],
                row["kind"] == "opportunity",
                row["category"],
                row["cause"],
                row["effect"],
                row["event"],
                row["owner_role"],
                row["status"],
                row["proximity_from"],
                row["proximity_to"],
                tuple(code for code in row["activity_ids"].split(";") if code),
                row["mapping_mode"],
                _exposure(row, ""),
                _exposure(row, "post_"),
                (action,),
            )
        )
    return tuple(made)


def _exposure(row: Row, prefix: str) -> Exposure:
    """Probability, delay and cost; the table writes what an opportunity gains as negative."""
    from planbench.engines.register.entry import Exposure, Three

    def three(what: str, unit: str) -> Three:
        points = (float(row[f"{prefix}{what}_{p}_{unit}"]) for p in ("min", "ml", "max"))
        return Three(*sorted(map(abs, points)))

    delay, cost = three("schedule", "d"), three("cost", "eur")
    return Exposure(float(row[f"{prefix}probability"]), delay, cost)


def _three(row: Row, prefix: str, unit: str, share: float = 1.0) -> dict[str, Any]:
    points = [float(row[f"{prefix}_{point}_{unit}"]) * share for point in ("min", "ml", "max")]
    if unit == "d" and row["kind"] == "opportunity":  # the register writes gains as negative
        points = [-point for point in reversed(points)]
    return {"distribution": "triangular", "parameters": _points(*points)}


def _impacts(row: Row, prefix: str, schedule: Schedule) -> list[dict[str, Any]]:
    ids = [code for code in row["activity_ids"].split(";") if code]
    if not ids:
        return []
    if row["mapping_mode"] == "each full":
        return [{"where": {"ids": ids}, "as": "days", **_three(row, prefix, "d")}]
    remaining = [schedule.activity(schedule.row_of_code[code]).remaining_duration for code in ids]
    total = sum(remaining)
    return [
        {"where": {"ids": [code]}, "as": "days", **_three(row, prefix, "d", part / total)}
        for code, part in zip(ids, remaining, strict=True)
        if part
    ]


def _weather(schedule: Schedule) -> list[dict[str, Any]]:
    """By calendar, twelve months: share of days without work, and how bad days persist."""
    names = {c["calendar_id"]: c["name"] for c in project_facts()["calendars"]}
    months: dict[str, list[Row]] = defaultdict(list)
    for row in table("weather.csv"):
        months[row["calendar_id"]].append(row)
    return [
        {
            "where": {"calendar": names[calendar]},
            "non_workable": [float(row["non_workable_pct"]) / 100.0 for row in rows],
            "persistence": [float(row["persistence"]) for row in rows],
        }
        for calendar, rows in months.items()
    ]


def _watched(schedule: Schedule) -> list[str]:
    """Key dates and sections that are still open, and Completion."""
    contract = project_facts()["contract"]["key_dates_and_sections"]
    ids = [*(row["activity_id"] for row in contract), COMPLETION]
    status = schedule.activities.status
    return [code for code in ids if status[schedule.row_of_code[code]] != Status.COMPLETE]
