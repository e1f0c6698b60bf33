#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the engine does for every issuer: where calls go, what is remembered and for how long, and
whose token is served."""
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'mock'))
from harness import *  # noqa: E402
from hostile import *  # noqa: E402

shared = tempfile.TemporaryDirectory(prefix='avouch-test-')
folder = pathlib.Path(shared.name)
authority = Authority(folder / 'authority')
server_pair = authority.issue('server')
key = make_rsa_key(folder / 'key.pem')


def start(room, behaviour):
    return room.serve(HostileServer(behaviour, *server_pair))


def configure(room, name='it', **settings):
    room.configure(name, **{'issuer': 'oauth', 'grant': 'client-credentials', 'client-id': 'app',
                            'key': key, 'ca-file': authority.certificate, **settings})


def succeeds(done):
    assert_equal((done.code, done.errors), (0, ''))
    return done.output.strip()


def fails(done, code, *parts):
    assert_equal((done.code, done.output), (code, ''), done.errors)
    for part in parts:
        assert_in(part, done.errors)
    for character in done.errors.replace('\n', ''):
        assert_true(character.isprintable(), f'{character!r} in {done.errors!r}')
    return done.errors


def token(name='t', **members):
    return {'access_token': name, 'token_type': 'Bearer', 'expires_in': 3600, **members}


def paths(server):
    return [request.line.split()[1] for request in server.requests]


# Where paths start

@test('a path of a request starts at the one place that the profile serves')
def _(room):
    server = start(room, always(200, token()))
    api = start(room, always(200, {'major': '1'}))
    configure(room, **{'token-url': server.url() + '/oauth/token', 'serve': api.url() + '/v1'})
    assert_in('major', room.run('avouch', 'request', 'it', '/v1/version').output)
    assert_equal((paths(server), paths(api)), (['/oauth/token'], ['/v1/version']))
    fails(room.run('avouch', 'request', 'it', '/v2'), 3, 'which the profile does not serve')
    assert_equal(len(api.requests), 1)


@test('of several places, a path does not say which: a whole URL does')
def _(room):
    server = start(room, always(200, token()))
    api = start(room, always(200, {'major': '1'}))
    configure(room, **{'token-url': server.url() + '/token',
                       'serve': f'https://other.example {api.url()}'})
    fails(room.run('avouch', 'request', 'it', '/version'), 3, 'more than one place',
          'hint: write the whole URL')
    assert_in('major', room.run('avouch', 'request', 'it', api.url() + '/version').output)
    fails(room.run('avouch', 'request', 'it', '--bulk', 'SELECT Id FROM A'), 3, 'more than one')
    configure(room, 'nowhere', **{'token-url': server.url() + '/token'})
    fails(room.run('avouch', 'request', 'nowhere', '/version'), 3, 'has no `serve`')


# What is remembered, and for how long

class Issuer:
    """Describes itself, and sends whoever wants a token to `endpoint`."""

    def __init__(self, room):
        self.server = start(room, self.answer)
        self.endpoint = None

    def answer(self, connection, request):
        connection.sendall(http(200, {'issuer': self.server.url(),
                                      'token_endpoint': self.endpoint + '/token'}))


def leave(server):
    """Something else is at its address now, which speaks no TLS."""
    server.context = None
    server.behaviour = raw(b'HTTP/1.1 400 No\r\n\r\n')


def facts(room):
    return list(room.runtime.glob('avouch/fact-*'))


def left_behind(room):
    """An issuer, and the endpoint that it told, which has given a token and is gone."""
    issuer, first = Issuer(room), start(room, always(200, token('t1')))
    issuer.endpoint = first.url()
    configure(room, discover=issuer.server.url(), timeout=5)
    assert_equal(ask(room), 't1')
    leave(first)
    return issuer, first


@test('a discovered endpoint at which nobody answers is asked for anew, and the new one taken')
def _(room):
    issuer, _ = left_behind(room)
    issuer.endpoint = start(room, always(200, token('t2'))).url()
    assert_equal(succeeds(room.run('avouch', 'token', 'it', '--fresh')), 't2')
    assert_equal(len(issuer.server.requests), 2)


@test('an endpoint that has not moved is not asked twice for that, and the trouble is told')
def _(room):
    issuer, first = left_behind(room)
    fails(room.run('avouch', 'token', 'it', '--fresh'), 5, f'localhost:{first.port}')
    assert_equal((len(issuer.server.requests), first.connections), (2, 2))


@test('what cannot be asked for anew is forgotten')
def _(room):
    issuer, first = left_behind(room)
    assert_equal(len(facts(room)), 1)
    issuer.server.behaviour = always(404)
    fails(room.run('avouch', 'token', 'it', '--fresh'), 5, f'localhost:{first.port}')
    assert_equal((facts(room), len(issuer.server.requests)), ([], 2))


@test('how long an issuer is left alone is told as it will be')
def _(room):
    server = start(room, always(429, {'error': 'slow_down'}, headers=['Retry-After: 7200']))
    configure(room, **{'token-url': server.url()})
    fails(room.run('avouch', 'token', 'it'), 6,
          'hint: the issuer wants 7200 seconds without a try; avouch holds back for 3600')
    fails(room.run('avouch', 'token', 'it'), 6, 'not asked again for 3')
    assert_equal(len(server.requests), 1)


# Whose token is served

EXCHANGE = {'grant': 'token-exchange', 'client-id': None, 'key': None}


def trader(room):
    """Whoever brings a token gets one that says for which, and the how manieth it is."""
    def behave(connection, request):
        subject, = request.form['subject_token']
        connection.sendall(http(200, token(f'{subject}-{len(server.requests)}')))
    server = start(room, behave)
    return server


def ask(room, profile='it', **options):
    return succeeds(room.run('avouch', 'token', profile, **options))


@test('a token is served as long as the file has the one that it was exchanged for')
def _(room):
    server = trader(room)
    subject = room.write('subject', 'alice\n')
    configure(room, **EXCHANGE, **{'token-url': server.url(), 'subject-token': f'file:{subject}'})
    assert_equal([ask(room), ask(room)], ['alice-1', 'alice-1'])
    room.write('subject', 'mallo\n')
    assert_equal([ask(room), ask(room)], ['mallo-2', 'mallo-2'])
    # As Kubernetes changes it: a link to another folder.
    room.write('other', 'carol\n')
    subject.unlink()
    subject.symlink_to('other')
    assert_equal(ask(room), 'carol-3')
    subject.unlink()
    fails(room.run('avouch', 'token', 'it'), 4, 'cannot read the token')


@test('a file below the home of one is not that of another')
def _(room):
    server = trader(room)
    room.write('home/subject', 'alice\n')
    room.write('away/subject', 'bob\n')
    configure(room, **EXCHANGE, **{'token-url': server.url(), 'subject-token': 'file:~/subject'})
    config = {'AVOUCH_CONFIG': str(room.home / '.config' / 'avouch' / 'avouch.conf')}
    away = {**config, 'HOME': str(room.path / 'away')}
    assert_equal([ask(room, env=config), ask(room, env=away), ask(room, env=away)],
                 ['alice-1', 'bob-2', 'bob-2'])


@test('a token of the environment that is kept is kept for that environment')
def _(room):
    server = trader(room)
    configure(room, **EXCHANGE, **{'token-url': server.url(), 'subject-token': 'env:CI_TOKEN',
                                   'cache': 'runtime'})
    one, two = {'CI_TOKEN': 'one'}, {'CI_TOKEN': 'two'}
    assert_equal([ask(room, env=one), ask(room, env=one), ask(room, env=two)],
                 ['one-1', 'one-1', 'two-2'])
    fails(room.run('avouch', 'token', 'it'), 4, 'the variable is not set')


@test('a token by way of another profile changes with that profile, and with its file')
def _(room):
    server = trader(room)
    subject = room.write('subject', 'alice\n')
    other = {**EXCHANGE, 'token-url': server.url(), 'subject-token': f'file:{subject}'}
    far = {**EXCHANGE, 'token-url': server.url(), 'subject-token': 'profile:near'}
    configure(room, 'near', **other)
    configure(room, 'far', **far)
    assert_equal([ask(room, 'far'), ask(room, 'far')], ['alice-1-2', 'alice-1-2'])
    room.write('subject', 'mallo\n')
    assert_equal([ask(room, 'far'), ask(room, 'far')], ['mallo-3-4', 'mallo-3-4'])
    (room.home / '.config' / 'avouch' / 'avouch.conf').unlink()
    configure(room, 'near', **other, scope='more')
    configure(room, 'far', **far)
    assert_equal([ask(room, 'far'), ask(room, 'near')], ['mallo-5-6', 'mallo-5'])


main()
