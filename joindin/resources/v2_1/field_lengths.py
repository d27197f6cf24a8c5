"""Maximum lengths of text fields in request bodies."""

from collections.abc import Mapping

from joindin.errors import InvalidInput


def check_length(field: str, text: str, max_length: int) -> None:
    """:raises InvalidInput: if the text has more than ``max_length`` characters."""
    if len(text) > max_length:
        raise InvalidInput(length_message(field, max_length))


def find_length_errors(values: Mapping[str, str], max_lengths: Mapping[str, int]) -> list[str]:
    """Return a message for every text that is too long, in the order of ``max_lengths``."""
    return [
        length_message(field, max_length)
        for field, max_length in max_lengths.items()
        if len(values.get(field, "")) > max_length
    ]


def length_message(field: str, max_length: int) -> str:
    return f"The field '{field}' must not be longer than {max_length} characters"
