"""Score, ribbons and readings of a plan of four, worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from planbench.domain.schedule import Schedule
from planbench.engines.cpm.result import CpmResult
from planbench.engines.quality.result import Metric, Ruleset
from planbench.engines.quality.ribbons import differences, readings_of, ribbons_of
from planbench.engines.quality.run import run_rulesets

Plan = Callable[..., tuple[Schedule, CpmResult]]

FLOAT = Metric(
    "F", "High float", "high-float", "?", "f", "p", "ratio", "lower", 0.25, options={"days": 44}
)
NEGATIVE = Metric("N", "Negative float", "low-float", "?", "f", "p", "count", "lower", 0.0)
TYPES = Metric(
    "T", "FS", "type-share", "?", "f", "p", "ratio", "higher", 0.9, options={"type": "FS"}
)
RULES = Ruleset("own", "1", "Own", "", "house", "", (FLOAT, NEGATIVE, replace(TYPES, weight=2.0)))


@pytest.fixture
def four(plan: Plan) -> tuple[Schedule, CpmResult]:
    """A and B have high float, B's links are SS, D is late; C passes all."""
    facts = {"A": {"tf": 50}, "B": {"tf": 60}, "C": {"tf": 0}, "D": {"tf": -1}}
    return plan(facts, ["A > B SS", "B > C", "C > D", "A > C"])


def test_the_score_by_hand(four: tuple[Schedule, CpmResult]) -> None:
    (report,) = run_rulesets(*four, (RULES,))
    score = report.score
    assert score is not None
    # B fails float and type, A float, D negative float; C passes: 1 of 4.
    assert (score.passing, score.records, score.by_records) == (1, 4, 25.0)
    shares = {share.metric: share for share in score.shares}
    # Float 2 of 4 against 0.25: half of its nearness 0.5. Negative float, limit none: half of the
    # 3 of 4 that are clean. FS 3 of 4 against 0.9: half of 0.8333.
    assert shares["F"].credit == pytest.approx(0.25)
    assert shares["N"].credit == pytest.approx(0.375)
    assert shares["T"].credit == pytest.approx(0.75 / 0.9 / 2)
    assert score.by_metrics == pytest.approx(100 * (0.25 + 0.375 + 2 * 0.75 / 0.9 / 2) / 4)
    # A's point goes to float, B's half to float and half to type, D's to negative float.
    assert [shares[m].by_records for m in "FNT"] == pytest.approx([37.5, 25.0, 12.5])
    assert [shares[m].alone for m in "FNT"] == pytest.approx([25.0, 25.0, 0.0])
    assert sum(s.by_records for s in score.shares) == pytest.approx(100 - score.by_records)
    assert sum(s.by_metrics for s in score.shares) == pytest.approx(100 - score.by_metrics)


def test_nothing_to_measure_has_no_score(plan: Plan) -> None:
    (report,) = run_rulesets(*plan({}, []), (RULES,))
    assert report.score is not None
    assert (report.score.by_records, report.score.by_metrics) == (None, None)
    without = replace(RULES, metrics=(replace(FLOAT, threshold=None),))
    (report,) = run_rulesets(*plan({"A": {"tf": 50}}, []), (without,))
    assert report.score is not None
    assert report.score.shares == ()


def test_groups_add_up_to_the_whole(four: tuple[Schedule, CpmResult]) -> None:
    (report,) = run_rulesets(*four, (RULES,))
    split = ribbons_of(four[0], report, np.array([0, 1, 1, -1], dtype=np.int32), 2)
    assert split.records.tolist() == [1, 2]
    assert split.passing.tolist() == [0, 1]
    by_id = {one.result.id: one for one in split.ribbons}
    assert by_id["F"].found.tolist() == [1, 1]
    assert by_id["F"].counted.tolist() == [1, 2]
    assert by_id["F"].value.tolist() == [1.0, 0.5]
    assert by_id["F"].flagged.tolist() == [True, True]
    assert by_id["N"].value.tolist() == [0.0, 0.0]
    # Links into A: none; into B and C: three, one of them SS.
    assert np.isnan(by_id["T"].value[0])
    assert by_id["T"].value[1] == pytest.approx(2 / 3)
    assert by_id["T"].flagged.tolist() == [False, True]


def test_two_readings_are_told_apart(four: tuple[Schedule, CpmResult]) -> None:
    other = Ruleset("b", "1", "B", "", "house", "", (replace(FLOAT, options={"days": 55}),))
    reports = run_rulesets(*four, (RULES, other))
    readings = readings_of(reports, reports[0].metrics[0])
    assert [one.report.ruleset_id for one in readings] == ["own", "b"]
    found = differences(readings[0].result, readings[1].result)
    assert [(one.row, one.here, one.there) for one in found] == [(0, "found", "counted, not found")]
    milestones = Ruleset(
        "c", "1", "C", "", "house", "", (replace(FLOAT, options={"over": "open-milestones"}),)
    )
    (third,) = run_rulesets(*four, (milestones,))
    found = differences(readings[0].result, third.metrics[0], all_objects=True)
    assert [one.there for one in found] == ["left out: not a milestone"] * 4
