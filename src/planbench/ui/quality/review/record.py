"""What is put on record with a finding: severity and why, category, tags, links, sign-offs."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from planbench.engines.findings.record import SEVERITIES, Finding
from planbench.exchange.comments.sheet import uid_in
from planbench.ui.quality.review import words
from planbench.ui.translation import tr
from planbench.ui.widgets.fields import ComboBox, FormField
from planbench.ui.widgets.labels import Label

PLAIN = ("justification", "category", "reviewed", "approved")
"""Fields that hold what was typed."""


class RecordForm(QWidget):
    """The fields of one finding; `changed(name, value, why)` when one of them was decided."""

    changed = Signal(str, object, str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("kept")  # stays when the pane shows something else
        self._known: Collection[str] = ()
        self._severity = SEVERITIES[0]
        self.severity = ComboBox([words.SEVERITIES[one][2] for one in SEVERITIES], tr("Severity"))
        self.why = FormField(tr("Why this severity"))
        self.texts = {name: FormField(words.field(name)) for name in PLAIN}
        self.tags = FormField(tr("Tags, with commas"))
        self.linked = FormField(tr("Other findings, by their ids"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(Label(tr("Severity"), "small", "text-muted"))
        parts = (self.severity, self.why, self.texts["justification"], self.texts["category"])
        signed = (self.texts["reviewed"], self.texts["approved"])
        for part in (*parts, self.tags, self.linked, *signed):
            column.addWidget(part)
        self.severity.activated.connect(lambda _index: self._decide_severity())
        self.why.edited.connect(lambda _text: self._decide_severity())
        for name, field in self.texts.items():
            field.edited.connect(
                lambda typed, name=name: self.changed.emit(name, typed.strip(), "")
            )
        self.tags.edited.connect(self._take_tags)
        self.linked.edited.connect(self._take_links)

    def show_finding(self, finding: Finding, known: Collection[str]) -> None:
        """Show another finding; `known` are the ids that it can be linked to."""
        self._known, self._severity = known, finding.severity
        self.severity.setCurrentIndex(SEVERITIES.index(finding.severity))
        heads = finding.heads("severity")
        self.why.setText(heads[-1].why if heads else "")
        for name, field in self.texts.items():
            field.setText(str(finding.value(name)))
        self.tags.setText(", ".join(finding.value("tags")))
        self.linked.setText(", ".join(finding.value("linked")))
        for one in (self.why, self.linked):
            one.set_error("")

    def _decide_severity(self) -> None:
        """Another severity than the rule's, or the one in force, counts once a reason is there."""
        chosen, why = SEVERITIES[self.severity.currentIndex()], self.why.text().strip()
        if chosen == self._severity:
            self.why.set_error("")
        elif not why:
            self.why.set_error(tr("Say why the severity differs"))
            self.why.field.setFocus()
        else:
            self.why.set_error("")
            self.changed.emit("severity", chosen, why)

    def _take_tags(self, typed: str) -> None:
        tags = sorted({" ".join(one.split()) for one in typed.split(",")} - {""})
        self.changed.emit("tags", tags, "")

    def _take_links(self, typed: str) -> None:
        wanted = [one.upper() for one in typed.replace(",", " ").split()]
        strange = [one for one in wanted if uid_in(one) != one or one not in self._known]
        self.linked.set_error(
            tr("There is no finding {uid}").format(uid=strange[0]) if strange else ""
        )
        if not strange:
            self.changed.emit("linked", sorted(set(wanted)), "")
