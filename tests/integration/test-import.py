# SPDX-License-Identifier: LGPL-2.1-or-later
"""avouch profile import: other programs' settings become a profile that logs in, and none of their
secrets becomes anything."""
import json
import os
import stat
import subprocess

from demohost import CLIENT_ID, USERNAME, DemoHost, make_certificate
from harness import *

TOKEN = '00Dcanary!AQ.token'
STORE_PASSWORD = 'canary # pass=wörd\\'
LIMIT = 1024 * 1024


def succeeds(result):
    assert_equal(result.code, 0, repr(result))
    return result.output


def fails(result, *parts):
    """A usage error that writes no profile, and shows no secret."""
    assert_equal((result.code, result.output), (2, ''), repr(result))
    for part in parts:
        assert_in(part, result.errors)


def settings(room, name):
    shown = json.loads(succeeds(room.run('avouch', 'profile', 'show', name, '--json')))
    return {key: value['value'] for key, value in shown['settings'].items()}


def profiles(room):
    folder = room.config / 'conf.d'
    return sorted(os.listdir(folder)) if folder.exists() else []


def assert_nowhere(room, secret, *results, but=()):
    """SECRET is in no output and in no file of the room but those."""
    for result in results:
        assert_not_in(secret, result.output + result.errors)
    for path in room.path.rglob('*'):
        if path.is_file() and path not in but:
            assert_true(secret.encode() not in path.read_bytes(), f'{path} holds it')


def auth_file(room, file=f'{USERNAME}.json', **changes):
    fields = {'accessToken': TOKEN, 'refreshToken': TOKEN + '.refresh', 'orgId': '00D000000000001EAA',
              'instanceUrl': 'https://acme.my.salesforce.com', 'username': USERNAME,
              'loginUrl': 'https://login.salesforce.com', 'clientId': CLIENT_ID,
              'privateKey': str(room.home / 'server.key'), 'isDevHub': False, **changes}
    return room.write(room.home / '.sfdx' / file,
                      json.dumps({key: value for key, value in fields.items() if value is not None}))


@test('what is imported from an auth file logs in')
def _(room):
    key = make_rsa_key(room.home / 'server.key')
    host = room.serve(DemoHost(room, make_certificate(key, room.path / 'server.crt')))
    source = auth_file(room, instanceUrl=host.url, loginUrl=host.url)
    result = room.run('avouch', 'profile', 'import', 'sf', source, '--name', 'acme', '--set',
                      f'ca-file={host.ca}')
    assert_in('avouch token acme', succeeds(result))
    assert_match(r'(?m)^privateKey +key +/', result.errors)
    assert_match(r'(?m)^clientId +client-id +3MVG9demo$', result.errors)
    assert_match(r'(?m)^  accessToken, refreshToken: ', result.errors)
    assert_in('the key opens', result.errors)
    path = room.config / 'conf.d' / 'acme.conf'
    assert_equal(stat.S_IMODE(path.stat().st_mode), 0o600)
    succeeds(room.run('avouch', 'token', 'acme'))
    assert_equal(host.exchanges(), 1)
    assert_nowhere(room, TOKEN, result, but=[source])


@test('a login command logs in, in the new spelling and in the old, as words, script and standard input')
def _(room):
    key = make_rsa_key(room.path / 'server.key')
    host = room.serve(DemoHost(room, make_certificate(key, room.path / 'server.crt')))
    new = ['sf', 'org', 'login', 'jwt', '--client-id', CLIENT_ID, '--jwt-key-file', 'server.key',
           '--username', USERNAME, '--instance-url', host.url, '--set-default', '--alias']
    old = ['sfdx', 'force:auth:jwt:grant', '-i', CLIENT_ID, '-f', 'server.key', '-u', USERNAME, '-r',
           host.url, '-s', '-a']
    script = room.write('ci/login.sh', f'cd ..\n{" ".join(new)} filed --json | jq .\n')
    extra = ['--set', f'ca-file={host.ca}']
    for name, arguments, text in (('words', ['--', *new, 'words'], ''),
                                  ('old', ['--', *old, 'old'], ''),
                                  ('flags', ['--', *new[4:], 'flags'], ''),
                                  ('quoted', [' '.join([*old, 'quoted'])], ''),
                                  ('filed', [script], ''),
                                  ('piped', ['-'], ' '.join([*new, 'piped']) + '\n'),
                                  ('silent', [], ' \\\n  '.join([*old, 'silent']))):
        succeeds(room.run('avouch', 'profile', 'import', *extra, 'sf', *arguments, input=text))
        assert_equal(settings(room, name)['key'], str(key), name)
        succeeds(room.run('avouch', 'token', name))


@test('variables of a command are named, and what is missing is listed at once')
def _(room):
    command = ('sf org login jwt --client-id $SF_ID -f "${KEY_FILE}" --username ${{ secrets.USER }} '
               '-r https://acme.my.salesforce.com -a acme')
    result = room.run('avouch', 'profile', 'import', 'sf', input=command,
                      env={'SF_ID': 'not-expanded', 'KEY_FILE': '/not/expanded'})
    fails(result, 'variable SF_ID', 'variable KEY_FILE', 'variable secrets.USER',
          'missing: client-id, username, key', '--set KEY=VALUE')
    assert_not_in('expanded', result.errors)
    assert_equal(profiles(room), [])
    succeeds(room.run('avouch', 'profile', 'import', 'sf', '--set', 'client-id=X', '--set',
                      'username=r@a.example', '--set', 'key=/k', input=command))
    assert_equal(settings(room, 'acme')['key'], '/k')


def keystore(room, path, password=STORE_PASSWORD):
    """As the vendor's console hands it out, here made by keytool."""
    if subprocess.run(['sh', '-c', 'command -v keytool'], capture_output=True).returncode != 0:
        skip('no keytool here')
    room.write('store-password', password)
    keytool = ['keytool', '-keystore', str(path), '-storepass:file', str(room.path / 'store-password')]
    subprocess.run([*keytool, '-genkeypair', '-storetype', 'JKS', '-keypass:file',
                    str(room.path / 'store-password'), '-alias', 'talend', '-keyalg', 'RSA',
                    '-keysize', '2048', '-dname', 'CN=talend'],
                   check=True, capture_output=True, timeout=60)
    path.chmod(0o600)
    certificate = room.path / 'talend.crt'
    subprocess.run([*keytool, '-exportcert', '-rfc', '-alias', 'talend', '-file', certificate],
                   check=True, capture_output=True, timeout=60)
    (room.path / 'store-password').unlink()
    return certificate


def context(room, url, password='canary \\# pass=w\\u00f6rd\\\\', **changes):
    """A job's context, as Talend Studio builds it."""
    names = {'keyStore': 'talend.jks', 'keyStorePassword': password, 'certificateAlias': 'talend',
             'issuer': CLIENT_ID, 'subject': USERNAME, 'audience': url, 'expirationTime': '12000',
             'endpoint': url.replace(':', '\\:') + '/services/oauth2', 'apiVersion': '44.0', **changes}
    return room.write('job/Default.properties', '#this is context properties\n' + ''.join(
        f'{name}={value}\n' for name, value in names.items() if value is not None))


@test('a Talend context with its keystore logs in, the password kept as was asked')
def _(room):
    (room.path / 'job').mkdir()
    certificate = keystore(room, room.path / 'job' / 'talend.jks')
    host = room.serve(DemoHost(room, certificate))
    source = context(room, host.url)
    command = ['avouch', 'profile', 'import', 'talend', source, '--name', 'talend', '--set',
               f'ca-file={host.ca}', '--keep-passphrase']
    dry = room.run(*command, '--dry-run')
    kept = room.config / 'keys' / 'talend.passphrase'
    assert_true(not kept.exists() and profiles(room) == [], 'a dry run writes nothing')
    assert_in(f'passphrase=file:{kept}\n', succeeds(dry))
    result = room.run(*command)
    succeeds(result)
    assert_in('the key opens', result.errors)
    assert_match('(?m)^  expirationTime: ', result.errors)
    assert_equal(kept.read_text(), STORE_PASSWORD)
    assert_equal(stat.S_IMODE(kept.stat().st_mode), 0o600)
    assert_equal(settings(room, 'talend'),
                 {'issuer': 'salesforce', 'login-url': host.url, 'client-id': CLIENT_ID,
                  'username': USERNAME, 'key': str(room.path / 'job' / 'talend.jks'),
                  'key-alias': 'talend', 'passphrase': f'file:{kept}', 'ca-file': str(host.ca)})
    succeeds(room.run('avouch', 'token', 'talend'))
    assert_nowhere(room, STORE_PASSWORD, dry, result, but=[source, kept])


@test('without being asked to, no password is kept')
def _(room):
    (room.path / 'job').mkdir()
    keystore(room, room.path / 'job' / 'talend.jks')
    source = context(room, 'https://acme.my.salesforce.com')
    result = room.run('avouch', 'profile', 'import', 'talend', source)
    succeeds(result)
    assert_in('--keep-passphrase', result.errors)
    assert_in('the key opens', result.errors)
    assert_equal(settings(room, 'acme')['passphrase'], 'prompt')
    assert_equal(os.listdir(room.config / 'keys'), [])
    assert_nowhere(room, STORE_PASSWORD, result, but=[source])


@test('a keystore that does not open is told, with the password nowhere')
def _(room):
    (room.path / 'job').mkdir()
    keystore(room, room.path / 'job' / 'talend.jks')
    url = 'https://acme.my.salesforce.com'
    for changes, part in (({'password': 'wrong-canary'}, 'talend.jks'),
                          ({'certificateAlias': 'other'}, 'other'),
                          ({'keyStore': 'none.jks'}, 'none.jks')):
        source = context(room, url, **changes)
        result = room.run('avouch', 'profile', 'import', 'talend', source, '-n')
        assert_equal(result.code, 0, repr(result))
        assert_match(f'(?m)^note: .*{part}', result.errors)
        assert_not_in('wrong-canary', result.output + result.errors)


@test('a kept password and a profile are both written, or neither')
def _(room):
    source = context(room, 'https://acme.my.salesforce.com')
    command = ['avouch', 'profile', 'import', 'talend', source, '--keep-passphrase']
    kept = room.config / 'keys' / 'acme.passphrase'
    room.write(room.config / 'conf.d' / 'acme.conf', '# mine\n')
    result = room.run(*command)
    assert_equal(result.code, 3, repr(result))
    assert_true(not kept.exists(), 'the password is taken back')
    (room.config / 'conf.d' / 'acme.conf').unlink()
    for make in (lambda: kept.write_text('mine'), lambda: kept.symlink_to(room.path / 'elsewhere')):
        make()
        result = room.run(*command)
        assert_equal(result.code, 3, repr(result))
        assert_in('acme.passphrase', result.errors)
        assert_equal(profiles(room), [])
        assert_true(not (room.path / 'elsewhere').exists(), 'no link is followed')
        kept.unlink()
    assert_nowhere(room, STORE_PASSWORD, result, but=[source])


@test('no file and no link is replaced by a profile')
def _(room):
    source = auth_file(room)
    folder = room.config / 'conf.d'
    folder.mkdir()
    (folder / 'acme.conf').symlink_to(room.path / 'elsewhere')
    result = room.run('avouch', 'profile', 'import', 'sf', source)
    assert_true(result.code in (1, 3), repr(result))
    assert_true(not (room.path / 'elsewhere').exists(), 'no link is followed')
    (folder / 'acme.conf').unlink()
    succeeds(room.run('avouch', 'profile', 'import', 'sf', source))
    before = (folder / 'acme.conf').read_bytes()
    result = room.run('avouch', 'profile', 'import', 'sf', source)
    assert_in('choose another name by --name', result.errors)
    assert_equal(result.code, 3, repr(result))
    assert_in('--name', room.run('avouch', 'profile', 'import', '--help').output)
    assert_equal((folder / 'acme.conf').read_bytes(), before)


@test('hostile files are refused, and nothing of them is shown or written')
def _(room):
    canary = 'canary-in-a-file'
    padding = ' ' * LIMIT
    good = json.dumps({'privateKey': '/k', 'clientId': 'X', 'username': 'a@b.example',
                       'instanceUrl': 'https://acme.my.salesforce.com'})
    for number, (kind, text) in enumerate((
            ('sf', good + padding),
            ('sf', '{"a":' + '[' * 100 + ']' * 100 + '}'),
            ('sf', f'{{"privateKey":"/k","privateKey":"{canary}"}}'),
            ('sf', f'{{"username":"a@b\\u0000{canary}"}}'),
            ('sf', f'{{"privateKey":"/k\\nserve = https://{canary}"}}'),
            ('sf', f'{{"privateKey":"/k","clientId":"\\u001b[2J{canary}"}}'),
            ('sf', f'{{"privateKey":"/k","username":"{canary}'),
            ('sf', f'sf org login jwt -i X\0{canary}'),
            ('talend', 'keyStore=/k\n' + '#' * LIMIT),
            ('talend', f'keyStore=/k\nkeyStore={canary}\n'),
            ('talend', f'keyStore=/k\\nserve=https://{canary}\n'),
            ('talend', f'issuer=X\0{canary}'),
            ('talend', f'issuer=\\u00{canary}'),
            ('talend', f'subject={canary}'))):
        result = room.run('avouch', 'profile', 'import', kind, '--name', 'x', '--set', 'key=/k', '-vv',
                          room.write(f'hostile-{number}', text))
        fails(result, 'avouch: ')
        assert_not_in(canary, result.errors)
        assert_not_in('\x1b', result.errors)
        assert_equal(profiles(room), [])
    succeeds(room.run('avouch', 'profile', 'import', 'sf', '--name', 'x',
                      room.write('good', good + padding[len(good):])))


ACME = {'privateKey': '/k', 'clientId': 'X', 'username': 'a@b.example',
        'instanceUrl': 'https://acme.my.salesforce.com'}


@test('what does not show in a value is told, lest it be believed to be another')
def _(room):
    for hidden in ('\u202e', '\u200b', '\u2028', '\u0085', '\u00ad', '\ufeff'):
        for result in (room.run('avouch', 'profile', 'import', 'sf', input=json.dumps(
                           {**ACME, 'username': f'a{hidden}b@c.example'})),
                       room.run('avouch', 'profile', 'import', 'sf', '--set', f'client-id=X{hidden}Y',
                                input=json.dumps(ACME))):
            fails(result, f'a character that does not show: U+{ord(hidden):04X}')
            assert_not_in(hidden, result.errors)
        assert_equal(profiles(room), [])


@test('values that look like the configuration\'s own syntax stay values')
def _(room):
    for value in ('[acme]', '#X', ';X', '"X"', 'a=b', 'a\\nb\\s\\\\', 'X\\'):
        succeeds(room.run('avouch', 'profile', 'import', 'sf', '--name', 'acme',
                          input=json.dumps({**ACME, 'clientId': value, 'alias': '[x]'})))
        assert_equal(settings(room, 'acme')['client-id'], value)
        (room.config / 'conf.d' / 'acme.conf').unlink()


@test('what is no file of text is refused, and holds nobody')
def _(room):
    os.mkfifo(room.path / 'fifo')
    huge = room.write('huge', '{"privateKey":"')
    os.truncate(huge, 1024 * LIMIT)
    (room.path / 'dangling').symlink_to('nowhere')
    (room.path / 'loop').symlink_to('loop')
    text = json.dumps(ACME)
    for path, part in ((room.path / 'fifo', 'fifo: '), (huge, 'longer than 1048576 bytes'),
                       ('/dev/zero', 'longer than'), (room.path / 'dangling', 'No such file'),
                       (room.path / 'loop', 'loop: '), (room.write('utf-16', text.encode('utf-16')), 'utf-16: '),
                       (room.write('none', ''), 'none: '), (room.write('list', f'[{text}]'), 'list: '),
                       (room.write('bytes', bytes(range(256))), 'bytes: ')):
        for kind in ('sf', 'talend'):
            result = room.run('avouch', 'profile', 'import', kind, path)
            fails(result, part)
            if not is_sanitized():
                assert_less(result.peak, 32 * 1024)
    fails(room.run('avouch', 'profile', 'import', 'sf', room.path / 'a\x1b[2Jb'), '/ab: No such file')
    assert_equal(profiles(room), [])


@test('a file that an editor of another system saved is read')
def _(room):
    lines = ['keyStore=/k', 'issuer=X', 'subject=a@b.example', 'endpoint=https://acme.my.salesforce.com', '']
    for kind, text in (('sf', json.dumps(ACME, indent=1).replace('\n', '\r\n')),
                       ('talend', '\r\n'.join(lines))):
        succeeds(room.run('avouch', 'profile', 'import', kind, '--name', kind,
                          room.write(f'{kind}.txt', '\ufeff' + text)))
        assert_equal(settings(room, kind)['key'], '/k')


@test('a pipe that a shell gives as a file is read')
def _(room):
    room.write('acme.json', json.dumps(ACME))
    succeeds(room.run('bash', '-c', 'avouch profile import sf --name acme <(cat acme.json)'))
    assert_equal(profiles(room), ['acme.conf'])


@test('mistakes say what was meant')
def _(room):
    source = auth_file(room)
    for arguments, parts in (
            ([], ['sf', 'talend']),
            ([source], ['is not one of: sf, talend', 'import sf FILE']),
            (['sf', room.home / 'none.json'], ['none.json']),
            (['sf', room.home], ['directory']),
            (['sf', '--client-id', 'X'], ['--client-id', '"--"']),
            (['sf', '--', 'sf', 'org', 'login', 'web'], ['logs in by a key']),
            (['talend', source], ['auth file', 'import sf']),
            (['talend', source, 'x'], ['"x"']),
            (['talend', room.write('a.item', '<?xml version="1.0"?>')], ['XML', 'contexts']),
            (['sf', auth_file(room, '0.json', privateKey=None)], ['browser', 'profile add salesforce']),
            (['sf', auth_file(room, '1.json', clientId='PlatformCLI')], ['missing: client-id', 'certificate']),
            (['sf', auth_file(room, '2.json', username='robot')], ['username', '"@"']),
            (['sf', '--name', 'a/b', auth_file(room)], ['a/b'])):
        fails(room.run('avouch', 'profile', 'import', *arguments), *parts)
        assert_equal(profiles(room), [])


@test('an own prefix of names is said once')
def _(room):
    source = room.write('c.properties', 'SFDC_keyStore=/k\nSFDC_issuer=X\nSFDC_subject=a@b.example\n'
                        'SFDC_endpoint=https://acme.my.salesforce.com\n')
    fails(room.run('avouch', 'profile', 'import', 'talend', source), 'SFDC_keyStore', '--prefix')
    succeeds(room.run('avouch', 'profile', 'import', 'talend', source, '--prefix', 'SFDC_'))
    assert_equal(profiles(room), ['acme.conf'])


main()
