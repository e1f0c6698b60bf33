# SPDX-License-Identifier: LGPL-2.1-or-later
"""avouch profile add, from nothing to a login: on a terminal, and by options alone."""
import json
import os
import subprocess

from demohost import CLIENT_ID, USERNAME, DemoHost, make_certificate
from harness import *

URL = 'https://acme.my.salesforce.com'
MADE = ['acme.crt', 'acme.p12', 'acme.passphrase']
BY_OPTIONS = ['profile', 'add', 'salesforce', '--login-url', URL, '--client-id', CLIENT_ID, '--username',
              USERNAME]


def profiles(room):
    folder = room.config / 'conf.d'
    return sorted(os.listdir(folder)) if folder.exists() else []


def keys(room):
    return sorted(os.listdir(room.keys))


def fingerprints(room):
    return [(room.keys / name).read_bytes() for name in MADE]


def settings(room, name):
    shown = json.loads(room.run('avouch', 'profile', 'show', name, '--json').output)
    return {key: value['value'] for key, value in shown['settings'].items()}


def certificate_fits(room):
    """That what is to be uploaded belongs to the key that was made, by openssl."""
    opened = subprocess.run(['openssl', 'pkcs12', '-in', room.keys / 'acme.p12', '-passin',
                             f'file:{room.keys / "acme.passphrase"}', '-nodes', '-nocerts'],
                            check=True, capture_output=True, timeout=60).stdout
    public = subprocess.run(['openssl', 'pkey', '-pubout'], input=opened, check=True,
                            capture_output=True, timeout=60).stdout
    certified = subprocess.run(['openssl', 'x509', '-in', room.keys / 'acme.crt', '-noout', '-pubkey'],
                               check=True, capture_output=True, timeout=60).stdout
    return public == certified


def make_pair(room):
    """What an earlier try left: its key and certificate, and no profile."""
    code, shown = converse(room, BY_OPTIONS[:3], [
        ('login-url', URL), ('username', USERNAME), ('name', ''), ('key', ''), ('client-id', '\x04')])
    assert_equal((code, keys(room), profiles(room)), (2, MADE, []), shown)
    return shown


@test('an issuer alone is enough: what is missing is asked for, mistakes are mended')
def _(room):
    code, shown = converse(room, ['profile', 'add', 'salesforce'], [
        ('login-url', 'https://www.salesforce.com/'), ('login-url', 'acme.lightning.force.com/x?y#z'),
        ('username', 'robot'), ('username', USERNAME), ('name', 'a/b'), ('name', ''), ('key', ''),
        ('client-id', 'AB' * 32), ('client-id', CLIENT_ID), ('serve', 'git.acme.example'),
        ('serve', 'https://git.acme.example'),
        ('n: no)', 'n')])
    assert_equal(code, 0, shown)
    for part in ('this site belongs to no org', f'login-url: taken as {URL}', '"@"', 'Enter: acme',
                 '"a/b" is not a profile', 'begins with 3MVG',
                 'serve: git.acme.example: the URL does not begin with https://', 'written: ~/.config/avouch/conf.d/acme.conf',
                 'https://acme.my.salesforce-setup.com/lightning/setup/', str(room.keys / 'acme.crt')):
        assert_in(part, shown)
    assert_not_in((room.keys / 'acme.passphrase').read_text().strip(), shown)
    assert_equal(settings(room, 'acme'),
                 {'issuer': 'salesforce', 'login-url': URL, 'username': USERNAME,
                  'client-id': CLIENT_ID, 'key': '~/.config/avouch/keys/acme.p12',
                  'passphrase': 'file:~/.config/avouch/keys/acme.passphrase',
                  'serve': 'https://git.acme.example'})
    assert_true(certificate_fits(room), 'the certificate is not of the key')


@test('from nothing to a login: the key is made, its certificate taken to the host, the login tried')
def _(room):
    make_pair(room)
    host = room.serve(DemoHost(room, room.keys / 'acme.crt'))
    _, shown = converse(room, ['profile', 'add', 'acme', '--issuer', 'salesforce', '--set',
                               f'ca-file={host.ca}', '--client-id', CLIENT_ID], [
        ('login-url', host.url), ('username', USERNAME), ('key', ''),
        ('Enter, when that is done', ''), ('serve', ''), ('n: no)', '')])
    assert_match('login .*logged in', shown)
    assert_equal(host.exchanges(), 1)


@test('a login that fails says why, and leaves the profile')
def _(room):
    make_pair(room)
    other = make_rsa_key(room.path / 'other.pem')
    host = room.serve(DemoHost(room, make_certificate(other, room.path / 'other.crt')))
    code, shown = converse(room, ['profile', 'add', 'acme', '--issuer', 'salesforce', '--set',
                                  f'ca-file={host.ca}', '--client-id', CLIENT_ID, '--login-url',
                                  host.url, '--username', USERNAME], [
        ('key', ''), ('Enter, when that is done', ''), ('serve', ''), ('n: no)', 'y')])
    assert_equal(code, 6, shown)
    assert_in('hint: ', shown)
    assert_equal(profiles(room), ['acme.conf'])


@test('interrupted at any question, nothing is half-written, and a key that was made is taken up again')
def _(room):
    dialogue = [('login-url', URL), ('username', USERNAME), ('name', ''), ('key', ''),
                ('client-id', CLIENT_ID), ('serve', '')]
    made = None
    for key in ('\x03', '\x04'):
        for count in range(len(dialogue)):
            answers = dialogue[:count] + [(dialogue[count][0], key)]
            code, shown = converse(room, ['profile', 'add', 'salesforce'], answers)
            assert_equal((code, profiles(room)), (2, []), shown)
            assert_in('interrupted' if key == '\x03' else 'no answer', shown)
            if count < 4:
                assert_equal(keys(room), MADE if made else [], shown)
                continue
            assert_in('the key stays', shown)
            assert_equal(keys(room), MADE)
            assert_in('made before' if made else 'Made a key', shown)
            made = made or fingerprints(room)
            assert_true(fingerprints(room) == made, 'the key is the same')
    code, shown = converse(room, ['profile', 'add', 'salesforce'], dialogue + [('n: no)', '\x03')])
    assert_equal((code, profiles(room)), (2, ['acme.conf']), shown)


@test('a name that is taken is asked for again')
def _(room):
    room.configure('acme', issuer='salesforce', login_url=URL, client_id='X', username=USERNAME,
                   key='/k')
    code, shown = converse(room, ['profile', 'add', 'salesforce', '--key', '/k', '--client-id', 'X'], [
        ('login-url', URL), ('username', USERNAME), ('name', ''), ('name', 'beta'), ('serve', ''),
        ('n: no)', 'n')])
    assert_equal(code, 0, shown)
    assert_in('acme: this profile exists already', shown)
    assert_equal(profiles(room), ['beta.conf'])


@test('without a terminal, all that is missing is listed at once')
def _(room):
    for arguments, missing in ((['salesforce'], '--login-url, --client-id, --username, --key'),
                               (['salesforce', '--yes'], '--login-url, --client-id, --username'),
                               (['acme'], '--issuer, --key'),
                               (BY_OPTIONS[2:], '--key')):
        result = room.run('avouch', 'profile', 'add', *arguments)
        assert_equal((result.code, result.output), (2, ''), repr(result))
        assert_in(f'missing: {missing}\n', result.errors)
        assert_equal('hint: name an issuer: ' in result.errors, '--issuer' in missing)
    assert_equal((profiles(room), keys(room)), ([], []))


@test('by options alone: a key is made, or that of an earlier try is taken, and the login is tried')
def _(room):
    dry = room.run('avouch', *BY_OPTIONS, '--yes', '--dry-run')
    assert_equal((dry.code, keys(room)), (0, []), repr(dry))
    assert_in('key=~/.config/avouch/keys/acme.p12\n', dry.output)
    make_pair(room)
    made = fingerprints(room)
    host = room.serve(DemoHost(room, room.keys / 'acme.crt'))
    command = ['avouch', 'profile', 'add', 'salesforce', '--yes', '--name', 'acme', '--login-url',
               host.url, '--client-id', CLIENT_ID, '--username', USERNAME, '--set',
               f'ca-file={host.ca}']
    assert_match('✓ login +logged in', room.run(*command).output)
    assert_true(fingerprints(room) == made, 'the key is the same')
    assert_equal(host.exchanges(), 1)
    assert_equal(room.run(*command).code, 3)


@test('a key whose files are there only in part, and a passphrase of its own')
def _(room):
    room.write(room.keys / 'acme.p12', 'mine')
    result = room.run('avouch', *BY_OPTIONS, '--yes')
    assert_equal(result.code, 4, repr(result))
    assert_in('acme.p12', result.errors)
    assert_in('--key', result.errors)
    assert_equal((keys(room), profiles(room)), (['acme.p12'], []))
    (room.keys / 'acme.p12').unlink()
    result = room.run('avouch', *BY_OPTIONS, '--yes', '--passphrase', 'none')
    assert_equal(result.code, 2, repr(result))
    secret = room.write(room.home / 'secret', 'canary-passphrase\n')
    result = room.run('avouch', *BY_OPTIONS, '-q', '--yes', '--passphrase', f'file:{secret}', '--set',
                      'timeout=1', '--set', 'proxy=http://127.0.0.1:1')
    assert_equal(result.code, 5, repr(result))
    assert_equal(keys(room), ['acme.crt', 'acme.p12'])
    assert_equal(settings(room, 'acme')['passphrase'], f'file:{secret}')
    assert_not_in('canary', result.output + result.errors)


def add(room, *words):
    done = room.run('avouch', 'profile', 'add', 'acme', *words)
    return done.code, done.errors


@test('what a preset needs is listed where it is missing, and another setting may stand for it')
def _(room):
    for words, missing in ((['--preset=entra'], '--set tenant=…, --client-id, --set scope=…'),
                           (['--preset=google'], '--set scope=…, --key'),
                           (['--preset=google', '--set=audience=me'], '--key'),
                           (['--preset=box'], '--client-id, --set client-secret=…, --set key-id=…, '
                                              '--username'),
                           (['--preset=google-workload', '--set=project=1', '--set=pool=p',
                             '--set=provider=q'], '--set subject-token=…'),
                           (['--issuer=self-signed', '--set=algorithm=HS256'], '--key'),
                           (['--issuer=self-signed', '--set=secret-encoding=hex'], '--key')):
        code, errors = add(room, *words, '--yes')
        assert_equal((code, errors.splitlines()[0]),
                     (2, f'avouch: profile add: missing: {missing}'))
        assert_equal('--yes' in errors, '--key' not in missing, errors)
    assert_equal((profiles(room), keys(room)), ([], []))


@test('a token of another issuer is exchanged without a key, and none is made')
def _(room):
    code, errors = add(room, '--preset=google-workload', '--set=project=1', '--set=pool=p',
                       '--set=provider=q', '--set=subject-token=file:/run/token')
    assert_equal((code, keys(room)), (0, []), errors)
    assert_not_in('key', settings(room, 'acme'))


@test('what is wrong without the key is told before one is made')
def _(room):
    box = ['--preset=box', '--client-id=x', '--set=key-id=k', '--username=1']
    for words in ([*box, '--set=client-secret=hunter2'], [*box, '--set=client-secret=prompt'],
                  ['--issuer=oauth', '--set=grant=client-credentials'],
                  ['--issuer=oauth', '--set=grant=jwt-bearer', '--set=token-url=http://a.example/'],
                  ['--issuer=vault', '--set=vault-url=https://a.example', '--set=role=r',
                   '--set=claim-json.x={']):
        code, errors = add(room, *words, '--yes')
        assert_equal((code, keys(room), profiles(room)), (3, [], []), errors)
        assert_match('^avouch: nothing was written: ', errors)
        assert_not_in('hunter2', errors)


@test('a key is made of the kind that `algorithm` needs')
def _(room):
    code, errors = add(room, '--issuer=self-signed', '--client-id=me', '--set=algorithm=ES384',
                       '--yes')
    assert_equal(code, 0, errors)
    header = room.run('avouch', 'jwt', 'decode', input=room.run('avouch', 'token', 'acme').output)
    assert_in('ES384', header.output)


@test('a key that the issuer does not take is refused')
def _(room):
    key = room.keys / 'ec.pem'
    openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', key)
    key.chmod(0o600)
    for words in (['--issuer=github-app', '--client-id=Iv23x'],
                  ['--issuer=salesforce', '--login-url', URL, '--client-id', CLIENT_ID,
                   '--username', USERNAME],
                  ['--preset=entra', '--set=tenant=t', '--client-id=x', '--set=scope=s']):
        code, errors = add(room, *words, '--key', key)
        assert_equal((code, profiles(room)), (4, []), errors)
        assert_match('hint: ', errors)


@test('a file that is there and is no private key is refused')
def _(room):
    key = make_rsa_key(room.keys / 'mine.pem')
    for content in (public_key(key, room.path / 'pub.pem').read_text(), 'nonsense', ''):
        code, errors = add(room, '--issuer=self-signed', '--key', room.write('no.pem', content))
        assert_equal((code, profiles(room)), (4, []), errors)
        assert_in('no.pem', errors)
    code, errors = add(room, '--issuer=self-signed', '--key', '/later.pem')
    assert_equal((code, profiles(room)), (0, ['acme.conf']), errors)


@test('a time that is a text is refused before it is written')
def _(room):
    for claim in ('exp', 'iat', 'nbf'):
        code, errors = add(room, '--issuer=self-signed', '--key=/later.pem', f'--set=claim.{claim}=5')
        assert_equal((code, profiles(room)), (3, []), errors)
        assert_in(f'claim-json.{claim} = {{now}}', errors)


@test('a preset\'s name where the profile\'s belongs is said to be one')
def _(room):
    done = room.run('avouch', 'profile', 'add', 'entra')
    assert_equal(done.code, 2)
    assert_in('hint: "entra" is a preset: avouch profile add NAME --preset entra', done.errors)


@test('the command line is blamed for what it says: another issuer, a name that is none')
def _(room):
    for words, message in ((['--preset=entra', '--issuer=vault'], 'preset entra is for the issuer'),
                           (['--preset=entra', '--set=tennant=x'],
                            '--set tennant: .*\nhint: did you mean "tenant"'),
                           (['--issuer=vault', '--set=roll=x'], 'did you mean "role"'),
                           (['--issuer=github'], 'not one of: .*\nhint: did you mean "github-app"'),
                           (['--issuer=Salesforce'], 'hint: did you mean "salesforce"'),
                           (['--issuer=google'], 'not one of: .*\nhint: .*list --presets'),
                           (['--issuer=github-app', '--set=login-url=https://a.example'],
                            'no such setting')):
        code, errors = add(room, *words)
        assert_equal(code, 2, errors)
        assert_match(message, errors)
        assert_not_in('.conf:', errors)
    code, errors = add(room, '--issuer=github-app', '--client-id=Iv23x', '--key=/nowhere',
                       '--set=owner=request', '--set=repositories=app')
    assert_equal(code, 3, errors)
    assert_in('one owner\'s', errors)


@test('on a terminal what a preset needs is asked for, with where to find it')
def _(room):
    code, shown = converse(room, ['profile', 'add', 'acme', '--preset', 'entra'], [
        ('tenant', 'contoso'), ('client-id', 'app'), ('scope', 'https://graph.microsoft.com/.default'),
        ('key', ''), ('serve', ''), ('n: no)', 'n')])
    assert_equal((code, keys(room)), (0, MADE), shown)
    assert_in('Entra admin center > App registrations', shown)


@test('a profile may still have an issuer\'s name, and a name is given once')
def _(room):
    result = room.run('avouch', *BY_OPTIONS, '--issuer', 'salesforce', '--key', '/k')
    assert_equal((result.code, profiles(room)), (0, ['salesforce.conf']), repr(result))
    result = room.run('avouch', 'profile', 'add', 'acme', '--name', 'beta')
    assert_equal(result.code, 2, repr(result))
    assert_in('not both', result.errors)


def locked_key(room):
    make_rsa_key(room.path / 'mine.pem', passphrase='canary-passphrase')
    return room.write('secret', 'canary-passphrase\n'), room.write('other', 'not it\n')


# What is answered before and after the questions about the key.
NAMED = [*BY_OPTIONS, '--name', 'acme', '--key', 'mine.pem']
AFTER = [('serve', ''), ('n: no)', 'n')]


@test('where the passphrase of a locked key is, is asked for until it opens the key')
def _(room):
    locked_key(room)
    code, shown = converse(room, NAMED, [
        ('passphrase', 'canary-passphrase'), ('passphrase', 'file:other'),
        ('passphrase', 'file:secret'), *AFTER])
    assert_equal(code, 0, shown)
    for part in ('in the desktop\'s keyring', 'says none of the places', 'hint: write keyring',
                 'the passphrase does not open it'):
        assert_in(part, shown)
    assert_equal(settings(room, 'acme')['passphrase'], f'file:{room.path}/secret')
    assert_equal(shown.count('canary'), 1, 'what is typed is shown by the terminal alone')


@test('the key is asked for again if it is none, and a passphrase that is typed opens it')
def _(room):
    locked_key(room)
    room.write('none.pem', 'no key\n')
    code, shown = converse(room, [*BY_OPTIONS, '--name', 'acme'], [
        ('key', 'none.pem'), ('key', 'mine.pem'), ('passphrase', ''),
        ('Passphrase of the key of profile acme', 'canary-passphrase'), *AFTER])
    assert_equal(code, 0, shown)
    assert_equal(settings(room, 'acme')['passphrase'], 'prompt')
    assert_not_in('canary', shown)


@test('--passphrase answers it; what opens nothing is said, and asked for instead')
def _(room):
    locked_key(room)
    code, shown = converse(room, [*NAMED, '--passphrase', 'file:secret'], AFTER)
    assert_equal(code, 0, shown)
    assert_not_in('The key is locked', shown)
    (room.config / 'conf.d' / 'acme.conf').unlink()
    code, shown = converse(room, [*NAMED, '--passphrase', 'file:other'],
                           [('passphrase', 'env:NO'), ('passphrase', 'keyring'),
                            ('passphrase', 'file:/missing')])
    assert_equal((code, profiles(room)), (4, []), shown)
    for part in ('the variable is not set', 'no keyring can be reached', '/missing: No such file'):
        assert_in(part, shown)


@test('without a terminal, a locked key needs --passphrase, and what does not open yet is a note')
def _(room):
    locked_key(room)
    result = room.run('avouch', *NAMED)
    assert_equal((result.code, profiles(room)), (2, []), repr(result))
    assert_in(f'{room.path}/mine.pem is locked', result.errors)
    assert_in('hint: --passphrase file:PATH', result.errors)
    result = room.run('avouch', *NAMED, '--passphrase', 'env:LATER')
    assert_equal((result.code, profiles(room)), (0, ['acme.conf']), repr(result))
    assert_in('note: the key does not open yet: no secret from env:LATER', result.errors)


@test('a passphrase is asked for without echo, and ^C there leaves nothing')
def _(room):
    locked_key(room)
    for key in ('\x03', '\x04'):
        code, shown = converse(room, NAMED, [('passphrase', key)])
        assert_equal((code, profiles(room)), (2, []), shown)
    code, shown = converse(room, NAMED, [
        ('passphrase', 'prompt'), ('Passphrase of the key of profile acme', '\x03')])
    assert_equal((code, profiles(room)), (-2, []), shown)


main()
