"""The callback URI's side of Smartcar's HMAC: answer the challenge, check the signature.

Both are hex HMAC-SHA256 with the application management token as key ("Callback verification" and
"Payload verification" pages; the vectors in the tests are the SDKs').
"""

import hmac
import re

# A token, and by its alphabet never a JSON object: else whoever knows the URL could have a forged
# delivery signed as a challenge.
_CHALLENGE = re.compile(r"[A-Za-z0-9._~+/=-]{1,256}")


def sign(message: bytes, management_token: str) -> str:
    """Return the hex HMAC-SHA256 of a message."""
    return hmac.digest(management_token.encode(), message, "sha256").hex()


def is_authentic(body: bytes, signature: str | None, management_token: str) -> bool:
    """Tell whether `SC-Signature` is that of the raw body; takes as long for a wrong one."""
    if not signature:
        return False
    expected = sign(body, management_token).encode()
    return hmac.compare_digest(expected, signature.strip().encode(errors="replace"))


def answer_challenge(challenge: str, management_token: str) -> str | None:
    """Return the answer to a challenge, or `None` for what cannot be one and must not be signed."""
    if not _CHALLENGE.fullmatch(challenge):
        return None
    return sign(challenge.encode(), management_token)
