"""A schedule with a row or more in every table that can be exported."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planbench.domain.schedule import (
    Accounts,
    Assignments,
    CodeAssignments,
    CodeTypes,
    CodeValues,
    Expenses,
    ExternalLinks,
    Notes,
    ResourceRates,
    Resources,
    Roles,
    Schedule,
    Splits,
    Steps,
    UdfTypes,
    UdfValues,
    make_table,
)
from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import from_iso
from planbench.services.document import Document


def rich_schedule() -> Schedule:
    """A network with a row or more in every table that comes back."""
    schedule = synthetic_schedule(30, 40)
    return replace(
        schedule,
        resources=make_table(
            Resources, 2, uid=["1", "2"], code=["CREW", "007"], name=["Crew", "Crane"],
            parent=[-1, -1], calendar=[0, -1], kind=["labor", "nonlabor"], unit=["", "h"],
            max_units=[4.0, 1.0], price=[50.0, 200.0],
        ),
        assignments=make_table(
            Assignments, 2, uid=["1", "2"], activity=[0, 1], resource=[0, 1],
            budget_units=[80.0, 10.0], remaining_units=[80.0, 10.0],
            budget_cost=[4000.0, 2000.0],
        ),
        code_types=make_table(CodeTypes, 1, uid=["1"], name=["Area"], scope=["global"]),
        code_values=make_table(
            CodeValues, 2, uid=["1", "2"], type=[0, 0], code=["N", "S"],
            name=["North", "South"], parent=[-1, -1],
        ),
        code_assignments=make_table(CodeAssignments, 2, activity=[0, 1], value=[0, 1]),
        udf_types=make_table(
            UdfTypes, 3, uid=["1", "2", "3"], table=["TASK", "TASK", "RSRC"],
            name=["Zone", "Weight", "Since"], kind=["text", "number", "date"],
        ),
        udf_values=make_table(
            UdfValues, 3, type=[0, 1, 2], subject=[*schedule.activities.uid[:2], "1"],
            value=["=7", "4.25", "2026-03-01 00:00"],
        ),
        expenses=make_table(
            Expenses, 1, uid=["1"], activity=[2], name=["Permit"], account=[0],
            budget_cost=[100.0], remaining_cost=[100.0],
        ),
        accounts=make_table(Accounts, 1, uid=["1"], code=["C"], name=["Civil"], parent=[-1]),
        notes=make_table(
            Notes, 2, activity=[4, 4], topic=["Method", "Method"], text=["One\ntwo", "Three"]
        ),
        external_links=make_table(
            ExternalLinks, 2, uid=["901", "902"], activity=[0, 3], incoming=[True, False],
            other_uid=["77", "78"], other_project=["9", "9"], type=[0, 1], lag=[60, 0],
        ),
        splits=make_table(
            Splits, 2, activity=[0, 0],
            start=[from_iso("2026-03-02 08:00"), from_iso("2026-03-09 08:00")],
            finish=[from_iso("2026-03-04 17:00"), from_iso("2026-03-10 17:00")],
        ),
        steps=make_table(
            Steps, 3, uid=["1", "2", "3"], activity=[5, 5, 5], name=["Dig", "Fill", "Fill"],
            weight=[1.0, 3.0, 1.0], percent=[100.0, 0.0, 0.0],
        ),
        roles=make_table(
            Roles, 2, uid=["1", "2"], code=["ENG", "CIV"], name=["Engineer", "Civil"],
            parent=[-1, 0],
        ),
        resource_rates=make_table(
            ResourceRates, 2, resource=[0, 0],
            start=[from_iso("2020-01-01 00:00"), from_iso("2090-01-01 00:00")],
            max_units=[4.0, 6.0], price=[50.0, 55.0],
        ),
    )  # fmt: skip


@pytest.fixture
def rich() -> Document:
    """A document of a network with a row or more in every table that comes back."""
    return Document(rich_schedule())
