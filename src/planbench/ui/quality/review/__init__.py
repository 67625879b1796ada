"""The Review side of Quality: findings, their threads and states, and the rounds of updates."""
