"""`request.visitor` on every page; the cookie is set with a visitor's first answer."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from lessons.visitors.identity import COOKIE, COOKIE_AGE, from_cookies, new_visitor, signed


@sync_and_async_middleware
def visitor_cookie(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Knows the visitor by the cookie, or gives them one."""

    def enter(request: HttpRequest) -> bool:
        known = from_cookies(request.COOKIES)
        request.visitor = known or new_visitor()  # type: ignore[attr-defined]
        return known is None

    def leave(request: HttpRequest, response: HttpResponseBase, first: bool) -> HttpResponseBase:
        if first:
            response.set_cookie(
                COOKIE,
                signed(request.visitor),  # type: ignore[attr-defined]
                max_age=COOKIE_AGE,
                httponly=True,
                samesite="Lax",
                secure=request.is_secure(),
            )
        return response

    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            first = enter(request)
            return leave(request, await get_response(request), first)

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        first = enter(request)
        return leave(request, get_response(request), first)

    return answer
