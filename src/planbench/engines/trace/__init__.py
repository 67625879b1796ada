"""Logic traces: what drives an activity and what it drives."""
