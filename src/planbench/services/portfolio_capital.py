"""Requests for money: asked for a plan, approved or refused by name, moved to another year."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import replace

from planbench.domain.errors import ModelError
from planbench.engines.portfolio.capacity import Plan
from planbench.engines.portfolio.cycles import Shift, allotments
from planbench.engines.portfolio.envelopes import APPROVED, REFUSED, WAITING, Request
from planbench.engines.portfolio.register import Register
from planbench.engines.portfolio.timing import Assumptions
from planbench.services.portfolio import years_of
from planbench.services.portfolio_library import release_blocked

LEAST = 0.005


def _free_id(register: Register) -> str:
    taken = {one.id for one in register.requests}
    number = len(taken) + 1
    while f"R{number:02}" in taken:
        number += 1
    return f"R{number:02}"


def _request(register: Register, name: str) -> Request:
    found = next((one for one in register.requests if one.id == name), None)
    if found is None:
        raise ModelError(f"there is no request '{name}'", "requests")
    return found


def with_request(register: Register, request: Request) -> Register:
    """The register with another request. Raises ModelError where its fund may not pay for it."""
    made = replace(request, id=request.id or _free_id(register))
    return replace(register, requests=(*register.requests, made))


def _changed(register: Register, made: Request) -> Register:
    requests = tuple(made if one.id == made.id else one for one in register.requests)
    return replace(register, requests=requests)


def asked_for_plan(register: Register, plan: Plan, assumptions: Assumptions) -> Register:
    """Requests for what a plan costs in years with a budget and nobody has asked for yet."""
    asked: dict[tuple[str, str, int], float] = defaultdict(float)
    for one in register.requests:
        if one.decision != REFUSED:
            asked[one.project, one.fund, one.fiscal_year] += one.amount
    made = register
    for year in years_of(register, plan, assumptions):
        if year.budget is None:
            continue
        for project, amount in year.causes:
            more = round(amount - asked[project, year.fund, year.fiscal_year], 6)
            if more <= LEAST:
                continue
            on = register.settings.valuation_date
            new = Request("", project, year.fund, year.fiscal_year, more, on, note="for the plan")
            made = with_request(made, new)
    return made


def approved(register: Register, name: str, who: str, on: dt.date) -> Register:
    """The register with a request approved.

    Raises ModelError in one line when a gate of the project is closed, nobody is named, or the
    budget or the envelope of its category has too little left.
    """
    request = _request(register, name)
    where = f"requests, {name}"
    if request.decision != WAITING:
        raise ModelError(f"it is {request.decision} already", where)
    if not who.strip():
        raise ModelError("nobody is named who approves it", where)
    if why := release_blocked(register, request.project):
        raise ModelError(why.rstrip("."), where, "Decide the gate first.")
    bucket = register.by_id[request.project].bucket
    for one in allotments(register):
        mine = (one.fiscal_year, one.fund) == (request.fiscal_year, request.fund)
        if mine and one.category in ("", bucket) and request.amount > one.unallocated + LEAST:
            label = " ".join(filter(None, (str(one.fiscal_year), one.fund, one.category)))
            raise ModelError(
                f"{request.amount:,.1f} is asked for, {one.unallocated:,.1f} is left of {label}",
                where,
                "Move it to another year or ask for less.",
            )
    made = replace(request, decision=APPROVED, decided_on=on.isoformat(), decided_by=who.strip())
    return _changed(register, made)


def refused(register: Register, name: str, who: str, on: dt.date, note: str = "") -> Register:
    """The register with a request refused. Raises ModelError when it is decided already."""
    request = _request(register, name)
    if request.decision != WAITING:
        raise ModelError(f"it is {request.decision} already", f"requests, {name}")
    made = replace(
        request,
        decision=REFUSED,
        decided_on=on.isoformat(),
        decided_by=who.strip(),
        note=note or request.note,
    )
    return _changed(register, made)


def shifted(register: Register, shift: Shift, who: str, on: dt.date) -> Register:
    """The register with approved money moved to another year of the same fund.

    The sum of what the project was given stays. Raises ModelError when there is not as much.
    """
    left, requests = shift.amount, []
    for one in register.requests:
        mine = (one.project, one.fund, one.fiscal_year, one.decision) == (
            shift.project,
            shift.fund,
            shift.source,
            APPROVED,
        )
        taken = min(one.amount, left) if mine else 0.0
        left -= taken
        if one.amount - taken > 1e-9:
            requests.append(replace(one, amount=one.amount - taken) if taken else one)
    if left > 1e-9:
        raise ModelError(
            f"{shift.amount:,.1f} was not approved for {shift.source}", f"requests, {shift.project}"
        )
    new = Request(
        _free_id(register),
        shift.project,
        shift.fund,
        shift.target,
        shift.amount,
        on.isoformat(),
        APPROVED,
        on.isoformat(),
        who.strip(),
        f"moved from {shift.source}",
    )
    return replace(register, requests=(*requests, new))
