"""Pure functions over the domain. They return new values and change nothing."""
