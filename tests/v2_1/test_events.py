from tests.factories import make_event, make_user


def test_visitor_reads_an_event(api, session):
    event = make_event(session, "SampleConf", host=make_user(session))

    reply = api.get(f"/v2.1/events/{event.id}")

    assert reply.status_code == 200
    assert reply.json["events"][0]["name"] == "SampleConf"
