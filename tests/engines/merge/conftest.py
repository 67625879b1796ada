"""Small plans to merge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from planbench.domain.calendars import ROUND_THE_CLOCK_WEEK, Calendar
from planbench.domain.schedule import (
    Activities,
    ExternalLinks,
    Project,
    Relationships,
    Schedule,
    Wbs,
    make_table,
)
from planbench.domain.times import DAY, from_iso

ALL_DAY = Calendar("1", "Round the clock", ROUND_THE_CLOCK_WEEK, {}, 24.0, 168.0)

Plan = Callable[..., Schedule]


def _plan(
    code: str,
    days: Sequence[int],
    links: Sequence[tuple[int, int, int, int]] = (),  # predecessor, successor, type, lag days
    *,
    uid: str = "1",
    first_uid: int = 100,
    prefix: str = "A",
    data_date: str = "2026-01-01",
    external: Sequence[tuple[int, bool, str, str]] = (),  # activity, incoming, project, activity
    calendars: Sequence[Calendar] = (ALL_DAY,),
    **columns: Any,
) -> Schedule:
    n = len(days)
    duration = np.array(days, dtype=np.int64) * DAY
    start = from_iso(data_date)
    return Schedule(
        projects=(Project(uid, code, code.title(), start, start, calendar=0),),
        calendars=tuple(calendars),
        activities=make_table(
            Activities,
            n,
            **{
                "uid": [str(first_uid + k) for k in range(n)],
                "code": [f"{prefix}{k}" for k in range(n)],
                "name": [f"{code} work {k}" for k in range(n)],
                "project": np.zeros(n),
                "wbs": np.zeros(n),
                "calendar": np.zeros(n),
                "original_duration": duration,
                "remaining_duration": duration,
                "stored_longest_path": np.full(n, -1),
                "levelling_priority": np.full(n, 2),
                **columns,
            },
        ),
        relationships=make_table(
            Relationships,
            len(links),
            uid=[str(k + 1) for k in range(len(links))],
            predecessor=[link[0] for link in links],
            successor=[link[1] for link in links],
            type=[link[2] for link in links],
            lag=[link[3] * DAY for link in links],
        ),
        external_links=make_table(
            ExternalLinks,
            len(external),
            uid=[f"9{k}" for k in range(len(external))],
            activity=[link[0] for link in external],
            incoming=[link[1] for link in external],
            other_project=[link[2] for link in external],
            other_uid=[link[3] for link in external],
            lag=np.zeros(len(external)),
        ),
        wbs=make_table(Wbs, 1, uid=["1"], code=[code], name=[code], parent=[-1], project=[0]),
    )


@pytest.fixture(scope="session")
def plan() -> Plan:
    """A plan of one project in days round the clock: plan(code, days, links, ...)."""
    return _plan
