"""Whether what is done about risks stands in the programme: actions against the baseline.

Every action needs an activity of the approved baseline, an owner, a budget line where it costs
something, and an end before the risk may strike.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planbench.domain.schedule import NO_ROW, Schedule
from planbench.domain.times import NO_TIME, to_iso
from planbench.engines.register.entry import EASES, RiskAction, RiskEntry

if TYPE_CHECKING:
    from planbench.engines.cpm.result import CpmResult

IN_BASELINE = "in baseline"
CURRENT_ONLY = "in current only"
DELETED = "deleted"
NOWHERE = "not in baseline"
LINK_LOST = "link lost"

WORDS = {
    IN_BASELINE: "its activity is in the baseline and in the programme",
    CURRENT_ONLY: "its activity is in the programme, not in the approved baseline",
    DELETED: "its activity was in the baseline and is no longer in the programme",
    NOWHERE: "no activity of the baseline or the programme carries it",
    LINK_LOST: "its activity lost a link that it had in the baseline",
}
"""What each state of an action says."""

RULES = {
    "action-baseline": ("Risk action is not in the approved baseline", "major"),
    "action-logic": ("Activity of a risk action lost a link", "minor"),
    "action-owner": ("Risk action has no owner", "minor"),
    "action-late": ("Risk action ends after the risk may strike", "major"),
    "action-overdue": ("Risk action is overdue at the data date", "minor"),
    "action-budget": ("Risk action has no budget line", "minor"),
}
"""What can be wrong with an action: title and severity of the finding by its rule."""


@dataclass(frozen=True)
class Issue:
    """Something that is wrong with an action, by one of RULES."""

    rule: str
    words: str


@dataclass(frozen=True)
class ActionLink:
    """An action of a risk and where its activity stands. `lost` are links as `A > B`.

    `end` is when it is over, in minutes: its activity's finish, else its day; NO_TIME unknown.
    """

    risk: RiskEntry
    action: RiskAction
    state: str
    lost: tuple[str, ...] = ()
    end: int = NO_TIME
    issues: tuple[Issue, ...] = ()

    @property
    def finding(self) -> str:
        """What is wrong, in one line; empty where all is well."""
        return "; ".join(issue.words for issue in self.issues)


def linked_actions(
    entries: Iterable[RiskEntry],
    schedule: Schedule,
    baseline: Schedule | None,
    cpm: CpmResult | None = None,
) -> tuple[ActionLink, ...]:
    """Every action of an open risk that was not dropped, with where it stands and what is wrong.

    An action whose activity is in both but lost a link of the baseline is `LINK_LOST`. Without a
    baseline only the programme is looked at. `cpm` None reads the dates the file stores.
    """
    gone = _gone(schedule, baseline) if baseline is not None else []
    acts = schedule.activities
    finish = acts.stored_early_finish if cpm is None else cpm.finish
    accounts = {str(code).strip() for code in schedule.accounts.code.tolist()}
    today = (to_iso(schedule.data_date) or "")[:10]
    made = []
    for entry in entries:
        if not entry.modelled:
            continue
        for action in entry.actions:
            if action.state == "dropped":
                continue
            code = action.activity
            row = schedule.row_of_code.get(code, NO_ROW)
            there = baseline is not None and code in baseline.row_of_code
            lost: tuple[str, ...] = ()
            if row != NO_ROW and there:
                lost = tuple(f"{a} > {b}" for a, b in gone if code in (a, b))
                state = LINK_LOST if lost else IN_BASELINE
            else:
                state = CURRENT_ONLY if row != NO_ROW else DELETED if there else NOWHERE
            end = _minute(action.due)
            if row != NO_ROW:
                done = int(acts.actual_finish[row])
                end = done if done != NO_TIME else int(finish[row])
            issues = (
                *_standing(state, lost),
                *_keeping(entry, action, end, today),
                *_paying(action, accounts),
            )
            made.append(ActionLink(entry, action, state, lost, end, issues))
    return tuple(made)


def _standing(state: str, lost: tuple[str, ...]) -> Iterable[Issue]:
    if state == LINK_LOST:
        yield Issue("action-logic", f"{WORDS[state]} ({', '.join(lost)})")
    elif state != IN_BASELINE:
        yield Issue("action-baseline", WORDS[state])


def _keeping(entry: RiskEntry, action: RiskAction, end: int, today: str) -> Iterable[Issue]:
    if not action.owner.strip():
        yield Issue("action-owner", "it has no owner")
    # What prevents must be over before the window opens, what eases effects before it closes.
    strikes = entry.proximity_to if action.side == EASES else entry.proximity_from
    over = (to_iso(end) or "")[:10] if end != NO_TIME else ""
    if strikes and over > strikes and action.state != "done":
        yield Issue("action-late", f"it ends on {over}, the risk may strike from {strikes}"
                    if action.side != EASES
                    else f"it ends on {over}, after the window of the risk, {strikes}")  # fmt: skip
    if action.due and action.due < today and action.state in ("planned", "under way"):
        yield Issue("action-overdue", f"it was due on {action.due} and is {action.state}")


def _paying(action: RiskAction, accounts: set[str]) -> Iterable[Issue]:
    if action.cost <= 0:
        return
    line = action.budget.strip()
    if not line:
        yield Issue("action-budget", "it costs something and has no budget line")
    elif accounts and line not in accounts:
        yield Issue("action-budget", f"its budget line {line} is no cost account")


def _minute(day: str) -> int:
    """The end of a day as an instant, NO_TIME for none."""
    import datetime as dt

    if not day:
        return int(NO_TIME)
    return (dt.date.fromisoformat(day) - dt.date(1970, 1, 1)).days * 1440 + 1439


def _gone(schedule: Schedule, baseline: Schedule) -> list[tuple[str, str]]:
    """Links of the baseline between activities that are both still there, and no longer are."""
    both = schedule.row_of_code
    lost = sorted(_links(baseline) - _links(schedule))
    return [(a, b) for a, b in lost if a in both and b in both]


def _links(schedule: Schedule) -> set[tuple[str, str]]:
    """Pairs of ids that are linked."""
    links, code = schedule.relationships, schedule.activities.code
    good = (links.predecessor != NO_ROW) & (links.successor != NO_ROW)
    return set(
        zip(
            code[links.predecessor[good]].tolist(),
            code[links.successor[good]].tolist(),
            strict=True,
        )
    )
