"""Feeds damaged files to all readers: python tests/fuzz/run.py N SECONDS [--seed K] [--case I].

Input number I of seed K is always the same, so a finding is told as two numbers and can be run
again with `--case`. The readers run in a process of their own, whose memory is bounded. An input
that takes more than `LIMIT` of the processor's time is a finding, and so is one that has not ended
after `STUCK`, which ends the process. Ends with 1 when anything was found.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
import time
import traceback
import warnings
from collections import Counter
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import checks
import mutations
import seeds

LIMIT = 10.0
"""Seconds of the processor that one input may take."""

STUCK = 90.0
"""Seconds of the clock after which an input is given up; the machine may do other things too."""

WARM_UP = 600.0
"""Seconds of the clock for compiling and reading the undamaged files."""

MEMORY = 4 << 30
"""Bytes of address space of the process that reads."""

GROWTH = 1 << 20
"""KiB by which the readers may grow beyond what they need for the undamaged files."""

DEEP = 0.2
"""Share of the inputs whose schedule is also calculated and written."""


def source_files(corpus: bool) -> list[tuple[str, bytes]]:
    """The files to damage; half of the inputs come from the small ones."""
    return seeds.small_files() + (seeds.corpus_files() if corpus else [])


def case(seed: int, number: int, files: list[tuple[str, bytes]]) -> tuple[str, bytes, bool]:
    """(name, bytes, whether to go on after reading) of one input."""
    dice = random.Random(f"{seed}:{number}")
    few = files[: seeds.SMALL]
    name, data = dice.choice(few if dice.random() < 0.6 else files)
    others = [other for _, other in few]
    return name, mutations.mutated(data, others, dice), dice.random() < DEEP


def place_of(error: BaseException) -> str:
    """Type of the error and the innermost line of ours."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "planbench" in frame.filename] or frames
    last = ours[-1] if ours else None
    where = f"{Path(last.filename).name}:{last.lineno} {last.name}" if last else "?"
    return f"{type(error).__name__} at {where}: {str(error)[:160]}"


def read_all(
    seed: int, first: int, last: int, corpus: bool, at: Synchronized[int], tell: Any
) -> None:
    """The other process: inputs first..last-1. `at` is the one under way, -1 while warming up."""
    warnings.simplefilter("error")
    files = source_files(corpus)
    for name, data in files:
        try:
            checks.examine(data, name, True)
        except Exception as error:
            tell.put(("finding", -1, f"undamaged {name}: {place_of(error)}"))
    _bound_memory()
    before = _peak()
    counts: Counter[str] = Counter()
    for number in range(first, last):
        at.value = number
        name, data, deep = case(seed, number, files)
        begun = time.process_time()
        try:
            counts[checks.examine(data, name, deep)] += 1
        except Exception as error:
            counts["failed"] += 1
            tell.put(("finding", number, place_of(error)))
        if time.process_time() - begun > LIMIT:
            tell.put(("finding", number, f"took over {LIMIT:g} s"))
        if _peak() - before > GROWTH:
            before = _peak()
            tell.put(("finding", number, f"memory grew to {before >> 10} MiB"))
        if number % 500 == 0:
            tell.put(("counts", number, dict(counts)))
            counts.clear()
    tell.put(("counts", last, dict(counts)))
    tell.put(("end", last, ""))


def _bound_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _peak() -> int:
    """KiB of the largest resident size so far, 0 where the system does not tell."""
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


class Run:
    """Inputs from `first` on, with what was found."""

    def __init__(self, seed: int, first: int, count: int, seconds: float, corpus: bool) -> None:
        self.seed, self.next, self.last, self.corpus = seed, first, first + count, corpus
        self.until = time.monotonic() + seconds
        self.counts: Counter[str] = Counter()
        self.found: dict[str, list[int]] = {}
        self.context = multiprocessing.get_context("spawn")

    def go(self) -> None:
        """Run processes one after another until all inputs are done or the time is over."""
        while self.next < self.last and time.monotonic() < self.until:
            self._one_process()

    def _one_process(self) -> None:
        at = self.context.Value("q", -1)
        tell = self.context.Queue()
        what = (self.seed, self.next, self.last, self.corpus, at, tell)
        child = self.context.Process(target=read_all, args=what, daemon=True)
        child.start()
        seen, since = -1, time.monotonic()
        while time.monotonic() < self.until:
            if self._hear(tell):
                child.join()
                self.next = self.last
                return
            if at.value != seen:
                seen, since = at.value, time.monotonic()
            slow = time.monotonic() - since > (STUCK if seen >= 0 else WARM_UP)
            if slow or not child.is_alive():
                self._hear(tell)
                what_happened = f"was stuck for {STUCK:g} s" if slow else f"died ({child.exitcode})"
                self._note(seen, f"the process {what_happened}")
                self.counts["failed"] += 1
                self.next = max(seen, self.next) + 1
                break
            time.sleep(0.05)
        else:
            self.next = self.last
        child.kill()
        child.join()
        self._hear(tell)

    def _hear(self, tell: Any) -> bool:
        """Take what the other process told; whether it is at its end."""
        while not tell.empty():
            kind, number, what = tell.get()
            if kind == "end":
                return True
            if kind == "counts":
                self.counts.update(what)
            else:
                self._note(number, what)
        return False

    def _note(self, number: int, what: str) -> None:
        if what not in self.found:
            print(f"found by --seed {self.seed} --case {number}: {what}", flush=True)
        self.found.setdefault(what, []).append(number)

    def summary(self) -> str:
        """Counts in one line."""
        total = sum(self.counts.values())
        parts = ", ".join(f"{n} {what}" for what, n in sorted(self.counts.items()))
        return f"{total} damaged files ({parts}); {len(self.found)} different findings"


def main() -> int:
    """Run from the command line."""
    line = argparse.ArgumentParser(description=__doc__)
    line.add_argument("count", type=int, nargs="?", default=100_000)
    line.add_argument("seconds", type=float, nargs="?", default=3600.0)
    line.add_argument("--seed", type=int, default=1)
    line.add_argument("--case", type=int, help="run this input alone and show what happens")
    line.add_argument("--save", type=Path, help="with --case: write the input here as well")
    line.add_argument("--no-corpus", action="store_true", help="only the small files of the tests")
    options = line.parse_args()
    corpus = not options.no_corpus
    if options.case is not None:
        warnings.simplefilter("error")
        name, data, deep = case(options.seed, options.case, source_files(corpus))
        if options.save:
            options.save.write_bytes(data)
        print(name, len(data), "bytes", checks.examine(data, name, deep))
        return 0
    run = Run(options.seed, 0, options.count, options.seconds, corpus)
    run.go()
    print(run.summary())
    return 1 if run.found else 0


if __name__ == "__main__":
    sys.exit(main())
