"""Standards packs: what a company's projects have in common, and how a project complies with it.

A pack is data: WBS and CBS templates, code dictionaries, calendars, KPIs with thresholds, check
profiles, report presets. A version never changes once it is kept; a change makes the next
version, and projects stay bound to the one they were bound to.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planbench.domain.errors import ModelError
from planbench.domain.schedule import ActivityType, Schedule
from planbench.services.contract import read_json
from planbench.services.control import ControlReport, wbs_paths
from planbench.services.resources import resource
from planbench.store.records import Entry

if TYPE_CHECKING:
    from planbench.services.library import Library

SCHEMA = "planbench/standards-pack/1"
PACK, BINDING = "standards-pack", "standards-binding"
SHIPPED = ("capital-project",)


@dataclass(frozen=True)
class Node:
    """A node of a template. A WBS code is below the project's own: `4.1`, not `NDL.4.1`."""

    code: str
    name: str


@dataclass(frozen=True)
class CodeRule:
    """A code dictionary. Without values any value is allowed."""

    type: str
    mandatory: bool = False
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kpi:
    """A key figure: what it measures (one of MEASURES), and where it turns amber and red."""

    id: str
    title: str
    measure: str
    amber: float
    red: float
    better: str = "higher"  # or "lower"


@dataclass(frozen=True)
class Standards:
    """One version of a standards pack."""

    id: str
    version: int
    title: str
    wbs: tuple[Node, ...] = ()
    cbs: tuple[Node, ...] = ()
    codes: tuple[CodeRule, ...] = ()
    calendars: tuple[str, ...] = ()
    kpis: tuple[Kpi, ...] = ()
    checks: tuple[str, ...] = ()  # ids of rulesets
    reports: tuple[str, ...] = ()  # ids of report templates
    rulesets: tuple[str, ...] = ()  # TOML of the named rulesets that do not ship
    templates: tuple[str, ...] = ()  # JSON of the named templates that do not ship

    @property
    def digest(self) -> str:
        """sha256 of what the pack says."""
        return hashlib.sha256(_canonical(self).encode()).hexdigest()


@dataclass(frozen=True)
class Deviation:
    """Something of a project that its pack does not want.

    `kind` is wbs, cbs, code or calendar, or check or report for the profiles.
    """

    kind: str
    subject: str
    words: str


@dataclass(frozen=True)
class KpiValue:
    """A KPI of a pack on a project: its value (None: n/a) and "green", "amber" or "red"."""

    kpi: Kpi
    value: float | None
    state: str


MEASURES = {
    "cpi": "EV / AC",
    "spi": "EV / PV",
    "spi_t": "ES / AT",
    "tcpi_bac": "(BAC - EV) / (BAC - AC)",
    "vac_share": "(BAC - EAC by CPI) / BAC, %",
    "cv_share": "(EV - AC) / EV, %",
    "sv_share": "(EV - PV) / PV, %",
    "p_factor": "sum of min(PV at ES, EV) / sum of PV at ES",
}
"""What a KPI can measure, with its formula."""


def _canonical(pack: Standards) -> str:
    return json.dumps(pack_json(pack), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def pack_json(pack: Standards) -> dict[str, Any]:
    """A pack as JSON holds it."""
    return {"schema": SCHEMA, **asdict(pack)}


def pack_from(given: Any, name: str) -> Standards:
    """A pack from its JSON. Raises ModelError with what is wrong in `name`."""
    if not isinstance(given, Mapping) or given.get("schema") != SCHEMA:
        raise ModelError("this is no standards pack", name)
    try:
        pack = Standards(
            str(given["id"]),
            int(given["version"]),
            str(given["title"]),
            tuple(Node(**node) for node in given.get("wbs", ())),
            tuple(Node(**node) for node in given.get("cbs", ())),
            tuple(
                CodeRule(one["type"], bool(one.get("mandatory")), tuple(one.get("values", ())))
                for one in given.get("codes", ())
            ),
            tuple(map(str, given.get("calendars", ()))),
            tuple(Kpi(**one) for one in given.get("kpis", ())),
            tuple(map(str, given.get("checks", ()))),
            tuple(map(str, given.get("reports", ()))),
            tuple(map(str, given.get("rulesets", ()))),
            tuple(map(str, given.get("templates", ()))),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"the pack cannot be understood: {error}", name) from error
    return checked(pack, name)


def checked(pack: Standards, name: str = "pack") -> Standards:
    """The pack. Raises ModelError when it says something impossible."""
    if not pack.id or pack.version < 1:
        raise ModelError("a pack needs an id and a version from 1", name)
    for kpi in pack.kpis:
        where = f"{name}, KPI {kpi.id}"
        if kpi.measure not in MEASURES:
            raise ModelError(
                f"“{kpi.measure}” is not measured", where, f"Use {', '.join(MEASURES)}."
            )
        if kpi.better not in ("higher", "lower"):
            raise ModelError("better is either higher or lower", where)
        if (kpi.amber < kpi.red) == (kpi.better == "higher"):
            raise ModelError("amber comes before red", where)
    return pack


def shipped() -> tuple[Standards, ...]:
    """The packs that ship."""
    paths = [resource("packs", "standards", f"{name}.json") for name in SHIPPED]
    return tuple(read_pack(path) for path in paths)


def read_pack(path: Path) -> Standards:
    """A pack from a file. Raises ModelError when it cannot be used."""
    return pack_from(read_json(path), path.name)


def write_pack(pack: Standards, path: Path) -> None:
    """Write a pack as a file that `read_pack` reads back equal. Raises ModelError."""
    try:
        text = json.dumps(pack_json(pack), ensure_ascii=False, indent=1)
        path.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise ModelError(f"cannot be written: {error.strerror}", str(path)) from error


def packs_of(library: Library | None) -> tuple[Standards, ...]:
    """All packs by id and version; one that this program does not understand is left out."""
    found = list(shipped())
    for entry in () if library is None else library.entries(PACK):
        try:
            found.append(pack_from(entry.body, entry.uid))
        except ModelError:
            continue  # made by a later program: it stays in the library as it is
    return tuple(sorted(found, key=lambda pack: (pack.id, pack.version)))


def keep_pack(library: Library, pack: Standards) -> Standards:
    """Keep a pack: as it is when its version is new, else as the next version; what was kept.

    The same pack again changes nothing.
    """
    checked(pack, pack.id)
    held = [one for one in packs_of(library) if one.id == pack.id]
    for one in held:
        if replace(one, version=pack.version).digest == pack.digest:
            return one
    versions = [one.version for one in held]
    if pack.version in versions:
        pack = replace(pack, version=max(versions) + 1)
    uid = f"{pack.id}@{pack.version}"
    library.put_entries([Entry(PACK, uid, pack_json(pack))], f"standards pack {uid}")
    return pack


def bind(library: Library, project: int, pack: Standards) -> None:
    """Bind a project to a version of a pack."""
    body = {"id": pack.id, "version": pack.version}
    what = f"bound to {pack.id} version {pack.version}"
    library.put_entries([Entry(BINDING, "pack", body, project)], what)


def unbind(library: Library, project: int) -> None:
    """Bind a project to no pack any more."""
    library.delete_entries(library.entries(BINDING, project), "bound to no standards pack")


def bound(library: Library | None, project: int | None) -> Standards | None:
    """The pack that a project is bound to, None without one or when it is gone."""
    if library is None or project is None:
        return None
    for entry in library.entries(BINDING, project):
        key = (entry.body["id"], entry.body["version"])
        return next((one for one in packs_of(library) if (one.id, one.version) == key), None)
    return None


# ---------------------------------------------------------------- compliance


def deviations(schedule: Schedule, pack: Standards) -> tuple[Deviation, ...]:
    """Where a schedule does not comply with a pack."""
    found: list[Deviation] = []
    if pack.wbs:
        found += _tree("wbs", _inner_paths(schedule), pack.wbs)
    if pack.cbs and len(schedule.accounts):
        found += _tree("cbs", schedule.accounts.code.tolist(), pack.cbs)
    for rule in pack.codes:
        found += _codes(schedule, rule)
    if pack.calendars:
        used = set(schedule.activities.calendar.tolist())
        for row, calendar in enumerate(schedule.calendars):
            if row in used and calendar.name not in pack.calendars:
                found.append(Deviation("calendar", calendar.name, "is not on the list"))
    return tuple(found)


def _inner_paths(schedule: Schedule) -> list[str]:
    """Paths of WBS nodes below their root."""
    paths = wbs_paths(schedule)
    parent = schedule.wbs.parent.tolist()
    names = []
    for row, path in enumerate(paths):
        root = row
        while parent[root] >= 0:
            root = parent[root]
        names.append(path[len(paths[root]) + 1 :])
    return [name for name in names if name]


def _tree(kind: str, codes: Sequence[str], template: Sequence[Node]) -> list[Deviation]:
    """Nodes off the template down to its depth, and nodes of it that are missing."""
    wanted = {node.code: node.name for node in template}
    depth = max(code.count(".") for code in wanted)
    there = {code for code in codes if code.count(".") <= depth}
    off = [Deviation(kind, code, "is not in the template") for code in codes if code in there]
    off = [one for one in off if one.subject not in wanted]
    missing = [code for code in wanted if code not in there]
    return off + [Deviation(kind, code, f"“{wanted[code]}” is missing") for code in missing]


def _codes(schedule: Schedule, rule: CodeRule) -> list[Deviation]:
    """Activities without a mandatory code, and values that the dictionary does not know."""
    types = [row for row, name in enumerate(schedule.code_types.name.tolist()) if name == rule.type]
    values = schedule.code_values
    allowed = {
        row: code
        for row, (kind, code) in enumerate(zip(values.type.tolist(), values.code, strict=True))
        if kind in types
    }
    given = schedule.code_assignments
    has = {
        activity: allowed[value]
        for activity, value in zip(given.activity.tolist(), given.value.tolist(), strict=True)
        if value in allowed
    }
    acts = schedule.activities
    found = []
    if rule.mandatory:
        real = (acts.type != ActivityType.WBS_SUMMARY).tolist()
        for row, code in enumerate(acts.code.tolist()):
            if real[row] and row not in has:
                found.append(Deviation("code", code, f"has no {rule.type}"))
    if rule.values:
        for value in sorted(set(has.values()) - set(rule.values)):
            words = "is not in the dictionary"
            found.append(Deviation("code", f"{rule.type} = {value}", words))
    return found


def kpi_values(report: ControlReport, pack: Standards) -> tuple[KpiValue, ...]:
    """The KPIs of a pack on a measured project."""
    measured, values, eac = report.measured, report.measured.values, report.eac
    vac = None if eac is None or not values.bac else 100.0 * (values.bac - eac) / values.bac
    known: dict[str, float | None] = {
        "cpi": values.cpi,
        "spi": values.spi,
        "spi_t": measured.spi_t,
        "tcpi_bac": values.tcpi_bac,
        "vac_share": vac,
        "cv_share": None if values.cv_share is None else 100.0 * values.cv_share,
        "sv_share": None if values.sv_share is None else 100.0 * values.sv_share,
        "p_factor": measured.p_factor,
    }
    return tuple(
        KpiValue(kpi, known[kpi.measure], _state(kpi, known[kpi.measure])) for kpi in pack.kpis
    )


def _state(kpi: Kpi, value: float | None) -> str:
    if value is None:
        return "n/a"
    sign = 1.0 if kpi.better == "higher" else -1.0
    if sign * value < sign * kpi.red:
        return "red"
    return "amber" if sign * value < sign * kpi.amber else "green"


def pack_of_project(schedule: Schedule, id_: str, title: str, depth: int = 1) -> Standards:
    """A first version of a pack from what a project has: templates, dictionaries, calendars.

    The WBS is taken to `depth` levels below the project; KPIs and checks are those that ship.
    """
    inner = _inner_paths(schedule)
    names = dict(zip(wbs_paths(schedule), schedule.wbs.name.tolist(), strict=True))
    by_inner = {path.split(".", 1)[1]: name for path, name in names.items() if "." in path}
    types = schedule.code_types.name.tolist()
    values = schedule.code_values
    used = sorted({row for row in schedule.activities.calendar.tolist() if row >= 0})
    first = shipped()[0]
    return Standards(
        id_,
        1,
        title,
        tuple(Node(code, by_inner.get(code, "")) for code in inner if code.count(".") < depth),
        tuple(
            Node(code, name)
            for code, name in zip(
                schedule.accounts.code.tolist(), schedule.accounts.name.tolist(), strict=True
            )
        ),
        tuple(
            CodeRule(
                name,
                False,
                tuple(
                    code
                    for kind, code in zip(values.type.tolist(), values.code.tolist(), strict=True)
                    if kind == row
                ),
            )
            for row, name in enumerate(types)
        ),
        tuple(schedule.calendars[row].name for row in used),
        first.kpis,
        first.checks,
        first.reports,
    )


def compliance_json(
    pack: Standards, found: Sequence[Deviation], kpis: Sequence[KpiValue]
) -> dict[str, Any]:
    """Compliance with a pack in the shape of `planbench standards`."""
    return {
        "pack": {
            "id": pack.id,
            "version": pack.version,
            "title": pack.title,
            "sha256": pack.digest,
            "checks": list(pack.checks),
            "reports": list(pack.reports),
        },
        "kpis": [
            {
                "id": one.kpi.id,
                "title": one.kpi.title,
                "formula": MEASURES[one.kpi.measure],
                "value": one.value,
                "amber": one.kpi.amber,
                "red": one.kpi.red,
                "state": one.state,
            }
            for one in kpis
        ],
        "deviations": [asdict(one) for one in found],
    }
