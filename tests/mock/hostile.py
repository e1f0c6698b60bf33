# SPDX-License-Identifier: LGPL-2.1-or-later
"""A TLS server on loopback that does what a test tells it to do, byte by byte.

A behaviour is a function (connection, request) -> None that writes whatever it likes to the
connection, which is closed after it. Nothing here speaks HTTP by itself: a test says exactly
what goes over the wire.
"""
import email.utils
import json
import socket
import ssl
import threading
import time
import urllib.parse
import warnings

MAX_REQUEST = 256 * 1024


class Request:
    """What the client sent: the request line, headers in lower case, and the form's fields."""

    def __init__(self, head, body):
        lines = head.decode('latin-1').split('\r\n')
        self.line = lines[0]
        self.headers = dict(
            (name.strip().lower(), value.strip())
            for name, _, value in (line.partition(':') for line in lines[1:]))
        self.body = body
        self.form = urllib.parse.parse_qs(body.decode('latin-1'), keep_blank_values=True)


def read_request(connection):
    data = b''
    while b'\r\n\r\n' not in data:
        data += receive(connection, len(data))
    head, _, body = data.partition(b'\r\n\r\n')
    length = int(Request(head, b'').headers.get('content-length', 0))
    while len(body) < length:
        body += receive(connection, len(body))
    return Request(head, body)


def receive(connection, so_far):
    chunk = connection.recv(65536)
    if not chunk or so_far > MAX_REQUEST:
        raise ConnectionError('the request ended early or is too long')
    return chunk


class HostileServer:
    """Serves until stop(). `requests` are those that arrived whole, in order."""

    def __init__(self, behaviour, certificate=None, key=None, address='127.0.0.1', oldest=False):
        self.behaviour = behaviour
        self.requests = []
        self.connections = 0
        self.stopping = threading.Event()
        self.listener = socket.create_server((address, 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.context = None
        if certificate is not None:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate, key)
            if oldest:
                speak_old_tls(self.context)
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def url(self, host='localhost'):
        return f'https://{host}:{self.port}'

    def stop(self):
        self.stopping.set()
        # Closing a listener does not wake the thread that waits on it; shutting it down does.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(10)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def accept(self):
        while not self.stopping.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        self.connections += 1
        try:
            with connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.settimeout(60)
                if self.context is None:
                    self.behaviour(connection, None)
                    return
                with self.context.wrap_socket(connection, server_side=True) as secure:
                    request = read_request(secure)
                    self.requests.append(request)
                    self.behaviour(secure, request)
                    goodbye(secure)
        except (OSError, ConnectionError):
            pass  # a client that hangs up is what many a test wants to see


def speak_old_tls(context):
    """TLS 1.1 and nothing else."""
    context.set_ciphers('ALL:@SECLEVEL=0')
    with warnings.catch_warnings():
        warnings.simplefilter('ignore', DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1


def goodbye(secure):
    """The orderly end of TLS: close_notify, without waiting for the client's."""
    secure.settimeout(1)
    try:
        secure.unwrap()
    except (OSError, ssl.SSLError):
        pass


def http(status, body=b'', content_type='application/json', headers=(), ahead=0):
    """A whole, well-formed answer as bytes. AHEAD: of our clock, in seconds."""
    if isinstance(body, (dict, list)):
        body = json.dumps(body).encode()
    if isinstance(body, str):
        body = body.encode()
    lines = [f'HTTP/1.1 {status} X', f'Content-Type: {content_type}',
             f'Content-Length: {len(body)}',
             'Date: ' + email.utils.formatdate(time.time() + ahead, usegmt=True),
             *headers]
    return '\r\n'.join(lines).encode() + b'\r\n\r\n' + body


def always(*args, **kwargs):
    """The behaviour of giving one and the same answer."""
    return lambda connection, request: connection.sendall(http(*args, **kwargs))


def raw(*pieces):
    """The behaviour of sending these bytes and nothing else."""
    return lambda connection, request: [connection.sendall(piece) for piece in pieces]


def in_turn(*behaviours):
    """The first for the first request, and so on; the last one stays."""
    left = list(behaviours)
    return lambda connection, request: (left.pop(0) if len(left) > 1 else left[0])(
        connection, request)


def flood(head, piece, total):
    """Sends HEAD, then PIECE again and again until TOTAL bytes have gone out."""
    def behave(connection, request):
        connection.sendall(head)
        for _ in range(total // len(piece)):
            connection.sendall(piece)
    return behave


def drip(head, piece, pause):
    """One PIECE every PAUSE seconds, until the client hangs up."""
    def behave(connection, request):
        connection.sendall(head)
        while True:
            connection.sendall(piece)
            time.sleep(pause)
    return behave


def silence(connection, request):
    """Says nothing until the client hangs up."""
    connection.recv(1)
