"""`planbench bench`: how fast and how large, each benchmark in a process of its own."""
