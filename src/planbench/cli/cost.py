"""`cost` and `cash`: accounts, reserves, ledger and forecast of a project, and its cash flow."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from planbench.cli.project import add_source, given_out, money, opened
from planbench.domain.errors import ModelError, PlanbenchError
from planbench.services import allocation, cash, cost, ledgers
from planbench.services.contract import read_json
from planbench.services.control import library_report
from planbench.services.library import Library
from planbench.services.project_settings import calendar_from, keep_fiscal, keep_setting


def add_commands(commands: Any) -> None:
    """Add `cost` and `cash` to the command line."""
    words = "control accounts, budget, reserves, ledger and forecast by fiscal period"
    made = commands.add_parser("cost", help=words, description=words)
    add_source(made)
    made.add_argument("--level", type=int, metavar="N", help="WBS level of control accounts")
    made.add_argument(
        "--allocation", type=Path, metavar="TXT", help="rules for cost on no account, one a line"
    )
    made.add_argument("--ledger", type=Path, metavar="FILE", help="import postings first")
    made.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="FIELD=TITLE",
        help=f"a column of the ledger where it is guessed wrong: {', '.join(ledgers.FIELDS)}",
    )
    made.add_argument("--rates", default="", metavar="RATES", help="USD 0.92; USD 2026-07-01 0.95")
    made.add_argument("--fiscal", type=Path, metavar="JSON", help="the fiscal calendar")
    made.add_argument(
        "--periods", type=int, default=3, choices=(1, 3, 12), help="fiscal periods of a row"
    )
    made.set_defaults(run=_cost)
    words = "cash in, out and balance by fiscal month under payment terms"
    made = commands.add_parser("cash", help=words, description=words)
    add_source(made)
    made.add_argument("--terms", type=Path, metavar="JSON", help="payment terms")
    made.add_argument("--fiscal", type=Path, metavar="JSON", help="the fiscal calendar")
    made.add_argument("--scenario", metavar="NAME", help="a scenario, by default the forecast")
    made.add_argument("--delay", type=int, default=0, metavar="DAYS", help="of what remains")
    made.set_defaults(run=_cash)


def _object(path: Path) -> dict[str, Any]:
    found = read_json(path)
    if not isinstance(found, dict):
        raise PlanbenchError("this is no JSON object", str(path))
    return found


def _fiscal(options: argparse.Namespace, library: Library, project: int) -> None:
    if options.fiscal:
        try:
            keep_fiscal(library, project, calendar_from(_object(options.fiscal)))
        except (TypeError, ValueError) as error:
            raise PlanbenchError("cannot be understood", str(options.fiscal)) from error


def _cost(options: argparse.Namespace) -> int:
    with opened(options) as (library, project, document):
        _fiscal(options, library, project)
        if options.level is not None:
            keep_setting(library, project, "accounts", "level of accounts", level=options.level)
        if options.allocation:
            allocation.keep_rules(library, project, _rules(options.allocation))
        control = library_report(document, library)
        if options.ledger:
            _import(options, library, project, control.currency)
        elif options.column or options.rates:
            raise PlanbenchError("there is no ledger to read with them", "--column, --rates")
        found = cost.cost_report(document, library, control)
        periods = cost.fiscal_forecast(control, found, options.periods)
    body = cost.cost_json(found, periods)
    tables = {
        "accounts": body["accounts"],
        "periods": body["periods"],
        "ledger": body["ledger"]["periods"],
        "misfits": body["misfits"],
    }
    if given_out(options, document, body, tables):
        print(f"{document.title}: {control.currency}, budget {money(found.values.bac)}")
        for one in body["accounts"]:
            name = f"{one['wbs'] or '-'} / {one['account'] or '-'}"
            print(
                f"  {name:28}{money(one['BAC']):>18}{money(one['EV']):>18}{money(one['AC']):>18}"
                f"{money(one['EAC']):>18}"
            )
        print("  control account, budget, earned, actual, estimate at completion")
        for name, reserve in body["reserves"].items():
            print(f"  {name}: {money(reserve['left'])} left")
        for row in body["periods"]:
            print(f"  {row['period']:14}{money(row['spent']):>18}{money(row['forecast']):>18}")
        print(f"  {len(found.misfits)} orphans and double counts")
    return 0


def _rules(path: Path) -> allocation.Rules:
    try:
        return allocation.parsed_rules(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise PlanbenchError(f"cannot be read: {error}", str(path)) from error


def _import(options: argparse.Namespace, library: Library, project: int, currency: str) -> None:
    grid = ledgers.grid_of(options.ledger)
    columns = ledgers.map_for(library, grid)
    for pair in options.column:
        field, found, title = pair.partition("=")
        if not found or field not in ledgers.FIELDS:
            mend = f"Write FIELD=TITLE with a FIELD of {', '.join(ledgers.FIELDS)}."
            raise PlanbenchError(f"“{pair}” names no column", "--column", mend)
        columns[field] = title
    rates = ledgers.parsed_rates(options.rates) or ledgers.rates_of(library, project)
    ledgers.import_ledger(library, project, grid, columns, currency, rates)


def _cash(options: argparse.Namespace) -> int:
    with opened(options) as (library, project, document):
        _fiscal(options, library, project)
        if options.terms:
            cash.keep_payment(library, project, cash.payment_from(_object(options.terms)))
        control = library_report(document, library)
        payment = cash.payment_of(library, project)
        if payment is None:
            raise PlanbenchError("there are no payment terms", mend="Give them with --terms JSON.")
        scenario = _scenario(options, cash.scenarios_of(library, project))
        found = cash.cash_report(document, library, control, payment, scenario)
    body = {"currency": control.currency, **cash.cash_json(found)}
    if given_out(options, document, body, {"months": body["months"]}):
        print(f"{document.title}: {scenario.name}, {control.currency}")
        for row in body["months"]:
            print(
                f"  {row['month']}{money(row['in']):>18}{money(row['out']):>18}"
                f"{money(row['balance']):>18}"
            )
        peak = body["peak_need"]
        print(f"Lowest balance {money(peak['balance'])} in {peak['month']}")
    return 0


def _scenario(options: argparse.Namespace, known: tuple[cash.Scenario, ...]) -> cash.Scenario:
    if options.delay and options.scenario:
        raise ModelError("a delay is a scenario of its own", "--delay", "Leave out --scenario.")
    if options.delay:
        return cash.Scenario(f"{options.delay} days later", cash.DATES[0], options.delay)
    if not options.scenario:
        return known[0]
    for one in known:
        if one.name.casefold() == options.scenario.casefold():
            return one
    names = ", ".join(one.name for one in known)
    raise ModelError(f"there is no scenario “{options.scenario}”", mend=f"Known are {names}.")
