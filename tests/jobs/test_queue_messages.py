"""Messages of the job queue are JSON, and nothing else is loaded."""

import json
import pickle

import pytest


class CodeInPickle:
    def __init__(self, path):
        self._path = path

    def __reduce__(self):
        return open, (str(self._path), "w")


def test_a_message_is_json_and_becomes_its_task_again(queue):
    queue.deliver_mail()

    (message,) = queue.storage.enqueued_items()
    task = queue.dequeue()

    assert json.loads(message)[:2] == [task.id, "joindin.jobs.queue.deliver_mail"]
    assert type(task) is queue.deliver_mail.task_class
    assert queue.dequeue() is None


def test_a_pickled_message_runs_no_code(queue, tmp_path):
    queue.storage.enqueue(pickle.dumps(CodeInPickle(tmp_path / "written")))

    with pytest.raises(ValueError, match=r"decode|Expecting"):
        queue.dequeue()

    assert (list(tmp_path.iterdir()), queue.dequeue()) == ([], None)
