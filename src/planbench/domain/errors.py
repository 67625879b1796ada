"""Errors of the user's world, told in one line: what, where, what to do.

A `PlanbenchError` means that the input or the surroundings cannot be used; the command line
prints it and exits with 2, the window shows it in a banner. Anything else that is raised is a
bug of ours and keeps its traceback.
"""

from __future__ import annotations

from collections.abc import Sequence


class PlanbenchError(Exception):
    """Base of all errors that a user can cause and mend.

    `what` happened, `where` (file, table, row, field) and `mend`, what to do about it.
    """

    def __init__(self, what: str, where: str = "", mend: str = "") -> None:
        self.what = what
        self.where = where
        self.mend = mend
        super().__init__(self.line)

    @property
    def line(self) -> str:
        """The whole message as one line, without what a terminal or a banner cannot show."""
        text = f"{self.where}: {self.what}" if self.where else self.what
        if self.mend:
            text = f"{text.rstrip('.')}. {self.mend}"
        return "".join(filter(str.isprintable, " ".join(text.split())))


class ImportRefused(PlanbenchError):
    """A file that cannot be read as what it claims to be."""


class ScheduleError(PlanbenchError):
    """A network that cannot be scheduled, for example because of a loop."""


_SHOWN = 12


def loop_path(cycle: Sequence[str]) -> str:
    """A loop's activity ids in link order back to the first; of a long loop only the first ones."""
    if not cycle:
        return "?"
    shown = [name if len(name) <= 40 else f"{name[:40]}\u2026" for name in cycle[:_SHOWN]]
    more = [f"{len(cycle) - _SHOWN} more"] if len(cycle) > _SHOWN else []
    return " > ".join([*shown, *more, shown[0]])


class LoopError(ScheduleError):
    """The network has a loop; `cycle` is the shortest one, as activity ids in link order."""

    def __init__(self, cycle: tuple[str, ...], where: str = "") -> None:
        self.cycle = cycle
        super().__init__(
            f"the network has a loop of {len(cycle)} activities: {loop_path(cycle)}",
            where,
            "Remove one of these links and schedule again.",
        )


class StoreError(PlanbenchError):
    """The library file cannot be opened or written (locked, damaged, newer, full, read-only)."""


class ModelError(PlanbenchError):
    """A risk model, ruleset or option that says something impossible."""


class Cancelled(Exception):
    """The user asked for the job to stop."""
