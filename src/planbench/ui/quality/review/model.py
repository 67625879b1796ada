"""The list of findings, the list of rounds, and what one round says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from planbench.engines.findings.record import SEVERITIES
from planbench.engines.findings.rounds import STANDINGS, Review, Round, Sight
from planbench.services.findings import Line, still_found
from planbench.ui import text
from planbench.ui.quality.review import words
from planbench.ui.quality.words import tidy
from planbench.ui.translation import tr
from planbench.ui.widgets import CellLook, Column, FlatTableModel

_STAGES = tuple(words.STAGES)


class FindingsList(FlatTableModel):
    """One row a finding; `show_lines` then `filter`."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Line] = []
        self._searched: list[str] = []
        self._rounds: tuple[Round, ...] = ()
        self.show_lines([], Review())

    def show_lines(self, lines: list[Line], review: Review) -> None:
        """Show other findings."""
        self.lines = lines
        self._rounds = review.ordered_rounds
        numbers = {one.key: place for place, one in enumerate(self._rounds)}
        since = [numbers[one.since.key] if one.since is not None else -1 for one in lines]
        severities = [SEVERITIES.index(one.finding.severity) for one in lines]
        stages = [_STAGES.index(one.stage) for one in lines]
        owners = [str(one.finding.value("owner")) for one in lines]
        self._searched = [
            " ".join(
                (one.finding.uid, one.finding.rule, one.finding.title, one.subject, one.name, owner)
            ).casefold()
            for one, owner in zip(lines, owners, strict=True)
        ]
        columns = [
            Column(
                "uid", tr("Finding"), 118, values=[one.finding.uid for one in lines], elide=False
            ),
            Column(
                "rule", tr("Rule"), 84, values=[one.finding.rule or tr("by hand") for one in lines]
            ),
            Column("subject", "ID", 124, values=[one.subject for one in lines]),
            Column("name", tr("What"), 260, stretch=True, values=[_what(one) for one in lines]),
            Column("measured", tr("Measured"), 180, values=[tidy(one.measured) for one in lines]),
            Column("severity", tr("Severity"), 112, sort_values=severities),
            Column("stage", tr("State"), 116, sort_values=stages),
            Column("owner", tr("Owner"), 120, values=owners),
            Column(
                "since", tr("Since"), 56, sort_values=since, tip=tr("Update that showed it first")
            ),
        ]
        self._since = since
        self.set_data(columns, len(lines))

    def look(self, row: int, column: int) -> CellLook:
        key, line = self.columns[column].key, self.lines[row]
        if key == "severity":
            icon, role, word = words.SEVERITIES[line.finding.severity]
            return CellLook(word, icon=icon, icon_role=role)
        if key == "stage":
            kind, word = words.STAGES[line.stage]
            if line.finding.conflicts:
                return CellLook(tr("Conflict"), chip="critical")
            return CellLook(word, chip=kind)
        if key == "since":
            place = self._since[row]
            return CellLook(f"U{place}" if place >= 0 else text.DASH, role="text-muted")
        look = super().look(row, column)
        if key == "name":
            return look._replace(muted=line.finding.title if line.name else "")
        return look._replace(role="text-muted") if key in ("uid", "rule") else look

    def tip(self, row: int, column: int) -> str:
        line = self.lines[row]
        if self.columns[column].key == "since" and line.since is not None:
            return tr("{label}, data date {data_date}").format(
                label=line.since.label, data_date=text.long_date(line.since.data_date)
            )
        return super().tip(row, column)

    def filter(self, wanted: str, stage: str, severity: str, rule: str) -> None:
        """Show findings with these words, at this stage and so on; empty texts ask for nothing."""
        parts = wanted.casefold().split()
        keep = [
            row
            for row, line in enumerate(self.lines)
            if _at(line, stage)
            and severity in ("", line.finding.severity)
            and (not rule or line.finding.rule == rule or (rule == "-" and not line.finding.rule))
            and all(part in self._searched[row] for part in parts)
        ]
        self.set_rows(np.array(keep, dtype=np.int32))

    def row_of(self, uid: str) -> int:
        """The row of a finding, -1 for none."""
        rows = (row for row, line in enumerate(self.lines) if line.finding.uid == uid)
        return next(rows, -1)


def _what(line: Line) -> str:
    return line.name or line.finding.title


def _at(line: Line, stage: str) -> bool:
    """Whether a finding is at a stage; "live" is all that still needs somebody.

    "unmended" is what the other side reported as corrected and the latest update still shows.
    """
    if stage == "live":
        return line.stage not in ("closed", "waived", "resolved")
    if stage == "conflict":
        return bool(line.finding.conflicts)
    if stage == "unmended":
        return still_found(line)
    return stage in ("", line.stage)


def _why(sight: Sight) -> str:
    """What a round says of a finding: why it changed, else what was measured."""
    if sight.why:
        return tidy(sight.why)
    place = sight.places[0] if sight.places else None
    return " ".join((tidy(place.said), place.name)).strip() if place is not None else ""


class RoundsList(FlatTableModel):
    """One row a round, the latest on top."""

    def __init__(self) -> None:
        super().__init__()
        self.rounds: tuple[Round, ...] = ()
        self.show_rounds(())

    def show_rounds(self, rounds: Sequence[Round]) -> None:
        """Show other rounds, oldest first as given."""
        self.rounds = tuple(rounds)[::-1]
        counts = [one.counts() for one in self.rounds]
        numbers = range(len(self.rounds) - 1, -1, -1)
        columns = [
            Column("number", "#", 46, values=[f"U{number}" for number in numbers]),
            Column("label", tr("Update"), 240, stretch=True, values=[o.label for o in self.rounds]),
            Column(
                "date", tr("Data date"), 96, values=[text.date(o.data_date) for o in self.rounds]
            ),
            *(
                Column(
                    name,
                    words.STANDINGS[name][1],
                    104,
                    right=True,
                    values=[one[name] for one in counts],
                    format=lambda number: text.number(number) if number else text.DASH,
                )
                for name in STANDINGS
            ),
        ]
        self.set_data(columns, len(self.rounds))


class RoundChanges(FlatTableModel):
    """What one round says of findings that it does not only repeat."""

    def __init__(self) -> None:
        super().__init__()
        self.uids: list[str] = []
        self.show_round(Review(), None)

    def show_round(self, review: Review, shown: Round | None) -> None:
        """Show what is new, changed, came back, was resolved or not measured in a round."""
        order = ("regressed", "new", "changed", "resolved", "unchecked")
        sights = [] if shown is None else list(shown.sights.items())
        listed = [(uid, sight) for name in order for uid, sight in sights if sight.standing == name]
        self.uids = [uid for uid, _ in listed]
        found = [review.findings.get(uid) for uid in self.uids]
        self._standings = [sight.standing for _, sight in listed]
        columns = [
            Column(
                "standing",
                tr("In this update"),
                124,
                sort_values=[order.index(one) for one in self._standings],
            ),
            Column("uid", tr("Finding"), 118, values=self.uids, elide=False),
            Column(
                "rule", tr("Rule"), 84, values=[o.rule or tr("by hand") if o else "" for o in found]
            ),
            Column(
                "subject",
                "ID",
                150,
                values=[", ".join(k for _, k in o.objects[:3]) if o else "" for o in found],
            ),
            Column("title", tr("What"), 220, values=[o.title if o else "" for o in found]),
            Column(
                "why", tr("Why"), 320, stretch=True, values=[_why(sight) for _, sight in listed]
            ),
        ]
        self.set_data(columns, len(listed))

    def look(self, row: int, column: int) -> CellLook:
        if self.columns[column].key == "standing":
            kind, word = words.STANDINGS[self._standings[row]]
            return CellLook(word, chip=kind)
        look = super().look(row, column)
        muted = self.columns[column].key in ("uid", "rule")
        return look._replace(role="text-muted") if muted else look
