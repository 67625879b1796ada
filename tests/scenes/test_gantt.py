from copy import copy
from dataclasses import replace

import numpy as np
import pytest

from planbench.domain.times import DAY, NO_TIME, from_iso
from planbench.scenes.gantt import (
    ALL_LINKS,
    NO_LINKS,
    GanttOptions,
    Window,
    build_gantt,
)
from planbench.scenes.shading import closed_stretches
from planbench.scenes.timescale import TimeView

ORDER = ["P", "A", "A30", "A1", "A10", "A20", "B", "B10", "M10", "L10"]
ROW = {name: row for row, name in enumerate(ORDER)}


def window(px=4.0, left="2025-12-20", width=900.0, height=240.0, scroll=0, ratio=1.0):
    return Window(TimeView(float(from_iso(left)), px, width, ratio), height, scroll)


def x_of(view, text):
    return float(view.time.x(np.array([from_iso(text)]))[0])


def at_row(items, name):
    top = ROW[name] * 24
    return [item for item in items if top <= item[1] < top + 24]


def test_paint_order_is_that_of_the_design(plan):
    styles = build_gantt(plan, window(), selected=plan.outline.bands + 1).styles()
    order = [
        "paper", "nonwork", "row-selected", "rule", "sightline", "link-driving", "data-date",
        "baseline", "remaining", "progress", "summary", "milestone-critical", "label",
    ]  # fmt: skip
    assert [style for style in styles if style in order] == order


def test_work_under_way_is_dark_to_the_data_date_and_critical_after(plan):
    view = window()
    scene = build_gantt(plan, view)
    [(x, y, wide, high)] = at_row(scene.items("progress"), "A20")
    assert (x, x + wide) == (x_of(view, "2026-01-12"), x_of(view, "2026-02-01"))
    assert (y - ROW["A20"] * 24, high) == (4, 10)
    [(x, y, wide, high)] = at_row(scene.items("critical"), "A20")
    assert (x, x + wide) == (x_of(view, "2026-02-02"), x_of(view, "2026-02-06"))
    [keel] = at_row(scene.items("keel"), "A20")
    assert keel[1] + keel[3] == y + high
    assert not at_row(scene.items("remaining"), "A10")


def test_each_kind_of_row_has_its_mark(plan):
    scene = build_gantt(plan, window())
    assert len(at_row(scene.items("near"), "A30")) == 1
    assert len(at_row(scene.items("remaining"), "B10")) == 1
    assert len(at_row(scene.items("effort"), "L10")) == 1
    assert len(scene.items("effort-tick")) == 2
    assert len(scene.items("summary", "rects")) == 4
    [diamond] = scene.items("milestone-critical")
    assert len(diamond) == 4
    assert not scene.items("milestone")
    [hollow] = scene.items("baseline-milestone")
    assert max(x for x, _ in hollow) - min(x for x, _ in hollow) == 8


def test_baselines_stand_below_the_bars_and_can_be_hidden(plan):
    scene = build_gantt(plan, window())
    tops = {y % 24 for _, y, _, _ in scene.items("baseline")}
    assert tops == {16}
    assert len(scene.items("baseline")) == 4  # B10 has none, the milestone has a diamond
    assert not build_gantt(plan, window(), GanttOptions(baseline=False)).items("baseline")


def test_only_visible_rows_and_times_are_built(plan):
    scene = build_gantt(plan, window(height=48.0, scroll=ROW["A10"] * 24))
    assert len(scene.items("rule")) == 3
    assert len(scene.items("progress")) == 2
    away = build_gantt(plan, window(left="2030-01-01"))
    assert away.styles()[0] == "paper"
    assert not {"progress", "critical", "label", "data-date"} & set(away.styles())


def test_labels_say_the_finish_and_are_dropped_where_they_would_be_cut(plan):
    scene = build_gantt(plan, window())
    texts = {text for *_, text in scene.items("label")}
    assert {"09-Jan-26", "06-Feb-26"} <= texts
    assert [text for *_, text in scene.items("label-strong")] == ["05-Mar-26"]  # critical milestone
    tight = window(width=x_of(window(), "2026-02-06") + 30)
    assert "06-Feb-26" not in {text for *_, text in build_gantt(plan, tight).items("label")}
    named = build_gantt(plan, window(), GanttOptions(names=True))
    assert "Dig, 09-Jan-26" in {text for *_, text in named.items("label")}
    assert not build_gantt(plan, window(), GanttOptions(labels=False)).items("label")


def test_a_label_crossed_by_a_line_is_backed(plan):
    view = window(px=2.0)
    scene = build_gantt(plan, view)
    dated = {(x, y): text for x, y, text in scene.items("halo")}
    data_date = x_of(view, "2026-02-01")
    crossed = [i for i in scene.items("label") if i[0] < data_date < i[0] + 6 * len(i[2])]
    assert [text for _, _, text in crossed] == ["09-Jan-26"]
    assert dated[crossed[0][:2]] == "09-Jan-26"


def test_links_by_class_zoom_and_choice(plan):
    scene = build_gantt(plan, window(), GanttOptions(links=ALL_LINKS))
    assert len(scene.items("link-driving", "wires")) == 2
    assert len(scene.items("link", "wires")) == 2
    assert len(scene.items("link", "polygons")) == 2
    only = build_gantt(plan, window())  # driving ones alone by default
    assert only.items("link-driving", "wires")
    assert not only.items("link")
    none = build_gantt(plan, window(), GanttOptions(links=NO_LINKS))
    assert not none.items("link-driving")
    far = build_gantt(plan, window(px=0.08), GanttOptions(links=ALL_LINKS))
    assert not far.items("link")
    [layer, *_] = [one for one in far.layers if one.style == "link-driving"]
    assert 0 < layer.opacity < 1
    assert not build_gantt(plan, window(px=0.04)).items("link-driving")


def test_links_that_lead_out_of_sight_are_stubs_unless_selected(plan):
    rows = {name: row for name, row in ROW.items() if name in ("A10", "A20")}
    view = window(height=20.0, scroll=rows["A10"] * 24)  # A10 drives A20 in the row below
    [path] = build_gantt(plan, view).items("link-driving", "wires")
    assert len(path) == 3
    assert max(y for _, y in path) <= 24
    assert not build_gantt(plan, view).items("link-driving", "polygons")
    node = int(plan.rows.nodes[rows["A10"]])
    [whole] = build_gantt(plan, view, None, node).items("link-driving", "wires")
    assert max(y for _, y in whole) > 24
    below = window(height=20.0, scroll=rows["A20"] * 24)
    scene = build_gantt(plan, below)
    arriving = [one for one in scene.items("link-driving", "wires") if one[0][1] < one[-1][1]]
    assert len(arriving) == len(scene.items("link-driving", "polygons")) == 1


def test_the_selected_activity_keeps_its_links_at_any_zoom(plan):
    node = plan.outline.bands + 1
    scene = build_gantt(plan, window(px=0.04), GanttOptions(links=ALL_LINKS), node)
    assert len(scene.items("link-selected", "wires")) == 1
    layers = [one for one in scene.layers if one.style == "link-driving"]
    assert {one.opacity for one in layers} == {1.0}


def test_links_outside_the_window_of_time_are_left_out(plan):
    assert not build_gantt(plan, window(left="2027-06-01")).items("link-driving")


def test_the_whisker_shows_the_float_of_the_selected_row(plan):
    view = window()
    node = plan.outline.bands + 2  # 10 days of float, 30 days of clock time
    line, tick = build_gantt(plan, view, None, node).items("whisker")
    assert line[0] == x_of(view, "2026-03-05")
    assert line[2] == pytest.approx(line[0] + 10 * 480 * 3 / DAY * 4, abs=1)
    assert tick[0] == tick[2] == line[2]
    for x, _, text in at_row(build_gantt(plan, view, None, node).items("label"), "A30"):
        assert x > line[2], text
    assert not build_gantt(plan, view, None, plan.outline.bands).items("whisker")


def test_weekends_are_shaded_when_wide_enough(plan):
    near = build_gantt(plan, window(px=4.0)).items("nonwork")
    assert {round(wide) for _, _, wide, _ in near[1:-1]} == {8}
    assert not build_gantt(plan, window(px=1.0)).items("nonwork")
    assert not build_gantt(plan, window(), GanttOptions(nonwork=False)).items("nonwork")


def test_closed_days_are_those_of_the_calendar(small):
    calendar = replace(
        small.schedule.calendars[0],
        exceptions={
            from_iso("2026-01-09") // DAY: (),  # a free Friday
            from_iso("2026-01-17") // DAY: ((480, 720),),  # a Saturday at work
        },
    )
    first = from_iso("2026-01-05") // DAY
    start, finish = closed_stretches(calendar, first, first + 14)
    assert (start // DAY - first).tolist() == [4, 13]
    assert (finish // DAY - first).tolist() == [7, 14]


def test_today_is_drawn_apart_from_the_data_date(plan):
    scene = build_gantt(plan, window(), GanttOptions(today=from_iso("2026-02-14")))
    assert len(scene.items("today")) == len(scene.items("data-date")) == 1
    assert not build_gantt(plan, window()).items("today")


def test_items_are_plain_python(plan):
    scene = build_gantt(plan, window(), None, plan.outline.bands + 2)
    for layer in scene.layers:
        for item in layer.items:
            flat = [v for part in item for v in (part if isinstance(part, tuple) else (part,))]
            assert {type(v) for v in flat} <= {float, int, str}, layer.style


def test_a_plan_without_dates_or_rows_is_an_empty_picture(plan):
    empty = copy(plan.facts)
    vars(empty).update(start=np.full(10, NO_TIME), finish=np.full(10, NO_TIME))
    scene = build_gantt(replace(plan, facts=empty), window())
    assert not scene.items("label")
    assert not scene.items("critical")
    assert replace(plan, facts=empty).span == (0, 0)
