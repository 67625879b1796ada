"""What Home says about a project, from records written by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from planbench.domain.times import NO_TIME, from_iso
from planbench.services.matters import ACTION, DEADLINE, FINDINGS, Matter
from planbench.store.records import ProjectRecord, ResultHead, UpdateRecord
from planbench.ui.home.figures import (
    days_between,
    finish_of,
    imported_lately,
    project_line,
    remarks,
    score_moved,
)


def update(
    number: int,
    finish: str = "",
    *,
    kind: str = "update",
    must: str = "",
    created: str = "2026-10-01T08:00:00+00:00",
    results: tuple[ResultHead, ...] = (),
) -> UpdateRecord:
    figures: dict[str, Any] = {
        "finish": from_iso(finish) if finish else None,
        "must_finish_by": from_iso(must) if must else None,
    }
    return UpdateRecord(
        number, 1, f"U{number}", kind, 0, created, f"u{number}.xer", "xer", "", 1, 1, figures, "d",
        results,
    )  # fmt: skip


def kept(kind: str, **meta: Any) -> ResultHead:
    return ResultHead(1, 1, kind, "", "d", "2026-10-01", meta)


def project(*updates: UpdateRecord, baseline: int | None = None) -> ProjectRecord:
    return ProjectRecord(1, "P", "Pier", "2026-01-01", baseline, updates)


def test_a_calculated_finish_comes_before_the_stated_one() -> None:
    stated = update(1, "2029-04-10 17:00")
    assert finish_of(stated) == (from_iso("2029-04-10 17:00"), False)
    minute = from_iso("2029-04-12 17:00")
    assert finish_of(update(1, "2029-04-10", results=(kept("cpm", finish=minute),))) == (
        minute,
        True,
    )
    assert finish_of(update(1)) == (NO_TIME, False)


def test_movement_counts_calendar_days_below_zero_later() -> None:
    assert days_between(from_iso("2029-04-12 17:00"), from_iso("2029-04-10 08:00")) == -2
    assert days_between(from_iso("2029-04-10 08:00"), from_iso("2029-04-10 17:00")) == 0
    assert days_between(NO_TIME, 5) is None


@pytest.mark.parametrize(
    ("finish", "must", "health"),
    [
        ("2029-04-10", "", "plan"),
        ("2029-04-15", "", "plan"),
        ("2029-04-16", "", "watch"),
        ("2029-04-16", "2029-05-01", "watch"),
        ("2029-05-02", "2029-05-01", "late"),
        ("2029-03-01", "", "plan"),
    ],
)
def test_health_follows_its_rule(finish: str, must: str, health: str) -> None:
    base = update(1, "2029-04-10", kind="baseline")
    line = project_line(project(base, update(2, finish, must=must), baseline=1))
    assert line.health == health


def test_without_a_baseline_nothing_is_said() -> None:
    line = project_line(project(update(1, "2029-04-10"), update(2, "2030-04-10")))
    assert line.health == ""
    assert line.latest is not None
    assert line.latest.to_baseline is None


def test_the_trend_falls_when_the_finish_slips() -> None:
    base = update(1, "2029-04-10", kind="baseline")
    line = project_line(project(base, update(2, "2029-04-20"), update(3, "2029-05-20"), baseline=1))
    assert len(line.trend) == 3
    assert list(line.trend) == sorted(line.trend, reverse=True)
    assert [one.record.id for one in line.updates] == [3, 2, 1]


def test_checks_and_agreement_come_from_kept_results() -> None:
    results = (
        kept("quality", counts={"meets": 8, "flag": 6, "not-run": 1}),
        kept("cpm", finish=None, agreement=0.884),
    )
    line = project_line(project(update(1, "2029-04-10", results=results)))
    assert line.latest is not None
    assert (line.latest.checks, line.latest.agreement) == ((8, 6), 0.884)


def test_the_known_rule_set_comes_before_newer_runs() -> None:
    known = ResultHead(1, 1, "quality", "dcma-pam-2012 0", "d", "", {"counts": {"meets": 7}})
    newer = ResultHead(2, 1, "quality", "nasa 0", "d", "", {"counts": {"meets": 9}})
    line = project_line(project(update(1, results=(known, newer))))
    assert line.latest is not None
    assert line.latest.checks == (7, 0)
    alone = project_line(project(update(1, results=(newer,))))
    assert alone.latest is not None
    assert alone.latest.checks == (9, 0)


def test_a_result_of_another_schedule_is_not_used() -> None:
    old = ResultHead(1, 1, "quality", "", "other", "2026-10-01", {"counts": {"meets": 1}})
    line = project_line(project(update(1, results=(old,))))
    assert line.latest is not None
    assert line.latest.checks is None


def test_the_largest_movement_is_told_first() -> None:
    small = project(update(1, "2029-04-10"), update(2, "2029-04-12"))
    flags = kept("quality", counts={"meets": 8, "flag": 6})
    large = project(update(3, "2029-04-10"), update(4, "2029-03-01", results=(flags,)))
    words = [one.words for one in remarks([project_line(small), project_line(large)])]
    assert words[0] == "The finish moved 40 days earlier since U3"
    assert words[1] == "The finish moved 2 days later since U1"
    assert "6 of 14 checks flag" in words


def test_lately_counts_days_back_from_now() -> None:
    now = dt.datetime(2026, 10, 8, 8, 0, tzinfo=dt.UTC)
    lines = [
        project_line(
            project(
                update(1, created="2026-10-01T08:00:00+00:00"),
                update(2, created="2026-10-01T07:59:00"),
                update(3, created="unknown"),
            )
        )
    ]
    assert imported_lately(lines, now) == 1


def scored(number: int, score: float, version: str = "1", **takes: float) -> UpdateRecord:
    told = [{"metric": name, "name": name.title(), "points": p} for name, p in takes.items()]
    meta = {"version": "1", "by_records": score, "by_metrics": 50.0, "takes": told}
    head = kept("quality", ruleset="dcma-pam-2012", version=version, project=0, score=meta)
    return update(number, "2029-04-10", results=(head,))


def test_the_score_moves_against_the_update_before_where_both_were_made_alike() -> None:
    line = project_line(project(scored(1, 60.0), scored(2, 64.0, leads=2.0, float=30.0, lags=0.0)))
    assert line.latest is not None
    score = line.latest.score
    assert score is not None
    assert (score.value, score.takes) == (64.0, (("Float", 30.0), ("Leads", 2.0)))
    assert score_moved(line, line.latest) == 4.0
    assert score_moved(line, line.updates[-1]) is None, "there is none before the first"
    other = project_line(project(scored(1, 60.0, version="2"), scored(2, 64.0)))
    assert other.latest is not None
    assert score_moved(other, other.latest) is None


def test_no_score_of_another_ruleset_or_of_none_is_shown() -> None:
    head = kept("quality", ruleset="nasa", version="1", project=0, score={"by_records": 5.0})
    empty = kept("quality", ruleset="dcma-pam-2012", version="1", project=0, score=None)
    line = project_line(project(update(1, "2029-04-10", results=(head, empty))))
    assert line.latest is not None
    assert line.latest.score is None


def matter(kind: str, **facts: Any) -> Matter:
    return Matter(1, 2, kind, **facts)


def test_what_the_library_knows_is_told_with_the_place_that_answers_it() -> None:
    line = project_line(project(update(1, "2029-04-10"), update(2, "2029-04-12")))
    told = remarks(
        [line],
        [
            matter(FINDINGS, new=9, back=3),
            matter(ACTION, subject="relay room handover", days=4),
            matter(DEADLINE, subject="Reply", days=1, more=2),
        ],
    )
    found = [(one.words, one.workspace) for one in told]
    assert found[:4] == [
        ("The finish moved 2 days later since U1", "compare"),
        ("Action overdue 4 days: relay room handover", "control"),
        ("Deadline passed 1 day ago: Reply, 2 more", "contract"),
        ("9 new findings, 3 came back", "quality"),
    ]


def test_movements_do_not_crowd_out_what_is_overdue() -> None:
    moved = [
        project_line(project(update(2 * k, "2029-04-10"), update(2 * k + 1, "2029-05-10")))
        for k in range(1, 12)
    ]
    told = remarks(moved, [matter(ACTION, subject="hand over", days=4)], most=8)
    assert len(told) == 8
    assert [one.kind for one in told].count("overdue") == 1


def test_dates_below_the_threshold_of_agreement_lead_to_their_rows() -> None:
    line = project_line(project(update(1, results=(kept("cpm", finish=None, agreement=0.884),))))
    (told,) = remarks([line])
    assert (told.kind, told.workspace) == ("data", "agreement")
    assert told.words.replace("\u202f", " ").startswith("Dates agree 88.4 %")
