"""Access and refresh tokens, authorization codes and application tokens, with their lifetimes."""

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
    """What a token of API v2.0 gives access to: one owner's cars, for one application."""

    application_id: str
    owner_id: str


@dataclass(frozen=True, slots=True)
class TokenPair:
    """The tokens of API v2.0 as they are issued."""

    access_token: str
    refresh_token: str

    @property
    def response(self) -> dict[str, str | int]:
        """The token endpoint's response; lifetime in seconds."""
        return {
            "access_token": self.access_token,
            "token_type": "Bearer",
            "expires_in": round(ACCESS_LIFETIME.total_seconds()),
            "refresh_token": self.refresh_token,
        }


@dataclass(slots=True)
class _Issued[T]:
    """Whom a token was issued to, and until when it is valid."""

    holder: T
    until: datetime
    used: bool = False


@dataclass(slots=True)
class Tokens:
    """All tokens of both generations, dated in wall time."""

    clock: Clock
    _access: dict[str, _Issued[Grant]] = field(default_factory=dict)
    _refresh: dict[str, _Issued[Grant]] = field(default_factory=dict)
    _codes: dict[str, _Issued[Grant]] = field(default_factory=dict)
    _applications: dict[str, _Issued[str]] = field(default_factory=dict)

    def issue(self, grant: Grant, pair: TokenPair | None = None) -> TokenPair:
        """Issue an access and a refresh token."""
        pair = pair or TokenPair(str(uuid4()), str(uuid4()))
        self._access[pair.access_token] = _Issued(grant, self.clock.wall + ACCESS_LIFETIME)
        self._refresh[pair.refresh_token] = _Issued(grant, self.clock.wall + REFRESH_LIFETIME)
        return pair

    def code(self, grant: Grant) -> str:
        """Issue an authorization code."""
        code = str(uuid4())
        self._codes[code] = _Issued(grant, self.clock.wall + CODE_LIFETIME)
        return code

    def exchange(self, code: str, application_id: str) -> TokenPair | None:
        """Exchange an authorization code for tokens, once."""
        issued = self._codes.get(code)
        if not self._is_valid(issued, application_id):
            return None
        return self.issue(self._codes.pop(code).holder)

    def refresh(self, token: str, application_id: str) -> TokenPair | None:
        """Issue new tokens; the refresh token that was used stays valid for ten minutes."""
        issued = self._refresh.get(token)
        if issued is None or not self._is_valid(issued, application_id):
            return None
        if not issued.used:
            issued.used = True
            issued.until = min(issued.until, self.clock.wall + REFRESH_GRACE)
        return self.issue(issued.holder)

    def grant_of(self, access_token: str) -> Grant | None:
        """Return the grant of an access token that is valid."""
        issued = self._access.get(access_token)
        return issued.holder if issued is not None and self.clock.wall < issued.until else None

    def issue_application(self, application_id: str) -> str:
        """Issue a token of API v3."""
        token = str(uuid4())
        self._applications[token] = _Issued(application_id, self.clock.wall + APPLICATION_LIFETIME)
        return token

    def application_of(self, token: str) -> str | None:
        """Return the application ID of a token of API v3 that is valid."""
        issued = self._applications.get(token)
        return issued.holder if issued is not None and self.clock.wall < issued.until else None

    def expire_access(self) -> None:
        """Let every access and application token expire now, but no refresh token."""
        self._access.clear()
        self._applications.clear()

    def revoke(self, application_id: str) -> None:
        """Revoke all tokens of an application and its owners, refresh tokens too."""
        for tokens in (self._access, self._refresh, self._codes):
            for token in [
                key for key, it in tokens.items() if it.holder.application_id == application_id
            ]:
                del tokens[token]
        for token in [key for key, it in self._applications.items() if it.holder == application_id]:
            del self._applications[token]

    def _is_valid(self, issued: _Issued[Grant] | None, application_id: str) -> bool:
        return (
            issued is not None
            and issued.holder.application_id == application_id
            and self.clock.wall < issued.until
        )
