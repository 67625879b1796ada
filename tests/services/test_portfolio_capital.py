"""Requests for money: asked, approved within what is left, held by gates, moved in time."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from planbench.domain.errors import ModelError
from planbench.engines.portfolio.capacity import as_asked
from planbench.engines.portfolio.cycles import allotments, shifts
from planbench.engines.portfolio.envelopes import Envelope, Request
from planbench.engines.portfolio.register import Gate, Register
from planbench.engines.portfolio.timing import Assumptions
from planbench.services import portfolio as pf
from planbench.services import portfolio_capital as pc

TODAY = dt.date(2026, 10, 5)


@pytest.fixture(scope="module")
def register() -> Register:
    made = pf.sample_portfolio()
    return replace(made, requests=(), envelopes=(), spending=())


def test_what_a_plan_costs_is_asked_for_once(register: Register) -> None:
    plan = as_asked(register)
    asked = pc.asked_for_plan(register, plan, Assumptions())
    years = pf.years_of(register, plan, Assumptions())
    cost = sum(one.cost for one in years if one.budget is not None)
    assert sum(one.amount for one in asked.requests) == pytest.approx(cost, abs=0.01)
    assert len({one.id for one in asked.requests}) == len(asked.requests)
    assert pc.asked_for_plan(asked, plan, Assumptions()) == asked


def test_an_approval_keeps_within_budget_and_envelope_and_names_who(register: Register) -> None:
    made = replace(register, envelopes=(Envelope(2027, "REG", "core", 400.0, 50.0),))
    made = pc.with_request(made, Request("", "P01", "REG", 2027, 360.0))
    with pytest.raises(ModelError, match=r"360.0 is asked for, 350.0 is left of 2027 REG core"):
        pc.approved(made, "R01", "Board", TODAY)
    with pytest.raises(ModelError, match="nobody is named"):
        pc.approved(made, "R01", " ", TODAY)
    fits = replace(made, requests=(replace(made.requests[0], amount=350.0),))
    fits = pc.approved(fits, "R01", "Board", TODAY)
    (one,) = fits.requests
    assert (one.decision, one.decided_by, one.decided_on) == ("approved", "Board", "2026-10-05")
    whole = next(a for a in allotments(fits) if (a.fiscal_year, a.fund) == (2027, "REG"))
    assert whole.approved + whole.reserve + whole.unallocated == whole.amount + whole.carried
    with pytest.raises(ModelError, match="approved already"):
        pc.refused(fits, "R01", "Board", TODAY)


def test_a_fund_pays_only_what_it_may(register: Register) -> None:
    with pytest.raises(ModelError, match="fund INN does not pay for 'offshore connection'"):
        pc.with_request(register, Request("", "P01", "INN", 2027, 5.0))


def test_a_closed_gate_lets_no_request_through(register: Register) -> None:
    held = Gate("P01", "G4b second cable", "2026-09-20", "hold")
    asked = pc.with_request(register, Request("", "P01", "REG", 2027, 10.0))
    with pytest.raises(ModelError, match="Gate G4b second cable is 'hold'"):
        pc.approved(replace(asked, gates=(held,)), "R01", "Board", TODAY)
    opened = replace(asked, gates=(replace(held, decision="go"),))
    assert pc.approved(opened, "R01", "Board", TODAY).requests[0].decision == "approved"
    refused = pc.refused(replace(asked, gates=(held,)), "R01", "Board", TODAY, "not yet")
    assert (refused.requests[0].decision, refused.requests[0].note) == ("refused", "not yet")


def test_re_phasing_keeps_the_sum_and_the_identity(register: Register) -> None:
    plan = as_asked(register)
    of = {y.fiscal_year: dict(y.causes) for y in pf.years_of(register, plan, Assumptions())
          if y.fund == "REG"}  # fmt: skip
    first = of[2027]["P01"] + 40.0
    made = pc.with_request(register, Request("", "P01", "REG", 2027, first))
    made = pc.with_request(made, Request("", "P01", "REG", 2028, of[2028]["P01"] - 25.0))
    for name in ("R01", "R02"):
        made = pc.approved(made, name, "Board", TODAY)
    found = [one for one in shifts(made, plan) if one.target == 2028]
    assert [(one.project, one.source, round(one.amount, 6)) for one in found] == [("P01", 2027, 25)]
    after = pc.shifted(made, found[0], "Board", TODAY)
    assert sum(one.amount for one in after.requests) == pytest.approx(first + of[2028]["P01"] - 25)
    assert [round(one.amount - of[one.fiscal_year]["P01"], 6) for one in after.requests] == [
        15.0,
        -25.0,
        25.0 - of[2028]["P01"],
    ]
    for one in allotments(after):
        total = one.approved + one.reserve + one.unallocated
        assert total == pytest.approx(one.amount + one.carried, abs=1e-9)
    assert not [one for one in shifts(after, plan) if one.target == 2028]
