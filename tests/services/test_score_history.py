"""The score from update to update on the sample, and the points by which each metric moved it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from planbench.services.document import Document
from planbench.services.library import Library
from planbench.services.quality import check_document, check_earlier_updates, earlier_schedule
from planbench.services.sample import ensure_sample
from planbench.services.scheduling import recalculate
from planbench.services.score_history import ScorePoint, moved_by, score_history


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    with Library.open(tmp_path / "own.planbench") as made:
        ensure_sample(made)
        yield made


def opened(library: Library, update: int) -> Document:
    document = library.open_update(update)
    if document.cpm is None:
        recalculate(document)
    check_document(document, None, earlier_schedule(document, library))
    return document


def test_the_history_is_that_of_each_update_checked_alone(library: Library) -> None:
    (project,) = library.projects()
    updates = sorted(project.updates, key=lambda one: one.data_date)
    document = opened(library, updates[-1].id)
    assert check_earlier_updates(document, library) == 3
    alone = [opened(library, one.id) for one in updates]
    for place, report in enumerate(document.quality):
        if report.score is None or report.score.by_records is None:
            continue
        history = score_history(document, library, report)
        scores = [one.quality[place].score for one in alone]
        told = [(s.by_records, s.by_metrics) for s in scores if s and s.by_records is not None]
        assert [(one.by_records, one.by_metrics) for one in history] == told
        assert [one.data_date for one in history] == sorted(one.data_date for one in history)
        if len(history) > 1:
            moved = moved_by(history)
            whole = history[-1].by_records - history[-2].by_records
            assert sum(moved.values()) == pytest.approx(whole)


def test_nothing_is_said_of_movement_without_two_updates_or_what_was_taken() -> None:
    point = ScorePoint("A", 0, 50.0, 50.0, {"X": 50.0})
    assert moved_by([]) == {}
    assert moved_by([point]) == {}
    assert moved_by([ScorePoint("A", 0, 50.0, 50.0), point]) == {}
    later = ScorePoint("B", 1, 40.0, 50.0, {"X": 45.0, "Y": 15.0})
    assert moved_by([point, later]) == {"X": 5.0, "Y": -15.0}


def test_without_a_library_there_is_the_present_score_alone() -> None:
    from planbench.services.sample import sample_schedules

    document = Document(sample_schedules()["2026-09-30"])
    recalculate(document)
    check_document(document, ["dcma-pam-2012"])
    (only,) = score_history(document, None, document.quality[0])
    assert document.quality[0].score is not None
    assert only.by_records == document.quality[0].score.by_records
