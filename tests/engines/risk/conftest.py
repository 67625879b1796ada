"""Small networks on a clock that never stops, and runs of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from planbench.domain.calendars import ROUND_THE_CLOCK_WEEK, Calendar
from planbench.domain.schedule import (
    Activities,
    ActivityType,
    LinkType,
    Project,
    Relationships,
    Schedule,
    make_table,
)
from planbench.domain.times import from_iso
from planbench.engines.cpm import prepare, run
from planbench.engines.risk.model import RiskModel, parse_model
from planbench.engines.risk.simulate import RunOptions, simulate

START = from_iso("2026-01-01")


def build(
    durations: Mapping[str, float],
    links: Sequence[tuple[str, str, str, float]],
    calendars: Sequence[Calendar] | None = None,
    calendar: Mapping[str, int] | None = None,
) -> Schedule:
    """A schedule from hours by id and links (from, to, type, lag in hours)."""
    ids = list(durations)
    minutes = [round(hours * 60) for hours in durations.values()]
    n = len(ids)
    activities = make_table(
        Activities,
        n,
        uid=ids,
        code=ids,
        name=ids,
        project=np.zeros(n),
        calendar=[(calendar or {}).get(name, 0) for name in ids],
        original_duration=minutes,
        remaining_duration=minutes,
        type=[ActivityType.TASK if m else ActivityType.START_MILESTONE for m in minutes],
    )
    relationships = make_table(
        Relationships,
        len(links),
        uid=[str(k) for k in range(len(links))],
        predecessor=[ids.index(a) for a, _, _, _ in links],
        successor=[ids.index(b) for _, b, _, _ in links],
        type=[LinkType[kind] for _, _, kind, _ in links],
        lag=[round(lag * 60) for _, _, _, lag in links],
    )
    clock = Calendar("24", "24 h", ROUND_THE_CLOCK_WEEK, {}, 24.0, 168.0)
    return Schedule(
        projects=(Project("1", "P", "P", data_date=START, planned_start=START, calendar=0),),
        calendars=tuple(calendars or (clock,)),
        activities=activities,
        relationships=relationships,
    )


class Runner:
    """Builds, runs, and reads results in hours after the start."""

    start = START
    build = staticmethod(build)

    def __call__(self, schedule: Schedule, model: Any, **options: Any) -> Any:
        network = prepare(schedule)
        given = model if isinstance(model, RiskModel) else parse_model(model)
        chosen = RunOptions(**{"iterations": 102_400, "seed": 7, **options})
        return simulate(network, run(network), given, chosen)

    @staticmethod
    def hours(result: Any) -> Any:
        return (result.finish - START) / 60.0

    @staticmethod
    def ranges(laws: Mapping[str, tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
        return {
            "uncertainty": [
                {
                    "where": {"ids": [name]},
                    "distribution": law,
                    "as": "hours",
                    "parameters": dict(parameters),
                }
                for name, (law, parameters) in laws.items()
            ]
        }


@pytest.fixture(scope="session")
def simulation() -> Callable[..., Any]:
    return Runner()
