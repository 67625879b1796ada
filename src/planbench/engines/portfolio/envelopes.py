"""Money asked for and given: envelopes by fund, year and category, requests, and what was spent.

Amounts are in the register's unit. The category of a project is its bucket.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planbench.domain.errors import ModelError

if TYPE_CHECKING:
    from planbench.engines.portfolio.register import Register

WAITING, APPROVED, REFUSED = "", "approved", "refused"
REQUEST_DECISIONS = (WAITING, APPROVED, REFUSED)


@dataclass(frozen=True)
class Envelope:
    """The part of a fund's budget of a fiscal year that one category may have at most.

    `reserve` is the part of the amount that is given to nobody.
    """

    fiscal_year: int
    fund: str
    category: str
    amount: float
    reserve: float = 0.0


@dataclass(frozen=True)
class Request:
    """Money that a project asks of a fund for a fiscal year; `decision` is "" while it waits."""

    id: str
    project: str
    fund: str
    fiscal_year: int
    amount: float
    asked_on: str = ""
    decision: str = WAITING
    decided_on: str = ""
    decided_by: str = ""
    note: str = ""


@dataclass(frozen=True)
class Spend:
    """What a project bound by orders and what it spent in a calendar month."""

    project: str
    month: int
    committed: float = 0.0
    spent: float = 0.0


def check_envelopes(register: Register) -> None:
    """Raises ModelError for envelopes, requests and spending that cannot be."""
    known = {project.id: project for project in register.projects}
    funds = {fund.id: fund for fund in register.funds}
    for one in register.envelopes:
        where = f"envelopes, {one.fiscal_year} {one.fund} {one.category}"
        if not one.category:
            raise ModelError("an envelope is for a category", where)
        if one.amount < 0 or not 0 <= one.reserve <= one.amount:
            raise ModelError("an envelope is 0 or more, its reserve within it", where)
    for request in register.requests:
        where = f"requests, {request.id}"
        project = known.get(request.project)
        if project is None:
            raise ModelError(f"there is no project '{request.project}'", where)
        if request.decision not in REQUEST_DECISIONS:
            raise ModelError(
                f"'{request.decision}' is no decision",
                where,
                "Known: approved, refused; nothing while it waits.",
            )
        if not request.amount > 0:
            raise ModelError("a request asks for more than nothing", where)
        if not funds:
            continue
        if request.fund not in funds:
            raise ModelError(f"there is no fund '{request.fund}'", where)
        types = funds[request.fund].eligible_types
        if types and project.type not in types:
            raise ModelError(
                f"fund {request.fund} does not pay for '{project.type}'",
                where,
                f"It pays for {', '.join(types)}.",
            )
    for spend in register.spending:
        if spend.project not in known:
            raise ModelError(f"there is no project '{spend.project}'", "spending")
