"""What the details say about an activity, as sections of lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from planbench.domain.schedule import NO_ROW, Constraint, Schedule
from planbench.domain.times import NO_TIME
from planbench.scenes.columns import CONSTRAINT_WORDS, STATUS_WORDS, TYPE_WORDS
from planbench.scenes.formats import THIN, date_text, days_text, number_text
from planbench.services.steps import steps_of, steps_percent
from planbench.ui.schedule.plan import Plan
from planbench.ui.schedule.words import LinkLine, link_lines
from planbench.ui.translation import tr, tr_data

WIDE = 312
"""Pixels between the pane's paddings."""


@dataclass(frozen=True)
class Cell:
    """A text at x; `right` puts its end there; `room` cuts it (0: never)."""

    text: str
    x: int
    role: str = "text"
    strong: bool = False
    right: bool = False
    room: int = 0
    mark: str = ""  # "critical" or "near" puts the shape of floats before it


@dataclass(frozen=True)
class Line:
    """One line. `go` is the activity it leads to; `wrap` is a paragraph instead of cells."""

    cells: tuple[Cell, ...] = ()
    go: int = NO_ROW
    wrap: str = ""
    icon: str = ""
    icon_role: str = "link"
    link: int = NO_ROW  # the relationship it tells of


@dataclass(frozen=True)
class Section:
    """A titled group of lines; `note` stands after the title, `last` at the right end."""

    title: str
    lines: tuple[Line, ...]
    note: str = ""
    last: str = ""


@dataclass(frozen=True)
class Heading:
    """What stands above the tabs: id and WBS, name, chips as (kind, text)."""

    code: str
    wbs: str
    name: str
    chips: tuple[tuple[str, str], ...]


def heading(plan: Plan, row: int) -> Heading:
    """Id, WBS, name and chips of an activity."""
    acts, facts = plan.schedule.activities, plan.activity_facts
    wbs = int(acts.wbs[row])
    chips: list[tuple[str, str]] = []
    if facts.critical[row]:
        chips.append(("critical", tr("Critical")))
    elif facts.near[row]:
        chips.append(("near-critical", tr("Near-critical")))
    chips.append(("neutral", tr_data(STATUS_WORDS[plan.schedule.activity(row).state])))
    if acts.type[row]:
        chips.append(("neutral", tr_data(TYPE_WORDS[plan.schedule.activity(row).kind])))
    if acts.constraint[row]:
        held = CONSTRAINT_WORDS[Constraint(int(acts.constraint[row]))]
        chips.append(("watch", tr_data(held)))
    name = str(plan.schedule.wbs.name[wbs]) if 0 <= wbs < len(plan.schedule.wbs) else ""
    return Heading(str(acts.code[row]), name, str(acts.name[row]), tuple(chips))


def general(plan: Plan, row: int) -> list[Section]:
    """Dates against the baseline, durations and floats, why this date, the nearest logic."""
    sections = [_dates(plan, row), _durations(plan, row)]
    reasons = plan.reasons(row)
    if reasons is None:
        waiting = Line((Cell(tr("Being worked out"), 0, "text-muted"),))
        sections.append(Section(tr("Why this date"), (waiting,)))
    elif reasons:
        sections.append(Section(tr("Why this date"), (Line(wrap=reasons),)))
    for incoming, title in ((True, tr("Predecessors")), (False, tr("Successors"))):
        lines = link_lines(plan, row, incoming)
        sections.append(_links(title, lines, most=6))
    return sections


def links(plan: Plan, row: int) -> list[Section]:
    """All relationships, and those whose other end is not in the file."""
    sections = [
        _links(tr("Predecessors"), link_lines(plan, row, True)),
        _links(tr("Successors"), link_lines(plan, row, False)),
    ]
    outside = plan.schedule.external_links
    mine: list[int] = (outside.activity == row).nonzero()[0].tolist()
    if mine:
        lines = []
        for place in mine:
            way = tr("Predecessor") if outside.incoming[place] else tr("Successor")
            other = f"{outside.other_project[place]} {outside.other_uid[place]}".strip()
            lines.append(Line((Cell(way, 0, "text-muted"), Cell(other, 84, room=WIDE - 84))))
        sections.append(Section(tr("Outside this file"), tuple(lines), str(len(mine))))
    return sections


def more(plan: Plan, row: int) -> list[Section]:
    """Calendar and constraints, activity codes, fields of the user, resources, steps, notes."""
    schedule = plan.schedule
    makers: tuple[Callable[[Schedule, int], Section | None], ...] = (
        _settings,
        _codes,
        _fields,
        _resources,
        _steps,
        _notes,
    )
    return [found for make in makers if (found := make(schedule, row)) is not None]


def _variance(value: float) -> tuple[str, str]:
    role = "late" if value < 0 else "early" if value > 0 else "text-muted"
    return number_text(value, sign=True), role


def _dates(plan: Plan, row: int) -> Section:
    facts = plan.activity_facts
    head = Line(
        (
            Cell(tr("Current") if plan.cpm is not None else tr("Stored"), 52, "text-muted"),
            Cell(tr("Baseline"), 148, "text-muted"),
            Cell(tr("Var."), WIDE, "text-muted", right=True),
        )
    )
    lines = [head]
    for title, name, happened in (
        (tr("Start"), "start", "started"),
        (tr("Finish"), "finish", "finished"),
    ):
        now = int(getattr(facts, name)[row])
        base = int(getattr(facts, f"baseline_{name}")[row])
        change, role = _variance(float(getattr(facts, f"{name}_variance")[row]))
        cells = [
            Cell(title, 0, "text-muted"),
            Cell(date_text(now, bool(getattr(facts, happened)[row])) or "none", 52, strong=True),
            Cell(date_text(base) or "none", 148, "text" if base != NO_TIME else "text-muted"),
            Cell(change, WIDE, role, right=True),
        ]
        lines.append(Line(tuple(cells)))
    late_start, late_finish = int(facts.late_start[row]), int(facts.late_finish[row])
    if NO_TIME not in (late_start, late_finish) and not facts.finished[row]:
        cells = [
            Cell(tr("Late"), 0, "text-muted"),
            Cell(date_text(late_start), 52),
            Cell(
                tr("late finish {late_finish}").format(late_finish=date_text(late_finish)),
                148,
                "text-muted",
            ),
        ]
        lines.append(Line(tuple(cells)))
    return Section(tr("Dates"), tuple(lines))


def _days(value: float) -> str:
    text = days_text(value)
    return f"{text}{THIN}d" if text else "none"


def _durations(plan: Plan, row: int) -> Section:
    facts = plan.activity_facts
    critical, near = bool(facts.critical[row]), bool(facts.near[row])
    role = "critical-text" if critical else "near-critical-text" if near else "text"
    mark = "critical" if critical else "near" if near else ""
    percent = f"{number_text(float(facts.percent[row]))}{THIN}%"
    pairs = (
        (
            (tr("Original"), Cell(_days(float(facts.original[row])), 128, right=True)),
            (
                tr("Total float"),
                Cell(_days(float(facts.total_float[row])), WIDE, role, bool(mark), True, mark=mark),
            ),
        ),
        (
            (tr("Remaining"), Cell(_days(float(facts.remaining[row])), 128, right=True)),
            (tr("Free float"), Cell(_days(float(facts.free_float[row])), WIDE, right=True)),
        ),
        (
            (tr("Complete"), Cell(percent, 128, right=True)),
            (
                tr("Longest path"),
                Cell(tr("Yes") if facts.longest_path[row] else tr("No"), WIDE, right=True),
            ),
        ),
    )
    lines = tuple(
        Line((Cell(a, 0, "text-muted"), left, Cell(b, 164, "text-muted"), right))
        for (a, left), (b, right) in pairs
    )
    return Section(tr("Duration and float"), lines)


def _links(title: str, lines: list[LinkLine], most: int = 0) -> Section:
    shown = lines[:most] if most and len(lines) > most + 1 else lines
    made = [_link_line(line) for line in shown]
    left = len(lines) - len(shown)
    if left:
        made.append(
            Line((Cell(tr("{left} more under Links").format(left=left), 22, "text-muted"),))
        )
    if not lines:
        made.append(Line((Cell(tr("None"), 0, "text-muted"),)))
    return Section(title, tuple(made), str(len(lines)), tr("Rel. float") if lines else "")


def _link_line(line: LinkLine) -> Line:
    role = "link-critical" if line.critical else "link-driving" if line.driving else "link"
    cells = (
        Cell(line.code, 22, "text-muted", room=64),
        Cell(line.name, 88, strong=line.driving, room=122),
        Cell(line.type, 218, room=56),
        Cell(line.float_days or "none", WIDE, right=True),
    )
    return Line(cells, go=line.row, icon="corner-down-right", icon_role=role, link=line.link)


def _pair(title: str, text: str) -> Line:
    return Line((Cell(title, 0, "text-muted", room=108), Cell(text, 116, room=WIDE - 116)))


def _settings(schedule: Schedule, row: int) -> Section | None:
    acts = schedule.activities
    lines = []
    calendar = int(acts.calendar[row])
    if 0 <= calendar < len(schedule.calendars):
        lines.append(_pair(tr("Calendar"), schedule.calendars[calendar].name))
    lines.append(_pair(tr("Type"), tr_data(TYPE_WORDS[schedule.activity(row).kind])))
    for name in ("constraint", "constraint2"):
        kind = int(getattr(acts, name)[row])
        if kind:
            when = date_text(int(getattr(acts, f"{name}_date")[row]))
            text = f"{tr_data(CONSTRAINT_WORDS[Constraint(kind)])} {when}".strip()
            lines.append(_pair(tr("Constraint") if name == "constraint" else tr("Second"), text))
    for title, name in (
        (tr("Expected finish"), "expected_finish"),
        (tr("Suspended"), "suspend"),
        (tr("Resumed"), "resume"),
    ):
        moment = int(getattr(acts, name)[row])
        if moment != NO_TIME:
            lines.append(_pair(title, date_text(moment)))
    return Section(tr("Settings"), tuple(lines))


def _codes(schedule: Schedule, row: int) -> Section | None:
    codes, values, types = schedule.code_assignments, schedule.code_values, schedule.code_types
    lines = []
    for value in codes.value[codes.activity == row].tolist():
        title = str(types.name[int(values.type[value])])
        lines.append(_pair(title, f"{values.code[value]}  {values.name[value]}"))
    return Section(tr("Activity codes"), tuple(lines), str(len(lines))) if lines else None


def _fields(schedule: Schedule, row: int) -> Section | None:
    uid, fields, types = str(schedule.activities.uid[row]), schedule.udf_values, schedule.udf_types
    if not len(fields):
        return None
    lines = []
    for place in (fields.subject == uid).nonzero()[0].tolist():
        kind = int(fields.type[place])
        if types.table[kind] == "TASK":
            lines.append(_pair(str(types.name[kind]), str(fields.value[place])))
    return Section(tr("User-defined fields"), tuple(lines), str(len(lines))) if lines else None


def _resources(schedule: Schedule, row: int) -> Section | None:
    assigned, resources = schedule.assignments, schedule.resources
    mine: list[int] = (assigned.activity == row).nonzero()[0].tolist()
    lines: list[Any] = []
    for place in mine:
        who = int(assigned.resource[place])
        name = str(resources.name[who]) if 0 <= who < len(resources) else tr("Unassigned")
        unit = str(resources.unit[who] or "h") if 0 <= who < len(resources) else "h"
        amount = f"{number_text(float(assigned.budget_units[place]))}{THIN}{unit}"
        lines.append(Line((Cell(name, 0, room=200), Cell(amount, WIDE, right=True))))
    return Section(tr("Resources"), tuple(lines), str(len(lines)), tr("Budget")) if lines else None


def _steps(schedule: Schedule, row: int) -> Section | None:
    """Name, weight and percent of each step, and what they make together."""
    steps = steps_of(schedule, row)
    if not steps:
        return None
    lines = [
        Line(
            (
                Cell(one.name, 0, room=190),
                Cell(number_text(one.weight), 246, "text-muted", right=True),
                Cell(f"{number_text(one.percent)}{THIN}%", WIDE, right=True),
            )
        )
        for one in steps
    ]
    whole = steps_percent(steps)
    last = "" if whole is None else f"{number_text(whole)}{THIN}%"
    return Section(tr("Steps"), tuple(lines), str(len(steps)), last)


def _notes(schedule: Schedule, row: int) -> Section | None:
    notes = schedule.notes
    mine: list[int] = (notes.activity == row).nonzero()[0].tolist()
    lines: list[Line] = []
    for place in mine:
        lines.append(Line((Cell(str(notes.topic[place]), 0, strong=True, room=WIDE),)))
        lines.append(Line(wrap=str(notes.text[place])))
    return Section(tr("Notes"), tuple(lines), str(len(mine))) if lines else None
