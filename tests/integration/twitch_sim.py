"""The simulator as a child process, and its admin API."""

import json
import select
import subprocess
import urllib.error
import urllib.parse
import urllib.request

from programs import Program, binary
from waiting import TIMEOUT, wait_for


class TwitchSim(Program):
    """`twitch-sim` on a port of its own; every call of the admin API is a method."""

    def __init__(self, folder, *arguments):
        if "--conduit" not in arguments:
            arguments = ("--conduit", "1", *arguments)
        super().__init__(
            [binary("TWITCH_SIM_BIN"), "--listen", "127.0.0.1:0", *arguments],
            {},
            folder / "sim-log",
            subprocess.PIPE,
        )
        with self.process.stdout as announcement:
            is_there, _, _ = select.select([announcement], [], [], TIMEOUT)
            line = announcement.readline() if is_there else b""
        assert line, f"twitch-sim did not start:\n{self.log}"
        self.facts = json.loads(line)
        # The port serves both; without TLS our own calls cost the simulator nothing.
        self._origin = "http://" + self.facts["listening"]
        self._first_conduit = self.only_conduit()

    def environment(self, state_dir):
        """What the daemon needs to work against this simulator."""
        return {
            "CONDUITD_TWITCH_ID_URL": self.facts["id_url"],
            "CONDUITD_TWITCH_HELIX_URL": self.facts["helix_url"],
            "CONDUITD_TWITCH_EVENTSUB_URL": self.facts["eventsub_url"],
            "CONDUITD_STATE_DIR": str(state_dir),
            "TWITCH_CLIENT_ID": self.facts["client_id"],
            "TWITCH_CLIENT_SECRET": self.facts["client_secret"],
        }

    @property
    def client_id(self):
        return self.facts["client_id"]

    def only_conduit(self):
        """Its id; None where there are several, or none."""
        conduits = self.state()["conduits"] if self.is_running() else ()
        return conduits[0]["id"] if len(conduits) == 1 else None

    def call(self, method, path, body=None, headers=None, is_form=False):
        """Status and body, as text, of any call."""
        url = self._origin + path
        data = None
        if body is not None:
            data = (urllib.parse.urlencode(body) if is_form else json.dumps(body)).encode()
        request = urllib.request.Request(url, data=data, method=method, headers=headers or {})
        if data is not None and not is_form:
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def admin(self, method, path, body=None):
        status, text = self.call(method, "/sim" + path, body)
        assert status == 200, f"{method} {path} {body}: {status} {text}"
        return text

    # --- what a test looks at ---

    def state(self):
        return json.loads(self.admin("GET", "/state"))

    def sent_ids(self):
        """Ids of what was written to sessions, in the order in which Twitch sent it off, each once."""
        return self.admin("GET", "/ledger?format=ids").split()

    def calls(self, name):
        """How often a call was made: "POST /oauth2/token"."""
        return self.state()["calls"].get(name, 0)

    def sessions(self):
        return self.state()["sessions"]

    def wait_one_session(self):
        """Waits until a single session is left, bound and not on the move; its id."""

        def single():
            sessions = self.sessions()
            is_settled = len(sessions) == 1 and sessions[0]["bound"]
            return is_settled and not sessions[0]["reconnecting"] and sessions[0]["id"]

        return wait_for(single, lambda: f"a single bound session: {self.sessions()}")

    def wait_replaced(self, lost):
        """Waits until another session than the lost one has the shard; its id."""

        def replaced():
            bound = [session["id"] for session in self.sessions() if session["bound"]]
            return bound and bound[0] != lost and bound[0]

        return wait_for(replaced, lambda: f"a session in place of {lost}: {self.sessions()}")

    # --- what a test orders ---

    def reconnect(self, **order):
        self.admin("POST", "/reconnect", order)

    def close(self, **order):
        self.admin("POST", "/close", order)

    def stall(self):
        self.admin("POST", "/stall", {})

    def generate(self, rate, **bound):
        self.admin("POST", "/generator", {"rate": rate, **bound})

    def end_events(self):
        """Stops the generator; the id of one message more, behind all that it made."""
        self.generate(0)
        (last,) = self.emit()
        return last

    def emit(self, **wishes):
        """The ids of the messages made."""
        return json.loads(self.admin("POST", "/emit", wishes)).get("ids", [])

    def fault(self, match, **effect):
        self.admin("POST", "/fault", {"match": match, **effect})

    def revoke_tokens(self):
        self.admin("POST", "/token", {"action": "revoke_all"})

    # --- as a client of Twitch's own calls ---

    def token(self):
        form = {
            "client_id": self.facts["client_id"],
            "client_secret": self.facts["client_secret"],
            "grant_type": "client_credentials",
        }
        status, text = self.call("POST", "/oauth2/token", form, is_form=True)
        assert status == 200, text
        return json.loads(text)["access_token"]

    def create_conduit(self, shard_count):
        """The first one takes the place of the one that is there from the start, if it is unused."""
        if self._is_first_unused():
            self.delete_conduit(self._first_conduit)
        return json.loads(self._order_conduit("POST", "", {"shard_count": shard_count}))["data"][0]["id"]

    def resize_conduit(self, conduit_id, shard_count):
        self._order_conduit("PATCH", "", {"id": conduit_id, "shard_count": shard_count})

    def delete_conduit(self, conduit_id):
        self._order_conduit("DELETE", "?id=" + conduit_id, None)

    def _is_first_unused(self):
        conduits = self.state()["conduits"]
        return len(conduits) == 1 and conduits[0]["id"] == self._first_conduit and not conduits[0]["shards"]

    def _order_conduit(self, method, query, body):
        headers = {
            "Authorization": "Bearer " + self.token(),
            "Client-Id": self.facts["client_id"],
        }
        status, text = self.call(method, "/helix/eventsub/conduits" + query, body, headers)
        assert status in (200, 204), text
        return text
