"""Cities of events that are new or have changed."""

from joindin.operations.agenda.event_cities import BATCH_SIZE, locate_events

# Batches in one run, after which other work has its turn.
MAX_BATCHES = 50


def locate_new_events(session) -> None:
    """Find the cities of all events that need it. Commits after each batch."""
    for _ in range(MAX_BATCHES):
        number = locate_events(session)
        session.commit()
        if number < BATCH_SIZE:
            return
