"""`info`, `schedule`, `check` and `risk`: one file in, one result out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planbench.cli.output import envelope, repairs_json, show_progress, write_json, write_xlsx
from planbench.cli.risk import add_options, simulate
from planbench.domain.errors import PlanbenchError
from planbench.services.document import Document
from planbench.services.files import open_file
from planbench.services.hold import THRESHOLD, held_back, override
from planbench.services.jobs import JobContext
from planbench.services.scheduling import (
    recalculate,
    schedule_json,
    summary_json,
    with_options,
)

if TYPE_CHECKING:
    from planbench.services.log_changes import LogComparison

Commands = Any  # argparse keeps the type of its sub-parsers to itself


def add_commands(commands: Commands) -> None:
    """Add the four commands to the command line."""
    info = _command(commands, "info", "what is in the file, and what reading it had to mend", _info)
    info.add_argument("--repairs", action="store_true", help="list every repair")
    schedule = _command(
        commands, "schedule", "recalculate and compare with the dates stored in the file", _schedule
    )
    schedule.add_argument("--engine", choices=("p6", "msp"), help="whose rules to follow")
    schedule.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change a scheduling option, e.g. logic=override",
    )
    schedule.add_argument("--xlsx", metavar="PATH", help="write the activities as a workbook")
    schedule.add_argument("--log", action="store_true", help="print the schedule log")
    schedule.add_argument(
        "--against", type=Path, metavar="OLD", help="compare the log with that of an older update"
    )
    check = _command(commands, "check", "schedule quality", _check)
    check.add_argument(
        "--ruleset", action="append", default=[], metavar="ID", help="one of ours, or a TOML file"
    )
    check.add_argument("--baseline", type=Path, metavar="FILE", help="the baseline as a file")
    check.add_argument("--xlsx", metavar="PATH", help="write metrics and findings as a workbook")
    risk = _command(commands, "risk", "Monte Carlo of the schedule", _risk)
    add_options(risk)
    level = _command(commands, "level", "propose levelled dates, with the reason a shift", _level)
    level.add_argument("--resource", action="append", default=[], metavar="ID")
    level.add_argument("--within-float", action="store_true", help="no shift passes a late finish")
    level.add_argument("--keep-float", type=float, default=0.0, metavar="HOURS")
    level.add_argument("--over", type=float, default=0.0, metavar="PERCENT", help="over the limit")
    level.add_argument("--priority", action="append", default=[], metavar="NAME")
    level.add_argument("--xlsx", metavar="PATH", help="write the difference table as a workbook")
    for command in (check, risk, level):
        _may_run_anyway(command)


def _command(commands: Commands, name: str, words: str, run: Any) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = commands.add_parser(name, help=words, description=words)
    made.add_argument("file", type=Path, metavar="FILE")
    made.add_argument("--encoding", help="code page of the file, where it is guessed wrong")
    made.add_argument("--json", metavar="PATH", help="write the result as JSON, - for the screen")
    made.set_defaults(run=run)
    return made


def _may_run_anyway(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--despite-disagreement",
        metavar="REASON",
        help="move dates although too few of those stored in the file are found again",
    )


def _calculated(
    options: argparse.Namespace, settings: Sequence[str] = (), engine: str | None = None
) -> Document:
    document = open_file(options.file, options.encoding)
    document.schedule = with_options(document.schedule, settings, engine)
    recalculate(document)
    if document.cpm is None:
        raise PlanbenchError(document.problem, str(options.file))
    document.agreement_needed = THRESHOLD
    reason = getattr(options, "despite_disagreement", None)
    if reason is not None and not reason.strip():
        raise PlanbenchError("a reason is missing", "--despite-disagreement", "Say why in words.")
    if reason is not None and held_back(document) is not None:
        override(document, reason=reason)
        print(f"planbench {options.command}: {document.history[-1]}", file=sys.stderr)
    return document


def _held_json(document: Document) -> dict[str, str | None]:
    """Why dates were moved although too few agree with the file's, None where enough do."""
    return {"despite_disagreement": document.agreement_reason or None}


def _info(options: argparse.Namespace) -> int:
    document = open_file(options.file, options.encoding)
    summary = summary_json(document)
    if options.json:
        body = {**summary, "repairs": repairs_json(document)}
        write_json(envelope("info", [document], body), options.json)
    if options.json == "-":
        return 0
    exporter = summary["exporter"]
    print(f"{options.file.name}: {exporter['format']} {exporter['version'] or ''}".rstrip())
    for project in summary["projects"]:
        print(
            f"  {project['id']}  {project['name']}: {project['activities']} activities, "
            f"{project['relationships']} links, data date {project['data_date'] or '-'}"
        )
    counts = [f"{count} {name.replace('_', ' ')}" for name, count in summary["counts"].items()]
    print("  " + ", ".join(counts))
    print(f"  {len(document.repairs)} repairs" + ("" if options.repairs else " (--repairs lists)"))
    if options.repairs:
        for repair in document.repairs:
            print(f"    {repair.severity:8}{repair.where}: {repair.message}; {repair.action}")
    return 0


def _schedule(options: argparse.Namespace) -> int:
    document = _calculated(options, options.option, options.engine)
    if options.against and not options.log:
        raise PlanbenchError("there is no log to compare", "--against", "Add --log.")
    log = _log_against(document, options) if options.against else None
    projects = schedule_json(document)
    if options.json:
        body: dict[str, Any] = {"repairs": repairs_json(document), "projects": projects}
        if options.log:
            from planbench.services.schedule_log import log_json

            body["log"] = log_json(document)
        if log is not None:
            from planbench.services.log_changes import comparison_json

            body["log_changes"] = comparison_json(log)
        write_json(envelope("schedule", [document], body), options.json)
    if options.xlsx:
        sheets = {project["id"]: project["activities"] for project in projects}
        write_xlsx(sheets, options.xlsx)
    if options.json == "-":
        return 0
    for project in projects:
        if not project["activities"]:
            continue
        agreement = project["agreement"]
        print(
            f"{project['id']}: finish {project['finish'] or '-'}, "
            f"{sum(a['critical'] for a in project['activities'])} critical of "
            f"{len(project['activities'])}"
        )
        print(
            f"  stored dates: {agreement['all_five']} of {agreement['population']} agree in early "
            "and late dates and total float"
        )
        if agreement["levelled"]:
            print(
                f"  {agreement['levelled']} activities were levelled: their remaining start is "
                "later than their early start"
            )
    if options.log:
        from planbench.services.log_changes import comparison_lines
        from planbench.services.schedule_log import log_lines

        print("", *(comparison_lines(log) if log else log_lines(document)), sep="\n")
    return 0


def _log_against(document: Document, options: argparse.Namespace) -> LogComparison:
    """The log beside that of the older file, scheduled with its own options."""
    from planbench.services.log_changes import compare_logs

    old = open_file(options.against, options.encoding)
    recalculate(old)
    if old.cpm is None:
        raise PlanbenchError(old.problem, str(options.against))
    return compare_logs(old, document)


def _check(options: argparse.Namespace) -> int:
    from planbench.services.quality import baseline_from_file, check_document, check_json

    document = _calculated(options)
    if options.baseline:
        baseline_from_file(document, options.baseline)
    check_document(document, tuple(options.ruleset) or None)
    projects = check_json(document)
    if options.json:
        body = {"repairs": repairs_json(document), **_held_json(document), "projects": projects}
        write_json(envelope("check", [document], body), options.json)
    if options.xlsx:
        write_xlsx(_check_sheets(projects), options.xlsx)
    if options.json == "-":
        return 0
    for project in projects:
        for ruleset in project["rulesets"]:
            print(f"{project['id']}: {ruleset['id']}{_score_words(ruleset['score'])}")
            for metric in ruleset["metrics"]:
                value = "-" if metric["value"] is None else _shown(metric["value"], metric["unit"])
                print(
                    f"  {metric['id']:12}{metric['state']:16}{value:>10}  {metric['name']}"
                    + (f" ({metric['reason']})" if metric["reason"] else "")
                )
    return 0


def _score_words(score: dict[str, Any] | None) -> str:
    if score is None or score["by_records"] is None or score["by_metrics"] is None:
        return ""
    return f", score {score['by_records']:.0f} by records, {score['by_metrics']:.0f} by metrics"


def _shown(value: float, unit: str) -> str:
    return f"{100 * value:.1f} %" if unit == "ratio" else f"{value:g}"


def _check_sheets(projects: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    metrics, objects = [], []
    for project in projects:
        for ruleset in project["rulesets"]:
            for metric in ruleset["metrics"]:
                place = {"project": project["id"], "ruleset": ruleset["id"], "metric": metric["id"]}
                figures = {k: v for k, v in metric.items() if k not in ("id", "objects")}
                metrics.append({**place, **figures})
                objects += [{**place, "object": name} for name in metric["objects"]]
    return {"Metrics": metrics, "Findings": objects}


def _level(options: argparse.Namespace) -> int:
    from planbench.services.levelling import level_json, level_options, propose, shift_rows

    document = _calculated(options)
    chosen = level_options(
        document,
        options.resource,
        within_float=options.within_float,
        keep_float_h=options.keep_float,
        over_allocation=options.over / 100.0,
        priority=options.priority,
    )
    result = propose(document, chosen, JobContext(show_progress))
    body = {**_held_json(document), **level_json(document, result)}
    if options.json:
        write_json(envelope("level", [document], body), options.json)
    if options.xlsx:
        write_xlsx({"Shifts": shift_rows(document, result)}, options.xlsx)
    if options.json == "-":
        return 0
    print(
        f"finish {body['finish_before']} would become {body['finish_after']}: "
        f"{body['moved']} activities move, {body['left_over_limit']} stay over a limit"
    )
    for row in body["shifts"][:20]:
        why = row["left_over_limit"] or f"{row['resource']} held by {', '.join(row['held_by'])}"
        print(f"  {row['id']:16}{row['delay_h']:>8.1f} h  {row['levelled_start']}  {why}")
    if len(body["shifts"]) > 20:
        print(f"  and {len(body['shifts']) - 20} more (--json or --xlsx list all)")
    return 0


def _risk(options: argparse.Namespace) -> int:
    document = _calculated(options)
    return simulate(document, options, _held_json(document))
