#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Salesforce's own CLI, under avouch run: each command works, and nothing is stored. TEST_SF names
the folder whose node_modules has it (./dev fetch-sf); without it these are skipped."""
import json
import os

from demohost import *
from harness import *

FOLDER = os.environ.get('TEST_SF')
QUIET = {'SF_DISABLE_TELEMETRY': 'true', 'SF_AUTOUPDATE_DISABLE': 'true',
         'SF_SKIP_NEW_VERSION_CHECK': 'true'}


def start(room):
    if not FOLDER:
        skip('sf is not installed')
    host = start_host(room)
    room.environment |= {'NODE_EXTRA_CA_CERTS': str(host.ca), **QUIET,
                         'PATH': f'{FOLDER}/node_modules/.bin:{os.environ["PATH"]}'}
    return host


def sf(room, *words):
    done = room.run('avouch', 'run', 'demo', '--', 'sf', *words, '--json', timeout=120,
                    env={'PATH': f'{TEST_BIN}:{room.environment["PATH"]}'})
    return json.loads(done.output)


@test('a query is answered, page by page, without any org that sf knows')
def _(room):
    host = start(room)
    host.set('records=7&page=2')
    answer = sf(room, 'data', 'query', '--query', 'SELECT Id, Name FROM Account')
    assert_equal(answer['status'], 0, str(answer))
    assert_equal(len(answer['result']['records']), 7)
    assert_equal(host.exchanges(), 1)


@test('sf knows which org it talks to, and is connected')
def _(room):
    host = start(room)
    result = sf(room, 'org', 'display')['result']
    assert_equal((result['instanceUrl'], result['connectedStatus']), (host.url, 'Connected'))


@test('the token is in no file of sf\'s')
def _(room):
    start(room)
    sf(room, 'org', 'display')
    secret = room.run('avouch', 'token').output.strip().split('!')[1].encode()
    files = [path for path in room.home.rglob('*') if path.is_file()]
    assert_true(any('.sf' in path.parts for path in files), 'sf wrote nothing')
    for path in files:
        assert_true(secret not in path.read_bytes(), path)


@test('an org that sf was told about before is not the one that is used')
def _(room):
    host = start(room)
    room.environment |= {'SF_TARGET_ORG': 'other', 'SF_ORG_INSTANCE_URL': 'https://other.example',
                         'SFDX_DEFAULTUSERNAME': 'old', 'SFDX_INSTANCE_URL': 'https://old.example'}
    assert_equal(sf(room, 'org', 'display')['result']['instanceUrl'], host.url)


@test('sf logs in by the token, finds out whose it is, and then queries the org by its alias')
def _(room):
    host = start(room)
    room.environment['SF_USE_GENERIC_UNIX_KEYCHAIN'] = 'true'  # there is no desktop to keep it
    answer = sf(room, 'org', 'login', 'access-token', '--instance-url', host.url, '--alias', 'acme',
                '--no-prompt')
    assert_equal((answer['status'], answer['result']['username']), (0, USERNAME), str(answer))
    done = room.run('sf', 'data', 'query', '--query', 'SELECT Id FROM Account', '--target-org',
                    'acme', '--json', timeout=120)
    assert_equal(json.loads(done.output)['result']['totalSize'], 5, repr(done))
    assert_equal(host.exchanges(), 1)


main()
