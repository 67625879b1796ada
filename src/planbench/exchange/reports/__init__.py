"""Composed reports as HTML, workbooks and slides. The same report gives the same bytes."""
