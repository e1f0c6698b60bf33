# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of `avouch request` share: a server that answers calls with a token, byte by byte,
and what a call came to."""
import atexit
import pathlib
import shutil
import tempfile
import urllib.parse

from harness import *
from hostile import HostileServer, http

DATA = '/services/data/v65.0'
QUERY = 'SELECT Id, Name FROM Account'
PAGE = f'{DATA}/query?q={QUERY}'


def calls(host):
    return host.call('/control/calls')['calls']


def request(room, *arguments, **options):
    return room.run('avouch', 'request', *arguments, **options)


def succeeds(result):
    assert_equal((result.code, result.errors), (0, ''), result.output[:500])
    return result.output


def fails(result, code, *parts):
    assert_equal(result.code, code, str(result))
    lines = result.errors.splitlines()
    assert_true(1 <= len(lines) <= 2 and lines[0].startswith('avouch: '), result.errors)
    for part in parts:
        assert_in(part, result.errors)
    for character in result.errors.replace('\n', ''):
        assert_true(character.isprintable(), f'{character!r} in {result.errors!r}')
    return result


def form(**values):
    return urllib.parse.urlencode({name.replace('_', '-'): value for name, value in values.items()})


folder = pathlib.Path(tempfile.mkdtemp(prefix='avouch-test-'))
atexit.register(shutil.rmtree, folder)
authority = Authority(folder / 'authority')
server_pair = authority.issue('server')
client_key = make_rsa_key(folder / 'key.pem')


def meet(room, behaviour, **settings):
    """A server that logs in whoever asks, as the user `identity`, and behaves so towards all else.
    Its `seen`: the rest."""
    def behave(connection, call):
        if call.line.startswith('POST /services/oauth2/token '):
            connection.sendall(http(200, {
                'access_token': f'00Dtoken{len(server.requests)}', 'token_type': 'Bearer',
                'instance_url': server.url(), 'id': f'{server.url()}/id/{server.identity}', 'scope': 'api'}))
            return
        server.seen.append(call)
        behaviour(connection, call)
    server = HostileServer(behave, *server_pair)
    server.seen = []
    server.identity = '1'
    room.serve(server)
    room.configure('demo', **{**dict(
        issuer='salesforce', login_url=server.url(), client_id='3MVG9',
        username='robot@acme.example', key=client_key, ca_file=authority.certificate,
        serve=server.url(), timeout=20), **settings})
    return server
