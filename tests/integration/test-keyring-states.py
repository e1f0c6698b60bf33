# SPDX-License-Identifier: LGPL-2.1-or-later
"""The states in which a keyring is of no use, each with a message and a hint, by a mock of the
Secret Service that is in them on demand; and the order that a helper gives avouch-keyring."""
import hashlib
import os
import signal
import subprocess

from harness import *
from orders import *
from sessionbus import *


def prepare(room, *options):
    if 'without keyring support' in ask(room, 'search').output:
        skip('this build has no keyring support')
    start_bus(room)
    return start_mock(room, *options)


@test('what was kept is found, replaced and erased, over a service that knows no encryption')
def _(room):
    mock = prepare(room)
    assert_equal(found(ask(room, 'search')), [])
    assert_kept(keep(room))
    assert_equal(found(ask(room, 'search')), [SECRET.encode()])
    assert_kept(keep(room, 'second\nline'))
    assert_equal(found(ask(room, 'search')), [b'second\nline'])
    assert_kept(ask(room, 'erase', ('secret', encode('third'))))
    assert_equal(found(ask(room, 'search')), [b'second\nline'])
    assert_kept(ask(room, 'erase', ('secret', encode('second'))))
    assert_equal(found(ask(room, 'search')), [])
    assert_equal(calls_of(mock).count('Prompt'), 0)


@test('an item with more attributes is neither replaced nor what a "lacks" shuts out')
def _(room):
    prepare(room)
    longer = (*HERE, 'port', '8080')
    assert_kept(keep(room, 'of the port', attributes=longer))
    assert_kept(keep(room))
    assert_equal(sorted(found(ask(room, 'search'))), [SECRET.encode(), b'of the port'])
    assert_equal(found(ask(room, 'search', ('lacks', 'port'))), [SECRET.encode()])
    assert_kept(ask(room, 'erase', ('lacks', 'port')))
    assert_equal(found(ask(room, 'search')), [b'of the port'])


@test('an item of another schema with the same attributes is replaced')
def _(room):
    prepare(room)
    secret_tool(room, 'store', '--label=x', 'xdg:schema', 'org.gnome.keyring.NetworkPassword',
                *HERE, input='old')
    assert_equal(found(ask(room, 'search')), [b'old'])
    assert_kept(keep(room, 'new'))
    assert_equal(items_of(room, *HERE), ['new'])


@test('a locked keyring says so, and asks nobody where nobody may be asked')
def _(room):
    mock = prepare(room)
    assert_kept(keep(room))
    # Its items are the mock's own: a second one would have none.
    os.kill(mock.pid, signal.SIGUSR1)
    for settings, env in (({}, DESKTOP), ({'interactive': 1}, {})):
        for operation in ('search', 'erase'):
            assert_fails(ask(room, operation, env=env, **settings), 'the keyring is locked',
                         'unlock it')
        assert_fails(keep(room, env=env, **settings), 'the keyring is locked', 'unlock it')
    assert_not_in('Unlock', calls_of(mock))
    assert_not_in('Prompt', calls_of(mock))


@test('a locked keyring is unlocked by its own prompt where somebody may be asked')
def _(room):
    mock = prepare(room, '--locked')
    assert_kept(keep(room, env=DESKTOP, interactive=1))
    assert_equal(calls_of(mock).count('Prompt'), 1)
    assert_equal(found(ask(room, 'search')), [SECRET.encode()])
    os.kill(mock.pid, signal.SIGUSR1)
    assert_equal(found(ask(room, 'search', env=DESKTOP, interactive=1)), [SECRET.encode()])
    assert_equal(calls_of(mock).count('Prompt'), 2)


@test('a prompt that is dismissed, one that nobody answers, and one that dies')
def _(room):
    prepare(room, '--locked', '--prompt=no')
    assert_fails(keep(room, env=DESKTOP, interactive=1), 'dismissed', 'unlock the keyring')
    mock = start_mock(room, '--locked', '--prompt=hang')
    result = keep(room, env=DESKTOP, interactive=1, timeout=2)
    assert_fails(result, 'did not answer in time', 'prompt waiting')
    assert_less(result.seconds, 30)
    assert_in('Dismiss', calls_of(mock))
    start_mock(room, '--locked', '--prompt=die')
    assert_fails(keep(room, env=DESKTOP, interactive=1), 'ended before it answered')


@test('no default collection: made where somebody may be asked, told where not')
def _(room):
    mock = prepare(room, '--no-default')
    assert_fails(keep(room), 'no default collection', 'make one')
    assert_equal(found(ask(room, 'search')), [])
    assert_not_in('CreateCollection', calls_of(mock))
    assert_kept(keep(room, env=DESKTOP, interactive=1))
    assert_equal(found(ask(room, 'search')), [SECRET.encode()])


@test('a collection is found by its label, its alias and its path, and no other is taken')
def _(room):
    prepare(room)
    for name in ('Main', 'default', '/org/freedesktop/secrets/collection/main'):
        assert_kept(ask(room, 'store', ('label', 'Git'), ('secret', encode(SECRET)),
                        ('collection', name)))
    start_mock(room, '--no-default')
    assert_fails(ask(room, 'store', ('label', 'Git'), ('secret', encode(SECRET)),
                     ('collection', 'Work')), r'no such collection \(Work\)')


@test('a service that must ask before it keeps or erases is told that nobody may be asked')
def _(room):
    prepare(room, '--asks')
    assert_fails(keep(room), 'nobody may be asked here', 'terminal on the desktop')
    assert_kept(keep(room, env=DESKTOP, interactive=1))
    assert_fails(ask(room, 'erase'), 'nobody may be asked here')
    assert_equal(found(ask(room, 'search')), [SECRET.encode()])
    assert_kept(ask(room, 'erase', env=DESKTOP, interactive=1))
    assert_equal(found(ask(room, 'search')), [])


@test('what a service finds that was not asked for is neither answered, replaced nor erased')
def _(room):
    prepare(room, '--lies')
    other = ('protocol', 'https', 'server', 'other.example', 'user', 'u')
    assert_kept(keep(room, 'of the other', attributes=other))
    assert_equal(found(ask(room, 'search')), [])
    assert_kept(keep(room))
    assert_equal(found(ask(room, 'search')), [SECRET.encode()])
    assert_kept(ask(room, 'erase'))
    assert_equal(found(ask(room, 'search')), [])
    assert_equal(found(ask(room, 'search', attributes=other)), [b'of the other'])


@test('what a locked keyring does not show of its items is looked at once it is unlocked')
def _(room):
    mock = prepare(room)
    assert_kept(keep(room, 'of the port', attributes=(*HERE, 'port', '8080')))
    for operation in ('search', 'erase'):
        os.kill(mock.pid, signal.SIGUSR1)
        wait_until(lambda: 'locked' in ask(room, 'search').output, what='not locked')
        assert_equal(found(ask(room, operation, ('lacks', 'port'), env=DESKTOP, interactive=1)), [])
    os.kill(mock.pid, signal.SIGUSR1)
    wait_until(lambda: 'locked' in ask(room, 'search').output, what='not locked')
    answer = ask(room, 'search', env=DESKTOP, interactive=1)
    assert_equal(found(answer), [b'of the port'])
    assert_in('attribute=user\nvalue=u\n', answer.output)


@test('an item that another program removes in mid-call is as if it had not been there')
def _(room):
    prepare(room, '--gone=GetSecret')
    assert_kept(keep(room))
    assert_equal(found(ask(room, 'search')), [])
    assert_kept(keep(room))
    assert_kept(ask(room, 'erase', ('secret', encode(SECRET))))
    start_mock(room, '--gone=SetSecret')
    assert_kept(keep(room))
    assert_kept(keep(room, 'second'))
    assert_equal(found(ask(room, 'search')), [b'second'])
    start_mock(room, '--gone=Delete')
    assert_kept(keep(room))
    assert_kept(ask(room, 'erase'))


@test('a service that dies in mid-call')
def _(room):
    prepare(room)
    for method, call_it in (('OpenSession', keep), ('SearchItems', keep), ('CreateItem', keep),
                            ('SearchItems', lambda room: ask(room, 'search'))):
        start_mock(room, f'--die={method}')
        assert_fails(call_it(room), 'ended before it answered', 'start it')


@test('a service that dies when it is to hand out a secret')
def _(room):
    prepare(room, '--die=GetSecret')
    assert_kept(keep(room))
    assert_fails(ask(room, 'search'), 'ended before it answered')


@test('a bus that dies in mid-call is an error, not an end')
def _(room):
    if 'without keyring support' in ask(room, 'search').output:
        skip('this build has no keyring support')
    bus = start_bus(room)
    mock = start_mock(room, '--hang=SearchItems')
    with start_asking(room) as process:
        wait_until(lambda: 'SearchItems' in calls_of(mock), what='no search')
        bus.kill()
        output = process.communicate(timeout=60)[0].decode()
    assert_equal(process.returncode, 4, output)
    assert_match('ended before it answered', output)


def start_asking(room):
    process = subprocess.Popen([TEST_BIN / 'avouch-keyring'], env=room.environment,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.stdin.write(order('search').encode())
    process.stdin.close()
    process.stdin = None
    return process


@test('a service that hangs at any step is given up in time')
def _(room):
    prepare(room)
    for method in ('OpenSession', 'SearchItems', 'ReadAlias', 'CreateItem'):
        start_mock(room, f'--hang={method}')
        result = keep(room, timeout=1)
        assert_fails(result, 'did not answer in time')
        assert_less(result.seconds, 30)


@test('a service that refuses is quoted, on one line')
def _(room):
    prepare(room)
    for method in ('SearchItems', 'CreateItem'):
        start_mock(room, f'--fail={method}')
        assert_fails(keep(room), rf'the keyring refuses \(mock: {method} *refused\)')


@test('one service takes the name from another in mid-call')
def _(room):
    first = prepare(room, '--hang=SearchItems')
    with start_asking(room) as process:
        wait_until(lambda: 'SearchItems' in calls_of(first), what='no search')
        start_mock(room)  # which ends the first
        output = process.communicate(timeout=60)[0].decode()
    assert_equal(process.returncode, 4, output)
    assert_match('another keyring took over', output)


@test('one service takes the name from another between two calls')
def _(room):
    prepare(room)
    assert_kept(keep(room))
    start_mock(room)
    assert_equal(found(ask(room, 'search')), [])
    assert_kept(keep(room))
    assert_equal(found(ask(room, 'search')), [SECRET.encode()])


@test('a secret with a NUL is whole; one of 1 MiB is refused')
def _(room):
    prepare(room, '--value=nul')
    assert_kept(keep(room))
    assert_equal(found(ask(room, 'search')), [b'a\0b'])
    start_mock(room, '--value=huge')
    assert_kept(keep(room))
    assert_fails(ask(room, 'search'), 'too long')


@test('one item that cannot be read does not hide the others')
def _(room):
    prepare(room)
    other = (*HERE, 'port', '1')
    for option, reason in (('--value=huge', 'too long'), ('--fail=GetSecret', 'refuses'),
                           ('--gone=GetSecret', None)):
        start_mock(room, '--first', option)
        assert_kept(keep(room))
        assert_kept(keep(room, 'of the other', attributes=other))
        answer = ask(room, 'search')
        assert_equal(found(answer), [b'of the other'])
        assert_equal('\npassed-over=' in answer.output, reason is not None)
        if reason is not None:
            assert_match(rf'\npassed-over=[^\n]*{reason}', answer.output)
            assert_fails(ask(room, 'search', ('lacks', 'port')), reason)
        assert_kept(ask(room, 'erase', ('secret', encode('of the other'))))
        assert_equal(items_of(room, *other), [])


@test('what is to be kept may have 64 KiB and no byte more')
def _(room):
    prepare(room)
    assert_kept(keep(room, 'x' * 65536))
    assert_equal(len(found(ask(room, 'search'))[0]), 65536)
    assert_fails(keep(room, 'x' * 65537), 'too long')


@test('text that is not UTF-8 is refused before the service is asked')
def _(room):
    mock = prepare(room)
    text = order('store', ('label', 'Git'), ('secret', 'eA')).replace('git.example', 'git\udcff')
    body = text[:text.rindex('sum=')].encode('utf-8', 'surrogateescape')
    whole = body + f'sum={hashlib.sha256(body).hexdigest()}\n'.encode()
    assert_fails(room.run('avouch-keyring', input=whole), 'not UTF-8')
    assert_equal(calls_of(mock), [])


@test('an order that is damaged, cut short, unknown or for every item does nothing')
def _(room):
    mock = prepare(room)
    good = order('erase')
    bad = [good[:-2], good.replace('git.example', 'git.examplf'), '', 'x' * 600000,
           record('job', ('operation', 'erase')), order('drop'), order('erase', attributes=()),
           order('erase', timeout=-1), order('erase', timeout=601), order('store'),
           order('erase', ('attribute', 'odd')), order('store', ('secret', '!')),
           order('erase', attributes=('a', 'b') * 33)]
    for text in bad:
        result = room.run('avouch-keyring', input=text)
        assert_equal(result.code, 1, text[:60] + result.output)
        assert_match(r'\Aavouch error 1\nkind=protocol\n', result.output)
    assert_equal(calls_of(mock), [])


@test('it is no program for a person')
def _(room):
    assert_equal(room.run('avouch-keyring', '--version').code, 0)
    assert_in('keyring', room.run('avouch-keyring', '--help').output)
    result = room.run('avouch-keyring', 'lookup')
    assert_equal((result.code, result.output), (2, ''))


main()
