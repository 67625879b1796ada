"""`demo`, `gallery` and `bench`: the product showing and measuring itself."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from planbench.cli.output import write_json
from planbench.domain.errors import PlanbenchError


def add_commands(commands: Any) -> None:
    """Add the three commands to the command line."""
    demo = commands.add_parser("demo", help="write the sample and run every analysis on it")
    demo.add_argument("folder", type=Path, nargs="?", default=Path("planbench-demo"), metavar="DIR")
    demo.add_argument("--no-pictures", action="store_true", help="leave the pictures out")
    demo.set_defaults(run=_demo)
    gallery = commands.add_parser("gallery", help="pictures of every workspace and dialog")
    gallery.add_argument("folder", type=Path, metavar="DIR")
    gallery.add_argument("files", type=Path, nargs="*", metavar="FILE")
    gallery.add_argument(
        "--size", action="append", default=[], metavar="WxH", help="e.g. 1366x768; may be repeated"
    )
    gallery.add_argument(
        "--theme", choices=("light", "dark", "contrast"), help="one theme instead of light and dark"
    )
    gallery.add_argument("--scale", type=float, default=1.0, metavar="X", help="1 to 2 for 200 %%")
    gallery.add_argument("--right-to-left", action="store_true", help="the window mirrored")
    gallery.add_argument(
        "--translation",
        default="",
        metavar="FILE",
        help="the texts of a .ts file; 'pseudo' for longer, accented English",
    )
    gallery.set_defaults(run=_gallery)
    bench = commands.add_parser("bench", help="times and memory, with the machine's description")
    bench.add_argument("ids", nargs="*", metavar="ID", help="only these benchmarks")
    bench.add_argument("--json", metavar="PATH", help="write the result as JSON, - for the screen")
    bench.add_argument("--runs", type=int, default=5, metavar="N", help="runs after a warm-up")
    bench.set_defaults(run=_bench)


def _demo(options: argparse.Namespace) -> int:
    from planbench.cli.demo import run_demo

    for line in run_demo(options.folder, pictures=not options.no_pictures):
        print(line, flush=True)
    return 0


def _gallery(options: argparse.Namespace) -> int:
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from planbench.ui import translation

    translation.begin(options.translation)
    from planbench.ui.gallery import photograph_everything

    if not 1.0 <= options.scale <= 2.0:
        raise PlanbenchError(f"{options.scale:g} is not a scale", "--scale", "Give 1 to 2.")
    sizes = [_size(text) for text in options.size] or [(1920, 1080), (1366, 768)]
    themes = (options.theme,) if options.theme else ("light", "dark")
    for path in photograph_everything(
        options.folder, options.files, sizes, themes, options.scale, options.right_to_left
    ):
        print(path, flush=True)
    return 0


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (width.isdigit() and height.isdigit() and int(width) >= 640 and int(height) >= 480):
        raise PlanbenchError(f"'{text}' is not a size", "--size", "Write it as 1366x768.")
    return int(width), int(height)


def _bench(options: argparse.Namespace) -> int:
    from planbench.cli.bench.runner import run_benchmarks, table_lines

    result = run_benchmarks(options.ids, options.runs, note=_note)
    if options.json:
        write_json(result, options.json)
    if options.json != "-":
        for line in table_lines(result):
            print(line)
    return 0


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
