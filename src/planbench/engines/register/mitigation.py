"""Whether what is done about risks stands in the programme: actions against the baseline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from planbench.domain.schedule import NO_ROW, Schedule
from planbench.engines.register.entry import RiskAction, RiskEntry

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


@dataclass(frozen=True)
class ActionLink:
    """An action of a risk and where its activity stands. `lost` are links as `A > B`."""

    risk: RiskEntry
    action: RiskAction
    state: str
    lost: tuple[str, ...] = ()
    unpaid: bool = False  # it costs something and names no account that pays

    @property
    def finding(self) -> str:
        """What is wrong, in one line; empty where all is well."""
        parts = [] if self.state == IN_BASELINE else [WORDS[self.state]]
        if self.lost:
            parts.append(f"({', '.join(self.lost)})")
        if self.unpaid:
            parts.append("it has no budget line" if not parts else "and it has no budget line")
        return " ".join(parts)


def linked_actions(
    entries: Iterable[RiskEntry], schedule: Schedule, baseline: Schedule | None
) -> tuple[ActionLink, ...]:
    """Every action that was not dropped, with the state of its activity.

    An action whose activity is in both but lost a link of the baseline is `LINK_LOST`. Without a
    baseline only the programme is looked at.
    """
    gone: list[tuple[str, str]] = []
    if baseline is not None:
        both = schedule.row_of_code
        gone = [
            (a, b)
            for a, b in sorted(_links(baseline) - _links(schedule))
            if a in both and b in both
        ]
    made = []
    for entry in entries:
        if not entry.modelled:
            continue
        for action in entry.actions:
            if action.state == "dropped":
                continue
            code = action.activity
            here = code in schedule.row_of_code
            there = baseline is not None and code in baseline.row_of_code
            lost: tuple[str, ...] = ()
            if here and there:
                lost = tuple(f"{a} > {b}" for a, b in gone if code in (a, b))
                state = LINK_LOST if lost else IN_BASELINE
            else:
                state = CURRENT_ONLY if here else DELETED if there else NOWHERE
            unpaid = action.cost > 0 and not action.budget.strip()
            made.append(ActionLink(entry, action, state, lost, unpaid))
    return tuple(made)


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
