"""The server side of a WebSocket, frame by frame, so that a test can send what no library would."""

import asyncio
import base64
import hashlib
import struct

TEXT, BINARY, CLOSE, PING, PONG, CONTINUATION = 0x1, 0x2, 0x8, 0x9, 0xA, 0x0

_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def accept_key(key):
    return base64.b64encode(hashlib.sha1((key + _GUID).encode()).digest()).decode()


def encode_frame(opcode, payload=b"", is_last=True):
    head = bytes([(0x80 if is_last else 0) | opcode])
    if len(payload) < 126:
        head += bytes([len(payload)])
    elif len(payload) < 1 << 16:
        head += struct.pack("!BH", 126, len(payload))
    else:
        head += struct.pack("!BQ", 127, len(payload))
    return head + payload


def encode_fragments(payload, sizes, between=b""):
    """A text message in several frames, with the bytes of a control frame after each but the last."""
    frames = b""
    opcode = TEXT
    for size in sizes:
        frames += encode_frame(opcode, payload[:size], is_last=False) + between
        payload = payload[size:]
        opcode = CONTINUATION
    return frames + encode_frame(opcode, payload)


async def read_frame(reader):
    """Opcode and unmasked payload of the client's next frame."""
    head, length = await reader.readexactly(2)
    is_masked, length = bool(length & 0x80), length & 0x7F
    if length == 126:
        (length,) = struct.unpack("!H", await reader.readexactly(2))
    elif length == 127:
        (length,) = struct.unpack("!Q", await reader.readexactly(8))
    mask = await reader.readexactly(4) if is_masked else bytes(4)
    payload = await reader.readexactly(length)
    return head & 0x0F, bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


class Session:
    """One WebSocket of the daemon: what it sent, and the means to send it anything."""

    def __init__(self, reader, writer, session_id, target):
        self.id = session_id
        self.target = target
        self.pongs = []
        self.data_frames = []  # a client has none to send
        self.close_code = None  # the client's; None until its close frame came
        self.before_close_answer = b""  # frames still under way when the client's close frame came
        self.is_over = False
        self._reader = reader
        self._writer = writer
        self._turn = asyncio.Lock()

    async def serve(self):
        """Reads until the end; answers a close frame as the protocol wants it."""
        try:
            while True:
                opcode, payload = await read_frame(self._reader)
                if opcode == PONG:
                    self.pongs.append(payload)
                elif opcode == CLOSE:
                    self.close_code = struct.unpack("!H", payload[:2])[0] if payload else 1005
                    await self.send_bytes(self.before_close_answer)
                    await self.send_bytes(encode_frame(CLOSE, payload[:2]))
                    return
                elif opcode != PING:
                    self.data_frames.append(payload)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.is_over = True

    async def send_bytes(self, data, at_a_time=None):
        """In one piece, or slowly in pieces of so many bytes, which nothing else comes between."""
        async with self._turn:
            if at_a_time is None:
                return await self._write(data)
            for begin in range(0, len(data), at_a_time):
                await self._write(data[begin : begin + at_a_time])
                await asyncio.sleep(0.001)  # most pieces are read alone

    async def _write(self, data):
        if self.is_over:
            return
        try:
            self._writer.write(data)
            await self._writer.drain()
        except ConnectionError:
            self.is_over = True

    async def send_text(self, text):
        await self.send_bytes(encode_frame(TEXT, text.encode()))

    async def send_close(self, code, reason=""):
        await self.send_bytes(encode_frame(CLOSE, struct.pack("!H", code) + reason.encode()))

    def reset(self):
        self._writer.transport.abort()
