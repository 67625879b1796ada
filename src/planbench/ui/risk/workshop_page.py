"""The page of a workshop: the card in large type, the voices, and what it does to the finish."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from planbench.domain.errors import PlanbenchError
from planbench.domain.times import DAY
from planbench.engines.risk.model import RiskModel
from planbench.services import workshop as steps
from planbench.services.document import Document
from planbench.services.preview import Preview
from planbench.services.register import double_counts
from planbench.services.workshop import Session
from planbench.ui import text
from planbench.ui.risk.finish import FinishChart, share_words
from planbench.ui.risk.voices import RangeShape, Voices
from planbench.ui.risk.workshop_head import SessionHead, where_words
from planbench.ui.risk.workshop_shelf import ScenarioShelf
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr
from planbench.ui.widgets import Banner, Button, Card, Chip, Label, Surface
from planbench.ui.widgets.forms import check_box

ASKED = (
    ("worst", tr("Worst case first"), tr("1 in 10 would be longer")),
    ("best", tr("Best case"), tr("1 in 10 would be shorter")),
    ("likely", tr("Most likely"), tr("what happens most often")),
)
"""The three values in the order in which they are asked."""

KEYS = (
    ("Tab", tr("next value")),
    ("Enter", tr("agree and run")),
    ("V", tr("record a voice")),
    ("D", tr("dissent")),
    ("K", tr("park")),
    ("R", tr("map a risk")),
    ("A", tr("after actions")),
    ("N / P", tr("next / previous")),
    ("Ctrl+Z", tr("undo")),
    ("F11", tr("full screen")),
    ("F12", tr("projector")),
)
"""Keys of the workshop as its foot shows them."""

SMALL = 800
"""Height below which the type is smaller, so that voices and curve keep their room."""


class Answer(QLineEdit):
    """A number in large type; letters are commands: `asked(letter)`."""

    asked = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFont(current_theme().font("present_value"))
        self.setFrame(False)
        self.setMaxLength(7)
        self.setMinimumHeight(64)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        letter = event.text().upper()
        plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if plain and letter.isalpha():
            self.asked.emit(letter)
            return
        super().keyPressEvent(event)


class WorkshopPage(Surface):
    """Shows a session and its preview; the workshop behind it decides.

    Signals: `asked(letter)` for a command typed into an answer, `agreed()` on return.
    """

    asked = Signal(str)
    agreed = Signal()

    def __init__(self) -> None:
        super().__init__("surface")
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 14, 32, 0)
        column.setSpacing(12)
        column.addLayout(self._head())
        body = QHBoxLayout()
        body.setSpacing(28)
        body.addLayout(self._left(), 3)
        body.addLayout(self._right(), 2)
        column.addLayout(body, 1)
        foot = QHBoxLayout()
        foot.setSpacing(6)
        foot.setContentsMargins(0, 2, 0, 10)
        for key, words in KEYS:
            foot.addWidget(Chip("neutral", key))
            foot.addWidget(Label(words, "small", "text-muted"))
            foot.addSpacing(4)
        foot.addStretch(1)
        self.ran = Label("", "small", "text-muted")
        foot.addWidget(self.ran)
        column.addLayout(foot)

    def _head(self) -> QHBoxLayout:
        row = self.head = SessionHead(240)
        self.clock = Label("", "body", "text-muted")
        self.clock.setToolTip(tr("Time on this item, and since the workshop began"))
        row.addWidget(self.clock)
        self.heard = Label("", "body", "text-muted")
        row.addWidget(self.heard)
        self.parking = Button("", "quiet", "bookmark", tip=tr("Go to a parked item"))
        row.addWidget(self.parking)
        self.log = Button(tr("Log"), "quiet", "history", tip=tr("What was decided when (L)"))
        self.log.clicked.connect(lambda _checked=False: self.asked.emit("L"))
        row.addWidget(self.log)
        self.hide_names = check_box(tr("Hide names"), False)
        row.addWidget(self.hide_names)
        return row

    def _left(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(10)
        row = QHBoxLayout()
        self.where = Label("", "present_label", "text-muted")
        row.addWidget(self.where)
        self.path = Chip("critical", tr("On the longest path"))
        row.addWidget(self.path)
        row.addStretch(1)
        column.addLayout(row)
        self.name = Label("", "present_title", wrap=True)
        column.addWidget(self.name)
        self.about = Label("", "present_label", "text-muted", wrap=True)
        column.addWidget(self.about)
        boxes = QHBoxLayout()
        boxes.setSpacing(14)
        self.answers: dict[str, Answer] = {}
        self.hints: dict[str, Label] = {}
        for key, words, hint in ASKED:
            card = Card(words)
            field = Answer(words)
            field.asked.connect(self.asked)
            field.returnPressed.connect(self.agreed)
            self.answers[key] = field
            self.hints[key] = Label(hint, "body", "text-muted")
            inner = QWidget()
            inside = QVBoxLayout(inner)
            inside.setContentsMargins(14, 0, 14, 12)
            inside.addWidget(field)
            inside.addWidget(self.hints[key])
            card.set_body(inner)
            boxes.addWidget(card, 1)
        column.addLayout(boxes)
        self.banner = Banner("error")
        self.banner.hide()
        column.addWidget(self.banner)
        lower = QHBoxLayout()
        lower.setSpacing(14)
        lower.addWidget(self._voices_card(), 1)
        self.shape_card = Card(tr("Range in the model"), "days")
        self.shape = RangeShape()
        self.shape_card.set_body(self.shape)
        lower.addWidget(self.shape_card, 1)
        column.addLayout(lower, 1)
        self.double = Label("", "body", "warning", wrap=True)
        column.addWidget(self.double)
        return column

    def _voices_card(self) -> Card:
        self.voices_card = Card(tr("Voices"))
        for words, icon, tip, letter in (
            (tr("Voice"), "user", tr("Record these values as somebody's opinion (V)"), "V"),
            (tr("Middle"), "users", tr("Take the medians of all voices (M)"), "M"),
            (tr("Dissent"), "message-square", tr("Record who disagrees and why (D)"), "D"),
        ):
            button = Button(words, "quiet", icon, tip=tip, in_card=True)
            button.clicked.connect(lambda _checked=False, letter=letter: self.asked.emit(letter))
            self.voices_card.add_tool(button)
        inner = QWidget()
        inside = QVBoxLayout(inner)
        inside.setContentsMargins(14, 0, 14, 12)
        self.voices = Voices()
        inside.addWidget(self.voices)
        inside.addStretch(1)
        self.middle = Label("", "body", "text-muted", wrap=True)
        inside.addWidget(self.middle)
        self.voices_card.set_body(inner)
        return self.voices_card

    def _right(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(12)
        card = self.finish_card = Card(tr("Finish, 8 times out of 10 by"))
        inner = QWidget()
        inside = QVBoxLayout(inner)
        inside.setContentsMargins(14, 0, 14, 14)
        self.date = Label("", "present_value")
        self.shift = Label("", "present_title", "text-muted")
        inside.addWidget(self.date)
        inside.addWidget(self.shift)
        card.set_body(inner)
        column.addWidget(card)
        self.chart_card = Card(tr("Chance of finishing by a date"), tr("dashed: before this item"))
        self._chart: FinishChart | None = None
        column.addWidget(self.chart_card, 1)
        facts = Surface("surface-raised", "")
        grid = QGridLayout(facts)
        grid.setContentsMargins(14, 10, 14, 10)
        self.chance = Label("", "heading")
        self.median = Label("", "heading")
        for row, (words, label) in enumerate(
            (
                (tr("Chance of the planned finish"), self.chance),
                (tr("As likely as not by"), self.median),
            )
        ):
            grid.addWidget(Label(words, "body"), row, 0)
            grid.addWidget(label, row, 1, Qt.AlignmentFlag.AlignRight)
        column.addWidget(facts)
        what_if = QHBoxLayout()
        what_if.setSpacing(10)
        self.after = check_box(tr("After actions"), False)
        self.after.setToolTip(tr("Show the finish with the actions of the register done (A)"))
        what_if.addWidget(self.after)
        self.risks = Button(
            tr("Risks"), "default", "list-tree", tip=tr("Leave risks out of what is shown (X)")
        )
        self.risks.clicked.connect(lambda _checked=False: self.asked.emit("X"))
        what_if.addWidget(self.risks)
        self.map = Button(
            tr("Map"), "default", "chart-gantt", tip=tr("Map a risk by drawing on the Gantt (R)")
        )
        self.map.clicked.connect(lambda _checked=False: self.asked.emit("R"))
        what_if.addWidget(self.map)
        what_if.addStretch(1)
        column.addLayout(what_if)
        self.shelf = ScenarioShelf()
        column.addWidget(self.shelf)
        return column

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        small = self.height() < SMALL
        theme = current_theme()
        for label, large, compact in (
            (self.name, "present_title", "display"),
            (self.shift, "present_title", "display"),
            (self.date, "present_value", "present_title"),
            (self.about, "present_label", "prose"),
            (self.where, "present_label", "prose"),
        ):
            label.setFont(theme.font(compact if small else large))
        for field in self.answers.values():
            field.setFont(theme.font("present_title" if small else "present_value"))
            field.setMinimumHeight(44 if small else 64)

    def values(self) -> dict[str, str]:
        """What is typed, by key of ASKED."""
        return {key: field.text() for key, field in self.answers.items()}

    def show_clock(self, item: int, whole: int) -> None:
        """Show seconds on the item and since the workshop began."""
        self.clock.setText(f"{_clock(item)}  /  {_clock(whole)}")

    def show_session(
        self, session: Session, document: Document, model: RiskModel | None, parked: int
    ) -> None:
        """Show the card on the table and how far the workshop came."""
        self.head.show_session(session)
        self.heard.setText(tr("{people} heard").format(people=len(session.people)))
        self.parking.setText(tr("Parking lot {parked}").format(parked=parked))
        self.parking.setEnabled(parked > 0)
        self._show_card(document, session)
        self.voices.show_opinions(session.card.opinions, self.hide_names.isChecked())
        self._show_middle(session)
        self._show_shape(document, session, model)

    def show_preview(self, found: Preview | None, before: Preview | None, state: str) -> None:
        """Show the finish, its shift against what was shown before, and what is left out."""
        if found is None:
            for label in (self.date, self.shift, self.chance, self.median, self.ran):
                label.setText("")
            return
        self.finish_card.set_title(tr("Finish, 8 times out of 10 by"), state)
        self.date.setText(text.long_date(found.p80))
        words, role = shift_words(found, before)
        self.shift.setText(words)
        self.shift.set_role(role)
        result = found.result
        self.chance.setText(share_words(result.confidence(result.deterministic)))
        self.median.setText(text.long_date(found.p50))
        seconds = text.number(found.seconds, 1)
        self.ran.setText(
            tr("{words}, {iterations} runs in {seconds} s").format(
                words=found.words, iterations=text.number(result.iterations), seconds=seconds
            )
        )
        if self._chart is None:
            self._chart = FinishChart()
            self.chart_card.set_body(self._chart.chart.widget)
        self._chart.show_result(result, "", before.result if before else None)

    def _show_card(self, document: Document, session: Session) -> None:
        card, schedule = session.card, document.schedule
        row = schedule.row_of_code[card.code]
        self.where.setText(where_words(schedule, card.code))
        cpm = document.cpm
        self.path.setVisible(cpm is not None and bool(cpm.longest_path[row]))
        self.name.setText(card.name)
        dates = ""
        if cpm is not None:
            start, finish = int(cpm.early_start[row]), int(cpm.early_finish[row])
            dates = tr("{start} to {finish}. ").format(
                start=text.long_date(start), finish=text.long_date(finish)
            )
        state = tr("Parked. ") if card.parked else ""
        self.about.setText(
            tr("{dates}{state}{words}").format(
                dates=dates,
                state=state,
                words=tr("Dissent: ") + "; ".join(card.dissent) if card.dissent else "",
            )
        )
        plan = steps.plan_days(document, card.code)
        self.hints["likely"].setText(
            tr("plan says {plan:g}").format(plan=plan) if card.agreed is not None else ASKED[2][2]
        )
        for key, field in self.answers.items():
            value = "" if card.agreed is None else f"{getattr(card.agreed, key):g}"
            field.setText(value)

    def _show_middle(self, session: Session) -> None:
        card = session.card
        centre, far = steps.middle(card), steps.outlier(card)
        words = ""
        if centre is not None:
            words = tr("Middle {best:g} / {likely:g} / {worst:g} d.").format(
                best=centre.best, likely=centre.likely, worst=centre.worst
            )
        if far is not None:
            who = tr("One voice") if self.hide_names.isChecked() else far.who
            why = f", \u201c{far.why}\u201d" if far.why else ""
            words += tr(" Outlier: {who}, {worst:g} d{why}.").format(
                who=who, worst=far.worst, why=why
            )
        self.middle.setText(words)
        self.voices_card.set_title(text.counted(len(card.opinions), tr("voice"), tr("voices")))

    def _show_shape(self, document: Document, session: Session, model: RiskModel | None) -> None:
        card = session.card
        now = steps.agreed_range(card).distribution if card.agreed is not None else None
        plain, unit = None, 1.0
        if model is not None and now is None:
            mine = [one for one in model.uncertainty if card.code in one.where.ids]
            mine = mine or [one for one in model.uncertainty if one.where.all]
            if mine:
                plain = mine[-1].distribution
                if mine[-1].unit == "percent":
                    unit = steps.plan_days(document, card.code) / 100.0
        self.shape.show_laws(now, plain, unit)
        self.double.setText("")
        if model is not None:
            try:
                found = double_counts(document.schedule, steps.with_agreed(model, session))
            except PlanbenchError:  # the run says what is wrong with the model
                return
            mine_only = [one.text for one in found if one.activity == card.code]
            self.double.setText("\n".join(mine_only[:2]))


def _clock(seconds: int) -> str:
    minutes, left = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes:02d}:{left:02d}"


def shift_words(found: Preview, before: Preview | None) -> tuple[str, str]:
    """(`▼ 14 days later ± 2.1`, role of its colour) of a preview against the one before."""
    days = round(found.shift / DAY)
    if before is None:
        return " ", "text-muted"
    if days == 0 and found.half_width < DAY / 20:
        return tr("as before"), "text-muted"
    told = tr("{days} {words}").format(
        days=text.counted(abs(days), tr("day"), tr("days")),
        words=tr("later") if days >= 0 else tr("earlier"),
    )
    mark = "\u25bc" if days > 0 else "\u25b2" if days < 0 else ""
    role = "late" if days > 0 else "early" if days < 0 else "text-muted"
    return f"{mark} {told} \u00b1 {text.number(found.half_width / DAY, 1)}".strip(), role
