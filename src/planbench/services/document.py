"""One opened update: the schedule and what was computed from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from planbench.domain.reports import Repair
from planbench.domain.schedule import Baseline, Schedule

if TYPE_CHECKING:
    from planbench.engines.cpm.again import Dated
    from planbench.engines.cpm.result import CpmResult
    from planbench.engines.quality.result import QualityReport
    from planbench.engines.risk.model import RiskModel
    from planbench.engines.risk.result import RiskResult, RunFields
    from planbench.scenes.own_fields import OwnField
    from planbench.services.agreement import Agreement


@dataclass
class Document:
    """An update of a project as it stands open in the window or on the command line.

    `schedule` is never changed in place. `cpm` is None until the schedule was calculated (or when
    it cannot be: `problem` then says why in one line). Results belong to the schedule whose digest
    they carry; a view marks them stale when it differs.
    """

    schedule: Schedule
    library_project: int | None = None  # ids in the library, None for a file opened on its own
    update: int | None = None
    title: str = ""
    update_label: str = ""
    repairs: tuple[Repair, ...] = ()
    baseline: Baseline | None = None
    baseline_label: str = ""
    cpm: CpmResult | None = None
    dated: Dated | None = None  # what `cpm` was calculated with, for the next edit
    problem: str = ""
    agreement: Agreement | None = None
    quality: tuple[QualityReport, ...] = ()
    risk_model: RiskModel | None = None
    risk: RiskResult | None = None
    risk_label: str = ""
    risk_fields: RunFields | None = None  # of the run with the same digest
    agreement_read: Agreement | None = None  # before anything was edited; the window keeps it
    agreement_needed: float = 0.0  # share of agreeing dates below which analyses are held back
    agreement_override: bool = False  # the user lets them run all the same
    agreement_reason: str = ""  # why, in the user's words
    risk_reason: str = ""  # why it is simulated in spite of what may mislead
    own_fields: tuple[OwnField, ...] = ()  # the user's, beside the schedule
    own_fields_kept: tuple[OwnField, ...] = ()  # as the library has them
    history: list[str] = field(default_factory=list)
