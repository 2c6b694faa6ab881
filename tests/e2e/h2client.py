"""Clients that speak HTTP/2: well-behaved, and frame by frame."""
import socket
import struct

import h2.config
import h2.connection
import h2.events
import h2.settings
import pytest

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONT = \
    range(10)
END_STREAM, END_HEADERS, ACK = 1, 4, 1
# :method GET, :scheme http, :path /, :authority "a" (HPACK, by index)
HPACK_GET = b"\x82\x86\x84\x41\x01a"
HPACK_POST = b"\x83\x86\x84\x41\x01a"


def fields(path="/", method="GET", extra=()):
    return [(":method", method), (":scheme", "http"), (":path", path),
            (":authority", "a"), *extra]


def dial(r, rcvbuf=None):
    """Connect to a rig, or to the first port of a server."""
    if hasattr(r, "connect"):
        return r.connect(rcvbuf)
    return socket.create_connection(("127.0.0.1", r.port), 20)


class Client:
    """A well-behaved client over python3-h2."""

    def __init__(self, r, rcvbuf=None, settings=None):
        self.sock = dial(r, rcvbuf)
        self.h2 = h2.connection.H2Connection(
            h2.config.H2Configuration(header_encoding="utf-8"))
        if settings:
            self.h2.local_settings = h2.settings.Settings(
                client=True, initial_values=settings)
        self.h2.initiate_connection()
        self.flush()
        self.done = {}
        self.streams = {}
        self.goaway = None
        self.closed = False

    def flush(self):
        self.sock.sendall(self.h2.data_to_send())

    def ask(self, path="/", method="GET", extra=(), end=True):
        stream = self.h2.get_next_available_stream_id()
        self.h2.send_headers(stream, fields(path, method, extra), end)
        self.streams[stream] = {"head": None, "body": b"", "end": None,
                                "trailers": None, "info": []}
        self.flush()
        return stream

    def read(self):
        data = self.sock.recv(1 << 18)
        if not data:
            self.closed = True
            return
        for e in self.h2.receive_data(data):
            s = self.streams.get(getattr(e, "stream_id", None))
            if isinstance(e, h2.events.ResponseReceived):
                s["head"] = dict(e.headers)
            elif isinstance(e, h2.events.InformationalResponseReceived):
                s["info"].append(dict(e.headers)[":status"])
            elif isinstance(e, h2.events.DataReceived):
                s["body"] += e.data
                self.h2.acknowledge_received_data(
                    e.flow_controlled_length, e.stream_id)
            elif isinstance(e, h2.events.TrailersReceived):
                s["trailers"] = dict(e.headers)
            elif isinstance(e, h2.events.StreamEnded):
                s["end"] = "end"
            elif isinstance(e, h2.events.StreamReset):
                s["end"] = int(e.error_code)
            elif isinstance(e, h2.events.ConnectionTerminated):
                self.goaway = int(e.error_code)
        self.flush()

    def finish(self, stream):
        s = self.streams[stream]
        while s["end"] is None and not self.closed:
            self.read()
        return s

    def get(self, *args, **kwargs):
        return self.finish(self.ask(*args, **kwargs))

    def send(self, stream, data, end=True):
        """Send a body, within the windows."""
        while data:
            n = min(self.h2.local_flow_control_window(stream),
                    self.h2.max_outbound_frame_size, len(data))
            if n == 0:
                self.read()
                continue
            self.h2.send_data(stream, data[:n], end and n == len(data))
            data = data[n:]
            self.flush()


@pytest.fixture
def client(rig):
    made = []

    def start(r=None, **kwargs):
        made.append(Client(r or rig(), **kwargs))
        return made[-1]

    yield start
    for c in made:
        c.sock.close()


def frame(kind, flags, stream, body=b""):
    return struct.pack(">I", len(body))[1:] + bytes([kind, flags]) \
        + struct.pack(">I", stream) + body


def frames(data):
    """Split what was received: (type, flags, stream, body)."""
    out = []
    while len(data) >= 9:
        n = int.from_bytes(data[:3], "big")
        out.append((data[3], data[4], int.from_bytes(data[5:9], "big"),
                    data[9:9 + n]))
        data = data[9 + n:]
    return out


class Raw:
    """Frames as they are."""

    def __init__(self, r, settings=b""):
        self.rig = r
        self.sock = dial(r)
        self.sock.sendall(PREFACE + frame(SETTINGS, 0, 0, settings))
        self.data = b""

    def send(self, *args):
        self.sock.sendall(frame(*args))

    def read_to_end(self):
        while True:
            try:
                piece = self.sock.recv(65536)
            except ConnectionResetError:
                piece = b""
            if not piece:
                return frames(self.data)
            self.data += piece

    def read_until(self, kind, stream=None):
        while True:
            for f in frames(self.data):
                if f[0] == kind and (stream is None or f[2] == stream):
                    return f
            piece = self.sock.recv(65536)
            assert piece, f"ended before a frame {kind}: {frames(self.data)}"
            self.data += piece

    def goaway(self):
        """The error code of the GOAWAY that must come, then the end."""
        got = [f for f in self.read_to_end() if f[0] == GOAWAY]
        assert got, f"no GOAWAY in {frames(self.data)}"
        return int.from_bytes(got[-1][3][4:8], "big")


@pytest.fixture
def raw(rig):
    made = []

    def start(r=None, **kwargs):
        made.append(Raw(r or rig(), **kwargs))
        return made[-1]

    yield start
    for c in made:
        c.sock.close()
