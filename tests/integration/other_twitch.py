"""A second implementation of the servers that conduitd talks to, as unlike the simulator as allowed.

Session ids have another shape, a reconnect brings a new one, keepalives come by a fixed ticker,
objects have their keys in another order, and answers leave out all that is optional. What a test
wants different it sets before the daemon starts: raw answers, frames before the welcome, and so on.
"""

import asyncio
import contextlib
import itertools
import json
import secrets
import threading

from raw_websocket import Session, accept_key
from waiting import TIMEOUT, wait_for

CONDUIT_ID = "other-conduit_7="
CLIENT_ID = "other-client"
CLIENT_SECRET = "other-secret-never-shown"
TOKEN = "other-token-never-shown"


def http_answer(status, body=b"", headers=()):
    """An answer in chunks of a few bytes, its header names in lower case."""
    if isinstance(body, (dict, list)):
        body = json.dumps(body)
    if isinstance(body, str):
        body = body.encode()
    lines = [f"HTTP/1.1 {status} Whatever", "transfer-encoding: chunked", *headers, "", ""]
    chunks = b"".join(
        b"%x\r\n%s\r\n" % (len(body[i : i + 7000]), body[i : i + 7000])
        for i in range(0, len(body), 7000)
    )
    return "\r\n".join(lines).encode() + chunks + b"0\r\n\r\n"


def make_message(message_id, payload, message_type="notification"):
    """A message with its metadata behind the payload."""
    metadata = {
        "subscription_version": "1",
        "message_timestamp": "2026-03-04T05:07:01.3004005Z",
        "subscription_type": "channel.chat.message",
        "message_type": message_type,
        "message_id": message_id,
    }
    return {"payload": payload, "metadata": metadata}


class OtherTwitch:
    """Runs on a thread of its own; all methods may be called from the test's."""

    def __init__(self):
        self.answers = {}  # (method, path) -> list of raw answers, used up one by one before ours
        self.requests = []  # (method, target, headers, body)
        self.sessions = []  # in the order they were opened
        self.bound = None  # the session that the shard points at
        self.binds_at_welcome = False  # a reconnect takes the shard along without a call
        self.upgrade_answers = []  # raw answers in place of an upgrade, used up one by one
        self.welcome_fields = {}  # beside the session's id
        self.before_welcome = []  # texts of frames sent first, on the first session alone
        self.has_errors_key = False
        self.keepalive_seconds = 0.3
        self.shard_count = 1
        self._made = itertools.count(1)
        self._reconnect_keys = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        self._servers = [self.run(self._listen()), self.run(self._listen())]
        self.port, self.other_port = (server.sockets[0].getsockname()[1] for server in self._servers)
        return self

    def __exit__(self, *_):
        self.run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _listen(self):
        return asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 20)

    async def _stop(self):
        for server in self._servers:
            server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def run(self, coroutine):
        """Runs on the server's thread; its result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(TIMEOUT)

    client_id = CLIENT_ID

    def only_conduit(self):
        return CONDUIT_ID

    def environment(self, state_dir):
        origin = f"127.0.0.1:{self.port}"
        return {
            "CONDUITD_TWITCH_ID_URL": f"http://{origin}",
            "CONDUITD_TWITCH_HELIX_URL": f"http://{origin}/helix",
            "CONDUITD_TWITCH_EVENTSUB_URL": f"ws://{origin}/other/path",
            "CONDUITD_STATE_DIR": str(state_dir),
            "TWITCH_CLIENT_ID": CLIENT_ID,
            "TWITCH_CLIENT_SECRET": CLIENT_SECRET,
        }

    # --- what a test does ---

    def wait_bound(self, count=1):
        """The session the shard points at, once `count` have been opened and one of them is bound."""
        return wait_for(
            lambda: self.bound in self.sessions[count - 1 :] and self.bound,
            lambda: f"session {count} bound; there are {[session.id for session in self.sessions]}",
        )

    def send(self, text):
        """Writes a text frame to the session that the shard points at."""

        async def to_bound():
            await self.bound.send_text(text)

        self.run(to_bound())

    def send_bytes(self, data, at_a_time=None):
        async def to_bound():
            await self.bound.send_bytes(data, at_a_time)

        self.run(to_bound())

    def notify(self, **payload):
        """Sends a notification; its id."""
        message_id = self.make_id()
        self.send(json.dumps(make_message(message_id, {"event": payload})))
        return message_id

    def reconnect_url(self):
        key = secrets.token_urlsafe(6)
        self._reconnect_keys[key] = self.bound
        return f"ws://127.0.0.1:{self.port}?reconnect_id={key}&x=%2F"

    def order_reconnect(self, url):
        self.send(self.reconnect_text(url))

    def reconnect_text(self, url):
        session = {"reconnect_url": url, "status": "reconnecting", "id": self.bound.id}
        message = make_message(self.make_id(), {"session": session}, "session_reconnect")
        return json.dumps(message, indent=1)

    def make_id(self):
        return f"m-{next(self._made)}_{secrets.token_urlsafe(4)}="

    # --- the servers ---

    async def _serve(self, reader, writer):
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, target, _ = head[0].split(" ")
            headers = {}
            for line in head[1:-2]:
                name, _, value = line.partition(":")
                headers[name.lower()] = value.strip()
            if "upgrade" in headers:
                await self._serve_session(reader, writer, target, headers)
            else:
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                self.requests.append((method, target, headers, body.decode()))
                writer.write(self._answer(method, target, body))
                await writer.drain()
        with contextlib.suppress(ConnectionError):
            writer.close()

    def _answer(self, method, target, body):
        path = target.partition("?")[0]
        prepared = self.answers.get((method, path))
        if prepared:
            return prepared.pop(0)
        if path == "/oauth2/token":
            return http_answer(200, {"token_type": "bearer", "expires_in": 4000000, "access_token": TOKEN})
        if path == "/oauth2/validate":
            return http_answer(200, {"expires_in": 4000000, "client_id": CLIENT_ID, "scopes": None})
        if (method, path) == ("GET", "/helix/eventsub/conduits"):
            return http_answer(200, {"data": [{"shard_count": self.shard_count, "id": CONDUIT_ID}]})
        if (method, path) == ("PATCH", "/helix/eventsub/conduits/shards"):
            return self._update_shards(json.loads(body))
        if (method, path) == ("GET", "/helix/eventsub/conduits/shards"):
            return http_answer(200, {"pagination": {}, "data": self._shards()})
        return http_answer(404, {"error": "Not Found", "status": 404, "message": "not found"})

    def _shards(self):
        if self.bound is None:
            return []
        status = "websocket_disconnected" if self.bound.is_over else "enabled"
        return [{"transport": {"session_id": self.bound.id, "method": "websocket"}, "status": status, "id": "0"}]

    def _update_shards(self, request):
        assert request["conduit_id"] == CONDUIT_ID, request
        (shard,) = request["shards"]
        wanted = shard["transport"]["session_id"]
        open_sessions = {session.id: session for session in self.sessions if not session.is_over}
        if wanted not in open_sessions:
            error = {"code": "websocket_disconnected", "id": int(shard["id"]), "message": "no session"}
            return http_answer(202, {"errors": [error], "data": []})
        self.bound = open_sessions[wanted]
        transport = {"session_id": wanted, "method": "websocket", "connected_at": "2026-03-04T05:06:07Z"}
        answer = {"data": [{"transport": transport, "status": "enabled", "id": int(shard["id"])}]}
        if self.has_errors_key:
            answer["errors"] = None
        return http_answer(202, answer)

    async def _serve_session(self, reader, writer, target, headers):
        if self.upgrade_answers:
            writer.write(self.upgrade_answers.pop(0))
            return
        writer.write(
            (
                "HTTP/1.1 101 Switching\r\nupgrade: WebSocket\r\nconnection: keep-alive, Upgrade\r\n"
                f"sec-websocket-accept: {accept_key(headers['sec-websocket-key'])}\r\n\r\n"
            ).encode()
        )
        session = Session(reader, writer, f"{secrets.token_hex(4)}_-{secrets.token_hex(2)}=", target)
        for text in self.before_welcome if not self.sessions else ():
            await session.send_text(text)
        await session.send_text(json.dumps(self._welcome(session)))
        reconnect_key = target.partition("reconnect_id=")[2].partition("&")[0]
        moved_from = self._reconnect_keys.get(reconnect_key)
        if self.binds_at_welcome and moved_from is not None and self.bound is moved_from:
            self.bound = session
        self.sessions.append(session)
        ticker = asyncio.create_task(self._tick(session))
        await session.serve()
        ticker.cancel()

    def _welcome(self, session):
        payload = {"session": {**self.welcome_fields, "id": session.id}}
        message = make_message(self.make_id(), payload, "session_welcome")
        del message["metadata"]["subscription_type"], message["metadata"]["subscription_version"]
        return message

    async def _tick(self, session):
        while not session.is_over:
            await asyncio.sleep(self.keepalive_seconds)
            keepalive = make_message(self.make_id(), {}, "session_keepalive")
            await session.send_text(json.dumps(keepalive))
