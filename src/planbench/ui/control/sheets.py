"""What the tables of the cost view show."""

from __future__ import annotations

from planbench.engines.control import budget
from planbench.services.control import ControlReport
from planbench.services.cost import CONTINGENCY, MARGIN, ControlAccount, CostReport, fiscal_forecast
from planbench.ui import text
from planbench.ui.control.grid import Sheet, amounts, words
from planbench.ui.control.words import Money, index
from planbench.ui.widgets import Column, Stat
from planbench.ui.widgets.chart import MONTHS as MONTHS

POTS = {
    budget.CONTRACT: "Contract budget base",
    budget.PMB: "Performance baseline",
    budget.RESERVE: "Management reserve",
    budget.UNDISTRIBUTED: "Undistributed budget",
    budget.ACCOUNTS: "Control accounts",
    budget.OVER_TARGET: "Over-target budget",
}

LEDGER_FIELDS = {
    "period": "Period or date",
    "wbs": "Control account (WBS)",
    "account": "Cost account",
    "type": "Type of posting",
    "amount": "Amount",
    "currency": "Currency",
    "order": "Order",
    "text": "Text",
}

VALUES = ("Budget", "Earned", "Actual", "Forecast")


def cost_figures(report: CostReport, money: Money) -> list[Stat]:
    """The strip above the cost view."""
    frame, held = report.frame, report.agreement
    reserve = report.reserves.get(CONTINGENCY)
    stats = []
    if frame is None:
        stats.append(Stat("Contract budget base", text.DASH, "no budget log yet"))
    else:
        gaps = [name for name, gap in frame.gaps.items() if gap]
        told = "identities hold to the cent" if not gaps else f"{gaps[0]} does not hold"
        role = "warning" if gaps else "text-muted"
        stats += [
            Stat("Contract budget base", money.of(frame.contract), told, note_role=role),
            Stat(
                "Performance baseline",
                money.of(frame.baseline),
                f"{money.of(frame.undistributed)} undistributed",
            ),
        ]
    left = None if reserve is None else reserve.left
    need = "no entries yet" if reserve is None else "simulate cost in Risk to see the need"
    short = report.headroom is not None and report.headroom < 0
    if report.needed is not None:
        need = f"{money.of(report.needed)} needed at P80"
    stats.append(Stat("Contingency left", money.of(left), need, "warning" if short else "text"))
    if held is None:
        stats.append(Stat("Ledger", text.DASH, "no ledger imported yet"))
    else:
        off = held.gap
        stats += [
            Stat(
                "Ledger less actual cost",
                money.of(off) if off else "0",
                f"to {held.period}" + (", agrees to the cent" if not off else ""),
                "warning" if off else "text",
            ),
            Stat("Not allocated yet", money.of(held.unallocated), "postings without an account"),
            Stat("Open accruals", money.of(held.open_accruals), "not invoiced yet"),
        ]
    open_ = sum(one.open for one in report.accounts)
    orders = text.counted(len(report.orders), "order")
    stats.append(Stat("Open commitments", money.of(open_), orders))
    return stats


def note(table: int, report: CostReport, money: Money) -> str:
    """A few words beside the title of a table, by its number."""
    if table == 5 and report.locked:
        return f"locked to {report.locked}"
    if table == 0:
        return f"{len(report.accounts)} meetings of WBS and cost account, {money.unit}"
    if table == 6 and report.moved:
        code, change = max(report.moved.items(), key=lambda one: abs(one[1]))
        return f"largest drift since the baseline: {code} {text.signed(100 * change, 2)} points"
    return ""


def accounts(report: CostReport, money: Money) -> Sheet:
    """A row for every control account."""
    rows = report.accounts
    values = [one.values for one in rows]
    return Sheet(
        [
            words("wbs", "WBS", 96, [one.wbs for one in rows]),
            words("work", "Work", 190, [one.wbs_name for one in rows], stretch=True),
            words("account", "CBS", 60, [one.account for one in rows]),
            words("name", "Account", 190, [one.name for one in rows], stretch=True),
            amounts("bac", "Budget", [one.bac for one in values], money),
            amounts("ev", "Earned", [one.ev for one in values], money),
            amounts("ac", "Actual", [one.ac for one in values], money),
            amounts("cv", "Variance", [one.cv for one in values], money, signed=True),
            Column("cpi", "CPI", 58, True, [index(one.cpi) for one in values]),
            amounts("eac", "Forecast", [one.eac for one in rows], money),
            amounts("open", "Committed", [one.open for one in rows], money),
        ],
        len(rows),
        nothing="No activity bears cost.",
    )


def _value(one: ControlAccount, name: str) -> float:
    values = one.values
    known = {"Budget": values.bac, "Earned": values.ev, "Actual": values.ac}
    return known.get(name, one.eac or 0.0)


def matrix(report: CostReport, money: Money, name: str) -> Sheet:
    """WBS nodes down, top cost accounts across."""
    wbs = list(dict.fromkeys((one.wbs, one.wbs_name) for one in report.accounts))
    tops = sorted({one.account.split(".")[0] for one in report.accounts})
    sums: dict[tuple[str, str], float] = {}
    for one in report.accounts:
        key = (one.wbs, one.account.split(".")[0])
        sums[key] = sums.get(key, 0.0) + _value(one, name)
    lines = [*wbs, ("", "All")]
    cells = {
        top: [sums.get((code, top)) for code, _ in wbs]
        + [sum(amount for (_, other), amount in sums.items() if other == top)]
        for top in tops
    }
    whole = [sum(column[row] or 0.0 for column in cells.values()) for row in range(len(lines))]
    columns = [
        words("wbs", "WBS", 96, [code for code, _ in lines]),
        words("work", "Work", 200, [named for _, named in lines], stretch=True),
        *(amounts(top, f"CBS {top}" if top else "None", cells[top], money) for top in tops),
        amounts("all", "All", whole, money),
    ]
    return Sheet(columns, len(lines), frozenset({len(lines) - 1}))


def fiscal(report: CostReport, control: ControlReport, money: Money, first: int) -> Sheet:
    """Cost by fiscal quarter: booked, to come, together and cumulative."""
    rows = fiscal_forecast(control, report, first)
    both = [row.spent + row.forecast for row in rows]
    running = [sum(both[: place + 1]) for place in range(len(both))]
    return Sheet(
        [
            words("label", "Fiscal period", 160, [row.label for row in rows], stretch=True),
            amounts("spent", "Booked", [row.spent for row in rows], money),
            amounts("forecast", "To come", [row.forecast for row in rows], money),
            amounts("both", "Together", both, money),
            amounts("running", "Cumulative", running, money),
        ],
        len(rows),
        nothing="There is neither a ledger nor a forecast.",
    )


def budget_log(report: CostReport, money: Money) -> Sheet:
    """Every change of the budget, oldest first."""
    rows = report.log
    return Sheet(
        [
            words("date", "Date", 96, [one.date for one in rows]),
            words("id", "Change", 90, [one.id for one in rows]),
            words("source", "From", 190, [POTS[one.source] for one in rows]),
            words("target", "To", 190, [POTS[one.target] for one in rows]),
            amounts("amount", "Amount", [one.amount for one in rows], money),
            words("reason", "Reason", 260, [one.reason for one in rows], stretch=True),
        ],
        len(rows),
        nothing="No budget is written down yet. The first changes move budget from the contract "
        "budget base to the performance baseline and the management reserve.",
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
            words("ledger", "Reserve", 140, [name.capitalize() for name, _, _ in rows]),
            words("date", "Date", 96, [move.date for _, move, _ in rows]),
            words("kind", "Entry", 96, [move.kind.capitalize() for _, move, _ in rows]),
            Column(
                "amount",
                f"Amount, {money.unit}",
                112,
                True,
                [shown(row[0], sign) for row, sign in zip(rows, signs, strict=True)],
                sort_values=signs,
            ),
            Column(
                "left",
                f"Remaining, {money.unit}",
                124,
                True,
                [shown(name, left) for name, _, left in rows],
                sort_values=[left for _, _, left in rows],
            ),
            words("risk", "Risk", 70, [move.risk for _, move, _ in rows]),
            words("account", "Account", 80, [move.account for _, move, _ in rows]),
            words("remark", "Remark", 240, [move.remark for _, move, _ in rows], stretch=True),
        ],
        len(rows),
        nothing="No reserve has an entry yet. Each begins with an opening.",
    )


def ledger(report: CostReport, money: Money) -> Sheet:
    """The periods of the ledger, newest first."""
    rows = list(reversed(report.periods))
    state = ["Locked" if report.locked and row[0] <= report.locked else "Open" for row in rows]
    chips = {
        (place, "state"): "done" if one == "Locked" else "neutral"
        for place, one in enumerate(state)
    }
    return Sheet(
        [
            words("period", "Period", 120, [row[0] for row in rows], stretch=True),
            Column("count", "Postings", 90, True, [str(row[2]) for row in rows]),
            amounts("amount", "Amount", [row[1] for row in rows], money),
            words("state", "State", 110, state),
        ],
        len(rows),
        chips=chips,
        nothing="No ledger was imported yet. A CSV or workbook of postings will do: period, cost "
        "account and amount are needed.",
    )


def misfits(report: CostReport, money: Money) -> Sheet:
    """Orphans and double counts."""
    rows = report.misfits
    kinds = {"orphan": "Orphan", "double": "Double count"}
    return Sheet(
        [
            words("kind", "Kind", 120, [kinds[one.kind] for one in rows]),
            words("subject", "Where", 220, [one.subject for one in rows]),
            words("words", "What", 320, [one.words for one in rows], stretch=True),
            amounts("amount", "Amount", [one.amount for one in rows], money),
        ],
        len(rows),
        nothing="Every cost is on one WBS node and one account, once.",
    )
