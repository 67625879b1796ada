"""Rulesets: those that ship, those a user made, and their files.

A user's own are TOML files in one folder beside the settings, of the same form as those that ship:
copied from one, edited, sent to a colleague or given to `planbench check --ruleset FILE`.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planbench.domain.errors import ModelError, PlanbenchError
from planbench.services.resources import resource

if TYPE_CHECKING:
    from planbench.engines.quality.result import Metric, Ruleset

ORDER = (
    "dcma-pam-2012",
    "dcma-09nov09",
    "decm-v5",
    "p6-check-schedule",
    "gao-89g",
    "nasa",
    "paseg",
    "nine-checks",
    "planbench",
)
"""The rulesets that ship, in the order they are shown."""

ENDING = ".toml"


@cache
def shipped_rulesets() -> tuple[Ruleset, ...]:
    """All rulesets that ship with planbench.

    Raises ModelError for a ruleset file that says something impossible.
    """
    return tuple(read_ruleset(resource("rulesets", f"{name}{ENDING}")) for name in ORDER)


def load_rulesets() -> tuple[Ruleset, ...]:
    """The rulesets that ship and, after them, the user's own that can be read."""
    return (*shipped_rulesets(), *own_rulesets()[0])


def read_ruleset(path: Path) -> Ruleset:
    """A ruleset from its TOML file. Raises ModelError when it cannot be used."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"cannot be read: {error}", str(path)) from error
    return ruleset_of(text, path.name)


def ruleset_of(text: str, where: str) -> Ruleset:
    """A ruleset from the text of its file. Raises ModelError when it cannot be used."""
    from planbench.engines.quality.rulesets import ruleset_from

    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ModelError(f"cannot be read: {error}", where) from error
    ruleset = ruleset_from(data, where)
    for metric in ruleset.metrics:
        check_metric(metric, where)
    return ruleset


def check_metric(metric: Metric, where: str = "") -> None:
    """Refuse a metric whose expressions cannot be read. Raises ModelError."""
    from planbench.scenes.expressions import ExpressionError, check_expression

    for name in ("count", "where", "show"):
        text = metric.options.get(name, "")
        if name != "where" and metric.measure != "expression":
            continue
        if not isinstance(text, str):
            raise ModelError(f"'{name}' is not a text", f"{where}, metric {metric.id}")
        try:
            if text:
                check_expression(text)
        except ExpressionError as error:
            place = f"{where}, metric {metric.id}, {name}"
            raise ModelError(str(error), place.removeprefix(", ")) from error


def chosen_rulesets(ids: Sequence[str | Ruleset] | None) -> tuple[Ruleset, ...]:
    """Rulesets by id or by the path of a file, or as they are; all that are known for None.

    Raises ModelError for an unknown id and a file that cannot be used.
    """
    known = {ruleset.id: ruleset for ruleset in load_rulesets()}
    if ids is None:
        return tuple(known.values())
    found = []
    for name in {one if isinstance(one, str) else one.id: one for one in ids}.values():
        if not isinstance(name, str):
            found.append(name)
        elif name in known:
            found.append(known[name])
        elif name.lower().endswith(ENDING):
            found.append(read_ruleset(Path(name)))
        else:
            raise ModelError(
                f"there is no ruleset '{name}'",
                "--ruleset",
                f"Known are {', '.join(known)}; or give the path of a {ENDING} file.",
            )
    return tuple(found)


# ---------------------------------------------------------------- a user's own


def own_folder() -> Path:
    """Where a user's own rulesets lie."""
    from platformdirs import user_config_path

    return Path(user_config_path("planbench", appauthor=False)) / "rulesets"


def own_rulesets() -> tuple[tuple[Ruleset, ...], tuple[str, ...]]:
    """The user's own rulesets by title, and what is wrong with files that cannot be used."""
    found: list[Ruleset] = []
    problems: list[str] = []
    taken = {ruleset.id for ruleset in shipped_rulesets()}
    for path in sorted(own_folder().glob(f"*{ENDING}")):
        try:
            ruleset = read_ruleset(path)
        except PlanbenchError as error:
            problems.append(error.line)
            continue
        if ruleset.id in taken:
            problems.append(f"{path.name}: there is another ruleset '{ruleset.id}'.")
            continue
        taken.add(ruleset.id)
        found.append(ruleset)
    return tuple(sorted(found, key=lambda one: one.title.casefold())), tuple(problems)


def is_own(ruleset_id: str) -> bool:
    """Whether a ruleset does not ship, and so can be edited."""
    return ruleset_id not in ORDER


def copy_of(ruleset: Ruleset, title: str = "") -> Ruleset:
    """A copy to edit, under an id that nobody has."""
    title = title.strip() or f"{ruleset.title}, own"
    return replace(ruleset, id=_free_id(title), title=title, version="1", authority="house")


def _free_id(title: str) -> str:
    base = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")[:40] or "own"
    taken = {one.id for one in load_rulesets()} | {p.stem for p in own_folder().glob(f"*{ENDING}")}
    number = 1
    while (found := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return found


def keep_ruleset(ruleset: Ruleset) -> Ruleset:
    """Keep a ruleset of the user's own; one that differs from what was kept gets a new version.

    Raises ModelError when it says something impossible, ships with planbench, or cannot be written.
    """
    if not is_own(ruleset.id):
        raise ModelError("this ruleset ships with planbench", ruleset.title, "Copy it first.")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}", ruleset.id):
        raise ModelError("the id is no plain word", ruleset.id, "Use letters, digits and hyphens.")
    before = next((one for one in own_rulesets()[0] if one.id == ruleset.id), None)
    if before is not None:
        if replace(ruleset, version=before.version) == before:
            return before
        ruleset = replace(ruleset, version=_next_version(before.version))
    write_ruleset(ruleset, own_folder() / f"{ruleset.id}{ENDING}")
    return ruleset


def _next_version(version: str) -> str:
    number = re.search(r"\d+$", version)
    if number is None:
        return f"{version}.2"
    return f"{version[: number.start()]}{int(number[0]) + 1}"


def remove_ruleset(ruleset_id: str) -> None:
    """Remove one of the user's own. Raises ModelError when that cannot be."""
    if not is_own(ruleset_id):
        raise ModelError("this ruleset ships with planbench and stays", ruleset_id)
    for path in own_folder().glob(f"*{ENDING}"):
        try:
            if read_ruleset(path).id == ruleset_id:
                path.unlink()
        except ModelError:
            continue
        except OSError as error:
            raise ModelError(f"cannot be removed: {error}", str(path)) from error


def import_ruleset(path: Path) -> Ruleset:
    """Take a ruleset of a file over as one's own; one whose id is taken becomes a copy.

    Raises ModelError when it cannot be used.
    """
    ruleset = read_ruleset(path)
    if not is_own(ruleset.id) or any(one.id == ruleset.id for one in own_rulesets()[0]):
        ruleset = replace(ruleset, id=_free_id(ruleset.title))
    return keep_ruleset(ruleset)


def write_ruleset(ruleset: Ruleset, path: Path) -> None:
    """Write a ruleset as a file. Raises ModelError when it is impossible or cannot be written."""
    text = ruleset_text(ruleset)
    ruleset_of(text, ruleset.title)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.part")
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise ModelError(f"cannot be written: {error}", str(path)) from error


def ruleset_text(ruleset: Ruleset) -> str:
    """A ruleset as the TOML of its file."""
    head = ("id", "version", "title", "summary", "authority", "source")
    lines = [f"{name} = {_toml(getattr(ruleset, name))}" for name in head]
    for metric in ruleset.metrics:
        lines += ["", "[[metric]]"]
        for name in ("id", "title", "measure", "question", "formula", "population"):
            lines.append(f"{name} = {_toml(getattr(metric, name))}")
        lines += [f"unit = {_toml(metric.unit)}", f"better = {_toml(metric.better)}"]
        if metric.threshold is not None:
            lines.append(f"threshold = {_toml(metric.threshold)}")
        lines.append(f"authority = {_toml(metric.authority)}")
        if metric.source:
            lines.append(f"source = {_toml(metric.source)}")
        if metric.weight != 1.0:
            lines.append(f"weight = {_toml(metric.weight)}")
        if metric.options:
            options = ", ".join(f"{key} = {_toml(value)}" for key, value in metric.options.items())
            lines.append(f"options = {{ {options} }}")
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    """A plain value in TOML, whose texts are written like those of JSON but for one character."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
