# SPDX-License-Identifier: LGPL-2.1-or-later
"""A sandbox as Flatpak makes one: libsecret's own file, encrypted with the master secret that the
secret portal hands out. The portal is a mock; the sandbox a root folder with what the system's has
in it and the file by which Flatpak's are known, seen by the program under test alone."""
import subprocess

from harness import *
from orders import *
from sessionbus import *

# $1: the folder to become the root; the rest is run there.
ENTER = r'''
root=$1; shift
set -e
mount -t tmpfs none "$root"
for at in /*; do
  if [ -L "$at" ]; then cp -P "$at" "$root$at"
  elif [ -d "$at" ]; then mkdir "$root$at" && mount --rbind "$at" "$root$at"; fi
done
: > "$root/.flatpak-info"
exec unshare --root="$root" --wd="$PWD" "$@"
'''


def within(room, *command, env=None, **settings):
    """Runs COMMAND in the sandbox. libsecret's own file loses the tag of a file that it replaces
    and the contents of a damaged one (0.20.5): leaks are not looked for."""
    root = room.path / 'root'
    root.mkdir(exist_ok=True)
    path = TEST_BIN / command[0]
    return room.run('unshare', '--mount', 'sh', '-c', ENTER, 'sh', root,
                    path if path.exists() else command[0], *command[1:], timeout=60,
                    env={'ASAN_OPTIONS': 'detect_leaks=0', **(env or {})}, **settings)


def ask(room, operation, *more, env=None, **settings):
    return within(room, 'avouch-keyring', input=order(operation, *more, **settings), env=env)


def keep(room, secret=SECRET, **settings):
    return ask(room, 'store', ('label', 'Git'), ('secret', encode(secret)), **settings)


def prepare(room, *options):
    if room.run('unshare', '--mount', 'true').code != 0:
        skip('for users who may mount')
    if 'without keyring support' in room.run('avouch-keyring', input=order('search')).output:
        skip('this build has no keyring support')
    start_bus(room)
    return start_portal(room, *options)


def stored(room):
    return room.home / '.local' / 'share' / 'keyrings' / 'default.keyring'


@test('what one process keeps another finds, replaces and erases, by the key of the portal')
def _(room):
    portal = prepare(room)
    assert_equal(found(ask(room, 'search')), [])
    assert_kept(keep(room))
    assert_equal(found(ask(room, 'search')), [SECRET.encode()])
    assert_kept(keep(room, 'second'))
    assert_equal(found(ask(room, 'search')), [b'second'])
    assert_kept(ask(room, 'erase'))
    assert_equal(found(ask(room, 'search')), [])
    assert_in('RetrieveSecret', calls_of(portal))


@test('the file has neither the secret, nor the user, nor the host in clear, and is its owner\'s')
def _(room):
    prepare(room)
    assert_kept(keep(room))
    for clear in (SECRET, encode(SECRET), 'git.example', 'Git'):
        assert_not_in(clear.encode(), stored(room).read_bytes())
    assert_equal(stored(room).stat().st_mode & 0o077, 0)
    leaks = subprocess.run(['grep', '-rlF', SECRET, room.home, room.runtime], check=False,
                           capture_output=True, text=True).stdout
    assert_equal(leaks, '')


@test('a passphrase of a profile is found in a sandbox, and status says where it is')
def _(room):
    prepare(room)
    item = ('xdg:schema', 'avouch.Passphrase', 'profile', 'acme', 'purpose', 'keystore')
    assert_kept(keep(room, attributes=item[2:]))
    room.configure('acme', issuer='salesforce', key='/nonexistent.p12', passphrase='keyring',
                   client_id='c', subject='s')
    result = within(room, 'avouch', 'status')
    assert_match('keyring: a file of this sandbox, by the secret portal\n', result.output)


def assert_all_fail(room, message, hint, timeout=20):
    for call_it in (keep, lambda room, **settings: ask(room, 'search', **settings)):
        result = call_it(room, timeout=timeout)
        assert_fails(result, message, hint)
    assert_true(not stored(room).exists(), 'something was kept')


@test('a portal that denies the key, whoever said no')
def _(room):
    prepare(room, '--response=1')
    assert_all_fail(room, 'the secret portal hands out no key', 'ask again')
    start_portal(room, '--response=2')
    assert_all_fail(room, 'the secret portal hands out no key', 'ask again')


@test('a portal that gives an empty or a short key')
def _(room):
    prepare(room, '--length=0')
    assert_all_fail(room, 'the secret portal hands out no key', 'ask again')
    start_portal(room, '--length=63')
    assert_all_fail(room, 'the secret portal hands out no key', 'ask again')


@test('a portal that hangs at any step, or knows no such answer, is given up in time')
def _(room):
    prepare(room)
    for option in ('--hang=ask', '--hang=answer', '--hang=secret', '--response=7'):
        start_portal(room, option)
        assert_all_fail(room, 'did not answer in time', 'prompt waiting', timeout=1)


@test('a portal that dies in mid-call')
def _(room):
    prepare(room, '--die=ask')
    assert_fails(keep(room), 'ended before it answered', 'start it')
    start_portal(room, '--die=answer')
    assert_fails(keep(room, timeout=1), 'did not answer in time')
    assert_true(not stored(room).exists(), 'something was kept')


@test('a portal of a version that libsecret does not take is none, nor is a bus that has none')
def _(room):
    prepare(room, '--version=2')
    assert_fails(keep(room), 'none answers on the session bus')
    start_mock(room)
    assert_kept(keep(room))
    assert_equal(items_of(room, *HERE), [SECRET])
    assert_true(not stored(room).exists(), 'something was kept')


@test('a file that is damaged is not written over')
def _(room):
    prepare(room)
    room.write(stored(room), b'GnomeKeyring\n\r\0')
    for result in (keep(room), ask(room, 'search'), ask(room, 'erase')):
        assert_fails(result, 'keyring file cannot be used', 'default.keyring')
    assert_equal(stored(room).read_bytes(), b'GnomeKeyring\n\r\0')


main()
