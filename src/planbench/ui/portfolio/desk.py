"""What all views of the portfolio share: register, assumptions, optimum, the plan on the table.

Registers, assumptions and plans never change, so a step back is only to take the former ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from planbench.domain.errors import PlanbenchError
from planbench.engines.portfolio import balance
from planbench.engines.portfolio.capacity import as_asked
from planbench.engines.portfolio.decisions import Decision, Stability, chosen_delays
from planbench.engines.portfolio.frontier import Point, RiskPoint
from planbench.engines.portfolio.ranking import Rank
from planbench.engines.portfolio.register import Register
from planbench.engines.portfolio.timing import Assumptions
from planbench.services.jobs import JobContext
from planbench.services.portfolio import (
    PlanCheck,
    Solved,
    check_plan,
    find_frontier,
    find_risk_frontier,
    find_stability,
    no_choice,
    open_portfolio,
    rank,
    sample_portfolio,
    save_portfolio,
    solve_portfolio,
)
from planbench.services.portfolio_library import (
    Flow,
    Target,
    exceptions,
    flows,
    keep_register,
    kept_register,
    targets,
    with_flows,
)
from planbench.ui.state import AppState
from planbench.ui.translation import tr

Dated = dict[str, int | None]


@dataclass(frozen=True)
class Study:
    """What is computed after the optimum: the frontier, how sure it is, what risk does to it."""

    frontier: tuple[Point, ...]
    stability: dict[str, Stability]
    risk_points: tuple[RiskPoint, ...]


@dataclass(frozen=True)
class _Step:
    label: str
    register: Register
    assumptions: Assumptions
    plan: Dated


class Desk(QObject):
    """The open portfolio.

    Signals: `opened()` another register or none, `changed()` register, assumptions or results
    changed, `planned()` another plan lies on the table (also while a bar is dragged),
    `risked()` its risk was simulated, `studied()`, `selected(project)`, `kept()` when the
    library got something new, `history()` when there is another step to undo, `reported()`
    when the updates of the projects were read.
    """

    opened = Signal()
    changed = Signal()
    planned = Signal()
    risked = Signal()
    studied = Signal()
    selected = Signal(str)
    kept = Signal()
    history = Signal()
    reported = Signal()

    def __init__(self, state: AppState) -> None:
        super().__init__()
        self.state = state
        self.register: Register | None = None
        self.assumptions = Assumptions()
        self.plan: Dated = {}
        self._before: Dated = {}
        self.check: PlanCheck | None = None
        self.asked: PlanCheck | None = None
        self.solved: Solved | None = None
        self.study: Study | None = None
        self.risk: balance.PortfolioRisk | None = None
        self.ranks: tuple[Rank, ...] = ()
        self.current = ""
        self.trouble = ""
        self.is_sample = False
        self.flows: tuple[Flow, ...] = ()
        self.raised = ""  # what the updates brought that nobody has decided about yet
        self._undo: list[_Step] = []
        self._redo: list[_Step] = []

    # Opening.

    def open(self, register: Register, *, sample: bool = False) -> None:
        """Show another register and solve it."""
        self.register, self.is_sample = register, sample
        self.assumptions = Assumptions()
        self.solved = self.study = self.risk = None
        self.trouble, self.current = "", ""
        self.flows, self.raised = (), ""
        self._undo, self._redo = [], []
        self.ranks = ()
        self._place(as_asked(register))
        self.opened.emit()
        self.history.emit()
        self.solve()
        self.read_updates()

    def close(self) -> None:
        """Show none."""
        self.register = self.solved = self.study = self.risk = self.check = None
        self.plan = {}
        self._undo, self._redo = [], []
        self.opened.emit()
        self.history.emit()

    def open_kept(self) -> None:
        """The library's own register; the sample where the library holds the sample project."""
        library = self.state.library
        if library is None:
            self.close()
            return
        try:
            found = kept_register(library)
        except PlanbenchError as error:
            self.state.message.emit("error", error.line)
            found = None
        if found is not None:
            self.open(found)
        elif self._has_sample():
            self.open_sample()
        else:
            self.close()

    def _has_sample(self) -> bool:
        codes = {record.code for record in self.state.library.projects()}
        linked = {one.library_code for one in sample_portfolio().projects if one.library_code}
        return bool(codes & linked)

    def open_sample(self) -> None:
        """The portfolio that ships with planbench."""
        self.open(sample_portfolio(), sample=True)

    def open_file(self, path: Path) -> None:
        """Read a workbook or a folder in a job, then keep it in the library."""

        def work(_context: JobContext) -> Register:
            return open_portfolio(path)

        def done(register: Register) -> None:
            self.open(register)
            self.keep(tr("Read {name}").format(name=path.name))

        self.state.run("portfolio-open", tr("Reading {name}").format(name=path.name), work, done)

    def save_file(self, path: Path) -> None:
        """Write the register as a workbook in a job."""
        register = self.register
        if register is None:
            return

        def work(_context: JobContext) -> None:
            save_portfolio(register, path)

        def done(_nothing: None) -> None:
            self.state.message.emit(
                "info", tr("The portfolio was written to {name}.").format(name=path.name)
            )

        self.state.run("portfolio-save", tr("Writing {name}").format(name=path.name), work, done)

    def keep(self, what: str) -> bool:
        """Keep the register in the library; False when it cannot be, which is said."""
        library = self.state.library
        if self.register is None or library is None:
            self.state.message.emit("warning", tr("There is no library to keep the portfolio in."))
            return False
        try:
            keep_register(library, self.register, what)
        except PlanbenchError as error:
            self.state.message.emit("error", error.line)
            return False
        self.is_sample = False
        self.kept.emit()
        return True

    # Steps.

    def apply(
        self,
        label: str,
        *,
        register: Register | None = None,
        assumptions: Assumptions | None = None,
        plan: Mapping[str, int | None] | None = None,
    ) -> None:
        """Take a step that can be undone. Raises PlanbenchError for assumptions that cannot be."""
        if self.register is None:
            return
        new = register or self.register
        given = assumptions or self.assumptions
        moved = dict(plan) if plan is not None else _fitting(new, self.plan)
        check_plan(new, moved, given)  # refuses what cannot be before anything has changed
        self._undo.append(self._step(label))
        self._redo.clear()
        self._set(new, given, moved, label)

    def _step(self, label: str) -> _Step:
        assert self.register is not None
        return _Step(label, self.register, self.assumptions, self._before)

    def _set(self, register: Register, assumptions: Assumptions, plan: Dated, label: str) -> None:
        other = register is not self.register or assumptions != self.assumptions
        edited = register is not self.register
        self.register, self.assumptions = register, assumptions
        self._place(plan)
        if edited and not self.is_sample and self.state.library is not None:
            self.keep(label)
        if other:
            self.changed.emit()
        self.planned.emit()
        self.history.emit()
        self._simulate()

    def _place(self, plan: Mapping[str, int | None]) -> None:
        assert self.register is not None
        self.plan = self._before = dict(plan)
        self.check = check_plan(self.register, self.plan, self.assumptions)
        self.asked = check_plan(self.register, as_asked(self.register), self.assumptions)

    def drag(self, plan: Mapping[str, int | None]) -> None:
        """Show a plan while the mouse still moves; `apply` or `drop_drag` ends it."""
        if self.register is not None:
            self.plan = dict(plan)
            self.check = check_plan(self.register, self.plan, self.assumptions)
            self.planned.emit()

    def drop_drag(self) -> None:
        """Go back to the plan before the drag."""
        self.drag(self._before)

    @property
    def undo_label(self) -> str:
        """What would be undone, empty for nothing."""
        return self._undo[-1].label if self._undo else ""

    @property
    def redo_label(self) -> str:
        """What would be done again, empty for nothing."""
        return self._redo[-1].label if self._redo else ""

    def undo(self) -> None:
        """Take the last step back."""
        self._swap(self._undo, self._redo, tr("Undo: "))

    def redo(self) -> None:
        """Take the step again that was undone."""
        self._swap(self._redo, self._undo, "")

    def _swap(self, source: list[_Step], target: list[_Step], words: str) -> None:
        if not source:
            return
        step = source.pop()
        target.append(self._step(step.label))
        supposed = step.assumptions != self.assumptions
        self._set(step.register, step.assumptions, step.plan, words + step.label)
        if supposed:
            self.solve()

    # Results.

    @property
    def stale(self) -> bool:
        """Whether the optimum belongs to another register or other assumptions."""
        solved = self.solved
        return solved is not None and (
            solved.assumptions != self.assumptions or not _same(solved.register, self.register)
        )

    @property
    def by_hand(self) -> bool:
        """Whether the plan on the table is another one than the optimum."""
        return self.solved is not None and self.plan != self.solved.plan

    @property
    def decisions(self) -> dict[str, Decision]:
        """The decisions of the optimum by project."""
        if self.solved is None:
            return {}
        return {one.project: one for one in self.solved.answer.decisions}

    @property
    def unit(self) -> str:
        """Unit of money."""
        return self.register.settings.unit if self.register is not None else ""

    def solve(self) -> None:
        """Find the optimum in a job; the old one stays until then. Its plan is then shown."""
        register, given = self.register, self.assumptions
        if register is None:
            return

        def work(context: JobContext) -> tuple[Solved, tuple[Rank, ...]]:
            solved = solve_portfolio(register, given, context=context)
            return solved, rank(register, solved.problem)

        def done(found: tuple[Solved, tuple[Rank, ...]]) -> None:
            if self._same_case(register) and self.assumptions == given:
                self._take(*found)

        self.state.run("portfolio", tr("Choosing projects"), work, done)

    def _same_case(self, register: Register) -> bool:
        """Whether the register is still the one that was solved, but for what projects report."""
        return self.register is not None and (
            self.register is register or with_flows(register, self.flows) == self.register
        )

    def _take(self, solved: Solved, ranks: tuple[Rank, ...]) -> None:
        assert self.register is not None
        solved = replace(solved, register=self.register)
        self.raised = ""
        self.solved, self.ranks, self.study = solved, ranks, None
        self.trouble = "" if solved.selection.found else no_choice(self.register, solved.answer)
        if solved.selection.found:
            self._place(solved.plan)
        self.changed.emit()
        self.planned.emit()
        self._simulate()
        if solved.selection.found:
            self._look_further(solved)

    def _look_further(self, solved: Solved) -> None:
        def work(context: JobContext) -> Study:
            return Study(
                find_frontier(solved, context=context),
                {one.project: one for one in find_stability(solved, context=context)},
                find_risk_frontier(solved, context=context),
            )

        def done(study: Study) -> None:
            if self.solved is solved:
                self.study = study
                self.studied.emit()

        self.state.run("portfolio-study", tr("Frontier and stability"), work, done)

    def _simulate(self) -> None:
        register, plan, given = self.register, dict(self.plan), self.assumptions
        if register is None:
            return

        def work(_context: JobContext) -> balance.PortfolioRisk:
            return balance.simulate(register, plan, assumptions=given)

        def done(risk: balance.PortfolioRisk) -> None:
            if self.register is register and self.plan == plan:
                self.risk = risk
                self.risked.emit()

        self.state.run("portfolio-risk", tr("Portfolio risk"), work, done)

    def plan_of(self, point: Point | RiskPoint) -> Dated:
        """The plan behind a point of a frontier."""
        assert self.solved is not None
        return chosen_delays(self.solved.problem, point.chosen)

    def order(self) -> list[str]:
        """Projects in the order shown: those of the optimum by rank, then the others."""
        if self.register is None:
            return []
        ranked = [one.project for one in self.ranks if one.project in self.register.by_id]
        ranked += [p.id for p in self.register.open_projects if p.id not in set(ranked)]
        known = {project.id for project in self.register.open_projects}
        ranked = [name for name in ranked if name in known]
        plan = self.solved.plan if self.solved is not None else self.plan
        return sorted(ranked, key=lambda name: plan.get(name) is None)

    def read_updates(self) -> None:
        """Take the figures of linked projects from their latest updates, in a job.

        They are reports, not decisions: nothing that the optimum rests on changes with them.
        """
        library, register = self.state.library, self.register
        if library is None or register is None:
            return
        if not any(project.library_code for project in register.projects):
            return

        def work(_context: JobContext) -> tuple[Flow, ...]:
            return flows(library, register)

        def done(found: tuple[Flow, ...]) -> None:
            if self.register is not None and self.state.library is library:
                self._report(found)

        self.state.run("portfolio-flows", tr("Reading the projects' updates"), work, done)

    def targets(self) -> dict[str, Target]:
        """What the committed scenario asks of projects; trouble with the library is said."""
        if self.state.library is None:
            return {}
        try:
            return targets(self.state.library)
        except PlanbenchError as error:
            self.state.message.emit("error", error.line)
            return {}

    def _report(self, found: tuple[Flow, ...]) -> None:
        assert self.register is not None
        before, self.flows = self.register, found
        made = with_flows(before, found)
        known = {(one.project, one.kind) for one in exceptions(before, self.targets())}
        new = [o for o in exceptions(made, self.targets()) if (o.project, o.kind) not in known]
        if new:
            self.raised = " ".join(f"{one.project}: {one.text}" for one in new[:3])
        if made != before:
            fresh = not self.stale
            self.register = made
            if self.solved is not None and fresh:
                self.solved = replace(self.solved, register=made)
            if not self.is_sample:
                self.keep(tr("Read the updates"))
            self.changed.emit()
            self._simulate()
        self.reported.emit()

    # What the user decides.

    def select(self, project: str) -> None:
        """Make a project the current one in all views."""
        if project != self.current:
            self.current = project
            self.selected.emit(project)

    def move(self, project: str, delay: int | None, label: str = "") -> None:
        """Plan a project by hand."""
        plan = {**self._before, project: delay}
        if plan == self._before:
            self.drop_drag()
            return
        self.apply(label or tr("Move {project}").format(project=project), plan=plan)

    def force(self, project: str, way: str) -> None:
        """Force a project `in` or `out`, or leave it free (``), and solve again."""
        given = self.assumptions
        inside = tuple(p for p in given.force_in if p != project)
        outside = tuple(p for p in given.force_out if p != project)
        if way == "in":
            inside = (*inside, project)
        elif way == "out":
            outside = (*outside, project)
        words = {"in": tr("Force in"), "out": tr("Force out")}.get(way, tr("Leave free"))
        self.suppose(f"{words} {project}", replace(given, force_in=inside, force_out=outside))

    def suppose(self, label: str, given: Assumptions) -> None:
        """Other assumptions, solved at once."""
        self.apply(label, assumptions=given)
        self.solve()

    def tried(self, act: Any, *given: Any, **named: Any) -> bool:
        """Do something that may be refused; the refusal is said and False returned."""
        try:
            act(*given, **named)
        except PlanbenchError as error:
            self.state.message.emit("error", error.line)
            return False
        return True


_FOLLOWED = ("requests", "spending")
"""Tables of the register that no choice rests on."""


def _same(one: Register, other: Register | None) -> bool:
    """Whether two registers ask the solver the same."""
    return one is other or (
        other is not None
        and all(
            getattr(one, item.name) == getattr(other, item.name)
            for item in fields(one)
            if item.name not in _FOLLOWED
        )
    )


def _fitting(register: Register, plan: Mapping[str, int | None]) -> Dated:
    """The plan for the projects that the register still has."""
    return {project.id: plan.get(project.id) for project in register.open_projects}
