"""Forms of the register: one risk with its actions, and the scales."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from planbench.domain.errors import ModelError
from planbench.domain.schedule import Schedule
from planbench.engines.register.entry import (
    ACTION_STATES,
    MAPPINGS,
    SIDES,
    STATUSES,
    Exposure,
    RiskAction,
    RiskEntry,
    Three,
    checked,
)
from planbench.engines.register.scales import (
    Matrix,
    Scale,
    matrix_from,
    matrix_json,
    usual_matrix,
)
from planbench.ui.register.finder import Finder
from planbench.ui.translation import tr
from planbench.ui.widgets import (
    Banner,
    Button,
    Column,
    ComboBox,
    FlatTableModel,
    FormField,
    Label,
    TableView,
)
from planbench.ui.widgets.forms import check_box, side_by_side

_ACTION = (
    ("text", tr("Action"), 220),
    ("owner", tr("Owner"), 104),
    ("activity", tr("Activity"), 88),
    ("budget", tr("Budget"), 66),
    ("cost", tr("Cost"), 78),
    ("due", tr("Due"), 88),
    ("state", tr("State"), 76),
    ("side", tr("Control"), 76),
    ("works", tr("Works, %"), 70),
)

_FACTOR = {"works": 100.0}
"""Shares are shown in percent."""

_TIPS = {
    "state": tr("One of {states}").format(states=", ".join(ACTION_STATES)),
    "side": tr("prevents: it makes the event less likely; eases: it makes the effects smaller"),
    "works": tr("Share of the probability or of the effects that it takes away; 0: not judged"),
}


def number(words: str, at: str) -> float:
    """A number as typed; an empty text is 0. Raises ModelError."""
    plain = "".join(words.split()).replace(",", ".").rstrip("%")
    try:
        return float(plain) if plain else 0.0
    except ValueError:
        raise ModelError(tr("'{words}' is not a number").format(words=words), at) from None


class ActionTable(FlatTableModel):
    """Actions, edited in their cells."""

    def __init__(self, actions: Sequence[RiskAction]) -> None:
        super().__init__()
        self.actions = list(actions)
        self.fill()

    def fill(self) -> None:
        """Show the actions anew."""
        columns = [
            Column(
                key,
                title,
                width,
                key in ("cost", "works"),
                [
                    _shown(
                        getattr(one, key) * _FACTOR.get(key, 1.0)
                        if key in ("cost", "works")
                        else getattr(one, key)
                    )
                    for one in self.actions
                ],
                editable=True,
                stretch=key == "text",
                sortable=False,
                tip=_TIPS.get(key, ""),
            )
            for key, title, width in _ACTION
        ]
        self.set_data(columns, len(self.actions))

    def put(self, row: int, column: int, text: str) -> bool:
        key = self.columns[column].key
        try:
            value: Any = text.strip()
            if key in ("cost", "works"):
                value = number(text, key) / _FACTOR.get(key, 1.0)
        except ModelError:
            return False
        known = {"state": ACTION_STATES, "side": SIDES}.get(key)
        if (known is not None and value not in known) or (key == "works" and not 0 <= value <= 1):
            return False
        self.actions[row] = replace(self.actions[row], **{key: value})
        self.fill()
        return True


def scale_words(scale: Scale, factor: float = 1.0, unit: str = "") -> str:
    """`Rare up to 5 %, Unlikely up to 20 %, ...`: words of a scale and what they stand for."""
    said = [
        tr("{name} up to {bound:g}{unit}").format(name=name, bound=bound * factor, unit=unit)
        for name, bound in zip(scale.names, scale.bounds, strict=False)
    ]
    return ", ".join([*said, tr("{name} above").format(name=scale.names[-1])])


def _shown(value: Any) -> str:
    return f"{value:.12g}" if isinstance(value, float) else str(value)


class RiskDialog(QDialog):
    """One risk. `made` is the entry as typed once it was kept."""

    def __init__(
        self,
        entry: RiskEntry,
        schedule: Schedule,
        taken: set[str],
        parent: QWidget | None = None,
        matrix: Matrix | None = None,
    ) -> None:
        super().__init__(parent)
        self._matrix = matrix or usual_matrix()
        self.setWindowTitle(tr("Risk of the register"))
        self.setMinimumWidth(960)
        self.made: RiskEntry | None = None
        self._entry, self._schedule, self._taken = entry, schedule, taken - {entry.id}
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(8)
        self.fields: dict[str, FormField] = {}
        self._identity(column)
        self._mapping(column)
        self._numbers(column)
        self._actions(column)
        self.banner = Banner("error")
        self.banner.hide()
        column.addWidget(self.banner)
        column.addLayout(self._buttons())

    def _field(self, key: str, title: str, value: str) -> FormField:
        self.fields[key] = FormField(title, value)
        return self.fields[key]

    def _identity(self, column: QVBoxLayout) -> None:
        entry = self._entry
        self.kind = ComboBox((tr("Threat"), tr("Opportunity")), tr("Kind"))
        self.kind.setCurrentIndex(int(entry.opportunity))
        self.status = ComboBox([one.capitalize() for one in STATUSES], tr("Status"))
        self.status.setCurrentText(entry.status.capitalize())
        code = self._field("id", tr("Id"), entry.id)
        code.setMaximumWidth(110)
        title = self._field("title", tr("What could happen"), entry.title)
        column.addLayout(_level(side_by_side(code, title, self.kind, self.status)))
        for keys in (
            (("cause", tr("Causes, separated by semicolons")), ("event", tr("Event")),
             ("effect", tr("Effects"))),
            (("category", tr("Category (RBS)")), ("owner", tr("Owner")),
             ("trigger", tr("Early warning"))),
            (("proximity_from", tr("Window from (YYYY-MM-DD)")), ("proximity_to", tr("Window to")),
             ("notes", tr("Notes"))),
        ):  # fmt: skip
            made = [self._field(key, words, getattr(entry, key)) for key, words in keys]
            column.addLayout(side_by_side(*made))

    def _mapping(self, column: QVBoxLayout) -> None:
        codes = self._field(
            "activities", tr("Activities it delays"), ", ".join(self._entry.activities)
        )
        self.mapping = ComboBox(
            (tr("The same delay on each"), tr("One delay, shared out")), tr("Mapping")
        )
        self.mapping.setCurrentIndex(MAPPINGS.index(self._entry.mapping))
        self.parallel = check_box(
            tr("Only the largest of parallel risks counts"), self._entry.parallel
        )
        column.addLayout(_level(side_by_side(codes, self.mapping)))
        self.finder = Finder(self._schedule)
        self.finder.found.connect(self._add_codes)
        self.finder.refused.connect(
            lambda line: self.banner.show_message(line, tr("The filter finds nothing"))
        )
        column.addLayout(_level(side_by_side(self.finder, self.parallel)))

    def _numbers(self, column: QVBoxLayout) -> None:
        entry = self._entry
        for when, words, exposure in (
            ("before", tr("Now"), entry.before),
            ("after", tr("After actions"), entry.after),
        ):
            column.addWidget(Label(words, "strong"))
            known = exposure or Exposure()
            chance = f"{known.probability * 100:.12g}" if exposure is not None else ""
            made = [self._field(f"{when}_p", tr("Probability, %"), chance)]
            for what, title, three in (
                ("days", "days", known.days),
                ("cost", "cost", known.cost),
            ):
                for point, name in (
                    ("low", tr("Least")),
                    ("mode", tr("Likely")),
                    ("high", tr("Greatest")),
                ):
                    value = getattr(three, point)
                    shown = f"{value:.12g}" if value else ""
                    made.append(self._field(f"{when}_{what}_{point}", f"{name} {title}", shown))
            for field in made:
                scale = self._scale_of(field)
                field.field.setToolTip(scale)
                field.field.setAccessibleDescription(scale)
                field.field.setAccessibleName(f"{words}: {field._label.text()}")
            column.addLayout(side_by_side(*made))

    def _scale_of(self, field: FormField) -> str:
        """Words and numbers of the project's scale behind a field."""
        key = next(key for key, one in self.fields.items() if one is field)
        if key.endswith("_p"):
            return scale_words(self._matrix.likelihood, 100.0, " %")
        if "_days_" in key:
            return scale_words(self._matrix.delay, 1.0, " d")
        return scale_words(self._matrix.cost)

    def _actions(self, column: QVBoxLayout) -> None:
        add = Button(tr("Add action"), "quiet", "plus", tip=tr("Add an action"), in_card=True)
        add.clicked.connect(lambda _checked=False: self.add_action())
        drop = Button(
            tr("Remove"), "quiet", "trash-2", tip=tr("Remove the selected action"), in_card=True
        )
        drop.clicked.connect(lambda _checked=False: self.drop_action())
        column.addLayout(side_by_side(Label(tr("Actions"), "strong"), add, drop, None))
        self.steps = ActionTable(self._entry.actions)
        self.action_view = TableView(tr("Actions of the risk"))
        self.action_view.setModel(self.steps)
        self.action_view.setFixedHeight(118)
        column.addWidget(self.action_view)

    def _buttons(self) -> QHBoxLayout:
        cancel = Button(tr("Cancel"), "default")
        cancel.clicked.connect(lambda _checked=False: self.reject())
        keep = Button(tr("Keep"), "primary", tip=tr("Keep the risk"))
        keep.setDefault(True)
        keep.clicked.connect(lambda _checked=False: self.keep())
        return side_by_side(None, cancel, keep)

    def add_action(self) -> None:
        """A line for another action."""
        self.steps.actions.append(RiskAction(tr("New action"), self.fields["owner"].text()))
        self.steps.fill()
        self.action_view.select_row(len(self.steps.actions) - 1)

    def drop_action(self) -> None:
        """Take the selected action out."""
        row = self.action_view.current_row()
        if 0 <= row < len(self.steps.actions):
            del self.steps.actions[row]
            self.steps.fill()

    def _add_codes(self, found: list[str]) -> None:
        """Map activities besides those there are."""
        self.banner.hide()
        codes = dict.fromkeys([*self._codes(), *found])
        self.fields["activities"].setText(", ".join(codes))

    def _codes(self) -> list[str]:
        words = self.fields["activities"].text().replace(";", ",").split(",")
        return [word.strip() for word in words if word.strip()]

    def keep(self) -> None:
        """Check what was typed and close, or say what is wrong."""
        try:
            made = self._typed()
        except ModelError as error:
            self.banner.show_message(error.line, tr("This is not right yet"))
            return
        self.made = made
        self.accept()

    def _typed(self) -> RiskEntry:
        texts = {
            key: self.fields[key].text().strip()
            for key in ("id", "title", "cause", "event", "effect", "category", "owner", "trigger",
                        "proximity_from", "proximity_to", "notes")
        }  # fmt: skip
        if texts["id"] in self._taken:
            raise ModelError(tr("there is a risk {texts} already").format(texts=texts["id"]), "id")
        codes = tuple(self._codes())
        for code in codes:
            if code not in self._schedule.row_of_code and code not in self._entry.activities:
                raise ModelError(tr("there is no activity {code}").format(code=code), "activities")
        after = None
        if any(self.fields[key].text().strip() for key in self.fields if key.startswith("after_")):
            after = self._exposure("after")
        return checked(
            replace(
                self._entry,
                **texts,
                opportunity=self.kind.currentIndex() == 1,
                status=STATUSES[self.status.currentIndex()],
                activities=codes,
                mapping=MAPPINGS[self.mapping.currentIndex()],
                parallel=self.parallel.isChecked(),
                before=self._exposure("before"),
                after=after,
                actions=tuple(self.steps.actions),
            )
        )

    def _exposure(self, when: str) -> Exposure:
        def value(key: str) -> float:
            field = self.fields[f"{when}_{key}"]
            return number(field.text(), field.field.accessibleName())

        def three(what: str) -> Three:
            return Three(*(value(f"{what}_{point}") for point in ("low", "mode", "high")))

        return Exposure(value("p") / 100.0, three("days"), three("cost"))


def _level(row: QHBoxLayout) -> QHBoxLayout:
    """Drop-downs and buttons stand level with the fields, which have labels above them."""
    for place in range(row.count()):
        item = row.itemAt(place)
        widget = item.widget() if item is not None else None
        if widget is not None:
            row.setAlignment(widget, Qt.AlignmentFlag.AlignBottom)
    return row


class ScalesDialog(QDialog):
    """Names and bounds of the levels, and the rating of every cell. `made` is the new matrix."""

    def __init__(self, matrix: Matrix, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Scales of the register"))
        self.setMinimumWidth(720)
        self.made: Matrix | None = None
        self._matrix = matrix
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(8)
        intro = tr(
            "Levels from mild to severe, separated by semicolons; each but the last ends at its "
            "bound. Three to ten levels."
        )
        column.addWidget(Label(intro, "prose", "text-muted", wrap=True))
        self.names: dict[str, FormField] = {}
        self.bounds: dict[str, FormField] = {}
        for key, title in (
            ("likelihood", tr("Likelihood, %")),
            ("delay", tr("Delay, days")),
            ("cost", tr("Cost")),
        ):
            scale, factor = getattr(matrix, key), 100.0 if key == "likelihood" else 1.0
            bounds = "; ".join(f"{bound * factor:.12g}" for bound in scale.bounds)
            self.names[key] = FormField(
                tr("{title}: levels").format(title=title), "; ".join(scale.names)
            )
            self.bounds[key] = FormField(tr("{title}: upper bounds").format(title=title), bounds)
            column.addLayout(side_by_side(self.names[key], self.bounds[key]))
        column.addWidget(Label(tr("Ratings 1 to 5, likely rows first"), "strong"))
        self.rows = [
            FormField(name, " ".join(str(cell + 1) for cell in cells))
            for name, cells in zip(
                reversed(matrix.likelihood.names), reversed(matrix.cells), strict=True
            )
        ]
        for first in range(0, len(self.rows), 5):
            column.addLayout(side_by_side(*self.rows[first : first + 5]))
        note = tr("With another number of levels the ratings are made anew.")
        column.addWidget(Label(note, "small", "text-muted"))
        self.banner = Banner("error")
        self.banner.hide()
        column.addWidget(self.banner)
        cancel = Button(tr("Cancel"), "default")
        cancel.clicked.connect(lambda _checked=False: self.reject())
        keep = Button(tr("Keep"), "primary", tip=tr("Keep the scales for this project"))
        keep.setDefault(True)
        keep.clicked.connect(lambda _checked=False: self.keep())
        column.addLayout(side_by_side(None, cancel, keep))

    def keep(self) -> None:
        """Check what was typed and close, or say what is wrong."""
        try:
            self.made = matrix_from(self._typed())
        except (ModelError, ValueError) as error:
            told = error.line if isinstance(error, ModelError) else tr("Ratings are 1 to 5.")
            self.banner.show_message(told, tr("The scales are not right yet"))
            return
        self.accept()

    def _typed(self) -> dict[str, Any]:
        given = matrix_json(self._matrix)
        for key in self.names:
            names = [part.strip() for part in self.names[key].text().split(";") if part.strip()]
            factor = 0.01 if key == "likelihood" else 1.0
            words = self.bounds[key].text().replace(",", ".").split(";")
            bounds = [number(word, key) * factor for word in words if word.strip()]
            given[key] = {"names": names, "bounds": bounds}
        same = len(given["likelihood"]["names"]) == len(self._matrix.likelihood)
        if same and len(given["delay"]["names"]) == len(self._matrix.delay):
            rows = [[int(word) - 1 for word in row.text().split()] for row in self.rows]
            given["cells"] = rows[::-1]
        else:
            given["cells"] = None
        return given
