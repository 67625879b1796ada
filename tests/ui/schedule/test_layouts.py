from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from planbench.scenes.filters import read_filter
from planbench.services.document import Document
from planbench.services.layouts import Layout, read_layout
from planbench.ui.schedule.shelf import MINE, PROJECT
from planbench.ui.schedule.workspace import ScheduleWorkspace
from planbench.ui.session import Session
from planbench.ui.settings import Settings
from planbench.ui.state import AppState


def opened(qtbot, session: Session, document: Document) -> ScheduleWorkspace:
    project = session.library.new_project("P", "Plant") if not session.projects() else 1
    session.reload()
    session.state.open_document(
        Document(document.schedule, cpm=document.cpm, library_project=project)
    )
    space = ScheduleWorkspace(session.state)
    qtbot.addWidget(space)
    space.resize(1700, 800)
    space.show()
    return space


def change(space: ScheduleWorkspace) -> None:
    space.columns.show(["name", "finish", "float", "type"])
    space.group_by("status")
    space.sift("not-started")
    space.plan.sort_by("float", True)
    space.bar.critical.set_index(1)
    space.gantt.zoom(3.0)


def looks(space: ScheduleWorkspace) -> dict:
    plan = space.plan
    return {
        "columns": space.columns.ids(),
        "grouping": plan.grouping,
        "quick": plan.quick,
        "sort": (plan.sort_column, plan.descending),
        "critical": (plan.critical_by, space.bar.critical.index),
        "px": round(space.gantt.time.px_per_day, 6),
        "level": plan.level,
        "widths": [space.table.columnWidth(n) for n in range(len(space.model.shown))],
    }


def test_the_next_window_looks_like_the_last_one(qtbot, session, document):
    space = opened(qtbot, session, document)
    default = looks(space)
    change(space)
    # The drag of a header's edge itself needs a real mouse: its outcome is put in here.
    space.columns.widths["finish"] = 133
    space.open_level(0)
    expected = looks(space) | {"widths": [looks(space)["widths"][0], 133, 56, 112]}
    session.settings.save()
    space.close()
    fresh = AppState()
    window = QWidget()
    qtbot.addWidget(window)
    again = Session(fresh, Settings(session.settings.path), window)
    assert again.settings.get("schedule_view")["widths"] == {"finish": 133}
    fresh.open_document(Document(document.schedule, cpm=document.cpm))
    other = ScheduleWorkspace(fresh)
    qtbot.addWidget(other)
    other.resize(1700, 800)
    other.show()
    assert looks(other) == expected
    other.layouts.apply(Layout())
    assert looks(other)["columns"] == default["columns"]
    fresh.close()


def test_named_layouts_for_me_and_for_the_project(qtbot, session, document, nameless):
    space = opened(qtbot, session, document)
    change(space)
    wanted = looks(space)
    dialog = space.layouts.ask_to_keep()
    assert not nameless(dialog)
    dialog.take()
    assert "needs a name" in dialog.name.field.accessibleDescription()
    dialog.name.setText("Review")
    dialog.take()
    assert Settings(session.settings.path).get("layouts")["Review"]["grouping"] == ["status"]
    dialog = space.layouts.ask_to_keep()
    dialog.name.setText("Site")
    dialog.place.set_index(1)
    dialog.take()
    qtbot.waitUntil(lambda: "Site" in space.layouts.kept(PROJECT))
    actions = {a.text(): a for a in space.layouts.menu().actions()}
    actions["Default layout"].trigger()
    assert space.plan.grouping == ("wbs",)
    assert looks(space) != wanted
    actions["Site (project)"].trigger()
    assert looks(space) == wanted
    forget = {a.text(): a for a in actions["Delete"].menu().actions()}
    forget["Review"].trigger()
    assert not space.layouts.kept(MINE)


def test_a_layout_opened_again_is_the_same_picture_pixel_for_pixel(qtbot, session, document):
    space = opened(qtbot, session, document)
    change(space)
    space.plan.ask(read_filter("[Total float] < 40", space.plan.columns))
    space.columns.titles["finish"] = "Ends"
    space.columns.sides["type"] = "right"
    space.columns.show(["name", "type", "finish", "float"])
    space.set_options(replace(space.gantt.options, late=True, floats=True, before="id"))
    qtbot.wait(50)

    def picture():
        qtbot.waitUntil(lambda: not session.state.busy)
        qtbot.wait(50)
        return space.splitter.grab().toImage()

    kept, wanted = space.layouts.plain(), None
    space.layouts.show(kept)
    wanted = picture()
    space.layouts.apply(Layout())
    space.plan.sort_by("name")
    assert picture() != wanted
    space.layouts.show(kept)
    again = picture()
    assert again.size() == wanted.size()
    assert again == wanted
    assert space.layouts.plain() == kept


def test_layouts_go_from_one_to_another_by_file(qtbot, session, document, tmp_path):
    space = opened(qtbot, session, document)
    change(space)
    wanted = looks(space)
    path = tmp_path / "Monthly review.json"
    space.layouts.export(str(path))
    assert read_layout(path)[0] == "Monthly review"
    space.layouts.apply(Layout())
    space.layouts.take_in(str(path))
    assert looks(space) == wanted
    assert list(space.layouts.kept(MINE)) == ["Monthly review"]
    path.write_text("{}")
    with qtbot.waitSignal(session.state.message) as told:
        space.layouts.take_in(str(path))
    assert "not a layout" in told.args[1]


def test_a_layout_of_another_schedule_leaves_out_what_is_not_here(qtbot, session, document):
    space = opened(qtbot, session, document)
    space.layouts.apply(
        Layout(
            columns=("name", "code:77", "float"), grouping=("code:77",), sort="code:77", quick="x"
        )
    )
    assert space.columns.ids() == ["name", "float"]
    assert (space.plan.grouping, space.plan.quick, space.plan.sort_column) == (
        ("wbs",),
        "",
        "start",
    )


def test_moved_columns_are_the_order_from_then_on(qtbot, session, document):
    space = opened(qtbot, session, document)
    before = space.columns.ids()
    space.table.horizontalHeader().moveSection(2, 4)
    moved = [*before[:2], *before[3:5], before[2], *before[5:]]
    qtbot.waitUntil(lambda: space.columns.ids() == moved)
    head = space.table.horizontalHeader()
    assert [head.visualIndex(n) for n in range(len(moved))] == list(range(len(moved)))
    assert session.settings.get("schedule_view")["columns"] == moved
