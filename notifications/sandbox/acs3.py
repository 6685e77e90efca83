"""Alibaba Cloud's ACS3-HMAC-SHA256 request signature, verified from the published rules, not with the SDK."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from urllib.parse import parse_qsl, quote

DATE_WINDOW = timedelta(minutes=15)
_ALGORITHM = "ACS3-HMAC-SHA256"
_AUTHORIZATION = re.compile(
    rf"{_ALGORITHM} Credential=(?P<key>[^,]+),SignedHeaders=(?P<signed>[^,]+),"
    r"Signature=(?P<signature>[0-9a-f]{64})"
)
_MUST_BE_SIGNED = {
    "host",
    "x-acs-action",
    "x-acs-content-sha256",
    "x-acs-date",
    "x-acs-signature-nonce",
    "x-acs-version",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRequest:
    """An HTTP request as it came in; header names in lower case, `query` undecoded."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Refusal:
    status: int
    code: str


@dataclass(slots=True)
class SignatureGate:
    """Lets a request pass once: right secret, fresh date, unused nonce, unchanged body."""

    secrets: Mapping[str, str]
    _nonces: dict[str, datetime] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def refuse(self, request: SignedRequest, now: datetime) -> Refusal | None:
        """None where the request may pass, which uses its nonce up."""
        found = _AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
        if found is None:
            return Refusal(400, "IncompleteSignature")
        secret = self.secrets.get(found["key"])
        if secret is None:
            return Refusal(404, "InvalidAccessKeyId.NotFound")
        if not _is_fresh(request.headers.get("x-acs-date", ""), now):
            return Refusal(400, "InvalidTimeStamp.Expired")
        if not _is_signed(request, found["signed"], found["signature"], secret):
            return Refusal(403, "SignatureDoesNotMatch")
        if not self._use(request.headers["x-acs-signature-nonce"], now):
            return Refusal(400, "SignatureNonceUsed")
        return None

    def _use(self, nonce: str, now: datetime) -> bool:
        with self._lock:
            while self._nonces and now - next(iter(self._nonces.values())) > 2 * DATE_WINDOW:
                del self._nonces[next(iter(self._nonces))]
            if nonce in self._nonces:
                return False
            self._nonces[nonce] = now
            return True


def _is_fresh(stamp: str, now: datetime) -> bool:
    try:
        sent_at = datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return False
    return abs(now - sent_at) <= DATE_WINDOW


def _is_signed(request: SignedRequest, signed: str, signature: str, secret: str) -> bool:
    names = signed.split(";")
    if not (set(names) >= _MUST_BE_SIGNED and set(names) <= request.headers.keys()):
        return False
    if hashlib.sha256(request.body).hexdigest() != request.headers["x-acs-content-sha256"]:
        return False
    digest = hashlib.sha256(_canonical(request, names).encode()).hexdigest()
    expected = hmac.new(secret.encode(), f"{_ALGORITHM}\n{digest}".encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, signature)


def _canonical(request: SignedRequest, names: list[str]) -> str:
    # the SDK writes a space as `+` on the wire and signs `%20`: decode, sort, encode anew
    pairs = sorted(parse_qsl(request.query, keep_blank_values=True))
    query = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in pairs)
    headers = "".join(f"{name}:{request.headers[name].strip()}\n" for name in names)
    parts = (
        request.method,
        request.path,
        query,
        headers,
        ";".join(names),
        request.headers["x-acs-content-sha256"],
    )
    return "\n".join(parts)
