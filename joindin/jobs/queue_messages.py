"""Messages of the job queue as JSON.

huey pickles messages by default. A pickled object runs code when it is loaded, and other programs may write to the same Redis
server. The tasks of this application have no arguments, so JSON is enough.
"""

import json


class JsonSerializer:
    """Serializer with the interface of huey's."""

    def serialize(self, message) -> bytes:
        return json.dumps(message).encode()

    def deserialize(self, data: bytes):
        """:raises ValueError, TypeError: if this serializer has not made the message. huey logs the error and drops it."""
        # Imported here because huey imports redis, which takes a quarter of a second.
        from huey.registry import Message

        return Message(*json.loads(data))
