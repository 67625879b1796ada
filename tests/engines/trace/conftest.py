"""The small schedules of the CPM tests and the small plans of Microsoft Project's."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


def _module(folder: str, name: str) -> ModuleType:
    path = Path(__file__).parents[1] / folder / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"{folder}_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    if spec.name not in sys.modules:
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
    return sys.modules[spec.name]


@pytest.fixture(scope="session")
def small() -> ModuleType:
    """Makers of small schedules."""
    return _module("cpm", "small")


@pytest.fixture(scope="session")
def plans() -> ModuleType:
    """Makers of small plans."""
    return _module("msp", "plans")
