#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Secrets on machines without a desktop: systemd's credentials, files, descriptors, and another
place behind the keyring."""
import os
import pathlib
import struct
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'mock'))
from harness import *  # noqa: E402
from hostile import *  # noqa: E402
from sessionbus import start_bus, start_mock  # noqa: E402

TOKEN = '00Dtoken!AQEAQ.token'
PASSPHRASE = 'correct horse battery'
REQUEST = 'protocol=https\nhost=git.example\n\n'
# linux/posix_acl_xattr.h
ACL_VERSION, ACL_USER_OBJ, ACL_USER, ACL_GROUP_OBJ, ACL_MASK, ACL_OTHER = 2, 1, 2, 4, 0x10, 0x20
ACL_READ, ACL_NO_ID = 4, 0xffffffff
USER = 65534

shared = tempfile.TemporaryDirectory(prefix='avouch-test-')
folder = pathlib.Path(shared.name)
authority = Authority(folder / 'authority')
server_pair = authority.issue('server')
key = make_rsa_key(folder / 'key.pem', passphrase=PASSPHRASE)


def start(room, **settings):
    server = room.serve(HostileServer(
        always(200, {'access_token': TOKEN, 'token_type': 'Bearer'}), *server_pair))
    room.configure('robot', issuer='salesforce', login_url=server.url(), client_id='3MVG9.consumer',
                   username='robot@acme.example', ca_file=authority.certificate,
                   serve='https://git.example', **settings)


def ask(room, **options):
    return room.run('git-credential-avouch', 'get', input=REQUEST, **options)


def assert_logged_in(result):
    assert_equal((result.code, result.errors), (0, ''))
    assert_in(f'password={TOKEN}\n', result.output)


def make_credentials(room):
    """What systemd makes of LoadCredential=robot.pem:… and LoadCredential=robot.pass:…"""
    credentials = room.path / 'credentials'
    room.write('credentials/robot.pem', key.read_bytes(), mode=0o400)
    room.write('credentials/robot.pass', PASSPHRASE + '\n', mode=0o400)
    credentials.chmod(0o500)
    return {'CREDENTIALS_DIRECTORY': str(credentials)}


IN_CREDENTIALS = {'key': '${CREDENTIALS_DIRECTORY}/robot.pem',
                  'passphrase': 'file:${CREDENTIALS_DIRECTORY}/robot.pass'}


@test('a service\'s key and passphrase are found in the folder of its credentials')
def _(room):
    start(room, **IN_CREDENTIALS)
    assert_logged_in(ask(room, env=make_credentials(room)))


@test('a person who types a command in the service finds them too')
def _(room):
    start(room, **IN_CREDENTIALS)
    variable = make_credentials(room)
    shown = room.run('avouch', 'key', 'show', '--profile', 'robot', env=variable)
    assert_equal(shown.code, 0, shown.errors)
    assert_in('2048', shown.output)
    done = room.run('avouch', 'token', 'robot', env=variable)
    assert_equal((done.code, done.output), (0, TOKEN + '\n'), done.errors)


@test('without the variable, the setting is named and the hint says who sets it')
def _(room):
    start(room, **IN_CREDENTIALS)
    for variable in ({}, {'CREDENTIALS_DIRECTORY': 'relative'}):
        result = ask(room, env=variable)
        assert_equal((result.code, result.output), (3, ''))
        assert_match(r'avouch\.conf:\d+: key: the variable CREDENTIALS_DIRECTORY is not set',
                     result.errors)
        assert_in('hint: systemd sets it', result.errors)


@test('a token that was minted with credentials is handed out where they are out of reach')
def _(room):
    start(room, **IN_CREDENTIALS)
    assert_logged_in(ask(room, env=make_credentials(room)))
    assert_logged_in(ask(room))


def grant_by_acl(path):
    """As systemd's fd_add_uid_acl_permission: root's file of mode 0400, and an entry for the user
    of the service. The mode then shows the mask where the group's bits are."""
    entries = ((ACL_USER_OBJ, ACL_READ, ACL_NO_ID), (ACL_USER, ACL_READ, USER),
               (ACL_GROUP_OBJ, 0, ACL_NO_ID), (ACL_MASK, ACL_READ, ACL_NO_ID),
               (ACL_OTHER, 0, ACL_NO_ID))
    content = struct.pack('<I', ACL_VERSION) + b''.join(struct.pack('<HHI', *e) for e in entries)
    try:
        os.setxattr(path, 'system.posix_acl_access', content)
    except OSError as reason:
        skip(f'the file system keeps no access lists: {reason.strerror}')


@test('a credential that is root\'s, and the service\'s by an access list, is taken')
def _(room):
    if os.geteuid() != 0:
        skip('only root can be another user')
    start(room, cache='none', **IN_CREDENTIALS)
    variable = make_credentials(room)
    for path in (room.path / 'credentials').iterdir():
        grant_by_acl(path)
        assert_equal(path.stat().st_mode & 0o777, 0o440)
    for path in (room.path, room.path / 'credentials', folder, room.home, room.home / '.config',
                 room.config):
        path.chmod(0o755)
    authority.certificate.parent.chmod(0o755)
    os.chown(room.config / 'avouch.conf', USER, USER)
    if not os.access(TEST_BIN / 'avouch-mint', os.X_OK) or not reachable(TEST_BIN):
        skip('another user cannot start the programs from where they were built')
    assert_logged_in(ask(room, env=variable, preexec=as_user(USER)))


def reachable(path):
    """By a user who is in no group of ours."""
    return all(parent.stat().st_mode & 0o001 for parent in (path, *path.parents))


@test('a credential that everybody may read is refused like any other file')
def _(room):
    start(room, **IN_CREDENTIALS)
    variable = make_credentials(room)
    (room.path / 'credentials' / 'robot.pass').chmod(0o444)
    result = ask(room, env=variable)
    assert_equal((result.code, result.output), (4, ''))
    assert_in('every user of this machine may read or write it', result.errors)


@test('a secret of docker or podman, a file of root\'s with mode 0400, opens the key')
def _(room):
    secrets = room.path / 'run' / 'secrets'
    key_file = room.write(secrets / 'robot-key', key.read_bytes(), mode=0o400)
    passphrase = room.write(secrets / 'robot-pass', PASSPHRASE, mode=0o400)
    start(room, key=key_file, passphrase=f'file:{passphrase}')
    assert_logged_in(ask(room))


@test('where there is no keyring, the place behind it is asked')
def _(room):
    passphrase = room.write('passphrase', PASSPHRASE + '\n')
    start(room, key=key, passphrase=f'keyring file:{passphrase}', cache='none')
    assert_logged_in(ask(room))


@test('a keyring that hangs leaves time for the place behind it, and for the login')
def _(room):
    passphrase = room.write('passphrase', PASSPHRASE + '\n')
    start(room, key=key, passphrase=f'keyring file:{passphrase}', cache='none', timeout=12)
    start_bus(room)
    start_mock(room, '--hang=SearchItems')
    assert_logged_in(ask(room))


@test('the place behind the keyring may be a variable, which avouch-mint does not see')
def _(room):
    start(room, key=key, passphrase='keyring env:ROBOT_PASS', cache='none')
    assert_logged_in(ask(room, env={'ROBOT_PASS': PASSPHRASE}))
    result = ask(room)
    assert_equal((result.code, result.output), (4, ''))
    assert_match('keyring.*gave nothing', result.errors)


@test('where both fail, both are told, and nothing else is tried')
def _(room):
    start(room, key=key, passphrase='keyring file:/nonexistent/passphrase', cache='none')
    result = ask(room)
    assert_equal((result.code, result.output), (4, ''))
    assert_match(r'^avouch: robot: [^\n]*keyring[^\n]*/nonexistent/passphrase: No such[^\n]*\n'
                 r'hint: [^\n]*\n$', result.errors)


main()
