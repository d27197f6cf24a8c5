"""A device that makes passkeys and signs with them, as a browser hands it on (WebAuthn level 2, ES256, no attestation)."""

import hashlib
import json
import os
import struct

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

PRESENT, VERIFIED, WITH_KEY = 0x01, 0x04, 0x40


class PasskeyDevice:
    def __init__(self, host="localhost", origin="http://localhost", counts=True):
        self.host, self.origin, self.counts = host, origin, counts
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(16)
        self.count = 0

    def make(self, options):
        """The answer to ``navigator.credentials.create``."""
        numbers = self.key.public_key().public_numbers()
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})
        data = self._data(WITH_KEY) + bytes(16) + struct.pack(">H", len(self.id)) + self.id + public
        client = self._client("webauthn.create", options)
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(clientDataJSON=client, attestationObject=attested, transports=["internal", "made up"])

    def sign(self, options):
        """The answer to ``navigator.credentials.get``."""
        if self.counts:
            self.count += 1
        data, client = self._data(), self._client("webauthn.get", options)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(clientDataJSON=client, authenticatorData=data, signature=signature)

    def _data(self, flags=0):
        return hashlib.sha256(self.host.encode()).digest() + struct.pack(">BI", PRESENT | VERIFIED | flags, self.count)

    def _client(self, kind, options):
        challenge = bytes_to_base64url(base64url_to_bytes(options["challenge"]))
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, **response):
        shown = {k: bytes_to_base64url(v) if isinstance(v, bytes) else v for k, v in response.items()}
        name = bytes_to_base64url(self.id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": shown})
