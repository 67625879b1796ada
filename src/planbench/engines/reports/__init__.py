"""What a report is made of: blocks with plain values, templates as data, and drawn charts."""
