"""Fixtures for all tests: the corpus beside the repository, no network, no leaks."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# A slow machine is no failure: no example is timed, and none is refused for being slow to make.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

CORPUS = Path(
    os.environ.get("PLANBENCH_SHARED", Path(__file__).resolve().parents[2] / "shared")
).resolve()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the corpus and the oracles; the test is skipped where it is absent."""
    if not (CORPUS / "corpus" / "INDEX.csv").exists():
        pytest.skip("the corpus of real schedule files is not beside the repository")
    return CORPUS


@pytest.fixture(scope="session", autouse=True)
def own_places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Settings, libraries and recents of the tests never land among the user's own."""
    folder = tmp_path_factory.mktemp("places")
    names = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "APPDATA", "LOCALAPPDATA")
    with pytest.MonkeyPatch.context() as patch:
        for name in names:
            patch.setenv(name, str(folder / name.lower()))
        yield


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program never calls out: any connection beyond this machine fails the test."""
    connect = socket.socket.connect

    def only_loopback(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else address
        internet = self.family in (socket.AF_INET, socket.AF_INET6)
        if internet and host not in ("127.0.0.1", "localhost", "::1"):
            raise AssertionError(f"a connection to {host} was attempted")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", only_loopback)


@pytest.fixture(scope="module")
def loopback() -> Iterator[Any]:
    """Two worker processes on 127.0.0.1, and a scheduler in this one."""
    distributed = pytest.importorskip("distributed", reason="planbench[cluster] is not installed")
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
    )
    yield cluster
    cluster.close()
