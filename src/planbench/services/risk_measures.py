"""What moves the finish: every measure of a run with its definition, and who moves it most."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.errors import PlanbenchError
from planbench.domain.times import DAY, NO_TIME, to_iso
from planbench.services.document import Document
from planbench.services.jobs import JobContext
from planbench.services.risk import MOST_WITH_SIGNIFICANCE, ranked_rows, shapley

if TYPE_CHECKING:
    from planbench.engines.risk.result import RiskResult, RunFields

MOST = 200
"""Activities, risks or cost lines that a measure lists."""

MOST_HELD = 12
"""Activities whose range is held at its mean, one run each: those that correlate most."""

UNEXPLAINED = "Rest"
"""Id of the share of the variance that a measure leaves unexplained."""

RISK, ACTIVITY, COST = "risk", "activity", "cost"


@dataclass(frozen=True)
class Measure:
    """A measure: of what, in which unit ("days", "share" or "index"), and how it is defined.

    `again` says that runs are drawn or made again for it, which takes time.
    """

    id: str
    title: str
    of: str
    unit: str
    definition: str
    again: bool = True


@dataclass(frozen=True)
class Mover:
    """One that moves the finish. `row` is the activity's, -1 for a risk or a cost line.

    `parts` are the figures beside the value: days, shares, money or, by names in "_at", instants.
    """

    id: str
    name: str
    value: float
    row: int = -1
    parts: Mapping[str, float | int] = field(default_factory=dict)


MEASURES = (
    Measure(
        "left-out",
        "Left out",
        RISK,
        "days",
        "Days by which P80 comes earlier without this risk, same random numbers. Two risks on "
        "parallel paths hide each other, so these days do not add up",
        False,
    ),
    Measure(
        "shared-out",
        "Shared out",
        RISK,
        "days",
        "Shapley value: mean of what the risk adds to P80 over all orders in which the risks can "
        "be added; these days add up to the delay by all risks",
    ),
    Measure(
        "criticality",
        "Criticality",
        ACTIVITY,
        "share",
        "Criticality index: share of all runs in which the activity is on the driving path of the "
        "finish, ties included",
        False,
    ),
    Measure(
        "sensitivity",
        "Sensitivity",
        ACTIVITY,
        "index",
        "Schedule sensitivity index: criticality × standard deviation of the duration / standard "
        "deviation of the finish",
        False,
    ),
    Measure(
        "spearman",
        "Rank correlation",
        ACTIVITY,
        "index",
        "Duration sensitivity, cruciality by Spearman: correlation of the ranks of duration and "
        "finish, equal values share their mean rank",
    ),
    Measure(
        "pearson",
        "Correlation",
        ACTIVITY,
        "index",
        "Cruciality by Pearson: correlation of duration and finish, covariance / product of the "
        "standard deviations",
        False,
    ),
    Measure(
        "kendall",
        "Kendall",
        ACTIVITY,
        "index",
        "Cruciality by Kendall: tau-b, pairs of runs that order duration and finish alike less "
        "those that do not, over all pairs without ties",
    ),
    Measure(
        "cruciality",
        "Cruciality",
        ACTIVITY,
        "index",
        "Criticality × |rank correlation|, as risk tools in the line of Pertmaster call it; "
        "elsewhere cruciality is the correlation alone",
    ),
    Measure(
        "significance",
        "Significance",
        ACTIVITY,
        "index",
        "Williams' significance index: mean of duration / (duration + total float) × time to "
        "finish / mean time to finish, over the first 512 runs; negative float counts as none",
    ),
    Measure(
        "variance",
        "Share of variance",
        ACTIVITY,
        "share",
        "Covariance of duration and finish / variance of the finish; adds up to 100 % where all "
        "work is in one chain, else less or more is explained",
        False,
    ),
    Measure(
        "regression",
        "Regression",
        ACTIVITY,
        "share",
        "Squared standardised coefficient of the duration where the finish is regressed on the "
        "durations that correlate most; adds up to what is explained where these are independent",
    ),
    Measure(
        "frozen",
        "Sobol index",
        ACTIVITY,
        "share",
        "First-order index: share of the variance of the finish by this input alone (beside it the "
        "total index, in interplay with others); runs with new numbers for all but one input: the "
        "ranges that correlate most, correlated ones as one, every driver and risk",
    ),
    Measure(
        "swing",
        "Swing",
        ACTIVITY,
        "days",
        "Mean finish of the runs with a long duration (its own P85 to P95) less that of those "
        "with a short one (P5 to P15): what goes along with the duration counts as well",
    ),
    Measure(
        "contribution",
        "On the driving path",
        ACTIVITY,
        "days",
        "Mean days by which it lasts longer than calculated, in the runs in which it is on the "
        "driving path, over the first 4,096 runs; parallel driving paths count in full",
    ),
    Measure(
        "held",
        "Held at mean",
        ACTIVITY,
        "days",
        "Days by which P80 comes earlier where its range is held at its mean, same random "
        "numbers, of the twelve that correlate most; drivers and risks stay",
    ),
    Measure(
        "cost",
        "Cost",
        COST,
        "index",
        "Cost sensitivity: rank correlation (Spearman) of the cost of the line or risk with the "
        "total cost",
        False,
    ),
)
"""All measures, those of risks first."""


def measures_of(result: RiskResult) -> tuple[Measure, ...]:
    """The measures that this run can tell."""
    there = {ACTIVITY}
    if result.effects:
        there.add(RISK)
    if result.cost is not None:
        there.add(COST)
    return tuple(measure for measure in MEASURES if measure.of in there)


def movers(
    document: Document, measure: Measure, context: JobContext | None = None
) -> tuple[Mover, ...]:
    """Who moves the finish by a measure, largest first, at most MOST.

    Raises PlanbenchError when nothing was simulated, and what the runs for the measure raise.
    """
    result = _shown(document)
    made = _MAKERS[measure.id](document, result, context or JobContext())
    known = [mover for mover in made if not math.isnan(mover.value)]
    return tuple(sorted(known, key=lambda mover: -abs(mover.value))[:MOST])


def measure_json(document: Document, context: JobContext | None = None) -> list[dict[str, Any]]:
    """Every measure with its definition and its movers, as plain values."""
    return [
        {
            "id": measure.id,
            "title": measure.title,
            "of": measure.of,
            "unit": measure.unit,
            "definition": measure.definition,
            "movers": [
                {
                    "id": mover.id,
                    "name": mover.name,
                    "value": mover.value,
                    **{
                        key: to_iso(int(one)) if key.endswith("_at") else _plain(one)
                        for key, one in mover.parts.items()
                    },
                }
                for mover in movers(document, measure, context)
            ],
        }
        for measure in measures_of(_shown(document))
    ]


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def run_fields(document: Document, context: JobContext | None = None) -> RunFields:
    """What columns of the activities tell besides the run itself: starts, ranks, significance.

    Over the first 4,096 runs, significance over 512, ranks over all runs for the activities that
    matter most (see `ranked_rows`). Raises PlanbenchError when nothing was simulated.
    """
    from planbench.engines.risk.result import RunFields

    result, context = _shown(document), context or JobContext()
    n = len(document.schedule)

    def check() -> None:
        context.report(0, 1, "Working out the columns of the run")

    levels, mean = result.starts(check=check)
    check()
    rows = ranked_rows(result).astype(np.int32)
    ranks = np.full(n, np.nan)
    ranks[rows] = result.rank_correlation(rows)
    check()
    significance = np.full(n, np.nan)
    if n <= MOST_WITH_SIGNIFICANCE:
        rows = np.flatnonzero(result.simulated).astype(np.int32)
        significance[rows] = result.significance(rows)
    return RunFields(result.digest, levels, mean, ranks, significance)


def _shown(document: Document) -> RiskResult:
    if document.risk is None:
        raise PlanbenchError("nothing was simulated", mend="Run the simulation first.")
    return document.risk


# ---------------------------------------------------------------- risks and costs


def _left_out(_: Document, result: RiskResult, __: JobContext) -> list[Mover]:
    return [
        Mover(
            effect.id,
            effect.title,
            effect.gain / DAY,
            parts={"probability": effect.probability, "half_width": effect.half_width / DAY},
        )
        for effect in result.effects
    ]


def _shared_out(document: Document, result: RiskResult, context: JobContext) -> list[Mover]:
    model = document.risk_model
    assert model is not None
    shares = shapley(
        document,
        model,
        iterations=min(result.iterations, 1024),
        seed=result.seed,
        mitigated=result.mitigated,
        context=context,
    )
    chances = {effect.id: effect.probability for effect in result.effects}
    return [
        Mover(
            one.id,
            one.title,
            one.value / DAY,
            parts={"probability": chances.get(one.id, 0.0), "alone": one.first / DAY},
        )
        for one in shares.each
    ]


def _cost(document: Document, result: RiskResult, _: JobContext) -> list[Mover]:
    from planbench.engines.risk.measures import centred_ranks

    cost = result.cost
    assert cost is not None
    total = centred_ranks(cost.total)
    risks = document.risk_model.risks if document.risk_model is not None else ()
    names = {**cost.cbs, **{risk.id: risk.title for risk in risks}}
    made = []
    for name, values in cost.parts.items():
        own = centred_ranks(values)
        scale = float(np.sqrt((own @ own) * (total @ total)))
        value = float(own @ total) / scale if scale > 0 else math.nan
        parts = {"mean_cost": float(values.mean()), "sd_cost": float(values.std())}
        made.append(Mover(name, names.get(name, ""), value, parts=parts))
    return made


# ---------------------------------------------------------------- activities


def strongest(result: RiskResult, most: int = MOST) -> Any:
    """Rows of the activities that correlate most with the finish, judged by Pearson's r."""
    rows = ranked_rows(result)
    strength = np.abs(np.nan_to_num(result.pearson[rows]))
    return rows[np.argsort(-strength, kind="stable")[:most]].astype(np.int32)


def _listed(
    document: Document, rows: Any, values: Any, parts: Mapping[str, Any] | None = None
) -> list[Mover]:
    """Movers of some activities; without `parts` beside their percentiles of the finish."""
    acts, result = document.schedule.activities, _shown(document)
    if parts is None:
        levels = result.finish_levels
        parts = {f"p{level}_at": levels[level][rows] for level in (50, 80)}
    columns = {key: column.tolist() for key, column in parts.items()}
    return [
        Mover(
            str(acts.code[row]),
            str(acts.name[row]),
            value,
            row,
            {
                key: column[k]
                for key, column in columns.items()
                if not (key.endswith("_at") and column[k] == NO_TIME)
            },
        )
        for k, (row, value) in enumerate(zip(rows.tolist(), values.tolist(), strict=True))
    ]


def _largest(document: Document, column: Any) -> list[Mover]:
    rows = np.flatnonzero(np.nan_to_num(column) != 0)
    rows = rows[np.argsort(-np.abs(column[rows]), kind="stable")[:MOST]]
    return _listed(document, rows, column[rows])


def _column(name: str) -> Callable[[Document, RiskResult, JobContext], list[Mover]]:
    return lambda document, result, _: _largest(document, getattr(result, name))


def _spearman(document: Document, result: RiskResult, _: JobContext) -> list[Mover]:
    rows = strongest(result)
    return _listed(document, rows, result.rank_correlation(rows))


def _kendall(document: Document, result: RiskResult, _: JobContext) -> list[Mover]:
    rows = strongest(result)
    return _listed(document, rows, result.kendall(rows))


def _cruciality(document: Document, result: RiskResult, _: JobContext) -> list[Mover]:
    rows = strongest(result)
    share = np.nan_to_num(result.criticality[rows])
    return _listed(document, rows, np.abs(result.rank_correlation(rows)) * share)


def _significance(document: Document, result: RiskResult, _: JobContext) -> list[Mover]:
    rows = np.flatnonzero(np.nan_to_num(result.criticality) > 0).astype(np.int32)
    return _listed(document, rows, result.significance(rows))


def _rest(value: float) -> Mover:
    """The share of the variance that a measure does not explain."""
    return Mover(UNEXPLAINED, "what no listed one explains alone", value)


def _regression(document: Document, result: RiskResult, _: JobContext) -> list[Mover]:
    rows = strongest(result)
    found = result.regression(rows)
    listed = _listed(document, rows, found.beta**2, {"coefficient": found.beta})
    return [*listed, _rest(1.0 - found.explained)] if rows.size else []


def _frozen(document: Document, result: RiskResult, context: JobContext) -> list[Mover]:
    def tell(done: int, total: int) -> None:
        context.report(done, total, "Freezing one input at a time")

    found = result.frozen(strongest(result, MOST_HELD), progress=tell)
    made = [
        Mover(one.id, one.title, one.first, one.row, _indices(one.half_width, one.total))
        for one in found
    ]
    return [*made, _rest(1.0 - sum(one.first for one in found))] if found else []


def _indices(half_width: float, total: float) -> dict[str, float]:
    return {"share_half_width": half_width, "total_share": total}


def _swing(document: Document, result: RiskResult, _: JobContext) -> list[Mover]:
    rows = strongest(result)
    low, high = result.swing(rows)
    there = low != NO_TIME
    values = np.where(there, (high - low) / DAY, np.nan)
    return _listed(document, rows, values, {"short_at": low, "long_at": high})


def _contribution(document: Document, result: RiskResult, context: JobContext) -> list[Mover]:
    found = result.contributions(check=lambda: context.report(0, 1, "Following driving paths"))
    schedule = document.schedule
    day = np.array([one.minutes_per_day for one in schedule.calendars] or [480.0])
    per_day = day[np.maximum(schedule.activities.calendar, 0)]
    ranges, risks = found.ranges / per_day, found.risks / per_day
    total = ranges + risks
    rows = np.flatnonzero(np.abs(np.nan_to_num(total)) > 1e-9)
    parts = {"by_range": ranges[rows], "by_risks": risks[rows]}
    return _listed(document, rows, total[rows], parts)


def _held(document: Document, result: RiskResult, context: JobContext) -> list[Mover]:
    from planbench.engines.risk.contribution import held_effects
    from planbench.engines.risk.rules import network_for_runs

    model = document.risk_model
    assert model is not None
    network, cpm = network_for_runs(document.schedule, document.cpm)

    def tell(done: int, total: int) -> None:
        context.report(done, total, "Holding ranges at their mean")

    rows = strongest(result, MOST_HELD).tolist()
    effects = held_effects(network, cpm, model, result, rows, progress=tell)
    at = np.array([effect.row for effect in effects], dtype=np.int32)
    columns = np.array([(e.p80, e.half_width, e.mean) for e in effects]).reshape(-1, 3) / DAY
    return _listed(
        document, at, columns[:, 0], {"half_width": columns[:, 1], "mean": columns[:, 2]}
    )


_MAKERS: dict[str, Callable[[Document, RiskResult, JobContext], list[Mover]]] = {
    "left-out": _left_out,
    "shared-out": _shared_out,
    "criticality": _column("criticality"),
    "sensitivity": _column("sensitivity"),
    "spearman": _spearman,
    "pearson": _column("pearson"),
    "kendall": _kendall,
    "cruciality": _cruciality,
    "significance": _significance,
    "variance": _column("variance_share"),
    "regression": _regression,
    "frozen": _frozen,
    "swing": _swing,
    "contribution": _contribution,
    "held": _held,
    "cost": _cost,
}
