"""`trace`: what leads to an activity and from it, the driving path, and float paths."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from planbench.cli.output import envelope, repairs_json, write_json
from planbench.domain.errors import PlanbenchError
from planbench.services.files import open_file
from planbench.services.scheduling import recalculate
from planbench.services.trace import find_activity, trace_json


def add_command(commands: Any) -> None:
    """Add `trace` to the command line."""
    words = "what leads to an activity and from it, its driving path, and float paths"
    made = commands.add_parser("trace", help=words, description=words)
    made.add_argument("file", type=Path, metavar="FILE")
    made.add_argument("--activity", required=True, metavar="ID", help="the activity to trace")
    made.add_argument("--back", type=_levels, default=1, metavar="N", help="links back, 1")
    made.add_argument("--forward", type=_levels, default=1, metavar="N", help="links ahead, 1")
    made.add_argument("--driving", action="store_true", help="follow driving links alone")
    made.add_argument(
        "--not-through-completed",
        action="store_true",
        help="show complete activities but do not walk on through them",
    )
    made.add_argument("--to", metavar="ID", help="ahead, only what leads to this activity")
    made.add_argument("--encoding", help="code page of the file, where it is guessed wrong")
    made.add_argument("--json", metavar="PATH", help="write the result as JSON, - for the screen")
    made.set_defaults(run=_trace)


def _levels(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return number


def _trace(options: argparse.Namespace) -> int:
    document = open_file(options.file, options.encoding)
    recalculate(document)
    if document.cpm is None:
        raise PlanbenchError(document.problem, str(options.file))
    row = find_activity(document, options.activity)
    body = trace_json(
        document,
        row,
        options.back,
        options.forward,
        options.driving,
        not options.not_through_completed,
        find_activity(document, options.to) if options.to else -1,
    )
    if options.json:
        result = {"repairs": repairs_json(document), **body}
        write_json(envelope("trace", [document], result), options.json)
    if options.json != "-":
        for line in _lines(body):
            print(line)
    return 0


def _lines(body: dict[str, Any]) -> list[str]:
    """The result for a reader."""
    traced = body["activity"]
    lines = [f"{traced['id']}  {traced['name']}", *(f"  {told}" for told in traced["why"])]
    for level, title in ((-1, "Before"), (1, "After")):
        rows = [one for one in body["activities"] if one["level"] * level > 0]
        rows.sort(key=lambda one: abs(one["level"]))
        lines.append(f"{title}: {len(rows)}")
        lines += [f"  {abs(one['level']):>3}  {_line(one)}" for one in rows]
    lines.append(f"Driving path: {len(body['driving_path'])} activities")
    for number, one in enumerate(body["driving_path"], start=1):
        kind = one["link"]["type"] if one["link"] else "  "
        lines.append(f"  {number:>3}  {kind}  {_line(one)}")
    lines.append("Float paths")
    for path in body["float_paths"]:
        lines.append(
            f"  {path['number']:>3}  {path['slack_h']:>8.1f} h  {len(path['activities']):>4} "
            f"activities  {path['name']}"
        )
    return lines


def _line(one: dict[str, Any]) -> str:
    start, finish = ((one[name] or "-")[:10] for name in ("start", "finish"))
    slack = one["total_float_h"]
    told = "done" if slack is None else f"{slack:g} h"
    return f"{one['id']:16}{start:>10} to {finish:>10}  {told:>9}  {one['name']}"
