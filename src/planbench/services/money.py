"""Amounts in the unit that suits their size."""

from __future__ import annotations

from planbench.scenes.formats import THIN, number_text

SIGNS = {"EUR": "€", "USD": "$", "GBP": "£"}
"""Signs of currencies that have one everybody reads; others are told by their code."""


class Money:
    """Amounts in one unit, chosen by the size of the budget."""

    def __init__(self, budget: float, currency: str) -> None:
        sign = SIGNS.get(currency, currency)
        steps = ((1e6, "M"), (1e3, "k"), (1.0, ""))
        factor, prefix = next((step for step in steps if abs(budget) >= 10 * step[0]), steps[-1])
        self.factor = factor
        spaced = f" {sign}" if prefix and len(sign) > 1 else sign
        self.unit = f"{prefix}{spaced}".strip()

    def plain(self, amount: float, decimals: int = 1) -> str:
        """The amount in the unit, without naming it."""
        return number_text(amount / self.factor, decimals)

    def of(self, amount: float | None) -> str:
        """`1 207.7 M€`, a dash for none."""
        if amount is None:
            return "\u2014"
        return f"{self.plain(amount)}{THIN}{self.unit}".rstrip(THIN)
