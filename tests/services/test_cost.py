"""Cost of the sample: the sums that were computed without the program, and the records kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from planbench.domain.errors import ModelError
from planbench.engines.control.budget import BudgetChange, ReserveMove
from planbench.engines.control.fiscal import FiscalCalendar
from planbench.engines.control.ledger import Commitment, Posting
from planbench.services import cost
from planbench.services.control import ControlReport, library_report
from planbench.services.cost import CostReport
from planbench.services.document import Document
from planbench.services.library import Library
from planbench.services.recents import Recents
from planbench.services.sample import ensure_sample, sample_schedules
from planbench.services.scheduling import recalculate


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("cost")
    with Library.open(folder / "l.planbench", Recents(folder / "r.json")) as made:
        ensure_sample(made)
        yield made


@pytest.fixture(scope="module")
def documents(library: Library) -> list[Document]:
    found = []
    for update in library.projects()[0].updates:
        document = library.open_update(update.id)
        recalculate(document)
        found.append(document)
    return found


@pytest.fixture(scope="module")
def control(library: Library, documents: list[Document]) -> ControlReport:
    return library_report(documents[-1], library)


@pytest.fixture(scope="module")
def report(library: Library, documents: list[Document], control: ControlReport) -> CostReport:
    return cost.cost_report(documents[-1], library, control)


def test_budget_frame_of_the_sample(report: CostReport) -> None:
    frame = report.frame
    assert frame is not None
    assert (frame.contract, frame.baseline, frame.reserve) == (1_193e6, 1_155e6, 38e6)
    assert (frame.undistributed, frame.total) == (6.4e6, 1_193e6)
    assert frame.accounts == pytest.approx(1_148_600_000.00, abs=0.005)
    assert set(frame.gaps.values()) == {0.0}


def test_contingency_of_the_sample(report: CostReport) -> None:
    reserve = report.reserves[cost.CONTINGENCY]
    assert reserve.left == 32_790_000.00
    assert reserve.remaining == (38e6, 37.1e6, 36.5e6, 37.3e6, 33.1e6, 32.79e6)
    assert report.needed is None  # nothing was simulated


def test_ledger_is_the_actual_cost_at_every_update(
    library: Library, documents: list[Document]
) -> None:
    for document in documents:
        found = cost.cost_report(document, library, library_report(document, library)).agreement
        assert found is not None
        assert found.gap == 0.0
        last = document is documents[-1]
        assert found.unallocated == (412_350.00 if last else 0.0)
        if last:
            assert found.open_accruals == 1_978_829.14


def test_control_accounts_sum_to_the_project(report: CostReport) -> None:
    for name in ("bac", "pv", "ev", "ac"):
        total = sum(getattr(one.values, name) for one in report.accounts)
        assert total == pytest.approx(getattr(report.values, name), abs=0.01)
    assert len({(one.wbs, one.account) for one in report.accounts}) == len(report.accounts)
    assert all(one.wbs.count(".") == 2 for one in report.accounts)


def test_control_accounts_are_those_of_the_allocation_table(report: CostReport) -> None:
    told: dict[tuple[str, str], float] = {}
    first = sample_schedules()["baseline"].row_of_code  # those added later are outside the plan
    for row in cost.table("cost_allocation.csv"):
        key = (row["control_account_wbs"], row["cbs_code"])
        if row["activity_id"] in first:
            told[key] = told.get(key, 0.0) + float(row["amount_eur"])
    found = {(one.wbs, one.account): one.values.bac for one in report.accounts if one.values.bac}
    assert found == pytest.approx(told, abs=0.01)


def test_fiscal_periods_sum_to_the_forecast(control: ControlReport, report: CostReport) -> None:
    eac = control.eac
    assert eac is not None
    for first, months in ((1, 3), (4, 3), (7, 12), (1, 1)):
        asked = replace(control, fiscal=FiscalCalendar(first))
        rows = cost.fiscal_forecast(asked, report, months)
        total = sum(row.spent + row.forecast for row in rows)
        assert total == pytest.approx(round(eac, 2), abs=0.004)
    spring = replace(control, fiscal=FiscalCalendar(4))
    april = {row.label: row.spent for row in cost.fiscal_forecast(spring, report, 12)}
    booked = sum(
        float(row["amount_eur"])
        for row in cost.table("ledger.csv")
        if "2025-04" <= row["month"] <= "2026-03"
    )
    assert april["FY2025"] == pytest.approx(booked, abs=0.01)


def test_what_is_written_down_is_checked_and_journalled(tmp_path) -> None:
    with Library.open(tmp_path / "l.planbench", Recents(tmp_path / "r.json")) as library:
        project = library.new_project("A", "A")
        change = BudgetChange("2026-02-01", "CR-1", "contract", "baseline", 10.0, "scope")
        cost.add_change(library, project, change)
        early = BudgetChange("2026-01-01", "CR-2", "contract", "baseline", 1.0, "late")
        with pytest.raises(ModelError, match="already has a change"):
            cost.add_change(library, project, early)
        cost.add_move(library, project, cost.MARGIN, ReserveMove("2026-01-01", "opening", 20.0))
        move = ReserveMove("2026-02-01", "drawdown", 21.0)
        with pytest.raises(ModelError, match="more is drawn"):
            cost.add_move(library, project, cost.MARGIN, move)
        with pytest.raises(ModelError, match="number and an amount"):
            cost.keep_order(library, project, Commitment("", "S", "", "", 1.0))
        posting = Posting("2026-01", "W", "A", "invoice", 5.0)
        assert cost.keep_postings(library, project, [posting], "a.csv") == (1, 1)
        cost.lock_period(library, project, "2026-01")
        changed = Posting("2026-01", "W", "A", "invoice", 6.0)
        with pytest.raises(ModelError, match="locked"):
            cost.keep_postings(library, project, [changed], "b.csv")
        assert cost.ledger_of(library, project) == {"2026-01": (posting,)}
        assert len(library.journal(cost.CHANGE, project)) == 1


def test_no_orphans_in_the_sample_but_work_without_budget(report: CostReport) -> None:
    kinds = {one.kind for one in report.misfits}
    assert kinds <= {"orphan"}
    assert all("no budget" in one.words for one in report.misfits)


def test_drift_is_what_was_added_after_the_baseline(report: CostReport) -> None:
    assert np.isclose(sum(report.moved.values()), 0.0)
