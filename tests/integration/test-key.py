#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""avouch key: new, show, certificate, import and jwk, proven by openssl, keytool and SoftHSM."""
import base64
import hashlib
import json
import os
import pathlib
import pty
import re
import resource
import select
import shutil
import signal
import subprocess
import termios
import time

from demohost import *

WORD = 'canary-passphrase-7f3a'
OTHER = 'canary-other-9c1e'


def tool(*arguments, fails=False, **options):
    """Another program's output; it has to succeed, or FAILS."""
    if shutil.which(arguments[0]) is None:
        skip(f'{arguments[0]} is not installed')
    done = subprocess.run([str(argument) for argument in arguments], capture_output=True,
                          timeout=60, check=False, **options)
    assert_equal(done.returncode != 0, fails, f'{arguments}: {done.stdout} {done.stderr}')
    return done.stdout.decode('utf-8', 'replace')


def succeeds(result):
    assert_equal((result.code, result.errors), (0, ''))
    return result.output


def fails(result, code, message, hint=None):
    assert_equal((result.code, result.output), (code, ''), result.errors)
    lines = result.errors.splitlines()
    assert_true(lines[0].startswith('avouch: '), lines)
    assert_in(message, lines[0])
    if hint is not None:
        assert_in(hint, lines[1])
    for word in (WORD, OTHER):
        assert_not_in(word, result.errors)


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def mode(path):
    return path.stat().st_mode & 0o777


def word_file(room, word=WORD, name='word'):
    return f'file:{room.write(name, word + chr(10))}'


def new(room, *arguments, **options):
    return room.run('avouch', 'key', 'new', *arguments, **options)


def make(room, *arguments):
    """A key in the room; what --json told of it."""
    return json.loads(succeeds(new(room, *arguments, '--json')))


def show(room, *arguments):
    return room.run('avouch', 'key', 'show', *arguments)


def told(room, *arguments):
    return json.loads(succeeds(show(room, *arguments, '--json')))


def openssl_signs(room, key, word, certificate):
    """openssl opens KEY by WORD, and CERTIFICATE verifies what it signs."""
    message, signature = room.write('message', 'avouch'), room.path / 'signature'
    public = room.path / 'public.pem'
    opened = ['-passin', f'pass:{word}'] if word else []
    tool('openssl', 'pkeyutl', '-sign', '-rawin', '-inkey', key, *opened, '-in', message,
         '-out', signature)
    public.write_text(tool('openssl', 'x509', '-in', certificate, '-noout', '-pubkey'))
    tool('openssl', 'pkeyutl', '-verify', '-rawin', '-pubin', '-inkey', public, '-in', message,
         '-sigfile', signature)


# new

@test('new NAME makes key, passphrase and certificate in the folder of keys')
def _(room):
    shutil.rmtree(room.keys)
    output = succeeds(new(room, 'acme', preexec=lambda: os.umask(0)))
    key, word, certificate = (room.keys / f'acme.{end}' for end in ('p12', 'passphrase', 'crt'))
    assert_equal(files(room.keys), ['acme.crt', 'acme.p12', 'acme.passphrase'])
    assert_equal([mode(path) for path in (room.keys, key, word, certificate)],
                 [0o700, 0o600, 0o600, 0o644])
    assert_match(r'^[a-km-np-z2-9]{32}\n$', word.read_text())
    assert_in('  key = ~/.config/avouch/keys/acme.p12\n'
              '  passphrase = file:~/.config/avouch/keys/acme.passphrase\n', output)
    assert_true(all(len(line) <= 80 for line in output.splitlines()), output)
    assert_not_in(word.read_text().strip(), output)
    openssl_signs(room, key, word.read_text().strip(), certificate)
    tool('openssl', 'verify', '-x509_strict', '-CAfile', certificate, certificate)
    listed = tool('keytool', '-list', '-keystore', key, '-storepass', word.read_text().strip())
    assert_in('acme, ', listed)
    assert_in('PrivateKeyEntry', listed)


@test('what new says for the profile makes a profile that works')
def _(room):
    made = make(room, 'acme')
    room.configure('acme', issuer='salesforce', login_url='https://acme.my.salesforce.com',
                   client_id='x', username='y', key=made['key'], passphrase=made['passphrase'])
    assert_equal(succeeds(room.run('avouch', 'profile', 'show', '-q', 'acme'))[:1], '~')
    shown = told(room, '--profile', 'acme')
    assert_equal([key['used'] and key['opened'] and key['matches'] for key in shown['keys']],
                 [True])
    assert_equal(shown['keys'][0]['certificate'], made['certificate'])


@test('a key that new made logs in where its certificate was uploaded')
def _(room):
    made = make(room, 'acme')
    host = room.serve(DemoHost(room, made['certificate_file']))
    room.configure('acme', issuer='salesforce', login_url=host.url, client_id=CLIENT_ID,
                   username=USERNAME, ca_file=host.ca, key=made['key'],
                   passphrase=made['passphrase'])
    succeeds(room.run('avouch', 'token', 'acme'))
    assert_equal(host.exchanges(), 1)


@test('new tells what openssl tells of the certificate')
def _(room):
    made = make(room, './robot', '--days', '30', '--subject', 'CN=robot,O=Acme')['certificate']
    certificate = room.path / 'robot.crt'
    for digest in ('sha1', 'sha256'):
        line = tool('openssl', 'x509', '-in', certificate, '-noout', '-fingerprint', f'-{digest}')
        assert_equal(made[digest], line.split('=')[1].strip().replace(':', '').lower())
    assert_equal(made['subject'], 'CN=robot,O=Acme')
    end = tool('openssl', 'x509', '-in', certificate, '-noout', '-enddate', '-dateopt', 'iso_8601')
    assert_equal(made['not_after'], end.split('=')[1].strip().replace(' ', 'T'))
    assert_less(29 * 86400, made['not_after_at'] - time.time())
    assert_less(1800, time.time() - made['not_before_at'])


@test('new makes each type of key')
def _(room):
    for kind, name in (('rsa-3072', 'RSA 3072'), ('p-256', 'EC P-256'), ('p-384', 'EC P-384'),
                       ('P-521', 'EC P-521'), ('ed25519', 'Ed25519')):
        made = make(room, f'./{kind}.pem', '--type', kind, '--passphrase', word_file(room))
        assert_equal(made['kind'], name)
        openssl_signs(room, room.path / f'{kind}.pem', WORD, room.path / f'{kind}.crt')


@test('new takes the passphrase from a file, a variable, a descriptor')
def _(room):
    for number, (place, options) in enumerate((
            (word_file(room), {}), ('env:WORD', {'env': {'WORD': WORD}}),
            ('fd:0', {'input': WORD + '\r\n'}))):
        succeeds(new(room, f'./k{number}.p12', '--type', 'p-256', '--passphrase', place, **options))
        tool('openssl', 'pkcs12', '-in', room.path / f'k{number}.p12', '-noout', '-passin',
             f'pass:{WORD}')
        assert_true(not (room.path / f'k{number}.passphrase').exists(), 'a file for it')


@test('new without a passphrase writes PEM, and no profile line for one')
def _(room):
    output = succeeds(new(room, 'acme', '--type', 'p-256', '--passphrase', 'none'))
    assert_equal(files(room.keys), ['acme.crt', 'acme.pem'])
    assert_not_in('passphrase =', output)
    openssl_signs(room, room.keys / 'acme.pem', None, room.keys / 'acme.crt')
    fails(new(room, './x.p12', '--passphrase', 'none'), 2, 'without a passphrase', '--format pem')


@test('the name that new gave is no file: its path is told')
def _(room):
    succeeds(room.run('avouch', 'key', 'new', 'acme', '--passphrase', 'none'))
    for command in ('key show', 'key certificate', 'key jwk', 'jwt sign --key'):
        fails(room.run('avouch', *command.split(), 'acme'), 4, 'acme: cannot read the key',
              f'did you mean "{room.keys}/acme.pem"?')
    (room.path / 'acme').write_bytes((room.keys / 'acme.crt').read_bytes())
    succeeds(room.run('avouch', 'key', 'certificate', 'acme'))


@test('new replaces nothing: not a file, nor a link that leads nowhere')
def _(room):
    for name in ('acme.p12', 'acme.crt', 'acme.passphrase'):
        for make_it in (lambda path: path.write_text('mine'),
                        lambda path: path.symlink_to('/nonexistent/place')):
            make_it(room.keys / name)
            fails(new(room, 'acme'), 4, f'keys/{name}: ', 'avouch replaces no file')
            assert_equal(files(room.keys), [name])
            (room.keys / name).unlink()


@test('new leaves nothing behind in a folder that cannot be written, or is not there')
def _(room):
    if os.geteuid() == 0:
        folder = pathlib.Path('/proc/self')
    else:
        folder = room.path / 'closed'
        folder.mkdir(mode=0o500)
    result = new(room, f'{folder}/acme', '--type', 'p-256')
    fails(result, 1, str(folder))
    fails(new(room, './missing/acme', '--type', 'p-256'), 1, '/missing: cannot be written')
    assert_true(not (room.path / 'missing').exists(), 'the folder was made')


@test('new leaves nothing behind where a file can only be so long')
def _(room):
    for limit in (500, 2000):  # the message has to fit, and the key must not
        fails(new(room, 'acme', preexec=lambda: resource.setrlimit(
            resource.RLIMIT_FSIZE, (limit, limit))), 1, 'cannot write: ')
        assert_equal(files(room.keys), [])


@test('new leaves nothing behind on a full disk')
def _(room):
    if os.geteuid() != 0 or shutil.which('mount') is None:
        skip('only root can mount a small disk')
    folder = room.path / 'small'
    folder.mkdir()
    if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', folder], check=False,
                      capture_output=True).returncode != 0:
        skip('this machine lets nobody mount')
    room.cleanups.append(lambda: subprocess.run(['umount', folder], check=True))
    fails(new(room, f'{folder}/acme'), 1, 'cannot write: No space left')
    assert_equal(files(folder), [])


@test('a certificate in the place of a key is called one, though everybody may read it')
def _(room):
    make(room, './k.pem', '--passphrase', 'none')
    for path in (room.path / 'k.crt', room.path / 'k.pem'):
        path.chmod(0o644)
    fails(room.run('avouch', 'jwt', 'sign', '--key', 'k.crt', '--sub', 'x'), 4,
          'it holds a certificate but no private key', 'name the file with the private key')
    fails(room.run('avouch', 'jwt', 'sign', '--key', 'k.pem', '--sub', 'x'), 4,
          'every user of this machine may read', 'chmod 600')
    both = room.write('both.pem', (room.path / 'k.crt').read_text() + (room.path / 'k.pem').read_text(),
                      mode=0o644)
    fails(room.run('avouch', 'jwt', 'sign', '--key', both, '--sub', 'x'), 4,
          'every user of this machine may read', 'chmod 600')


@test('new explains what it does not take')
def _(room):
    for arguments, code, message, hint in (
            ([], 2, "what is the new key's name", 'avouch key new acme'),
            (['acme', 'beta'], 2, 'one argument too many', None),
            (['acme', '--type', 'rsa-1024'], 2, '--type', 'rsa-2048, rsa-3072'),
            (['acme', '--days', '0'], 2, '--days', None),
            (['acme', '--days', '36501'], 2, '--days', None),
            (['acme', '--days', 'x'], 2, '--days', None),
            (['acme', '--subject', 'CN='], 2, 'RFC 4514', 'CN=robot'),
            (['acme', '--subject', 'a' * 65], 2, '64 characters', None),
            (['acme', '--subject', 'CN=a,'], 2, 'RFC 4514', 'CN=robot'),
            (['acme', '--subject', 'CN=a\\\\,'], 2, 'RFC 4514', 'CN=robot'),
            (['acme', '--subject', 'CN=a,C=XXX'], 2, 'a country (C) has two letters', 'CN=robot'),
            (['acme', '--subject', 'C=1,CN=a'], 2, 'a country (C) has two letters', 'CN=robot'),
            (['acme', '--subject', 'C=DE,C=X2,CN=a'], 2, 'a country (C) has two letters', None),
            (['acme', '--format', 'jks'], 2, '--format', None),
            (['acme', '--passphrase', WORD], 2, '--passphrase: says none', 'never the passphrase'),
            (['acme', '--passphrase', 'keyring'], 2, '--passphrase', 'generate, prompt'),
            (['acme', '--passphrase', 'file:'], 2, '--passphrase', None),
            (['acme', '--passphrase', 'file:/nonexistent'], 4, '/nonexistent', None),
            (['acme', '--passphrase', 'env:NOT_SET'], 4, 'the variable is not set', None),
            (['acme', '--passphrase', 'prompt'], 4, 'no terminal', '--passphrase names other'),
            (['a b'], 2, 'the name of a key', './acme.p12'),
            ([''], 2, 'the name of a key', None),
            (['./'], 2, 'needs a name', None),
            (['.p12'], 2, 'needs a name', None)):
        fails(new(room, *arguments), code, message, hint)
    assert_equal(files(room.keys), [])


@test('new takes long passphrases as far as the format does, and no others than UTF-8')
def _(room):
    longest = 'x' * 4096
    make(room, './long.pem', '--type', 'p-256', '--passphrase', word_file(room, longest))
    fails(new(room, './longest.p12', '--type', 'p-256', '--passphrase', word_file(room, longest)),
          4, 'PKCS#12 does not take', 'fewer than 2000')
    fails(new(room, './longer.pem', '--passphrase', word_file(room, longest + 'x')), 4,
          'it is too long')
    fails(new(room, './bytes.p12', '--type', 'p-256', '--passphrase',
              f'file:{room.write("bytes", b"canary" + bytes([255]))}'), 4, 'not UTF-8')
    make(room, './umlaut.p12', '--type', 'p-256', '--passphrase', word_file(room, 'schlüssel'))
    tool('openssl', 'pkcs12', '-in', room.path / 'umlaut.p12', '-noout', '-passin',
         'pass:schlüssel')
    assert_true(told(room, 'umlaut.p12', '--passphrase', word_file(room, 'schlüssel'))['keys'],
                'it does not open')


# A terminal.

class Terminal:
    """avouch on a terminal of its own."""

    def __init__(self, room, *arguments):
        self.shown = b''
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(room.path)
            os.execve(TEST_BIN / 'avouch', ['avouch', *map(str, arguments)], room.environment)
        self.before = termios.tcgetattr(self.fd)

    def wait_for(self, text):
        deadline = time.monotonic() + 60
        while text.encode() not in self.shown[-len(text.encode()) - 2:]:
            assert_less(time.monotonic(), deadline, self.shown)
            if select.select([self.fd], [], [], 1)[0]:
                self.shown += os.read(self.fd, 1)

    def type(self, text):
        os.write(self.fd, text.encode())

    def end(self):
        """What it showed, and how it ended."""
        try:
            while part := os.read(self.fd, 4096):
                self.shown += part
        except OSError:  # how Linux tells the end of a terminal
            pass
        os.close(self.fd)
        return self.shown.decode(), os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def answer(room, arguments, questions):
    terminal = Terminal(room, *arguments)
    for question, word in questions:
        terminal.wait_for(question)
        terminal.type(word + '\n')
    shown, code = terminal.end()
    for word in (WORD, OTHER):
        assert_not_in(word, shown)
    return shown, code


@test('new asks twice for a passphrase, without echo')
def _(room):
    shown, code = answer(room, ['key', 'new', 'acme', '--type', 'p-256', '--passphrase', 'prompt'],
                         [('acme.p12: ', WORD), ('Once more: ', WORD)])
    assert_equal(code, 0, shown)
    assert_in('passphrase = prompt', shown)
    openssl_signs(room, room.keys / 'acme.p12', WORD, room.keys / 'acme.crt')


@test('two passphrases that differ make no key')
def _(room):
    shown, code = answer(room, ['key', 'new', 'acme', '--passphrase', 'prompt'],
                         [('acme.p12: ', WORD), ('Once more: ', OTHER)])
    assert_equal(code, 4, shown)
    assert_in('the two passphrases are not the same', shown)
    assert_equal(files(room.keys), [])


@test('Ctrl-C at the question restores the terminal and leaves nothing behind')
def _(room):
    for arguments, question in ((['key', 'new', 'acme', '--passphrase', 'prompt'], 'acme.p12: '),
                                (['key', 'new', './a.pem', '--passphrase', 'prompt'], 'a.pem: ')):
        terminal = Terminal(room, *arguments)
        terminal.wait_for(question)
        wait_until(lambda: not termios.tcgetattr(terminal.fd)[3] & termios.ECHO)
        terminal.type('half a wo')
        terminal.type('\x03')
        wait_until(lambda: termios.tcgetattr(terminal.fd)[3] & termios.ECHO)
        shown, code = terminal.end()
        assert_equal(code, -signal.SIGINT, shown)
        assert_equal(files(room.keys), [])
        assert_equal([path for path in files(room.path) if path != 'home'], [])


@test('show, certificate and import ask on a terminal for what opens the file')
def _(room):
    make(room, './acme.p12', '--type', 'p-256', '--passphrase', word_file(room))
    for arguments in (['show', 'acme.p12'], ['certificate', 'acme.p12'], ['jwk', 'acme.p12'],
                      ['import', 'acme.p12', '--to', './copy']):
        shown, code = answer(room, ['key', *arguments], [('acme.p12: ', WORD)])
        assert_equal(code, 0, shown)
    shown, code = answer(room, ['key', 'show', 'acme.p12'], [('acme.p12: ', OTHER)])
    assert_equal(code, 4, shown)
    assert_in('the passphrase does not open it', shown)


# show

def keystore(room, kind, *aliases, name='store', key_word=WORD):
    for alias in aliases:
        tool('keytool', '-genkeypair', '-keystore', room.path / name, '-storetype', kind,
             '-storepass', WORD, *(['-keypass', key_word] if kind != 'PKCS12' else []),
             '-alias', alias, '-keyalg', 'EC', '-groupname', 'secp256r1', '-dname', f'CN={alias}',
             '-validity', '12')
    (room.path / name).chmod(0o600)
    return room.path / name


@test('show tells aliases and certificates of a JKS without its passphrase')
def _(room):
    store = keystore(room, 'JKS', 'one', 'two')
    output = succeeds(show(room, store))
    for part in (': JKS', 'one', 'two', 'EC P-256, encrypted', 'CN=one', 'add --passphrase'):
        assert_in(part, output)
    assert_match(r'expires in 1[12] days', output)
    assert_true(all(len(line) <= 80 for line in output.splitlines()), output)
    shown = told(room, store)
    assert_equal((shown['format'], shown['locked']), ('JKS', True))
    assert_equal({key['alias']: key['opened'] for key in shown['keys']},
                 {'one': False, 'two': False})
    opened = told(room, store, '--passphrase', word_file(room), '--key-alias', 'TWO')
    assert_equal({key['alias']: (key['opened'], key['used'], key['matches'])
                  for key in opened['keys']},
                 {'one': (True, False, True), 'two': (True, True, True)})


@test('show tells fingerprints that openssl and keytool tell')
def _(room):
    store = keystore(room, 'PKCS12', 'one')
    listed = tool('keytool', '-list', '-v', '-keystore', store, '-storepass', WORD)
    key, = told(room, store, '--passphrase', word_file(room))['keys']
    plain = listed.replace(':', '').lower()
    for name in ('sha1', 'sha256'):
        assert_in(key['certificate'][name], plain)
    serial, = re.findall(r'serial number ([0-9a-f]+)', plain)  # keytool's begins with no 0
    assert_equal(int(key['certificate']['serial'], 16), int(serial, 16))
    pem = tool('openssl', 'pkcs12', '-in', store, '-passin', f'pass:{WORD}', '-nokeys')
    public = tool('openssl', 'x509', '-noout', '-pubkey', input=pem.encode())
    der = subprocess.run(['openssl', 'pkey', '-pubin', '-outform', 'DER'], input=public.encode(),
                         capture_output=True, check=True).stdout
    assert_equal(key['spki_sha256'], hashlib.sha256(der).hexdigest())


@test('show says what it cannot see of a PKCS#12 file, and what it cannot open')
def _(room):
    make(room, './acme.p12', '--type', 'p-256', '--passphrase', word_file(room))
    output = succeeds(show(room, 'acme.p12'))
    assert_in('acme.p12: PKCS#12\n', output)
    assert_in('Without its passphrase there is no more to tell', output)
    for command in (['certificate'], ['jwk'], ['import', '--to', './copy']):
        fails(room.run('avouch', 'key', *command, 'acme.p12'), 4, 'it is encrypted',
              'by --passphrase')
    wrong = show(room, 'acme.p12', '--passphrase', word_file(room, OTHER, 'other'))
    assert_equal(wrong.code, 4)
    assert_in('the passphrase does not open it', wrong.errors)
    assert_not_in(OTHER, wrong.errors + wrong.output)


@test('show says when a certificate has expired, or is none of the key beside it')
def _(room):
    key, other = room.path / 'key.pem', room.path / 'other.pem'
    for path in (key, other):
        tool('openssl', 'genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256',
             '-out', path)
    authority = Authority(room.path / 'ca')
    old, old_key = authority.issue('old', start='20200101000000Z', end='20200201000000Z')
    room.write('old.pem', old_key.read_text() + old.read_text())
    output = succeeds(show(room, 'old.pem'))
    assert_match(r'2020-01-01 to 2020-02-01, EXPIRED \d+ days ago', output)
    assert_in('issuer       CN=Test Authority', output)
    room.write('foreign.pem', key.read_text() + old.read_text())
    foreign = show(room, 'foreign.pem')
    assert_equal(foreign.code, 4)
    assert_in('does not belong to the certificate', foreign.errors)
    assert_in('CN=old', foreign.output)


@test('show takes certificates and public keys, which everybody may read')
def _(room):
    make(room, './acme', '--type', 'p-256')
    certificate = room.path / 'acme.crt'
    public = room.write('public.pem', tool('openssl', 'x509', '-in', certificate, '-noout',
                                           '-pubkey'), mode=0o644)
    assert_in('acme.crt: X.509\n', succeeds(show(room, certificate)))
    assert_in('public.pem: public key\n', succeeds(show(room, public)))
    for path in (certificate, public):
        der = path.with_suffix('.der')
        tool('openssl', *(['x509'] if path == certificate else ['pkey', '-pubin']), '-in', path,
             '-outform', 'DER', '-out', der)
        assert_equal(told(room, der)['format'], told(room, path)['format'])


@test('show names a key that others may read, and one that is too small')
def _(room):
    path = make_rsa_key(room.path / 'key.pem')
    path.chmod(0o644)
    exposed = show(room, path)
    assert_equal(exposed.code, 4)
    assert_in('RSA 2048', exposed.output)
    assert_in('every user of this machine may read', exposed.errors)
    small = show(room, make_rsa_key(room.path / 'small.pem', bits=1024))
    assert_equal(small.code, 4)
    assert_in('RSA key of 1024 bits', small.errors)


@test('show explains what is no key')
def _(room):
    room.write('text', 'nothing of that kind')
    for arguments, code, message in ((['text'], 4, 'it is not a private key'),
                                     (['missing'], 4, 'No such file'),
                                     (['.'], 4, 'a folder'), ([], 2, 'which key'),
                                     (['text', '--profile', 'acme'], 2, 'not both'),
                                     (['--profile', 'acme', '--passphrase', 'prompt'], 2,
                                      'leave --passphrase out'),
                                     (['text', '--passphrase', WORD], 2, '--passphrase')):
        fails(show(room, *arguments), code, message)


# certificate

@test('certificate prints the certificate of each container, as PEM or DER')
def _(room):
    make(room, './acme.p12', '--type', 'p-256', '--passphrase', word_file(room))
    pem = (room.path / 'acme.crt').read_text()
    command = ['avouch', 'key', 'certificate']
    place = ['--passphrase', word_file(room)]
    assert_equal(succeeds(room.run(*command, 'acme.p12', *place)), pem)
    assert_equal(succeeds(room.run(*command, 'acme.crt')), pem)
    room.configure('acme', issuer='salesforce', key=room.path / 'acme.p12',
                   passphrase=word_file(room))
    assert_equal(succeeds(room.run(*command, '--profile', 'acme')), pem)
    der = room.run(*command, 'acme.p12', *place, '--der')
    assert_equal(der.raw, subprocess.run(['openssl', 'x509', '-outform', 'DER'], check=True,
                                         input=pem.encode(), capture_output=True).stdout)
    assert_equal(succeeds(room.run(*command, 'acme.p12', *place, '--output', 'out.crt')),
                 f'written: {room.path}/out.crt\n')
    assert_equal((room.path / 'out.crt').read_text(), pem)
    fails(room.run(*command, 'acme.p12', *place, '--output', 'out.crt'), 4, 'out.crt: ',
          'avouch replaces no file')


@test('certificate reads that of a JKS without a passphrase')
def _(room):
    store = keystore(room, 'JKS', 'one', 'two')
    command = ['avouch', 'key', 'certificate', store]
    pem = succeeds(room.run(*command, '--key-alias', 'two'))
    assert_in('CN = two', tool('openssl', 'x509', '-noout', '-subject', input=pem.encode()))
    fails(room.run(*command), 4, 'it holds 2 keys, and no alias says which: ', 'key-alias')


@test('certificate --new makes one for a key that has none, or another of the same name')
def _(room):
    key = make_rsa_key(room.path / 'bare.pem')
    command = ['avouch', 'key', 'certificate']
    fails(room.run(*command, key), 4, 'there is no certificate in it', '--new')
    succeeds(room.run(*command, key, '--new', '--days', '365', '--output', 'bare.crt'))
    assert_in('CN = bare\n', tool('openssl', 'x509', '-in', room.path / 'bare.crt', '-noout',
                                  '-subject'))
    openssl_signs(room, key, None, room.path / 'bare.crt')
    make(room, './acme.p12', '--subject', 'CN=robot,O=Acme', '--type', 'ed25519', '--passphrase',
         word_file(room))
    succeeds(room.run(*command, 'acme.p12', '--passphrase', word_file(room), '--new', '--output',
                      'renewed.crt'))
    old, renewed = (told(room, name)['certificates'][0] for name in ('acme.crt', 'renewed.crt'))
    assert_equal(renewed['subject'], 'CN=robot,O=Acme')
    assert_true(renewed['serial'] != old['serial'], 'the same serial')
    openssl_signs(room, room.path / 'acme.p12', WORD, room.path / 'renewed.crt')
    fails(room.run(*command, key, '--days', '3'), 2, 'add --new')


# import

@test('import takes one key out of each container, whatever its passphrases')
def _(room):
    places = ['--passphrase', word_file(room), '--key-passphrase', word_file(room, OTHER, 'other')]
    key = make_rsa_key(room.path / 'plain.pem')
    sealed = make_rsa_key(room.path / 'sealed.pem', passphrase=WORD)
    jks = keystore(room, 'JKS', 'one', 'two', name='a.jks', key_word=OTHER)
    jceks = keystore(room, 'JCEKS', 'one', name='a.jceks', key_word=OTHER)
    for number, (source, options) in enumerate((
            (key, []), (sealed, places[:2]), (jks, [*places, '--key-alias', 'Two']),
            (jceks, places),
            (keystore(room, 'PKCS12', 'one', name='a.p12'), places[:2]))):
        before = source.read_bytes()
        made = json.loads(succeeds(room.run('avouch', 'key', 'import', source, *options, '--to',
                                            f'./new{number}', '--json')))
        assert_equal(source.read_bytes(), before)
        word = (room.path / f'new{number}.passphrase').read_text().strip()
        shown, = told(room, made['key'], '--passphrase',
                      f'file:{room.path}/new{number}.passphrase')['keys']
        assert_equal((shown['alias'], shown['spki_sha256']), (f'new{number}', made['spki_sha256']))
        tool('keytool', '-list', '-keystore', made['key'], '-storepass', word)
        if made['certificate'] is not None:
            openssl_signs(room, made['key'], word, made['certificate_file'])
        assert_equal((room.path / f'new{number}.crt').exists(), made['certificate'] is not None)


@test('import takes a JWK, and chooses the new passphrase apart from the old')
def _(room):
    jwk = pathlib.Path(__file__).resolve().parents[1] / 'vectors' / 'rfc7515-a2-rs256.jwk'
    room.write('key.jwk', jwk.read_text())
    succeeds(room.run('avouch', 'key', 'import', 'key.jwk', '--to', './one.pem',
                      '--new-passphrase', word_file(room)))
    assert_in('ENCRYPTED', (room.path / 'one.pem').read_text())
    succeeds(room.run('avouch', 'key', 'import', 'one.pem', '--passphrase', word_file(room), '--to',
                      './two.p12', '--new-passphrase', word_file(room, OTHER, 'other')))
    modulus = [tool('openssl', 'pkey', '-in', room.path / name, '-passin', f'pass:{word}',
                    '-pubout') for name, word in (('one.pem', WORD), ('two.p12', OTHER))]
    assert_equal(modulus[0], modulus[1])


@test('import explains what it does not take, and replaces nothing')
def _(room):
    sealed = make_rsa_key(room.path / 'sealed.pem', passphrase=WORD)
    room.write('secret.jwk', '{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ"}')
    room.write('old.p12', 'mine')
    command = ['avouch', 'key', 'import']
    for arguments, code, message, hint in (
            ([sealed], 2, 'where to', None),
            ([sealed, '--to', './new'], 4, 'it is encrypted', '--passphrase'),
            ([sealed, '--to', './new', '--passphrase', word_file(room, OTHER, 'other')], 4,
             'does not open it', None),
            (['secret.jwk', '--to', './new'], 4, 'shared secret', None),
            (['pkcs11:token=x;object=y', '--to', './new'], 2, 'in a token', 'pkcs11:'),
            ([sealed, '--to', 'pkcs11:token=x;object=y'], 2, 'into files only', None),
            ([sealed, '--to', './old.p12'], 4, 'old.p12: ', 'avouch replaces no file'),
            ([sealed, '--to', './new', '--new-passphrase', WORD], 2, '--new-passphrase', None)):
        fails(room.run(*command, *arguments), code, message, hint)
    assert_equal((room.path / 'old.p12').read_text(), 'mine')
    assert_equal([name for name in files(room.path) if name.startswith(('new', '.avouch'))], [])


# jwk

def decode(text):
    return base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))


@test('jwk prints the public key alone, with its thumbprint and certificate')
def _(room):
    make(room, './acme.p12', '--passphrase', word_file(room))
    command = ['avouch', 'key', 'jwk', 'acme.p12', '--passphrase', word_file(room)]
    jwk = json.loads(succeeds(room.run(*command)))
    assert_equal(set(jwk), {'kty', 'n', 'e', 'kid', 'x5c', 'x5t#S256'})
    modulus = tool('openssl', 'x509', '-in', room.path / 'acme.crt', '-noout', '-modulus')
    assert_equal(decode(jwk['n']).hex().upper(), modulus.strip().split('=')[1])
    canonical = json.dumps({name: jwk[name] for name in ('e', 'kty', 'n')}, separators=(',', ':'))
    assert_equal(decode(jwk['kid']), hashlib.sha256(canonical.encode()).digest())
    der = base64.b64decode(jwk['x5c'][0])
    assert_equal(decode(jwk['x5t#S256']), hashlib.sha256(der).digest())
    assert_equal(succeeds(room.run(*command, '--thumbprint')), jwk['kid'] + '\n')
    keys = json.loads(succeeds(room.run(*command, '--set', '--alg', 'RS256', '--use', 'sig')))
    assert_equal(keys, {'keys': [{**jwk, 'alg': 'RS256', 'use': 'sig'}]})
    assert_equal(json.loads(succeeds(room.run('avouch', 'key', 'jwk', 'acme.crt'))), jwk)


@test('jwk never has a private member, whatever the key is')
def _(room):
    for kind in ('rsa-2048', 'p-521', 'ed25519'):
        make(room, f'./{kind}.pem', '--type', kind, '--passphrase', 'none')
        jwk = json.loads(succeeds(room.run('avouch', 'key', 'jwk', f'{kind}.pem')))
        assert_equal(set(jwk) & {'d', 'p', 'q', 'dp', 'dq', 'qi', 'k'}, set())
    for arguments, code, message in ((['--alg', 'RS256'], 4, 'does not fit'),
                                     (['--alg', 'ES256'], 4, 'does not fit'),
                                     (['--alg', 'none'], 2, 'no such algorithm'),
                                     (['--use', 'enc'], 2, '--use'),
                                     (['--set', '--thumbprint'], 2, '--thumbprint')):
        fails(room.run('avouch', 'key', 'jwk', 'p-521.pem', *arguments), code, message)
    succeeds(room.run('avouch', 'key', 'jwk', 'p-521.pem', '--alg', 'ES512'))


# Tokens.

@test('new makes a key in a token, which a profile can use and no command takes out')
def _(room):
    pin, uri = '40718253', 'pkcs11:token=robot;object=acme'
    if not any(pathlib.Path(folder).glob('*softhsm*')
               for folder in ('/etc/pkcs11/modules', '/usr/share/p11-kit/modules')):
        skip('p11-kit does not know SoftHSM')
    (room.path / 'tokens').mkdir()
    room.write(room.home / '.config' / 'softhsm2' / 'softhsm2.conf',
               f'directories.tokendir = {room.path}/tokens\nobjectstore.backend = file\n')
    tool('softhsm2-util', '--init-token', '--free', '--label', 'robot', '--so-pin', '12345678',
         '--pin', pin, env=room.environment)
    place = ['--passphrase', word_file(room, pin)]
    made = json.loads(succeeds(new(room, uri, *place, '--certificate', 'acme.crt', '--json')))
    assert_equal((made['key'], made['kind'], made['certificate']['subject']),
                 (uri, 'RSA 2048', 'CN=acme'))
    tool('openssl', 'verify', '-CAfile', room.path / 'acme.crt', room.path / 'acme.crt')
    shown, = told(room, uri, *place)['keys']
    assert_equal((shown['matches'], shown['spki_sha256']), (True, made['spki_sha256']))
    assert_equal(succeeds(room.run('avouch', 'key', 'certificate', uri, *place)),
                 (room.path / 'acme.crt').read_text())
    room.configure('acme', issuer='salesforce', key=uri, passphrase=made['passphrase'])
    assert_equal(succeeds(room.run('avouch', 'key', 'jwk', '--profile', 'acme', '--thumbprint')),
                 made['thumbprint'] + '\n')
    fails(new(room, uri, *place), 4, 'a key of this name already', 'replaces no key')
    fails(new(room, 'pkcs11:token=robot;object=b', *place, '--format', 'pem'), 2, '--format')
    wrong = new(room, 'pkcs11:token=robot;object=b', '--passphrase', word_file(room, '99999999'))
    fails(wrong, 4, 'the token does not take the PIN')


# Secrets.

@test('neither passphrase nor key is in the output, in argv, or in a file that is left')
def _(room):
    arguments = ['acme.pem', '--passphrase', word_file(room)]
    result = new(room, './acme.pem', '--passphrase', word_file(room), '-v')
    seen = [result.output, result.errors]
    for command in (['show', *arguments], ['show', *arguments, '--json'],
                    ['certificate', *arguments], ['jwk', *arguments],
                    ['import', *arguments, '--to', './copy', '-v']):
        done = room.run('avouch', 'key', *command)
        assert_equal(done.code, 0, done.errors)
        seen += [done.output, done.errors]
    generated = (room.path / 'copy.passphrase').read_text().strip()
    plain = tool('openssl', 'pkey', '-in', room.path / 'acme.pem', '-passin', f'pass:{WORD}')
    secrets = [WORD, generated, *re.findall(r'^[A-Za-z0-9+/]{64}$', plain, re.M)]
    assert_less(10, len(secrets))
    for secret in secrets:
        for text in seen:
            assert_not_in(secret, text)
    assert_equal(files(room.path), ['acme.crt', 'acme.pem', 'copy.crt', 'copy.p12',
                                    'copy.passphrase', 'home', 'word'])
    for name in ('acme.crt', 'copy.crt', 'copy.p12'):
        content = (room.path / name).read_bytes()
        for secret in secrets:
            assert_true(secret.encode() not in content, name)


@test('a name or subject that is not UTF-8 is refused')
def _(room):
    for arguments in ([b'./\xff'], ['acme', b'--subject=\xff']):
        result = subprocess.run([TEST_BIN / 'avouch', 'key', 'new', *arguments], cwd=room.path,
                                env=room.environment, capture_output=True, check=False, timeout=60)
        assert_equal((result.returncode, result.stdout), (2, b''))
        assert_in(b'is not UTF-8', result.stderr)


main()
