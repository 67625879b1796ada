"""Risk of a document: its model, whether it is ready, the run, and the result as JSON."""

from __future__ import annotations

import contextlib
import json
import math
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.errors import ModelError, PlanbenchError
from planbench.domain.schedule import ActivityType, Constraint, Status
from planbench.domain.times import NO_TIME, to_iso
from planbench.services.document import Document
from planbench.services.hold import THRESHOLD, held_back, refuse_held_back
from planbench.services.jobs import JobContext, promptly
from planbench.services.risk_shorthand import in_full

if TYPE_CHECKING:
    from planbench.engines.risk.contribution import Shares
    from planbench.engines.risk.model import RiskModel
    from planbench.engines.risk.result import RiskResult
    from planbench.engines.risk.simulate import RunOptions
    from planbench.services.library import Library

PERCENTILES = (5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95)
"""Percentiles of the finish that are told."""

MOST_RANKED = 2000
"""Activities for which a rank correlation is calculated: all, or those that matter most."""

MOST_WITH_SIGNIFICANCE = 5000
"""Activities of a schedule up to which the JSON has significance indices: each of 512 runs (4,096
of a small schedule) is calculated anew with both passes, so that total float is known."""

_WORTH_A_POOL_S = 60.0
"""Seconds of runs on threads beyond which a process pool, which starts in seconds, is used."""

_HARD = (
    Constraint.MANDATORY_START,
    Constraint.MANDATORY_FINISH,
    Constraint.START_ON,
    Constraint.FINISH_ON,
)


@dataclass(frozen=True)
class Readiness:
    """One reason why a simulation of this schedule may mislead: how many and which activities."""

    id: str
    text: str
    ids: tuple[str, ...]


def default_model() -> RiskModel:
    """A first model: 90 / 100 / 115 % of the remaining duration of all open work, triangular."""
    from planbench.engines.risk.model import parse_model

    return parse_model(
        {
            "uncertainty": [
                {
                    "where": {"all": True},
                    "distribution": "triangular",
                    "as": "percent",
                    "parameters": {"low": 90, "mode": 100, "high": 115},
                }
            ]
        }
    )


def read_model(path: Path | None, document: Document, library: Library | None = None) -> RiskModel:
    """The model of a JSON file or a workbook, checked against the document.

    The default one without a file. Templates may be those of the library.

    Raises ModelError in one line.
    """
    from planbench.engines.risk.model import parse_model

    if path is None:
        return default_model()
    given = _given(Path(path))
    model = parse_model(in_full(given, document, library), Path(path).name)
    try:
        check_model(document, model)
    except ModelError as error:
        at = f"{Path(path).name}: {error.where}"
        raise ModelError(error.what, at, error.mend) from None
    return model


def _given(path: Path) -> Any:
    """The JSON of a model file."""
    if path.suffix.lower() == ".xlsx":
        from planbench.services.risk_sheets import read_workbook

        return read_workbook(path)
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ModelError(f"cannot be read: {error.strerror}", str(path)) from error
    except UnicodeDecodeError as error:
        raise ModelError("is not UTF-8 text", str(path)) from error
    except json.JSONDecodeError as error:
        raise ModelError(f"is not JSON: {error.msg}", f"{path} line {error.lineno}") from error
    except RecursionError:
        raise ModelError("its values are nested too deep", str(path)) from None


def write_model(model: RiskModel, path: Path) -> None:
    """Write a model as JSON, or as a workbook where the name ends so.

    Raises PlanbenchError when it cannot be written.
    """
    from planbench.engines.risk.model import model_json
    from planbench.services.risk_sheets import write_workbook

    if path.suffix.lower() == ".xlsx":
        write_workbook(model, path)
        return
    content = json.dumps(model_json(model), ensure_ascii=False, indent=1)
    try:
        path.write_text(content + "\n", encoding="utf-8")
    except OSError as error:
        raise PlanbenchError(f"cannot be written: {error.strerror}", str(path)) from error


def check_model(document: Document, model: RiskModel) -> None:
    """Raises ModelError when the model speaks of what the document's schedule does not have."""
    from planbench.engines.risk.selection import watched_rows
    from planbench.engines.risk.variables import bind

    nothing = np.zeros(0, dtype=np.int32)
    durations = np.zeros(len(document.schedule), dtype=np.int64)
    bind(model, document.schedule, nothing, durations)
    for name in model.watch:
        watched_rows(document.schedule, name)


def sample_model(document: Document | None = None) -> RiskModel:
    """The model that ships with the sample, for one of its updates (the latest without one)."""
    from planbench.engines.risk.model import parse_model
    from planbench.services.sample import sample_risk_model
    from planbench.services.sample_risk import risk_model

    given = risk_model(document.schedule) if document is not None else sample_risk_model()
    return parse_model(given, "sample")


def warm_up() -> None:
    """Compile or load the simulation's machine code with a tiny run, so that the first is quick."""
    from planbench.domain.synthetic import synthetic_schedule

    run_risk(Document(synthetic_schedule(20, 40)), default_model(), iterations=64, threads=1)


def run_risk(
    document: Document,
    model: RiskModel,
    *,
    iterations: int = 10_000,
    seed: int = 1,
    threads: int = 0,
    sampling: str = "lhs",
    mitigated: bool = False,
    exclusion: bool = True,
    cluster: str = "",
    context: JobContext | None = None,
) -> RiskResult:
    """Simulate the document and keep model and result in it.

    With `exclusion` every risk of the register is also left out in turn. `cluster` is the address
    of a Dask scheduler whose workers run the blocks. Raises ModelError for a
    model that does not fit and PlanbenchError for a schedule that cannot be calculated or is held
    back.
    """
    result = simulated(
        document,
        model,
        iterations=iterations,
        seed=seed,
        threads=threads,
        sampling=sampling,
        mitigated=mitigated,
        exclusion=exclusion,
        cluster=cluster,
        context=context,
    )
    document.risk_model, document.risk = model, result
    document.risk_label = _label(result)
    return result


def simulated(
    document: Document,
    model: RiskModel,
    *,
    iterations: int,
    seed: int,
    threads: int = 0,
    sampling: str = "lhs",
    mitigated: bool = False,
    exclusion: bool = True,
    cluster: str = "",
    context: JobContext | None = None,
) -> RiskResult:
    """As `run_risk`, but leaves the document alone: for a job beside the window."""
    from planbench.engines.risk.simulate import RunOptions

    refuse_held_back(document)
    options = RunOptions(iterations, seed, threads, sampling, mitigated)

    def work(inner: JobContext) -> RiskResult:
        return _simulated(document, model, options, exclusion, cluster, inner)

    return promptly(context or JobContext(), work)


def _simulated(
    document: Document,
    model: RiskModel,
    options: RunOptions,
    exclusion: bool,
    cluster: str,
    context: JobContext,
) -> RiskResult:
    from planbench.engines.risk.contribution import exclusion_effects
    from planbench.engines.risk.rules import network_for_runs
    from planbench.engines.risk.simulate import simulate

    iterations, threads = options.iterations, options.threads
    runs = 1 + (len(model.risks) if exclusion else 0)
    context.report(0, runs * iterations, "Preparing the simulation")
    network, cpm = network_for_runs(document.schedule, document.cpm)
    with contextlib.ExitStack() as stack:
        runner = None
        if cluster:
            from planbench.engines.risk.cluster import Cluster

            runner = stack.enter_context(Cluster(cluster)).run
        tell = _tell(context, 0, runs * iterations)
        result = simulate(network, cpm, model, options, tell, runner)
        if exclusion and model.risks:
            tell = _tell(context, iterations, runs * iterations)
            workers = 0 if runner or threads == 1 else _workers(len(model.risks), result)
            effects = exclusion_effects(network, cpm, model, result, threads, tell, workers, runner)
            result = replace(result, effects=effects)
    context.report(runs * iterations, runs * iterations, "Simulated")
    return result


def _workers(risks: int, result: RiskResult) -> int:
    """Processes for the runs by exclusion: none where starting them takes longer than they save."""
    return _pool_for(risks, result.seconds["simulate"])


def _pool_for(runs: int, seconds_a_run: float) -> int:
    """Processes for so many runs, 0 for threads."""
    long = runs * seconds_a_run > _WORTH_A_POOL_S
    return min(os.cpu_count() or 1, runs) if long else 0


def shapley(
    document: Document,
    model: RiskModel,
    *,
    iterations: int = 2048,
    seed: int = 1,
    percent: float = 80.0,
    mitigated: bool = False,
    workers: int | None = None,
    context: JobContext | None = None,
) -> Shares:
    """Each risk's fair share of the delay at a percentile of the finish (0: of the mean).

    `workers` None uses a pool of processes where the runs take long, as the last run of the
    document tells.

    Raises ModelError for a model without risks and what `run_risk` raises.
    """
    from planbench.engines.risk.contribution import shapley_runs, shapley_shares
    from planbench.engines.risk.simulate import RunOptions

    refuse_held_back(document)
    context = context or JobContext()
    options = RunOptions(iterations, seed, mitigated=mitigated)
    if workers is None:
        workers = 0
        if document.risk is not None:
            share = iterations / document.risk.iterations
            seconds = document.risk.seconds["simulate"] * share
            workers = _pool_for(shapley_runs(len(model.risks)), seconds)

    def tell(done: int, total: int) -> None:
        context.report(done, total, "Sharing the delay out to the risks")

    return shapley_shares(
        document.schedule, document.cpm, model, options, percent, workers=workers, progress=tell
    )


def shapley_json(shares: Shares) -> dict[str, Any]:
    """Shares of the delay in hours of the clock."""
    return {
        "percent": shares.percent,
        "total_h": shares.total / 60.0,
        "runs": shares.runs,
        "exact": shares.exact,
        "risks": [
            {
                "id": item.id,
                "title": item.title,
                "value_h": item.value / 60.0,
                "last_in_h": item.last / 60.0,
                "first_in_h": item.first / 60.0,
            }
            for item in shares.each
        ],
    }


def _tell(context: JobContext, begun: int, total: int) -> Callable[[int, int], None]:
    def tell(done: int, _: int) -> None:
        context.report(begun + done, total, "Simulating")

    return tell


def _label(result: RiskResult) -> str:
    kind = "Latin hypercube" if result.sampling == "lhs" else "random"
    return f"{result.iterations} iterations, {kind}, seed {result.seed}"


def rules_note(document: Document) -> str:
    """One line where the schedule follows rules that the simulation does not; else empty."""
    from planbench.engines.cpm import follows_msp

    if not follows_msp(document.schedule):
        return ""
    return (
        "Microsoft Project's rules: runs follow those of P6, which give every activity the same "
        "dates here; a schedule that the two date differently is not simulated"
    )


def readiness(document: Document) -> tuple[Readiness, ...]:
    """What in the schedule keeps a simulation from telling the truth, most serious first.

    Open ends let delay vanish, hard constraints stop it, negative float means that the plan does
    not hold even without risk. Complete work and summaries are not looked at.
    """
    schedule = document.schedule
    acts, links = schedule.activities, schedule.relationships
    open_ = (acts.status != Status.COMPLETE) & ~np.isin(
        acts.type, (ActivityType.LEVEL_OF_EFFORT, ActivityType.WBS_SUMMARY)
    )
    followed = np.zeros(len(schedule), dtype=np.bool_)
    followed[links.predecessor] = True
    preceded = np.zeros(len(schedule), dtype=np.bool_)
    preceded[links.successor] = True
    last = first = None
    if document.cpm is not None and open_.any():
        finish = np.where(open_, document.cpm.early_finish, NO_TIME)
        last = int(finish.argmax())
        early = np.where(open_, document.cpm.early_start, np.iinfo(np.int64).max)
        first = int(early.argmin())
    no_successor = open_ & ~followed
    no_predecessor = open_ & ~preceded & (acts.status == Status.NOT_STARTED)
    if last is not None:
        no_successor[last] = False
    if first is not None:
        no_predecessor[first] = False
    hard = open_ & hard_constraints(document)
    found = [
        ("no-successor", "without a successor: delay is lost there", no_successor),
        ("no-predecessor", "without a predecessor: logic cannot delay it", no_predecessor),
        ("hard-constraint", "with a hard constraint: it stops delay", hard),
    ]
    if document.cpm is not None:
        total = document.cpm.total_float
        negative = open_ & (total != NO_TIME) & (total < 0)
        found.append(
            ("negative-float", "with negative float: the plan is late without risk", negative)
        )
    made = [
        Readiness(name, text, tuple(acts.code[mask].tolist()))
        for name, text, mask in found
        if mask.any()
    ]
    reason = held_back(document, THRESHOLD)
    if reason is not None:
        made.append(Readiness("agreement", reason, ()))
    return tuple(made)


def hard_constraints(document: Document) -> Any:
    """Mask of the open activities with a constraint that stops delay."""
    acts = document.schedule.activities
    hard = np.isin(acts.constraint, _HARD) | np.isin(acts.constraint2, _HARD)
    return hard & (acts.status != Status.COMPLETE)


def risk_json(document: Document) -> dict[str, Any]:
    """The result in the shape of `planbench risk`, without its header.

    Raises PlanbenchError when nothing was simulated.
    """
    result = document.risk
    if result is None:
        raise PlanbenchError("nothing was simulated", mend="Run the simulation first.")
    counts, edges = np.histogram(result.finish, bins=60)
    return {
        "iterations": result.iterations,
        "seed": result.seed,
        "sampling": result.sampling,
        "mitigated": result.mitigated,
        "threads": result.threads,
        "digest": result.digest,
        "seconds": {name: round(value, 4) for name, value in result.seconds.items()},
        "not_simulated": list(result.left_out),
        "without_effect": list(result.idle),
        "correlation": correlation_json(result),
        "finish": {
            **_dates(result, ""),
            "deterministic": to_iso(result.deterministic),
            "probability_of_deterministic": result.confidence(result.deterministic),
        },
        "watch": {
            code: {
                **_dates(result, code),
                "deterministic": to_iso(result.watch_deterministic[code]),
                "probability_of_deterministic": result.confidence(
                    result.watch_deterministic[code], code
                ),
            }
            for code in result.watch
        },
        "cost": _cost(result),
        "joint": _joint(result),
        "activities": _activities(document, result),
        "risks": [
            {
                "id": effect.id,
                "title": effect.title,
                "exclusion_p80_h": effect.gain / 60.0,
                "exclusion_p80_half_width_h": _number(effect.half_width / 60.0),
            }
            for effect in result.effects
        ],
        "histogram": {
            "edges": [to_iso(round(edge)) for edge in edges.tolist()],
            "counts": counts.tolist(),
        },
        "readiness": [
            {"id": item.id, "text": item.text, "objects": list(item.ids)}
            for item in readiness(document)
        ],
    }


def correlation_json(result: RiskResult) -> list[dict[str, Any]]:
    """Rank correlations asked for, used, by the ranges alone, and achieved by the durations.

    Drivers and risks on the activities move the durations as well, which the ranges alone leave
    out; `achieved_within` compares these with what is used.
    Asked and used differ where the asked ones contradict each other; the largest change is told.
    """
    made = []
    for entry in result.correlated:
        achieved, alone = result.achieved(entry), result.achieved_by_ranges(entry)
        apart = np.abs(alone - entry.used)
        one, other, requested, used = entry.largest_change
        made.append(
            {
                "entry": entry.at,
                "ids": list(entry.ids),
                "repaired": entry.repaired,
                "largest_change": {
                    "between": [one, other],
                    "requested": requested,
                    "used": used,
                }
                if entry.repaired
                else None,
                "requested": entry.requested.tolist(),
                "used": entry.used.tolist(),
                "by_ranges": [[_number(value) for value in row] for row in alone.tolist()],
                "achieved": [[_number(value) for value in row] for row in achieved.tolist()],
                "achieved_within": None if np.isnan(apart).all() else float(np.nanmax(apart)),
            }
        )
    return made


def _dates(result: RiskResult, code: str) -> dict[str, Any]:
    values = result.watch[code] if code else result.finish
    first = int(values[0])
    made: dict[str, Any] = {
        "mean": to_iso(first + round(float((values - first).mean()))),
        "sd_h": float((values - first).std()) / 60.0,
    }
    for level in PERCENTILES:
        made[f"p{level}"] = to_iso(result.percentile(level, code))
    for level in (50, 80):
        made[f"p{level}_half_width_h"] = _number(result.interval(level, code) / 60.0)
    return made


def _cost(result: RiskResult) -> dict[str, Any] | None:
    cost = result.cost
    if cost is None:
        return None
    return {
        "at_plan": cost.at_plan,
        "probability_of_plan": cost.confidence(cost.at_plan),
        "mean": float(cost.total.mean()),
        "sd": float(cost.total.std()),
        **{f"p{level}": cost.percentile(level) for level in PERCENTILES},
        "p50_half_width": _number(cost.interval(50)),
        "p80_half_width": _number(cost.interval(80)),
        "mean_by_line": dict(cost.means),
    }


def _joint(result: RiskResult) -> dict[str, Any] | None:
    """Confidence of cost and date together; percentiles of both do not simply combine."""
    cost = result.cost
    if cost is None:
        return None
    return {
        "correlation": _number(cost.correlation),
        **{f"p{level}_p{level}": cost.joint_at(level) for level in (50, 70, 80, 90)},
        "level_for_70": cost.level_for(0.7),
        "level_for_80": cost.level_for(0.8),
    }


def ranked_rows(result: RiskResult) -> Any:
    """Rows of the activities whose rank correlation is worth its time, most critical first."""
    rows = np.flatnonzero(result.varies)
    if rows.size <= MOST_RANKED:
        return rows
    weight = np.nan_to_num(result.criticality[rows]) + np.abs(np.nan_to_num(result.pearson[rows]))
    return np.sort(rows[np.argsort(-weight, kind="stable")[:MOST_RANKED]])


def _activities(document: Document, result: RiskResult) -> list[dict[str, Any]]:
    codes = document.schedule.activities.code
    spearman = np.full(codes.size, np.nan)
    rows = ranked_rows(result)
    spearman[rows] = result.rank_correlation(rows)
    matter = np.flatnonzero(np.nan_to_num(result.criticality) > 0).astype(np.int32)
    significance = np.full(codes.size, np.nan)
    if len(document.schedule) <= MOST_WITH_SIGNIFICANCE:
        runs = min(max(512, 100_000 // len(document.schedule)), 4096)
        significance[matter] = result.significance(matter, runs)
    levels = result.finish_levels
    made = []
    for row in np.flatnonzero(result.simulated & ~np.isnan(result.criticality)).tolist():
        dates = {f"p{level}": to_iso(int(levels[level][row])) for level in levels}
        made.append(
            {
                "id": codes[row],
                "criticality_index": _number(float(result.criticality[row])),
                "cruciality_pearson": _number(float(result.pearson[row])),
                "cruciality_spearman": _number(float(spearman[row])),
                "significance_index": _number(float(significance[row])),
                "sensitivity_index": _number(float(result.sensitivity[row])),
                "early_finish": {"mean": to_iso(int(result.finish_mean[row])), **dates},
            }
        )
    return made


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
