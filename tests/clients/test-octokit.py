#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""GitHub's own library for Apps and avouch, against the same GitHub: what either asks, and what each
then has. TEST_OCTOKIT names the folder whose node_modules has the library (./dev deps)."""
import json
import os
import pathlib
import shutil

from githubhost import *
from harness import *

SCRIPT = pathlib.Path(__file__).with_name('octokit.mjs')
FOLDER = os.environ.get('TEST_OCTOKIT')
MAX_LIFE = 600  # seconds that GitHub allows between now and a JWT's end

CASES = [
    # settings of the profile, what is asked for, and the same in the library's words
    ({'repositories': 'request'}, 'octo/app.git',
     {'owner': 'octo', 'repository': 'app', 'repositories': ['app']}),
    ({'repositories': 'request', 'permissions': 'contents:read issues:write'}, 'octo/app.git',
     {'owner': 'octo', 'repository': 'app', 'repositories': ['app'],
      'permissions': {'contents': 'read', 'issues': 'write'}}),
    ({'owner': 'request'}, 'octo/lib.git', {'owner': 'octo'}),
    ({'owner': 'octo', 'repositories': 'app lib', 'permissions': 'contents:read'}, None,
     {'owner': 'octo', 'repositories': ['app', 'lib'], 'permissions': {'contents': 'read'}}),
]


def start(room, **settings):
    if not FOLDER or shutil.which('node') is None:
        skip('@octokit/auth-app or node is not installed')
    github = start_github(room, **settings)
    github.install('octo', ['app', 'lib'])
    room.environment |= {'TEST_OCTOKIT': FOLDER, 'NODE_EXTRA_CA_CERTS': str(github.ca)}
    return github


def run_library(room, github, wanted):
    call = {'clientId': CLIENT_ID, 'key': app_key.read_text(), 'api': github.api_url, **wanted}
    return room.run(shutil.which('node'), SCRIPT, input=json.dumps(call))


def take_calls(github):
    """What was asked since the last time, but for what differs from second to second."""
    calls, github.calls = github.calls, []
    for call in calls:
        life = call.claims.pop('exp') - call.claims.pop('iat')
        assert_true(0 < life <= MAX_LIFE, f'a JWT of {life} s')
    return [(call.method, call.path, json.loads(call.body) if call.body else None,
             call.header['alg'], call.claims, call.headers['Content-Type'].split(';')[0]
             if call.body else None) for call in calls]


def rights(github):
    return [(token.repositories, token.permissions) for token in github.tokens.values()]


@test('avouch asks what GitHub\'s library asks, and gets as much')
def _(room):
    for number, (settings, path, wanted) in enumerate(CASES):
        github = start(room, profile=f'gh{number}', **settings)
        done = run_library(room, github, wanted)
        assert_equal((done.code, done.errors), (0, ''))
        expected, library = take_calls(github), rights(github)
        github.tokens.clear()
        done = ask_git(room, github, path)
        assert_equal((done.code, done.errors), (0, ''))
        assert_equal(take_calls(github), expected, str(settings))
        assert_equal(rights(github), library)


@test('both are refused alike')
def _(room):
    github = start(room, repositories='request')
    done = run_library(room, github, {'owner': 'octo', 'repository': 'secret'})
    assert_equal(done.code, 1)
    assert_in('Not Found', done.errors)
    expected = take_calls(github)
    assert_equal(ask_git(room, github, 'octo/secret').code, 6)
    assert_equal(take_calls(github), expected)


@test('the token of either is the other\'s in what it may do')
def _(room):
    github = start(room, owner='octo')
    token = run_library(room, github, {'owner': 'octo'}).output
    ours = room.run('avouch', 'token', 'gh').output.strip()
    assert_equal((github.tokens[token].repositories, github.tokens[token].permissions),
                 (github.tokens[ours].repositories, github.tokens[ours].permissions))


main()
