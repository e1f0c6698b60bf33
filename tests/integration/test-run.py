# SPDX-License-Identifier: LGPL-2.1-or-later
"""avouch run: what the command is given, and that it is otherwise as if avouch had not been there."""
import hashlib
import json
import re
import resource
import signal
import sys

from demohost import start_host
from harness import *

TOKENS = ['AVOUCH_TOKEN', 'SF_ACCESS_TOKEN', 'SF_TARGET_ORG', 'SALESFORCE_ACCESS_TOKEN']
URLS = ['AVOUCH_INSTANCE_URL', 'SF_ORG_INSTANCE_URL', 'SF_INSTANCE_URL', 'SALESFORCE_INSTANCE_URL']
UNSET = ['AVOUCH_USERNAME', 'SFDX_ACCESS_TOKEN', 'SFDX_DEFAULTUSERNAME', 'SFDX_INSTANCE_URL']
EXPIRY = 'AVOUCH_EXPIRES_AT'
SHOW = 'import json, os, sys; json.dump(dict(os.environ), sys.stdout)'


def fails(result, code, *parts):
    """A failure of avouch's own: nothing on stdout, one message on stderr."""
    assert_equal((result.code, result.output), (code, ''), result)
    for part in parts:
        assert_in(part, result.errors)


def environment(room, *words, env=None):
    done = room.run('avouch', 'run', *words, sys.executable, '-c', SHOW, env=env)
    assert_equal((done.code, done.errors), (0, ''))
    return json.loads(done.output)


@test('a command is given the token, the instance URL and the expiry, by every documented name')
def _(room):
    host = start_host(room)
    token = room.run('avouch', 'token').output.strip()
    seen = environment(room, 'demo', '--')
    assert_equal([seen[name] for name in TOKENS], [token] * len(TOKENS))
    assert_equal([seen[name] for name in URLS], [host.url] * len(URLS))
    answer = json.loads(room.run('avouch', 'token', '--format', 'json').output)
    assert_equal(int(seen[EXPIRY]), answer['expires_at'])
    assert_equal(host.exchanges(), 1)


@test('what another org left in the environment is replaced or unset, and the rest is untouched')
def _(room):
    start_host(room)
    rest = {'KEPT': 'a=b\nc', 'SF_LOG_LEVEL': 'debug', 'SF_ACCESS_TOKENS': 'x', 'SF_TARGET': 'y'}
    left = dict.fromkeys([*TOKENS, *URLS, *UNSET, EXPIRY], 'other')
    seen = environment(room, 'demo', '--', env={**rest, **left})
    assert_equal([name for name in UNSET if name in seen], [])
    assert_not_in('other', seen.values())
    expected = {**room.environment, **rest}
    own = {*TOKENS, *URLS, EXPIRY}
    assert_equal({name: value for name, value in seen.items() if name not in own}, expected)


@test('a command may be set apart, or not, and its options are its own')
def _(room):
    start_host(room)
    for words in (['demo', '--', 'echo', '--help', '-v', '--', 'x'],
                  ['demo', 'echo', '--help', '-v', '--', 'x'],
                  ['--', 'echo', '--help', '-v', '--', 'x'],
                  ['-q', 'demo', '--min-life', '60', '--', 'echo', '--help', '-v', '--', 'x'],
                  ['--min-life=60', 'demo', '-q', 'echo', '--help', '-v', '--', 'x']):
        done = room.run('avouch', 'run', *words)
        assert_equal((done.code, done.output, done.errors), (0, '--help -v -- x\n', ''), words)


@test('an empty word is no command, and perhaps a variable that is unset')
def _(room):
    start_host(room)
    done = room.run('avouch', 'run', 'demo', '--', '')
    assert_equal(done.code, 127, repr(done))
    assert_in('hint: it is an empty word', done.errors)


@test('exit status, signals and standard input are the command\'s own')
def _(room):
    start_host(room)
    assert_equal(room.run('avouch', 'run', 'demo', '--', 'sh', '-c', 'exit 7').code, 7)
    assert_equal(room.run('avouch', 'run', 'demo', '--', 'sh', '-c', 'kill -TERM $$').code,
                 -signal.SIGTERM)
    assert_equal(room.run('avouch', 'run', 'demo', '--', 'cat', input='in').output, 'in')


@test('the command takes the place of avouch: the same process')
def _(room):
    start_host(room)
    room.run('avouch', 'token')
    done = room.run('sh', '-c', 'echo $$; exec avouch run demo -- sh -c "echo \\$\\$"')
    first, second = done.output.split()
    assert_equal(first, second)


@test('no descriptor, ignored signal or limit of ours reaches the command')
def _(room):
    start_host(room)
    probe = ('import os, resource, signal, sys\n'
             'print(sorted(os.listdir("/proc/self/fd"), key=int)[:-1])\n'
             'print([line for line in open("/proc/self/status")'
             ' if line[:6] in ("SigBlk", "SigIgn", "SigCgt")])\n')
    if not is_sanitized():  # the sanitizer's own start sets this limit to 0
        probe += 'print(resource.getrlimit(resource.RLIMIT_CORE))'
    bare = room.run(sys.executable, '-c', probe, preexec=as_started)
    for fresh in (True, False):
        assert_true(fresh or room.credential_files(), 'nothing was cached')
        through = room.run('avouch', 'run', 'demo', '--', sys.executable, '-c', probe,
                           preexec=as_started)
        assert_equal(through.errors, '')
        assert_equal(through.output, bare.output, f'a login was made: {fresh}')


def as_started():
    """An odd start: SIGPIPE ignored, SIGXFSZ not, core dumps limited."""
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    limit = 4096 if hard == resource.RLIM_INFINITY else hard
    resource.setrlimit(resource.RLIMIT_CORE, (limit, hard))


@test('a command that is not there exits 127, one that cannot be executed 126, as by env')
def _(room):
    start_host(room)
    plain = room.write('plain', 'echo no')
    for command, code, parts in ((['no-such-command'], 127, ['no-such-command', 'PATH']),
                                 (['./no/such'], 127, ['./no/such']),
                                 ([plain], 126, ['plain', 'Permission denied']),
                                 ([room.path], 126, ['Permission denied']),
                                 (['ls -l'], 127, ['"ls -l"', 'unquoted'])):
        fails(room.run('avouch', 'run', 'demo', '--', *command), code, *parts)
        assert_equal(room.run('env', *command).code, code)


@test('a script without an interpreter line runs, as by a shell')
def _(room):
    start_host(room)
    script = room.write('script', 'echo "$SF_ORG_INSTANCE_URL $1"', mode=0o700)
    done = room.run('avouch', 'run', 'demo', script, 'x')
    assert_match(r'^https://127.* x\n$', done.output)


@test('mistakes are told before anything runs or logs in')
def _(room):
    host = start_host(room)
    mark = room.path / 'ran'
    for words, code, parts in (
            ([], 2, ['no command']), (['demo'], 2, ['no command', 'PROFILE -- COMMAND']),
            (['demo', '--'], 2, ['no command']),
            (['dmeo', '--', 'touch', mark], 3, ['did you mean "demo"']),
            (['touch', mark], 3, ['"touch"', 'avouch run -- touch']),
            (['--min-life', 'long', 'demo', '--', 'touch', mark], 2, ['--min-life']),
            (['--min-life', '86401', 'demo', '--', 'touch', mark], 2, ['86400']),
            (['--mni-life', '3', 'demo', '--', 'touch', mark], 2, ['--mni-life']),
            (['demo', 'other', '--', 'touch', mark], 127, ['"other"'])):
        fails(room.run('avouch', 'run', *words), code, *parts)
        assert_true(not mark.exists(), words)
        if code != 127:
            assert_equal(host.exchanges(), 0, words)


@test('a refused login runs nothing')
def _(room):
    host = start_host(room)
    host.set('refuse=invalid_grant&description=user+is+frozen')
    fails(room.run('avouch', 'run', 'demo', '--', 'touch', 'ran'), 6, 'demo: ')
    assert_true(not (room.path / 'ran').exists(), 'the command ran')


@test('no tool is sent to an instance that the profile does not serve')
def _(room):
    start_host(room, '--instance', 'https://elsewhere.example')
    fails(room.run('avouch', 'run', 'demo', '--', 'touch', 'ran'), 3, 'https://elsewhere.example',
          'serve')
    assert_true(not (room.path / 'ran').exists(), 'the command ran')


@test('--min-life logs in anew for a token that would end too soon')
def _(room):
    host = start_host(room, token_lifetime='600')
    room.run('avouch', 'token')
    first = environment(room, 'demo', '--min-life', '60', '--')['SF_ACCESS_TOKEN']
    assert_equal(host.exchanges(), 1)
    file, = room.credential_files()
    shorten(file, 300)
    assert_equal(environment(room, 'demo', '--min-life', '200', '--')['SF_ACCESS_TOKEN'], first)
    assert_true(environment(room, 'demo', '--min-life', '400', '--')['SF_ACCESS_TOKEN'] != first,
                'the same token')
    assert_equal(host.exchanges(), 2)


def shorten(file, seconds):
    """The cached credential ends, and would be renewed, that much earlier."""
    before = file.read_text()
    text = re.sub(r'(?m)^((?:expires|refresh)-at=)(\d+)$',
                  lambda found: f'{found[1]}{int(found[2]) - seconds}', before)
    assert_true(text != before, 'the entry has no times')
    text = text[:text.rindex('sum=')]
    file.write_text(f'{text}sum={hashlib.sha256(text.encode()).hexdigest()}\n')


@test('a life that no token has is an error that says how long one lives')
def _(room):
    start_host(room, token_lifetime='600')
    result = room.run('avouch', 'run', 'demo', '--min-life', '3600', '--', 'touch', 'ran')
    fails(result, 3, 'token-lifetime')
    told = int(re.search(r'lives (\d+) seconds', result.errors)[1])
    assert_true(0 < told <= 570, result.errors)
    assert_true(not (room.path / 'ran').exists(), 'the command ran')


main()
