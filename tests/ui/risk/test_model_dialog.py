"""Any part of the model can be typed in the window, and nonsense is refused in one line."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from planbench.domain.synthetic import synthetic_schedule
from planbench.services.document import Document
from planbench.services.risk import default_model
from planbench.ui.risk.model_dialog import NAMES, ModelDialog


@pytest.fixture
def dialog(themed, qtbot) -> Iterator[ModelDialog]:
    parent = QWidget()
    qtbot.addWidget(parent)
    made = ModelDialog(Document(synthetic_schedule(30, 60)), default_model(), parent)
    made.show()
    yield made
    parent.close()


def row_of(dialog: ModelDialog, part: str, **values: str) -> None:
    """Choose a part, add a row and type into its cells."""
    dialog.part.setCurrentIndex(dialog.part.findData(part))
    dialog.refresh()
    dialog.add()
    titles = [column.key for column in dialog.model.columns]
    for title, text in values.items():
        at = dialog.model.index(dialog.model.rowCount() - 1, titles.index(title.replace("__", ".")))
        assert dialog.model.flags(at) & Qt.ItemFlag.ItemIsEditable
        assert dialog.model.setData(at, text)


def test_drivers_correlation_weather_and_branches_are_typed(dialog, qtbot, nameless) -> None:
    ids = [str(code) for code in dialog._document.schedule.activities.code[:4]]
    triangle = {"distribution": "triangular", "parameters__low": "0.8", "parameters__mode": "1",
                "parameters__high": "1.5"}  # fmt: skip
    row_of(dialog, "correlation", where__ids="; ".join(ids[:2]), coefficient="0.4")
    factor = {f"factor__{key}": value for key, value in triangle.items()}
    row_of(dialog, "drivers", id="Ground", probability="0.5", where__all="yes", **factor)
    row_of(dialog, "weather", weather="1", where__ids=ids[0], non_workable="0.2", persistence="0.5")
    row_of(dialog, "existence", where__ids=ids[1], probability="0.7")
    row_of(dialog, "paths", branch="B", where__ids=ids[2], probability="0.25")
    row_of(dialog, "paths", branch="B", where__ids=ids[3], probability="0.75")
    row_of(dialog, "watch", id=ids[0])
    row_of(dialog, "watch")  # says nothing
    assert nameless(dialog) == []
    with qtbot.waitSignal(dialog.made) as told:
        qtbot.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
    model = told.args[0]
    assert model.uncertainty == default_model().uncertainty
    assert model.correlation[0].coefficient == 0.4
    assert model.drivers[0].factor.given() == {"low": 0.8, "mode": 1, "high": 1.5}
    assert model.weather[0].non_workable == (0.2,) * 12
    assert [path.probability for path in model.branches[0].paths] == [0.25, 0.75]
    assert model.existence[0].where.ids == (ids[1],)
    assert model.watch == (ids[0],)


def test_nonsense_stays_in_the_dialog_with_one_line(dialog, qtbot) -> None:
    row_of(dialog, "existence", where__ids="nobody", probability="0.7")
    qtbot.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
    assert "nobody" in dialog.trouble.text()
    assert dialog.isVisible()
    dialog.take_out()
    row_of(dialog, "existence", where__all="yes", probability="much")
    qtbot.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
    assert "must be a number" in dialog.trouble.text()
    qtbot.keyClick(dialog.table, Qt.Key.Key_Delete)
    qtbot.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()


def test_every_sheet_has_a_name(dialog) -> None:
    assert set(NAMES) == set(dialog.texts)
