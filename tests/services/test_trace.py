"""Targets, paths in words, text and the schedule log, against the schedule itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import ActivityType, Schedule, Status
from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import NO_TIME
from planbench.engines.trace import driving_path, trace
from planbench.services.document import Document
from planbench.services.files import open_file
from planbench.services.sample import sample_schedules
from planbench.services.schedule_log import log_json, log_lines
from planbench.services.scheduling import recalculate
from planbench.services.trace import (
    Reasoner,
    beyond,
    default_target,
    find_activity,
    gain_sentence,
    link_words,
    path_text,
    paths_to,
    steps,
    targets,
    trace_json,
)


@pytest.fixture(scope="module")
def document() -> Document:
    made = Document(sample_schedules()["2026-09-30"])
    recalculate(made)
    return made


def code(document: Document, row: int) -> str:
    return str(document.schedule.activities.code[row])


def test_the_project_ends_where_it_should(document: Document) -> None:
    assert code(document, default_target(document)) == "CO-9000"
    found = targets(document)
    assert found[0] == default_target(document)
    assert len(set(found)) == len(found)
    acts = document.schedule.activities
    assert all(acts.type[row] == ActivityType.FINISH_MILESTONE for row in found)
    assert all(acts.status[row] != Status.COMPLETE for row in found)


def test_no_target_without_activities_or_dates() -> None:
    assert default_target(Document(Schedule())) == -1
    assert targets(Document(synthetic_schedule(5, 4))) == []


def test_the_target_of_a_network_is_its_last_activity() -> None:
    made = Document(synthetic_schedule(200, 400, 4))
    recalculate(made)
    assert made.cpm is not None
    row = default_target(made)
    assert made.cpm.early_finish[row] == made.cpm.early_finish.max()
    assert made.cpm.longest_path[row]


def test_ids_are_found_in_any_case(document: Document) -> None:
    assert code(document, find_activity(document, "co-9000")) == "CO-9000"
    with pytest.raises(PlanbenchError, match="CO-9000"):
        find_activity(document, "CO-9001")


def test_what_lies_beyond_a_trace(document: Document) -> None:
    schedule, cpm = document.schedule, document.cpm
    assert cpm is not None
    row = find_activity(document, "OU-1040")
    small, large = (trace(schedule, cpm, row, levels, levels) for levels in (2, 3))
    before, after = beyond(document, small)
    new = {one: level for one, level in large.levels.items() if one not in small.levels}
    assert before == sum(1 for level in new.values() if level < 0)
    assert after == sum(1 for level in new.values() if level > 0)


def test_a_path_as_text_reads_like_the_table(document: Document) -> None:
    cpm = document.cpm
    assert cpm is not None
    path = driving_path(document.schedule, cpm, default_target(document))
    title, head, *lines = path_text(document, "To the end", path).splitlines()
    assert title == "To the end"
    assert head.split("\t")[:2] == ["#", "ID"]
    assert [line.split("\t")[1] for line in lines] == [code(document, row) for row in path.rows]
    assert all(len(line.split("\t")) == 7 for line in lines)
    assert link_words(document.schedule, steps(path)[0].link) == "—"


def test_the_gain_is_the_slack_of_the_second_path(document: Document) -> None:
    target = default_target(document)
    paths = paths_to(document, target)
    told = gain_sentence(document, target, paths)
    calendar = document.schedule.calendars[int(document.schedule.activities.calendar[target])]
    assert f"{paths[1].slack / calendar.minutes_per_day:g}\u202fd" in told
    assert "No other open path" in gain_sentence(document, target, paths[:1])
    assert "Nothing that is still to do" in gain_sentence(document, target, ())


def test_the_reason_of_a_start_names_its_driver(document: Document) -> None:
    reasoner, schedule, cpm = Reasoner(document), document.schedule, document.cpm
    assert cpm is not None
    row = find_activity(document, "OU-1050")
    drivers = [k for k in schedule.incoming.of(row).tolist() if cpm.driving[k]]
    driver = code(document, int(schedule.relationships.predecessor[drivers[0]]))
    assert reasoner.start(row).startswith(driver)
    assert reasoner.sentences(row)[0].endswith(reasoner.start(row))
    assert Reasoner(Document(schedule)).start(row) == ""


def test_nothing_is_traced_without_dates(document: Document) -> None:
    bare = Document(document.schedule, problem="the network has a loop")
    with pytest.raises(PlanbenchError, match="loop"):
        trace_json(bare, 0)
    with pytest.raises(PlanbenchError, match="loop"):
        log_lines(bare)


def test_the_log_counts_open_ends_as_a_naive_count_does(document: Document) -> None:
    schedule = document.schedule
    acts, links = schedule.activities, schedule.relationships
    spans = (ActivityType.LEVEL_OF_EFFORT, ActivityType.WBS_SUMMARY)
    has_after = set(links.predecessor.tolist())
    open_ends = {
        str(acts.code[row])
        for row in range(len(schedule))
        if row not in has_after
        and acts.status[row] != Status.COMPLETE
        and acts.type[row] not in spans
    }
    found = {str(entry["finding"]): entry for entry in log_json(document)}
    told = {line.split()[0] for line in found["open-finish"]["rows"]}  # type: ignore[attr-defined]
    assert open_ends == told
    lines = "\n".join(log_lines(document))
    assert f"Activities without successors: {len(open_ends)}" in lines


def test_real_files_trace_without_a_hitch(shared: Path) -> None:
    files = sorted(path for path in (shared / "corpus" / "p6").glob("*.xer"))
    files = [path for path in files if path.stat().st_size < 1_500_000][:8]
    assert files
    for path in files:
        document = open_file(path)
        recalculate(document)
        if document.cpm is None:
            continue
        row = default_target(document)
        if row < 0:  # all work is complete
            assert (document.schedule.activities.status == Status.COMPLETE).any()
            continue
        body = trace_json(document, row, 2, 2)
        finish = document.cpm.early_finish[document.schedule.activities.project == 0]
        assert body["driving_path"][-1]["id"] == code(document, row)
        assert np.any(finish != NO_TIME) or len(document.schedule.projects) > 1
        slack = [one["slack_h"] for one in body["float_paths"]]
        assert slack == sorted(slack)
        assert log_lines(document)
