from tests.factories import make_claim, make_event, make_talk, make_user, parse_instant

BASE_URL = "http://localhost/v2.1"


def test_host_lists_the_open_claims_of_an_event_oldest_first(api, session):
    host, claimant, assigned = make_user(session), make_user(session), make_user(session)
    event = make_event(session, host=host)
    talk = make_talk(session, event, speakers=["Ann", "Bob", "Cid"])
    ann, bob, cid = talk.speakers
    make_claim(session, talk, ann, claimant, claimed_at=parse_instant("2026-03-01T12:00:00+01:00"))
    make_claim(
        session,
        talk,
        bob,
        assigned,
        claimed_at=parse_instant("2026-03-02T12:00"),
        user_approved_at=None,
        host_approved_at=parse_instant("2026-03-02T12:00"),
    )
    make_claim(session, talk, cid, claimant, host_approved_at=parse_instant("2026-03-03T12:00"))
    elsewhere = make_talk(session, make_event(session), speakers=["Dan"])
    make_claim(session, elsewhere, elsewhere.speakers[0], claimant)

    reply = api.signed_in(host).get(f"/v2.1/events/{event.id}/claims")

    assert reply.status_code == 200
    assert reply.json == {
        "claims": [
            {
                "date_added": "2026-03-01T11:00:00+00:00",
                "display_name": "Ann",
                "speaker_uri": f"{BASE_URL}/users/{claimant.id}",
                "talk_uri": f"{BASE_URL}/talks/{talk.id}",
            },
            {
                "date_added": "2026-03-02T12:00:00+00:00",
                "display_name": "Bob",
                "speaker_uri": f"{BASE_URL}/users/{assigned.id}",
                "talk_uri": f"{BASE_URL}/talks/{talk.id}",
            },
        ],
        "meta": {
            "count": 2,
            "total": 2,
            "this_page": f"{BASE_URL}/events/{event.id}/claims?resultsperpage=20",
            "user_uri": f"{BASE_URL}/users/{host.id}",
        },
    }


def test_the_verbose_form_has_the_approval_link(api, session):
    admin = make_user(session, is_admin=True)
    event = make_event(session)
    talk = make_talk(session, event, speakers=["Ann"])
    make_claim(session, talk, talk.speakers[0], make_user(session))

    reply = api.signed_in(admin).get(f"/v2.1/events/{event.id}/claims?verbose=yes")

    assert [claim["approve_claim_uri"] for claim in reply.json["claims"]] == [f"{BASE_URL}/talks/{talk.id}/speakers"]


def test_claims_are_never_paged(api, session):
    host = make_user(session)
    event = make_event(session, host=host)
    talk = make_talk(session, event, speakers=["Ann", "Bob"])
    for speaker in talk.speakers:
        make_claim(session, talk, speaker, host)

    reply = api.signed_in(host).get(f"/v2.1/events/{event.id}/claims?resultsperpage=1")

    assert [claim["display_name"] for claim in reply.json["claims"]] == ["Ann", "Bob"]


def test_only_hosts_and_admins_list_claims(api, session):
    event = make_event(session, host=make_user(session))
    host_of_another = make_user(session)
    make_event(session, host=host_of_another)

    as_visitor = api.get(f"/v2.1/events/{event.id}/claims")
    as_another = api.signed_in(host_of_another).get(f"/v2.1/events/{event.id}/claims")
    of_nothing = api.signed_in(host_of_another).get(f"/v2.1/events/{event.id + 1000}/claims")

    assert (as_visitor.status_code, as_visitor.json) == (401, ["You must be logged in to view pending claims"])
    assert (as_another.status_code, as_another.json) == (403, ["You do not have permission to edit this track"])
    assert (of_nothing.status_code, of_nothing.json) == (404, ["Event not found"])


def test_an_event_without_open_claims_has_an_empty_list(api, session):
    host = make_user(session)
    event = make_event(session, host=host)

    reply = api.signed_in(host).get(f"/v2.1/events/{event.id}/claims")

    assert reply.status_code == 200
    assert (reply.json["claims"], reply.json["meta"]["total"]) == ([], 0)


def test_a_list_of_claims_costs_the_same_whatever_its_length(api, session, count_statements):
    host = make_user(session)
    event = make_event(session, host=host)
    caller = api.signed_in(host)
    path = f"/v2.1/events/{event.id}/claims?verbose=yes"
    talk = make_talk(session, event, speakers=["Ann", "Bob", "Cid"])
    ann, bob, cid = talk.speakers
    make_claim(session, talk, ann, host)
    session.commit()
    with count_statements() as for_one:
        caller.get(path)
    make_claim(session, talk, bob, host)
    make_claim(session, talk, cid, host)
    session.commit()

    with count_statements() as for_three:
        reply = caller.get(path)

    assert reply.json["meta"]["count"] == 3
    assert len(for_three) == len(for_one)
