"""What reading a file gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from planbench.domain.reports import Repair
from planbench.domain.schedule import Schedule
from planbench.exchange.xer.document import XerDocument

Progress = Callable[[int, int, str], None]
"""Called with (done, total, what); may raise `Cancelled`."""


@dataclass(frozen=True, eq=False)
class Imported:
    """A schedule, what had to be mended to get it, and the file's own tables where it is an XER."""

    schedule: Schedule
    repairs: tuple[Repair, ...] = ()
    raw: XerDocument | None = None
