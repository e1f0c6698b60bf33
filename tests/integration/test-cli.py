# SPDX-License-Identifier: LGPL-2.1-or-later
"""The avouch command: what it prints, what it exits with, what it writes, and what it never shows."""
import json
import os
import pathlib
import re
import shlex
import stat
import subprocess
import time
import urllib.parse
import xml.etree.ElementTree as ElementTree

from demohost import CLIENT_ID, USERNAME, DemoHost
from harness import *

COMMANDS = ['token', 'run', 'request', 'whoami', 'status', 'doctor', 'forget', 'revoke', 'register',
            'profile', 'profile list', 'profile show', 'profile add', 'profile import', 'setup',
            'setup git', 'setup kubectl', 'key', 'key new', 'key show', 'key certificate', 'key import',
            'key jwk', 'jwt', 'jwt sign', 'jwt verify', 'jwt decode']
PASSPHRASE = 'canary-passphrase'


class Account:
    """A demo host that knows one key, and a profile 'acme' for it."""

    def __init__(self, room, **settings):
        self.room = room
        self.key = make_rsa_key(room.keys / 'acme.pem', passphrase=PASSPHRASE)
        self.secret_file = room.write(room.home / 'passphrase', PASSPHRASE + '\n')
        certificate = room.path / 'acme.crt'
        openssl('req', '-x509', '-new', '-key', self.key, '-passin', f'pass:{PASSPHRASE}',
                '-subj', '/CN=acme', '-days', '30', '-out', certificate)
        self.host = room.serve(DemoHost(room, certificate))
        self.settings = {'issuer': 'salesforce', 'login_url': self.host.url,
                         'client_id': CLIENT_ID, 'username': USERNAME, 'key': self.key,
                         'passphrase': f'file:{self.secret_file}', 'ca_file': self.host.ca,
                         'serve': self.host.url, **settings}
        room.configure('acme', **self.settings)

    def refuse(self, description):
        self.host.set(f'refuse=invalid_grant&description={urllib.parse.quote(description)}')


def fails(result, code, *parts):
    """A failure prints nothing on stdout, and one message on stderr."""
    assert_equal(result.code, code, result)
    assert_equal(result.output, '', result)
    assert_match('^avouch: ', result.errors)
    for part in parts:
        assert_in(part, result.errors)


def succeeds(result):
    assert_equal(result.code, 0, result)
    return result.output


def offline(room, name='acme', **settings):
    """A profile that nobody will log in with."""
    room.configure(name, **{'issuer': 'salesforce', 'login_url': f'https://{name}.example.com',
                            'client_id': 'ID', 'username': f'robot@{name}.example',
                            'key': '~/no.pem', 'serve': f'https://{name}.example.com', **settings})


# Help

@test('every command explains itself within 80 columns, with two examples or more')
def _(room):
    for command in [''] + COMMANDS:
        texts = [succeeds(room.run('avouch', *command.split(), '--help')),
                 succeeds(room.run('avouch', *command.split(), '-h')),
                 succeeds(room.run('avouch', 'help', *command.split()))]
        assert_equal(texts[0], texts[1])
        assert_equal(texts[0], texts[2])
        assert_in(f'Usage: avouch {command}'.strip(), texts[0])
        assert_true(len(re.findall('^  (?:avouch|eval) .*\n      ', texts[0], re.M)) >= 2, texts[0])
        assert_true(max(map(len, texts[0].splitlines())) <= 80, texts[0])


@test('the version is told everywhere')
def _(room):
    for command in [''] + COMMANDS:
        assert_match(r'^avouch \d+\.\d+\.\d+\n$',
                     succeeds(room.run('avouch', *command.split(), '--version')))


@test('no command: how it is called, on stderr, exit 2')
def _(room):
    for command in ('', 'profile', 'setup'):
        result = room.run('avouch', *command.split())
        assert_equal((result.code, result.output), (2, ''))
        assert_match('^Usage: avouch', result.errors)


@test('usage mistakes exit 2 and say what was meant')
def _(room):
    offline(room)
    for line, part in {
            'tokne': 'avouch token', 'profile lst': 'avouch profile list', 'setup gti': 'setup git',
            'help stauts': 'avouch status', 'token --jsno': '--jsno', 'token --url': '--url',
            'token a b': '"b"', 'token acme --url https://a.example.com': 'not both',
            'token --format jsno': '"json"', 'forget acme --all': 'not both', 'status x': '"x"',
            'profile add': 'name', 'profile add a/b': 'a/b', 'setup git --local --global': 'one of',
            'setup kubectl --user -x': '-x', 'profile add x --set y': 'KEY=VALUE',
            'profile add x --issuer nobody': 'salesforce'}.items():
        fails(room.run('avouch', *line.split()), 2, part)


# token

@test('every format of a token is what its reader takes')
def _(room):
    account = Account(room)
    token = succeeds(room.run('avouch', 'token', 'acme')).removesuffix('\n')
    assert_true(len(token) > 20 and '\n' not in token, 'one line')
    answer = json.loads(succeeds(room.run('avouch', 'token', '--format', 'json')))
    assert_equal([answer[name] for name in ('profile', 'kind', 'token')], ['acme', 'bearer', token])
    assert_equal(time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(answer['expires_at'])),
                 answer['expires'])
    assert_equal(answer['details']['instance_url'], account.host.url)
    assert_equal(succeeds(room.run('avouch', 'token', '--format=header')),
                 f'Authorization: Bearer {token}\n')
    shell = room.run('sh', '-c', 'set -eu; AVOUCH_USERNAME=old; eval "$(avouch token -f env)"; '
                     'sh -c \'echo "$AVOUCH_TOKEN $AVOUCH_INSTANCE_URL $AVOUCH_EXPIRES_AT '
                     '${AVOUCH_USERNAME-}"\'')
    assert_equal(succeeds(shell),
                 f'{token} {account.host.url} {answer["expires_at"]} \n')
    curl = room.run('sh', '-c', f'avouch token --format curl | curl -s --cacert '
                    f'{account.host.ca} -o /dev/null -w "%{{http_code}}" -K - '
                    f'{account.host.url}/version')
    assert_equal(succeeds(curl), '200')
    assert_equal(succeeds(room.run('avouch', 'token', '--format', 'session-header')),
                 f'X-SFDC-SESSION: {token}\n')
    header = ElementTree.fromstring(succeeds(room.run('avouch', 'token', '--format', 'soap')))
    partner = '{urn:partner.soap.sforce.com}'
    assert_equal((header.tag, [(child.tag, child.text) for child in header]),
                 (f'{partner}SessionHeader', [(f'{partner}sessionId', token)]))
    assert_equal(account.host.exchanges(), 1)


@test('a URL finds its profile, as an option and as an argument')
def _(room):
    account = Account(room)
    token = succeeds(room.run('avouch', 'token', 'acme'))
    for arguments in (['--url', account.host.url + '/x'], [account.host.url]):
        assert_equal(succeeds(room.run('avouch', 'token', *arguments)), token)
    fails(room.run('avouch', 'token', 'https://other.example.com'), 1, 'https://other.example.com',
          'hint: ', 'serve')
    for bad in ('http://other.example.com', 'ftp://other.example.com', 'https://u:p@a.example.com'):
        fails(room.run('avouch', 'token', bad), 2, '--url: ')


@test('--fresh logs in again')
def _(room):
    account = Account(room)
    succeeds(room.run('avouch', 'token'))
    succeeds(room.run('avouch', 'token', '--fresh'))
    assert_equal(account.host.exchanges(), 2)


@test('without a name, several profiles are a usage error that lists them')
def _(room):
    offline(room, 'acme')
    offline(room, 'beta')
    for command in ('token', 'forget', 'profile show', 'setup kubectl'):
        fails(room.run('avouch', *command.split()), 2, 'acme, beta')


@test('an option by the name that another command has for it: the right one is told')
def _(room):
    for command, meant in {'jwt verify --aud x': '--audience', 'jwt verify --iss=x': '--issuer',
                           'jwt sign --alg RS256': '--algorithm', 'request --out x': '--output',
                           'token --frehs': '--fresh', 'status --verbos': '--verbose'}.items():
        fails(room.run('avouch', *command.split()), 2, f'did you mean "{meant}"?')
    fails(room.run('avouch', 'status', '--nothing-like-it'), 2, 'lists its options')


@test('a token that is given where a name belongs is not repeated')
def _(room):
    offline(room, 'acme')
    token = '00Ddemo000000001!' + 'AQ.x_' * 19
    for command in ([], ['revoke'], ['whoami'], ['token'], ['token', 'acme'], ['register', 'new'],
                    ['profile', 'import', 'sf', 'file']):
        result = room.run('avouch', *command, token)
        assert_in(result.code, (2, 3))
        assert_not_in(token, result.errors)
        assert_match('^avouch: ', result.errors)


@test('exit codes tell configuration, key, passphrase, network and refusal apart')
def _(room):
    account = Account(room)
    fails(room.run('avouch', 'token', 'acmee'), 3, '"acmee"', 'did you mean "acme"')
    room.configure('nokey', **{**account.settings, 'key': '~/none.pem', 'serve': None})
    fails(room.run('avouch', 'token', 'nokey'), 4, 'none.pem')
    wrong = room.write(room.home / 'wrong', 'wrong\n')
    room.configure('locked', **{**account.settings, 'passphrase': f'file:{wrong}', 'serve': None})
    fails(room.run('avouch', 'token', 'locked'), 4, 'locked')
    room.configure('lost', **{**account.settings, 'login_url': 'https://127.0.0.1:1',
                              'timeout': 5, 'serve': None})
    fails(room.run('avouch', 'token', 'lost'), 5, '127.0.0.1')
    account.refuse("user hasn't approved this consumer")
    fails(room.run('avouch', 'token', 'acme'), 6, 'acme', 'hint: ')
    room.configure('broken', issuer='salesforce', nonsense='1')
    fails(room.run('avouch', 'token', 'broken'), 3, 'nonsense')


@test('a key that Salesforce does not take is not said to fit another algorithm')
def _(room):
    key = room.keys / 'ec.pem'
    openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', key)
    key.chmod(0o600)
    offline(room, key=key)
    result = room.run('avouch', 'token')
    fails(result, 4, 'not an RSA key', 'hint: make an RSA key')
    assert_not_in('ES256', result.errors)


@test('no configuration at all: exit 3 and what to do')
def _(room):
    for command in ('token', 'forget', 'profile show', 'setup git', 'setup kubectl'):
        fails(room.run('avouch', *command.split()), 3, 'avouch profile add')


@test('a failed write of a result is an error')
def _(room):
    Account(room)
    offline(room, 'beta')
    succeeds(room.run('avouch', 'token', 'acme'))
    for command in ('token acme', 'token acme --format json', 'status', 'status --json', '--help',
                    'profile list', 'profile show beta', '--version', 'setup git --dry-run'):
        for redirection in ('>/dev/full', '>&-'):
            result = room.run('sh', '-c', f'avouch {command} {redirection}')
            assert_equal(result.code, 1, (command, redirection, result))
            assert_in('standard output', result.errors)


@test('closed standard descriptors never become files of the cache')
def _(room):
    Account(room)
    room.run('sh', '-c', 'avouch token acme <&- >&- 2>&-')
    for path in room.credential_files():
        assert_match('^avouch ', path.read_text())
    assert_match('^[^\n]+\n$', succeeds(room.run('avouch', 'token', 'acme')))


# status and forget

@test('status goes with a login: nothing, valid, refused')
def _(room):
    account = Account(room)
    state = lambda: json.loads(succeeds(room.run('avouch', 'status', '--json')))
    line = lambda: succeeds(room.run('avouch', 'status')).splitlines()[1]
    assert_equal(state()['profiles'][0]['state'], 'none')
    assert_match(' -$', line())
    succeeds(room.run('avouch', 'token'))
    entry = state()['profiles'][0]
    assert_equal((entry['name'], entry['state'], entry['serve']), ('acme', 'valid',
                                                                   [account.host.url]))
    assert_less(time.time(), entry['expires_at'])
    assert_match(r'acme +salesforce +127.0.0.1:\d+ +valid \d+ ', line())
    succeeds(room.run('avouch', 'forget', 'acme'))
    account.refuse('audience is invalid')
    assert_equal(room.run('avouch', 'token').code, 6)
    entry = state()['profiles'][0]
    assert_equal(entry['state'], 'refused')
    assert_less(entry['failure']['failed_at'], time.time() + 1)
    assert_match(r'refused \d+ s ago$', line())
    assert_match(r'(?m)^acme: refused \d+ s ago: .*audience.*\nhint: ',
                 succeeds(room.run('avouch', 'status')))


@test('status says which files it read and where the cache is')
def _(room):
    offline(room)
    text = succeeds(room.run('avouch', 'status'))
    assert_in('configuration: ~/.config/avouch/avouch.conf\n', text)
    assert_in(f'cache: {room.runtime}/avouch\n', text)
    answer = json.loads(succeeds(room.run('avouch', 'status', '--json')))
    assert_equal(answer['configuration'], [str(room.config / 'avouch.conf')])
    assert_equal(answer['cache'], f'{room.runtime}/avouch')


@test('status works without any configuration, and says where to put one')
def _(room):
    assert_in(f'{room.config}/conf.d', succeeds(room.run('avouch', 'status')))
    assert_equal(json.loads(succeeds(room.run('avouch', 'status', '--json')))['profiles'], [])


@test('tables fit a terminal of 80 columns')
def _(room):
    offline(room, 'a' * 60, serve='https://' + 'b' * 60 + '.example.com https://c.example.com')
    for command in ('status', 'profile list'):
        code, text = show(room, command.split(), 80)
        table = text.replace('\r', '').split('\n\n')[0]
        assert_equal((code, max(map(len, table.splitlines()))), (0, 80), text)
        assert_in('…', table)


@test('forget drops the credentials and the remembered failure of one profile')
def _(room):
    account = Account(room)
    room.configure('beta', **{**account.settings, 'serve': None})
    succeeds(room.run('avouch', 'token', 'acme'))
    succeeds(room.run('avouch', 'token', 'beta'))
    assert_equal(succeeds(room.run('avouch', 'forget', 'acme')), 'acme: forgotten: 1\n')
    assert_equal(len(room.credential_files()), 1)
    account.refuse('audience is invalid')
    assert_equal(room.run('avouch', 'token', 'acme').code, 6)
    account.host.set('reset=')
    assert_equal(room.run('avouch', 'token', 'acme').code, 6, 'the failure is remembered')
    assert_equal(succeeds(room.run('avouch', 'forget', 'acme')),
                 'acme: nothing was cached; the wait after a refusal is over\n')
    succeeds(room.run('avouch', 'token', 'acme'))
    assert_equal(succeeds(room.run('avouch', 'forget', '--all')), 'forgotten: 2\n')
    assert_equal(room.credential_files(), [])
    fails(room.run('avouch', 'forget', 'acem'), 3, 'did you mean "acme"')


@test('forget --all needs no readable configuration')
def _(room):
    room.write(room.config / 'avouch.conf', 'nonsense\n')
    assert_equal(succeeds(room.run('avouch', 'forget', '--all')), 'nothing was cached\n')
    fails(room.run('avouch', 'forget', 'acme'), 3, 'avouch.conf:1')


# profile

@test('profile list names every profile, for people and for programs')
def _(room):
    offline(room, 'acme')
    offline(room, 'beta', serve=None)
    assert_equal(succeeds(room.run('avouch', 'profile', 'list', '-q')), 'acme\nbeta\n')
    assert_match('(?m)^acme +salesforce +acme.example.com +~/',
                 succeeds(room.run('avouch', 'profile', 'list')))
    listed = json.loads(succeeds(room.run('avouch', 'profile', 'list', '--json')))
    assert_equal([(one['name'], one['serve']) for one in listed],
                 [('acme', ['https://acme.example.com']), ('beta', [])])


@test('a table fits its terminal, and a pipe gets all of it')
def _(room):
    serve = 'https://a-long-name-of-a-host.acme.example.com'
    offline(room, 'a-profile-with-a-long-name', serve=serve)
    offline(room, 'b', serve='https://b.example.com')
    for command in (['profile', 'list'], ['profile', 'list', '--presets'], ['status']):
        piped = succeeds(room.run('avouch', *command))
        assert_not_in('…', piped)
        for columns in (1, 20, 40, 60, 80):
            code, shown = show(room, command, columns)
            lines = shown.partition('\n\n')[0].splitlines()
            assert_equal(code, 0, shown)
            assert_true(all(columns_of(line) <= max(columns, 40) for line in lines), shown)
        assert_in('…', shown)
        assert_equal(show(room, command, 300), (0, piped))
    assert_in(' a-long-name-of-a-host.acme.example.com ', piped)


@test('profile show names file and line of each setting; a bad one exits 3')
def _(room):
    offline(room)
    shown = succeeds(room.run('avouch', 'profile', 'show', 'acme'))
    assert_match(r'^~/.config/avouch/avouch.conf\n(?: +\d+  .*\n)+$', shown)
    assert_match(r'(?m)^ +4  client-id +ID$', shown)
    room.configure('beta', issuer='salesforce', login_url='https://b.example.com', clientid='x')
    result = room.run('avouch', 'profile', 'show', 'beta')
    assert_equal(result.code, 3)
    assert_match(r'(?m)^ +\d+  clientid +x$', result.output)
    assert_match(r'^avouch: beta: .*avouch.conf:\d+: clientid: ', result.errors)
    result = room.run('avouch', 'profile', 'show', 'beta', '--json')
    shown = json.loads(result.output)
    assert_equal((result.code, shown['valid'], shown['settings']['clientid']['value']),
                 (3, False, 'x'))
    assert_in('clientid', shown['trouble'])


@test('a passphrase written into the configuration is never shown')
def _(room):
    offline(room, passphrase=PASSPHRASE)
    for command in ('profile show', 'profile show --json', 'profile list --json', 'status --json',
                    'status', 'token', 'setup git -n'):
        result = room.run('avouch', *command.split(), '-vv')
        assert_not_in(PASSPHRASE, result.output + result.errors)
    assert_equal(room.run('avouch', 'profile', 'show').code, 3)


@test('no secret is shown by what lists, at the highest verbosity')
def _(room):
    Account(room)
    token = succeeds(room.run('avouch', 'token')).strip()
    for command in ('status', 'status --json', 'profile list', 'profile list --json',
                    'profile show', 'profile show --json', 'setup git', 'forget'):
        result = room.run('avouch', *command.split(), '-vv')
        assert_equal(result.code, 0, result)
        for secret in (token, PASSPHRASE):
            assert_not_in(secret, result.output + result.errors)


ADD = ['profile', 'add', 'acme', '--issuer', 'salesforce', '--login-url',
       'https://acme.my.salesforce.com', '--client-id', '3MVG9x', '--username', 'r@acme.example']


@test('profile add writes a private file that is read at once')
def _(room):
    key = make_rsa_key(room.home / 'acme.pem')
    text = succeeds(room.run('avouch', *ADD, '--key', 'acme.pem', '--passphrase', 'prompt',
                             '--serve', 'https://a.example.com', '--serve', 'https://b.example.com',
                             '--set', 'timeout=9', cwd=room.home))
    path = room.config / 'conf.d' / 'acme.conf'
    assert_in('avouch token acme', text)
    assert_in('avouch setup git acme', text)
    assert_equal(stat.S_IMODE(path.stat().st_mode), 0o600)
    assert_equal(stat.S_IMODE(path.parent.stat().st_mode), 0o700)
    assert_equal(os.listdir(path.parent), ['acme.conf'])
    settings = json.loads(succeeds(room.run('avouch', 'profile', 'show', '--json')))['settings']
    assert_equal(settings['key']['value'], str(key))
    assert_equal(settings['serve']['value'], 'https://a.example.com https://b.example.com')
    assert_equal(settings['timeout']['value'], '9')
    before = path.read_bytes()
    fails(room.run('avouch', *ADD, '--key', 'acme.pem', cwd=room.home), 3, 'acme', 'acme.conf')
    assert_equal(path.read_bytes(), before)


@test('profile add writes down a file by its whole path, wherever it is started')
def _(room):
    succeeds(room.run('avouch', *ADD, '--key', 'k', '--passphrase', 'file:pass', cwd=room.home))
    settings = json.loads(succeeds(room.run('avouch', 'profile', 'show', '--json')))['settings']
    assert_equal(settings['key']['value'], str(room.home / 'k'))
    assert_equal(settings['passphrase']['value'], f'file:{room.home / "pass"}')


@test('profile add checks everything before it writes, and names what is missing')
def _(room):
    for arguments, code, part in (
            ([], 2, '--key'),
            (['--key', 'k', '--serve', 'https://*.com'], 3, 'serve'),
            (['--key', 'k', '--serve', 'http://a.example.com'], 3, 'serve'),
            (['--key', 'k', '--passphrase', PASSPHRASE], 3, 'passphrase'),
            (['--key', 'k', '--set', 'nonsense=1'], 2, 'nonsense'),
            (['--key', 'k', '--set', 'timeout=0'], 3, 'timeout'),
            (['--key', 'k', '--set', 'cache=off'], 3, 'cache'),
            (['--key', 'k', '--set', 'proxy=proxy.example'], 3, 'proxy'),
            (['--key', 'k', '--set', 'ca-file=ca.pem'], 3, 'ca-file'),
            (['--key', 'k', '--set', 'algorithm=ES256'], 3, 'algorithm'),
            (['--key', 'k', '--set', 'assertion-lifetime=301'], 3, 'assertion-lifetime'),
            (['--key', 'k', '--set', 'token-lifetime=59'], 3, 'token-lifetime'),
            (['--key', 'k', '--set', 'username=twice'], 2, 'username'),
            (['--key', 'k\n'], 2, 'key'),
            (['--key', 'k', f'--passphras={PASSPHRASE}'], 2, '--passphras')):
        result = room.run('avouch', *ADD, *arguments)
        fails(result, code, part)
        assert_not_in(PASSPHRASE, result.errors)
        assert_true(not (room.config / 'conf.d').exists(), 'nothing is written')
    fails(room.run('avouch', 'profile', 'add', 'acme', '--issuer', 'salesforce'), 2,
          '--login-url, --client-id, --username, --key')
    insecure = [part.replace('https:', 'http:') for part in ADD]
    fails(room.run('avouch', *insecure, '--key', 'k'), 3, 'login-url', 'nothing was written')


@test('profile add --dry-run prints the file and writes none')
def _(room):
    result = room.run('avouch', *ADD, '--key', '/no/key.pem', '-n')
    assert_equal(succeeds(result),
                 f'# {room.config}/conf.d/acme.conf\n[acme]\nissuer=salesforce\n'
                 'login-url=https://acme.my.salesforce.com\nclient-id=3MVG9x\n'
                 'username=r@acme.example\nkey=/no/key.pem\n')
    assert_in('/no/key.pem', result.errors)
    assert_equal(sorted(os.listdir(room.config)), ['keys'])


@test('profile add --file writes that file, and never over another')
def _(room):
    path = room.write('mine.conf', '# mine\n')
    fails(room.run('avouch', *ADD, '--key', '/k', '--file', path), 3, str(path))
    assert_equal(path.read_text(), '# mine\n')
    succeeds(room.run('avouch', *ADD, '--key', '/k', '--file', 'new.conf'))
    assert_match(r'^\[acme\]\n', (room.path / 'new.conf').read_text())
    elsewhere = succeeds(room.run('avouch', *ADD, '--key', '/k', '--file', 'other.conf'))
    assert_in(f"  export AVOUCH_CONFIG={room.path / 'other.conf'} ", elsewhere)
    read = room.config / 'conf.d' / 'read.conf'
    assert_not_in('AVOUCH_CONFIG', succeeds(room.run('avouch', *ADD, '--key', '/k', '--file', read)))
    read.unlink()
    override = {'AVOUCH_CONFIG': str(room.path / 'new.conf')}
    assert_equal(succeeds(room.run('avouch', 'profile', 'list', '-q', env=override)), 'acme\n')
    fails(room.run('avouch', 'profile', 'add', 'beta', *ADD[3:], '--key', '/k', env=override), 3,
          'AVOUCH_CONFIG')


@test('profile add asks on a terminal for what is missing')
def _(room):
    code, shown = converse(room, ['profile', 'add', 'acme', '--client-id', '3MVG9x'], [
        ('issuer', 'salesforce'), ('login-url', ''), ('login-url', 'https://acme.example.com'),
        ('username', ' r@acme.example '), ('key', '~/acme.pem'), ('serve', ''), ('n: no)', 'n')])
    assert_equal(code, 0, shown)
    assert_equal((room.config / 'conf.d' / 'acme.conf').read_text(),
                 '[acme]\nclient-id=3MVG9x\nissuer=salesforce\n'
                 'login-url=https://acme.example.com\nusername=r@acme.example\nkey=~/acme.pem\n')


# setup

def git_config(room):
    path = room.home / '.gitconfig'
    return path.read_text() if path.exists() else ''


@test('setup git shows its commands, makes the change once, and resets other helpers')
def _(room):
    offline(room, serve='https://git.example.com https://*.w.example.com '
                        'https://p.example.com:8443/team/')
    dry = succeeds(room.run('avouch', 'setup', 'git', '--dry-run'))
    assert_equal(git_config(room), '')
    assert_equal(succeeds(room.run('avouch', 'setup', 'git', 'acme')), dry)
    written = git_config(room)
    for section, lines in (('https://git.example.com', ''), ('https://*.w.example.com', ''),
                           ('https://p.example.com:8443/team', '\tuseHttpPath = true\n')):
        assert_in(f'[credential "{section}"]\n\thelper = \n\thelper = avouch\n{lines}', written)
    assert_in('nothing to change', succeeds(room.run('avouch', 'setup', 'git')))
    assert_equal(git_config(room), written)
    (room.home / '.gitconfig').unlink()
    succeeds(room.run('sh', '-ec', dry))
    assert_equal(git_config(room), written, 'what is printed can be pasted')


@test('after setup git, only avouch is asked for what is served')
def _(room):
    account = Account(room)
    room.write('bin/git-credential-spy', '#!/bin/sh\necho "$1" >> "$HOME/spied"\n', 0o755)
    env = {'PATH': f'{room.path}/bin:{room.environment["PATH"]}'}
    succeeds(room.run('git', 'config', '--global', 'credential.helper', 'spy', env=env))
    succeeds(room.run('avouch', 'setup', 'git', env=env))
    question = f'protocol=https\nhost={account.host.url.removeprefix("https://")}\n\n'
    answer = succeeds(room.run('git', 'credential', 'fill', input=question, env=env))
    token = succeeds(room.run('avouch', 'token')).strip()
    assert_in(f'password={token}\n', answer)
    succeeds(room.run('git', 'credential', 'approve', input=answer, env=env))
    assert_true(not (room.home / 'spied').exists(), 'no other helper is told')
    room.run('git', 'credential', 'fill', input='protocol=https\nhost=b.example.com\n\n', env=env)
    assert_equal((room.home / 'spied').read_text(), 'get\n')


@test('setup git warns of a helper that git reads later')
def _(room):
    offline(room)
    succeeds(room.run('avouch', 'setup', 'git'))
    path = room.home / '.gitconfig'
    path.write_text(path.read_text() + '[credential]\n\thelper = store\n')
    assert_match('note: .*store', room.run('avouch', 'setup', 'git').errors)


@test('setup git names the helper by its path where PATH does not find it')
def _(room):
    offline(room)
    env = {'PATH': '/usr/local/bin:/usr/bin:/bin'}
    succeeds(room.run('avouch', 'setup', 'git', env=env))
    value = succeeds(room.run('git', 'config', '--get-all',
                              'credential.https://acme.example.com.helper')).split('\n')[1]
    assert_equal(shlex.split(value.removeprefix('!')), [str(TEST_BIN / 'git-credential-avouch')])


@test('setup git fails plainly: outside a repository, without git, with nothing served')
def _(room):
    offline(room)
    result = room.run('avouch', 'setup', 'git', '--local')
    assert_equal((result.code, result.output), (1, ''))
    assert_match('(?m)^avouch: .*--local.*\nhint: .*repository', result.errors)
    fails(room.run('avouch', 'setup', 'git', env={'PATH': '/nonexistent'}), 1, 'git', 'hint: ')
    offline(room, 'beta', serve=None)
    fails(room.run('avouch', 'setup', 'git', 'beta'), 3, 'serve')
    fails(room.run('avouch', 'setup', 'git', 'acem'), 3, 'did you mean "acme"')


@test('setup kubectl makes a user by the real kubectl, twice the same')
def _(room):
    if subprocess.run(['sh', '-c', 'command -v kubectl'], capture_output=True).returncode != 0:
        skip('no kubectl here')
    offline(room)
    env = {'KUBECONFIG': str(room.path / 'kubeconfig')}
    dry = succeeds(room.run('avouch', 'setup', 'kubectl', 'acme', '-n', env=env))
    assert_true(not (room.path / 'kubeconfig').exists(), 'a dry run writes nothing')
    assert_in('kubectl config set-context avouch-acme --cluster=CLUSTER --user=avouch-acme\n'
              'kubectl config use-context avouch-acme\n', dry)
    succeeds(room.run('kubectl', 'config', 'set-context', 'here', env=env))
    succeeds(room.run('kubectl', 'config', 'use-context', 'here', env=env))
    for _ in range(2):
        text = succeeds(room.run('avouch', 'setup', 'kubectl', 'acme', env=env))
        assert_in('kubectl config set-context --current --user=avouch-acme\n', text)
        assert_equal(text.splitlines()[0], dry.splitlines()[0])
        view = room.run('kubectl', 'config', 'view', '-o', 'json', env=env)
        [user] = json.loads(succeeds(view))['users']
        assert_equal(user, {'name': 'avouch-acme', 'user': {'exec': {
            'apiVersion': 'client.authentication.k8s.io/v1', 'args': ['--profile', 'acme'],
            'command': 'kubectl-avouch', 'env': None, 'interactiveMode': 'IfAvailable',
            'provideClusterInfo': True}}})
    assert_in('set-credentials robot ', succeeds(
        room.run('avouch', 'setup', 'kubectl', 'acme', '--user', 'robot', '-n', env=env)))


@test('setup kubectl without kubectl says so')
def _(room):
    offline(room)
    fails(room.run('avouch', 'setup', 'kubectl', env={'PATH': '/nonexistent'}), 1, 'kubectl',
          'hint: ')


# Small kindnesses

@test('what other programs call a command leads to ours')
def _(room):
    for words, meant in ((['jwt', 'encode'], 'avouch jwt sign'), (['key', 'generate'], 'avouch key new'),
                         (['login'], 'avouch token'), (['key', 'create'], 'avouch key new')):
        result = room.run('avouch', *words)
        assert_equal(result.code, 2, repr(result))
        assert_in(f'did you mean "{meant}"?', result.errors)


@test('--help before a command is the command\'s')
def _(room):
    for words in (['token'], ['profile', 'add'], ['profile', 'add', 'acme']):
        command = [word for word in words if word != 'acme']
        result = room.run('avouch', '--help', *words)
        assert_equal((result.code, result.output),
                     (0, room.run('avouch', *command, '--help').output), words)
    result = room.run('avouch', '--help', 'tokn')
    assert_equal(result.code, 2, repr(result))
    assert_in('did you mean "avouch token"?', result.errors)


@test('a setting in an option\'s place leads to --set; what may be a secret is not repeated')
def _(room):
    for command in (['profile', 'add', 'acme'], ['register', 'acme'], ['profile', 'import', 'sf']):
        result = room.run('avouch', *command, '--ca-file', '/x')
        assert_equal(result.code, 2, repr(result))
        if command[1] != 'import':
            assert_in('hint: it is a setting: --set ca-file=…', result.errors)
    for secret in ('--00Dcanary!AQEAQ.x', '--eyJhbGciOiJSUzI1NiJ9', '-pcanary', '--CANARY',
                   '--' + 'canary' * 10):
        result = room.run('avouch', 'token', secret)
        assert_equal(result.code, 2, repr(result))
        assert_not_in(secret.lstrip('-')[1:], result.errors)
    assert_in('unknown option --formt', room.run('avouch', 'token', '--formt').errors)


@test('register without arguments says how it is called')
def _(room):
    result = room.run('avouch', 'register')
    assert_equal(result.code, 2, repr(result))
    assert_in('hint: avouch register PROFILE --login-url', result.errors)


@test('a descriptor that is not open is no passphrase, and the hint shows how one is')
def _(room):
    key = make_rsa_key(room.path / 'k.pem', passphrase='x')
    for words in (['key', 'show', key, '--passphrase', 'fd:99'],
                  ['jwt', 'sign', '--secret', 'fd:99', '--sub', 'a']):
        result = room.run('avouch', *words)
        assert_equal(result.code, 4, repr(result))
        assert_in('fd:99: that descriptor is not open', result.errors)
        assert_in('fd:99 99<FILE', result.errors)


@test('a key that was made is told of, also where nobody can be told the rest')
def _(room):
    result = room.run('sh', '-c', f'exec {TEST_BIN}/avouch key new acme >&-')
    assert_equal(result.code, 1, repr(result))
    assert_in('hint: the key was made all the same: ~/.config/avouch/keys/acme.p12', result.errors)
    assert_true((room.keys / 'acme.p12').exists(), 'there is no key')


@test('bash completes a value by what the option means to the command')
def _(room):
    script = pathlib.Path(__file__).resolve().parents[2] / 'data' / 'completions' / 'avouch.bash'
    for words, expected in (('token acme -f ', 'plain json header env curl soap session-header aws'),
                            ('key new acme --format ', 'pkcs12 pem'),
                            ('request acme /x -f ', '')):
        words = ['avouch', *words.split(' ')]
        quoted = ' '.join(f"'{word}'" for word in words)
        result = room.run('bash', '-c', f'. {script}; COMP_WORDS=({quoted}); COMP_CWORD='
                                        f'{len(words) - 1}; _avouch; echo "${{COMPREPLY[*]}}"')
        assert_equal((result.code, result.output.strip()), (0, expected), repr(result))


main()
