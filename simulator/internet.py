"""The internet as the simulated cloud sees it: which public origin is which loopback server."""

from collections.abc import Mapping
from ipaddress import ip_address

from yarl import URL


class UnreachableError(Exception):
    """A callback URI that Smartcar could not reach, or would not."""


def resolve(uri: str, routes: Mapping[str, str]) -> URL:
    """Return the loopback address of a callback URI; `routes` maps origins to origins."""
    url = URL(uri, encoded=True)
    if not url.is_absolute() or url.host is None:
        raise UnreachableError("the callback URI is not an address")
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
