"""Control of the sample: the figures that were computed without the program, and its identities."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from planbench.cli.main import main
from planbench.domain.errors import PlanbenchError
from planbench.domain.schedule import Schedule
from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.cpm import schedule_network
from planbench.services.control import ControlReport, control_report, point_of
from planbench.services.document import Document
from planbench.services.sample import sample_schedules, with_dates
from planbench.services.scheduling import recalculate

TOLD = {  # planned %, earned %, actual cost MEUR, CPI, SPI
    "2026-07-31": ("36.15", "32.86", "395.03", "0.955", "0.909"),
    "2026-08-31": ("39.46", "36.11", "434.50", "0.955", "0.915"),
    "2026-09-30": ("42.59", "38.74", "467.90", "0.951", "0.910"),
}


@pytest.fixture(scope="module")
def base() -> Schedule:
    return sample_schedules()["baseline"]


@pytest.fixture(scope="module")
def report(base: Schedule) -> ControlReport:
    document = Document(sample_schedules()["2026-09-30"])
    recalculate(document)
    return control_report(document, base, schedule_network(base), "Baseline")


@pytest.mark.parametrize("label", TOLD)
def test_updates_have_the_figures_of_the_sample(label: str, base: Schedule) -> None:
    values = point_of(sample_schedules()[label], base, schedule_network(base), label).values
    assert values.planned
    assert values.earned
    assert values.cpi
    assert values.spi
    shown = (
        f"{100 * values.planned:.2f}",
        f"{100 * values.earned:.2f}",
        f"{values.ac / 1e6:.2f}",
        f"{values.cpi:.3f}",
        f"{values.spi:.3f}",
    )
    assert shown == TOLD[label]
    assert values.bac == pytest.approx(1_148_600_000.00, abs=0.005)


def test_forecast_of_the_latest_update(report: ControlReport) -> None:
    assert report.eac == pytest.approx(1_207.7e6, abs=0.06e6)
    assert report.forecast[0] == pytest.approx(report.measured.values.ac)
    assert report.forecast[-1] == pytest.approx(report.eac)
    assert (report.forecast[1:] >= report.forecast[:-1]).all()
    assert report.measured.earned_date < report.data_date


def test_breakdowns_sum_to_the_project(report: ControlReport) -> None:
    whole = report.measured.values
    for rows in (report.wbs, report.cbs):
        for name in ("bac", "pv", "ev", "ac"):
            total = sum(getattr(row.values, name) for row in rows if row.level == 0)
            assert total == pytest.approx(getattr(whole, name), abs=0.01)
    assert sum(row.values.ev for row in report.activities) == pytest.approx(whole.ev, abs=0.01)


def test_a_dropped_activity_keeps_its_budget_and_a_new_one_has_none(report: ControlReport) -> None:
    rows = {row.code: row for row in report.activities}
    assert rows["TS-2135"].row == -1
    assert rows["TS-2135"].values.bac > 0
    added = sample_schedules()["2026-09-30"].row_of_code.keys() - (
        sample_schedules()["baseline"].row_of_code.keys()
    )
    assert len(added) == 7
    assert all(rows[code].values.bac == 0 for code in added)


def test_without_costs_there_is_nothing_to_measure() -> None:
    document = Document(synthetic_schedule(20, 30, 1))
    recalculate(document)
    with pytest.raises(PlanbenchError, match="budget"):
        control_report(document, None)


def test_command(tmp_path: Path, base: Schedule, capsys: pytest.CaptureFixture[str]) -> None:
    from planbench.exchange.xer.writer import schedule_to_document, write_xer

    names = []
    for label in ("baseline", "2026-09-30"):
        full = with_dates(sample_schedules()[label])
        path = tmp_path / f"{label}.xer"
        path.write_bytes(write_xer(schedule_to_document(full)))
        names.append(str(path))
    target = tmp_path / "control.json"
    assert main(["control", names[1], "--baseline", names[0], "--json", str(target)]) == 0
    assert "38.74" in capsys.readouterr().out
    told = json.loads(target.read_text(encoding="utf-8"))
    assert told["schema"] == "planbench/control/1"
    assert f"{told['project']['CPI']:.3f}" == "0.951"
    assert len(told["project"]["EAC"]) == 8
    assert len(told["project"]["EAC_t_h"]) == 9
    assert main(["control", names[1], names[0]]) == 0
    assert "There is no baseline" in capsys.readouterr().out
