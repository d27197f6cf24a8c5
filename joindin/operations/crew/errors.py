"""Errors of the crew's operations that name a field of the contract."""

from joindin.errors import InvalidInput


class InvalidCrewField(InvalidInput):
    """A value is not acceptable. ``field`` has the name that it has in the contract."""

    def __init__(self, field: str, message: str):
        super().__init__(message)
        self.field = field
