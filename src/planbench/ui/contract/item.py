"""The right pane: one item, what is asked, what was checked, evidence, a word on it, history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from planbench.engines.contract.pack import Call, Rule
from planbench.engines.contract.result import NEEDS_EVIDENCE, RuleResult
from planbench.services.contract import Decision, Evidence
from planbench.store.records import JournalLine
from planbench.ui import text
from planbench.ui.contract import words
from planbench.ui.contract.parts import heading
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Button,
    CellLook,
    Chip,
    Column,
    FlatTableModel,
    FormField,
    Label,
    SidePane,
    TableView,
    Tabs,
)

EVIDENCE, RULE, HISTORY = range(3)


class ShownModel(FlatTableModel):
    """What shows that an item is not met: activity, and why."""

    def __init__(self) -> None:
        super().__init__()
        self.activities: list[int] = []

    def show_result(self, result: RuleResult | None) -> None:
        """Show the rows of one item."""
        shown = result.shown if result else ()
        self.activities = [one.row for one in shown]
        columns = [
            Column("id", tr("Id"), 84, values=[one.id for one in shown]),
            Column("note", tr("Why"), 200, values=[one.note for one in shown], stretch=True),
        ]
        self.set_data(columns, len(shown))

    def look(self, row: int, column: int) -> CellLook:
        plain = super().look(row, column)
        return plain._replace(link=True) if not column and self.activities[row] >= 0 else plain

    def tip(self, row: int, column: int) -> str:
        return super().look(row, column).text


class ItemPane(SidePane):
    """The item in view.

    `evidence_given(Evidence)`, `file_named(Evidence, Path)` when a file is to go with it,
    `word_given(Decision)`, `rule_edited(Rule)`,
    `activity_chosen(row)`, `activity_opened(row)`.
    """

    evidence_given = Signal(object)
    file_named = Signal(object, object)
    word_given = Signal(object)
    rule_edited = Signal(object)
    activity_chosen = Signal(int)
    activity_opened = Signal(int)

    def __init__(self) -> None:
        super().__init__("", current_theme().frame["details_pane"])
        self.setAccessibleName(tr("Item and evidence"))
        self._result: RuleResult | None = None
        self._evidence: Evidence | None = None
        self._writable = False
        self.title = Label("", "title", wrap=True)
        self.clause = Label("", "small", "text-muted")
        self.chip = Chip("neutral", "")
        self.kind = Chip("neutral", "")
        chips = QHBoxLayout()
        chips.setSpacing(6)
        chips.addWidget(self.chip)
        chips.addWidget(self.kind)
        chips.addStretch(1)
        self.tabs = Tabs([tr("Evidence"), tr("Edit item"), tr("History")], tr("Parts of the item"))
        self.body.addWidget(self.clause)
        self.body.addWidget(self.title)
        self.body.addLayout(chips)
        self.body.addWidget(self.tabs)
        self._pages = QStackedWidget()
        for page in (self._evidence_page(), self._rule_page(), self._history_page()):
            self._pages.addWidget(page)
        self.body.addWidget(self._pages)
        self.tabs.currentChanged.connect(self._turn)

    def _turn(self, index: int) -> None:
        self._pages.setCurrentIndex(index)

    # ------------------------------------------------------------ evidence and word

    def _evidence_page(self) -> QWidget:
        page, column = _page()
        column.addWidget(heading(tr("What is asked")))
        self.asked = Label("", "prose", wrap=True)
        column.addWidget(self.asked)
        column.addWidget(heading(tr("What we checked")))
        self.checked = Label("", "prose", wrap=True)
        column.addWidget(self.checked)
        self.shown = ShownModel()
        self.table = TableView(tr("What shows it"))
        self.table.setModel(self.shown)
        self.table.row_changed.connect(lambda row: self._row(row, self.activity_chosen))
        self.table.row_activated.connect(lambda row: self._row(row, self.activity_opened))
        column.addWidget(self.table)
        self._given = heading(tr("Evidence"))
        column.addWidget(self._given)
        self.reference = FormField(tr("Document or letter, with its number and date"))
        self.remark = FormField(tr("Remark"))
        column.addWidget(self.reference)
        column.addWidget(self.remark)
        self.keep = Button(
            tr("Keep evidence"), "default", "paperclip", tip=tr("Keep it with the item")
        )
        self.keep.clicked.connect(lambda _checked=False: self._keep_evidence())
        self.attach = Button(
            tr("Name a file…"),
            "default",
            "file",
            tip=tr("Name the file that shows it, by its hash"),
        )
        self.attach.clicked.connect(lambda _checked=False: self._ask_file())
        column.addLayout(_row_of(self.keep, self.attach))
        self.file = Label("", "small", "text-muted", wrap=True)
        column.addWidget(self.file)
        column.addWidget(heading(tr("Word to the contractor")))
        self.word = QPlainTextEdit()
        self.word.setAccessibleName(tr("Word to the contractor"))
        self.word.setTabChangesFocus(True)
        self.word.setFixedHeight(76)
        column.addWidget(self.word)
        self.comment = Button(
            tr("Comment"), "default", "message-square", tip=tr("Keep it as a comment")
        )
        self.accept = Button(
            tr("Accept as is"),
            "default",
            "check",
            tip=tr("Accept the item as it is, with this reason"),
        )
        self.comment.clicked.connect(lambda _checked=False: self._say("comment"))
        self.accept.clicked.connect(lambda _checked=False: self._say("accepted"))
        column.addLayout(_row_of(self.comment, self.accept))
        self.said = Label("", "small", "text-muted", wrap=True)
        column.addWidget(self.said)
        return page

    def _row(self, row: int, signal: object) -> None:
        if row >= 0 and self.shown.activities[row] >= 0:
            signal.emit(self.shown.activities[row])  # type: ignore[attr-defined]

    def _keep_evidence(self) -> None:
        kept = self._typed_evidence()
        if kept is not None:
            self.evidence_given.emit(kept)

    def _typed_evidence(self) -> Evidence | None:
        if self._result is None:
            return None
        rule, old = self._result.rule.id, self._evidence or Evidence(self._result.rule.id, "")
        return replace(old, rule=rule, reference=self.reference.text(), remark=self.remark.text())

    def _ask_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, tr("The file that shows it"))
        if path:
            self.name_file(Path(path))

    def name_file(self, path: Path) -> None:
        """Keep a file as evidence of the item in view, by its name and hash."""
        typed = self._typed_evidence()
        if typed is not None:
            self.file_named.emit(typed, path)

    def _say(self, decision: str) -> None:
        if self._result is None:
            return
        words_ = self.word.toPlainText().strip()
        if not words_:
            self.said.setText(tr("Write the reason or comment first."))
            self.said.set_role("negative")
            self.word.setFocus()
            return
        self.word_given.emit(Decision(self._result.rule.id, decision, words_))

    # ------------------------------------------------------------ the rule itself

    def _rule_page(self) -> QWidget:
        page, column = _page()
        told = Label(
            tr(
                "Items are in our own words and may be changed to suit your contract. The contract "
                "itself governs."
            ),
            "prose",
            "text-muted",
            wrap=True,
        )
        column.addWidget(told)
        self.edit_title = FormField(tr("Title"))
        column.addWidget(self.edit_title)
        column.addWidget(Label(tr("What is asked"), "small", "text-muted"))
        self.edit_text = QPlainTextEdit()
        self.edit_text.setAccessibleName(tr("What is asked"))
        self.edit_text.setTabChangesFocus(True)
        self.edit_text.setFixedHeight(110)
        column.addWidget(self.edit_text)
        self._limits: list[tuple[int, str, FormField]] = []
        self._limit_column = QVBoxLayout()
        self._limit_column.setSpacing(6)
        column.addLayout(self._limit_column)
        self.save = Button(
            tr("Keep item"), "default", "save", tip=tr("Keep this project's own wording")
        )
        self.save.clicked.connect(lambda _checked=False: self._keep_rule())
        column.addLayout(_row_of(self.save))
        return page

    def _show_limits(self, rule: Rule) -> None:
        """A field for every number or list that a check of the rule knows."""
        for _, _, old in self._limits:
            self._limit_column.removeWidget(old)
            old.deleteLater()
        self._limits = []
        for place, call in enumerate(rule.calls):
            for name, value in call.parameters.items():
                label = f"{call.check.replace('-', ' ')}: {name.replace('_', ' ')}"
                field = FormField(label.capitalize(), _told(value))
                field.field.setEnabled(self._writable)
                self._limit_column.addWidget(field)
                self._limits.append((place, name, field))

    def _keep_rule(self) -> None:
        if self._result is None:
            return
        rule, fine = self._result.rule, True
        calls = [dict(call.parameters) for call in rule.calls]
        for place, name, field in self._limits:
            try:
                calls[place][name] = _typed(field.text(), calls[place][name])
                field.set_error("")
            except ValueError as error:
                field.set_error(str(error))
                fine = False
        title, asked = self.edit_title.text().strip(), self.edit_text.toPlainText().strip()
        self.edit_title.set_error("" if title else tr("An item needs a title"))
        if not fine or not title or not asked:
            return
        made = tuple(Call(call.check, new) for call, new in zip(rule.calls, calls, strict=True))
        self.rule_edited.emit(replace(rule, title=title, text=asked, calls=made))

    # ------------------------------------------------------------ history

    def _history_page(self) -> QWidget:
        page, column = _page()
        self.history = Label("", "prose", wrap=True)
        column.addWidget(self.history)
        return page

    def show_history(self, lines: Sequence[JournalLine]) -> None:
        """Show who wrote what down, newest first."""
        told = [
            tr("{replace} UTC, {words}: {what}").format(
                replace=line.at.replace("T", " ")[:16],
                words=line.who or tr("unknown"),
                what=line.what,
            )
            for line in reversed(lines)
        ]
        self.history.setText("\n\n".join(told) or tr("Nobody has written anything down yet."))

    # ------------------------------------------------------------ showing

    def show_result(
        self,
        result: RuleResult | None,
        evidence: Evidence | None,
        decision: Decision | None,
        why_not: str,
    ) -> None:
        """Show an item with what was given for it; `why_not` says why nothing can be kept."""
        self._result, self._writable, self._evidence = result, not why_not, evidence
        self.setEnabled(result is not None)
        if result is None:
            return
        rule = result.rule
        chip, word, _ = words.STATES[result.state]
        self.clause.setText(tr("Clause {clause}").format(clause=rule.clause) if rule.clause else "")
        self.title.setText(rule.title)
        self.chip.set(chip, word)
        self.kind.set("neutral", words.KINDS[rule.kind][1])
        self.asked.setText(f"{rule.text}\n\n{rule.evidence}".strip())
        self.checked.setText("\n".join(f"{out.words}." for out in result.outcomes))
        self.shown.show_result(result)
        self.table.apply_columns()
        rows = min(len(result.shown), 9)
        self.table.setVisible(bool(rows))
        self.table.setFixedHeight(26 + rows * current_theme().row["default"] + 4)
        asks = bool(rule.evidence) or evidence is not None or result.state == NEEDS_EVIDENCE
        for part in (self._given, self.reference, self.remark, self.keep, self.attach):
            part.setVisible(asks)
        named = evidence is not None and bool(evidence.file)
        self.file.setVisible(asks and named)
        if evidence is not None and named:
            self.file.setText(
                tr("{file}, SHA-256 {sha256}…").format(
                    file=evidence.file, sha256=evidence.sha256[:16]
                )
            )
            self.file.setToolTip(evidence.sha256)
        self.reference.setText(evidence.reference if evidence else "")
        self.remark.setText(evidence.remark if evidence else "")
        self.word.setPlainText(decision.words if decision else "")
        said = {"accepted": tr("Accepted as is."), "comment": tr("Kept as a comment.")}
        self.said.setText(said[decision.decision] if decision else why_not)
        self.said.set_role("text-muted")
        self.edit_title.setText(rule.title)
        self.edit_text.setPlainText(rule.text)
        self._show_limits(rule)
        for part in (self.keep, self.attach, self.comment, self.accept, self.save):
            part.setEnabled(not why_not)


def _page() -> tuple[QWidget, QVBoxLayout]:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 4, 0, 0)
    column.setSpacing(6)
    return page, column


def _row_of(*buttons: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    for button in buttons:
        row.addWidget(button)
    row.addStretch(1)
    return row


def _told(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    return f"{value:.12g}" if isinstance(value, int | float) else str(value)


def _typed(words_: str, old: object) -> object:
    """What was typed as a value of the kind of the old one. Raises ValueError, said in words."""
    plain = words_.strip().replace(text.NARROW, "").replace(",", "" if _number(old) else ",")
    if isinstance(old, list):
        return [one.strip() for one in words_.split(",") if one.strip()]
    if isinstance(old, bool):
        if plain.lower() not in ("yes", "no"):
            raise ValueError("Write yes or no")
        return plain.lower() == "yes"
    if not _number(old):
        return words_.strip()
    try:
        found = float(plain)
    except ValueError:
        raise ValueError("Write a number") from None
    if not 0 <= found < 1e12:
        raise ValueError("Write a number from 0 on")
    return int(found) if found.is_integer() else found


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
