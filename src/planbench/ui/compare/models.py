"""Tables of the Compare workspace: the register, the windows, the milestone trend."""

from __future__ import annotations

import numpy as np

from planbench.domain.times import DAY, NO_TIME
from planbench.engines.compare.changes import DATES, DURATIONS
from planbench.engines.compare.compare import ENTERS, LEAVES, ON, change_effects
from planbench.engines.compare.series import DONE, OFF_PATH, ON_PATH, Series, slip_days
from planbench.services.compare import Review
from planbench.ui import text
from planbench.ui.translation import tr
from planbench.ui.widgets import CellLook, Column, FlatTableModel

KINDS = {
    "activity-added": tr("Activity added"),
    "activity-deleted": tr("Activity deleted"),
    "activity-renumbered": tr("Id changed"),
    "name": tr("Renamed"),
    "wbs": tr("WBS moved"),
    "activity-type": tr("Type"),
    "duration": tr("Duration"),
    "progress": tr("Progress"),
    "actual-changed": tr("Restated actual"),
    "calendar": tr("Calendar assigned"),
    "calendar-content": tr("Calendar content"),
    "constraint": tr("Constraint"),
    "logic-added": tr("Link added"),
    "logic-deleted": tr("Link deleted"),
    "logic-type": tr("Link type"),
    "lag": tr("Link lag"),
    "option": tr("Option"),
    "project": tr("Project"),
    "code": tr("Code"),
    "resource": tr("Assignment"),
    "user-field": tr("User field"),
    "notebook": tr("Notebook"),
    "expense": tr("Expense"),
    "wbs-node": tr("WBS node"),
    "resource-pool": tr("Resource"),
}
"""What people call each type of change."""

OWN_COLUMN = 4
"""The column of the activity's own movement: the first to go in a narrow window."""

_PATH = {
    ON: ("near-critical", tr("On it")),
    ENTERS: ("critical", tr("Enters")),
    LEAVES: ("info", tr("Leaves")),
}


def shown_value(field: str, value: object) -> str:
    """A value of the register in the words of the window."""
    if value is None:
        return "none"
    if isinstance(value, int) and field in DATES:
        return text.date(value)
    if isinstance(value, int) and (field in DURATIONS or field == "critical_threshold"):
        return f"{text.number(value / 60)}{text.NARROW}h"
    if field.startswith("constraint"):  # words and an ISO moment: the day is enough here
        return str(value).partition("T")[0]
    return text.number(value, 1) if isinstance(value, float) else str(value)


def days_role(days: float) -> str:
    """Later is brown, earlier teal, nothing is plain."""
    return "late" if days > 0 else "early" if days < 0 else "text"


class RegisterModel(FlatTableModel):
    """One row a change; those that moved the finish most stand first."""

    def show_review(self, review: Review, progress: bool, most: int = 20_000) -> None:
        """Fill; `progress` shows plain progress too."""
        comparison = review.comparison
        changes = comparison.changes
        shift, _, path = change_effects(comparison)
        per_day = np.array([*(c.minutes_per_day for c in comparison.new.calendars), 480.0])
        rows = changes.new_row
        calendars = comparison.new.activities.calendar
        own = per_day[np.where(rows >= 0, calendars[rows], -1)] if calendars.size else per_day[:1]
        self.own = np.where(shift == NO_TIME, np.nan, shift / own)
        self.path = path
        effect = np.full(len(changes), np.nan)
        for k, days in review.undone.items():
            effect[k] = -days + 0.0
        self.effect = effect
        self.largest = float(np.nanmax(np.abs(effect))) if review.undone else 0.0
        chosen = np.arange(len(changes))
        if not progress:
            chosen = chosen[changes.type != "progress"]
        order = np.lexsort(
            (-np.abs(np.nan_to_num(self.own[chosen])), -np.abs(np.nan_to_num(effect[chosen])))
        )
        names = comparison.new.activities.name
        old_names = comparison.old.activities.name
        what = [
            str(names[b]) if b >= 0 else str(old_names[a]) if a >= 0 else ""
            for a, b in zip(changes.old_row.tolist(), rows.tolist(), strict=True)
        ]
        fields = changes.field.tolist()
        moves = [
            _move(field, a, b)
            for field, a, b in zip(
                fields, changes.before.tolist(), changes.after.tolist(), strict=True
            )
        ]
        tip = tr("Calendar days by which this change alone moves the finish, by undoing it")
        columns = [
            Column(
                "kind", tr("Change"), 116, values=[KINDS[kind] for kind in changes.type.tolist()]
            ),
            Column("id", tr("Where"), 150, values=changes.id),
            Column("what", tr("What"), 190, values=what, stretch=True),
            Column("move", tr("Before → after"), 250, values=moves),
            Column("own", tr("Own finish, d"), 96, True, self.own, _days, tip=tr("Working days")),
            Column("bar", tr("Effect on finish"), 108, values=[""] * len(changes), sortable=False),
            Column("effect", tr("Days"), 60, True, effect, _days, tip=tip),
            Column(
                "path", tr("Longest path"), 100, values=path.astype(np.int64), format=lambda _p: ""
            ),
        ]
        self.set_data(columns, chosen[order][:most])

    def look(self, row: int, column: int) -> CellLook:
        key = self.columns[column].key
        if key == "bar":
            days = float(np.nan_to_num(self.effect[row]))
            share = abs(days) / self.largest if self.largest else 0.0
            return CellLook(bar=share, bar_role=days_role(days)) if days else CellLook()
        if key == "path":
            kind, words = _PATH.get(int(self.path[row]), ("", ""))
            return CellLook(words, chip=kind)
        look = super().look(row, column)
        if key in ("own", "effect"):
            value = float((self.own if key == "own" else self.effect)[row])
            role = "text-muted" if np.isnan(value) else days_role(round(value))
            return look._replace(role=role, strong=key == "effect" and bool(value))
        return look


def _days(value: float) -> str:
    return text.DASH if np.isnan(value) else text.signed(value)


def _move(field: str, before: object, after: object) -> str:
    name = {
        "original_duration": tr("Original "),
        "remaining_duration": tr("Remaining "),
        "actual_start": tr("Start "),
        "actual_finish": tr("Finish "),
    }.get(field, "")
    if field == "activity":
        return tr("new") if before is None else tr("deleted")
    label = name or (f"{field.replace('_', ' ').capitalize()} " if field in DATES else "")
    return f"{label}{shown_value(field, before)} → {shown_value(field, after)}"


class WindowModel(FlatTableModel):
    """One row a window between two updates."""

    def show_series(self, series: Series) -> None:
        """Fill from the whole series."""
        rows = []
        for window in series.windows:
            found, half = window.comparison, window.half
            kept = "" if window.path_kept is None else text.percent(window.path_kept, 0)
            rows.append(
                (
                    text.date(found.old.data_date),
                    text.date(found.new.data_date),
                    text.date(found.finishes[0]),
                    text.date(found.finishes[1]),
                    text.signed(found.movement_days or 0.0),
                    text.signed(half.progress_days[0]) if half else "",
                    text.signed(half.revision_days[0]) if half else "",
                    text.signed(half.progress_days[1]) if half else "",
                    text.signed(half.revision_days[1]) if half else "",
                    kept,
                    text.number(len(found.changes)),
                )
            )
        titles = (
            tr("From"),
            tr("To"),
            tr("Finish before"),
            tr("Finish after"),
            tr("Moved, d"),
            tr("Progress first"),
            tr("then revisions"),
            tr("Progress last"),
            tr("after revisions"),
            tr("Path kept"),
            tr("Changes"),
        )
        columns = [
            Column(title, title, 108, n > 3, [row[n] for row in rows])
            for n, title in enumerate(titles)
        ]
        self.set_data(columns, len(rows))


class TrendModel(FlatTableModel):
    """Milestones by update, with their slip from the first forecast to the last."""

    def show_series(self, series: Series) -> None:
        """Fill with the milestones of the newest update."""
        items = series.milestones
        slips = [slip_days(item) for item in items]
        columns = [
            Column("id", tr("Id"), 100, values=[item.id for item in items]),
            Column(
                "name", tr("Milestone"), 240, values=[item.name for item in items], stretch=True
            ),
        ]
        for n, schedule in enumerate(series.schedules):
            dates = np.array([item.dates[n] for item in items], dtype=np.int64)
            title = tr("at {data_date}").format(data_date=text.date(schedule.data_date))
            columns.append(Column(f"u{n}", title, 110, True, dates, text.date))
        shown = [np.nan if slip is None else slip for slip in slips]
        columns.append(Column("slip", tr("Slip, d"), 80, True, np.array(shown), _days))
        self.set_data(columns, len(items))


PATH_FIXED = 2
"""Columns before those of the updates."""


class PathModel(FlatTableModel):
    """The activities of the longest path of any update: where they stand, and their float."""

    def show_series(self, series: Series) -> None:
        """Fill with every activity that is on the path once at least."""
        self.lines = series.path_lines
        count = len(series.schedules)
        columns = [
            Column("id", tr("Id"), 100, values=[line.id for line in self.lines]),
            Column(
                "name", tr("Activity"), 240, values=[line.name for line in self.lines], stretch=True
            ),
        ]
        for u, schedule in enumerate(series.schedules):
            floats = [line.float_days[u] for line in self.lines]
            columns.append(
                Column(
                    f"u{u}",
                    tr("at {data_date}").format(data_date=text.date(schedule.data_date)),
                    110,
                    sort_values=np.array([1e9 if one is None else one for one in floats]),
                    tip=tr("On the longest path, or days of total float"),
                )
            )
        on = [sum(stand == ON_PATH for stand in line.stands) for line in self.lines]
        columns.append(
            Column(
                "on",
                tr("Updates"),
                76,
                True,
                values=on,
                format=text.number,
                sort_values=np.array(on, dtype=np.int64),
                tip=tr("Updates in which it is on the longest path, of {count}").format(
                    count=count
                ),
            )
        )
        self.set_data(columns, len(self.lines))

    def look(self, row: int, column: int) -> CellLook:
        line, update = self.lines[row], column - PATH_FIXED
        if not 0 <= update < len(line.stands):
            return super().look(row, column)
        stand, days = line.stands[update], line.float_days[update]
        shown = text.DASH if days is None else f"{text.number(days)}{text.NARROW}d"
        if stand == ON_PATH:
            return CellLook(tr("On it, {days}").format(days=shown), chip="critical")
        if stand == DONE:
            return CellLook(tr("complete"), role="text-muted")
        return CellLook(shown if stand == OFF_PATH else "", role="text-muted")


def moved_days(before: int, after: int) -> float:
    """Calendar days between two instants, 0 where one is missing."""
    return 0.0 if NO_TIME in (before, after) else (after - before) / DAY
