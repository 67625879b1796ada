"""The comparison in words and figures."""

from __future__ import annotations

import re

from planbench.domain.times import from_iso
from planbench.engines.compare.series import ABSENT, DONE, OFF_PATH, ON_PATH, Series
from planbench.services.compare import Review, summary
from planbench.ui import text
from planbench.ui.compare.models import KINDS, shown_value
from planbench.ui.translation import tr
from planbench.ui.widgets import Stat

_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_SIGN = re.compile(r"(?<=\s)-(\d)")


def figures(review: Review) -> list[Stat]:
    """The strip above the register."""
    told = summary(review)
    kinds = told["by_type"]
    days = told["finish_movement_days"]
    before, after = (text.date(value) for value in review.comparison.finishes)
    kept = told["longest_path_kept"]
    role = (
        "text" if days is None else "late" if days >= 0.5 else "early" if days <= -0.5 else "text"
    )
    count = kinds.get
    links = f"+{count('logic-added', 0)}  {text.MINUS}{count('logic-deleted', 0)}"
    changed = count("lag", 0) + count("logic-type", 0)
    target = review.comparison.target
    restated, content = count("actual-changed", 0), count("calendar-content", 0)
    return [
        Stat(
            tr("Finish moves") if target is None else tr("{id} moves").format(id=target.id),
            text.DASH if days is None else f"{text.signed(days)}{text.NARROW}d",
            tr("{before} to {after}").format(before=before, after=after),
            role,
        ),
        Stat(
            tr("Longest path") if target is None else tr("Driving path"),
            tr("{told} in, {told2} out").format(
                told=told["enters_longest_path"], told2=told["leaves_longest_path"]
            ),
            "" if kept is None else tr("{kept} unchanged").format(kept=text.percent(kept, 0)),
        ),
        Stat(
            tr("Activities"),
            f"+{told['added']}  {text.MINUS}{told['deleted']}",
            tr("{told} matched").format(told=text.number(told["matched"])),
        ),
        Stat(tr("Links"), links, tr("{changed} changed type or lag").format(changed=changed)),
        Stat(tr("Durations"), text.number(count("duration", 0)), tr("without plain progress")),
        Stat(
            tr("Calendars"),
            text.number(content + count("calendar", 0)),
            tr("{content} inside the calendar").format(content=content),
            "warning" if content else "text",
        ),
        Stat(
            tr("Actual dates restated"),
            text.number(restated),
            tr("reported before, now different"),
            "warning" if restated else "text",
        ),
    ]


def prose(line: str) -> str:
    """A sentence of the narrative with dates and signs as the window writes them."""
    dated = _DATE.sub(lambda found: text.long_date(from_iso(found.group())), line)
    return _SIGN.sub(f"{text.MINUS}\\1", dated)


def order_words(review: Review) -> str:
    """How far the parts depend on the order of the steps."""
    half = review.half
    if half is None:
        return ""
    first, last = half.progress_days
    if round(first) == round(last):
        return tr("Progress last gives the same split.")
    return tr(
        "The order matters: progress last is {last} d, revisions then {revision_days} d."
    ).format(last=text.signed(last), revision_days=text.signed(half.revision_days[1]))


def change_words(review: Review, k: int) -> str:
    """One change in a sentence or two; notes in full."""
    change = review.comparison.changes.row(k)
    lead = f"{KINDS[change['type']]}: {change['id']}."
    if change["type"] in ("notebook", "calendar-content"):
        told = [shown_value(change["field"], change[side]) for side in ("before", "after")]
        lead = tr("{lead} Before: {before}. After: {after}.").format(
            lead=lead, before=told[0], after=told[1]
        )
    days = review.undone.get(k)
    if days is None:
        return tr("{lead} Its own effect on the finish was not calculated.").format(lead=lead)
    if round(days) == 0:
        return tr("{lead} If only this were undone, the finish would stay.").format(lead=lead)
    way = tr("later") if days > 0 else tr("earlier")
    count = text.counted(abs(round(days)), tr("day"), tr("days"))
    return tr("{lead} If only this were undone, the finish would come {count} {way}.").format(
        lead=lead, count=count, way=way
    )


def path_words(series: Series) -> str:
    """How steady the longest path is, in a sentence."""
    count = len(series.schedules)
    lines = series.path_lines
    if not lines:
        return tr("No update has open work on the longest path.")
    always = sum(
        all(stand in (ON_PATH, DONE) for stand in line.stands)
        and sum(stand == ON_PATH for stand in line.stands) > 1
        for line in lines
    )
    came = sum(line.stands[-1] == ON_PATH and line.stands[-2] != ON_PATH for line in lines)
    left = sum(
        line.stands[-2] == ON_PATH and line.stands[-1] in (OFF_PATH, ABSENT) for line in lines
    )
    return tr(
        "{lines} in {count} updates. {always} stay on it as long as they are open; with the last "
        "update {came} came and {left} left."
    ).format(
        lines=text.counted(len(lines), tr("activity"), tr("activities")),
        count=count,
        always=text.number(always),
        came=text.number(came),
        left=text.number(left),
    )


def network_words(counts: tuple[int, int, int], shown: int, left_out: int) -> str:
    """How many links changed, and what the picture shows."""
    added, deleted, changed = (text.number(number) for number in counts)
    told = tr("{added} links added, {deleted} deleted, {changed} changed").format(
        added=added, deleted=deleted, changed=changed
    )
    cards = text.counted(shown, tr("activity"), tr("activities"))
    told = tr("{told}; {cards} shown").format(told=told, cards=cards)
    if left_out:
        more = text.number(left_out)
        told = tr("{told}, {more} with more float left out").format(told=told, more=more)
    return f"{told}."
