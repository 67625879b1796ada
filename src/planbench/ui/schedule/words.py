"""Sentences about one activity that several places show: tooltips, chips, the folded strip."""

from __future__ import annotations

from dataclasses import dataclass

from planbench.domain.schedule import NO_ROW, LagCalendar, LinkType, Schedule
from planbench.domain.times import DAY, NO_TIME
from planbench.scenes.formats import THIN, date_text, days_text
from planbench.ui.schedule.plan import Plan
from planbench.ui.translation import tr


@dataclass(frozen=True)
class LinkLine:
    """One relationship of an activity as a list shows it."""

    row: int  # the activity at the other end
    code: str
    name: str
    type: str  # FS, SS, FF or SF with its lag
    driving: bool
    critical: bool
    float_days: str
    link: int = NO_ROW  # the relationship's row


def lag_text(minutes: int, per_day: float) -> str:
    """A lag in days with its sign, empty for none."""
    if minutes in (0, NO_TIME):
        return ""
    return f"{days_text(minutes / per_day, sign=True)}{THIN}d"


def _day(schedule: Schedule, row: int) -> float:
    """Working minutes of a day on an activity's calendar."""
    calendar = int(schedule.activities.calendar[row])
    if not 0 <= calendar < len(schedule.calendars):
        return 480.0
    return schedule.calendars[calendar].minutes_per_day or 480.0


def _lag_day(schedule: Schedule, predecessor: int, successor: int) -> float:
    """Minutes of a day on the calendar on which the successor's project lets lags run."""
    project = schedule.projects[int(schedule.activities.project[successor])]
    runs_on = project.options.lag_calendar
    if runs_on == LagCalendar.ROUND_THE_CLOCK:
        return float(DAY)
    if runs_on == LagCalendar.PROJECT and 0 <= project.calendar < len(schedule.calendars):
        return schedule.calendars[project.calendar].minutes_per_day or 480.0
    return _day(schedule, successor if runs_on == LagCalendar.SUCCESSOR else predecessor)


def link_lines(plan: Plan, row: int, incoming: bool) -> list[LinkLine]:
    """Predecessors or successors of an activity, driving ones first, then by float."""
    schedule, cpm = plan.schedule, plan.cpm
    links = schedule.relationships
    found = (schedule.incoming if incoming else schedule.outgoing).of(row).tolist()
    lines = []
    critical = plan.activity_facts.critical
    for link in found:
        predecessor, successor = int(links.predecessor[link]), int(links.successor[link])
        other = predecessor if incoming else successor
        drives = cpm is not None and bool(cpm.driving[link])
        slip = int(cpm.relationship_float[link]) if cpm is not None else NO_TIME
        kind = LinkType(int(links.type[link])).name
        lag = lag_text(int(links.lag[link]), _lag_day(schedule, predecessor, successor))
        days = slip / _day(schedule, predecessor)  # a link's float runs on its predecessor's
        line = LinkLine(
            row=other,
            code=str(schedule.activities.code[other]),
            name=str(schedule.activities.name[other]),
            type=f"{kind} {lag}".strip(),
            driving=drives,
            critical=drives and bool(critical[other] and critical[row]),
            link=link,
            float_days="" if slip == NO_TIME else f"{days_text(days)}{THIN}d",
        )
        lines.append((not drives, slip if slip != NO_TIME else 0, line))
    lines.sort(key=lambda item: item[:2])
    return [line for *_, line in lines]


def driver(plan: Plan, row: int) -> LinkLine | None:
    """The first driving predecessor, None without one."""
    lines = link_lines(plan, row, incoming=True)
    return lines[0] if lines and lines[0].driving else None


def variance_words(days: float) -> str:
    """`26 d later`, `3 d earlier` or `as in the baseline`; empty for NaN."""
    if days != days:
        return ""
    if days == 0:
        return tr("as in the baseline")
    return tr("{days}{thin}d {words}").format(
        days=days_text(abs(days)), thin=THIN, words=tr("later") if days < 0 else tr("earlier")
    )


def tooltip(plan: Plan, node: int) -> str:
    """Some lines about a node: name, dates, float and driver, baseline."""
    facts, row = plan.facts, plan.activity_of(node)
    dates = tr("{start} to {finish}").format(
        start=date_text(int(facts.start[node])), finish=date_text(int(facts.finish[node]))
    )
    if row == NO_ROW:
        count = int(facts.count[node])
        name = plan.outline.band_name(plan.schedule, node)
        return tr("{name}\n{dates}, {count} {words}").format(
            name=name,
            dates=dates,
            count=count,
            words=tr("activity") if count == 1 else tr("activities"),
        )
    acts = plan.schedule.activities
    lines = [f"{acts.code[row]} {acts.name[row]}"]
    duration = days_text(float(facts.original[node]))
    lines.append(f"{dates}, {duration}{THIN}d" if duration else dates)
    slack = days_text(float(facts.total_float[node]))
    drives = driver(plan, row)
    words = [tr("Float {slack}{thin}d").format(slack=slack, thin=THIN)] if slack else []
    words += [tr("driven by {code}").format(code=drives.code)] if drives is not None else []
    if words:
        text = ", ".join(words)
        lines.append(text[0].upper() + text[1:])
    if facts.baseline_finish[node] != NO_TIME:
        change = variance_words(float(facts.finish_variance[node]))
        lines.append(
            tr("Baseline finish {baseline_finish}, {change}").format(
                baseline_finish=date_text(int(facts.baseline_finish[node])), change=change
            )
        )
    return "\n".join(lines)
