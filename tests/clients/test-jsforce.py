#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Real jsforce, with the token and instance URL that avouch gives, against each of Salesforce's APIs
that the demo host has. TEST_JSFORCE names the folder whose node_modules has it (./dev deps)."""
import json
import os
import pathlib
import shutil

from demohost import *
from harness import *

SCRIPT = pathlib.Path(__file__).with_name('jsforce.js')
FOLDER = os.environ.get('TEST_JSFORCE')


def start(room, *options):
    if not FOLDER or shutil.which('node') is None:
        skip('jsforce or node is not installed')
    host = start_host(room, *options)
    room.environment |= {'NODE_PATH': f'{FOLDER}/node_modules', 'NODE_EXTRA_CA_CERTS': str(host.ca)}
    return host


def call(room, name, *before):
    done = room.run(*(before or ('avouch', 'run', 'demo', '--')), node(), SCRIPT, name)
    assert_equal((done.code, done.errors), (0, ''), name)
    return json.loads(done.output)


def node():
    return shutil.which('node')


def names(records):
    return [record['Name'] for record in records]


@test('a REST query is read to its last page')
def _(room):
    host = start(room)
    host.set('records=7&page=2')
    assert_equal(len(call(room, 'query')), 7)
    paths = [line.split('?')[0] for line in host.call('/control/calls')['calls']]
    assert_equal(len(paths), 4, paths)
    assert_equal(host.exchanges(), 1)


@test('SOAP answers who the session is')
def _(room):
    start(room)
    assert_equal(call(room, 'soap'), USERNAME)


@test('a Bulk 1.0 query is read')
def _(room):
    start(room)
    assert_equal(names(call(room, 'bulk1')), ['Acme', 'Müller & Söhne <GmbH>', '"Quoted", Inc.'])


@test('a Bulk 2.0 query is read')
def _(room):
    host = start(room)
    host.set('records=3&page=1000')
    assert_equal(names(call(room, 'bulk2')), [f'a "quoted"\nname {i}' for i in range(3)])


@test('what token --format json prints does as well as run')
def _(room):
    start(room)
    answer = json.loads(room.run('avouch', 'token', '--format', 'json').output)
    assert_equal(call(room, 'soap', 'env', f'SF_ACCESS_TOKEN={answer["token"]}',
                      f'SF_INSTANCE_URL={answer["details"]["instance_url"]}'), USERNAME)


@test('a session that has ended is refused by each API in its own way')
def _(room):
    host = start(room)
    room.run('avouch', 'token')
    host.invalidate()
    for name, code in (('query', 'INVALID_SESSION_ID'), ('soap', 'sf:INVALID_SESSION_ID'),
                       ('bulk1', 'InvalidSessionId'), ('bulk2', 'INVALID_SESSION_ID')):
        done = room.run('avouch', 'run', 'demo', '--', node(), SCRIPT, name)
        assert_equal((done.code, done.output), (1, ''), name)
        assert_in(code, done.errors)


main()
