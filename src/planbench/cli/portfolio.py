"""`portfolio`: prioritise, select, time and balance the projects of a workbook or folder."""

from __future__ import annotations

import argparse
import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from planbench import __version__
from planbench.cli.output import show_progress, write_json, write_xlsx
from planbench.domain.errors import ModelError, PlanbenchError
from planbench.engines.portfolio.months import month
from planbench.engines.portfolio.reallocation import Move, reallocate
from planbench.engines.portfolio.selection import DEFAULT_GAP, DEFAULT_SECONDS
from planbench.engines.portfolio.timing import Assumptions
from planbench.services.jobs import JobContext
from planbench.services.portfolio import Portfolio, analyse, open_portfolio, sample_portfolio
from planbench.services.portfolio_json import portfolio_json, reallocation_json
from planbench.services.portfolio_words import WORDS, binding_words, move_lines, reason, told, when

SAMPLE = "sample"


def add_command(commands: Any) -> None:
    """Add `portfolio` to the command line."""
    words = "prioritise, select, schedule and balance a portfolio"
    made = commands.add_parser("portfolio", help=words, description=words)
    made.add_argument(
        "file",
        metavar="FILE|DIR",
        help=f"a workbook, or a folder with CSV files; '{SAMPLE}' is the one that ships",
    )
    made.add_argument("--cover", action="append", default=[], metavar="DRIVER")
    made.add_argument("--force-in", action="append", default=[], metavar="PROJECT")
    made.add_argument("--force-out", action="append", default=[], metavar="PROJECT")
    made.add_argument("--total-budget", type=float, metavar="AMOUNT")
    made.add_argument("--carry-over", action="store_true", help="budgets carry over by their share")
    made.add_argument("--hire", action="store_true", help="extra units of roles may be hired")
    made.add_argument("--no-budgets", action="store_true", help="leave budgets out")
    made.add_argument("--no-capacity", action="store_true", help="leave capacity out")
    made.add_argument("--objective", choices=("value", "score"), default="value")
    made.add_argument(
        "--move",
        metavar="ROLE:UNITS:FROM:TO:MONTH:MONTH",
        help="what moving people between two projects does, such as CLV:5:P01:P02:2027-04:2027-06",
    )
    made.add_argument("--gap", type=float, default=DEFAULT_GAP, help="relative, proven")
    made.add_argument("--seconds", type=float, default=DEFAULT_SECONDS, help="for each solve")
    made.add_argument("--json", metavar="PATH", help="write the result as JSON, - for the screen")
    made.add_argument("--xlsx", metavar="PATH", help="write decisions and figures as a workbook")
    made.set_defaults(run=_portfolio)


def _assumptions(options: argparse.Namespace) -> Assumptions:
    return replace(
        Assumptions(),
        cover=tuple(options.cover),
        force_in=tuple(options.force_in),
        force_out=tuple(options.force_out),
        total_budget=options.total_budget,
        carry_over=options.carry_over,
        hire=options.hire,
        use_budgets=not options.no_budgets,
        use_capacity=not options.no_capacity,
        objective=options.objective,
    )


def _portfolio(options: argparse.Namespace) -> int:
    for name in ("gap", "seconds"):
        if not getattr(options, name) > 0:
            raise PlanbenchError("this is not above 0", f"--{name}")
    move = _move(options.move) if options.move else None
    path = Path(options.file)
    sample = options.file == SAMPLE and not path.exists()
    register = sample_portfolio() if sample else open_portfolio(path)
    found = analyse(
        register,
        _assumptions(options),
        gap=options.gap,
        seconds=options.seconds,
        context=JobContext(show_progress),
    )
    moved = None
    if move is not None:
        moved = reallocate(register, found.solved.plan, move, found.solved.assumptions)
    if options.json or options.xlsx:
        result = {
            "schema": "planbench/portfolio/1",
            "planbench": __version__,
            "inputs": [] if sample else _inputs(path),
            **portfolio_json(found),
        }
        if moved is not None:
            result["reallocation"] = reallocation_json(moved)
        if options.xlsx:
            write_xlsx(_sheets(result), options.xlsx)
        if options.json:
            write_json(result, options.json)
    if options.json != "-":
        for line in _lines(found):
            print(line)
        for line in [] if moved is None else move_lines(register, moved):
            print(line)
    return 0


def _move(words: str) -> Move:
    """A move as typed. Raises PlanbenchError for anything else."""
    parts = words.split(":")
    try:
        role, units, giver, taker, first, last = parts
        return Move(role, giver, taker, float(units), month(first), month(last))
    except (ValueError, ModelError):
        mend = "Write it as CLV:5:P01:P02:2027-04:2027-06."
        raise PlanbenchError(f"'{words}' is not a move", "--move", mend) from None


def _inputs(path: Path) -> list[dict[str, str]]:
    files = sorted(p for p in path.iterdir() if p.is_file()) if path.is_dir() else [path]
    return [
        {
            "name": file.name,
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
            "format": file.suffix.lstrip(".").casefold(),
        }
        for file in files
        if file.suffix.casefold() in (".csv", ".json", ".xlsx")
    ]


def _sheets(result: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    names = (
        "decisions",
        "board",
        "binding_limits",
        "frontier",
        "budgets",
        "capacity",
        "capacity_by_month",
        "ranking",
    )
    sheets: dict[str, list[dict[str, Any]]] = {name: result[name] for name in names}
    sheets["investment"] = result["investment"]
    sheets["suppliers"] = result["systemic"].get("supplier", [])
    return sheets


def _lines(found: Portfolio) -> list[str]:
    """The result for a reader."""
    solved, register = found.solved, found.solved.register
    chosen = solved.selection
    lines = [
        f"Value {told(chosen.value, solved.unit)}, proven within {100 * chosen.gap:.2f} % "
        f"of the best; forward cost {told(solved.cost, register.settings.unit)}"
    ]
    for one in solved.answer.decisions:
        start = when(one.option)
        lines.append(
            f"{WORDS[one.decision]:13}{one.project:10}{start:8}{reason(register, one, solved.unit)}"
        )
    lines += [
        f"Binding: {binding_words(register, one, solved.unit)}" for one in solved.answer.bindings
    ]
    if found.alignment is not None:
        names = {driver.id: driver.name for driver in register.drivers}
        lines += [
            f"Uncovered objective: {driver} {names[driver]}" for driver in found.alignment.uncovered
        ]
    suppliers = {named.id: named.name for named in register.suppliers}
    for level in found.systemic.get("supplier", ()):
        if level.systemic:
            kind = "chronic" if level.chronic else "systemic"
            lines.append(
                f"Supplier {level.name} {suppliers.get(level.name, '')}: {level.late} of "
                f"{level.events} late in {level.projects} projects, {kind} (p {level.p:.1g})"
            )
    return lines
