"""Allocation rules written one a line, and what they are held against when they are kept."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QDialog, QPlainTextEdit, QVBoxLayout, QWidget

from planbench.domain.errors import PlanbenchError
from planbench.services.allocation import Rules, parsed_rules, rules_text
from planbench.ui.schedule.foot import dialog_foot
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import Banner, Label


class AllocationDialog(QDialog):
    """A text of rules. `keep(rules)` is called with what it says."""

    def __init__(
        self, rules: Rules, keep: Callable[[Rules], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Allocation to cost accounts"))
        self.resize(620, 420)
        self._keep = keep
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(Label(tr("Allocation to cost accounts"), "title"))
        said = tr(
            "Cost that the schedule has on no account goes to these, one rule a line. A rule of an "
            "activity is stronger than one of a code, and that than one of a WBS node, which holds "
            "for all below it. Percents sum to 100."
        )
        column.addWidget(Label(said, "prose", "text-muted", wrap=True))
        self.banner = Banner("error")
        column.addWidget(self.banner)
        self.text = QPlainTextEdit(rules_text(rules))
        self.text.setAccessibleName(tr("Allocation rules"))
        self.text.setFont(current_theme().font("body", tabular=True))
        self.text.setPlaceholderText(
            tr("wbs NORD.4 = 4.1 60, 4.2 40\ncode Discipline = Civil = 2.1\nactivity A1010 = 3.1")
        )
        column.addWidget(self.text, 1)
        column.addLayout(dialog_foot(self, tr("Keep"), self.take))

    def take(self) -> None:
        """Keep the rules, or say which line is none."""
        try:
            rules = parsed_rules(self.text.toPlainText())
        except PlanbenchError as error:
            self.banner.show_message(error.line, tr("It cannot be kept yet"))
            return
        self._keep(rules)
        self.accept()
