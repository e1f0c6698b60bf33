# SPDX-License-Identifier: LGPL-2.1-or-later
"""git's ordinary credentials in the keyring (`[git] store = keyring`), with real git and the real
gnome-keyring-daemon. The cases of git's own test of external helpers (t0303) are among them; its
script itself is run where GIT_TEST_DIR names a copy of git's folder "t"."""
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'mock'))
from harness import *  # noqa: E402
from sessionbus import *  # noqa: E402

HELPER = 'git-credential-avouch'
CANARY = 'canary-9f41b7'
FUTURE, PAST = 9999999999, 1000000000


def configure(room, text='[git]\nstore = keyring\n'):
    path = room.write(room.config / 'avouch.conf', text)
    past = time.time() - 100
    os.utime(path, (past, past))


def prepare(room, start_service=start_keyring):
    """The keyring that git's helper is to use."""
    require_keyring(room)
    start_bus(room)
    return start_service(room)


def require_keyring(room):
    configure(room)
    if 'without keyring support' in ask(room, 'get', 'host=a.example').errors:
        skip('this build has no keyring support')


def lines(*fields, protocol='https'):
    return '\n'.join([f'protocol={protocol}', *fields]) + '\n\n'


def ask(room, operation, *fields, helper=HELPER, env=None, arguments=(), **settings):
    """The helper as git would start it."""
    return room.run(helper, *arguments, operation, input=lines(*fields, **settings), env=env)


def told(result):
    assert_equal((result.code, result.errors), (0, ''), result.output)
    return [line for line in result.output.splitlines() if line]


def get(room, *fields, **settings):
    return told(ask(room, 'get', *fields, **settings))


def do(room, operation, *fields, **settings):
    assert_equal(told(ask(room, operation, *fields, **settings)), [])


def git(room, action, *fields, helper='avouch', env=None, protocol='https'):
    """git's own front door, whose answer is a user name and a password; "asked" where git had to
    ask a person."""
    askpass = room.write('askpass', '#!/bin/sh\necho asked\n', mode=0o755)
    result = room.run('git', '-c', f'credential.helper={helper}', '-c',
                      'credential.useHttpPath=true', 'credential', action,
                      input=lines(*fields, protocol=protocol),
                      env={'GIT_ASKPASS': str(askpass), **(env or {})})
    assert_equal((result.code, result.errors), (0, ''), result.output)
    answer = dict(line.split('=', 1) for line in result.output.splitlines() if line)
    return answer.get('username'), answer.get('password')


ASKED = ('asked', 'asked')


# What git's own test asks of a helper.

@test('git finds nothing in an empty store, what it approved, and only there')
def _(room):
    prepare(room)
    assert_equal(git(room, 'fill', 'host=example.com'), ASKED)
    git(room, 'approve', 'host=example.com', 'username=store-user', 'password=store-pass')
    assert_equal(git(room, 'fill', 'host=example.com'), ('store-user', 'store-pass'))
    assert_equal(git(room, 'fill', 'host=example.com', protocol='http'), ASKED)
    assert_equal(git(room, 'fill', 'host=other.example'), ASKED)
    assert_equal(git(room, 'fill', 'host=example.com', 'username=other'), ('other', 'asked'))


@test('git finds a credential by its path, where it gives one')
def _(room):
    prepare(room)
    git(room, 'approve', 'host=path.example', 'path=foo.git', 'username=u', 'password=p',
        protocol='http')
    assert_equal(git(room, 'fill', 'host=path.example', 'path=bar.git', protocol='http'), ASKED)
    assert_equal(git(room, 'fill', 'host=path.example', 'path=foo.git', protocol='http'),
                 ('u', 'p'))
    assert_equal(git(room, 'fill', 'host=path.example', protocol='http'), ('u', 'p'))


@test('git keeps several users of a host, replaces one, and forgets one or all')
def _(room):
    prepare(room)
    for name in ('user1', 'user2', 'user3'):
        git(room, 'approve', 'host=example.com', f'username={name}', f'password=of {name}')
    git(room, 'approve', 'host=example.com', 'username=user3', 'password=another')
    for name, password in (('user1', 'of user1'), ('user2', 'of user2'), ('user3', 'another')):
        assert_equal(git(room, 'fill', 'host=example.com', f'username={name}'), (name, password))
    git(room, 'reject', 'host=example.com', 'username=user1')
    assert_equal(git(room, 'fill', 'host=example.com', 'username=user1'), ('user1', 'asked'))
    assert_equal(git(room, 'fill', 'host=example.com', 'username=user2'), ('user2', 'of user2'))
    git(room, 'reject', 'host=example.com')
    assert_equal(git(room, 'fill', 'host=example.com'), ASKED)


@test('git\'s empty user name and password are kept as such')
def _(room):
    prepare(room)
    git(room, 'approve', 'host=sso.example', 'username=', 'password=')
    assert_equal(git(room, 'fill', 'host=sso.example'), ('', ''))


@test('a rejected password goes only if it is the one that is kept')
def _(room):
    prepare(room)
    git(room, 'approve', 'host=example.com', 'username=u', 'password=new')
    git(room, 'reject', 'host=example.com', 'username=u', 'password=old')
    assert_equal(git(room, 'fill', 'host=example.com'), ('u', 'new'))
    git(room, 'reject', 'host=example.com', 'username=u', 'password=new')
    assert_equal(git(room, 'fill', 'host=example.com'), ASKED)


@test('a time of expiry and a refresh token are kept with their password')
def _(room):
    prepare(room)
    kept = ['username=u', 'password=p', f'password_expiry_utc={FUTURE}', 'oauth_refresh_token=r=1']
    do(room, 'store', 'host=example.com', *kept)
    assert_equal(get(room, 'host=example.com', 'username=u'), kept)
    do(room, 'erase', 'host=example.com', 'username=u', 'password=other')
    assert_equal(get(room, 'host=example.com'), kept)
    do(room, 'store', 'host=example.com', 'username=u', 'password=q')
    assert_equal(get(room, 'host=example.com'), ['username=u', 'password=q'])
    do(room, 'store', 'host=example.com', *kept)
    do(room, 'erase', 'host=example.com', *kept)
    assert_equal(get(room, 'host=example.com'), [])


@test('an expired password is not answered, and does not hide another user\'s')
def _(room):
    prepare(room)
    do(room, 'store', 'host=example.com', 'username=u', 'password=p')
    do(room, 'store', 'host=example.com', 'username=old', 'password=q',
       f'password_expiry_utc={PAST}')
    assert_equal(get(room, 'host=example.com', 'username=old'), [])
    assert_equal(get(room, 'host=example.com'), ['username=u', 'password=p'])


@test('a credential of another kind is kept for a git that knows kinds, and only for that')
def _(room):
    prepare(room)
    offered = ('capability[]=authtype', 'host=example.com')
    do(room, 'store', *offered, 'authtype=Bearer', 'credential=t1')
    do(room, 'store', *offered, 'authtype=Bearer', 'credential=t2', 'username=u')
    assert_equal(get(room, *offered, 'username=u'),
                 ['capability[]=authtype', 'authtype=Bearer', 'username=u', 'credential=t2'])
    assert_equal(get(room, *offered, 'username=other'), [])
    assert_equal(get(room, 'host=example.com', 'username=u'), [])
    do(room, 'erase', *offered, 'username=u', 'authtype=Bearer', 'credential=t2')
    assert_equal(get(room, *offered),
                 ['capability[]=authtype', 'authtype=Bearer', 'credential=t1'])
    do(room, 'erase', *offered)
    assert_equal(get(room, *offered), [])


@test('what is ephemeral, or no whole credential, is not kept')
def _(room):
    prepare(room)
    for fields in (('username=u', 'password=p', 'ephemeral=1'), ('username=u',), ('password=p',),
                   ('authtype=Bearer', 'credential=t', 'ephemeral=1'), ('credential=t',)):
        do(room, 'store', 'capability[]=authtype', 'host=example.com', *fields)
    assert_equal(items_of(room, 'protocol', 'https'), [])
    assert_equal(items_of(room, 'git-protocol', 'https'), [])


@test('git\'s own test of external helpers passes')
def _(room):
    folder = os.environ.get('GIT_TEST_DIR')
    if not folder:
        skip('for where GIT_TEST_DIR names a copy of git\'s tests')
    prepare(room)
    # The installed git, unless the tests came with one that is built.
    installed = {} if (pathlib.Path(folder).parent / 'git').exists() else {
        'GIT_TEST_INSTALLED': os.path.dirname(shutil.which('git'))}
    result = room.run('sh', './t0303-credential-external.sh', f'--root={room.path}', cwd=folder,
                      timeout=240, env={
                          **installed, 'GIT_TEST_CREDENTIAL_HELPER': 'avouch',
                          'TEST_OUTPUT_DIRECTORY': str(room.path),
                          # What the script clears.
                          'GIT_TEST_CREDENTIAL_HELPER_SETUP':
                          f'export XDG_CONFIG_HOME={room.home}/.config'})
    assert_equal(result.code, 0, result.output + result.errors)
    assert_match(r'# passed all \d+ test', result.output)


# Other programs.

@test('git\'s libsecret helper reads what avouch kept, and avouch what it kept')
def _(room):
    program = build_git_libsecret(room)
    if program is None:
        skip('only where git\'s contrib/credential/libsecret is installed')
    room.environment['PATH'] += f':{program.parent}'
    prepare(room)
    for host in ('host=example.com', 'host=example.com:8443'):
        git(room, 'approve', host, 'path=a.git', 'username=u1', f'password=of {host}')
        assert_equal(git(room, 'fill', host, 'path=a.git', helper='libsecret'),
                     ('u1', f'of {host}'))
        git(room, 'approve', host, 'username=u2', f'password=2 of {host}', helper='libsecret')
        assert_equal(git(room, 'fill', host, 'username=u2'), ('u2', f'2 of {host}'))
    git(room, 'approve', 'host=example.com', 'username=u2', 'password=new')
    assert_equal(items_of(room, 'user', 'u2', 'server', 'example.com'),
                 ['2 of host=example.com:8443', 'new'])
    # To git's helper, a host without a port is any port's, whichever the keyring finds first.
    git(room, 'reject', 'host=example.com:8443', 'username=u2')
    assert_equal(git(room, 'fill', 'host=example.com', 'username=u2', helper='libsecret'),
                 ('u2', 'new'))
    git(room, 'reject', 'host=example.com', 'username=u2', helper='libsecret')
    assert_equal(git(room, 'fill', 'host=example.com', 'username=u2'), ('u2', 'asked'))


@test('the attributes and the text are those of git\'s libsecret helper')
def _(room):
    prepare(room)
    do(room, 'store', 'host=example.com:8443', 'path=team/a.git', 'username=u', 'password=p',
       f'password_expiry_utc={FUTURE}', 'oauth_refresh_token=r')
    attributes = ('xdg:schema', 'org.gnome.keyring.NetworkPassword', 'protocol', 'https', 'server', 'example.com',
                  'port', '8443', 'object', 'team/a.git', 'user', 'u')
    assert_equal(secret_tool(room, 'lookup', *attributes),
                 f'p\npassword_expiry_utc={FUTURE}\noauth_refresh_token=r')
    label = secret_tool(room, 'search', '--all', *attributes)
    assert_in('label = Git: https://example.com:8443/team/a.git (u)\n', label)


@test('what secret-tool stored is answered, and what would break git\'s lines is not')
def _(room):
    prepare(room)
    for name, secret in (('good', 'p w'), ('expired', f'p\npassword_expiry_utc={PAST}'),
                         ('odd', 'p\npassword_expiry_utc=soon\ncolour=blue\n'),
                         ('tab', 'p\tq'), ('nul', 'p\0q'), ('cr', 'p\r\nhost=evil')):
        secret_tool(room, 'store', '--label=x', 'protocol', 'https', 'server', 'example.com',
                    'user', name, input=secret)
    for name, answer in (('good', ['username=good', 'password=p w']), ('expired', []),
                         ('odd', ['username=odd', 'password=p']), ('nul', []), ('cr', []),
                         ('tab', ['username=tab', 'password=p\tq'])):
        assert_equal(get(room, 'host=example.com', f'username={name}'), answer)


@test('a path that git\'s own helpers keep is kept, if at a host where no profile serves')
def _(room):
    prepare(room)
    configure(room, SERVED + '[git]\nstore = keyring\n')
    for path in ('a%2fb', 'a/../b', 'a b', 'a?b#c', 'a\\b', 'ä', '%zz', '.', 'a%0ab'):
        fields = ('username=u', f'password=of {path}')
        do(room, 'store', 'host=example.com', f'path={path}', *fields)
        assert_equal(get(room, 'host=example.com', f'path={path}'), list(fields))
        git(room, 'reject', 'host=example.com', f'path={path}', *fields)
        assert_equal(get(room, 'host=example.com', f'path={path}'), [])
    for operation in ('get', 'store', 'erase'):
        for path in ('a%2fb', 'a/../b'):
            result = ask(room, operation, 'host=served.example', f'path={path}', 'username=u',
                         'password=p')
            assert_equal((result.code, result.output), (1, ''), result.errors)
            assert_in('path holds', result.errors)
    assert_equal(items_of(room, 'server', 'served.example'), [])
    configure(room, '')
    assert_equal(ask(room, 'get', 'host=example.com', 'path=a%2fb').code, 1)


@test('a newline in a path reaches no helper')
def _(room):
    mock = prepare(room, start_mock)
    for url in ('https://example.com/a%0ab', 'https://example.com/a%0ahost=other.example'):
        result = room.run('git', '-c', 'credential.helper=avouch', '-c',
                          'credential.useHttpPath=true', 'credential', 'fill', input=f'url={url}\n\n')
        assert_true(result.code != 0, result.output)
        assert_in('newline', result.errors)
    assert_equal(calls_of(mock), [])


@test('an item that cannot be read is passed over, which -v tells')
def _(room):
    prepare(room, lambda room: start_mock(room, '--first', '--value=huge'))
    do(room, 'store', 'host=example.com', 'username=odd', 'password=p')
    do(room, 'store', 'host=example.com', 'username=good', 'password=q')
    assert_equal(get(room, 'host=example.com'), ['username=good', 'password=q'])
    loud = ask(room, 'get', 'host=example.com', arguments=['-v'])
    assert_match(r'\Aavouch: \[git\]: an item was passed over: the secret is too long[^\n]*\n\Z',
                 loud.errors)
    assert_equal(ask(room, 'get', 'host=example.com', 'username=odd').code, 4)


@test('another port is another server')
def _(room):
    prepare(room)
    do(room, 'store', 'host=example.com:8443', 'username=u', 'password=p')
    assert_equal(get(room, 'host=example.com'), [])
    do(room, 'erase', 'host=example.com')
    assert_equal(get(room, 'host=example.com:8443'), ['username=u', 'password=p'])
    do(room, 'store', 'host=[::1]', 'username=u', 'password=six')
    assert_equal(get(room, 'host=[::1]'), ['username=u', 'password=six'])
    assert_equal(get(room, 'host=[::1]:1'), [])


@test('what a profile has published is neither answered nor erased where none serves')
def _(room):
    prepare(room)
    secret_tool(room, 'store', '--label=x', 'protocol', 'https', 'server', 'example.com',
                'object', 'team', 'user', 'oauth2', 'avouch', 'published', 'avouch-profile', 'acme',
                input='of the team')
    assert_equal(get(room, 'host=example.com'), [])
    do(room, 'erase', 'host=example.com')
    assert_equal(items_of(room, 'server', 'example.com'), ['of the team'])


@test('several helpers at once get in each other\'s way, but tell nobody')
def _(room):
    prepare(room)

    def call_one(number):
        operation = ('store', 'get', 'erase')[number % 3]
        return ask(room, operation, 'host=example.com', 'username=u', 'password=p')
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        for result in pool.map(call_one, range(60)):
            assert_true(set(told(result)) <= {'username=u', 'password=p'}, result.output)


@test('many first stores at once leave one item')
def _(room):
    prepare(room)

    def store(number):
        return ask(room, 'store', 'host=example.com', 'username=u', f'password=p{number}')
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        for result in pool.map(store, range(12)):
            assert_equal(told(result), [])
    assert_equal(len(items_of(room, 'server', 'example.com')), 1)


# Profiles and settings.

SERVED = '''[acme]
issuer = salesforce
login-url = https://login.example
client-id = 3MVG9.x
username = robot@acme.example
key = /nonexistent/key.pem
serve = https://served.example
'''


@test('what a profile serves is neither kept, found nor erased in the keyring')
def _(room):
    prepare(room)
    secret_tool(room, 'store', '--label=x', 'protocol', 'https', 'server', 'served.example',
                'user', 'u', input='kept before')
    configure(room, SERVED + '[git]\nstore = keyring\n')
    result = ask(room, 'get', 'host=served.example')
    assert_equal((result.code, result.output), (4, ''))
    assert_match('acme: ', result.errors)
    do(room, 'store', 'host=served.example', 'username=oauth2', 'password=p')
    do(room, 'erase', 'host=served.example')
    assert_equal(items_of(room, 'server', 'served.example'), ['kept before'])
    do(room, 'store', 'host=other.example', 'username=u', 'password=p')
    assert_equal(get(room, 'host=other.example'), ['username=u', 'password=p'])


@test('without the setting, or with "none", nothing is kept and no keyring is asked')
def _(room):
    for text in ('', '[git]\n', '[git]\nstore = none\n', SERVED):
        configure(room, text)
        for operation in ('get', 'store', 'erase'):
            do(room, operation, 'host=example.com', 'username=u', 'password=p')


@test('who names a profile gets no other answer')
def _(room):
    prepare(room)
    configure(room, SERVED + '[git]\nstore = keyring\n')
    do(room, 'store', 'host=example.com', 'username=u', 'password=p')
    assert_equal(get(room, 'host=example.com', arguments=['--profile', 'acme']), [])


@test('[git] takes its own settings only, each with a value that is known')
def _(room):
    for text, pattern in (('store = files', r'avouch\.conf:2: store: neither'),
                          ('issuer = salesforce', r'avouch\.conf:2: issuer: \[git\] is no profile'),
                          ('stroe = keyring', r'avouch\.conf:2: stroe: ')):
        configure(room, f'[git]\n{text}\n')
        result = ask(room, 'get', 'host=example.com')
        assert_equal((result.code, result.output), (3, ''))
        assert_match(pattern, result.errors)
    configure(room, '[git]\nstore = keyring\n' + SERVED)
    listed = room.run('avouch', 'profile', 'list')
    assert_match(r'(?m)^acme\b', listed.output)
    assert_not_in('git', listed.output)


@test('a collection of one\'s own is used, and has to be there')
def _(room):
    prepare(room, start_mock)
    configure(room, '[git]\nstore = keyring\nkeyring-collection = Main\n')
    do(room, 'store', 'host=example.com', 'username=u', 'password=p')
    assert_equal(get(room, 'host=example.com'), ['username=u', 'password=p'])
    configure(room, '[git]\nstore = keyring\nkeyring-collection = Work\n')
    result = ask(room, 'store', 'host=example.com', 'username=u', 'password=p')
    assert_equal(result.code, 4)
    assert_match(r'^avouch: \[git\]: the keyring has no such collection \(Work\)\nhint: [^\n]*\n$',
                 result.errors)


# What cannot be.

@test('no bus, no keyring, a locked one: each is told, with a hint, and git goes on')
def _(room):
    require_keyring(room)
    for pattern in ('there is no session bus', 'none answers'):
        for operation in ('get', 'store', 'erase'):
            result = ask(room, operation, 'host=example.com', 'username=u', f'password={CANARY}')
            assert_equal((result.code, result.output), (4, ''))
            assert_match(rf'^avouch: \[git\]: no keyring can be reached: {pattern}[^\n]*\n'
                         r'hint: [^\n]*git-credential-cache[^\n]*\n$', result.errors)
            assert_not_in(CANARY, result.errors)
        if pattern != 'none answers':
            start_bus(room)
    start_keyring(room)
    do(room, 'store', 'host=example.com', 'username=u', 'password=p')
    lock(room)
    result = ask(room, 'get', 'host=example.com')
    assert_equal((result.code, result.output), (4, ''))
    assert_match(r'^avouch: \[git\]: the keyring is locked\nhint: unlock it', result.errors)
    assert_equal(get(room, 'host=unknown.example'), [])


@test('the keyring asks on a desktop, and never where git, its caller or an option forbids it')
def _(room):
    mock = prepare(room, lambda room: start_mock(room, '--locked', '--prompt=no'))
    desktop = {'DISPLAY': ':99', 'GIT_TERMINAL_PROMPT': None}
    fields = ('host=example.com', 'username=u', 'password=p')
    quiet = [
        ({}, []), ({**desktop, 'DISPLAY': ''}, []), ({**desktop, 'GIT_TERMINAL_PROMPT': '0'}, []),
        ({**desktop, 'GIT_TERMINAL_PROMPT': 'false'}, []), (desktop, ['--no-prompt']),
        ({**desktop, 'GIT_CONFIG_PARAMETERS': "'credential.interactive'='false'"}, []),
        ({**desktop, 'GIT_CONFIG_PARAMETERS': "'a.b'='c' 'Credential.Interactive=never'"}, []),
        ({**desktop, 'GIT_CONFIG_COUNT': '1', 'GIT_CONFIG_KEY_0': 'credential.interactive',
          'GIT_CONFIG_VALUE_0': '0'}, []),
    ]
    for env, arguments in quiet:
        result = ask(room, 'store', *fields, env=env, arguments=arguments)
        assert_match('the keyring is locked', result.errors)
    assert_not_in('Prompt', calls_of(mock))
    for env in (desktop, {**desktop, 'DISPLAY': None, 'WAYLAND_DISPLAY': 'wayland-0'},
                {**desktop, 'GIT_CONFIG_PARAMETERS': "'credential.interactive'='true'"},
                {**desktop, 'GIT_CONFIG_PARAMETERS': "'credential.interactive'"}):
        result = ask(room, 'store', *fields, env=env)
        assert_match('dismissed', result.errors)
    assert_equal(calls_of(mock).count('Prompt'), 4)


@test('a git that is told not to be interactive says so to the helper')
def _(room):
    mock = prepare(room, lambda room: start_mock(room, '--locked', '--prompt=no'))
    for value, prompts in (('false', 0), ('true', 1)):
        room.run('git', '-c', 'credential.helper=avouch', '-c', f'credential.interactive={value}',
                 'credential', 'approve', input=lines('host=a.example', 'username=u', 'password=p'),
                 env={'DISPLAY': ':99', 'GIT_TERMINAL_PROMPT': None})
        assert_equal(calls_of(mock).count('Prompt'), prompts)


@test('a request with two readings reaches no keyring')
def _(room):
    mock = prepare(room, start_mock)
    for fields in (('host=a.example', 'host=b.example'), ('host=u@a.example',), ('host=',),
                   ('host=a.example\rx', 'username=u'), ('host=a.example', 'path=a\tb'),
                   ('host=a.example', 'authtype=a\tb', 'credential=c')):
        for operation in ('get', 'store', 'erase'):
            result = ask(room, operation, *fields, 'password=p')
            assert_equal((result.code, result.output), (1, ''), repr(fields))
    assert_equal(calls_of(mock), [])


def strace(room, log, *command, input):
    if shutil.which('strace') is None:
        skip('strace is not installed')
    if os.geteuid() != 0:
        skip('only root is told what a hardened process starts')
    if is_sanitized():
        skip('a sanitizer that looks for leaks traces the program itself')
    result = room.run('strace', '-f', '-v', '-s', '4000', '-e', 'trace=execve', '-o', log, *command,
                      input=input, env={'ASAN_OPTIONS': 'detect_leaks=0'})
    assert_equal((result.code, result.errors), (0, ''))


@test('a password is in no argument, no variable, no file and no message')
def _(room):
    prepare(room)
    log = room.path / 'trace'
    for operation in ('store', 'get', 'erase'):
        strace(room, log, TEST_BIN / HELPER, operation,
               input=lines('host=example.com', 'username=u', f'password={CANARY}'))
        text = log.read_text()
        assert_in('avouch-keyring', text)
        assert_not_in(CANARY, text)
        seen = re.findall(r'execve\("[^"]*/avouch-keyring", \[([^\]]*)\], \[(.*?)\]\)', text)
        assert_equal(len(seen), 1, text)
        assert_true(not re.search(r'"(?!PATH|HOME|USER|LANG|LC_|TZ|XDG_|DBUS_|DISPLAY|WAYLAND|TERM|'
                                  r'GLIBC_TUNABLES=glibc\.malloc)[A-Za-z_]+=', seen[0][1]),
                    seen[0][1])
    for folder in (room.path, room.runtime, TEST_BIN):
        found = subprocess.run(['grep', '-rl', '--exclude=trace', CANARY, folder],
                               capture_output=True, text=True, timeout=60)
        assert_equal(found.stdout, '')


main()
