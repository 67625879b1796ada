"""Work that is not done in every run: activities that may not exist, and paths of branches.

Such an activity takes no time in the runs without it. One that does not exist passes the logic on;
the work of a path that is not taken is out of the logic altogether.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from planbench.domain.errors import ModelError
from planbench.domain.schedule import Schedule
from planbench.engines.kernel import row_kernel
from planbench.engines.risk.model import RiskModel
from planbench.engines.risk.rng import OCCURS, draw, stable_hash
from planbench.engines.risk.selection import selected

EXISTS, CHANCE, CONDITION = range(3)
"""How an option is decided: for one activity by chance, among the paths of a branch, by a date."""

KIND, LOW, HIGH, FROM, TO, SOURCE, FIRST, COUNT = range(8)
"""Columns of the options: how they are decided; halves of the hash; the share of the numbers in
which the work is done, in units of 2**-32; for a condition in FROM the instant that SOURCE, a
position in the plan or -1, has to finish after; and the options of the same branch."""

_OCCURS = np.uint32(OCCURS)
_ALL = 1 << 32


def bind_options(model: RiskModel, schedule: Schedule, rows: Any) -> tuple[Any, Any]:
    """(options (m, 8), option of every simulated activity or -1).

    Raises ModelError for names that the schedule does not have, for an activity with two options
    and for a condition that does not come before its branch.
    """
    of = np.full(rows.size, -1, dtype=np.int32)
    made: list[tuple[int, ...]] = []
    position = {int(row): k for k, row in enumerate(rows.tolist())}
    code = schedule.activities.code

    def claim(where: Any, at: str) -> Any:
        mine = np.flatnonzero(selected(schedule, where, at)[rows])
        twice = mine[of[mine] >= 0]
        if twice.size:
            raise ModelError(f"{code[rows[twice[0]]]} depends on another choice as well", at)
        return mine

    for number, item in enumerate(model.existence):
        for k in claim(item.where, f"existence {number + 1}").tolist():
            name = stable_hash(f"existence {schedule.activities.uid[rows[k]]}")
            of[k] = len(made)
            share = round(item.probability * _ALL)
            made.append((EXISTS, name & 0xFFFFFFFF, name >> 32, 0, share, -1, len(made), 1))
    for branch in model.branches:
        at = f"branches {branch.id}"
        name = stable_hash(f"branch {branch.id}")
        first, begun = len(made), 0.0
        for path in branch.paths:
            mine = claim(path.where, at)
            of[mine] = len(made)
            source, start, end = -1, round(begun * _ALL), round((begun + path.probability) * _ALL)
            if branch.conditional:
                start = path.after
                source = _condition(schedule, position, path.activity, at)
                _comes_before(source, of, first, code[rows], at)
            begun += path.probability
            kind = CONDITION if branch.conditional else CHANCE
            made.append(
                (
                    kind,
                    name & 0xFFFFFFFF,
                    name >> 32,
                    start,
                    end,
                    source,
                    first,
                    len(branch.paths),
                )
            )
    return np.array(made, dtype=np.int64).reshape(-1, 8), of


def _condition(schedule: Schedule, position: dict[int, int], code: str, at: str) -> int:
    if not code:
        return -1
    row = schedule.row_of_code.get(code)
    if row is None:
        raise ModelError(f"there is no activity {code}", at, "Correct or remove the id.")
    if position and row not in position:
        raise ModelError(f"{code} is not simulated, so nothing can depend on it", at)
    return position.get(row, -1)


def _comes_before(source: int, of: Any, first: int, codes: Any, at: str) -> None:
    early = np.flatnonzero(of >= first)
    if early.size and early[0] <= source:
        raise ModelError(
            f"{codes[early[0]]} is not after {codes[source]}, whose finish decides about it",
            at,
            "Link the condition to the work of every path.",
        )


def decided_by_dates(x: Any) -> Any:
    """Mask of the simulated activities of conditional branches; `x` are the variables."""
    kinds = np.append(x.options[:, KIND], EXISTS)  # the last one is for "no option"
    return kinds[x.option_of] == CONDITION


@row_kernel
def draw_options(
    options: Any, absent: Any, decided: Any, word: Any, first: Any, k0: Any, k1: Any, strata: Any
) -> None:
    """Which options are not there in a block; those that dates decide stay undecided."""
    for m in range(options.shape[0]):
        decided[m] = options[m, KIND] != CONDITION
        if options[m, KIND] == CONDITION:
            for v in range(word.size):
                absent[m, v] = 0
            continue
        low, high = np.uint32(options[m, LOW]), np.uint32(options[m, HIGH])
        draw(word, first, low, high, _OCCURS, k0, k1, strata)
        for v in range(word.size):
            u = np.int64(word[v])
            absent[m, v] = np.uint8(u < options[m, FROM] or u >= options[m, TO])


@row_kernel
def decide(options: Any, absent: Any, decided: Any, clock: Any, origin: Any, m: Any) -> None:
    """Settle the branch of option m by the dates of this block."""
    first, count = options[m, FIRST], options[m, COUNT]
    for v in range(absent.shape[1]):
        taken = first + count - 1
        for k in range(first + count - 2, first - 1, -1):
            source = options[k, SOURCE]
            if clock[2 * source + 1, v] + origin > options[k, FROM]:
                taken = k
        for k in range(first, first + count):
            absent[k, v] = np.uint8(k != taken)
    for k in range(first, first + count):
        decided[k] = 1


@row_kernel
def leave_out(absent: Any, row: Any) -> None:
    """Nothing, in the runs in which the work is not there."""
    for v in range(row.size):
        if absent[v] != 0:
            row[v] = 0
