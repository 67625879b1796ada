"""What Home says about each project, worked out from the library's records. No Qt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from planbench.domain.times import DAY, NO_TIME
from planbench.services.hold import THRESHOLD
from planbench.services.matters import ACTION, FINDINGS, Matter
from planbench.store.records import ProjectRecord, UpdateRecord
from planbench.ui import text
from planbench.ui.translation import tr

TOLERANCE = 5
"""Calendar days behind the baseline that still count as on plan."""


RULESET = "dcma-pam-2012"
"""The rule set whose figures Home shows where it was run."""


@dataclass(frozen=True)
class ScoreFigure:
    """The score by records of 100, and the metrics that take most of what is missing.

    `made` is the ruleset and the versions it was made with: only alike ones are compared.
    """

    value: float
    made: tuple[str, str, str]
    takes: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class UpdateLine:
    """Figures of one update; `to_baseline` in calendar days, below zero is later."""

    record: UpdateRecord
    finish: int
    calculated: bool
    to_baseline: int | None
    checks: tuple[int, int] | None  # metrics that meet, metrics that flag
    agreement: float | None
    score: ScoreFigure | None = None


@dataclass(frozen=True)
class ProjectLine:
    """One row of the library with the lines of its updates, newest first."""

    record: ProjectRecord
    latest: UpdateLine | None
    updates: tuple[UpdateLine, ...]
    trend: tuple[float, ...]
    health: str  # "", "plan", "watch" or "late"


def finish_of(update: UpdateRecord) -> tuple[int, bool]:
    """Finish of an update and whether it was calculated; NO_TIME when nobody knows it."""
    kept = update.result("cpm")
    if kept is not None and kept.meta.get("finish") is not None:
        return int(kept.meta["finish"]), True
    stated = update.figures.get("finish")
    return (NO_TIME if stated is None else int(stated)), False


def days_between(finish: int, baseline: int) -> int | None:
    """Calendar days from a finish to the baseline's; below zero when it is later."""
    if NO_TIME in (finish, baseline):
        return None
    return baseline // DAY - finish // DAY


def _checks(update: UpdateRecord) -> tuple[int, int] | None:
    """Metrics that meet and that flag, by the best known rule set, else by the newest run."""
    runs = [one for one in update.results if one.kind == "quality" and one.digest == update.digest]
    known = [one for one in runs if one.label.split()[:1] == [RULESET]]
    kept = max(known or runs, key=lambda one: one.id, default=None)
    if kept is None:
        return None
    counts: Any = kept.meta.get("counts") or {}
    meets, flags = int(counts.get("meets", 0)), int(counts.get("flag", 0))
    return (meets, flags) if meets + flags else None


def _score(update: UpdateRecord) -> ScoreFigure | None:
    """The kept score of the main project by the ruleset that stands for the whole."""
    runs = [
        one
        for one in update.results
        if one.kind == "quality"
        and one.digest == update.digest
        and one.meta.get("ruleset") == RULESET
        and (one.meta.get("score") or {}).get("by_records") is not None
    ]
    if not runs:
        return None
    kept = min(runs, key=lambda one: (one.meta.get("project", 0), -one.id))
    told: Any = kept.meta["score"]
    takes = sorted(told.get("takes", ()), key=lambda one: -float(one["points"]))
    versions = (RULESET, str(kept.meta.get("version")), str(told.get("version")))
    most = tuple((str(one["name"]), float(one["points"])) for one in takes[:3] if one["points"])
    return ScoreFigure(float(told["by_records"]), versions, most)


def _agreement(update: UpdateRecord) -> float | None:
    kept = update.result("cpm")
    share = None if kept is None else kept.meta.get("agreement")
    return None if share is None else float(share)


def project_line(project: ProjectRecord) -> ProjectLine:
    """Work out one project's row."""
    baseline = next((one for one in project.updates if one.id == project.baseline), None)
    target = finish_of(baseline)[0] if baseline is not None else NO_TIME
    lines = []
    for update in project.updates:
        finish, calculated = finish_of(update)
        lines.append(
            UpdateLine(
                update,
                finish,
                calculated,
                days_between(finish, target),
                _checks(update),
                _agreement(update),
                _score(update),
            )
        )
    latest = next((one for one in lines if one.record is project.latest), None)
    real = [one for one in lines if one.record.kind == "update" and one.finish != NO_TIME]
    if baseline is not None and target != NO_TIME:
        real = [one for one in lines if one.record is baseline] + [
            one for one in real if one.record is not baseline
        ]
    trend = tuple(-one.finish / DAY for one in real)
    return ProjectLine(project, latest, tuple(reversed(lines)), trend, _health(latest))


def _health(latest: UpdateLine | None) -> str:
    if latest is None:
        return ""
    must = latest.record.figures.get("must_finish_by")
    if must is not None and latest.finish != NO_TIME and latest.finish > int(must):
        return "late"
    if latest.to_baseline is None:
        return ""
    return "plan" if latest.to_baseline >= -TOLERANCE else "watch"


def imported_lately(lines: Iterable[ProjectLine], now: dt.datetime, days: int = 7) -> int:
    """Updates filed within so many days before `now` (UTC)."""
    count = 0
    for line in lines:
        for update in line.updates:
            try:
                made = dt.datetime.fromisoformat(update.record.created)
            except ValueError:
                continue
            if made.tzinfo is None:
                made = made.replace(tzinfo=dt.UTC)
            count += now - made <= dt.timedelta(days=days)
    return count


@dataclass(frozen=True)
class Remark:
    """Something worth a look: about which project, in a sentence, and where it is answered."""

    project: str
    words: str
    kind: str  # "later", "earlier", "flag", "baseline", "data", "overdue" or "deadline"
    update: int
    workspace: str


def remarks(
    lines: Sequence[ProjectLine], matters: Sequence[Matter] = (), most: int = 8
) -> list[Remark]:
    """The plainest facts a planner would want to know first.

    Largest movement of a finish first, then one a kind and project in turn: what is overdue, new
    findings, dates that do not agree, and what is missing.
    """
    moved: list[tuple[int, Remark]] = []
    others: list[Remark] = []
    for line in lines:
        latest = line.latest
        if latest is None:
            continue
        name, update = line.record.name, latest.record.id
        before = _update_before(line, latest)
        shift = None if before is None else days_between(latest.finish, before.finish)
        if before is not None and shift:
            way = tr("later") if shift < 0 else tr("earlier")
            days = tr("{shift} day{words}").format(
                shift=abs(shift), words="" if abs(shift) == 1 else "s"
            )
            words = tr("The finish moved {days} {way} since {label}").format(
                days=days, way=way, label=before.record.label
            )
            moved.append((-abs(shift), Remark(name, words, way, update, "compare")))
        others += _state_remarks(line, latest)
    moved.sort(key=lambda pair: pair[0])
    names = {line.record.id: line.record.name for line in lines}
    kept = [_remark_of(one, names[one.project]) for one in matters if one.project in names]
    ranked = _in_turn([*kept, *others])
    first = [remark for _, remark in moved]
    room = max(most - len(ranked), most // 2)
    return [*first[:room], *ranked][:most]


_RANK = {"overdue": 0, "deadline": 1, "findings": 2, "data": 3, "flag": 4, "baseline": 5}


def _in_turn(found: list[Remark]) -> list[Remark]:
    """By rank of their kind; a second of a kind follows the first of all kinds."""
    seen: dict[str, int] = {}
    keyed = []
    for one in found:
        turn = seen.get(one.kind, 0)
        seen[one.kind] = turn + 1
        keyed.append((turn, _RANK[one.kind], one))
    return [one for _, _, one in sorted(keyed, key=lambda entry: entry[:2])]


def _state_remarks(line: ProjectLine, latest: UpdateLine) -> list[Remark]:
    """What the figures of the latest update say."""
    name, update, found = line.record.name, latest.record.id, []
    if latest.checks is not None and latest.checks[1]:
        meets, flags = latest.checks
        words = tr("{flags} of {meets} checks flag").format(flags=flags, meets=meets + flags)
        found.append(Remark(name, words, "flag", update, "quality"))
    if latest.agreement is not None and latest.agreement < THRESHOLD:
        words = tr("Dates agree {share}: analyses that move dates are held back").format(
            share=text.percent(latest.agreement)
        )
        found.append(Remark(name, words, "data", update, "agreement"))
    if line.record.baseline is None and len(line.updates) > 1:
        words = tr("No baseline is chosen, so movement cannot be told")
        found.append(Remark(name, words, "baseline", update, "schedule"))
    return found


def _remark_of(matter: Matter, name: str) -> Remark:
    """A matter of the library in words, with the workspace that answers it."""
    if matter.kind == FINDINGS:
        told = []
        if matter.new:
            told.append(text.counted(matter.new, tr("new finding"), tr("new findings")))
        if matter.back:
            told.append(tr("{count} came back").format(count=text.number(matter.back)))
        words = ", ".join(told)
        return Remark(name, words, "findings", matter.update, "quality")
    days = text.counted(matter.days, tr("day"), tr("days"))
    more = tr(", {more} more").format(more=matter.more) if matter.more else ""
    if matter.kind == ACTION:
        words = tr("Action overdue {days}: {subject}").format(days=days, subject=matter.subject)
        return Remark(name, words + more, "overdue", matter.update, "control")
    words = tr("Deadline passed {days} ago: {subject}").format(days=days, subject=matter.subject)
    return Remark(name, words + more, "deadline", matter.update, "contract")


def score_moved(line: ProjectLine, update: UpdateLine) -> float | None:
    """Points by which the score differs from that of the update before; None without one."""
    before = _update_before(line, update)
    if before is None or before.score is None or update.score is None:
        return None
    alike = before.score.made == update.score.made
    return update.score.value - before.score.value if alike else None


def _update_before(line: ProjectLine, latest: UpdateLine) -> UpdateLine | None:
    real = [one for one in line.updates if one.record.kind == "update"]
    for number, one in enumerate(real):
        if one is latest and number + 1 < len(real):
            return real[number + 1]
    return None
