"""Who is here, without sign-up: a visitor is a random id in a signed cookie. Whoever holds it owns the clusters
that were opened with it. Nothing about the person is stored."""

from lessons.visitors.identity import Visitor, from_cookies, new_visitor, signed

__all__ = ["Visitor", "from_cookies", "new_visitor", "signed"]
