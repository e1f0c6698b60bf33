#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Keys that stay in a PKCS#11 token (SoftHSM, in a private HOME), and keys in a JWK set. The demo
host verifies what they sign."""
import base64
import json
import pathlib
import re
import shutil
import subprocess

from demohost import *
from harness import *

PIN = '40718253'
TOOLS = ('softhsm2-util', 'p11tool', 'pkcs11-tool')
MODULES = ('/etc/pkcs11/modules', '/usr/share/p11-kit/modules')
URI = 'pkcs11:token=robot;object=key'


def run(room, program, *arguments, fails=False):
    done = subprocess.run([program, *map(str, arguments)], env=room.environment, timeout=60,
                          capture_output=True, check=False, encoding='utf-8')
    assert_equal(done.returncode != 0, fails, f'{program}: {done.stdout}{done.stderr}')
    return done.stdout


def find_module():
    """SoftHSM's, where the system's p11-kit configuration has it."""
    for file in (file for folder in MODULES for file in pathlib.Path(folder).glob('*softhsm*')):
        return re.search(r'^module:\s*(\S+)', file.read_text(), re.M).group(1)
    return skip('p11-kit does not know SoftHSM')


class Token:
    """A token of the room's own. avouch-mint learns from HOME alone where it is."""

    def __init__(self, room):
        if not all(shutil.which(program) for program in TOOLS):
            skip('not all of SoftHSM, p11tool and pkcs11-tool are installed')
        self.module = find_module()
        self.room = room
        folder = room.path / 'tokens'
        folder.mkdir()
        room.write(room.home / '.config' / 'softhsm2' / 'softhsm2.conf',
                   f'directories.tokendir = {folder}\nobjectstore.backend = file\n'
                   'log.level = ERROR\n')
        run(room, 'softhsm2-util', '--init-token', '--free', '--label', 'robot', '--so-pin',
            '12345678', '--pin', PIN)
        self.store, = folder.iterdir()

    def put(self, what, file, *options):
        """WHAT: privkey, pubkey or certificate."""
        run(self.room, 'p11tool', '--batch', '--login', f'--set-pin={PIN}', '--write',
            f'--load-{what}', file, '--label', 'key', '--id', '01', *options, 'pkcs11:token=robot')

    def log_in(self, pin=PIN):
        run(self.room, 'pkcs11-tool', '--module', self.module, '--token-label', 'robot', '--login',
            '--pin', pin, '--list-objects', fails=pin != PIN)

    def cost(self, action):
        """How often ACTION makes SoftHSM write down the token's state, as a refused PIN does."""
        before = self.state()
        action()
        return self.state() - before

    def state(self):
        return int.from_bytes((self.store / 'token.object').read_bytes()[:8], 'big')


def start(room, pem, **settings):
    """A demo host that knows the certificate of PEM, a key, and a profile for it."""
    host = room.serve(DemoHost(room, make_certificate(pem, room.path / 'robot.crt')))
    room.configure('demo', issuer='salesforce', login_url=host.url, client_id=CLIENT_ID,
                   username=USERNAME, ca_file=host.ca, serve=host.url, **settings)
    return host


def start_token(room, *options, pin=PIN, **settings):
    token = Token(room)
    key = make_rsa_key(room.path / 'rsa.pem')
    passphrase = None if pin is None else f'file:{room.write("pin", pin)}'
    host = start(room, key, **{**dict(key=URI, passphrase=passphrase), **settings})
    token.put('privkey', key, *options)
    return token, host


def assert_logs_in(room, host):
    result = room.run('avouch', 'token', 'demo')
    assert_equal((result.code, result.errors), (0, ''))
    assert_equal(host.exchanges(), 1)


def assert_refused(room, *patterns):
    result = room.run('avouch', 'token', 'demo')
    assert_equal((result.code, result.output), (4, ''), result.errors)
    for pattern in patterns:
        assert_match(pattern, result.errors)
    assert_not_in(PIN, result.errors)


# A token.

@test('a key in a token signs')
def _(room):
    _, host = start_token(room)
    assert_logs_in(room, host)


@test('its certificate may stand beside it, and is compared')
def _(room):
    token, host = start_token(room, key='pkcs11:model=SoftHSM%20v2;id=%01;type=private')
    token.put('certificate', room.path / 'robot.crt')
    assert_logs_in(room, host)
    with Room() as other:
        token, host = start_token(other)
        stranger = make_rsa_key(other.path / 'stranger.pem')
        token.put('certificate', make_certificate(stranger, other.path / 'stranger.crt'))
        assert_refused(other, 'does not belong to the certificate')
        assert_equal(host.exchanges(), 0)


@test('a token that wants its PIN for each signature gets it')
def _(room):
    _, host = start_token(room, '--mark-always-authenticate')
    assert_logs_in(room, host)


@test('key-passphrase is the PIN where both are set')
def _(room):
    _, host = start_token(room, pin='9999', key_passphrase=f'file:{room.write("key-pin", PIN)}')
    assert_logs_in(room, host)


@test('a wrong PIN is tried once, and no PIN again before another program\'s log-in')
def _(room):
    token, host = start_token(room, pin='9999')
    one = token.cost(lambda: token.log_in('0000'))
    assert_true(one > 0, 'SoftHSM does not count')
    token.log_in()
    assert_equal(token.cost(lambda: assert_refused(room, 'does not take the PIN', 'tried once')),
                 one)
    for pin in ('9999', '8888', PIN):
        room.write('pin', pin)
        assert_equal(token.cost(lambda: assert_refused(room, 'a wrong PIN was entered before',
                                                       'hint: .*p11tool --login')), 0)
    token.log_in()
    assert_logs_in(room, host)


@test('a token that wants a PIN, and no passphrase')
def _(room):
    start_token(room, pin=None)
    assert_refused(room, 'wants a PIN, and no passphrase is configured', 'hint: .*passphrase = ')


@test('no such token, and no such key')
def _(room):
    start_token(room, key='pkcs11:token=other;object=key')
    assert_refused(room, 'no token matches; there are: .*token=robot', 'hint: ')
    with Room() as other:
        start_token(other, key='pkcs11:token=robot;object=other')
        assert_refused(other, 'no such private key', 'hint: .*--list-privkeys')


@test('a URI that holds a PIN, or names a module, is refused before anything is loaded')
def _(room):
    key = make_rsa_key(room.path / 'rsa.pem')
    start(room, key, key=f'{URI}?pin-value={PIN}')
    assert_refused(room, 'holds a PIN', 'hint: remove it, change the PIN')
    with Room() as other:
        start(other, key, key=f'{URI}?module-path=/tmp/evil.so')
        assert_refused(other, 'module-path', 'hint: .*p11-kit')


# A JWK set.

def number(value, size=0):
    size = size or (value.bit_length() + 7) // 8
    return base64.urlsafe_b64encode(value.to_bytes(size, 'big')).rstrip(b'=').decode()


def jwk(key, **members):
    """The private JWK of an RSA key in PEM, as openssl prints its numbers."""
    text = subprocess.run(['openssl', 'rsa', '-in', key, '-noout', '-text'], check=True,
                          capture_output=True, encoding='ascii', timeout=60).stdout

    def printed(name):
        digits = re.search(rf'^{name}:\n((?: +[0-9a-f:]+\n)+)', text, re.M).group(1)
        return number(int(re.sub(r'[^0-9a-f]', '', digits), 16))
    return {'kty': 'RSA', 'e': 'AQAB', 'n': printed('modulus'), 'd': printed('privateExponent'),
            'p': printed('prime1'), 'q': printed('prime2'), 'dp': printed('exponent1'),
            'dq': printed('exponent2'), 'qi': printed('coefficient'), **members}


def public(key):
    return {name: key[name] for name in ('kty', 'n', 'e', 'kid')}


@test('a key of a JWK set signs: the only private one, or the one that key-alias names')
def _(room):
    key, other = (make_rsa_key(room.path / name) for name in ('a.pem', 'b.pem'))
    first, second = jwk(key, kid='robot', use='sig'), jwk(other, kid='spare')
    lone = room.write('lone.jwk', json.dumps({'keys': [public(second), first]}))
    assert_logs_in(room, start(room, key, key=lone))
    with Room() as room2:
        both = room2.write('set.jwk', json.dumps({'keys': [second, first]}))
        assert_logs_in(room2, start(room2, key, key=both, key_alias='robot'))
    with Room() as room3:
        both = room3.write('set.jwk', json.dumps({'keys': [second, first]}))
        start(room3, key, key=both)
        assert_refused(room3, 'it holds 2 keys, and no alias says which: spare, robot',
                       'hint: .*key-alias')


@test('a public JWK is no key to sign with')
def _(room):
    key = make_rsa_key(room.path / 'a.pem')
    start(room, key, key=room.write('public.jwk', json.dumps(public(jwk(key, kid='robot')))))
    assert_refused(room, 'it is a public key')


main()
