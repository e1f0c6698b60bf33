#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Real kubectl, and a cluster that verifies ID tokens by the keys that an OpenID provider publishes,
as --oidc-issuer-url makes the API server do (see oidc.mjs). The profile is the example's."""
import os
import shutil

from harness import *
from oidc import *

KUBECTL = os.environ.get('TEST_KUBECTL') or shutil.which('kubectl')
AUDIENCE = 'https://k8s.example'


def kubectl(room, *arguments, code=0):
    done = room.run(KUBECTL, *arguments)
    assert_equal(done.code, code, f'kubectl {" ".join(map(str, arguments))}: {done.errors}')
    return done


def start(room, **settings):
    if KUBECTL is None:
        skip('kubectl is not installed')
    key = make_rsa_key(room.keys / 'ci.pem')
    provider = start_oidc(room, jwk_of(room, key))
    room.configure('prod-cluster', **{
        'issuer': 'oauth', 'discover': provider.issuer, 'grant': 'client-credentials',
        'client_id': 'ci', 'key': key, 'audience': AUDIENCE, 'scope': 'openid', 'use': 'id_token',
        'serve': provider.cluster, 'ca_file': provider.ca, **settings})
    room.environment |= {'KUBECONFIG': str(room.home / 'kubeconfig'), 'KUBERC': 'off'}
    kubectl(room, 'config', 'set-cluster', 'prod', f'--server={provider.cluster}',
            f'--certificate-authority={provider.ca}')
    kubectl(room, 'config', 'set-credentials', 'ci', '--exec-command=kubectl-avouch',
            '--exec-api-version=client.authentication.k8s.io/v1',
            '--exec-interactive-mode=IfAvailable', '--exec-provide-cluster-info=true')
    kubectl(room, 'config', 'set-context', 'prod', '--cluster=prod', '--user=ci')
    kubectl(room, 'config', 'use-context', 'prod')
    provider.control()
    return provider


def ask(room, code=0):
    return kubectl(room, 'get', '--raw', '/version', code=code)


@test('the cluster takes the ID token, and the next command costs no login')
def _(room):
    provider = start(room)
    for _ in range(3):
        done = ask(room)
        assert_in('v1.32.0', done.output)
        assert_equal(done.errors, '')
    assert_equal(len(provider.logins()), 1)


@test('a token that has expired at the cluster is refused, and replaced by the next command')
def _(room):
    provider = start(room)
    ask(room)
    provider.control('offset=3600')
    ask(room, code=1)
    for _ in range(2):
        assert_in('v1.32.0', ask(room).output)
    assert_equal(len(provider.logins()), 1)


@test('a token for another audience is refused, and the right one taken once the profile asks it')
def _(room):
    provider = start(room, audience='https://other.example')
    ask(room, code=1)
    ask(room, code=1)
    assert_less(len(provider.logins()), 4)
    path = room.config / 'avouch.conf'
    room.write(path, path.read_text().replace('https://other.example', AUDIENCE))
    assert_in('v1.32.0', ask(room).output)


@test('a cluster that changes its audience gets a new token, and refuses that as well')
def _(room):
    provider = start(room)
    ask(room)
    provider.control('audience=https://new.example')
    ask(room, code=1)
    ask(room, code=1)
    provider.control(f'audience={AUDIENCE}')
    ask(room)


main()
