"""Scenarios: risk models kept with an update in the library, compared with common random numbers.

A scenario is the model and how it was run. Its finish dates follow from the seed and are
calculated again when it is compared; the digest tells that they came out the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from planbench.domain.errors import PlanbenchError
from planbench.domain.times import to_iso
from planbench.services.document import Document
from planbench.services.jobs import JobContext, Progress

if TYPE_CHECKING:
    from planbench.engines.risk.model import RiskModel
    from planbench.engines.risk.result import RiskResult
    from planbench.services.library import Library

SCENARIO = "risk-scenario"
"""Kind of the library's entries; one has the update and the name as its key."""


@dataclass(frozen=True)
class Scenario:
    """A model by name, and the run that it was kept with."""

    name: str
    model: RiskModel
    iterations: int
    seed: int
    sampling: str = "lhs"
    mitigated: bool = False
    digest: str = ""  # of the finish vector when it was kept
    p80: str = ""


@dataclass(frozen=True)
class Compared:
    """One of several scenarios that were run with the same numbers; `gain` is against the first."""

    name: str
    result: RiskResult
    gains: dict[float, tuple[float, float]]  # by percent: (minutes earlier, half of the 95 % range)


def scenario_of(document: Document, name: str) -> Scenario:
    """The model and the run of a document as a scenario.

    Raises PlanbenchError without a run or a name.
    """
    model, result = document.risk_model, document.risk
    if model is None or result is None:
        raise PlanbenchError("nothing was simulated", mend="Run the simulation first.")
    if not name.strip():
        raise PlanbenchError("a scenario needs a name")
    return Scenario(
        name.strip(),
        model,
        result.iterations,
        result.seed,
        result.sampling,
        result.mitigated,
        result.digest,
        to_iso(result.percentile(80)) or "",
    )


def keep_scenario(library: Library, document: Document, name: str) -> Scenario:
    """Keep the shown run with its update; one of the same name is replaced, and journalled.

    Raises PlanbenchError for a file that was opened without the library, and StoreError.
    """
    scenario = scenario_of(document, name)
    body = _body(scenario)
    entry = _entry(document, scenario.name, body)
    library.put_entries([entry], f"Scenario “{scenario.name}” kept: P80 {scenario.p80}")
    return scenario


def forget_scenario(library: Library, document: Document, name: str) -> None:
    """Take a scenario out of the library. Raises PlanbenchError and StoreError."""
    library.delete_entries([_entry(document, name, {})], f"Scenario “{name}” taken out")


def kept_scenarios(library: Library, document: Document) -> tuple[Scenario, ...]:
    """The scenarios of an update, oldest first; none for a file from elsewhere.

    Raises StoreError, and ModelError for one that this program does not understand.
    """
    from planbench.engines.risk.model import parse_model

    if document.update is None:
        return ()
    found = []
    for entry in library.entries(SCENARIO, document.library_project):
        body = dict(entry.body)
        if body.pop("update", None) == document.update:
            name, model = str(body.pop("name")), parse_model(body.pop("model"), "scenario")
            found.append(Scenario(name, model, **body))
    return tuple(found)


def compare_scenarios(
    document: Document,
    scenarios: Sequence[Scenario],
    *,
    iterations: int = 0,
    seed: int | None = None,
    percents: Sequence[float] = (50.0, 80.0),
    context: JobContext | None = None,
) -> tuple[Compared, ...]:
    """Run scenarios with the same random numbers and say what each gains against the first.

    Without `iterations` and `seed` those of the first count. Raises what `run_risk` raises.
    """
    from planbench.engines.risk.result import paired_gain
    from planbench.services.risk import simulated

    if not scenarios:
        return ()
    context = context or JobContext()
    first = scenarios[0]
    made: list[Compared] = []
    for number, scenario in enumerate(scenarios):
        inner = JobContext(_part(context, number, len(scenarios), scenario.name))
        result = simulated(
            document,
            scenario.model,
            iterations=iterations or first.iterations,
            seed=first.seed if seed is None else seed,
            sampling=first.sampling,
            mitigated=scenario.mitigated,
            exclusion=False,
            context=inner,
        )
        base = made[0].result.finish if made else result.finish
        gains = {p: paired_gain(base, result.finish, p) for p in percents}
        made.append(Compared(scenario.name, result, gains))
    return tuple(made)


def _part(context: JobContext, number: int, of: int, name: str) -> Callable[[Progress], None]:
    """Passes the progress of one run on as a part of all; a cancel comes back through it."""

    def listen(progress: Progress) -> None:
        share = progress.done / max(progress.total, 1)
        context.report(round((number + share) * 1000), of * 1000, f"Simulating “{name}”")

    return listen


def _body(scenario: Scenario) -> dict[str, Any]:
    from planbench.engines.risk.model import model_json

    return {
        "name": scenario.name,
        "model": model_json(scenario.model),
        "iterations": scenario.iterations,
        "seed": scenario.seed,
        "sampling": scenario.sampling,
        "mitigated": scenario.mitigated,
        "digest": scenario.digest,
        "p80": scenario.p80,
    }


def _entry(document: Document, name: str, body: dict[str, Any]) -> Any:
    from planbench.store.records import Entry

    if document.update is None:
        raise PlanbenchError(
            "scenarios are kept with an update in the library", mend="Add the file to a project."
        )
    uid = f"{document.update}:{name}"
    return Entry(SCENARIO, uid, {**body, "update": document.update}, document.library_project)
