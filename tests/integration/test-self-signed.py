#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tokens that nobody issued but the profile's key, and the files by which others find that key."""
import base64
import hashlib
import hmac
import json
import os
import subprocess
import time

from harness import *
from hostile import HostileServer, always, http
from jose import jose_verify
from rs256 import decode, verify, verify_by_discovery, TokenError

ISSUER = 'https://id.example/robots'


def ec_key(path):
    openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', path)
    os.chmod(path, 0o600)
    return path


def succeeds(done):
    assert_equal(done.code, 0, done.errors)
    return done.output.strip()


def token_of(room, *options, **settings):
    room.configure('it', **{'issuer': 'self-signed', **settings})
    return succeeds(room.run('avouch', 'token', 'it', *options))


@test('the claims are those of the settings, and jose verifies them')
def _(room):
    key = ec_key(room.keys / 'it.pem')
    token = token_of(room, key=key, client_id='https://id.example', username='robot',
                     audience='https://a.example', **{'key-id': 'one', 'claim.role': 'reader',
                     'claim-json.groups': '["a", "b"]'})
    found = jose_verify(public_key(key, room.path / 'it.pub').read_text(), token,
                        issuer='https://id.example', audience='https://a.example')
    assert_equal(found['header'], {'alg': 'ES256', 'typ': 'JWT', 'kid': 'one'})
    claims = found['claims']
    assert_equal(claims['exp'] - claims['iat'], 600)
    assert_less(abs(claims['iat'] - time.time()), 30)
    assert_equal((claims['sub'], claims['role'], claims['groups']), ('robot', 'reader', ['a', 'b']))


@test('the token is kept as long as it lives, and no longer')
def _(room):
    token = token_of(room, key=ec_key(room.keys / 'it.pem'), username='robot')
    assert_equal(succeeds(room.run('avouch', 'token', 'it')), token)
    shown = json.loads(succeeds(room.run('avouch', 'token', 'it', '--json')))
    assert_equal(shown['kind'], 'subject-jwt')
    assert_equal(shown['expires_at'], decode(token)[1]['exp'] - 30)


@test('Snowflake: the issuer ends in the fingerprint that openssl computes')
def _(room):
    key = make_rsa_key(room.keys / 'it.pem')
    settings = {'key': key, 'username': 'ACME-WH.ROBOT', 'assertion-lifetime': 3540,
                'claim.iss': '{username}.SHA256:{fingerprint}'}
    token = token_of(room, **settings)
    der = subprocess.run(['openssl', 'pkey', '-in', key, '-pubout', '-outform', 'DER'],
                         capture_output=True, check=True).stdout
    print_ = base64.b64encode(hashlib.sha256(der).digest()).decode()
    claims = verify(token, public_key(key, room.path / 'it.pub'))
    assert_equal(claims['iss'], f'ACME-WH.ROBOT.SHA256:{print_}')
    assert_equal(claims['sub'], 'ACME-WH.ROBOT')


@test('Snowflake: a request tells what kind of token it brings')
def _(room):
    authority = Authority(room.path / 'ca')
    server = room.serve(HostileServer(always(200, {'data': []}), *authority.issue('localhost')))
    room.configure('it', issuer='self-signed', key=ec_key(room.keys / 'it.pem'), username='robot',
                   serve=server.url(), ca_file=authority.certificate,
                   **{'request-header.X-Snowflake-Authorization-Token-Type': 'KEYPAIR_JWT'})
    succeeds(room.run('avouch', 'request', 'it', '/api/v2/statements'))
    headers = server.requests[0].headers
    assert_equal(headers['x-snowflake-authorization-token-type'], 'KEYPAIR_JWT')
    assert_equal(headers['authorization'].split('.')[0][:10], 'Bearer eyJ')


@test('App Store Connect: ES256, kid and an audience; 20 minutes are the most')
def _(room):
    settings = {'key': ec_key(room.keys / 'it.pem'), 'client-id': '57246542-96fe-1a63',
                'key-id': '2X9R4HXF34', 'audience': 'appstoreconnect-v1',
                'assertion-lifetime': 1200}
    header, claims = decode(token_of(room, **settings))
    assert_equal(header, {'alg': 'ES256', 'typ': 'JWT', 'kid': '2X9R4HXF34'})
    assert_equal(sorted(claims), ['aud', 'exp', 'iat', 'iss'])
    room.configure('long', issuer='self-signed', **{**settings, 'assertion-lifetime': 1201})
    done = room.run('avouch', 'doctor', 'long', '--offline')
    assert_in('App Store Connect takes no token that lives longer than 1200 seconds',
              ' '.join(done.output.split()))


@test('APNs: iss and iat alone')
def _(room):
    header, claims = decode(token_of(
        room, key=ec_key(room.keys / 'it.pem'), client_id='DEF123GHIJ', **{
            'key-id': 'ABC123DEFG', 'assertion-lifetime': 3000, 'claim-json.exp': 'null',
            'header-json.typ': 'null'}))
    assert_equal(header, {'alg': 'ES256', 'kid': 'ABC123DEFG'})
    assert_equal(sorted(claims), ['iat', 'iss'])
    shown = json.loads(succeeds(room.run('avouch', 'token', 'it', '--json')))
    assert_equal(shown['expires_at'], claims['iat'] + 3000 - 30)


@test('Metabase: HS256 by the embedding secret')
def _(room):
    secret = 'b7' * 32
    room.write(room.keys / 'metabase', secret + '\n')
    token = token_of(room, key=room.keys / 'metabase', algorithm='HS256', **{
        'secret-encoding': 'plain', 'claim-json.resource': '{"dashboard": 1}',
        'claim-json.params': '{}', 'claim-json.iat': 'null'})
    signed, _, signature = token.rpartition('.')
    mac = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
    assert_equal(signature, base64.urlsafe_b64encode(mac).decode().rstrip('='))
    claims = decode(token)[1]
    assert_equal((claims['resource'], claims['params']), ({'dashboard': 1}, {}))


@test('Google: the service as the audience, and the account as iss and sub')
def _(room):
    account = 'robot@acme.iam.gserviceaccount.com'
    header, claims = decode(token_of(
        room, key=make_rsa_key(room.keys / 'it.pem'), client_id=account, username='{client-id}',
        audience='https://pubsub.googleapis.com/', **{'key-id': 'abc', 'assertion-lifetime': 3600,
                                                      'claim.sub': '{client-id}'}))
    assert_equal((header['alg'], header['kid']), ('RS256', 'abc'))
    assert_equal((claims['iss'], claims['sub'], claims['aud']),
                 (account, account, 'https://pubsub.googleapis.com/'))
    assert_equal(claims['exp'] - claims['iat'], 3600)


@test('a token whose claims say when it ends is kept until then')
def _(room):
    claims = decode(token_of(room, key=ec_key(room.keys / 'it.pem'), username='robot',
                             **{'claim-json.exp': '{now+7200}'}))[1]
    shown = json.loads(succeeds(room.run('avouch', 'token', 'it', '--json')))
    assert_equal(shown['expires_at'], claims['exp'] - 30)
    assert_equal(claims['exp'] - claims['iat'], 7200)


@test('a tool may choose among the audiences of the profile, and no other')
def _(room):
    key = ec_key(room.keys / 'it.pem')
    token = token_of(room, key=key, audience='https://a.example https://b.example')
    assert_equal(decode(token)[1]['aud'], ['https://a.example', 'https://b.example'])
    one = succeeds(room.run('avouch', 'token', 'it', '--audience', 'https://b.example'))
    assert_equal(decode(one)[1]['aud'], 'https://b.example')
    done = room.run('avouch', 'token', 'it', '--audience', 'https://c.example')
    assert_equal(done.code, 3, done.errors)
    assert_in('signs nothing for the audience', done.errors)


@test('each token has an id of its own')
def _(room):
    one = decode(token_of(room, key=ec_key(room.keys / 'it.pem'), **{'claim.jti': '{uuid}'}))[1]
    two = decode(succeeds(room.run('avouch', 'token', 'it', '--fresh')))[1]
    assert_equal(len(one['jti']), 36)
    assert_true(one['jti'] != two['jti'], 'the same id')


@test('mistakes in settings are told before anything is signed')
def _(room):
    key = ec_key(room.keys / 'it.pem')
    cases = [({'claim-json.exp': '"soon"'}, 'exp'), ({'header.alg': 'none'}, 'cannot be chosen'),
             ({'algorithm': 'none'}, 'no signature'), ({'claim.x': '{what}'}, '{what}'),
             ({'claim-json.x': '{'}, 'takes JSON'), ({'key-id': '{x}'}, '{x}'),
             ({'claim-json.exp': '{now-1}'}, 'this time is over'),
             ({'claim-json.exp': '{now+86500}'}, 'would live too long'),
             ({'claim.exp': '{now+60}'}, 'a number of seconds'),
             ({'claim-json.exp': '{now+60}', 'assertion-lifetime': 600}, 'says it already'),
             ({'claim-json.nbf': '{now+700}'}, 'would end before it begins'),
             ({'claim-json.iat': '1.5e300'}, 'a number of seconds'),
             ({'audience': 'x appstoreconnect-v1', 'claim-json.exp': '{now+1300}'},
              'claim-json.exp: App Store Connect takes no token that lives longer than 1200'),
             ({'audience': 'appstoreconnect-v1', 'claim-json.iat': '{now-900}'},
              'App Store Connect takes no token'),
             ({'claim.iss': 'A.B.SHA256:{fingerprint}', 'claim-json.exp': '{now+3700}'},
              'Snowflake takes no token'),
             ({'serve': 'https://api.push.apple.com', 'claim-json.exp': 'null',
               'assertion-lifetime': 4000}, 'APNs takes no token'),
             ({'serve': 'https://api.push.apple.com:2197', 'claim-json.exp': 'null'},
              'APNs takes new tokens too seldom'),
             ({'secret-encoding': 'rot13'}, 'base64url'), ({'algorithm': 'RS256'}, 'does not fit'),
             ({'request-header.Authorization': 'x'}, 'Authorization is avouch\'s own to send'),
             ({'request-header.content-length': '5'}, 'content-length is avouch\'s own to send'),
             ({'request-header.Content-Type': 'x'}, 'Content-Type is avouch\'s own to send'),
             ({'request-header.X-a': '1', 'request-header.x-A': '2'}, 'gives it already'),
             ({'request-header.X:a': '1'}, ''), ({'request-header.X-a': 'ü'}, 'no such header')]
    for number, (settings, told) in enumerate(cases):
        name = f'case{number}'
        room.configure(name, issuer='self-signed', key=key, **settings)
        done = room.run('avouch', 'doctor', name)
        assert_in(told, ' '.join(done.output.split()))
        assert_true(done.code in (3, 4), f'{settings}: {done}')


@test('doctor: nobody is asked, and that is in order')
def _(room):
    room.configure('it', issuer='self-signed', key=ec_key(room.keys / 'it.pem'), username='robot',
                   serve='https://k8s.example')
    done = room.run('avouch', 'doctor', 'it')
    assert_equal(done.code, 0, done.output)
    assert_in('the token is good for', done.output)


@test('doctor and whoami of a profile with a shared secret')
def _(room):
    room.write(room.keys / 'secret', 's' * 40)
    room.configure('it', issuer='self-signed', key=room.keys / 'secret', algorithm='HS256',
                   serve='https://m.example', **{'secret-encoding': 'plain'})
    done = room.run('avouch', 'doctor', 'it')
    assert_equal(done.code, 0, done.output)
    assert_in('HMAC, 320 bits, in plain', done.output)
    done = room.run('avouch', 'whoami', 'it')
    assert_equal(done.code, 2, done.errors)


# --- the published files

def publish(room, key, *options, code=0, issuer=ISSUER):
    done = room.run('avouch', 'key', 'jwk', key, '--discovery', room.path / 'public', '--issuer',
                    issuer, *options)
    assert_equal(done.code, code, done.errors)
    return done


def published(room):
    folder = room.path / 'public' / '.well-known'
    return {path.name: path.read_text() for path in folder.iterdir()}


@test('a token is verified by what is published, and by nothing of another audience')
def _(room):
    key = make_rsa_key(room.keys / 'it.pem')
    publish(room, key)
    token = token_of(room, key=key, client_id=ISSUER, username='robot', audience='k8s',
                     **{'key-id': '{thumbprint}'})
    folder = room.path / 'public'
    assert_equal(verify_by_discovery(token, folder, ISSUER, 'k8s')['sub'], 'robot')
    try:
        verify_by_discovery(token, folder, ISSUER, 'other')
        raise AssertionError('the audience was not looked at')
    except TokenError as error:
        assert_equal(str(error), 'audience')


@test('what is published has all members that a relying party needs')
def _(room):
    publish(room, ec_key(room.keys / 'it.pem'), issuer=ISSUER + '/')
    files = published(room)
    assert_equal(sorted(files), ['jwks.json', 'openid-configuration'])
    configuration = json.loads(files['openid-configuration'])
    assert_equal(configuration['issuer'], ISSUER + '/')
    assert_equal(configuration['jwks_uri'], ISSUER + '/.well-known/jwks.json')
    assert_equal(configuration['id_token_signing_alg_values_supported'], ['ES256'])
    key, = json.loads(files['jwks.json'])['keys']
    assert_equal(sorted(key), ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
    assert_equal((room.path / 'public/.well-known/jwks.json').stat().st_mode & 0o444, 0o444)


@test('of a profile the key has the name that its tokens have')
def _(room):
    room.configure('it', issuer='self-signed', key=make_rsa_key(room.keys / 'it.pem'),
                   algorithm='PS256', **{'key-id': 'robot-1'})
    done = room.run('avouch', 'key', 'jwk', '--profile', 'it', '--discovery', room.path / 'public',
                    '--issuer', ISSUER)
    assert_equal(done.code, 0, done.errors)
    key, = json.loads(published(room)['jwks.json'])['keys']
    assert_equal((key['kid'], key['alg']), ('robot-1', 'PS256'))


@test('rotation: the old key stays where that is asked for')
def _(room):
    old, new = make_rsa_key(room.keys / 'old.pem'), make_rsa_key(room.keys / 'new.pem')
    publish(room, old)
    before = published(room)
    done = publish(room, new, code=2)
    assert_in('--keep', done.errors)
    assert_equal(published(room), before)
    publish(room, new, '--keep')
    kids = [key['kid'] for key in json.loads(published(room)['jwks.json'])['keys']]
    assert_equal(len(set(kids)), 2)
    publish(room, new, '--keep')
    assert_equal([key['kid'] for key in json.loads(published(room)['jwks.json'])['keys']], kids)
    publish(room, new, '--force')
    assert_equal([key['kid'] for key in json.loads(published(room)['jwks.json'])['keys']], kids[:1])


@test('files of others are left alone, whatever is asked for')
def _(room):
    key = make_rsa_key(room.keys / 'it.pem')
    configuration = room.path / 'public/.well-known/openid-configuration'
    jwks = configuration.parent / 'jwks.json'
    ours = {'issuer': ISSUER, 'jwks_uri': ISSUER + '/.well-known/jwks.json'}
    cases = [(configuration, 'mine\n', None), (configuration, json.dumps({**ours, 'issuer': 'x'}), None),
             (jwks, '{"keys": []}', None), (jwks, 'no keys', ours), (jwks, '{"keys": [5]}', ours),
             (jwks, '{"keys": [{"kty": "RSA", "kid": "a", "d": "secret"}]}', ours)]
    for path, content, beside in cases:
        for file in (configuration, jwks):
            file.unlink(missing_ok=True)
        if beside:
            room.write(configuration, json.dumps(beside))
        room.write(path, content)
        before = published(room)
        for option in ('--keep', '--force'):
            publish(room, key, option, code=2)
        assert_equal(published(room), before)


@test('a link is not followed, and a folder that cannot be made leaves nothing behind')
def _(room):
    key = make_rsa_key(room.keys / 'it.pem')
    target = room.write('elsewhere', 'x')
    (room.path / 'public/.well-known').mkdir(parents=True)
    (room.path / 'public/.well-known/jwks.json').symlink_to(target)
    publish(room, key, '--force', code=2)
    assert_equal(target.read_text(), 'x')
    room.write('file', 'x')
    done = room.run('avouch', 'key', 'jwk', key, '--discovery', room.path / 'file', '--issuer',
                    ISSUER)
    assert_true(done.code != 0, 'a file was taken for a folder')
    assert_equal(sorted(path.name for path in (room.path / 'public/.well-known').iterdir()),
                 ['jwks.json'])


@test('the options of --discovery are checked')
def _(room):
    key = make_rsa_key(room.keys / 'it.pem')
    for options in (['--issuer', ISSUER], ['--discovery', 'x'], ['--keep'],
                    ['--discovery', 'x', '--issuer', 'ftp://x'],
                    ['--discovery', 'x', '--issuer', 'http://id.example'],
                    ['--discovery', 'x', '--issuer', ISSUER + '?a=b'],
                    ['--discovery', 'x', '--issuer', ISSUER, '--set'],
                    ['--discovery', 'x', '--issuer', ISSUER, '--keep', '--force']):
        assert_equal(room.run('avouch', 'key', 'jwk', key, *options).code, 2, options)
    assert_true(not (room.path / 'x').exists(), 'something was written')


def doctor_steps(room, name):
    done = room.run('avouch', 'doctor', name, '--offline', '--json')
    return done.code, {step['name']: step for step in json.loads(done.output)[-1]['steps']}


@test('the doctor wants no certificate and no server where the token is signed here')
def _(room):
    room.configure('it', issuer='self-signed', key=make_rsa_key(room.keys / 'it.pem'))
    done = room.run('avouch', 'doctor', 'it')
    assert_equal(done.code, 0, done.output)
    assert_match('certificate +none is needed: whoever verifies', done.output)
    assert_match('login +logged in', done.output)
    assert_not_in('host name', done.output)
    assert_not_in('not without', done.output)


@test('the doctor looks at another\'s token: that it is there, whom it is for, when it ends')
def _(room):
    room.configure('it', issuer='self-signed', key=make_rsa_key(room.keys / 'it.pem'),
                   audience='https://sts.example')
    file = room.write('their-token', room.run('avouch', 'token', 'it').output)
    room.configure('w', issuer='vault', vault_url='https://v.example', role='r',
                   subject_token=f'file:{file}')
    code, steps = doctor_steps(room, 'w')
    assert_equal((code, steps['subject']['state']), (0, 'ok'), steps)
    assert_match(r'file:.*their-token: a JWT for https://sts\.example, good for \d+ min',
                 steps['subject']['finding'])
    past = room.run('avouch', 'jwt', 'sign', '--profile', 'it', '--aud', 'x', '--iat', '1',
                    '--exp', '2').output
    for content, code, finding in ((past, 4, 'a JWT for x that ended'),
                                   ('', 4, 'it is empty'), ('a\nb\n', 4, 'more than one line'),
                                   ('opaque\n', 0, 'tells nothing of itself'),
                                   ('e30.e30.e30', 0, 'tells nothing of itself')):
        file.write_text(content)
        got, steps = doctor_steps(room, 'w')
        assert_equal(got, code, (content, steps))
        assert_in(finding, steps['subject']['finding'])
    file.unlink()
    code, steps = doctor_steps(room, 'w')
    assert_equal((code, steps['subject']['state'], steps['login']['state']),
                 (4, 'failed', 'skipped'))
    assert_in('their-token', steps['subject']['finding'])


@test('whoami says that nobody can be asked, before anything is signed')
def _(room):
    room.configure('it', issuer='self-signed', key='/nowhere.pem')
    done = room.run('avouch', 'whoami', 'it')
    assert_equal((done.code, done.output), (2, ''))
    assert_match('avouch: it: the token is signed here', done.errors)
    assert_match(r'hint: "avouch token it \| avouch jwt decode"', done.errors)


main()
