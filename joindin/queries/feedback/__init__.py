"""Reads of the feedback pages: the talks to rate, one comment, and the results of a talk."""
