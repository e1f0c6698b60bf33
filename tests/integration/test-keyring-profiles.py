#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A profile's secrets in the desktop's keyring, the real gnome-keyring-daemon: the key, its
passphrase, and the tokens, with secret-tool as the witness."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'mock'))
from sessionbus import *  # noqa: E402
from harness import *  # noqa: E402
from hostile import *  # noqa: E402

TOKEN = '00Dtoken!AQEAQ.token'
PASSPHRASE = 'correct horse battery'
REQUEST = 'protocol=https\nhost=git.example\n\n'
KEY_ITEM = ('xdg:schema', 'avouch.Key', 'name')
PASSPHRASE_ITEM = ('xdg:schema', 'avouch.Passphrase', 'profile')

shared = tempfile.TemporaryDirectory(prefix='avouch-test-')
folder = pathlib.Path(shared.name)
authority = Authority(folder / 'authority')
server_pair = authority.issue('server')
plain_key = make_rsa_key(folder / 'plain.pem')
locked_key = make_rsa_key(folder / 'locked.pem', passphrase=PASSPHRASE)


def start_desktop(room):
    """A bus and an unlocked keyring; returns the daemon."""
    start_bus(room)
    daemon = start_keyring(room)
    require_keyring(room)
    return daemon


def require_keyring(room):
    probe = room.run('avouch', 'key', 'show', 'keyring:probe')
    if 'without keyring support' in probe.errors:
        skip('this build has no keyring support')


def start_issuer(room, token=TOKEN):
    """Numbers its tokens, so that one login can be told from the next."""
    def behave(connection, request):
        number = len(server.requests)
        connection.sendall(http(200, {'access_token': f'{token}.{number}', 'token_type': 'Bearer',
                                      'instance_url': 'https://git.example'}))
    server = room.serve(HostileServer(behave, *server_pair))
    return server


def configure(room, server, profile='acme', **settings):
    settings = {'key': plain_key, 'serve': 'https://git.example', **settings}
    room.configure(profile, issuer='salesforce', login_url=server.url(), client_id='3MVG9.consumer',
                   username='robot@acme.example', ca_file=authority.certificate, **settings)


def ask(room, action='get', request=REQUEST, **options):
    return room.run('git-credential-avouch', action, input=request, **options)


def password(result):
    assert_equal((result.code, result.errors), (0, ''))
    return re.search(r'^password=(.*)$', result.output, re.M)[1]


def lookup(room, *attributes):
    return room.run('secret-tool', 'lookup', *attributes).output


def search(room, *attributes):
    """secret-tool tells labels on its output, and attributes beside it."""
    return room.run('secret-tool', 'search', '--all', *attributes)


def assert_succeeds(result):
    assert_equal(result.code, 0, result.errors)
    return result


# --- keys -----------------------------------------------------------------------------------------

@test('a new key goes into the keyring, and a profile logs in with it')
def _(room):
    start_desktop(room)
    made = assert_succeeds(room.run('avouch', 'key', 'new', 'acme', '--to', 'keyring'))
    assert_in('key = keyring:acme\n', made.output)
    assert_not_in('passphrase', made.output)
    stored = lookup(room, *KEY_ITEM, 'acme')
    assert_in('-----BEGIN PRIVATE KEY-----', stored)
    assert_in('-----BEGIN CERTIFICATE-----', stored)
    assert_equal([path.name for path in room.keys.iterdir()], ['acme.crt'])
    server = start_issuer(room)
    configure(room, server, key='keyring:acme')
    assert_equal(password(ask(room)), f'{TOKEN}.1')


@test('its label is what a person recognises in the keyring program')
def _(room):
    start_desktop(room)
    assert_succeeds(room.run('avouch', 'key', 'new', 'robot', '--to', 'keyring', '--type', 'p-256'))
    found = room.run('secret-tool', 'search', '--all', *KEY_ITEM, 'robot')
    assert_in('label = avouch: key robot\n', found.output)


@test('a key that is there is not replaced, and a certificate neither')
def _(room):
    start_desktop(room)
    make = ('avouch', 'key', 'new', 'acme', '--to', 'keyring', '--type', 'p-256')
    assert_succeeds(room.run(*make))
    before = lookup(room, *KEY_ITEM, 'acme')
    (room.keys / 'acme.crt').rename(room.keys / 'moved.crt')
    again = room.run(*make)
    assert_equal((again.code, again.output), (4, ''))
    assert_match('has a key acme already.*\nhint: avouch replaces no key', again.errors)
    room.write(room.keys / 'beta.crt', 'mine')
    beta = room.run('avouch', 'key', 'new', 'beta', '--to', 'keyring', '--type', 'p-256')
    assert_equal((beta.code, beta.output), (4, ''))
    assert_equal(lookup(room, *KEY_ITEM, 'acme'), before)
    assert_equal(lookup(room, *KEY_ITEM, 'beta'), '')
    assert_equal((room.keys / 'beta.crt').read_text(), 'mine')


@test('a key in a locked keyring is out of reach for that, and not for its passphrase')
def _(room):
    start_desktop(room)
    assert_succeeds(room.run('avouch', 'key', 'new', 'acme', '--to', 'keyring', '--type', 'p-256'))
    lock(room)
    shown = room.run('avouch', 'key', 'show', 'keyring:acme')
    assert_match('the keyring is locked.*\nhint: unlock', shown.errors)
    assert_not_in('--passphrase', shown.errors)


@test('an imported key is in the keyring without its passphrase')
def _(room):
    server = start_issuer(room)
    start_desktop(room)
    passphrase = room.write('passphrase', PASSPHRASE)
    done = assert_succeeds(room.run(
        'avouch', 'key', 'import', locked_key, '--passphrase', f'file:{passphrase}', '--to',
        'keyring', '--name', 'robot'))
    assert_in('key = keyring:robot\n', done.output)
    assert_in('-----BEGIN PRIVATE KEY-----', lookup(room, *KEY_ITEM, 'robot'))
    configure(room, server, key='keyring:robot')
    assert_equal(password(ask(room)), f'{TOKEN}.1')


@test('without --name, the key is called as the file is')
def _(room):
    start_desktop(room)
    assert_succeeds(room.run('avouch', 'key', 'import', plain_key, '--to', 'keyring'))
    assert_in('PRIVATE KEY', lookup(room, *KEY_ITEM, 'plain'))
    odd = room.write('odd name.pem', plain_key.read_bytes())
    refused = room.run('avouch', 'key', 'import', odd, '--to', 'keyring')
    assert_equal(refused.code, 2)
    assert_in('the name of a key has letters', refused.errors)


@test('what secret-tool stored is a key too, encrypted or not')
def _(room):
    server = start_issuer(room)
    start_desktop(room)
    secret_tool(room, 'store', '--label=x', *KEY_ITEM, 'plain', input=plain_key.read_text())
    secret_tool(room, 'store', '--label=x', *KEY_ITEM, 'locked', input=locked_key.read_text())
    passphrase = room.write('passphrase', PASSPHRASE)
    configure(room, server, key='keyring:plain')
    configure(room, server, profile='beta', key='keyring:locked', passphrase=f'file:{passphrase}',
              serve='https://beta.example')
    for profile in ('acme', 'beta'):
        assert_succeeds(room.run('avouch', 'token', profile))
    shown = assert_succeeds(room.run('avouch', 'key', 'show', '--profile', 'beta'))
    assert_in('keyring:locked', shown.output)
    assert_succeeds(room.run('avouch', 'key', 'certificate', 'keyring:plain', '--new'))


@test('a key that the keyring does not have, or that is none, is an error of the key')
def _(room):
    server = start_issuer(room)
    start_desktop(room)
    configure(room, server, key='keyring:acme')
    result = ask(room)
    assert_equal((result.code, result.output), (4, ''))
    assert_match(r'^avouch: acme: keyring:acme: the keyring has no key of that name\n'
                 r'hint: .*key import FILE --to keyring --name acme', result.errors)
    secret_tool(room, 'store', '--label=x', *KEY_ITEM, 'acme', input='no key at all')
    result = ask(room)
    assert_equal((result.code, result.output), (4, ''))
    assert_in('keyring:acme: it is not a private key', result.errors)
    assert_equal(server.requests, [])


@test('a locked keyring and none at all are told with what works instead')
def _(room):
    server = start_issuer(room)
    configure(room, server, key='keyring:acme')
    absent = ask(room)
    assert_equal((absent.code, absent.output), (4, ''))
    assert_match(r'^avouch: acme: keyring:acme: [^\n]*\nhint: [^\n]*key = PATH', absent.errors)
    start_desktop(room)
    assert_succeeds(room.run('avouch', 'key', 'new', 'acme', '--to', 'keyring', '--type', 'p-256'))
    lock(room)
    locked = ask(room)
    assert_equal((locked.code, locked.output), (4, ''))
    assert_match(r'^avouch: acme: keyring:acme: [^\n]*locked', locked.errors)


@test('without a keyring nothing is made, not even the certificate')
def _(room):
    made = room.run('avouch', 'key', 'new', 'acme', '--to', 'keyring', '--type', 'p-256')
    assert_equal((made.code, made.output), (4, ''))
    assert_equal(list(room.keys.iterdir()), [])


@test('options that contradict the keyring are refused before anything is asked')
def _(room):
    for words in (('new', 'acme', '--to', 'keyring', '--format', 'pem'),
                  ('new', 'acme', '--to', 'keyring', '--passphrase', 'prompt'),
                  ('new', 'acme', '--to', 'elsewhere'), ('new', 'acme', '--collection', 'x'),
                  ('new', '../acme', '--to', 'keyring'),
                  ('import', plain_key, '--to', 'keyring', '--new-passphrase', 'none'),
                  ('import', plain_key, '--to', 'acme', '--name', 'x')):
        result = room.run('avouch', 'key', *words)
        assert_equal((result.code, result.output), (2, ''), str(words))


# --- passphrases ----------------------------------------------------------------------------------

@test('a passphrase is tried, kept, and found by the next login')
def _(room):
    server = start_issuer(room)
    start_desktop(room)
    configure(room, server, key=locked_key, passphrase='keyring')
    missing = ask(room)
    assert_equal(missing.code, 4)
    assert_in('hint: store it: avouch key passphrase acme\n', missing.errors)
    done = assert_succeeds(room.run('avouch', 'key', 'passphrase', 'acme', '--passphrase',
                                    'env:PASS', env={'PASS': PASSPHRASE}))
    assert_equal(done.output, 'acme: the passphrase is in the keyring\n')
    assert_equal(lookup(room, *PASSPHRASE_ITEM, 'acme', 'purpose', 'key'), PASSPHRASE)
    assert_in('label = avouch: passphrase of acme\n',
              room.run('secret-tool', 'search', '--all', *PASSPHRASE_ITEM, 'acme').output)
    assert_equal(password(ask(room)), f'{TOKEN}.1')


@test('for a profile that has it elsewhere, the setting to write is shown')
def _(room):
    server = start_issuer(room)
    start_desktop(room)
    made = assert_succeeds(room.run('avouch', 'key', 'new', 'acme'))
    place = re.search(r'passphrase = (file:\S+)', made.output)[1]
    configure(room, server, key=room.keys / 'acme.p12', passphrase=place)
    done = assert_succeeds(room.run('avouch', 'key', 'passphrase', '--passphrase', place))
    assert_in('\nFor the profile:\n  passphrase = keyring\n', done.output)
    stored = lookup(room, *PASSPHRASE_ITEM, 'acme', 'purpose', 'keystore')
    assert_equal(stored, (room.keys / 'acme.passphrase').read_text().strip())


@test('a wrong passphrase is not kept')
def _(room):
    server = start_issuer(room)
    start_desktop(room)
    configure(room, server, key=locked_key, passphrase='keyring')
    done = room.run('avouch', 'key', 'passphrase', 'acme', '--passphrase', 'env:PASS',
                    env={'PASS': 'wrong ' + PASSPHRASE})
    assert_equal((done.code, done.output), (4, ''))
    assert_in('does not open', done.errors)
    assert_not_in(PASSPHRASE, done.errors)
    assert_equal(lookup(room, *PASSPHRASE_ITEM, 'acme', 'purpose', 'key'), '')


@test('a key without a passphrase needs none in the keyring')
def _(room):
    server = start_issuer(room)
    start_desktop(room)
    configure(room, server)
    done = room.run('avouch', 'key', 'passphrase', 'acme', '--passphrase', 'env:PASS',
                    env={'PASS': PASSPHRASE})
    assert_equal((done.code, done.output), (2, ''))
    assert_in('needs no passphrase', done.errors)


@test('the keyring comes before the place behind it, and stands in for it')
def _(room):
    server = start_issuer(room)
    passphrase = room.write('passphrase', PASSPHRASE)
    start_desktop(room)
    configure(room, server, key=locked_key, passphrase=f'keyring file:{passphrase}', cache='none')
    assert_equal(password(ask(room)), f'{TOKEN}.1')
    assert_succeeds(room.run('avouch', 'key', 'passphrase', '--passphrase', f'file:{passphrase}'))
    passphrase.unlink()
    assert_equal(password(ask(room)), f'{TOKEN}.2')


# --- tokens ---------------------------------------------------------------------------------------

TOKEN_ITEM = ('xdg:schema', 'avouch.Token', 'profile')
GIT_ITEM = ('xdg:schema', 'org.git.Password', 'protocol', 'https', 'server')
PYTHON_ITEM = ('application', 'Python keyring library', 'service')


def runtime_files(room, prefix):
    return sorted(path.name for path in room.runtime.glob(f'avouch/{prefix}-*'))


def prepare(room, **settings):
    server = start_issuer(room)
    start_desktop(room)
    configure(room, server, **settings)
    return server


@test('cache = keyring: one login for many calls, and no token in the runtime folder')
def _(room):
    server = prepare(room, cache='keyring')
    assert_equal([password(ask(room)) for _ in range(3)], [f'{TOKEN}.1'] * 3)
    assert_equal(len(server.requests), 1)
    assert_equal(room.credential_files(), [])
    stored = lookup(room, *TOKEN_ITEM, 'acme')
    assert_in(f'\nsecret={TOKEN}.1\n', stored)
    assert_in('label = avouch: token of acme\n', search(room, *TOKEN_ITEM, 'acme').output)
    for path in room.runtime.rglob('*'):
        if path.is_file():
            assert_not_in(TOKEN.encode(), path.read_bytes())


@test('fifty helpers that start together make one login, and find its token in the keyring')
def _(room):
    server = prepare(room, cache='keyring')
    source = room.write('request', REQUEST)
    for _ in ('cold', 'warm'):
        helpers = [subprocess.Popen([TEST_BIN / 'git-credential-avouch', 'get'],
                                    env=room.environment, stdin=open(source, 'rb'),
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                   for _ in range(50)]
        answers = [helper.communicate(timeout=120) for helper in helpers]
        assert_equal({(helper.returncode, *answer) for helper, answer in zip(helpers, answers)},
                     {(0, answers[0][0], b'')})
        assert_in(f'password={TOKEN}.1\n'.encode(), answers[0][0])
    assert_equal(len(server.requests), 1)
    assert_equal(search(room, *TOKEN_ITEM, 'acme').output.count('[/'), 1)


@test('a mint that is killed while the keyring takes its token holds nobody up')
def _(room):
    server = start_issuer(room)
    require_keyring(room)
    start_bus(room)
    start_mock(room, '--kill=CreateItem')
    configure(room, server, cache='keyring')
    killed = ask(room)
    assert_equal((killed.code, killed.output), (1, ''))
    assert_match(r'^avouch: [^\n]*avouch-mint was killed by signal 9', killed.errors)
    assert_not_in(TOKEN, killed.errors)
    start_mock(room)
    assert_equal([password(ask(room)) for _ in range(2)], [f'{TOKEN}.2'] * 2)


@test('a token in the keyring outlives the runtime folder')
def _(room):
    server = prepare(room, cache='keyring')
    password(ask(room))
    shutil.rmtree(room.runtime / 'avouch')
    assert_equal(password(ask(room)), f'{TOKEN}.1')
    assert_equal(len(server.requests), 1)


@test('--fresh passes over the one in the keyring, and replaces it')
def _(room):
    server = prepare(room, cache='keyring')
    password(ask(room))
    done = assert_succeeds(room.run('avouch', 'token', 'acme', '--fresh'))
    assert_equal(done.output, f'{TOKEN}.2\n')
    assert_equal(password(ask(room)), f'{TOKEN}.2')
    assert_equal(search(room, *TOKEN_ITEM, 'acme').output.count('[/'), 1)


@test('what git has refused is erased from the keyring, and nothing else is')
def _(room):
    server = prepare(room, cache='keyring')
    got = ask(room)
    assert_succeeds(ask(room, 'erase', REQUEST[:-1] + 'password=another\n\n'))
    assert_in(TOKEN, lookup(room, *TOKEN_ITEM, 'acme'))
    assert_succeeds(ask(room, 'erase', REQUEST[:-1] + f'password={password(got)}\n\n'))
    assert_equal(lookup(room, *TOKEN_ITEM, 'acme'), '')
    assert_equal(password(ask(room)), f'{TOKEN}.2')


@test('kubectl that asks again for a token of the keyring gets another one, once')
def _(room):
    server = prepare(room, cache='keyring')
    info = json.dumps({'kind': 'ExecCredential', 'apiVersion': 'client.authentication.k8s.io/v1',
                       'spec': {'interactive': False, 'cluster': {'server': 'https://git.example'}}})
    script = 'for i in 1 2 3; do kubectl-avouch; done'
    done = assert_succeeds(room.run('sh', '-c', script, env={'KUBERNETES_EXEC_INFO': info}))
    tokens = re.findall(r'"token":"([^"]*)"', done.output.replace('": "', '":"'))
    assert_equal(tokens, [f'{TOKEN}.1', f'{TOKEN}.2', f'{TOKEN}.2'])
    assert_equal(len(server.requests), 2)


@test('an item that is no token of ours, or is damaged, is a miss')
def _(room):
    server = prepare(room, cache='keyring')
    password(ask(room))
    hash_of = re.search(r'attribute\.token = ([0-9a-f]{64})',
                        search(room, *TOKEN_ITEM, 'acme').errors)[1]
    secret_tool(room, 'store', '--label=x', 'xdg:schema', 'avouch.Token', 'token', hash_of,
                'profile', 'acme', input='password=00D')
    assert_equal(password(ask(room)), f'{TOKEN}.2')


@test('with the keyring locked or gone, each call logs in, and says why with -v')
def _(room):
    server = prepare(room, cache='keyring')
    password(ask(room))
    lock(room)
    assert_equal(password(ask(room)), f'{TOKEN}.2')
    told = room.run('git-credential-avouch', '-v', 'get', input=REQUEST)
    assert_match('avouch-mint: .*locked', told.errors)
    room.environment['DBUS_SESSION_BUS_ADDRESS'] = 'unix:path=/nonexistent/bus'
    assert_equal(password(ask(room)), f'{TOKEN}.4')
    assert_equal(room.credential_files(), [])


@test('a hanging keyring costs a few seconds, and not the login')
def _(room):
    server = start_issuer(room)
    start_bus(room)
    keyring = start_keyring(room)
    configure(room, server, cache='keyring', publish='keyring')
    os.kill(keyring.pid, signal.SIGSTOP)
    result = ask(room)
    assert_equal(password(result), f'{TOKEN}.1')
    assert_less(result.seconds, 30)


# --- published tokens -----------------------------------------------------------------------------

@test('publish = keyring: git\'s libsecret helper and Python\'s keyring find each token')
def _(room):
    server = prepare(room, publish='keyring', git_username='robot',
                     serve='https://git.example https://k8s.example:6443 https://git.example/a/b '
                           'https://*.sandbox.example.com')
    assert_equal(password(ask(room)), f'{TOKEN}.1')
    for attributes in (('git.example', 'user', 'robot'), ('k8s.example', 'port', '6443'),
                       ('git.example', 'object', 'a/b')):
        assert_equal(lookup(room, *GIT_ITEM, *attributes), f'{TOKEN}.1', str(attributes))
    for place in ('https://git.example', 'https://k8s.example:6443', 'https://git.example/a/b'):
        assert_equal(lookup(room, *PYTHON_ITEM, place, 'username', 'robot'), f'{TOKEN}.1', place)
    found = search(room, 'avouch', 'published').output
    assert_equal(found.count('[/'), 6)
    assert_in('label = avouch: https://k8s.example:6443 for git\n', found)


@test('a new token takes the place of the published one, and leaves no second')
def _(room):
    server = prepare(room, publish='keyring')
    password(ask(room))
    assert_succeeds(room.run('avouch', 'token', 'acme', '--fresh'))
    assert_equal(lookup(room, *GIT_ITEM, 'git.example'), f'{TOKEN}.2')
    assert_equal(search(room, 'avouch', 'published').output.count('[/'), 2)


@test('a place that the profile no longer serves loses its item with the next login')
def _(room):
    server = prepare(room, publish='keyring', serve='https://git.example https://old.example')
    password(ask(room))
    assert_equal(lookup(room, *GIT_ITEM, 'old.example'), f'{TOKEN}.1')
    configuration = room.config / 'avouch.conf'
    room.write(configuration, configuration.read_text().replace(' https://old.example', ''))
    assert_equal(password(ask(room)), f'{TOKEN}.2')
    assert_equal(lookup(room, *GIT_ITEM, 'old.example'), '')
    assert_equal(lookup(room, *GIT_ITEM, 'git.example'), f'{TOKEN}.2')


@test('a token of another audience or scope is not published')
def _(room):
    server = prepare(room, publish='keyring')
    assert_succeeds(room.run('avouch', 'token', 'acme', '--scope', 'api'))
    assert_equal(lookup(room, *GIT_ITEM, 'git.example'), '')


@test('items of others with the same attributes are left as they are')
def _(room):
    server = prepare(room, publish='keyring', git_username='robot')
    mine = ('xdg:schema', 'org.git.Password', 'user', 'robot', 'protocol', 'https', 'server',
            'git.example')
    secret_tool(room, 'store', '--label=mine too', *mine, input='typed as well')
    secret_tool(room, 'store', '--label=mine', *mine, 'note', 'mine', input='typed by hand')
    password(ask(room))
    assert_equal(lookup(room, *mine, 'note', 'mine'), 'typed by hand')
    assert_in('typed as well', search(room, *mine).output)
    assert_succeeds(room.run('avouch', 'forget', '--all'))
    found = search(room, *mine).output
    assert_equal(found.count('[/'), 2)


@test('a keyring that cannot take it never fails the login')
def _(room):
    server = prepare(room, publish='keyring')
    lock(room)
    assert_equal(password(ask(room)), f'{TOKEN}.1')
    told = assert_succeeds(room.run('avouch', 'token', 'acme', '--fresh', '-v'))
    assert_match('avouch-mint: .*locked', told.errors)


@test('a published token that is refused is erased with the cached one')
def _(room):
    server = prepare(room, publish='keyring')
    got = password(ask(room))
    assert_succeeds(ask(room, 'erase', REQUEST[:-1] + f'password={got}\n\n'))
    assert_equal(lookup(room, *GIT_ITEM, 'git.example'), '')
    assert_equal(room.credential_files(), [])


# --- status and forget ----------------------------------------------------------------------------

def status(room):
    told = json.loads(assert_succeeds(room.run('avouch', 'status', '--json')).output)
    return told, {profile['name']: profile for profile in told['profiles']}


@test('status tells where each secret lives, in 80 columns')
def _(room):
    server = prepare(room, cache='keyring', publish='keyring', key=locked_key,
                     passphrase='keyring env:PASS')
    configure(room, server, profile='beta', serve=None, cache='none')
    configure(room, server, profile='gamma', key='keyring:gamma', serve='https://c.example')
    assert_equal(password(ask(room, env={'PASS': PASSPHRASE})), f'{TOKEN}.1')
    shown = assert_succeeds(room.run('avouch', 'status')).output
    for pattern in (r'acme .*valid 1\d min', r'acme +file +keyring, variable +keyring +items: 2',
                    r'beta +file +- +nowhere +-', r'gamma +keyring +- +memory +-',
                    r'\nkeyring: unlocked \(\w+\)\n'):
        assert_match(pattern, shown)
    assert_less(max(map(len, shown.splitlines())), 81)
    told, profiles = status(room)
    assert_equal(told['keyring']['state'], 'unlocked')
    assert_equal(profiles['acme']['secrets'],
                 {'key': 'file', 'passphrase': ['keyring', 'variable'], 'token': 'keyring',
                  'publish': True, 'published': 2, 'trouble': None, 'keyring': 'unlocked'})
    assert_equal(profiles['acme']['state'], 'valid')
    assert_equal(profiles['gamma']['secrets']['key'], 'keyring')


@test('a token in a locked keyring is told as out of reach, by the collection that it is in')
def _(room):
    server = start_issuer(room)
    require_keyring(room)
    start_bus(room)
    mock = start_mock(room)
    configure(room, server, cache='keyring', keyring_collection='Main')
    configure(room, server, profile='beta', serve=None, publish='keyring', keyring_collection='Work')
    password(ask(room))
    _, profiles = status(room)
    assert_equal([(profiles[name]['state'], profiles[name]['secrets']['keyring'])
                  for name in ('acme', 'beta')], [('valid', 'unlocked'), ('none', 'absent')])
    os.kill(mock.pid, signal.SIGUSR1)
    wait_until(lambda: status(room)[1]['acme']['state'] == 'out-of-reach', what='still reached')
    shown = assert_succeeds(room.run('avouch', 'status')).output
    assert_match(r'(?m)^acme .* out of reach in the keyring$', shown)
    assert_match(r'(?m)^keyring: locked \(Main\)$', shown)
    assert_match(r'(?m)^keyring: none: the keyring has no such collection \(Work\)$', shown)
    mock.kill()
    mock.wait()
    assert_equal(status(room)[1]['acme']['state'], 'out-of-reach')


@test('status tells that the keyring is locked or absent, and what could not be put there')
def _(room):
    server = prepare(room, publish='keyring')
    lock(room)
    password(ask(room))
    shown = assert_succeeds(room.run('avouch', 'status')).output
    assert_in('\nkeyring: locked (', shown)
    assert_match(r'\nacme: its token is not in the keyring: [^\n]*locked', shown)
    assert_equal(status(room)[0]['keyring']['state'], 'locked')
    assert_match('locked', status(room)[1]['acme']['secrets']['trouble'])
    room.environment['DBUS_SESSION_BUS_ADDRESS'] = 'unix:path=/nonexistent/bus'
    assert_in('\nkeyring: none: ', assert_succeeds(room.run('avouch', 'status')).output)
    assert_equal(status(room)[0]['keyring']['state'], 'absent')


@test('status does not wait for a keyring that hangs, nor ask one that nobody uses')
def _(room):
    server = start_issuer(room)
    start_bus(room)
    keyring = start_keyring(room)
    os.kill(keyring.pid, signal.SIGSTOP)
    configure(room, server)
    quick = assert_succeeds(room.run('avouch', 'status'))
    assert_not_in('keyring:', quick.output)
    assert_equal(status(room)[0]['keyring'], None)
    configure(room, server, profile='beta', publish='keyring', serve=None)
    slow = assert_succeeds(room.run('avouch', 'status'))
    assert_in('keyring: none: ', slow.output)
    assert_less(slow.seconds, 30)


@test('forget --all takes what avouch wrote by itself, and nothing else')
def _(room):
    server = prepare(room, cache='keyring', publish='keyring', key='keyring:acme')
    secret_tool(room, 'store', '--label=x', *KEY_ITEM, 'acme', input=plain_key.read_text())
    secret_tool(room, 'store', '--label=x', *PASSPHRASE_ITEM, 'acme', 'purpose', 'key',
                input='mine')
    secret_tool(room, 'store', '--label=x', 'service', 'https://git.example', 'username', 'me',
                input='of another program')
    password(ask(room))
    foreign = room.write(room.runtime / 'avouch' / 'notes', 'mine')
    done = assert_succeeds(room.run('avouch', 'forget', '--all'))
    assert_equal(done.output, 'forgotten in the keyring: 3\n')
    assert_equal(lookup(room, *TOKEN_ITEM, 'acme') + lookup(room, *GIT_ITEM, 'git.example'), '')
    assert_equal(foreign.read_text(), 'mine')
    assert_equal(lookup(room, *KEY_ITEM, 'acme'), plain_key.read_text())
    assert_equal(lookup(room, *PASSPHRASE_ITEM, 'acme'), 'mine')
    assert_equal(lookup(room, 'service', 'https://git.example'), 'of another program')
    assert_equal(runtime_files(room, 'kept'), [])
    assert_equal(password(ask(room)), f'{TOKEN}.2')


@test('forget PROFILE leaves the tokens of others in the keyring')
def _(room):
    server = prepare(room, cache='keyring', publish='keyring')
    configure(room, server, profile='beta', cache='keyring', publish='keyring',
              serve='https://beta.example')
    for profile in ('acme', 'beta'):
        assert_succeeds(room.run('avouch', 'token', profile))
    done = assert_succeeds(room.run('avouch', 'forget', 'acme'))
    assert_equal(done.output, 'acme: forgotten in the keyring: 3\n')
    assert_equal(lookup(room, *GIT_ITEM, 'git.example'), '')
    assert_equal(lookup(room, *GIT_ITEM, 'beta.example'), f'{TOKEN}.2')
    assert_succeeds(room.run('avouch', 'token', 'beta'))
    assert_equal(len(server.requests), 2)


@test('what a profile left in the keyring that is gone from the configuration is forgotten by --all')
def _(room):
    server = prepare(room, cache='keyring')
    password(ask(room))
    room.write(room.config / 'avouch.conf', '')
    assert_succeeds(room.run('avouch', 'forget', '--all'))
    assert_equal(lookup(room, *TOKEN_ITEM, 'acme'), '')


@test('forget NAME finds what a profile left in the keyring that is gone from the configuration')
def _(room):
    server = prepare(room, cache='keyring', publish='keyring')
    password(ask(room))
    room.write(room.config / 'avouch.conf', '')
    done = assert_succeeds(room.run('avouch', 'forget', 'acme'))
    assert_equal(done.output, 'acme: forgotten in the keyring: 3\n')
    assert_equal(lookup(room, *TOKEN_ITEM, 'acme') + lookup(room, *GIT_ITEM, 'git.example'), '')
    again = room.run('avouch', 'forget', 'acme')
    assert_equal((again.code, again.output), (3, ''))
    assert_match('no profile is', again.errors)


@test('forget on a machine without a keyring is an error only where a profile uses one')
def _(room):
    server = start_issuer(room)
    configure(room, server)
    assert_succeeds(room.run('avouch', 'forget', '--all'))
    configure(room, server, profile='beta', cache='keyring', serve=None)
    for words in (['beta'], ['--all']):
        failed = room.run('avouch', 'forget', *words)
        assert_equal(failed.code, 4)
        assert_in('what is in the keyring is still there: ', failed.errors)


# --- refresh and its timer ------------------------------------------------------------------------

@test('refresh logs in for what is published and missing, and not for the others')
def _(room):
    server = prepare(room, publish='keyring')
    configure(room, server, profile='beta', serve='https://beta.example')
    done = assert_succeeds(room.run('avouch', 'refresh'))
    assert_match(r'^acme: renewed, good for 14 min; published: 2\n$', done.output)
    assert_equal(lookup(room, *GIT_ITEM, 'git.example'), f'{TOKEN}.1')
    again = assert_succeeds(room.run('avouch', 'refresh'))
    assert_match(r'^acme: good for 14 min; published: 2\n$', again.output)
    assert_equal(len(server.requests), 1)
    assert_equal(assert_succeeds(room.run('avouch', 'refresh', '--quiet')).output, '')
    named = assert_succeeds(room.run('avouch', 'refresh', 'beta'))
    assert_match(r'^beta: renewed, good for 14 min\n$', named.output)


@test('refresh renews a token that is due, and one that could not be published')
def _(room):
    # Due from the start: the last 60 seconds of 60.
    server = prepare(room, publish='keyring', token_lifetime='60')
    password(ask(room))
    due = assert_succeeds(room.run('avouch', 'refresh'))
    assert_match(r'^acme: renewed, good for', due.output)
    assert_equal(lookup(room, *GIT_ITEM, 'git.example'), f'{TOKEN}.2')
    lock(room)
    assert_succeeds(room.run('avouch', 'token', 'acme', '--fresh'))
    failed = room.run('avouch', 'refresh')
    assert_equal((failed.code, failed.output), (4, ''))
    assert_match('^avouch: acme: .*locked', failed.errors)


@test('refresh takes many profiles at once, tells each failure, and ends with a status of one')
def _(room):
    server = start_issuer(room)
    start_desktop(room)
    for number in range(12):
        configure(room, server, profile=f'p{number}', publish='keyring', cache='keyring',
                  serve=f'https://p{number}.example')
    for name in ('bad', 'worse'):
        configure(room, server, profile=name, publish='keyring', key='/nonexistent/key.pem',
                  serve=None)
    done = room.run('avouch', 'refresh')
    assert_equal(done.code, 4)
    assert_equal(len(done.output.splitlines()), 12)
    assert_match('avouch: bad: .*No such file', done.errors)
    assert_match('avouch: worse: .*No such file', done.errors)
    assert_equal(len(server.requests), 12)
    assert_equal(search(room, 'avouch', 'published').output.count('[/'), 24)


@test('refresh without a name leaves out who would be asked for a passphrase')
def _(room):
    server = start_issuer(room)
    configure(room, server, publish='keyring', key=locked_key, passphrase='prompt')
    configure(room, server, profile='beta', cache='none', serve=None)
    done = assert_succeeds(room.run('avouch', 'refresh'))
    assert_equal(done.output, 'no profile publishes its tokens: nothing to renew\n')
    assert_equal(room.run('avouch', 'refresh', 'acme').code, 4)
    useless = room.run('avouch', 'refresh', 'beta')
    assert_equal(useless.code, 3)
    assert_in('neither cached nor published', useless.errors)


def fake_systemctl(room, code=0):
    """Notes how it is called; CODE is what show-environment ends with."""
    path = room.write('bin/systemctl', f'''#!/bin/sh
echo "$*" >>{room.path}/calls
[ "$2" != show-environment ] || exit {code}
''', mode=0o755)
    room.environment['PATH'] = f'{path.parent}:{room.environment["PATH"]}'
    return lambda: (room.path / 'calls').read_text().splitlines()


SERVED_SOMEWHERE = '''[acme]
issuer = salesforce
login-url = https://login.example
client-id = 3MVG9.x
username = robot@acme.example
key = /nonexistent/key.pem
serve = https://git.example
publish = keyring
'''


def units(room):
    return room.home / '.config' / 'systemd' / 'user'


@test('setup timer writes two units, shows what it does, and starts the timer')
def _(room):
    server = start_issuer(room)
    configure(room, server, publish='keyring', token_lifetime='7200')
    configure(room, server, profile='beta', publish='keyring', token_lifetime='600', serve=None)
    calls = fake_systemctl(room)
    dry = assert_succeeds(room.run('avouch', 'setup', 'timer', '--dry-run'))
    assert_true(not units(room).exists(), 'a dry run wrote something')
    done = assert_succeeds(room.run('avouch', 'setup', 'timer'))
    assert_equal(done.output, dry.output)
    service, timer = ((units(room) / f'avouch-refresh.{kind}').read_text()
                      for kind in ('service', 'timer'))
    assert_in(f'\nExecStart="{TEST_BIN}/avouch" refresh --quiet\n', service)
    assert_in('\nOnUnitActiveSec=100\nRandomizedDelaySec=10\n', timer)
    for text in (service, timer):
        assert_in(text, done.output)
    assert_equal(calls()[-3:], ['--user show-environment', '--user daemon-reload',
                                '--user enable --now avouch-refresh.timer'])


@test('what a folder is called cannot put a line into a unit')
def _(room):
    for name in ('a\nExecStart=/nonexistent/evil\n', 'b "c" %h $HOME \\d'):
        path = room.write(room.path / name / 'avouch.conf', SERVED_SOMEWHERE)
        shown = assert_succeeds(room.run('avouch', 'setup', 'timer', '--dry-run', env={
            'AVOUCH_CONFIG': str(path), 'XDG_CONFIG_HOME': str(path.parent)})).output
        assert_equal(re.findall('(?m)^ExecStart=.*', shown),
                     [f'ExecStart="{TEST_BIN}/avouch" refresh --quiet'])
        value = re.search(r'(?m)^Environment="AVOUCH_CONFIG=(.*)"$', shown).group(1)
        unquoted = re.sub(r'\\(x[0-9a-f]{2}|.)', lambda found: chr(int(found[1][1:], 16))
                          if len(found[1]) == 3 else found[1], value).replace('%%', '%')
        assert_equal(unquoted, str(path))


@test('the path of the program is one that systemd finds')
def _(room):
    server = start_issuer(room)
    configure(room, server, publish='keyring')
    program = room.path / 'a $b%c' / 'avouch'
    program.parent.mkdir()
    shutil.copy(TEST_BIN / 'avouch', program)
    shown = assert_succeeds(room.run(program, 'setup', 'timer', '--dry-run')).output
    assert_in(f'\nExecStart="{room.path}/a $b%%c/avouch" refresh --quiet\n', shown)


@test('a second setup timer replaces its own units, and --remove takes them away')
def _(room):
    server = start_issuer(room)
    configure(room, server, publish='keyring')
    calls = fake_systemctl(room)
    for _ in range(2):
        assert_succeeds(room.run('avouch', 'setup', 'timer'))
    gone = assert_succeeds(room.run('avouch', 'setup', 'timer', '--remove'))
    assert_in('systemctl --user disable --now avouch-refresh.timer\n', gone.output)
    assert_equal(list(units(room).iterdir()), [])
    assert_equal(calls()[-2:], ['--user disable --now avouch-refresh.timer', '--user daemon-reload'])
    assert_succeeds(room.run('avouch', 'setup', 'timer', '--remove'))


@test('a unit that somebody else wrote is neither replaced nor removed')
def _(room):
    server = start_issuer(room)
    configure(room, server, publish='keyring')
    calls = fake_systemctl(room)
    mine = room.write(units(room) / 'avouch-refresh.timer', '[Timer]\nOnCalendar=daily\n')
    for words in ([], ['--dry-run'], ['--remove']):
        refused = room.run('avouch', 'setup', 'timer', *words)
        assert_equal((refused.code, refused.output), (3, ''))
        assert_in('was not written by avouch', refused.errors)
    assert_equal(mine.read_text(), '[Timer]\nOnCalendar=daily\n')
    assert_equal([path.name for path in units(room).iterdir()], ['avouch-refresh.timer'])


@test('without a manager of this user, the units are written and the commands are shown')
def _(room):
    server = start_issuer(room)
    configure(room, server, publish='keyring')
    calls = fake_systemctl(room, code=1)
    done = assert_succeeds(room.run('avouch', 'setup', 'timer'))
    assert_in('systemctl --user enable --now avouch-refresh.timer\n# no systemd manager', done.output)
    assert_equal(calls(), ['--user show-environment'])
    assert_true((units(room) / 'avouch-refresh.timer').exists(), 'no unit was written')


@test('setup timer without a profile that publishes has nothing to do')
def _(room):
    server = start_issuer(room)
    configure(room, server)
    done = room.run('avouch', 'setup', 'timer')
    assert_equal((done.code, done.output), (3, ''))
    assert_in('hint: add a line "publish = keyring"', done.errors)


main()
