#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Real git over HTTPS, with git-credential-avouch as its helper."""
import re

from demohost import *
from harness import *


def configure_git(room, host, helper='avouch'):
    """A private configuration, in which HELPER answers for the host."""
    room.environment |= {
        'GIT_CONFIG_GLOBAL': str(room.home / 'gitconfig'),
        'GIT_SSL_CAINFO': str(host.ca),
        'GIT_AUTHOR_NAME': 'Robot', 'GIT_AUTHOR_EMAIL': 'robot@acme.example',
        'GIT_COMMITTER_NAME': 'Robot', 'GIT_COMMITTER_EMAIL': 'robot@acme.example',
    }
    git(room, 'config', '--global', 'init.defaultBranch', 'main')
    git(room, 'config', '--global', f'credential.{host.url}.helper', helper)


def git(room, *arguments, code=0, **options):
    done = room.run('git', *arguments, **options)
    assert_equal(done.code, code, f'git {" ".join(map(str, arguments))}: {done.errors}')
    return done


def start(room, **settings):
    """A demo host with one repository of one commit; returns the host and the repository's URL."""
    root = room.path / 'repositories'
    host = start_host(room, '--git-root', root, **settings)
    configure_git(room, host)
    git(room, 'init', '--quiet', '--bare', root / 'project.git')
    git(room, 'init', '--quiet', 'origin')
    commit(room, 'origin', 'first')
    git(room, '-C', 'origin', 'push', '--quiet', root / 'project.git', 'main')
    return host, f'{host.url}/git/project.git'


def version(room):
    numbers = re.search(r'(\d+)\.(\d+)', git(room, '--version').output)
    return tuple(map(int, numbers.groups()))


def commit(room, folder, message):
    git(room, '-C', folder, 'commit', '--quiet', '--allow-empty', '--message', message)


def log(room, folder, *revisions):
    return git(room, '-C', folder, 'log', '--format=%s', *revisions).output.split()


@test('clone, fetch and push make one exchange')
def _(room):
    host, url = start(room)
    done = git(room, 'clone', '--quiet', url, 'copy')
    assert_equal(done.errors, '')
    assert_equal(log(room, 'copy'), ['first'])
    assert_equal(host.exchanges(), 1)

    git(room, '-C', 'copy', 'fetch', '--quiet')
    commit(room, 'copy', 'second')
    git(room, '-C', 'copy', 'push', '--quiet')
    assert_equal(log(room, 'repositories/project.git'), ['second', 'first'])
    assert_equal(host.exchanges(), 1)
    assert_equal(len(room.credential_files()), 1)


@test('a token that the server refuses is dropped, and the next fetch works')
def _(room):
    host, url = start(room)
    git(room, 'clone', '--quiet', url, 'copy')
    host.invalidate()
    failed = git(room, '-C', 'copy', 'fetch', code=128)
    assert_in('Authentication failed', failed.errors)
    assert_equal(room.credential_files(), [])
    git(room, '-C', 'copy', 'fetch')
    assert_equal(host.exchanges(), 2)


@test('what no profile serves is left to the next helper')
def _(room):
    host, _ = start(room)
    git(room, 'config', '--global', 'credential.helper', 'avouch')
    git(room, 'config', '--global', '--add', 'credential.helper',
        '!f() { echo username=next; echo password=other; }; f')
    done = git(room, 'credential', 'fill', input='protocol=https\nhost=unserved.example\n\n')
    assert_in('username=next\npassword=other\n', done.output)
    assert_equal(done.errors, '')
    assert_equal(host.exchanges(), 0)


@test('git is told when the token ends')
def _(room):
    host, _ = start(room, token_lifetime=600)
    place = host.url.removeprefix('https://')
    done = git(room, 'credential', 'fill', input=f'protocol=https\nhost={place}\n\n')
    assert_match(r'(?m)^username=oauth2$', done.output)
    assert_match(r'(?m)^password=00D\w+!', done.output)
    if version(room) >= (2, 40):
        assert_match(r'(?m)^password_expiry_utc=\d+$', done.output)


@test('git approves and rejects what it was given')
def _(room):
    host, _ = start(room)
    place = f'protocol=https\nhost={host.url.removeprefix("https://")}\n'
    given = git(room, 'credential', 'fill', input=place + '\n').output
    git(room, 'credential', 'approve', input=given)
    assert_equal(len(room.credential_files()), 1)
    git(room, 'credential', 'reject', input=re.sub('password=.', 'password=-', given))
    assert_equal(len(room.credential_files()), 1)
    git(room, 'credential', 'reject', input=given)
    assert_equal(room.credential_files(), [])
    assert_equal(host.exchanges(), 1)


@test('a broken configuration is shown, and git fails cleanly')
def _(room):
    host, url = start(room)
    room.write(room.config / 'avouch.conf', '[demo]\nissuer\n')
    done = git(room, 'ls-remote', url, code=128)
    assert_match(r'avouch: \S+/avouch\.conf:2: ', done.errors)
    assert_in('terminal prompts disabled', done.errors)
    assert_equal(host.exchanges(), 0)


@test('a refusal by the issuer is shown with what to do, and made once')
def _(room):
    host, url = start(room)
    host.set('refuse=invalid_grant&description=user+hasn%27t+approved+this+consumer')
    done = git(room, 'ls-remote', url, code=128)
    assert_match(r'(?m)^avouch: demo: ', done.errors)
    assert_match(r'(?m)^hint: ', done.errors)
    git(room, 'ls-remote', url, code=128)
    assert_equal(host.exchanges(), 1)


@test('a path decides, where git sends one')
def _(room):
    host, url = start(room, serve='https://unserved.example')
    git(room, 'config', '--global', 'credential.useHttpPath', 'true')
    room.configure('other', **host.settings | {'serve': f'{host.url}/git/project.git'})
    git(room, 'ls-remote', url)
    done = git(room, 'ls-remote', url.replace('project', 'project2'), code=128)
    assert_not_in('avouch:', done.errors)
    assert_equal(host.exchanges(), 1)


main()
