"""Tables of the risk results: percentiles, what moves the finish, and the ranges."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.times import DAY, NO_TIME
from planbench.engines.risk.distributions import Distribution
from planbench.engines.risk.model import Uncertainty, Where
from planbench.engines.risk.result import RiskResult
from planbench.services.document import Document
from planbench.services.risk import PERCENTILES, ranked_rows
from planbench.ui import text
from planbench.ui.translation import tr
from planbench.ui.widgets import CellLook, Column, FlatTableModel

OF_RISKS = ("Left out", "Shared out")
"""Measures of the risks of a register."""

MEASURES = (*OF_RISKS, "Criticality", "Correlation", "Cruciality", "Sensitivity", "Significance")
"""What the lower table can be sorted by."""

TIPS = {
    "Left out": tr("Days by which P80 comes earlier without this risk, same random numbers"),
    "Shared out": tr("Shapley value: the risk's fair share of the delay at P80; these days add up"),
    "Cruciality": tr("Rank correlation of duration and finish, times criticality"),
    "Significance": tr("Mean of duration / (duration + total float) x time to finish / mean of it"),
    "Criticality": tr("Share of the runs in which the activity is on the driving path"),
    "Correlation": tr("Spearman's rank correlation of the activity's duration and the finish"),
    "Sensitivity": tr("Criticality times the spread of the duration over the spread of the finish"),
}

if TYPE_CHECKING:
    from planbench.engines.risk.contribution import Shares

_MOST = 200


class PercentileModel(FlatTableModel):
    """P5 to P95: date, half of its 95 % interval, distance from the plan and from another run."""

    def show_result(
        self, result: RiskResult | None, watched: str = "", other: RiskResult | None = None
    ) -> None:
        """Fill for the project or a watched activity; `other` is the run to compare with."""
        if result is None:
            self.set_data([], 0)
            return
        plan = result.watch_deterministic[watched] if watched else result.deterministic
        dates = [result.percentile(level, watched) for level in PERCENTILES]
        widths = [result.interval(level, watched) / DAY for level in PERCENTILES]
        columns = [
            Column("level", "", 52, values=[f"P{level}" for level in PERCENTILES]),
            Column(
                "date", tr("Finish"), 104, values=[text.long_date(d) for d in dates], stretch=True
            ),
            Column("width", "± d", 56, True, [f"{w:.1f}" for w in widths], sort_values=widths),
            Column(
                "after",
                tr("To plan, d"),
                84,
                True,
                [text.signed((d - plan) / DAY) for d in dates],
                sort_values=dates,
                tip=tr("Calendar days after the calculated finish"),
            ),
        ]
        if other is not None:
            shifts = [
                (date - other.percentile(level, watched)) / DAY
                for level, date in zip(PERCENTILES, dates, strict=True)
            ]
            columns.append(
                Column(
                    "shift",
                    "Shift, d",
                    72,
                    True,
                    [text.signed(shift) for shift in shifts],
                    sort_values=shifts,
                    tip=tr("Calendar days from the same percentile of the kept run (dashed)"),
                )
            )
        self.set_data(columns, len(dates))

    def look(self, row: int, column: int) -> CellLook:
        return super().look(row, column)._replace(strong=PERCENTILES[row] in (50, 80))


@dataclass(frozen=True)
class Mover:
    """One line of the lower table. `row` is the activity's, -1 for a risk."""

    id: str
    name: str
    value: float
    shown: str
    note: str
    row: int


class MoverModel(FlatTableModel):
    """Activities or risks by how much they move the finish."""

    def __init__(self) -> None:
        super().__init__()
        self.movers: list[Mover] = []
        self.extra: dict[str, Any] = {}  # by measure: what took a job to calculate

    def show_result(self, document: Document, result: RiskResult, measure: str) -> None:
        """Fill for one measure, largest first."""
        extra = self.extra.get(measure)
        if measure == "Left out":
            self.movers = _risks(result)
        elif measure == "Shared out":
            self.movers = [] if extra is None else _shares(extra, result)
        else:
            self.movers = _activities(document, result, measure, extra)
        columns = [
            Column("id", tr("Id"), 80, values=[m.id for m in self.movers]),
            Column("name", tr("Name"), 140, values=[m.name for m in self.movers], stretch=True),
            Column("bar", "", 90, values=[""] * len(self.movers), sortable=False),
            Column(
                "value",
                measure,
                86,
                True,
                [m.shown for m in self.movers],
                sort_values=[m.value for m in self.movers],
                tip=TIPS[measure],
            ),
            Column("note", _note_title(measure), 132, True, [m.note for m in self.movers]),
        ]
        self.set_data(columns, len(self.movers))

    def look(self, row: int, column: int) -> CellLook:
        if self.columns[column].key != "bar":
            return super().look(row, column)
        most = max((abs(m.value) for m in self.movers), default=0.0)
        mover = self.movers[row]
        share = abs(mover.value) / most if most > 0 else 0.0
        role = "remaining-edge" if mover.row >= 0 else "risk-bar"
        return CellLook(bar=share, bar_role=role if role != "risk-bar" else "warning")


def _note_title(measure: str) -> str:
    if measure == "Shared out":
        return tr("Probability, alone")
    return tr("Probability, ± d") if measure == "Left out" else tr("Early finish P50, P80")


def _risks(result: RiskResult) -> list[Mover]:
    made = []
    for effect in result.effects:
        days = effect.gain / DAY
        width = "" if math.isnan(effect.half_width) else f", ± {effect.half_width / DAY:.1f}"
        note = f"{text.percent(effect.probability, 0)}{width}"
        shown = f"{text.number(days, 1)}{text.NARROW}d"
        made.append(Mover(effect.id, effect.title, days, shown, note, -1))
    return made


def _shares(shares: Shares, result: RiskResult) -> list[Mover]:
    chances = {effect.id: effect.probability for effect in result.effects}
    return [
        Mover(
            one.id,
            one.title,
            one.value / DAY,
            f"{text.number(one.value / DAY, 1)}{text.NARROW}d",
            tr("{id}, alone {number}{narrow}d").format(
                id=text.percent(chances.get(one.id, 0.0), 0),
                number=text.number(one.first / DAY, 1),
                narrow=text.NARROW,
            ),
            -1,
        )
        for one in shares.each
    ]


def _activities(
    document: Document, result: RiskResult, measure: str, extra: Any = None
) -> list[Mover]:
    acts = document.schedule.activities
    if measure in ("Correlation", "Cruciality"):
        rows = _largest(result)
        values = result.rank_correlation(rows)
        if measure == "Cruciality":
            values = np.abs(values) * np.nan_to_num(result.criticality[rows])
    elif measure == "Significance":
        if extra is None:
            return []
        rows, values = extra
    else:
        column = result.criticality if measure == "Criticality" else result.sensitivity
        rows = np.flatnonzero(np.nan_to_num(column) > 0)
        values = column[rows]
    order = np.argsort(-np.abs(np.nan_to_num(values)), kind="stable")[:_MOST]
    made = []
    for k in order.tolist():
        row, value = int(rows[k]), float(values[k])
        if math.isnan(value):
            continue
        dates = [int(result.finish_levels[level][row]) for level in (50, 80)]
        note = "" if NO_TIME in dates else ", ".join(text.date(d) for d in dates)
        shown = text.percent(value) if measure == "Criticality" else text.number(value, 2)
        made.append(Mover(acts.code[row], acts.name[row], value, shown, note, row))
    return made


def _largest(result: RiskResult) -> np.ndarray:
    """The activities that correlate most, judged by Pearson's r."""
    rows = ranked_rows(result)
    strength = np.abs(np.nan_to_num(result.pearson[rows]))
    chosen: np.ndarray = rows[np.argsort(-strength, kind="stable")[:_MOST]]
    return chosen


def where_words(where: Where) -> str:
    """`All open work`, `WBS X`, `Phase: Civil`, `12 activities`."""
    parts = [tr("All open work")] if where.all else []
    if where.ids:
        parts.append(
            where.ids[0]
            if len(where.ids) == 1
            else tr("{ids} activities").format(ids=len(where.ids))
        )
    if where.wbs:
        parts.append(tr("WBS {wbs}").format(wbs=where.wbs))
    parts += [f"{kind}: {value}" for kind, value in where.code]
    if where.calendar:
        parts.append(tr("calendar {calendar}").format(calendar=where.calendar))
    return ", ".join(parts)


def law_words(law: Distribution, unit: str) -> str:
    """`triangular 90 / 100 / 115 %`."""
    ending = {"percent": f"{text.NARROW}%", "hours": " h", "days": " d"}[unit]
    numbers = [
        tr("{value} values").format(value=len(value)) if isinstance(value, list) else f"{value:g}"
        for value in law.given().values()
    ]
    return f"{law.name} {' / '.join(numbers)}{ending}"


class RangeModel(FlatTableModel):
    """The ranges of the model in their order."""

    def show_ranges(self, ranges: Sequence[Uncertainty]) -> None:
        """Fill with these ranges."""
        columns = [
            Column("where", tr("Applies to"), 122, values=[where_words(r.where) for r in ranges]),
            Column(
                "law",
                tr("Range"),
                170,
                values=[law_words(r.distribution, r.unit) for r in ranges],
                stretch=True,
            ),
        ]
        self.set_data(columns, len(ranges))
