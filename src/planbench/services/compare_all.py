"""Everything that is shown of two documents and the series they stand in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from planbench.engines.compare.matching import leftover_pairs
from planbench.engines.compare.network import JointNetwork, joint_network
from planbench.engines.compare.series import Series
from planbench.scenes.facts import Facts
from planbench.scenes.network_change import joint_facts
from planbench.services.compare import Review, compare_documents, series_of_documents
from planbench.services.compare_choices import Choices
from planbench.services.document import Document
from planbench.services.jobs import JobContext


@dataclass(frozen=True)
class Shown:
    """A comparison, its series, both networks in one, and what people had settled before."""

    review: Review
    series: Series
    joint: JointNetwork
    facts: Facts
    settled: Choices


def compare_all(
    old: Document,
    new: Document,
    others: Sequence[Document],
    settled: Choices,
    context: JobContext | None = None,
) -> Shown:
    """Compare two documents, and the series with the others.

    A settled target that neither document has is left aside. Raises PlanbenchError when one cannot
    be calculated, Cancelled when the user stopped the job.
    """
    target = settled.target
    if all(target not in one.schedule.row_of_code for one in (old, new)):
        target = ""
    names = leftover_pairs(old.schedule, new.schedule, settled.same)
    review = compare_documents(
        old, new, mapping=names, refused=settled.refused, target=target, context=context
    )
    run = [old, new, *others]
    series = series_of_documents(run, settled.same, settled.refused, target)
    joint = joint_network(review.comparison)
    return Shown(review, series, joint, joint_facts(review.comparison, joint), settled)
