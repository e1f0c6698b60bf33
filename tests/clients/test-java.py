#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Java, as the tutorials have it, and avouch: the same keystore, each other's assertions."""
import json
import pathlib
import shutil
import subprocess
import time

from demohost import *
from harness import *
from hostile import HostileServer, http

SOURCE = pathlib.Path(__file__).with_name('Tutorial.java')
ALIAS, PASSWORD = 'salesforce_cert', 'changeit'
GRANT = 'grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer'
TOKEN = {'access_token': '00D!token', 'token_type': 'Bearer'}


def java(room, *words, input='', code=0):
    done = room.run('java', SOURCE, *words, input=input, env={'KEYSTORE_PASSWORD': PASSWORD})
    assert_equal(done.code, code, done.errors)
    return done


def make_keystore(room):
    """A JKS as the vendor's console exports one, and its certificate; both by keytool."""
    for program in ('java', 'javac', 'keytool'):
        if shutil.which(program) is None:
            skip(f'{program} is not installed')
    store, certificate = room.keys / '00Ddemo.jks', room.path / 'salesforce.crt'
    words = ['-keystore', store, '-storetype', 'JKS', '-storepass', PASSWORD, '-alias', ALIAS]
    for call in (['-genkeypair', *words, '-keypass', PASSWORD, '-keyalg', 'RSA', '-keysize', '2048',
                  '-dname', 'CN=tutorial'], ['-exportcert', *words, '-rfc', '-file', certificate]):
        subprocess.run(['keytool', *map(str, call)], capture_output=True, timeout=60, check=True)
    store.chmod(0o600)
    return store, certificate


def configure(room, store, url, ca):
    password = room.write(room.keys / 'password', PASSWORD + '\n')
    room.configure('acme', issuer='salesforce', login_url=url, client_id=CLIENT_ID,
                   username=USERNAME, key=store, key_alias=ALIAS, passphrase=f'file:{password}',
                   ca_file=ca, serve=url)


@test('Java and avouch log in by the same keystore')
def _(room):
    store, certificate = make_keystore(room)
    host = room.serve(DemoHost(room, certificate))
    assertion = java(room, 'sign', store, ALIAS, CLIENT_ID, USERNAME, host.url).output
    posted = room.run('curl', '-sS', '--cacert', host.ca, '-d', '@-',
                      host.url + '/services/oauth2/token', input=f'{GRANT}&assertion={assertion}')
    assert_equal(json.loads(posted.output)['token_type'], 'Bearer')
    configure(room, store, host.url, host.ca)
    assert_equal(room.run('avouch', 'token').code, 0)
    assert_equal((host.stats()['exchanges'], host.stats()['refused']), (2, 0))


@test('Java verifies the assertion that avouch makes, with the certificate of the same keystore')
def _(room):
    store, _ = make_keystore(room)
    authority = Authority(room.path / 'ca')
    server = room.serve(HostileServer(lambda connection, _: connection.sendall(http(200, TOKEN)),
                                      *authority.issue('localhost')))
    configure(room, store, server.url(), authority.certificate)
    before = int(time.time())
    assert_equal(room.run('avouch', 'token').output, '00D!token\n')
    request, = server.requests
    assertion, = request.form['assertion']
    claims = json.loads(java(room, 'verify', store, ALIAS, input=assertion).output)
    expiry = claims.pop('exp')
    assert_equal(claims, {'iss': CLIENT_ID, 'sub': USERNAME, 'aud': server.url()})
    assert_true(before + 180 <= expiry <= int(time.time()) + 180, expiry)

    head, body, signature = assertion.split('.')
    forged = f'{head}.{body}.{signature[:-8]}AAAAAAAA'
    assert_in('the signature is wrong', java(room, 'verify', store, ALIAS, input=forged,
                                             code=1).errors)


main()
