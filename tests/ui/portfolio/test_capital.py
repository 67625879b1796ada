"""The Capital view as a user works with it on the sample portfolio."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from planbench.ui.control import form
from planbench.ui.portfolio.workspace import PortfolioWorkspace
from planbench.ui.state import AppState


@pytest.fixture
def state(themed) -> Iterator[AppState]:
    made = AppState()
    yield made
    made.close()


@pytest.fixture
def page(state, qtbot) -> Any:
    workspace = PortfolioWorkspace(state)
    qtbot.addWidget(workspace)
    workspace.resize(1840, 940)
    workspace.show()
    workspace.desk.open_sample()
    qtbot.waitUntil(lambda: not state.busy, timeout=60_000)
    workspace.show_view("capital")
    return workspace.capital


@pytest.fixture
def said(state) -> list[str]:
    told: list[str] = []
    state.message.connect(lambda _kind, words: told.append(words))
    return told


def answer(monkeypatch, **values: str) -> list[str]:
    """A user who fills the form that comes up and presses Keep; what was said against it."""
    told: list[str] = []

    def fill(dialog: form.RecordDialog) -> int:
        for key, value in values.items():
            dialog.put(key, value)
        dialog.take()
        told.append("" if dialog.result() else dialog.banner.text())
        return dialog.result()

    monkeypatch.setattr(form.RecordDialog, "exec", fill)
    return told


def choose(page, name: str) -> None:
    page.request_table.select_row(page.requests.row_of(name))


def cells(rows) -> list[list[str]]:
    return [[look.text for look in row] for row in rows.looks]


def test_a_request_is_approved_by_name_and_the_envelope_follows(page, monkeypatch, qtbot) -> None:
    before = next(row for row in cells(page.envelopes) if row[:3] == ["2027", "SEC", "all"])
    assert before[6:] == ["—", "43.9", "62.0"]
    told = answer(monkeypatch, who="Board", on="2026-10-05")
    choose(page, "R07")
    page.yes.click()
    assert told == [""]
    after = next(row for row in cells(page.envelopes) if row[:3] == ["2027", "SEC", "all"])
    assert after[6:] == ["43.9", "—", "18.1"]
    row = cells(page.requests)[page.requests.row_of("R07")]
    assert (row[0], row[6], row[7]) == ("approved", "Board", "2026-10-05")
    assert not page.desk.stale  # no choice rests on it
    page.desk.undo()
    assert cells(page.requests)[page.requests.row_of("R07")][0] == "waiting"


def test_a_closed_gate_refuses_the_money_in_one_line(page, monkeypatch, said, qtbot) -> None:
    told = answer(monkeypatch, who="Board")
    choose(page, "R06")
    page.yes.click()
    assert told == []  # nobody is asked for a name
    assert "Gate G4 delivery is 'hold': no budget is released" in said[-1]
    told = answer(monkeypatch, who="Board", note="Two runs failed")
    page.no.click()
    assert told == [""]
    assert cells(page.requests)[page.requests.row_of("R06")][0] == "refused"
    assert not page.yes.isEnabled()


def test_a_fund_that_may_not_pay_is_named_in_the_form(page, monkeypatch) -> None:
    told = answer(monkeypatch, project="P01", fund="INN", amount="5")
    page.write.click()
    assert "fund INN does not pay for 'offshore connection'" in told[0]
    told = answer(monkeypatch, project="P09", fund="REG", amount="9.9", year="2027")
    page.write.click()
    assert told == [""]
    assert cells(page.requests)[page.requests.row_of("R09")][:6] == [
        "waiting",
        "R09",
        "HAVN",
        "REG",
        "2027",
        "9.9",
    ]


def test_all_that_the_plan_costs_is_asked_for(page) -> None:
    page.fill.click()
    row = next(row for row in cells(page.envelopes) if row[:3] == ["2030", "REG", "all"])
    planned = sum(one.cost for one in page.desk.check.years if one.fiscal_year == 2030)
    assert float(row[7]) == pytest.approx(planned, abs=0.06)


def test_an_underspend_is_moved_to_the_year_that_lacks_it(page) -> None:
    assert cells(page.proposals) == [["NORDLYS", "REG", "2027", "2028", "14.1"]]
    total = sum(one.amount for one in page.desk.register.requests)
    page.rephase.click()
    assert sum(one.amount for one in page.desk.register.requests) == pytest.approx(total)
    assert cells(page.proposals) == []
    assert not page.rephase.isEnabled()


def test_cycles_by_year_quarter_and_period_add_up_alike(page) -> None:
    from planbench.engines.portfolio.cycles import cycles

    desk = page.desk
    sums = []
    for index, size in enumerate((12, 3, 1)):
        page.every.set_index(index)
        found = cycles(desk.register, desk.plan, size)
        assert len(page.cycles.looks) == len(found)
        sums.append(sum(one.outlook for one in found))
    assert sums == pytest.approx([sums[0]] * 3)
    assert page.cycles.looks[-1][0].text.startswith("FY2030 P")


def test_names_keys_and_no_dead_button(page, nameless, dead_buttons) -> None:
    assert not nameless(page)
    assert not dead_buttons(page)
    assert all(pane is not None for pane in page.panes())
