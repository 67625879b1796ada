"""One module a schema version, each run in a transaction of its own."""
