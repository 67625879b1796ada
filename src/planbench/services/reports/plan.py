"""Sections that tell of the schedule: key dates, paths, look-ahead, Gantt extracts, trends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from planbench.domain.schedule import ActivityType, Schedule, Status
from planbench.domain.times import DAY, NO_TIME, day_number
from planbench.engines.cpm.result import CpmResult
from planbench.engines.reports.blocks import (
    DATE,
    NUMBER,
    PALETTE,
    STATE,
    TEXT,
    Bar,
    Bars,
    Block,
    Chart,
    Column,
    Paragraph,
    Series,
    Sheets,
    Value,
)
from planbench.scenes.formats import days_text, long_date_text, number_text
from planbench.services.document import Document
from planbench.services.reports.figures import Desk
from planbench.services.reports.words import plain, table, whole_minute

Options = Mapping[str, Any]

MILESTONES = (ActivityType.START_MILESTONE, ActivityType.FINISH_MILESTONE)
_SPANS = (ActivityType.LEVEL_OF_EFFORT, ActivityType.WBS_SUMMARY)
_STATES = {
    Status.NOT_STARTED: "Not started",
    Status.IN_PROGRESS: "In progress",
    Status.COMPLETE: "Complete",
}


def dated(desk: Desk) -> tuple[Document, Schedule, CpmResult]:
    """The document with its dates; sections ask for them by their parts."""
    document = desk.snapshot.document
    assert document is not None
    assert document.cpm is not None
    return document, document.schedule, document.cpm


def _base(document: Document) -> tuple[Any, Any]:
    n = len(document.schedule)
    if document.baseline is None:
        none = np.full(n, NO_TIME, dtype=np.int64)
        return none, none
    return document.baseline.columns.start, document.baseline.columns.finish


def float_days(schedule: Schedule, cpm: CpmResult, row: int) -> float | None:
    """Total float in days of the activity's calendar."""
    from planbench.services.trace import per_day

    value = int(cpm.total_float[row])
    return None if value == NO_TIME else value / per_day(schedule, row)


def days_between(later: int, earlier: int) -> int | None:
    """Calendar days from one date to another, None where one is missing."""
    return None if NO_TIME in (later, earlier) else later // DAY - earlier // DAY


# ------------------------------------------------------------------ key dates


def key_dates(desk: Desk, options: Options) -> list[Block]:
    """Milestones with contract, baseline, previous and current dates."""
    document, schedule, cpm = dated(desk)
    acts = schedule.activities
    rows = np.flatnonzero(np.isin(acts.type, MILESTONES) & (cpm.finish != NO_TIME))
    rows = rows[np.argsort(cpm.finish[rows], kind="stable")]
    if not rows.size:
        return [Paragraph("The schedule has no milestones.", "missing")]
    due = _contract_dates(desk)
    rows, total = _weightiest(schedule, cpm, rows, due, int(options["most"])), rows.size
    before = desk.snapshot.earlier[-1] if desk.snapshot.earlier else None
    _, base = _base(document)
    made: list[list[Value]] = []
    for row in rows.tolist():
        code, now = str(acts.code[row]), int(cpm.finish[row])
        was = _earlier_finish(before, code)
        held = due.get(code)
        against = held if held is not None else int(base[row])
        slip = days_between(now, against)
        done = acts.status[row] == Status.COMPLETE
        word = "Achieved" if done else "" if slip is None else "Late" if slip > 0 else "On time"
        made.append(
            [
                code,
                str(acts.name[row]),
                held,
                whole_minute(base[row]),
                whole_minute(was),
                now,
                slip,
                None if done else plain(float_days(schedule, cpm, row)),
                word,
            ]
        )
    desk.cite(
        "Key dates", f"{len(made)} milestones",
        "calculated finish; d late = current less contract date, without one less baseline date",
        "cpm",
    )  # fmt: skip
    columns = [
        Column("Id", TEXT, 0.8), Column("Milestone", TEXT, 2.6), Column("Contract", DATE, 0.9),
        Column("Baseline", DATE, 0.9), Column("Previous", DATE, 0.9), Column("Current", DATE, 0.9),
        Column("d late", NUMBER, 0.6), Column("Float, d", NUMBER, 0.7), Column("State", STATE, 0.8),
    ]  # fmt: skip
    left = total - len(made)
    note = f"{left} more milestones are not shown." if left > 0 else ""
    return [table("Key dates", columns, made, note=note)]


def _weightiest(
    schedule: Schedule, cpm: CpmResult, rows: Any, due: Mapping[str, int], most: int
) -> Any:
    """Up to `most` milestones by date: of the contract, then open, then the last achieved."""
    acts = schedule.activities
    held = np.array([str(acts.code[row]) in due for row in rows.tolist()], dtype=bool)
    done = acts.status[rows] == Status.COMPLETE
    distance = np.where(done, -cpm.finish[rows], cpm.finish[rows])
    chosen = rows[np.lexsort((distance, done, ~held))][:most]
    return chosen[np.argsort(cpm.finish[chosen], kind="stable")]


def _contract_dates(desk: Desk) -> dict[str, int]:
    binding = desk.snapshot.binding
    if binding is None or not desk.snapshot.bound:
        return {}
    return {one.activity: day_number(one.due) * DAY for one in binding.data.milestones}


def _earlier_finish(before: Document | None, code: str) -> int:
    if before is None or before.cpm is None:
        return NO_TIME
    row = before.schedule.row_of_code.get(code, -1)
    return int(before.cpm.finish[row]) if row >= 0 else NO_TIME


# ------------------------------------------------------------------ paths


def critical_path(desk: Desk, options: Options) -> list[Block]:
    """What leads to the project's finish, in order, with one sentence on what can be gained."""
    from planbench.services.trace import default_target, gain_sentence, link_words, paths_to, steps

    document, schedule, cpm = dated(desk)
    target = default_target(document)
    if target < 0:
        return [Paragraph("Nothing open leads to the finish.", "missing")]
    paths = paths_to(document, target, "free", 2)
    if not paths:
        return [Paragraph("Nothing open leads to the finish.", "missing")]
    acts = schedule.activities
    rows: list[list[Value]] = []
    chain = steps(paths[0])
    for step in chain[-int(options["most"]) :]:
        row = step.row
        rows.append(
            [
                str(acts.code[row]),
                str(acts.name[row]),
                whole_minute(cpm.start[row]),
                whole_minute(cpm.finish[row]),
                plain(float_days(schedule, cpm, row)),
                link_words(schedule, step.link) if step.link >= 0 else "",
            ]
        )
    desk.cite(
        "Critical path", f"{len(chain)} activities to {acts.code[target]}",
        "driving relationships traced back from the finish", "cpm",
    )  # fmt: skip
    columns = [
        Column("Id", TEXT, 0.8), Column("Activity", TEXT, 2.8), Column("Start", DATE, 0.9),
        Column("Finish", DATE, 0.9), Column("Float, d", NUMBER, 0.7),
        Column("Follows by", TEXT, 1.4),
    ]  # fmt: skip
    hidden = len(chain) - len(rows)
    note = f"The first {hidden} activities of the path are not shown." if hidden > 0 else ""
    return [
        Paragraph(gain_sentence(document, target, paths)),
        table("Path to the finish", columns, rows, note=note),
    ]


def near_critical(desk: Desk, options: Options) -> list[Block]:
    """Open work with little float that is not critical."""
    _, schedule, cpm = dated(desk)
    acts, limit = schedule.activities, float(options["days"])
    open_ = (acts.status != Status.COMPLETE) & ~np.isin(acts.type, _SPANS)
    rows = np.flatnonzero(open_ & ~cpm.critical & (cpm.total_float != NO_TIME))
    near = [(float_days(schedule, cpm, row) or 0.0, row) for row in rows.tolist()]
    near = sorted((one for one in near if one[0] <= limit), key=lambda one: (one[0], one[1]))
    desk.cite(
        "Near-critical work", number_text(len(near)),
        f"open work, not critical, total float up to {limit:g} d", "cpm",
    )  # fmt: skip
    if not near:
        return [Paragraph(f"No open work beside the critical has {limit:g} d of float or less.")]
    most = int(options["most"])
    made = [_dates_row(schedule, cpm, row) for _, row in near[:most]]
    note = f"{len(near) - most} more are not shown." if len(near) > most else ""
    return [table(f"Total float up to {limit:g} d", _DATES, made, note=note)]


_DATES = [
    Column("Id", TEXT, 0.8), Column("Activity", TEXT, 3.0), Column("Start", DATE, 0.9),
    Column("Finish", DATE, 0.9), Column("Float, d", NUMBER, 0.7), Column("State", STATE, 0.9),
]  # fmt: skip


def _dates_row(schedule: Schedule, cpm: CpmResult, row: int) -> list[Value]:
    acts = schedule.activities
    return [
        str(acts.code[row]),
        str(acts.name[row]),
        whole_minute(cpm.start[row]),
        whole_minute(cpm.finish[row]),
        plain(float_days(schedule, cpm, row)),
        _STATES[Status(int(acts.status[row]))],
    ]


def look_ahead(desk: Desk, options: Options) -> list[Block]:
    """Work that starts, goes on or ends in the days after the data date."""
    _, schedule, cpm = dated(desk)
    rows = _ahead(schedule, cpm, int(options["days"]))
    desk.cite(
        "Look-ahead", f"{rows.size} activities",
        f"open work with dates within {options['days']} calendar days after the data date", "cpm",
    )  # fmt: skip
    if not rows.size:
        return [Paragraph(f"Nothing is planned in the next {options['days']} days.")]
    most = int(options["most"])
    made = [_dates_row(schedule, cpm, row) for row in rows.tolist()[:most]]
    note = f"{rows.size - most} more are not shown." if rows.size > most else ""
    return [table(f"The next {options['days']} days", _DATES, made, note=note)]


def _ahead(schedule: Schedule, cpm: CpmResult, days: int) -> Any:
    acts, now = schedule.activities, schedule.data_date
    if now == NO_TIME:
        return np.zeros(0, dtype=np.int64)
    open_ = (acts.status != Status.COMPLETE) & ~np.isin(acts.type, _SPANS)
    rows = np.flatnonzero(open_ & (cpm.start != NO_TIME) & (cpm.start <= now + days * DAY))
    return rows[np.lexsort((cpm.finish[rows], cpm.start[rows]))]


# ------------------------------------------------------------------ Gantt extracts


def gantt_extract(desk: Desk, options: Options) -> list[Block]:
    """Bars of the breakdown down to a level, of the critical path, or of the milestones."""
    document, schedule, _ = dated(desk)
    of, most = str(options["of"]), int(options["most"])
    if of == "wbs":
        rows = _wbs_bars(document, int(options["level"]))
        title = "Summary by work breakdown"
    else:
        rows = [_bar(document, row, 0) for row in _chosen(desk, of)]
        titles = {"path": "Path to the finish", "milestones": "Milestones"}
        title = titles.get(of, "Look-ahead")
    desk.cite(title, f"{len(rows)} bars", "calculated dates; baseline below the bar", "cpm")
    note = f"{len(rows) - most} more are not shown." if len(rows) > most else ""
    if not rows:
        return [Paragraph("There is nothing to draw.", "missing")]
    return [Bars(title, tuple(rows[:most]), whole_minute(schedule.data_date), note)]


def _chosen(desk: Desk, of: str) -> list[int]:
    from planbench.services.trace import default_target, paths_to

    document, schedule, cpm = dated(desk)
    if of == "path":
        paths = paths_to(document, default_target(document), "free", 1)
        return list(paths[0].rows) if paths else []
    if of == "milestones":
        rows = np.flatnonzero(np.isin(schedule.activities.type, MILESTONES))
        rows = rows[cpm.finish[rows] != NO_TIME]
        return list(rows[np.argsort(cpm.finish[rows], kind="stable")].tolist())
    return list(_ahead(schedule, cpm, 90).tolist())


def _bar(document: Document, row: int, level: int) -> Bar:
    schedule, cpm = document.schedule, document.cpm
    assert cpm is not None
    acts, now = schedule.activities, schedule.data_date
    base_start, base_finish = _base(document)
    begun, ended = acts.status[row] != Status.NOT_STARTED, acts.status[row] == Status.COMPLETE
    start, finish = int(cpm.start[row]), int(cpm.finish[row])
    done = finish if ended else min(max(now, start), finish) if begun else None
    return Bar(
        str(acts.code[row]),
        str(acts.name[row]),
        level,
        "milestone" if acts.type[row] in MILESTONES else "task",
        whole_minute(start),
        whole_minute(finish),
        done,
        whole_minute(base_start[row]),
        whole_minute(base_finish[row]),
        bool(cpm.critical[row]) and not ended,
    )


def _wbs_bars(document: Document, deepest: int) -> list[Bar]:
    """A summary bar for every node of the breakdown that has dated work, down to a level."""
    schedule, cpm = document.schedule, document.cpm
    assert cpm is not None
    acts, wbs = schedule.activities, schedule.wbs
    parent = wbs.parent.tolist()
    level: list[int] = []
    for above in parent:
        level.append(level[above] + 1 if 0 <= above < len(level) else 0)
    none_low, none_high = np.iinfo(np.int64).max, NO_TIME
    base_start, base_finish = _base(document)
    spans = ((cpm.start, cpm.finish), (base_start, base_finish))
    counted = acts.wbs >= 0
    ends = []
    for start, finish in spans:
        low = np.full(len(wbs), none_low)
        high = np.full(len(wbs), none_high)
        dated_rows = counted & (start != NO_TIME) & (finish != NO_TIME)
        np.minimum.at(low, acts.wbs[dated_rows], start[dated_rows])
        np.maximum.at(high, acts.wbs[dated_rows], finish[dated_rows])
        for node in range(len(wbs) - 1, -1, -1):
            if 0 <= parent[node] < node:
                low[parent[node]] = min(low[parent[node]], low[node])
                high[parent[node]] = max(high[parent[node]], high[node])
        ends.append((low, high))
    (low, high), (base_low, base_high) = ends
    found = []
    for node in _outline(parent):
        if level[node] > deepest or high[node] == none_high:
            continue
        has_base = base_high[node] != none_high
        found.append(
            Bar(
                str(wbs.code[node]),
                str(wbs.name[node]),
                level[node],
                "summary",
                int(low[node]),
                int(high[node]),
                None,
                int(base_low[node]) if has_base else None,
                int(base_high[node]) if has_base else None,
                False,
            )
        )
    return found


def _outline(parent: Sequence[int]) -> list[int]:
    """Nodes in the order of an outline: each before what is below it."""
    below: dict[int, list[int]] = {}
    for node, above in enumerate(parent):
        below.setdefault(above if 0 <= above < len(parent) else -1, []).append(node)
    order, stack = [], list(reversed(below.get(-1, [])))
    while stack:
        node = stack.pop()
        order.append(node)
        stack += reversed(below.get(node, []))
    return order


def whole_gantt(desk: Desk, options: Options) -> list[Block]:
    """Every activity: in print as table and Gantt on sheets, elsewhere as a table."""
    _, schedule, cpm = dated(desk)
    rows = np.lexsort((cpm.finish, cpm.start, schedule.activities.wbs))
    made = [_dates_row(schedule, cpm, row) for row in rows.tolist()]
    desk.cite("All activities", number_text(len(made)), "calculated dates", "cpm")
    return [Sheets("All activities", table("All activities", _DATES, made))]


# ------------------------------------------------------------------ trends


def trends(desk: Desk, options: Options) -> list[Block]:
    """How finish dates and float developed from update to update."""
    series = desk.snapshot.series
    assert series is not None
    dates = [float(one.data_date) for one in series.schedules]
    blocks: list[Block] = []
    milestones = series.milestones[: int(options["milestones"])]
    if milestones:
        first = min(dates)
        lines = tuple(
            Series(
                f"{one.id} {one.name}",
                tuple(dates),
                tuple(None if d == NO_TIME else (d - first) / DAY / 30.4375 for d in one.dates),
                PALETTE[place % len(PALETTE)],
                dots=True,
            )
            for place, one in enumerate(milestones)
        )
        note = f"Forecast finish in months after {long_date_text(int(first))}, by data date."
        blocks.append(Chart("Milestone trend", "line", "date", lines, "months", note=note))
        desk.cite("Milestone trend", f"{len(lines)} milestones", "finish by update", "series")
    erosion = [
        (area, days)
        for area, days in zip(series.erosion.areas, series.erosion.days, strict=True)
        if any(day is not None for day in days)
    ]
    if erosion:
        lines = tuple(
            Series(area, tuple(dates), days, PALETTE[place % len(PALETTE)], dots=True)
            for place, (area, days) in enumerate(erosion[: len(PALETTE)])
        )
        blocks.append(Chart("Least total float by area", "line", "date", lines, "days"))
        desk.cite("Least total float by area", "", "least total float of open work", "series")
    return blocks or [Paragraph("There is no open work to follow.", "missing")]


def changes(desk: Desk, options: Options) -> list[Block]:
    """What changed since the update before, what it did to the finish, and the changes in rank."""
    from planbench.services.compare import changes_json

    review = desk.snapshot.review
    assert review is not None
    comparison = review.comparison
    desk.cite(
        "Changes", number_text(len(comparison.changes)),
        "register of differences; effect = finish without the single change", "review",
    )  # fmt: skip
    blocks: list[Block] = [Paragraph(" ".join(_readable(one) for one in review.words))]
    if review.half is not None:
        steps = review.half.steps
        rows: list[list[Value]] = [
            [step.name, whole_minute(step.finish), plain(step.days)] for step in steps
        ]
        columns = [
            Column("Step", TEXT, 2), Column("Finish then", DATE), Column("Moves, d", NUMBER)
        ]  # fmt: skip
        blocks.append(table("Progress first, then the revision", columns, rows))
    told = changes_json(review)
    most = int(options["most"])
    rows = [
        [
            one["type"].replace("-", " "),
            one["id"],
            one["field"].replace("_", " "),
            _change(one["before"]),
            _change(one["after"]),
            plain(one["effect"]["finish_if_undone_days"]),
        ]
        for one in told[:most]
    ]
    columns = [
        Column("Change", TEXT, 1.3), Column("Id", TEXT, 1.2), Column("Field", TEXT, 1.2),
        Column("Before", TEXT, 1.3), Column("After", TEXT, 1.3),
        Column("Finish undone, d", NUMBER, 0.9),
    ]  # fmt: skip
    note = f"{len(told) - most} more are not shown." if len(told) > most else ""
    blocks.append(table("Changes that weigh most", columns, rows, note=note))
    return blocks


def _readable(sentence: str) -> str:
    """A sentence with its ISO dates as people write them."""
    import re

    from planbench.domain.times import from_iso

    pattern = r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2})?"
    return re.sub(pattern, lambda found: long_date_text(from_iso(found[0])), sentence)


def _change(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return days_text(value) if value.is_integer() else number_text(value, 1)
    return _readable(str(value))
