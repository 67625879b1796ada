"""Running a risk model on a calculated schedule: blocks of iterations on some threads.

Every block is a pure function of the model, the seed and its number, and all sums are of whole
numbers; so the result is the same for any number of threads, width of blocks and order of work.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from planbench.domain.errors import ModelError
from planbench.domain.schedule import Numbers, Rows, Schedule
from planbench.domain.times import DAY, NO_TIME, Minutes, latest
from planbench.engines.cpm.columns import Network
from planbench.engines.cpm.result import CpmResult
from planbench.engines.risk import passes, sampling
from planbench.engines.risk.clock import instants_all, work_all, work_at
from planbench.engines.risk.cost import cost_of_runs, resource_bands
from planbench.engines.risk.lens import Lens
from planbench.engines.risk.measures import Replay, activity_measures
from planbench.engines.risk.microscope import Microscope
from planbench.engines.risk.model import RiskModel
from planbench.engines.risk.network import SimNetwork, build_network
from planbench.engines.risk.result import RiskResult
from planbench.engines.risk.selection import watched_rows
from planbench.engines.risk.variables import Bound, bind
from planbench.engines.risk.weather import Lost, bind_weather, without_weather

MOST_ITERATIONS = 1_000_000
MOST_WATCHED = 200
_WIDEST, _NARROWEST = 256, 32  # iterations a block; every width divides a replicate
_ROWS_BYTES = 280_000_000  # of all threads' rows: the width is halved until they fit
_ALL_BYTES = 420_000_000  # of all threads' rows and sums: fewer threads where they would not fit
_PILOT = _WIDEST  # iterations that find the range of the histograms, for any width
_YEAR = 366
_LONGEST = 300 * _YEAR  # days of horizon beyond which ranges make no sense


@dataclass(frozen=True)
class RunOptions:
    """How to run. `threads` 0 takes all cores; `width` 0 chooses the block by the network."""

    iterations: int = 10_000
    seed: int = 1
    threads: int = 0
    sampling: str = "lhs"
    mitigated: bool = False
    paths: bool = True
    statistics: bool = True
    cost: bool = True
    width: int = 0
    project: int = -1  # whose finish counts; the main project when negative


@dataclass(frozen=True)
class Setting:
    """All that a block needs besides its number."""

    sim: SimNetwork
    bound: Bound
    sky: Lost
    scores: Numbers
    options: RunOptions
    reference: int  # calculated finish on the project's axis
    base: Any  # calculated finish of every activity on its axis
    width: int
    done: int  # calculated finish by the clock of the horizon: that of a project without open work

    @property
    def key(self) -> tuple[Any, Any]:
        """The seed as the two words of the generator's key."""
        seed = self.options.seed & 0xFFFFFFFFFFFFFFFF
        return np.uint32(seed & 0xFFFFFFFF), np.uint32(seed >> 32)

    @property
    def strata(self) -> bool:
        """Whether numbers are stratified."""
        return self.options.sampling == "lhs"


def simulate(
    network: Network,
    cpm: CpmResult,
    model: RiskModel,
    options: RunOptions | None = None,
    progress: Callable[[int, int], None] | None = None,
    runner: Runner | None = None,
) -> RiskResult:
    """Simulate a prepared and calculated network.

    `runner` runs the blocks elsewhere, for example `planbench.engines.risk.cluster.Cluster.run`,
    with the same result. `progress(done, total)` is called on the caller's thread some twenty
    times a second with iterations; whatever it raises ends the run at once and comes through (its
    threads end with their block).
    Raises ModelError when the model does not fit the schedule or its ranges make no sense.
    """
    options = _checked(options or RunOptions())
    began = time.perf_counter()
    schedule = network.schedule
    project = options.project if options.project >= 0 else schedule.main_project
    watched = _watched(schedule, network, model)
    options = replace(options, project=project)

    def check() -> None:
        if progress is not None:
            progress(0, options.iterations)

    setting, pilot = _setting(network, cpm, model, options, watched, check)
    prepared = time.perf_counter()
    while True:
        at = [_places(setting.sim, rows) for rows in watched.values()]
        finish, seen, sums = (runner or run_here)(setting, pilot, at, progress)
        if not _beyond(setting.sim, finish):
            break
        setting = _widened(setting, network, cpm, model, watched)
        pilot = _pilot(setting, check)
    simulated = time.perf_counter()
    measured = activity_measures(setting, schedule, sums, finish, cpm.early_finish)
    instants = setting.sim.clock(finish)
    replay = Replay(setting, network, instants)
    cost = None
    if options.cost:
        cost = cost_of_runs(setting, schedule, model, replay, instants, cpm, check)
    return RiskResult(
        cost=cost,
        iterations=options.iterations,
        seed=options.seed,
        sampling=options.sampling,
        mitigated=options.mitigated,
        project=project,
        finish=instants,
        digest=hashlib.sha256(instants.astype("<i8").tobytes()).hexdigest(),
        deterministic=int(cpm.project_finish[project]),
        **measured,
        watch=_watch_vectors(setting.sim, watched, seen, cpm),
        watch_deterministic={name: int(cpm.finish[rows].max()) for name, rows in watched.items()},
        idle=setting.bound.idle,
        correlated=setting.bound.correlated,
        left_out=(*without_weather(setting.sim), *_left_early(setting)),
        schedule_digest=schedule.digest,
        seconds={
            "prepare": prepared - began,
            "simulate": simulated - prepared,
            "measures": time.perf_counter() - simulated,
        },
        threads=_threads(options),
        _rank_correlation=replay.rank_correlation,
        _significance=replay.significance,
        _achieved=lambda entry: replay.achieved(entry.ids),
        _load=lambda code, edges: resource_bands(setting, schedule, code, instants, cpm, edges),
        _microscope=Microscope(setting, network, cpm, model),
        _lens=Lens(setting, network, cpm, model, replay),
    )


def _checked(options: RunOptions) -> RunOptions:
    if not 1 <= options.iterations <= MOST_ITERATIONS:
        raise ModelError(
            f"{options.iterations} iterations are not possible", "risk", "Use 1 to 1,000,000."
        )
    if options.sampling not in ("lhs", "mc"):
        raise ModelError(f"unknown sampling '{options.sampling}'", "risk", "Use lhs or mc.")
    return options


def _threads(options: RunOptions) -> int:
    import os

    return max(options.threads if options.threads > 0 else os.cpu_count() or 1, 1)


def _watched(schedule: Schedule, network: Network, model: RiskModel) -> dict[str, Rows]:
    """Rows with logic of their own of everything that is watched, by its name."""
    if len(model.watch) > MOST_WATCHED:
        raise ModelError(f"more than {MOST_WATCHED} activities are watched", "watch")
    taking_part = np.zeros(len(schedule), dtype=np.bool_)
    taking_part[network.order] = True
    found: dict[str, Rows] = {}
    for name in model.watch:
        rows = watched_rows(schedule, name)
        found[name] = rows[taking_part[rows]]
        if not found[name].size:
            raise ModelError(
                f"{name} spans other work and has no logic of its own",
                "watch",
                "Watch a task, a milestone or a WBS element with work.",
            )
    return found


def _places(sim: SimNetwork, rows: Rows) -> Any:
    """Positions of those of some activities that runs can move."""
    places = sim.position[rows].astype(np.int64)
    return places[places >= 0]


def _setting(
    network: Network,
    cpm: CpmResult,
    model: RiskModel,
    options: RunOptions,
    watched: dict[str, Rows],
    check: Callable[[], None] = lambda: None,
) -> tuple[Setting, Any]:
    """Bind everything over a horizon that is long enough for a pilot run.

    `check` is called between steps and may raise to end it.
    """
    last = latest(cpm.early_finish, int(network.data_date.max()))
    span = max(last - int(network.data_date.min()), 0) // DAY
    last_day = last // DAY + 2 * span + 2 * _YEAR
    bound: Bound | None = None
    while True:
        readings = _readings(network.schedule, model, watched)
        check()
        sim = build_network(network, cpm, options.project, last_day, readings)
        if bound is None:
            check()
            rows = sim.plan.node
            bound = bind(model, network.schedule, rows, cpm.remaining_duration, options.mitigated)
        setting = _bound_setting(sim, bound, model, options, cpm)
        pilot = _pilot(setting, check)
        need = _last_day_needed(setting, pilot)
        if need <= last_day:
            return setting, pilot
        if need - last // DAY > _LONGEST:
            raise ModelError(
                "the ranges push the finish out by centuries", "risk model", "Check the unit."
            )
        last_day = need + span + _YEAR


def _readings(schedule: Schedule, model: RiskModel, watched: dict[str, Rows]) -> Rows:
    """Rows whose clock readings are wanted: the watched ones, and those that decide branches."""
    codes = [path.activity for branch in model.branches for path in branch.paths if path.activity]
    found = [schedule.row_of_code[code] for code in codes if code in schedule.row_of_code]
    return np.concatenate([*watched.values(), np.array(found, dtype=np.int32)]).astype(np.int32)


def setting_with_readings(
    setting: Setting, network: Network, cpm: CpmResult, model: RiskModel
) -> Setting:
    """The same runs, with the clock readings of every activity."""
    last_day = setting.sim.axes.last_minute // DAY
    sim = build_network(network, cpm, setting.options.project, last_day, network.order)
    return _bound_setting(sim, setting.bound, model, setting.options, cpm)


def _bound_setting(
    sim: SimNetwork, bound: Bound, model: RiskModel, options: RunOptions, cpm: CpmResult
) -> Setting:
    finish = cpm.early_finish[sim.plan.node] - sim.axes.first_minute
    base = np.zeros(sim.size, dtype=np.int64)
    work_all(sim.axes.head, sim.axes.work, sim.plan.calendar, finish, base)
    end = int(cpm.project_finish[options.project])
    if end == NO_TIME:
        raise ModelError("the project has no dates that could move", "risk")
    done = end - sim.axes.first_minute
    reference = work_at(sim.axes.head, sim.axes.work, sim.project_calendar, max(done, 0))
    width = options.width or _width(sim.size, options)
    sky = bind_weather(model.weather, sim.network.schedule, sim)
    return Setting(sim, bound, sky, _score_table(), options, int(reference), base, width, done)


def _width(activities: int, options: RunOptions) -> int:
    """Iterations a block: many, so that what a row costs besides counts little."""
    width = _WIDEST
    while width > _NARROWEST and (
        activities * width * passes.CELL_BYTES * _threads(options) > _ROWS_BYTES
        or width * 4 * _threads(options) > options.iterations
    ):
        width //= 2
    return width


def _threads_that_fit(setting: Setting) -> int:
    """The wanted threads, or as many as the memory for their rows and sums allows."""
    wanted = _threads(setting.options)
    each = setting.sim.size * (setting.width * passes.CELL_BYTES + passes.SUM_BYTES)
    return max(min(wanted, _ALL_BYTES // max(each, 1)), 1)


def _widened(
    setting: Setting,
    network: Network,
    cpm: CpmResult,
    model: RiskModel,
    watched: dict[str, Rows],
) -> Setting:
    """The same over twice the horizon, for the rare run that outran it."""
    axes = setting.sim.axes
    days = (axes.last_minute - axes.first_minute) // DAY
    if days > _LONGEST:
        raise ModelError(
            "the ranges push the finish out by centuries", "risk model", "Check the unit."
        )
    readings = _readings(network.schedule, model, watched)
    last_day = axes.last_minute // DAY + days
    sim = build_network(network, cpm, setting.options.project, last_day, readings)
    return _bound_setting(sim, setting.bound, model, setting.options, cpm)


def _score_table() -> Numbers:
    """The normal distribution function from -8 to 8, on a fixed grid of values."""
    from scipy.special import ndtr

    steps = 2 * sampling.SCORE_END * sampling.SCORE_STEPS
    scores = np.arange(steps + 1) / sampling.SCORE_STEPS - sampling.SCORE_END
    made: Numbers = np.round(ndtr(scores) * 2.0**40) / 2.0**40
    return made


def make_rows(setting: Setting) -> passes.Rows:
    """Working memory of one thread."""
    n, width, x = setting.sim.size, setting.width, setting.bound.variables
    duration = np.empty((n, width), dtype=np.int32)
    duration[:] = x.base[:, None]
    return passes.Rows(
        np.zeros((2 * n, width), dtype=np.int32),
        np.zeros((2 * n, width), dtype=np.int32),
        duration,
        np.zeros((n, width), dtype=np.uint8),
        np.zeros(n, dtype=np.uint8),
        np.zeros((8, width), dtype=np.int32),
        np.zeros(width, dtype=np.uint32),
        np.zeros((6, width)),
        np.zeros((max(x.groups.shape[0], 1), width)),
        np.zeros((max(x.driver_i.shape[0], 1), width)),
        np.zeros((max(x.impact_i.shape[0], 1), width)),
        np.zeros((x.risk_i.shape[0], width), dtype=np.uint8),
        np.zeros(width, dtype=np.int32),
        np.zeros(width, dtype=np.int32),
        np.zeros((x.options.shape[0], width), dtype=np.uint8),
        np.zeros(x.options.shape[0], dtype=np.uint8),
        np.zeros((*setting.sky.leave.shape, width), dtype=np.uint8),
        np.zeros((2, width), dtype=np.uint32),
    )


def make_sums(setting: Setting, low: Any, factor: Any) -> passes.Sums:
    """Empty sums with the edges of the histograms."""
    n = setting.sim.size
    zeros = [np.zeros(n, dtype=np.int64) for _ in range(7)]
    bins = np.zeros((n, passes.BINS), dtype=np.uint32)
    columns: Any = (*zeros, bins, low, factor, setting.base.astype(np.int32))
    return passes.Sums(*columns)


def run_block(
    setting: Setting, rows: passes.Rows, sums: passes.Sums, first: int, live: int, full: bool
) -> None:
    """One block; without `full` dates only."""
    sim, options = setting.sim, setting.options
    k0, k1 = setting.key
    passes.run_block(
        sim.plan,
        sim.axes,
        setting.bound.variables,
        setting.scores,
        sim.work,
        sim.network.shares,
        rows,
        sums,
        first,
        live,
        k0,
        k1,
        setting.strata,
        sim.project_calendar,
        setting.reference,
        full and options.paths,
        full and options.statistics,
        setting.sky,
    )


def _pilot(setting: Setting, check: Callable[[], None]) -> tuple[Any, Any]:
    """(smallest, largest) finish of every activity on its axis over the first iterations."""
    rows = make_rows(setting)
    nothing = np.zeros(setting.sim.size)
    sums = make_sums(setting, nothing.astype(np.int32), nothing)
    low = high = setting.base.copy()
    for first in range(0, _PILOT, setting.width):
        check()
        run_block(setting, rows, sums, first, setting.width, full=False)
        finish = rows.work[1::2]
        low = np.minimum(low, finish.min(axis=1))
        high = np.maximum(high, finish.max(axis=1))
    return low, high


def _last_day_needed(setting: Setting, pilot: tuple[Any, Any]) -> int:
    """Day beyond which hardly any run gets, judged by the pilot."""
    sim = setting.sim
    if not sim.size:
        return 0
    far = np.zeros(sim.size, dtype=np.int64)
    as_start = np.zeros(sim.size, dtype=np.bool_)
    instants_all(sim.axes.head, sim.axes.clock, sim.plan.calendar, pilot[1], as_start, far)
    days = int(far.max() + sim.axes.first_minute) // DAY
    start = int(sim.network.data_date.min()) // DAY
    return days + max(days - start, 0) // 3 + 60


def _beyond(sim: SimNetwork, finish: Any) -> bool:
    """Whether a run came near the end of the horizon."""
    limit = sim.axes.last_minute - sim.axes.first_minute - 30 * DAY
    return bool(finish.size and finish.max() >= limit)


Ran = tuple[Any, Any, passes.Sums]
"""Of some runs: finish by the clock of the horizon, the same of watched activities, and sums."""

Tell = Callable[[int, int], None]
Runner = Callable[[Setting, tuple[Any, Any], list[Any], Tell | None], Ran]
"""Runs all iterations: setting, pilot, positions of what is watched, progress."""


def run_here(setting: Setting, pilot: tuple[Any, Any], at: list[Any], progress: Tell | None) -> Ran:
    """All iterations, on threads of this process."""
    threads = _threads_that_fit(setting)
    return run_range(setting, pilot, at, range(setting.options.iterations), threads, progress)


def _left_early(setting: Setting) -> tuple[str, ...]:
    """In words, what is as late as possible: percentiles are those of its earliest dates."""
    held = setting.sim.network.nodes.alap[setting.sim.plan.node]
    count = int(held.sum()) if setting.bound.variables.varies.any() else 0
    if not count:
        return ()
    what = "activity" if count == 1 else "activities"
    return (f"percentiles of {count} {what} as late as possible (early ones are told)",)


def run_afresh(setting: Setting, iterations: int, progress: Tell | None = None) -> Any:
    """Finishes, by the clock of the horizon, of some iterations without any sums."""
    options = replace(setting.options, iterations=iterations, paths=False, statistics=False)
    setting = replace(setting, options=options)
    return run_here(setting, (setting.base, setting.base), [], progress)[0]


def run_range(
    setting: Setting,
    pilot: tuple[Any, Any],
    at: list[Any],
    runs: range,
    threads: int,
    progress: Tell | None = None,
) -> Ran:
    """Some iterations, from a multiple of the block's width on."""
    width, n = setting.width, len(runs)
    low, high = pilot
    margin = (high - low) // 4 + 1
    low, span = low - margin, high - low + 2 * margin
    edges = low.astype(np.int32), passes.BINS / span
    finish = np.full(n, setting.done, dtype=np.int32)
    seen = np.zeros((len(at), n), dtype=np.int32)
    blocks = range(0, n, width)
    threads = max(min(threads, len(blocks)), 1)
    total = [make_sums(setting, *edges) for _ in range(threads)]
    turn = iter(blocks)
    lock, stop, done = threading.Lock(), threading.Event(), [0] * threads

    def worker(number: int) -> None:
        rows = make_rows(setting)
        while not stop.is_set():
            with lock:
                first = next(turn, -1)
            if first < 0:
                return
            live = min(width, n - first)
            run_block(setting, rows, total[number], runs.start + first, live, full=True)
            if setting.sim.plan.ends.size:
                finish[first : first + live] = rows.finish[:live]
            for k, places in enumerate(at):
                if places.size:
                    latest_of = rows.clock[2 * places + 1, :live].max(axis=0)
                    seen[k, first : first + live] = latest_of
            done[number] += live

    pool = ThreadPoolExecutor(threads, thread_name_prefix="planbench-risk")
    try:
        waiting = {pool.submit(worker, number) for number in range(threads)}
        while waiting:
            ready, waiting = wait(waiting, 0.05, FIRST_COMPLETED)
            for future in ready:
                future.result()
            if progress is not None:
                progress(sum(done), n)
    finally:
        stop.set()
        pool.shutdown(wait=False)  # a thread that still runs ends with its block
    return finish, seen, merged(total)


_SUMMED = ("critical", "duration", "duration2", "product", "finish", "finish2", "present")


def merged(parts: list[passes.Sums]) -> passes.Sums:
    """The sums of several parts of a run, in the first of them."""
    total = parts[0]
    for part in parts[1:]:
        for name in (*_SUMMED, "bins"):
            column = getattr(total, name)
            column += getattr(part, name)
    return total


def _watch_vectors(
    sim: SimNetwork, watched: dict[str, Rows], seen: Any, cpm: CpmResult
) -> dict[str, Minutes]:
    """Latest finish by iteration; settled activities keep their date."""
    made: dict[str, Minutes] = {}
    for k, (name, rows) in enumerate(watched.items()):
        settled = rows[sim.position[rows] < 0]
        least = int(cpm.finish[settled].max(initial=NO_TIME))
        if settled.size < rows.size:
            made[name] = np.maximum(sim.clock(seen[k]), least)
        else:
            made[name] = np.full(seen.shape[1], least, dtype=np.int64)
    return made
