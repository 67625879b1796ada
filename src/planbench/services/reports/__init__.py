"""Reports: what an update and its results hold, composed by a template into blocks."""
