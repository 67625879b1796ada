"""Monte Carlo of schedule and cost."""
