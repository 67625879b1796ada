"""What a style looks like on pixels and on paper; where it stands is the scenes' own test."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from planbench.domain.synthetic import synthetic_schedule
from planbench.engines.cpm import schedule_network
from planbench.scenes.density import build_density
from planbench.scenes.gantt import GanttOptions, Window, build_gantt
from planbench.scenes.primitives import Scene
from planbench.ui.painter import ScenePainter
from planbench.ui.schedule.gantt import GanttView
from planbench.ui.schedule.plan import Plan
from planbench.ui.theme import load_theme


def painted(scene: Scene, theme: str = "light", ratio: float = 1.0) -> QImage:
    image = QImage(
        round(scene.width * ratio), round(scene.height * ratio), QImage.Format.Format_RGB32
    )
    image.setDevicePixelRatio(ratio)
    image.fill(load_theme(theme).color("surface-raised"))
    with QPainter(image) as painter:
        ScenePainter(load_theme(theme), ratio).paint(painter, scene)
    return image


def colour(role: str, theme: str = "light") -> QColor:
    return load_theme(theme).color(role)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_critical_bar_is_red_with_a_dark_keel(themed, theme):
    scene = Scene(100, 24)
    scene.add("rects", "critical", [(10.0, 4.0, 60.0, 10.0)])
    scene.add("rects", "keel", [(10.0, 12.0, 60.0, 2.0)])
    image = painted(scene, theme)
    assert image.pixelColor(40, 7) == colour("critical", theme)
    assert image.pixelColor(40, 13) == colour("critical-edge", theme)
    assert image.pixelColor(80, 7) == colour("surface-raised", theme)


def test_near_critical_is_told_by_a_hatch_not_by_colour_alone(themed):
    scene = Scene(100, 24)
    scene.add("rects", "near", [(10.0, 4.0, 80.0, 10.0)])
    image = painted(scene)
    inside = {image.pixelColor(x, 9).name() for x in range(15, 85)}
    assert len(inside) > 2


def test_rules_are_one_device_pixel_at_any_scale(themed):
    for ratio in (1.0, 2.0):
        scene = Scene(20, 20)
        scene.add("rects", "header-edge", [(0.0, 10.0, 20.0, 1.0 / ratio)])
        image = painted(scene, ratio=ratio)
        column = [image.pixelColor(5, y) for y in range(image.height())]
        assert column.count(colour("border-strong")) == 1


def test_wires_have_rounded_corners(themed):
    scene = Scene(60, 60)
    scene.add("wires", "link-critical", [((5.0, 5.0), (30.0, 5.0), (30.0, 50.0), (55.0, 50.0))])
    image = painted(scene)
    paper = colour("surface-raised")
    assert image.pixelColor(15, 5) != paper
    assert image.pixelColor(30, 25) != paper
    corner = image.pixelColor(31, 4)
    assert abs(corner.lightness() - paper.lightness()) < 40


def test_a_halo_parts_a_line_behind_a_label(themed):
    scene = Scene(80, 24)
    scene.add("lines", "data-date", [(35.0, 0.0, 35.0, 24.0)])
    plain = painted(scene)
    scene.add("texts", "halo", [(10.0, 16.0, "09-Jan-26")])
    backed = painted(scene)
    line = colour("data-date")

    def seen(image: QImage) -> int:
        return sum(image.pixelColor(35, y) == line for y in range(24))

    assert 0 < seen(backed) < seen(plain) == 24


def test_every_style_of_the_gantt_is_known_on_screen_and_on_paper(themed):
    schedule = synthetic_schedule(200, 300, 1)
    plan = Plan()
    plan.show(schedule, schedule_network(schedule), None)
    view = GanttView(plan)
    view.resize(900, 600)
    view.fit()
    options = GanttOptions(today=plan.span[0] + 5000, names=True)
    window = Window(view.time, 600.0)
    scenes = [
        build_gantt(view.gantt_plan, window, options, node) for node in (-1, 4, len(plan.rows) - 1)
    ]
    scenes += [build_density(view.gantt_plan, 90, 300, *plan.span), view.header_scene()]
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    paper = QSvgGenerator()
    paper.setOutputDevice(buffer)
    paper.setSize(QSize(900, 600))
    with QPainter(paper) as painter:
        vector = ScenePainter(load_theme("print"), vector=True)
        for scene in scenes:
            painted(scene)
            vector.paint(painter, scene)
    assert b"<path" in data.data()
    assert b"<image" not in data.data()  # hatches and halos stay vectors
    view.deleteLater()
