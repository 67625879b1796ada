"""Programme compliance: rule packs, checks of a schedule against them, and deadlines."""
