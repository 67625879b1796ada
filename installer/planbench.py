#!/usr/bin/env python3
"""Set planbench up in this folder and start it.

    python3 installer/planbench.py          the window on the sample; the demo without a display
    python3 installer/planbench.py test     the same with the test tools, then all checks and tests

Standard library only. Everything goes into `.venv` beside this folder; what the system itself
lacks is installed with apt where that needs no password, otherwise told in one line to type.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {"run": "requirements.lock", "test": "requirements-test.lock"}
STAMP = "planbench.stamp"  # in a complete environment: what it was made from
OLDEST, NEWEST = (3, 11), (3, 14)

# What Qt loads from the system, by the name the loader knows, and the Debian package that has it.
NEEDED_ALWAYS = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libxkbcommon.so.0": "libxkbcommon0",
}
NEEDED_ON_X11 = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
NEEDED_ON_WAYLAND = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}


class Stop(Exception):
    """Something that only the user can mend, in one line."""


def main(words: list[str]) -> int:
    """Set up, then open the window, run the demo or run the tests. Returns the exit status."""
    if words not in ([], ["test"]):
        print("usage: python3 installer/planbench.py [test]", file=sys.stderr)
        return 2
    kind = "test" if words else "run"
    try:
        check_python(sys.version_info[:2])
        check_system(has_display() and kind == "run")
        fresh = not ready(kind)
        python = environment(kind)
        if kind == "test":
            return run_tests(python)
        if fresh:
            warm_up(python)
        return start(python)
    except Stop as reason:
        print(f"planbench: {reason}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def say(text: str) -> None:
    """News on standard output, at once."""
    print(text, flush=True)


def check_python(version: tuple[int, int]) -> None:
    """Raise Stop when this is not a Python that planbench runs on."""
    if not OLDEST <= tuple(version) <= NEWEST:
        found = ".".join(map(str, version))
        raise Stop(
            f"this is Python {found}; planbench needs 3.{OLDEST[1]} to 3.{NEWEST[1]}. Install one "
            f"of these and type: python3.{NEWEST[1]} installer/planbench.py"
        )


# What the operating system has to bring along ------------------------------------------------


def has_display() -> bool:
    """Whether a window can be shown."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def missing(libraries: dict[str, str]) -> list[str]:
    """Those libraries that the loader does not find."""
    lacking = []
    for name in libraries:
        try:
            ctypes.CDLL(name)
        except OSError:
            lacking.append(name)
    return lacking


def check_system(window: bool) -> None:
    """Install or name the system libraries of Qt. Raises Stop when some are still missing."""
    if not sys.platform.startswith("linux"):
        return
    needed = dict(NEEDED_ALWAYS)
    if window:  # X11 always: Qt falls back on it
        needed.update(NEEDED_ON_X11)
    if window and os.environ.get("WAYLAND_DISPLAY"):
        needed.update(NEEDED_ON_WAYLAND)
    lacking = missing(needed)
    if not lacking:
        return
    packages = sorted({needed[name] for name in lacking})
    if not apt_install(packages) or missing(needed):
        raise Stop(f"the system lacks {', '.join(lacking)}. {line_to_type(packages)}")


def line_to_type(packages: list[str]) -> str:
    """What somebody types who may install packages."""
    if shutil.which("apt-get"):
        return f"Type: sudo apt-get update && sudo apt-get install -y {' '.join(packages)}"
    return "Install the packages of your system that hold these; on Debian " + " ".join(packages)


def apt_install(packages: list[str]) -> bool:
    """Install Debian packages if that can be done without a password."""
    if not shutil.which("apt-get"):
        return False
    before = []
    if os.geteuid() != 0:
        before = ["sudo", "-n"]
        if not shutil.which("sudo") or not quiet([*before, "true"]):
            return False
    say(f"installing with apt: {' '.join(packages)}")
    apt = [*before, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
    install = [*apt, "install", "--no-install-recommends", *packages]
    if quiet(install):
        return True
    # lists of packages that are missing or out of date are the usual reason
    return loud([*apt, "update"]) and loud(install)


def quiet(command: list[str]) -> bool:
    """Run without showing anything; whether it went well."""
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return done.returncode == 0


def loud(command: list[str], **more: object) -> bool:
    """Run with its output shown; whether it went well."""
    return subprocess.run(command, **more).returncode == 0  # type: ignore[call-overload]


# The environment -----------------------------------------------------------------------------


def python_in(folder: Path) -> Path:
    """The interpreter of a virtual environment."""
    return scripts_of(folder) / ("python.exe" if os.name == "nt" else "python")


def scripts_of(folder: Path) -> Path:
    """The folder of a virtual environment that holds its programs."""
    return folder / ("Scripts" if os.name == "nt" else "bin")


def stamp_of(kind: str, root: Path) -> str:
    """What an environment has to have been made from to be used again."""
    total = hashlib.sha256()
    for path in (root / "installer" / LOCKS[kind], Path(__file__)):
        total.update(path.read_bytes())
    total.update(repr((sys.version, str(root))).encode())
    return f"{kind} {total.hexdigest()}\n"


def ready(kind: str, root: Path = ROOT) -> bool:
    """Whether the environment is there and was made from today's lock; the test set serves all."""
    stamp = root / ".venv" / STAMP
    wanted = {stamp_of(kind, root), stamp_of("test", root)}
    return stamp.is_file() and stamp.read_text() in wanted and python_in(stamp.parent).exists()


def environment(kind: str, root: Path = ROOT) -> Path:
    """The interpreter of an environment that holds the locked packages; made if need be.

    It is made beside the one in use and takes its place only when it is complete, so that a
    failure or an interruption leaves what was there.
    """
    final, partial = root / ".venv", root / ".venv.partial"
    if ready(kind, root):
        return python_in(final)
    say("setting up .venv, once: this takes a minute or two")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        make(partial)
        fill(partial, root / "installer" / LOCKS[kind])
        connect(partial, final, root)
        (partial / STAMP).write_text(stamp_of(kind, root))
        replace(final, partial)
    except OSError as error:
        raise Stop(f"{error.filename or root}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return python_in(final)


def make(folder: Path) -> None:
    """An empty virtual environment, by whichever tool there is."""
    make_venv = [sys.executable, "-m", "venv", "--prompt", "planbench", str(folder)]
    if has_venv() and quiet(make_venv):
        return
    shutil.rmtree(folder, ignore_errors=True)
    uv = shutil.which("uv")
    if uv and quiet([uv, "venv", "--prompt", "planbench", "--python", sys.executable, str(folder)]):
        return
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    if apt_install([package]) and quiet(make_venv):
        return
    shutil.rmtree(folder, ignore_errors=True)
    raise Stop(f"this Python cannot make a virtual environment. {line_to_type([package])}")


def has_venv() -> bool:
    """Whether the modules are there; Debian keeps them in a package of their own."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return False
    return True


def fill(folder: Path, lock: Path) -> None:
    """Install what the lock names, with uv where it can be had, else with pip."""
    python = str(python_in(folder))
    options = ["--require-hashes", "--no-deps", "-r", str(lock)]
    has_pip = quiet([python, "-m", "pip", "--version"])
    uv = [shutil.which("uv") or ""]
    if not uv[0] and has_pip:
        own = str(lock.with_name("requirements-uv.lock"))
        if quiet([python, "-m", "pip", "install", "--require-hashes", "--no-deps", "-r", own]):
            uv = [python, "-m", "uv"]
    clean = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    if uv[0] and loud([*uv, "pip", "install", "--quiet", "--python", python, *options], env=clean):
        return
    by_pip = ["pip", "install", "--quiet", "--disable-pip-version-check", *options]
    if has_pip and loud([python, "-m", *by_pip]):
        return
    raise Stop("the packages could not be installed; the lines above say why. Is PyPI reachable?")


def connect(partial: Path, final: Path, root: Path) -> None:
    """Make planbench itself importable and let the programs know their final place."""
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    found = subprocess.run([str(python_in(partial)), "-c", ask], capture_output=True, text=True)
    Path(found.stdout.strip(), "planbench.pth").write_text(f"{root / 'src'}\n", encoding="utf-8")
    scripts = scripts_of(partial)
    if os.name == "nt":
        text = f'@"{python_in(final)}" -m planbench %*\r\n'
        (scripts / "planbench.cmd").write_text(text, encoding="utf-8")
        return
    for path in scripts.iterdir():
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            if b"\0" not in content[:1024]:
                path.write_bytes(content.replace(os.fsencode(partial), os.fsencode(final)))
    program = scripts / "planbench"
    program.write_text(f'#!/bin/sh\nexec "{python_in(final)}" -m planbench "$@"\n')
    program.chmod(0o755)


def replace(final: Path, partial: Path) -> None:
    """Put the new environment where the old one was."""
    old = final.with_name(".venv.old")
    shutil.rmtree(old, ignore_errors=True)
    if final.exists():
        final.rename(old)
    try:
        partial.rename(final)
    except OSError:
        if old.exists():
            old.rename(final)
        raise
    shutil.rmtree(old, ignore_errors=True)


# What to do with it --------------------------------------------------------------------------


def warm_up(python: Path) -> None:
    """Compile the calculation now, so that the first window does not wait for it."""
    say("compiling the calculation, once: this takes about a minute")
    words = "from planbench.services.warm import warm_up; warm_up()"
    quiet([str(python), "-c", words])  # where it cannot be kept, the window compiles it


def start(python: Path) -> int:
    """Open the window; without a display, run the demo and say where its results are."""
    command = [str(python), "-m", "planbench"]
    if has_display():
        say("opening planbench")
    else:
        say("there is no display, so here is the demo without a window")
        command += ["demo", str(ROOT / "out" / "demo")]
    return subprocess.run(command, cwd=ROOT).returncode


def run_tests(python: Path) -> int:
    """All checks and tests; every one runs even when an earlier one fails."""
    lint_imports = "from importlinter.cli import lint_imports_command as run; run()"
    checks = {
        "lint": ["-m", "ruff", "check", "."],
        "format": ["-m", "ruff", "format", "--check", "."],
        "types": ["-m", "mypy"],
        "rooms": ["-c", lint_imports],
        "tests": ["-m", "pytest", "-n", "2", "-m", "not slow"],
    }
    environ = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    failed = []
    for name, words in checks.items():
        say(f"== {name}")
        if not loud([str(python), *words], cwd=ROOT, env=environ):
            failed.append(name)
    say(f"failed: {', '.join(failed)}" if failed else "all checks and tests passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
