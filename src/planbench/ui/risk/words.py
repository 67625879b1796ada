"""What the results say in words: the strip of figures, the sentence, the facts of the run."""

from __future__ import annotations

from planbench.domain.times import DAY
from planbench.engines.risk.result import RiskResult
from planbench.services.document import Document
from planbench.services.risk import readiness, rules_note
from planbench.ui import text
from planbench.ui.risk.finish import share_words
from planbench.ui.translation import tr
from planbench.ui.widgets import Stat


def facts(document: Document, result: RiskResult) -> str:
    """How the run was made, and what of the schedule may mislead it, line by line."""
    seconds = sum(result.seconds.values())
    kind = tr("Latin hypercube") if result.sampling == "lhs" else "random"
    lines = [
        tr("{iterations} runs, {kind}, seed {seed}").format(
            iterations=text.number(result.iterations), kind=kind, seed=result.seed
        ),
        tr("{seconds} s on {threads}").format(
            seconds=text.number(seconds, 1),
            threads=text.counted(result.threads, tr("thread"), tr("threads")),
        ),
        tr("Digest {digest}").format(digest=result.digest[:12]),
    ]
    lines += [
        tr("{ids} {text}").format(
            ids=text.counted(len(item.ids), tr("activity"), tr("activities")), text=item.text
        )
        for item in readiness(document)
    ]
    if result.idle:
        lines.append(tr("Without effect: {idle}").format(idle=", ".join(result.idle)))
    if result.left_out:
        left_out = ", ".join(result.left_out)
        lines.append(tr("Not simulated: {left_out}").format(left_out=left_out))
    note = rules_note(document)
    if note:
        lines.append(note)
    return "\n".join(lines)


def figures(result: RiskResult, watched: str = "", narrow: bool = False) -> list[Stat]:
    """The strip: plan, P50, P80, P90, spread and runs; short dates where there is little room."""
    date_words = text.date if narrow else text.long_date
    plan = result.watch_deterministic[watched] if watched else result.deterministic
    sure = result.confidence(plan, watched)
    stats = [
        Stat(
            tr("Plan, no risk"),
            date_words(plan),
            tr("confidence {sure}").format(sure=share_words(sure)),
            note_role="text-muted" if sure >= 0.5 else "warning",
        )
    ]
    for level in (50, 80, 90):
        date = result.percentile(level, watched)
        width = result.interval(level, watched) / DAY
        note = tr("± {width} d, {signed} d to plan").format(
            width=text.number(width, 1), signed=text.signed((date - plan) / DAY)
        )
        stats.append(Stat(f"P{level}", date_words(date), note))
    values = result.watch[watched] if watched else result.finish
    spread = float(values.std()) / DAY
    stats.append(Stat(tr("Standard deviation"), f"{text.number(spread, 1)} d", tr("calendar days")))
    if result.cost is not None and not watched and not narrow:
        joint = share_words(result.cost.joint_at(80))
        note = tr("with P80 date: {joint}").format(joint=joint)
        stats.append(Stat(tr("Cost P80"), text.number(round(result.cost.percentile(80))), note))
    stats.append(
        Stat(tr("Runs"), text.number(result.iterations), tr("seed {seed}").format(seed=result.seed))
    )
    return stats


def said(result: RiskResult, watched: str = "") -> str:
    """The answer in one sentence."""
    plan = result.watch_deterministic[watched] if watched else result.deterministic
    sure = result.confidence(plan, watched)
    date = result.percentile(80, watched)
    days = round((date - plan) / DAY)
    width = text.number(result.interval(80, watched) / DAY, 1)
    start = tr("The calculated finish {plan} is met in {sure} of the runs").format(
        plan=text.long_date(plan), sure=share_words(sure)
    )
    if days <= 0:
        return tr("{start}; 80 % of them finish by {date}.").format(
            start=start, date=text.long_date(date)
        )
    return tr("{start}; to be 80 % sure, allow {days} more: {date} ± {width} d.").format(
        start=start,
        days=text.counted(days, tr("day"), tr("days")),
        date=text.long_date(date),
        width=width,
    )
