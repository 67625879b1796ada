"""One benchmark in a process of its own: prints its figures as one line of JSON."""

from __future__ import annotations

import json
import sys

from planbench.cli.bench.cases import CASES
from planbench.cli.bench.machine import peak_memory_mb


def main(name: str, runs: int) -> None:
    """Run one benchmark and print `seconds`, `peak_mb`, `note` and `versus`."""
    measured = CASES[name](runs)
    figures = {
        "seconds": measured.seconds,
        "peak_mb": measured.peak_mb if measured.peak_mb is not None else peak_memory_mb(),
        "note": measured.note,
        "versus": measured.versus,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
