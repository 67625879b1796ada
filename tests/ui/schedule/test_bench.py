from __future__ import annotations

from planbench.ui.schedule.bench import measure


def test_every_figure_is_there_and_says_what_was_done(themed, document):
    figures = measure(document.schedule, document.cpm, (900, 500))
    for key in ("frame", "sort", "filter"):
        assert figures[key] > 0
        assert "600 activities, 1,200 links" in figures[f"{key}_note"]
    assert figures["frame"] <= figures["frame_p99"]
