#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The issuer aws-sts, against a server that keeps the documented rules of AssumeRoleWithWebIdentity:
the JWT is verified by openssl, answers are JSON, XML, or neither."""
import datetime
import json
import os
import shutil
import time
import urllib.parse

from harness import *
from hostile import HostileServer, always, http, in_turn
from rs256 import verify, TokenError

ROLE = 'arn:aws:iam::123456789012:role/ci/deploy'
KEY_ID = 'ASIAIOSFODNN7EXAMPLE'
SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY'
SESSION = 'IQoJb3JpZ2luX2VjE' + 'x/+=' * 100


def credentials(**changes):
    keys = {'AccessKeyId': KEY_ID, 'SecretAccessKey': SECRET, 'SessionToken': SESSION,
            'Expiration': time.time() + 3600, **changes}
    keys = {name: value for name, value in keys.items() if value is not None}
    return {'AssumeRoleWithWebIdentityResponse': {
        'AssumeRoleWithWebIdentityResult': {
            'AssumedRoleUser': {'Arn': 'arn:aws:sts::123456789012:assumed-role/deploy/avouch-it',
                                'AssumedRoleId': 'AROAEXAMPLE:avouch-it'},
            'Audience': 'sts.amazonaws.com', 'Credentials': keys, 'PackedPolicySize': None,
            'Provider': 'arn:aws:iam::123456789012:oidc-provider/id.example',
            'SubjectFromWebIdentityToken': 'ci'},
        'ResponseMetadata': {'RequestId': 'x'}}}


def xml(expiration='2099-01-01T00:00:00Z', secret=SECRET, extra=''):
    return ('<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
            '<AssumeRoleWithWebIdentityResult><Credentials>'
            f'<SessionToken>{SESSION}</SessionToken><SecretAccessKey>{secret}</SecretAccessKey>'
            f'<Expiration>{expiration}</Expiration><AccessKeyId>{KEY_ID}</AccessKeyId>{extra}'
            '</Credentials></AssumeRoleWithWebIdentityResult><ResponseMetadata><RequestId>x'
            '</RequestId></ResponseMetadata></AssumeRoleWithWebIdentityResponse>')


def fault(code, message='why'):
    return {'Error': {'Code': code, 'Message': message, 'Type': 'Sender'}, 'RequestId': 'x'}


class Sts:
    """A behaviour for HostileServer."""

    def __init__(self, public_key):
        self.public_key = public_key

    def __call__(self, connection, request):
        if not request.line.startswith('POST'):
            connection.sendall(http(404))
            return
        form = {name: value for name, (value,) in request.form.items()}
        try:
            assert form['Action'] == 'AssumeRoleWithWebIdentity' and form['Version'] == '2011-06-15'
            assert form['RoleArn'] == ROLE and request.headers['accept'] == 'application/json'
            claims = verify(form['WebIdentityToken'], self.public_key, 'sts.amazonaws.com',
                            'https://id.example')
            answer = 200, credentials(Expiration=time.time() + int(form.get('DurationSeconds',
                                                                            3600)))
            assert claims['sub'] == 'ci'
        except TokenError as error:
            answer = 400, fault('InvalidIdentityToken', str(error))
        connection.sendall(http(*answer))


def start(room, behaviour=None, **settings):
    key = make_rsa_key(room.keys / 'it.pem')
    authority = Authority(room.path / 'ca')
    server = room.serve(HostileServer(behaviour or Sts(public_key(key, room.path / 'it.pub')),
                                      *authority.issue('localhost')))
    room.configure('it', **{'issuer': 'aws-sts', 'role-arn': ROLE, 'region': 'eu-central-1',
                            'endpoint': server.url() + '/', 'key': key, 'username': 'ci',
                            'client-id': 'https://id.example',
                            'ca-file': authority.certificate, **settings})
    return server


def succeeds(done):
    assert_equal(done.code, 0, done.errors)
    return done.output.strip()


def document(room):
    return json.loads(succeeds(room.run('avouch', 'token', 'it', '--format', 'aws')))


@test('the document of credential_process is AWS\'s own, and kept')
def _(room):
    server = start(room)
    printed = document(room)
    end = datetime.datetime.strptime(printed.pop('Expiration'), '%Y-%m-%dT%H:%M:%SZ')
    left = end.replace(tzinfo=datetime.timezone.utc).timestamp() - time.time()
    assert_less(abs(left - 3570), 30)
    assert_equal(printed, {'Version': 1, 'AccessKeyId': KEY_ID, 'SecretAccessKey': SECRET,
                           'SessionToken': SESSION})
    document(room)
    assert_equal(len(server.requests), 1)
    assert_equal(server.requests[0].form['RoleSessionName'], ['avouch-it'])


@test('duration, policy and session name are sent as AWS wants them')
def _(room):
    policy = '{"Version": "2012-10-17", "Statement": []}'
    arns = ['arn:aws:iam::aws:policy/ReadOnlyAccess', 'arn:aws:iam::123456789012:policy/a/b']
    server = start(room, duration=900, policy=policy, **{'policy-arns': ' '.join(arns),
                                                         'role-session-name': 'ci@build'})
    document(room)
    form = server.requests[0].form
    assert_equal((form['DurationSeconds'], form['Policy'], form['RoleSessionName']),
                 (['900'], [policy], ['ci@build']))
    assert_equal([form[f'PolicyArns.member.{i}.arn'] for i in (1, 2)], [[arn] for arn in arns])


@test('a command gets the three parts, the region, and no other profile')
def _(room):
    start(room)
    done = room.run('avouch', 'run', 'it', '--', 'env', env={
        'AWS_PROFILE': 'other', 'AWS_SECURITY_TOKEN': 'old', 'AWS_WEB_IDENTITY_TOKEN_FILE': '/x',
        'AWS_SESSION_TOKEN': 'old', 'AVOUCH_TOKEN': 'old'})
    lines = [line for line in succeeds(done).splitlines() if line.startswith(('AWS', 'AVOUCH_T'))]
    assert_equal(sorted(lines), sorted([
        f'AWS_ACCESS_KEY_ID={KEY_ID}', f'AWS_SECRET_ACCESS_KEY={SECRET}',
        f'AWS_SESSION_TOKEN={SESSION}', 'AWS_REGION=eu-central-1',
        'AWS_DEFAULT_REGION=eu-central-1']))


@test('json and env have all parts; forms of one part are an error')
def _(room):
    start(room)
    shown = json.loads(succeeds(room.run('avouch', 'token', 'it', '--json')))
    assert_equal((shown['kind'], shown['token'], shown['session_token']),
                 ('aws', SECRET, SESSION))
    assert_equal(shown['details']['access_key_id'], KEY_ID)
    env = succeeds(room.run('avouch', 'token', 'it', '--format', 'env'))
    assert_in(f"export AWS_SESSION_TOKEN='{SESSION}'", env)
    assert_in('unset AVOUCH_TOKEN', env)
    for form in ('plain', 'header', 'curl', 'soap', 'session-header'):
        done = room.run('avouch', 'token', 'it', '--format', form)
        assert_equal((done.code, done.output), (2, ''), form)


@test('what is no AWS credential has no such form')
def _(room):
    room.configure('jwt', issuer='self-signed', key=make_rsa_key(room.keys / 'jwt.pem'))
    done = room.run('avouch', 'token', 'jwt', '--format', 'aws')
    assert_equal((done.code, done.output), (2, ''))


@test('a call that would have to be signed is refused before it is sent')
def _(room):
    server = start(room)
    done = room.run('avouch', 'request', 'it', '/')
    assert_equal(done.code, 2, done.errors)
    assert_in('avouch run it', done.errors)
    assert_equal(len(server.requests), 1)


@test('no part of it is told by status, doctor or a failure')
def _(room):
    start(room)
    document(room)
    shown = ''.join(room.run('avouch', *words).output for words in (
        ['status'], ['status', '--json'], ['doctor', 'it'], ['profile', 'show', 'it']))
    for part in (SECRET, SESSION):
        assert_not_in(part, shown)
    assert_in('good for', shown)


@test('times are read as seconds, with a fraction, and as a date')
def _(room):
    now = time.time()
    ends = [int(now + 1800), now + 1800.5,
            time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(now + 1800))]
    start(room, in_turn(*(always(200, credentials(Expiration=end)) for end in ends)), cache='none')
    for end in ends:
        shown = json.loads(succeeds(room.run('avouch', 'token', 'it', '--json')))
        assert_less(abs(shown['expires_at'] + 30 - now - 1800), 60)


@test('XML, from services that know nothing else')
def _(room):
    start(room, always(200, xml(secret='a&amp;b&#x2F;c'), content_type='text/xml'))
    printed = document(room)
    assert_equal((printed['SecretAccessKey'], printed['SessionToken']), ('a&b/c', SESSION))


@test('an answer that is not whole is no credential')
def _(room):
    cases = [b'', b'[]', b'{}', b'<html>', {'AssumeRoleWithWebIdentityResponse': []},
             credentials(AccessKeyId=None), credentials(AccessKeyId=5),
             credentials(AccessKeyId='AKIA"'), credentials(AccessKeyId='A' * 200),
             credentials(SecretAccessKey=None), credentials(SecretAccessKey=''),
             credentials(SecretAccessKey='a b'), credentials(SecretAccessKey=['x']),
             credentials(SessionToken=None), credentials(SessionToken='a\nb'),
             credentials(SessionToken='x' * 66000), credentials(Expiration=None),
             credentials(Expiration='soon'), credentials(Expiration='now'),
             credentials(Expiration=-1), credentials(Expiration=time.time() - 5), credentials(Expiration=1e300),
             credentials(Expiration=True),
             xml('never'), xml(''), xml(secret=''), xml(secret='&x;'), xml(extra=f'<AccessKeyId>{KEY_ID}'
                                                                  '</AccessKeyId>'),
             xml()[:-5], xml(extra='<a>' * 9 + '</a>' * 9), xml(extra='x' * 70000),
             '<!DOCTYPE x [<!ENTITY y "z">]>' + xml(secret='&y;'), xml(secret='\x00')]
    start(room, in_turn(*(always(200, body) for body in cases)), cache='none')
    for number, body in enumerate(cases):
        done = room.run('avouch', 'token', 'it', '--format', 'aws')
        assert_equal((done.code, done.output), (1, ''), f'{number} {str(body)[:90]}: {done.errors}')
        assert_match("the issuer's", done.errors)


@test('a secret key is sent nowhere as a token')
def _(room):
    server = start(room)
    room.configure('other', **{'issuer': 'oauth', 'token-url': server.url() + '/token',
                               'grant': 'token-exchange', 'subject-token': 'profile:it',
                               'ca-file': room.path / 'ca' / 'ca.pem'})
    done = room.run('avouch', 'token', 'other')
    assert_equal((done.code, done.output), (3, ''), done.errors)
    assert_match(r'subject-token: what \[it\] gives is a secret key', done.errors)
    assert_equal([request for request in server.requests if SECRET.encode() in request.body], [])
    assert_less(len(server.requests), 2)


@test('each refusal is explained, in JSON as in XML')
def _(room):
    cases = [('ExpiredTokenException', 'Token expired', 'clock'),
             ('InvalidIdentityToken', 'Incorrect token audience', 'client IDs'),
             ('InvalidIdentityToken', 'No OpenIDConnect provider found in your account for x',
              'Identity providers'),
             ('InvalidIdentityToken', "Couldn't retrieve verification key from your identity "
              'provider', '--discovery'),
             ('InvalidIdentityToken', 'x', 'JWK set'), ('IDPRejectedClaim', 'x', 'stand by'),
             ('IDPCommunicationError', 'x', 'internet'),
             ('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
              'trust policy'),
             ('MalformedPolicyDocument', 'x', 'is not a policy'),
             ('PackedPolicyTooLarge', 'x', 'shorten'), ('RegionDisabledException', 'x', 'activate'),
             ('ValidationError', 'The requested DurationSeconds exceeds the MaxSessionDuration '
              'set for this role.', 'maximum session duration'),
             ('NewError', 'new words', 'new words')]
    def answer(code, message, number):
        if number % 2:
            return always(400, f'<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>'
                               f'<Message>{message}</Message></Error></ErrorResponse>',
                          content_type='text/xml')
        return always(400, fault(code, message))
    for shift in (0, 1):
        with Room() as other:
            start(other, in_turn(*(answer(code, message, number + shift)
                                   for number, (code, message, _) in enumerate(cases))),
                  cache='none')
            for code, _, told in cases:
                done = other.run('avouch', 'token', 'it', '--format', 'aws')
                assert_equal(done.code, 6, f'{code}: {done.errors}')
                assert_in(told, done.errors)


@test('throttling holds back the profile')
def _(room):
    server = start(room, always(400, fault('Throttling', 'Rate exceeded')))
    for _ in range(3):
        assert_equal(room.run('avouch', 'token', 'it', '--json').code, 6)
    assert_equal(len(server.requests), 1)


@test('settings that cannot be meant are told before anybody is asked')
def _(room):
    key = make_rsa_key(room.keys / 'it.pem')
    cases = [('role-arn', 'deploy'), ('role-arn', 'arn:aws:iam::1:user/x'), ('region', 'EU west'),
             ('region', 'x.evil.example/'), ('endpoint', 'http://sts.example'), ('duration', '899'),
             ('duration', '43201'), ('role-session-name', 'x'), ('role-session-name', 'a b'),
             ('policy', '{'), ('policy', '[]'), ('policy', json.dumps({'x': 'y' * 2048})),
             ('policy-arns', 'x'), ('policy-arns', ' '.join(['arn:aws:iam::aws:policy/A'] * 11))]
    for name, value in cases:
        with Room() as other:
            other.configure('it', **{'issuer': 'aws-sts', 'role-arn': ROLE, 'key': key,
                                     'region': 'eu-central-1', name: value})
            done = other.run('avouch', 'token', 'it', '--json')
            assert_equal(done.code, 3, f'{name} = {value}: {done}')
            assert_match(rf'avouch.conf:\d+: {name}: ', done.errors)


main()
