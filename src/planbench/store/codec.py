"""Values of the domain as what SQLite can hold, and back.

Columns become little-endian bytes, compressed; texts a JSON list. Projects, calendars and the
source become JSON in which null stands for `NO_TIME`.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, is_dataclass, replace
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from planbench.domain.calendars import Calendar, Shifts
from planbench.domain.schedule import Baseline, Project, Schedule, ScheduleOptions, Source
from planbench.domain.times import NO_TIME

Packed = tuple[str, str, bytes]
"""(dtype, shape as JSON, compressed bytes) of one column."""

_TEXT = "text"
_LEVEL = 1  # of zlib: higher levels take several times as long for a tenth less


def pack(column: npt.NDArray[Any]) -> Packed:
    """A column of numbers, flags or texts, of any shape, as bytes.

    Raises TypeError for any other kind of column.
    """
    shape = json.dumps(list(column.shape))
    if column.dtype.kind in "OU":
        texts = column.ravel().tolist()
        if not all(isinstance(text, str) for text in texts):
            raise TypeError("a column of objects can be kept only when all of them are texts")
        content = json.dumps(texts, ensure_ascii=False, separators=(",", ":")).encode()
        return _TEXT, shape, zlib.compress(content, _LEVEL)
    if column.dtype.kind not in "iufb":
        raise TypeError(f"a column of {column.dtype} cannot be kept")
    portable = np.ascontiguousarray(column, dtype=column.dtype.newbyteorder("<"))
    return portable.dtype.str, shape, zlib.compress(portable.tobytes(), _LEVEL)


def unpack(dtype: str, shape: str, content: bytes) -> npt.NDArray[Any]:
    """The column that `pack` was given, its own memory.

    Raises ValueError (zlib's checksum included) when the bytes are not those of a column.
    """
    size = tuple(json.loads(shape))
    try:
        plain = zlib.decompress(content)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if dtype == _TEXT:
        texts = json.loads(plain)
        column = np.empty(len(texts), dtype=object)
        column[:] = texts
        return column.reshape(size)
    numbers = np.frombuffer(plain, dtype=dtype).reshape(size)
    return numbers.astype(numbers.dtype.newbyteorder("="))


def to_json(value: Any) -> str:
    """Plain values, dicts and lists as JSON text. NaN and infinities become null.

    numpy's scalars and arrays become plain values; raises TypeError for what JSON cannot hold.
    """
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _times_out(value: Any) -> Any:
    """The same with null for `NO_TIME`."""
    if isinstance(value, dict):
        return {key: _times_out(item) for key, item in value.items()}
    return None if isinstance(value, int) and value == NO_TIME else value


def _filled(kind: type[Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of a dataclass from JSON: null is `NO_TIME`, unknown keys are left out."""
    known = {item.name for item in fields(kind)}
    return {
        key: NO_TIME if value is None else value for key, value in given.items() if key in known
    }


def projects_json(projects: Sequence[Project]) -> str:
    """Projects with their options as JSON."""
    return to_json([_times_out(asdict(project)) for project in projects])


def projects_of(text: str) -> tuple[Project, ...]:
    """Projects from `projects_json`."""
    made = []
    for item in json.loads(text):
        options = _options_of(item.pop("options", {}))
        made.append(Project(**_filled(Project, item), options=options))
    return tuple(made)


def _options_of(given: Mapping[str, Any]) -> ScheduleOptions:
    values = _filled(ScheduleOptions, given)
    defaults = ScheduleOptions()
    for name, value in values.items():
        kind = type(getattr(defaults, name))
        if issubclass(kind, IntEnum):
            values[name] = kind(value)
    return ScheduleOptions(**values)


def calendars_json(calendars: Sequence[Calendar]) -> str:
    """Calendars as JSON; exceptions keep their order."""
    return to_json(
        [
            {item.name: getattr(calendar, item.name) for item in fields(calendar)}
            for calendar in calendars
        ]
    )


def calendars_of(text: str) -> tuple[Calendar, ...]:
    """Calendars from `calendars_json`."""
    made = []
    for item in json.loads(text):
        values = _filled(Calendar, item)
        values["week"] = tuple(_shifts(day) for day in item["week"])
        values["exceptions"] = {
            int(day): _shifts(shifts) for day, shifts in item["exceptions"].items()
        }
        for name in ("hours_per_day", "hours_per_week"):
            values[name] = float(values[name])
        made.append(Calendar(**values))
    return tuple(made)


def _shifts(pairs: Sequence[Sequence[int]]) -> Shifts:
    return tuple((start, finish) for start, finish in pairs)


def source_json(source: Source) -> str:
    """Where a schedule came from, as JSON."""
    return to_json(_times_out(asdict(source)))


def source_of(text: str) -> Source:
    """The source from `source_json`."""
    return Source(**_filled(Source, json.loads(text)))


def baselines_json(baselines: Sequence[Baseline]) -> str:
    """Names and data dates of baselines; their columns are kept beside."""
    return to_json([_times_out({"name": b.name, "data_date": b.data_date}) for b in baselines])


def as_stored(schedule: Schedule) -> Schedule:
    """The schedule as it will come back: plain Python values, one zero and one NaN.

    It is the same object where that changes nothing, as it does for what our readers make.
    """
    projects = projects_of(projects_json(schedule.projects))
    calendars = calendars_of(calendars_json(schedule.calendars))
    if repr((projects, calendars)) != repr((schedule.projects, schedule.calendars)):
        schedule = replace(schedule, projects=projects, calendars=calendars)
    percent = schedule.activities.physical_percent
    kept = np.where(np.isnan(percent), np.nan, percent + 0.0)
    if kept.tobytes() != percent.tobytes():
        schedule = schedule.with_activities(physical_percent=kept)
    return schedule


def layout() -> str:
    """The fields a digest is made of: digests compare only between programs that agree on it."""
    kinds = [Project, ScheduleOptions, Calendar]
    tables = [
        f"{item.name}:{','.join(f.name for f in fields(value))}"
        for item in fields(Schedule)
        if is_dataclass(value := getattr(Schedule(), item.name)) and item.name != "source"
    ]
    parts = [f"{kind.__name__}:{','.join(f.name for f in fields(kind))}" for kind in kinds]
    return f"{zlib.crc32(';'.join(tables + parts).encode()):08x}"
