"""The list of what is worth a look: every entry opens its place."""

from __future__ import annotations

import datetime as dt
from typing import Any

from PySide6.QtCore import Qt

from planbench.ui.home.figures import Remark
from planbench.ui.home.sidebar import _DOORS, _MARKS, Sidebar
from planbench.ui.widgets import LinkButton


def test_every_kind_of_remark_has_a_mark_and_a_door_that_opens(themed: Any, qtbot: Any) -> None:
    sidebar = Sidebar()
    qtbot.addWidget(sidebar)
    sidebar.resize(372, 900)
    sidebar.show()
    places = ["compare", "control", "contract", "quality", "agreement", "schedule"]
    kinds = ["later", "overdue", "deadline", "findings", "data", "baseline"]
    told = [
        Remark("Pier", f"What {place} answers", kind, number, place)
        for number, (place, kind) in enumerate(zip(places, kinds, strict=True))
    ]
    assert set(places) == _DOORS.keys()
    assert {one.kind for one in told} | {"earlier", "flag"} == _MARKS.keys()
    asked: list[tuple[int, str]] = []
    sidebar.update_wanted.connect(lambda update, place: asked.append((update, place)))
    sidebar.show_entries([], told, dt.datetime(2026, 10, 1))
    links = sidebar.findChildren(LinkButton)
    assert [link.accessibleName() for link in links] == [f"{_DOORS[one]}: Pier" for one in places]
    for link in links:
        qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    assert asked == list(enumerate(places))
