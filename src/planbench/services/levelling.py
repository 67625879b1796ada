"""Levelling as a proposal: what would move, by how much, and which resource is the reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from planbench.domain.errors import ModelError
from planbench.domain.times import NO_TIME, to_iso
from planbench.engines.levelling.propose import LevelOptions, LevelResult, level
from planbench.services.document import Document
from planbench.services.hold import refuse_held_back
from planbench.services.jobs import JobContext


def level_options(
    document: Document,
    resources: Sequence[str] = (),
    *,
    within_float: bool = False,
    keep_float_h: float = 0.0,
    over_allocation: float = 0.0,
    priority: Sequence[str] = (),
) -> LevelOptions:
    """Options from resource ids and priority names. Raises ModelError for an unknown resource."""
    codes = document.schedule.resources.code.tolist()
    unknown = [name for name in resources if name not in codes]
    if unknown:
        raise ModelError(f"there is no resource '{unknown[0]}'", "--resource")
    chosen = LevelOptions(
        resources=tuple(codes.index(name) for name in resources),
        within_float=within_float,
        float_to_keep=round(keep_float_h * 60),
        over_allocation=over_allocation,
    )
    if not priority:
        return chosen
    return LevelOptions(**{**chosen.__dict__, "priority": tuple(priority)})


def propose(
    document: Document, options: LevelOptions, context: JobContext | None = None
) -> LevelResult:
    """Level the open schedule; nothing of it is changed.

    Raises Cancelled, ScheduleError, and PlanbenchError where the dates are held back.
    """
    refuse_held_back(document)
    return level(document.schedule, options, None if context is None else context.report)


def shift_rows(document: Document, result: LevelResult) -> list[dict[str, Any]]:
    """The difference table: every activity that would move or stays over a limit."""
    schedule, cpm = document.schedule, document.cpm
    acts, resources = schedule.activities, schedule.resources
    rows = []
    for shift in result.shifts:
        row = shift.activity
        before = NO_TIME if cpm is None else int(cpm.early_start[row])
        before_finish = NO_TIME if cpm is None else int(cpm.early_finish[row])
        rows.append(
            {
                "id": acts.code[row],
                "name": acts.name[row],
                "early_start": to_iso(before),
                "early_finish": to_iso(before_finish),
                "levelled_start": to_iso(int(result.start[row])),
                "levelled_finish": to_iso(int(result.finish[row])),
                "delay_h": shift.delay / 60.0,
                "resource": resources.code[shift.resource],
                "held_by": [acts.code[other] for other in shift.blockers],
                "left_over_limit": shift.over_limit or None,
            }
        )
    return rows


def level_json(document: Document, result: LevelResult) -> dict[str, Any]:
    """Body of `planbench level`."""
    return {
        "finish_before": to_iso(result.finish_before),
        "finish_after": to_iso(result.finish_after),
        "moved": sum(1 for shift in result.shifts if shift.delay),
        "left_over_limit": sum(1 for shift in result.shifts if shift.over_limit),
        "shifts": shift_rows(document, result),
    }
