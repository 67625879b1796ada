"""Holding back, releasing, and what respects it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import Status
from planbench.domain.times import DAY
from planbench.engines.cpm import schedule_network
from planbench.engines.levelling.propose import LevelOptions
from planbench.services.document import Document
from planbench.services.hold import RELEASE, THRESHOLD, held_back, keep_release, override
from planbench.services.levelling import propose
from planbench.services.library import Library
from planbench.services.quality import quality_of
from planbench.services.recents import Recents
from planbench.services.risk import default_model, run_risk
from planbench.services.sample import sample_schedules
from planbench.services.scheduling import recalculate


@pytest.fixture
def document() -> Document:
    """The sample as a file that stores the calculated dates, but one that was moved by hand."""
    schedule = sample_schedules()["2026-09-30"]
    cpm, acts = schedule_network(schedule), schedule.activities
    moved = cpm.early_start.copy()
    moved[np.flatnonzero(acts.status == Status.NOT_STARTED)[3]] += 10 * DAY
    stored = acts.with_columns(
        stored_early_start=moved,
        stored_early_finish=cpm.early_finish,
        stored_late_start=cpm.late_start,
        stored_late_finish=cpm.late_finish,
        stored_total_float=cpm.total_float,
        stored_free_float=cpm.free_float,
        stored_longest_path=cpm.longest_path.astype(np.int8),
    )
    made = Document(replace(schedule, activities=stored))
    recalculate(made)
    return made


def test_held_back_just_below_the_limit(document: Document) -> None:
    agreement = document.agreement
    assert agreement is not None
    share = agreement.share
    assert share is not None
    assert THRESHOLD <= share < 1
    assert held_back(document, share) is None
    reason = held_back(document, share + 1e-9)
    assert reason is not None
    assert f"{agreement.all_five} of {agreement.population}" in reason
    assert held_back(document) is None  # nobody asked for a limit
    document.agreement_needed = 1.0
    assert held_back(document) is not None


def test_release_is_logged_once(document: Document) -> None:
    document.agreement_needed = 1.0
    override(document)
    override(document)
    assert held_back(document) is None
    assert len(document.history) == 1
    assert "may run" in document.history[0]
    override(document, False)
    assert held_back(document) is not None
    assert len(document.history) == 2


def test_a_file_without_stored_dates_is_not_held_back(document: Document) -> None:
    document.agreement_needed = 1.0
    document.agreement = None
    assert held_back(document) is None


def test_a_simulation_waits_for_the_release(document: Document) -> None:
    document.agreement_needed = 1.0
    with pytest.raises(PlanbenchError, match="held back"):
        run_risk(document, default_model(), iterations=64, threads=1)
    override(document)
    run_risk(document, default_model(), iterations=64, threads=1)
    assert document.risk is not None


def test_the_critical_path_test_waits_too(document: Document) -> None:
    def state() -> tuple[str, float | None]:
        (report,) = quality_of(document, ["dcma-pam-2012"])
        found = report.metric("DCMA-12")
        return found.state, found.value

    before = state()
    assert before[0] in ("meets", "flag")
    document.agreement_needed = 1.0
    assert state() == ("not-run", None)
    (report,) = quality_of(document, ["dcma-pam-2012"])
    assert "held back" in report.metric("DCMA-12").reason
    assert report.metric("DCMA-01").state != "not-run"
    override(document)
    assert state() == before


def test_what_is_edited_later_does_not_count(document: Document) -> None:
    document.agreement_needed = 0.99
    document.agreement_read = document.agreement
    acts = document.schedule.activities
    longer = np.where(acts.status == Status.NOT_STARTED, 480 * 90, acts.remaining_duration)
    document.schedule = replace(
        document.schedule, activities=acts.with_columns(remaining_duration=longer)
    )
    recalculate(document)
    assert document.agreement is not None
    assert (document.agreement.share or 0) < 0.5
    assert held_back(document) is None
    document.agreement_read = None
    assert held_back(document) is not None


def test_levelling_waits_for_the_release_as_well(document: Document) -> None:
    document.agreement_needed = 1.0
    with pytest.raises(PlanbenchError, match="held back"):
        propose(document, LevelOptions())


def test_a_release_is_kept_with_its_reason_and_journalled(
    document: Document, tmp_path: Path
) -> None:
    recents = Recents(tmp_path / "recents.json")
    with Library.open(tmp_path / "one.planbench", recents) as library:
        first = library.add_schedule(document.schedule, label="One")
        other = library.add_schedule(document.schedule, label="Two")
        opened = library.open_update(first)
        recalculate(opened)
        override(opened, reason="agreed with the client")
        keep_release(library, opened)
        keep_release(library, opened)
        again = library.open_update(first)
        assert again.agreement_override
        assert again.agreement_reason == "agreed with the client"
        assert "agreed with the client (by " in again.history[-1]
        assert not library.open_update(other).agreement_override
        override(again, False)
        keep_release(library, again)
        assert not library.open_update(first).agreement_override
        lines = library.journal(RELEASE, again.library_project, str(first))
        assert [line.after is None for line in lines] == [False, True]
        assert "are held back again" in lines[1].what


def test_a_file_outside_the_library_keeps_nothing(document: Document, tmp_path: Path) -> None:
    with Library.open(tmp_path / "one.planbench", Recents(tmp_path / "recents.json")) as library:
        override(document)
        keep_release(library, document)
        assert library.entries(RELEASE) == ()
