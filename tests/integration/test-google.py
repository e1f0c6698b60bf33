#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Google service account: its JSON file as the key, and the assertion beside that of Google's own
library, request by request. TEST_GOOGLE names the folder whose node_modules has google-auth-library
(./dev deps)."""
import base64
import json
import os
import pathlib
import shutil

from harness import *
from hostile import HostileServer, always
from jose import *

SCRIPT = pathlib.Path(__file__).parent.parent / 'mock' / 'google.mjs'
FOLDER = os.environ.get('TEST_GOOGLE')
ACCOUNT = 'robot@acme.iam.gserviceaccount.com'
SCOPE = 'https://www.googleapis.com/auth/cloud-platform https://www.googleapis.com/auth/drive'
# What the library has compiled in; the vendor's guide, and our preset, have the newer name.
LIBRARY_AUDIENCE = 'https://www.googleapis.com/oauth2/v4/token'
ANSWER = {'access_token': 'ya29.token', 'token_type': 'Bearer', 'expires_in': 3599}


def make_account(room, **more):
    pem = make_rsa_key(room.path / 'robot.pem').read_text()
    account = {'type': 'service_account', 'project_id': 'acme', 'private_key_id': '0123abcd',
               'private_key': pem, 'client_email': ACCOUNT, 'client_id': '1234567890',
               'token_uri': 'https://attacker.example/token', **more}
    return room.write(room.keys / 'account.json', json.dumps(account))


def start(room, status=200, answer=None, **settings):
    authority = Authority(room.path / 'ca')
    server = room.serve(HostileServer(always(status, answer or ANSWER),
                                      *authority.issue('localhost')))
    room.configure('google', preset='google', token_url=server.url() + '/token',
                   ca_file=authority.certificate, key=make_account(room), scope=SCOPE, **settings)
    room.environment['NODE_EXTRA_CA_CERTS'] = str(authority.certificate)
    return server


def log_in(room):
    done = room.run('avouch', 'token', 'google')
    assert_equal((done.code, done.errors), (0, ''))
    return done.output.strip()


def assertion(request):
    assert_equal(request.form['grant_type'], ['urn:ietf:params:oauth:grant-type:jwt-bearer'])
    token, = request.form['assertion']
    header, claims, _ = token.split('.')
    return (json.loads(base64.urlsafe_b64decode(part + '==')) for part in (header, claims))


def declare(title, subject):
    @test(f"the library's assertion and ours agree claim by claim{title}")
    def _(room):
        if not FOLDER or shutil.which('node') is None:
            skip('TEST_GOOGLE is not set (./dev deps installs google-auth-library)')
        server = start(room, assertion_audience=LIBRARY_AUDIENCE, assertion_lifetime=3600,
                       username=subject)
        assert_equal(log_in(room), 'ya29.token')
        done = room.run('node', '--no-warnings', SCRIPT, FOLDER, room.keys / 'account.json',
                        server.url() + '/token', SCOPE, *([subject] if subject else []))
        assert_equal((done.code, done.output.strip()), (0, 'ya29.token'), done.errors)
        ours, theirs = server.requests
        (own_header, own), (header, claims) = assertion(ours), assertion(theirs)
        assert_equal(set(ours.form), set(theirs.form))
        assert_equal({own.pop('exp') - own['iat'], claims.pop('exp') - claims['iat']}, {3600})
        assert_less(abs(own.pop('iat') - claims.pop('iat')), 60)
        assert_match(r'^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$', own.pop('jti'))
        assert_equal(own, claims)
        assert_equal(own_header, {**header, 'typ': 'JWT', 'kid': '0123abcd'})


declare('', None)
declare(' on behalf of a user', 'admin@acme.example')


@test('the preset alone: the account of the file, the audience and scope of the guide')
def _(room):
    server = start(room)
    log_in(room)
    request, = server.requests
    header, claims = assertion(request)
    assert_equal(header['kid'], '0123abcd')
    assert_equal((claims['iss'], claims['aud'], claims['scope'], 'sub' in claims),
                 (ACCOUNT, 'https://oauth2.googleapis.com/token', SCOPE, False))
    pem = room.run('openssl', 'pkey', '-in', room.path / 'robot.pem', '-pubout').output
    assert_equal(jose_verify(pem, request.form['assertion'][0])['claims'], claims)


@test('the profile names another account and key id than the file')
def _(room):
    server = start(room, client_id='other@acme.iam.gserviceaccount.com', key_id='other')
    log_in(room)
    header, claims = assertion(server.requests[0])
    assert_equal((header['kid'], claims['iss']), ('other', 'other@acme.iam.gserviceaccount.com'))


@test('an ID token for an audience is asked for by target_audience')
def _(room):
    pem = make_rsa_key(room.path / 'signer.pem').read_text()
    token = jose_sign(pem, {'aud': 'https://run.example', 'exp': 4000000000}, alg='RS256')
    server = start(room, answer={'id_token': token}, use='id_token',
                   audience='https://run.example')
    assert_equal(log_in(room), token)
    _, claims = assertion(server.requests[0])
    assert_equal(claims['target_audience'], 'https://run.example')


def declare_refusal(description, pattern):
    @test(f'Google refuses: {description}')
    def _(room):
        start(room, 400, {'error': 'invalid_grant', 'error_description': description})
        done = room.run('avouch', 'token', 'google')
        assert_equal((done.code, done.output), (6, ''))
        assert_match(pattern, done.errors)


declare_refusal('Invalid JWT Signature.', r'(?s)does not know the key.*hint: .*service account')
declare_refusal('Invalid grant: account not found',
                r'(?s)no such service account.*hint: .*client-id')
declare_refusal('Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable '
                'timeframe. Check your iat and exp values in the JWT claim.',
                r'(?s)not valid at this time.*hint: .*clock')


@test('the file of a service account tells its format, and a damaged one what is missing')
def _(room):
    path = make_account(room)
    shown = room.run('avouch', 'key', 'show', path)
    assert_equal((shown.code, shown.errors), (0, ''))
    assert_in('service account', shown.output)
    account = json.loads(path.read_text())
    for member in ('private_key', ):
        damaged = room.write('damaged.json', json.dumps(account | {member: None}))
        done = room.run('avouch', 'key', 'show', damaged)
        assert_equal(done.code, 4, done.errors)
        assert_match(r'(?s)has no “private_key”.*hint: download', done.errors)


@test("Box's config.json opens by the passphrase in it, and names the app and the key's id")
def _(room):
    pem = make_rsa_key(room.path / 'box.pem', passphrase='from the file').read_text()
    path = room.write(room.keys / 'box.json', json.dumps({
        'boxAppSettings': {'clientID': 'box-app', 'clientSecret': 'unused',
                           'appAuth': {'publicKeyID': 'kid1', 'privateKey': pem,
                                       'passphrase': 'from the file'}},
        'enterpriseID': '42'}))
    authority = Authority(room.path / 'ca')
    server = room.serve(HostileServer(always(200, ANSWER), *authority.issue('localhost')))
    room.configure('box', preset='box', token_url=server.url(), ca_file=authority.certificate,
                   key=path, client_id='box-app', username='42', client_secret='env:BOX_SECRET')
    done = room.run('avouch', 'token', 'box', env={'BOX_SECRET': 's&cret='})
    assert_equal((done.code, done.errors), (0, ''))
    request, = server.requests
    header, claims = assertion(request)
    assert_equal((request.form['client_id'], request.form['client_secret']),
                 (['box-app'], ['s&cret=']))
    assert_equal((header['kid'], claims['iss'], claims['sub'], claims['box_sub_type']),
                 ('kid1', 'box-app', '42', 'enterprise'))
    assert_equal(claims['exp'] - claims['iat'], 45)


main()
