"""A run on a cluster from the window: the same digest as on this computer."""

from __future__ import annotations


def test_a_run_on_a_cluster_gives_the_same_digest(
    loopback, risk_workspace, small_document, library_state, qtbot
) -> None:
    risk_workspace.shelf.iterations.setText("2048")
    digests = []
    for address in ("", loopback.scheduler_address):
        risk_workspace.shelf.cluster_field.setText(address)
        with qtbot.waitSignal(library_state.result_changed, timeout=240_000):
            risk_workspace.run()
        qtbot.waitUntil(lambda: not library_state.busy, timeout=120_000)
        digests.append(small_document.risk.digest)
    assert digests[0] == digests[1]
    said = []
    library_state.message.connect(lambda kind, words: said.append((kind, words)))
    risk_workspace.shelf.cluster_field.setText("nowhere at all")
    risk_workspace.run()
    qtbot.waitUntil(lambda: bool(said), timeout=60_000)
    assert said[0][0] == "error"
