"""What the window does with a review: load it, look at updates, judge, export, import, merge.

Judging is written at once (a few rows of the library); all that reads schedules or files runs as a
job. Every change goes through `_take`, which keeps it and tells the views.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from planbench.domain.errors import ImportRefused, PlanbenchError
from planbench.engines.findings.life import Outcome
from planbench.engines.findings.merge import merge
from planbench.engines.findings.record import SLIP_DAYS, Finding, changed, said, waived
from planbench.engines.findings.rounds import Review
from planbench.services.findings import (
    DEFAULT_RULESETS,
    Line,
    choose_rulesets,
    evidence_of,
    keep_review,
    lines,
    load_review,
    merged_into_one,
    now,
    review_rulesets,
    take_open_rounds,
    written_down,
)
from planbench.services.jobs import JobContext
from planbench.services.register_findings import raise_on_actions
from planbench.ui import text
from planbench.ui.state import AppState
from planbench.ui.translation import tr

_UNDONE = (
    "severity", "owner", "due", "action", "disposition", "waiver", "part_of", "private",
    "justification", "category", "tags", "linked", "reviewed", "approved",
)  # fmt: skip
"""Fields that taking back puts back, beside the state."""


class ReviewDesk(QObject):
    """The review of the open document's project.

    `changed()` when anything of it differs; `looked(Outcome)` after an update was looked at;
    `opened(uid)` when a finding should be shown.
    """

    changed = Signal()
    looked = Signal(object)
    opened = Signal(str)

    def __init__(self, state: AppState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = state
        self.review = Review()
        self.project: int | None = None
        self.code = ""
        self.author = ""
        self.outcome: Outcome | None = None
        self._before: tuple[Finding, ...] = ()  # what the last judgement changed
        self._looking = False
        state.review_changed.connect(self._reload)

    def _reload(self) -> None:
        """Findings were raised elsewhere: all that was judged here is kept already."""
        if not self._looking:
            self.load()

    @property
    def ready(self) -> bool:
        """Whether there is a review that can be looked at."""
        return self.project is not None

    @property
    def up_to_date(self) -> bool:
        """Whether the open update has been looked at."""
        update = self._update()
        return update is not None and update.digest in self.review.rounds

    def _update(self) -> Any:
        document, library = self.state.document, self.state.library
        if document is None or library is None or document.update is None:
            return None
        try:
            return library.update(document.update)
        except PlanbenchError:
            return None  # it was deleted meanwhile

    def load(self) -> None:
        """Read the review of the open document's project."""
        from planbench.services.library import user_name

        document, library = self.state.document, self.state.library
        self.author = self.author or user_name()
        self.review, self.outcome, self._before = Review(), None, ()
        self.project = document.library_project if document is not None else None
        if library is None or self.project is None:
            self.project = None
            self.changed.emit()
            return
        project = self.project

        def work(_context: JobContext) -> tuple[Review, str]:
            if document is not None:
                raise_on_actions(library, document)
            return load_review(library, project), library.project(project).code

        def done(result: tuple[Review, str]) -> None:
            if project == self.project:
                # Something may have been written down before the rest was read.
                self.review, self.code = merge(result[0], self.review), result[1]
                self.changed.emit()

        self.state.run("review-load", tr("Reading the review"), work, done)

    def rulesets(self) -> tuple[str, ...]:
        """The rulesets whose rows become findings."""
        if self.project is None or self.state.library is None:
            return DEFAULT_RULESETS
        return review_rulesets(self.state.library, self.project)

    def choose(self, rulesets: Sequence[str]) -> None:
        """Review by other rulesets from the next look on."""
        if self.project is not None and rulesets:
            try:
                choose_rulesets(self.state.library, self.project, rulesets)
            except PlanbenchError as error:
                self.state.message.emit("error", error.line)

    def look(self, renames: dict[str, str] | None = None) -> None:
        """Look at the open update, and at those before it that nobody looked at."""
        document, library, project = self.state.document, self.state.library, self.project
        if document is None or library is None or project is None or self._looking:
            return
        rulesets = self.rulesets()

        def work(context: JobContext) -> tuple[Review, Outcome | None]:
            return take_open_rounds(
                library, document, rulesets=rulesets, renames=renames, context=context
            )

        def done(result: tuple[Review, Outcome | None]) -> None:
            if project == self.project:
                self.review, self.outcome = result
                self._before = ()
                self.changed.emit()
                self.looked.emit(self.outcome)

        def over() -> None:
            self._looking = False

        self._looking = True  # judgements of this while would not be seen by the look
        job = self.state.run("review-look", tr("Looking for findings"), work, done)
        job.finished.connect(over)

    def lines(self) -> list[Line]:
        """The findings that lists show."""
        return lines(self.review)

    # Judging.

    def _take(self, made: Review, what: str) -> bool:
        """Keep another state of the review; False, after saying why, when that cannot be."""
        if self.project is None:
            return False
        if self._looking:
            words = tr("An update is being looked at. Judge when that is done.")
            self.state.message.emit("warning", words)
            return False
        try:
            keep_review(self.state.library, self.project, self.review, made, what, self.author)
        except PlanbenchError as error:
            self.state.message.emit("error", error.line)
            return False
        self.review = made
        self.changed.emit()
        return True

    def _judge(self, uids: Sequence[str], what: str, act: Callable[[Finding], Finding]) -> int:
        """Do the same to several findings; how many it changed. Errors are told, not raised."""
        old = [self.review.findings[uid] for uid in uids]
        try:
            new = [act(one) for one in old]
        except PlanbenchError as error:
            self.state.message.emit("error", error.line)
            return 0
        pairs = [(a, b) for a, b in zip(old, new, strict=True) if a is not b]
        if pairs and self._take(self.review.with_findings(*(b for _, b in pairs)), what):
            self._before = tuple(a for a, _ in pairs)
        return len(pairs)

    def set_field(self, uids: Sequence[str], name: str, value: Any, why: str = "") -> int:
        """Give a field of several findings another value; how many differ by it."""
        at = now()
        return self._judge(
            uids, f"{name}: {value}", lambda one: changed(one, name, value, self.author, at, why)
        )

    def comment(self, uid: str, words: str, *, response: bool, private: bool) -> bool:
        """Say something on a finding."""
        at = now()

        def act(one: Finding) -> Finding:
            made = said(one, words, self.author, at, response=response, private=private)
            if response and made.state in ("open", "assigned", "disputed"):
                made = changed(made, "state", "responded", self.author, at)
            return made

        return self._judge([uid], "response" if response else "comment", act) == 1

    def waive(
        self,
        uids: Sequence[str],
        reason: str,
        expires: str,
        watch: Sequence[str],
        days: int = SLIP_DAYS,
    ) -> int:
        """Waive findings until what is watched changes; how many were waived.

        Dates may move by `days` calendar days.
        """
        at, document = now(), self.state.document

        def act(one: Finding) -> Finding:
            evidence = evidence_of(self.review, document, one)
            return waived(
                one,
                reason,
                self.author,
                at,
                expires=expires,
                watch=watch,
                slip_days=days,
                seen=evidence,
            )

        return self._judge(uids, tr("waived: {reason}").format(reason=reason), act)

    def undo(self) -> int:
        """Give the findings of the last judgement the state, severity and so on of before.

        What was said stays said. Returns how many findings went back.
        """
        before = {one.uid: one for one in self._before}
        at = now()

        def act(one: Finding) -> Finding:
            for name in _UNDONE:
                one = changed(one, name, before[one.uid].value(name), self.author, at, "undone")
            return changed(one, "state", before[one.uid].state, self.author, at, "undone")

        number = self._judge(tuple(before), "undone", act)
        self._before = ()
        return number

    @property
    def can_undo(self) -> bool:
        """Whether there is a judgement to take back."""
        return bool(self._before)

    def one_for_many(self, uids: Sequence[str], title: str) -> str:
        """Let one finding stand for several; its uid, "" after saying why not."""
        try:
            made, uid = merged_into_one(self.review, uids, title, self.author, now())
        except PlanbenchError as error:
            self.state.message.emit("error", error.line)
            return ""
        return uid if self._take(made, tr("one finding for {uids}").format(uids=len(uids))) else ""

    def write_down(self, title: str, rows: Sequence[int], severity: str, comment: str) -> str:
        """Write a finding down on activities of the open schedule; its uid, "" for none."""
        document = self.state.document
        if document is None:
            return ""
        try:
            made, uid = written_down(
                self.review, document, title, rows, self.author, now(), severity
            )
            if comment.strip():
                made = made.with_findings(said(made.findings[uid], comment, self.author, now()))
        except PlanbenchError as error:
            self.state.message.emit("error", error.line)
            return ""
        return uid if self._take(made, tr("written down")) else ""

    # Out and in.

    def save_sheet(self, path: str, uids: Sequence[str] | None = None) -> None:
        """Write the comment sheet; the ending decides between XLSX, DOCX and PDF."""
        review, title = self.review, self._title()

        def work(_context: JobContext) -> int:
            from planbench.services.comments import comment_sheet, write_sheet
            from planbench.services.convert import save

            sheet = comment_sheet(review, title, uids=uids)
            if path.lower().endswith(".pdf"):
                from planbench.ui.quality.review.printing import sheet_pdf

                save(sheet_pdf(sheet), path)
            else:
                save(write_sheet(sheet, path), path)
            return len(sheet.rows)

        def done(number: int) -> None:
            words = text.counted(number, tr("finding"), tr("findings"))
            self.state.message.emit(
                "info", tr("{words} written to {path}").format(words=words, path=path)
            )

        self.state.run(
            "review-sheet", tr("Writing {name}").format(name=Path(path).name), work, done
        )

    def save_letter(self, path: str, recommendation: str, remarks: str) -> None:
        """Write the summary letter as a Word document."""
        review, title, author = self.review, self._title(), self.author

        def work(_context: JobContext) -> None:
            from planbench.exchange.comments.letter import write_letter_docx
            from planbench.services.comments import summary_letter
            from planbench.services.convert import save

            letter = summary_letter(review, title, recommendation, remarks, author)
            save(write_letter_docx(letter), path)

        self._write("review-letter", path, work)

    def _write(self, name: str, path: str, work: Callable[[JobContext], None]) -> None:
        """Write a file as a job, and say where it went."""
        self.state.run(
            name,
            tr("Writing {name}").format(name=Path(path).name),
            work,
            lambda _result: self.state.message.emit(
                "info", tr("Written to {path}").format(path=path)
            ),
        )

    def _title(self) -> str:
        document = self.state.document
        name = document.title if document is not None else ""
        return (
            tr("Comments on {name}, {update_label}").format(
                name=name, update_label=document.update_label
            )
            if document is not None
            else name
        )

    def take_responses(self, path: str) -> None:
        """Bring the responses of a comment sheet back."""

        def work(_context: JobContext) -> Any:
            from planbench.services.comments import read_responses

            return read_responses(_bytes(path), Path(path).name)

        def done(responses: Any) -> None:
            from planbench.services.comments import take_responses

            made, taken = take_responses(self.review, responses, now())
            if taken.answered and not self._take(
                made, tr("responses from {name}").format(name=Path(path).name)
            ):
                return
            told = tr("{answered} answered").format(
                answered=text.counted(len(taken.answered), tr("finding"), tr("findings"))
            )
            if taken.unchanged:
                told += tr(", {unchanged} known already").format(
                    unchanged=text.number(taken.unchanged)
                )
            kind = "info"
            if taken.strangers:
                kind = "warning"
                places = "; ".join(f"{one.where}: {one.text}" for one in taken.strangers[:5])
                rows = text.counted(len(taken.strangers), tr("row"), tr("rows"))
                told += tr(". {rows} of no finding here were not taken: {places}").format(
                    rows=rows, places=places
                )
            self.state.message.emit(kind, told)

        self.state.run(
            "review-responses", tr("Reading {name}").format(name=Path(path).name), work, done
        )

    def save_bundle(self, path: str, private: bool = False) -> None:
        """Write the exchange file for other reviewers."""
        review, code, author = self.review, self.code, self.author

        def work(_context: JobContext) -> None:
            from planbench.exchange.comments.bundle import write_bundle
            from planbench.services.convert import save

            save(write_bundle(review, code, author, private=private), path)

        self._write("review-bundle", path, work)

    def merge_bundle(self, path: str) -> None:
        """Merge another reviewer's exchange file; what both decided differently is shown."""
        code = self.code

        def work(_context: JobContext) -> bytes:
            from planbench.exchange.comments.bundle import read_bundle

            content = _bytes(path)
            read_bundle(content, Path(path).name)  # refused here, not in the window's thread
            return content

        def done(content: bytes) -> None:
            from planbench.services.comments import take_bundle

            try:
                made, told = take_bundle(self.review, content, Path(path).name, code)
            except PlanbenchError as error:
                self.state.message.emit("error", error.line)
                return
            if not self._take(made, tr("merged with {author}").format(author=told.author)):
                return
            words = tr("Merged with {words}: {new}, {changed} with more, {conflicts}").format(
                words=told.author or tr("another reviewer"),
                new=text.counted(len(told.new), tr("new finding"), tr("new findings")),
                changed=text.counted(len(told.changed), tr("finding"), tr("findings")),
                conflicts=text.counted(len(told.conflicts), tr("conflict"), tr("conflicts")),
            )
            self.state.message.emit("warning" if told.conflicts else "info", words)
            if told.conflicts:
                self.opened.emit(told.conflicts[0])

        self.state.run(
            "review-merge", tr("Reading {name}").format(name=Path(path).name), work, done
        )


def _bytes(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ImportRefused(
            tr("cannot be read: {strerror}").format(strerror=error.strerror), path
        ) from error
