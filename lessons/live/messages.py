"""What comes up the socket: parsed in one place, refused with words a person can use."""

import json
from typing import Any

from lessons.hosting.limits import MESSAGE_BYTES
from lessons.hosting.outcome import Refused

TOO_LONG = Refused("That is too long.", f"A message may have {MESSAGE_BYTES // 1024} KiB. Send less at once.")
NOT_JSON = Refused("That was not understood.", "A message must be one JSON object with an 'op'. Reload the page.")
IGNORED = ("headers", "HEADERS")  # hx-ws adds the htmx headers to every message


def parse(text: str | None, data: bytes | None = None) -> dict[str, Any]:
    """The command in a message; raises Refused."""
    if text is None:
        raise NOT_JSON if data is None or len(data) <= MESSAGE_BYTES else TOO_LONG
    if len(text.encode(errors="surrogatepass")) > MESSAGE_BYTES:
        raise TOO_LONG
    try:
        message = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise NOT_JSON from error
    if not isinstance(message, dict) or not isinstance(message.get("op"), str):
        raise NOT_JSON
    op = {key: value for key, value in message.items() if key not in IGNORED}
    if op["op"] == "request" and isinstance(op.get("body"), str) and op["body"].strip():
        try:  # forms can only send text
            op["body"] = json.loads(op["body"], parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise Refused("The request's body is no JSON.", "Check brackets and quotes.") from error
    return op


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")
