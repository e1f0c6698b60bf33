#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Real kubectl, with kubectl-avouch as its exec credential plugin. TEST_KUBECTL names another
kubectl than the one of PATH."""
import json
import os
import re
import shutil

from demohost import *
from harness import *
from hostile import HostileServer, always, http
from rs256 import TokenError, verify_by_discovery

API = 'client.authentication.k8s.io/'
VERSIONS = ('v1', 'v1beta1')
KUBECTL = os.environ.get('TEST_KUBECTL') or shutil.which('kubectl')
OLDEST = (1, 26)


def kubectl(room, *arguments, code=0):
    done = room.run(KUBECTL, *arguments)
    assert_equal(done.code, code, f'kubectl {" ".join(map(str, arguments))}: {done.errors}')
    return done


def start(room, *options, version='v1', cluster_info=True, wishes=None, **settings):
    """A demo host that does what WISHES say, and a kubeconfig made by kubectl's own commands (some
    vendors' kubectl asks the cluster for its version during any of them)."""
    if KUBECTL is None:
        skip('kubectl is not installed')
    room.environment |= {'KUBECONFIG': str(room.home / 'kubeconfig'), 'KUBERC': 'off'}
    client = json.loads(kubectl(room, 'version', '--client', '--output', 'json').output)
    numbers = re.match(r'v(\d+)\.(\d+)', client['clientVersion']['gitVersion'])
    if tuple(map(int, numbers.groups())) < OLDEST:
        skip(f'kubectl is older than {OLDEST[0]}.{OLDEST[1]}')
    host = start_host(room, **settings)
    if wishes is not None:
        host.set(wishes)
    set_cluster(room, host.url, host.ca)
    set_user(room, *options, version=version, cluster_info=cluster_info)
    kubectl(room, 'config', 'set-context', 'demo', '--cluster=demo', '--user=robot')
    kubectl(room, 'config', 'use-context', 'demo')
    return host


def set_cluster(room, url, ca):
    kubectl(room, 'config', 'set-cluster', 'demo', f'--server={url}',
            f'--certificate-authority={ca}')


def set_user(room, *options, version, cluster_info):
    kubectl(room, 'config', 'set-credentials', 'robot', '--exec-command=kubectl-avouch',
            f'--exec-api-version={API}{version}', '--exec-interactive-mode=IfAvailable',
            f'--exec-provide-cluster-info={str(cluster_info).lower()}',
            *(f'--exec-arg={option}' for option in options))


def declare(version):
    @test(f'{version}: a command is answered, and the next one from the cache')
    def _(room):
        host = start(room, version=version)
        for _ in range(3):
            done = kubectl(room, 'get', '--raw', '/version')
            assert_in('gitVersion', done.output)
            assert_equal(done.errors, '')
        assert_equal(host.exchanges(), 1)


for version in VERSIONS:
    declare(version)


@test('a profile named in the kubeconfig needs no cluster')
def _(room):
    host = start(room, '--profile', 'demo', cluster_info=False)
    assert_match(r'(?m)^demo\s', kubectl(room, 'get', 'pods').output)
    assert_equal(host.exchanges(), 1)


@test('neither a profile nor a cluster: kubectl shows what to do')
def _(room):
    host = start(room, cluster_info=False)
    done = kubectl(room, 'get', '--raw', '/version', code=1)
    assert_in('provideClusterInfo: true', done.errors)
    assert_equal(host.exchanges(), 0)


@test('a cluster that no profile serves is an error that says so')
def _(room):
    host = start(room, serve='https://unserved.example')
    done = kubectl(room, 'get', '--raw', '/version', code=1)
    assert_match(r'(?m)^avouch: .*127\.0\.0\.1', done.errors)
    assert_equal(host.exchanges(), 0)


@test('get pods against a profile that the issuer refuses makes one exchange')
def _(room):
    host = start(room, wishes='refuse=invalid_grant&description=user+is+frozen')
    done = kubectl(room, 'get', 'pods', code=1)
    assert_match(r'(?m)^avouch: demo: ', done.errors)
    assert_equal(host.exchanges(), 1)


@test('after one failed command a refused token is replaced')
def _(room):
    host = start(room)
    kubectl(room, 'get', '--raw', '/version')
    host.invalidate()
    kubectl(room, 'get', '--raw', '/version', code=1)
    kubectl(room, 'get', '--raw', '/version')
    assert_equal(host.exchanges(), 2)


@test('a server that refuses every token makes no storm of logins')
def _(room):
    host = start(room)
    certificate, key = Authority(room.path / 'ca').issue('localhost')
    status = {'kind': 'Status', 'apiVersion': 'v1', 'status': 'Failure', 'reason': 'Unauthorized',
              'message': 'Unauthorized', 'code': 401}
    stranger = room.serve(HostileServer(always(401, status, headers=['Connection: close']),
                                        certificate, key))
    room.configure('stranger', **host.settings | {'serve': stranger.url()})
    set_cluster(room, stranger.url(), room.path / 'ca' / 'ca.pem')
    commands = 3
    for _ in range(commands):
        kubectl(room, 'get', 'pods', code=1)
    assert_less(commands * 2, len(stranger.requests) + 1, 'refused requests')
    assert_less(host.exchanges(), commands + 2, 'exchanges')


@test('the set-up that the plugin suggests works as it is printed')
def _(room):
    host = start(room)
    hint = room.run('kubectl-avouch').errors
    command = re.search(r'(avouch setup kubectl) PROFILE$', hint, re.MULTILINE)[1].split()
    kubectl(room, 'config', 'unset', 'users')
    (room.path / 'bin').mkdir()
    (room.path / 'bin' / 'kubectl').symlink_to(KUBECTL)
    done = room.run(*command, 'demo', '--user', 'robot',
                    env={'PATH': f'{room.path / "bin"}:{room.environment["PATH"]}'})
    assert_equal(done.code, 0, done.errors)
    kubectl(room, 'get', '--raw', '/version')
    assert_equal(host.exchanges(), 1)


class ApiServer:
    """A cluster that trusts whoever published FOLDER as ISSUER (--oidc-issuer-url and
    --oidc-client-id of kube-apiserver); a behaviour for HostileServer."""

    def __init__(self, folder, issuer, audience):
        self.folder, self.issuer, self.audience = folder, issuer, audience
        self.ahead = 0
        self.accepted = []
        self.refusals = []

    def __call__(self, connection, request):
        token = request.headers.get('authorization', '').removeprefix('Bearer ')
        try:
            verify_by_discovery(token, self.folder, self.issuer, self.audience, self.ahead)
            self.accepted.append(token)
            answer = 200, {'gitVersion': 'v1.32.0'}
        except (TokenError, ValueError) as error:
            self.refusals.append(str(error))
            answer = 401, {'kind': 'Status', 'apiVersion': 'v1', 'status': 'Failure',
                           'reason': 'Unauthorized', 'message': 'Unauthorized', 'code': 401}
        connection.sendall(http(*answer, headers=['Connection: close']))


ISSUER = 'https://id.example/robots'


def start_cluster(room, **settings):
    """A cluster that verifies by the files of `avouch key jwk --discovery`, and a self-signing
    profile for it."""
    start(room, cluster_info=True)
    key = make_rsa_key(room.keys / 'cluster.pem')
    done = room.run('avouch', 'key', 'jwk', key, '--discovery', room.path / 'public', '--issuer',
                    ISSUER)
    assert_equal(done.code, 0, done.errors)
    cluster = ApiServer(room.path / 'public', ISSUER, 'cluster-1')
    authority = Authority(room.path / 'ca')
    server = room.serve(HostileServer(cluster, *authority.issue('localhost')))
    room.configure('cluster', **{
        'issuer': 'self-signed', 'key': key, 'client-id': ISSUER, 'username': 'ci',
        'audience': 'cluster-1', 'key-id': '{thumbprint}', 'claim.jti': '{uuid}',
        'serve': server.url(), **settings})
    set_cluster(room, server.url(), authority.certificate)
    return cluster


@test('a cluster that trusts the published files takes a self-signed token, and again from the cache')
def _(room):
    cluster = start_cluster(room)
    for _ in range(2):
        assert_in('gitVersion', kubectl(room, 'get', '--raw', '/version').output)
    assert_equal(len(set(cluster.accepted)), 1)
    assert_equal(cluster.refusals, [])


@test('a self-signed token that the cluster takes for expired is signed anew')
def _(room):
    cluster = start_cluster(room)
    kubectl(room, 'get', '--raw', '/version')
    cluster.ahead = 3600
    kubectl(room, 'get', '--raw', '/version', code=1)
    assert_in('expired', cluster.refusals)
    cluster.ahead = 0
    kubectl(room, 'get', '--raw', '/version')
    assert_equal(len(set(cluster.accepted)), 2)


@test('a self-signed token for another audience is refused, until the profile is corrected')
def _(room):
    cluster = start_cluster(room, audience='cluster-2')
    kubectl(room, 'get', '--raw', '/version', code=1)
    assert_equal(set(cluster.refusals), {'audience'})
    path = room.config / 'avouch.conf'
    room.write(path, path.read_text().replace('cluster-2', 'cluster-1'))
    kubectl(room, 'get', '--raw', '/version')
    assert_equal(len(cluster.accepted), 1)


main()
