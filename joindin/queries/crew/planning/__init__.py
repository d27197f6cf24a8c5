"""Reads for planners and responsibles: who sees an event, what they choose from, and the people of a shift."""
