"""Where the files that ship with planbench are: fonts, icons, tokens, rulesets, sample, help."""

from __future__ import annotations

from pathlib import Path

from planbench.domain.errors import PlanbenchError

_PACKAGE = Path(__file__).resolve().parents[1]


def resource(*parts: str) -> Path:
    """Path of a shipped file or folder, from the wheel or from a checkout.

    Raises PlanbenchError when the installation is incomplete.
    """
    for root in (_PACKAGE / "resources", _PACKAGE.parents[1] / "resources"):
        path = root.joinpath(*parts)
        if path.exists():
            return path
    name = "/".join(parts)
    raise PlanbenchError(f"the shipped file {name} is missing", mend="Install planbench again.")
