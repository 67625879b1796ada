"""Risk runs on the machines of a Dask cluster: the same blocks, the same result.

A block is a function of the model, the seed and its number, and all sums are of whole numbers, so
that it does not matter who runs which block, how often, or in which order the answers come. A
worker that dies loses only what it was at: its blocks are run again by others.
"""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any

import numpy as np

from planbench import __version__
from planbench.domain.errors import PlanbenchError
from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.cpm import prepare, run
from planbench.engines.risk.model import parse_model
from planbench.engines.risk.simulate import (
    Ran,
    RunOptions,
    Setting,
    Tell,
    merged,
    run_range,
    simulate,
)

_CONNECT_S = 10.0
_POLL = 0.05
_PARTS_A_THREAD = 4
_AGAIN = 3  # times that a part is run again when its worker dies


class Cluster:
    """A connection to a scheduler whose workers have the same version of planbench.

    Raises PlanbenchError in one line where the extra is not installed, nobody answers, or a
    worker would calculate something else.
    """

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError as error:
            raise PlanbenchError(
                "is not possible without the extra 'cluster'",
                "--cluster",
                "Install planbench[cluster].",
            ) from error
        try:
            connect: Any = Client
            self._client: Any = connect(address, timeout=_CONNECT_S, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise PlanbenchError(
                "nobody answers", address, "Start dask scheduler and dask worker first."
            ) from error
        try:
            self._shake_hands(address)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Cluster:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the cluster."""
        self._client.close()

    @property
    def workers(self) -> int:
        """Number of workers at present."""
        return len(self._client.scheduler_info(n_workers=-1)["workers"])

    def _shake_hands(self, address: str) -> None:
        if not self.workers:
            raise PlanbenchError("has no workers", address, "Start dask worker first.")
        mine = fingerprint()
        try:
            theirs = self._client.run(fingerprint)
        except (ImportError, AttributeError) as error:
            mend = f"Install planbench {__version__} on every machine."
            raise PlanbenchError("a worker has no planbench", address, mend) from error
        for worker, (version, digest) in theirs.items():
            if version != mine[0]:
                raise PlanbenchError(
                    f"{worker} has planbench {version}, this is {mine[0]}",
                    address,
                    "Install the same version on every machine.",
                )
            if digest != mine[1]:
                raise PlanbenchError(
                    f"{worker} calculates otherwise than this machine",
                    address,
                    "Leave this worker out of the cluster.",
                )

    def run(
        self, setting: Setting, pilot: tuple[Any, Any], at: list[Any], progress: Tell | None
    ) -> Ran:
        """All iterations of a setting; a runner of `simulate`."""
        n, width = setting.options.iterations, setting.width
        threads = sum(self._client.nthreads().values())
        size = -(-n // (max(threads, 1) * _PARTS_A_THREAD * width)) * width
        parts = [range(first, min(first + size, n)) for first in range(0, n, size)]
        shared = self._client.scatter((setting, pilot, at), broadcast=True, hash=False)
        futures = [
            self._client.submit(_part, shared, part, pure=False, retries=_AGAIN) for part in parts
        ]
        try:
            waiting = set(range(len(parts)))
            while waiting:
                waiting = {k for k in waiting if not futures[k].done()}
                if progress is not None:
                    left = sum(len(parts[k]) for k in waiting)
                    progress(n - left, n)
                if waiting:
                    time.sleep(_POLL)
            made: list[Ran] = self._client.gather(futures)
        finally:
            self._client.cancel(futures, force=True)
        return (
            np.concatenate([finish for finish, _, _ in made]),
            np.concatenate([seen for _, seen, _ in made], axis=1),
            merged([sums for _, _, sums in made]),
        )


def _part(shared: tuple[Setting, tuple[Any, Any], list[Any]], runs: range) -> Ran:
    """One part of the runs, on one thread of a worker."""
    setting, pilot, at = shared
    return run_range(setting, pilot, at, runs, 1)


def fingerprint() -> tuple[str, str]:
    """(version, digest of a small run) of this process: equal ones calculate the same."""
    law = {"distribution": "pert", "parameters": {"low": 80, "mode": 100, "high": 170}}
    model = parse_model({"uncertainty": [{"where": {"all": True}, "as": "percent", **law}]})
    network = prepare(synthetic_schedule(60, 150, 4))
    options = RunOptions(256, threads=1, paths=False, statistics=False, cost=False)
    return __version__, simulate(network, run(network), model, options).digest
