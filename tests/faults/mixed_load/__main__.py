"""The client process: one thread and one connection for each client of the plan."""

import json
import sys
import threading
from time import sleep

from tests.faults.mixed_load.api_clients import Attendee, SpeakerOrganiser, Volunteer
from tests.faults.mixed_load.connection import Connection
from tests.faults.mixed_load.site_clients import AgendaReader, FeedReader, Guest, SignedInVisitor, Submitter

KINDS = {
    "attendee": Attendee,
    "organiser": SpeakerOrganiser,
    "volunteer": Volunteer,
    "submitter": Submitter,
    "agenda reader": AgendaReader,
    "visitor": SignedInVisitor,
    "guest": Guest,
    "feed reader": FeedReader,
}


def main():
    plan = json.loads(sys.stdin.readline())
    is_over = threading.Event()
    output = threading.Lock()

    def report(record):
        with output:
            print(json.dumps(record), flush=True)

    def run(number, options):
        connection = Connection(plan["port"], number, report)
        client = KINDS[options.pop("kind")](connection, number, **options)
        while not is_over.is_set():
            client.act()
            sleep(plan["pause_s"])

    threads = [threading.Thread(target=run, args=each) for each in enumerate(plan["clients"])]
    for thread in threads:
        thread.start()
    sys.stdin.read()
    is_over.set()
    for thread in threads:
        thread.join()


main()
