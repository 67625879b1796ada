"""Strips of pictures: what an edit changes is all that is painted again."""

from planbench.scenes.primitives import Scene


def picture(*rects, text="a"):
    scene = Scene(100.0, 200.0)
    scene.add("rects", "bar", list(rects))
    scene.add("texts", "label", [(5.0, 150.0, text)])
    return scene


def test_pictures_that_are_alike_differ_nowhere():
    assert picture((0.0, 10.0, 5.0, 4.0)).strips_unlike(picture((0.0, 10.0, 5.0, 4.0))) == []


def test_what_moved_is_named_where_it_was_and_where_it_is():
    old, new = picture((0.0, 10.0, 5.0, 4.0)), picture((0.0, 90.0, 5.0, 4.0))
    (low, high), (low2, high2) = new.strips_unlike(old)
    assert low <= 10
    assert 14 <= high < 90
    assert low2 <= 90
    assert 94 <= high2 < 150


def test_a_strip_holds_what_reaches_into_it():
    scene = picture((0.0, 10.0, 5.0, 4.0), (0.0, 0.0, 1.0, 200.0))
    strip = scene.between(140.0, 160.0)
    assert strip.items("bar") == [(0.0, 0.0, 1.0, 200.0)]
    assert strip.items("label") == [(5.0, 150.0, "a")]
