"""What Control says: figures of the strip and the story in sentences."""

from __future__ import annotations

from planbench.services.control import ControlReport, Row
from planbench.services.money import Money as Money
from planbench.ui import text
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
    """The strip above the view."""
    measured, values = report.measured, report.measured.values
    before = report.history[-2] if len(report.history) > 1 else None
    eac = report.eac
    days = measured_days(report)

    def was(name: str) -> str:
        if before is None:
            return "first update"
        old = before.spi_t if name == "spi_t" else before.values.cpi
        return f"was {index(old)} at {text.date(before.data_date)}"

    needed = values.tcpi_bac
    over = None if eac is None else eac - values.bac
    return [
        Stat("Budget at completion", money.of(values.bac), report.baseline or "no baseline"),
        Stat("Complete", share(values.earned), f"planned {share(values.planned)}"),
        Stat("Schedule index, SPI(t)", index(measured.spi_t), was("spi_t"), _role(measured.spi_t)),
        Stat("Cost index, CPI", index(values.cpi), was("cpi"), _role(values.cpi)),
        Stat(
            "Schedule variance",
            money.of(values.sv),
            f"{text.signed(days)} calendar days",
            _role(values.sv, 0.0),
        ),
        Stat("Cost variance", money.of(values.cv), "to date", _role(values.cv, 0.0)),
        Stat(
            "Forecast at completion",
            money.of(eac),
            "by CPI" if over is None else f"by CPI, {text.signed(over / money.factor, 1)} to BAC",
        ),
        Stat(
            "To-complete index",
            index(needed),
            "budget exhausted" if needed is None else "needed to hold the budget",
        ),
    ]


def measured_days(report: ControlReport) -> float:
    """Earned schedule against the data date, calendar days."""
    return (report.measured.earned_date - report.data_date) / 1440


def worst(report: ControlReport) -> Row | None:
    """The work area one level below the project that is furthest behind."""
    level = 1 if any(row.level == 1 for row in report.wbs) else 0
    rows = [row for row in report.wbs if row.level == level and row.values.sv < 0]
    return min(rows, key=lambda row: row.values.sv, default=None)


def _spent(currency: str) -> str:
    coin = {"EUR": "Each euro", "USD": "Each dollar"}.get(currency, "Each 100 cents of money")
    return f"{coin} spent earned"


def story(report: ControlReport, money: Money) -> list[str]:
    """Where the project stands, in paragraphs."""
    values, eac = report.measured.values, report.eac
    told = [
        f"The project is {share(values.earned)} complete where the plan has "
        f"{share(values.planned)}."
    ]
    area = worst(report)
    if area is not None:
        told[0] += (
            f" Furthest behind is {area.name}: {money.of(-area.values.sv)} of "
            f"{money.of(-values.sv)}."
            if values.sv < 0
            else f" Behind is {area.name}."
        )
    if values.cpi is not None and eac is not None:
        over = eac - values.bac
        side = "above" if over >= 0 else "below"
        told.append(
            f"{_spent(report.currency)} {text.number(100 * values.cpi)} cents. If that "
            f"rate holds, the project ends at {money.of(eac)}, {money.of(abs(over))} {side} budget."
        )
    days = round(measured_days(report))
    where = "on the data date"
    if days:
        where = f"{text.counted(abs(days), 'day')} {'behind' if days < 0 else 'ahead of'} it"
        where = where.replace("behind it", "behind the data date")
    told.append(
        f"Earned schedule puts progress at {text.long_date(report.measured.earned_date)}, {where}."
    )
    return [*told, *report.remarks]
