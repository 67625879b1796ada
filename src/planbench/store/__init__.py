"""The library file: schema, migrations and repositories on SQLite."""
