"""Sessions of somebody else's, each bound to many shards: a large conduit that is nearly full."""

import asyncio
import json
import threading

import aiohttp

from waiting import TIMEOUT

SHARDS_PER_CALL = 100  # the most that Twitch takes


class OtherSessions:
    """Holds these shards, dealt out among `count` sessions, until the end of `with`."""

    def __init__(self, sim, conduit_id, shards, count):
        self._sim = sim
        self._conduit_id = conduit_id
        self._shards = list(shards)
        self._count = count
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        self._client = self._call(self._open_client())
        token = self._sim.token()
        for number in range(self._count):
            shards = self._shards[number :: self._count]
            session_id = self._call(self._open())
            for start in range(0, len(shards), SHARDS_PER_CALL):
                self._bind(token, shards[start : start + SHARDS_PER_CALL], session_id)
        return self

    def __exit__(self, *_):
        self._call(self._client.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(TIMEOUT)

    async def _open_client(self):
        return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))

    async def _open(self):
        socket = await self._client.ws_connect(self._sim.facts["eventsub_url"])
        welcome = await socket.receive_json()
        self._loop.create_task(self._read(socket))
        return welcome["payload"]["session"]["id"]

    async def _read(self, socket):
        """Pings are answered on the way."""
        async for _ in socket:
            pass

    def _bind(self, token, shards, session_id):
        transport = {"method": "websocket", "session_id": session_id}
        body = {
            "conduit_id": self._conduit_id,
            "shards": [{"id": str(shard), "transport": transport} for shard in shards],
        }
        headers = {"Authorization": "Bearer " + token, "Client-Id": self._sim.client_id}
        status, text = self._sim.call("PATCH", "/helix/eventsub/conduits/shards", body, headers)
        assert status == 202 and not json.loads(text).get("errors"), text
