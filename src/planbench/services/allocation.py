"""Allocation of cost to accounts by rules that a project keeps, written one a line.

`wbs NORD.4 = 4.1 60, 4.2 40`, `code Discipline = Civil = 2.1`, `activity TS-2120 = 3.1`: what the
rule goes by, then the accounts with percents; a single account has 100.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from planbench.domain.errors import ModelError
from planbench.domain.schedule import Rows, Schedule
from planbench.engines.control.accounts import Misfit
from planbench.engines.control.allocation import (
    ACTIVITY,
    CODE,
    Allocation,
    checked_rules,
    rule_of_wbs,
)
from planbench.services.project_settings import keep_setting, setting

if TYPE_CHECKING:
    from planbench.services.library import Library

Rules = tuple[Allocation, ...]


def rules_of(library: Library | None, project: int | None) -> Rules:
    """The allocation rules of a project. Raises ModelError for rules that make no sense."""
    kept = setting(library, project, "allocation").get("rules", ())
    return checked_rules(
        [
            Allocation(str(basis), str(key), tuple((str(a), float(p)) for a, p in parts))
            for basis, key, parts in kept
        ]
    )


def keep_rules(library: Library, project: int, rules: Sequence[Allocation]) -> None:
    """Keep the allocation rules of a project. Raises ModelError for rules without sense."""
    body = [
        [one.basis, one.key, [list(part) for part in one.parts]] for one in checked_rules(rules)
    ]
    keep_setting(library, project, "allocation", "allocation rules", rules=body)


def parsed_rules(words: str) -> Rules:
    """Rules as written, one a line. Raises ModelError with the line that is none."""
    found = []
    for number, line in enumerate(words.splitlines(), start=1):
        if not line.strip():
            continue
        head, equals, tail = line.rpartition("=")
        basis, _, key = head.strip().partition(" ")
        parts = [_part(one.split(), number) for one in tail.split(",")]
        if not equals or not key.strip():
            raise ModelError(
                "this is no rule", f"line {number}", "Write wbs PATH = ACCOUNT 60, ACCOUNT 40."
            )
        found.append(Allocation(basis.casefold(), key.strip(), tuple(parts)))
    return checked_rules(found)


def _part(pieces: Sequence[str], number: int) -> tuple[str, float]:
    try:
        if len(pieces) in (1, 2):
            return pieces[0], float(pieces[1].rstrip("%")) if len(pieces) == 2 else 100.0
    except ValueError:
        pass
    told = " ".join(pieces)
    raise ModelError(f"“{told}” is no account with a percent", f"line {number}")


def rules_text(rules: Sequence[Allocation]) -> str:
    """Rules as `parsed_rules` reads them."""
    lines = []
    for one in rules:
        alone = len(one.parts) == 1
        parts = [account if alone else f"{account} {percent:g}" for account, percent in one.parts]
        lines.append(f"{one.basis} {one.key} = {', '.join(parts)}")
    return "\n".join(lines)


def rule_of_activities(
    schedule: Schedule, wbs: Rows, codes: Sequence[str], paths: Sequence[str], rules: Rules
) -> Rows:
    """For activities, by their WBS row and id, the place of the rule that holds, -1 for none.

    The first `len(schedule)` of them are those of the schedule, whose codes count.
    """
    by_wbs = np.append(rule_of_wbs(paths, rules), np.int32(-1))
    found = by_wbs[wbs]
    given, values = schedule.code_assignments, schedule.code_values
    types = schedule.code_types.name.tolist()
    names = [
        f"{types[kind]} = {code}"
        for kind, code in zip(values.type.tolist(), values.code.tolist(), strict=True)
    ]
    for place, one in enumerate(rules):
        if one.basis == CODE:
            wanted = [row for row, name in enumerate(names) if name == one.key]
            found[given.activity[np.isin(given.value, wanted)]] = place
    rows = {code: row for row, code in enumerate(codes)}
    for place, one in enumerate(rules):
        if one.basis == ACTIVITY and one.key in rows:
            found[rows[one.key]] = place
    return found


def rule_misfits(schedule: Schedule, paths: Sequence[str], rules: Rules) -> list[Misfit]:
    """Rules that name an account or something to go by that the schedule does not have."""
    accounts = set(schedule.accounts.code.tolist())
    there = {"wbs": set(paths), ACTIVITY: set(schedule.row_of_code)}
    told = []
    for one in rules:
        name = f"{one.basis} {one.key}"
        for account, _ in one.parts:
            if account not in accounts:
                words = f"is allocated to {account}, which the cost breakdown does not have"
                told.append(Misfit("orphan", name, words, 0.0))
        if one.key not in there.get(one.basis, {one.key}):
            told.append(Misfit("orphan", name, "has an allocation rule and is not there", 0.0))
    return told
