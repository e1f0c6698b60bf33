# SPDX-License-Identifier: LGPL-2.1-or-later
"""A login whose secrets are known, and an issuer that holds it until the test lets it go on."""
import base64
import pathlib
import re
import subprocess
import threading

from harness import Authority, make_rsa_key
from hostile import HostileServer, http

__all__ = ['PASSPHRASE', 'TOKEN', 'REQUEST', 'Issuer', 'key_parts', 'encrypted_lines', 'children',
           'configure_canary', 'secrets_of']

PASSPHRASE = 'canary-passphrase-7f3a'
TOKEN = '00Dcanary!token.4b1d9e'
REQUEST = 'protocol=https\nhost=git.example\n\n'


def key_parts(path):
    """What would betray a private key: d, p and q, as numbers or in base64; lines of the PEM."""
    text = subprocess.run(['openssl', 'pkey', '-in', path, '-passin', f'pass:{PASSPHRASE}', '-text'],
                          check=True, capture_output=True, encoding='ascii', timeout=60).stdout
    yield from (line for line in text.splitlines() if re.fullmatch(r'[A-Za-z0-9+/]{64}', line))
    for name in ('privateExponent', 'prime1', 'prime2'):
        digits = re.search(rf'{name}:\n((?: +[0-9a-f:]+\n)+)', text)[1]
        number = bytes.fromhex(re.sub(r'[\s:]', '', digits)).lstrip(b'\0')
        yield number
        yield number.hex()
        # A third of a base64 text is independent of what stands before it.
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            for offset in range(3):
                yield encode(number[offset:])[4:-4].decode()


def encrypted_lines(path):
    return [line for line in path.read_text().splitlines() if len(line) == 64]


def children(parent):
    """The folders in /proc of the processes that PARENT has started and not yet seen the end of."""
    for process in pathlib.Path('/proc').glob('[0-9]*'):
        try:
            stat = (process / 'stat').read_text()
        except OSError:
            continue
        if int(stat.rpartition(')')[2].split()[1]) == parent:
            yield process


class Issuer:
    """Holds every exchange until the test lets it go on."""

    def __init__(self, room):
        certificate, key = Authority(room.path / 'ca').issue('localhost')
        self.answer = http(200, {
            'access_token': TOKEN, 'token_type': 'Bearer', 'instance_url': 'https://git.example',
            'id': 'https://git.example/id', 'scope': 'api'})
        self.asked = threading.Event()
        self.go_on = threading.Event()
        self.server = room.serve(HostileServer(self.behave, certificate, key))
        room.cleanups.append(self.go_on.set)

    def behave(self, connection, request):
        self.asked.set()
        self.go_on.wait(60)
        connection.sendall(self.answer)

    def assertion(self):
        return self.server.requests[0].form['assertion'][0]


def configure_canary(room, issuer, **settings):
    key = make_rsa_key(room.keys / 'canary.pem', passphrase=PASSPHRASE)
    room.configure('canary', issuer='salesforce', login_url=issuer.server.url(), client_id='3MVG9',
                   username='robot@acme.example', key=key, ca_file=room.path / 'ca' / 'ca.pem',
                   serve='https://git.example', **settings)
    return key


def secrets_of(issuer, key):
    assertion = issuer.assertion()
    return [PASSPHRASE, TOKEN, assertion, assertion.split('.')[2], *encrypted_lines(key),
            *key_parts(key)]
