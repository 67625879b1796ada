"""What reading a file had to mend, guess or drop."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

SEVERITIES = ("info", "warning", "error")


@dataclass(frozen=True)
class Repair:
    """One thing that was mended: a machine-readable code, where, what, and what was done."""

    code: str
    severity: str  # one of SEVERITIES
    where: str
    message: str
    action: str

    def as_dict(self) -> dict[str, str]:
        """The shape of `repairs` on the command line."""
        return {
            "code": self.code,
            "severity": self.severity,
            "where": self.where,
            "message": self.message,
            "action": self.action,
        }


def counted(repairs: tuple[Repair, ...]) -> dict[str, int]:
    """Number of repairs by code, most frequent first."""
    return dict(Counter(repair.code for repair in repairs).most_common())
