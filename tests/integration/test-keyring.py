# SPDX-License-Identifier: LGPL-2.1-or-later
"""passphrase = keyring, with the real gnome-keyring-daemon on a bus of the test's own."""
import os
import pathlib
import signal
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'mock'))
from harness import *  # noqa: E402
from hostile import *  # noqa: E402
from sessionbus import *  # noqa: E402

TOKEN = '00Dtoken!AQEAQ.token'
PASSPHRASE = 'correct horse battery'
shared = tempfile.TemporaryDirectory(prefix='avouch-test-')
folder = pathlib.Path(shared.name)
authority = Authority(folder / 'authority')
server_pair = authority.issue('server')
key = make_rsa_key(folder / 'key.pem', passphrase=PASSPHRASE)


def store(room, passphrase, profile='acme', purpose='key'):
    secret_tool(room, 'store', '--label=avouch', 'xdg:schema', 'avouch.Passphrase',
                'profile', profile, 'purpose', purpose, input=passphrase)


def ask(room):
    return room.run('git-credential-avouch', 'get', input='protocol=https\nhost=git.example\n\n')


def prepare(room, timeout=20):
    server = room.serve(HostileServer(
        always(200, {'access_token': TOKEN, 'token_type': 'Bearer'}), *server_pair))
    room.configure('acme', issuer='salesforce', login_url=server.url(), client_id='3MVG9.consumer',
                   username='robot@acme.example', key=key, passphrase='keyring',
                   ca_file=authority.certificate, serve='https://git.example', timeout=timeout,
                   cache='none')
    if 'without keyring support' in ask(room).errors:
        skip('this build has no keyring support')
    return server


def assert_refused(result, *patterns):
    assert_equal((result.code, result.output), (4, ''), result.errors)
    for pattern in patterns:
        assert_match(pattern, result.errors)
    assert_match(r'^avouch: acme: [^\n]*\nhint: [^\n]*\n$', result.errors)
    assert_not_in(PASSPHRASE, result.errors)


@test('a passphrase in the keyring opens the key')
def _(room):
    prepare(room)
    start_bus(room)
    start_keyring(room)
    store(room, PASSPHRASE)
    result = ask(room)
    assert_equal((result.code, result.errors), (0, ''))
    assert_in(f'password={TOKEN}\n', result.output)


@test('the line\'s end that a pipe leaves behind it is not part of the passphrase')
def _(room):
    prepare(room)
    start_bus(room)
    start_keyring(room)
    store(room, PASSPHRASE + '\n')
    assert_equal(ask(room).code, 0)


@test('what is no passphrase is refused before the key is tried')
def _(room):
    server = prepare(room)
    start_bus(room)
    start_keyring(room)
    for stored, pattern in (('', 'the keyring: it is empty'), (f'{PASSPHRASE}\0x', 'control'),
                            ('two\nlines', 'more than one line'), ('x' * 4097, 'too long')):
        store(room, stored)
        assert_refused(ask(room), pattern)
    store(room, 'wrong')
    assert_refused(ask(room), 'does not open')
    assert_equal(server.requests, [])


@test('a keyring without the item tells how to store it')
def _(room):
    prepare(room)
    start_bus(room)
    start_keyring(room)
    store(room, PASSPHRASE, profile='other')
    store(room, PASSPHRASE, purpose='keystore')
    assert_refused(ask(room), 'has no passphrase for this profile',
                   'hint: store it: avouch key passphrase acme')


@test('a locked keyring that nobody unlocks says so')
def _(room):
    prepare(room)
    start_bus(room)
    start_keyring(room)
    store(room, PASSPHRASE)
    lock(room)
    result = ask(room)
    assert_refused(result, 'locked', 'hint: unlock')
    assert_less(result.seconds, 30)


@test('a keyring that hangs is given up at the profile\'s timeout')
def _(room):
    prepare(room, timeout=2)
    start_bus(room)
    keyring = start_keyring(room)
    store(room, PASSPHRASE)
    os.kill(keyring.pid, signal.SIGSTOP)
    result = ask(room)
    assert_refused(result, 'did not answer in time', 'hint: .*file:PATH')
    assert_less(result.seconds, 30)


@test('a bus that lets nothing through is given up at the profile\'s timeout')
def _(room):
    prepare(room, timeout=2)
    start_bus(room, policy='')
    result = ask(room)
    assert_refused(result, 'did not answer in time')
    assert_less(result.seconds, 30)


@test('a keyring that died, a bus without one, and no bus')
def _(room):
    prepare(room)
    assert_refused(ask(room), 'no keyring can be reached: there is no session bus',
                   'hint: .*file:PATH')
    start_bus(room)
    assert_refused(ask(room), 'no keyring can be reached: none answers', 'hint: .*file:PATH')
    keyring = start_keyring(room)
    store(room, PASSPHRASE)
    keyring.kill()
    keyring.wait()
    assert_refused(ask(room), 'no keyring can be reached', 'hint: .*file:PATH')


main()
