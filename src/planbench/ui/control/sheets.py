"""What the tables of the cost view show."""

from __future__ import annotations

from planbench.engines.control import budget
from planbench.engines.control import fiscal as fiscal_rules
from planbench.services.control import ControlReport
from planbench.services.cost import CONTINGENCY, MARGIN, ControlAccount, CostReport, fiscal_forecast
from planbench.ui import text
from planbench.ui.control.grid import Sheet, amounts, words
from planbench.ui.control.words import Money, index
from planbench.ui.text import MONTHS as MONTHS
from planbench.ui.translation import tr
from planbench.ui.widgets import Column, Stat

POTS = {
    budget.CONTRACT: tr("Contract budget base"),
    budget.PMB: tr("Performance baseline"),
    budget.RESERVE: tr("Management reserve"),
    budget.UNDISTRIBUTED: tr("Undistributed budget"),
    budget.ACCOUNTS: tr("Control accounts"),
    budget.OVER_TARGET: tr("Over-target budget"),
}

LEDGER_FIELDS = {
    "period": tr("Period or date"),
    "wbs": tr("Control account (WBS)"),
    "account": tr("Cost account"),
    "type": tr("Type of posting"),
    "amount": tr("Amount"),
    "currency": tr("Currency"),
    "order": tr("Order"),
    "text": tr("Text"),
}

FISCAL_RULES = {
    fiscal_rules.MONTH: tr("with the calendar month"),
    fiscal_rules.DATE: tr("on a day of the month"),
    fiscal_rules.WEEKDAY: tr("on the last weekday of the month"),
    "4-4-5": tr("by weeks, 4-4-5"),
    "4-5-4": tr("by weeks, 4-5-4"),
    "5-4-4": tr("by weeks, 5-4-4"),
    fiscal_rules.LISTED: tr("on listed days"),
}

WEEKDAYS = (
    tr("Monday"),
    tr("Tuesday"),
    tr("Wednesday"),
    tr("Thursday"),
    tr("Friday"),
    tr("Saturday"),
    tr("Sunday"),
)

VALUES = (tr("Budget"), tr("Earned"), tr("Actual"), tr("Forecast"))


def cost_figures(report: CostReport, money: Money) -> list[Stat]:
    """The strip above the cost view."""
    frame, held = report.frame, report.agreement
    reserve = report.reserves.get(CONTINGENCY)
    stats = []
    if frame is None:
        stats.append(Stat(tr("Contract budget base"), text.DASH, tr("no budget log yet")))
    else:
        gaps = [name for name, gap in frame.gaps.items() if gap]
        told = (
            tr("identities hold to the cent")
            if not gaps
            else tr("{gaps} does not hold").format(gaps=gaps[0])
        )
        role = "warning" if gaps else "text-muted"
        stats += [
            Stat(tr("Contract budget base"), money.of(frame.contract), told, note_role=role),
            Stat(
                tr("Performance baseline"),
                money.of(frame.baseline),
                tr("{undistributed} undistributed").format(
                    undistributed=money.of(frame.undistributed)
                ),
            ),
        ]
    left = None if reserve is None else reserve.left
    need = tr("no entries yet") if reserve is None else tr("simulate cost in Risk to see the need")
    short = report.headroom is not None and report.headroom < 0
    if report.needed is not None:
        need = tr("{needed} needed at P80").format(needed=money.of(report.needed))
    stats.append(Stat(tr("Contingency left"), money.of(left), need, "warning" if short else "text"))
    if held is None:
        stats.append(Stat(tr("Ledger"), text.DASH, tr("no ledger imported yet")))
    else:
        off = held.gap
        stats += [
            Stat(
                tr("Ledger less actual cost"),
                money.of(off) if off else "0",
                tr("to {period}").format(period=held.period)
                + (tr(", agrees to the cent") if not off else ""),
                "warning" if off else "text",
            ),
            Stat(
                tr("Not allocated yet"),
                money.of(held.unallocated),
                tr("postings without an account"),
            ),
            Stat(tr("Open accruals"), money.of(held.open_accruals), tr("not invoiced yet")),
        ]
    open_ = sum(one.open for one in report.accounts)
    orders = text.counted(len(report.orders), tr("order"), tr("orders"))
    stats.append(Stat(tr("Open commitments"), money.of(open_), orders))
    return stats


def note(table: int, report: CostReport, money: Money) -> str:
    """A few words beside the title of a table, by its number."""
    if table == 5 and report.locked:
        return tr("locked to {locked}").format(locked=report.locked)
    if table == 0:
        return tr("{accounts} meetings of WBS and cost account, {unit}").format(
            accounts=len(report.accounts), unit=money.unit
        )
    if table == 6 and report.moved:
        code, change = max(report.moved.items(), key=lambda one: abs(one[1]))
        return tr("largest drift since the baseline: {code} {signed} points").format(
            code=code, signed=text.signed(100 * change, 2)
        )
    return ""


def accounts(report: CostReport, money: Money) -> Sheet:
    """A row for every control account."""
    rows = report.accounts
    values = [one.values for one in rows]
    return Sheet(
        [
            words("wbs", "WBS", 96, [one.wbs for one in rows]),
            words("work", tr("Work"), 190, [one.wbs_name for one in rows], stretch=True),
            words("account", "CBS", 60, [one.account for one in rows]),
            words("name", tr("Account"), 190, [one.name for one in rows], stretch=True),
            amounts("bac", tr("Budget"), [one.bac for one in values], money),
            amounts("ev", tr("Earned"), [one.ev for one in values], money),
            amounts("ac", tr("Actual"), [one.ac for one in values], money),
            amounts("cv", tr("Variance"), [one.cv for one in values], money, signed=True),
            Column("cpi", "CPI", 58, True, [index(one.cpi) for one in values]),
            amounts("eac", tr("Forecast"), [one.eac for one in rows], money),
            amounts("open", tr("Committed"), [one.open for one in rows], money),
        ],
        len(rows),
        nothing=tr("No activity bears cost."),
    )


def _value(one: ControlAccount, name: str) -> float:
    values = one.values
    known = {tr("Budget"): values.bac, tr("Earned"): values.ev, tr("Actual"): values.ac}
    return known.get(name, one.eac or 0.0)


def matrix(report: CostReport, money: Money, name: str) -> Sheet:
    """WBS nodes down, top cost accounts across."""
    wbs = list(dict.fromkeys((one.wbs, one.wbs_name) for one in report.accounts))
    tops = sorted({one.account.split(".")[0] for one in report.accounts})
    sums: dict[tuple[str, str], float] = {}
    for one in report.accounts:
        key = (one.wbs, one.account.split(".")[0])
        sums[key] = sums.get(key, 0.0) + _value(one, name)
    lines = [*wbs, ("", tr("All"))]
    cells = {
        top: [sums.get((code, top)) for code, _ in wbs]
        + [sum(amount for (_, other), amount in sums.items() if other == top)]
        for top in tops
    }
    whole = [sum(column[row] or 0.0 for column in cells.values()) for row in range(len(lines))]
    columns = [
        words("wbs", "WBS", 96, [code for code, _ in lines]),
        words("work", tr("Work"), 200, [named for _, named in lines], stretch=True),
        *(
            amounts(top, tr("CBS {top}").format(top=top) if top else tr("None"), cells[top], money)
            for top in tops
        ),
        amounts("all", tr("All"), whole, money),
    ]
    return Sheet(columns, len(lines), frozenset({len(lines) - 1}))


def fiscal(report: CostReport, control: ControlReport, money: Money, months: int) -> Sheet:
    """Cost by so many fiscal periods: booked, to come, together and cumulative."""
    rows = fiscal_forecast(control, report, months)
    both = [row.spent + row.forecast for row in rows]
    running = [sum(both[: place + 1]) for place in range(len(both))]
    return Sheet(
        [
            words("label", tr("Fiscal period"), 160, [row.label for row in rows], stretch=True),
            amounts("spent", tr("Booked"), [row.spent for row in rows], money),
            amounts("forecast", tr("To come"), [row.forecast for row in rows], money),
            amounts("both", tr("Together"), both, money),
            amounts("running", tr("Cumulative"), running, money),
        ],
        len(rows),
        nothing=tr("There is neither a ledger nor a forecast."),
    )


def budget_log(report: CostReport, money: Money) -> Sheet:
    """Every change of the budget, oldest first."""
    rows = report.log
    return Sheet(
        [
            words("date", tr("Date"), 96, [one.date for one in rows]),
            words("id", tr("Change"), 90, [one.id for one in rows]),
            words("source", tr("From"), 190, [POTS[one.source] for one in rows]),
            words("target", tr("To"), 190, [POTS[one.target] for one in rows]),
            amounts("amount", tr("Amount"), [one.amount for one in rows], money),
            words("reason", tr("Reason"), 260, [one.reason for one in rows], stretch=True),
        ],
        len(rows),
        nothing=tr(
            "No budget is written down yet. The first changes move budget from the contract "
            "budget base to the performance baseline and the management reserve."
        ),
    )


def reserves(report: CostReport, money: Money) -> Sheet:
    """Every entry of every reserve with what remained."""
    rows = [
        (name, move, left)
        for name, reserve in report.reserves.items()
        for move, left in zip(reserve.moves, reserve.remaining, strict=True)
    ]

    def shown(name: str, amount: float) -> str:
        if name == MARGIN:
            return f"{text.number(amount, 1)} d"
        return text.number(amount / money.factor, 2)

    signs = [budget.MOVES[move.kind] * move.amount for _, move, _ in rows]
    return Sheet(
        [
            words("ledger", tr("Reserve"), 140, [name.capitalize() for name, _, _ in rows]),
            words("date", tr("Date"), 96, [move.date for _, move, _ in rows]),
            words("kind", tr("Entry"), 96, [move.kind.capitalize() for _, move, _ in rows]),
            Column(
                "amount",
                tr("Amount, {unit}").format(unit=money.unit),
                112,
                True,
                [shown(row[0], sign) for row, sign in zip(rows, signs, strict=True)],
                sort_values=signs,
            ),
            Column(
                "left",
                tr("Remaining, {unit}").format(unit=money.unit),
                124,
                True,
                [shown(name, left) for name, _, left in rows],
                sort_values=[left for _, _, left in rows],
            ),
            words("risk", tr("Risk"), 70, [move.risk for _, move, _ in rows]),
            words("account", tr("Account"), 80, [move.account for _, move, _ in rows]),
            words("remark", tr("Remark"), 240, [move.remark for _, move, _ in rows], stretch=True),
        ],
        len(rows),
        nothing=tr("No reserve has an entry yet. Each begins with an opening."),
    )


def ledger(report: CostReport, money: Money) -> Sheet:
    """The periods of the ledger, newest first."""
    rows = list(reversed(report.periods))
    state = [
        tr("Locked") if report.locked and row[0] <= report.locked else tr("Open") for row in rows
    ]
    chips = {
        (place, "state"): "done" if one == tr("Locked") else "neutral"
        for place, one in enumerate(state)
    }
    return Sheet(
        [
            words("period", tr("Period"), 120, [row[0] for row in rows], stretch=True),
            Column("count", tr("Postings"), 90, True, [str(row[2]) for row in rows]),
            amounts("amount", tr("Amount"), [row[1] for row in rows], money),
            words("state", tr("State"), 110, state),
        ],
        len(rows),
        chips=chips,
        nothing=tr(
            "No ledger was imported yet. A CSV or workbook of postings will do: period, cost "
            "account and amount are needed."
        ),
    )


def misfits(report: CostReport, money: Money) -> Sheet:
    """Orphans and double counts."""
    rows = report.misfits
    kinds = {"orphan": tr("Orphan"), "double": tr("Double count")}
    return Sheet(
        [
            words("kind", tr("Kind"), 120, [kinds[one.kind] for one in rows]),
            words("subject", tr("Where"), 220, [one.subject for one in rows]),
            words("words", tr("What"), 320, [one.words for one in rows], stretch=True),
            amounts("amount", tr("Amount"), [one.amount for one in rows], money),
        ],
        len(rows),
        nothing=tr("Every cost is on one WBS node and one account, once."),
    )
