"""How far calculated dates agree with those of the file, value by value, and what is held back."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from planbench.domain.schedule import Schedule
from planbench.services.agreement import FIELDS, FIVE, Agreement, Mismatch
from planbench.services.document import Document
from planbench.services.hold import held_back, override
from planbench.ui import paint, text
from planbench.ui.frame.rows import LISTED, RowsDialog
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import Button, Column, Label, Surface

FIELD_WORDS = {
    "early_start": tr("Early start"),
    "early_finish": tr("Early finish"),
    "late_start": tr("Late start"),
    "late_finish": tr("Late finish"),
    "total_float": tr("Total float"),
    "free_float": tr("Free float"),
    "longest_path": tr("Longest path"),
}

LEAST_NEEDED = 50.0
"""The lowest agreement in percent that can be asked for."""


@dataclass(frozen=True)
class FieldCount:
    """One value: how many of those that the file stores agree."""

    field: str
    matching: int
    compared: int

    @property
    def share(self) -> float | None:
        """None where the file stores none."""
        return self.matching / self.compared if self.compared else None


def field_counts(agreement: Agreement) -> tuple[FieldCount, ...]:
    """Agreement by value over all projects of a file, in the order of the scheduling engine."""
    found = []
    for name in FIELDS:
        compared = {
            "free_float": sum(one.free_float_stored for one in agreement.projects),
            "longest_path": sum(one.longest_path_stored for one in agreement.projects),
        }.get(name, agreement.population)
        matching = sum(one.matching[name] for one in agreement.projects)
        found.append(FieldCount(name, matching, compared))
    return tuple(found)


def consistency(agreement: Agreement) -> float | None:
    """Share of rows whose stored values do not contradict each other."""
    told = [
        (one.stored_dates_consistent, one.population)
        for one in agreement.projects
        if one.stored_dates_consistent is not None
    ]
    total = sum(population for _, population in told)
    return sum(share * count for share, count in told) / total if total else None


class CountBars(QWidget):
    """A bar for each value with its count; those that make up the agreement come first."""

    ROW, WIDE = 22, 150

    def __init__(self, counts: tuple[FieldCount, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.counts = counts
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(". ".join(f"{FIELD_WORDS[c.field]} {_told(c)}" for c in counts))

    def sizeHint(self) -> QSize:
        return QSize(420, self.ROW * len(self.counts))

    minimumSizeHint = sizeHint

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = paint.upright(self), current_theme()
        for place, count in enumerate(self.counts):
            area = QRect(0, place * self.ROW, self.width(), self.ROW)
            painter.setFont(theme.font("body", tabular=True))
            painter.setPen(theme.color("text" if count.field in FIVE else "text-muted"))
            paint.text_left(painter, FIELD_WORDS[count.field], 0, area, 96)
            track = QRectF(100, area.center().y() - 3, self.WIDE, 7)
            paint.box(painter, track, 2, theme.color("surface-sunken"))
            share = count.share
            if share:
                track.setWidth(track.width() * share)
                role = "remaining-edge" if share >= 0.99 else "near-critical"
                paint.box(painter, track, 2, theme.color(role))
            painter.setPen(theme.color("text"))
            share_text, _, rest = _told(count).partition("   ")
            left = 100 + self.WIDE + 12
            paint.text_left(painter, share_text, left, area, self.width())
            paint.text_left(painter, rest, left + 58, area, self.width())


def _told(count: FieldCount) -> str:
    if count.share is None:
        return tr("not in the file")
    same, all_of = text.number(count.matching), text.number(count.compared)
    return tr("{share}   {same} of {all_of}").format(
        share=text.percent(count.share), same=same, all_of=all_of
    )


class AgreementDialog(RowsDialog):
    """Counts by value, what is held back and the way to let it run, and the values that differ.

    `needed_changed(share)` when the user set another limit, `held_changed()` when analyses were
    released or held back again or the limit is another, `released()` when the user switched.
    """

    needed_changed = Signal(float)
    held_changed = Signal()
    released = Signal()

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        agreement = document.agreement
        assert agreement is not None
        self.document, self.agreement = document, agreement
        listed = agreement.mismatches[:LISTED]
        super().__init__(
            tr("Do the dates agree?"),
            _sentence(agreement),
            _columns(),
            [_mismatch_row(document.schedule, one) for one in listed],
            (),
            parent,
        )
        self.resize(1040, 760)
        whole = self.layout()
        assert isinstance(whole, QVBoxLayout)
        whole.insertWidget(1, self._summary())
        self._say()

    def _summary(self) -> QWidget:
        ground = Surface("surface", "b")
        row = QHBoxLayout(ground)
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(28)
        self.bars = CountBars(field_counts(self.agreement))
        row.addWidget(self.bars, 1, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(6)
        own = consistency(self.agreement)
        if own is not None:
            column.addWidget(Label(tr("The file against itself"), "small", "text-muted"))
            told = tr("{own} of the rows hold floats and durations that follow from ").format(
                own=text.percent(own)
            )
            column.addWidget(
                Label(tr("{told}their own dates.").format(told=told), "prose", wrap=True)
            )
            column.addSpacing(4)
        column.addWidget(Label(tr("Analyses that move dates"), "small", "text-muted"))
        self._held = Label("", "prose", wrap=True)
        column.addWidget(self._held)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(Label(tr("Hold back below")))
        self.needed = QDoubleSpinBox()
        self.needed.setRange(LEAST_NEEDED, 100.0)
        self.needed.setDecimals(1)
        self.needed.setSingleStep(0.5)
        self.needed.setSuffix(f"{text.NARROW}%")
        self.needed.setValue(100 * self.document.agreement_needed)
        self.needed.setAccessibleName(tr("Hold back below"))
        self.needed.lineEdit().setAccessibleName(tr("Hold back below"))
        self.needed.setFont(current_theme().font("body", tabular=True))
        self.needed.setFixedWidth(86)
        self.needed.valueChanged.connect(self._need)
        line.addWidget(self.needed)
        line.addStretch(1)
        self.release = Button(tr("Run them all the same"), "default", "lock-open")
        self.release.clicked.connect(lambda _on=False: self._switch())
        line.addWidget(self.release)
        column.addLayout(line)
        column.addStretch(1)
        row.addLayout(column, 1)
        return ground

    def _need(self, percent: float) -> None:
        self.document.agreement_needed = percent / 100
        self.needed_changed.emit(percent / 100)
        self._say()
        self.held_changed.emit()

    def _switch(self) -> None:
        override(self.document, not self.document.agreement_override)
        self.released.emit()
        self._say()
        self.held_changed.emit()

    def _say(self) -> None:
        document = self.document
        reason, released = held_back(document), document.agreement_override
        if released:
            told = tr("Run because you said so; the history of this update says it too.")
        elif reason is not None:
            told = tr(
                "Risk simulation, levelling and the critical path test are held back for this "
                "update."
            )
        else:
            told = tr("Run: enough of the stored dates are found again.")
        self._held.setText(told)
        self.release.setVisible(released or reason is not None)
        self.release.setText(tr("Hold back again") if released else tr("Run them all the same"))
        self.release.icon_name = "lock" if released else "lock-open"


def _sentence(agreement: Agreement) -> str:
    share = agreement.share
    told = tr(
        "{all_five} of {population} incomplete activities have early and late "
        "dates and total float as the file stores them"
    ).format(
        all_five=text.number(agreement.all_five), population=text.number(agreement.population)
    ) + (f" ({text.percent(share)})." if share is not None else ".")
    levelled = sum(project.levelled for project in agreement.projects)
    if levelled:
        told += tr(
            " {levelled} later in the file than its early dates, as levelling left it."
        ).format(levelled=text.counted(levelled, tr("activity stands"), tr("activities stand")))
    if agreement.mismatches:
        told += tr(" Below are the values that differ; Enter shows the activity.")
    if len(agreement.mismatches) > LISTED:
        told += tr(" The first {listed} are listed.").format(listed=text.number(LISTED))
    return told


def _columns() -> list[Column]:
    return [
        Column("id", "ID", 110),
        Column("name", tr("Activity"), 260, stretch=True),
        Column("field", tr("Value"), 100),
        Column("stored", tr("In the file"), 130, right=True, elide=False),
        Column("calculated", tr("Calculated"), 130, right=True, elide=False),
        Column("reason", tr("Likely reason"), 330),
    ]


def _mismatch_row(schedule: Schedule, one: Mismatch) -> tuple[str, ...]:
    acts = schedule.activities
    return (
        str(acts.code[one.row]),
        str(acts.name[one.row]),
        FIELD_WORDS[one.field],
        _value(one.field, one.stored),
        _value(one.field, one.calculated),
        one.explanation,
    )


def _value(field: str, minutes: int) -> str:
    if field == "longest_path":
        return tr("yes") if minutes == 1 else tr("no")
    if field.endswith("float"):
        return f"{text.number(minutes / 60, 1)}{text.NARROW}h"
    written = text.date(minutes)
    return f"{written} {text.clock(minutes)}" if written else text.DASH
