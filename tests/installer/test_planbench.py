"""The set-up script: what it asks of the system, and that it never leaves half an environment."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-test.lock", "requirements-uv.lock")


@pytest.fixture(scope="module")
def installer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("set_up", ROOT / "installer" / "planbench.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def folder(tmp_path: Path, installer: ModuleType) -> Path:
    """A checkout whose locks name nothing, so that setting up needs no network."""
    (tmp_path / "installer").mkdir()
    (tmp_path / "src" / "planbench").mkdir(parents=True)
    (tmp_path / "src" / "planbench" / "__main__.py").write_text("print('here')\n")
    (tmp_path / "src" / "planbench" / "__init__.py").write_text("")
    for name in LOCKS:
        (tmp_path / "installer" / name).write_text("")
    return tmp_path


@pytest.mark.parametrize("version", [(3, 9), (3, 10), (3, 15), (4, 0)])
def test_other_pythons_are_refused_in_one_line(
    installer: ModuleType, version: tuple[int, int]
) -> None:
    with pytest.raises(installer.Stop) as stop:
        installer.check_python(version)
    assert "needs 3.11 to 3.14" in str(stop.value)
    assert "\n" not in str(stop.value)


def test_supported_pythons_are_those_of_the_project_file(installer: ModuleType) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    oldest, newest = installer.OLDEST, installer.NEWEST
    assert project["requires-python"] == f">=3.{oldest[1]},<3.{newest[1] + 1}"
    for minor in range(oldest[1], newest[1] + 1):
        installer.check_python((3, minor))


def test_script_can_be_read_by_old_pythons_so_that_they_get_the_line() -> None:
    import ast

    source = (ROOT / "installer" / "planbench.py").read_text("utf-8")
    ast.parse(source, feature_version=(3, 7))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="libraries of Linux")
def test_missing_libraries_are_named(installer: ModuleType) -> None:
    absent = "libplanbench-is-not-there.so.9"
    assert installer.missing({"libc.so.6": "libc6", absent: "nothing"}) == [absent]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="libraries of Linux")
def test_without_rights_the_line_to_type_names_the_packages(
    installer: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installer, "NEEDED_ALWAYS", {"libnot-there.so.9": "libnot9"})
    monkeypatch.setattr(installer, "apt_install", lambda packages: False)
    with pytest.raises(installer.Stop) as stop:
        installer.check_system(window=False)
    assert "libnot-there.so.9" in str(stop.value)
    assert "libnot9" in str(stop.value)
    assert "\n" not in str(stop.value)


def test_unknown_words_are_refused(
    installer: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert installer.main(["tset"]) == 2
    assert "usage" in capsys.readouterr().err


def test_environment_is_made_once_and_knows_its_place(installer: ModuleType, folder: Path) -> None:
    python = installer.environment("run", folder)
    assert python == installer.python_in(folder / ".venv")
    done = subprocess.run([python, "-m", "planbench"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "here"
    if sys.platform != "win32":
        program = folder / ".venv" / "bin" / "planbench"
        done = subprocess.run([program], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "here"
        texts = [p for p in program.parent.iterdir() if p.is_file() and not p.is_symlink()]
        assert not [p.name for p in texts if b".venv.partial" in p.read_bytes()]
    made = (folder / ".venv" / "pyvenv.cfg").stat().st_mtime_ns
    assert installer.environment("run", folder) == python
    assert (folder / ".venv" / "pyvenv.cfg").stat().st_mtime_ns == made
    assert not (folder / ".venv.partial").exists()


def test_failure_leaves_the_environment_that_was_there(
    installer: ModuleType, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".venv").mkdir()
    (folder / ".venv" / "mine").write_text("kept")
    (folder / "installer" / "requirements.lock").write_text("no-such-thing==1 --hash=sha256:00\n")
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(installer.Stop, match="could not be installed"):
        installer.environment("run", folder)
    assert (folder / ".venv" / "mine").read_text() == "kept"
    assert sorted(p.name for p in folder.iterdir()) == [".venv", "installer", "src"]


def test_stamp_follows_the_lock_and_the_test_set_serves_both(
    installer: ModuleType, folder: Path
) -> None:
    before = installer.stamp_of("run", folder)
    assert installer.stamp_of("test", folder) != before
    (folder / "installer" / "requirements.lock").write_text("# changed\n")
    assert installer.stamp_of("run", folder) != before


@pytest.mark.parametrize("name", LOCKS)
def test_locks_pin_every_package_with_hashes_and_no_address(name: str) -> None:
    text = (ROOT / "installer" / name).read_text("utf-8")
    assert "://" not in text
    entries = re.split(r"\n(?=\S)", text.strip())
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9-]+==\S+", entry), entry[:60]
        assert "--hash=sha256:" in entry, entry[:60]


@pytest.mark.parametrize(("lock", "groups"), [(LOCKS[0], False), (LOCKS[1], True)])
def test_locks_hold_everything_the_project_file_asks_for(lock: str, groups: bool) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    asked = list(project["project"]["dependencies"])
    if groups:
        asked += project["dependency-groups"]["dev"]
    text = (ROOT / "installer" / lock).read_text("utf-8")
    pinned = set(re.findall(r"(?m)^([a-z0-9-]+)==", text))
    names = {re.match(r"[\w-]+", item).group().lower().replace("_", "-") for item in asked}  # type: ignore[union-attr]
    assert names <= pinned


def test_ci_runs_the_test_command_of_the_readme() -> None:
    command = "python3 installer/planbench.py test"
    assert command in (ROOT / "README.md").read_text("utf-8").splitlines()[:30]
    run = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    assert run[-1] == command
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
