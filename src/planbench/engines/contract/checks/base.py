"""What a check is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from planbench.engines.contract.facts import Facts
from planbench.engines.contract.result import Outcome

Parameters = Mapping[str, Any]


@dataclass(frozen=True)
class Check:
    """A function from the facts and its parameters to an outcome, and the parameters it knows."""

    function: Callable[[Facts, Parameters], Outcome]
    defaults: Parameters = field(default_factory=dict)
