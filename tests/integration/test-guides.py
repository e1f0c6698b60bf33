# SPDX-License-Identifier: LGPL-2.1-or-later
"""The guides are followed in an empty home. Those for who comes from elsewhere: what they show in sh
blocks is run as it stands, but for the org, which is the demo host."""
import json
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


def profiles(name):
    """{profile: its text}, from the ini blocks."""
    text = (GUIDES / f'{name}.md').read_text(encoding='utf-8')
    found = re.findall(r'^```ini\n(\[([^]]+)\]\nissuer = .*?)^```$', text, re.M | re.S)
    return {profile: block for block, profile in found}


def make_key(room, name, profile):
    """What `key` names: made as the guide says, if it does, or as its issuer would."""
    path = pathlib.Path(re.search(r'(?m)^key = ~/(.*)$', profile).group(1))
    new = [line for block in blocks(name) for line in block.splitlines()
           if re.match(rf'avouch key new {path.stem}\b', line)]
    if new:
        return run(room, new[0])
    path = room.home / path
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if 'secret-encoding' in profile:
        return room.write(path, 'b7' * 32 + '\n')
    curve = ['EC', '-pkeyopt', 'ec_paramgen_curve:P-256'] if path.suffix == '.p8' else ['RSA']
    return openssl('genpkey', '-algorithm', *curve, '-out', path)


def follow_signed(room, name):
    """Each profile that signs gives a token; {profile: what `jwt decode` shows of it}."""
    signed = {profile: text for profile, text in profiles(name).items()
              if 'issuer = self-signed' in text}
    for profile, text in signed.items():
        make_key(room, name, text)
    room.write(room.config / 'avouch.conf', '\n'.join(signed.values()))
    return {profile: json.loads(run(room, f'avouch token {profile} | avouch jwt decode --json')
                                .output) for profile in signed}


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


@test('other issuers: each profile that signs by itself gives a token')
def _(room):
    found = follow_signed(room, 'other-issuers')
    assert_equal(set(found), {'snowflake', 'appstore', 'apns', 'pubsub', 'metabase'})
    assert_match(r'^ACME-WAREHOUSE\.ROBOT\.SHA256:\S{44}$', found['snowflake']['claims']['iss'])
    assert_equal({name: token['header']['alg'] for name, token in found.items()},
                 {'snowflake': 'RS256', 'appstore': 'ES256', 'apns': 'ES256', 'pubsub': 'RS256',
                  'metabase': 'HS256'})
    assert_equal(sorted(found['apns']['claims']), ['iat', 'iss'])
    print_key, = (line for block in blocks('other-issuers') for line in block.splitlines()
                  if line.startswith('openssl '))
    embed, = (block for block in blocks('other-issuers') if block.startswith('echo '))
    assert_match('^-----BEGIN PUBLIC KEY-----\n', run(room, print_key).output)
    assert_match(r'/embed/dashboard/eyJ\S+$', run(room, embed).output.strip())


@test('Kubernetes: the profile signs, and its key is published under its own issuer')
def _(room):
    token = follow_signed(room, 'kubernetes')['ci']
    publish, = (block for block in blocks('kubernetes') if '--profile ci' in block)
    run(room, publish)
    keys = json.loads((room.home / 'public/.well-known/jwks.json').read_text())['keys']
    described = json.loads((room.home / 'public/.well-known/openid-configuration').read_text())
    assert_equal([key['kid'] for key in keys], [token['header']['kid']])
    assert_equal(described['issuer'], token['claims']['iss'])


main()
