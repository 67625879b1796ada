"""The other process: one file of any program through MPXJ into XML that our own readers know.

Runs as `python -m planbench.exchange.mpp.convert FOLDER NAME TITLE`. It reads FOLDER/NAME, writes
FOLDER/converted.xml and tells in FOLDER/answer.json how it went; TITLE names a project that has no
name. Java lives and dies here: a crash, an endless loop or a flood of memory ends this process and
not the program that asked.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

CONVERTED = "converted.xml"
ANSWER = "answer.json"

MEMORY = "2g"
"""The most that Java may take."""

_PRIMAVERA = ("primavera", "suretrak", "p3", "p6")


def convert(folder: Path, name: str, title: str) -> dict[str, Any]:
    """Convert FOLDER/NAME and say how it went.

    `state` is "done", "no-extra" (MPXJ is not installed), "no-java" (no Java runtime, or one that
    cannot run MPXJ) or "refused" (MPXJ cannot read the file); `detail` says more. When done also
    `to` ("mspdi" or "p6xml"), `application` (what wrote the file), `kind` (its type there),
    `mpxj` (the version) and `left_out` (how many further projects of the file were not taken).
    """
    try:
        import jpype
        import mpxj  # noqa: F401  (puts its Java archives on the class path)
    except ImportError as error:
        return {"state": "no-extra", "detail": str(error)}
    try:
        _start_java(jpype, folder)
        reader = jpype.JClass("org.mpxj.reader.UniversalProjectReader")()
    except Exception as error:  # whatever Java and the bridge to it may raise
        return {"state": "no-java", "detail": _first_line(error)}
    try:
        return _converted(jpype, reader, folder, name, title)
    except Exception as error:
        return {"state": "refused", "detail": _first_line(error)}


def _start_java(jpype: Any, folder: Path) -> None:
    """A Java machine without a window, of bounded memory, whose own files stay in the folder."""
    jpype.startJVM(
        f"-Xmx{MEMORY}",
        "-Djava.awt.headless=true",
        "-Dlog4j2.level=OFF",
        f"-Djava.io.tmpdir={folder}",
        f"-XX:ErrorFile={folder / 'java-error.log'}",
        "-XX:-CreateCoredumpOnCrash",
        "-XX:+IgnoreUnrecognizedVMOptions",
        "--enable-native-access=ALL-UNNAMED",
        convertStrings=True,
    )


def _converted(jpype: Any, reader: Any, folder: Path, name: str, title: str) -> dict[str, Any]:
    """Read the file and write its largest project (of a Primavera program: all of them)."""
    file = jpype.JClass("java.io.File")(str(folder / name))
    begun = jpype.JClass("java.time.LocalDateTime").now()
    projects = [project for project in reader.readAll(file) or () if project is not None]
    if not projects:
        return {"state": "refused", "detail": "it is of no format that MPXJ knows"}
    projects.sort(key=lambda project: project.getTasks().size(), reverse=True)
    properties = projects[0].getProjectProperties()
    application = str(properties.getFileApplication() or "")
    target = jpype.JClass("java.io.File")(str(folder / CONVERTED))
    if application.lower().startswith(_PRIMAVERA):
        to = "p6xml"
        writer = jpype.JClass("org.mpxj.primavera.PrimaveraPMFileWriter")()
        writer.setWriteBaselines(True)
        writer.write(jpype.JClass("java.util.ArrayList")(projects), target)
        left_out = 0
    else:
        to = "mspdi"
        if not properties.getName():
            properties.setName(title)
        # what a file does not tell MPXJ fills with the present moment, and with "no" here: a file
        # must read alike on every day, and tasks honour their constraint dates unless told not to
        told = (properties.getCurrentDate(), properties.getLastSaved())
        own = [moment for moment in told if moment is not None and moment.isBefore(begun)]
        properties.setCurrentDate(own[0] if own else None)
        properties.setHonorConstraints(True)
        _slack_in_minutes(jpype, projects[0])
        writer = jpype.JClass("org.mpxj.mspdi.MSPDIWriter")()
        writer.setWriteTimephasedData(True)  # tells where tasks pause
        writer.write(projects[0], target)
        left_out = sum(project.getTasks().size() > 0 for project in projects[1:])
    return {
        "state": "done",
        "detail": "",
        "to": to,
        "application": application,
        "kind": str(properties.getFileType() or ""),
        "mpxj": _version(),
        "left_out": left_out,
    }


def _slack_in_minutes(jpype: Any, project: Any) -> None:
    """Slack and delays in minutes: as days, the writer takes each for eight hours of work.

    The reader counts a day by the hours that the project says, which may be others.
    """
    minutes, properties = jpype.JClass("org.mpxj.TimeUnit").MINUTES, project.getProjectProperties()
    for task in project.getTasks():
        names = ("StartSlack", "FinishSlack", "FreeSlack", "TotalSlack")
        found = [getattr(task, f"get{name}")() for name in names]
        for name, slack in zip(names, found, strict=True):  # the total last: others clear it
            if slack is not None:
                getattr(task, f"set{name}")(slack.convertUnits(minutes, properties))
        for assignment in task.getResourceAssignments():
            delay = assignment.getDelay()
            if delay is not None:
                assignment.setDelay(delay.convertUnits(minutes, properties))


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("mpxj")
    except PackageNotFoundError:
        return ""


def _first_line(error: Exception) -> str:
    """What went wrong, the innermost cause where Java tells one."""
    cause: Any = error
    seen = 0
    while seen < 10 and getattr(cause, "getCause", None) is not None and cause.getCause():
        cause = cause.getCause()
        seen += 1
    text = " ".join(str(cause).split())
    return text[:200] or type(error).__name__


def main(folder: Path, name: str, title: str) -> None:
    """Convert and leave the answer, which appears in one piece."""
    partial = folder / f"{ANSWER}.partial"
    partial.write_text(json.dumps(convert(folder, name, title)), encoding="utf-8")
    partial.replace(folder / ANSWER)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
