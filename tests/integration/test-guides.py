# SPDX-License-Identifier: LGPL-2.1-or-later
"""The guides for those who come from elsewhere are followed in an empty home: what they show in sh
blocks is run as it stands, but for the org, which is the demo host."""
import pathlib
import re
import shutil

from demohost import CLIENT_ID, USERNAME, DemoHost
from harness import *

GUIDES = pathlib.Path(__file__).resolve().parents[2] / 'data' / 'doc'
ORG = 'https://acme.my.salesforce.com'


def blocks(name):
    """The sh blocks, less the indentation that a list gives them."""
    text = (GUIDES / f'{name}.md').read_text(encoding='utf-8')
    found = re.findall(r'^( *)```sh\n(.*?)^ *```$', text, re.M | re.S)
    return [re.sub(f'^{indent}', '', block, flags=re.M) for indent, block in found]


def run(room, block):
    done = room.run('bash', '-e', '-u', '-o', 'pipefail', '-c', block, cwd=room.home)
    assert_equal(done.code, 0, done.errors)
    return done


def follow(room, name):
    """The first block makes key and certificate, the second the profile; what the others print."""
    make, add, *use = blocks(name)
    run(room, make)
    host = room.serve(DemoHost(room, room.home / 'acme.crt'))
    add = add.replace(ORG, host.url).replace('3MVG9EXAMPLE', CLIENT_ID)
    add = add.replace('robot@acme.example', USERNAME)
    assert_equal(add.count(host.url), 1)
    run(room, add.rstrip('\n') + f' --set ca-file={host.ca}\n')
    outputs = [run(room, block) for block in use]
    assert_equal([done.errors for done in outputs], [''] * len(outputs))
    assert_equal((host.exchanges(), host.stats()['refused']), (1, 0))
    return host, [done.output for done in outputs]


def need_keytool():
    if shutil.which('keytool') is None:
        skip('keytool is not installed')


@test('from a Java tutorial: its JKS becomes a token')
def _(room):
    need_keytool()
    host, (token, limits, instance) = follow(room, 'from-java')
    assert_in('DailyApiRequests', limits)
    assert_match(r'^00D\w+!\S+\n$', token)
    assert_equal(instance, host.url + '\n')


@test('from Talend: the form becomes a token')
def _(room):
    need_keytool()
    _, (output, limits) = follow(room, 'from-talend')
    assert_in('DailyApiRequests', limits)
    assert_match(r'^00D\w+!\S+\n', output)
    assert_match(r'(?m)^acme +.*valid', output)


@test('from the vendor\'s CLI: its key serves its instance')
def _(room):
    host, (instance, limits) = follow(room, 'from-sf-cli')
    assert_in('DailyApiRequests', limits)
    assert_equal(instance, host.url + '\n')


main()
