"""Generated names, made readable: `web-8448b6f544-frj4z` is told as `web-8448b6f544-a`.

The five letters that the API server draws say nothing to a reader, and another draw elsewhere changes them. In a
story they become a, b, c… in the order in which the names came to be; in commands the reader's name is understood.
"""

from __future__ import annotations

import re
from string import ascii_lowercase

GENERATED = re.compile(r"\b([a-z][a-z0-9.-]*-)([bcdfghjklmnpqrstvwxz2456789]{5})(?![a-z0-9])(?!-[a-z0-9])")


class Names:
    """The reader's names of everything whose name was generated."""

    def __init__(self) -> None:
        self.told: dict[str, str] = {}
        self.real: dict[str, str] = {}
        self._next: dict[str, int] = {}

    def learn(self, text: str) -> None:
        """Give a letter to each generated name in the text that has none yet."""
        for match in GENERATED.finditer(text):
            if match.group() not in self.told:
                prefix = match.group(1)
                number = self._next[prefix] = self._next.get(prefix, -1) + 1
                name = prefix + letters(number)
                self.told[match.group()], self.real[name] = name, match.group()

    def tell(self, text: str) -> str:
        """The text as the reader sees it."""
        self.learn(text)
        return GENERATED.sub(lambda match: self.told[match.group()], text)

    def mean(self, text: str) -> str:
        """A command as the cluster must hear it."""
        return re.sub(r"[a-z0-9.-]+", lambda match: self.real.get(match.group(), match.group()), text)


def letters(number: int) -> str:
    """a … z, then aa, ab …"""
    first, last = divmod(number, len(ascii_lowercase))
    return (letters(first - 1) if first else "") + ascii_lowercase[last]
