"""The risk register: its entries, qualitative scales and heat map, and its actions."""
