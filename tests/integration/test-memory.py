# SPDX-License-Identifier: LGPL-2.1-or-later
"""No secret stays in a program's memory once it is done with, not even in what was freed: programs
that a keyring stops in mid-call, or an issuer holds, are looked through from outside."""
import os
import pathlib
import signal
import subprocess

from canary import *
from harness import *
from memory import find_in_memory
from orders import HERE, SECRET, ask, keep
from sessionbus import start_bus, start_mock

OTHER = 'canary-of-the-other-c3f1'
GIT_REQUEST = 'protocol=https\nhost=git.example\nusername=u\n'


def prepare(room, *options):
    if os.geteuid() != 0:
        skip('for root, who may read the memory of a hardened program')
    if is_sanitized():
        skip('for builds that wipe: a sanitizer keeps what was freed')
    if options and 'keyring support' in ask(room, 'search').output:
        skip('for builds with libsecret')
    if options:
        start_bus(room)
        start_mock(room, *options)


def start(room, *arguments, input):
    source = room.write('request', input)
    process = subprocess.Popen([TEST_BIN / arguments[0], *arguments[1:]], env=room.environment,
                               stdin=open(source, 'rb'), stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    room.cleanups.append(process.kill)
    return process


def state_of(folder):
    try:
        return (folder / 'stat').read_text().rpartition(')')[2].split()[0]
    except OSError:
        return None  # it has ended


def wait_until_stopped(process):
    """The process that PROCESS started, once it is stopped."""
    stopped = []

    def look():
        stopped[:] = [int(child.name) for child in children(process.pid)
                      if state_of(child) == 'T']
        return stopped
    wait_until(look, what='nothing was stopped')
    return stopped[0]


def tails(secret):
    """SECRET, and its end: the beginning of a block that was freed may be overwritten by glibc."""
    return [secret.encode(), secret.encode()[len(secret) // 2:]]


def forms(key):
    """The key's numbers and lines as they may stand in memory, in both orders of bytes."""
    parts = [part.encode() if isinstance(part, str) else part for part in key_parts(key)]
    return [*parts, *(part[::-1] for part in parts),
            *(line.encode() for line in encrypted_lines(key))]


@test('avouch-mint: neither passphrase nor encrypted key once the exchange is under way')
def _(room):
    prepare(room)
    issuer = Issuer(room)
    passphrase = room.write('passphrase', PASSPHRASE + '\n')
    key = configure_canary(room, issuer, passphrase=f'file:{passphrase}')
    process = start(room, 'git-credential-avouch', 'get', input=REQUEST)
    wait_until(issuer.asked.is_set, what='no exchange')
    mint, = (int(child.name) for child in children(process.pid))
    os.kill(mint, signal.SIGSTOP)
    wait_until_stopped(process)
    live = issuer.assertion().encode()
    secrets = [*tails(PASSPHRASE), *(line.encode() for line in encrypted_lines(key))]
    found = find_in_memory(mint, [live, *secrets])
    os.kill(mint, signal.SIGCONT)
    assert_in(live, found)
    assert_equal({needle: found[needle] for needle in secrets if needle in found}, {})


@test('avouch-mint: no trace of the key either, once it has the token')
def _(room):
    prepare(room, '--stop=CreateItem')
    issuer = Issuer(room)
    issuer.go_on.set()
    passphrase = room.write('passphrase', PASSPHRASE + '\n')
    key = configure_canary(room, issuer, passphrase=f'file:{passphrase}', cache='keyring')
    process = start(room, 'git-credential-avouch', 'get', input=REQUEST)
    mint = wait_until_stopped(process)
    secrets = [*tails(PASSPHRASE), *forms(key)]
    found = find_in_memory(mint, [TOKEN.encode(), *secrets])
    os.kill(mint, signal.SIGCONT)
    assert_in(TOKEN.encode(), found)
    assert_equal({needle[:12]: found[needle] for needle in secrets if needle in found}, {})


@test('avouch-keyring: what it only looked at is gone but for the bus\'s own buffer')
def _(room):
    prepare(room, '--stop=Delete')
    room.write(room.config / 'avouch.conf', '[git]\nstore = keyring\n')
    assert_equal(keep(room, OTHER, attributes=(*HERE, 'object', 'a')).code, 0)
    assert_equal(keep(room).code, 0)
    process = start(room, 'git-credential-avouch', 'erase',
                    input=f'{GIT_REQUEST}password={SECRET}\n\n')
    keyring = wait_until_stopped(process)
    needles = tails(OTHER)
    found = find_in_memory(keyring, [SECRET.encode(), *needles])
    os.kill(keyring, signal.SIGCONT)
    assert_in(SECRET.encode(), found)
    for needle in needles:
        # GDBus reads one message after another into it, in a thread and an arena of its own. A real
        # keyring's are encrypted; the mock knows no encryption.
        assert_true(found.get(needle, []) in ([], ['']), f'{needle}: {found.get(needle)}')


@test('both are started with memory that is overwritten when it is freed, whatever the user sets')
def _(room):
    prepare(room, '--stop=Delete')
    room.write(room.config / 'avouch.conf', '[git]\nstore = keyring\n')
    room.environment['GLIBC_TUNABLES'] = 'glibc.malloc.tcache_count=9'
    assert_equal(keep(room).code, 0)
    process = start(room, 'git-credential-avouch', 'erase', input=GIT_REQUEST + '\n')
    keyring = wait_until_stopped(process)
    variables = pathlib.Path(f'/proc/{keyring}/environ').read_bytes().split(b'\0')
    os.kill(keyring, signal.SIGCONT)
    assert_equal([value for value in variables if value.startswith(b'GLIBC_TUNABLES')],
                 [b'GLIBC_TUNABLES=glibc.malloc.tcache_count=0'])


main()
