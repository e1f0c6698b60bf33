#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A profile's secrets in the desktop's keyring, the real gnome-keyring-daemon: the key, its
passphrase, and the tokens, with secret-tool as the witness."""
import json
import pathlib
import re
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
    probe = room.run('avouch', 'key', 'show', 'keyring:probe')
    if 'without keyring support' in probe.errors:
        skip('this build has no keyring support')
    return daemon


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


main()
