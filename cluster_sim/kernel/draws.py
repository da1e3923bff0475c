"""Seeded draws: BLAKE2b over (seed, purpose, counter), one counter per purpose.

`random` differs between versions, and in one shared stream a new draw would move all later ones; here each purpose
has a stream of its own, and the counters are part of the state.
"""

from __future__ import annotations

from hashlib import blake2b

# Generated names avoid vowels and look-alikes, so that no word can arise: apimachinery util/rand.
SAFE_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"

VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))  # the digit that says "RFC 4122", with two bits left of it


class Draws:
    """Draws by purpose; `counters` says how many each purpose has made."""

    def __init__(self, seed: int | str, counters: dict[str, int] | None = None) -> None:
        self.key = blake2b(str(seed).encode(), digest_size=32).digest()
        self._keyed = blake2b(digest_size=16, key=self.key)  # copied for each draw: the key is mixed in once
        self.counters: dict[str, int] = {} if counters is None else counters

    def bits(self, purpose: str) -> int:
        """The next 128 bits of `purpose`, as an integer."""
        n = self.counters.get(purpose, 0)
        self.counters[purpose] = n + 1
        draw = self._keyed.copy()
        draw.update(f"{purpose}:{n}".encode())
        return int.from_bytes(draw.digest(), "big")

    def below(self, purpose: str, bound: int) -> int:
        """An integer in [0, bound). The bias of the remainder is below 2**-64 for any bound we use."""
        return self.bits(purpose) % bound

    def suffix(self, purpose: str, length: int = 5) -> str:
        """A generated-name suffix such as `x2k7q`."""
        bits, text = self.bits(purpose), ""
        for _ in range(length):
            bits, digit = divmod(bits, len(SAFE_ALPHABET))
            text += SAFE_ALPHABET[digit]
        return text

    def uid(self, purpose: str) -> str:
        """A version-4 shaped UUID."""
        text = f"{self.bits(purpose):032x}"
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{VARIANT[text[16]]}{text[17:20]}-{text[20:]}"
