"""Refusals of a date text."""


class UnreadableDate(Exception):
    """The text is no date in PHP's grammar."""


class DoubtfulDate(UnreadableDate):
    """PHP reads the text as a date, but its likely meaning is another one."""
