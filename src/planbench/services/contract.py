"""Programme compliance of a document: the packs, what a project is bound to, the result.

What users write down (the binding with its contract data, edited packs, evidence, decisions,
events) are entries of the library with their journal; nothing here is kept elsewhere.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planbench.domain.errors import ModelError, ScheduleError, StoreError
from planbench.domain.schedule import Schedule
from planbench.domain.times import to_iso
from planbench.engines.contract.deadlines import Event, event_from, event_json
from planbench.engines.contract.pack import Pack, pack_from, pack_json
from planbench.engines.contract.terms import ContractData, data_from, data_json
from planbench.services.document import Document
from planbench.services.resources import resource
from planbench.store.records import Entry, JournalLine

if TYPE_CHECKING:
    from planbench.engines.contract.result import Assessment, RuleResult
    from planbench.services.jobs import JobContext
    from planbench.services.library import Library

ORDER = ("fidic-2017", "fidic-1999", "nec4", "nec3", "owner-specification")
"""The packs that ship, in the order they are shown."""

BINDING = "contract-binding"
PACK = "contract-pack"
EVIDENCE = "contract-evidence"
DECISION = "contract-decision"
EVENT = "contract-event"

DECISIONS = ("accepted", "comment")
"""What a reviewer decides on an item: accepted as it is, or a comment to the contractor."""


@dataclass(frozen=True)
class Evidence:
    """What a user gives as evidence for a rule: a reference (document, letter) and a remark.

    A file is not copied: its name and SHA-256 say which one it was.
    """

    rule: str
    reference: str
    remark: str = ""
    date: str = ""  # ISO; of the document
    file: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class Decision:
    """A reviewer's word on a rule; see `DECISIONS`."""

    rule: str
    decision: str
    words: str


@dataclass(frozen=True)
class Binding:
    """What a project is bound to: packs, the contract's data, and what was written down.

    `evidence` and `decisions` are of the pack in use, by rule.
    """

    pack: Pack
    data: ContractData = field(default_factory=ContractData)
    events: tuple[Event, ...] = ()
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    decisions: Mapping[str, Decision] = field(default_factory=dict)


# ------------------------------------------------------------------ packs


@cache
def shipped_packs() -> tuple[Pack, ...]:
    """The packs that come with planbench. Raises ModelError for a damaged one."""
    return tuple(read_pack(resource("packs", "contract", f"{name}.json")) for name in ORDER)


def read_json(path: Path) -> Any:
    """The content of a JSON file. Raises ModelError when it cannot be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise ModelError(f"cannot be read: {error}", str(path)) from error


def read_pack(path: Path) -> Pack:
    """A pack from its file. Raises ModelError when it cannot be used."""
    return pack_from(read_json(path), path.name)


def write_pack(pack: Pack, path: Path) -> None:
    """Write a pack to a file that `read_pack` reads. Raises StoreError when it cannot be."""
    text = json.dumps(pack_json(pack), ensure_ascii=False, indent=1) + "\n"
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"cannot be written: {error.strerror}", str(path)) from error


def packs(library: Library | None, project: int | None) -> tuple[Pack, ...]:
    """The packs a project may be held against: the shipped ones, edited ones in their place.

    Raises StoreError when the library cannot be read, ModelError for a damaged pack in it.
    """
    found = {pack.id: pack for pack in shipped_packs()}
    if library is not None and project is not None:
        for entry in library.entries(PACK, project):
            found[entry.uid] = pack_from(entry.body, f"edited pack {entry.uid}")
    return tuple(found.values())


def pack_of(name: str, known: Sequence[Pack] = ()) -> Pack:
    """A pack by its id, or from a file by its path. Raises ModelError for neither."""
    choice = {pack.id: pack for pack in known or shipped_packs()}
    if name in choice:
        return choice[name]
    if Path(name).suffix.lower() == ".json":
        return read_pack(Path(name))
    raise ModelError(
        f"there is no pack '{name}'", "--pack", f"Known are {', '.join(choice)}, or a .json file."
    )


# ------------------------------------------------------------------ what a project is bound to


def load_binding(library: Library, project: int, pack: str = "") -> Binding | None:
    """What a project is bound to, held against `pack` instead of its own where given.

    None while it is bound to nothing and no pack is given. Raises StoreError when the library
    cannot be read, ModelError for entries that this program does not understand.
    """
    bound = library.entries(BINDING, project)
    body = bound[0].body if bound else {}
    name = pack or str(body.get("pack", ""))
    if not name:
        return None
    chosen = pack_of(name, packs(library, project))
    evidence = [e.body for e in library.entries(EVIDENCE, project) if e.body["pack"] == chosen.id]
    decided = [e.body for e in library.entries(DECISION, project) if e.body["pack"] == chosen.id]
    try:
        given = {body["rule"]: Evidence(**body["evidence"]) for body in evidence}
        decisions = {body["rule"]: Decision(**body["decision"]) for body in decided}
    except TypeError as error:  # kept by a later planbench
        raise ModelError(f"evidence cannot be read: {error}", "contract") from error
    return Binding(
        chosen,
        data_from(body.get("data", {}), "contract data"),
        tuple(event_from(e.body, "events") for e in library.entries(EVENT, project)),
        given,
        decisions,
    )


def bind(library: Library, project: int, pack: str, data: ContractData) -> None:
    """Bind a project to a pack with the contract's data. Raises StoreError if it cannot be kept."""
    body = {"pack": pack, "data": data_json(data)}
    library.put_entries([Entry(BINDING, "binding", body, project)], f"bound to {pack}")


def keep_pack(library: Library, project: int, pack: Pack) -> None:
    """Keep a project's own edition of a pack."""
    library.put_entries([Entry(PACK, pack.id, pack_json(pack), project)], "pack edited")


def drop_pack(library: Library, project: int, pack: str) -> None:
    """Go back to the pack as it ships."""
    library.delete_entries([Entry(PACK, pack, {}, project)], "pack as shipped again")


def keep_evidence(library: Library, project: int, pack: str, evidence: Evidence) -> None:
    """Keep evidence for a rule, in place of what was given before; none without a reference."""
    body = {"pack": pack, "rule": evidence.rule, "evidence": dict(vars(evidence))}
    entry = Entry(EVIDENCE, f"{pack}/{evidence.rule}", body, project)
    if evidence.reference.strip():
        library.put_entries([entry], f"evidence for {evidence.rule}")
    else:
        library.delete_entries([entry], f"evidence for {evidence.rule} withdrawn")


def with_file(evidence: Evidence, path: Path) -> Evidence:
    """The evidence with the name and hash of a file. Raises StoreError when it cannot be read."""
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise StoreError(f"cannot be read: {error.strerror}", str(path)) from error
    reference = evidence.reference.strip() or path.name
    return replace(evidence, reference=reference, file=path.name, sha256=digest)


def keep_decision(library: Library, project: int, pack: str, decision: Decision) -> None:
    """Keep a reviewer's word on a rule; none without words."""
    body = {"pack": pack, "rule": decision.rule, "decision": dict(vars(decision))}
    entry = Entry(DECISION, f"{pack}/{decision.rule}", body, project)
    if decision.words.strip():
        library.put_entries([entry], f"{decision.rule}: {decision.decision}")
    else:
        library.delete_entries([entry], f"{decision.rule}: word withdrawn")


def keep_event(library: Library, project: int, event: Event) -> None:
    """Keep an event of the contract."""
    library.put_entries([Entry(EVENT, event.id, event_json(event), project)], f"event {event.id}")


def drop_event(library: Library, project: int, event: str) -> None:
    """Forget an event; the journal keeps it."""
    library.delete_entries([Entry(EVENT, event, {}, project)], f"event {event} deleted")


def history_of(library: Library, project: int, pack: str, rule: str) -> tuple[JournalLine, ...]:
    """Who gave or changed evidence and decisions on a rule, and when, oldest first."""
    uid = f"{pack}/{rule}"
    lines = [line for kind in (EVIDENCE, DECISION) for line in library.journal(kind, project, uid)]
    return tuple(sorted(lines, key=lambda line: line.at))


def read_events(data: Any, where: str) -> tuple[Event, ...]:
    """Events from a list, or from an object with `events`. Raises ModelError for anything else."""
    items = data.get("events", []) if isinstance(data, Mapping) else data
    if not isinstance(items, list):
        raise ModelError("events are no list", where)
    events = tuple(event_from(item, where) for item in items)
    ids = [event.id for event in events]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise ModelError(f"event {twice[0]} is there twice", where)
    return events


# ------------------------------------------------------------------ assessing


def assess_document(
    document: Document,
    binding: Binding,
    previous: Schedule | None = None,
    context: JobContext | None = None,
) -> Assessment:
    """A document held against the pack its project is bound to; the document is not changed.

    Without calculated dates the checks read what the file stores. Raises Cancelled when the user
    stopped the job.
    """
    from planbench.engines.contract.assess import assess
    from planbench.engines.contract.facts import Facts
    from planbench.services.quality import baseline_of

    facts = Facts(document.schedule, document.cpm, binding.data, previous, baseline_of(document))
    report = None if context is None else context.report
    return assess(facts, binding.pack, binding.evidence, report)


def previous_schedule(path: Path) -> Schedule:
    """The previous programme from a file, with calculated dates where it stores none.

    Raises ImportRefused when it cannot be read.
    """
    from planbench.services.files import open_file

    return with_stored_dates(open_file(path).schedule)


def with_stored_dates(schedule: Schedule) -> Schedule:
    """The schedule with calculated early finishes where it stores none at all."""
    from planbench.domain.times import NO_TIME
    from planbench.engines.cpm import schedule_network

    stored = schedule.activities.stored_early_finish
    if (stored != NO_TIME).any():
        return schedule
    try:
        found = schedule_network(schedule)
    except ScheduleError:
        return schedule
    return schedule.with_activities(
        stored_early_start=found.early_start, stored_early_finish=found.early_finish
    )


# ------------------------------------------------------------------ telling


def contract_json(document: Document, binding: Binding, assessment: Assessment) -> dict[str, Any]:
    """The assessment in the shape of `planbench contract`, deadlines apart."""
    pack = binding.pack
    return {
        "pack": {
            "id": pack.id,
            "version": pack.version,
            "title": pack.title,
            "edition": pack.edition,
            "note": pack.note,
        },
        "data_date": to_iso(document.schedule.data_date),
        "counts": {name.replace("-", "_"): n for name, n in assessment.counts().items()},
        "rules": [_rule_json(one, binding) for one in assessment.results],
    }


def _rule_json(result: RuleResult, binding: Binding) -> dict[str, Any]:
    rule = result.rule
    evidence, decision = binding.evidence.get(rule.id), binding.decisions.get(rule.id)
    return {
        "id": rule.id,
        "clause": rule.clause,
        "title": rule.title,
        "kind": rule.kind,
        "weight": rule.weight,
        "state": result.state,
        "words": result.words,
        "looked_at": result.looked_at,
        "objects": list(dict.fromkeys(one.id for one in result.shown)),
        "checks": [
            {
                "check": call.check,
                "parameters": dict(call.parameters),
                "state": outcome.state,
                "words": outcome.words,
                "shown": [{"id": one.id, "note": one.note} for one in outcome.shown],
            }
            for call, outcome in zip(rule.calls, result.outcomes, strict=False)
        ],
        "evidence": None if evidence is None else dict(vars(evidence)),
        "decision": None if decision is None else dict(vars(decision)),
    }


# ------------------------------------------------------------------ the sample


def sample_binding() -> tuple[str, ContractData, tuple[Event, ...], tuple[Evidence, ...]]:
    """What the sample project is bound to: pack, contract data, events and evidence.

    Its dates and events are those of the sample's own contract (`project.json`); the evidence
    and the mapping of words are in `contract.json` beside it.
    """
    from planbench.services.sample_network import project_facts

    facts = project_facts()
    contract = facts["contract"]
    extra = read_json(resource("sample", "contract.json"))
    kinds = {"key date": "key-date", "sectional completion": "section"}
    milestones = [
        {"kind": "commencement", "name": "Starting date", "activity": "MS-0010"}
        | {"date": facts["dates"]["starting_date"]},
        *(
            {"kind": "access", "name": f"Access {one['activity_id']}"}
            | {"activity": one["activity_id"], "date": one["contract_date"]}
            for one in contract["access_dates"]
        ),
        *(
            {"kind": kinds[one["kind"]], "name": one["name"]}
            | {"activity": one["activity_id"], "date": one["contract_date"]}
            for one in contract["key_dates_and_sections"]
        ),
        {"kind": "completion", "name": "Completion of the whole of the works"}
        | {"activity": facts["options"]["longest_path_to"], "date": contract["completion_date"]},
    ]
    deliveries = [
        {"name": one["name"], "activity": one["delivery_milestone"]}
        for one in contract["long_lead_items"]
    ]
    data = data_from(
        {**extra["data"], "milestones": milestones, "deliveries": deliveries}, "sample contract"
    )
    events = tuple(_sample_event(one, extra["event_dates"]) for one in contract["events"])
    evidence = tuple(Evidence(**one) for one in extra["evidence"])
    return str(extra["pack"]), data, events, evidence


def _sample_event(item: Mapping[str, Any], more: Mapping[str, Any]) -> Event:
    named = {"aware": "aware", "notified": "notified", "submitted": "date"}
    named["quotation_submitted"] = "quoted"
    dates = {new: item[old] for old, new in named.items() if item.get(old)}
    return event_from(
        {
            "id": item["id"],
            "kind": item["kind"],
            "subject": item["subject"],
            "clause": item["clause"],
            "dates": dates | more.get(item["id"], {}),
            "closed": item["status"] == "closed",
        },
        "sample contract",
    )


def keep_sample(library: Library, project: int) -> None:
    """Bind the sample project, unless it is bound already. Raises StoreError if it cannot be."""
    if library.read_only or library.entries(BINDING, project):
        return
    pack, data, events, evidence = sample_binding()
    entries = [Entry(BINDING, "binding", {"pack": pack, "data": data_json(data)}, project)]
    entries += [Entry(EVENT, one.id, event_json(one), project) for one in events]
    entries += [
        Entry(
            EVIDENCE,
            f"{pack}/{one.rule}",
            {"pack": pack, "rule": one.rule, "evidence": dict(vars(one))},
            project,
        )
        for one in evidence
    ]
    library.put_entries(entries, "the sample's contract")


def starting_data(document: Document) -> ContractData:
    """First contract data of a project: its dated milestones and codes that speak for themselves.

    It is a proposal for the user to look through; see `proposal.propose`.
    """
    from planbench.engines.contract.proposal import propose

    return propose(document.schedule, document.cpm)


def today() -> dt.date:
    """The day on this computer's clock."""
    return dt.date.today()


def as_of(document: Document, now: dt.date) -> dt.date:
    """The day on which a document's clock stands: now, or the data date of an old update."""
    return clock_of(document.schedule.data_date, now)


def clock_of(data_date: int, now: dt.date) -> dt.date:
    """The day on which the clock of an update stands: now, or its data date when it is old.

    An update whose data date lies more than 45 days back is read as a record of then.
    """
    from planbench.domain.times import to_datetime

    moment = to_datetime(data_date)
    if moment is None or abs((now - moment.date()).days) <= 45:
        return now
    return moment.date()
