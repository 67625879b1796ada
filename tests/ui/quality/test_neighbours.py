"""Which neighbours stand beside a finding, and from when to when."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from planbench.domain.schedule import Status
from planbench.domain.times import NO_TIME
from planbench.engines.cpm import schedule_network
from planbench.engines.findings.excerpt import MOST, excerpt, neighbours
from planbench.services.document import Document
from planbench.services.sample import sample_schedules
from planbench.ui.quality.neighbours import Neighbours


@pytest.fixture(scope="module")
def document() -> Document:
    schedule = sample_schedules()["2026-09-30"]
    return Document(schedule, cpm=schedule_network(schedule))


def test_neighbours_of_every_activity_are_linked_to_it(document: Document) -> None:
    schedule, cpm = document.schedule, document.cpm
    assert cpm is not None
    links = schedule.relationships
    pairs = set(zip(links.predecessor.tolist(), links.successor.tolist(), strict=True))
    for row in range(len(schedule)):
        found = neighbours(schedule, cpm, row)
        assert found.count(row) == 1
        place = found.index(row)
        assert len(found[:place]) <= MOST >= len(found[place + 1 :])
        assert all((one, row) in pairs for one in found[:place])
        assert all((row, one) in pairs for one in found[place + 1 :])
        driving = links.predecessor[cpm.driving & (links.successor == row)].tolist()
        if driving:
            assert set(found[:place]) & set(driving)


def test_bars_run_from_start_to_finish(document: Document) -> None:
    schedule = document.schedule
    for row in range(len(schedule)):
        for bar in excerpt(schedule, document.cpm, row):
            assert NO_TIME < bar.start <= bar.finish
            assert bar.until is None or bar.until <= bar.finish
            if schedule.activities.status[schedule.row_of_code[bar.key]] == Status.COMPLETE:
                assert bar.late_finish is None
                assert not bar.critical


def test_nothing_is_drawn_without_dates(
    document: Document, themed: QApplication, qtbot: Any
) -> None:
    picture = Neighbours()
    qtbot.addWidget(picture)
    row = document.schedule.row_of_code["CV-3060"]
    assert not picture.show_activity(Document(document.schedule), row)
    assert not picture.show_activity(document, -1)
    assert picture.show_activity(document, row)
    picture.resize(310, picture.height())
    image = picture.grab().toImage()
    colours = {image.pixelColor(x, y).name() for x in range(0, 310, 2) for y in range(40)}
    assert len(colours) > 3
    assert np.array([bar.chosen for bar in picture._bars]).sum() == 1
