"""The same blocks on a cluster of this machine, also when a worker is killed in the middle."""

from __future__ import annotations

import os
import signal

import numpy as np
import pytest

from planbench.domain.errors import Cancelled, PlanbenchError
from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.cpm import prepare, run
from planbench.engines.risk.cluster import Cluster
from planbench.engines.risk.model import parse_model
from planbench.engines.risk.simulate import RunOptions, simulate

MODEL = {
    "uncertainty": [
        {"where": {"all": True}, "distribution": "triangular", "as": "percent",
         "parameters": {"low": 80, "mode": 100, "high": 150}}
    ],
}  # fmt: skip


def simulated(iterations=8192, progress=None, runner=None):
    schedule = synthetic_schedule(3000, 7500, 4)
    model = parse_model({**MODEL, "watch": [str(schedule.activities.code[7])]})
    network = prepare(schedule)
    options = RunOptions(iterations, 9)
    return simulate(network, run(network), model, options, progress, runner)


def test_a_cluster_gives_the_same_run_although_a_worker_is_killed(loopback) -> None:
    here = simulated()
    with Cluster(loopback.scheduler_address) as cluster:
        assert cluster.workers == 2
        there = simulated(runner=cluster.run)
        killed: list[int] = []

        def kill(done: int, total: int) -> None:
            if not killed and 0 < done < total:
                pids = cluster._client.run(os.getpid)
                killed.append(next(iter(pids.values())))
                os.kill(killed[0], signal.SIGKILL)

        despite = simulated(progress=kill, runner=cluster.run)
    assert killed
    for other in (there, despite):
        assert other.digest == here.digest
        assert np.array_equal(other.criticality, here.criticality, equal_nan=True)
        assert np.array_equal(other.pearson, here.pearson, equal_nan=True)
        for code, finish in here.watch.items():
            assert np.array_equal(other.watch[code], finish)


def test_a_run_on_a_cluster_can_be_cancelled(loopback) -> None:
    def stop(done: int, total: int) -> None:
        raise Cancelled

    with Cluster(loopback.scheduler_address) as cluster, pytest.raises(Cancelled):
        simulated(progress=stop, runner=cluster.run)


def test_nobody_there_is_one_line(monkeypatch) -> None:
    pytest.importorskip("distributed", reason="planbench[cluster] is not installed")
    monkeypatch.setattr("planbench.engines.risk.cluster._CONNECT_S", 0.5)
    with pytest.raises(PlanbenchError, match="nobody answers") as caught:
        Cluster("tcp://127.0.0.1:9")
    assert "\n" not in caught.value.line
