"""Files out of the window and tables back in."""
