#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What an org can be asked about a token: whoami, revoke, token --introspect, register; and how
long a login holds, or is held."""
import json
import pathlib
import sys
import tempfile

from demohost import *
from harness import *

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'mock'))
from hostile import *  # noqa: E402

INITIAL_TOKEN = 'demo.initial.access.token'
CANARY = '00Dcanary!AQEAQ.token'
ID = '/id/00D000000000001AAA/005000000000001AAA'

shared = tempfile.TemporaryDirectory(prefix='avouch-test-')
folder = pathlib.Path(shared.name)
authority = Authority(folder / 'authority')
server_pair = authority.issue('server')
key = make_rsa_key(folder / 'key.pem')


def run(room, *arguments, code=0, **options):
    done = room.run('avouch', *arguments, **options)
    assert_equal(done.code, code, done.errors)
    for character in (done.output + done.errors).replace('\n', ''):
        assert_true(character.isprintable(), f'{character!r} in {done!r}')
    return done


def read_json(room, *arguments, **options):
    return json.loads(run(room, *arguments, '--json', **options).output)


def facts(text):
    return {name: value.strip() for name, value in
            (line.split('  ', 1) for line in text.splitlines())}


def other_org(room, behave, **settings):
    """A server that gives a token, and answers all else as BEHAVE (path) says; its profile."""
    def answer(connection, request):
        path = request.line.split()[1]
        told = {'access_token': CANARY, 'token_type': 'Bearer', 'scope': 'api id',
                'instance_url': server.url(), 'id': 'https://login.salesforce.com' + ID}
        connection.sendall(http(200, told) if path.endswith('/token') else behave(path))
    server = room.serve(HostileServer(answer, *server_pair))
    room.configure('acme', **{**dict(
        issuer='salesforce', login_url=server.url(), client_id='3MVG9.consumer', key=key,
        username='robot@acme.example', ca_file=authority.certificate), **settings})
    return server


def lines(server):
    return [request.line.split()[1] for request in server.requests]


# whoami

@test('whoami shows the user, the org and what the token may do')
def _(room):
    host = start_host(room)
    shown = facts(run(room, 'whoami').output)
    assert_equal((shown['user'], shown['name'], shown['scopes'], shown['instance']),
                 (USERNAME, 'Robot of Acme', 'api web', host.url))
    told = read_json(room, 'whoami', 'demo')
    assert_equal((told['username'], told['organization_id'], told['scopes']),
                 (USERNAME, '00Ddemo00000001', ['api', 'web']))
    assert_equal(host.exchanges(), 1)


@test('whoami asks the identity URL where userinfo is out of scope, at the instance')
def _(room):
    host = start_host(room)
    host.set('scope=id')
    assert_equal(read_json(room, 'whoami')['username'], USERNAME)
    server = other_org(room, lambda path: http(
        200, {'username': 'robot', 'user_id': '005x'}) if path == ID else http(403, 'No'))
    assert_equal(read_json(room, 'whoami', 'acme')['username'], 'robot')
    assert_equal(lines(server)[1:], ['/services/oauth2/userinfo', ID])


@test('whoami explains a token that may not know itself')
def _(room):
    host = start_host(room)
    host.set('scope=api')
    done = run(room, 'whoami', code=6)
    assert_equal(done.output, '')
    assert_in('demo: the issuer does not say whom the token is for (HTTP 403: Bad_OAuth_Token)',
              done.errors)
    assert_match('hint: give the app the scope openid or id', done.errors)


@test('whoami replaces a session that has ended, once')
def _(room):
    host = start_host(room)
    run(room, 'token')
    host.invalidate()
    run(room, 'whoami')
    assert_equal(host.exchanges(), 2)


for name, url, kind in (('a sandbox', 'https://acme--dev.sandbox.my.salesforce.com', 'sandbox'),
                        ('a scratch org', 'https://acme.scratch.my.salesforce.com', 'sandbox'),
                        ('a production org', 'https://acme.my.salesforce.com', 'production')):
    @test(f'whoami does not send the token to {name} that the profile does not serve')
    def _(room, url=url):
        def answer(connection, request):
            connection.sendall(http(200, {'access_token': CANARY, 'instance_url': url}))
        server = room.serve(HostileServer(answer, *server_pair))
        room.configure('acme', issuer='salesforce', login_url=server.url(), key=key,
                       client_id='3MVG9.consumer', username='robot@acme.example',
                       ca_file=authority.certificate)
        done = run(room, 'whoami', code=3)
        assert_in(f'acme: the token is for {url}, which the profile does not serve', done.errors)
        assert_in(f'hint: if that is your org, add it to `serve` under [acme]: {url}', done.errors)
        assert_equal(lines(server), ['/services/oauth2/token'])


def declare_whoami(name, answer, code, *patterns):
    @test(f'whoami: {name}')
    def _(room):
        other_org(room, lambda path: answer)
        done = run(room, 'whoami', code=code)
        assert_equal(done.output, '')
        assert_match('^avouch: acme: ', done.errors)
        assert_not_in(CANARY, done.errors)
        for pattern in patterns:
            assert_match(pattern, done.errors)


declare_whoami('a page in place of JSON', http(200, '<html>', 'text/html'), 1, 'invalid JSON')
declare_whoami('a user name that is no text', http(200, {'username': ['x']}), 1, 'not a string')
declare_whoami('an id with odd characters', http(200, {'username': 'x', 'user_id': '005/../x'}), 1,
               'user_id is not usable')
declare_whoami('nobody named', http(200, {'name': 'x'}), 1, 'neither a user name nor a user id')
declare_whoami('a huge answer', http(200, ' ' * (1024 * 1024 + 1)), 1, 'longer than 1048576 bytes')
declare_whoami('a redirect', http(302, headers=['Location: https://evil.example/']), 1,
               r'redirects to evil\.example')
declare_whoami('no such place', http(404, '{}'), 6, 'HTTP 404', 'hint: is this an org')
declare_whoami('a server in trouble', http(503, 'x', headers=['Retry-After: 100']), 5, 'HTTP 503')
declare_whoami('words that would paint the terminal', http(403, 'No\x1b[31m\u202eway'), 6,
               r'HTTP 403: No')


@test('whoami cleans what it shows, and never shows a token that comes back')
def _(room):
    long_token = 'A' * 112
    other_org(room, lambda path: http(200, {
        'username': 'robot\x1b[31m\u202e\n@acme', 'name': long_token, 'language': 'de'}))
    for done in (run(room, 'whoami'), run(room, 'whoami', '--json')):
        assert_not_in('\u202e', done.output)
        assert_not_in('A' * 80, done.output)
        assert_in('de', done.output)


# revoke

@test('revoke ends the token at the issuer and drops it')
def _(room):
    host = start_host(room)
    token = run(room, 'token').output.strip()
    done = run(room, 'revoke')
    assert_equal((done.output, done.errors), ('demo: revoked: 1\n', ''))
    assert_equal((host.stats()['revoked'], room.credential_files()), (1, []))
    assert_true(run(room, 'token').output.strip() != token, 'the same token again')


@test('revoke takes a token that has ended already for revoked')
def _(room):
    host = start_host(room)
    run(room, 'token')
    host.invalidate()
    assert_equal(run(room, 'revoke').output, 'demo: had ended already: 1\n')
    assert_equal(room.credential_files(), [])
    assert_equal(run(room, 'revoke').output,
                 'demo: no token is cached, so there is none to revoke\n')
    assert_equal(run(room, 'revoke', '--quiet').output, '')


@test('revoke sends the token in the body, and no other secret')
def _(room):
    server = other_org(room, lambda path: http(200))
    run(room, 'token')
    run(room, 'revoke')
    assert_equal(server.requests[1].line, 'POST /services/oauth2/revoke HTTP/1.1')
    assert_equal(server.requests[1].form, {'token': [CANARY]})
    assert_not_in('authorization', server.requests[1].headers)


@test('a token that cannot be revoked stays cached, to be tried again')
def _(room):
    other_org(room, lambda path: http(400, {'error': 'server_error'}))
    run(room, 'token')
    done = run(room, 'revoke', code=6)
    assert_match('acme: the issuer refused: Salesforce had trouble', done.errors)
    assert_equal(len(room.credential_files()), 1)


@test('revoke --all goes on after a profile that fails')
def _(room):
    other_org(room, lambda path: http(403, 'no'))
    host = start_host(room)
    for name in ('acme', 'demo'):
        run(room, 'token', name)
    done = run(room, 'revoke', '--all', code=6)
    assert_equal(done.output, 'demo: revoked: 1\n')
    assert_match('^avouch: acme: ', done.errors)
    assert_equal(host.stats()['revoked'], 1)


@test('revoke sends a token of earlier settings to its own org only')
def _(room):
    first = start_host(room)
    run(room, 'token')
    second = start_host(room, profile='other')
    room.write(room.config / 'conf.d' / 'demo.conf',
               f'[demo]\nlogin-url = {second.url}\nkey = {second.settings["key"]}\n'
               f'ca-file = {second.ca}\nserve = {second.url}\n')
    done = run(room, 'revoke', 'demo', code=3)
    assert_in(f'the token is for {first.url}, which the profile does not serve', done.errors)
    assert_equal((first.stats()['revoked'], second.stats()['revoked']), (0, 0))


# token --introspect

@test('token --introspect says what the issuer knows, and never the token')
def _(room):
    host = start_host(room, '--session', '7200')
    token = run(room, 'token').output.strip()
    shown = run(room, 'token', '--introspect')
    assert_match(r'^active +yes\nends +\d{4}-.*Z \(1 h 59 min left\)\nuser +' + USERNAME,
                 shown.output)
    told = read_json(room, 'token', '--introspect')
    assert_equal((told['active'], told['username'], told['scope']), (True, USERNAME, 'api web'))
    assert_true(7100 < told['seconds_left'] <= 7200, told)
    assert_not_in(token, shown.output + json.dumps(told))
    assert_equal((host.exchanges(), host.stats()['introspected']), (1, 2))


@test('token --introspect drops a token that has ended')
def _(room):
    host = start_host(room)
    run(room, 'token')
    host.invalidate()
    assert_match('^active +no: it has ended', run(room, 'token', '--introspect').output)
    assert_equal(room.credential_files(), [])


@test('token --introspect corrects an expiry that was believed to be later, never earlier')
def _(room):
    host = start_host(room, '--session', '600')
    before = read_json(room, 'token')['expires_at']
    run(room, 'token', '--introspect')
    after = read_json(room, 'token')
    assert_true(250 < before - after['expires_at'] <= 301, (before, after['expires_at']))
    assert_equal(host.exchanges(), 1)


@test('a longer session does not make the cached token live longer')
def _(room):
    start_host(room, '--session', '7200')
    before = read_json(room, 'token')['expires_at']
    run(room, 'token', '--introspect')
    assert_equal(read_json(room, 'token')['expires_at'], before)


@test('token --introspect reads the end by the issuer\'s clock')
def _(room):
    host = start_host(room, '--session', '7200')
    run(room, 'token')
    host.set('date-offset=60')
    assert_true(7000 < read_json(room, 'token', '--introspect')['seconds_left'] <= 7200, 'skewed')


@test('token --introspect takes no format of a token')
def _(room):
    start_host(room)
    for words in (['--introspect', '--format', 'plain'], ['--json', '--format', 'env']):
        assert_equal(run(room, 'token', *words, code=2).output, '')


def declare_introspection(name, answer, code, pattern):
    @test(f'token --introspect: {name}')
    def _(room):
        other_org(room, lambda path: answer)
        done = run(room, 'token', '--introspect', code=code)
        assert_equal(done.output, '')
        assert_match('^avouch: acme: ', done.errors)
        assert_match(pattern, done.errors)
        assert_not_in(CANARY, done.errors)


declare_introspection('an answer without "active"', http(200, {'exp': 1}), 1, 'whether the token')
declare_introspection('"active" as a text', http(200, {'active': 'true'}), 1, 'whether the token')
declare_introspection('an end that is no date', http(200, {'active': True, 'exp': -1}), 1,
                      'exp is not usable')
declare_introspection('an end that is a text', http(200, {'active': True, 'exp': '1'}), 1,
                      'not a whole number')
declare_introspection('an end beyond the calendar', http(200, {'active': True, 'exp': 2 ** 62}), 1,
                      'exp is not usable')
declare_introspection('an app that may not ask',
                      http(401, {'error': 'invalid_client', 'error_description': 'no'}), 6,
                      "the app's credentials are not accepted")


# token-lifetime = introspect

@test('token-lifetime = introspect learns the real end at the login')
def _(room):
    host = start_host(room, '--session', '7200', token_lifetime='introspect')
    told = read_json(room, 'token')
    shown = read_json(room, 'status')['profiles'][0]
    assert_true(7000 < shown['expires_at'] - shown['issued_at'] <= 7200, shown)
    assert_equal(told['expires_at'], shown['expires_at'])
    assert_equal((host.exchanges(), host.stats()['introspected']), (1, 1))
    run(room, 'token')
    assert_equal(host.stats()['introspected'], 1)


for name, answer in (('refuses', http(403, 'no')), ('says nothing', http(200, {'active': True})),
                     ('says it is over', http(200, {'active': False})),
                     ('names a second', http(200, {'active': True, 'exp': 1})),
                     ('answers nonsense', http(200, '<html>'))):
    @test(f'the default lifetime holds where introspection {name}, and -v says why')
    def _(room, answer=answer):
        other_org(room, lambda path: answer, token_lifetime='introspect')
        assert_equal(run(room, 'token', '--fresh').errors, '')
        done = run(room, 'token', '--fresh', '-v')
        assert_match(r'the length of the session is not known \(.+\): taken for 900 s', done.errors)
        shown = read_json(room, 'status')['profiles'][0]
        assert_equal(shown['expires_at'] - shown['issued_at'], 900 - 30)


@test('a session of a year is believed for a day')
def _(room):
    other_org(room, lambda path: http(200, {'active': True, 'exp': 253402300799}),
              token_lifetime='introspect')
    run(room, 'token')
    shown = read_json(room, 'status')['profiles'][0]
    assert_equal(shown['expires_at'] - shown['issued_at'], 86400 - 30)


@test('another word for token-lifetime is refused, and the hint names this one')
def _(room):
    start_host(room, token_lifetime='introspekt')
    done = run(room, 'token', code=3)
    assert_match('token-lifetime: not a whole number.*\nhint: or "introspect"', done.errors)


# Places that an answer names

@test('formats that name the instance refuse one that the profile does not serve')
def _(room):
    elsewhere = 'https://evil.example'

    def answer(connection, request):
        connection.sendall(http(200, {'access_token': CANARY, 'instance_url': elsewhere}))
    server = room.serve(HostileServer(answer, *server_pair))
    settings = dict(issuer='salesforce', login_url=server.url(), client_id='3MVG9.consumer', key=key,
                    username='robot@acme.example', ca_file=authority.certificate)
    room.configure('acme', **settings)
    room.configure('wide', serve=elsewhere, **settings)
    for form in ('env', 'json'):
        done = run(room, 'token', 'acme', '--format', form, code=3)
        assert_equal(done.output, '')
        assert_match(f'the token is for {elsewhere}.*\nhint: .*serve', done.errors)
        assert_in(elsewhere, run(room, 'token', 'wide', '--format', form).output)
    for form in ('plain', 'header', 'curl'):
        assert_in(CANARY, run(room, 'token', 'acme', '--format', form).output)


@test('what a site says is kept, shown, and checked like the instance')
def _(room):
    site = {'sfdc_community_url': 'https://acme.my.site.com/shop',
            'sfdc_community_id': '0DB000000000001AAA'}

    def answer(connection, request):
        connection.sendall(http(200, {'access_token': CANARY, 'scope': 'api', **site}))
    server = room.serve(HostileServer(answer, *server_pair))
    settings = dict(issuer='salesforce', login_url=server.url() + '/shop', key=key,
                    client_id='3MVG9.consumer', username='robot@acme.example',
                    ca_file=authority.certificate)
    room.configure('acme', serve='https://acme.my.site.com', **settings)
    room.configure('narrow', **settings)
    details = read_json(room, 'token', 'acme')['details']
    assert_equal({name: details[name] for name in site}, site)
    assert_equal(lines(server), ['/shop/services/oauth2/token'])
    run(room, 'token', 'narrow', '--json', code=3)


# Rates

for name, wishes in (('login rate exceeded', 'refuse=invalid_grant&description=login+rate+exceeded'),
                     ('LOGIN_RATE_EXCEEDED', 'refuse=LOGIN_RATE_EXCEEDED'),
                     ('HTTP 429', 'refuse=busy&status=429&retry-after=300')):
    @test(f'{name} holds the whole profile until forget')
    def _(room, wishes=wishes):
        host = start_host(room)
        host.set(wishes)
        run(room, 'token', code=6)
        asked = host.exchanges()
        for words in ([], ['--scope', 'less'], ['--audience', 'https://x.example'], ['--fresh']):
            assert_match(r'not asked again for \d{3} s', run(room, 'token', *words, code=6).errors)
        git = room.run('git-credential-avouch', 'get',
                       input=f'protocol=https\nhost={host.url.split("/")[2]}\n\n')
        assert_match('not asked again for', git.errors)
        assert_equal(host.exchanges(), asked)
        shown = read_json(room, 'status')['profiles'][0]
        assert_equal((shown['state'], shown['failure']['held']), ('refused', True))
        assert_match('refused .* ago, and not asked again until 20', run(room, 'status').output)
        host.set('reset')
        assert_match('the wait after a refusal is over', run(room, 'forget').output)
        run(room, 'token')


@test('LOGIN_RATE_EXCEEDED holds for 15 minutes, or for as long as the issuer says')
def _(room):
    host = start_host(room)
    for wishes, seconds in (('', 900), ('&retry-after=1200', 1200)):
        host.set(f'reset&refuse=LOGIN_RATE_EXCEEDED{wishes}')
        run(room, 'token', code=6)
        failure = read_json(room, 'status')['profiles'][0]['failure']
        assert_true(abs(failure['retry_at'] - failure['failed_at'] - seconds) <= 1, failure)
        run(room, 'forget')


@test('a hold is remembered without a cache too')
def _(room):
    host = start_host(room, cache='none')
    host.set('refuse=LOGIN_RATE_EXCEEDED')
    for _ in range(3):
        run(room, 'token', code=6)
    assert_equal(host.exchanges(), 1)


@test('a hold is the account\'s: it counts for each profile that logs the same one in, and no other')
def _(room):
    host = start_host(room)
    for name, changes in (('twin', {'login_url': host.url + '/', 'token_lifetime': 60}),
                          ('other', {'username': 'other@example.com'}), ('bare', {'cache': 'none'})):
        room.configure(name, **{**host.settings, 'serve': None, **changes})
    host.set('refuse=LOGIN_RATE_EXCEEDED')
    run(room, 'token', 'demo', code=6)
    assert_equal({entry['name']: entry.get('failure', {}).get('held')
                  for entry in read_json(room, 'status')['profiles']},
                 {'demo': True, 'twin': True, 'other': None, 'bare': True})
    for name in ('twin', 'bare', 'twin', 'bare'):
        assert_match(rf'{name}: .*not asked again for (900|8\d\d) s',
                     run(room, 'token', name, '--scope', 'less', code=6).errors)
    assert_equal(host.exchanges(), 1)
    assert_equal(run(room, 'token', 'other', code=6).errors.count('asked again'), 0)
    host.set('reset')
    run(room, 'forget', 'twin')
    run(room, 'token', 'twin')
    host.set('refuse=LOGIN_RATE_EXCEEDED')
    run(room, 'token', 'demo', code=6)
    assert_match('the wait after a refusal is over', run(room, 'forget', 'bare').output)


@test('an ordinary refusal holds only what was asked')
def _(room):
    host = start_host(room)
    host.set('refuse=invalid_grant&description=user+is+frozen')
    run(room, 'token', code=6)
    host.set('reset')
    run(room, 'token', '--scope', 'less')
    run(room, 'token', code=6)


@test('each refusal arrives with its meaning and a hint')
def _(room):
    table = [line.split('"') for line in REFUSALS.splitlines()]
    host = start_host(room)
    for _, code, _, description, _, meaning, _ in table:
        host.set('reset&refuse=' + code.replace(' ', '+') +
                 '&description=' + description.replace(' ', '+'))
        done = run(room, 'token', code=6)
        assert_in(meaning, done.errors)
        assert_in(code, done.errors)
        assert_match('\nhint: .', done.errors)
        run(room, 'forget')


REFUSALS = """\
"invalid_grant" "user hasn't approved this consumer" "not pre-authorised"
"invalid_app_access" "user is not admin approved to access this app" "an administrator approved"
"invalid_grant" "audience is invalid" "made out to another host"
"invalid_grant" "invalid assertion" "does not belong to the certificate"
"invalid_grant" "expired authorization code" "already expired"
"invalid_client_id" "client identifier invalid" "the consumer key is wrong"
"app_not_found" "External client app is not installed in this org" "no such app at this host"
"invalid_grant" "ip restricted" "outside of the allowed login IP ranges"
"invalid_request" "no valid scopes defined" "the app has no OAuth scope"
"inactive_user" "user is inactive" "the user is deactivated"
"invalid_grant" "user is frozen" "the user is frozen"
"inactive_org" "organization is locked" "the org is locked"
"invalid_grant" "inactive organization" "the org is inactive"
"unsupported_grant_type" "grant type not supported" "not enabled for this app"
"invalid_request" "must use HTTP POST" "not understood"
"server_error" "" "trouble of its own\""""


# register

def register(room, host, *words, name='new', key=None, **options):
    return run(room, 'register', name, '--login-url', host.url, '--username', USERNAME, '--key',
               key or host.settings['key'], '--set', f'ca-file={host.ca}', *words, **options)


@test('register makes an app and a profile that logs in by it')
def _(room):
    host = start_host(room)
    new = make_rsa_key(room.path / 'new.pem')
    done = register(room, host, '--serve', host.url, key=new, input=INITIAL_TOKEN + '\n')
    assert_match('registered: client-id 3MVG9registered.demo', done.output)
    assert_match('note: a client secret came too.*was not kept', done.errors)
    written = (room.config / 'conf.d' / 'new.conf').read_text()
    assert_in('client-id=3MVG9registered.demo', written)
    for secret in ('demo-client-secret', INITIAL_TOKEN):
        assert_not_in(secret, written + done.output + done.errors)
    assert_equal(read_json(room, 'whoami', 'new')['username'], USERNAME)


@test('register sends the certificate that the key has, and only the public half')
def _(room):
    host = start_host(room)
    new = make_rsa_key(room.path / 'new.pem')
    certificate = make_certificate(new, room.path / 'new.crt')
    both = room.write('both.pem', new.read_bytes() + certificate.read_bytes())
    shown = json.loads(register(room, host, '--dry-run', key=both).output)
    jwk, = shown['jwks']['keys']
    assert_equal(sorted(jwk), ['alg', 'e', 'kty', 'n', 'use', 'x5c'])
    pem = ''.join(certificate.read_text().splitlines()[1:-1])
    assert_equal(jwk['x5c'], [pem])
    assert_equal((shown['client_name'], shown['grant_types'], shown['token_endpoint_auth_method']),
                 ('avouch new', ['urn:ietf:params:oauth:grant-type:jwt-bearer'], 'private_key_jwt'))
    assert_true(not (room.config / 'conf.d' / 'new.conf').exists(), 'written by a dry run')


@test('register reads the initial access token from a file that others cannot read')
def _(room):
    host = start_host(room)
    token = room.write('token', INITIAL_TOKEN + '\n', mode=0o644)
    done = register(room, host, '--initial-token-file', token, code=2)
    assert_match('every user of this machine may read', done.errors)
    token.chmod(0o600)
    register(room, host, '--initial-token-file', token)


@test('register finds what is wrong before it asks')
def _(room):
    host = start_host(room)
    for words, code, pattern in (
            (['register'], 2, "what is the new profile's name"),
            (['register', 'new', '--login-url', host.url], 2,
             'missing: --username, --key\nhint: .*My Domain URL'),
            (['register', 'n/w', '--login-url', host.url], 2, "not a profile's name")):
        assert_match(pattern, run(room, *words, code=code, input=INITIAL_TOKEN).errors)
    for words, code, pattern in (
            (['--set', 'cachet=none'], 3, 'cachet: unknown key'),
            (['--set', 'client-id=x'], 2, 'client-id: given twice')):
        assert_match(pattern, register(room, host, *words, code=code, input=INITIAL_TOKEN).errors)
    for text, pattern in (('', 'it is empty'), ('two words', 'a blank'), ('a\x01b', 'no token may')):
        assert_match(pattern, register(room, host, code=2, input=text).errors)
    assert_match('exists already',
                 register(room, host, name='demo', code=3, input=INITIAL_TOKEN).errors)


def declare_registration(name, answer, code, *patterns):
    @test(f'register: {name}')
    def _(room):
        server = room.serve(HostileServer(always(*answer[0], **answer[1]), *server_pair))
        done = run(room, 'register', 'new', '--login-url', server.url(), '--username', USERNAME,
                   '--key', key, '--set', f'ca-file={authority.certificate}', code=code,
                   input=INITIAL_TOKEN)
        assert_equal(done.output, '')
        assert_match('^avouch: new: ', done.errors)
        for pattern in patterns:
            assert_match(pattern, done.errors)
        assert_not_in(INITIAL_TOKEN, done.errors)
        assert_true(not (room.config / 'conf.d' / 'new.conf').exists(), 'a profile was written')
        assert_equal(len(server.requests), 1)
        assert_equal(server.requests[0].headers['authorization'], f'Bearer {INITIAL_TOKEN}')


def refusal(status, *body, **options):
    return (status, *body), options


for given in (
        ('a token that is not accepted', refusal(401, {'error': 'invalid_token'}), 6,
         'initial access token is not accepted', 'hint: in Setup'),
        ('a token of the wrong kind', refusal(403, {'error': 'insufficient_scope'}), 6,
         'may not register apps', 'hint: in Setup'),
        ('metadata that is not accepted', refusal(400, {
            'error': 'invalid_client_metadata', 'error_description': 'name\x1b[31m taken'}), 6,
         'not accepted.*name', 'hint: look at --client-name'),
        ('an org that forbids it', refusal(403, '<html>'), 6, 'HTTP 403', 'hint: the org must'),
        ('nothing there', refusal(404, ''), 6, 'HTTP 404', 'hint: is login-url right'),
        ('a server in trouble is not asked twice', refusal(503, ''), 5, 'HTTP 503',
         'hint: see in Setup'),
        ('an unknown refusal', refusal(400, {'error': 'new'}), 6, 'the issuer refused: new'),
        ('no client_id', refusal(201, {'client_secret': 'x'}), 1, 'client_id'),
        ('a client_id with a blank', refusal(201, {'client_id': '3MVG9 x'}), 1, 'not usable'),
        ('an endless client_id', refusal(201, {'client_id': 'x' * 256}), 1, 'not usable'),
        ('a client_id that is a number', refusal(201, {'client_id': 7}), 1, 'not a string'),
        ('a page', refusal(200, '<html>', 'text/html'), 1, 'invalid JSON'),
        ('a redirect', refusal(307, headers=['Location: https://evil.example/']), 1,
         'redirects to evil')):
    declare_registration(*given)


@test('a client_id is not lost when the profile cannot be written')
def _(room):
    host = start_host(room)
    blocked = room.write('blocked', 'not a folder')
    done = register(room, host, '--file', blocked / 'new.conf', code=1, input=INITIAL_TOKEN)
    assert_match('hint: the app was registered all the same.*--client-id 3MVG9registered.demo',
                 done.errors)


main()
