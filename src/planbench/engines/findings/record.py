"""A finding as a set of acts: what was found, and all that people said and decided about it.

A finding never loses anything: each change is an act that names the acts it replaces. Two copies
of a finding are joined by taking the acts of both. A field whose newest acts do not know of each
other was changed by two people at once: both values are kept and shown until one is chosen.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from planbench.domain.errors import ModelError

STATES = ("open", "assigned", "responded", "disputed", "closed", "waived")
SEVERITIES = ("critical", "major", "minor", "observation")
DISPOSITIONS = ("corrected", "justified", "not applicable", "deferred", "rejected")
KINDS = ("activity", "relationship", "calendar", "project", "risk")
WATCHED = ("value", "logic", "dates")
"""What of its object can end a waiver."""

SLIP_DAYS = 10
"""Calendar days by which dates may move, either way, before a waiver that watches them ends."""

COMMENT, RESPONSE = "comment", "response"
TALK = (COMMENT, RESPONSE)
"""Fields of which every act stays: nothing said is ever replaced."""

FIELDS = (
    "state",
    "severity",
    "owner",
    "due",
    "title",
    "action",
    "disposition",
    "waiver",
    "objects",
    "part_of",
    "private",
    "justification",
    "category",
    "tags",
    "linked",
    "reviewed",
    "approved",
)
"""Fields of which the newest act counts.

`linked` holds ids of other findings; `reviewed` and `approved` are sign-offs: who signed, when is
told by the act. Why a severity is another than the rule's is the `why` of its act.
"""

LISTS = ("tags", "linked")
"""Fields that hold texts in order."""

MOST_LETTERS = 30_000
"""Of one comment: what a cell of a workbook can hold."""

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O, U: read aloud without mistakes

_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def canonical(value: Any) -> str:
    """JSON in the one form that is hashed and compared."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def short_hash(value: Any, letters: int = 10) -> str:
    """The first letters of a hash of plain values, 5 bits each."""
    number = int.from_bytes(hashlib.sha256(canonical(value).encode()).digest(), "big")
    return "".join(_LETTERS[(number >> (5 * place)) & 31] for place in range(letters))


def clean(text: str) -> str:
    """A text as any file can hold it: plain line ends, no control characters, no blank edges."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNWRITABLE.sub("", text).strip()


@dataclass(frozen=True)
class Act:
    """One thing somebody did to a finding.

    `at` is `YYYY-MM-DDTHH:MM:SS` (UTC), `author` "" for the program, `value` whatever JSON holds,
    `after` the ids of the acts it replaces (of what was said: of the acts it answers).
    """

    at: str
    author: str
    field: str
    value: Any
    after: tuple[str, ...] = ()
    why: str = ""
    private: bool = False

    @cached_property
    def id(self) -> str:
        """The same for the same act wherever it was recorded."""
        return short_hash(self.plain(), 16)

    def plain(self) -> dict[str, Any]:
        """The act as JSON holds it."""
        return {
            "at": self.at,
            "author": self.author,
            "field": self.field,
            "value": self.value,
            "after": list(self.after),
            "why": self.why,
            "private": self.private,
        }


def act_from(data: Any, where: str) -> Act:
    """An act from JSON. Raises ModelError when it is none."""
    try:
        act = Act(
            _text(data["at"]),
            _text(data["author"]),
            _text(data["field"]),
            data["value"],
            tuple(_text(one) for one in data["after"]),
            _text(data["why"]),
            data["private"] is True,
        )
    except (KeyError, TypeError, IndexError) as error:
        raise ModelError("an act of a finding is not complete", where) from error
    if act.field not in (*FIELDS, *TALK) or not _fits(act.field, act.value):
        raise ModelError(f"a finding's {act.field} cannot be {act.value!r}"[:200], where)
    return act


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _fits(name: str, value: Any) -> bool:
    """Whether a value is of the kind that a field holds."""
    if name == "state":
        return value in STATES
    if name == "severity":
        return value in SEVERITIES
    if name == "disposition":
        return value == "" or value in DISPOSITIONS
    if name == "private":
        return isinstance(value, bool)
    if name == "waiver":
        return value is None or (isinstance(value, dict) and _is_waiver(value))
    if name in LISTS:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    if name == "objects":
        return isinstance(value, list) and all(_is_object(one) for one in value)
    return isinstance(value, str)


def _is_object(one: Any) -> bool:
    return isinstance(one, list) and len(one) == 2 and one[0] in KINDS and isinstance(one[1], str)


def _is_waiver(data: dict[str, Any]) -> bool:
    watch, seen = data.get("watch"), data.get("seen")
    return (
        isinstance(data.get("reason"), str)
        and isinstance(data.get("expires"), str)
        and isinstance(data.get("slip_days", 0), int)
        and isinstance(watch, list)
        and all(one in WATCHED for one in watch)
        and isinstance(seen, list)
        and all(isinstance(one, dict) for one in seen)
    )


@dataclass(frozen=True)
class Origin:
    """What a finding is about from the start; its uid rests on it.

    `rule` is a metric's id, "" for a finding by hand; `objects` are (kind, key) of what was found.
    `mark` tells findings apart that are otherwise the same: "by", author and time of one by hand,
    the update of one whose first namesake has moved on to another id.
    """

    rule: str
    objects: tuple[tuple[str, str], ...]
    title: str
    severity: str = "minor"
    mark: str = ""

    @property
    def uid(self) -> str:
        """`Q-` and ten letters or digits: of a rule the same for every reviewer."""
        # Neither title nor severity: a rule that is renamed finds the same again.
        title = "" if self.rule else self.title
        return "Q-" + short_hash([self.rule, [list(o) for o in self.objects], title, self.mark])

    @property
    def by_hand(self) -> bool:
        """Whether a reviewer wrote it down, not a rule."""
        return self.mark.startswith("by ")


@dataclass(frozen=True)
class Finding:
    """A finding with all its acts, by time. Fields are read with `value`; see FIELDS and TALK."""

    origin: Origin
    acts: tuple[Act, ...] = ()
    uid: str = field(init=False, default="")

    def __post_init__(self) -> None:
        known = {act.id: act for act in self.acts}
        steps = _steps(known)
        ordered = sorted(known.values(), key=lambda act: (act.at, steps[act.id], act.id))
        object.__setattr__(self, "acts", tuple(ordered))
        object.__setattr__(self, "uid", self.origin.uid)

    @cached_property
    def _heads(self) -> dict[str, tuple[Act, ...]]:
        """By field the acts that no other act replaces, by time."""
        replaced = {one for act in self.acts for one in act.after}
        found: dict[str, list[Act]] = {}
        for act in self.acts:
            if act.id not in replaced:
                found.setdefault(act.field, []).append(act)
        return {name: tuple(acts) for name, acts in found.items()}

    def heads(self, name: str) -> tuple[Act, ...]:
        """The acts that decide a field: one, or several where people disagree."""
        return self._heads.get(name, ())

    def value(self, name: str) -> Any:
        """What a field holds; where people disagree, the latest of what they said."""
        heads = self.heads(name)
        return heads[-1].value if heads else self._first(name)

    def _first(self, name: str) -> Any:
        """What a field holds before anybody changed it."""
        if name == "objects":
            return [list(one) for one in self.origin.objects]
        first: dict[str, Any] = {
            "state": "open",
            "severity": self.origin.severity,
            "title": self.origin.title,
            "waiver": None,
            "private": False,
            **{one: [] for one in LISTS},
        }
        return first.get(name, "")

    @property
    def rule(self) -> str:
        """The metric's id, "" for a finding by hand."""
        return self.origin.rule

    @cached_property
    def objects(self) -> tuple[tuple[str, str], ...]:
        """(kind, key) of what the finding is about, under their present ids."""
        return tuple((str(kind), str(key)) for kind, key in self.value("objects"))

    @property
    def state(self) -> str:
        """One of STATES."""
        return str(self.value("state"))

    @property
    def severity(self) -> str:
        """One of SEVERITIES."""
        return str(self.value("severity"))

    @property
    def title(self) -> str:
        """What was found, in a few words."""
        return str(self.value("title"))

    @property
    def part_of(self) -> str:
        """Uid of the finding that stands for this one and others, "" when it stands alone."""
        return str(self.value("part_of"))

    @property
    def waiver(self) -> dict[str, Any] | None:
        """The waiver while the finding is waived: reason, expires, watch, seen."""
        return self.value("waiver") if self.state == "waived" else None

    @property
    def talk(self) -> tuple[Act, ...]:
        """Comments and responses by time."""
        return tuple(act for act in self.acts if act.field in TALK)

    @cached_property
    def conflicts(self) -> dict[str, tuple[Act, ...]]:
        """Fields that people changed without knowing of each other, with what each of them said."""
        return {
            name: acts
            for name, acts in self._heads.items()
            if name in FIELDS and len({canonical(act.value) for act in acts}) > 1
        }

    def plain(self, private: bool = True) -> dict[str, Any]:
        """The finding as JSON holds it, without what is private where `private` is False."""
        origin = self.origin
        return {
            "uid": self.uid,
            "rule": origin.rule,
            "objects": [list(one) for one in origin.objects],
            "title": origin.title,
            "severity": origin.severity,
            "mark": origin.mark,
            "acts": [act.plain() for act in self.acts if private or not act.private],
        }


def _steps(acts: Mapping[str, Act]) -> dict[str, int]:
    """How many acts each rests on, one after the other: the order of what one second holds."""
    steps: dict[str, int] = {}
    for first in acts:
        todo = [first]
        while todo:
            act = acts[todo[-1]]
            before = [one for one in act.after if one in acts and one != act.id]
            open_ = [one for one in before if one not in steps]
            if open_:
                todo += open_
                continue
            steps[todo.pop()] = 1 + max((steps[one] for one in before), default=0)
    return steps


def finding_from(data: Any) -> Finding:
    """A finding from JSON. Raises ModelError for what is none or was altered."""
    where = str(data.get("uid", "finding"))[:40] if isinstance(data, Mapping) else "finding"
    try:
        objects = data["objects"]
        if not all(_is_object(one) for one in objects) or data["severity"] not in SEVERITIES:
            raise ModelError("its objects or its severity are none", where)
        origin = Origin(
            _text(data["rule"]),
            tuple((one[0], one[1]) for one in objects),
            _text(data["title"]),
            data["severity"],
            _text(data["mark"]),
        )
        finding = Finding(origin, tuple(act_from(one, where) for one in data["acts"]))
    except (KeyError, TypeError) as error:
        raise ModelError("a finding is not complete", where) from error
    if finding.uid != data["uid"]:
        raise ModelError("the finding's id does not belong to what it says", where)
    return finding


def by_hand(
    title: str,
    objects: Iterable[tuple[str, str]],
    author: str,
    at: str,
    severity: str = "minor",
    rule: str = "",
) -> Finding:
    """A finding that a reviewer writes down; with a `rule` it lives by what that rule finds.

    Raises ModelError without a title or an object.
    """
    about = tuple(dict.fromkeys(objects))
    if not title.strip() or not about:
        raise ModelError(
            "a finding needs a title and an object", "finding", "Select an activity and name it."
        )
    return Finding(Origin(rule, about, title.strip(), severity, f"by {author} {at}"))


def changed(
    finding: Finding, name: str, value: Any, author: str, at: str, why: str = ""
) -> Finding:
    """The finding with another value in a field; also settles a disagreement on it.

    Nothing happens when the field holds the value already. Raises ModelError for a value that the
    field cannot hold.
    """
    if name not in FIELDS or not _fits(name, value):
        raise ModelError(f"a finding's {name} cannot be {value!r}"[:200], finding.uid)
    same = canonical(value) == canonical(finding.value(name))
    if same and name not in finding.conflicts:
        return finding
    after = tuple(act.id for act in finding.heads(name))
    return _with(finding, Act(at, author, name, value, after, why))


def said(
    finding: Finding,
    text: str,
    author: str,
    at: str,
    *,
    response: bool = False,
    private: bool = False,
) -> Finding:
    """The finding with another comment, or a response of the other side.

    Raises ModelError for an empty text, or one that no cell of a comment sheet could hold.
    """
    text = clean(text)
    if not text:
        raise ModelError("a comment needs words", finding.uid)
    if len(text) > MOST_LETTERS:
        raise ModelError(
            f"a comment of {len(text):,} letters is longer than {MOST_LETTERS:,}",
            finding.uid,
            "Split it.",
        )
    name = RESPONSE if response else COMMENT
    # Naming what was said before keeps the same words said twice apart. Private acts do not leave
    # the library, so that nothing public rests on them.
    before = tuple(
        act.id for one in TALK for act in finding.heads(one) if private or not act.private
    )
    return _with(finding, Act(at, author, name, text, before, "", private))


def waived(
    finding: Finding,
    reason: str,
    author: str,
    at: str,
    *,
    expires: str = "",
    watch: Iterable[str] = WATCHED,
    slip_days: int = SLIP_DAYS,
    seen: Iterable[Mapping[str, Any]] = (),
) -> Finding:
    """The finding waived until its value, logic or dates change or `expires` (`YYYY-MM-DD`).

    Dates count as changed when they move by more than `slip_days` calendar days. `seen` is the
    evidence at that moment, an item an object. Raises ModelError without a reason, or for less
    than no days.
    """
    if not reason.strip():
        raise ModelError("a waiver needs a reason", finding.uid)
    if slip_days < 0:
        raise ModelError(f"dates cannot move by {slip_days} days", finding.uid)
    waiver = {
        "reason": reason.strip(),
        "expires": expires,
        "watch": [one for one in WATCHED if one in set(watch)],
        "slip_days": slip_days,
        "seen": [dict(one) for one in seen],
    }
    made = changed(finding, "waiver", waiver, author, at)
    return changed(made, "state", "waived", author, at, reason.strip())


def _with(finding: Finding, *acts: Act) -> Finding:
    return Finding(finding.origin, (*finding.acts, *acts))
