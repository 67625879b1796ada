"""Links between the projects of a master schedule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from planbench.domain.errors import ModelError
from planbench.domain.schedule import (
    NO_ROW,
    ExternalLinks,
    LagCalendar,
    LinkType,
    Relationships,
    Rows,
    Schedule,
    make_table,
)
from planbench.domain.times import NO_TIME, Minutes
from planbench.engines.merge.parts import LinkRequest, Notes, Placing, fresh_uids

FROM_FILE, FROM_EXTERNAL, FROM_LIST = "file", "external", "list"


@dataclass(frozen=True)
class Crossing:
    """A link between two projects of the master: one line of its interface register.

    `source` says whether a file had it whole, as an external link, or the list asked for it;
    `both_sides` that the files of giver and receiver both know an external link. `stand_in` is
    the date that the receiver carried for the giver while that was away, `agreed` that of the
    list; `NO_TIME` without one.
    """

    relationship: int  # row
    source: str
    both_sides: bool = True
    stand_in: int = NO_TIME
    agreed: int = NO_TIME


@dataclass
class _Link:
    uid: str
    predecessor: int
    successor: int
    type: int
    lag: int
    source: str
    both_sides: bool = True
    stand_in: int = NO_TIME
    agreed: int = NO_TIME


def join_links(
    bare: Schedule, placings: list[Placing], requests: Sequence[LinkRequest], notes: Notes
) -> tuple[Schedule, tuple[Crossing, ...]]:
    """The merged schedule with its relationships, and those that join projects.

    `bare` has all tables but the relationships. Raises ModelError for a request that names no
    activity, or the same one twice.
    """
    alias = [_aliases(placing, placings, bare) for placing in placings]
    inner = _inner(placings, alias)
    external, left = _external(bare, placings, notes)
    schedule = _without_stand_ins(bare, external, left, notes)
    known = set(
        zip(inner.predecessor.tolist(), inner.successor.tolist(), inner.type.tolist(), strict=True)
    )
    known |= {(link.predecessor, link.successor, link.type) for link in external}
    finder = _Finder(bare, placings)
    listed = [
        link
        for request in requests
        if (link := _requested(bare, finder, request, known, notes)) is not None
    ]
    return _assembled(schedule, inner, [*external, *listed], left)


# ------------------------------------------------------------ within the files


def _aliases(placing: Placing, placings: list[Placing], bare: Schedule) -> Rows:
    """Merged row of every activity of a part; those of replaced stubs lead to the real ones."""
    rows = placing.rows["activities"].copy()
    schedule = placing.part.schedule
    gone = np.flatnonzero(rows[:-1] == NO_ROW)
    if not gone.size:
        return rows
    acts = schedule.activities
    targets = placing.rows["projects"][acts.project[gone]]
    wanted = set(targets.tolist())
    real: dict[tuple[int, str], int] = {}
    for other in placings:
        codes = other.part.schedule.activities.code.tolist()
        for code, row in zip(codes, other.rows["activities"][:-1].tolist(), strict=True):
            if row != NO_ROW and (project := int(bare.activities.project[row])) in wanted:
                real.setdefault((project, code), row)
    for row, project in zip(gone.tolist(), targets.tolist(), strict=True):
        rows[row] = real.get((project, str(acts.code[row])), NO_ROW)
    return rows


def _inner(placings: list[Placing], alias: list[Rows]) -> Relationships:
    """The relationships of all files that have at least one end of their own."""
    pieces = []
    for placing, rows in zip(placings, alias, strict=True):
        table = placing.part.schedule.relationships
        own = placing.rows["activities"]
        before, after = rows[table.predecessor], rows[table.successor]
        mine = (own[table.predecessor] != NO_ROW) | (own[table.successor] != NO_ROW)
        kept = mine & (before != NO_ROW) & (after != NO_ROW)
        pieces.append(
            table.take(kept).with_columns(predecessor=before[kept], successor=after[kept])
        )
    columns = [dict(piece.columns()) for piece in pieces]
    return replace(
        pieces[0], **{key: np.concatenate([one[key] for one in columns]) for key in columns[0]}
    )


# ------------------------------------------------------------ external links


def _external(
    bare: Schedule, placings: list[Placing], notes: Notes
) -> tuple[list[_Link], ExternalLinks]:
    """External links whose other end is among the parts, and those that still lead outside."""
    ends = _wanted_ends(placings)
    made: dict[tuple[int, int], list[_Link]] = {}
    outside: list[tuple[Placing, int]] = []
    for number, placing in enumerate(placings):
        table = placing.part.schedule.external_links
        acts = placing.part.schedule.activities
        rows = placing.rows["activities"]
        for k in range(len(table)):
            own = int(rows[table.activity[k]])
            if own == NO_ROW:
                continue
            other = _other_end(ends, placings, number, k)
            if other == NO_ROW:
                outside.append((placing, k))
                continue
            into = bool(table.incoming[k])
            stand_in = int(acts.external_early_start[table.activity[k]]) if into else NO_TIME
            before, after = (other, own) if into else (own, other)
            link = _Link(str(table.uid[k]), before, after, int(table.type[k]), int(table.lag[k]),
                         FROM_EXTERNAL, False, stand_in)  # fmt: skip
            _take_in(bare, made, link, placing, notes)
    found = [link for links in made.values() for link in links]
    for link in found:
        notes.add(
            "external-linked",
            "info",
            _ends_text(bare, link),
            "both ends are in the master"
            + ("" if link.both_sides else ", though only one of the files knows the link"),
            "made a relationship",
        )
    return found, _left_outside(bare, outside, notes)


def _wanted_ends(placings: list[Placing]) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """(part, merged row) of the activities that external links ask for, by project and own uid."""
    wanted: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for placing in placings:
        table = placing.part.schedule.external_links
        for key in zip(table.other_project.tolist(), table.other_uid.tolist(), strict=True):
            wanted[key] = []
    if not wanted:
        return wanted
    uids = {uid for _, uid in wanted}
    for number, placing in enumerate(placings):
        schedule, rows = placing.part.schedule, placing.rows["activities"]
        projects = [project.uid for project in schedule.projects]
        for own, uid in enumerate(schedule.activities.uid.tolist()):
            if uid in uids and rows[own] != NO_ROW:
                project = projects[schedule.activities.project[own]]
                for key in ((project, uid), ("", uid)):
                    if key in wanted:
                        wanted[key].append((number, int(rows[own])))
    return wanted


def _other_end(
    ends: dict[tuple[str, str], list[tuple[int, int]]],
    placings: list[Placing],
    number: int,
    k: int,
) -> int:
    """Merged row of the missing end of external link k, NO_ROW when it is not surely known.

    Numbers of two databases may meet by chance: where the part names the other project, that name
    has to be the one of the project found.
    """
    table = placings[number].part.schedule.external_links
    project = str(table.other_project[k])
    stub = [p for p in placings[number].part.schedule.projects if p.uid == project]
    names = {p.code for p in stub}

    def is_named(part: int) -> bool:
        others = placings[part].part.schedule.projects
        return not names or any(p.uid == project and p.code in names for p in others)

    ends_found = ends[project, str(table.other_uid[k])]
    found = [row for part, row in ends_found if part != number and is_named(part)]
    if len(found) != 1 or any(p.exported for p in stub):
        return NO_ROW
    return found[0]


def _take_in(
    bare: Schedule,
    made: dict[tuple[int, int], list[_Link]],
    link: _Link,
    placing: Placing,
    notes: Notes,
) -> None:
    """Add a link, or join it with what the other file says of it."""
    pair = made.setdefault((link.predecessor, link.successor), [])
    same = [
        other
        for other in pair
        if other.uid == link.uid or (other.type, other.lag) == (link.type, link.lag)
    ]
    if not same:
        pair.append(link)
        return
    first = same[0]
    first.both_sides = True
    first.stand_in = max(first.stand_in, link.stand_in)
    if (first.type, first.lag) != (link.type, link.lag):
        notes.add(
            "external-differs",
            "warning",
            _ends_text(bare, link),
            f"{placing.part.name} has {_kind(link)}, the file before it {_kind(first)}",
            "the first one taken",
        )


def _kind(link: _Link) -> str:
    hours = link.lag / 60.0
    return LinkType(link.type).name + (f" {hours:+g} h" if hours else "")


def _ends_text(bare: Schedule, link: _Link) -> str:
    acts = bare.activities
    return f"{acts.code[link.predecessor]} > {acts.code[link.successor]}"


def _left_outside(
    bare: Schedule, outside: list[tuple[Placing, int]], notes: Notes
) -> ExternalLinks:
    """External links that stay such. Their far ends never take the id of a merged activity."""
    taken = set(bare.activities.uid.tolist())
    numbers = [int(uid) for uid in taken if uid.isdigit()]
    tables = [placing.part.schedule.external_links for placing, _ in outside]
    rows = [k for _, k in outside]
    far = [str(table.other_uid[k]) for table, k in zip(tables, rows, strict=True)]
    numbers += [int(uid) for uid in far if uid.isascii() and uid.isdigit()]
    last = max(numbers, default=0)
    fresh: dict[tuple[str, str], str] = {}
    for place, (table, k) in enumerate(zip(tables, rows, strict=True)):
        if far[place] in taken:
            key = (str(table.other_project[k]), far[place])
            fresh.setdefault(key, str(last + 1 + len(fresh)))
            far[place] = fresh[key]
    for (placing, k), table in zip(outside, tables, strict=True):
        code = placing.part.schedule.activities.code[table.activity[k]]
        notes.add(
            "external-open",
            "warning",
            f"{placing.part.name}, {code}",
            f"activity {table.other_uid[k]} of project {table.other_project[k]} is in no file",
            "kept as a link to outside",
        )
    columns = {
        name: [getattr(table, name)[k] for table, k in zip(tables, rows, strict=True)]
        for name in ("uid", "incoming", "other_project", "type", "lag")
    }
    activity = [
        int(placing.rows["activities"][table.activity[k]])
        for (placing, k), table in zip(outside, tables, strict=True)
    ]
    return make_table(ExternalLinks, len(rows), activity=activity, other_uid=far, **columns)


def _without_stand_ins(
    bare: Schedule, external: list[_Link], left: ExternalLinks, notes: Notes
) -> Schedule:
    """Activities lose the dates that stood in for links which are there now, all of them."""
    acts = bare.activities
    columns: dict[str, Minutes] = {}
    for name, incoming in (("external_early_start", True), ("external_late_finish", False)):
        joined = {link.successor if incoming else link.predecessor for link in external}
        still = set(left.activity[left.incoming == incoming].tolist())
        column: Minutes = getattr(acts, name)
        rows = [row for row in sorted(joined - still) if column[row] != NO_TIME]
        if rows:
            columns[name] = column.copy()
            columns[name][rows] = NO_TIME
            notes.add(
                "stand-in-dropped",
                "info",
                ", ".join(acts.code[rows[:5]].tolist()) + (" and others" if rows[5:] else ""),
                f"{len(rows)} {name.replace('_', ' ')} dates stood in for links to other projects",
                "left out, as the links themselves are there",
            )
    return bare.with_activities(**columns) if columns else bare


# ------------------------------------------------------------ the list


class _Finder:
    """Activities by project and id, as the files and as the master call them."""

    def __init__(self, bare: Schedule, placings: list[Placing]) -> None:
        self.rows: dict[tuple[str, str], set[int]] = {}
        self.projects: set[str] = set()
        acts = bare.activities
        for code, row, project in zip(
            acts.code.tolist(), range(len(acts)), acts.project.tolist(), strict=True
        ):
            self._add(("", bare.projects[project].code), code, row)
        for placing in placings:
            schedule = placing.part.schedule
            stem = placing.part.name.rsplit(".", 1)[0]
            codes = [project.code for project in schedule.projects]
            rows = placing.rows["activities"].tolist()
            for own, code in enumerate(schedule.activities.code.tolist()):
                if rows[own] != NO_ROW:
                    project = codes[schedule.activities.project[own]]
                    self._add(("", project, placing.part.name, stem), code, rows[own])

    def _add(self, projects: tuple[str, ...], code: str, row: int) -> None:
        for project in projects:
            self.projects.add(project.casefold())
            self.rows.setdefault((project.casefold(), code.casefold()), set()).add(row)

    def row(self, project: str, code: str, where: str) -> int:
        """The activity of this id. Raises ModelError where there is none, or more than one."""
        project, code = project.strip(), code.strip()
        if project.casefold() not in self.projects:
            raise ModelError(
                f"there is no project '{project}'", where, "Name it by its id or its file."
            )
        found = self.rows.get((project.casefold(), code.casefold()), set())
        if len(found) == 1:
            return next(iter(found))
        of = f" in {project}" if project else ""
        if not found:
            raise ModelError(f"there is no activity '{code}'{of}", where)
        raise ModelError(
            f"{len(found)} activities have the id '{code}'{of}", where, "Name the project as well."
        )


def _requested(
    bare: Schedule,
    finder: _Finder,
    request: LinkRequest,
    known: set[tuple[int, int, int]],
    notes: Notes,
) -> _Link | None:
    """The link that a line of the list asks for, None where it is there already."""
    before = finder.row(request.predecessor_project, request.predecessor, request.where)
    after = finder.row(request.successor_project, request.successor, request.where)
    if before == after:
        raise ModelError(f"'{request.predecessor}' cannot precede itself", request.where)
    lag = request.lag * 60.0
    if request.lag_unit == "d":
        lag = request.lag * _lag_day(bare, before, after)
    link = _Link("", before, after, request.type, round(lag), FROM_LIST, agreed=request.agreed)
    key = (before, after, request.type)
    if key in known:
        notes.add(
            "link-there",
            "warning",
            request.where or _ends_text(bare, link),
            f"{_ends_text(bare, link)} {_kind(link)} is linked so already",
            "the line of the list passed over",
        )
        return None
    known.add(key)
    notes.add(
        "link-added", "info", request.where or "list of links", _ends_text(bare, link), _kind(link)
    )
    return link


def _lag_day(bare: Schedule, before: int, after: int) -> float:
    """Minutes of a day of lag, by the calendar that the successor's project runs lags on."""
    acts = bare.activities
    project = bare.projects[int(acts.project[after])]
    mode = project.options.lag_calendar
    if mode == LagCalendar.ROUND_THE_CLOCK or not bare.calendars:
        return 1440.0
    row = {
        LagCalendar.PREDECESSOR: int(acts.calendar[before]),
        LagCalendar.SUCCESSOR: int(acts.calendar[after]),
    }.get(mode, project.calendar)
    return bare.calendars[row if row >= 0 else max(project.calendar, 0)].minutes_per_day


# ------------------------------------------------------------ together


def _assembled(
    schedule: Schedule, inner: Relationships, links: list[_Link], left: ExternalLinks
) -> tuple[Schedule, tuple[Crossing, ...]]:
    """The schedule with all relationships and external links, their ids plain numbers."""
    more = make_table(
        Relationships,
        len(links),
        uid=[link.uid for link in links],
        predecessor=[link.predecessor for link in links],
        successor=[link.successor for link in links],
        type=[link.type for link in links],
        lag=[link.lag for link in links],
    )
    columns = {
        name: np.concatenate((column, getattr(more, name))) for name, column in inner.columns()
    }
    uids = np.array([*fresh_uids([*columns["uid"].tolist(), *left.uid.tolist()]), ""], dtype=object)
    n = len(columns["uid"])
    relationships = Relationships(**{**columns, "uid": uids[:n]})
    project = schedule.activities.project
    between = project[inner.predecessor] != project[inner.successor]
    crossings = [Crossing(row, FROM_FILE) for row in np.flatnonzero(between).tolist()]
    crossings += [
        Crossing(len(inner) + k, link.source, link.both_sides, link.stand_in, link.agreed)
        for k, link in enumerate(links)
    ]
    made = replace(
        schedule,
        relationships=relationships,
        external_links=left.with_columns(uid=uids[n:-1]),
    )
    return made, tuple(crossings)
