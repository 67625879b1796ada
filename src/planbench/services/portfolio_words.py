"""Decisions, limits and conflicts as sentences for a board."""

from __future__ import annotations

from planbench.engines.portfolio.decisions import (
    CONTINUE,
    DELAY,
    HOLD,
    LAUNCH,
    PAUSE,
    STOP,
    Binding,
    Decision,
)
from planbench.engines.portfolio.months import days_in, first_day, month_name
from planbench.engines.portfolio.quarters import quarter_name
from planbench.engines.portfolio.reallocation import Reallocation
from planbench.engines.portfolio.register import Register
from planbench.engines.portfolio.selection import Option

WORDS = {
    LAUNCH: "Launch",
    DELAY: "Launch later",
    HOLD: "Hold",
    CONTINUE: "Continue",
    PAUSE: "Pause",
    STOP: "Stop",
}


def told(amount: float, unit: str) -> str:
    """An amount with its unit: 31.2 million EUR."""
    return f"{amount:,.1f} {unit}"


def short_name(register: Register, project: str) -> str:
    """The project's id and the first word of its name, which people call it by."""
    name = register.by_id[project].name
    return f"{name.split()[0]} ({project})" if name else project


def limit_words(register: Register, name: str) -> str:
    """A limit as people say it: `budget 2027 REG`, `HVDC vessel in 2028Q2`, `share of core`."""
    for role in register.roles:
        start = f"capacity {role.id} "
        if name.startswith(start):
            return f"{role.name} in {name[len(start) :]}"
    kind, _, group = name.partition(" ")
    if kind == "cover":
        titles = {driver.id: driver.name for driver in register.drivers}
        return f"a strong project for {titles.get(group, group)}"
    plain = {"share": "share", "count": "number"}.get(kind)
    if plain:
        return f"{plain} of {group or 'all projects'}"
    return "mean risk" if kind == "mean-risk" else name


def is_amount(name: str) -> bool:
    """Whether a limit is an amount that can be raised, and not a rule that holds or not."""
    return name.startswith(("budget ", "envelope ", "capacity ", "total budget"))


def way_words(register: Register, name: str, amount: float) -> str:
    """What would have to give way: an amount by how much, a rule as a whole."""
    said = limit_words(register, name)
    return f"{amount:,.1f} more {said}" if is_amount(name) else f"giving up the rule '{said}'"


def when(option: Option | None) -> str:
    """The quarter in which an option starts."""
    return quarter_name(option.start) if option is not None and option.active else ""


def reason(register: Register, decision: Decision, unit: str) -> str:
    """Why a project is decided as it is, and what deciding otherwise would cost, in the unit."""
    name = short_name(register, decision.project)
    if decision.reason == "negative-value":
        text = f"{name} is worth {told(decision.alone, unit)} on its own."
    elif decision.reason == "forced":
        kept = ", ".join(limit_words(register, rule) for rule in decision.rules) or "a rule"
        text = f"{name} goes on although it is worth {told(decision.alone, unit)}: {kept}."
    elif decision.reason == "best":
        text = _best(register, name, decision, unit)
    else:
        text = _kept_out(register, name, decision)
    return f"{text} {_otherwise(register, decision, unit)}".strip()


def _best(register: Register, name: str, decision: Decision, unit: str) -> str:
    project = register.by_id[decision.project]
    if decision.decision != STOP:
        return f"{name} brings {told(decision.alone, unit)} and fits as it likes best."
    going = decision.instead.value if decision.instead else 0.0
    saved = decision.alone - going
    return (
        f"What lies ahead of {name} is worth {told(going, unit)}, stopping it costs "
        f"{told(project.exit_cost, unit)}: stopping is {told(saved, unit)} better."
    )


def _kept_out(register: Register, name: str, decision: Decision) -> str:
    needs = [
        f"{amount:,.1f} more {limit_words(register, limit)}" for limit, amount in decision.lets_in
    ]
    rules = [limit_words(register, rule) for rule in decision.rules]
    needs += [f"the rule '{rule}' to give way" for rule in rules]
    start = when(decision.fits)
    begun = f" to start in {start}" if start else ""
    if not needs:
        return f"{name} does not fit beside the others{begun}."
    return f"Beside the others as they are, {name} would need {' and '.join(needs)}{begun}."


def _otherwise(register: Register, decision: Decision, unit: str) -> str:
    if decision.conflict:
        names = ", ".join(limit_words(register, limit) for limit in decision.conflict)
        return f"It cannot be had otherwise: {names}."
    if decision.loss is None:
        return ""
    pushed = ", ".join(short_name(register, project) for project in decision.pushed)
    also = f" and changes {pushed}" if pushed else ""
    return f"Deciding otherwise costs {told(decision.loss, unit)}{also}."


def binding_words(register: Register, binding: Binding, unit: str) -> str:
    """What a limit holds down: `cable-lay vessel in 2028Q2: 63 of 82 used; ...`."""
    text = (
        f"{limit_words(register, binding.name)}: {binding.used:,.1f} of {binding.limit:,.1f} used; "
        f"without it {told(binding.removal_gain, unit)} more"
    )
    if binding.step_gain:
        text += f", {binding.step:,.1f} more of it brings {told(binding.step_gain, unit)}"
    return f"{text}."


def finish_day(finish: float) -> str:
    """The last day of a finish in months: 24336.0 is the end of December 2027."""
    number = int(finish - 1e-9)
    days = days_in(number)
    inside = max(1, min(days, round((finish - number) * days)))
    return first_day(number).replace(day=inside).isoformat()


def move_lines(register: Register, found: Reallocation) -> list[str]:
    """What a move does to the giver, the taker, and both together."""
    unit = register.settings.unit
    move = found.move
    role = next(one for one in register.roles if one.id == move.role)
    lines = [
        f"Move {move.amount:g} {role.unit} of {role.name} a month, "
        f"{month_name(move.first)} to {month_name(move.last)}:"
    ]
    for one, word in ((found.giver, "gives"), (found.taker, "takes")):
        late = " and misses its deadline" if one.late_after > one.late_before else ""
        lines.append(
            f"  {short_name(register, one.project)} {word}: finish {finish_day(one.before)}, "
            f"then {finish_day(one.after)}{late}; value {one.gain:+,.1f} {unit}"
        )
    return [*lines, f"  Together {found.gain:+,.1f} {unit}"]
