"""A visitor's identity and its signed cookie, the same for pages and for sockets."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from django.core import signing

COOKIE = "podium_visitor"
COOKIE_AGE = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Visitor:
    id: str


def new_visitor() -> Visitor:
    return Visitor(secrets.token_urlsafe(16))


def signed(visitor: Visitor) -> str:
    """The cookie's value."""
    return signing.get_cookie_signer(salt=COOKIE).sign(visitor.id)


def from_cookies(cookies: Mapping[str, str]) -> Visitor | None:
    """The visitor these cookies name; None without one, or when its signature is not ours."""
    value = cookies.get(COOKIE)
    if not value:
        return None
    try:
        return Visitor(signing.get_cookie_signer(salt=COOKIE).unsign(value, max_age=COOKIE_AGE))
    except signing.BadSignature:
        return None
