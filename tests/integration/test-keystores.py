# SPDX-License-Identifier: LGPL-2.1-or-later
"""Profiles whose key lies in a keystore that Java's keytool made."""
import shutil
import subprocess

from demohost import *

STORE_WORD, KEY_WORD = 'canary-store', 'canary-key'


def keytool(*arguments):
    if shutil.which('keytool') is None:
        skip('keytool is not installed')
    done = subprocess.run(['keytool', *map(str, arguments)], capture_output=True, timeout=60,
                          check=False)
    assert_equal(done.returncode, 0, done.stdout)


def start(room, kind, **settings):
    """A demo host that knows the key 'Robot' of a keystore, and a profile 'acme' for it."""
    store, certificate = room.keys / 'acme.store', room.path / 'acme.crt'
    words = ['-keystore', store, '-storetype', kind, '-storepass', STORE_WORD]
    keytool('-genkeypair', *words, '-keypass', KEY_WORD, '-alias', 'Robot', '-keyalg', 'RSA',
            '-keysize', '2048', '-dname', 'CN=robot')
    keytool('-exportcert', *words, '-rfc', '-alias', 'Robot', '-file', certificate)
    store.chmod(0o600)
    host = room.serve(DemoHost(room, certificate))
    places = {name: f'file:{room.write(room.home / name, word + chr(10))}'
              for name, word in (('passphrase', STORE_WORD), ('key_passphrase', KEY_WORD))}
    room.configure('acme', **{'issuer': 'salesforce', 'login_url': host.url,
                              'client_id': CLIENT_ID, 'username': USERNAME, 'key': store,
                              'ca_file': host.ca, **places, **settings})
    return host


@test('a JKS whose key has its own password logs in')
def _(room):
    host = start(room, 'JKS', key_alias='ROBOT')
    result = room.run('avouch', 'token', 'acme')
    assert_equal((result.code, result.errors), (0, ''))
    assert_equal(host.exchanges(), 1)


@test('a JCEKS logs in, without an alias where it holds one key')
def _(room):
    host = start(room, 'JCEKS')
    result = room.run('avouch', 'token', 'acme')
    assert_equal((result.code, result.errors), (0, ''))
    assert_equal(host.exchanges(), 1)


@test('a key whose own password is not configured is said to need key-passphrase')
def _(room):
    host = start(room, 'JKS', key_passphrase=None)
    result = room.run('avouch', 'token', 'acme')
    assert_equal((result.code, result.output), (4, ''))
    assert_in('opens the keystore, but not the key in it', result.errors)
    assert_in('hint: set `key-passphrase`', result.errors)
    assert_not_in(STORE_WORD, result.errors)
    assert_equal(host.exchanges(), 0)


main()
