"""What Control says: figures of the strip and the story in sentences."""

from __future__ import annotations

from dataclasses import replace

from planbench.engines.control.indices import Values
from planbench.services.control import ControlReport, Row
from planbench.services.control_words import standing
from planbench.services.money import Money as Money
from planbench.services.programme import Programme
from planbench.ui import text
from planbench.ui.translation import tr
from planbench.ui.widgets import Stat


def index(value: float | None) -> str:
    """An index with two decimals, a dash for none."""
    return text.DASH if value is None else text.number(value, 2)


def share(value: float | None) -> str:
    """A share in percent, a dash for none."""
    return text.DASH if value is None else text.percent(value)


def _role(value: float | None, good: float = 1.0) -> str:
    return "warning" if value is not None and round(value, 2) < good else "text"


def figures(report: ControlReport, money: Money) -> list[Stat]:
    """The strip above the view; every figure is a door to what is behind it."""
    measured, values = report.measured, report.measured.values
    before = report.history[-2] if len(report.history) > 1 else None
    eac = report.eac
    days = standing(report).days

    def was(name: str) -> str:
        if before is None:
            return tr("first update")
        old = before.spi_t if name == "spi_t" else before.values.cpi
        return tr("was {old} at {data_date}").format(
            old=index(old), data_date=text.date(before.data_date)
        )

    needed = values.tcpi_bac
    over = None if eac is None else eac - values.bac
    told = [
        Stat(
            tr("Budget at completion"), money.of(values.bac), report.baseline or tr("no baseline")
        ),
        Stat(
            tr("Complete"),
            share(values.earned),
            tr("planned {planned}").format(planned=share(values.planned)),
        ),
        Stat(
            tr("Schedule index, SPI(t)"), index(measured.spi_t), was("spi_t"), _role(measured.spi_t)
        ),
        Stat(tr("Cost index, CPI"), index(values.cpi), was("cpi"), _role(values.cpi)),
        Stat(
            tr("Schedule variance"),
            money.of(values.sv),
            tr("{days} calendar days").format(days=text.signed(days)),
            _role(values.sv, 0.0),
        ),
        Stat(tr("Cost variance"), money.of(values.cv), tr("to date"), _role(values.cv, 0.0)),
        Stat(
            tr("Forecast at completion"),
            money.of(eac),
            tr("by CPI")
            if over is None
            else tr("by CPI, {signed} to BAC").format(signed=text.signed(over / money.factor, 1)),
        ),
        Stat(
            tr("To-complete index"),
            index(needed),
            tr("budget exhausted") if needed is None else tr("needed to hold the budget"),
        ),
    ]
    return [replace(one, door=True) for one in told]


def _spent(currency: str) -> str:
    coin = {"EUR": tr("Each euro"), "USD": tr("Each dollar")}.get(
        currency, "Each 100 cents of money"
    )
    return tr("{coin} spent earned").format(coin=coin)


def story(report: ControlReport, money: Money) -> list[str]:
    """Where the project stands, in paragraphs."""
    values, eac, facts = report.measured.values, report.eac, standing(report)
    told = [
        tr("The project is {earned} complete where the plan has {planned}.").format(
            earned=share(values.earned), planned=share(values.planned)
        )
    ]
    area = facts.area
    if area is not None:
        told[0] += (
            tr(" Furthest behind is {name}: {of} of {of2}.").format(
                name=area.name, of=money.of(-area.values.sv), of2=money.of(-values.sv)
            )
            if values.sv < 0
            else tr(" Behind is {name}.").format(name=area.name)
        )
    over = facts.over
    if values.cpi is not None and over is not None:
        side = tr("above") if over >= 0 else tr("below")
        told.append(
            tr(
                "{currency} {number} cents. If that rate holds, the project ends at "
                "{eac}, {over} {side} budget."
            ).format(
                currency=_spent(report.currency),
                number=text.number(100 * values.cpi),
                eac=money.of(eac),
                over=money.of(abs(over)),
                side=side,
            )
        )
    days = round(facts.days)
    where = tr("on the data date")
    if days:
        where = tr("{days} {words} it").format(
            days=text.counted(abs(days), tr("day"), tr("days")),
            words=tr("behind") if days < 0 else tr("ahead of"),
        )
        where = where.replace("behind it", "behind the data date")
    told.append(
        tr("Earned schedule puts progress at {earned_date}, {where}.").format(
            earned_date=text.long_date(report.measured.earned_date), where=where
        )
    )
    return [*told, *report.remarks]


def programme_rows(found: Programme, currency: str) -> tuple[list[Row], Money, str]:
    """The projects of a currency below their sum as rows of a breakdown, their unit, and a note.

    The row of a project carries the id of its latest update. What is not summed is named.
    """
    mine = [one for one in found.measured if one.currency == currency]
    total = found.sums.get(currency, Values())
    rows = [Row(-1, "", text.counted(len(mine), tr("project"), tr("projects")), 0, total)]
    for one in mine:
        assert one.point is not None
        rows.append(Row(one.update, one.code, one.name, 1, one.point.values))
    out = [f"{one.name}: {one.why_not}" for one in found.members if one.point is None]
    others = [name for name in found.sums if name != currency]
    note = tr("projects of the library, indices from sums")
    if out:
        note += tr("; not summed: {names}").format(names=", ".join(out))
    if others:
        note += tr("; in other currencies: {names}").format(names=", ".join(others))
    return rows if mine else [], Money(total.bac, currency), note
