"""A risk workshop: cards with several opinions, what was agreed, who disagreed, what was parked.

A session is never changed in place: every step gives a new one, so that a step can be undone. The
agreed range of a card stands in the model as P10, mode and P90 of its remaining days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from planbench.domain.errors import ModelError
from planbench.domain.schedule import ActivityType, Status
from planbench.services.document import Document
from planbench.services.register import read_file, write_file
from planbench.store.records import Entry

if TYPE_CHECKING:
    from pathlib import Path

    from planbench.engines.risk.model import RiskModel, Uncertainty
    from planbench.services.library import Library

WORKSHOP = "workshop"
"""Kind of the library's entry."""

MOST_CARDS = 40


@dataclass(frozen=True)
class Opinion:
    """What somebody thinks an activity takes, in days: one in ten longer, one in ten shorter."""

    who: str
    worst: float
    best: float
    likely: float
    why: str = ""


@dataclass(frozen=True)
class Card:
    """One activity: opinions, what was agreed, dissent, and whether it was put off."""

    code: str
    name: str
    opinions: tuple[Opinion, ...] = ()
    agreed: Opinion | None = None
    dissent: tuple[str, ...] = ()
    parked: bool = False


@dataclass(frozen=True)
class Session:
    """A workshop: its cards, where it stands, and what was decided when."""

    title: str
    cards: tuple[Card, ...]
    at: int = 0
    log: tuple[str, ...] = ()

    @property
    def card(self) -> Card:
        """The card on the table."""
        return self.cards[self.at]

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody who gave an opinion, in order."""
        who = (one.who for card in self.cards for one in card.opinions)
        return tuple(dict.fromkeys(who))

    @property
    def parked(self) -> tuple[Card, ...]:
        """Cards that were put off."""
        return tuple(card for card in self.cards if card.parked)

    def go(self, step: int) -> Session:
        """Another card; the ends stay where they are."""
        return replace(self, at=min(max(self.at + step, 0), len(self.cards) - 1))

    def with_card(self, card: Card, what: str) -> Session:
        """The session with the present card changed and a line in its log."""
        cards = tuple(card if k == self.at else one for k, one in enumerate(self.cards))
        now = dt.datetime.now().strftime("%H:%M")
        return replace(self, cards=cards, log=(*self.log, f"{now} {card.code}: {what}"))


def checked_opinion(opinion: Opinion) -> Opinion:
    """The opinion itself. Raises ModelError when best, likely and worst do not rise."""
    values = (opinion.best, opinion.likely, opinion.worst)
    if not all(map(np.isfinite, values)) or opinion.best < 0:
        raise ModelError("days must not be below zero", "opinion")
    if not opinion.best <= opinion.likely <= opinion.worst or opinion.best == opinion.worst:
        raise ModelError(
            "best, most likely and worst must rise", "opinion", "The worst case comes first."
        )
    return opinion


def start(document: Document, title: str = "", most: int = MOST_CARDS) -> Session:
    """Cards of the open work that moves the finish most.

    By criticality times spread of the last run, without one the longest path by remaining
    duration. Raises ModelError when no work is open.
    """
    acts = document.schedule.activities
    able = (acts.status != Status.COMPLETE) & (acts.remaining_duration > 0)
    able &= np.isin(acts.type, (ActivityType.TASK, ActivityType.RESOURCE_DEPENDENT))
    weight = acts.remaining_duration.astype(np.float64)
    result = document.risk
    if result is not None and result.criticality.size == acts.code.size:
        weight = np.nan_to_num(result.criticality) * result.duration_sd.clip(0)
        weight = np.nan_to_num(weight)
    elif document.cpm is not None:
        weight = weight * np.where(document.cpm.longest_path, 1e6, 1.0)
    rows = np.flatnonzero(able)
    if not rows.size:
        raise ModelError("no work is open", "workshop")
    rows = rows[np.argsort(-weight[rows], kind="stable")[:most]]
    cards = tuple(Card(str(acts.code[row]), str(acts.name[row])) for row in rows.tolist())
    return Session(title or document.title or "Risk workshop", cards)


def plan_days(document: Document, code: str) -> float:
    """Remaining duration of an activity in days of its calendar."""
    schedule = document.schedule
    row = schedule.row_of_code[code]
    calendar = int(schedule.activities.calendar[row])
    per_day = schedule.calendars[calendar].minutes_per_day if calendar >= 0 else 480
    return float(schedule.activities.remaining_duration[row]) / per_day


def voiced(session: Session, opinion: Opinion) -> Session:
    """With an opinion on the present card; a second one of the same person replaces the first.

    Raises ModelError for numbers that do not rise or nobody's opinion.
    """
    checked_opinion(opinion)
    if not opinion.who.strip():
        raise ModelError("say whose opinion it is", "opinion")
    others = [one for one in session.card.opinions if one.who != opinion.who]
    card = replace(session.card, opinions=(*others, opinion))
    numbers = f"{opinion.worst:g} / {opinion.best:g} / {opinion.likely:g} d"
    return session.with_card(card, f"{opinion.who} says {numbers}")


def agreed(session: Session, opinion: Opinion) -> Session:
    """With a range agreed on the present card. Raises ModelError."""
    checked_opinion(opinion)
    card = replace(session.card, agreed=opinion, parked=False)
    numbers = f"{opinion.best:g} / {opinion.likely:g} / {opinion.worst:g} d"
    return session.with_card(card, f"agreed {numbers}")


def with_agreements(session: Session, agreed: Mapping[str, Opinion | None], name: str) -> Session:
    """With what was agreed in a kept state, by activity; opinions and the log stay."""
    cards = tuple(replace(card, agreed=agreed.get(card.code)) for card in session.cards)
    return replace(session, cards=cards).with_card(
        cards[session.at], f"went back to the ranges of {name}"
    )


def dissented(session: Session, words: str) -> Session:
    """With a dissent recorded on the present card. Raises ModelError for empty words."""
    if not words.strip():
        raise ModelError("a dissent needs words", "dissent")
    card = replace(session.card, dissent=(*session.card.dissent, words.strip()))
    return session.with_card(card, f"dissent: {words.strip()}")


def parked(session: Session) -> Session:
    """With the present card put off, or taken back."""
    card = replace(session.card, parked=not session.card.parked)
    return session.with_card(card, "parked" if card.parked else "taken back")


def middle(card: Card) -> Opinion | None:
    """Medians of the opinions, None without any."""
    if not card.opinions:
        return None
    several = card.opinions
    worst, best, likely = (
        float(median(getattr(one, key) for one in several)) for key in ("worst", "best", "likely")
    )
    return Opinion("middle", worst, best, likely)


def outlier(card: Card) -> Opinion | None:
    """The opinion whose worst case lies farthest from the middle, by more than a quarter of it."""
    centre = middle(card)
    if centre is None or len(card.opinions) < 3:
        return None
    far = max(card.opinions, key=lambda one: abs(one.worst - centre.worst))
    return far if abs(far.worst - centre.worst) > 0.25 * max(centre.worst, 1e-9) else None


def agreed_range(card: Card) -> Uncertainty:
    """The range of an agreed card: triangular with one in ten below best and above worst."""
    from planbench.engines.risk.distributions import distribution
    from planbench.engines.risk.model import Uncertainty, Where

    if card.agreed is None:
        raise ModelError("nothing was agreed", card.code)
    given = {
        "low": card.agreed.best,
        "mode": card.agreed.likely,
        "high": card.agreed.worst,
        "low_p": 10,
        "high_p": 90,
    }
    return Uncertainty(Where(ids=(card.code,)), distribution("trigen", given), "days")


def with_agreed(model: RiskModel, session: Session) -> RiskModel:
    """The model with the agreed ranges in place of those of the same single activities.

    Raises ModelError for a range that no distribution meets.
    """
    ranges = {card.code: agreed_range(card) for card in session.cards if card.agreed is not None}
    others = tuple(one for one in model.uncertainty if one.where.ids not in {(c,) for c in ranges})
    return replace(model, uncertainty=(*others, *ranges.values()))


def keep_session(library: Library, project: int, session: Session) -> None:
    """Keep the workshop with its project. Raises StoreError."""
    what = session.log[-1] if session.log else "workshop begun"
    library.put_entries([Entry(WORKSHOP, "current", session_json(session), project)], what)


def kept_session(library: Library, project: int) -> Session | None:
    """The workshop that is kept with a project. Raises StoreError, ModelError."""
    for entry in library.entries(WORKSHOP, project):
        return session_from(dict(entry.body))
    return None


def session_json(session: Session) -> dict[str, Any]:
    """The JSON that `session_from` reads back."""
    return asdict(session)


def session_from(given: dict[str, Any]) -> Session:
    """Read a session. Raises ModelError."""
    try:
        cards = tuple(
            Card(
                one["code"],
                one["name"],
                tuple(Opinion(**item) for item in one["opinions"]),
                Opinion(**one["agreed"]) if one["agreed"] else None,
                tuple(one["dissent"]),
                bool(one["parked"]),
            )
            for one in given["cards"]
        )
        if not cards:
            raise ModelError("a workshop has no cards", "workshop")
        return Session(given["title"], cards, int(given["at"]), tuple(given["log"]))
    except (KeyError, TypeError) as error:
        raise ModelError(f"a kept workshop cannot be read: {error}", "workshop") from error


def write_sheets(session: Session, path: Path) -> None:
    """Write an interview sheet: the cards without any number, which would be an anchor.

    Raises PlanbenchError when it cannot be written.
    """
    from planbench.exchange.register.interview import write_interview

    write_file(path, write_interview([(card.code, card.name) for card in session.cards]))


def read_sheets(session: Session, paths: Sequence[Path]) -> tuple[Session, tuple[str, ...]]:
    """The opinions of filled sheets put on their cards, and why rows were refused.

    Raises ImportRefused for a file that is no such sheet.
    """
    from planbench.exchange.register.interview import read_interview

    refused: list[str] = []
    place = {card.code: k for k, card in enumerate(session.cards)}
    for path in paths:
        answers, reasons = read_interview(read_file(path), path.name)
        refused += reasons
        for line, code, values in answers:
            if code not in place:
                refused.append(f"{path.name}, row {line}: there is no card {code}")
                continue
            try:
                made = voiced(replace(session, at=place[code]), Opinion(**values))
                session = replace(made, at=session.at)
            except ModelError as error:
                refused.append(f"{path.name}, row {line}: {error.line}")
    return session, tuple(refused)
