"""Made-up schedules of any size, for benchmarks and tests.

The network has the shape of real programmes: many parallel lines of work, each some hundred
activities long, with logic that is mostly local and now and then ties neighbouring lines
together. Everything follows from the seed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planbench.domain.calendars import ROUND_THE_CLOCK_WEEK, Calendar, Shifts
from planbench.domain.schedule import (
    Activities,
    ActivityType,
    LinkType,
    Project,
    Relationships,
    Rows,
    Schedule,
    Wbs,
    make_table,
)
from planbench.domain.times import from_iso, minutes_column

LINE = 120
"""Activities of one line of work: bounds the depth of the network, and so its length in years."""

PACKAGE = 12
"""Activities of one lowest WBS node."""

AREA = 10
"""Lines of one top WBS node."""

SMALL = 64
"""Up to this size any pair of activities may be linked."""

_START = "2026-01-05"


def synthetic_schedule(n_activities: int, n_links: int, seed: int = 1) -> Schedule:
    """A schedule of one unprogressed project without loops, the same for the same arguments.

    Three WBS levels below the project's node, four calendars, 80 % finish-to-start, 8 % SS, 10 %
    FF and 2 % SF links, a fifth of them with a lag, few of those negative. About one activity in
    fifty is a milestone. No two links join the same pair.

    Raises ValueError for no activities or more links than there are pairs to choose from.
    """
    if n_activities < 1 or n_links < 0:
        raise ValueError("a synthetic schedule needs at least one activity")
    random = np.random.default_rng(seed)
    wbs, package = _wbs(n_activities)
    activities = _activities(n_activities, package, random)
    predecessor, successor = _pairs(n_activities, n_links, random)
    relationships = make_table(
        Relationships,
        n_links,
        uid=[str(row + 1) for row in range(n_links)],
        predecessor=predecessor,
        successor=successor,
        type=random.choice(
            [LinkType.FS, LinkType.SS, LinkType.FF, LinkType.SF],
            n_links,
            p=[0.80, 0.08, 0.10, 0.02],
        ),
        lag=_lags(n_links, random),
    )
    start = from_iso(_START)
    project = Project(
        "1", "SYN", "Synthetic programme", data_date=start, planned_start=start, calendar=0
    )
    return Schedule(
        projects=(project,),
        calendars=_calendars(),
        activities=activities,
        relationships=relationships,
        wbs=wbs,
    )


def _calendars() -> tuple[Calendar, ...]:
    """Office week, six long days, round the clock, and two shifts with holidays."""
    office: Shifts = ((480, 720), (780, 1020))
    long_day: Shifts = ((420, 720), (780, 1080))
    shifts: Shifts = ((360, 840), (870, 1350))
    first = from_iso(_START) // 1440
    holidays: dict[int, Shifts] = {}
    for year in range(12):
        new_year = first - 4 + round(year * 365.25)
        holidays[new_year] = ()
        holidays.update({new_year + 120 + k: () for k in range(3)})
        holidays[new_year + 357] = ((360, 840),)
    return (
        Calendar("1", "Office week", (office,) * 5 + ((), ())),
        Calendar("2", "Six long days", (long_day,) * 6 + ((),), {}, 10.0, 60.0),
        Calendar("3", "Round the clock", ROUND_THE_CLOCK_WEEK, {}, 24.0, 168.0),
        Calendar("4", "Two shifts", (shifts,) * 5 + ((), ()), holidays, 16.0, 80.0),
    )


def _wbs(n: int) -> tuple[Wbs, Rows]:
    """The WBS (project, areas, lines, packages) and each activity's package."""
    n_lines = -(-n // LINE)
    n_areas = -(-n_lines // AREA)
    lines, packages = np.arange(n_lines), np.arange(-(-n // PACKAGE))
    first_line, first_package = 1 + n_areas, 1 + n_areas + n_lines
    parent = np.concatenate(
        ([-1], np.zeros(n_areas), 1 + lines // AREA, first_line + packages * PACKAGE // LINE)
    )
    code = ["SYN"]
    code += [f"{row + 1:02d}" for row in range(n_areas)]
    code += [f"L{row % AREA + 1:02d}" for row in range(n_lines)]
    code += [f"P{row % (LINE // PACKAGE) + 1:02d}" for row in range(packages.size)]
    name = ["Synthetic programme"]
    name += [f"Area {row + 1}" for row in range(n_areas)]
    name += [f"Line {row + 1}" for row in range(n_lines)]
    name += [f"Package {row + 1}" for row in range(packages.size)]
    table = make_table(
        Wbs,
        parent.size,
        uid=[str(row + 1) for row in range(parent.size)],
        code=code,
        name=name,
        parent=parent,
        project=np.zeros(parent.size),
    )
    return table, (first_package + np.arange(n) // PACKAGE).astype(np.int32)


def _activities(n: int, package: Rows, random: np.random.Generator) -> Activities:
    kind = random.choice(
        [ActivityType.TASK, ActivityType.START_MILESTONE, ActivityType.FINISH_MILESTONE],
        n,
        p=[0.98, 0.005, 0.015],
    )
    calendar = random.choice(4, n, p=[0.55, 0.25, 0.05, 0.15])
    day = np.array([480, 600, 1440, 960])[calendar]
    days = 1 + np.minimum(random.geometric(0.22, n), 39)
    duration = np.where(kind == ActivityType.TASK, days * day, 0)
    return make_table(
        Activities,
        n,
        uid=[str(row + 1) for row in range(n)],
        code=[f"A{10 * (row + 1):07d}" for row in range(n)],
        name=[f"Activity {row % LINE + 1} of line {row // LINE + 1}" for row in range(n)],
        project=np.zeros(n),
        wbs=package,
        calendar=calendar,
        type=kind,
        original_duration=duration,
        remaining_duration=duration,
        stored_longest_path=np.full(n, -1),
        levelling_priority=np.full(n, 2),
        planned_start=minutes_column(n, from_iso(_START)),
    )


def _lags(n: int, random: np.random.Generator) -> npt.NDArray[np.int64]:
    """Four links in five without a lag, one in fifty with a lead, whole days of eight hours."""
    days = np.where(random.random(n) < 0.1, -random.integers(1, 3, n), random.integers(1, 8, n))
    return np.where(random.random(n) < 0.2, days * 480, 0)


def _pairs(
    n: int, n_links: int, random: np.random.Generator
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Different pairs (predecessor, successor); the position within the line always grows."""
    if n <= SMALL:
        before, after = np.triu_indices(n, 1)
        if n_links > before.size:
            raise ValueError(f"{n} activities have only {before.size} pairs to link")
        chosen = random.permutation(before.size)[:n_links]
        return before[chosen], after[chosen]
    rows = np.arange(n, dtype=np.int64)
    spine = rows[rows % LINE > 0]
    back = np.minimum(random.geometric(0.7, spine.size), spine % LINE)
    keys = spine * n + spine - back
    for _ in range(64):
        if keys.size >= n_links:
            break
        fresh = _tie(n, 2 * (n_links - keys.size) + 16, random)
        keys = np.concatenate((keys, fresh))
        keys = keys[np.sort(np.unique(keys, return_index=True)[1])]
    if keys.size < n_links:
        raise ValueError(f"{n_links} links are too many for {n} activities of this shape")
    chosen = np.sort(keys[:n_links])
    return chosen % n, chosen // n


def _tie(n: int, wanted: int, random: np.random.Generator) -> npt.NDArray[np.int64]:
    """Keys `successor * n + predecessor` of random local ties, most of them within a line."""
    successor = random.integers(0, n, wanted)
    across = random.random(wanted) < 0.3
    back = np.where(across, random.integers(1, 21, wanted), random.integers(1, 10, wanted))
    lines = np.where(across, random.integers(-5, 6, wanted), 0)
    predecessor = successor + lines * LINE - back
    good = (successor % LINE >= back) & (predecessor >= 0) & (predecessor < n)
    keys: npt.NDArray[np.int64] = (successor * n + predecessor)[good]
    return keys
