"""A websocket client of a few lines: speaks to a real server, one thread, no waiting but for what must come."""

import base64
import json
import os
import socket
import struct
from typing import Any
from urllib.parse import urlsplit

PATIENCE = 30


class SocketClient:
    """Connected once made. `hear` gives the next message of a sort, `say` sends a command."""

    def __init__(self, url: str, path: str, cookie: str) -> None:
        host = urlsplit(url).netloc
        name, _, port = host.partition(":")
        self.connection = socket.create_connection((name, int(port)), PATIENCE)
        self.reader = self.connection.makefile("rb")
        key = base64.b64encode(os.urandom(16)).decode()
        self.connection.sendall((
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: {url}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nCookie: {cookie}\r\n\r\n").encode())
        status = self.reader.readline()
        assert b" 101 " in status, status
        while self.reader.readline().strip():
            pass

    def hear(self, **wanted: Any) -> dict[str, Any]:
        """The next message with these values."""
        while True:
            message = self._message()
            if all(message.get(key) == value for key, value in wanted.items()):
                return message

    def say(self, **op: Any) -> None:
        """Send a command."""
        data, mask = json.dumps(op).encode(), os.urandom(4)
        assert len(data) < 65_536
        length = bytes([0x80 | len(data)]) if len(data) < 126 else bytes([0x80 | 126]) + struct.pack(">H", len(data))
        masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(data))
        self.connection.sendall(bytes([0x81]) + length + mask + masked)

    def do(self, **op: Any) -> dict[str, Any]:
        """Send a command and hear that it was done."""
        self.say(**op)
        return self.hear(t="ack", id=op["id"])

    def close(self) -> None:
        self.reader.close()
        self.connection.close()

    def _message(self) -> dict[str, Any]:
        while True:
            kind, length = self._read(2)
            length &= 127
            if length > 125:
                (length,) = struct.unpack(*((">H", self._read(2)) if length == 126 else (">Q", self._read(8))))
            data = self._read(length)
            if kind & 15 == 1:
                message: dict[str, Any] = json.loads(data)
                return message
            assert kind & 15 != 8, f"the server closed the socket: {data!r}"

    def _read(self, count: int) -> bytes:
        data = self.reader.read(count)
        assert len(data) == count, "the connection ended"
        return data
