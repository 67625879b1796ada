"""Fields of a risk run as columns, filters and groups, and its marks on the bars."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import NO_TIME
from planbench.engines.cpm import prepare, run
from planbench.engines.risk.model import parse_model
from planbench.engines.risk.simulate import RunOptions, simulate
from planbench.scenes.columns import Extras, flat_table
from planbench.scenes.facts import activity_facts
from planbench.scenes.fields import columns_of
from planbench.scenes.filters import matching, read_filter
from planbench.scenes.gantt import GanttOptions, GanttPlan, Window, build_gantt
from planbench.scenes.groups import grouped_outline, groupings
from planbench.scenes.outline import build_outline, display_order, row_map, with_bands
from planbench.scenes.print_page import build_legend
from planbench.scenes.risk_fields import LEVELS, risk_marks
from planbench.scenes.timescale import TimeView
from planbench.services.document import Document
from planbench.services.risk_measures import run_fields

RANGES = {"where": {"all": True}, "distribution": "triangular", "as": "percent",
          "parameters": {"low": 60, "mode": 100, "high": 180}}  # fmt: skip


@pytest.fixture(scope="module")
def ran():
    schedule = synthetic_schedule(60, 130, 3)
    network = prepare(schedule)
    cpm = run(network)
    code = str(schedule.activities.code[int(np.flatnonzero(schedule.activities.status == 0)[3])])
    model = parse_model(
        {"uncertainty": [RANGES], "existence": [{"where": {"ids": [code]}, "probability": 0.5}]}
    )
    result = simulate(network, cpm, model, RunOptions(1024, 5))
    document = Document(schedule, cpm=cpm, risk=result, risk_model=model)
    return document, Extras(risk=result, risk_fields=run_fields(document)), code


@pytest.fixture(scope="module")
def table(ran):
    document, extras, _ = ran
    return flat_table(document.schedule, activity_facts(document.schedule, document.cpm), extras)


def test_columns_tell_the_run(ran, table) -> None:
    document, extras, code = ran
    result, columns = document.risk, columns_of(document.schedule, extras)
    row = document.schedule.row_of_code[code]
    assert columns["existence"].values(table)[row] == pytest.approx(50, abs=0.1)
    for level in LEVELS:
        for end, levels in (
            ("start", extras.risk_fields.start_levels),
            ("finish", result.finish_levels),
        ):
            found = columns[f"{end}_p{level}"].values(table)
            assert np.array_equal(found, levels[level])
            assert (found[result.simulated] != NO_TIME).all()
    able = result.simulated & result.varies
    rows = np.flatnonzero(able).astype(np.int32)
    ranks = result.rank_correlation(rows)
    assert np.allclose(columns["rank_correlation"].values(table)[rows], 100 * ranks)
    cruciality = 100 * np.abs(ranks) * result.criticality[rows]
    assert np.allclose(columns["cruciality_index"].values(table)[rows], cruciality)
    assert columns["variance_share"].values(table)[able].max() > 1
    shares = columns["criticality"].values(table)
    assert np.array_equal(shares, 100 * result.criticality, equal_nan=True)


def test_columns_filter_and_group(ran, table) -> None:
    document, extras, code = ran
    columns = columns_of(document.schedule, extras)
    asked = read_filter("[Criticality index] > 50", columns)
    mask = matching(asked, table, columns)
    assert np.array_equal(mask, np.nan_to_num(document.risk.criticality) > 0.5)
    asked = read_filter("[Probability of existence] < 100", columns)
    assert document.schedule.activities.code[matching(asked, table, columns)].tolist() == [code]
    assert {"criticality", "finish_p80@month", "start_p10@month", "existence"} <= set(
        groupings(columns)
    )
    outline = grouped_outline(table, columns, ("criticality",))
    assert outline.bands >= 2


def test_columns_of_another_run_stay_empty(ran) -> None:
    document, extras, _ = ran
    other = replace(extras, risk_fields=replace(extras.risk_fields, digest="another"))
    schedule = document.schedule
    table = flat_table(schedule, activity_facts(schedule, document.cpm), other)
    assert (columns_of(schedule, other)["start_p80"].values(table) == NO_TIME).all()
    assert risk_marks(other, len(schedule) + 1) is None


def scene_of(ran, options: GanttOptions):
    document, extras, _ = ran
    schedule = document.schedule
    outline = build_outline(schedule)
    facts = with_bands(outline, activity_facts(schedule, document.cpm))
    rows = row_map(outline, display_order(outline), np.zeros(outline.bands, dtype=bool))
    plan = GanttPlan(
        schedule, outline, facts, rows, document.cpm, risk=risk_marks(extras, len(schedule))
    )
    first, last = plan.span
    window = Window(TimeView(float(first), 4.0, (last - first) / 1440 * 8), 24.0 * len(rows))
    return plan, window, build_gantt(plan, window, options)


def test_whiskers_reach_from_p10_to_p90(ran) -> None:
    plan, window, scene = scene_of(ran, GanttOptions(whiskers=True))
    result, bands = ran[0].risk, plan.outline.bands
    spans = {(round(x), round(x2)) for x, y, x2, y2 in scene.items("risk-whisker") if y == y2}
    assert len(scene.items("risk-median")) == sum(
        y == y2 for _, y, _, y2 in scene.items("risk-whisker")
    )
    rows = plan.rows.nodes[plan.rows.nodes >= bands] - bands
    wide = [row for row in rows.tolist() if result.simulated[row]
            and result.finish_levels[90][row] > result.finish_levels[10][row] + 1440]  # fmt: skip
    for row in wide[:20]:
        ends = np.array([result.finish_levels[level][row] for level in (10, 90)])
        x, x2 = window.time.x(ends).tolist()
        if x2 - x >= 2 and x2 <= window.time.width:
            assert (round(x), round(x2)) in spans
    assert "risk-whisker" not in scene_of(ran, GanttOptions())[2].styles()


def test_bars_take_the_colour_of_their_criticality(ran) -> None:
    _, _, plain = scene_of(ran, GanttOptions())
    _, _, scene = scene_of(ran, GanttOptions(criticality=True))
    before = [s for style in ("remaining", "near", "critical") for s in plain.items(style)]
    styles = [f"criticality-{k}" for k in range(5)]
    after = [s for style in (*styles, "remaining", "near", "critical") for s in scene.items(style)]
    assert sorted(before) == sorted(after)
    shares = ran[0].risk.criticality
    used = {style for style in styles if scene.items(style)}
    bounds = dict(
        zip(styles, ((-1, 0), (0, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 1)), strict=True)
    )
    for style in used:
        low, high = bounds[style]
        assert ((shares > low) & (shares <= high)).any()
    assert "criticality-0" in used
    assert len(used) >= 3


def test_the_legend_names_what_is_drawn(ran) -> None:
    scene = scene_of(ran, GanttOptions(criticality=True, whiskers=True))[2]
    legend = build_legend(scene.styles(), lambda words: 6.0 * len(words), 2000)
    words = [item[2] for item in legend.items("label")]
    assert "P10, P50, P90 of the finish" in words
    assert "Critical in no run" in words
