"""The Reports workspace, and reports on paper: pages, their painter and PDF."""
