"""The Compare workspace: what changed between two updates, and what it did to the finish."""
