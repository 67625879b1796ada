"""Following the logic: why an activity stands where it stands, and what leads to and from it."""

from __future__ import annotations

from planbench.engines.trace.causes import Cause, Reasons
from planbench.engines.trace.paths import (
    FloatPath,
    Path,
    Trace,
    driving_path,
    float_paths,
    leading_to,
    trace,
)
from planbench.engines.trace.why import prepared, why

__all__ = [
    "Cause",
    "FloatPath",
    "Path",
    "Reasons",
    "Trace",
    "driving_path",
    "float_paths",
    "leading_to",
    "prepared",
    "trace",
    "why",
]
