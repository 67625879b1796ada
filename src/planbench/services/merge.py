"""Merging files or updates of the library into one master schedule, and telling what was done."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planbench.domain.errors import ModelError, PlanbenchError
from planbench.domain.reports import Repair
from planbench.domain.schedule import NO_ROW, LinkType
from planbench.domain.times import NO_TIME, from_iso, to_hours, to_iso
from planbench.engines.merge import (
    CodeRule,
    Finding,
    LinkRequest,
    Merged,
    MergeOptions,
    Part,
    merge,
    traceability,
)
from planbench.services.document import Document

if TYPE_CHECKING:
    from planbench.services.jobs import JobContext
    from planbench.services.library import Library

LINK_COLUMNS = (
    "predecessor project",
    "predecessor",
    "successor project",
    "successor",
    "type",
    "lag",
    "agreed",
)
"""Columns of a list of links; those of the activities are needed, the others may be left out."""

CODE_COLUMNS = ("code", "value", "master code", "master value")
"""Columns of a code mapping; the value `*` stands for all of a code."""


@dataclass(frozen=True)
class MergeResult:
    """A master schedule as a document, with its report and its traceability."""

    document: Document
    merged: Merged
    findings: tuple[Finding, ...]

    @property
    def report(self) -> tuple[Repair, ...]:
        """What the merge did, then what the trace found, as it is kept with the update."""
        return (*self.merged.repairs, *map(self._kept, self.findings))

    def _kept(self, finding: Finding) -> Repair:
        where = f"project {finding.project}" if finding.project else "master schedule"
        if finding.activity != NO_ROW:
            code = str(self.document.schedule.activities.code[finding.activity])
            where = f"{where}, {code}"
        action = f"{finding.direction} traceability"
        return Repair(f"trace-{finding.check}", finding.severity, where, finding.text, action)


def merged_document(
    documents: Sequence[Document],
    links: Sequence[LinkRequest] = (),
    options: MergeOptions | None = None,
    title: str = "",
    context: JobContext | None = None,
) -> MergeResult:
    """The schedules of several documents as one, calculated and traced.

    Raises ModelError for fewer than two documents, and for links that name no activity.
    """
    tell = (lambda done, text: None) if context is None else _reports(context)
    tell(0, "Merging")
    parts = [Part(document.schedule, _name(document)) for document in documents]
    merged = merge(parts, links, options)
    tell(1, "Tracing")
    findings, cpm = traceability(merged)
    document = Document(merged.schedule, title=title or "Master schedule", cpm=cpm)
    document.update_label = " + ".join(dict.fromkeys(origin.code for origin in merged.origins))
    loops = [finding.text for finding in findings if finding.check in ("loop", "no-dates")]
    document.problem = loops[0] if loops else ""
    result = MergeResult(document, merged, findings)
    document.repairs = result.report
    tell(2, "Merged")
    return result


def _reports(context: JobContext) -> Any:
    return lambda done, text: context.report(done, 2, text)


def _name(document: Document) -> str:
    """What a document is called in the report: its file, else its update."""
    return document.schedule.source.name or document.update_label or document.title


def file_in_library(library: Library, result: MergeResult, code: str, name: str) -> int:
    """Keep a master schedule with its report and dates as an update of the project `code`.

    The project is made where there is none. Returns the update. Raises StoreError.
    """
    project = library.file.find_project(code)
    if project is None:
        project = library.new_project(code, name or code)
    schedule = result.document.schedule
    day = (to_iso(schedule.data_date) or "")[:10] or "no data date"
    label = f"Merge of {len(result.merged.origins)} projects, {day}"
    update = library.add_schedule(
        schedule, label=label, project=project, repairs=result.report, name=schedule.source.name
    )
    result.document.update, result.document.library_project = update, project
    library.save_results(result.document)
    return update


# ------------------------------------------------------------ lists


def read_links(path: Path) -> list[LinkRequest]:
    """The links of a CSV file with the columns of `LINK_COLUMNS`; separators `,` `;` and tab.

    A lag is a number with `d` (working days) or `h` (hours) behind it. Raises PlanbenchError
    with the line for anything else.
    """
    rows = _table(path, LINK_COLUMNS, ("predecessor", "successor"))
    return [_link(row, f"{path.name} line {number}") for number, row in rows]


def _link(row: dict[str, str], where: str) -> LinkRequest:
    word = row.get("type", "").upper() or "FS"
    if word not in LinkType.__members__:
        raise ModelError(f"'{word}' is no type of a link", where, "Use FS, SS, FF or SF.")
    lag, unit = _lag(row.get("lag", ""), where)
    agreed = row.get("agreed", "")
    try:
        date = from_iso(agreed) if agreed else NO_TIME
    except ValueError:
        raise ModelError(f"'{agreed}' is no date", where, "Write it as 2026-12-31.") from None
    for name in ("predecessor", "successor"):
        if not row[name]:
            raise ModelError(f"the {name} is missing", where)
    return LinkRequest(
        row.get("predecessor project", ""), row["predecessor"], row.get("successor project", ""),
        row["successor"], int(LinkType[word]), lag, unit, date, where,
    )  # fmt: skip


def _lag(text: str, where: str) -> tuple[float, str]:
    """(number, unit) of a lag such as `5d`, `-2d` or `12h`."""
    if text in ("", "0"):
        return 0.0, "d"
    number, unit = text[:-1].strip(), text[-1].lower()
    try:
        found = float(number)
    except ValueError:
        found = float("nan")
    if unit not in "dh" or not abs(found) < 100_000:
        raise ModelError(f"'{text}' is no lag", where, "Write days as 5d, hours as 12h.")
    return found, unit


def read_code_rules(path: Path) -> tuple[CodeRule, ...]:
    """The rules of a CSV file with the columns of `CODE_COLUMNS`. Raises PlanbenchError."""
    rows = _table(path, CODE_COLUMNS, ("code", "value", "master code"))
    return tuple(
        CodeRule(row["code"], row["value"], row["master code"], row.get("master value", ""))
        for _, row in rows
    )


def _table(
    path: Path, known: Sequence[str], needed: Sequence[str]
) -> list[tuple[int, dict[str, str]]]:
    """(line, row) of a small CSV file by its column names. Raises PlanbenchError."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise PlanbenchError(f"cannot be read: {error.strerror}", str(path)) from error
    except UnicodeDecodeError as error:
        raise PlanbenchError("is no UTF-8", str(path), "Save it as CSV UTF-8.") from error
    first = text.splitlines()[0] if text.strip() else ""
    mark = max(",;\t", key=first.count)
    lines = list(csv.reader(io.StringIO(text), delimiter=mark))
    names = [" ".join(name.lower().replace("_", " ").split()) for name in lines[0]] if lines else []
    lacking = [name for name in needed if name not in names]
    if lacking:
        raise PlanbenchError(
            f"the column {lacking[0]} is missing", path.name, f"Columns: {', '.join(known)}."
        )
    unknown = [name for name in names if name and name not in known]
    if unknown:
        raise PlanbenchError(
            f"the column {unknown[0]} is not known", path.name, f"Columns: {', '.join(known)}."
        )
    return [
        (number, dict(zip(names, (cell.strip() for cell in line), strict=False)))
        for number, line in enumerate(lines[1:], start=2)
        if any(cell.strip() for cell in line) and len(line) >= len(needed)
    ]


# ------------------------------------------------------------ telling


def merge_json(result: MergeResult) -> dict[str, Any]:
    """The body of `planbench merge`: projects, report, interfaces and traceability."""
    schedule, cpm = result.document.schedule, result.document.cpm
    projects = []
    for origin in result.merged.origins:
        project = schedule.projects[origin.project]
        finish = NO_TIME if cpm is None else int(cpm.project_finish[origin.project])
        projects.append(
            {
                "id": project.code,
                "file": origin.file,
                "source_id": origin.code,
                "activities": origin.activities,
                "ids_changed": origin.renamed,
                "data_date": to_iso(project.data_date),
                "finish": to_iso(finish),
            }
        )
    return {
        "projects": projects,
        "counts": {
            "activities": len(schedule),
            "relationships": len(schedule.relationships),
            "interfaces": len(result.merged.crossings),
            "calendars": len(schedule.calendars),
            "resources": len(schedule.resources),
        },
        "report_counts": dict(Counter(repair.code for repair in result.merged.repairs)),
        "report": [repair.as_dict() for repair in result.merged.repairs],
        "interfaces": interfaces(result),
        "traceability": [finding_json(result, finding) for finding in result.findings],
    }


def interfaces(result: MergeResult) -> list[dict[str, Any]]:
    """The interface register: every link between two projects, with its dates."""
    schedule, cpm = result.document.schedule, result.document.cpm
    acts, links = schedule.activities, schedule.relationships
    rows = []
    for crossing in result.merged.crossings:
        at = crossing.relationship
        giver, receiver = int(links.predecessor[at]), int(links.successor[at])
        rows.append(
            {
                "giver_project": schedule.projects[int(acts.project[giver])].code,
                "giver": str(acts.code[giver]),
                "receiver_project": schedule.projects[int(acts.project[receiver])].code,
                "receiver": str(acts.code[receiver]),
                "type": LinkType(int(links.type[at])).name,
                "lag_h": to_hours(int(links.lag[at])),
                "source": crossing.source,
                "both_sides": crossing.both_sides,
                "giver_finish": None if cpm is None else to_iso(int(cpm.finish[giver])),
                "receiver_start": None if cpm is None else to_iso(int(cpm.start[receiver])),
                "reckoned": to_iso(crossing.stand_in),
                "agreed": to_iso(crossing.agreed),
                "driving": None if cpm is None else bool(cpm.driving[at]),
            }
        )
    return rows


def finding_json(result: MergeResult, finding: Finding) -> dict[str, Any]:
    """One finding with activity ids in place of rows."""
    code = result.document.schedule.activities.code

    def named(row: int) -> str | None:
        return None if row == NO_ROW else str(code[row])

    return {
        "check": finding.check,
        "direction": finding.direction,
        "severity": finding.severity,
        "project": finding.project,
        "activity": named(finding.activity),
        "other": named(finding.other),
        "days": None if finding.days is None else round(float(finding.days), 3),
        "text": finding.text,
    }


def merge_sheets(result: MergeResult) -> dict[str, list[dict[str, Any]]]:
    """The same as sheets of a workbook."""
    body = merge_json(result)
    names = {"Projects": "projects", "Report": "report", "Interfaces": "interfaces",
             "Traceability": "traceability"}  # fmt: skip
    return {title: body[key] for title, key in names.items()}


def counted_lines(repairs: Iterable[Repair]) -> list[str]:
    """One line a kind of change, conflicts first: count, kind, and the first of them."""
    groups: dict[tuple[str, str], list[Repair]] = {}
    for repair in repairs:
        groups.setdefault((repair.severity, repair.code), []).append(repair)
    order = {"error": 0, "warning": 1, "info": 2}
    lines = []
    for (severity, code), found in sorted(groups.items(), key=lambda item: order[item[0][0]]):
        first = found[0]
        lines.append(
            f"{severity:8}{len(found):>5}  {code.replace('-', ' ')}: {first.where}, "
            f"{first.message}; {first.action}"
        )
    return lines
