"""Toolkit-free pictures: what a view shows as rectangles, lines, polygons and texts."""
