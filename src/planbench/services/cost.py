"""Cost of a project: budget and reserves, control accounts, ledger, commitments and forecast.

What people enter or import is kept as entries of the library; what the schedule knows (budgets,
earned value, actual cost by WBS and cost account) is measured from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.errors import ModelError
from planbench.domain.schedule import Schedule
from planbench.domain.times import to_datetime
from planbench.engines.control.accounts import (
    Misfit,
    ancestors_at,
    drift,
    matrix,
    misfits,
    repeated_items,
)
from planbench.engines.control.budget import (
    ACCOUNTS,
    BudgetChange,
    BudgetFrame,
    Reserve,
    ReserveMove,
    budget_frame,
    checked_change,
    reserve_of,
)
from planbench.engines.control.indices import Values, ratio
from planbench.engines.control.ledger import (
    Agreement,
    Commitment,
    Posting,
    Rate,
    agreement,
    merged,
    open_commitments,
)
from planbench.engines.control.measure import measure
from planbench.engines.control.spread import in_cents
from planbench.services.actions import need_library
from planbench.services.allocation import Rules, rule_misfits, rules_of
from planbench.services.control import (
    ControlReport,
    plan_of,
    scope_of,
    values_json,
    wbs_paths,
)
from planbench.services.document import Document
from planbench.services.portfolio_board import release_refusal
from planbench.services.project_settings import keep_setting, rates_of, setting
from planbench.services.sample_network import table
from planbench.store.records import Entry

if TYPE_CHECKING:
    from planbench.services.library import Library

CHANGE, RESERVE, PERIOD, ORDER = "budget-change", "reserve-move", "ledger-period", "commitment"
"""Kinds of entries."""

CONTINGENCY, MANAGEMENT, MARGIN = "contingency", "management reserve", "schedule margin"
LEDGERS = (CONTINGENCY, MANAGEMENT, MARGIN)
"""Reserves have a ledger each; the schedule margin is in days."""

LEVEL = 2
"""Level of the WBS at which control accounts are, the project being 0."""


@dataclass(frozen=True)
class ControlAccount:
    """One meeting of a WBS node and a cost account."""

    wbs: str
    wbs_name: str
    account: str
    name: str
    values: Values
    committed: float = 0.0
    open: float = 0.0  # committed and neither invoiced nor accrued

    @property
    def eac(self) -> float | None:
        """Estimate at completion by the account's own CPI; its budget before it has cost."""
        if self.values.ac == 0.0 and self.values.ev == 0.0:
            return self.values.bac
        left = ratio(self.values.bac - self.values.ev, self.values.cpi)
        return None if left is None else self.values.ac + left


@dataclass(frozen=True)
class CostReport:
    """Everything that the cost view shows. `why_not` says why nothing can be kept, "" if it can."""

    currency: str
    values: Values
    frame: BudgetFrame | None  # None without a log
    log: tuple[BudgetChange, ...]
    reserves: Mapping[str, Reserve]
    needed: float | None  # cost contingency at P80 of the risk run of this very schedule
    agreement: Agreement | None  # None without a ledger
    locked: str  # the last locked period, "" for none
    periods: tuple[tuple[str, float, int, float], ...]
    """(period, amount, postings, amount on accounts of the schedule) of the ledger."""
    accounts: tuple[ControlAccount, ...]
    misfits: tuple[Misfit, ...]
    moved: Mapping[str, float]  # drift of each account's share of the budget since the baseline
    orders: tuple[Commitment, ...]
    why_not: str
    held_back: str = ""  # why the portfolio lets no budget be released, "" if it does
    rates: tuple[Rate, ...] = ()  # exchange rates
    rules: Rules = ()  # of allocation

    @property
    def headroom(self) -> float | None:
        """What the contingency that remains is above what is needed."""
        if self.needed is None or CONTINGENCY not in self.reserves:
            return None
        return self.reserves[CONTINGENCY].left - self.needed


def cost_report(document: Document, library: Library | None, report: ControlReport) -> CostReport:
    """The cost of a measured document; `report` is its control report.

    Raises StoreError when the library cannot be read, ModelError for kept records without sense.
    """
    project = document.library_project
    base, cpm, _ = plan_of(document, library)
    schedule = document.schedule
    level = int(setting(library, project, "accounts").get("level", LEVEL))
    rules = rules_of(library, project)
    scope, item_wbs, _ = scope_of(schedule, base, cpm, rules)
    measured = measure(scope)
    node = ancestors_at(schedule.wbs.parent, level)
    rows = item_wbs[scope.item_activity]
    rows = np.where(rows >= 0, node[rows] if node.size else rows, rows)
    found = matrix(rows, scope, measured)
    paths, names = wbs_paths(schedule), schedule.accounts.code.tolist()
    odd = (*misfits(found, paths, names, schedule.accounts.parent), *_repeated(base))
    odd = (*odd, *rule_misfits(schedule, paths, rules))
    moved = drift(_shares(base), _shares(schedule))
    kept = _kept(library, project)
    spent = open_commitments(kept.orders, kept.postings)
    until = report.fiscal.period_at(report.data_date)
    bearing = {names[one] for one in found.account if one >= 0}
    sums = {
        month: (posted(lines), len(lines), posted([p for p in lines if p.account in bearing]))
        for month, lines in kept.periods.items()
    }
    accounts = []
    for wbs, account, values in zip(found.wbs, found.account, found.values, strict=True):
        here = (paths[wbs] if wbs >= 0 else "", names[account] if account >= 0 else "")
        mine = [order for order in kept.orders if (order.wbs, order.account) == here]
        accounts.append(
            ControlAccount(
                here[0],
                schedule.wbs.name[wbs] if wbs >= 0 else "Not assigned",
                here[1],
                schedule.accounts.name[account] if account >= 0 else "Not assigned",
                values,
                sum(order.amount for order in mine),
                sum(spent[order.id][1] for order in mine),
            )
        )
    whole = report.measured.values
    moment = to_datetime(report.data_date)
    assert moment is not None
    day = f"{moment:%Y-%m-%d}"
    return CostReport(
        report.currency,
        whole,
        budget_frame(kept.log, whole.bac, day) if kept.log else None,
        kept.log,
        {name: reserve_of(moves) for name, moves in kept.moves.items()},
        _needed(document),
        agreement(kept.postings, bearing, whole.ac, until) if kept.periods else None,
        kept.locked,
        tuple((month, *sums[month]) for month in sorted(sums)),
        tuple(accounts),
        odd,
        moved,
        kept.orders,
        kept.why_not,
        release_refusal(library, project),
        rates_of(library, project),
        rules,
    )


def posted(lines: Sequence[Posting]) -> float:
    """The sum of postings to the cent."""
    return round(sum(line.amount for line in lines), 2)


def _repeated(base: Schedule) -> list[Misfit]:
    """Cost items that the plan has twice."""
    codes = base.activities.code.tolist()
    found = []
    for items, kinds in (
        (base.assignments, [str(row) for row in base.assignments.resource.tolist()]),
        (base.expenses, base.expenses.name.tolist()),
    ):
        on = items.activity >= 0
        names = [kind for kind, there in zip(kinds, on.tolist(), strict=True) if there]
        columns = (items.activity[on], items.account[on], items.budget_cost[on])
        found += repeated_items(*columns, names, codes)
    return found


def _shares(schedule: Schedule) -> list[tuple[str, float]]:
    """(account, budget) of every cost item."""
    names = [*schedule.accounts.code.tolist(), ""]
    pairs: list[tuple[str, float]] = []
    for items in (schedule.assignments, schedule.expenses):
        pairs += zip(
            [names[row] for row in items.account.tolist()], items.budget_cost.tolist(), strict=True
        )
    return pairs


def _needed(document: Document) -> float | None:
    """Cost at P80 above the plan's, of a risk run of this very schedule."""
    risk = document.risk
    if risk is None or risk.cost is None or risk.schedule_digest != document.schedule.digest:
        return None
    return risk.cost.percentile(80.0) - risk.cost.at_plan


# ---------------------------------------------------------------- what is kept


@dataclass(frozen=True)
class Kept:
    """What people wrote down or imported about a project's cost."""

    log: tuple[BudgetChange, ...]
    moves: Mapping[str, tuple[ReserveMove, ...]]
    periods: Mapping[str, tuple[Posting, ...]]
    orders: tuple[Commitment, ...]
    locked: str
    why_not: str

    @property
    def postings(self) -> list[Posting]:
        """All postings by period."""
        return [line for period in sorted(self.periods) for line in self.periods[period]]


def _kept(library: Library | None, project: int | None) -> Kept:
    from planbench.domain.errors import StoreError

    why_not = ""
    try:
        need_library(library, project)
    except StoreError as error:
        why_not = error.line
    if library is None or project is None:
        return Kept((), {}, {}, (), "", why_not)
    moves: dict[str, list[ReserveMove]] = {}
    for entry in library.entries(RESERVE, project):
        body = dict(entry.body)
        moves.setdefault(str(body.pop("ledger")), []).append(ReserveMove(**body))
    return Kept(
        tuple(BudgetChange(**entry.body) for entry in library.entries(CHANGE, project)),
        {name: tuple(moves[name]) for name in LEDGERS if name in moves},
        ledger_of(library, project),
        tuple(Commitment(**entry.body) for entry in library.entries(ORDER, project)),
        str(setting(library, project, "ledger").get("locked", "")),
        why_not,
    )


def ledger_of(library: Library, project: int) -> dict[str, tuple[Posting, ...]]:
    """The postings of a project by period."""
    return {
        entry.uid: tuple(Posting(*line) for line in entry.body["postings"])
        for entry in library.entries(PERIOD, project)
    }


def _next_uid(library: Library, project: int, kind: str) -> int:
    return 1 + max((int(entry.uid) for entry in library.entries(kind, project)), default=0)


def check_release(library: Library | None, project: int | None) -> None:
    """Raises ModelError with the gate's name while the portfolio holds the budget back."""
    if why := release_refusal(library, project):
        raise ModelError(why.rstrip("."), mend="Decide the gate in Portfolio first.")


def add_change(library: Library, project: int, change: BudgetChange) -> None:
    """Write a change into the budget log; the log is never changed, only added to.

    Raises ModelError when it makes no sense, is older than the last one, or releases budget to
    the control accounts while a gate of the portfolio is closed.
    """
    checked_change(change)
    if change.target == ACCOUNTS:
        check_release(library, project)
    entries = library.entries(CHANGE, project)
    last = max((str(entry.body["date"]) for entry in entries), default="")
    if change.date < last:
        raise ModelError(f"the log already has a change of {last}", change.id, "Use a later date.")
    uid = str(_next_uid(library, project, CHANGE))
    entry = Entry(CHANGE, uid, asdict(change), project)
    library.put_entries([entry], f"{change.id}: {change.reason}")


def add_move(library: Library, project: int, ledger: str, move: ReserveMove) -> None:
    """Write an entry into a reserve's ledger. Raises ModelError when it cannot be."""
    if ledger not in LEDGERS:
        raise ModelError(f"there is no ledger “{ledger}”", mend=f"Use {', '.join(LEDGERS)}.")
    held = _kept(library, project).moves.get(ledger, ())
    reserve_of([*held, move])
    uid = str(_next_uid(library, project, RESERVE))
    body = {"ledger": ledger, **asdict(move)}
    library.put_entries([Entry(RESERVE, uid, body, project)], f"{ledger}: {move.kind}")


def checked_order(order: Commitment) -> Commitment:
    """The commitment. Raises ModelError when it has no number or amount."""
    if not order.id.strip() or not order.amount > 0:
        raise ModelError("an order needs a number and an amount above zero", order.id)
    return order


def keep_order(library: Library, project: int, order: Commitment) -> None:
    """Keep a commitment, a new one or a changed one. Raises ModelError when it has no amount."""
    checked_order(order)
    entry = Entry(ORDER, order.id, asdict(order), project)
    library.put_entries([entry], f"order {order.id}")


def keep_postings(
    library: Library, project: int, new: Sequence[Posting], source: str
) -> tuple[int, int]:
    """Keep imported postings, each period in place of what was held; (periods, postings).

    Raises ModelError when a locked period would change.
    """
    locked = str(setting(library, project, "ledger").get("locked", ""))
    brought = merged(ledger_of(library, project), new, locked)
    entries = [
        Entry(PERIOD, period, {"postings": [list(asdict(p).values()) for p in lines]}, project)
        for period, lines in sorted(brought.items())
    ]
    library.put_entries(entries, f"ledger {source}")
    return len(entries), sum(len(lines) for lines in brought.values())


def lock_period(library: Library, project: int, period: str) -> None:
    """Lock all periods up to one; "" unlocks all. The journal tells who did so."""
    what = f"ledger locked to {period}" if period else "ledger unlocked"
    keep_setting(library, project, "ledger", what, locked=period)


# ---------------------------------------------------------------- forecast by fiscal period


@dataclass(frozen=True)
class FiscalRow:
    """Cost of a fiscal period: what the ledger has booked, and what is still to come."""

    label: str
    spent: float
    forecast: float


def fiscal_forecast(
    report: ControlReport, cost: CostReport, months: int = 3
) -> tuple[FiscalRow, ...]:
    """Cost by `months` fiscal periods together; over all rows it is EAC by CPI to the cent.

    Periods are those of the report's fiscal calendar. Cost before the data date is what the
    ledger has on accounts of the schedule to the period of the data date; what it does not
    explain is in a row of its own.
    """
    sums: dict[tuple[int, int], list[float]] = {}
    calendar = report.fiscal
    until = calendar.period_at(report.data_date)
    booked = 0.0
    for period, _, _, amount in cost.periods:
        if period <= until:
            sums.setdefault(calendar.group(period, months), [0.0, 0.0])[0] += amount
            booked += amount
    if report.forecast.size:
        steps = np.diff(report.forecast)
        eac = round(float(report.forecast[-1]), 2)
        ahead = in_cents(steps, eac - round(report.measured.values.ac, 2))
        for minute, amount in zip(report.forecast_time[1:].tolist(), ahead.tolist(), strict=True):
            key = calendar.group(calendar.period_at(minute), months)
            sums.setdefault(key, [0.0, 0.0])[1] += amount
    rows = [
        FiscalRow(calendar.group_name(key, months), round(spent, 2), round(ahead, 2))
        for key, (spent, ahead) in sorted(sums.items())
    ]
    gap = round(report.measured.values.ac - booked, 2)
    return (FiscalRow("Not in the ledger", gap, 0.0), *rows) if gap else tuple(rows)


def cost_json(report: CostReport, periods: Sequence[FiscalRow]) -> dict[str, Any]:
    """The report in the shape of `planbench cost`; money as floats."""
    frame, held = report.frame, report.agreement
    return {
        "currency": report.currency,
        "project": values_json(report.values),
        "budget": None
        if frame is None
        else {**asdict(frame), "TAB": frame.total, "gaps": frame.gaps},
        "budget_log": [asdict(one) for one in report.log],
        "reserves": {
            name: {
                "left": one.left,
                **one.sums(),
                "moves": [
                    {**asdict(move), "left": left}
                    for move, left in zip(one.moves, one.remaining, strict=True)
                ],
            }
            for name, one in report.reserves.items()
        },
        "contingency_needed_p80": report.needed,
        "accounts": [
            {
                "wbs": one.wbs,
                "wbs_name": one.wbs_name,
                "account": one.account,
                "account_name": one.name,
                **values_json(one.values),
                "EAC": one.eac,
                "committed": one.committed,
                "open": one.open,
            }
            for one in report.accounts
        ],
        "allocation": [asdict(one) for one in report.rules],
        "misfits": [asdict(one) for one in report.misfits],
        "ledger": {
            "locked": report.locked or None,
            "agreement": None if held is None else {**asdict(held), "gap": held.gap},
            "periods": [
                {"period": name, "amount": amount, "postings": count, "on_accounts": known}
                for name, amount, count, known in report.periods
            ],
        },
        "orders": [asdict(one) for one in report.orders],
        "rates": [asdict(one) for one in report.rates],
        "periods": [
            {"period": row.label, "spent": row.spent, "forecast": row.forecast} for row in periods
        ],
    }


# ---------------------------------------------------------------- sample

_POTS = {
    "contract budget base": "contract",
    "performance measurement baseline": "baseline",
    "management reserve and contingency": "reserve",
    "undistributed budget": "undistributed",
}


def keep_sample_cost(library: Library, project: int) -> None:
    """Budget log, contingency and ledger of the sample, unless it has any. Raises StoreError."""
    if library.read_only or library.entries(PERIOD, project):
        return
    for row in table("budget_log.csv"):
        pots = _POTS[row["from"]], _POTS[row["to"]]
        change = BudgetChange(
            row["date"], row["change_id"], *pots, float(row["amount_eur"]), row["reason"]
        )
        add_change(library, project, change)
    for row in table("contingency.csv"):
        amount = abs(float(row["amount_eur"]))
        where = (row["risk_id"], row["cost_account"], row["remark"])
        add_move(
            library, project, CONTINGENCY, ReserveMove(row["date"], row["entry"], amount, *where)
        )
    lines = [
        Posting(
            row["month"],
            row["control_account_wbs"],
            row["cbs_code"],
            row["posting_type"],
            float(row["amount_eur"]),
        )
        for row in table("ledger.csv")
    ]
    keep_postings(library, project, lines, "of the sample")
    lock_period(library, project, "2026-08")
