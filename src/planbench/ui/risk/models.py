"""Tables of the risk results: percentiles, what moves the finish, and the ranges."""

from __future__ import annotations

import math
from collections.abc import Sequence

from planbench.domain.times import DAY
from planbench.engines.risk.distributions import Distribution
from planbench.engines.risk.model import Uncertainty, Where
from planbench.engines.risk.result import RiskResult
from planbench.services.risk import PERCENTILES
from planbench.services.risk_measures import Measure, Mover
from planbench.ui import text
from planbench.ui.translation import tr, tr_data
from planbench.ui.widgets import CellLook, Column, FlatTableModel


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


class MoverModel(FlatTableModel):
    """Activities, risks or cost lines by how much they move the finish."""

    def __init__(self) -> None:
        super().__init__()
        self.movers: tuple[Mover, ...] = ()

    def show_movers(self, measure: Measure, movers: tuple[Mover, ...]) -> None:
        """Fill for one measure, largest first."""
        self.movers = movers
        columns = [
            Column("id", tr("Id"), 80, values=[m.id for m in movers]),
            Column("name", tr("Name"), 140, values=[m.name for m in movers], stretch=True),
            Column("bar", "", 90, values=[""] * len(movers), sortable=False),
            Column(
                "value",
                tr_data(measure.title),
                96,
                True,
                [value_words(measure, m.value) for m in movers],
                sort_values=[m.value for m in movers],
                tip=tr_data(measure.definition),
            ),
            Column("note", _note_title(measure), 164, True, [_note(measure, m) for m in movers]),
        ]
        self.set_data(columns, len(movers))

    def look(self, row: int, column: int) -> CellLook:
        if self.columns[column].key != "bar":
            return super().look(row, column)
        most = max((abs(m.value) for m in self.movers), default=0.0)
        mover = self.movers[row]
        share = abs(mover.value) / most if most > 0 else 0.0
        return CellLook(bar=share, bar_role="remaining-edge" if mover.row >= 0 else "warning")


def value_words(measure: Measure, value: float) -> str:
    """A value in the unit of its measure."""
    if measure.unit == "days":
        return f"{text.number(value, 1)}{text.NARROW}d"
    return text.percent(value) if measure.unit == "share" else text.number(value, 2)


_NOTE_TITLES = {
    "left-out": tr("Probability, ± d"),
    "shared-out": tr("Probability, alone"),
    "swing": tr("Finish short, long"),
    "contribution": tr("By range, by risks"),
    "held": tr("± d, mean"),
    "regression": tr("Coefficient"),
    "frozen": tr("±, total index"),
    "cost": tr("Mean cost"),
}


def _note_title(measure: Measure) -> str:
    return _NOTE_TITLES.get(measure.id, tr("Early finish P50, P80"))


def _note(measure: Measure, mover: Mover) -> str:
    """The figures beside the value."""
    words = []
    for key, value in mover.parts.items():
        if key.endswith("_at"):
            words.append(text.date(int(value)))
        elif key == "probability":
            words.append(text.percent(value, 0))
        elif key in ("share_half_width", "total_share"):
            if not math.isnan(value):
                sign = "± " if key == "share_half_width" else ""
                words.append(f"{sign}{text.percent(value)}")
        elif key == "coefficient":
            words.append(text.number(value, 2))
        elif key in ("half_width", "mean_cost", "sd_cost"):
            if not math.isnan(value) and key != "sd_cost":
                sign = "" if key == "mean_cost" else "± "
                words.append(f"{sign}{text.number(value, 0 if key == 'mean_cost' else 1)}")
        else:
            words.append(f"{text.number(value, 1)}{text.NARROW}d")
    return ", ".join(words)


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
