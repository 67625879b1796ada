"""Settings that Control keeps with a project: level of accounts, lock, terms, periods, rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from planbench.engines.control.fiscal import FiscalCalendar, checked_calendar
from planbench.engines.control.ledger import Rate
from planbench.store.records import Entry

if TYPE_CHECKING:
    from planbench.services.library import Library

SETTING = "cost-setting"
"""Kind of the entries."""


def setting(library: Library | None, project: int | None, name: str) -> Mapping[str, Any]:
    """A kept setting of a project: "accounts", "ledger", "cash"...; empty without one."""
    if library is None or project is None:
        return {}
    entries = library.entries(SETTING, project)
    return next((entry.body for entry in entries if entry.uid == name), {})


def keep_setting(library: Library, project: int, name: str, what: str, **values: Any) -> None:
    """Change some values of a setting; the others stay."""
    body = {**setting(library, project, name), **values}
    library.put_entries([Entry(SETTING, name, body, project)], what)


def fiscal_of(library: Library | None, project: int | None) -> FiscalCalendar:
    """The fiscal calendar of a project: calendar months of the calendar year without one.

    Raises ModelError for one that makes no sense.
    """
    return calendar_from(setting(library, project, "fiscal"))


def calendar_from(given: Mapping[str, Any]) -> FiscalCalendar:
    """A fiscal calendar from its JSON; what is not given is as usual. Raises ModelError."""
    known = {name: given[name] for name in asdict(FiscalCalendar()) if name in given}
    if "ends" in known:
        known["ends"] = tuple(sorted(map(str, known["ends"])))
    return checked_calendar(FiscalCalendar(**known))


def keep_fiscal(library: Library, project: int, calendar: FiscalCalendar) -> None:
    """Keep the fiscal calendar of a project. Raises ModelError when it makes no sense."""
    body = asdict(checked_calendar(calendar))
    keep_setting(library, project, "fiscal", "fiscal calendar", **{**body, "ends": [*body["ends"]]})


def rates_of(library: Library | None, project: int | None) -> tuple[Rate, ...]:
    """Units of the project's currency per unit of another, from a day on."""
    kept = setting(library, project, "rates").get("rates", ())
    if isinstance(kept, Mapping):  # as rates without days were kept
        return tuple(Rate(str(code), float(value)) for code, value in kept.items())
    return tuple(Rate(str(code), float(value), str(since)) for code, value, since in kept)


def keep_rates(library: Library, project: int, rates: Sequence[Rate]) -> None:
    """Keep the exchange rates of a project."""
    if tuple(rates) != rates_of(library, project):
        body = [[one.currency, one.value, one.since] for one in rates]
        keep_setting(library, project, "rates", "exchange rates", rates=body)
