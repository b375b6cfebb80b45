"""A client of the simulator, byte by byte: a WebSocket and HTTP calls over plain sockets.

It shares no code with what it tests, and no library stands between a test and the wire.
"""

import base64
import hashlib
import http.client
import json
import os
import socket
import ssl
import struct
import urllib.parse

from waiting import TIMEOUT

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA

_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Ended(Exception):
    """The connection ended without a close frame."""


class Closed(Exception):
    """The server's close frame came."""

    def __init__(self, code, reason):
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


class Frame:
    def __init__(self, opcode, is_last, payload):
        self.opcode = opcode
        self.is_last = is_last
        self.payload = payload


def connect_tcp(address, receive_buffer=None):
    host, port = address.rsplit(":", 1)
    raw = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if receive_buffer:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    raw.settimeout(TIMEOUT)
    raw.connect((host, int(port)))
    return raw


def tls_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class RawClient:
    """One WebSocket. `status` and `headers` are those of the answer to its upgrade."""

    def __init__(self, address, target="/ws", headers=(), is_tls=False, receive_buffer=None):
        self.socket = connect_tcp(address, receive_buffer)
        self.answers_pings = True
        self.frames = []  # every frame that came
        self.pings = []
        self.chunks = 0  # pieces in which bytes came
        self._buffer = b""
        if is_tls:
            self.socket = tls_context().wrap_socket(self.socket)
        self._send_upgrade(address, target, headers)

    def _send_upgrade(self, address, target, headers):
        self._key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET {target} HTTP/1.1",
            f"Host: {address}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {self._key}",
            "Sec-WebSocket-Version: 13",
            *headers,
        ]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())

    def read_head(self):
        """The HTTP answer; of a refusal only its head."""
        head = self._read_until(b"\r\n\r\n").decode()
        first, *rest = head.strip().split("\r\n")
        self.status = int(first.split()[1])
        self.headers = {name.lower(): text for name, text in (line.split(": ", 1) for line in rest)}
        if self.status == 101:
            accept = base64.b64encode(hashlib.sha1((self._key + _GUID).encode()).digest()).decode()
            assert self.headers["sec-websocket-accept"] == accept
        return self

    def _read_until(self, end):
        while end not in self._buffer:
            self._read_more()
        found, self._buffer = self._buffer.split(end, 1)
        return found + end

    def _read_more(self):
        try:
            data = self.socket.recv(65536)
        except ConnectionError as error:
            raise Ended(str(error)) from None
        if not data:
            raise Ended("end of stream")
        self.chunks += 1
        self._buffer += data

    def _take(self, count):
        while len(self._buffer) < count:
            self._read_more()
        taken, self._buffer = self._buffer[:count], self._buffer[count:]
        return taken

    def read_frame(self):
        head, length = self._take(2)
        assert not head & 0x70, "no extension was negotiated"
        assert not length & 0x80, "a server does not mask"
        if length == 126:
            (length,) = struct.unpack("!H", self._take(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", self._take(8))
        frame = Frame(head & 0x0F, bool(head & 0x80), self._take(length))
        self.frames.append(frame)
        return frame

    def next_text(self):
        """The next whole text message; pings are answered on the way."""
        parts = []
        while True:
            frame = self.read_frame()
            if frame.opcode == PING:
                self.pings.append(frame.payload)
                if self.answers_pings:
                    self.send(PONG, frame.payload)
            elif frame.opcode == CLOSE:
                code = struct.unpack("!H", frame.payload[:2])[0] if frame.payload else 1005
                raise Closed(code, frame.payload[2:].decode())
            elif frame.opcode in (TEXT, CONTINUATION):
                assert (frame.opcode == CONTINUATION) == bool(parts)
                parts.append(frame.payload)
                if frame.is_last:
                    return b"".join(parts).decode()

    def next_message(self, *types):
        """The next message, or the next of these types."""
        while True:
            message = json.loads(self.next_text())
            if not types or message["metadata"]["message_type"] in types:
                return message

    def notification(self):
        return self.next_message("notification")

    def notification_ids(self, count):
        return [self.notification()["metadata"]["message_id"] for _ in range(count)]

    def welcome(self):
        message = self.next_message()
        assert message["metadata"]["message_type"] == "session_welcome"
        self.session = message["payload"]["session"]
        return self

    @property
    def session_id(self):
        return self.session["id"]

    def reconnect_url(self):
        session = self.next_message("session_reconnect")["payload"]["session"]
        return session["reconnect_url"]

    def wait_close(self):
        """The close frame with which the server ends this; whatever comes before is read."""
        try:
            while True:
                self.next_text()
        except Closed as closed:
            return closed

    def wait_end(self):
        """Reads until the connection ends without a close frame."""
        try:
            while True:
                self.next_text()
        except Ended:
            pass

    def send(self, opcode, payload=b""):
        mask = os.urandom(4)
        head = bytes([0x80 | opcode])
        if len(payload) < 126:
            head += bytes([0x80 | len(payload)])
        else:
            head += struct.pack("!BH", 0x80 | 126, len(payload))
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        self.socket.sendall(head + mask + masked)

    def close(self, code=1000):
        """Close frame, the server's answer, the end; messages on the way are read."""
        self.send(CLOSE, struct.pack("!H", code))
        closed = self.wait_close()
        self.socket.close()
        return closed

    def end(self):
        """FIN without a close frame."""
        self.socket.shutdown(socket.SHUT_WR)
        self.socket.close()

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


class Answer:
    def __init__(self, status, headers, text):
        self.status = status
        self.headers = headers
        self.text = text

    @property
    def json(self):
        return json.loads(self.text)

    @property
    def data(self):
        return self.json["data"]


class RawHttp:
    """HTTP calls, a connection each; `token` and `client_id` go with those to Helix."""

    CONDUITS = "/helix/eventsub/conduits"
    SHARDS = "/helix/eventsub/conduits/shards"
    SUBSCRIPTIONS = "/helix/eventsub/subscriptions"

    def __init__(self, address, client_id, client_secret):
        self.address = address
        self.client_id = client_id
        self.client_secret = client_secret
        self._token = None

    def call(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(self.address, timeout=TIMEOUT)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, names, answer.read().decode())
        finally:
            connection.close()

    def form(self, path, **fields):
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.call("POST", path, urllib.parse.urlencode(fields), kind)

    def token(self):
        answer = self.form(
            "/oauth2/token",
            client_id=self.client_id,
            client_secret=self.client_secret,
            grant_type="client_credentials",
        )
        assert answer.status == 200, answer.text
        return answer.json["access_token"]

    def helix(self, method, path, body=None, token=None, client_id=None):
        self._token = self._token or self.token()
        headers = {
            "Authorization": "Bearer " + (token or self._token),
            "Client-Id": client_id or self.client_id,
            "Content-Type": "application/json",
        }
        return self.call(method, path, None if body is None else json.dumps(body), headers)

    def create_conduit(self, shard_count=1):
        answer = self.helix("POST", self.CONDUITS, {"shard_count": shard_count})
        assert answer.status == 200, answer.text
        return answer.data[0]["id"]

    def resize(self, conduit_id, shard_count):
        body = {"id": conduit_id, "shard_count": shard_count}
        return self.helix("PATCH", self.CONDUITS, body)

    def shards(self, conduit_id, query=""):
        return self.helix("GET", f"{self.SHARDS}?conduit_id={conduit_id}{query}")

    def shard(self, conduit_id, shard_id=0):
        listed = self.shards(conduit_id).data
        return next(row for row in listed if row["id"] == str(shard_id))

    def status(self, conduit_id, shard_id=0):
        return self.shard(conduit_id, shard_id)["status"]

    def patch(self, conduit_id, entries):
        return self.helix("PATCH", self.SHARDS, {"conduit_id": conduit_id, "shards": entries})

    def bind(self, conduit_id, *clients, first=0):
        """Shard `first` to the first client's session, and so on, in one call."""
        entries = [entry(first + i, client.session_id) for i, client in enumerate(clients)]
        answer = self.patch(conduit_id, entries)
        assert answer.status == 202 and not answer.json["errors"], answer.text
        return answer

    def subscribe(self, conduit_id, type_, condition, version="1", **changes):
        body = {
            "type": type_,
            "version": version,
            "condition": condition,
            "transport": {"method": "conduit", "conduit_id": conduit_id},
        }
        token = changes.pop("token", None)
        body = {name: value for name, value in {**body, **changes}.items() if value is not None}
        return self.helix("POST", self.SUBSCRIPTIONS, body, token)


def entry(shard_id, session_id):
    """An entry of Update Conduit Shards."""
    return {
        "id": str(shard_id),
        "transport": {"method": "websocket", "session_id": session_id},
    }
