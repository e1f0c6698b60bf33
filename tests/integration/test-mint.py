# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a server can do to avouch-mint: every answer a token endpoint must not give, and what the
person at the other end then reads. Asked through git-credential-avouch, as git would."""
import base64
import email.utils
import json
import os
import pathlib
import pty
import select
import socket
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'mock'))
from harness import *  # noqa: E402
from hostile import *  # noqa: E402

CANARY = '00Dcanary!AQEAQ.token'
PASSPHRASE = 'correct horse battery canary'
MAX_PEAK = 64 * 1024  # KiB
ANY_PEAK = 1024 * 1024
ANSWER = {
    'access_token': CANARY, 'scope': 'api', 'token_type': 'Bearer',
    'instance_url': 'https://acme.my.salesforce.com', 'issued_at': '1795477134000',
    'id': 'https://login.salesforce.com/id/00Dxx/005xx', 'signature': 'x',
}
GOOD = always(200, ANSWER)

shared = tempfile.TemporaryDirectory(prefix='avouch-test-')
folder = pathlib.Path(shared.name)
authority = Authority(folder / 'authority')
stranger = Authority(folder / 'stranger', 'A Stranger')
server_pair = authority.issue('server')
key = make_rsa_key(folder / 'key.pem')


def configure(room, url, **settings):
    room.configure('acme', **{**dict(
        issuer='salesforce', login_url=url, client_id='3MVG9.consumer', username='robot@acme.example',
        key=key, ca_file=authority.certificate, serve='https://git.example', timeout=20), **settings})


def ask(room, *options, **kwargs):
    return room.run('git-credential-avouch', *options, 'get',
                    input='protocol=https\nhost=git.example\n\n', **kwargs)


def meet(room, behaviour, pair=server_pair, host='localhost', **settings):
    """Asks for a credential from a server that behaves so: the result and the server."""
    server = room.serve(HostileServer(behaviour, *pair))
    configure(room, server.url(host), **settings)
    return ask(room), server


def assert_refused(result, code, *patterns):
    assert_equal(result.output, '')
    assert_equal(result.code, code, result.errors)
    for pattern in patterns:
        assert_match(pattern, result.errors)
    lines = result.errors.splitlines()
    assert_true(1 <= len(lines) <= 2 and lines[0].startswith('avouch: acme: '), result.errors)
    for character in result.errors.replace('\n', ''):
        assert_true(character.isprintable(), f'{character!r} in {result.errors!r}')


def declare(name, behaviour, code, patterns, exchanges=1, **settings):
    """A test of one answer that must be refused in a clear way."""
    @test(name)
    def _(room):
        result, server = meet(room, behaviour, **settings)
        assert_refused(result, code, *patterns)
        assert_equal(len(server.requests), exchanges)
        assert_equal(room.credential_files(), [])
        assert_less(result.seconds, 30)
        assert_less(result.peak, ANY_PEAK if is_sanitized() else MAX_PEAK, 'KiB of memory')


# The good case.

def decode(part):
    return base64.urlsafe_b64decode(part + '=' * (-len(part) % 4))


@test('a good answer becomes a credential, by exactly the documented request')
def _(room):
    result, server = meet(room, GOOD)
    assert_equal(result.code, 0, result.errors)
    assert_equal(result.errors, '')
    assert_in(f'password={CANARY}\n', result.output)
    request = server.requests[0]
    assert_equal(request.line, 'POST /services/oauth2/token HTTP/1.1')
    assert_equal(request.headers['content-type'], 'application/x-www-form-urlencoded')
    assert_equal(sorted(request.form), ['assertion', 'grant_type'])
    assert_equal(request.form['grant_type'], ['urn:ietf:params:oauth:grant-type:jwt-bearer'])
    header, claims, signature = request.form['assertion'][0].split('.')
    assert_equal(decode(header), b'{"alg":"RS256"}')
    claims = json.loads(decode(claims))
    assert_true(100 < claims.pop('exp') - time.time() <= 180, 'exp is not 180 s ahead')
    assert_equal(claims, {'iss': '3MVG9.consumer', 'sub': 'robot@acme.example',
                          'aud': server.url()})
    signed, _, _ = request.form['assertion'][0].rpartition('.')
    openssl('dgst', '-sha256', '-verify', public_key(key, room.path / 'public.pem'),
            '-signature', room.write('signature', decode(signature)), room.write('signed', signed))


@test('chunks are put together, whatever stands between them')
def _(room):
    body = json.dumps(ANSWER).encode()
    pieces = [body[:1], body[1:40], body[40:]]
    framed = b''.join(b'%x;a="b"\r\n%s\r\n' % (len(piece), piece) for piece in pieces)
    whole = (b'HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\nContent-Length: 3\r\n\r\n' + framed +
             b'000\r\nTrailer: 1\r\n\r\nHTTP/1.1 500 Not ours')
    for behave in (raw(whole), raw(*(bytes([byte]) for byte in whole))):
        server = room.serve(HostileServer(behave, *server_pair))
        (room.config / 'avouch.conf').unlink(missing_ok=True)
        configure(room, server.url())
        result = ask(room)
        assert_equal((result.code, result.errors), (0, ''))
        assert_in(f'password={CANARY}\n', result.output)


@test('a second request is answered from the cache')
def _(room):
    result, server = meet(room, GOOD)
    again = ask(room)
    assert_equal(again.output, result.output)
    assert_equal(len(server.requests), 1)


@test('cache = none keeps nothing')
def _(room):
    result, server = meet(room, GOOD, cache='none')
    assert_equal(result.code, 0, result.errors)
    assert_equal(room.credential_files(), [])
    ask(room)
    assert_equal(len(server.requests), 2)


@test('a site\'s path stays, a trailing slash goes, and the audience is the profile\'s')
def _(room):
    server = room.serve(HostileServer(GOOD, *server_pair))
    configure(room, server.url() + '/site/', audience='https://other.example')
    assert_equal(ask(room).code, 0)
    assert_equal(server.requests[0].line, 'POST /site/services/oauth2/token HTTP/1.1')
    claims = json.loads(decode(server.requests[0].form['assertion'][0].split('.')[1]))
    assert_equal(claims['aud'], 'https://other.example')


# Answers that lead elsewhere or are no answer.

for status in (301, 302, 303, 307, 308):
    declare(f'a redirect ({status}) is not followed',
            always(status, headers=['Location: https://evil.example/\x1b[31mtoken']), 1,
            [rf'redirects to evil\.example \(HTTP {status}\)', 'hint: .*login-url'])



@test('a redirect to what was sent does not show it')
def _(room):
    def behave(connection, request):
        assertion = request.form['assertion'][0]
        connection.sendall(http(302, headers=[f'Location: https://{assertion}/{assertion}']))
    result, server = meet(room, behave)
    assert_refused(result, 1, 'redirects')
    for part in server.requests[0].form['assertion'][0].split('.'):
        assert_not_in(part, result.errors)


declare('an HTML page with status 200', always(200, '<html>Log in</html>', 'text/html'), 1,
        ['cannot be read', 'hint: is login-url right'])
declare('an HTML page with status 404', always(404, '<html>Not here</html>', 'text/html'), 6,
        ['HTTP 404', 'hint: is login-url right'])
declare('an empty body', always(200, ''), 1, ['it is empty'])
declare('nothing at all', raw(), 1, ['cut short'])
declare('a greeting of another protocol', raw(b'SSH-2.0-OpenSSH_9.2\r\n'), 1, ['not HTTP'])
declare('a body cut short of its Content-Length',
        raw(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"access_token":"' + CANARY.encode()),
        1, ['cut short'])
declare('a body cut short by a server that said it would close',
        raw(b'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\n{}'), 1, ['cut short'])
declare('a chunk cut short',
        raw(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{"access_token":"abc"'),
        1, ['cut short'])
CHUNKED = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
declare('a body cut between two chunks', raw(CHUNKED + b'15\r\n{"access_token":"abc"\r\n'), 1,
        ['cut short'])
declare('a body cut before the line that ends the chunks', raw(CHUNKED + b'2\r\n{}\r\n0\r\n'), 1,
        ['cut short'])
for name, framing in {'no size': b'\r\n{}\r\n0\r\n\r\n', 'a size that is none': b'x\r\n{}\r\n0\r\n\r\n',
                      'a size beyond all bounds': b'8' * 16 + b'\r\n{}\r\n',
                      'a chunk longer than its size': b'1\r\n{}\r\n0\r\n\r\n',
                      'an extension without an end': b'2;' + b'a' * 5000 + b'\r\n{}\r\n0\r\n\r\n',
                      'trailers without an end': b'2\r\n{}\r\n0\r\n' + b'a: b\r\n' * 5000}.items():
    declare(f'chunks with {name}', raw(CHUNKED + framing), 1, ['cut short'])


@test('a stream that ends without TLS\'s own goodbye is cut short')
def _(room):
    def behave(connection, request):
        connection.sendall(b'HTTP/1.1 200 OK\r\n\r\n' + json.dumps(ANSWER).encode())
        raise ConnectionError
    result, _ = meet(room, behave)
    assert_refused(result, 1, 'cut short')


# Too much.

MEGABYTE = 1024 * 1024
OK = b'HTTP/1.1 200 OK\r\n'
LONG = ['answer is longer than 1048576 bytes']
declare('256 MB announced', flood(OK + b'Content-Length: 268435456\r\n\r\n', b'a' * 65536,
                                  256 * MEGABYTE), 1, LONG)
declare('256 MB in chunks', flood(OK + b'Transfer-Encoding: chunked\r\n\r\n',
                                  b'10000\r\n' + b'a' * 65536 + b'\r\n', 256 * MEGABYTE), 1, LONG)
declare('256 MB until the end', flood(OK + b'\r\n', b'a' * 65536, 256 * MEGABYTE), 1, LONG)
declare('10 MB of headers', flood(OK, b'X-Header: ' + b'a' * 1000 + b'\r\n', 10 * MEGABYTE), 1,
        ['headers are too long'])
declare('a header line without an end', flood(OK + b'X-Header: ', b'a' * 65536, 256 * MEGABYTE), 1,
        ['headers are too long'])
declare('interim answers without an end', drip(b'', b'HTTP/1.1 100 Continue\r\n\r\n' * 100, 0), 1,
        ['more than 16 interim answers'])


def gzip_bomb():
    import zlib
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b''.join(packer.compress(b' ' * MEGABYTE) for _ in range(256)) + packer.flush()
    return always(200, packed, headers=['Content-Encoding: gzip'])


declare('a gzip bomb is not unfolded', gzip_bomb(), 1, ['cannot be read'])
declare('200,000 nested arrays', always(200, b'[' * 200000), 1, ['cannot be read'])
declare('200,000 nested arrays in a member', always(200, b'{"access_token":' + b'[' * 200000), 1,
        ['cannot be read'])


@test('a body of 1 MiB is read, and of one byte more is not')
def _(room):
    body = json.dumps(ANSWER).encode()
    result, _ = meet(room, always(200, body + b' ' * (MEGABYTE - len(body))))
    assert_equal(result.code, 0, result.errors)
    with Room() as other:
        result, _ = meet(other, always(200, body + b' ' * (MEGABYTE + 1 - len(body))))
        assert_refused(result, 1, LONG[0])


# Answers that are JSON and yet no credential.

def instead(**members):
    answer = {**ANSWER, **members}
    return always(200, {name: value for name, value in answer.items() if value is not ...})


declare('no access_token', instead(access_token=...), 1, ['access_token'])
declare('access_token null', instead(access_token=None), 1, ['access_token'])
declare('access_token a number', instead(access_token=5), 1, ['access_token'])
declare('access_token an object', instead(access_token={'a': 1}), 1, ['access_token'])
declare('access_token empty', instead(access_token=''), 1, ['empty'])
declare('an array', always(200, [ANSWER]), 1, ['cannot be read'])
declare('a string', always(200, b'"token"'), 1, ['cannot be read'])
declare('two values', always(200, b'{"access_token":"a"}{}'), 1, ['cannot be read'])
declare('a member twice', always(200, b'{"access_token":"a","access_token":"b"}'), 1,
        ['cannot be read'])
declare('not UTF-8', always(200, b'{"access_token":"\xff"}'), 1, ['cannot be read'])
declare('a line feed in the token', instead(access_token=CANARY + '\nhost=evil.example'), 1,
        ['character that no token may have'])
declare('an escape in the token', instead(access_token='\x1b[31m'), 1, ['character'])
declare('a space in the token', instead(access_token='a b'), 1, ['character'])
declare('a token of 70,000 bytes', instead(access_token='a' * 70000), 1,
        ['longer than 65000'])
declare('a token type that is not Bearer', instead(token_type='mac'), 1, ['token_type'])
declare('instance_url a number', instead(instance_url=7), 1, ['instance_url'])
declare('instance_url with user information',
        instead(instance_url='https://acme.my.salesforce.com@evil.example'), 1, ['instance_url'])
declare('instance_url without TLS', instead(instance_url='http://acme.example'), 1,
        ['instance_url'])
declare('a line feed in another member', instead(scope='api\nx'), 1, ['scope'])
declare('a C1 control character in another member', instead(scope='api\x9b31m'), 1, ['scope'])
declare('more values than anyone needs', always(200, {'x': [0] * 10000}), 1, ['too many values'])


@test('a token of 65,000 bytes is taken, of one more is not')
def _(room):
    result, _ = meet(room, instead(access_token='a' * 65000))
    assert_equal(result.code, 0, result.errors)
    with Room() as other:
        result, _ = meet(other, instead(access_token='a' * 65001))
        assert_refused(result, 1, 'longer than 65000')


# Refusals.

def refusal(error, description, status=400, **kwargs):
    return always(status, {'error': error, 'error_description': description}, **kwargs)


declare('a known refusal is explained',
        refusal('invalid_grant', "user hasn't approved this consumer"), 6,
        ['not pre-authorised', r'\(invalid_grant: user hasn\'t approved', 'hint: '])
declare('a refusal with ANSI and bidi characters',
        refusal('invalid_grant', 'a\x1b[31mred\x07 \u202eevil\u2066 \x9b31m\nnext' + 'x' * 5000), 6,
        ['invalid_grant: ared evil'])
declare('a refusal of wrong types', always(400, {'error': ['x'], 'error_description': 5}), 6,
        ['HTTP 400'])
declare('a refusal in HTML', always(403, '<h1>\x1b[31mForbidden</h1>', 'text/html'), 6,
        ['HTTP 403', 'login-url'])
declare('too many requests, asked to wait longer than we may',
        refusal('x', 'y', 429, headers=['Retry-After: 120']), 6,
        ['too many requests', 'hint: wait 120 seconds'])
declare('unavailable, asked to wait longer than we may',
        always(503, 'x', 'text/plain', headers=['Retry-After: 3600']), 5,
        [r'unavailable \(HTTP 503\)'])
declare('unavailable, with a date to wait for',
        always(503, headers=['Retry-After: ' + email.utils.formatdate(time.time() + 900,
                                                                      usegmt=True)]), 5,
        ['HTTP 503'])
declare('unavailable, without a word how long', always(500, ''), 5, ['HTTP 500'], exchanges=3)
declare('unavailable, for one second', always(503, headers=['Retry-After: 1']), 5, ['HTTP 503'],
        exchanges=3)


@test('an issuer that recovers at the third try is no failure')
def _(room):
    result, server = meet(room, in_turn(always(503), always(429), GOOD))
    assert_equal(result.code, 0, result.errors)
    assert_equal(len(server.requests), 3)


@test('a refusal is remembered, so that the next question is not asked')
def _(room):
    result, server = meet(room, refusal('invalid_grant', 'inactive user'))
    assert_refused(result, 6, 'deactivated')
    assert_refused(ask(room), 6, 'deactivated')
    assert_equal(len(server.requests), 1)


# Clocks.

def expiry(request):
    return json.loads(decode(request.form['assertion'][0].split('.')[1]))['exp']


def by_clock(offset):
    """An issuer whose clock is OFFSET seconds ahead, and that minds."""
    def behave(connection, request):
        there = time.time() + offset
        fits = there < expiry(request) < there + 300
        connection.sendall(http(200, ANSWER, ahead=offset) if fits else
                           http(400, {'error': 'invalid_grant',
                                      'error_description': 'assertion expired'}, ahead=offset))
    return behave


for offset, name in ((600, 'behind'), (-600, 'ahead')):
    @test(f'a clock that is ten minutes {name} is corrected by the issuer\'s')
    def _(room, offset=offset):
        before = int(time.time())
        result, server = meet(room, by_clock(offset))
        assert_equal(result.code, 0, result.errors)
        assert_equal(len(server.requests), 2)
        published = int(dict(line.split('=', 1) for line in result.output.splitlines()
                             if '=' in line).get('password_expiry_utc', 0))
        assert_true(before + 800 <= published <= time.time() + 900,
                    f'{published - before} s is not this machine\'s time')

def by_discovery(*headers, ahead):
    """One whose description is dated otherwise than its tokens, as from a cache on the way."""
    def behave(connection, request):
        if request.line.startswith('POST'):
            by_clock(0)(connection, request)
            return
        there = f'https://{request.headers["host"]}'
        connection.sendall(http(200, {'issuer': there, 'token_endpoint': there + '/token'},
                                headers=headers, ahead=ahead))
    return behave


def by_oauth(room, behaviour):
    server = room.serve(HostileServer(behaviour, *server_pair))
    room.configure('acme', issuer='oauth', discover=server.url(), grant='jwt-bearer', key=key,
                   client_id='ci', ca_file=authority.certificate)
    result = room.run('avouch', 'token', 'acme')
    assert_equal((result.code, result.output.strip()), (0, CANARY), result.errors)
    return [request.line.split()[0] for request in server.requests]


@test('a description that a cache on the way kept for an hour tells the time by its age')
def _(room):
    assert_equal(by_oauth(room, by_discovery('Age: 3600', ahead=-3600)), ['GET', 'POST'])


@test('ages that are no ages do no harm')
def _(room):
    for age in ('-1', 'x', '1e9', '9' * 30, '3600, 1', ''):
        with Room() as other:
            assert_equal(by_oauth(other, by_discovery(f'Age: {age}', ahead=0))[0], 'GET')


@test('the clock of whoever describes an issuer is given up for the issuer\'s own')
def _(room):
    assert_equal(by_oauth(room, by_discovery(ahead=-3600)), ['GET', 'POST', 'POST'])


declare('a refusal that the clock does not explain mentions the clock',
        refusal('invalid_grant', 'inactive user', ahead=600), 6,
        ['deactivated', r'clock is (599|600|59\d) s behind the issuer', 'hint: '], exchanges=2)


@test('a clock that is more than a day off is mentioned, and nothing is signed by it')
def _(room):
    for ahead in (86400 + 60, -86400 - 60, 250000000000):
        with Room() as other:
            result, server = meet(other, refusal('invalid_grant', 'assertion expired', ahead=ahead))
            assert_refused(result, 6, r'clock is \d+ s (behind|ahead)')
            assert_equal(len(server.requests), 1)


@test('the try by the issuer\'s clock is the last')
def _(room):
    result, server = meet(room, in_turn(always(503), always(503), refusal('x', 'y', ahead=600),
                                        always(503)))
    assert_refused(result, 5, 'HTTP 503')
    assert_equal(len(server.requests), 4)


declare('a clock that fits is not mentioned',
        refusal('invalid_grant', 'assertion expired'), 6,
        ['had already expired'], exchanges=1)


# Time.

LATE = [r'no whole answer within 2 seconds', 'hint: ']
declare('no answer at all', silence, 5, LATE, timeout=2)
declare('a slow drip of headers', drip(OK, b'X: y\r\n', 0.05), 5, LATE, timeout=2)
declare('a slow drip of the body', drip(OK + b'\r\n', b' ', 0.05), 5, LATE, timeout=2)


@test('a handshake that never ends')
def _(room):
    server = room.serve(HostileServer(lambda connection, request: time.sleep(50)))
    configure(room, server.url(), timeout=2)
    result = ask(room)
    assert_refused(result, 5, LATE[0])
    assert_less(result.seconds, 30)


# Certificates and connections.

declare('a certificate of an unknown authority', GOOD, 5,
        ['no authority trusted here', 'hint: .*ca-file'], exchanges=0,
        pair=stranger.issue('server'))
declare('an expired certificate', GOOD, 5, ['certificate is not accepted: it has expired', 'clock'],
        exchanges=0, pair=authority.issue('old', start='20200101000000Z', end='20210101000000Z'))
declare('a certificate that is not valid yet', GOOD, 5, ['not valid yet', 'clock'], exchanges=0,
        pair=authority.issue('early', start='20450101000000Z', end='20460101000000Z'))
declare('a certificate for another host', GOOD, 5, ['for another host name', 'hint: '],
        exchanges=0, pair=authority.issue('elsewhere', names='DNS:elsewhere.example'))
declare('a name where the certificate has the address only', GOOD, 5, ['for another host name'],
        exchanges=0, pair=authority.issue('address', names='IP:127.0.0.1'))
declare('no ca-file: the system\'s authorities alone', GOOD, 5, ['no authority trusted here'],
        exchanges=0, ca_file=None)
declare('a ca-file that is not there', GOOD, 3, ['ca-file /nonexistent'], exchanges=0,
        ca_file='/nonexistent/ca.pem')
declare('a ca-file that is a device', GOOD, 3, ['ca-file /dev/zero: .*regular'], exchanges=0,
        ca_file='/dev/zero')
declare('a ca-file without a certificate', GOOD, 3, ['ca-file '], exchanges=0, ca_file=key)


@test('a ca-file that everybody may write, or that is too long')
def _(room):
    for mode, padding, code in ((0o666, 0, 3), (0o644, 4 * MEGABYTE, 3), (0o664, 0, 0)):
        content = authority.certificate.read_bytes()
        with Room() as other:
            file = other.write('ca.pem', content + b'\n' * (padding + 1), mode)
            result, server = meet(other, GOOD, ca_file=file)
            assert_equal((result.code, len(server.requests)), (code, 1 - bool(code)), result.errors)


@test('TLS 1.1 is too old')
def _(room):
    server = room.serve(HostileServer(GOOD, *server_pair, oldest=True))
    configure(room, server.url())
    assert_refused(ask(room), 5, 'no TLS later than 1.1', 'hint: ')
    assert_equal(len(server.requests), 0)


@test('a certificate for an address serves the address')
def _(room):
    result, _ = meet(room, GOOD, host='127.0.0.1')
    assert_equal(result.code, 0, result.errors)


@test('a server without TLS')
def _(room):
    server = room.serve(HostileServer(raw(b'HTTP/1.1 400 Bad Request\r\n\r\n')))
    configure(room, server.url())
    assert_refused(ask(room), 5, 'TLS', 'hint: .*HTTPS')


@test('a port where nobody listens')
def _(room):
    with socket.socket() as deaf:
        deaf.bind(('127.0.0.1', 0))  # held, so that nobody else may listen there
        port = deaf.getsockname()[1]
        configure(room, f'https://localhost:{port}')
        assert_refused(ask(room), 5, rf'localhost:{port}: connection refused', 'hint: ')


@test('a name that does not exist')
def _(room):
    configure(room, 'https://nonexistent.invalid')
    assert_refused(ask(room), 5, 'nonexistent.invalid:443: the host name')


# What the environment and the log must not do.

@test('the environment opens no log of keys and no other way out')
def _(room):
    log = room.path / 'keylog'
    server = room.serve(HostileServer(GOOD, *server_pair))
    configure(room, server.url())
    result = ask(room, env={'SSLKEYLOGFILE': str(log), 'https_proxy': 'http://127.0.0.1:1',
                            'all_proxy': 'http://127.0.0.1:1', 'GIO_USE_TLS': 'none',
                            'GIO_EXTRA_MODULES': '/nonexistent', 'SOUP_FORCE_HTTP1': ''})
    assert_equal(result.code, 0, result.errors)
    assert_true(not log.exists(), 'a key log was written')


@test('proxy = environment goes through the proxy, and names it when it fails')
def _(room):
    def forbid(connection, _):
        assert_in(b'CONNECT localhost:', connection.recv(65536))
        connection.sendall(http(403, {'access_token': 'from the proxy'}))
    proxy = room.serve(HostileServer(forbid))
    server = room.serve(HostileServer(GOOD, *server_pair))
    configure(room, server.url(), proxy='environment')
    result = ask(room, env={'https_proxy': f'http://127.0.0.1:{proxy.port}'})
    assert_refused(result, 5, 'roxy')
    assert_equal((proxy.connections, server.connections), (1, 0))
    with Room() as other:
        configure(other, server.url(), proxy='environment')
        result = ask(other, env={'https_proxy': f'http://127.0.0.1:{proxy.port}',
                                 'no_proxy': 'example.org, localhost'})
        assert_equal(result.code, 0, result.errors)
        assert_equal(proxy.connections, 1)


@test('what the proxy says ends without a full stop, and its password is not shown')
def _(room):
    def refuse(connection, _):
        connection.recv(65536)
        connection.sendall(b'\x05\xff')
    proxy = room.serve(HostileServer(refuse))
    configure(room, 'https://localhost:1', proxy=f'socks5://robot:{PASSPHRASE[:7]}@127.0.0.1:{proxy.port}')
    result = ask(room, '-v', '-v')
    assert_equal(result.code, 5, result.errors)
    assert_match(r'SOCKSv5 proxy .*[^.]\n', result.errors)
    assert_not_in(PASSPHRASE[:7], result.errors)


@test('plain http to this machine goes through no proxy')
def _(room):
    proxy = room.serve(HostileServer(GOOD))
    configure(room, 'http://localhost:1', proxy=f'http://127.0.0.1:{proxy.port}')
    assert_refused(ask(room), 5, 'connection refused')
    assert_equal(proxy.connections, 0)


@test('the highest verbosity tells of progress and of no secret')
def _(room):
    secret_key = make_rsa_key(room.keys / 'locked.pem', passphrase=PASSPHRASE)
    file = room.write('home/passphrase', PASSPHRASE + '\n')
    server = room.serve(HostileServer(in_turn(always(503), GOOD), *server_pair))
    configure(room, server.url(), key=secret_key, passphrase=f'file:{file}')
    result = ask(room, '-v', '-v', '-v')
    assert_equal(result.code, 0, result.errors)
    assert_match(r'avouch-mint: POST https://localhost:\d+/services/oauth2/token … 503 in \d+ ms\n'
                 r'avouch-mint: POST .* … 200 in \d+ ms', result.errors)
    assertion = server.requests[0].form['assertion'][0]
    for secret in (CANARY, PASSPHRASE, assertion, assertion.split('.')[2]):
        assert_not_in(secret, result.errors)


# Passphrases.

@test('passphrase = file: one line, readable by its owner')
def _(room):
    locked = make_rsa_key(room.keys / 'locked.pem', passphrase=PASSPHRASE)
    file = room.write('home/passphrase', PASSPHRASE + '\n')
    result, _ = meet(room, GOOD, key=locked, passphrase='file:~/passphrase')
    assert_equal(result.code, 0, result.errors)
    for content, mode, pattern in ((PASSPHRASE, 0o604, 'every user of this machine'),
                                   ('wrong', 0o600, 'passphrase does not open'),
                                   ('', 0o600, 'empty'),
                                   ('x' * 4097, 0o600, 'too long|longer than')):
        file.write_text(content)
        file.chmod(mode)
        with Room() as other:
            result, server = meet(other, GOOD, key=locked, passphrase=f'file:{file}')
            assert_refused(result, 4, pattern)
            assert_equal(len(server.requests), 0)


@test('passphrase = file: one that is not there')
def _(room):
    locked = make_rsa_key(room.keys / 'locked.pem', passphrase=PASSPHRASE)
    result, _ = meet(room, GOOD, key=locked, passphrase='file:/nonexistent/passphrase')
    assert_refused(result, 4, '/nonexistent/passphrase')


@test('passphrase = env: travels from the helper\'s environment')
def _(room):
    locked = make_rsa_key(room.keys / 'locked.pem', passphrase=PASSPHRASE)
    server = room.serve(HostileServer(GOOD, *server_pair))
    configure(room, server.url(), key=locked, passphrase='env:AVOUCH_TEST_PASSPHRASE')
    result = ask(room, env={'AVOUCH_TEST_PASSPHRASE': PASSPHRASE})
    assert_equal(result.code, 0, result.errors)


@test('passphrase = prompt: without a terminal it says so')
def _(room):
    locked = make_rsa_key(room.keys / 'locked.pem', passphrase=PASSPHRASE)
    room.environment.pop('GIT_TERMINAL_PROMPT')
    result, _ = meet(room, GOOD, key=locked, passphrase='prompt')
    assert_refused(result, 4, 'no terminal', 'hint: .*file:PATH')


@test('passphrase = prompt: where git asks nobody, it does not either')
def _(room):
    locked = make_rsa_key(room.keys / 'locked.pem', passphrase=PASSPHRASE)
    result, _ = meet(room, GOOD, key=locked, passphrase='prompt')
    assert_refused(result, 4, 'nobody may be asked', 'hint: .*file:PATH')


def on_terminal(room, type_in):
    """Runs the helper with a terminal of its own; what the terminal showed, and the exit code."""
    child, terminal = pty.fork()
    if child == 0:
        source = os.open(room.write('question', 'protocol=https\nhost=git.example\n\n'), os.O_RDONLY)
        os.dup2(source, 0)
        program = str(TEST_BIN / 'git-credential-avouch')
        os.execve(program, [program, 'get'], room.environment)
    shown = b''
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            piece = os.read(terminal, 4096)
        except OSError:
            break
        shown += piece
        if b': ' in shown and type_in is not None:
            os.write(terminal, type_in)
            type_in = None
    os.close(terminal)
    _, status = os.waitpid(child, 0)
    return shown.decode(), os.waitstatus_to_exitcode(status)


@test('passphrase = prompt: asks on the terminal, without echo')
def _(room):
    locked = make_rsa_key(room.keys / 'locked.pem', passphrase=PASSPHRASE)
    server = room.serve(HostileServer(GOOD, *server_pair))
    configure(room, server.url(), key=locked, passphrase='prompt')
    room.environment.pop('GIT_TERMINAL_PROMPT')
    shown, code = on_terminal(room, PASSPHRASE.encode() + b'\n')
    assert_equal(code, 0, shown)
    assert_in('acme', shown)
    assert_in(CANARY, shown)
    assert_not_in(PASSPHRASE, shown)


# The program itself.

@test('run by hand it says what to do instead')
def _(room):
    assert_match('avouch token', room.run('avouch-mint', '--help').output)
    assert_match(r'^avouch-mint \d', room.run('avouch-mint', '--version').output)
    result = room.run('avouch-mint', '--nonsense')
    assert_equal((result.code, result.output), (2, ''))


@test('a job that is none is answered by an error')
def _(room):
    for job in ('', 'nonsense', 'avouch job 1\n', 'x' * (512 * 1024 + 1)):
        result = room.run('avouch-mint', input=job)
        assert_equal(result.code, 1)
        assert_match(r'^avouch error 1\n', result.output)


main()
