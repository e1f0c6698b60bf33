#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The issuer vault, against a server that keeps Vault's documented rules: the JWT is verified by
openssl, tokens are known by X-Vault-Token, leases are renewed and revoked."""
import json
import os
import time

from harness import *
from hostile import HostileServer, always, http, in_turn
from rs256 import verify, TokenError

ROLE = 'robot'
AUDIENCE = 'https://vault.example'


class Vault:
    """A behaviour for HostileServer. LEASE: seconds; RENEWS: how often a token may be renewed."""

    def __init__(self, public_key, lease=3600, renews=1, renewable=True, namespace=None):
        self.public_key = public_key
        self.lease, self.renews = lease, renews
        self.renewable, self.namespace = renewable, namespace
        self.live = {}
        self.log = []

    def __call__(self, connection, request):
        method, path, _ = request.line.split(' ')
        self.log.append(path.rpartition('/')[2])
        connection.sendall(http(*self.answer(method, path, request)))

    def answer(self, method, path, request):
        if request.headers.get('x-vault-namespace') != self.namespace:
            return 404, {'errors': ['no handler for route']}
        if path == '/v1/auth/jwt/login':
            return self.login(json.loads(request.body))
        token = request.headers.get('x-vault-token')
        if token not in self.live:
            return 403, {'errors': ['2 errors occurred:\n\t* permission denied\n'
                                    '\t* invalid token\n\n']}
        if 'authorization' in request.headers:
            return 400, {'errors': ['two tokens']}
        return self.authorized(method, path, token)

    def authorized(self, method, path, token):
        if (method, path) == ('POST', '/v1/auth/token/renew-self'):
            self.live[token] -= 1
            if self.live[token] < 0:
                return 400, {'errors': ['lease is not renewable']}
            return 200, self.auth(token)
        if (method, path) == ('POST', '/v1/auth/token/revoke-self'):
            del self.live[token]
            return 204, b''
        if (method, path) == ('GET', '/v1/auth/token/lookup-self'):
            return 200, {'data': {'display_name': 'jwt-robot', 'path': 'auth/jwt/login',
                                  'entity_id': '7d2e3179-f69b-450c-7179-ac8ee8bd8ca9'}}
        if path == '/v1/secret/data/x':
            return 200, {'data': {'data': {'password': 'pw'}}}
        return 403, {'errors': ['1 error occurred:\n\t* permission denied\n\n']}

    def login(self, body):
        try:
            claims = verify(body['jwt'], self.public_key, AUDIENCE)
        except TokenError as error:
            return 400, {'errors': [f'error validating token: {error}']}
        if body['role'] != ROLE or claims['sub'] != 'ci':
            return 400, {'errors': [f'role "{body["role"]}" could not be found']}
        token = f'hvs.{len(self.log):024d}'
        self.live[token] = self.renews
        return 200, self.auth(token)

    def auth(self, token):
        return {'request_id': 'x', 'lease_id': '', 'renewable': False, 'lease_duration': 0,
                'data': None, 'wrap_info': None, 'warnings': None, 'mount_type': '',
                'auth': {'client_token': token, 'accessor': 'a', 'policies': ['default'],
                         'token_policies': ['default'], 'metadata': {'role': ROLE},
                         'lease_duration': self.lease, 'renewable': self.renewable,
                         'entity_id': 'e', 'orphan': True, 'num_uses': 0,
                         'mfa_requirement': None,
                         'token_type': 'service' if self.renewable else 'batch'}}


def start(room, behaviour=None, **options):
    """A Vault and a profile for it; SETTINGS of the profile have their own names in OPTIONS."""
    names = ('lease', 'renews', 'renewable', 'namespace')
    vault_options = {name: options[name] for name in names if name in options}
    settings = {name: value for name, value in options.items()
                if name not in ('lease', 'renews', 'renewable')}
    key = make_rsa_key(room.keys / 'it.pem')
    authority = Authority(room.path / 'ca')
    vault = behaviour or Vault(public_key(key, room.path / 'it.pub'), **vault_options)
    server = room.serve(HostileServer(vault, *authority.issue('localhost')))
    server.vault = vault
    room.configure('it', **{'issuer': 'vault', 'vault-url': server.url(), 'role': ROLE, 'key': key,
                            'username': 'ci', 'audience': AUDIENCE,
                            'ca-file': authority.certificate, **settings})
    return server


def succeeds(done):
    assert_equal(done.code, 0, done.errors)
    return done.output.strip()


def cached(room):
    file, = room.credential_files()
    return file


def age(room, seconds):
    """Makes the cached credential older, as if it had been there for so long."""
    import hashlib
    file = cached(room)
    lines = file.read_bytes().splitlines(keepends=True)[:-1]
    aged = []
    for line in lines:
        name, equals, value = line.partition(b'=')
        if name in (b'issued-at', b'expires-at', b'refresh-at'):
            line = name + equals + str(int(value) - seconds).encode() + b'\n'
        aged.append(line)
    content = b''.join(aged)
    file.write_bytes(content + b'sum=' + hashlib.sha256(content).hexdigest().encode() + b'\n')


@test('a login gives a token, kept for its lease')
def _(room):
    server = start(room)
    token = succeeds(room.run('avouch', 'token', 'it'))
    assert_match(r'^hvs\.', token)
    assert_equal(succeeds(room.run('avouch', 'token', 'it')), token)
    assert_equal(server.vault.log, ['login'])
    shown = json.loads(succeeds(room.run('avouch', 'token', 'it', '--json')))
    assert_less(abs(shown['expires_at'] - time.time() - 3570), 30)
    assert_equal(shown['details']['renewable'], 'true')


@test('a token that is due is prolonged, and not asked for anew')
def _(room):
    server = start(room)
    token = succeeds(room.run('avouch', 'token', 'it'))
    age(room, 3000)
    assert_equal(succeeds(room.run('avouch', 'token', 'it')), token)
    wait_until(lambda: 'renew-self' in server.vault.log)
    wait_until(lambda: json.loads(succeeds(room.run('avouch', 'token', 'it', '--json')))
               ['expires_at'] > time.time() + 3000)
    assert_equal(succeeds(room.run('avouch', 'token', 'it')), token)
    assert_equal(server.vault.log, ['login', 'renew-self'])


@test('what Vault does not prolong ends in a login')
def _(room):
    server = start(room, renews=0)
    token = succeeds(room.run('avouch', 'token', 'it'))
    age(room, 3000)
    succeeds(room.run('avouch', 'token', 'it'))
    wait_until(lambda: server.vault.log == ['login', 'renew-self', 'login'])
    wait_until(lambda: succeeds(room.run('avouch', 'token', 'it')) != token)


@test('a batch token is never sent to be prolonged')
def _(room):
    server = start(room, renewable=False)
    succeeds(room.run('avouch', 'token', 'it'))
    age(room, 3000)
    succeeds(room.run('avouch', 'token', 'it'))
    wait_until(lambda: len(server.vault.log) == 2)
    assert_equal(server.vault.log, ['login', 'login'])


def lease(seconds, warnings=None, **auth):
    return {'warnings': warnings, 'auth': {'client_token': 'hvs.x', 'lease_duration': seconds,
                                           'renewable': True, **auth}}


@test('a lease that met its bound is not prolonged again')
def _(room):
    capped = ['TTL of "1h" exceeded the effective max_ttl of "30m"; TTL value is capped accordingly']
    start(room, always(200, lease(1800, capped)))
    shown = json.loads(succeeds(room.run('avouch', 'token', 'it', '--json')))
    assert_equal(shown['details']['renewable'], 'false')


@test('another\'s token is sent in the place of a JWT, from a file and from another profile')
def _(room):
    server = start(room)
    key = room.keys / 'it.pem'
    room.configure('jwt', issuer='self-signed', key=key, username='ci', audience=AUDIENCE)
    common = {'issuer': 'vault', 'vault-url': server.url(), 'role': ROLE,
              'ca-file': room.path / 'ca' / 'ca.pem'}
    room.write('jwt', succeeds(room.run('avouch', 'token', 'jwt')) + '\n', 0o644)
    room.configure('file', **common, **{'subject-token': f'file:{room.path}/jwt'})
    room.configure('other', **common, **{'subject-token': 'profile:jwt'})
    for name in ('file', 'other'):
        assert_match(r'^hvs\.', succeeds(room.run('avouch', 'token', name)))
    done = room.run('avouch', 'doctor', 'other')
    assert_equal(done.code, 0, done.output)
    assert_in('none is needed', done.output)


@test('what was fetched for one token of the environment is not handed out to another')
def _(room):
    server = start(room)
    room.configure('jwt', issuer='self-signed', key=room.keys / 'it.pem', username='ci',
                   audience=AUDIENCE)
    room.configure('stranger', issuer='self-signed', key=room.keys / 'it.pem', username='ci',
                   audience='https://other.example')
    given, other = ({'CI_TOKEN': succeeds(room.run('avouch', 'token', name)).strip()}
                    for name in ('jwt', 'stranger'))
    room.configure('env', **{'issuer': 'vault', 'vault-url': server.url(),
                             'role': ROLE, 'ca-file': room.path / 'ca' / 'ca.pem',
                             'subject-token': 'env:CI_TOKEN'})
    succeeds(room.run('avouch', 'token', 'env', env=given))
    done = room.run('avouch', 'token', 'env', env=other)
    assert_equal((done.code, done.output), (6, ''), done.errors)


@test('a command gets the token under the names of vault and bao')
def _(room):
    server = start(room, namespace='team/a')
    done = room.run('avouch', 'run', 'it', '--', 'env', env={'VAULT_AGENT_ADDR': 'x',
                                                            'VAULT_TOKEN': 'old'})
    lines = succeeds(done).splitlines()
    token = succeeds(room.run('avouch', 'token', 'it'))
    for prefix in ('VAULT', 'BAO'):
        for name, value in (('TOKEN', token), ('ADDR', server.url()), ('NAMESPACE', 'team/a')):
            assert_in(f'{prefix}_{name}={value}', lines)
    assert_not_in('VAULT_AGENT_ADDR', done.output)


@test('without a namespace that of the environment does not pass')
def _(room):
    start(room)
    done = room.run('avouch', 'run', 'it', '--', 'env', env={'VAULT_NAMESPACE': 'other'})
    assert_not_in('NAMESPACE', succeeds(done))


@test('a request is sent with Vault\'s own header, and a token that is over is replaced')
def _(room):
    server = start(room)
    assert_in('"pw"', succeeds(room.run('avouch', 'request', 'it', '/v1/secret/data/x')))
    server.vault.live.clear()
    assert_in('"pw"', succeeds(room.run('avouch', 'request', 'it', '/v1/secret/data/x')))
    assert_equal(server.vault.log, ['login', 'x', 'x', 'login', 'x'])


@test('a path that the policies forbid makes no new login')
def _(room):
    server = start(room)
    done = room.run('avouch', 'request', 'it', '/v1/sys/seal')
    assert_equal(done.code, 6, done.errors)
    assert_in('permission denied', done.errors)
    assert_in('token_policies', done.errors)
    assert_equal(server.vault.log, ['login', 'seal'])


@test('whoami asks for the token\'s own entry')
def _(room):
    start(room)
    assert_in('jwt-robot', succeeds(room.run('avouch', 'whoami', 'it')))


@test('revoke ends the token at Vault')
def _(room):
    server = start(room)
    succeeds(room.run('avouch', 'token', 'it'))
    assert_in('revoked: 1', succeeds(room.run('avouch', 'revoke', 'it')))
    assert_equal((server.vault.live, room.credential_files()), ({}, []))


@test('each refusal is explained')
def _(room):
    cases = [
        (400, 'role "x" could not be found', 'no such role'),
        (400, 'missing role', 'no default role'),
        (400, 'role with oidc role_type is not allowed', 'browser'),
        (400, 'error validating token: invalid audience (aud) claim: audience claim does not match '
              'any bound audience', 'bound_audiences'),
        (400, 'audience claim found in JWT but no audiences bound to the role', 'bound_audiences'),
        (400, 'error validating claims: sub claim does not match bound subject', 'bound_subject'),
        (400, 'error validating token: invalid issuer (iss) claim', 'bound_issuer'),
        (400, 'error validating claims: claim "env" does not match any associated bound claim '
              'values', 'bound_claims'),
        (400, 'claim "sub" not found in token', 'user_claim'),
        (400, 'error validating token: invalid expiration time (exp) claim: token is expired',
         'not valid at this time'),
        (400, 'error validating token: no known key successfully validated the token signature',
         'jwks_url'),
        (400, 'request originated from invalid CIDR', 'token_bound_cidrs'),
        (403, 'permission denied', 'mount'),
        (404, 'no handler for route "auth/jwt/login". route entry not found.', 'mount'),
        (400, 'something new', 'something new'),
    ]
    answers = in_turn(*(always(status, {'errors': [text]}) for status, text, _ in cases))
    start(room, answers, cache='none')
    for status, text, told in cases:
        done = room.run('avouch', 'token', 'it')
        assert_equal(done.code, 6, f'{text}: {done.errors}')
        assert_in(told, done.errors)


@test('a node that answers nobody is no refusal')
def _(room):
    cases = [(472, 'disaster recovery'), (473, 'standby'), (503, 'Vault is sealed')]
    for status, told in cases:
        with Room() as other:
            start(other, always(status, {'errors': ['Vault is sealed']}))
            done = other.run('avouch', 'token', 'it')
            assert_equal(done.code, 5, done.errors)
            assert_in(told, done.errors)


@test('too many requests hold back the profile')
def _(room):
    server = start(room, always(429, {'errors': ['request path "auth/jwt/login": rate limit quota '
                                                 'exceeded']}, headers=['Retry-After: 60']))
    assert_equal(room.run('avouch', 'token', 'it').code, 6)
    count = len(server.requests)
    done = room.run('avouch', 'token', 'it')
    assert_equal(done.code, 6)
    assert_equal(len(server.requests), count)


@test('an answer that is not whole is no token')
def _(room):
    deep = b'{"auth":' * 40 + b'1' + b'}' * 40
    cases = [
        b'', b'[]', b'<html>', deep, {'auth': None}, {'auth': []}, {'auth': {'lease_duration': 5}},
        lease(3600, client_token=None), lease(3600, client_token=5),
        lease(3600, client_token=''), lease(3600, client_token='a\nb'),
        lease(3600, client_token='x' * 70000), lease('3600'), lease(-5), lease(59), lease(10 ** 30),
        lease(3600, renewable='yes'), lease(3600, mfa_requirement=5),
    ]
    server = start(room, in_turn(*(always(200, body) for body in cases)), cache='none')
    for number, body in enumerate(cases):
        done = room.run('avouch', 'token', 'it')
        assert_equal((done.code, done.output), (1, ''), f'{number}: {done}')
        assert_equal(len(server.requests), number + 1)


@test('a login that wants a second factor says so')
def _(room):
    start(room, always(200, lease(0, client_token='', mfa_requirement={'mfa_request_id': 'x'})))
    done = room.run('avouch', 'token', 'it')
    assert_equal(done.code, 6, done.errors)
    assert_in('second factor', done.errors)


@test('a token without an end is taken for a while, and one of years for one')
def _(room):
    start(room, in_turn(always(200, lease(0)), always(200, lease(10 ** 12))), cache='none')
    for span in (900, 366 * 86400):
        shown = json.loads(succeeds(room.run('avouch', 'token', 'it', '--json')))
        assert_less(abs(shown['expires_at'] + 30 - time.time() - span), 30)


@test('profile add: a subject-token needs no key, and claims are set like anything else')
def _(room):
    sets = ['issuer=vault', 'vault-url=https://v.example', 'role=ci']
    done = room.run('avouch', 'profile', 'add', 'v', *(f'--set={text}' for text in sets),
                    '--set=subject-token=env:CI_TOKEN')
    assert_equal(done.code, 0, done.errors)
    assert_equal(list(room.keys.iterdir()), [])
    key = make_rsa_key(room.keys / 'it.pem')
    done = room.run('avouch', 'profile', 'add', 'w', *(f'--set={text}' for text in sets),
                    '--key', key, '--set=claim.https://acme.example/Role=x')
    assert_equal(done.code, 0, done.errors)
    assert_in('claim.https://acme.example/Role', room.run('avouch', 'profile', 'show', 'w').output)
    done = room.run('avouch', 'profile', 'add', 'x', '--set=issuer=vault')
    assert_equal(done.code, 2)
    assert_in('missing: --set vault-url=…', done.errors)


@test('settings that cannot be meant are told with their line')
def _(room):
    cases = [({'vault-url': 'http://vault.example'}, 'vault-url'),
             ({'vault-url': 'https://v.example/?a'}, 'vault-url'), ({'mount': '../sys'}, 'mount'),
             ({'mount': '/jwt'}, 'mount'), ({'namespace': 'a\\sb"'}, 'namespace'),
             ({'subject-token': '/x'}, 'subject-token'), ({'key': None}, 'subject-token'),
             ({'assertion-lifetime': '9'}, 'assertion-lifetime'), ({'rôle': 'x'}, '')]
    key = make_rsa_key(room.keys / 'it.pem')
    for number, (settings, told) in enumerate(cases):
        with Room() as other:
            other.configure('it', **{'issuer': 'vault', 'vault-url': 'https://v.example',
                                     'key': key, **settings})
            done = other.run('avouch', 'token', 'it')
            assert_in(told, done.errors)
            assert_equal(done.code, 3, f'{number}: {done}')


main()
