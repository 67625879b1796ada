"""`merge`: several schedule files as one integrated master schedule."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from planbench.cli.output import envelope, write_json, write_xlsx
from planbench.domain.errors import PlanbenchError
from planbench.engines.merge import MergeOptions
from planbench.services.convert import FORMATS, exported, format_of, save
from planbench.services.files import open_file
from planbench.services.merge import (
    MergeResult,
    counted_lines,
    merge_json,
    merge_sheets,
    merged_document,
    read_code_rules,
    read_links,
)


def add_command(commands: Any) -> None:
    """Add `merge` to the command line."""
    words = "several schedule files as one integrated master schedule"
    made = commands.add_parser("merge", help=words, description=words)
    made.add_argument("files", type=Path, nargs="+", metavar="FILE")
    made.add_argument("-o", "--output", type=Path, required=True, metavar="OUT")
    made.add_argument("--to", choices=tuple(FORMATS), help="the format, else by the ending of OUT")
    made.add_argument("--links", type=Path, metavar="CSV", help="links between the projects")
    made.add_argument("--codes", type=Path, metavar="CSV", help="mapping of activity codes")
    made.add_argument(
        "--latest-data-date", action="store_true", help="schedule all from the latest data date"
    )
    made.add_argument(
        "--programme-float", action="store_true", help="float to the finish of the programme"
    )
    made.add_argument(
        "--keep-calendars", action="store_true", help="make no calendars one, even equal ones"
    )
    made.add_argument("--keep-resources", action="store_true", help="make no resources one")
    made.add_argument(
        "--resources-by-name", action="store_true", help="match resources by name as well"
    )
    made.add_argument("--json", metavar="PATH", help="write the report as JSON, - for the screen")
    made.add_argument("--xlsx", metavar="PATH", help="write the report as a workbook")
    made.set_defaults(run=_merge)


def _merge(options: argparse.Namespace) -> int:
    kind = options.to or format_of(options.output)
    for file in options.files:
        if options.output.exists() and file.exists() and options.output.samefile(file):
            raise PlanbenchError("this is a file that is read", str(options.output))
    documents = [open_file(file) for file in options.files]
    choices = MergeOptions(
        match_calendars=not options.keep_calendars,
        match_resources=not options.keep_resources,
        resources_by_name=options.resources_by_name,
        latest_data_date=options.latest_data_date,
        programme_float=options.programme_float,
        codes=read_code_rules(options.codes) if options.codes else (),
    )
    links = read_links(options.links) if options.links else []
    result = merged_document(documents, links, choices, options.output.stem)
    content = exported(result.document, kind)
    save(content, options.output)
    if options.json:
        output = {"name": options.output.name, "format": kind, "bytes": len(content)}
        body = {"output": output, **merge_json(result)}
        write_json(envelope("merge", documents, body), options.json)
    if options.xlsx:
        write_xlsx(merge_sheets(result), options.xlsx)
    if options.json != "-":
        for line in _lines(options.output, result):
            print(line)
    return 0


def _lines(target: Path, result: MergeResult) -> list[str]:
    """The result for a reader."""
    schedule = result.document.schedule
    lines = [
        f"{target}: {len(result.merged.origins)} projects, {len(schedule):,} activities, "
        f"{len(result.merged.crossings)} links between projects"
    ]
    lines += [f"  {line}" for line in counted_lines(result.merged.repairs)]
    lines.append(f"Traceability: {len(result.findings)} findings")
    lines += [f"  {f.severity:8}{f.direction:11} {f.text}" for f in result.findings]
    return lines
