"""`planbench COMMAND ...`; `planbench` alone opens the window."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from planbench import __version__
from planbench.cli import (
    analyses,
    compare,
    contract,
    control,
    convert,
    cost,
    findings,
    merge,
    portfolio,
    printing,
    progress,
    report,
    resources,
    shows,
    standards,
    trace,
)
from planbench.domain.errors import Cancelled, PlanbenchError


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="planbench",
        description="Schedules, quality, risk, control and portfolio, offline. "
        "Without a command the window opens.",
    )
    top.add_argument("--version", action="version", version=f"planbench {__version__}")
    top.add_argument(
        "--debug", action="store_true", help="show a traceback where one line would do"
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    analyses.add_commands(commands)
    trace.add_command(commands)
    convert.add_command(commands)
    merge.add_command(commands)
    printing.add_command(commands)
    report.add_command(commands)
    control.add_command(commands)
    progress.add_command(commands)
    cost.add_commands(commands)
    standards.add_command(commands)
    portfolio.add_command(commands)
    contract.add_command(commands)
    compare.add_command(commands)
    findings.add_command(commands)
    resources.add_command(commands)
    shows.add_commands(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit status: 0 done, 2 unusable input, 3 cancelled."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if "--debug" in words:  # wherever it stands
        words.remove("--debug")
        words.insert(0, "--debug")
    options = parser().parse_args(words)
    if options.command is None:
        from planbench.ui.app import main as open_window

        return open_window([])
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except PlanbenchError as error:
        if options.debug:
            raise
        print(f"planbench {options.command}: {error.line}", file=sys.stderr)
        return 2
    except (Cancelled, KeyboardInterrupt):
        print(f"planbench {options.command}: cancelled", file=sys.stderr)
        return 3
    except BrokenPipeError:  # the reader of our output went away: nothing to tell anybody
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status


if __name__ == "__main__":
    sys.exit(main())
