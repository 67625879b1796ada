"""Progress measured by rules of credit: kept, checked, approved, applied, out to the site and back.

A measurement is an entry of the library, so that its journal is the audit trail. Only approved
measurements reach the schedule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.errors import ModelError, PlanbenchError
from planbench.domain.schedule import ActivityType, PercentType, Schedule, Status
from planbench.domain.times import DAY, NO_TIME
from planbench.engines.control import rules
from planbench.engines.control.rules import Measurement, Step
from planbench.exchange.tables.sheets import Cell, Grid
from planbench.services.control import ControlReport, computed_percents, percent_complete
from planbench.services.document import Document
from planbench.services.steps import steps_of
from planbench.services.undo import Macro, SetCells
from planbench.store.records import Entry, JournalLine

if TYPE_CHECKING:
    from planbench.services.library import Library

KIND = "progress"
COMMODITY = "commodity"

TITLES = (
    "Activity id", "Name", "Rule of credit", "Step", "Weight", "Unit", "Budgeted", "Installed",
    "Done %", "Remark",
)  # fmt: skip
"""Columns of the sheet that goes out to the site."""

MOST_EFFORT = 0.15
"""Share of the budget in level of effort above which a plan says little about progress."""


@dataclass(frozen=True)
class ProgressLine:
    """An activity and how its progress is measured. `measured` is what the rule gives."""

    code: str
    name: str
    budget: float
    earned: float
    percent: float  # in the schedule
    measurement: Measurement | None
    measured: float | None
    trouble: str = ""  # why the rule gives nothing

    @property
    def differs(self) -> bool:
        """Whether an approved measurement is not what the schedule has."""
        one = self.measurement
        approved = one is not None and one.state == rules.APPROVED
        return approved and self.measured is not None and abs(self.measured - self.percent) > 0.005


@dataclass(frozen=True)
class ProgressReport:
    """Progress of activities that bear budget; `budget` and `earned` are those of the project."""

    budget: float
    earned: float
    lines: tuple[ProgressLine, ...]
    remarks: tuple[str, ...]

    @property
    def ruled(self) -> float:
        """Share of the budget that is measured by a rule of credit."""
        mine = sum(line.budget for line in self.lines if line.measurement is not None)
        return mine / self.budget if self.budget else 0.0


def measurements_of(library: Library | None, project: int | None) -> dict[str, Measurement]:
    """The measurements of a project by activity id."""
    if library is None or project is None:
        return {}
    entries = library.entries(KIND, project)
    return {entry.uid: rules.measurement_from(entry.body) for entry in entries}


def first_measurement(schedule: Schedule, code: str) -> Measurement:
    """What a rule of credit begins with: the steps that the schedule has for the activity."""
    row = schedule.row_of_code.get(code)
    known = () if row is None else steps_of(schedule, row)
    steps = tuple(Step(one.name, one.weight, one.percent) for one in known if one.weight > 0)
    return Measurement(code, rules.STEPS, steps)


def keep(
    library: Library, project: int, new: Sequence[Measurement], what: str, who: str = ""
) -> int:
    """Keep measurements, all or none; how many changed. Raises ModelError for one without sense."""
    entries = [
        Entry(KIND, one.activity, rules.measurement_json(rules.checked(one)), project)
        for one in new
    ]
    return library.put_entries(entries, what, who)


def move(library: Library, project: int, codes: Sequence[str], state: str, who: str = "") -> int:
    """Submit, approve or return measurements, all or none; how many were moved.

    `who` does so, by default the user of this account. Raises ModelError when one of them may not
    go there, and when somebody approves what they submitted.
    """
    from planbench.services.library import user_name

    held, account = measurements_of(library, project), user_name()
    who = who.strip() or account
    new = [rules.moved(held[code], state) for code in codes if code in held]
    if state == rules.APPROVED:
        refuse_own([one.activity for one in new], submitters(library, project), who)
    what = f"progress {state}"
    if who != account:
        what += f" at the account of {account}"
    return keep(library, project, new, what, who)


def submitters(library: Library | None, project: int | None) -> dict[str, str]:
    """Who submitted each measurement of a project last, by activity id."""
    if library is None or project is None:
        return {}
    return {
        line.uid: line.who
        for line in library.journal(KIND, project)
        if line.after is not None and line.after.get("state") == rules.SUBMITTED
    }


def refuse_own(codes: Sequence[str], submitted: Mapping[str, str], who: str) -> None:
    """Raise ModelError when `who` submitted one of the measurements that are to be approved."""
    for code in codes:
        if submitted.get(code, "").casefold() == who.strip().casefold():
            raise ModelError(
                f"{who} submitted this measurement and cannot approve it",
                code,
                "Let somebody else approve it.",
            )


def trail(library: Library, project: int, code: str) -> tuple[JournalLine, ...]:
    """Who changed a measurement and when, oldest first."""
    return library.journal(KIND, project, code)


def commodities(library: Library | None) -> dict[str, tuple[Step, ...]]:
    """Rules of credit by commodity: those that ship and those the library adds."""
    found = dict(_SHIPPED)
    if library is not None:
        for entry in library.entries(COMMODITY):
            found[entry.uid] = tuple(Step(**step) for step in entry.body["steps"])
    return found


def keep_commodity(library: Library, name: str, steps: Sequence[Step]) -> None:
    """Keep the stages of a commodity for all projects. Raises ModelError unless they sum to 100."""
    rules.checked(Measurement(name, rules.EQUIVALENT, tuple(steps)))
    body = {"steps": [dict(vars(step)) for step in steps]}
    library.put_entries([Entry(COMMODITY, name, body)], f"rules of credit of {name}")


def _stages(**weights: float) -> tuple[Step, ...]:
    return tuple(Step(name.replace("_", " "), weight) for name, weight in weights.items())


_SHIPPED = {
    "Pipe": _stages(received=10, erected=60, welded=20, tested=10),
    "Cable": _stages(received=10, pulled=60, terminated=20, tested=10),
    "Structural steel": _stages(received=10, erected=65, bolted=20, accepted=5),
    "Concrete": _stages(formwork=30, reinforcement=30, poured=30, stripped=10),
    "Equipment": _stages(received=15, set=55, connected=20, tested=10),
    "Drawing": _stages(started=20, internal_review=40, issued_for_approval=30, approved=10),
}


def progress_report(
    document: Document, library: Library | None, report: ControlReport
) -> ProgressReport:
    """Progress of a measured document, activity by activity."""
    schedule = document.schedule
    held = measurements_of(library, document.library_project)
    percent = percent_complete(schedule)
    acts = schedule.activities
    codes = acts.code.tolist()
    started = dict(zip(codes, (acts.status != Status.NOT_STARTED).tolist(), strict=True))
    finished = dict(zip(codes, (acts.status == Status.COMPLETE).tolist(), strict=True))
    others = dict(zip(codes, percent.tolist(), strict=True))
    computed = _computed(schedule)
    lines = []
    for row in report.activities:
        mine = held.get(row.code)
        if row.row < 0 or (row.values.bac == 0.0 and mine is None):
            continue
        measured, trouble = None, ""
        if mine is not None:
            try:
                chain = _chain(mine, held)
                measured = rules.percents(chain, started, finished, others, computed)[row.code]
                if mine.technique == rules.EFFORT and row.values.bac:
                    measured = 100.0 * row.values.pv / row.values.bac  # by time, as planned
            except ModelError as error:
                trouble = error.line
        values = row.values
        lines.append(
            ProgressLine(
                row.code, row.name, values.bac, values.ev, others[row.code], mine, measured, trouble
            )
        )
    whole = report.measured.values
    remarks = tuple(_remarks(document, lines, held))
    return ProgressReport(whole.bac, whole.ev, tuple(lines), remarks)


def _chain(one: Measurement, held: Mapping[str, Measurement]) -> list[Measurement]:
    """A measurement and those it is apportioned to, one after the other."""
    chain = [one]
    while chain[-1].technique == rules.APPORTIONED and chain[-1].base in held:
        follows = held[chain[-1].base]
        if follows in chain:
            break
        chain.append(follows)
    return chain


def _remarks(
    document: Document, lines: Sequence[ProgressLine], held: Mapping[str, Measurement]
) -> list[str]:
    """What does not go well with the rules, each as one sentence."""
    told = []
    acts = document.schedule.activities
    row_of = document.schedule.row_of_code
    effort = [
        line
        for line in lines
        if acts.type[row_of[line.code]] == ActivityType.LEVEL_OF_EFFORT
        or (line.measurement is not None and line.measurement.technique == rules.EFFORT)
    ]
    whole = sum(line.budget for line in lines)
    share = sum(line.budget for line in effort) / whole if whole else 0.0
    if share > MOST_EFFORT:
        told.append(
            f"{100 * share:.0f} % of the budget is level of effort, which time alone earns."
        )
    if document.cpm is not None:
        on = [line.code for line in effort if document.cpm.longest_path[row_of[line.code]]]
        told += [f"{code} is level of effort and on the longest path." for code in on]
    differ = [line.code for line in lines if line.differs]
    if differ:
        told.append(f"{len(differ)} approved measurements are not in the schedule yet: apply them.")
    told += technique_remarks(document, held)
    lost = sorted(set(held) - set(row_of))
    told += [f"{code} is measured but no longer in the schedule." for code in lost]
    return told


MONTH = 31 * DAY
"""The longest period: what is longer than n of it is longer than n periods of any calendar."""

SOON = 2
"""Periods from the data date within which a planning package should be opened into work."""


def technique_remarks(document: Document, held: Mapping[str, Measurement]) -> list[str]:
    """Where a rule of credit does not suit the length or the time of its activity."""
    schedule, cpm = document.schedule, document.cpm
    if cpm is None:
        return []
    found: dict[str, list[str]] = {}
    for code, one in held.items():
        row = schedule.row_of_code.get(code, -1)
        if row < 0 or NO_TIME in (cpm.start[row], cpm.finish[row]):
            continue
        length = int(cpm.finish[row] - cpm.start[row])
        over = {0.0: 1, 100.0: 1}.get(one.first, 2)
        if one.technique == rules.START_FINISH and length > over * MONTH:
            least = "a period" if over == 1 else "two periods"
            words = f"lasts longer than {least}, too long for credit at start and finish alone"
        elif one.technique == rules.MILESTONES and len(one.steps) < length // MONTH:
            words = "has less than one milestone a period"
        elif one.technique == rules.PACKAGE and cpm.start[row] < (
            schedule.data_date + SOON * MONTH
        ):
            words = "is a planning package still and begins soon or has begun: open it into work"
        elif one.technique in rules.COMPUTED:
            words = f"is measured by {one.technique}, which follows the schedule and proves nothing"
        else:
            continue
        found.setdefault(words, []).append(code)
    return [f"{_some(codes)} {words}." for words, codes in found.items()]


def _some(codes: Sequence[str]) -> str:
    """The first few of some ids, and how many more there are."""
    shown = ", ".join(codes[:3])
    return f"{shown} and {len(codes) - 3} more, each" if len(codes) > 3 else shown


def _computed(schedule: Schedule) -> dict[str, dict[str, float]]:
    """Percents that the schedule computes, by technique and activity id."""
    codes = schedule.activities.code.tolist()
    columns = zip(rules.COMPUTED, computed_percents(schedule), strict=True)
    return {name: dict(zip(codes, one.tolist(), strict=True)) for name, one in columns}


def apply(
    document: Document, library: Library, project: int, by_time: Mapping[str, float] | None = None
) -> Macro | None:
    """One undoable step that puts approved measurements into the schedule; None when none differ.

    `by_time` are percents of level of effort by activity id: as planned at the data date.
    Percent complete becomes physical there. An activity that has not started is left alone: its
    start is a fact that no rule of credit knows. Raises ModelError as the rules do.
    """
    schedule = document.schedule
    acts = schedule.activities
    held = measurements_of(library, project)
    approved = [one for one in held.values() if one.state == rules.APPROVED]
    codes = acts.code.tolist()
    started = dict(zip(codes, (acts.status != Status.NOT_STARTED).tolist(), strict=True))
    finished = dict(zip(codes, (acts.status == Status.COMPLETE).tolist(), strict=True))
    percent = percent_complete(schedule)
    found = rules.percents(
        approved,
        started,
        finished,
        dict(zip(codes, percent.tolist(), strict=True)),
        _computed(schedule),
    )
    rows, values = [], []
    for one in approved:
        row, value = schedule.row_of_code.get(one.activity, -1), found[one.activity]
        if one.technique == rules.EFFORT:
            value = (by_time or {}).get(one.activity)
        if row < 0 or value is None or not started[one.activity]:
            continue
        if abs(value - float(percent[row])) > 0.005:
            rows.append(row)
            values.append(value)
    if not rows:
        return None
    label = "Apply measured progress"
    kinds = np.full(len(rows), PercentType.PHYSICAL, dtype=np.int8)
    return Macro(
        label,
        [
            SetCells(label, "activities", "percent_type", rows, kinds),
            SetCells(label, "activities", "physical_percent", rows, values),
        ],
    )


def progress_json(report: ProgressReport, currency: str) -> dict[str, Any]:
    """The report in the shape of `planbench progress`."""
    return {
        "currency": currency,
        "BAC": report.budget,
        "EV": report.earned,
        "ruled": report.ruled,
        "remarks": list(report.remarks),
        "activities": [
            {
                "id": line.code,
                "name": line.name,
                "BAC": line.budget,
                "EV": line.earned,
                "percent": line.percent,
                "technique": line.measurement.technique if line.measurement else None,
                "measured": line.measured,
                "state": line.measurement.state if line.measurement else None,
                "trouble": line.trouble or None,
            }
            for line in report.lines
        ],
    }


# ---------------------------------------------------------------- out to the site and back


def sheet(document: Document, held: Mapping[str, Measurement]) -> Grid:
    """The measurements as a sheet to be filled in on site: a row for each step."""
    schedule = document.schedule
    rows: list[tuple[Cell, ...]] = []
    for code, one in held.items():
        place = schedule.row_of_code.get(code, -1)
        if place < 0:
            continue
        head = (code, str(schedule.activities.name[place]), one.technique)
        if one.steps:
            rows += [
                (*head, step.name, step.weight, None, None, None, step.done, None)
                for step in one.steps
            ]
        elif one.technique == rules.UNITS:
            rows.append(
                (*head, None, None, one.unit, one.budgeted, one.installed, None, one.remark)
            )
        elif one.technique == rules.PERCENT:
            rows.append((*head, None, None, None, None, None, one.percent, one.remark))
    return Grid("Progress", TITLES, rows)


def from_sheet(grid: Grid, held: Mapping[str, Measurement]) -> list[Measurement]:
    """The measurements that a sheet from the site changes, as drafts.

    Only what is done may differ: quantities installed, percent done, remarks. Raises
    PlanbenchError with the row that names something unknown or changes a weight or a budget.
    """
    places = {title: n for n, title in enumerate(grid.titles)}
    missing = [title for title in TITLES if title not in places]
    if missing:
        raise PlanbenchError(
            f"there is no column “{missing[0]}”", grid.name, "Send the sheet out anew."
        )
    new = dict(held)
    for number, row in enumerate(grid.rows, start=2):
        where = f"{grid.name}, row {number}"
        cells = {title: row[places[title]] for title in TITLES}
        code = str(cells["Activity id"] or "").strip()
        if not code:
            continue
        if code not in new:
            raise PlanbenchError(f"“{code}” is not measured by a rule of credit", where)
        new[code] = _filled(new[code], cells, where)
    changed = [one for code, one in new.items() if one != held[code]]
    return [rules.checked(replace(one, state=rules.DRAFT)) for one in changed]


def _filled(one: Measurement, cells: Mapping[str, Cell], where: str) -> Measurement:
    """A measurement with what one row of the sheet says."""
    if str(cells["Rule of credit"]) != one.technique:
        raise PlanbenchError("the rule of credit was changed in the sheet", where)
    if cells["Remark"] is not None:
        one = replace(one, remark=str(cells["Remark"]))
    if one.steps:
        name = str(cells["Step"] or "")
        steps = list(one.steps)
        found = [n for n, step in enumerate(steps) if step.name == name]
        if not found:
            raise PlanbenchError(f"there is no step “{name}”", where)
        if abs(_number(cells["Weight"], where) - steps[found[0]].weight) > 1e-9:
            raise PlanbenchError("a weight was changed in the sheet", where)
        done = _number(cells["Done %"], where)
        steps[found[0]] = replace(steps[found[0]], done=done)
        return replace(one, steps=tuple(steps))
    if one.technique == rules.UNITS:
        if abs(_number(cells["Budgeted"], where) - one.budgeted) > 1e-9:
            raise PlanbenchError("a budgeted quantity was changed in the sheet", where)
        return replace(one, installed=_number(cells["Installed"], where))
    if one.technique == rules.PERCENT:
        return replace(one, percent=_number(cells["Done %"], where))
    return one


def _number(cell: Cell, where: str) -> float:
    """A number of a cell, 0 for an empty one."""
    if cell is None:
        return 0.0
    try:
        value = float(str(cell).replace(",", "."))
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise PlanbenchError(f"“{cell}” is no number", where)
    return value
