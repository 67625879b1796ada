"""A risk run in the Schedule: bars, columns, print."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planbench.scenes.filters import read_filter
from planbench.services.document import Document
from planbench.services.risk import default_model, run_risk
from planbench.services.risk_measures import run_fields
from planbench.ui.printing.source import source_of
from planbench.ui.schedule.workspace import ScheduleWorkspace


def entry(space: ScheduleWorkspace, words: str):
    (found,) = (one for one in space.bar.bars_menu().actions() if one.text() == words)
    return found


WHISKERS, COLOURS = "Risk: P10 to P90 of the finish", "Risk: colour by criticality"


@pytest.fixture
def simulated(space: ScheduleWorkspace, state) -> Document:
    document = replace(state.document)
    run_risk(document, default_model(), iterations=512)
    document.risk_fields = run_fields(document)
    state.open_document(document)
    return document


def test_without_a_run_there_is_nothing_to_draw(space: ScheduleWorkspace) -> None:
    assert not entry(space, WHISKERS).isEnabled()
    assert not entry(space, COLOURS).isEnabled()


def test_whiskers_and_colours_are_switched_on_and_printed(space, simulated) -> None:
    for words in (WHISKERS, COLOURS):
        entry(space, words).trigger()
    space.select_node(space.plan.node_of(int(simulated.risk.criticality.argmax())))
    styles = set(space.gantt.scene().styles())
    assert "risk-whisker" in styles
    assert any(style.startswith("criticality-") for style in styles)
    layout = space.layouts.current()
    assert layout.whiskers
    assert layout.criticality
    source = source_of(space.plan, simulated, space.model.shown, space.gantt.options)
    assert source.plan.risk is not None
    assert source.options.whiskers


def test_a_run_filters_and_sorts_the_rows(space, simulated) -> None:
    space.take_filter(read_filter("[Criticality index] > 20", space.plan.columns), False)
    critical = simulated.risk.criticality > 0.2
    assert space.plan.matching == int(critical.sum()) > 0
    for one in ("start_p80", "finish_p10", "existence", "significance", "cruciality_index"):
        space.plan.sort_by(one, True)
        assert space.plan.sort_column == one
