"""The name under which a speaker is shown."""

from types import SimpleNamespace

import pytest

from joindin.models import TalkSpeaker, User
from joindin.models.talks import speaker_name


@pytest.mark.parametrize("full_name", ["Ada Lovelace", "", None])
@pytest.mark.parametrize("make", [(TalkSpeaker, User), (SimpleNamespace, SimpleNamespace)], ids=["row", "record"])
def test_a_claimed_speaker_has_the_name_of_the_user_unless_it_is_empty(make, full_name):
    make_speaker, make_user = make

    claimed = make_speaker(name="Ada L.", user=make_user(full_name=full_name))

    assert speaker_name(claimed) == (full_name or "Ada L.")
    assert speaker_name(make_speaker(name="Ada L.", user=None)) == "Ada L."
