"""Resolves callback URIs: which public origin is which server on loopback."""

from collections.abc import Mapping
from ipaddress import ip_address

from yarl import URL


class UnreachableError(Exception):
    """A callback URI that Smartcar cannot reach or does not accept."""


def resolve(uri: str, routes: Mapping[str, str]) -> URL:
    """Return the loopback URL of a callback URI; `routes` maps public origins to loopback ones.

    Raises UnreachableError, with the reason as text.
    """
    url = URL(uri, encoded=True)
    if not url.is_absolute() or url.host is None:
        raise UnreachableError("the callback URI is not an absolute URL")
    for public, private in routes.items():
        if URL(public).origin() == url.origin():
            origin = URL(private).origin()
            return URL(f"{origin}{url.raw_path_qs}", encoded=True)
    if not _is_loopback(url.host):
        if url.scheme != "https":
            raise UnreachableError("the callback URI is not https")
        raise UnreachableError(f"no route to {url.host}")
    return url


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
