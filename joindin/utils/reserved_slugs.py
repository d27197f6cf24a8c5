"""Path parts of event and talk pages that no slug may have (site 2.1, rule 4).

New slugs avoid them. An older event or talk that has one is reached by its id or stub.
"""

_OF_EVENTS = "submit pending callforpapers view edit attend unattend xhr-attend xhr-unattend action-pending-event"
_OF_TALKS = """details schedule programme talks speakers rooms tracks now mine changes comments talk-comments slides
    attendees host hosts calendar feedback manage edit edit-tracks add-talk add-comment import claims reported-comments
    moderate-comment series dates attend star"""

RESERVED_EVENT_SLUGS = frozenset(_OF_EVENTS.split())
RESERVED_TALK_SLUGS = frozenset(_OF_TALKS.split())
