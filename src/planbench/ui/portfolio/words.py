"""Amounts, quarters and decisions as this workspace writes them, and the colour of a bucket."""

from __future__ import annotations

from PySide6.QtGui import QColor

from planbench.engines.portfolio.register import Register
from planbench.engines.portfolio.timing import Assumptions
from planbench.ui import text
from planbench.ui.theme import current_theme
from planbench.ui.translation import tr

ICONS = {
    "launch": "check",
    "continue": "check",
    "delay": "clock",
    "pause": "pause",
    "hold": "minus",
    "stop": "x",
}
"""Pictures of the decisions; the word always stands beside them."""


def money(amount: float | None) -> str:
    """An amount: whole from 100 on, else with one decimal."""
    if amount is None:
        return text.DASH
    return text.number(amount, 0 if abs(amount) >= 99.95 else 1)


def change(amount: float) -> str:
    """The same with its sign."""
    return text.signed(amount, 0 if abs(amount) >= 99.95 else 1)


def percent(share: float | None) -> str:
    """A share in whole percent, a dash for none."""
    return text.DASH if share is None else text.percent(share, 0)


def unit(register: Register) -> str:
    """The unit of money as headers write it: `million EUR` becomes `MEUR`."""
    given = register.settings.unit
    return "M" + given[8:] if given.startswith("million ") else given


def call_name(register: Register, project: str) -> str:
    """What people call a project: the first word of its name."""
    name = register.by_id[project].name
    return name.split()[0] if name else project


def groups(register: Register) -> tuple[str, ...]:
    """The buckets, those with a target first."""
    named = [*register.settings.bucket_targets_pct, *(p.bucket for p in register.open_projects)]
    return tuple(dict.fromkeys(name for name in named if name))


def group_colour(register: Register, bucket: str) -> QColor:
    """The colour of a bucket; grey for none."""
    names = groups(register)
    if bucket not in names:
        return current_theme().color("loe")
    colours = current_theme().categorical
    order = (0, 6, 2, 1, 3, 7, 5, 4)
    return colours[order[names.index(bucket) % len(order)]]


def on_fill(colour: QColor) -> QColor:
    """Black or white ink, whichever reads better on a fill."""
    light = 0.299 * colour.redF() + 0.587 * colour.greenF() + 0.114 * colour.blueF()
    return QColor("#161B25") if light > 0.55 else QColor("#FFFFFF")


def suppositions(given: Assumptions) -> str:
    """What the assumptions change, in a few words; empty for nothing."""
    said = []
    if not given.use_budgets:
        said.append(tr("no yearly budgets"))
    elif given.budget_factor != 1.0:
        said.append(
            tr("budgets at {budget_factor}").format(budget_factor=percent(given.budget_factor))
        )
    if not given.use_capacity:
        said.append(tr("no capacity limits"))
    elif given.capacity_factor != 1.0:
        said.append(
            tr("capacity at {capacity_factor}").format(
                capacity_factor=percent(given.capacity_factor)
            )
        )
    if given.total_budget is not None:
        said.append(tr("{total_budget} in all").format(total_budget=money(given.total_budget)))
    if given.discount_rate is not None:
        said.append(
            tr("discount rate {discount_rate}").format(
                discount_rate=text.percent(given.discount_rate)
            )
        )
    if given.cost_factor != 1.0:
        said.append(tr("cost at {cost_factor}").format(cost_factor=percent(given.cost_factor)))
    if given.benefit_factor != 1.0:
        said.append(
            tr("benefits at {benefit_factor}").format(benefit_factor=percent(given.benefit_factor))
        )
    for word, names in (("in", given.force_in), ("out", given.force_out)):
        if names:
            said.append(tr("{names} forced {word}").format(names=", ".join(names), word=word))
    if given.cover:
        said.append(tr("{cover} covered").format(cover=", ".join(given.cover)))
    said += ["carry-over"] * given.carry_over + ["hiring"] * given.hire
    if given.objective == "score":
        said.append(tr("priority as objective"))
    if given.bucket_tolerance_pct is not None:
        said.append(
            tr("buckets within {bucket_tolerance_pct} points").format(
                bucket_tolerance_pct=money(given.bucket_tolerance_pct)
            )
        )
    return ", ".join(said)
