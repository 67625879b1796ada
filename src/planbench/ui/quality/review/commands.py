"""The commands of the Review side: keys of the list, menus, dialogs, files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from planbench.engines.findings.record import SEVERITIES
from planbench.exchange.comments.bundle import ENDING
from planbench.ui import text
from planbench.ui.quality.review import words
from planbench.ui.quality.review.dialogs import (
    FindingDialog,
    LetterDialog,
    WaiveDialog,
    WordsDialog,
)
from planbench.ui.translation import tr

if TYPE_CHECKING:
    from planbench.ui.quality.review.page import ReviewPage

KEYS = {
    "O": "open",
    "A": "assigned",
    "R": "responded",
    "D": "disputed",
    "C": "closed",
}
"""Keys of the list that put the selected findings into a state."""

LETTERS = frozenset("JKWEXGZP1234") | KEYS.keys()

HINT = tr(
    "J K move · O A R D C state · W waive · 1–4 severity · E owner · X comment · "
    "G one for many · P private · Z take back"
)


class ReviewCommands:
    """What the page offers to do; keys act on the findings selected in its list."""

    def __init__(self, page: ReviewPage) -> None:
        self._page, self._desk = page, page.desk

    def for_palette(self) -> list[QAction]:
        """The commands that need no key, for the command palette."""
        made = []
        for title, slot in self._listed():
            action = QAction(tr("Findings: {title}").format(title=title), self._page)
            action.triggered.connect(lambda _checked=False, slot=slot: slot())
            made.append(action)
        return made

    def _listed(self) -> list[tuple[str, Callable[[], object]]]:
        return [
            (tr("Look at this update"), self._desk.look),
            (tr("One finding for those selected…"), lambda: self.do("G")),
            (tr("Comment sheet (Excel, Word, PDF)…"), self._ask_sheet),
            (tr("Comment sheet of those selected…"), lambda: self._ask_sheet(self._page.chosen())),
            (tr("Summary letter (Word)…"), self._ask_letter),
            (tr("Import responses…"), self._ask_responses),
            (tr("Exchange file for other reviewers…"), self._ask_bundle),
            (tr("Merge another reviewer's file…"), self._ask_merge),
        ]

    def do(self, letter: str) -> None:
        """Do what a key of the list stands for."""
        if letter in "JK":
            self._move(1 if letter == "J" else -1)
            return
        if letter == "Z":
            self._desk.undo()
            return
        uids = self._page.chosen()
        if not uids:
            return
        if letter in KEYS:
            self._desk.set_field(uids, "state", KEYS[letter])
        elif letter in "1234":
            self._desk.set_field(uids, "severity", SEVERITIES[int(letter) - 1])
        elif letter == "W":
            WaiveDialog(len(uids), lambda *asked: self._desk.waive(uids, *asked), self._page).open()
        elif letter == "E":
            self._ask_owner(uids)
        elif letter == "P":
            private = self._desk.review.findings[uids[0]].value("private")
            self._desk.set_field(uids, "private", not private)
        elif letter == "X":
            self._page.pane.show_discussion()
        elif letter == "G":
            self._ask_one_for_many(uids)

    def _move(self, step: int) -> None:
        place = self._page.table.currentIndex().row() + step
        if 0 <= place < self._page.model.rowCount():
            self._page.table.setCurrentIndex(self._page.model.index(place, 0))

    def _ask_owner(self, uids: Sequence[str]) -> None:
        def use(name: str) -> None:
            self._desk.set_field(uids, "owner", name)

        sentence = tr("Who answers for {uids}?").format(
            uids=text.counted(len(uids), tr("finding"), tr("findings"))
        )
        WordsDialog(tr("Assign"), sentence, tr("Owner"), use, self._page).open()

    def _ask_one_for_many(self, uids: Sequence[str]) -> None:
        if len(uids) < 2:
            self._page.state.message.emit(
                "info", tr("Select several findings, then make one of them.")
            )
            return
        title = self._desk.review.findings[uids[0]].title

        def use(name: str) -> None:
            uid = self._desk.one_for_many(uids, name)
            if uid:
                self._page.show_finding(uid)

        WordsDialog(
            tr("One finding for many"),
            tr("One finding will stand for these {uids}; they stay as its parts.").format(
                uids=len(uids)
            ),
            tr("What was found"),
            use,
            self._page,
            title,
        ).open()

    def make_finding(self, rows: Sequence[int], parent: QWidget | None = None) -> None:
        """Ask for a finding by hand on activities of the open schedule."""
        document = self._page.state.document
        if document is None or not rows:
            self._page.state.message.emit(
                "info", tr("Select an activity, then make a finding on it.")
            )
            return
        if not self._desk.ready:
            self._page.state.message.emit(
                "warning", tr("Findings live with a project of the library.")
            )
            return
        acts = document.schedule.activities
        about = f"{acts.code[rows[0]]} {acts.name[rows[0]]}"
        if len(rows) > 1:
            about = text.counted(len(rows), tr("activity"), tr("activities"))

        def make(title: str, severity: str, comment: str) -> None:
            uid = self._desk.write_down(title, rows, severity, comment)
            if uid:
                self._page.show_finding(uid)
                self._page.state.message.emit("info", tr("{uid} was written down").format(uid=uid))

        FindingDialog(about, make, parent or self._page).open()

    def menu(self) -> QMenu:
        """What can be done with the selected findings."""
        menu = QMenu(self._page)
        for letter, state in KEYS.items():
            entry = menu.addAction(f"{words.STAGES[state][1]}\t{letter}")
            entry.triggered.connect(lambda _checked=False, letter=letter: self.do(letter))
        menu.addSeparator()
        for title, letter in (
            (tr("Waive…"), "W"),
            (tr("Assign…"), "E"),
            (tr("Comment"), "X"),
            (tr("One finding for many…"), "G"),
            (tr("Private or not"), "P"),
        ):
            entry = menu.addAction(f"{title}\t{letter}")
            entry.triggered.connect(lambda _checked=False, letter=letter: self.do(letter))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def more_menu(self, button: QWidget) -> None:
        """Files in and out, one finding for many, and whose rules make findings."""
        menu = QMenu(self._page)
        for title, slot in self._listed():
            menu.addAction(title).triggered.connect(lambda _checked=False, slot=slot: slot())
        menu.addSeparator()
        self._rulesets_menu(menu.addMenu(tr("Rules that make findings")))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _rulesets_menu(self, menu: QMenu) -> None:
        from planbench.services.standards import rulesets_for

        chosen = self._desk.rulesets()
        for ruleset in rulesets_for(self._desk.state.library, self._desk.project):
            action = menu.addAction(ruleset.title)
            action.setCheckable(True)
            action.setChecked(ruleset.id in chosen)
            action.triggered.connect(
                lambda checked, one=ruleset.id: self._ruleset_ticked(one, checked)
            )

    def _ruleset_ticked(self, ruleset: str, on: bool) -> None:
        chosen = [one for one in self._desk.rulesets() if one != ruleset]
        self._desk.choose([*chosen, ruleset] if on else chosen)
        self._desk.look()

    def _ask_sheet(self, uids: Sequence[str] | None = None) -> None:
        filters = tr("Excel workbook (*.xlsx);;Word document (*.docx);;PDF (*.pdf)")
        path, _ = QFileDialog.getSaveFileName(
            self._page, tr("Comment sheet"), "comments.xlsx", filters
        )
        if path:
            self._desk.save_sheet(path, uids)

    def _ask_letter(self) -> None:
        def write(recommendation: str, remarks: str) -> None:
            path, _ = QFileDialog.getSaveFileName(
                self._page, tr("Summary letter"), "letter.docx", tr("Word document (*.docx)")
            )
            if path:
                self._desk.save_letter(path, recommendation, remarks)

        LetterDialog(write, self._page).open()

    def _ask_responses(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self._page, tr("Import responses"), "", tr("Comment sheets (*.xlsx *.docx)")
        )
        if path:
            self._desk.take_responses(path)

    def _ask_bundle(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self._page,
            tr("Exchange file"),
            f"review{ENDING}",
            tr("Reviews (*{ending})").format(ending=ENDING),
        )
        if path:
            self._desk.save_bundle(path)

    def _ask_merge(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self._page,
            tr("Merge another reviewer's file"),
            "",
            tr("Reviews (*{ending} *.json)").format(ending=ENDING),
        )
        if path:
            self._desk.merge_bundle(path)
