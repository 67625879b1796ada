"""The right pane: one finding with its evidence, its thread, its history, and where to answer."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from planbench.engines.findings.record import DISPOSITIONS, RESPONSE, Act
from planbench.engines.findings.rounds import Place, Review
from planbench.services.findings import Line
from planbench.ui import text
from planbench.ui.quality.neighbours import Neighbours
from planbench.ui.quality.review import words
from planbench.ui.quality.review.record import RecordForm
from planbench.ui.quality.words import tidy
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Button,
    Chip,
    ComboBox,
    ElidedLabel,
    FormField,
    Label,
    SidePane,
    Surface,
    Tabs,
)

KINDS = {
    "comment": tr("Comment"),
    "response": tr("Response"),
    "note": tr("Private note"),
    "action": tr("Asked for"),
}
"""What can be written on a finding."""

_TABS = (tr("Evidence"), tr("Discussion"), tr("Record"), tr("History"))


class ReplyField(QPlainTextEdit):
    """Several lines; `sent()` on Ctrl+Enter."""

    sent = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setPlaceholderText(name)
        self.setFont(current_theme().font("body"))
        self.setFixedHeight(72)
        self.setTabChangesFocus(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.sent.emit()
        else:
            super().keyPressEvent(event)


class FindingPane(SidePane):
    """One finding.

    `said(text, kind)` with a kind of KINDS, `field_changed(name, value, why)`, `settled(name, act)`
    when one of several decisions was chosen, `opened()` to see its activity in Schedule.
    """

    said = Signal(str, str)
    field_changed = Signal(str, object, str)
    settled = Signal(str, object)
    opened = Signal()

    def __init__(self) -> None:
        super().__init__("", current_theme().frame["details_pane"], "right")
        self.setAccessibleName(tr("Finding"))
        self._head_line = ElidedLabel("", "small", "text-muted")
        self._subject = Label("", "heading", wrap=True)
        self._about = Label("", "prose", "text-muted", wrap=True)
        self._chips = [Chip("neutral", "") for _ in range(3)]
        self._empty = Label(tr("Choose a finding to see its evidence and what was said."), "prose")
        self._empty.setWordWrap(True)
        self._tabs = Tabs(_TABS, tr("Finding"))
        self._conflicts = QWidget()
        self._content = QWidget()
        for part in (self._conflicts, self._content):
            column = QVBoxLayout(part)
            column.setContentsMargins(0, 4, 0, 4)
            column.setSpacing(6)
        self.owner = FormField(tr("Owner"))
        self.due = FormField(tr("Due (YYYY-MM-DD)"))
        self.disposition = ComboBox([tr("No disposition"), *DISPOSITIONS], tr("Disposition"))
        self.reply = ReplyField(tr("Comment"))
        self.kind = ComboBox(list(KINDS.values()), tr("What it is"))
        self.send = Button(
            tr("Add"), "default", "message-square", tip=tr("Add what was written (Ctrl+Enter)")
        )
        self.record = RecordForm()
        self.see = Button(tr("Show in Schedule"), "quiet", "schedule", in_card=True)
        self.see.setObjectName("kept")  # stays when the evidence is shown anew
        self._lay_out()
        self._line: Line | None = None
        self._review = Review()
        self._tabs.currentChanged.connect(lambda _index: self._show_tab())
        self.reply.sent.connect(self._send)
        self.send.clicked.connect(lambda _checked=False: self._send())
        self.see.clicked.connect(lambda _checked=False: self.opened.emit())
        self.owner.edited.connect(lambda words_: self._changed("owner", words_.strip()))
        self.due.edited.connect(self._due_edited)
        self.disposition.activated.connect(
            lambda index: self._changed("disposition", DISPOSITIONS[index - 1] if index else "")
        )
        self.record.changed.connect(self.field_changed)
        self.show_line(None, Review())

    def _lay_out(self) -> None:
        self.body.addWidget(self._head_line)
        self.body.addWidget(self._subject)
        self.body.addWidget(self._about)
        chips = QHBoxLayout()
        chips.setSpacing(6)
        for chip in self._chips:
            chips.addWidget(chip)
        chips.addStretch(1)
        self.body.addLayout(chips)
        self.body.addWidget(self._empty)
        self.body.addWidget(self._conflicts)
        self.body.addWidget(self._tabs)
        self.body.addWidget(self._content)
        self._foot = Surface("surface-raised", "t")
        column = QVBoxLayout(self._foot)
        column.setContentsMargins(13, 10, 13, 12)
        column.setSpacing(8)
        fields = QHBoxLayout()
        fields.setSpacing(8)
        fields.addWidget(self.owner, 3)
        fields.addWidget(self.due, 2)
        column.addLayout(fields)
        column.addWidget(self.disposition)
        column.addWidget(self.reply)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.kind)
        row.addStretch(1)
        row.addWidget(self.send)
        column.addLayout(row)
        outer = self.layout()
        assert outer is not None
        outer.addWidget(self._foot)

    def show_line(self, line: Line | None, review: Review) -> None:
        """Show another finding, or with None what the pane is for."""
        other = line is None or self._line is None or self._line.finding.uid != line.finding.uid
        self._line, self._review = line, review
        some = line is not None
        for part in (
            self._tabs,
            self._content,
            self._foot,
            self._head_line,
            self._subject,
            self._about,
        ):
            part.setVisible(some)
        self._empty.setVisible(not some)
        for chip in self._chips:
            chip.setVisible(some)
        if line is None:
            self._conflicts.hide()
            return
        finding = line.finding
        self._head_line.setText(
            tr("{uid} · {words}").format(
                uid=finding.uid, words=finding.rule or tr("written by hand")
            )
        )
        self._subject.setText(finding.title)
        self._about.setText(f"{line.subject}  {line.name}".strip())
        severity = words.SEVERITIES[finding.severity][2]
        private = tr(", private") if finding.value("private") else ""
        self._chips[0].set("neutral", f"{severity}{private}")
        self._chips[1].set(*words.STAGES[line.stage])
        self._chips[2].set(
            "neutral",
            tr("Since {label}").format(label=line.since.label)
            if line.since
            else tr("Just written"),
        )
        self._chips[2].setVisible(line.since is not None and len(line.since.label) < 18)
        self._show_conflicts()
        self._tabs.setTabText(
            1,
            tr("Discussion {talk}").format(talk=len(finding.talk))
            if finding.talk
            else tr("Discussion"),
        )
        if other:
            self.reply.clear()
        self.owner.setText(str(finding.value("owner")))
        self.due.setText(str(finding.value("due")))
        self.due.set_error("")
        held = str(finding.value("disposition"))
        self.disposition.setCurrentIndex(1 + DISPOSITIONS.index(held) if held else 0)
        self._show_tab()

    def show_discussion(self) -> None:
        """Go to the thread and into the reply."""
        self._tabs.setCurrentIndex(1)
        self.reply.setFocus()

    def _show_conflicts(self) -> None:
        """Each field on which people disagree, with a button a decision."""
        column = _emptied(self._conflicts)
        line = self._line
        conflicts = line.finding.conflicts if line is not None else {}
        self._conflicts.setVisible(bool(conflicts))
        for name, acts in conflicts.items():
            column.addWidget(
                Label(tr("{name} was decided differently").format(name=words.field(name)), "strong")
            )
            for act in acts:
                row = QHBoxLayout()
                said = f"{words.value(name, act.value)}, {act.author or 'planbench'}"
                row.addWidget(ElidedLabel(f"{said}, {words.moment(act.at)}", "body"), 1)
                take = Button(
                    tr("Take"),
                    "default",
                    in_card=True,
                    tip=tr("Decide for: {said}").format(said=said),
                )
                take.clicked.connect(
                    lambda _checked=False, name=name, act=act: self.settled.emit(name, act)
                )
                row.addWidget(take)
                column.addLayout(row)

    def _show_tab(self) -> None:
        column = _emptied(self._content)
        if self._line is None:
            return
        shown = (self._evidence, self._discussion, self._on_record, self._history)
        shown[self._tabs.currentIndex()](column)

    def _on_record(self, column: QVBoxLayout) -> None:
        assert self._line is not None
        finding = self._line.finding
        self.record.show_finding(finding, self._review.findings.keys() - {finding.uid})
        column.addWidget(self.record)
        self.record.show()

    def _evidence(self, column: QVBoxLayout) -> None:
        line = self._line
        assert line is not None
        finding, sight = line.finding, line.sight
        if finding.waiver is not None:
            column.addWidget(Label(tr("Waived"), "small", "text-muted"))
            column.addWidget(Label(words.waiver(finding.waiver), "prose", wrap=True))
        if finding.value("action"):
            column.addWidget(Label(tr("Asked for"), "small", "text-muted"))
            column.addWidget(Label(str(finding.value("action")), "prose", wrap=True))
        if sight is None:
            column.addWidget(Label(tr("No update has been looked at yet."), "prose", wrap=True))
            return
        sights = self._review.sights_of(finding.uid)
        latest = sights[-1][0]
        column.addWidget(
            Label(tr("As of {label}").format(label=latest.label), "small", "text-muted")
        )
        if sight.why:
            kind = words.STANDINGS[sight.standing][1]
            column.addWidget(Label(f"{kind}: {tidy(sight.why)}.", "prose", wrap=True))
        seen = next((one for one in sights[::-1] if one[1].places), None)
        if seen is not None and not sight.places:
            latest, sight = seen  # it is gone: the evidence of the last time it was there
            told = tr("As it was in {label}").format(label=latest.label)
            column.addWidget(Label(told, "small", "text-muted"))
        if sight.places and sight.places[0].near:
            picture, place = Neighbours(), sight.places[0]
            slack = "" if place.float_h is None else _float_words(place.float_h)
            picture.show_bars(place.near, latest.data_date, slack)
            column.addWidget(picture)
        for place in sight.places[:12]:
            for told in _place_words(place):
                column.addWidget(Label(told, "prose", wrap=True))
        if len(sight.places) > 12:
            more = tr("and {number} more objects").format(
                number=text.number(len(sight.places) - 12)
            )
            column.addWidget(Label(more, "prose", "text-muted"))
        figures = latest.rules.get(finding.rule)
        if figures:
            column.addSpacing(6)
            column.addWidget(Label(tr("The rule in that update"), "small", "text-muted"))
            column.addWidget(Label(_figure_words(figures), "prose", wrap=True))
        column.addSpacing(6)
        column.addWidget(Label(tr("Content of that update"), "small", "text-muted"))
        column.addWidget(Label(latest.key[:32], "prose", wrap=True))
        if finding.objects and finding.objects[0][0] in ("activity", "relationship"):
            column.addWidget(self.see)
            self.see.show()

    def _discussion(self, column: QVBoxLayout) -> None:
        line = self._line
        assert line is not None
        if not line.finding.talk:
            column.addWidget(Label(tr("Nothing was said yet."), "prose", "text-muted"))
        for act in line.finding.talk:
            column.addSpacing(4)
            column.addWidget(Label(_who(act), "small", "text-muted"))
            column.addWidget(Label(str(act.value), "prose", wrap=True))

    def _history(self, column: QVBoxLayout) -> None:
        line = self._line
        assert line is not None
        entries = [
            (f"{text.date(found.data_date)}  {found.label}", words.STANDINGS[sight.standing][1])
            for found, sight in self._review.sights_of(line.finding.uid)
        ]
        column.addWidget(Label(tr("Updates"), "small", "text-muted"))
        for when, told in entries:
            column.addWidget(Label(f"{when}: {told}", "prose", wrap=True))
        acts = [act for act in line.finding.acts if act not in line.finding.talk]
        if acts:
            column.addSpacing(6)
            column.addWidget(Label(tr("Decisions"), "small", "text-muted"))
        for act in acts:
            said = f"{words.moment(act.at)}  {act.author or 'planbench'}: {words.act(act)}"
            column.addWidget(Label(said, "prose", wrap=True))

    def _send(self) -> None:
        words_ = self.reply.toPlainText().strip()
        if words_:
            self.said.emit(words_, list(KINDS)[self.kind.currentIndex()])

    def sent(self, kind: str) -> None:
        """What was written has been taken: show it, and make room for the next."""
        self.reply.clear()
        self._tabs.setCurrentIndex(0 if kind == "action" else 1)

    def _changed(self, name: str, value: str) -> None:
        self.field_changed.emit(name, value, "")

    def _due_edited(self, words_: str) -> None:
        from planbench.ui.quality.review.dialogs import is_date

        good = not words_.strip() or is_date(words_.strip())
        self.due.set_error("" if good else tr("Write a date as 2026-10-31"))
        if good:
            self._changed("due", words_.strip())


def _emptied(widget: QWidget) -> QVBoxLayout:
    """The column of a widget, without what stood in it."""
    column = widget.layout()
    assert isinstance(column, QVBoxLayout)
    _clear(column)
    return column


def _clear(column: QVBoxLayout | QHBoxLayout) -> None:
    while column.count():
        item = column.takeAt(0)
        inner = item.layout() if item is not None else None
        widget = item.widget() if item is not None else None
        if isinstance(inner, QVBoxLayout | QHBoxLayout):
            _clear(inner)
        if widget is not None:
            widget.hide()
            if widget.objectName() != "kept":
                widget.deleteLater()


def _who(act: Act) -> str:
    kind = "response" if act.field == RESPONSE else "comment"
    kind = tr("private note") if act.private else kind
    return f"{act.author} · {kind} · {words.moment(act.at)}"


def _place_words(place: Place) -> list[str]:
    """The evidence on one object in lines: what was measured, its dates, its links."""
    told = [f"{place.key}: {tidy(place.said)}" if place.said else place.key]
    when = []
    if place.start is not None:
        when.append(tr("start {start}").format(start=text.date(place.start)))
    if place.finish is not None:
        when.append(tr("finish {finish}").format(finish=text.date(place.finish)))
    if place.float_h is not None:
        when.append(tr("total {float_}").format(float_=_float_words(place.float_h)))
    if when:
        said = ", ".join(when)
        told.append(said[:1].upper() + said[1:])
    for way, title in (("in", tr("Predecessors")), ("out", tr("Successors"))):
        links = [link for link in place.links if link[0] == way]
        if links:
            shown = [_link_words(link) for link in links[:6]]
            more = tr(" and {links} more").format(links=len(links) - 6) if len(links) > 6 else ""
            told.append(f"{title}: {', '.join(shown)}{more}")
    return told


def _float_words(hours: float) -> str:
    return tr("float {float_h}{narrow}h").format(float_h=text.number(hours), narrow=text.NARROW)


def _link_words(link: tuple[str, str, str, int]) -> str:
    _, other, kind, lag = link
    return f"{other} {kind}{f' {text.signed(lag / 60)}{text.NARROW}h' if lag else ''}"


def _figure_words(figures: object) -> str:
    assert isinstance(figures, dict)
    value, limit = figures["value"], figures["limit"]

    def shown(number: float) -> str:
        return text.percent(number) if figures["unit"] == "ratio" else text.number(number, 2)

    told = f"{figures['title']}: {shown(value)}"
    return (
        tr("{told}, limit {limit}.").format(told=told, limit=shown(limit))
        if limit is not None
        else f"{told}."
    )
