"""Ticks of the date axis, and charts that change clothes with the theme."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from planbench.domain.times import DAY, from_datetime, from_iso, to_datetime
from planbench.ui.theme import current_theme, theme_manager
from planbench.ui.widgets.chart import Chart, date_ticks, pen


def test_months_name_their_first_year_and_every_january() -> None:
    ticks = date_ticks(from_iso("2028-11-15"), from_iso("2029-03-20"), 6)
    assert [label for _, label in ticks] == ["Dec 2028", "Jan 2029", "Feb", "Mar"]
    assert ticks[0][0] == from_iso("2028-12-01")


def test_long_spans_show_years() -> None:
    labels = [label for _, label in date_ticks(from_iso("2020-05-01"), from_iso("2060-01-01"), 9)]
    assert labels == ["2025", "2030", "2035", "2040", "2045", "2050", "2055", "2060"]


@settings(max_examples=60)
@given(
    st.datetimes(dt.datetime(1971, 1, 1), dt.datetime(2090, 1, 1)),
    st.floats(0.5, 40000),
    st.integers(2, 20),
)
def test_ticks_lie_inside_rise_and_are_not_too_many(
    start: dt.datetime, days: float, most: int
) -> None:
    low = from_datetime(start)
    high = low + days * DAY
    ticks = date_ticks(low, high, most)
    places = [at for at, _ in ticks]
    assert all(low <= at <= high for at in places)
    assert places == sorted(set(places))
    assert len(places) <= 1.2 * most + 2
    for at, label in ticks:
        moment = to_datetime(int(at))
        assert moment is not None
        assert moment.hour == moment.minute == 0
        assert any(part in label for part in (str(moment.year), moment.strftime("%b")))


def test_no_span_no_ticks() -> None:
    assert date_ticks(5, 5, 8) == []
    assert date_ticks(float("nan"), 5, 8) == []


@pytest.fixture
def chart(themed: QApplication, qtbot: Any) -> Chart:
    made = Chart("Taking-over date", dates=True)
    qtbot.addWidget(made.widget)
    made.widget.resize(500, 300)
    made.widget.show()
    return made


def test_a_chart_is_drawn_anew_in_the_other_theme(chart: Chart, qtbot: Any) -> None:
    drawn: list[str] = []

    def draw(on: Chart) -> None:
        drawn.append(current_theme().name)
        first = from_iso("2029-01-01")
        on.plot.plot([first, first + 90 * DAY], [0, 1], pen=pen("accent", 2.5))

    chart.painted(draw)
    theme_manager().set_mode("dark")
    assert drawn == ["light", "dark"]
    assert len(chart.plot.listDataItems()) == 1
    ground = chart.widget.grab().toImage().pixelColor(2, 2)
    assert ground == current_theme().color("surface-raised")


def test_a_picture_goes_to_the_clipboard(chart: Chart) -> None:
    chart.copy_picture()
    assert QApplication.clipboard().pixmap().width() == chart.widget.width()


def test_a_closed_chart_hears_no_more(themed: QApplication, qtbot: Any) -> None:
    chart = Chart("short lived")
    drawn: list[int] = []
    chart.painted(lambda _chart: drawn.append(1))
    chart.widget.deleteLater()
    del chart
    QApplication.sendPostedEvents(None, 52)  # deferred deletes
    QApplication.processEvents()
    theme_manager().set_mode("dark")
    assert drawn == [1]
