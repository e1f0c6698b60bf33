#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""avouch jwt: what it signs others verify, what others sign it verifies, and what is wrong with a
token or an option is said in so many words."""
import base64
import hashlib
import hmac
import http.server
import json
import os
import pty
import re
import select
import ssl
import subprocess
import threading
import time

from harness import *
from jose import jose_sign, jose_verify

SECRET = '5f2b8b1c0a9d4e7f8a6b3c2d1e0f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f'
METABASE = 'https://metabase.example/embed/dashboard/{jwt}#bordered=true&titled=true'
OLD, FUTURE = 1300819380, 4102444800  # 2011, 2100


def b64(data):
    data = data.encode() if isinstance(data, str) else data
    return base64.urlsafe_b64encode(data).rstrip(b'=').decode()


def part(token, index):
    text = token.strip().split('.')[index]
    return json.loads(base64.urlsafe_b64decode(text + '=' * (-len(text) % 4)))


def hs256(header, payload, secret=SECRET):
    """A token by Python's own HMAC; header and payload as text."""
    start = f'{b64(header)}.{b64(payload)}'
    return f'{start}.{b64(hmac.digest(secret.encode(), start.encode(), "sha256"))}'


def jwt(room, *arguments, input='', code=0, env=None, **options):
    result = room.run('avouch', 'jwt', *arguments, input=input, env=env, **options)
    assert_equal(result.code, code, f'{result.output}{result.errors}')
    if code != 0:
        assert_equal(result.output, '')
    return result


def sign(room, *arguments, **options):
    return jwt(room, 'sign', *arguments, **options).output.strip()


def assert_refused(room, token, *arguments, reason, key=None):
    key = key or ('--secret', room.path / 'secret')
    result = jwt(room, 'verify', *key, *arguments, input=token, code=6)
    assert_match(r'^avouch: refused: ', result.errors)
    assert_match(reason, result.errors)
    for line in token.split('.'):
        if len(line) > 12:
            assert_not_in(line, result.errors)


def make_keys(room):
    """{algorithm: (private key, public key)}"""
    keys = {}
    for algorithm, arguments in {
            'RS256': ('RSA', 'rsa_keygen_bits:2048'), 'ES256': ('EC', 'ec_paramgen_curve:P-256'),
            'ES384': ('EC', 'ec_paramgen_curve:P-384'), 'ES512': ('EC', 'ec_paramgen_curve:P-521'),
            'EdDSA': ('ED25519', None)}.items():
        key, public = room.path / f'{algorithm}.pem', room.path / f'{algorithm}.pub'
        openssl('genpkey', '-algorithm', arguments[0],
                *(['-pkeyopt', arguments[1]] if arguments[1] else []), '-out', key)
        key.chmod(0o600)
        keys[algorithm] = (key, public_key(key, public))
    for algorithm in ('RS384', 'RS512', 'PS256', 'PS384', 'PS512'):
        keys[algorithm] = keys['RS256']
    return keys


def secret_file(room):
    return room.write('secret', SECRET + '\n')


# Signing.

@test('jose verifies what each algorithm signs, and we what jose signs')
def _(room):
    for algorithm, (key, public) in make_keys(room).items():
        token = sign(room, '--key', key, '--algorithm', algorithm, '--iss', 'joe', '--exp', '+5m')
        found = jose_verify(public.read_text(), token, issuer='joe', algorithms=[algorithm])
        assert_equal(found.get('header'), {'alg': algorithm, 'typ': 'JWT'}, f'{found}')
        theirs = jose_sign(key.read_text(), {'iss': 'joe', 'exp': FUTURE}, alg=algorithm)
        named = ['--algorithm', algorithm] if algorithm.startswith('PS') else []
        result = jwt(room, 'verify', '--key', public, '--issuer', 'joe', *named, input=theirs)
        assert_equal((json.loads(result.output), result.errors),
                     ({'iss': 'joe', 'exp': FUTURE}, ''))


@test('jose verifies what a secret signs, and we what jose signs with it')
def _(room):
    jwk = {'kty': 'oct', 'k': b64(SECRET)}
    key = room.write('secret.jwk', json.dumps(jwk))
    secret = secret_file(room)
    for algorithm in ('HS256', 'HS384', 'HS512'):
        for named in (('--secret', secret), ('--key', key)):
            token = sign(room, *named, '--algorithm', algorithm, '--exp', '+5m')
            assert_equal(jose_verify(jwk, token)['header'], {'alg': algorithm, 'typ': 'JWT'})
            theirs = jose_sign(jwk, {'exp': FUTURE}, alg=algorithm)
            jwt(room, 'verify', *named, input=theirs)


@test('the algorithm is the first that fits the key')
def _(room):
    for algorithm, (key, _) in make_keys(room).items():
        if algorithm in ('RS256', 'ES256', 'ES384', 'ES512', 'EdDSA'):
            assert_equal(part(sign(room, '--key', key), 0)['alg'], algorithm)
    assert_equal(part(sign(room, '--secret', secret_file(room)), 0)['alg'], 'HS256')


@test('claims come from options, a file and standard input, and the options win')
def _(room):
    secret = ('--secret', secret_file(room))
    claims = room.write('claims.json', '{"iss": "file", "n": 1, "sub": "ann"}')
    token = sign(room, *secret, '--claims', claims, '--iss', 'option', '--aud', 'a', '--aud', 'b',
                 '--claim', 'text=1=2', '--claim-json', 'list=[1, true, null, {"a": "é"}]',
                 '--exp', str(FUTURE), '--nbf', '2011-03-22T18:43:00Z', '--iat', '0')
    assert_equal(part(token, 1),
                 {'iss': 'option', 'n': 1, 'sub': 'ann', 'aud': ['a', 'b'], 'text': '1=2',
                  'list': [1, True, None, {'a': 'é'}], 'iat': 0, 'nbf': OLD, 'exp': FUTURE})
    assert_equal(part(sign(room, *secret, '--claims', '-', input='{"a": 1}'), 1), {'a': 1})
    assert_equal(part(sign(room, *secret, '--aud', 'a'), 1), {'aud': 'a'})
    assert_equal(part(sign(room, *secret), 1), {})


@test('relative times count from now')
def _(room):
    before = int(time.time())
    claims = part(sign(room, '--secret', secret_file(room), '--exp', '+5m', '--nbf', '-30s',
                       '--iat', 'now'), 1)
    after = int(time.time())
    for name, offset in {'exp': 300, 'nbf': -30, 'iat': 0}.items():
        assert_true(before <= claims[name] - offset <= after, f'{name}: {claims}')


@test('a random jti differs each time')
def _(room):
    secret = ('--secret', secret_file(room))
    names = {part(sign(room, *secret, '--jti', 'random'), 1)['jti'] for _ in range(5)}
    assert_equal((len(names), {len(name) for name in names}), (5, {22}))
    assert_equal(part(sign(room, *secret, '--jti', 'mine'), 1)['jti'], 'mine')


@test('the header has typ and kid, those of the JWK by default')
def _(room):
    secret = ('--secret', secret_file(room))
    assert_equal(part(sign(room, *secret, '--typ', '', '--kid', 'k', '--header', 'cty=x',
                           '--header-json', 'n=[1]'), 0),
                 {'alg': 'HS256', 'kid': 'k', 'cty': 'x', 'n': [1]})
    key = room.write('key.jwk', json.dumps({'kty': 'oct', 'k': b64(SECRET), 'kid': 'mine',
                                            'alg': 'HS512'}))
    assert_equal(part(sign(room, '--key', key), 0), {'alg': 'HS512', 'typ': 'JWT', 'kid': 'mine'})
    result = jwt(room, 'sign', '--key', key, '--algorithm', 'HS256', code=4)
    assert_in('whose "alg" says HS512', result.errors)


@test('a profile gives its key, its passphrase, its algorithm and its key-id')
def _(room):
    key = make_rsa_key(room.path / 'rsa.pem', passphrase='s3cret')
    room.configure('acme', issuer='salesforce', login_url='https://acme.example', client_id='x',
                   username='y', key=key, passphrase=f'file:{room.write("pass", "s3cret")}',
                   key_id='robot', serve='https://acme.example')
    token = sign(room, '--profile', 'acme', '--exp', '+5m')
    assert_equal(part(token, 0), {'alg': 'RS256', 'typ': 'JWT', 'kid': 'robot'})
    jwt(room, 'verify', '--profile', 'acme', input=token)
    assert_in('there is no profile "acem"',
              jwt(room, 'sign', '--profile', 'acem', code=3).errors)


@test('a keystore asks for its passphrase by where it is')
def _(room):
    key, store = make_rsa_key(room.path / 'rsa.pem'), room.path / 'rsa.p12'
    openssl('req', '-x509', '-new', '-key', key, '-subj', '/CN=x', '-days', '2', '-out',
            room.path / 'rsa.crt')
    openssl('pkcs12', '-export', '-inkey', key, '-in', room.path / 'rsa.crt', '-name', 'robot',
            '-passout', 'pass:s3cret', '-out', store)
    store.chmod(0o600)
    room.write('pass', 's3cret')
    for place, env in (('file:pass', {}), ('env:PASS', {'PASS': 's3cret'})):
        token = sign(room, '--key', 'rsa.p12', '--key-alias', 'ROBOT', '--passphrase', place,
                     env=env)
        jwt(room, 'verify', '--key', 'rsa.crt', input=token)
        jwt(room, 'verify', '--key', 'rsa.p12', '--passphrase', place, input=token, env=env)
    assert_match('no passphrase is configured\nhint: .*--passphrase',
                 jwt(room, 'sign', '--key', 'rsa.p12', code=4).errors)
    assert_in('does not open it', jwt(room, 'sign', '--key', 'rsa.p12', '--passphrase', 'env:PASS',
                                      env={'PASS': 'wrong'}, code=4).errors)
    result = jwt(room, 'sign', '--key', 'rsa.p12', '--passphrase', 's3cret', code=2)
    assert_in('--passphrase: says none of the places', result.errors)
    assert_not_in('s3cret', result.errors)


@test('a secret may be text, hexadecimal, Base64 or base64url')
def _(room):
    raw = bytes(range(200, 240))
    for name, text in {'hex': raw.hex(), 'base64': base64.b64encode(raw).decode(),
                       'base64url': b64(raw)}.items():
        token = sign(room, '--secret', room.write('coded', text + '\n'), '--secret-encoding', name)
        start, _, signature = token.rpartition('.')
        assert_equal(signature, b64(hmac.digest(raw, start.encode(), 'sha256')), name)
        assert_in('the secret is not', jwt(room, 'sign', '--secret', room.write('bad', 'ä!' * 40),
                                           '--secret-encoding', name, code=4).errors)
    for end in ('', '\n', '\r\n'):
        token = sign(room, '--secret', room.write('plain', SECRET + end))
        assert_equal(token, hs256('{"alg":"HS256","typ":"JWT"}', '{}'))
    assert_equal(sign(room, '--secret', 'env:S', env={'S': SECRET}), token)
    assert_equal(token == sign(room, '--secret', room.write('plain', SECRET + '\n\n')), False)


@test('a Metabase dashboard is embedded by a URL that Metabase\'s own recipe makes')
def _(room):
    result = jwt(room, 'sign', '--secret', 'env:METABASE_SECRET_KEY', '--typ', 'JWT',
                 '--claim-json', 'resource={"dashboard":1}', '--claim-json', 'params={}',
                 '--exp', str(FUTURE), '--url-template', METABASE,
                 env={'METABASE_SECRET_KEY': SECRET})
    token = hs256('{"alg":"HS256","typ":"JWT"}',
                  f'{{"resource":{{"dashboard":1}},"params":{{}},"exp":{FUTURE}}}')
    assert_equal((result.output, result.errors), (METABASE.replace('{jwt}', token) + '\n', ''))
    assert_equal(jose_verify({'kty': 'oct', 'k': b64(SECRET)}, token)['claims'],
                 {'resource': {'dashboard': 1}, 'params': {}, 'exp': FUTURE})


@test('a URL template that would not give one URL is refused before any key is opened')
def _(room):
    for template, reason in {
            'https://x.example/': 'must be in it once',
            'https://x.example/{jwt}/{jwt}': 'must be in it once',
            'https://{jwt}.example/': 'path, query or fragment',
            '{jwt}': 'path, query or fragment',
            'ftp://x.example/{jwt}': 'not an http or https URL',
            'javascript://x/{jwt}': 'not an http or https URL',
            'https://me:pw@x.example/{jwt}': 'user',
            'https://x.example/{jwt}\nhttps://y': 'control character',
            'https://x.example/#{jwt}<script>': 'fragment',
            'https://x.example/a b{jwt}': 'character'}.items():
        result = jwt(room, 'sign', '--key', 'nowhere.pem', '--url-template', template, code=2)
        assert_match(f'^avouch: --url-template: .*{reason}', result.errors)
    for template in ('http://metabase.lan:3000/embed/{jwt}', 'https://x.example/?t={jwt}&a=b',
                     'HTTPS://x.example/#{jwt}'):
        url = sign(room, '--secret', secret_file(room), '--url-template', template)
        assert_match(r'^https?://[^{}\s]+\.[^{}\s]+\.', url.lower())


@test('--json tells programs token, URL, header and claims')
def _(room):
    answer = json.loads(jwt(room, 'sign', '--secret', secret_file(room), '--exp', str(FUTURE),
                            '--url-template', 'https://x.example/{jwt}', '--json').output)
    assert_equal(set(answer), {'token', 'url', 'algorithm', 'header', 'claims'})
    assert_equal(answer['url'], 'https://x.example/' + answer['token'])
    assert_equal(answer['claims'], {'exp': FUTURE})


@test('a token without an end is signed with a note')
def _(room):
    secret = ('--secret', secret_file(room))
    assert_in('note: the token never expires', jwt(room, 'sign', *secret).errors)
    assert_equal(jwt(room, 'sign', *secret, '--quiet').errors, '')
    assert_equal(jwt(room, 'sign', *secret, '--exp', '+1m').errors, '')


@test('each mistake in signing has its message, and none repeats a value')
def _(room):
    key, secret = make_rsa_key(room.path / 'rsa.pem'), secret_file(room)
    public = public_key(key, room.path / 'rsa.pub')
    public.chmod(0o600)
    room.write('twice.json', '{"a": 1, "a": 2}')
    room.write('list.json', '[]')
    room.write('short', 'x' * 31)
    room.write('open', SECRET).chmod(0o644)
    for arguments, code, reason in (
            ((), 2, 'no key is named'),
            (('--key', key, '--secret', secret), 2, 'more than one key'),
            (('--secret', secret, '--key-alias', 'x'), 2, 'do not go with --secret'),
            (('--key', key, '--secret-encoding', 'hex'), 2, 'goes with --secret only'),
            (('--key', 'nowhere'), 4, 'cannot read the key'),
            (('--key', public), 4, 'it is a public key'),
            (('--key', 'https://x.example/key'), 2, 'not fetched from a URL'),
            (('--secret', SECRET), 4, 'a file that is not there'),
            (('--secret', 'env:NOWHERE'), 4, 'the variable is not set'),
            (('--secret', 'fd:x'), 2, 'stands a number'),
            (('--secret', public), 4, r'it is a key \(PEM\)'),
            (('--secret', 'short'), 4, 'has 31 bytes; HS256 needs 32'),
            (('--secret', 'open'), 4, 'every user of this machine'),
            (('--secret', secret, '--secret-encoding', 'rot13'), 2, 'no secret encoding'),
            (('--secret', secret, '--algorithm', 'RS256'), 4, 'this is a secret'),
            (('--key', key, '--algorithm', 'HS256'), 4, 'HS256 does not fit the key'),
            (('--key', key, '--algorithm', 'none'), 2, '"none" is no signature'),
            (('--key', key, '--algorithm', 'rs256'), 2, 'no algorithm "rs256"'),
            (('--key', key, '--exp', '5m'), 2, '--exp: it is not a time'),
            (('--key', key, '--exp', '+5m', '--claim', 'exp=1'), 2, '"exp" is given twice'),
            (('--key', key, '--claim', 'x'), 2, '--claim takes NAME=TEXT'),
            (('--key', key, '--claim', '=x'), 2, '--claim takes NAME=TEXT'),
            (('--key', key, '--claim-json', 'x=hidden'), 2, '--claim-json x: invalid JSON'),
            (('--key', key, '--claim-json', 'x=1,"y":2'), 2, 'something follows the value'),
            (('--key', key, '--claim-json', 'x=1', '--claim', 'x=1'), 2, 'given twice'),
            (('--key', key, '--claims', 'twice.json'), 2, 'twice.json: .*the same name twice'),
            (('--key', key, '--claims', 'list.json'), 2, 'is not an object'),
            (('--key', key, '--claims', 'nowhere'), 2, 'cannot read nowhere'),
            (('--key', key, '--header', 'alg=none'), 2, 'follows from the key'),
            (('--key', key, '--header-json', 'crit=["x"]'), 2, 'extensions that avouch does not'),
            (('--key', key, '--header', 'kid=a', '--kid', 'b'), 2, '"kid" is given twice')):
        result = jwt(room, 'sign', *arguments, code=code)
        assert_match(reason, result.errors)
        assert_not_in('hidden', result.errors)
        assert_not_in(SECRET, result.errors)


# Verifying.

@test('openssl verifies what we sign')
def _(room):
    key, public = make_keys(room)['RS256']
    start, _, signature = sign(room, '--key', key).rpartition('.')
    room.write('input', start)
    room.write('signature', base64.urlsafe_b64decode(signature + '=='))
    openssl('dgst', '-sha256', '-verify', public, '-signature', room.path / 'signature',
            room.path / 'input')


@test('a token is taken from standard input or a file, with what people copy along')
def _(room):
    secret_file(room)
    token = hs256('{"alg":"HS256"}', f'{{"exp":{FUTURE}}}')
    for text in (token, f'\n  {token}\r\n', f'Bearer {token}\n', f'bearer  {token}'):
        for arguments, given in (((), text), (('token',), ''), (('--token-file', 'token'), ''),
                                 (('-',), text)):
            room.write('token', text)
            result = jwt(room, 'verify', '--secret', 'secret', *arguments, input=given)
            assert_equal(json.loads(result.output), {'exp': FUTURE})
    for words in (['verify', '--secret', 'secret'], ['decode']):
        assert_in('once', jwt(room, *words, '--token-file', 'token', 'token', code=2).errors)


@test('a token as an argument is refused and not repeated')
def _(room):
    token = hs256('{"alg":"HS256"}', '{}')
    for words in (['jwt', 'decode', token], ['jwt', 'decode', f'Bearer {token}'],
                  ['jwt', 'verify', token], ['jwt', 'verify', '--token-file', token],
                  ['jwt', 'decode', '--token-file', 'file', token],
                  ['jwt', 'decode', 'file', token], ['jwt', 'sign', token], ['jwt', token],
                  [token], ['jwt', 'decode', f'--token={token}'], ['token', 'a', token]):
        result = room.run('avouch', *words)
        assert_equal((result.code, result.output), (2, ''))
        assert_not_in(token[:20], result.errors)
        assert_match("shell's history|unknown option --token", result.errors)


@test('what is wrong with a token is its refusal, with status 6')
def _(room):
    secret_file(room)
    good = hs256('{"alg":"HS256"}', f'{{"exp":{FUTURE}}}')
    start, _, signature = good.rpartition('.')
    for token, reason in {
            '': 'the input is empty',
            'hello': 'number of parts is 1',
            good + '.x': 'number of parts is 4',
            'a.b.c.d.e': 'JWE',
            f'{start}.': 'the signature does not fit',
            f'{start}.{b64(b"x" * 31)}': 'the signature does not fit',
            f'{start}.{signature}=': 'the signature: invalid base64url',
            hs256('{"alg":"HS256"}', '{}', 'x' * 40): 'the signature does not fit',
            f'{b64("{}")}..': '"alg" is missing',
            f'{b64(json.dumps({"alg": "none"}))}.{b64("{}")}.': 'it is not signed',
            hs256('{"alg":"HS256","alg":"none"}', '{}'): 'the same name twice',
            hs256('{"alg":"HS256","crit":["x"],"x":1}', '{}'): 'has "crit"',
            hs256('{"alg":"HS256"}', 'hello'): 'the payload holds no claims',
            hs256('{"alg":"HS256"}', '{"a":1,"a":2}'): 'the payload holds no claims: .*twice',
            hs256('{"alg":"HS256"}', f'{{"exp":{OLD}}}'): 'it expired at 2011-03-22T18:43:00Z',
            hs256('{"alg":"HS256"}', '{"exp":"never"}'): '"exp" is not a number',
            hs256('{"alg":"HS256"}', f'{{"nbf":{FUTURE}}}'): 'not valid before 2100-01-01T00:00:00Z',
            hs256('{"alg":"HS256"}', f'{{"iat":{FUTURE}}}'): 'issued at 2100-01-01T00:00:00Z',
            hs256('{"alg":"HS256","kid":5}', '{}'): '"kid" is not a string'}.items():
        assert_refused(room, token, reason=reason)


@test('the whole of a token is bounded')
def _(room):
    secret_file(room)
    token = hs256('{"alg":"HS256"}', '{"x":"' + 'a' * 700_000 + '"}')
    jwt(room, 'verify', '--secret', 'secret', '--quiet', input=token)
    token = hs256('{"alg":"HS256"}', '{"x":"' + 'a' * 787_000 + '"}')
    assert_refused(room, token, reason='longer than 1048576 bytes')
    assert_refused(room, 'A' * 3_000_000, reason='longer than')


@test('audience, issuer, subject and required claims are checked')
def _(room):
    secret_file(room)
    token = hs256('{"alg":"HS256"}', f'{{"exp":{FUTURE},"aud":["a","b"],"iss":"i","sub":"s"}}')
    for good in (('--audience', 'b'), ('--audience', 'x', '--audience', 'a'), ('--issuer', 'i'),
                 ('--subject', 's'), ('--require', 'exp', '--require', 'sub')):
        jwt(room, 'verify', '--secret', 'secret', *good, input=token)
    for bad, reason in {('--audience', 'x'): r'it is for \["a","b"\], not for x',
                        ('--issuer', 'I'): 'its "iss" is "i", and must be "I"',
                        ('--subject', 'x'): 'its "sub" is "s", and must be "x"',
                        ('--require', 'jti'): 'it has no "jti"'}.items():
        assert_refused(room, token, *bad, reason=reason)


@test('what was not checked is said')
def _(room):
    secret_file(room)
    token = hs256('{"alg":"HS256"}', '{"aud":"a"}')
    result = jwt(room, 'verify', '--secret', 'secret', input=token)
    assert_in('note: the token never expires', result.errors)
    assert_in('note: its audience was not checked', result.errors)
    result = jwt(room, 'verify', '--secret', 'secret', '--quiet', input=token)
    assert_equal(result.errors, '')
    result = jwt(room, 'verify', '--secret', 'secret', '--audience', 'a', '--no-time-check',
                 input=token)
    assert_equal(result.errors, '')


@test('--leeway allows for clocks that differ, and --no-time-check for any time')
def _(room):
    secret_file(room)
    now = int(time.time())
    token = hs256('{"alg":"HS256"}', f'{{"exp":{now - 60}}}')
    assert_refused(room, token, reason='hint: --leeway')
    assert_refused(room, token, '--leeway', '10', reason='it expired')
    jwt(room, 'verify', '--secret', 'secret', '--leeway', '3600', input=token)
    jwt(room, 'verify', '--secret', 'secret', '--no-time-check', input=token)
    for text in ('-1', '1.5', '5m', '86401', ''):
        assert_in('--leeway takes a whole number', jwt(room, 'verify', '--secret', 'secret',
                                                       '--leeway', text, code=2).errors)


@test('a public key is no secret of an HMAC, and PS256 is not taken for RS256')
def _(room):
    key, public = make_keys(room)['RS256']
    forged = hs256('{"alg":"HS256"}', f'{{"exp":{FUTURE}}}', public.read_text())
    assert_refused(room, forged, key=('--key', public), reason='HS256 does not fit the key')
    token = sign(room, '--key', key, '--algorithm', 'PS256', '--exp', '+5m')
    assert_refused(room, token, key=('--key', public), reason='hint: .*--algorithm PS256')
    jwt(room, 'verify', '--key', public, '--algorithm', 'PS256', input=token)
    token = sign(room, '--key', key, '--exp', '+5m')
    assert_refused(room, token, '--algorithm', 'RS512', key=('--key', public),
                   reason='only RS512 is accepted')
    der = subprocess.run(['openssl', 'pkey', '-pubin', '-in', public, '-outform', 'DER'],
                         check=True, capture_output=True).stdout
    pkcs1 = subprocess.run(['openssl', 'rsa', '-pubin', '-in', public, '-RSAPublicKey_out',
                            '-outform', 'DER'], check=True, capture_output=True).stdout
    for content in (public.read_bytes(), der, pkcs1):
        (room.path / 'known').write_bytes(content)
        (room.path / 'coded').write_bytes(base64.b64encode(content))
        for name, encoding in (('known', 'plain'), ('coded', 'base64')):
            (room.path / name).chmod(0o600)
            assert_in('not a bare secret',
                      jwt(room, 'sign', '--secret', room.path / name, '--secret-encoding',
                          encoding, code=4).errors)


@test('--raw verifies the signature alone and prints any payload as it is')
def _(room):
    secret_file(room)
    for payload in ('hello', '{"exp":1}', ''):
        token = hs256('{"alg":"HS256"}', payload)
        result = jwt(room, 'verify', '--secret', 'secret', '--raw', input=token)
        assert_equal((result.output, result.errors), (payload, ''))
    token = hs256('{"alg":"HS256"}', '\0\x1b[31m\xff')
    result = jwt(room, 'verify', '--secret', 'secret', '--raw', input=token)
    assert_equal(result.raw, '\0\x1b[31m\xff'.encode())
    assert_refused(room, hs256('{"alg":"HS256"}', 'x', 'y' * 40), '--raw', reason='does not fit')
    assert_in('--raw looks at the signature alone',
              jwt(room, 'verify', '--secret', 'secret', '--raw', '--issuer', 'x', code=2).errors)


@test('--json tells programs what was verified, and with which key')
def _(room):
    key, public = make_keys(room)['ES256']
    token = sign(room, '--key', key, '--exp', str(FUTURE), '--kid', 'robot')
    answer = json.loads(jwt(room, 'verify', '--key', public, '--json', input=token).output)
    assert_equal(answer, {'verified': True, 'algorithm': 'ES256',
                          'key': {'kind': 'EC', 'bits': 256, 'kid': None},
                          'header': {'alg': 'ES256', 'typ': 'JWT', 'kid': 'robot'},
                          'claims': {'exp': FUTURE}})


# Keys that an issuer publishes.

def ec_jwk(public, **members):
    text = subprocess.run(['openssl', 'pkey', '-pubin', '-in', public, '-noout', '-text'],
                          check=True, capture_output=True, encoding='ascii', timeout=60).stdout
    digits = re.sub(r'[^0-9a-f]', '', re.search(r'pub:\n((?: +[0-9a-f:]+\n)+)', text).group(1))
    point = bytes.fromhex(digits)[1:]
    return {'kty': 'EC', 'crv': 'P-256', 'x': b64(point[:32]), 'y': b64(point[32:]), **members}


class Publisher:
    """An issuer's web server: PATHS gives status and body."""

    def __init__(self, room, paths, tls=None):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                status, body = paths.get(self.path, (404, 'no'))
                self.send_response(status)
                if status == 302:
                    self.send_header('Location', body)
                self.send_header('Content-Length', str(len(body.encode())))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f'{"https" if tls else "http"}://127.0.0.1:{self.server.server_address[1]}'
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        room.serve(self)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@test('a JWK set is fetched by https, and its key chosen by kid')
def _(room):
    key, public = make_keys(room)['ES256']
    authority = Authority(room.path / 'ca')
    jwks = json.dumps({'keys': [ec_jwk(public, kid='new', use='enc'),
                                {'kty': 'unheard-of', 'kid': 'odd'},
                                ec_jwk(public, kid='robot', alg='ES256', use='sig')]})
    server = Publisher(room, {'/jwks': (200, jwks)}, authority.issue('server'))
    url = ('--key', f'{server.url}/jwks')
    token = sign(room, '--key', key, '--kid', 'robot', '--exp', str(FUTURE))
    answer = jwt(room, 'verify', *url, '--ca-file', authority.certificate, '--json', input=token)
    assert_equal(json.loads(answer.output)['key'], {'kind': 'EC', 'bits': 256, 'kid': 'robot'})
    assert_in('certificate', jwt(room, 'verify', *url, input=token, code=5).errors)
    trusted = (*url, '--ca-file', authority.certificate)
    for kid, reason in {'stale': 'has the "kid" that it names: stale',
                        'new': 'cannot be used: its "use"',
                        'odd': 'cannot be used: its "kty"'}.items():
        other = sign(room, '--key', key, '--kid', kid, '--exp', str(FUTURE))
        assert_refused(room, other, key=trusted, reason=reason)
    plain = sign(room, '--key', key, '--exp', str(FUTURE))
    jwt(room, 'verify', *trusted, input=plain)


@test('what a server says instead of keys is an error, and a published secret is none')
def _(room):
    secret_file(room)
    token = hs256('{"alg":"HS256"}', f'{{"exp":{FUTURE}}}')
    secret = json.dumps({'keys': [{'kty': 'oct', 'k': b64(SECRET)}]})
    server = Publisher(room, {'/secret': (200, secret), '/moved': (302, '/secret'),
                              '/html': (200, '<html>'), '/big': (200, ' ' * 1_100_000),
                              '/busy': (403, 'no'), '/empty': (200, '{"keys":[]}'),
                              '/twice': (200, '{"keys":[],"keys":[]}')})
    for path, code, reason in (('secret', 4, 'is none once it is published'),
                               ('moved', 1, 'redirect'), ('html', 4, 'nothing that signatures'),
                               ('big', 1, 'longer'), ('busy', 5, 'status 403 instead of keys'),
                               ('nowhere', 5, 'status 404 instead of keys'),
                               ('empty', 4, 'JWK set is empty'), ('twice', 4, 'twice')):
        result = jwt(room, 'verify', '--key', f'{server.url}/{path}', input=token, code=code)
        assert_match(reason, result.errors)
    for url, reason in {'http://x.example/jwks': 'plain http may be anybody',
                        'https://u:p@x.example/': 'user', 'ftp://x.example/': 'http'}.items():
        assert_match(reason, jwt(room, 'verify', '--key', url, input=token, code=2).errors)
    assert_in('go with the URL', jwt(room, 'verify', '--key', 'x', '--proxy', 'environment',
                                     input=token, code=2).errors)


# Decoding.

@test('decode shows header and claims, with dates beside the numbers, and says it is unverified')
def _(room):
    now = int(time.time())
    token = hs256('{"alg":"HS256","kid":"k"}', json.dumps(
        {'iss': 'joe', 'exp': OLD, 'nbf': FUTURE, 'iat': now - 7200, 'auth_time': 1.5e9,
         'n': [1, {'a': 'b'}], 'text': '12', 'on': True, 'updated_at': 'x', 'f': 0.1}))
    output = jwt(room, 'decode', input=token).output
    assert_match(r'\ANOT VERIFIED', output)
    for pattern in (r'(?m)^  alg  HS256$', r'(?m)^  kid  k$', r'(?m)^  iss +joe$',
                    r'(?m)^  exp +1300819380  \(2011-03-22T18:43:00Z, expired \d+ d \d+ h ago\)$',
                    r'(?m)^  nbf +4102444800  \(2100-01-01T00:00:00Z, not valid yet: in ',
                    r'(?m)^  iat +\d+  \(.*Z, 2 h 0 min ago\)$',
                    r'(?m)^  auth_time +1500000000  \(2017-07-14T02:40:00Z, ',
                    r'(?m)^  n +\[1, \{"a": "b"\}\]$', r'(?m)^  text +"12"$', r'(?m)^  on +true$',
                    r'(?m)^  updated_at +x  \(not a time\)$', r'(?m)^  f +0\.1$',
                    r'(?m)^  32 bytes, not checked$'):
        assert_match(pattern, output)


@test('decode --json is for programs')
def _(room):
    token = hs256('{"alg":"HS256"}', f'{{"exp":{OLD},"iat":"x"}}')
    assert_equal(json.loads(jwt(room, 'decode', '--json', input=token).output),
                 {'verified': False, 'header': {'alg': 'HS256'},
                  'claims': {'exp': OLD, 'iat': 'x'}, 'times': {'exp': '2011-03-22T18:43:00Z'},
                  'expired': True})
    answer = json.loads(jwt(room, 'decode', '--json', input=hs256('{"alg":"none"}', 'x')).output)
    assert_equal(answer, {'verified': False, 'header': {'alg': 'none'}, 'claims': None})


@test('decode lets nothing through that a terminal would obey')
def _(room):
    nasty = '\x1b[31m\x07\u202e\u200b\u0085\u2028\x7f\n\U000e0041'
    claims = json.dumps({nasty: nasty, 'a': [nasty], 'é': 'ü\U0001f600'}, ensure_ascii=False)
    raw = json.dumps({'a': [nasty], nasty: nasty, 'é': 'ü\U0001f600'})
    for payload in (raw, claims.replace('\x7f', '\\u007f')):
        token = hs256('{"alg":"HS256"}', payload)
        for arguments in ((), ('--json',)):
            output = jwt(room, 'decode', *arguments, input=token).output
            for character in '\x1b\x07\u202e\u200b\u0085\u2028\x7f\U000e0041':
                assert_not_in(character, output)
            assert_in('ü\U0001f600', output)
            assert_in('\\u001b', output)
        answer = json.loads(jwt(room, 'decode', '--json', input=token).output)
        assert_equal(answer['claims'][nasty], nasty)
    result = jwt(room, 'verify', '--secret', secret_file(room), '--audience', 'x',
                 input=hs256('{"alg":"HS256"}', json.dumps({'aud': nasty})), code=6)
    assert_not_in('\x1b', result.errors)
    assert_not_in('\u202e', result.errors)


@test('decode says what a payload is that holds no claims, and what is no token')
def _(room):
    for payload, line in {'hello': '5 bytes, no JSON object: hello', '': '0 bytes, no JSON object',
                          '[1]': '3 bytes, no JSON object: "[1]"', 'a\0b': '3 bytes, no text'}.items():
        assert_in(line, jwt(room, 'decode', input=hs256('{"alg":"HS256"}', payload)).output)
    for text in ('', 'hello', 'a.b.c', '...', '\0', 'eyJ.eyJ.eyJ', '{}'):
        assert_match(r'^avouch: \S', jwt(room, 'decode', input=text, code=1).errors)
    jwt(room, 'decode', input=os.urandom(5000), code=1)


@test('a terminal is told what is awaited, and an oversized line is not cut in silence')
def _(room):
    token = hs256('{"alg":"HS256"}', '{"a":"b"}')
    shown, code = on_terminal(room, ['avouch', 'jwt', 'decode'], token + '\n')
    assert_in('Paste the token and press Enter:', shown)
    assert_match(r'a +b', shown)
    assert_equal(code, 0)
    shown, code = on_terminal(room, ['avouch', 'jwt', 'decode'], 'e' * 5000 + '\n')
    assert_in('a terminal takes no more than 4095 characters', shown)
    assert_equal(code, 2)


def on_terminal(room, words, typed):
    """What a terminal shows, and the exit status."""
    master, slave = pty.openpty()
    process = subprocess.Popen([TEST_BIN / words[0], *words[1:]], stdin=slave, stdout=slave,
                               stderr=slave, env=room.environment, start_new_session=True)
    os.close(slave)
    shown = b''
    pending = typed.encode()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        wanted = [master] if pending and b'Paste' in shown else []
        readable, writable, _ = select.select([master], wanted, [], 1)
        if writable:
            pending = pending[os.write(master, pending[:256]):]
        if readable:
            try:
                data = os.read(master, 4096)
            except OSError:  # the other end is closed
                break
            if not data:
                break
            shown += data
    os.close(master)
    return shown.decode('utf-8', 'replace').replace('\r\n', '\n'), process.wait(timeout=60)


main()
