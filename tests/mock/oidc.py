# SPDX-License-Identifier: LGPL-2.1-or-later
"""oidc-provider, from npm, and a cluster that trusts it (see oidc.mjs).

TEST_OIDC names the folder of the library (./dev deps installs it); tests are skipped without it.
"""
import json
import os
import pathlib
import shutil
import ssl
import subprocess
import urllib.request

from harness import *

__all__ = ['start_oidc', 'jwk_of']

SCRIPT = pathlib.Path(__file__).with_name('oidc.mjs')
FOLDER = os.environ.get('TEST_OIDC')
BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
AUDIENCE = 'https://k8s.example'


def jwk_of(room, *key):
    """The public half, as `avouch key jwk` prints it."""
    done = room.run('avouch', 'key', 'jwk', *key)
    assert_equal((done.code, done.errors), (0, ''))
    return json.loads(done.output)


class Provider:
    """A running provider; `issuer` and `cluster` are URLs, `ca` the file to trust."""

    def __init__(self, room, clients):
        authority = Authority(room.path / 'oidc-ca')
        certificate, key = authority.issue('localhost')
        self.ca = authority.certificate
        options = {'certificate': str(certificate), 'key': str(key), 'ca': str(self.ca),
                   'clients': clients, 'audience': AUDIENCE}
        self.process = subprocess.Popen(['node', '--no-warnings', SCRIPT, FOLDER],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, encoding='utf-8')
        self.process.stdin.write(json.dumps(options))
        self.process.stdin.close()
        told = json.loads(self.process.stdout.readline())
        self.issuer, self.cluster = told['issuer'], told['cluster']
        self.trust = ssl.create_default_context(cafile=self.ca)

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def call(self, url, data=None):
        with urllib.request.urlopen(url, data, context=self.trust, timeout=30) as answer:
            return json.load(answer)

    def control(self, wishes=''):
        """What was called at the provider since the last time."""
        return self.call(f'{self.cluster}/control?{wishes}')['calls']

    def logins(self):
        return [call for call in self.control() if call == 'POST /token']

    def jwks(self):
        return self.call(self.call(f'{self.issuer}/.well-known/openid-configuration')['jwks_uri'])


def start_oidc(room, jwk, client_id='ci', **metadata):
    """A provider that knows one client by its public key."""
    if not FOLDER or shutil.which('node') is None:
        skip('TEST_OIDC is not set (./dev deps installs oidc-provider), or node is not installed')
    client = {'client_id': client_id, 'redirect_uris': [], 'response_types': [],
              'grant_types': ['client_credentials', BEARER],
              'token_endpoint_auth_method': 'private_key_jwt', 'jwks': {'keys': [jwk]}, **metadata}
    return room.serve(Provider(room, [client]))
