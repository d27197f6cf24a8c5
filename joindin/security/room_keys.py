"""Keys in the addresses of printed room codes. A key proves that its sender has read the sheet of that room."""

import base64
import hmac

KEY_LENGTH = 8


def room_key(secret: str, *, event_id: int, room_id: int, generation: int) -> str:
    """Return the key of the room's current sheets. Renewing the sheets raises the generation."""
    message = f"room key\n{event_id}\n{room_id}\n{generation}"
    digest = hmac.digest(secret.encode(), message.encode(), "sha256")
    return base64.b32encode(digest).decode().lower()[:KEY_LENGTH]


def is_room_key(key: str, secret: str, *, event_id: int, room_id: int, generation: int) -> bool:
    """Return whether the key is that of the room's current sheets. Its case does not count: people type it from paper."""
    expected = room_key(secret, event_id=event_id, room_id=room_id, generation=generation)
    return hmac.compare_digest(key.lower().encode(), expected.encode())
