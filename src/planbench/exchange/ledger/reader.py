"""Postings from a CSV or workbook of any layout, by a map from our fields to its columns."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence

from planbench.domain.errors import ImportRefused, ModelError
from planbench.engines.control.fiscal import FiscalCalendar
from planbench.engines.control.ledger import ACCRUAL, INVOICE, REVERSAL, Posting, Rate, converted
from planbench.exchange.tables.sheets import Cell, Formula, Grid

NEEDED = ("period", "account", "amount")
FIELDS = ("period", "wbs", "account", "type", "amount", "currency", "order", "text")
"""What a posting can tell; the needed ones must have a column."""

_GUESSES = {
    "period": ("period", "month", "posting date", "date", "fiscal period"),
    "wbs": ("control account", "control_account_wbs", "wbs", "wbs element", "wbs_code"),
    "account": ("cbs", "cbs_code", "cost account", "account", "cost element", "gl account"),
    "type": ("type", "posting type", "posting_type", "document type"),
    "amount": ("amount", "amount_eur", "value", "net amount", "amount in local currency"),
    "currency": ("currency", "crcy"),
    "order": ("order", "purchase order", "po", "purchasing document"),
    "text": ("text", "description", "remark"),
}

_MONTH = re.compile(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?:[ T].*)?")
_TURNED = re.compile(r"(?:(\d{1,2})\.)?(\d{1,2})\.(\d{4})")
_MACHINE = re.compile(r"[+-]?\d+(?:\.\d+)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:([ ,.'\u00a0\u202f])\d{3})+(?:([.,])\d+)?")
_COMMA = re.compile(r"[+-]?\d+,\d{1,2}")


def guessed_map(titles: Sequence[str]) -> dict[str, str]:
    """A map by what columns are commonly called; fields without a column are left out."""
    plain = {title.strip().casefold(): title for title in titles}
    found: dict[str, str] = {}
    for field, names in _GUESSES.items():
        title = next((plain[name] for name in names if name in plain), None)
        if title is not None and title not in found.values():
            found[field] = title
    return found


def postings(
    grid: Grid,
    columns: Mapping[str, str],
    currency: str,
    rates: Sequence[Rate],
    fiscal: FiscalCalendar | None = None,
) -> list[Posting]:
    """The postings of a grid in the project's currency; rows without any amount are skipped.

    `columns` maps FIELDS to titles. A date goes to the period of `fiscal` (by default calendar
    months) that it lies in, and is converted at the rate of that day; a row that names its period
    alone, at the rate of the period's last day. Raises ImportRefused with the row that cannot be
    read, ModelError for a currency without a rate.
    """
    missing = [field for field in NEEDED if not columns.get(field)]
    if missing:
        raise ImportRefused(f"no column is chosen for {missing[0]}", grid.name, "Map the columns.")
    places: dict[str, int] = {}
    for field, title in columns.items():
        if title not in grid.titles:
            raise ImportRefused(f"there is no column “{title}”", grid.name, "Map the columns.")
        places[field] = grid.titles.index(title)
    found = []
    for number, row in enumerate(grid.rows, start=2):
        where = f"{grid.name}, row {number}"
        cells = {field: row[place] for field, place in places.items()}
        if cells["amount"] is None:
            if any(cell is not None for cell in cells.values()):
                raise ImportRefused("a posting has no amount", where)
            continue
        own = _text(cells.get("currency")).upper()
        period, day = _period(cells["period"], where, fiscal or FiscalCalendar())
        try:
            amount = converted(_amount(cells["amount"], where), own, currency, rates, day)
        except ModelError as error:
            raise ModelError(error.what, where, "Add it to the rates.") from error
        found.append(
            Posting(
                period,
                _text(cells.get("wbs")),
                _text(cells["account"]),
                _type(_text(cells.get("type"))),
                amount,
                _text(cells.get("order")),
                _text(cells.get("text")),
            )
        )
    return found


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None or isinstance(cell, Formula) else str(cell).strip()


def _amount(cell: Cell, where: str) -> float:
    """An amount as number or as text in either notation; what could be both is refused."""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return float(cell)
    text = _text(cell)
    if text.endswith("-"):  # how some ledgers write a credit
        text = f"-{text[:-1]}"
    if _MACHINE.fullmatch(text):
        return float(text)
    if _COMMA.fullmatch(text):
        return float(text.replace(",", "."))
    match = _GROUPED.fullmatch(text)
    if match and match[1] != match[2]:
        if match[1] == "," and match[2] is None and text.count(",") == 1:
            raise ImportRefused(f"“{text}” can be read in two ways", where, "Write it plainly.")
        whole = text.replace(match[1], "")
        return float(whole.replace(",", "."))
    raise ImportRefused(f"“{text}” is no amount", where)


def _period(cell: Cell, where: str, fiscal: FiscalCalendar) -> tuple[str, str]:
    """(period, `2026-09`; ISO day at whose rate it is converted) of a date or a period's name."""
    if isinstance(cell, dt.datetime):
        return fiscal.period(cell.date()), cell.date().isoformat()
    text = _text(cell)
    match, turned = _MONTH.fullmatch(text), _TURNED.fullmatch(text)
    if match is None and turned is not None:
        year, month, day = turned[3], turned[2], turned[1]
    else:
        year, month, day = match.groups() if match else ("1", "0", None)
    try:
        moment = dt.date(int(year), int(month), int(day or 1))
    except ValueError:
        raise ImportRefused(f"“{text}” is no period", where, "Write it as YYYY-MM.") from None
    if day is not None:
        return fiscal.period(moment), moment.isoformat()
    name = f"{moment:%Y-%m}"
    return name, fiscal.last_day(name).isoformat()


def _type(text: str) -> str:
    """The type of a posting: whatever speaks of reversal or accrual, else an invoice."""
    plain = text.casefold()
    if "revers" in plain:
        return REVERSAL
    return ACCRUAL if "accru" in plain else INVOICE
