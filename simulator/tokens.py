"""Who was given which token, and how long it lives."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from .clock import Clock

ACCESS_LIFETIME = timedelta(hours=2)
REFRESH_LIFETIME = timedelta(days=60)
REFRESH_GRACE = timedelta(minutes=10)
CODE_LIFETIME = timedelta(minutes=10)
APPLICATION_LIFETIME = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token of API v2.0 opens: one owner's cars, for one application."""

    application_id: str
    owner_id: str


@dataclass(frozen=True, slots=True)
class TokenPair:
    """The tokens of API v2.0 as they are handed out."""

    access_token: str
    refresh_token: str

    @property
    def answer(self) -> dict[str, str | int]:
        """The token endpoint's answer; lifetime in seconds."""
        return {
            "access_token": self.access_token,
            "token_type": "Bearer",
            "expires_in": round(ACCESS_LIFETIME.total_seconds()),
            "refresh_token": self.refresh_token,
        }


@dataclass(slots=True)
class _Lease[T]:
    """Something that is valid until a moment."""

    of: T
    until: datetime
    used: bool = False


@dataclass(slots=True)
class Tokens:
    """All tokens of both generations, dated in wall time."""

    clock: Clock
    _access: dict[str, _Lease[Grant]] = field(default_factory=dict)
    _refresh: dict[str, _Lease[Grant]] = field(default_factory=dict)
    _codes: dict[str, _Lease[Grant]] = field(default_factory=dict)
    _applications: dict[str, _Lease[str]] = field(default_factory=dict)

    def issue(self, grant: Grant, pair: TokenPair | None = None) -> TokenPair:
        """Hand out an access and a refresh token."""
        pair = pair or TokenPair(str(uuid4()), str(uuid4()))
        self._access[pair.access_token] = _Lease(grant, self.clock.wall + ACCESS_LIFETIME)
        self._refresh[pair.refresh_token] = _Lease(grant, self.clock.wall + REFRESH_LIFETIME)
        return pair

    def code(self, grant: Grant) -> str:
        """Hand out an authorization code."""
        code = str(uuid4())
        self._codes[code] = _Lease(grant, self.clock.wall + CODE_LIFETIME)
        return code

    def exchange(self, code: str, application_id: str) -> TokenPair | None:
        """Turn an authorization code into tokens, once."""
        lease = self._codes.get(code)
        if not self._open(lease, application_id):
            return None
        return self.issue(self._codes.pop(code).of)

    def refresh(self, token: str, application_id: str) -> TokenPair | None:
        """Rotate: new tokens, and ten more minutes for the refresh token that was used."""
        lease = self._refresh.get(token)
        if lease is None or not self._open(lease, application_id):
            return None
        if not lease.used:
            lease.used = True
            lease.until = min(lease.until, self.clock.wall + REFRESH_GRACE)
        return self.issue(lease.of)

    def grant_of(self, access_token: str) -> Grant | None:
        """Return what an access token opens."""
        lease = self._access.get(access_token)
        return lease.of if lease is not None and self.clock.wall < lease.until else None

    def issue_application(self, application_id: str) -> str:
        """Hand out a token of API v3."""
        token = str(uuid4())
        self._applications[token] = _Lease(application_id, self.clock.wall + APPLICATION_LIFETIME)
        return token

    def application_of(self, token: str) -> str | None:
        """Return whose token of API v3 this is."""
        lease = self._applications.get(token)
        return lease.of if lease is not None and self.clock.wall < lease.until else None

    def expire_access(self) -> None:
        """Let every access and application token expire now; refresh tokens live on."""
        self._access.clear()
        self._applications.clear()

    def revoke(self, application_id: str) -> None:
        """Take back all tokens of an application's owners, refresh tokens too."""
        for leases in (self._access, self._refresh, self._codes):
            for token in [
                key for key, it in leases.items() if it.of.application_id == application_id
            ]:
                del leases[token]
        for token in [key for key, it in self._applications.items() if it.of == application_id]:
            del self._applications[token]

    def _open(self, lease: _Lease[Grant] | None, application_id: str) -> bool:
        return (
            lease is not None
            and lease.of.application_id == application_id
            and self.clock.wall < lease.until
        )
