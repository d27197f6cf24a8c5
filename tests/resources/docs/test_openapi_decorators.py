from joindin.representations.v2_1.tracks import TrackPageSchema
from joindin.resources.v2_1.openapi import accepts_body, accepts_query, fails_with, returns, returns_empty, returns_page


def test_documenting_a_method_puts_nothing_in_the_way_of_requests():
    def get(self):
        """Show something."""

    decorated = get
    for decorator in (
        returns(TrackPageSchema),
        returns_page(TrackPageSchema),
        accepts_query("title"),
        accepts_body(TrackPageSchema),
        returns_empty(204, location="/v2.1/tracks/4"),
        fails_with({404: "Track not found"}),
    ):
        decorated = decorator(decorated)

    assert decorated is get


def test_a_guard_and_its_method_each_say_how_they_refuse(document):
    answers = document["paths"]["/v2.1/events/{event_id}/hosts"]["post"]["responses"]
    said = {
        status: [example["value"][0] for example in answers[status]["content"]["application/json"]["examples"].values()]
        for status in answers
        if status.startswith("4")
    }

    assert said == {
        "400": ["User is already a host"],
        "401": ["You must be logged in to create data"],
        "403": ["You do not have permission to add hosts to this event"],
        "404": ["No User found", "Event not found"],
    }
