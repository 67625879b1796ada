"""The sample project that ships with planbench: NORDLYS, its baseline and three updates.

The data lies as plain tables in `resources/sample` (see the README there). Here they become
Schedules: one network that grows by the changes of each update, and the status of the month.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.schedule import Baseline, Schedule
from planbench.domain.times import NO_TIME
from planbench.services.actions import keep_sample_actions
from planbench.services.baselines import aligned_baseline
from planbench.services.cash import keep_sample_cash
from planbench.services.contract import keep_sample
from planbench.services.cost import keep_sample_cost
from planbench.services.sample_build import build_schedule
from planbench.services.sample_network import (
    BASELINE,
    LATEST,
    UPDATES,
    first_network,
    project_facts,
    table,
    threshold,
)

if TYPE_CHECKING:
    from pathlib import Path

    from planbench.services.library import Library


@cache
def sample_schedules() -> dict[str, Schedule]:
    """The four schedules of the sample: `"baseline"` and one by the data date of each update.

    Nothing is calculated: stored dates are there only where the sample wants a file to carry a
    date that contradicts the calculation. Uids stay the same from update to update.
    """
    network = first_network()
    first_date = project_facts()["dates"]["baseline_data_date"]
    made = {BASELINE: build_schedule(network, BASELINE, first_date)}
    for number, data_date in enumerate(UPDATES, start=1):
        network.add_activities(table(f"updates/{data_date}-new-activities.csv"))
        for change in table(f"updates/{data_date}-changes.csv"):
            network.apply(change)
        if network.threshold_h != threshold(number):
            raise ValueError(f"project.json and the changes of {data_date} differ in the threshold")
        made[data_date] = build_schedule(network, data_date, f"{data_date} 18:00")
    return made


def sample_baseline(schedule: Schedule) -> Baseline:
    """The baseline of 2025-06-30 in the order of a schedule's activities.

    Start and finish are the actual dates, or those the calculation of the baseline's own schedule
    gives; activities that came later have no values.
    """
    from planbench.engines.cpm import schedule_network

    first = sample_schedules()[BASELINE]
    return aligned_baseline(schedule, first, _title(BASELINE), schedule_network(first))


def _title(label: str) -> str:
    """What people call the baseline or an update."""
    dates = project_facts()["dates"]
    if label == BASELINE:
        return f"Baseline {dates['baseline_set']}"
    return str(dates["updates"][UPDATES.index(label)]["label"])


def with_dates(schedule: Schedule) -> Schedule:
    """The schedule as a program would export it after scheduling: calculated dates are stored.

    Values that are stored already stay. Raises ScheduleError when it cannot be calculated.
    """
    from planbench.engines.cpm import schedule_network

    cpm = schedule_network(schedule)
    acts = schedule.activities
    stored = {
        "stored_early_start": cpm.early_start,
        "stored_early_finish": cpm.early_finish,
        "stored_late_start": cpm.late_start,
        "stored_late_finish": cpm.late_finish,
        "stored_total_float": cpm.total_float,
        "stored_free_float": cpm.free_float,
        "planned_start": cpm.start,
        "planned_finish": cpm.finish,
    }
    columns = {}
    for name, calculated in stored.items():
        given = getattr(acts, name)
        columns[name] = np.where(given == NO_TIME, calculated, given)
    finish = int(cpm.project_finish[0])
    project = replace(
        schedule.projects[0], scheduled_finish=finish, last_scheduled=schedule.data_date
    )
    made = replace(schedule, projects=(project,))
    return made.with_activities(**columns, stored_longest_path=cpm.longest_path.astype(np.int8))


def sample_risk_model() -> dict[str, Any]:
    """Risk model of the latest update, as `planbench risk --model` reads it."""
    from planbench.services.sample_risk import risk_model

    return risk_model(sample_schedules()[LATEST])


def export_sample(folder: Path) -> list[Path]:
    """Write the baseline and the updates as XER files, as an exporter would after scheduling.

    Returns the files in the order of their data dates. Raises OSError when it cannot be written.
    """
    files = []
    for label, schedule in sample_schedules().items():
        path = folder / _file_name(label)
        path.write_bytes(_xer(with_dates(schedule)))
        files.append(path)
    return files


def _file_name(label: str) -> str:
    return f"{project_facts()['project_id']} {label}.xer"


def _xer(schedule: Schedule) -> bytes:
    from planbench.exchange.xer.writer import schedule_to_document, write_xer

    return write_xer(schedule_to_document(schedule))


def ensure_sample(library: Library) -> int:
    """File the sample in a library, what is not there already; the id of its project.

    Raises StoreError when it cannot be kept.
    """
    facts = project_facts()
    project = library.file.find_project(facts["project_id"])
    if project is None:
        project = library.new_project(facts["project_id"], facts["name"])
    there = {update.data_date for update in library.project(project).updates}
    for label, schedule in sample_schedules().items():
        if schedule.data_date not in there:
            full = with_dates(schedule)
            update = library.add_schedule(
                full,
                label=_title(label),
                kind="baseline" if label == BASELINE else "update",
                project=project,
                content=_xer(full),
                name=_file_name(label),
            )
            if label == LATEST:
                _keep_risk_model(library, update)
    keep_sample(library, project)
    keep_sample_actions(library, project)
    keep_sample_cost(library, project)
    keep_sample_cash(library, project)
    _keep_register(library, project)
    return project


def _keep_register(library: Library, project: int) -> None:
    """Keep the sample's risk register where the project has none yet."""
    from planbench.services.register import Register
    from planbench.services.sample_risk import risk_entries

    register = Register(library, project)
    if not register.entries:
        register.put(risk_entries(), "register of the sample")


def _keep_risk_model(library: Library, update: int) -> None:
    """Keep the sample's ranges and risks with its latest update."""
    from planbench.services.risk import sample_model

    document = library.open_update(update)
    document.risk_model = sample_model(document)
    library.save_results(document)
