"""Collecting what reading a file had to mend, without drowning the reader in it."""

from __future__ import annotations

from collections import Counter

from planbench.domain.reports import Repair

SHOWN = 25
"""Repairs of one kind in one table that are listed one by one; the rest is counted."""


class Repairs:
    """A list of repairs that counts instead of listing once a kind repeats in a table."""

    def __init__(self) -> None:
        self._listed: list[Repair] = []
        self._counts: Counter[tuple[str, str, str]] = Counter()

    def add(self, code: str, severity: str, where: str, message: str, action: str) -> None:
        """Note one repair; `where` begins with the table's name."""
        key = (code, severity, where.split(" ", 1)[0])
        self._counts[key] += 1
        if self._counts[key] <= SHOWN:
            self._listed.append(Repair(code, severity, where, message, action))

    def result(self) -> tuple[Repair, ...]:
        """All repairs in the order they were found, then the counts of those not listed."""
        rest = [
            Repair(code, severity, table, f"{n - SHOWN} more of the same", "mended alike")
            for (code, severity, table), n in self._counts.items()
            if n > SHOWN
        ]
        return (*self._listed, *rest)
