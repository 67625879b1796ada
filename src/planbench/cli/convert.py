"""`convert`: a schedule file written in another format."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from planbench.cli.output import envelope, repairs_json, write_json
from planbench.domain.errors import PlanbenchError
from planbench.domain.reports import Repair
from planbench.services.convert import FORMATS, export, format_of, save
from planbench.services.files import open_file
from planbench.services.scheduling import recalculate
from planbench.services.tables import TABLES

_SHOWN = 12
"""Lines of the report that are told on the screen; all are in the JSON."""


def add_command(commands: Any) -> None:
    """Add `convert` to the command line."""
    words = "write a schedule file in another format"
    made = commands.add_parser("convert", help=words, description=words)
    made.add_argument("file", type=Path, metavar="IN")
    made.add_argument("target", type=Path, metavar="OUT", help="the file to write")
    made.add_argument("--to", choices=tuple(FORMATS), help="the format, else by the ending of OUT")
    made.add_argument(
        "--columns",
        action="append",
        default=[],
        metavar="TABLE[=COLUMN,...]",
        help="for xlsx and csv: a table and its columns, the usual ones without any, all with "
        f"TABLE=all; again for further tables. Tables: {', '.join(TABLES)}",
    )
    made.add_argument(
        "--calculate", action="store_true", help="with dates calculated anew, not the stored ones"
    )
    made.add_argument("--encoding", help="code page of the file, where it is guessed wrong")
    made.add_argument("--json", metavar="PATH", help="tell what was written, - for the screen")
    made.set_defaults(run=_convert)


def _columns(given: list[str]) -> dict[str, tuple[str, ...]]:
    """Columns by table from the command line; names are checked when they are written."""
    found: dict[str, tuple[str, ...]] = {}
    for one in given:
        table, _, names = one.partition("=")
        keys = tuple(name.strip() for name in names.split(",") if name.strip())
        if keys == ("all",):
            keys = tuple(column.key for column in TABLES.get(table, ()))
        found[table] = keys
    return found


def _convert(options: argparse.Namespace) -> int:
    kind = options.to or format_of(options.target)
    if options.target.exists() and options.target.samefile(options.file):
        raise PlanbenchError("this is the file that is read", str(options.target))
    if options.columns and kind not in ("xlsx", "csv"):
        raise PlanbenchError("columns can be chosen for xlsx and csv alone", kind)
    document = open_file(options.file, options.encoding)
    original = options.file.read_bytes()
    if options.calculate:
        recalculate(document)
        if document.cpm is None:
            raise PlanbenchError(document.problem, str(options.file))
        original = None
    made = export(document, kind, original, _columns(options.columns))
    save(made.content, options.target)
    schedule = document.schedule
    counts = {
        "projects": len(schedule.projects),
        "activities": len(schedule),
        "relationships": len(schedule.relationships),
    }
    if options.json:
        body = {
            "repairs": repairs_json(document),
            "output": {"name": options.target.name, "format": kind, "bytes": len(made.content)},
            "not_held": [line.as_dict() for line in made.report],
            **counts,
        }
        write_json(envelope("convert", [document], body), options.json)
    if options.json != "-":
        print(f"{options.target}: {FORMATS[kind][0]}, {len(schedule):,} activities")
        if document.repairs:
            print(f"{len(document.repairs)} repairs while reading", file=sys.stderr)
        _tell(made.report)
    return 0


def _tell(report: tuple[Repair, ...]) -> None:
    """What the file does not hold, those that matter first."""
    lines = [line for line in report if line.severity != "info"]
    if lines:
        print(f"not as in the schedule, {len(lines)} kinds:", file=sys.stderr)
    for line in lines[:_SHOWN]:
        print(f"  {line.where}: {line.message}: {line.action}", file=sys.stderr)
    if len(lines) > _SHOWN:
        print(f"  and {len(lines) - _SHOWN} more; --json lists all", file=sys.stderr)
