"""The review of a project: its findings, update by update, with what people said about them.

The one place behind `planbench findings` and the Review side of Quality. A review is kept in the
library as entries: one a finding, one a round; the journal of the library is the audit trail.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from planbench.domain.errors import ModelError
from planbench.domain.times import to_iso
from planbench.engines.findings.life import Outcome, next_round, waiver_ends
from planbench.engines.findings.record import (
    SEVERITIES,
    Finding,
    changed,
    finding_from,
)
from planbench.engines.findings.rounds import (
    PRESENT,
    REGRESSED,
    RESOLVED,
    STANDINGS,
    Review,
    Round,
    Sight,
    round_from,
)
from planbench.services.document import Document
from planbench.services.quality import earlier_updates, quality_of
from planbench.services.standards import profile, rulesets_for
from planbench.store.records import Entry

if TYPE_CHECKING:
    from planbench.domain.schedule import Schedule
    from planbench.engines.quality.result import Ruleset
    from planbench.services.jobs import JobContext
    from planbench.services.library import Library

FINDING, ROUND = "finding", "review-round"
"""Kinds of the library's entries."""

DEFAULT_RULESETS = ("dcma-pam-2012",)
"""Rulesets whose rows become findings where nobody chose others."""


def now() -> str:
    """The moment as acts record it: `YYYY-MM-DDTHH:MM:SS`, UTC."""
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S")


# Keeping.


def load_review(library: Library, project: int) -> Review:
    """The review of a project. Raises StoreError when the library cannot be read."""
    findings = [finding_from(dict(one.body)) for one in library.entries(FINDING, project)]
    rounds = [round_from(dict(one.body)) for one in library.entries(ROUND, project)]
    return Review({one.uid: one for one in findings}, {one.key: one for one in rounds})


def keep_review(
    library: Library, project: int, before: Review, after: Review, what: str, who: str = ""
) -> int:
    """Keep what differs between two states of a review, all or nothing; how many entries did.

    Raises StoreError when it cannot be kept.
    """
    entries = [
        Entry(FINDING, uid, finding.plain(), project)
        for uid, finding in after.findings.items()
        if finding is not before.findings.get(uid)
    ]
    entries += [
        Entry(ROUND, key, found.plain(), project)
        for key, found in after.rounds.items()
        if found is not before.rounds.get(key)
    ]
    return library.put_entries(entries, what, who) if entries else 0


def review_rulesets(library: Library, project: int) -> tuple[str, ...]:
    """The rulesets whose rows become findings of a project: chosen, else those of its pack."""
    kept = library.file.setting(f"review-rulesets/{project}")
    known = {ruleset.id for ruleset in rulesets_for(library, project)}
    chosen = tuple(one for one in kept if one in known) if isinstance(kept, list) else ()
    return chosen or tuple(one.id for one in profile(library, project)) or DEFAULT_RULESETS


def choose_rulesets(library: Library, project: int, chosen: Sequence[str]) -> None:
    """Keep the rulesets whose rows become findings. Raises StoreError when that cannot be."""
    library.file.set_setting(f"review-rulesets/{project}", list(chosen))


# Rounds.


def take_round(
    review: Review,
    document: Document,
    previous: Schedule | None = None,
    *,
    rulesets: Sequence[str | Ruleset] = DEFAULT_RULESETS,
    renames: Mapping[str, str] | None = None,
    context: JobContext | None = None,
) -> tuple[Review, Outcome]:
    """The review after a document was looked at; `previous` is the update before it.

    Activities that were renamed keep their findings where the source program's own id, name and
    neighbours, or `renames` (old id: new id) say that they are the same. Raises ModelError for an
    unknown ruleset, Cancelled when the user stopped the job.
    """
    from planbench.engines.findings.observe import observe

    reports = quality_of(document, rulesets, previous, context)
    schedule = document.schedule
    label = document.update_label or schedule.source.name or document.title
    seen = observe(schedule, document.cpm, reports, label, previous, renames)
    return next_round(review, seen)


def take_open_rounds(
    library: Library,
    document: Document,
    *,
    rulesets: Sequence[str] = DEFAULT_RULESETS,
    renames: Mapping[str, str] | None = None,
    context: JobContext | None = None,
) -> tuple[Review, Outcome | None]:
    """Look at the updates up to a document that the review has not seen, and keep the review.

    `renames` hold for the step to the document itself. Raises StoreError when the library cannot
    be used, ModelError for a document from elsewhere, Cancelled when the user stopped the job.
    """
    from planbench.services.scheduling import recalculate

    project = _project(document)
    before = review = load_review(library, project)
    known = {ruleset.id: ruleset for ruleset in rulesets_for(library, project)}
    rules: list[str | Ruleset] = [known.get(name, name) for name in rulesets]
    updates = [*earlier_updates(document, library), library.update(document.update or 0)]
    previous: Schedule | None = None
    outcome: Outcome | None = None
    for number, update in enumerate(updates):
        last = number == len(updates) - 1
        if context is not None:
            context.report(number, len(updates), f"Looking at {update.label}")
        if update.digest in review.rounds and not last:
            previous = None
            continue
        if previous is None and number:
            previous = library.file.load_schedule(updates[number - 1].id)
        one = document
        if document.schedule.digest != update.digest:  # an earlier one, or edits not kept yet
            schedule = library.file.load_schedule(update.id)
            one = Document(schedule, library_project=project, update=update.id)
            one.update_label = update.label
            one.cpm = library.load_cpm(update.id, schedule)
            library.attach_baseline(one)
            if one.cpm is None:
                recalculate(one)
        review, outcome = take_round(
            review, one, previous, rulesets=rules, renames=renames if last else None
        )
        previous = one.schedule
    review = _with_register(library, one, review)
    keep_review(library, project, before, review, f"looked at {document.update_label}")
    return review, outcome


def _with_register(library: Library, document: Document, review: Review) -> Review:
    """The review with what the project's risk register says of its actions."""
    from planbench.services.register import action_links, register_of
    from planbench.services.register_findings import with_actions

    return with_actions(
        review, document, action_links(document, register_of(document, library), library)
    )


def _project(document: Document) -> int:
    if document.library_project is None or document.update is None:
        raise ModelError(
            "a review is kept with a project of the library",
            document.title or "this file",
            "Import the file into the library first.",
        )
    return document.library_project


# Reading.


def sight_at(review: Review, uid: str, key: str | None = None) -> Sight | None:
    """What is known of a finding at a round (by key; None: the latest), from it or one before."""
    latest: Sight | None = None
    for found in review.ordered_rounds:
        latest = found.sights.get(uid, latest)
        if found.key == key:
            break
    return latest


def first_seen(review: Review, uid: str) -> Round | None:
    """The round that showed a finding first."""
    return next((found for found in review.ordered_rounds if uid in found.sights), None)


def stage(finding: Finding, sight: Sight | None) -> str:
    """Where a finding stands: its state, "resolved", or "came back" until somebody takes it up."""
    if sight is not None and sight.standing == RESOLVED and finding.state != "closed":
        return "resolved"
    back = sight is not None and sight.standing == REGRESSED
    if back and finding.state in ("open", "assigned"):
        return "came back"
    return finding.state


@dataclass(frozen=True)
class Line:
    """One finding as lists show it: with what the latest update says of it."""

    finding: Finding
    sight: Sight | None
    stage: str
    since: Round | None

    @property
    def measured(self) -> str:
        """What was measured, in words; of many objects how many."""
        places = self.sight.places if self.sight is not None else ()
        if len(places) > 1:
            return f"{len(places)} objects"
        return places[0].said if places else ""

    @property
    def subject(self) -> str:
        """What the finding is about: the present id and name; of many the first ids."""
        keys = [key for _, key in self.finding.objects]
        if len(keys) > 1:
            shown = ", ".join(keys[:4])
            return f"{shown} and {len(keys) - 4} more" if len(keys) > 4 else shown
        return keys[0]

    @property
    def name(self) -> str:
        """The name of the one object, "" for many."""
        places = self.sight.places if self.sight is not None else ()
        return places[0].name if len(self.finding.objects) == 1 and places else ""


def lines(review: Review, *, parts: bool = False) -> list[Line]:
    """All findings, most severe first, then by rule and id; with `parts` those others stand for.

    Raises nothing: a finding without a round is one that was just written down.
    """
    rounds = review.ordered_rounds
    latest: dict[str, Sight] = {}
    since: dict[str, Round] = {}
    for found in rounds:
        for uid, sight in found.sights.items():
            latest[uid] = sight
            since.setdefault(uid, found)
    made = [
        Line(one, latest.get(uid), stage(one, latest.get(uid)), since.get(uid))
        for uid, one in review.findings.items()
        if parts or not one.part_of
    ]
    made.sort(
        key=lambda line: (
            SEVERITIES.index(line.finding.severity),
            line.finding.rule,
            line.finding.objects[0][1] if line.finding.objects else "",
            line.finding.uid,
        )
    )
    return made


def still_found(line: Line) -> bool:
    """Whether a finding was reported as corrected and the update last looked at still shows it."""
    sight = line.sight
    said = line.finding.value("disposition") == "corrected"
    return said and sight is not None and sight.standing in PRESENT


# Many at once.


def merged_into_one(
    review: Review, uids: Sequence[str], title: str, author: str, at: str
) -> tuple[Review, str]:
    """One finding that stands for several, and its uid; they stay, as parts of it.

    Where all come from one rule the new one lives by that rule. Raises ModelError for fewer than
    two findings.
    """
    from planbench.engines.findings.record import by_hand

    chosen = [review.findings[uid] for uid in uids]
    if len(chosen) < 2:
        raise ModelError("one finding for many needs at least two", "findings", "Select several.")
    objects = [one for finding in chosen for one in finding.objects]
    rules = {finding.rule for finding in chosen}
    severity = min((one.severity for one in chosen), key=SEVERITIES.index)
    rule = rules.pop() if len(rules) == 1 else ""
    whole = by_hand(title, objects, author, at, severity, rule)
    parts = [changed(one, "part_of", whole.uid, author, at) for one in chosen]
    made = review.with_findings(whole, *parts)
    latest = review.latest
    if latest is not None:
        places = [
            place
            for one in chosen
            if (sight := latest.sights.get(one.uid)) is not None and sight.standing in PRESENT
            for place in sight.places
        ]
        made = with_sight(made, whole.uid, Sight("new", "", tuple(places)))
    return made, whole.uid


def with_sight(review: Review, uid: str, sight: Sight) -> Review:
    """The review with what its latest round says of a finding that was just written down."""
    latest = review.latest
    if latest is None:
        return review
    shown = replace(latest, sights={**latest.sights, uid: sight})
    return Review(review.findings, {**review.rounds, latest.key: shown})


def written_down(
    review: Review,
    document: Document,
    title: str,
    rows: Sequence[int],
    author: str,
    at: str,
    severity: str = "minor",
) -> tuple[Review, str]:
    """A finding by hand on activities (rows of the open schedule), and its uid.

    Raises ModelError without a title or an activity.
    """
    from planbench.engines.findings.observe import Evidence
    from planbench.engines.findings.record import by_hand

    evidence = Evidence(document.schedule, document.cpm)
    places = [evidence.place("activity", row) for row in rows]
    finding = by_hand(title, [("activity", one.key) for one in places], author, at, severity)
    made = review.with_findings(finding)
    latest = review.latest
    if latest is not None and latest.key == document.schedule.digest:
        made = with_sight(made, finding.uid, Sight("new", "", tuple(places)))
    return made, finding.uid


def evidence_of(
    review: Review, document: Document | None, finding: Finding
) -> list[dict[str, Any]]:
    """The evidence a waiver rests on: what the latest round saw, else the open schedule."""
    sight = sight_at(review, finding.uid)
    if sight is not None and sight.places:
        return [place.plain() for place in sight.places]
    if document is None:
        return []
    from planbench.engines.findings.observe import Evidence

    evidence = Evidence(document.schedule, document.cpm)
    places = (evidence.look(kind, key) for kind, key in finding.objects)
    return [place.plain() for place in places if place is not None]


def still_holds(finding: Finding, sight: Sight | None, data_date: int) -> str:
    """Why a waiver does not hold at a data date, "" while it does."""
    return waiver_ends(finding, sight.places if sight is not None else (), data_date)


# A series of files.


@dataclass(frozen=True)
class Replay:
    """A series of updates looked at one after the other: the review and what each round did."""

    review: Review
    outcomes: tuple[Outcome, ...] = field(default_factory=tuple)


def replay(
    documents: Sequence[Document],
    *,
    rulesets: Sequence[str] = DEFAULT_RULESETS,
    renames: Mapping[str, str] | None = None,
    context: JobContext | None = None,
) -> Replay:
    """Look at documents in the order given. Raises ModelError for an unknown ruleset."""
    review, outcomes = Review(), []
    previous: Schedule | None = None
    for number, document in enumerate(documents):
        if context is not None:
            context.report(number, len(documents), document.title or document.update_label)
        names = None
        if previous is not None and renames:
            here = document.schedule.row_of_code
            names = {
                was: now
                for was, now in renames.items()
                if now in here and was in previous.row_of_code
            }
        review, outcome = take_round(review, document, previous, rulesets=rulesets, renames=names)
        outcomes.append(outcome)
        previous = document.schedule
    if context is not None:
        context.report(len(documents), len(documents))
    return Replay(review, tuple(outcomes))


def findings_json(review: Review, outcomes: Sequence[Outcome] = ()) -> dict[str, Any]:
    """The review in the shape of `planbench findings`."""
    rounds = []
    for place, found in enumerate(review.ordered_rounds):
        made: dict[str, Any] = {
            "update": found.label,
            "data_date": to_iso(found.data_date),
            "counts": found.counts(),
            **{name: _uids(found, name) for name in STANDINGS},
        }
        if place < len(outcomes):
            made["renamed"] = list(outcomes[place].renamed)
            made["renames_proposed"] = [list(pair) for pair in outcomes[place].proposed]
            made["waivers_ended"] = dict(outcomes[place].lapsed)
        rounds.append(made)
    return {"rounds": rounds, "findings": [_line_json(review, line) for line in lines(review)]}


def _uids(found: Round, standing: str) -> list[str]:
    return [uid for uid, sight in found.sights.items() if sight.standing == standing]


_TOLD = (
    "owner", "due", "action", "disposition", "justification", "category", "tags", "linked",
    "reviewed", "approved", "private", "waiver",
)  # fmt: skip
"""Fields of the record that the JSON of a finding gives as they are."""


def _line_json(review: Review, line: Line) -> dict[str, Any]:
    finding = line.finding
    return {
        "id": finding.uid,
        "rule": finding.rule or None,
        "title": finding.title,
        "objects": [{"kind": kind, "id": key} for kind, key in finding.objects],
        "severity": finding.severity,
        **{name: finding.value(name) for name in _TOLD},
        "state": finding.state,
        "stage": line.stage,
        "since": line.since.label if line.since is not None else None,
        "measured": line.measured or None,
        "history": [
            {"update": found.label, "standing": sight.standing, "why": sight.why or None}
            for found, sight in review.sights_of(finding.uid)
        ],
    }
