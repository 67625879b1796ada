"""Following the logic of a document: targets, paths step by step with reasons, text and JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import ActivityType, LinkType, Schedule, Status
from planbench.domain.times import NO_TIME, to_hours, to_iso
from planbench.engines.trace import (
    FloatPath,
    Path,
    Trace,
    driving_path,
    float_paths,
    leading_to,
    prepared,
    trace,
    why,
)
from planbench.services.document import Document

if TYPE_CHECKING:
    from planbench.engines.cpm.result import CpmResult
    from planbench.engines.trace.why import Prepared

PATHS = 10
"""Float paths that are looked for."""

MOST_TARGETS = 300


def calculated(document: Document) -> CpmResult:
    """The document's calculation. Raises PlanbenchError where there is none."""
    if document.cpm is None:
        raise PlanbenchError(
            document.problem or "the schedule was not calculated",
            document.schedule.source.name,
        )
    return document.cpm


def find_activity(document: Document, code: str) -> int:
    """Row of the activity with an id, written in any case.

    Raises PlanbenchError that names ids alike when there is none.
    """
    row = document.schedule.row_of_code.get(code)
    if row is not None:
        return int(row)
    codes = [str(one) for one in document.schedule.activities.code.tolist()]
    wanted = code.strip().casefold()
    for row, one in enumerate(codes):
        if one.casefold() == wanted:
            return row
    import difflib

    alike = difflib.get_close_matches(code, codes, 3, 0.6)
    mend = f"Did you mean {', '.join(alike)}?" if alike else "Ids are listed by 'schedule --json'."
    raise PlanbenchError(f"there is no activity '{code}'", document.schedule.source.name, mend)


def default_target(document: Document) -> int:
    """The activity at which the main project ends: the last on the longest path.

    Of several that end together the one without open successors, milestones before work.

    -1 for a schedule without activities or calculation.
    """
    schedule, cpm = document.schedule, document.cpm
    if cpm is None or not len(schedule):
        return -1
    acts = schedule.activities
    mine = (acts.project == schedule.main_project) & (cpm.early_finish != NO_TIME)
    mine &= acts.status != Status.COMPLETE
    spans = np.isin(acts.type, (ActivityType.LEVEL_OF_EFFORT, ActivityType.WBS_SUMMARY))
    for wanted in (mine & cpm.longest_path & ~spans, mine & ~spans, mine):
        rows = np.flatnonzero(wanted)
        if rows.size:
            last = cpm.early_finish[rows]
            ends = rows[last == last.max()]
            links = schedule.relationships
            open_ = ~spans & (acts.status != Status.COMPLETE)
            after = np.bincount(links.predecessor[open_[links.successor]], minlength=len(acts))
            work = acts.original_duration[ends] > 0
            best = np.lexsort((ends, work, after[ends] > 0))
            return int(ends[best[0]])
    return -1


def targets(document: Document) -> list[int]:
    """Milestones worth tracing to: the project's end first, then open finish milestones by date."""
    first = default_target(document)
    if first < 0 or document.cpm is None:
        return []
    acts = document.schedule.activities
    open_ = (acts.type == ActivityType.FINISH_MILESTONE) & (acts.status != Status.COMPLETE)
    rows = np.flatnonzero(open_ & (document.cpm.early_finish != NO_TIME))
    rows = rows[np.argsort(-document.cpm.early_finish[rows], kind="stable")]
    return [first, *(row for row in rows.tolist() if row != first)][:MOST_TARGETS]


@dataclass(frozen=True)
class Step:
    """One activity of a path; `link` is the relationship from the step before, -1 at the first."""

    row: int
    link: int


def steps(path: Path | FloatPath) -> list[Step]:
    """A path as steps."""
    into = (-1, *path.relationships)
    return [Step(row, into[place]) for place, row in enumerate(path.rows)]


def from_completed(document: Document, path: FloatPath, through: bool) -> Path:
    """A path, with the complete work that led to its first activity where `through` is set.

    Raises PlanbenchError when the document has no calculated dates.
    """
    plain = Path(path.rows, path.relationships)
    if not through or not path.rows:
        return plain
    status = document.schedule.activities.status
    before = driving_path(document.schedule, calculated(document), path.rows[0])
    keep = 0
    for row in reversed(before.rows[:-1]):
        if status[row] != Status.COMPLETE:
            break
        keep += 1
    first = len(before.rows) - 1 - keep
    return Path(
        (*before.rows[first:-1], *path.rows),
        (*before.relationships[first:], *path.relationships),
    )


def path_name(schedule: Schedule, path: FloatPath | Path) -> str:
    """What most of a path's activities belong to: the name of their WBS node, else the first's."""
    acts = schedule.activities
    nodes = Counter(int(acts.wbs[row]) for row in path.rows)
    node, _ = max(nodes.items(), key=lambda item: (item[1], -item[0])) if nodes else (-1, 0)
    if len(path.rows) > 1 and 0 <= node < len(schedule.wbs) and schedule.wbs.name[node]:
        return str(schedule.wbs.name[node])
    return str(acts.name[path.rows[0]]) if path.rows else ""


def per_day(schedule: Schedule, row: int) -> float:
    """Working minutes of a day on an activity's calendar."""
    calendar = int(schedule.activities.calendar[row])
    known = 0 <= calendar < len(schedule.calendars)
    return (schedule.calendars[calendar].minutes_per_day if known else 0.0) or 480.0


def paths_to(
    document: Document, to_row: int, by: Literal["free", "total"] = "free", count: int = PATHS
) -> tuple[FloatPath, ...]:
    """The float paths to an activity, most critical first.

    Raises PlanbenchError without a calculation.
    """
    return float_paths(document.schedule, calculated(document), to_row, count, by)


def gain_sentence(document: Document, to_row: int, paths: Sequence[FloatPath]) -> str:
    """What holds an activity, and how much can be gained before another path takes over.

    Speaks of float that counts to the activity itself: `paths` ranked by "free".
    """
    from planbench.engines.trace.words import amount

    schedule = document.schedule
    name = str(schedule.activities.name[to_row])
    if not paths or len(paths[0].rows) < 2:
        return f"Nothing that is still to do leads to {name}."
    first = str(schedule.activities.name[paths[0].rows[0]])
    told = f"{name} is held by {path_name(schedule, paths[0])}, from {first} on."
    if len(paths) < 2:
        return f"{told} No other open path leads to it."
    slack = amount(schedule, to_row, paths[1].slack).replace(" ", "\u202f")  # unbroken
    other = path_name(schedule, paths[1])
    if paths[1].slack == 0:
        return f"{told} Path 2, {other}, holds it just as much: time must be saved on both."
    return (
        f"{told} Time saved there brings it forward by up to {slack}; then path 2, {other}, "
        "takes over."
    )


class Reasoner:
    """Why activities stand where they stand.

    `network` is what `prepared` gives for the document's schedule, made when it is first needed.
    """

    def __init__(self, document: Document, network: Prepared | None = None) -> None:
        self._document = document
        self._network = network

    def sentences(self, row: int) -> tuple[str, ...]:
        """The reasons of an activity's dates, none without a calculation."""
        cpm = self._document.cpm
        if cpm is None:
            return ()
        if self._network is None:
            self._network = prepared(self._document.schedule, cpm)
        return why(self._document.schedule, cpm, row, self._network).sentences

    def start(self, row: int) -> str:
        """Why it starts when it does; of a sentence that names the date only what follows it."""
        told = next(iter(self.sentences(row)), "")
        lead, because, reason = told.partition(" because ")
        if because and lead.startswith("Starts ") and len(lead.split()) == 2:
            own = reason.removeprefix("of its ")
            return own[:1].upper() + own[1:] if own != reason else reason
        return told


def link_words(schedule: Schedule, link: int) -> str:
    """`FS`, `SS + 16 d`; a dash where no relationship leads here."""
    from planbench.scenes.trace import link_text

    return link_text(schedule, link) if link >= 0 else "—"


def path_text(document: Document, title: str, path: Path | FloatPath) -> str:
    """A path as text for a mail: a heading and a line an activity, cells parted by tabs."""
    from planbench.scenes.formats import date_text

    schedule, cpm = document.schedule, calculated(document)
    acts, reasoner = schedule.activities, Reasoner(document)
    lines = [title, "\t".join(("#", "ID", "Activity", "Link", "Start", "Finish", "Why"))]
    for number, step in enumerate(steps(path), start=1):
        cells = (
            str(number),
            str(acts.code[step.row]),
            str(acts.name[step.row]),
            link_words(schedule, step.link),
            date_text(int(cpm.start[step.row])),
            date_text(int(cpm.finish[step.row])),
            reasoner.start(step.row),
        )
        lines.append("\t".join(cell.replace("\t", " ") for cell in cells))
    return "\n".join(lines) + "\n"


def trace_json(
    document: Document,
    row: int,
    back: int = 1,
    forward: int = 1,
    driving_only: bool = False,
    through_completed: bool = True,
    to_row: int = -1,
) -> dict[str, Any]:
    """The body of `planbench trace`: the traced activity, all around it, and the paths to it.

    `activities` come level by level, `links` are those walked; with `to_row` the way ahead is the
    one to that activity. Raises PlanbenchError without a
    calculation.
    """
    schedule, cpm = document.schedule, calculated(document)
    towards = leading_to(schedule, to_row) if to_row >= 0 else None
    found = trace(schedule, cpm, row, back, forward, driving_only, through_completed, towards)
    reasoner = Reasoner(document)
    path = driving_path(schedule, cpm, row)
    ordered = sorted(found.levels, key=lambda one: (found.levels[one], one))
    return {
        "activity": {**_activity(document, row), "why": list(reasoner.sentences(row))},
        "back": back,
        "forward": forward,
        "driving_only": driving_only,
        "through_completed": through_completed,
        "to": str(schedule.activities.code[to_row]) if to_row >= 0 else None,
        "activities": [{**_activity(document, one), "level": found.levels[one]} for one in ordered],
        "links": [_link(document, link) for link in found.relationships],
        "driving_path": [
            {
                **_activity(document, step.row),
                "link": _link(document, step.link) if step.link >= 0 else None,
                "why": reasoner.start(step.row),
            }
            for step in steps(path)
        ],
        "float_paths": [
            {
                "number": one.number,
                "name": path_name(schedule, one),
                "slack_h": to_hours(one.slack),
                "joins": str(schedule.activities.code[one.joins]),
                "activities": [str(schedule.activities.code[r]) for r in one.rows],
            }
            for one in paths_to(document, row)
        ],
    }


def _activity(document: Document, row: int) -> dict[str, Any]:
    acts, cpm = document.schedule.activities, calculated(document)
    return {
        "id": str(acts.code[row]),
        "uid": str(acts.uid[row]),
        "name": str(acts.name[row]),
        "status": Status(int(acts.status[row])).name.lower().replace("_", "-"),
        "start": to_iso(int(cpm.start[row])),
        "finish": to_iso(int(cpm.finish[row])),
        "total_float_h": to_hours(int(cpm.total_float[row])),
        "critical": bool(cpm.critical[row]),
        "longest_path": bool(cpm.longest_path[row]),
    }


def _link(document: Document, link: int) -> dict[str, Any]:
    schedule, cpm = document.schedule, calculated(document)
    links = schedule.relationships
    return {
        "predecessor": str(schedule.activities.code[links.predecessor[link]]),
        "successor": str(schedule.activities.code[links.successor[link]]),
        "type": LinkType(int(links.type[link])).name,
        "lag_h": to_hours(int(links.lag[link])),
        "driving": bool(cpm.driving[link]),
        "float_h": to_hours(int(cpm.relationship_float[link])),
    }


def beyond(document: Document, found: Trace) -> tuple[int, int]:
    """How many activities the trace does not show right before its first and after its last."""
    schedule, links = document.schedule, document.schedule.relationships
    low, high = min(found.levels.values()), max(found.levels.values())
    counts = []
    for level, around, ends in (
        (low, schedule.incoming, links.predecessor),
        (high, schedule.outgoing, links.successor),
    ):
        edge = [row for row, one in found.levels.items() if one == level]
        more = {int(ends[k]) for row in edge for k in around.of(row).tolist()}
        counts.append(len(more - set(found.levels)))
    return counts[0], counts[1]
