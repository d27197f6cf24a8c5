"""Encryption with keys derived from the secret key of the instance."""

import time_machine

from joindin.security.encryption import decrypt, encrypt


def test_text_is_decrypted_with_the_same_key_and_purpose():
    encrypted = encrypt("secret key", "purpose", "text")

    assert ("text" in encrypted, decrypt(("secret key",), "purpose", encrypted)) == (False, "text")
    assert decrypt(("another key",), "purpose", encrypted) is None
    assert decrypt(("secret key",), "another purpose", encrypted) is None


def test_changed_text_is_not_decrypted():
    encrypted = encrypt("secret key", "purpose", "text")

    assert decrypt(("secret key",), "purpose", encrypted[:-4] + "AAAA") is None
    assert decrypt(("secret key",), "purpose", "") is None


def test_text_expires_only_with_a_maximum_age():
    with time_machine.travel(1_800_000_000, tick=False):
        encrypted = encrypt("secret key", "purpose", "text")

    with time_machine.travel(1_800_000_030, tick=False):
        in_time = decrypt(("secret key",), "purpose", encrypted, max_age_s=30)
    with time_machine.travel(1_800_000_031, tick=False):
        too_late = decrypt(("secret key",), "purpose", encrypted, max_age_s=30)
        without_age = decrypt(("secret key",), "purpose", encrypted)

    assert (in_time, too_late, without_age) == ("text", None, "text")


def test_key_derivation_is_stable():
    """Secrets of authenticator apps are stored encrypted: another derivation would make them unreadable."""
    stored = "gAAAAABrSdIA2x0mcXOmAQCeRrBwekqn_07vHadjJB2wdkgMR4nilSp7vkDzcpaLeMqCoiT0o_UQWgSyFYB_oNFxfQNGWF6sow=="

    assert decrypt(("secret key",), "purpose", stored) == "text"
