"""Helpers of the CPM tests: the slow scheduler and small schedules written by hand."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


def _module(name: str) -> ModuleType:
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"cpm_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    if spec.name not in sys.modules:
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
    return sys.modules[spec.name]


@pytest.fixture(scope="session")
def slow_cpm() -> ModuleType:
    """The recursive scheduler on real dates."""
    return _module("slow_cpm")


@pytest.fixture(scope="session")
def small() -> ModuleType:
    """Makers of small schedules."""
    return _module("small")
