"""Rulesets as they ship, the sample's planted defects, and the corpus measured twice."""

from __future__ import annotations

import csv
import json
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from planbench.domain.errors import ModelError, PlanbenchError
from planbench.domain.times import NO_TIME
from planbench.engines.cpm import schedule_network
from planbench.engines.quality.context import POPULATIONS
from planbench.engines.quality.measures import MEASURES
from planbench.services.document import Document
from planbench.services.quality import (
    check_document,
    check_json,
    object_names,
    quality_of,
)
from planbench.services.resources import resource
from planbench.services.rulesets import chosen_rulesets, load_rulesets, read_ruleset
from planbench.services.sample import sample_baseline, sample_schedules

UPDATES = ("2026-07-31", "2026-08-31", "2026-09-30")
LATEST = UPDATES[-1]


# ------------------------------------------------------------ rulesets


def test_every_ruleset_that_ships_is_known_and_complete() -> None:
    shipped = {path.stem for path in resource("rulesets").glob("*.toml")}
    rulesets = load_rulesets()
    assert {ruleset.id for ruleset in rulesets} == shipped
    for ruleset in rulesets:
        for metric in ruleset.metrics:
            for item in fields(metric):
                value = getattr(metric, item.name)
                assert value != "", (metric.id, item.name)
            assert metric.question.endswith("?"), metric.id
            assert metric.options.get("over", "tasks") in POPULATIONS, metric.id


def test_every_measure_is_used_by_a_ruleset() -> None:
    used = {metric.measure for ruleset in load_rulesets() for metric in ruleset.metrics}
    assert used == set(MEASURES)


def test_all_fourteen_points_of_the_pamphlet_are_there() -> None:
    (pamphlet,) = chosen_rulesets(["dcma-pam-2012"])
    points = {
        int("".join(c for c in m.id.removeprefix("DCMA-") if c.isdigit())) for m in pamphlet.metrics
    }
    assert points == set(range(1, 15))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ('measure = "missing-logic"', "no measure"),
        ('better = "lower"', "'better' cannot be"),
        ('unit = "ratio"', "'unit' cannot be"),
        ("threshold = 0.05", "not a number"),
        ('question = "', "'question' is missing"),
        ('id = "DCMA-01b"', "is there twice"),
    ],
)
def test_a_broken_ruleset_is_refused_in_one_line(tmp_path: Path, change: str, words: str) -> None:
    source = resource("rulesets", "dcma-pam-2012.toml").read_text(encoding="utf-8")
    broken = {
        'measure = "missing-logic"': 'measure = "magic"',
        'better = "lower"': 'better = "worse"',
        'unit = "ratio"': 'unit = "furlongs"',
        "threshold = 0.05": 'threshold = "5 %"',
        'question = "': 'asks = "',
        'id = "DCMA-01b"': 'id = "DCMA-01"',
    }[change]
    path = tmp_path / "own.toml"
    path.write_text(source.replace(change, broken, 1), encoding="utf-8")
    with pytest.raises(ModelError, match=words) as caught:
        read_ruleset(path)
    assert "own.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(b"\xff\xfe nonsense [")
    with pytest.raises(ModelError, match="cannot be read"):
        read_ruleset(path)
    with pytest.raises(ModelError, match="no ruleset 'mine'"):
        chosen_rulesets(["mine"])


# ------------------------------------------------------------ the sample


@cache
def opened(label: str) -> Document:
    labels = list(sample_schedules())
    schedule = sample_schedules()[label]
    document = Document(schedule, cpm=schedule_network(schedule))
    document.baseline = sample_baseline(schedule)
    earlier = sample_schedules()[labels[labels.index(label) - 1]]
    check_document(document, None, earlier)
    return document


@pytest.fixture(scope="module")
def latest() -> dict[str, Any]:
    (project,) = check_json(opened(LATEST))
    return {m["id"]: m for ruleset in project["rulesets"] for m in ruleset["metrics"]}


@pytest.mark.parametrize(
    ("metric", "numerator", "denominator"),
    [  # the sample's own notes, computed without the program
        ("DCMA-02", 2, 400),
        ("DCMA-03", 19, 400),
        ("DCMA-04", 377, 400),
        ("DCMA-05", 3, 220),
        ("DCMA-06", 132, 220),
        ("DCMA-07", 6, 220),
        ("DCMA-08", 1, 220),
        ("DCMA-10", 4, 220),
        ("PB-SC", 5, 220),
        ("PB-SF", 1, 768),
    ],
)
def test_expected_figures_of_the_third_update(
    latest: dict[str, Any], metric: str, numerator: int, denominator: int
) -> None:
    found = latest[metric]
    assert (found["numerator"], found["denominator"]) == (numerator, denominator)


def test_more_expected_figures(latest: dict[str, Any]) -> None:
    assert set(latest["DCMA-01"]["objects"]) == {"PE-1540", "OU-2130"}
    assert len(latest["PB-OOS"]["links"]) == 3
    assert "would count 49" in " ".join(latest["DCMA-08"]["notes"])
    assert latest["DCMA-12"]["state"] == "meets"


FAMILIES = {"GAO-BP1": ("GAO-BP1a", "GAO-BP1b")}
CALENDARS = {"MFG8": "Supplier works 5-day 8h (no holidays)"}


def planted() -> list[tuple[str, str, list[str], str, str]]:
    """(defect, metric, objects, first update, match) of the sample's key."""
    with resource("sample", "key", "defects.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        (
            row["defect_id"],
            metric,
            row["object_ids"].split(";"),
            row["first_present_in"],
            row["match"],
        )
        for row in rows
        for metric in row["metric_ids"].split(";")
    ]


@pytest.fixture(scope="module")
def listed() -> dict[str, dict[str, set[str]]]:
    """What every metric lists, by update and metric."""
    return {
        label: {
            result.id: set(object_names(document.schedule, result))
            for report in document.quality
            for result in report.metrics
        }
        for label, document in ((label, opened(label)) for label in UPDATES)
    }


def names_of(metric: str, objects: list[str]) -> set[str]:
    """The key's objects as the metrics name them."""
    if metric == "PB-SET":
        return {"NORDLYS"}
    return {CALENDARS.get(name, name) for name in objects}


def test_every_planted_defect_is_found(listed: dict[str, dict[str, set[str]]]) -> None:
    """In the update where it first appears, or in the third, which the key describes."""
    missing = []
    for defect, metric, objects, first, _ in planted():
        found: set[str] = set()
        for label in (first if first in UPDATES else UPDATES[0], LATEST):
            for name in FAMILIES.get(metric, (metric,)):
                found |= listed[label][name]
        if not names_of(metric, objects) <= found:
            missing.append((defect, metric))
    # Its milestone differs only from an engine that overlooks mandatory dates.
    assert missing == [("D-13", "PB-ENG")]


def test_where_the_key_is_complete_nothing_else_is_listed(
    listed: dict[str, dict[str, set[str]]],
) -> None:
    key: dict[str, set[str]] = {}
    partial = {"PB-CR"}  # the key names the negative ones, the metric all without float
    for _, metric, objects, _, match in planted():
        key.setdefault(metric, set()).update(names_of(metric, objects))
        if match != "exact":
            partial.add(metric)
    for metric in key.keys() - partial:
        for name in FAMILIES.get(metric, (metric,)):
            assert listed[LATEST][name] <= key[metric], metric


# ------------------------------------------------------------ shape


def test_the_shape_of_check(latest: dict[str, Any]) -> None:
    keys = {
        "id",
        "name",
        "state",
        "reason",
        "value",
        "unit",
        "threshold",
        "better",
        "numerator",
        "denominator",
        "population",
        "objects",
    }
    for metric in latest.values():
        assert keys <= metric.keys()
        assert metric["state"] in ("meets", "flag", "not-applicable", "not-run")
        assert (metric["reason"] is None) == (metric["state"] in ("meets", "flag"))
    assert json.loads(json.dumps(latest, allow_nan=False)) == latest


def test_progress_is_told_and_the_document_left_alone() -> None:
    from planbench.services.jobs import JobContext, Progress

    schedule = sample_schedules()[LATEST]
    document = Document(schedule, cpm=schedule_network(schedule))
    told: list[Progress] = []
    reports = quality_of(document, ["nasa"], context=JobContext(told.append))
    assert document.quality == ()
    assert len(reports) == 1
    assert told[-1].done == told[-1].total == len(reports[0].metrics)


# ------------------------------------------------------------ the corpus


@pytest.mark.corpus
def test_every_file_of_the_corpus_can_be_checked(shared: Path) -> None:
    """All rulesets on every file that opens, whatever is wrong with it."""
    from planbench.exchange.registry import read_schedule

    checked = 0
    for path in sorted((shared / "corpus").rglob("*.x*")):
        try:
            schedule = read_schedule(path).schedule
        except PlanbenchError:
            continue
        document = Document(schedule)
        try:
            document.cpm = schedule_network(schedule)
        except PlanbenchError as error:
            document.problem = error.line
        check_document(document)
        for report in (*document.quality, *quality_of(document, dates="stored")):
            for result in report.metrics:
                members = result.membership
                assert sum(n for _, n in members.breakdown()) == members.codes.size
                assert result.value is None or np.isfinite(result.value), (path.name, result.id)
        json.dumps(check_json(document), allow_nan=False)
        checked += 1
    assert checked >= 50


# ------------------------------------------------------------ baselines and earlier updates


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    from planbench.services.sample import export_sample

    return export_sample(tmp_path_factory.mktemp("xer"))


def test_a_baseline_from_another_file_is_aligned_by_activity_id(exported: list[Path]) -> None:
    from planbench.services.files import open_file
    from planbench.services.quality import baseline_from_file
    from planbench.services.scheduling import recalculate

    document = open_file(exported[-1])
    recalculate(document)
    baseline_from_file(document, exported[0])
    assert document.baseline is not None
    finish = document.baseline.columns.finish
    codes = document.schedule.activities.code
    new = {"CE-1410", "CE-1420", "CE-1430", "RM-1010", "RM-1020", "OU-2140", "OU-2150"}
    assert set(codes[finish == NO_TIME].tolist()) == new
    check_document(document, ["decm-v5"])
    result = document.quality[0].metric("DECM-06A501a")
    assert set(object_names(document.schedule, result)) == new


def test_the_library_gives_the_earlier_update_and_the_trend(
    exported: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from planbench.services.library import Library
    from planbench.services.quality import (
        check_earlier_updates,
        earlier_schedule,
        keep_reports,
        metric_history,
    )
    from planbench.services.scheduling import recalculate

    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    with Library.open(tmp_path / "own.planbench") as library:
        updates = [library.import_file(path) for path in exported[1:]]
        document = library.open_update(updates[-1])
        recalculate(document)
        previous = earlier_schedule(document, library)
        assert previous is not None
        assert previous.data_date == sample_schedules()["2026-08-31"].data_date
        assert metric_history(document, library, 0) == {}
        check_document(document, ["planbench"], previous)
        keep_reports(document, library)
        assert check_earlier_updates(document, library) == 2
        assert check_earlier_updates(document, library) == 0
        history = metric_history(document, library, 0)
        # The first update has no earlier one, and in the second no option changed.
        assert history["planbench", "PB-SET"] == [0.0]
        assert history["dcma-pam-2012", "DCMA-08"] == [
            metric.value
            for label in UPDATES[:2]
            for metric in opened(label).quality[0].metrics
            if metric.id == "DCMA-08"
        ]


def test_a_document_from_elsewhere_has_no_earlier_update() -> None:
    from planbench.services.quality import earlier_schedule, keep_reports

    document = opened(LATEST)
    assert earlier_schedule(document, None) is None
    keep_reports(document, None)
