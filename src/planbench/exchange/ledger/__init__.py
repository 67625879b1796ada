"""Cost ledgers as finance departments export them."""
