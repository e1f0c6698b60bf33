# SPDX-License-Identifier: LGPL-2.1-or-later
"""The demo host (tests/mock/demo-host.c) for tests: an issuer, git repositories and a Kubernetes
API on loopback, and a profile that logs in to it."""
import json
import os
import pathlib
import ssl
import subprocess
import urllib.request

from harness import *

DEMO_HOST = pathlib.Path(os.environ.get('DEMO_HOST', TEST_BIN / 'mock' / 'demo-host'))
CLIENT_ID = '3MVG9demo'
USERNAME = 'robot@acme.example'


class DemoHost:
    """Runs until stop(); URL is where it listens, CA the authority to trust for it."""

    def __init__(self, room, certificate, *options):
        self.ca = room.path / 'demo-host.pem'
        self.process = subprocess.Popen(
            [DEMO_HOST, '--ca-file', self.ca, '--certificate', certificate, '--client-id', CLIENT_ID,
             '--username', USERNAME, '--until-eof', *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=room.environment, encoding='utf-8')
        ready = self.process.stdout.readline()
        assert_true(ready, 'the demo host did not start')
        self.url = json.loads(ready)['url']
        self.context = ssl.create_default_context(cafile=self.ca)

    def stop(self):
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()

    def call(self, path, data=None):
        with urllib.request.urlopen(self.url + path, data=data, context=self.context,
                                    timeout=20) as answer:
            return json.load(answer)

    def stats(self):
        return self.call('/control/stats')

    def exchanges(self):
        return self.stats()['exchanges']

    def invalidate(self):
        """Every token issued so far is answered 401 from now on."""
        self.call('/control/invalidate', b'')

    def set(self, wishes):
        self.call(f'/control/set?{wishes}', b'')


def make_certificate(key, path):
    openssl('req', '-x509', '-new', '-key', key, '-subj', '/CN=avouch test', '-days', '30',
            '-out', path)
    return path


def start_host(room, *options, profile='demo', **settings):
    """A demo host, and a profile that serves it; SETTINGS add to the profile or change it."""
    key = make_rsa_key(room.keys / f'{profile}.pem')
    host = room.serve(DemoHost(room, make_certificate(key, room.path / f'{profile}.crt'), *options))
    host.settings = {'issuer': 'salesforce', 'login_url': host.url, 'client_id': CLIENT_ID,
                     'username': USERNAME, 'key': key, 'ca_file': host.ca, 'serve': host.url,
                     **settings}
    room.configure(profile, **host.settings)
    return host
