"""Reports of the sample: figures known without the program, sources, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from planbench.domain.errors import ModelError
from planbench.domain.schedule import Status
from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import DAY
from planbench.engines.control.indices import Values
from planbench.engines.reports.blocks import (
    Chart,
    Facts,
    Paragraph,
    Report,
    Sheets,
    Table,
    canonical,
)
from planbench.engines.reports.template import SCHEMA
from planbench.services.control_history import Point
from planbench.services.document import Document
from planbench.services.library import Library
from planbench.services.recents import Recents
from planbench.services.reports.compose import (
    DASHBOARDS,
    PRESETS,
    checked,
    compose,
    dashboard_templates,
    parts_of,
    shipped_templates,
    template_of,
)
from planbench.services.reports.figures import FIGURES, Desk
from planbench.services.reports.kept import keep_template, own_id, templates_of
from planbench.services.reports.kinds import KINDS
from planbench.services.reports.lights import lights
from planbench.services.reports.performance import quadrant, staffing
from planbench.services.reports.snapshot import Given, Snapshot, gather
from planbench.services.sample import ensure_sample
from planbench.services.scheduling import recalculate

PROJECT = tuple(name for name in PRESETS if name != "board")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("reports")
    with Library.open(folder / "l.planbench", Recents(folder / "r.json")) as made:
        ensure_sample(made)
        yield made


@pytest.fixture(scope="module")
def document(library: Library) -> Document:
    update = max(library.projects()[0].updates, key=lambda one: one.data_date)
    made = library.open_update(update.id)
    recalculate(made)
    return made


@pytest.fixture(scope="module")
def snapshot(library: Library, document: Document) -> Snapshot:
    wanted = {part for name in (*PROJECT, *DASHBOARDS) for part in parts_of(template_of(name))}
    return gather(Given(document, library=library), tuple(sorted(wanted)))


def section(report: Report, kind: str) -> list[object]:
    return [block for one in report.sections if one.kind == kind for block in one.blocks]


def the_table(report: Report, kind: str) -> Table:
    return next(one for one in section(report, kind) if isinstance(one, Table))


def test_the_monthly_report_has_the_figures_of_the_sample(snapshot: Snapshot) -> None:
    report = compose(template_of("monthly"), snapshot)
    facts = next(one for one in section(report, "figures") if isinstance(one, Facts))
    told = {fact.title: fact.text.replace("\u202f", " ") for fact in facts.facts}
    assert told["Complete"] == "38.7 %"
    assert told["Cost index, CPI"] == "0.95"
    assert told["Forecast at completion"] == "1 207.7 M€"
    assert told["Finish"] == "15-May-2029"
    by_update = next(
        one for one in section(report, "indices") if isinstance(one, Table)
    )  # the planned and earned shares that the sample's own description names
    shares = [(round(100 * float(r[2]), 2), round(100 * float(r[3]), 2)) for r in by_update.rows]
    assert shares == [(36.15, 32.86), (39.46, 36.11), (42.59, 38.74)]


@pytest.mark.parametrize("name", PROJECT)
def test_the_same_snapshot_gives_the_same_report(name: str, snapshot: Snapshot) -> None:
    one, other = (compose(template_of(name), snapshot) for _ in range(2))
    assert canonical(one) == canonical(other)
    assert one.identity == other.identity
    assert len(one.sections) == len([p for p in template_of(name).parts if p.on]) + 1
    assert not [b.text for _, b in one.blocks() if isinstance(b, Paragraph) and b.role == "missing"]


def test_a_report_gathered_again_says_the_same(
    library: Library, document: Document, snapshot: Snapshot
) -> None:
    template = template_of("ipmr")
    again = gather(Given(document, library=library), parts_of(template))
    assert canonical(compose(template, again)) == canonical(compose(template, snapshot))


@pytest.mark.parametrize("name", PROJECT)
def test_every_figure_and_picture_has_a_source(name: str, snapshot: Snapshot) -> None:
    report = compose(template_of(name), snapshot)
    listed = {str(row[0]) for row in the_table(report, "sources").rows}
    shown = {f.title for _, b in report.blocks() if isinstance(b, Facts) for f in b.facts}
    assert shown <= listed
    assert {one.figure for one in report.sources} == listed
    assert all(one.formula and one.engine.startswith("planbench ") for one in report.sources)
    assert report.digest in the_table(report, "sources").note


@pytest.mark.parametrize("name", [*PROJECT, *DASHBOARDS])
def test_every_column_of_every_table_has_a_formula_and_its_data(
    name: str, snapshot: Snapshot
) -> None:
    report = compose(template_of(name), snapshot)
    listed = {
        (row[0], row[2]): row
        for one in section(report, "sources")
        if isinstance(one, Table) and one.title == "Columns of the tables"
        for row in one.rows
    }
    for one, block in report.blocks():
        table = block.table if isinstance(block, Sheets) else block
        if isinstance(table, Table) and one.kind != "sources":
            for column in table.columns:
                assert column.formula, (one.kind, column.title)
                row = listed[one.title, column.formula]
                assert column.title in str(row[1])
                assert row[3]


def test_states_by_dimension_hold_at_their_limits(snapshot: Snapshot) -> None:
    """A cost index back above its limit by less than the margin stays amber."""
    assert snapshot.control is not None
    run = [(96.0, 100.0), (94.0, 100.0), (95.5, 100.0)]
    points = tuple(Point(k, "", Values(200.0, 100.0, *one), 1.0) for k, one in enumerate(run))
    measured = replace(snapshot.control.measured, values=points[-1].values)
    control = replace(snapshot.control, history=points, measured=measured)
    desk = Desk(replace(snapshot, control=control))
    options = dict(KINDS["lights"].options)
    for margin, state in ((0.01, "◆ Amber"), (0.0, "● Green")):
        (table,) = lights(desk, {**options, "margin": margin})
        assert isinstance(table, Table)
        cost = next(row for row in table.rows if row[0] == "Cost")
        assert cost[1] == state
        assert cost[2] == "↗ 0.02"


def test_sums_of_the_breakdown_are_those_of_the_project(snapshot: Snapshot) -> None:
    report = compose(template_of("ipmr"), snapshot)
    assert snapshot.control is not None
    values = snapshot.control.measured.values
    root = the_table(report, "breakdown").rows[0]
    sums = [values.bac, values.pv, values.ev, values.ac]  # told in millions
    assert root[2:6] == pytest.approx([one / 1e6 for one in sums])
    phased = the_table(report, "time-phased")
    assert sum(float(row[1] or 0) for row in phased.rows) <= values.bac / 1e6 + 0.01
    assert float(phased.rows[-1][2] or 0) == pytest.approx(values.bac / 1e6, rel=0.02)


def test_remaining_units_by_month_add_up_to_those_of_the_assignments(snapshot: Snapshot) -> None:
    """Sum of the bars = sum of remaining units of open work, to 0.01 of a unit a resource."""
    assert snapshot.document is not None
    schedule = snapshot.document.schedule
    blocks = staffing(Desk(snapshot), {"most": 10_000})
    chart = next(one for one in blocks if isinstance(one, Chart))
    drawn = {one.name: sum(v or 0.0 for v in one.y) for one in chart.series}
    wanted: dict[str, float] = {}
    used = schedule.assignments
    for row, resource, units in zip(
        used.activity.tolist(), used.resource.tolist(), used.remaining_units.tolist(), strict=True
    ):
        if row >= 0 and resource >= 0 and schedule.activities.status[row] != Status.COMPLETE:
            name = str(schedule.resources.name[resource] or schedule.resources.code[resource])
            wanted[name] = wanted.get(name, 0.0) + units
    wanted = {name: units for name, units in wanted.items() if units > 0}
    assert drawn.keys() == wanted.keys()
    for name, units in wanted.items():
        assert drawn[name] == pytest.approx(units, abs=0.01)


def test_key_dates_say_how_late_they_are(snapshot: Snapshot) -> None:
    table = the_table(compose(template_of("planning"), snapshot), "key-dates")
    assert any(row[2] is not None for row in table.rows)
    for _, _, contract, base, _, current, late, _, state in table.rows:
        due = contract if contract is not None else base
        if due is None:
            assert late is None
            continue
        assert late == int(current or 0) // DAY - int(due) // DAY
        assert state in ("Achieved", "Late" if int(late or 0) > 0 else "On time")
    dates = [int(row[5] or 0) for row in table.rows]
    assert dates == sorted(dates)


def test_what_is_missing_is_said_in_its_place() -> None:
    document = Document(synthetic_schedule(40, 50), update_label="Bare")
    recalculate(document)
    template = template_of("monthly")
    report = compose(template, gather(Given(document), parts_of(template)))
    told = {
        one.kind: [b.text for b in one.blocks if isinstance(b, Paragraph) and b.role == "missing"]
        for one in report.sections
    }
    assert told["risk"] == ["No risk run and no risk model belong to this update."]
    assert told["changes"] == ["There is no earlier update to compare with."]
    assert "budget" in told["curves"][0]
    facts = next(one for one in section(report, "figures") if isinstance(one, Facts))
    text = {fact.title: fact.text for fact in facts.facts}
    assert text["Cost index, CPI"] == text["P80 finish"] == "—"
    sources = {one.figure for one in report.sources}
    assert "Cost index, CPI" not in sources  # nothing is traced that is not told
    lights = the_table(report, "lights")
    assert {row[1] for row in lights.rows if row[0] in ("Cost", "Risk")} == {"No data"}


def test_a_risk_run_of_another_schedule_is_not_told(snapshot: Snapshot) -> None:
    assert snapshot.document is not None
    other = replace(snapshot.document, schedule=synthetic_schedule(30, 40), risk=snapshot.risk)
    other.risk_model = None
    recalculate(other)
    found = gather(Given(other), ("risk",))
    assert found.risk is None
    assert found.why_not("risk")


def test_texts_of_a_template_are_filled() -> None:
    sections = [{"kind": "text", "title": "T", "text": "{activities} on {data_date}, {p80}."}]
    template = checked({"schema": SCHEMA, "id": "t", "title": "T", "sections": sections}, "t")
    document = Document(synthetic_schedule(1500, 1600))
    recalculate(document)
    report = compose(template, gather(Given(document), parts_of(template)))
    block = report.sections[0].blocks[0]
    assert isinstance(block, Paragraph)
    assert block.text.startswith(f"{len(document.schedule):,}".replace(",", "\u202f"))
    assert block.text.endswith("not available.")


@pytest.mark.parametrize("text", ["{finsh}", "{nothing_like_it}"])
def test_unknown_figures_are_refused(text: str) -> None:
    sections = [{"kind": "text", "title": "T", "text": text}]
    with pytest.raises(ModelError, match="there is no figure") as caught:
        checked({"schema": SCHEMA, "id": "t", "title": "T", "sections": sections}, "t.json")
    assert "finish" in caught.value.line


def test_shipped_templates_use_every_kind_of_section() -> None:
    every = (*shipped_templates(), *dashboard_templates())
    used = {part.kind for one in every for part in one.parts}
    assert used | {"text"} == KINDS.keys()
    assert len({one.id for one in shipped_templates()}) == len(PRESETS)


def test_each_quadrant_has_its_words() -> None:
    assert quadrant(0.9, 0.9) == "The last update is late, over cost."
    assert quadrant(1.1, 0.9) == "The last update is early, over cost."
    assert quadrant(0.9, 1.1) == "The last update is late, under cost."
    assert quadrant(1.1, 1.1) == "The last update is early, under cost."
    assert quadrant(None, 1.0) == ""


def test_own_templates_are_kept_in_the_library(library: Library) -> None:
    taken = {one.id for one in templates_of(library)}
    assert own_id("Monthly!", taken) == "monthly-2"
    mine = replace(template_of("status"), id="of-mine", title="Of mine")
    keep_template(library, mine)
    assert templates_of(library)[-1] == mine
    assert [line.what for line in library.journal("report-template")] == ["report template Of mine"]


def test_figures_are_told_for_the_sample(snapshot: Snapshot) -> None:
    desk = Desk(snapshot)
    told = {name: desk.text_of(name) for name in FIGURES}
    assert all(told.values())
    assert "not available" not in told.values()


def test_bars_of_the_breakdown_span_their_work(snapshot: Snapshot) -> None:
    from planbench.engines.reports.blocks import Bars

    assert snapshot.document is not None
    assert snapshot.document.cpm is not None
    report = compose(template_of("monthly"), snapshot)
    bars = next(one for one in section(report, "gantt") if isinstance(one, Bars))
    cpm, acts = snapshot.document.cpm, snapshot.document.schedule.activities
    whole = bars.rows[0]
    on = acts.wbs >= 0
    assert (whole.start, whole.finish) == (int(cpm.start[on].min()), int(np.max(cpm.finish[on])))
    assert all(bar.level <= 2 for bar in bars.rows)
