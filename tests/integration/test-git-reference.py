# SPDX-License-Identifier: LGPL-2.1-or-later
"""The same sequences of operations for git's own helpers and for avouch's: what each answers is the
same, and where it is not, the sequence says why."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'mock'))
from harness import *  # noqa: E402
from sessionbus import *  # noqa: E402

FUTURE, PAST = 9999999999, 1000000000
HOST = ('protocol=https', 'host=example.com')
USER = ('username=u', 'password=p')


def prepare(room):
    """The helpers, each as git calls it: the command before the operation."""
    room.write(room.config / 'avouch.conf', '[git]\nstore = keyring\n')
    start_bus(room)
    start_keyring(room)
    probe = room.run('git-credential-avouch', 'get', input='protocol=https\nhost=a.example\n\n')
    if 'keyring support' in probe.errors:
        skip('for builds with libsecret')
    socket = room.path / 'socket'
    # The helper would leave it behind in the session of whoever starts it.
    start(room, 'git', 'credential-cache--daemon', socket)
    wait_until(socket.exists, what='no cache')
    return {'avouch': ('git-credential-avouch',),
            'store': ('git', 'credential-store', f'--file={room.path / "store"}'),
            'cache': ('git', 'credential-cache', f'--socket={socket}')}


def play(room, helper, steps):
    """What a helper answers to all of STEPS, pairs of an operation and its lines."""
    answers = []
    for operation, *fields in steps:
        result = room.run(*helper, operation, input='\n'.join(fields) + '\n\n')
        assert_equal(result.errors, '', str((helper, operation, fields)))
        answers.append({line for line in result.output.splitlines() if line})
    return answers


def declare(title, *steps, references=('store', 'cache'), but=None):
    """BUT: {step's number: the references' answer}, with the reason in TITLE."""
    @test(title)
    def _(room):
        helpers = prepare(room)
        answers = {name: play(room, helper, steps) for name, helper in helpers.items()}
        for name in references:
            expected = list(answers['avouch'])
            for number, other in (but or {}).items():
                assert_true(expected[number] != other, f'{name} does not differ in {number}')
                expected[number] = other
            assert_equal(answers[name], expected, name)


declare('a host, another host and another protocol',
        ('store', *HOST, *USER), ('get', *HOST), ('get', 'protocol=http', 'host=example.com'),
        ('get', 'protocol=https', 'host=other.example'), ('erase', *HOST), ('get', *HOST))
declare('users: each of several, one that is not there, and any',
        ('store', *HOST, 'username=u1', 'password=p1'),
        ('store', *HOST, 'username=u2', 'password=p2'),
        ('get', *HOST, 'username=u1'), ('get', *HOST, 'username=u2'),
        ('get', *HOST, 'username=u3'), ('erase', *HOST, 'username=u1'),
        ('get', *HOST, 'username=u1'), ('get', *HOST))
declare('a password that is replaced, and one that is rejected though another is kept',
        ('store', *HOST, 'username=u', 'password=old'),
        ('store', *HOST, 'username=u', 'password=new'), ('get', *HOST),
        ('erase', *HOST, 'username=u', 'password=new'), ('get', *HOST))
declare('ports are other servers',
        ('store', 'protocol=https', 'host=example.com:8443', *USER), ('get', *HOST),
        ('get', 'protocol=https', 'host=example.com:8443'), ('erase', *HOST),
        ('get', 'protocol=https', 'host=example.com:8443'),
        ('get', 'protocol=https', 'host=example.com:443'))
declare('paths: only what has the one that is asked for, and any where none is',
        ('store', *HOST, 'path=a.git', *USER), ('get', *HOST, 'path=a.git'),
        ('get', *HOST, 'path=b.git'), ('get', *HOST), ('erase', *HOST, 'path=b.git'),
        ('get', *HOST, 'path=a.git'), ('erase', *HOST, 'path=a.git'), ('get', *HOST))
declare('a credential without a path is not one with a path',
        ('store', *HOST, *USER), ('get', *HOST, 'path=a.git'), ('get', *HOST))
declare('what is no whole credential is not kept',
        ('store', *HOST, 'username=u'), ('store', *HOST, 'password=p'), ('get', *HOST))
declare('lines that a helper does not know change nothing',
        ('store', *HOST, *USER, 'wwwauth[]=Basic realm="x"', 'state[]=other.x=1', 'colour=blue'),
        ('get', *HOST, 'wwwauth[]=Basic realm="x"', 'capability[]=state', 'state[]=other.x=1',
         'continue=0', 'colour=blue'))
declare('an empty password',
        ('store', *HOST, 'username=u', 'password='), ('get', *HOST))
declare('a password with all that a line may hold',
        ('store', *HOST, 'username=a b@c', 'password= p=q%41:@/?#\u00e4\t'), ('get', *HOST))
# What git's cache does with them depends on its release (2.40 and 2.41).
declare('a time of expiry that has come: git\'s store keeps no time, and gives the password out',
        ('store', *HOST, *USER, f'password_expiry_utc={PAST}'), ('get', *HOST),
        references=['store'], but={1: set(USER)})
declare('one that is to come, and a refresh token: git\'s store keeps neither',
        ('store', *HOST, *USER, f'password_expiry_utc={FUTURE}', 'oauth_refresh_token=r'),
        ('get', *HOST),
        references=['store'], but={1: set(USER)})


main()
