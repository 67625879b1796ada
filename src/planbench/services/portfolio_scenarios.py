"""Scenarios: an immutable snapshot of the register, what is supposed, and what came out.

Snapshots are kept once for each state of the register, scenarios only name theirs and add the
differences. A draft may change, an approved one no longer does; committing makes it the target
of the projects. Who did what and when is in the journal of the entries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from planbench.domain.errors import PlanbenchError
from planbench.engines.portfolio.decisions import decision_word
from planbench.engines.portfolio.register import Register
from planbench.engines.portfolio.timing import Assumptions, make_option
from planbench.services.portfolio import Solved, check_plan
from planbench.services.portfolio_library import (
    TARGET,
    Target,
    digest_of,
    register_from,
    tables_of,
)
from planbench.store.records import Entry

if TYPE_CHECKING:
    from planbench.services.library import Library

SCENARIO, SNAPSHOT = "portfolio-scenario", "portfolio-snapshot"
DRAFT, APPROVED, COMMITTED = "draft", "approved", "committed"


@dataclass(frozen=True)
class Scenario:
    """A named answer to a what-if. `plan` is the delay of each project, None: not done.

    `figures`: value, cost, bound, gap, status and cost by fiscal year. `snapshot` names the state
    of the register that it was made from.
    """

    uid: str
    name: str
    snapshot: str
    assumptions: Assumptions
    plan: Mapping[str, int | None]
    figures: Mapping[str, Any] = field(default_factory=dict)
    state: str = DRAFT
    note: str = ""


def new_scenario(name: str, solved: Solved, note: str = "") -> Scenario:
    """A draft of a solved portfolio. Raises PlanbenchError where nothing was found."""
    selection = solved.selection
    if not selection.found:
        raise PlanbenchError("there is no choice to keep", name)
    made = scenario_of_plan(name, solved.register, solved.plan, solved.assumptions, note)
    proven = {
        "value": selection.value,
        "bound": selection.bound,
        "gap": selection.gap,
        "status": selection.status,
    }
    return replace(made, figures={**made.figures, **proven})


def scenario_of_plan(
    name: str,
    register: Register,
    plan: Mapping[str, int | None],
    assumptions: Assumptions | None = None,
    note: str = "",
) -> Scenario:
    """A draft of a plan made by hand; nothing is known about how much better it could be."""
    given = assumptions or Assumptions()
    checked = check_plan(register, plan, given)
    years: dict[str, float] = {}
    for year in checked.years:
        key = str(year.fiscal_year)
        years[key] = years.get(key, 0.0) + year.cost
    figures = {
        "value": checked.value,
        "cost": checked.cost,
        "bound": None,
        "gap": None,
        "status": "by hand",
        "broken": checked.broken,
        "years": years,
        "values": checked.option_values,
    }
    return Scenario(uuid4().hex, name, digest_of(register), given, dict(plan), figures, DRAFT, note)


def keep_scenario(library: Library, scenario: Scenario, register: Register) -> None:
    """Keep a draft with the snapshot it was made from.

    Raises PlanbenchError when it is no draft any more, or made from another register.
    """
    old = {one.uid: one for one in scenarios(library)}.get(scenario.uid)
    if old is not None and old.state != DRAFT:
        raise PlanbenchError(f"the scenario is {old.state}", old.name, "Make a new one of it.")
    if digest_of(register) != scenario.snapshot:
        raise PlanbenchError(
            "the register was changed in between", scenario.name, "Solve the scenario again."
        )
    entries = [_entry(scenario)]
    if not any(entry.uid == scenario.snapshot for entry in library.entries(SNAPSHOT)):
        entries.append(Entry(SNAPSHOT, scenario.snapshot, {"tables": tables_of(register)}))
    library.put_entries(entries, f"Keep scenario {scenario.name}")


def _entry(scenario: Scenario) -> Entry:
    body = {item.name: getattr(scenario, item.name) for item in fields(scenario)}
    body["assumptions"] = asdict(scenario.assumptions)
    return Entry(SCENARIO, scenario.uid, body)


def scenarios(library: Library) -> tuple[Scenario, ...]:
    """All scenarios, oldest first."""
    return tuple(_scenario(entry.body) for entry in library.entries(SCENARIO))


def _scenario(body: Mapping[str, Any]) -> Scenario:
    given = dict(body["assumptions"])
    for name in ("more_delays", "force_in", "force_out", "cover"):
        given[name] = tuple(given[name])
    return Scenario(**{**body, "assumptions": Assumptions(**given)})


def snapshot(library: Library, scenario: Scenario) -> Register:
    """The register as it was when the scenario was made.

    Raises PlanbenchError when it is no longer there.
    """
    for entry in library.entries(SNAPSHOT):
        if entry.uid == scenario.snapshot:
            return register_from(entry.body["tables"], f"snapshot of {scenario.name}")
    raise PlanbenchError("its snapshot is not in the library", scenario.name)


def delete_scenario(library: Library, scenario: Scenario) -> None:
    """Forget a draft. Raises PlanbenchError for one that was approved or committed."""
    if scenario.state != DRAFT:
        raise PlanbenchError(f"the scenario is {scenario.state} and stays", scenario.name)
    library.delete_entries([_entry(scenario)], f"Delete scenario {scenario.name}")


def approve(library: Library, scenario: Scenario, who: str = "") -> Scenario:
    """Make a kept draft unchangeable. Raises PlanbenchError for one that is no draft."""
    if scenario.state != DRAFT:
        raise PlanbenchError(f"the scenario is already {scenario.state}", scenario.name)
    made = replace(scenario, state=APPROVED)
    library.put_entries([_entry(made)], f"Approve scenario {scenario.name}", who)
    return made


def commit(library: Library, scenario: Scenario, who: str = "") -> tuple[Target, ...]:
    """Make an approved scenario the target of its projects; the one before steps back.

    Raises PlanbenchError for one that was not approved.
    """
    if scenario.state != APPROVED:
        raise PlanbenchError("only an approved scenario can be committed", scenario.name)
    made = project_targets(snapshot(library, scenario), scenario)
    what = f"Commit scenario {scenario.name}"
    stale = {target.project for target in made}
    old = [entry for entry in library.entries(TARGET) if entry.uid not in stale]
    before = [
        _entry(replace(one, state=APPROVED)) for one in scenarios(library) if one.state == COMMITTED
    ]
    entries = [Entry(TARGET, target.project, asdict(target)) for target in made]
    library.put_entries([*before, *entries, _entry(replace(scenario, state=COMMITTED))], what, who)
    if old:
        library.delete_entries(old, what, who)
    return made


def project_targets(register: Register, scenario: Scenario) -> tuple[Target, ...]:
    """Start, finish, budget and decision of every open project under a scenario."""
    made = []
    for project in register.open_projects:
        delay = scenario.plan.get(project.id)
        if delay is None:
            word = "stop" if project.running else "hold"
            made.append(Target(project.id, scenario.uid, word, None, None, 0.0))
            continue
        option = make_option(register, project, delay, scenario.assumptions)
        word = decision_word(option, project.running)
        made.append(
            Target(project.id, scenario.uid, word, option.start, option.finish - 1, option.cost)
        )
    return tuple(made)


@dataclass(frozen=True)
class Line:
    """One row of a comparison: a figure of every scenario, None where it has none."""

    name: str
    values: tuple[float | int | str | None, ...]


def compare(found: Sequence[Scenario]) -> tuple[Line, ...]:
    """Scenarios side by side: value, cost, gap, cost by year, and the delay of each project.

    Cost by year adds to the cost of the projects that go on and the exit costs of those that stop.
    """
    made = [
        Line(name, tuple(one.figures.get(name) for one in found))
        for name in ("value", "cost", "gap", "status")
    ]
    years = sorted({year for one in found for year in one.figures.get("years", {})})
    made += [
        Line(f"cost {year}", tuple(one.figures["years"].get(year, 0.0) for one in found))
        for year in years
    ]
    projects = sorted({project for one in found for project in one.plan})
    made += [Line(project, tuple(one.plan.get(project) for one in found)) for project in projects]
    return tuple(made)
