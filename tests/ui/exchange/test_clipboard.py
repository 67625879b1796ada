"""The clipboard outlives the program that filled it."""

from __future__ import annotations

import os
import subprocess
import sys

_FILL_AND_END = """
from PySide6.QtWidgets import QApplication
application = QApplication([])
from planbench.ui.widgets.cell_block import put_block
assert put_block([["ID", "Name"], ["00123", "Dredge"]]).startswith("ID")
held = application.clipboard().mimeData()
assert held.hasHtml() and held.text().startswith("ID"), held.formats()
"""


def test_the_program_ends_in_order_with_a_block_on_the_clipboard() -> None:
    """What Python made would be let go of after Python has ended: that crashes."""
    command = [sys.executable, "-c", _FILL_AND_END]
    environment = dict(os.environ, QT_QPA_PLATFORM="offscreen")
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
