"""One writer a library: a lock file beside it that says who has it open.

The operating system holds the lock on that small file, never on the library itself, so that
backup programs can still read it. The lock ends with its process, however that ends; what is left
of the file then does not matter.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import socket
import sys
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        """Lock one byte far behind the text, which stays readable to others."""
        os.lseek(descriptor, 1 << 30, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class LibraryLock:
    """The lock of one library file, held from `take` to `release`."""

    def __init__(self, path: Path) -> None:
        self.path = path.with_name(path.name + ".lock")
        self._descriptor = -1

    def take(self) -> str:
        """Try to get the lock. Returns "" or, in words, why the library is only to be read."""
        for _ in range(8):  # again when the holder removed the file in between
            try:
                descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
            except OSError as error:
                return f"its folder cannot be written ({error.strerror})"
            try:
                _lock(descriptor)
            except OSError:
                os.close(descriptor)
                return f"it is open in {self._holder()}"
            if self._is_ours(descriptor):
                self._descriptor = descriptor
                self._sign()
                return ""
            os.close(descriptor)
        return "its lock file keeps changing"

    def _is_ours(self, descriptor: int) -> bool:
        """Whether the locked file is still the one that bears the name."""
        try:
            return os.path.samestat(os.fstat(descriptor), self.path.stat())
        except OSError:
            return False

    def _sign(self) -> None:
        now = dt.datetime.now().strftime("%Y-%m-%d %H:%M")
        text = json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": now})
        os.ftruncate(self._descriptor, 0)
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        os.write(self._descriptor, text.encode())

    def _holder(self) -> str:
        """Who signed the lock file, in words."""
        try:
            signed = json.loads(self.path.read_bytes())
            since, host, pid = signed["since"], signed["host"], signed["pid"]
        except (OSError, ValueError, KeyError, TypeError):
            return "another planbench"
        return f"another planbench since {since} (process {pid} on {host})"

    def release(self) -> None:
        """Give the lock back and take the file away."""
        if self._descriptor < 0:
            return
        if sys.platform == "win32":  # an open file cannot be removed there
            os.close(self._descriptor)
            with contextlib.suppress(OSError):
                self.path.unlink()
        else:
            with contextlib.suppress(OSError):
                self.path.unlink()
            os.close(self._descriptor)
        self._descriptor = -1
