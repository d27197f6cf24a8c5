"""Column type of JSON objects that contain a secret, such as a one-time token.

A deleted or overwritten value stays readable in the files of a database for some time: SQLite's write-ahead log, PostgreSQL's dead rows and
backups. The secret is therefore encrypted with a key that is not in the database.
"""

from collections.abc import Callable, Sequence

from sqlalchemy import JSON
from sqlalchemy.types import TypeDecorator

from joindin.security.encryption import decrypt, encrypt

PREFIX = "encrypted_"


class EncryptedJSON(TypeDecorator):
    """A JSON object whose value ``name`` is encrypted. Rows from before encryption are read as they are.

    ``secret_keys`` returns the keys of the instance, the current one first. A value of another key is missing from the object.
    """

    impl = JSON
    cache_ok = True

    def __init__(self, name: str, secret_keys: Callable[[], Sequence[str]]):
        super().__init__()
        self.name = name
        self.secret_keys = secret_keys
        self._purpose = f"stored {name}"

    def process_bind_param(self, value, _dialect):
        if not value or self.name not in value:
            return value
        encrypted = encrypt(self.secret_keys()[0], self._purpose, value[self.name])
        return {PREFIX + self.name: encrypted} | {key: each for key, each in value.items() if key != self.name}

    def process_result_value(self, value, _dialect):
        encrypted = value and value.get(PREFIX + self.name)
        if not encrypted:
            return value
        rest = {key: each for key, each in value.items() if key != PREFIX + self.name}
        secret = decrypt(self.secret_keys(), self._purpose, encrypted)
        return rest if secret is None else {self.name: secret} | rest

    def is_decryptable(self, stored: dict | None) -> bool | None:
        """Return whether a key of the instance decrypts a value as it is in the database; None if nothing is encrypted."""
        encrypted = stored and stored.get(PREFIX + self.name)
        return decrypt(self.secret_keys(), self._purpose, encrypted) is not None if encrypted else None
