"""Named figures of a snapshot: their words, and how each follows from what.

The names are the placeholders of templates. A figure that the snapshot does not have says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from planbench import __version__
from planbench.domain.schedule import Status
from planbench.domain.times import NO_TIME, latest
from planbench.engines.reports.blocks import Fact, Source
from planbench.scenes.formats import days_text, long_date_text, number_text
from planbench.services.money import Money
from planbench.services.reports.snapshot import Snapshot
from planbench.services.reports.words import DASH, DAY, index_text, share_text

NOT_THERE = "not available"


class Desk:
    """A snapshot while a report is composed from it; it notes where every figure came from."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.sources: dict[str, Source] = {}
        self.cited: dict[str, None] = {}  # by the section under way

    @cached_property
    def money(self) -> Money:
        """The unit of amounts: that of the budget, without one that of the cost of the risk run."""
        control, document = self.snapshot.control, self.snapshot.document
        if control is not None:
            return Money(control.measured.values.bac, control.currency)
        currency = ""
        if document is not None and document.schedule.projects:
            currency = document.schedule.projects[document.schedule.main_project].currency
        risk = self.snapshot.risk
        cost = None if risk is None else risk.cost
        return Money(cost.at_plan if cost is not None else 1.0, currency)

    def cite(self, figure: str, text: str, formula: str, part: str) -> None:
        """Note the source of something that the report shows."""
        self.cited[figure] = None
        self.sources.setdefault(
            figure, Source(figure, text, formula, self.data_of(part), engine_of(part))
        )

    def data_of(self, part: str) -> str:
        """The data that a part rests on, in words."""
        snapshot, document = self.snapshot, self.snapshot.document
        if part == "portfolio":
            found = snapshot.portfolio
            return "" if found is None else f"Portfolio register, {len(found.ranks)} projects"
        if part == "programme":
            kept = snapshot.programme
            return "" if kept is None else f"{len(kept.measured)} projects at their latest updates"
        if document is None:
            return ""
        told = document.update_label or document.schedule.source.name
        base = snapshot.base.update_label if snapshot.base else document.baseline_label
        if part in ("control", "baseline", "actions") and base:
            return f"{told} against {base}"
        if part == "review" and snapshot.review is not None:
            before = snapshot.earlier[-1] if snapshot.earlier else snapshot.base
            return told if before is None else f"{told} against {before.update_label}"
        if part == "series":
            return f"{len(snapshot.earlier) + 1} updates up to {told}"
        risk = snapshot.risk
        if part in ("risk", "cost-risk") and risk is not None:
            return f"{told}; {risk.iterations} iterations, seed {risk.seed}"
        if part == "binding" and snapshot.binding is not None:
            return f"{told}; {snapshot.binding.pack.title}"
        return told

    def text_of(self, name: str) -> str:
        """A placeholder's words; the figure is noted among the sources."""
        found = FIGURES[name]
        if self.snapshot.why_not(found.part):
            return NOT_THERE
        text = found.text(self)
        if found.formula:
            self.cite(found.title, text, found.formula, found.part)
        return text or DASH

    def fact(self, name: str) -> Fact:
        """A figure for a strip; what is missing says why in its note."""
        found = FIGURES[name]
        reason = self.snapshot.why_not(found.part)
        if reason:
            return Fact(found.title, DASH, reason.rstrip("."))
        note = found.note(self) if found.note else ""
        warn = found.warn(self) if found.warn else False
        return Fact(found.title, self.text_of(name), note, warn)


def engine_of(part: str) -> str:
    """What computed a part, with the program's version."""
    names = {
        "cpm": "scheduling", "document": "reading", "control": "control", "actions": "control",
        "risk": "risk", "cost-risk": "risk", "quality": "quality", "review": "compare",
        "series": "compare", "binding": "contract", "portfolio": "portfolio",
        "programme": "control", "baseline": "baselines", "earlier": "library",
    }  # fmt: skip
    return f"planbench {__version__}, {names.get(part, part)}"


@dataclass(frozen=True)
class Figure:
    """One named figure: the part it needs, its words, formula, note and whether it warns."""

    title: str
    part: str
    text: Callable[[Desk], str]
    formula: str = ""
    note: Callable[[Desk], str] | None = None
    warn: Callable[[Desk], bool] | None = None


# ------------------------------------------------------------------ values


def finish_of(desk: Desk) -> int:
    """Calculated finish of the main project."""
    document = desk.snapshot.document
    assert document is not None
    assert document.cpm is not None
    return int(document.cpm.project_finish[document.schedule.main_project])


def baseline_finish(desk: Desk) -> int:
    """The latest baseline finish."""
    document = desk.snapshot.document
    assert document is not None
    assert document.baseline is not None
    return latest(document.baseline.columns.finish)


def slip_days(desk: Desk) -> float | None:
    """Calendar days by which the finish is later than in the baseline."""
    if desk.snapshot.why_not("baseline") or desk.snapshot.why_not("cpm"):
        return None
    now, then = finish_of(desk), baseline_finish(desk)
    return None if NO_TIME in (now, then) else (now // 1440) - (then // 1440)


def _slip(desk: Desk) -> str:
    days = slip_days(desk)
    return DASH if days is None else f"{days_text(days, True)} d"


def _against(desk: Desk) -> str:
    days = slip_days(desk)
    return "" if days is None else f"{days_text(days, True)} d to baseline"


def _counts(desk: Desk, status: Status) -> str:
    document = desk.snapshot.document
    assert document is not None
    acts = document.schedule.activities
    mine = (acts.project == document.schedule.main_project) & (acts.status == status)
    return number_text(int(np.count_nonzero(mine)))


def _doc(desk: Desk, what: Callable[[object], object]) -> str:
    return str(what(desk.snapshot.document) or "")


def _values(desk: Desk) -> object:
    control = desk.snapshot.control
    assert control is not None
    return control.measured.values


def _money(name: str) -> Callable[[Desk], str]:
    return lambda desk: desk.money.of(getattr(_values(desk), name))


def _index(name: str) -> Callable[[Desk], str]:
    return lambda desk: index_text(getattr(_values(desk), name))


def _share(name: str) -> Callable[[Desk], str]:
    return lambda desk: share_text(getattr(_values(desk), name))


def _below(name: str, limit: float) -> Callable[[Desk], bool]:
    def warns(desk: Desk) -> bool:
        value = getattr(_values(desk), name)
        return value is not None and value < limit

    return warns


def _spi_t(desk: Desk) -> float | None:
    control = desk.snapshot.control
    assert control is not None
    return control.measured.spi_t


def _eac(desk: Desk) -> float | None:
    control = desk.snapshot.control
    assert control is not None
    return control.eac


def _vac(desk: Desk) -> float | None:
    control, eac = desk.snapshot.control, _eac(desk)
    assert control is not None
    return None if eac is None else control.measured.values.bac - eac


def _was(name: str) -> Callable[[Desk], str]:
    def before(desk: Desk) -> str:
        control = desk.snapshot.control
        assert control is not None
        if len(control.history) < 2:
            return "first update"
        point = control.history[-2]
        old = point.spi_t if name == "spi_t" else getattr(point.values, name)
        return f"was {index_text(old)} before"

    return before


def _percentile(level: int) -> Callable[[Desk], str]:
    def text(desk: Desk) -> str:
        risk = desk.snapshot.risk
        assert risk is not None
        return long_date_text(risk.percentile(level))

    return text


def _cost_percentile(level: int) -> Callable[[Desk], str]:
    def text(desk: Desk) -> str:
        risk = desk.snapshot.risk
        assert risk is not None
        assert risk.cost is not None
        return desk.money.of(risk.cost.percentile(level))

    return text


def _chance(desk: Desk) -> str:
    risk = desk.snapshot.risk
    assert risk is not None
    return share_text(risk.confidence(risk.deterministic), 0)


def _movement(desk: Desk) -> str:
    review = desk.snapshot.review
    days = None if review is None else review.comparison.movement_days
    return DASH if days is None else f"{days_text(days, True)} d"


def _flags(desk: Desk) -> str:
    quality = desk.snapshot.quality
    assert quality is not None
    counts = quality.counts()
    return f"{counts['flag']} of {counts['flag'] + counts['meets']}"


def _critical(desk: Desk) -> str:
    document = desk.snapshot.document
    assert document is not None
    assert document.cpm is not None
    open_ = document.schedule.activities.status != Status.COMPLETE
    return number_text(int(np.count_nonzero(document.cpm.critical & open_)))


def _main(desk: Desk) -> object:
    document = desk.snapshot.document
    assert document is not None
    return document.schedule.projects[document.schedule.main_project]


def _title(document: object) -> object:
    from planbench.services.document import Document

    assert isinstance(document, Document)
    source = document.schedule.source.name
    projects = document.schedule.projects
    named = projects[document.schedule.main_project].name if projects else ""
    return document.title or named or source


_ES = "ES: the time at which the plan earns what is earned now; "

FIGURES: dict[str, Figure] = {
    "project": Figure("Project", "document", lambda d: _doc(d, _title)),
    "update": Figure(
        "Update", "document", lambda d: _doc(d, lambda one: one.update_label)  # type: ignore[attr-defined]
    ),
    "data_date": Figure(
        "Data date",
        "document",
        lambda d: long_date_text(d.snapshot.document.schedule.data_date),  # type: ignore[union-attr]
        "as in the update",
    ),
    "baseline": Figure(
        "Baseline", "baseline", lambda d: _doc(d, lambda one: one.baseline_label)  # type: ignore[attr-defined]
    ),
    "activities": Figure(
        "Activities",
        "document",
        lambda d: number_text(len(d.snapshot.document.schedule)),  # type: ignore[union-attr]
        "count of all activities",
    ),
    "complete": Figure(
        "Complete activities", "document", lambda d: _counts(d, Status.COMPLETE), "count by status"
    ),
    "in_progress": Figure(
        "Activities in progress", "document", lambda d: _counts(d, Status.IN_PROGRESS),
        "count by status",
    ),
    "not_started": Figure(
        "Activities not started", "document", lambda d: _counts(d, Status.NOT_STARTED),
        "count by status",
    ),
    "finish": Figure(
        "Finish",
        "cpm",
        lambda d: long_date_text(finish_of(d)),
        "latest early finish of the project",
        _against,
        lambda d: (slip_days(d) or 0) > 0,
    ),
    "baseline_finish": Figure(
        "Baseline finish", "baseline", lambda d: long_date_text(baseline_finish(d)),
        "latest finish of the baseline",
    ),
    "slip": Figure(
        "Finish against baseline", "baseline", _slip,
        "finish less baseline finish, calendar days; + is later", None,
        lambda d: (slip_days(d) or 0) > 0,
    ),
    "critical": Figure(
        "Critical activities", "cpm", _critical, "open activities critical by the project's rule"
    ),
    "movement": Figure(
        "Finish since the update before", "review", _movement,
        "finish less finish of the update before, calendar days; + is later",
    ),
    "bac": Figure("Budget at completion", "control", _money("bac"), "BAC: sum of budgets"),
    "pv": Figure("Planned value", "control", _money("pv"), "PV: budget planned by the data date"),
    "ev": Figure("Earned value", "control", _money("ev"), "EV: budget x percent complete, summed"),
    "ac": Figure("Actual cost", "control", _money("ac"), "AC: cost booked, summed"),
    "sv": Figure(
        "Schedule variance", "control", _money("sv"), "SV = EV - PV", None, _below("sv", 0.0)
    ),
    "cv": Figure("Cost variance", "control", _money("cv"), "CV = EV - AC", None, _below("cv", 0.0)),
    "earned": Figure(
        "Complete", "control", _share("earned"), "EV / BAC",
        lambda d: f"planned {share_text(d.snapshot.control.measured.values.planned)}",  # type: ignore[union-attr]
    ),
    "planned": Figure("Planned", "control", _share("planned"), "PV / BAC"),
    "spent": Figure("Spent", "control", _share("spent"), "AC / BAC"),
    "cpi": Figure(
        "Cost index, CPI", "control", _index("cpi"), "CPI = EV / AC", _was("cpi"),
        _below("cpi", 0.995),
    ),
    "spi": Figure("Schedule index, SPI", "control", _index("spi"), "SPI = EV / PV", _was("spi")),
    "spi_t": Figure(
        "Schedule index, SPI(t)",
        "control",
        lambda d: index_text(_spi_t(d)),
        f"{_ES}SPI(t) = ES / AT",
        _was("spi_t"),
        lambda d: (_spi_t(d) or 1.0) < 0.995,
    ),
    "earned_schedule": Figure(
        "Earned schedule",
        "control",
        lambda d: long_date_text(d.snapshot.control.measured.earned_date),  # type: ignore[union-attr]
        f"{_ES}as a date",
    ),
    "eac": Figure(
        "Forecast at completion", "control", lambda d: d.money.of(_eac(d)),
        "EAC = AC + (BAC - EV) / CPI", lambda d: "by CPI",
        lambda d: (_vac(d) or 0.0) < 0,
    ),
    "vac": Figure(
        "Variance at completion", "control", lambda d: d.money.of(_vac(d)), "VAC = BAC - EAC",
        None, lambda d: (_vac(d) or 0.0) < 0,
    ),
    "tcpi": Figure(
        "To-complete index", "control", _index("tcpi_bac"), "TCPI = (BAC - EV) / (BAC - AC)",
        lambda d: "needed to hold the budget",
    ),
    "p10": Figure("P10 finish", "risk", _percentile(10), "date that 10 % of the runs meet"),
    "p50": Figure("P50 finish", "risk", _percentile(50), "date that 50 % of the runs meet"),
    "p80": Figure("P80 finish", "risk", _percentile(80), "date that 80 % of the runs meet"),
    "p90": Figure("P90 finish", "risk", _percentile(90), "date that 90 % of the runs meet"),
    "chance": Figure(
        "Chance of the calculated finish", "risk", _chance,
        "share of the runs that finish no later",
    ),
    "cost_p50": Figure(
        "P50 cost", "cost-risk", _cost_percentile(50), "cost that 50 % of the runs keep"
    ),
    "cost_p80": Figure(
        "P80 cost", "cost-risk", _cost_percentile(80), "cost that 80 % of the runs keep"
    ),
    "quality_flags": Figure(
        "Quality metrics that flag", "quality", _flags, "metrics beyond their limit, of those held"
    ),
}  # fmt: skip
"""All placeholders by name."""

__all__ = ["DAY", "FIGURES", "Desk", "Figure", "engine_of", "finish_of", "slip_days"]
