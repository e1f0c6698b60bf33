#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""avouch doctor: what it says of each thing that goes wrong, whole, and that it can be pasted into a
ticket. What it says is in tests/golden/doctor; GOLDEN=write writes it anew, to be read and
committed."""
import json
import os
import pathlib
import pty
import re
import resource
import socket
import subprocess
import threading
import time
import urllib.parse

from demohost import CLIENT_ID, USERNAME, make_certificate, start_host
from harness import *
from hostile import HostileServer, http, silence

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / 'golden' / 'doctor'
PASSPHRASE = 'canary-passphrase'
LONG_ID = '3MVG9example0123456789abcdefghijklmnopXYZ'
TOKEN = '00Dcanary!' + 'x' * 60
STATES = {'ok', 'warning', 'failed', 'skipped'}

# What differs from run to run, by its form; no line may break within it.
VARIES = [
    (r'\s+\(\d+\s+ms\)', ''),
    (r'\d+ s from the server', 'N s from the server'),
    (r'\b\d+ s (behind|ahead)', r'N s \1'),
    (r'good for \d+ min', 'good for N min'),
    (r'\d\d:\d\d:\d\d(?= \(remembered)', 'HH:MM:SS'),
    (r'20\d\d-\d\d-\d\d', 'YYYY-MM-DD'),
    (r'(until|on)(\s+)YYYY-MM-DD, (in )?-?\d+ days', r'\1\2YYYY-MM-DD, \3N days'),
    (r'(?:[0-9A-F]{2}:){15}[0-9A-F]{2}', 'FINGERPRINT'),
    (r'(127\.0\.0\.1|localhost):(?!1\b)\d{4,5}', r'\1:PORT'),
    (r'/dev/shm/avouch-test-\w+', '$XDG_RUNTIME_DIR'),
    (r'/tmp/avouch-test-\w+', '$ROOM'),
    (r'\S+/avouch-mint', '$LIBEXEC/avouch-mint'),
    (r'localhost: (::1, 127\.0\.0\.1|127\.0\.0\.1, ::1|127\.0\.0\.1|::1)\n', 'localhost: ADDRESS\n'),
]


def normalise(text):
    for pattern, replacement in VARIES:
        text = re.sub(pattern, replacement, text)
    return text


def check_golden(name, result, code):
    """Standard output, then standard error, exactly."""
    text = normalise(result.output) + normalise(result.errors) + f'exit status {result.code}\n'
    path = GOLDEN / f'{name}.txt'
    if os.environ.get('GOLDEN') == 'write':
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')
    assert_equal(text, path.read_text(encoding='utf-8'), path.name)
    assert_equal(result.code, code, name)
    assert_not_in(PASSPHRASE, text)
    assert_not_in(TOKEN, text)
    for line in result.output.splitlines():
        assert_true(len(line) < 80 or ' ' not in line[20:], f'too wide: {line!r}')


class Org:
    """A server that grants every login and answers like an org."""

    def __init__(self, room, names='DNS:localhost,IP:127.0.0.1', authority=None, **certificate):
        self.authority = authority or Authority(room.path / 'ca')
        files = self.authority.issue('server', names, **certificate)
        self.answers = {}
        self.ahead = 0
        self.logins = 0
        self.now = self.most = 0
        self.lock = threading.Lock()
        self.gate = None
        self.server = room.serve(HostileServer(self.behave, *files))
        self.url = self.server.url()
        self.answers = {
            '/services/oauth2/token': {
                'access_token': TOKEN, 'scope': 'api id', 'instance_url': self.url,
                'id': self.url + '/id/00D/005', 'token_type': 'Bearer'},
            '/services/data': [{'version': '9.0'}, {'version': '65.0'}, {'version': '64.0'}],
            '/services/data/v65.0/limits': {'DailyApiRequests': {'Max': 15000, 'Remaining': 14998}},
            '/services/oauth2/userinfo': {
                'preferred_username': USERNAME, 'user_id': '005xx000001Sv1mAAC',
                'organization_id': '00Dxx0000001gPFEAY'}}

    def behave(self, connection, request):
        path = request.line.split()[1]
        login = path == '/services/oauth2/token'
        with self.lock:
            self.logins += login
            self.now += 1
            self.most = max(self.most, self.now)
        if login and self.gate is not None:
            self.gate.wait(30)
        answer = self.answers.get(path)
        status = 404 if answer is None else 200
        if callable(answer):
            status, answer = answer(request)
        connection.sendall(http(status, json.dumps(answer).encode(), ahead=self.ahead))
        with self.lock:
            self.now -= 1

    def profile(self, room, name='acme', **settings):
        room.configure(name, **{
            'issuer': 'salesforce', 'login_url': self.url, 'client_id': LONG_ID,
            'username': USERNAME, 'key': pair(room), 'ca_file': self.authority.certificate,
            'serve': f'https://{name}.example.com', **settings})


def pair(room, name='pair', start=None, end=None):
    """A key and its certificate in one file; the certificate is good from START to END."""
    path = room.keys / f'{name}.pem'
    if path.exists():
        return path
    key = make_rsa_key(room.path / f'{name}.key')
    certificate = room.path / f'{name}.crt'
    if start is None:
        openssl('req', '-x509', '-new', '-key', key, '-subj', '/CN=robot', '-days', '500',
                '-out', certificate)
    else:
        folder = room.path / f'{name}-ca'
        folder.mkdir()
        (folder / 'index').touch()
        (folder / 'serial').write_text('01\n')
        (folder / 'ca.cnf').write_text(
            f'[ca]\ndefault_ca = it\n[it]\ndatabase = {folder}/index\nserial = {folder}/serial\n'
            f'new_certs_dir = {folder}\ndefault_md = sha256\npolicy = any\n'
            '[any]\ncommonName = supplied\n')
        openssl('req', '-new', '-key', key, '-subj', '/CN=robot', '-out', folder / 'request')
        openssl('ca', '-batch', '-notext', '-selfsign', '-config', folder / 'ca.cnf', '-keyfile',
                key, '-in', folder / 'request', '-out', certificate, '-startdate', start,
                '-enddate', end)
    return room.write(path, key.read_text() + certificate.read_text())


def stamp(days):
    return time.strftime('%Y%m%d%H%M%SZ', time.gmtime(time.time() + days * 86400))


def steps_of(result, profile='acme'):
    """{'key': {'state': …}, …}"""
    (found,) = [one for one in json.loads(result.output) if one['profile'] == profile]
    return {step['name']: step for step in found['steps']}


def doctor(room, *arguments, **options):
    return room.run('avouch', 'doctor', *arguments, **options)


# All is well

@test('an org that is well gets a tick for each step')
def _(room):
    org = Org(room)
    org.profile(room)
    check_golden('well', doctor(room), 0)
    assert_equal(org.logins, 1)


@test('a cached token is used, and the report says so; --fresh logs in')
def _(room):
    org = Org(room)
    org.profile(room)
    assert_equal(room.run('avouch', 'token', 'acme').code, 0)
    check_golden('cached', doctor(room), 0)
    assert_equal(org.logins, 1)
    assert_in('logged in', doctor(room, 'acme', '--fresh').output)
    assert_equal(org.logins, 2)
    assert_equal(len(room.credential_files()), 1)


@test('the login of a doctor run is cached for others')
def _(room):
    org = Org(room)
    org.profile(room)
    assert_equal(doctor(room).code, 0)
    assert_equal(room.run('avouch', 'token').output, TOKEN + '\n')
    assert_equal(org.logins, 1)


@test('--offline asks nobody')
def _(room):
    org = Org(room)
    org.profile(room)
    check_golden('offline', doctor(room, '--offline'), 0)
    assert_equal((org.logins, org.server.connections), (0, 0))


@test('--quiet prints what is not as it should be, and nothing else')
def _(room):
    org = Org(room)
    org.profile(room)
    result = doctor(room, '--offline', '--quiet')
    assert_equal((result.code, result.output, result.errors), (0, '', ''))
    org.profile(room, 'beta', key=room.keys / 'none.pem')
    check_golden('quiet', doctor(room, '--offline', '--quiet'), 4)


@test('plain http to this machine needs no TLS')
def _(room):
    def behave(connection, _):
        connection.recv(65536)
        connection.sendall(http(404, b'{}', headers=['Connection: close']))
    server = room.serve(HostileServer(behave))
    room.configure('acme', issuer='salesforce', login_url=f'http://127.0.0.1:{server.port}',
                   client_id=LONG_ID, username=USERNAME, key=pair(room))
    steps = steps_of(doctor(room, '--json'))
    assert_equal([steps[name]['state'] for name in ('dns', 'tcp', 'tls', 'clock', 'login')],
                 ['ok', 'ok', 'ok', 'ok', 'failed'])


# Refusals: what Salesforce answers, and what the report then says, from answer to hint.

REFUSALS = {
    'not-approved': ('invalid_grant', "user hasn't approved this consumer"),
    'not-admin-approved': ('invalid_grant', 'user is not admin approved to access this app'),
    'app-access': ('invalid_app_access', 'user is not permitted'),
    'audience': ('invalid_grant', 'audience is invalid'),
    'assertion': ('invalid_grant', 'invalid assertion'),
    'expired-code': ('invalid_grant', 'expired authorization code'),
    'assertion-expired': ('invalid_grant', 'assertion expired'),
    'client-id': ('invalid_client_id', 'client identifier invalid'),
    'client': ('invalid_client', 'invalid client credentials'),
    'app-not-found': ('app_not_found', 'External client app is not installed in this org'),
    'ip-restricted': ('invalid_grant', 'ip restricted'),
    'no-scopes': ('invalid_request', 'no valid scopes defined'),
    'rate': ('invalid_grant', 'LOGIN_RATE_EXCEEDED'),
    'inactive-user': ('invalid_grant', 'inactive user'),
    'frozen-user': ('invalid_grant', 'user is frozen'),
    'locked-org': ('invalid_grant', 'organization is locked'),
    'inactive-org': ('invalid_grant', 'organization is inactive'),
    'grant-type': ('unsupported_grant_type', 'grant type not supported'),
    'unknown': ('invalid_grant', 'something new'),
}


def declare_refusal(name, error, description):
    @test(f'refused: {error} "{description}" is explained')
    def _(room):
        host = start_host(room, profile='acme', key=pair(room))
        host.set(f'refuse={error}&description={urllib.parse.quote(description)}')
        check_golden(f'refused-{name}', doctor(room), 6)


for name, (error, description) in REFUSALS.items():
    declare_refusal(name, error, description)


@test('a remembered refusal is told, and nobody is asked again')
def _(room):
    host = start_host(room, profile='acme', key=pair(room))
    host.set('refuse=invalid_grant&description=inactive+user&retry-after=600')
    assert_equal(doctor(room).code, 6)
    asked = host.exchanges()
    check_golden('remembered', doctor(room), 6)
    assert_equal(doctor(room, '--fresh').code, 6)
    assert_equal(host.exchanges(), asked)


@test('an outage is no reason to log in again and again')
def _(room):
    host = start_host(room, profile='acme', key=pair(room))
    host.set('refuse=server_error&description=down&status=503&retry-after=600')
    result = doctor(room)
    asked = host.exchanges()
    assert_equal(result.code, 5)
    check_golden('outage', doctor(room), 5)
    assert_equal(host.exchanges(), asked)


# The machine

@test('a configuration that everybody may write to is a finding')
def _(room):
    Org(room).profile(room)
    (room.config / 'avouch.conf').chmod(0o666)
    check_golden('config-open', doctor(room), 3)


@test('no profile at all: what to do')
def _(room):
    check_golden('no-profile', doctor(room), 3)


@test('a cache that others can reach into is a finding')
def _(room):
    Org(room).profile(room)
    (room.runtime / 'avouch').mkdir()
    (room.runtime / 'avouch').chmod(0o755)
    check_golden('cache-open', doctor(room), 1)


@test('no cache folder is a finding only where a profile keeps its token')
def _(room):
    org = Org(room)
    org.profile(room, cache='none')
    (room.runtime / 'avouch').write_text('in its place')
    result = doctor(room, '--json')
    assert_equal(result.code, 0, result)
    assert_equal(steps_of(result, None)['cache']['state'], 'skipped')
    assert_equal(org.logins, 1)


# Settings

@test('a setting that is wrong names file and line, and everything else waits')
def _(room):
    Org(room).profile(room, pasphrase='keyring')
    check_golden('settings', doctor(room), 3)


@test('two profiles that serve one place are warned of')
def _(room):
    org = Org(room)
    for name in ('acme', 'beta'):
        org.profile(room, name, serve='https://git.example.com')
    steps = steps_of(doctor(room, '--json', '--offline'), 'beta')
    assert_equal(steps['settings']['state'], 'warning')
    assert_in('[acme] serves https://git.example.com', steps['settings']['finding'])
    for name in ('gamma', 'delta'):
        org.profile(room, name, serve='https://hub.example.com', git_username=name)
    assert_equal(steps_of(doctor(room, '--json', '--offline'), 'gamma')['settings']['state'], 'ok')


@test('a profile of an unknown name is answered like elsewhere')
def _(room):
    Org(room).profile(room)
    result = doctor(room, 'acmee')
    assert_equal((result.code, result.output), (3, ''))
    assert_in('did you mean "acme"', result.errors)


# The key and its certificate

@test('a key that is not there')
def _(room):
    Org(room).profile(room, key=room.keys / 'none.pem')
    check_golden('no-key', doctor(room), 4)


def encrypted(room):
    return make_rsa_key(room.keys / 'locked.pem', passphrase=PASSPHRASE)


@test('a wrong passphrase')
def _(room):
    Org(room).profile(room, key=encrypted(room), passphrase='env:WRONG')
    check_golden('wrong-passphrase', doctor(room, env={'WRONG': 'another'}), 4)


@test('a prompt without a terminal is not waited for')
def _(room):
    Org(room).profile(room, key=encrypted(room), passphrase='prompt')
    check_golden('prompt', doctor(room), 4)


@test('a passphrase is typed once for key and login, and read once from a descriptor')
def _(room):
    org = Org(room)
    org.profile(room, key=encrypted(room), passphrase='prompt')
    code, output = on_terminal(room, 'doctor', 'acme', typed=PASSPHRASE)
    assert_equal(code, 0, output)
    assert_equal(output.count('Passphrase of'), 1, output)
    assert_in('passphrase typed', output)
    assert_equal(org.logins, 1)
    org.profile(room, 'beta', key=encrypted(room), passphrase='fd:0')
    result = doctor(room, 'beta', input=PASSPHRASE + '\n')
    assert_equal(result.code, 0, result)
    assert_equal(org.logins, 2)


@test('an expired certificate, one not yet valid, and one that soon expires')
def _(room):
    org = Org(room)
    org.profile(room, 'expired', key=pair(room, 'old', stamp(-400), stamp(-35)))
    org.profile(room, 'early', key=pair(room, 'early', stamp(10), stamp(400)))
    org.profile(room, 'soon', key=pair(room, 'soon', stamp(-300), stamp(20.5)))
    check_golden('certificates', doctor(room, '--offline'), 4)


@test('a certificate of another key')
def _(room):
    first, second = pair(room, 'first'), pair(room, 'second')
    mixed = (room.path / 'first.key').read_text() + (room.path / 'second.crt').read_text()
    Org(room).profile(room, key=room.write(room.keys / 'mixed.pem', mixed))
    check_golden('key-mismatch', doctor(room), 4)


@test('the fingerprint is that which openssl shows')
def _(room):
    Org(room).profile(room)
    shown = subprocess.run(['openssl', 'x509', '-in', room.path / 'pair.crt', '-noout',
                            '-fingerprint', '-sha256'], capture_output=True, encoding='utf-8',
                           check=True, timeout=60).stdout
    steps = steps_of(doctor(room, '--offline', '--json'))
    assert_in(shown.split('=')[1].strip(), steps['certificate']['finding'].replace(': ', ':'))


# The way there

@test('a host name that nobody knows')
def _(room):
    Org(room).profile(room, login_url='https://org.invalid')
    result = doctor(room, '--timeout', '20')
    # What is said where there is no name server to ask.
    result.output = re.sub(r'cannot\s+be\s+looked\s+up\s+at\s+the\s+moment', 'is not known',
                           result.output)
    check_golden('dns', result, 5)


@test('a connection that is refused')
def _(room):
    Org(room).profile(room, login_url='https://127.0.0.1:1')
    check_golden('refused-connection', doctor(room), 5)


@test('a proxy that is not there is named, and what to look at')
def _(room):
    Org(room).profile(room, proxy='http://127.0.0.1:1')
    check_golden('proxy', doctor(room), 5)


@test('a server that says nothing is not waited for longer than --timeout')
def _(room):
    listener = socket.create_server(('127.0.0.1', 0))
    room.cleanups.append(listener.close)
    Org(room).profile(room, login_url=f'https://127.0.0.1:{listener.getsockname()[1]}')
    check_golden('silence', doctor(room, '--timeout', '1'), 5)


@test('an authority that nobody here trusts')
def _(room):
    Org(room).profile(room, ca_file=None)
    check_golden('untrusted', doctor(room), 5)


@test('a certificate for another host name')
def _(room):
    Org(room, names='DNS:other.example.com').profile(room)
    check_golden('wrong-host', doctor(room), 5)


@test('a server certificate that has expired')
def _(room):
    Org(room, start=stamp(-20), end=stamp(-10)).profile(room)
    check_golden('server-expired', doctor(room), 5)


@test('a server that does not speak TLS')
def _(room):
    server = room.serve(HostileServer(lambda connection, _: connection.sendall(b'220 mail\r\n')))
    Org(room).profile(room, login_url=f'https://localhost:{server.port}')
    steps = steps_of(doctor(room, '--json', '--timeout', '5'))
    assert_equal([steps[name]['state'] for name in ('tcp', 'tls', 'login')],
                 ['ok', 'failed', 'skipped'])
    assert_in('localhost', steps['tls']['finding'])


@test('TLS 1.1 is too old')
def _(room):
    files = Authority(room.path / 'old').issue('server')
    server = room.serve(HostileServer(silence, *files, oldest=True))
    Org(room).profile(room, login_url=server.url(), ca_file=room.path / 'old' / 'ca.pem')
    steps = steps_of(doctor(room, '--json'))
    assert_equal(steps['tls']['state'], 'failed')


@test('a clock that is off')
def _(room):
    org = Org(room)
    org.ahead = 600
    org.profile(room)
    check_golden('clock', doctor(room), 0)


@test('a login by the clock of the server, where ours is off')
def _(room):
    host = start_host(room, profile='acme')
    host.set('date-offset=7200')
    steps = steps_of(doctor(room, '--json'))
    assert_equal((steps['clock']['state'], steps['login']['state']), ('warning', 'ok'))
    assert_match('^7[12]\\d\\d s behind', steps['clock']['finding'])


# What the token may do

@test('a scope that `avouch request` lacks')
def _(room):
    org = Org(room)
    org.answers['/services/oauth2/token']['scope'] = 'id web'
    org.answers['/services/oauth2/userinfo'] = lambda _: (403, {})
    org.answers['/services/data/v65.0/limits'] = None
    org.profile(room)
    check_golden('scopes', doctor(room), 0)


@test('an instance elsewhere gets no token')
def _(room):
    org = Org(room)
    org.answers['/services/oauth2/token']['instance_url'] = 'https://evil.example.com'
    org.profile(room)
    check_golden('instance', doctor(room), 3)


@test('a session that ended before the cache expected it is replaced, and told')
def _(room):
    org = Org(room)
    org.profile(room)
    assert_equal(room.run('avouch', 'token').code, 0)
    org.answers['/services/oauth2/token']['access_token'] = TOKEN + '2'
    good = org.answers['/services/oauth2/userinfo']
    org.answers['/services/oauth2/userinfo'] = lambda request: (
        (200, good) if request.headers['authorization'].endswith('2') else
        (401, [{'errorCode': 'INVALID_SESSION_ID', 'message': 'Session expired or invalid'}]))
    steps = steps_of(doctor(room, '--json'))
    assert_equal(steps['identity']['state'], 'warning')
    assert_in('Session Settings', steps['identity']['hint'])
    assert_equal(org.logins, 2)


@test('few API requests left')
def _(room):
    org = Org(room)
    org.answers['/services/data/v65.0/limits'] = {'DailyApiRequests': {'Max': 15000,
                                                                       'Remaining': 20}}
    org.profile(room)
    assert_equal(steps_of(doctor(room, '--json'))['budget']['state'], 'warning')


# Several profiles

@test('several profiles are asked at once, 16 at most, and told in their order')
def _(room):
    org = Org(room)
    names = [f'p{number:02}' for number in range(40)]
    for name in names:
        org.profile(room, name)
    # Each login waits until eight of them wait: made one after another, none would be answered.
    org.gate = threading.Barrier(8)
    result = doctor(room, '--json')
    assert_equal(result.code, 0, result)
    assert_equal([one['profile'] for one in json.loads(result.output)], [None, *names])
    assert_equal(org.logins, 40)
    assert_true(8 <= org.most <= 16, f'{org.most} at once')


@test('the status is that of the first fault, in the order of the configuration')
def _(room):
    org = Org(room)
    org.profile(room, 'well')
    org.profile(room, 'shut', login_url='https://127.0.0.1:1')
    org.profile(room, 'keyless', key=room.keys / 'none.pem')
    check_golden('several', doctor(room), 5)


@test('a thousand profiles')
def _(room):
    org = Org(room)
    text = ''
    for number in range(1000):
        text += (f'[p{number}]\nissuer = salesforce\nlogin-url = {org.url}\nclient-id = {LONG_ID}\n'
                 f'username = {USERNAME}\nkey = {pair(room)}\nserve = https://h{number}.example.com\n')
    room.write(room.config / 'avouch.conf', text)
    result = doctor(room, '--offline', '--json')
    assert_equal(result.code, 0, result)
    assert_equal([one['state'] for one in json.loads(result.output)], ['ok'] * 1001)


@test('a crowd of profiles takes no more descriptors than those who are examined at once')
def _(room):
    org = Org(room)
    for number in range(120):
        org.profile(room, f'p{number:03}', key=room.keys / 'none.pem')
    limit = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (180, 180))
    result = doctor(room, '--json', preexec=limit)
    assert_equal(result.code, 4, result)
    for one in json.loads(result.output)[1:]:
        assert_equal([step['state'] for step in one['steps'] if step['name'] in ('tls', 'clock')],
                     ['warning', 'ok'], one['profile'])


# For programs, terminals and locales

@test('--json is an array of profiles with steps')
def _(room):
    org = Org(room)
    org.profile(room, 'acme')
    org.profile(room, 'shut', login_url='https://127.0.0.1:1')
    result = doctor(room, '--json')
    report = json.loads(result.output)
    assert_equal([one['profile'] for one in report], [None, 'acme', 'shut'])
    assert_equal([one['state'] for one in report], ['ok', 'warning', 'failed'])
    for one in report:
        assert_equal(set(one), {'profile', 'state', 'steps'})
        for step in one['steps']:
            assert_equal(set(step), {'name', 'state', 'finding', 'hint', 'ms'})
            assert_in(step['state'], STATES)
            assert_true(step['finding'] and isinstance(step['ms'], int), step)
    assert_equal(list(steps_of(result)),
                 ['settings', 'key', 'certificate', 'subject', 'dns', 'tcp', 'tls', 'clock', 'login', 'scopes',
                  'api', 'identity', 'budget'])


@test('no secret, assertion or whole consumer key is in a report')
def _(room):
    org = Org(room)
    org.profile(room, key=encrypted(room), passphrase='env:CANARY')
    for arguments in ([], ['--json'], ['--fresh', '-v', '-v']):
        result = doctor(room, *arguments, env={'CANARY': PASSPHRASE})
        assert_equal(result.code, 0, result)
        for secret in (TOKEN, PASSPHRASE, LONG_ID, 'eyJ'):
            assert_not_in(secret, result.output + result.errors)


def on_terminal(room, *arguments, typed=None, env=None):
    """What a terminal of 80 columns sees, and the status."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.clear()
        os.environ.update({**room.environment, 'TERM': 'xterm', **(env or {})})
        os.chdir(room.path)
        os.execv(TEST_BIN / 'avouch', ['avouch', *arguments])
    output = b''
    while True:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:
            break
        if not chunk:
            break
        output += chunk
        if typed is not None and b'Passphrase of' in output:
            os.write(terminal, typed.encode() + b'\n')
            typed = None
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), output.decode()


@test('colours on a terminal, unless NO_COLOR is set or it has none')
def _(room):
    Org(room).profile(room)
    _, plain = on_terminal(room, 'doctor', '--offline', env={'NO_COLOR': '1'})
    assert_not_in('\x1b', plain)
    _, dumb = on_terminal(room, 'doctor', '--offline', env={'TERM': 'dumb'})
    assert_not_in('\x1b', dumb)
    _, coloured = on_terminal(room, 'doctor', '--offline', env={'NO_COLOR': ''})
    assert_in('\x1b[32m✓\x1b[0m key', coloured)
    assert_equal(normalise(re.sub('\x1b\\[\\d+m', '', coloured)), normalise(plain))
    assert_not_in('\x1b', doctor(room, '--offline').output)


@test('in a locale without UTF-8 the marks are ASCII')
def _(room):
    org = Org(room)
    org.profile(room)
    org.profile(room, 'beta', key=room.keys / 'none.pem')
    check_golden('ascii', doctor(room, env={'LC_ALL': 'C'}), 4)


@test('--timeout takes whole seconds')
def _(room):
    for wrong in ('0', 'x', '1.5', '601'):
        assert_equal(doctor(room, '--timeout', wrong).code, 2, wrong)


@test('a report that cannot be written is an error')
def _(room):
    Org(room).profile(room)
    result = room.run('sh', '-c', 'avouch doctor --offline >/dev/full')
    assert_equal(result.code, 1, result)
    assert_in('standard output', result.errors)


main()
