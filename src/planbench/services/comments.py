"""What leaves a review and comes back: comment sheets, responses, reviewers' exchange files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from planbench.domain.errors import ImportRefused
from planbench.domain.times import to_iso
from planbench.engines.findings.merge import merge
from planbench.engines.findings.record import RESPONSE, Act, Finding, changed, said
from planbench.engines.findings.rounds import Review
from planbench.exchange.comments.letter import Letter
from planbench.exchange.comments.sheet import Response, Said, Sheet, SheetRow, numbered
from planbench.services.findings import Line, lines


def comment_sheet(
    review: Review, title: str, *, uids: Iterable[str] | None = None, everything: bool = False
) -> Sheet:
    """The comment sheet of what is open (or of `uids`, or of all), without what is private."""
    wanted = None if uids is None else set(uids)
    rows, talk = [], []
    for line in lines(review):
        finding = line.finding
        listed = finding.uid in wanted if wanted is not None else everything or _is_open(line)
        if not listed or finding.value("private"):
            continue
        public = [act for act in finding.talk if not act.private]
        rows.append(_sheet_row(line, public))
        kinds = {RESPONSE: "response"}
        talk += [
            Said(finding.uid, act.at, act.author, kinds.get(act.field, "comment"), str(act.value))
            for act in public
        ]
    latest = review.latest
    facts = [("Findings", str(len(rows)))]
    if latest is not None:
        date = (to_iso(latest.data_date) or "-")[:10]
        facts.insert(0, ("Update", f"{latest.label}, data date {date}"))
    return Sheet(title, tuple(facts), numbered(rows), tuple(talk))


NAMED = 20
"""Findings that a letter names."""


def summary_letter(
    review: Review, title: str, recommendation: str, remarks: str, author: str
) -> Letter:
    """The letter to a review: the most severe open findings, counts and figures of the latest look.

    What is private is neither named nor counted.
    """
    public = [line for line in lines(review) if not line.finding.value("private")]
    open_ = [line for line in public if _is_open(line)]
    latest = review.latest
    facts, figures = [], []
    if latest is not None:
        facts.append(("Update", latest.label))
        facts.append(("Data date", (to_iso(latest.data_date) or "-")[:10]))
        figures = [
            (rule, str(f["title"]), _figure(f["value"], f), _figure(f["limit"], f), str(f["state"]))
            for rule, f in sorted(latest.rules.items())
        ]
    stages: dict[str, int] = {}
    for line in public:
        stages[line.stage] = stages.get(line.stage, 0) + 1
    named = tuple(
        (
            line.finding.uid,
            f"{line.subject} {line.name}".strip(),
            f"{line.finding.title} {line.measured}".strip(),
            line.finding.severity,
            line.stage,
        )
        for line in open_[:NAMED]
    )
    counts = tuple((stage, f"{number:,}") for stage, number in sorted(stages.items()))
    left = len(open_) - len(named)
    return Letter(
        title, tuple(facts), recommendation, remarks, counts, named, left, tuple(figures), author
    )


def _figure(number: float | None, figures: Mapping[str, Any]) -> str:
    if number is None:
        return "-"
    return (
        f"{number:.1%}" if figures["unit"] == "ratio" else f"{number:,.2f}".rstrip("0").rstrip(".")
    )


def _is_open(line: Line) -> bool:
    return line.stage not in ("closed", "waived", "resolved")


def _sheet_row(line: Line, public: Sequence[Act]) -> SheetRow:
    finding = line.finding
    comments = [act for act in public if act.field != RESPONSE]
    responses = [act for act in public if act.field == RESPONSE]
    return SheetRow(
        0,
        finding.uid,
        finding.rule or "by hand",
        f"{line.subject} {line.name}".strip(),
        finding.title,
        line.measured,
        finding.severity,
        line.sight.standing if line.sight is not None else "",
        line.stage,
        str(finding.value("owner")),
        str(finding.value("due")),
        str(comments[-1].value) if comments else "",
        str(finding.value("action")),
        str(responses[-1].value) if responses else "",
        str(finding.value("disposition")),
        responses[-1].author if responses else "",
    )


@dataclass(frozen=True)
class Taken:
    """What importing responses did.

    Findings answered, rows that said nothing new, and rows that belong to no finding here: they
    are listed, not lost.
    """

    answered: tuple[str, ...] = ()
    unchanged: int = 0
    strangers: tuple[Response, ...] = ()


def take_responses(
    review: Review, responses: Iterable[Response], at: str, by: str = "other party"
) -> tuple[Review, Taken]:
    """The review with responses that came back; the same sheet again changes nothing."""
    findings = dict(review.findings)
    answered: list[str] = []
    strangers: list[Response] = []
    unchanged = 0
    for response in responses:
        finding = findings.get(response.uid)
        if finding is None:
            strangers.append(response)
            continue
        made = _answered(finding, response, at, response.by or by)
        if made is finding:
            unchanged += 1
        else:
            findings[response.uid] = made
            answered.append(response.uid)
    return Review(findings, review.rounds), Taken(tuple(answered), unchanged, tuple(strangers))


def _answered(finding: Finding, response: Response, at: str, by: str) -> Finding:
    made = finding
    known = [str(act.value) for act in finding.talk if act.field == RESPONSE]
    if response.text and response.text not in known:
        made = said(made, response.text, by, at, response=True)
    if response.disposition and response.disposition != made.value("disposition"):
        made = changed(made, "disposition", response.disposition, by, at)
    if made is not finding and made.state in ("open", "assigned", "disputed"):
        made = changed(made, "state", "responded", by, at)
    return made


def write_sheet(sheet: Sheet, name: str) -> bytes:
    """The sheet as a workbook, or as a Word document where the name ends in .docx."""
    from planbench.exchange.comments.docx import write_comment_docx
    from planbench.exchange.comments.xlsx import write_comment_xlsx

    return (
        write_comment_docx(sheet) if name.lower().endswith(".docx") else write_comment_xlsx(sheet)
    )


def read_responses(content: bytes, name: str) -> tuple[Response, ...]:
    """The responses in a workbook or Word document. Raises ImportRefused for anything else."""
    from planbench.exchange.comments.docx import read_comment_docx
    from planbench.exchange.comments.xlsx import read_comment_xlsx

    ending = name.lower().rsplit(".", 1)[-1]
    if ending == "xlsx":
        return read_comment_xlsx(content, name)
    if ending == "docx":
        return read_comment_docx(content, name)
    raise ImportRefused("responses come back as .xlsx or .docx", name)


@dataclass(frozen=True)
class Merged:
    """What merging an exchange file did."""

    author: str
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    acts: int = 0
    conflicts: tuple[str, ...] = ()


def take_bundle(
    review: Review, content: bytes, name: str, project_code: str = ""
) -> tuple[Review, Merged]:
    """The review joined with a reviewer's exchange file.

    Raises ImportRefused when it is none, is damaged, or belongs to another project.
    """
    from planbench.exchange.comments.bundle import read_bundle

    other, project, author = read_bundle(content, name)
    if project_code and project and project != project_code:
        raise ImportRefused(
            f"this is a review of {project}, not of {project_code}",
            name,
            "Open that project, then merge.",
        )
    made = merge(review, other)
    new = [uid for uid in made.findings if uid not in review.findings]
    grown = {
        uid: len(made.findings[uid].acts) - len(mine.acts) for uid, mine in review.findings.items()
    }
    findings = {
        uid: review.findings[uid] if not grown.get(uid, 1) else one
        for uid, one in made.findings.items()
    }
    acts = sum(grown.values()) + sum(len(made.findings[uid].acts) for uid in new)
    told = Merged(
        author,
        tuple(new),
        tuple(uid for uid, more in grown.items() if more),
        acts,
        tuple(made.conflicts),
    )
    return Review(findings, made.rounds), told
