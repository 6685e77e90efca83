"""Signing passes, and checking them where the platform can be reached."""

from backend.features.passes.model import Pass, PassFault
from backend.features.passes.rules import body_of, read_pass, text_of
from backend.infrastructure.crypto import Crypto, verify_signature
from backend.infrastructure.keys import Purpose


def sign_pass(crypto: Crypto, value: Pass) -> str:
    """168 characters for a QR code."""
    version = max(crypto.public_keys(Purpose.PASSES))
    while True:
        body = body_of(value, version)
        signed_with, signature = crypto.sign(Purpose.PASSES, body)
        if signed_with == version:
            return text_of(body, signature)
        version = signed_with  # the key was rotated in between


def open_pass(crypto: Crypto, text: str) -> Pass | PassFault:
    return read_pass(text, crypto.public_keys(Purpose.PASSES), verify_signature)
