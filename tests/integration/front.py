"""A port in front of the simulator that can be unreachable, silent, or wrongly certified."""

import asyncio
import contextlib
import socket
import ssl
import subprocess
import threading

from waiting import TIMEOUT

_AUTHORITY = """
[ca]
default_ca = own
[own]
database = index
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = policy
x509_extensions = extensions
[policy]
commonName = supplied
[extensions]
subjectAltName = {name}
"""


def make_certificate(folder, name, begin="20200101000000Z", end="20400101000000Z"):
    """A certificate that vouches for itself, in `folder`/cert.pem, and its key in key.pem."""
    folder.mkdir()
    (folder / "own.cnf").write_text(_AUTHORITY.format(name=name))
    (folder / "index").write_text("")

    def openssl(*arguments):
        command = ["openssl", *arguments]
        subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=True)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl("req", "-new", *key, "-keyout", "key.pem", "-out", "request.pem", "-subj", f"/CN={folder.name}")
    openssl(
        *("ca", "-batch", "-config", "own.cnf", "-selfsign", "-notext", "-keyfile", "key.pem"),
        *("-in", "request.pem", "-out", "cert.pem", "-startdate", begin, "-enddate", end),
    )
    return folder


class Front:
    """Runs on a thread of its own; its methods may be called from the test's.

    Each call of refuse(), stall() and forward() ends what was before, but not the connections that
    were made meanwhile. In the beginning connections are refused.
    """

    def __init__(self, target):
        self._target = target  # "127.0.0.1:1234"
        self._server = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._bound = self._bind(0)
        self.address = "127.0.0.1:%d" % self._bound.getsockname()[1]

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def refuse(self):
        self._run(self._change(None))

    def stall(self):
        """Accepts, and says nothing: a TLS handshake does not begin."""
        self._run(self._change(self._ignore))

    def forward(self, certificate=None):
        """Passes everything on; behind TLS where there is a certificate's folder."""
        context = None
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
        self._run(self._change(self._pass_on, context))

    def _run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(TIMEOUT)

    @staticmethod
    def _bind(port):
        bound = socket.socket()
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", port))  # without listen(): refuses, and keeps the port
        return bound

    async def _change(self, serve, context=None):
        if self._server:
            self._server.close()
            self._bound = self._bind(int(self.address.rpartition(":")[2]))
        self._server = serve and await asyncio.start_server(serve, sock=self._bound, ssl=context)

    async def _stop(self):
        await self._change(None)
        self._bound.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _ignore(self, reader, writer):
        with contextlib.closing(writer):
            await reader.read()

    async def _pass_on(self, reader, writer):
        host, _, port = self._target.rpartition(":")
        their_reader, their_writer = await asyncio.open_connection(host, int(port))

        async def pump(source, sink):
            with contextlib.suppress(OSError), contextlib.closing(sink):
                while chunk := await source.read(65536):
                    sink.write(chunk)
                    await sink.drain()

        await asyncio.gather(pump(reader, their_writer), pump(their_reader, writer))
