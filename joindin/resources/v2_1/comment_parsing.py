"""Parsing of comments on events and on talks (spec 5.3, 8.3)."""

from joindin.errors import InvalidInput
from joindin.resources.v2_1.field_lengths import check_length
from joindin.resources.v2_1.request_params import Params, is_number

MAX_COMMENT_LENGTH = 20_000

MSG_COMMENT_REQUIRED = 'The field "comment" is required'
MSG_RATING_REQUIRED = 'The field "rating" is required'
MSG_RATING_NOT_A_NUMBER = 'The field "rating" must be a number'
MSG_RATING_OUT_OF_RANGE = 'The field "rating" must be a number (1-5)'
MSG_SPAM = "Comment failed spam check"
MSG_DUPLICATE_COMMENT = "Duplicate comment"


def parse_comment_text(params: Params) -> str:
    text = params.text("comment")
    if params.is_empty("comment") or not text.strip():
        raise InvalidInput(MSG_COMMENT_REQUIRED)
    check_length("comment", text, MAX_COMMENT_LENGTH)
    return text


def parse_rating(params: Params) -> float:
    """Return the rating, sent as a number or as text. The range is not checked."""
    rating = params["rating"]
    if isinstance(rating, bool | list | dict) or not is_number(str(rating)):
        raise InvalidInput(MSG_RATING_NOT_A_NUMBER)
    return float(rating)
