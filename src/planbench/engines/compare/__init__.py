"""Comparison of two schedules: what changed, what it did to the dates, and why the finish moved."""
