#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""git-credential-avouch and kubectl-avouch as their tools start them, without the tools."""
import json
import os
import re
import shutil
import subprocess
import time

from demohost import *
from harness import *

GIT = 'git-credential-avouch'
KUBECTL = 'kubectl-avouch'
API = 'client.authentication.k8s.io/'
SERVED = 'https://git.example'
MAX_LINE = 65535
MAX_REQUEST = 1024 * 1024


def place(host='git.example', protocol='https', **attributes):
    """A request as git writes it; the name `wwwauth__` stands for `wwwauth[]`."""
    pairs = {'protocol': protocol, 'host': host, **attributes}
    return ''.join(f'{key.replace("__", "[]")}={value}\n' for key, value in pairs.items()) + '\n'


def start(room, **settings):
    return start_host(room, **{'serve': SERVED, **settings})


def get(room, request=None, **options):
    return room.run(GIT, 'get', input=place() if request is None else request, **options)


def erase(room, **attributes):
    done = room.run(GIT, 'erase', input=place(**attributes))
    assert_silent(done)


def answer(done):
    """The attributes of a successful answer."""
    assert_equal((done.code, done.errors), (0, ''))
    return dict(line.split('=', 1) for line in done.output.splitlines())


def assert_silent(done):
    assert_equal((done.code, done.output, done.errors), (0, '', ''))


def assert_refused(done, code=1):
    """One clear line, perhaps a hint, and nothing that the tool would read."""
    assert_equal((done.code, done.output), (code, ''), done.errors)
    assert_match(r'\Aavouch: [^\n]+\n(hint: [^\n]+\n)?\Z', done.errors)


@test('get: the answer is whole, and stderr empty')
def _(room):
    host = start(room, token_lifetime=600)
    before = int(time.time())
    first = get(room)
    given = answer(first)
    assert_equal(list(given), ['username', 'password', 'password_expiry_utc'])
    assert_equal(given['username'], 'oauth2')
    assert_match(r'^00D\w+![\w.]+$', given['password'])
    told = int(given['password_expiry_utc'])
    assert_true(before + 570 <= told <= time.time() + 570, f'{told} is no 570 s ahead')
    assert_equal(get(room).output, first.output)
    assert_equal(host.exchanges(), 1)


@test('get: the account that git asks for is the one that is named')
def _(room):
    start(room)
    assert_equal(answer(get(room, place(username='robot')))['username'], 'robot')


@test('get: the profile\'s git-username is given, and no other account is answered')
def _(room):
    host = start(room, git_username='x-access-token')
    assert_equal(answer(get(room))['username'], 'x-access-token')
    assert_silent(get(room, place(username='robot')))
    assert_equal(host.exchanges(), 1)


@test('get: authtype is given when offered and wanted, never else')
def _(room):
    start(room)
    bearer = answer(get(room, place(capability__='authtype', wwwauth__='Bearer realm="a"')))
    basic = answer(get(room, place(capability__='authtype', wwwauth__='Basic realm="a"')))
    unasked = answer(get(room, place(wwwauth__='Bearer realm="a"')))
    assert_equal(list(bearer), ['capability[]', 'authtype', 'ephemeral', 'credential',
                                'password_expiry_utc'])
    assert_equal((bearer['capability[]'], bearer['authtype'], bearer['ephemeral']),
                 ('authtype', 'Bearer', '1'))
    assert_equal(bearer['credential'], basic['password'])
    assert_equal(unasked, basic)


@test('get: malformed requests get one line on stderr, and no token is minted')
def _(room):
    host = start(room)
    fine = place()
    for request in [
            '', '\n', 'host=git.example\n', 'protocol=https\n', place(host=''), place(protocol=''),
            place(host='evil\nhost=git.example'), 'host=git.example\n' + fine,
            'protocol=https\n' + fine, place(host='evil\rhost=git.example'),
            fine.replace('\n', '\r\n'), place(host='git.example\0.evil'), place(path='a\rb'),
            place(path='a\tb'), place(username='a\x1bb'), place(colour='a\0b'), place(colour='a\rb'),
            'git.example\n' + fine, place(host='git.example@evil'), place(host='git.example#evil'),
            place(host='git.example\\@evil'), place(host='evil@git.example'),
            place(host='git.example/a'), place(host='git.example?a'), place(host='git example'),
            place(path='../a'), place(path='a/../b'), place(path='a%2fb'), place(path='a%2e%2e/b'),
            place(colour='x' * (MAX_LINE + 1 - len('colour='))),
            place(password='x' * (MAX_LINE + 1 - len('password='))),
            ('a=' + 'x' * 60000 + '\n') * 20 + fine, 'x' * (MAX_REQUEST + 1)]:
        assert_refused(get(room, request))
        assert_refused(room.run(GIT, 'erase', input=request))
    assert_equal(host.exchanges(), 0)
    assert_equal(room.credential_files(), [])


@test('get: what is in order but not ours gets silence')
def _(room):
    host = start(room)
    for request in [
            place(host='git.example.evil'), place(host='evilgit.example'),
            place(host='git.example:8443'), place(host='www.git.example'), place(protocol='http'),
            place(protocol='cert', host='/home/robot/cert.pem'), place(protocol='smtp'),
            place(host='127.0.0.1', protocol='http')]:
        assert_silent(get(room, request))
        assert_silent(room.run(GIT, 'erase', input=request))
    assert_equal(host.exchanges(), 0)


@test('get: the same host in other words is the same host')
def _(room):
    host = start(room)
    answers = {get(room, request).output for request in [
        place(), place(host='GIT.Example'), place(host='git.example:443'),
        place(host='git.example.'), place(path='team/project.git'), place(colour='blue'),
        place(colour='x' * (MAX_LINE - len('colour='))), place() + 'host=evil.example\n',
        'protocol=https\nhost=git.example']}
    assert_equal(len(answers), 1)
    assert_in('password=', answers.pop())
    assert_equal(host.exchanges(), 1)


@test('get: an empty line ends the request, though stdin stays open')
def _(room):
    start(room)
    process = subprocess.Popen([TEST_BIN / GIT, 'get'], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, env=room.environment)
    process.stdin.write(place().encode())
    process.stdin.flush()
    assert_in(b'password=', process.stdout.read())
    process.stdin.close()
    assert_equal(process.wait(20), 0)


@test('store: does nothing, whatever the configuration is')
def _(room):
    host = start(room)
    room.write(room.config / 'avouch.conf', 'broken\n')
    assert_silent(room.run(GIT, 'store', input=place(username='robot', password='x' * 60000)))
    assert_equal(host.exchanges(), 0)
    assert_equal(list(room.runtime.iterdir()), [])


@test('erase: drops the token that was refused, and no other')
def _(room):
    host = start(room)
    token = answer(get(room))['password']
    erase(room, username='oauth2', password='x' + token)
    erase(room, username='oauth2', password='')
    assert_equal(len(room.credential_files()), 1)
    erase(room, username='oauth2', password=token)
    assert_equal(room.credential_files(), [])
    assert_equal(host.exchanges(), 1)


@test('erase: a refused authtype names its token otherwise; and without one any is dropped')
def _(room):
    start(room)
    token = answer(get(room))['password']
    erase(room, authtype='Bearer', credential='x' + token)
    assert_equal(len(room.credential_files()), 1)
    erase(room, authtype='Bearer', credential=token)
    assert_equal(room.credential_files(), [])
    get(room)
    erase(room)
    assert_equal(room.credential_files(), [])


@test('erase: the next get mints anew')
def _(room):
    host = start(room)
    first = answer(get(room))['password']
    erase(room, password=first)
    assert_true(answer(get(room))['password'] != first, 'the refused token came again')
    assert_equal(host.exchanges(), 2)


@test('git: other operations are ignored in silence')
def _(room):
    assert_silent(room.run(GIT, 'fill', input=place()))
    assert_silent(room.run(GIT, 'GET', input=place()))


@test('git: capability')
def _(room):
    done = room.run(GIT, 'capability')
    assert_equal((done.code, done.output, done.errors),
                 (0, 'version 0\ncapability authtype\n', ''))


@test('both: usage, help and version')
def _(room):
    bare = room.run(GIT)
    assert_equal((bare.code, bare.output), (2, ''))
    assert_in('Usage: git-credential-avouch', bare.errors)
    for program in (GIT, KUBECTL):
        text = room.run(program, '--help').output
        assert_match(f'^Usage: {program} ', text)
        assert_in('avouch setup ', text)
        assert_true(max(map(len, text.splitlines())) <= 80, text)
        assert_match(rf'^{program} \d+\.\d+\.\d+\n$', room.run(program, '--version').output)
        assert_refused(room.run(program, '--no-such=hunter2'), code=2)
        assert_not_in('hunter2', room.run(program, '--no-such=hunter2').errors)
    assert_refused(room.run(GIT, 'get', 'again'), code=2)
    assert_equal(room.run(GIT, '-vvv', 'capability').code, 0)
    assert_refused(room.run(GIT, '-vx', 'capability'), code=2)
    assert_refused(room.run(KUBECTL, 'get'), code=2)
    assert_refused(room.run(KUBECTL, '--profile'), code=2)


@test('git: a named profile answers for what it serves, and for nothing else')
def _(room):
    host = start(room)
    room.configure('other', **host.settings | {'serve': 'https://other.example'})
    arguments = ('--profile', 'demo', 'get')
    assert_in('password=', room.run(GIT, *arguments, input=place()).output)
    assert_silent(room.run(GIT, *arguments, input=place(host='other.example')))
    assert_refused(room.run(GIT, '--profile=none', 'get', input=place()), code=3)


def closed(fd):
    return lambda: os.close(fd)


def full():
    os.dup2(os.open('/dev/full', os.O_WRONLY), 1)


def deaf():
    ends = os.pipe()
    os.close(ends[0])
    os.dup2(ends[1], 1)


@test('both: an answer that cannot be written is an error, and the token is kept')
def _(room):
    host = start(room)
    info = exec_info(server=SERVED)
    for preexec in (closed(1), full, deaf):
        assert_refused(get(room, preexec=preexec))
        assert_refused(room.run('sh', '-c', f'{KUBECTL}; exit $?', env=info, preexec=preexec))
    assert_in('password=', get(room).output)
    assert_equal(host.exchanges(), 1)


@test('both: closed descriptors are not taken by files of ours')
def _(room):
    host = start(room)
    assert_refused(get(room, preexec=closed(0)))
    assert_in('password=', get(room, preexec=closed(2)).output)
    assert_in('"token"', kubectl(room, exec_info(server=SERVED), preexec=closed(0)).output)
    assert_equal(host.exchanges(), 1)


@test('both: what a mint says is shown once, with the exit code of its kind')
def _(room):
    host = start(room)
    host.set('refuse=invalid_grant&description=user+is+frozen')
    refused = get(room)
    assert_refused(refused, code=6)
    assert_match(r'^avouch: demo: ', refused.errors)
    assert_refused(kubectl(room, exec_info(server=SERVED)), code=6)
    assert_equal(host.exchanges(), 1)


@test('git: 200 at once make one exchange')
def _(room):
    host = start(room)
    host.set('delay-ms=300')
    request = room.write('request', place())
    crowd = []
    for _ in range(200):
        with open(request, 'rb') as source:
            crowd.append(subprocess.Popen([TEST_BIN / GIT, 'get'], stdin=source,
                                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                          env=room.environment))
    ends = [process.communicate(timeout=120) for process in crowd]
    assert_equal({errors for _, errors in ends}, {b''})
    assert_equal({process.returncode for process in crowd}, {0})
    assert_equal(len({output for output, _ in ends}), 1)
    assert_equal(host.exchanges(), 1)


def opened(room, program, *arguments, env=None, **options):
    """The files that a program opens, how many system calls it makes, and its result."""
    if shutil.which('strace') is None:
        skip('strace is not installed')
    if os.geteuid() != 0:
        skip('only root is told what a hardened process opens')
    trace = room.path / 'trace'
    done = room.run('strace', '-f', '-o', trace, TEST_BIN / program, *arguments, **options,
                    env={'ASAN_OPTIONS': 'detect_leaks=0', **(env or {})})
    assert_equal((done.code, done.errors), (0, ''))
    lines = trace.read_text(errors='replace').splitlines()
    return re.findall(r'\bopen(?:at)?\([^"\n]*"([^"]*)"', '\n'.join(lines)), len(lines), done


def is_sanitized(program):
    return b'__ubsan_handle' in (TEST_BIN / program).read_bytes()


def warm_up(room):
    """Nothing is filed under a configuration's stamp that is still fresh."""
    written = int((room.config / 'avouch.conf').stat().st_ctime)
    wait_until(lambda: int(time.time()) >= written + 2)
    get(room)
    kubectl(room, exec_info(server=SERVED))


def assert_opens_little(files):
    assert_equal([name for name in files if name.endswith(('.conf', '.mo')) or 'locale' in name
                  or 'libgnutls' in name or 'libsoup' in name], [])


@test('git: a warm get opens no configuration and makes few system calls')
def _(room):
    start(room)
    warm_up(room)
    files, calls, done = opened(room, GIT, 'get', input=place())
    assert_in('password=', done.output)
    assert_opens_little(files)
    if not is_sanitized(GIT):
        assert_less(calls, 120, f'system calls, with {files} opened')


@test('git: a warm get makes no system call more where [git] has a store')
def _(room):
    start(room)
    warm_up(room)
    _, before, _ = opened(room, GIT, 'get', input=place())
    with open(room.config / 'avouch.conf', 'a') as configuration:
        configuration.write('[git]\nstore = keyring\n')
    warm_up(room)
    _, after, done = opened(room, GIT, 'get', input=place())
    assert_in('password=', done.output)
    assert_equal(after, before)


@test('kubectl: a warm answer opens no configuration')
def _(room):
    start(room)
    warm_up(room)
    files, _, done = opened(room, KUBECTL, env=exec_info(server=SERVED))
    assert_in('"token"', done.output)
    assert_opens_little(files)


@test('git: store opens nothing of ours but the configuration')
def _(room):
    start(room)
    files, _, _ = opened(room, GIT, 'store', input=place(password='x'))
    assert_equal([name for name in files if str(room.path) in name or str(room.runtime) in name
                  or 'avouch' in os.path.basename(name)],
                 [str(room.config / 'conf.d'), str(room.config / 'avouch.conf')])


def exec_info(server=None, version='v1', **spec):
    """The environment that kubectl starts its plugin with."""
    spec = {'interactive': False, **spec}
    if server is not None:
        spec['cluster'] = {'server': server, 'config': None}
    info = {'kind': 'ExecCredential', 'apiVersion': API + version, 'spec': spec}
    return {'KUBERNETES_EXEC_INFO': json.dumps(info) + '\n'}


def kubectl(room, env, *arguments, **options):
    """Each time from a parent of its own."""
    return room.run('sh', '-c', '"$@"; exit $?', 'kubectl', KUBECTL, *arguments, env=env, **options)


@test('kubectl: the answer has the version that was asked for')
def _(room):
    host = start(room)
    for version in ('v1', 'v1beta1'):
        done = kubectl(room, exec_info(server=SERVED, version=version))
        assert_equal((done.code, done.errors), (0, ''))
        assert_true(done.output.endswith('}\n') and done.output.count('\n') == 1, 'not one line')
        given = json.loads(done.output)
        assert_equal((given['kind'], given['apiVersion']), ('ExecCredential', API + version))
        assert_match(r'^00D', given['status']['token'])
        assert_match(r'^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$', given['status']['expirationTimestamp'])
    assert_equal(host.exchanges(), 1)


@test('kubectl: git and kubectl share a token')
def _(room):
    host = start(room)
    token = json.loads(kubectl(room, exec_info(), '--profile', 'demo').output)['status']['token']
    assert_equal(answer(get(room))['password'], token)
    assert_equal(host.exchanges(), 1)


@test('kubectl: without its variable it says what it is for')
def _(room):
    done = room.run(KUBECTL)
    assert_refused(done, code=2)
    assert_in('avouch setup kubectl PROFILE', done.errors)


@test('kubectl: a request that cannot be served is an error that says why')
def _(room):
    host = start(room)
    for env, code, words in [
            (exec_info(server=SERVED, version='v1alpha1'), 1, f'apiVersion: {API}v1'),
            (exec_info(server='https://other.example'), 1, 'other.example'),
            (exec_info(server='http://git.example'), 1, 'spec.cluster.server'),
            (exec_info(server='https://git.example@evil'), 1, 'spec.cluster.server'),
            (exec_info(server=SERVED, interactive='no'), 1, 'spec.interactive'),
            (exec_info(), 3, 'provideClusterInfo: true'),
            ({'KUBERNETES_EXEC_INFO': ''}, 1, 'KUBERNETES_EXEC_INFO'),
            ({'KUBERNETES_EXEC_INFO': '{'}, 1, 'KUBERNETES_EXEC_INFO'),
            ({'KUBERNETES_EXEC_INFO': '[' * 100000}, 1, 'KUBERNETES_EXEC_INFO'),
            ({'KUBERNETES_EXEC_INFO': '{"kind":"Pod"}'}, 1, 'kind')]:
        done = kubectl(room, env)
        assert_refused(done, code)
        assert_in(words, done.errors)
    for env, code in [(exec_info(server='https://other.example'), 1)]:
        assert_refused(kubectl(room, env, '--profile', 'demo'), code)
    assert_refused(kubectl(room, exec_info(), '--profile', 'none'), 3)
    assert_equal(host.exchanges(), 0)


@test('kubectl: a wrapper that becomes the real kubectl is another parent')
def _(room):
    host = start(room)
    script = f'{KUBECTL}; exec python3 -c \'import subprocess; subprocess.run(["{KUBECTL}"])\''
    done = room.run('sh', '-c', script, env=exec_info(server=SERVED))
    first, second = map(json.loads, done.output.splitlines())
    assert_equal((first['status'], done.errors), (second['status'], ''))
    assert_equal(host.exchanges(), 1)


@test('kubectl: a parent that asks again has had its token refused, once in a token\'s life')
def _(room):
    host = start(room)
    env = exec_info(server=SERVED)

    def token(parents=room.run):
        return json.loads(parents(KUBECTL, env=env).output)['status']['token']

    first = token()
    second = token()
    assert_true(first != second, 'the refused token came again')
    assert_equal([token(), token()], [second, second])
    assert_equal(json.loads(kubectl(room, env).output)['status']['token'], second)
    assert_equal(host.exchanges(), 2)


main()
