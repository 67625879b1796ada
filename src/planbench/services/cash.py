"""Cash in and out of a project by month, from what is earned and spent to what is still to come.

The months before the data date rest on the ledger where there is one; earned value is known at
the updates only, and what lies between two of them is shared out: the remarks say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.calendars import build_work_table
from planbench.domain.errors import ModelError, PlanbenchError
from planbench.domain.schedule import Numbers, Rows
from planbench.domain.times import DAY, NO_TIME, Minutes, earliest, latest
from planbench.engines.control.cash import (
    Cash,
    CostClass,
    Terms,
    cash_flow,
    financing,
    payments,
)
from planbench.engines.control.fiscal import FiscalCalendar
from planbench.engines.control.ledger import by_period
from planbench.engines.control.measure import Scope, measure
from planbench.engines.control.spread import planned_share
from planbench.services.allocation import rules_of
from planbench.services.contract import read_json
from planbench.services.control import ControlReport, plan_of, scope_of
from planbench.services.cost import ledger_of
from planbench.services.document import Document
from planbench.services.project_settings import keep_setting, setting
from planbench.services.resources import resource

if TYPE_CHECKING:
    from planbench.services.library import Library

SETTING = "cash"

DATES = ("as calculated", "all early", "all late")
"""Which dates what remains is spread over."""


@dataclass(frozen=True)
class Payment:
    """Payment terms as a contract words them. Shares are 0..1, days are calendar days."""

    price: float = 0.0  # contract price; 0: the sum of the budgets
    advance: float = 0.0  # share of the price, paid with the first month
    recovery_from: float = 0.10
    recovery_rate: float = 0.25
    retention: float = 0.0
    retention_cap: float = 1.0
    at_completion: float = 0.5  # share of the retention that completion releases
    defects_months: int = 12  # until the rest is released
    days: int = 30  # from the end of the month to the payment
    tax: float = 0.0
    interest: float = 0.0  # a year, on what is overdrawn
    limit: float = 0.0  # of the overdraft; 0: none agreed
    classes: tuple[tuple[str, int, float, float], ...] = ()
    """(cost account, days to payment, down payment, retention) of top accounts."""


@dataclass(frozen=True)
class Scenario:
    """What is asked of the future: dates, and a delay of what remains in calendar days."""

    name: str
    dates: str = DATES[0]
    delay: int = 0


@dataclass(frozen=True)
class CashReport:
    """Cash by fiscal month. `months` are the minutes at which they end; `now` months are past."""

    scenario: Scenario
    payment: Payment
    months: Minutes
    now: int
    certified: Numbers  # work value by month, at contract price
    cost: Numbers
    cash: Cash
    interest: Numbers
    remarks: tuple[str, ...] = field(default_factory=tuple)
    fiscal: FiscalCalendar = field(default_factory=FiscalCalendar)

    @property
    def balance(self) -> Numbers:
        """The running balance, interest paid."""
        return np.asarray(self.cash.balance - np.cumsum(self.interest))

    @property
    def peak(self) -> tuple[float, int]:
        """The lowest balance and the minute at which its month ends."""
        row = int(self.balance.argmin())
        return float(self.balance[row]), int(self.months[row])

    def month(self, row: int) -> str:
        """The fiscal month of a row, `2026-09`."""
        return self.fiscal.period_at(int(self.months[row]))


def payment_of(library: Library | None, project: int | None) -> Payment | None:
    """The payment terms of a project, None where none are kept."""
    kept = setting(library, project, SETTING)
    if not kept:
        return None
    known = {name: kept[name] for name in asdict(Payment()) if name in kept}
    known["classes"] = tuple(tuple(one) for one in kept.get("classes", ()))
    return Payment(**known)


def payment_from(given: Mapping[str, Any]) -> Payment:
    """Payment terms from JSON; what is not given is as usual. Raises ModelError for the unknown."""
    unknown = sorted(set(given) - set(asdict(Payment())))
    if unknown:
        raise ModelError(f"“{unknown[0]}” is not known", "payment terms")
    known = dict(given)
    try:
        known["classes"] = tuple(
            (str(code), int(days), float(down), float(kept))
            for code, days, down, kept in given.get("classes", ())
        )
        return Payment(**known)
    except (TypeError, ValueError) as error:
        raise ModelError(f"cannot be understood: {error}", "payment terms") from error


def cash_json(report: CashReport) -> dict[str, Any]:
    """The report in the shape of `planbench cash`; money as floats."""
    low, minute = report.peak
    columns = {
        "certified": report.certified,
        "cost": report.cost,
        "in": report.cash.cash_in,
        "out": report.cash.cash_out,
        "interest": report.interest,
        "balance": report.balance,
    }
    return {
        "scenario": asdict(report.scenario),
        "terms": {**asdict(report.payment), "classes": [list(x) for x in report.payment.classes]},
        "peak_need": {"balance": low, "month": report.fiscal.period_at(minute)},
        "remarks": list(report.remarks),
        "months": [
            {
                "month": report.month(row),
                "actual": row < report.now,
                **{name: round(float(one[row]), 2) for name, one in columns.items()},
            }
            for row in range(report.months.size)
        ],
    }


def scenarios_of(library: Library | None, project: int | None) -> tuple[Scenario, ...]:
    """The scenarios of a project: the forecast, the two envelopes, and delays that are kept."""
    kept = setting(library, project, SETTING).get("delays", ())
    delays = tuple(Scenario(str(name), DATES[0], int(days)) for name, days in kept)
    return (Scenario("Forecast"), Scenario("Early", DATES[1]), Scenario("Late", DATES[2]), *delays)


def keep_payment(library: Library, project: int, payment: Payment) -> None:
    """Keep payment terms. Raises ModelError for shares or days that cannot be."""
    shares = (payment.advance, payment.retention, payment.recovery_rate, payment.at_completion)
    if payment.price < 0 or payment.days < 0 or any(not 0 <= share <= 1 for share in shares):
        raise ModelError("shares lie between 0 and 100 %, price and days are not below zero")
    body = {**asdict(payment), "classes": [list(one) for one in payment.classes]}
    keep_setting(library, project, SETTING, "payment terms", **body)


def cash_report(
    document: Document,
    library: Library | None,
    report: ControlReport,
    payment: Payment,
    scenario: Scenario,
) -> CashReport:
    """Cash of a measured document under payment terms and a scenario.

    Raises PlanbenchError without calculated dates or without a cost index to forecast with.
    """
    cpm, cpi = document.cpm, report.measured.values.cpi
    if cpm is None or report.eac is None or cpi is None:
        raise PlanbenchError("there is no forecast yet", document.title, "Cost has to be booked.")
    base, base_cpm, _ = plan_of(document, library)
    rules = rules_of(library, document.library_project)
    scope, _, _ = scope_of(document.schedule, base, base_cpm, rules)
    measured = measure(scope)
    tops, groups = _groups(document, scope)
    start, finish = _spans(document, scope, scenario)
    last = latest(finish, scope.data_date)
    end = last + (payment.defects_months * 31 + payment.days + 93) * DAY
    months = report.fiscal.period_ends(report.measured.start, end)
    now = int(np.searchsorted(months, scope.data_date, side="left")) + 1
    left = np.zeros((scope.start.size, len(tops)))
    np.add.at(left, (scope.item_activity, groups), scope.item_budget - measured.item_ev)
    ahead = _ahead(document, scope, left, start, finish, months[now - 1 :])
    earned, spent, remarks = _past(document, library, report, tops, groups, scope, months[:now])
    costs = np.zeros((months.size, len(tops)))
    costs[:now] = spent
    costs[now - 1 : now - 1 + ahead.shape[0]] += ahead / cpi
    work = np.zeros(months.size)
    work[:now] = earned
    work[now - 1 : now - 1 + ahead.shape[0]] += ahead.sum(axis=1)
    values = report.measured.values
    work *= (payment.price or values.bac) / values.bac
    done = int(np.searchsorted(months, last, side="left"))
    cash = _flow(payment, work, costs, tops, months, done)
    interest = financing(cash.balance, payment.interest / 12.0)
    whole = costs.sum(axis=1)
    return CashReport(
        scenario, payment, months, now, work, whole, cash, interest, tuple(remarks), report.fiscal
    )


def _groups(document: Document, scope: Scope) -> tuple[list[str], Rows]:
    """(top accounts, "" for none; the place of each cost item's top account among them)."""
    from planbench.engines.control.accounts import ancestors_at

    accounts = document.schedule.accounts
    top = ancestors_at(accounts.parent, 0)
    rows = scope.item_account
    of_item = np.where(rows >= 0, top[rows] if top.size else rows, -1)
    keys, place = np.unique(of_item, return_inverse=True)
    names = [str(accounts.code[row]) if row >= 0 else "" for row in keys.tolist()]
    return names, place.ravel().astype(np.int32)


def _spans(document: Document, scope: Scope, scenario: Scenario) -> tuple[Minutes, Minutes]:
    """Start and finish of what remains of every activity of the update."""
    cpm = document.cpm
    assert cpm is not None
    chosen = {
        DATES[0]: (cpm.start, cpm.finish),
        DATES[1]: (cpm.early_start, cpm.early_finish),
        DATES[2]: (cpm.late_start, cpm.late_finish),
    }[scenario.dates]
    n, now = scope.start.size, scope.data_date
    spans = []
    for column, least in zip(chosen, (now, now + 1), strict=True):
        full = np.full(n, NO_TIME, dtype=np.int64)
        full[: column.size] = np.where(
            column == NO_TIME, NO_TIME, np.maximum(column, least) + scenario.delay * DAY
        )
        spans.append(full)
    start, finish = spans
    # what the update dropped is still in the budget: it is spread to the end of the rest
    gone = (start == NO_TIME) | (finish == NO_TIME)
    start[gone], finish[gone] = now, latest(finish, now + 1)
    return start, np.maximum(finish, start + 1)


def _ahead(
    document: Document,
    scope: Scope,
    left: Numbers,
    start: Minutes,
    finish: Minutes,
    months: Minutes,
) -> Numbers:
    """Budget to be earned by month (rows) and top account (columns); they sum to all of it."""
    low, high = earliest(start, scope.data_date), latest(finish, scope.data_date)
    calendars = document.schedule.calendars
    work = build_work_table(calendars, low // DAY - 1, high // DAY + 2)
    own = document.schedule.activities.calendar
    rows = np.zeros(start.size, dtype=np.int32)
    rows[: own.size] = np.maximum(own, 0)
    open_ = np.flatnonzero(np.abs(left).sum(axis=1) > 0)
    columns = rows[open_], start[open_], finish[open_]
    done = [planned_share(work, *columns, int(at)) @ left[open_] for at in months.tolist()]
    return np.diff(np.array(done), axis=0, prepend=np.zeros((1, left.shape[1])))


def _past(
    document: Document,
    library: Library | None,
    report: ControlReport,
    tops: Sequence[str],
    groups: Rows,
    scope: Scope,
    months: Minutes,
) -> tuple[Numbers, Numbers, list[str]]:
    """(earned by month, cost by month and top account, remarks) up to the data date."""
    project = document.library_project
    held = ledger_of(library, project) if library is not None and project is not None else {}
    by_top = np.bincount(groups, scope.item_actual, minlength=len(tops))
    spent = np.zeros((months.size, len(tops)))
    remarks = []
    if held:
        names = {name: place for place, name in enumerate(tops)}
        codes = document.schedule.accounts.code
        borne = {codes[row] for row in np.unique(scope.item_account).tolist() if row >= 0}
        lines = [line for period in held.values() for line in period if line.account in borne]
        for (period, top), amount in by_period(lines, 1).items():
            row = int(np.searchsorted(months, report.fiscal.end_of(period)))
            if 0 <= row < months.size and top in names:
                spent[row, names[top]] += amount
    gap = by_top - spent.sum(axis=0)
    if not held or np.abs(gap).max() > 0.005:
        # no ledger, or one that does not explain everything: spread like the plan
        spent += np.outer(_planned_steps(report, months), gap)
        words = "the ledger does not explain" if held else "is not in a ledger"
        remarks.append(f"Cost that {words} is spread over the months like the plan.")
    earned = _earned_steps(report, months, spent.sum(axis=1))
    remarks.append(
        "Earned value is known at the updates; between them it is shared out by the cost of "
        "the months."
    )
    return earned, spent, remarks


def _planned_steps(report: ControlReport, months: Minutes) -> Numbers:
    """The plan's share of each month among the months given; they sum to 1."""
    measured = report.measured
    curve = np.interp(months, measured.curve_time, measured.curve_pv)
    steps = np.diff(curve, prepend=0.0)
    total = float(steps.sum())
    return steps / total if total else np.full(months.size, 1.0 / months.size)


def _earned_steps(report: ControlReport, months: Minutes, spent: Numbers) -> Numbers:
    """Earned value by month: the steps between updates, shared out by what each month cost."""
    earned = np.zeros(months.size)
    first, before = 0, 0.0
    for point in report.history:
        last = int(np.searchsorted(months, point.data_date, side="left"))
        if last < first:  # two updates in one month
            last = first - 1
            earned[last] += point.values.ev - before
        else:
            weights = np.maximum(spent[first : last + 1], 0.0)
            total = float(weights.sum())
            shares = weights / total if total else np.full(weights.size, 1.0 / weights.size)
            earned[first : last + 1] += (point.values.ev - before) * shares
        first, before = max(first, last + 1), point.values.ev
    return earned


def _flow(
    payment: Payment, work: Numbers, costs: Numbers, tops: Sequence[str], months: Minutes, done: int
) -> Cash:
    """The cash of certified work and of costs by top account."""
    lag, size = _lag(payment.days), months.size
    releases = [(min(done + lag, size - 1), payment.at_completion)]
    if payment.at_completion < 1.0:
        rest = done + payment.defects_months + lag
        releases.append((min(rest, size - 1), 1.0 - payment.at_completion))
    price = float(work.sum())
    terms = Terms(
        price,
        payment.retention,
        tuple(releases),
        lag,
        payment.advance * price,
        payment.recovery_from,
        payment.recovery_rate,
        payment.retention_cap,
        payment.tax,
    )
    known = {one[0]: one for one in payment.classes}
    out = np.zeros(size)
    for place, name in enumerate(tops):
        _, days, down, retention = known.get(name, (name, 30, 0.0, 0.0))
        kind = CostClass(name, _lag(days), down, retention)
        out += payments(costs[:, place], kind, size, tuple(releases))
    ends = work[: size - lag] if lag else work
    return cash_flow(ends, out, terms, size)


def _lag(days: int) -> int:
    """Months from one month to that in which a payment so many days after its end falls."""
    return -(-days // 31)


def sample_payment() -> tuple[Payment, list[list[Any]]]:
    """(payment terms, delay scenarios) of the sample."""
    given: Mapping[str, Any] = read_json(resource("sample", "cash.json"))
    kept, advance, back = given["retention"], given["advance"], given["cost_out"]
    payment = Payment(
        given["contract_price"],
        advance["pct"] / 100,
        advance["recovery_starts_when_certified_pct"] / 100,
        advance["recovery_pct_of_each_certificate"] / 100,
        kept["pct"] / 100,
        kept["cap_pct_of_price"] / 100,
        kept["release"][0]["share_pct"] / 100,
        24,
        given["payment_days_after_assessment"],
        given["vat_pct"] / 100,
        given["interest_on_overdraft_pct"] / 100,
        given["overdraft_limit"],
        tuple(
            (
                one["cbs"],
                one["days"],
                one.get("down_payment_pct", 0) / 100,
                one.get("retention_pct", 0) / 100,
            )
            for one in back
        ),
    )
    # the latest update is already late: only what goes beyond it is a scenario
    shifts = {one["name"]: one["shift_days"] for one in given["delay_scenarios"]}
    reported = shifts["as reported"]
    delays = [[name.capitalize(), days - reported] for name, days in shifts.items()]
    return payment, [delay for delay in delays if delay[1]]


def keep_sample_cash(library: Library, project: int) -> None:
    """The payment terms of the sample, unless it has any. Raises StoreError."""
    if library.read_only or setting(library, project, SETTING):
        return
    payment, delays = sample_payment()
    keep_payment(library, project, payment)
    keep_setting(library, project, SETTING, "delay scenarios", delays=delays)
