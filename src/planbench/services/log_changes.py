"""What came and went in the schedule log from one update to the next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any

from planbench.domain.schedule import NO_ROW, Schedule, Status
from planbench.domain.times import DAY, NO_TIME, to_iso
from planbench.engines.compare.matching import match
from planbench.engines.cpm.log import TITLES, Finding, ScheduleLog, Statistics
from planbench.services.document import Document
from planbench.services.library import Library
from planbench.services.schedule_log import entry_lines, log_of, option_words
from planbench.services.scheduling import recalculate

Key = tuple[object, ...]
"""What a line of the log is about, the same in both updates."""

_DATES = ("data_date", "finish", "must_finish_by")
_NAMES = {
    "data_date": "Data date",
    "finish": "Calculated finish",
    "must_finish_by": "Must finish by",
    "longest_path": "On the longest path",
}


@dataclass(frozen=True)
class FindingChange:
    """One heading: its lines that are new, gone, and said otherwise (before, now)."""

    finding: Finding
    before: int
    now: int
    came: tuple[str, ...]
    went: tuple[str, ...]
    changed: tuple[tuple[str, str], ...]

    @property
    def title(self) -> str:
        """The heading in words."""
        return TITLES[self.finding]


@dataclass(frozen=True)
class ProjectChange:
    """One project of both updates: figures and options that differ, as (name, before, now)."""

    code: str
    figures: tuple[tuple[str, str, str], ...]
    options: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class LogComparison:
    """Two logs side by side; headings that found nothing in either are left out.

    `alone` names the projects that only one of the two has.
    """

    old_name: str
    new_name: str
    projects: tuple[ProjectChange, ...]
    alone: tuple[str, ...]
    findings: tuple[FindingChange, ...]


def compare_logs(old: Document, new: Document) -> LogComparison:
    """Compare the log of an update with that of an earlier one; both must be calculated.

    Activities are the same by their ids, renamed ones by their unique ids (as `planbench compare`
    tells them). Raises PlanbenchError where either was not calculated.
    """
    before, now = log_of(old), log_of(new)
    matching = match(old.schedule, new.schedule)
    partner = matching.new_of_old.tolist()
    projects, alone = _projects(old.schedule, new.schedule, before, now)
    found = []
    for finding in TITLES:
        lines_before = _lines(old, before, finding, partner)
        lines_now = _lines(new, now, finding, None)
        if not lines_before and not lines_now:
            continue
        came = [key for key in lines_now if key not in lines_before]
        went = [key for key in lines_before if key not in lines_now]
        kept = [key for key in lines_before if key in lines_now]
        changed = [(lines_before[key], lines_now[key]) for key in kept]
        found.append(
            FindingChange(
                finding,
                len(lines_before),
                len(lines_now),
                tuple(f"{lines_now[key]}{_fresh(key, matching.old_of_new)}" for key in came),
                tuple(f"{lines_before[key]}{_fate(key, new.schedule)}" for key in went),
                tuple((a, b) for a, b in changed if _told(a) != _told(b)),
            )
        )
    return LogComparison(_name(old), _name(new), projects, alone, tuple(found))


def compare_with_update(library: Library, update: int, new: Document) -> LogComparison:
    """`compare_logs` with an update of the library, which is calculated for it.

    Raises StoreError where it cannot be read, PlanbenchError where it cannot be calculated.
    """
    old = library.open_update(update)
    recalculate(old)
    return compare_logs(old, new)


def _name(document: Document) -> str:
    return document.schedule.source.name or document.update_label or document.title


def _told(line: str) -> str:
    """What a line says of its activity, without the activity's name."""
    return line[line.rfind("  (") :] if "  (" in line else ""


def _lines(
    document: Document, log: ScheduleLog, finding: Finding, partner: list[int] | None
) -> dict[Key, str]:
    """The lines of a finding by what they are about, in rows of the newer schedule."""
    entry = next((one for one in log.entries if one.finding == finding), None)
    if entry is None:
        return {}
    schedule = document.schedule

    def who(row: int) -> Key:
        if partner is None:
            return (row,)
        return (partner[row],) if partner[row] != NO_ROW else ("gone", row)

    def about(row: int) -> Key:
        if entry.of == "relationships":
            links = schedule.relationships
            ends = who(int(links.predecessor[row])), who(int(links.successor[row]))
            return (*ends, int(links.type[row]))
        if entry.of == "external_links":
            outer = schedule.external_links
            other = str(outer.other_project[row]), str(outer.other_uid[row])
            return who(int(outer.activity[row])), bool(outer.incoming[row]), *other
        return who(row)

    lines: dict[Key, str] = {}
    for row, line in zip(entry.rows, entry_lines(document, entry), strict=True):
        key = about(row)
        while key in lines:  # the same link twice
            key = (*key, "again")
        lines[key] = line
    return lines


def _fresh(key: Key, old_of_new: Any) -> str:
    """Told of an activity that the older update has not."""
    row = key[0]
    return "  [new activity]" if isinstance(row, int) and old_of_new[row] == NO_ROW else ""


def _fate(key: Key, new: Schedule) -> str:
    """What became of the activity whose line is gone, where that says why."""
    row = key[0]
    if row == "gone":
        return "  [no longer in the schedule]"
    if isinstance(row, int) and new.activities.status[row] == Status.COMPLETE:
        return "  [complete now]"
    return ""


def _projects(
    old: Schedule, new: Schedule, before: ScheduleLog, now: ScheduleLog
) -> tuple[tuple[ProjectChange, ...], tuple[str, ...]]:
    here = {old.projects[f.project].code: f for f in before.statistics if f.activities}
    there = {new.projects[f.project].code: f for f in now.statistics if f.activities}
    if len(here) == len(there) == 1:  # ids of projects often carry the number of the update
        here = dict(zip(there, here.values(), strict=True))
    changes = []
    for code, figures in there.items():
        if code in here:
            mine = here[code]
            a = option_words(before.options[mine.project])
            b = option_words(now.options[figures.project])
            options = tuple((name, a[name], b[name]) for name in b if a[name] != b[name])
            changes.append(ProjectChange(code, tuple(_figures(mine, figures)), options))
    return tuple(changes), tuple(sorted(set(here) ^ set(there)))


def _figures(before: Statistics, now: Statistics) -> Iterator[tuple[str, str, str]]:
    """Figures that differ, the newer one with its difference."""
    for item in fields(Statistics):
        a, b = getattr(before, item.name), getattr(now, item.name)
        if item.name == "project" or a == b:
            continue
        name = _NAMES.get(item.name, item.name.replace("_", " ").capitalize())
        if item.name in _DATES:
            known = NO_TIME not in (a, b)
            days = f"  ({(b - a) / DAY:+.1f} days)" if known else ""
            yield name, _date(a), f"{_date(b)}{days}"
        else:
            yield name, str(a), f"{b}  ({b - a:+d})"


def _date(instant: int) -> str:
    return (to_iso(instant) or "none").replace("T", " ")


def comparison_lines(comparison: LogComparison) -> list[str]:
    """The comparison for a printer or a mail."""
    lines = [
        f"Schedule log of {comparison.new_name}",
        f"against {comparison.old_name}",
        "",
    ]
    for project in comparison.projects:
        lines.append(f"Project {project.code}")
        lines += _changes("Figures", project.figures) + _changes("Options", project.options)
        lines.append("")
    lines += [f"Only in one of the two: project {code}" for code in comparison.alone]
    lines.append("Findings")
    for one in comparison.findings:
        lines.append(f"  {one.title}: {one.before} before, {one.now} now")
        lines += _listed("came", one.came) + _listed("went", one.went)
        changed = (f"{b}  [before: {_told(a).strip() or 'nothing'}]" for a, b in one.changed)
        lines += _listed("changed", changed)
    if not comparison.findings:
        lines.append("  None in either.")
    return lines


def _changes(title: str, rows: tuple[tuple[str, str, str], ...]) -> list[str]:
    if not rows:
        return [f"  {title}: no difference"]
    return [f"  {title}", *(f"    {name:<26}{a}  ->  {b}" for name, a, b in rows)]


def _listed(word: str, lines: Iterable[str]) -> list[str]:
    return [f"    {word:<9}{line}" for line in lines]


def comparison_json(comparison: LogComparison) -> dict[str, Any]:
    """The comparison as data."""
    return {
        "old": comparison.old_name,
        "new": comparison.new_name,
        "projects": [
            {
                "id": project.code,
                "figures": [
                    {"figure": name, "before": a, "now": b} for name, a, b in project.figures
                ],
                "options": [
                    {"option": name, "before": a, "now": b} for name, a, b in project.options
                ],
            }
            for project in comparison.projects
        ],
        "only_in_one": list(comparison.alone),
        "findings": [
            {
                "finding": one.finding,
                "title": one.title,
                "before": one.before,
                "now": one.now,
                "came": list(one.came),
                "went": list(one.went),
                "changed": [{"before": a, "now": b} for a, b in one.changed],
            }
            for one in comparison.findings
        ],
    }
