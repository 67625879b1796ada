from planbench.domain.errors import ImportRefused


def test_a_message_is_one_line_that_any_terminal_can_show() -> None:
    error = ImportRefused("no id\x1b[2J\ufeff", "plan.xer,\n row 3\u202e", "Look\tthere.")
    assert error.line == "plan.xer, row 3: no id[2J. Look there."
    assert error.line.isprintable()
