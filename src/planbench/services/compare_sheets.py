"""A comparison as sheets of a workbook: every view of the window, a sheet each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from planbench.domain.times import to_iso
from planbench.engines.compare.network import DELETED, SAME, joint_network
from planbench.engines.compare.series import Series
from planbench.scenes.trace import link_text
from planbench.services.compare import Review, changes_json, renames_json, series_json, summary

LINK_WORDS = ("same", "added", "deleted", "changed")

_PARTS = (
    "progress_days",
    "revision_days",
    "progress_days_after_revision",
    "revision_days_before_progress",
)

Sheet = list[dict[str, Any]]


def sheets(review: Review, series: Series | None = None) -> dict[str, Sheet]:
    """Every view of a comparison, and of a series all that runs through it.

    Summary, register, half-step, network, proposed renames; windows, milestones, longest path with
    its float, float erosion. Empty sheets are left out.
    """
    figures = summary(review)
    half = figures.pop("half_step") or {}
    by_type = figures.pop("by_type")
    lines = [{"figure": key, "value": value} for key, value in figures.items()]
    lines += [{"figure": f"changes: {key}", "value": value} for key, value in by_type.items()]
    steps = half.pop("steps", [])
    new = half.pop("started_but_new", [])
    lines += [{"figure": "started, but only in the newer", "value": id_} for id_ in new]
    lines += [{"figure": key, "value": value} for key, value in half.items()]
    lines += [{"figure": "in words", "value": text} for text in review.words]
    if review.trouble:
        lines.append({"figure": "not calculated", "value": review.trouble})
    register = [
        {**{key: value for key, value in row.items() if key != "effect"}, **row["effect"]}
        for row in changes_json(review)
    ]
    made = {
        "Summary": lines,
        "Register": register,
        "Half-step": steps,
        "Network": _links(review),
        "Proposed renames": renames_json(review),
    }
    if series is not None:
        made |= _series_sheets(series)
    return {name: rows for name, rows in made.items() if rows}


def _links(review: Review) -> Sheet:
    """Links that came, went or changed, with whether both ends are on the longest path."""
    comparison = review.comparison
    joint = joint_network(comparison)
    schedule, links = joint.schedule, joint.schedule.relationships
    codes, names = schedule.activities.code, schedule.activities.name
    rows = []
    for link in (joint.link != SAME).nonzero()[0].tolist():
        a, b = int(links.predecessor[link]), int(links.successor[link])
        was, now = int(joint.old_link[link]), link_text(schedule, link)
        change = LINK_WORDS[int(joint.link[link])]
        before = link_text(comparison.old, was) if was >= 0 else None
        rows.append(
            {
                "change": change,
                "predecessor": str(codes[a]),
                "predecessor_name": str(names[a]),
                "successor": str(codes[b]),
                "successor_name": str(names[b]),
                "before": now if joint.link[link] == DELETED else before,
                "after": None if joint.link[link] == DELETED else now,
                "critical_before": _critical(comparison.old_cpm, joint.old_row[[a, b]].tolist()),
                "critical_after": _critical(
                    comparison.new_cpm,
                    [row if row < len(comparison.new) else -1 for row in (a, b)],
                ),
            }
        )
    return rows


def _critical(cpm: Any, rows: Sequence[int]) -> str:
    """Which ends of a link are critical: `both`, `predecessor`, `successor`, or none."""
    first, second = (bool(cpm.critical[int(row)]) if row >= 0 else False for row in rows)
    if first and second:
        return "both"
    return "predecessor" if first else "successor" if second else ""


def _series_sheets(series: Series) -> dict[str, Sheet]:
    told = series_json(series)
    heads = [(to_iso(one.data_date) or "")[:10] for one in series.schedules]
    if len(set(heads)) < len(heads):  # two updates of one date would share a column
        heads = [f"{number + 1}: {head}" for number, head in enumerate(heads)]

    def by_update(values: Sequence[Any]) -> dict[str, Any]:
        return dict(zip(heads, values, strict=True))

    windows = []
    for row in told["windows"]:
        half = row.pop("half_step") or {}
        windows.append({**row, **{key: half.get(key) for key in _PARTS}})
    return {
        "Windows": windows,
        "Milestones": [
            {
                "id": one["id"],
                "name": one["name"],
                **by_update(one["finish"]),
                "slip_days": one["slip_days"],
                "reached": "yes" if one["reached"] and one["reached"][-1] else "",
            }
            for one in told["milestones"]
        ],
        "Longest path": [
            {"id": one["id"], "name": one["name"], **by_update(one["stands"])}
            for one in told["longest_path_by_update"]
        ],
        "Float on the path": [
            {"id": one["id"], "name": one["name"], **by_update(one["total_float_days"])}
            for one in told["longest_path_by_update"]
        ],
        "Float erosion": [
            {"area": one["area"], **by_update(one["least_total_float_days"])}
            for one in told["float_erosion"]
        ],
    }
