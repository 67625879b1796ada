"""The risk register in the window: list, heat map, bow-tie, forms."""
