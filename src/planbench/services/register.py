"""The risk register of a project: kept in the library with its history, fed to the simulation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import Schedule, Status
from planbench.engines.register.entry import RiskEntry, checked, entry_from, entry_json
from planbench.engines.register.mitigation import ActionLink, linked_actions
from planbench.engines.register.quantify import from_model, with_register
from planbench.engines.register.scales import Matrix, matrix_from, matrix_json, usual_matrix
from planbench.services.document import Document
from planbench.services.jobs import JobContext
from planbench.store.records import Entry, JournalLine

if TYPE_CHECKING:
    from planbench.engines.risk.model import RiskModel
    from planbench.services.library import Library

RISK, SCALES, BREAKDOWN = "risk", "risk-scales", "risk-breakdown"
"""Kinds of the library's entries."""

BENEFIT_RUNS = 4096
"""Iterations of each run behind the benefit of an action."""


class Register:
    """The register of the open document's project.

    Without a project in the library it lives as long as the window and has no history.
    """

    def __init__(self, library: Library | None = None, project: int | None = None) -> None:
        self._library = library if project is not None else None
        self._project = project
        self._matrix: Matrix | None = None
        self._own: dict[str, RiskEntry] = {}
        self.nodes: tuple[tuple[str, ...], ...] = ()  # laid out nodes of the breakdown structure
        if self._library is not None:
            found = self._library.entries(RISK, project)
            self._own = {item.uid: entry_from(item.body) for item in found}
            for item in self._library.entries(SCALES, project):
                self._matrix = matrix_from(item.body)
            for item in self._library.entries(BREAKDOWN, project):
                self.nodes = tuple(tuple(map(str, path)) for path in item.body["nodes"])

    @property
    def kept(self) -> bool:
        """Whether it is kept in a library."""
        return self._library is not None

    @property
    def entries(self) -> tuple[RiskEntry, ...]:
        """All entries in the order in which they came."""
        return tuple(self._own.values())

    @property
    def matrix(self) -> Matrix:
        """Scales and ratings of the project, else the usual ones."""
        return self._matrix or usual_matrix()

    def find(self, code: str) -> RiskEntry | None:
        """The entry of an id."""
        return self._own.get(code)

    def put(self, entries: Iterable[RiskEntry], what: str, who: str = "") -> int:
        """Keep entries, all or none; those of a known id are replaced. How many are in there now.

        Raises ModelError for what cannot be, StoreError.
        """
        good = [checked(entry) for entry in entries]
        if self._library is not None:
            made = [Entry(RISK, one.id, entry_json(one), self._project) for one in good]
            self._library.put_entries(made, what, who)
        self._own |= {one.id: one for one in good}
        return len(self._own)

    def remove(self, codes: Iterable[str], what: str) -> None:
        """Take entries out; the library keeps their history. Raises StoreError."""
        gone = [code for code in codes if code in self._own]
        if self._library is not None:
            self._library.delete_entries(
                [Entry(RISK, code, {}, self._project) for code in gone], what
            )
        for code in gone:
            del self._own[code]

    def set_matrix(self, matrix: Matrix) -> None:
        """Keep other scales. Raises ModelError, StoreError."""
        body = matrix_json(matrix)
        self._matrix = matrix_from(body)
        if self._library is not None:
            entry = Entry(SCALES, "scales", body, self._project)
            self._library.put_entries([entry], "scales of the risk register edited")

    def set_tree(
        self, nodes: Sequence[tuple[str, ...]], moved: Sequence[RiskEntry], what: str
    ) -> None:
        """Keep another breakdown structure and the risks that moved with it. Raises StoreError."""
        if moved:
            self.put(moved, what)
        self.nodes = tuple(nodes)
        if self._library is not None:
            body = {"nodes": [list(path) for path in self.nodes]}
            self._library.put_entries([Entry(BREAKDOWN, "tree", body, self._project)], what)

    def history(self, code: str) -> tuple[JournalLine, ...]:
        """Who changed an entry and when, oldest first."""
        if self._library is None:
            return ()
        return self._library.journal(RISK, self._project, code)


def register_of(document: Document, library: Library | None) -> Register:
    """The register of a document's project. Raises StoreError, ModelError."""
    return Register(library, document.library_project)


def modelled(document: Document, model: RiskModel, register: Register) -> RiskModel:
    """The model to simulate: with the register's open risks in place of the model's own.

    An empty register leaves the model as it is.
    """
    if not register.entries:
        return model
    return with_register(model, register.entries, document.schedule)


def taken_over(document: Document, model: RiskModel) -> tuple[RiskEntry, ...]:
    """The risks of a model as entries of a register. Raises ModelError."""
    return from_model(model, document.schedule)


def export_register(register: Register, path: Path) -> None:
    """Write the register as a workbook. Raises PlanbenchError when it cannot be written."""
    from planbench.exchange.register.workbook import write_register

    write_file(path, write_register(register.entries, register.matrix))


def write_file(path: Path, data: bytes) -> None:
    """Write a file. Raises PlanbenchError in one line."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise PlanbenchError(f"cannot be written: {error.strerror}", str(path)) from error


def read_file(path: Path) -> bytes:
    """Read a file. Raises PlanbenchError in one line."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise PlanbenchError(f"cannot be read: {error.strerror}", str(path)) from error


def import_register(register: Register, path: Path) -> tuple[int, tuple[str, ...]]:
    """Take a workbook's risks into the register: (how many, why others were refused).

    Scales of the workbook replace the register's. Raises ImportRefused, StoreError.
    """
    from planbench.exchange.register.workbook import read_register

    read = read_register(read_file(path), path.name)
    register.put(read.entries, f"taken from {path.name}")
    if read.matrix is not None and read.matrix != register.matrix:
        register.set_matrix(read.matrix)
    return len(read.entries), read.refused


def action_links(
    document: Document, register: Register, library: Library | None
) -> tuple[ActionLink, ...]:
    """Where the actions stand in the programme and in the project's approved baseline.

    Raises StoreError when the baseline cannot be read.
    """
    baseline = approved(document, library)
    return linked_actions(register.entries, document.schedule, baseline, document.cpm)


def approved(document: Document, library: Library | None) -> Schedule | None:
    """The schedule of the project's baseline, None where there is none."""
    if library is None or document.library_project is None:
        return None
    chosen = library.project(document.library_project).baseline
    return None if chosen is None else library.file.load_schedule(chosen)


@dataclass(frozen=True)
class Benefit:
    """What the actions of one risk, or of all (empty id), gain at P80.

    Minutes of the clock with half of their 95 % interval, and the cost of the actions.
    """

    id: str
    gain: float
    half_width: float
    cost: float


def benefits(
    document: Document,
    model: RiskModel,
    entries: Sequence[RiskEntry],
    *,
    seed: int = 1,
    context: JobContext | None = None,
) -> tuple[Benefit, ...]:
    """What actions gain, each alone and all together, by runs with common random numbers.

    `model` is the one with the register's risks. The first one is that of all together. Raises
    what a simulation raises.
    """
    from planbench.engines.risk.result import paired_gain
    from planbench.services.preview import Runner

    context = context or JobContext()
    runner = Runner(document, BENEFIT_RUNS, seed)
    chosen = [one for one in entries if one.modelled and one.after is not None]
    total = len(chosen) + 2
    context.report(0, total, "Weighing actions")
    base = runner.finish(model)
    after = runner.finish(model, mitigated=True)
    cost = sum(one.action_cost for one in chosen)
    made = [Benefit("", *paired_gain(base, after, 80.0), cost)]
    for number, entry in enumerate(chosen, start=2):
        context.report(number, total, "Weighing actions")
        alone = runner.finish(_acted(model, entry.id))
        made.append(Benefit(entry.id, *paired_gain(base, alone, 80.0), entry.action_cost))
    context.report(total, total, "Weighed")
    return tuple(made)


def _acted(model: RiskModel, code: str) -> RiskModel:
    """The model after the actions of one risk alone."""
    risks = tuple(
        replace(r, probability=r.mitigated.probability, impacts=r.mitigated.impacts)
        if r.id == code and r.mitigated is not None
        else r
        for r in model.risks
    )
    return replace(model, risks=risks)


@dataclass(frozen=True)
class DoubleCount:
    """A cause that may have been counted twice on an activity."""

    activity: str
    risk: str
    other: str  # another risk, empty for a range
    text: str


def double_counts(schedule: Schedule, model: RiskModel) -> tuple[DoubleCount, ...]:
    """Where a range may already hold a threat, or two threats name the same cause.

    A range is suspected when its greatest delay reaches the likely delay of a threat on the same
    activity; two threats when their titles share two words of five letters and an activity.
    """
    from planbench.engines.risk.selection import selected

    acts = schedule.activities
    highest = _reach(schedule, model)
    at: dict[int, list[str]] = {}
    title: dict[str, set[str]] = {}
    found = []
    for risk in model.risks:
        if risk.opportunity:
            continue
        words = (word.strip(".,;").casefold() for word in risk.title.split())
        title[risk.id] = {word for word in words if len(word) >= 5}
        for impact in risk.impacts:
            if impact.unit != "days" or float(impact.distribution.quantile(1.0)[0]) <= 0:
                continue
            likely = float(impact.distribution.quantile(0.5)[0])
            for row in np.flatnonzero(selected(schedule, impact.where, risk.id)).tolist():
                code = str(acts.code[row])
                reach = float(highest[row])
                if acts.status[row] != Status.COMPLETE and reach >= likely > 0:
                    said = (
                        f"The range of {code} reaches {reach:.0f} d beyond its plan, as far as "
                        f"the likely {likely:.0f} d of {risk.id}: is it the same cause?"
                    )
                    found.append(DoubleCount(code, risk.id, "", said))
                for other in at.get(row, []):
                    if len(title[risk.id] & title[other]) >= 2:
                        said = f"{other} and {risk.id} name the same cause on {code}."
                        found.append(DoubleCount(code, risk.id, other, said))
                at.setdefault(row, []).append(risk.id)
    return tuple(found)


def _reach(schedule: Schedule, model: RiskModel) -> np.ndarray:
    """Days by which the range of every activity may exceed its remaining duration."""
    from planbench.engines.risk.selection import selected

    acts = schedule.activities
    per_day = np.array([c.minutes_per_day for c in schedule.calendars] or [480.0])
    own = per_day[np.maximum(acts.calendar, 0)]
    days = acts.remaining_duration / own
    reach = np.zeros(len(schedule))
    for item in sorted(model.uncertainty, key=lambda one: one.where.rank):
        rows = selected(schedule, item.where, "range")
        top = float(item.distribution.quantile(1.0 - 1e-6)[0])
        if item.unit == "percent":
            reach[rows] = days[rows] * (top / 100.0 - 1.0)
        else:
            length = top if item.unit == "days" else top * 60.0 / own[rows]
            reach[rows] = length - days[rows]
    return reach


def overdue(entries: Iterable[RiskEntry], today: dt.date) -> int:
    """Actions past their day, of risks that are modelled."""
    return sum(
        action.overdue(today) for entry in entries if entry.modelled for action in entry.actions
    )
