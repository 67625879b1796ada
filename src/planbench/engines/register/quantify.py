"""The register as risks of the simulation, and risks of a simulation as a register."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from planbench.domain.errors import ModelError
from planbench.domain.schedule import Schedule, Status
from planbench.engines.register.entry import FULL, SPLIT, Exposure, RiskAction, RiskEntry, Three
from planbench.engines.risk.distributions import Distribution, distribution
from planbench.engines.risk.model import Impact, Response, Risk, RiskModel, Where
from planbench.engines.risk.selection import selected


def with_register(model: RiskModel, entries: Iterable[RiskEntry], schedule: Schedule) -> RiskModel:
    """The model with the register's open risks in place of its own.

    Activities that the schedule does not have are left out: `unknown_activities` names them. What
    the model says of occurring together stays where it names risks of the register; one of them
    that is not open never occurs.
    """
    several = tuple(entries)
    known = {entry.id for entry in several}
    together = tuple(
        item
        for item in model.occurrence
        if known.issuperset(item.risks) and (not item.parent or item.parent in known)
    )
    named = {name for item in together for name in (*item.risks, item.parent)}
    risks = tuple(
        replace(as_risk(entry, schedule), taken_out=not entry.modelled)
        for entry in several
        if entry.modelled or entry.id in named
    )
    return replace(model, risks=risks, occurrence=together)


def as_risk(entry: RiskEntry, schedule: Schedule) -> Risk:
    """A risk of the simulation; delays are working days of each activity's own calendar.

    A shared delay is split among the activities by their remaining durations; its parts are
    drawn from one law each, scaled.
    """
    response = None
    if entry.after is not None:
        response = Response(
            entry.after.probability,
            _impacts(entry, entry.after, schedule),
            entry.action_cost,
            _law(entry.after.cost),
        )
    return Risk(
        entry.id,
        entry.title,
        entry.before.probability,
        _impacts(entry, entry.before, schedule),
        entry.opportunity,
        entry.parallel,
        _law(entry.before.cost),
        response,
    )


def unknown_activities(entry: RiskEntry, schedule: Schedule) -> tuple[str, ...]:
    """Mapped ids that the schedule does not have."""
    return tuple(code for code in entry.activities if code not in schedule.row_of_code)


def _law(three: Three) -> Distribution | None:
    if not three:
        return None
    if three.low == three.high:
        return distribution("fixed", {"value": three.low})
    return distribution("triangular", {"low": three.low, "mode": three.mode, "high": three.high})


def _impacts(entry: RiskEntry, exposure: Exposure, schedule: Schedule) -> tuple[Impact, ...]:
    codes = [code for code in entry.activities if code in schedule.row_of_code]
    law = _law(exposure.days)
    if law is None or not codes:
        return ()
    if entry.mapping == FULL or len(codes) == 1:
        return (Impact(Where(ids=tuple(codes)), law, "days"),)
    acts = schedule.activities
    rows = [schedule.row_of_code[code] for code in codes]
    left = [
        int(acts.remaining_duration[row]) if acts.status[row] != Status.COMPLETE else 0
        for row in rows
    ]
    total, made = sum(left), []
    for code, part in zip(codes, left, strict=True):
        if part > 0:
            share = part / total
            days = exposure.days
            own = _law(Three(days.low * share, days.mode * share, days.high * share))
            assert own is not None
            made.append(Impact(Where(ids=(code,)), own, "days"))
    return tuple(made)


def from_model(model: RiskModel, schedule: Schedule) -> tuple[RiskEntry, ...]:
    """The risks of a model as entries, with the activities their filters find.

    The mean of a law that is not triangular is kept with its ends. Raises ModelError for
    filters that the schedule does not know.
    """
    return tuple(_entry(risk, schedule) for risk in model.risks)


def _entry(risk: Risk, schedule: Schedule) -> RiskEntry:
    codes: list[str] = []
    for impact in risk.impacts:
        if impact.unit != "days":
            raise ModelError(
                f"an impact in {impact.unit} has no place in the register",
                f"risk {risk.id}",
                "Give it in days.",
            )
        rows = selected(schedule, impact.where, f"risk {risk.id}").nonzero()[0]
        codes += schedule.activities.code[rows].tolist()
    several = len(risk.impacts) > 1
    after: Exposure | None = None
    actions: tuple[RiskAction, ...] = ()
    if risk.mitigated is not None:
        part = risk.mitigated
        after = Exposure(part.probability, _sum(part.impacts), _three(part.cost))
        if part.cost_of_action:
            actions = (RiskAction("Actions of the model", cost=part.cost_of_action),)
    return RiskEntry(
        risk.id,
        risk.title or risk.id,
        risk.opportunity,
        activities=tuple(dict.fromkeys(codes)),
        mapping=SPLIT if several else FULL,
        before=Exposure(risk.probability, _sum(risk.impacts), _three(risk.cost)),
        after=after,
        actions=actions,
        parallel=risk.parallel,
    )


def _sum(impacts: Sequence[Impact]) -> Three:
    """Impacts on single activities are the parts of one delay."""
    parts = [_three(impact.distribution) for impact in impacts]
    return Three(sum(p.low for p in parts), sum(p.mode for p in parts), sum(p.high for p in parts))


def _three(law: Distribution | None) -> Three:
    if law is None:
        return Three()
    low, middle, high = (max(float(law.quantile(u)[0]), 0.0) for u in (0.0, 0.5, 1.0))
    given = law.given()
    mode = float(given["mode"]) if "mode" in given else middle
    return Three(low, min(max(mode, low), high), high)
