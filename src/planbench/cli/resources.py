"""`resources`: units, full-time equivalents or cost of assignments over time."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from planbench.cli.output import envelope, repairs_json, write_json
from planbench.domain.errors import PlanbenchError
from planbench.engines.resources.spread import PERIODS
from planbench.services.files import open_file
from planbench.services.resource_profile import MEASURES
from planbench.services.resource_tables import profile_json, write_profile
from planbench.services.scheduling import recalculate


def add_command(commands: Any) -> None:
    """Add `resources` to the command line."""
    words = "the loading of resources over time, against their limits"
    made = commands.add_parser("resources", help=words, description=words)
    made.add_argument("file", type=Path, metavar="FILE")
    made.add_argument(
        "--by",
        default="resource",
        metavar="WHAT",
        help="resource (default), role, group, kind, all, wbs:LEVEL or code:NAME",
    )
    made.add_argument("--period", choices=PERIODS, default="month", help="month")
    made.add_argument("--measure", choices=tuple(MEASURES), default="units", help="units")
    made.add_argument(
        "--only", action="append", default=[], metavar="CODE", help="one group; may be repeated"
    )
    made.add_argument("--encoding", help="code page of the file, where it is guessed wrong")
    made.add_argument("--json", metavar="PATH", help="write the result as JSON, - for the screen")
    made.add_argument("--xlsx", metavar="PATH", help="write groups and periods as a workbook")
    made.set_defaults(run=_resources)


def _resources(options: argparse.Namespace) -> int:
    document = open_file(options.file, options.encoding)
    recalculate(document)
    if document.cpm is None:
        raise PlanbenchError(document.problem, str(options.file))
    body = profile_json(document, options.by, options.period, options.measure, options.only)
    if options.json:
        result = {"repairs": repairs_json(document), **body}
        write_json(envelope("resources", [document], result), options.json)
    if options.xlsx:
        write_profile(body, Path(options.xlsx))
    if options.json != "-":
        for line in _lines(body):
            print(line)
    return 0


def _lines(body: dict[str, Any]) -> list[str]:
    """The result for a reader."""
    if not body["groups"]:
        return ["No assignment has units or cost to show."]
    lines = [
        f"{MEASURES[body['measure']]} by {body['by']}, peaks by {body['period']}",
        f"{'code':20}{'actual':>16}{'remaining':>16}{'peak':>16}  {'from':10} {'over':>5}  name",
    ]
    lines += [
        f"{one['code'][:19]:20}{one['actual']:>16,.1f}{one['remaining']:>16,.1f}"
        f"{one['peak']:>16,.1f}  {one['peak_from']:10} {one['periods_over']:>5}  {one['name']}"
        for one in body["groups"]
    ]
    if body["undated"]:
        lines.append(f"{body['undated']:,.1f} of activities without dates are in no period.")
    return lines
