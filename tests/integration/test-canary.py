#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The key, the passphrases, the assertion and the token are nowhere but where they belong: not in
stderr, argv or environment of any process, nor in a file outside the runtime folder."""
import base64
import os
import pathlib
import re
import shutil
import subprocess

from canary import *
from harness import *
from hostile import http
from sessionbus import secret_tool, start_bus, start_keyring

LOUDEST = ['-v', '-v', '-v', '-v']
EXEC_INFO = ('{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":'
             '{"interactive":false,"cluster":{"server":"https://git.example"}}}\n')


def processes():
    """argv and environment of every process that we may look at."""
    for process in pathlib.Path('/proc').glob('[0-9]*'):
        if int(process.name) == os.getpid():
            continue
        for name in ('cmdline', 'environ'):
            try:
                yield f'{process}/{name}', (process / name).read_bytes()
            except OSError:
                pass  # it has ended, or is none of ours


def watch(room, issuer, program, *arguments, env=None):
    """Runs PROGRAM, looking at all processes until its exchange is under way, and then once more.
    Returns the output, what was seen as (place, content), and what of it was avouch-mint."""
    seen = set()
    source = room.write('request', REQUEST)
    with open(source, 'rb') as stdin:
        process = subprocess.Popen([TEST_BIN / program, *arguments], stdin=stdin, cwd=room.path,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env={**room.environment, **(env or {})})
    while not issuer.asked.is_set() and process.poll() is None:
        seen.update(processes())
    mint, = children(process.pid)
    last = set(processes())
    issuer.go_on.set()
    output, errors = process.communicate(timeout=60)
    assert_in((f'{mint}/cmdline', f'{TEST_BIN}/avouch-mint\0'.encode()), last)
    return (output, seen | last | {('stderr', errors)},
            {(place, content) for place, content in last if place.startswith(f'{mint}/')})


def files(room, *but):
    """What the room has on disk, besides BUT."""
    return {(str(path), path.read_bytes()) for path in room.path.rglob('*')
            if path.is_file() and path not in but}


def assert_nowhere(secrets, places):
    for secret in secrets:
        needle = secret.encode() if isinstance(secret, str) else secret
        assert_less(8, len(needle))
        for place, content in places:
            if needle in content:
                raise AssertionError(f'{place} holds a secret: {needle[:12]!r}…')


@test('the search finds what it is for')
def _(room):
    key = make_rsa_key(room.path / 'key.pem', passphrase=PASSPHRASE)
    plain = room.path / 'plain.pem'
    openssl('pkey', '-in', key, '-passin', f'pass:{PASSPHRASE}', '-out', plain)
    der = room.path / 'plain.der'
    openssl('pkey', '-in', plain, '-outform', 'DER', '-out', der)
    parts = list(key_parts(key))
    for holder in (plain.read_bytes(), der.read_bytes(), base64.b64encode(der.read_bytes())):
        assert_true(any((part.encode() if isinstance(part, str) else part) in holder
                        for part in parts), 'a key was not recognised')


def declare(program, *arguments, env=None):
    @test(f'{program}: no secret is seen during a login at the highest verbosity')
    def _(room):
        issuer = Issuer(room)
        passphrase = room.write('passphrase', PASSPHRASE + '\n')
        key = configure_canary(room, issuer, passphrase=f'file:{passphrase}')
        output, seen, _ = watch(room, issuer, program, *LOUDEST, *arguments, env=env)
        assert_in(TOKEN.encode(), output)
        assert_nowhere(secrets_of(issuer, key), seen | files(room, key, passphrase))
        kept = b''.join(path.read_bytes() for path in room.credential_files())
        assert_in(TOKEN.encode(), kept)
        assert_nowhere([PASSPHRASE, issuer.assertion(), *key_parts(key)], {('the cache', kept)})


declare('git-credential-avouch', 'get')
declare('kubectl-avouch', env={'KUBERNETES_EXEC_INFO': EXEC_INFO})


@test('a passphrase from the environment does not reach avouch-mint\'s environment')
def _(room):
    issuer = Issuer(room)
    key = configure_canary(room, issuer, passphrase='env:CANARY')
    output, seen, mint = watch(room, issuer, 'git-credential-avouch', *LOUDEST, 'get',
                               env={'CANARY': PASSPHRASE})
    assert_in(TOKEN.encode(), output)
    elsewhere = {(place, content) for place, content in seen if not place.endswith('/environ')}
    assert_nowhere(secrets_of(issuer, key), elsewhere | mint)


@test('a login writes nothing outside the runtime folder')
def _(room):
    if shutil.which('strace') is None:
        skip('strace is not installed')
    if os.geteuid() != 0:
        skip('only root is told what a hardened process opens')
    issuer = Issuer(room)
    issuer.go_on.set()
    passphrase = room.write('passphrase', PASSPHRASE + '\n')
    configure_canary(room, issuer, passphrase=f'file:{passphrase}')
    trace = room.path / 'trace'
    done = room.run('strace', '-f', '-y', '-s', '4096', '-o', trace,
                    '-e', 'trace=open,openat,creat,mknod,mknodat,mkdir,mkdirat,link,linkat',
                    TEST_BIN / 'git-credential-avouch', *LOUDEST, 'get', input=REQUEST,
                    env={'ASAN_OPTIONS': 'detect_leaks=0'})
    assert_in(TOKEN, done.output)
    written = [line for line in trace.read_text().splitlines()
               if re.search(r'O_WRONLY|O_RDWR|O_CREAT|O_TMPFILE|(creat|mk\w+|link\w*)\(', line)
               and ' = -1 ' not in line]
    assert_true(any(str(room.runtime) in line for line in written), 'nothing was seen written')
    elsewhere = [line for line in written if str(room.runtime) not in line
                 and not re.search(r'"/dev/(null|tty)"', line)]
    assert_equal(elsewhere, [])


@test('key, passphrase and token in the keyring: none is seen elsewhere, and none in a file')
def _(room):
    issuer = Issuer(room)
    start_bus(room)
    start_keyring(room)
    key = make_rsa_key(room.path / 'canary.pem', passphrase=PASSPHRASE)
    secret_tool(room, 'store', '--label=x', 'xdg:schema', 'avouch.Key', 'name', 'canary',
                input=key.read_text())
    secret_tool(room, 'store', '--label=x', 'xdg:schema', 'avouch.Passphrase', 'profile', 'canary',
                'purpose', 'key', input=PASSPHRASE)
    if 'without keyring' in room.run('avouch', 'key', 'show', 'keyring:canary').errors:
        skip('this build has no keyring support')
    parts = [*encrypted_lines(key), *key_parts(key)]
    key.unlink()
    room.configure('canary', issuer='salesforce', login_url=issuer.server.url(), client_id='3MVG9',
                   username='robot@acme.example', ca_file=room.path / 'ca' / 'ca.pem',
                   serve='https://git.example', key='keyring:canary', passphrase='keyring',
                   cache='keyring', publish='keyring')
    output, seen, _ = watch(room, issuer, 'git-credential-avouch', *LOUDEST, 'get')
    assert_in(TOKEN.encode(), output)
    wait_until(lambda: room.run('secret-tool', 'lookup', 'server', 'git.example').output == TOKEN,
               what='nothing was published')
    kept = {(str(path), path.read_bytes()) for path in room.runtime.rglob('*') if path.is_file()}
    assertion = issuer.assertion()
    # gnome-keyring's own files are encrypted.
    assert_nowhere([PASSPHRASE, TOKEN, assertion, assertion.split('.')[2], *parts],
                   seen | files(room) | kept)


@test('no secret is seen when the login fails, not even one that the server sends back')
def _(room):
    issuer = Issuer(room)
    passphrase = room.write('passphrase', PASSPHRASE + '\n')
    key = configure_canary(room, issuer, passphrase=f'file:{passphrase}')
    issuer.server.behaviour = lambda connection, request: connection.sendall(http(
        400, {'error': 'invalid_grant', 'error_description': request.form['assertion'][0]}))
    done = room.run('git-credential-avouch', *LOUDEST, 'get', input=REQUEST)
    assert_equal((done.code, done.output), (6, ''), done.errors)
    assert_nowhere(secrets_of(issuer, key),
                   {('stderr', done.errors.encode())} | files(room, key, passphrase))


@test('a wrong passphrase is not shown')
def _(room):
    issuer = Issuer(room)
    key = configure_canary(room, issuer, passphrase='env:CANARY')
    done = room.run('git-credential-avouch', *LOUDEST, 'get', input=REQUEST,
                    env={'CANARY': 'wrong-' + PASSPHRASE})
    assert_equal((done.code, done.output), (4, ''), done.errors)
    assert_nowhere([PASSPHRASE, *encrypted_lines(key)],
                   {('stderr', done.errors.encode())} | files(room, key))


main()
