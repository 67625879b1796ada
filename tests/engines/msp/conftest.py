"""Helpers of the tests: small plans written by hand and the slow scheduler."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


def _module(name: str) -> ModuleType:
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"msp_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    if spec.name not in sys.modules:
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
    return sys.modules[spec.name]


@pytest.fixture(scope="session")
def plans() -> ModuleType:
    """Makers of small plans."""
    return _module("plans")


@pytest.fixture(scope="session")
def slow_msp() -> ModuleType:
    """The scheduler that counts single minutes."""
    return _module("slow_msp")
