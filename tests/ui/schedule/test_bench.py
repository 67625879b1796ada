from __future__ import annotations

from planbench.ui.schedule.bench import measure, measure_edits


def test_every_figure_is_there_and_says_what_was_done(themed, document):
    figures = measure(document.schedule, document.cpm, (900, 500))
    for key in ("frame", "sort", "filter"):
        assert figures[key] > 0
        assert "600 activities, 1,200 links" in figures[f"{key}_note"]
    assert figures["frame"] <= figures["frame_p99"]


def test_edits_are_followed_to_their_paint(themed, document):
    figures = measure_edits(document.schedule, document.cpm, 2, (900, 500))
    assert 0 < figures["edit"] <= figures["edit_worst"]
    assert "one duration edited" in figures["edit_note"]
