#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Real git with tokens of a GitHub App, against repositories of several owners."""
import re

from githubhost import *
from harness import *


def git(room, *arguments, code=0, **options):
    done = room.run('git', *arguments, **options)
    assert_equal(done.code, code, f'git {" ".join(map(str, arguments))}: {done.errors}')
    return done


def start(room, **settings):
    """Two owners, each with an installation: octo/app has cat/toy as a submodule."""
    root = room.path / 'repositories'
    github = start_github(room, root, **{'repositories': 'request', **settings})
    room.environment |= {
        'GIT_CONFIG_GLOBAL': str(room.home / 'gitconfig'), 'GIT_SSL_CAINFO': str(github.ca),
        'GIT_AUTHOR_NAME': 'Robot', 'GIT_AUTHOR_EMAIL': 'robot@acme.example',
        'GIT_COMMITTER_NAME': 'Robot', 'GIT_COMMITTER_EMAIL': 'robot@acme.example',
    }
    git(room, 'config', '--global', 'init.defaultBranch', 'main')
    github.install('octo', ['app'])
    github.install('cat', ['toy'], kind='User')
    for name in ('octo/app', 'cat/toy', 'octo/secret'):
        make_repository(room, root, name)
    return github


def make_repository(room, root, name):
    work = room.path / name.replace('/', '-')
    git(room, 'init', '--quiet', '--bare', root / f'{name}.git')
    git(room, 'init', '--quiet', work)
    commit(room, work, f'first of {name}')
    git(room, '-C', work, 'push', '--quiet', root / f'{name}.git', 'main')


def commit(room, folder, message):
    git(room, '-C', folder, 'commit', '--quiet', '--allow-empty', '--message', message)


def log(room, folder):
    return git(room, '-C', folder, 'log', '--format=%s').output.splitlines()


def setup(room):
    done = room.run('avouch', 'setup', 'git')
    assert_equal((done.code, done.errors), (0, ''))
    return done


@test('setup git tells git to tell the path, once')
def _(room):
    github = start(room)
    assert_in(f'credential.{github.url}.useHttpPath true', setup(room).output)
    assert_in('nothing to change', setup(room).output)
    done = git(room, 'config', '--global', '--get-all', f'credential.{github.url}.useHttpPath')
    assert_equal(done.output, 'true\n')


@test('setup git leaves the path alone where no token depends on it')
def _(room):
    start(room, repositories=None, owner='octo')
    assert_not_in('useHttpPath', setup(room).output)


@test('setup git tells the path for one of two profiles that serve a place')
def _(room):
    github = start(room, repositories=None, owner='octo', git_username='plain')
    room.configure('narrow', **{**github.settings, 'owner': None, 'repositories': 'request',
                                'git_username': 'narrow'})
    assert_equal(setup(room).output.count('useHttpPath'), 1)


@test('clone, fetch and push ask GitHub twice')
def _(room):
    github = start(room)
    setup(room)
    done = git(room, 'clone', '--quiet', f'{github.url}/octo/app.git', 'copy')
    assert_equal((done.errors, log(room, 'copy')), ('', ['first of octo/app']))
    git(room, '-C', 'copy', 'fetch', '--quiet')
    commit(room, room.path / 'copy', 'second')
    git(room, '-C', 'copy', 'push', '--quiet')
    assert_equal(log(room, 'repositories/octo/app.git'), ['second', 'first of octo/app'])
    assert_equal(github.made(), ['GET /repos/octo/app/installation',
                                 'POST /app/installations/100/access_tokens'])
    assert_equal(len(room.credential_files()), 1)


@test('submodules of two owners come through one profile, each by its own installation')
def _(room):
    github = start(room)
    setup(room)
    git(room, 'clone', '--quiet', f'{github.url}/octo/app.git', 'copy')
    git(room, '-C', 'copy', 'submodule', '--quiet', 'add', f'{github.url}/cat/toy.git', 'toy')
    commit(room, room.path / 'copy', 'toy')
    git(room, '-C', 'copy', 'push', '--quiet')
    github.made()
    git(room, 'clone', '--quiet', '--recurse-submodules', f'{github.url}/octo/app.git', 'whole')
    assert_equal(log(room, 'whole/toy'), ['first of cat/toy'])
    assert_equal(github.made(), [])
    assert_equal(sorted((token.installation.owner, token.repositories)
                        for token in github.tokens.values()), [('cat', ['toy']), ('octo', ['app'])])


@test('a repository outside of the narrowing is refused, and git says why')
def _(room):
    github = start(room)
    setup(room)
    done = git(room, 'clone', f'{github.url}/octo/secret.git', 'copy', code=128)
    assert_match(r'avouch: gh: the issuer refused: the App is not installed there', done.errors)
    assert_match(r'hint: .*Install App', done.errors)
    assert_equal(github.fetches, 0)


@test('a token for one repository does not open another')
def _(room):
    github = start(room, repositories=None, owner='octo')
    setup(room)
    done = git(room, 'clone', f'{github.url}/octo/secret.git', 'copy', code=128)
    assert_match('not found|404', done.errors)
    assert_equal(github.fetches, 0)


@test('a push with contents:read is refused by GitHub, and a clone is not')
def _(room):
    github = start(room, permissions='contents:read')
    setup(room)
    git(room, 'clone', '--quiet', f'{github.url}/octo/app.git', 'copy')
    commit(room, room.path / 'copy', 'second')
    assert_in('403', git(room, '-C', 'copy', 'push', code=128).errors)


@test('without a path git is told what to type')
def _(room):
    github = start(room)
    git(room, 'config', '--global', f'credential.{github.url}.helper', 'avouch')
    done = git(room, 'clone', f'{github.url}/octo/app.git', 'copy', code=128)
    typed = re.search(r'hint: type: (avouch setup git gh) \(or: (git config \S+ \S+ true)\)',
                      done.errors)
    assert_true(typed, done.errors)
    git(room, *typed.group(2).split()[1:])
    git(room, 'clone', '--quiet', f'{github.url}/octo/app.git', 'copy')


@test('a token that a server does not know yet is there for the next try')
def _(room):
    github = start(room)
    setup(room)
    github.fresh_refusals = 1
    done = while_new(room, lambda: git(room, 'clone', f'{github.url}/octo/app.git', 'copy',
                                       code=128))
    github.made()
    assert_match('avouch: gh: the token was refused . s after it was issued', done.errors)
    git(room, 'clone', '--quiet', f'{github.url}/octo/app.git', 'copy')
    assert_equal(github.made(), [])


main()
