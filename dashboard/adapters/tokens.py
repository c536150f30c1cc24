"""Signed words: which spot a QR code stands for, which device a link, which call a page, who posts."""

import hashlib
from typing import Final

from itsdangerous import BadSignature, URLSafeSerializer

from dashboard.adapters.failures import Failure

SPOT: Final = "spot"
DEVICE: Final = "device"
CALL: Final = "call"
GATEWAY: Final = "gateway"


class Tokens:
    """Signs and reads back; a token of one kind never passes for another."""

    def __init__(self, secret: bytes) -> None:
        assert len(secret) >= 16, "the secret must be at least 128 bits"
        self._serializers = {
            kind: URLSafeSerializer(
                secret,
                salt=f"nearhand.{kind}.v1",
                signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
            )
            for kind in (SPOT, DEVICE, CALL, GATEWAY)
        }

    def sign(self, kind: str, word: str) -> str:
        signed = self._serializers[kind].dumps(word)
        return signed if isinstance(signed, str) else signed.decode()

    def read(self, kind: str, token: str) -> str:
        """The word that was signed.

        Raises:
            Failure: ``not_found`` for anything that we did not sign.
        """
        if len(token) > 300:
            raise Failure("not_found")
        try:
            word = self._serializers[kind].loads(token)
        except BadSignature as error:
            raise Failure("not_found") from error
        assert isinstance(word, str), "we sign words only"
        return word
