"""Findings of a review: what they are, how they live from update to update, how they merge."""
