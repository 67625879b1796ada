"""The builder of filters: conditions nested in groups, beside their text form."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QSignalBlocker, Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QCompleter,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import Status
from planbench.scenes.columns import STATUS_WORDS, Column
from planbench.scenes.filters import (
    MOST_DEEP,
    OPERATORS,
    VALUES,
    Condition,
    Group,
    find_column,
    form,
    read_filter,
    write_filter,
)
from planbench.scenes.formats import THIN
from planbench.ui.models.fields import FIXED_WORDS, in_window, names_in_window, stored
from planbench.ui.schedule.fieldbox import FieldBox
from planbench.ui.schedule.foot import dialog_foot
from planbench.ui.schedule.plan import Plan
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr, tr_data
from planbench.ui.widgets.buttons import Button, LinkButton, SegmentedControl
from planbench.ui.widgets.fields import ComboBox, FormField
from planbench.ui.widgets.labels import Label
from planbench.ui.widgets.panels import Surface

DELAY = 200
"""Milliseconds after the last change before the filter is tried."""

MOST_OFFERED = 300
"""Different texts of a field that are offered while typing."""

HINTS = {"text": "text", "number": "number", "date": tr("03-May-26 or DD+4w")}


class ConditionRow(QWidget):
    """One question: field, operator and values. `changed()` is called after every change."""

    def __init__(self, one: Condition, box: GroupBox) -> None:
        super().__init__(box)
        self._box, self._columns = box, box.dialog.columns
        self.field = FieldBox(names_in_window(self._columns.values()), tr("Field"))
        self.field.setFixedWidth(190)
        self.operator = ComboBox((), tr("Operator"))
        self.operator.setFixedWidth(130)
        self.values = tuple(QLineEdit() for _ in range(2))
        for number, edit in enumerate(self.values):
            edit.setFont(current_theme().font("body"))
            edit.setAccessibleName(tr("Value") if number == 0 else tr("Upper value"))
            edit.textEdited.connect(lambda _text: box.dialog.changed())
        remove = Button("", "quiet", "x", tip=tr("Remove the condition"), in_card=True)
        remove.clicked.connect(lambda _on=False: box.remove(self))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for part in (self.field, self.operator, *self.values):
            row.addWidget(part, 1 if isinstance(part, QLineEdit) else 0)
        row.addWidget(remove)
        self._set(one)
        self.field.currentTextChanged.connect(self._other_field)
        self.operator.currentIndexChanged.connect(self._other_operator)

    @property
    def column(self) -> Column | None:
        """The field that is asked, None while its name is being typed."""
        return self._columns.get(self.field.key)

    @property
    def _key(self) -> str:
        column = self.column
        keys = list(OPERATORS[form(column)]) if column is not None else []
        place = self.operator.currentIndex()
        return keys[place] if 0 <= place < len(keys) else ""

    def _set(self, one: Condition) -> None:
        column = find_column(self._columns, one.field)
        self.field.setCurrentText(in_window(column).name if column is not None else one.field)
        self._offer_operators(one.operator)
        held = one.values
        if column is not None and column.id in FIXED_WORDS:
            held = tuple(map(tr_data, held))
        joined = "; ".join(held) if one.operator == "one-of" else ""
        for edit, text in zip(self.values, (*held, "", ""), strict=False):
            edit.setText(joined or text)

    def _offer_operators(self, key: str = "") -> None:
        column = self.column
        if column is None:
            return
        known = OPERATORS[form(column)]
        with QSignalBlocker(self.operator):
            self.operator.clear()
            self.operator.addItems([tr_data(word) for word in known.values()])
            self.operator.setCurrentIndex(list(known).index(key) if key in known else 0)
        self._show_values(column)

    def _show_values(self, column: Column) -> None:
        kind, wanted = form(column), VALUES.get(self._key, 1)
        for number, edit in enumerate(self.values):
            edit.setVisible(number < wanted)
            hint = tr("several, with ; between") if self._key == "one-of" else HINTS.get(kind, "")
            edit.setPlaceholderText(hint)
        offered = self._box.dialog.offered(column) if kind == "text" else []
        if column.id in FIXED_WORDS:
            offered = [tr_data(word) for word in offered]
        completer = QCompleter(offered, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.values[0].setCompleter(completer)
        completer.activated.connect(lambda _text: self._box.dialog.changed())

    def _other_field(self, _text: str) -> None:
        if self.column is not None:
            self._offer_operators(self._key)
        self._box.dialog.changed()

    def _other_operator(self, _place: int) -> None:
        column = self.column
        if column is not None:
            self._show_values(column)
        self._box.dialog.changed()

    def condition(self) -> Condition:
        """What is asked, as it stands in the fields."""
        column, key = self.column, self._key
        texts = [edit.text().strip() for edit in self.values]
        if key == "one-of":
            values = tuple(text.strip() for text in texts[0].split(";") if text.strip())
        else:
            values = tuple(texts[: VALUES.get(key, 1)])
        if column is not None:
            values = tuple(stored(column.id, text) for text in values)
        return Condition(column.id if column else self.field.currentText().strip(), key, values)


class GroupBox(Surface):
    """Conditions and groups of which all or any have to hold."""

    def __init__(self, group: Group, dialog: FilterDialog, depth: int = 0) -> None:
        super().__init__("surface-sunken" if depth % 2 else "surface-raised", "l" if depth else "")
        self.dialog, self.nesting = dialog, depth
        self.how = SegmentedControl(
            (tr("All of"), tr("Any of")), tr("Conditions that have to hold")
        )
        self.how.set_index(0 if group.every else 1)
        self.how.changed.connect(lambda _index: dialog.changed())
        more = Button(tr("Condition"), "quiet", "plus", tip=tr("Add a condition"), in_card=True)
        more.clicked.connect(lambda _on=False: self.add(dialog.first_condition()))
        nest = Button(tr("Group"), "quiet", "plus", tip=tr("Add a group in this one"), in_card=True)
        nest.clicked.connect(lambda _on=False: self.add(Group(not self.every, (dialog.usual(),))))
        nest.setVisible(depth < MOST_DEEP - 1)
        self.parts: list[ConditionRow | GroupBox] = []
        head = QHBoxLayout()
        head.setSpacing(6)
        for part in (self.how, more, nest):
            head.addWidget(part)
        head.addStretch(1)
        if depth:
            remove = Button("", "quiet", "x", tip=tr("Remove the group"), in_card=True)
            remove.clicked.connect(lambda _on=False: self._leave())
            head.addWidget(remove)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12 if depth else 0, 6, 0, 6)
        self._column.setSpacing(6)
        self._column.addLayout(head)
        for one in group.parts:
            self._put(one)

    @property
    def every(self) -> bool:
        """Whether all parts have to hold."""
        return self.how.index == 0

    def _put(self, one: Condition | Group) -> ConditionRow | GroupBox:
        if isinstance(one, Group):
            part: ConditionRow | GroupBox = GroupBox(one, self.dialog, self.nesting + 1)
        else:
            part = ConditionRow(one, self)
        self.parts.append(part)
        self._column.addWidget(part)
        return part

    def add(self, one: Condition | Group) -> None:
        """Put one more condition or group at the end."""
        part = self._put(one)
        part.show()
        if isinstance(part, ConditionRow):
            part.field.setFocus()
        self.dialog.changed()

    def remove(self, part: ConditionRow | GroupBox) -> None:
        """Take a part away."""
        self.parts.remove(part)
        part.hide()
        part.deleteLater()
        self.dialog.changed()

    def _leave(self) -> None:
        above = self.parentWidget()
        while above is not None and not isinstance(above, GroupBox):
            above = above.parentWidget()
        if above is not None:
            above.remove(self)

    def group(self) -> Group:
        """The group as it stands in the fields; empty groups in it are left out."""
        found: list[Condition | Group] = []
        for part in self.parts:
            one = part.group() if isinstance(part, GroupBox) else part.condition()
            if isinstance(one, Condition) or one.parts:
                found.append(one)
        return Group(self.every, tuple(found))


class FilterDialog(QDialog):
    """Builds a filter of a plan, in fields or as text; it is taken with Apply."""

    def __init__(self, plan: Plan, apply: Callable[[Group, bool], object], parent: QWidget) -> None:
        super().__init__(parent)
        self.plan, self.columns, self._apply = plan, plan.columns, apply
        self.setWindowTitle(tr("Filter"))
        self.resize(720, 460)
        self._offered: dict[str, list[str]] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY)
        self._timer.timeout.connect(self.try_it)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.text = FormField(tr("As text"))
        self._by_hand = False  # the text was typed and is not in the fields yet
        self.text.edited.connect(self._typed)
        self.text.field.textEdited.connect(lambda _text: self._type())
        self.words = Label("", "small", "text-muted", wrap=True)
        self.highlight = QCheckBox(tr("Highlight what passes instead of hiding the rest"))
        self.highlight.setFont(current_theme().font("body"))
        self.highlight.setChecked(plan.highlight)
        self.highlight.toggled.connect(lambda _on: self.changed())
        self.clear = LinkButton(tr("Clear"))
        self.clear.clicked.connect(lambda _on=False: self.set_group(Group()))
        self._lay_out()
        self.set_group(plan.filter if plan.filter.parts else Group(True, (self.usual(),)))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        column.addWidget(self._scroll, 1)
        column.addWidget(self.text)
        column.addWidget(self.words)
        column.addWidget(self.highlight)
        column.addLayout(dialog_foot(self, tr("Apply"), self.take, self.clear))

    def usual(self) -> Condition:
        """The condition a builder begins with."""
        return Condition("status", "is", (STATUS_WORDS[Status.IN_PROGRESS],))

    def first_condition(self) -> Condition:
        """A condition that is still to be said: what the last one asked, without its values."""
        return Condition("name", "contains", ("",))

    def offered(self, column: Column) -> list[str]:
        """Different texts of a field, to complete what is typed."""
        if column.id not in self._offered:
            texts = {str(one) for one in column.values(self.plan.table).tolist()}
            self._offered[column.id] = sorted(texts - {""})[:MOST_OFFERED]
        return self._offered[column.id]

    def set_group(self, group: Group) -> None:
        """Show a filter in the fields."""
        self.root = GroupBox(group, self)
        room = QWidget()
        column = QVBoxLayout(room)
        column.setContentsMargins(0, 0, 8, 0)
        column.addWidget(self.root)
        column.addStretch(1)
        self._scroll.setWidget(room)
        self.try_it()

    def changed(self) -> None:
        """Something was changed: try the filter when the hands rest."""
        self._timer.start()

    def _type(self) -> None:
        self._by_hand = True
        self._timer.stop()

    def try_it(self) -> bool:
        """Say how many activities pass, or what is wrong; shows the filter as text."""
        group = self.root.group()
        self._by_hand = False
        try:
            self.text.setText(write_filter(group, self.columns))
            count = self.plan.passing(group)
        except PlanbenchError as error:
            self._say(error.line, "negative")
            return False
        total = len(self.plan.schedule)
        found = (
            tr("{count:,} of {total:,} activities pass")
            .format(count=count, total=total)
            .replace(",", THIN)
        )
        self._say(found, "text-muted")
        return True

    def _say(self, words: str, role: str) -> None:
        self.words.setText(words)
        self.words.set_role(role)

    def _typed(self, text: str) -> bool:
        """Take the text form into the fields, or say what is wrong with it."""
        try:
            group = read_filter(text, self.columns)
        except PlanbenchError as error:
            self.text.set_error(error.line)
            return False
        self.text.set_error("")
        self.set_group(group)
        return True

    def take(self) -> None:
        """Filter the plan so, unless something is wrong."""
        if self._by_hand and not self._typed(self.text.text()):
            return
        if self.try_it():
            self._apply(self.root.group(), self.highlight.isChecked())
            self.accept()


class ParameterBar(Surface):
    """Asks for what the filter leaves open; shown while it does."""

    def __init__(self, plan: Plan, parent: QWidget | None = None) -> None:
        super().__init__("surface-sunken", "b", parent)
        self.plan = plan
        self.setAccessibleName(tr("Parameters of the filter"))
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 4, 12, 4)
        self._row.setSpacing(8)
        self.fields: dict[str, QLineEdit] = {}
        self.words = Label("", "small", "negative")
        plan.plan_changed.connect(self._show)
        self.hide()

    def _show(self) -> None:
        if list(self.fields) == list(self.plan.parameters):
            for name, edit in self.fields.items():
                if not edit.hasFocus():
                    edit.setText(self.plan.parameters[name])
            return
        while self._row.count():
            item = self._row.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None and widget is not self.words:
                widget.hide()
                widget.deleteLater()
        self.fields = {}
        self._fill(self.plan.parameters)
        self.setVisible(bool(self.fields))

    def _fill(self, parameters: Mapping[str, str]) -> None:
        for name, value in parameters.items():
            label, edit = Label(name, "small", "text-muted"), QLineEdit(value)
            edit.setFont(current_theme().font("body"))
            edit.setMaximumWidth(160)
            edit.setAccessibleName(name)
            edit.editingFinished.connect(self._ask)
            self.fields[name] = edit
            self._row.addWidget(label)
            self._row.addWidget(edit)
        self._row.addWidget(self.words)
        self._row.addStretch(1)

    def _ask(self) -> None:
        given = {name: edit.text().strip() for name, edit in self.fields.items()}
        if given == self.plan.parameters:
            return
        try:
            self.plan.ask(self.plan.filter, given)
            self.words.setText("")
        except PlanbenchError as error:
            self.words.setText(error.line)
