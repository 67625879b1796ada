import numpy as np

from planbench.domain.times import NO_TIME, from_iso
from planbench.scenes.formats import (
    MINUS,
    THIN,
    date_text,
    days_text,
    long_date_text,
    number_text,
)


def test_dates_in_tables_have_two_digit_years_and_prose_four():
    minute = from_iso("2027-08-09T16:00")
    assert date_text(minute) == "09-Aug-27"
    assert date_text(minute, actual=True) == "09-Aug-27 A"
    assert long_date_text(minute) == "09-Aug-2027"
    assert date_text(NO_TIME) == long_date_text(NO_TIME) == ""


def test_a_date_beyond_the_calendar_does_not_break_the_table():
    assert date_text(10**12) == "out of range"
    assert date_text(from_iso("1969-12-31T23:59")) == "31-Dec-69"


def test_numbers_have_a_true_minus_and_narrow_spaces():
    assert number_text(-1234.5, 1) == f"{MINUS}1{THIN}234.5"
    assert number_text(float("nan")) == ""
    assert number_text(-0.2) == "0"
    assert number_text(12, sign=True) == "+12"
    assert days_text(12.0) == "12"
    assert days_text(0.52) == "0.5"
    assert days_text(np.nan) == ""
