# SPDX-License-Identifier: LGPL-2.1-or-later
"""What every Python test needs: a list of tests, TAP, private folders, programs with a time limit.

    from harness import *

    @test('a token is printed')
    def _(room):
        room.configure('acme', issuer='salesforce', …)
        assert_equal(room.run('git-credential-avouch', 'get', input=…).code, 0)

    main()

Each test gets a Room of its own, removed afterwards. A failed assert or an exception is `not ok`
with the reason as comments; skip('why') is `ok # SKIP why`. Programs are those of the folder that
TEST_BIN names, else the system's.
"""
import ctypes
import fcntl
import os
import pathlib
import pty
import re
import resource
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import traceback
import unicodedata

__all__ = ['test', 'main', 'skip', 'Room', 'Result', 'Authority', 'TEST_BIN', 'wait_until',
           'assert_equal', 'assert_true', 'assert_in', 'assert_not_in', 'assert_match',
           'assert_less', 'as_user', 'is_sanitized', 'converse', 'show', 'columns_of']

TEST_BIN = pathlib.Path(os.environ.get('TEST_BIN', '.')).resolve()
TIME_LIMIT = 180  # seconds that any one program may take
NOBODY = 65534
PR_SET_CHILD_SUBREAPER = 36

tests = []


class Skipped(Exception):
    pass


def skip(reason):
    raise Skipped(reason)


def test(name):
    """Declares a test; its name says which behaviour it shows."""
    def declare(function):
        tests.append((name, function))
        return function
    return declare


def is_sanitized():
    """Whether the programs are built with the address sanitizer, which takes memory of its own."""
    return b'__asan_init' in (TEST_BIN / 'avouch-mint').read_bytes()


def main():
    """Runs the tests (those whose name contains an argument, if there are any), prints TAP."""
    wanted = [(name, function) for name, function in tests
              if not sys.argv[1:] or any(part in name for part in sys.argv[1:])]
    print(f'1..{len(wanted)}', flush=True)
    # What outlives the program that started it becomes our child: see wait_for_group.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    failures = 0
    for number, (name, function) in enumerate(wanted, 1):
        failures += not run_test(number, name, function)
    sys.exit(1 if failures else 0)


def run_test(number, name, function):
    started = time.monotonic()
    try:
        with Room() as room:
            function(room)
    except Skipped as reason:
        print(f'ok {number} - {name} # SKIP {reason}', flush=True)
        return True
    except Exception:
        print(f'not ok {number} - {name}')
        for line in traceback.format_exc().splitlines():
            print('#', line.encode('ascii', 'backslashreplace').decode(), flush=True)
        return False
    print(f'ok {number} - {name} # {time.monotonic() - started:.1f} s'
          .replace(' # ', '\n# ', 1), flush=True)
    return True


# Asserts that say what they saw.

def assert_equal(actual, expected, what=''):
    if actual != expected:
        raise AssertionError(f'{f"{what}: " if what else ""}{actual!r} is not {expected!r}')


def assert_true(condition, what):
    if not condition:
        raise AssertionError(what)


def assert_in(part, whole):
    if part not in whole:
        raise AssertionError(f'{part!r} is not in {whole!r}')


def assert_not_in(part, whole):
    if part in whole:
        raise AssertionError(f'{part!r} is in {whole!r}')


def assert_match(pattern, text):
    if not re.search(pattern, text):
        raise AssertionError(f'{pattern!r} does not match {text!r}')


def assert_less(small, large, what=''):
    if not small < large:
        raise AssertionError(f'{f"{what}: " if what else ""}{small!r} is not less than {large!r}')


def wait_until(condition, seconds=60, what='nothing happened'):
    """Polls until CONDITION () holds; the time never decides more than when to give up."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f'{what} within {seconds} s')
        time.sleep(0.01)


class Result:
    """How a program ended: code (negative: the signal), output and errors as text, seconds, and
    the peak memory of the largest of it and what it started, in KiB."""

    def __init__(self, code, stdout, stderr, seconds, peak):
        self.code = code
        self.raw = stdout
        self.output = stdout.decode('utf-8', 'backslashreplace')
        self.errors = stderr.decode('utf-8', 'backslashreplace')
        self.seconds = seconds
        self.peak = peak

    def __repr__(self):
        return f'Result(code={self.code}, output={self.output!r}, errors={self.errors!r})'


class Room:
    """A private HOME, XDG folders and runtime folder; and an environment that knows nothing else."""

    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix='avouch-test-'))
        # Credentials are only ever put on a memory-backed file system.
        self.runtime = pathlib.Path(tempfile.mkdtemp(prefix='avouch-test-', dir='/dev/shm'))
        self.home = self.path / 'home'
        self.config = self.home / '.config' / 'avouch'
        self.keys = self.config / 'keys'
        for folder in (self.home, self.config, self.keys):
            folder.mkdir(parents=True, mode=0o700)
        self.cleanups = []
        self.environment = {
            'HOME': str(self.home),
            'XDG_CONFIG_HOME': str(self.home / '.config'),
            'XDG_RUNTIME_DIR': str(self.runtime),
            'PATH': f'{TEST_BIN}:/usr/local/bin:/usr/bin:/bin',
            'LC_ALL': 'C.UTF-8',
            'G_DEBUG': 'fatal-criticals',
            'GIT_CONFIG_NOSYSTEM': '1',
            'GIT_TERMINAL_PROMPT': '0',
        }
        for name in ('ASAN_OPTIONS', 'UBSAN_OPTIONS', 'LSAN_OPTIONS'):
            if name in os.environ:
                self.environment[name] = os.environ[name]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for cleanup in reversed(self.cleanups):
            cleanup()
        shutil.rmtree(self.path, ignore_errors=True)
        shutil.rmtree(self.runtime, ignore_errors=True)

    def serve(self, server):
        """Stops SERVER when the test is over."""
        self.cleanups.append(server.stop)
        return server

    def write(self, path, content, mode=0o600):
        """A file in the room (PATH relative to it, or absolute); returns its path."""
        path = self.path / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(mode)
        return path

    def configure(self, profile, **settings):
        """Adds a profile to avouch.conf; login_url='…' is written as login-url = …. Nothing that
        was configured less than a second ago is trusted by the warm path, so the file is aged."""
        path = self.config / 'avouch.conf'
        lines = [f'[{profile}]'] + [f'{key.replace("_", "-")} = {value}'
                                    for key, value in settings.items() if value is not None]
        before = path.read_text() if path.exists() else ''
        self.write(path, before + '\n'.join(lines) + '\n')
        past = time.time() - 100
        os.utime(path, (past, past))
        return path

    def credential_files(self):
        """The cached credentials' files."""
        return sorted(self.runtime.glob('avouch/token-*'))

    def run(self, program, *arguments, input='', env=None, timeout=TIME_LIMIT, cwd=None,
            preexec=None):
        """Runs a program to its end. ENV: added to the room's own; a value of None removes one."""
        merged = {**self.environment, **(env or {})}
        merged = {name: value for name, value in merged.items() if value is not None}
        path = TEST_BIN / program if (TEST_BIN / program).exists() else program
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, \
                tempfile.TemporaryFile() as source:
            source.write(input.encode() if isinstance(input, str) else input)
            source.seek(0)
            started = time.monotonic()
            process = subprocess.Popen([str(path), *map(str, arguments)], stdin=source, stdout=out,
                                       stderr=err, env=merged, cwd=cwd or self.path,
                                       preexec_fn=preexec, start_new_session=True)
            status, usage = wait(process, timeout)
            seconds = time.monotonic() - started
            peak = max(usage.ru_maxrss, wait_for_group(process.pid, timeout))
            out.seek(0)
            err.seek(0)
            return Result(os.waitstatus_to_exitcode(status), out.read(), err.read(), seconds,
                          peak)


def converse(room, arguments, answers):
    """Runs avouch on a terminal of its own and types ANSWERS, pairs of what a question ends with
    (before its ": ") and what is typed; a control character is a key pressed, not a line. Returns
    the exit code and what was shown."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(room.path)
        os.execve(TEST_BIN / 'avouch', ['avouch', *map(str, arguments)], room.environment)
    shown = b''
    try:
        for question, answer in answers:
            asked = b''
            while not asked.endswith(question.encode() + b': '):
                asked += read_terminal(terminal, 1)
            shown += asked
            os.write(terminal, answer.encode() + (b'' if answer in ('\x03', '\x04') else b'\n'))
        while True:
            shown += read_terminal(terminal, 4096)
    except EOFError:
        pass
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()


def show(room, arguments, columns, env=None):
    """Runs avouch on a terminal of so many COLUMNS, and returns the exit code and what it shows."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack('HHHH', 24, columns, 0, 0))
    process = subprocess.Popen([TEST_BIN / 'avouch', *map(str, arguments)], stdin=subprocess.DEVNULL,
                               stdout=follower, stderr=follower, cwd=room.path,
                               env={**room.environment, 'TERM': 'xterm', **(env or {})})
    os.close(follower)
    shown = b''
    try:
        while True:
            shown += read_terminal(leader, 4096)
    except EOFError:
        pass
    os.close(leader)
    return process.wait(TIME_LIMIT), shown.decode().replace('\r\n', '\n')


def columns_of(line):
    """How many columns of a terminal LINE takes."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in 'FW' else 1
               for c in line)


def read_terminal(terminal, size):
    if not select.select([terminal], [], [], TIME_LIMIT)[0]:
        raise AssertionError(f'nothing was shown for {TIME_LIMIT} s')
    try:
        part = os.read(terminal, size)
    except OSError:  # how Linux tells the end of a terminal
        part = b''
    if not part:
        raise EOFError
    return part


def wait(process, timeout):
    """wait4, for the resource usage; kills the whole session when the time is over."""
    deadline = time.monotonic() + timeout
    pause = 0.001
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid == process.pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return status, usage
        if time.monotonic() > deadline:
            os.killpg(process.pid, signal.SIGKILL)
            os.wait4(process.pid, 0)
            process.returncode = -signal.SIGKILL
            raise AssertionError(f'{process.args[0]} took longer than {timeout} s')
        time.sleep(pause)
        pause = min(pause * 1.5, 0.02)


def wait_for_group(group, timeout):
    """Waits for what a program left running in its process group, as a helper leaves its mint: only
    then is all on stderr, a sanitizer's report too. Returns its peak memory in KiB."""
    deadline = time.monotonic() + timeout
    peak = 0
    while time.monotonic() < deadline:
        try:
            pid, _, usage = os.wait4(-group, os.WNOHANG)
        except ChildProcessError:
            return peak
        if pid == 0:
            time.sleep(0.002)
        peak = max(peak, usage.ru_maxrss)
    os.killpg(group, signal.SIGKILL)
    raise AssertionError(f'something that was started still ran after {timeout} s')


def as_user(uid=NOBODY):
    """For Room.run (preexec=…): become another user, where the tests run as root."""
    def become():
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
    return become


class Authority:
    """A certificate authority of the test's own, by the openssl command."""

    def __init__(self, folder, name='Test Authority'):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.certificate, self.key = self.folder / 'ca.pem', self.folder / 'ca.key'
        openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
                '-subj', f'/CN={name}', '-days', '30', '-keyout', self.key,
                '-out', self.certificate, '-addext', 'basicConstraints=critical,CA:TRUE',
                '-addext', 'keyUsage=critical,keyCertSign')

    def issue(self, name, names='DNS:localhost,IP:127.0.0.1', start=None, end=None):
        """A server's certificate and key; START and END as YYYYMMDDHHMMSSZ."""
        folder = self.folder / name
        folder.mkdir()
        key, request, certificate = folder / 'key.pem', folder / 'request.pem', folder / 'cert.pem'
        (folder / 'index').touch()
        (folder / 'serial').write_text('01\n')
        (folder / 'ca.cnf').write_text(
            f'[ca]\ndefault_ca = it\n[it]\ndatabase = {folder}/index\nserial = {folder}/serial\n'
            f'new_certs_dir = {folder}\ndefault_md = sha256\npolicy = any\nunique_subject = no\n'
            'x509_extensions = server\n[any]\ncommonName = supplied\n'
            f'[server]\nsubjectAltName = {names}\nextendedKeyUsage = serverAuth\n')
        openssl('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
                '-subj', f'/CN={name}', '-keyout', key, '-out', request)
        dates = (['-startdate', start] if start else []) + \
                (['-enddate', end] if end else ['-days', '30'])
        openssl('ca', '-batch', '-notext', '-config', folder / 'ca.cnf', '-cert', self.certificate,
                '-keyfile', self.key, '-in', request, '-out', certificate, *dates)
        return certificate, key


def openssl(*arguments):
    done = subprocess.run(['openssl', *map(str, arguments)], capture_output=True, check=False,
                          timeout=TIME_LIMIT)
    if done.returncode != 0:
        raise AssertionError(f'openssl {arguments[0]}: {done.stderr.decode()}')


def make_rsa_key(path, bits=2048, passphrase=None):
    """A PKCS#8 PEM file, encrypted if there is a passphrase."""
    openssl('genpkey', '-algorithm', 'RSA', '-pkeyopt', f'rsa_keygen_bits:{bits}', '-out', path,
            *(['-aes256', '-pass', f'pass:{passphrase}'] if passphrase else []))
    os.chmod(path, 0o600)
    return path


def public_key(key, path):
    openssl('pkey', '-in', key, '-pubout', '-out', path)
    return path


__all__ += ['openssl', 'make_rsa_key', 'public_key']
