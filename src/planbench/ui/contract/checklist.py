"""The items of a pack: what the programme has to show, the state, and what was found."""

from __future__ import annotations

from planbench.engines.contract.result import STATES, RuleResult
from planbench.services.contract_view import ContractReport
from planbench.ui import text
from planbench.ui.contract import words
from planbench.ui.translation import tr
from planbench.ui.widgets import CellLook, Column, FlatTableModel, TableView

ITEM, TITLE, STATE, FOUND, HOW, EVIDENCE, ROWS = range(7)


class ChecklistModel(FlatTableModel):
    """One row an item."""

    def __init__(self) -> None:
        super().__init__()
        self.results: tuple[RuleResult, ...] = ()
        self._report: ContractReport | None = None

    def show_report(self, report: ContractReport | None, state: str = "") -> None:
        """Show the items of a report, of one state alone where given."""
        self._report = report
        self.results = report.assessment.results if report else ()
        states = [STATES.index(one.state) for one in self.results]
        kinds = [words.KINDS[one.rule.kind][1] for one in self.results]
        columns = [
            Column("item", tr("Item"), 84, values=[one.rule.id for one in self.results]),
            Column("title", tr("The programme shows"), 250, values=self._titles()),
            Column("state", tr("State"), 124, sort_values=states),
            Column("found", tr("What we found"), 320, values=self._found(), stretch=True),
            Column("how", tr("How"), 106, values=kinds),
            Column("evidence", tr("Evidence"), 150, values=self._given()),
            Column("rows", tr("Rows"), 62, True, [_rows(one) for one in self.results]),
        ]
        shown = [k for k, one in enumerate(self.results) if not state or one.state == state]
        import numpy as np

        self.set_data(columns, np.array(shown, dtype=np.int32))

    def _titles(self) -> list[str]:
        return [one.rule.title for one in self.results]

    def _found(self) -> list[str]:
        return [one.words for one in self.results]

    def _given(self) -> list[str]:
        if self._report is None:
            return []
        given = self._report.binding.evidence
        return [
            given[one.rule.id].reference if one.rule.id in given else "" for one in self.results
        ]

    def look(self, row: int, column: int) -> CellLook:
        result, plain = self.results[row], super().look(row, column)
        if column == STATE:
            chip, word, _ = words.STATES[result.state]
            return CellLook(word, chip=chip)
        if column == ITEM:
            return plain._replace(strong=True)
        if column == TITLE and result.rule.weight == "good-practice":
            return plain._replace(muted=tr("good practice"))
        if column == HOW:
            icon, word = words.KINDS[result.rule.kind]
            return CellLook(word, role="text-muted", icon=icon)
        if column == EVIDENCE:
            return plain._replace(icon="paperclip" if plain.text else "")
        if column == ROWS:
            return CellLook(text.number(_rows(result)), link=bool(result.shown))
        return plain

    def tip(self, row: int, column: int) -> str:
        result = self.results[row]
        looked = tr("{looked_at} looked at").format(looked_at=text.number(result.looked_at))
        return {TITLE: result.rule.text, FOUND: result.words, ROWS: looked}.get(column, "")


def _rows(result: RuleResult) -> int:
    """What shows an item that is not met, else how much was looked at."""
    return len(result.shown) or result.looked_at


class Checklist(TableView):
    """The items as a table; a click on the number of rows shows them in Schedule."""

    def __init__(self) -> None:
        super().__init__(tr("Items of the pack"), row_height=44)
        self.model_ = ChecklistModel()
        self.setModel(self.model_)
        self.setSelectionMode(TableView.SelectionMode.SingleSelection)

    def show_report(self, report: ContractReport | None, state: str = "") -> None:
        """Show the items of a report, of one state alone where given."""
        self.model_.show_report(report, state)
        self.apply_columns()
        self.fit()

    def fit(self) -> None:
        """Columns by the room there is."""
        narrow = self.viewport().width() < 900
        if self.model_.columns:
            self.setColumnHidden(EVIDENCE, narrow)
            self.setColumnHidden(HOW, self.viewport().width() < 720)
            self.setColumnWidth(TITLE, 190 if narrow else 272)
