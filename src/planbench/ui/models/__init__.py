"""Qt item models over the columns of a schedule."""
