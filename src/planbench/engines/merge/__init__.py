"""Several schedules as one integrated master schedule, and whether it hangs together.

`merge` puts the projects of several schedules side by side in one; `traceability` looks along
(horizontal) and up and down (vertical) the result.
"""

from planbench.engines.merge.combine import Merged, Origin, merge
from planbench.engines.merge.parts import CodeRule, LinkRequest, MergeOptions, Part
from planbench.engines.merge.traceability import Finding, traceability

__all__ = [
    "CodeRule",
    "Finding",
    "LinkRequest",
    "MergeOptions",
    "Merged",
    "Origin",
    "Part",
    "merge",
    "traceability",
]
