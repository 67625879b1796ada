"""Pictures without a toolkit: rectangles, lines and texts."""
