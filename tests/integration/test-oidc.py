#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The issuer `oauth` against an OpenID provider that is not ours (see oidc.mjs)."""
import json
import shutil
import time
import urllib.parse

from harness import *
from jose import *
from oidc import *

API = 'https://api.example'


def set_up(room, **settings):
    """A provider that knows the key, and the profile `ci` for it."""
    key = make_rsa_key(room.keys / 'ci.pem')
    provider = start_oidc(room, jwk_of(room, key))
    configure(room, provider, key=key, **settings)
    return provider


def configure(room, provider, name='ci', **settings):
    room.configure(name, **{'issuer': 'oauth', 'discover': provider.issuer,
                            'grant': 'client-credentials', 'client_id': 'ci',
                            'ca_file': provider.ca, **settings})


def log_in(room, profile='ci', *options):
    done = room.run('avouch', 'token', profile, *options)
    assert_equal((done.code, done.errors), (0, ''))
    return done.output.strip()


def refuse(room, pattern, profile='ci', code=6):
    done = room.run('avouch', 'token', profile)
    assert_equal((done.code, done.output), (code, ''), done.errors)
    assert_match(pattern, done.errors)
    assert_not_in('eyJ', done.errors)
    return done.errors


@test('client credentials by an assertion give an access token that the provider vouches for')
def _(room):
    provider = set_up(room, audience_as='form.resource', audience=API, scope='read')
    token = log_in(room)
    key, = provider.jwks()['keys']
    found = jose_verify(key, token, issuer=provider.issuer, audience=API)
    assert_equal(found['claims']['client_id'], 'ci')
    assert_equal(found['claims']['scope'], 'read')


@test('the endpoint is discovered once, and the token asked for once')
def _(room):
    provider = set_up(room)
    first = log_in(room)
    assert_equal(log_in(room), first)
    calls = provider.control()
    assert_equal(calls, ['GET /.well-known/openid-configuration', 'POST /token'])
    log_in(room, 'ci', '--fresh')
    assert_equal(provider.control(), ['POST /token'])


@test('a token lives as long as the provider says')
def _(room):
    set_up(room)
    told = json.loads(room.run('avouch', 'token', 'ci', '--format', 'json').output)
    assert_true(500 < told['expires_at'] - time.time() <= 600, told)


@test('the provider knows the token as active when the client asks by another assertion')
def _(room):
    provider = set_up(room)
    token = log_in(room)
    done = room.run('avouch', 'jwt', 'sign', '--key', room.keys / 'ci.pem', '--iss', 'ci', '--sub',
                    'ci', '--aud', provider.issuer, '--exp', '+1m', '--jti', 'random')
    form = {'token': token, 'client_assertion': done.output.strip(),
            'client_assertion_type': 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'}
    told = provider.call(f'{provider.issuer}/token/introspection',
                         urllib.parse.urlencode(form).encode())
    assert_equal((told['active'], told['client_id']), (True, 'ci'))


@test('a request narrows the token to an audience and a scope of its own')
def _(room):
    provider = set_up(room, audience_as='form.resource', audience=API, scope='read')
    narrowed = log_in(room, 'ci', '--audience', 'https://other.example')
    key, = provider.jwks()['keys']
    assert_equal(jose_verify(key, narrowed)['claims']['aud'], 'https://other.example')
    assert_equal(jose_verify(key, log_in(room))['claims']['aud'], API)
    assert_equal(len(provider.logins()), 2)


@test('the JWT bearer grant gives an ID token of whom the profile names')
def _(room):
    provider = set_up(room, grant='jwt-bearer', username='robot', use='id_token',
                      client_authentication='private-key-jwt', audience=API)
    key, = provider.jwks()['keys']
    found = jose_verify(key, log_in(room), issuer=provider.issuer, audience=API)
    assert_equal(found['claims']['sub'], 'robot')


def declare(algorithm, kind, *option):
    @test(f'{algorithm}: the provider takes the assertion')
    def _(room):
        key = room.keys / 'ci.pem'
        openssl('genpkey', '-algorithm', kind, *option, '-out', key)
        key.chmod(0o600)
        provider = start_oidc(room, jwk_of(room, key))
        configure(room, provider, key=key, algorithm=algorithm)
        log_in(room)


declare('PS256', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048')
declare('ES256', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256')
declare('ES384', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384')
declare('EdDSA', 'ED25519')


PIN = '40718253'
TOKEN_TOOLS = ('softhsm2-util', 'p11tool')


def make_token(room, key):
    """A PKCS#11 token of the room's own that holds KEY and its certificate."""
    if not all(shutil.which(program) for program in TOKEN_TOOLS):
        skip('SoftHSM or p11tool is not installed')
    folder = room.path / 'tokens'
    folder.mkdir()
    room.write(room.home / '.config' / 'softhsm2' / 'softhsm2.conf',
               f'directories.tokendir = {folder}\nobjectstore.backend = file\n')
    certificate = room.path / 'ci.crt'
    openssl('req', '-x509', '-key', key, '-subj', '/CN=ci', '-days', '30', '-out', certificate)
    for command in (
            ['softhsm2-util', '--init-token', '--free', '--label', 'hsm', '--so-pin', PIN, '--pin', PIN],
            *(['p11tool', '--batch', '--login', f'--set-pin={PIN}', '--write', f'--load-{what}', file,
               '--label', 'ci', '--id', '01', 'pkcs11:token=hsm']
              for what, file in (('privkey', key), ('certificate', certificate)))):
        assert_equal(room.run(*command).code, 0, command[0])
    return room.write('pin', PIN)


def declare_token(algorithm, kind, *option):
    @test(f'{algorithm}: the provider takes the assertion of a key that stays in its token')
    def _(room):
        key = room.path / 'ci.pem'
        openssl('genpkey', '-algorithm', kind, *option, '-out', key)
        key.chmod(0o600)
        pin = make_token(room, key)
        provider = start_oidc(room, jwk_of(room, key))
        configure(room, provider, key='pkcs11:token=hsm;object=ci', passphrase=f'file:{pin}',
                  algorithm=algorithm, thumbprint='both')
        log_in(room)
        configure(room, provider, 'named', key='pkcs11:token=hsm;object=ci',
                  passphrase=f'file:{pin}', algorithm=algorithm, certificate=room.path / 'ci.crt')
        log_in(room, 'named')


declare_token('RS256', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048')
declare_token('PS256', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048')
declare_token('ES256', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256')


@test('an assertion for somebody else is refused, and the hint names what to compare')
def _(room):
    set_up(room, assertion_audience='https://other.example')
    refuse(room, r'(?s)the application is not known.*invalid_client.*hint: .*assertion-audience')


@test('a key that the provider does not know is refused')
def _(room):
    provider = set_up(room)
    configure(room, provider, 'other', key=make_rsa_key(room.keys / 'other.pem'))
    refuse(room, r'(?s)invalid_client.*hint: .*public key', 'other')


@test('a client that the provider does not know is refused')
def _(room):
    set_up(room, client_id='nobody')
    refuse(room, r'(?s)invalid_client.*hint: compare client-id')


@test('an assertion whose jti was seen before is refused')
def _(room):
    provider = set_up(room)
    provider.control('replay=1')
    refuse(room, 'invalid_client')
    assert_in('invalid_client: client assertion tokens must only be used once', provider.control())


@test('each assertion has a jti of its own')
def _(room):
    provider = set_up(room)
    for _ in range(3):
        log_in(room, 'ci', '--fresh')
    assert_equal(len(provider.logins()), 3)


@test('an assertion that has expired is refused, whichever grant it is for')
def _(room):
    provider = set_up(room)
    configure(room, provider, 'bearer', key=room.keys / 'ci.pem', grant='jwt-bearer',
              username='robot', client_authentication='private-key-jwt', assertion_lifetime=60)
    configure(room, provider, 'brief', key=room.keys / 'ci.pem', assertion_lifetime=60)
    provider.control('ahead=120')
    refuse(room, r'(?s)invalid_client.*hint: .*clock', 'brief')
    assert_in('invalid_client: jwt expired', provider.control())
    refuse(room, 'invalid_client', 'bearer')


@test('a scope that the client may not have is refused and explained')
def _(room):
    key = make_rsa_key(room.keys / 'ci.pem')
    provider = start_oidc(room, jwk_of(room, key), scope='openid')
    configure(room, provider, key=key, scope='read')
    refuse(room, r'(?s)does not give this application such a scope.*hint: compare `scope`')


@test('an ID token that the grant does not give is missed by name')
def _(room):
    set_up(room, use='id_token')
    refuse(room, r"(?s)the issuer's answer has no id_token.*hint: .*openid", code=1)


@test('an issuer that calls itself otherwise is not believed')
def _(room):
    provider = set_up(room)
    configure(room, provider, 'moved', key=room.keys / 'ci.pem',
              discover=provider.issuer.replace('localhost', '127.0.0.1'))
    refuse(room, r'calls itself https://localhost:\d+, and https://127\.0\.0\.1:\d+ was asked',
           'moved')
    assert_equal(provider.logins(), [])


@test('a place that is no issuer is explained')
def _(room):
    provider = set_up(room)
    configure(room, provider, 'lost', key=room.keys / 'ci.pem', discover=provider.cluster)
    refuse(room, r'(?s)does not describe itself at /\.well-known/openid-configuration \(HTTP 401\)'
                 r'.*hint: .*token-url', 'lost')


@test('a token endpoint that is written down needs no discovery')
def _(room):
    provider = set_up(room)
    configure(room, provider, 'direct', key=room.keys / 'ci.pem', discover=None,
              token_url=f'{provider.issuer}/token')
    log_in(room, 'direct')
    assert_equal(provider.control(), ['POST /token'])


@test('the whole URL of the description will do in place of the issuer')
def _(room):
    provider = set_up(room)
    configure(room, provider, 'whole', key=room.keys / 'ci.pem',
              discover=f'{provider.issuer}/.well-known/openid-configuration')
    log_in(room, 'whole')


main()
