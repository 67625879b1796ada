"""What the optimum says about each project, and why: reasons, prices of limits, stability."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from planbench.engines.portfolio.conflict import Conflict, conflict
from planbench.engines.portfolio.selection import (
    DEFAULT_GAP,
    DEFAULT_SECONDS,
    MEASURED,
    Floats,
    Limit,
    Option,
    Problem,
    Selection,
    least_broken,
    solve,
    solve_in_order,
    usage,
)

Step = Callable[[int, int], None]

LAUNCH, DELAY, HOLD, CONTINUE, PAUSE, STOP = "launch", "delay", "hold", "continue", "pause", "stop"
FULL = 0.995
"""Share of a limit from which it counts as used up."""


def silent(done: int, total: int) -> None:
    """A step that nobody hears of."""


@dataclass(frozen=True)
class Decision:
    """What to do with a project, and what deciding otherwise costs.

    `alone` is the best its options could bring without any limit. `instead` is the option that
    would be taken then, `loss` what forcing it costs the whole portfolio (None: nothing can be
    forced, see `conflict`), `pushed` who then changes. `lets_in` are the amounts by which limits
    would have to give way for it to be added to the rest as it is, as the option `fits`, beside
    `rules` that are not amounts. `reason`: best, negative-value, limits, rules, or forced.
    """

    project: str
    decision: str
    option: Option | None
    alone: float
    reason: str
    instead: Option | None = None
    loss: float | None = None
    pushed: tuple[str, ...] = ()
    fits: Option | None = None
    lets_in: tuple[tuple[str, float], ...] = ()
    rules: tuple[str, ...] = ()
    conflict: tuple[str, ...] = ()


def decision_word(option: Option | None, running: bool) -> str:
    """The board's word for a chosen option."""
    if option is None:
        return HOLD
    if not option.active:
        return STOP
    if running:
        return PAUSE if option.delay else CONTINUE
    return DELAY if option.delay else LAUNCH


def best_alone(problem: Problem, item: str) -> Option | None:
    """The option that is best for an item on its own; none where doing nothing is better."""
    options = [problem.options[n] for n in problem.of_item[item]]
    best = max(options, key=lambda option: (option.value, -option.delay), default=None)
    if best is None or (item not in problem.exactly_one and best.value <= 0):
        return None
    return best


def decide(
    problem: Problem,
    selection: Selection,
    *,
    gap: float = DEFAULT_GAP,
    seconds: float = DEFAULT_SECONDS,
    step: Step = silent,
) -> tuple[Decision, ...]:
    """A decision for every item, by id. One more solve for each that is not as it would like."""
    made = []
    chosen = selection.option_of(problem)
    for k, item in enumerate(problem.items):
        step(k, len(problem.items))
        made.append(_decision(problem, selection, item, chosen.get(item), gap, seconds))
    return tuple(made)


def _decision(
    problem: Problem,
    selection: Selection,
    item: str,
    option: Option | None,
    gap: float,
    seconds: float,
) -> Decision:
    running = item in problem.exactly_one
    word = decision_word(option, running)
    options = [problem.options[n] for n in problem.of_item[item]]
    favourite = best_alone(problem, item)
    alone = favourite.value if favourite else max((o.value for o in options), default=0.0)
    if favourite is not None and favourite == option:
        return _against(
            problem, selection, Decision(item, word, option, alone, "best"), gap, seconds
        )
    if favourite is None and option is None:
        base = Decision(item, word, option, alone, "negative-value")
        return _against(problem, selection, base, gap, seconds)
    if favourite is None or not favourite.active:
        # it goes on although it is better left: a rule keeps it, or another needs it
        return replace(
            Decision(item, word, option, alone, "forced", instead=favourite),
            rules=_rules_of(problem, item),
        )
    wanted = [problem.options.index(favourite)]
    base = _forced(problem, selection, item, wanted, favourite, gap, seconds)
    started = option is not None and option.active
    fits, lets_in, rules = _room(
        problem, selection, item, wanted if started else problem.active(item)
    )
    reason = "limits" if lets_in else "rules"
    return replace(
        base,
        decision=word,
        option=option,
        alone=alone,
        reason=reason,
        fits=fits,
        lets_in=lets_in,
        rules=rules,
    )


def _against(
    problem: Problem, selection: Selection, base: Decision, gap: float, seconds: float
) -> Decision:
    """What the opposite of a decision would cost: not doing it, or doing it all the same."""
    active = problem.active(base.project)
    if base.option is not None and base.option.active:
        others = [n for n in problem.of_item[base.project] if n not in active]
        name = f"without {base.project}"
        numbers = np.array(active, dtype=np.int64)
        forced = problem.with_limits(
            Limit(name, "forced", numbers, np.ones(len(active)), upper=0.0)
        )
        instead = problem.options[others[0]] if others else None
    elif active:
        forced = problem.forced(active, f"with {base.project}")
        instead = max((problem.options[n] for n in active), key=lambda o: (o.value, -o.delay))
    else:
        return base
    return _compared(problem, selection, base, forced, instead, gap, seconds)


def _forced(
    problem: Problem,
    selection: Selection,
    item: str,
    numbers: list[int],
    instead: Option,
    gap: float,
    seconds: float,
) -> Decision:
    base = Decision(item, "", None, 0.0, "limits")
    forced = problem.forced(numbers, f"with {item}")
    return _compared(problem, selection, base, forced, instead, gap, seconds)


def _compared(
    problem: Problem,
    selection: Selection,
    base: Decision,
    forced: Problem,
    instead: Option | None,
    gap: float,
    seconds: float,
) -> Decision:
    found = solve(forced, gap=gap, seconds=seconds)
    if not found.found:
        why = conflict(forced) if found.status == "infeasible" else None
        names = () if why is None else why.names
        own = {limit.name for limit in problem.limits}  # without the one that forces
        return replace(base, instead=instead, conflict=tuple(n for n in names if n in own))
    before, after = selection.option_of(problem), found.option_of(problem)
    pushed = tuple(
        item
        for item in problem.items
        if item != base.project and before.get(item) != after.get(item)
    )
    # never below zero: with a gap the first answer may be beaten by a hair
    loss = max(0.0, selection.value - found.value)
    return replace(base, instead=instead, loss=loss, pushed=pushed)


def _rules_of(problem: Problem, item: str) -> tuple[str, ...]:
    """Rules that speak of an item and would break if it were left out."""
    mine = set(problem.active(item))
    names = {
        limit.name
        for limit in problem.limits
        if limit.kind in ("must-do", "dependency", "together", "group", "pinned")
        and limit.options.size < len(problem.options)
        and mine & set(limit.options.tolist())
    }
    return tuple(sorted(names))


def _room(
    problem: Problem, selection: Selection, item: str, numbers: list[int]
) -> tuple[Option | None, tuple[tuple[str, float], ...], tuple[str, ...]]:
    """The least loosening that lets an item in while all others stay as they are."""
    picked = set(selection.chosen)
    mine = set(problem.of_item[item])
    still = [n for n in range(len(problem.options)) if n not in mine]
    yes = [n for n in still if n in picked]
    no = [n for n in still if n not in picked]
    fixed = problem.with_limits(
        *(Limit(f"as is {n}", "fixed", np.array([n]), np.ones(1), lower=1.0) for n in yes),
        Limit("as is", "fixed", np.array(no, dtype=np.int64), np.ones(len(no)), upper=0.0),
    ).forced(numbers, f"with {item}")
    names = {limit.name for limit in problem.limits}
    broken = least_broken(fixed, names)
    if broken is None:
        return None, (), ()
    amounts = {limit.name for limit in problem.limits if limit.kind in MEASURED}
    lets_in = tuple(sorted((name, by) for name, by in broken.amounts.items() if name in amounts))
    fits = next(problem.options[n] for n in broken.chosen if n in mine)
    return fits, lets_in, tuple(sorted(name for name in broken.amounts if name not in amounts))


# ---------------------------------------------------------------- limits


@dataclass(frozen=True)
class Binding:
    """A limit that holds the value down.

    `step` more of it (1 % of a budget, one unit of a role) brings `step_gain`, without it at all
    the value rises by `removal_gain`. The gains are optima compared, each proven to the gap.
    """

    name: str
    kind: str
    used: float
    limit: float
    step: float
    step_gain: float
    removal_gain: float


def binding_limits(
    problem: Problem,
    selection: Selection,
    *,
    most: int = 40,
    gap: float = DEFAULT_GAP,
    seconds: float = DEFAULT_SECONDS,
    step: Step = silent,
) -> tuple[Binding, ...]:
    """Limits that are used up or whose removal alone raises the value, by that gain.

    The `most` tightest ones are looked at, each with one or two more solves.
    """
    used = usage(problem, selection.chosen)
    tight = [
        (used[limit.name] / limit.upper if limit.upper > 0 else math.inf, limit)
        for limit in problem.limits
        if limit.kind in MEASURED and math.isfinite(limit.upper) and _can_break(limit, used)
    ]
    tight.sort(key=lambda pair: (-pair[0], pair[1].name))
    found = []
    for k, (share, limit) in enumerate(tight[:most]):
        step(k, min(most, len(tight)))
        freed = solve(problem.without({limit.name}), gap=gap, seconds=seconds)
        gain = max(0.0, freed.value - selection.value)
        worth = gain > max(gap, 1e-9) * abs(selection.value)
        if share < FULL and not worth:
            continue
        more = 0.01 * limit.upper if limit.kind != "role" else 1.0
        wider = replace(limit, upper=limit.upper + more)
        widened = problem.with_other(wider)
        step_gain = 0.0
        if gain > 0:
            again = solve(widened, gap=gap, seconds=seconds)
            step_gain = max(0.0, again.value - selection.value)
        found.append(
            Binding(limit.name, limit.kind, used[limit.name], limit.upper, more, step_gain, gain)
        )
    return tuple(sorted(found, key=lambda b: (-b.removal_gain, b.name)))


def _can_break(limit: Limit, used: dict[str, float]) -> bool:
    """Whether any one option could break the limit on top of what is used."""
    most = float(limit.weights.max(initial=0.0))
    return used[limit.name] + most > limit.upper


# ---------------------------------------------------------------- stability

CORE, BORDERLINE, OUT = "core", "borderline", "out"
CORE_FROM, OUT_TO = 0.9, 0.1


@dataclass(frozen=True)
class Stability:
    """In which share of the draws an item goes on; `kind` core, borderline or out."""

    project: str
    share: float
    kind: str


def stability(
    problem: Problem,
    draws: npt.NDArray[np.float64],
    *,
    gap: float = DEFAULT_GAP,
    seconds: float = DEFAULT_SECONDS,
    step: Step = silent,
) -> tuple[Stability, ...]:
    """How often each item is chosen when values are as drawn: `draws[k, n]` of option n."""
    counts = dict.fromkeys(problem.items, 0)
    solved = 0
    for k, values in enumerate(draws):
        step(k, len(draws))
        found = solve(problem.with_values(values), gap=gap, seconds=seconds)
        if found.found:
            solved += 1
            for n in found.chosen:
                counts[problem.options[n].item] += problem.options[n].active
    made = []
    for item, count in counts.items():
        share = count / solved if solved else 0.0
        kind = CORE if share >= CORE_FROM else OUT if share <= OUT_TO else BORDERLINE
        made.append(Stability(item, share, kind))
    return tuple(made)


# ---------------------------------------------------------------- one call


@dataclass(frozen=True)
class Answer:
    """A solved problem with its explanations; `conflict` is there when nothing fits."""

    selection: Selection
    decisions: tuple[Decision, ...] = ()
    bindings: tuple[Binding, ...] = ()
    conflict: Conflict | None = None


def answer(
    problem: Problem,
    *,
    second: Floats | None = None,
    explain: bool = True,
    gap: float = DEFAULT_GAP,
    seconds: float = DEFAULT_SECONDS,
    step: Step = silent,
) -> Answer:
    """Solve, and explain; an infeasible problem comes back with its conflict.

    `second` is another value for each option, which decides between equals of the first.
    """
    step(0, 3)
    if second is None:
        selection = solve(problem, gap=gap, seconds=seconds)
    else:
        selection = solve_in_order(problem, second, gap=gap, seconds=seconds)
    if selection.status == "infeasible":
        return Answer(selection, conflict=conflict(problem, lambda _: step(1, 3)))
    if not selection.found or not explain:
        return Answer(selection)
    decisions = decide(problem, selection, gap=gap, seconds=seconds, step=_part(step, 1, 3))
    bindings = binding_limits(problem, selection, gap=gap, seconds=seconds, step=_part(step, 2, 3))
    step(3, 3)
    return Answer(selection, decisions, bindings)


def _part(step: Step, part: int, parts: int) -> Step:
    """Steps of one part as steps of the whole."""

    def within(done: int, total: int) -> None:
        step(part * max(total, 1) + done, parts * max(total, 1))

    return within


def chosen_delays(problem: Problem, chosen: Sequence[int]) -> dict[str, int | None]:
    """Delay of each item that goes on, None for those that do not."""
    plan: dict[str, int | None] = dict.fromkeys(problem.items)
    for n in chosen:
        option = problem.options[n]
        plan[option.item] = option.delay if option.active else None
    return plan
