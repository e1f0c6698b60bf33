# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whole programs, timed beside others that do the same, in one interleaved run.

    bench.py PREFIX BUILD-TESTS [ROUNDS]

Read the ratios: bare times are the machine's. "reach" is what the project aims at; missing it
fails nothing.
"""
import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

PREFIX, BUILD = (pathlib.Path(path).resolve() for path in sys.argv[1:3])
ROUNDS = int(sys.argv[3]) if len(sys.argv) > 3 else 200
WARM_UPS = 5
CROWD = 200
CROWD_ROUNDS = 5
PROFILES = 1000
GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

os.environ.update(TEST_BIN=str(PREFIX / 'bin'), DEMO_HOST=str(BUILD / 'mock' / 'demo-host'))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'integration'))
from demohost import CLIENT_ID, USERNAME, start_host  # noqa: E402
from harness import Room  # noqa: E402
from keyring import make_keyring_rows  # noqa: E402
from rows import Row, print_line, print_table, run_rows  # noqa: E402
from tokens import make_token_rows, print_rates  # noqa: E402

RUNNER = BUILD / 'bench' / 'bench-run'
HELPER = PREFIX / 'bin' / 'git-credential-avouch'


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b'=')


def make_form(host):
    """The POST that avouch-mint sends, signed in advance; good for less than five minutes."""
    claims = {'iss': CLIENT_ID, 'sub': USERNAME, 'aud': host.url, 'exp': int(time.time()) + 295}
    signed = encode(b'{"alg":"RS256"}') + b'.' + encode(json.dumps(claims).encode())
    signature = subprocess.run(['openssl', 'dgst', '-sha256', '-sign', host.settings['key']],
                               input=signed, capture_output=True, check=True).stdout
    return f'grant_type={GRANT_TYPE}&assertion='.encode() + signed + b'.' + encode(signature)


def runtime_folder(room, name):
    """One more folder for credentials, and the setting that names it."""
    folder = room.runtime / name
    folder.mkdir(mode=0o700)
    return folder, f'XDG_RUNTIME_DIR={folder}'


def make_many_profiles(room, host):
    """A configuration of PROFILES profiles, and the setting that names it."""
    path = room.path / 'many.conf'
    lines = (room.config / 'avouch.conf').read_text().splitlines()
    for number in range(1, PROFILES):
        lines += [f'[other{number}]', 'issuer = salesforce',
                  f'login-url = https://other{number}.example', f'client-id = {CLIENT_ID}',
                  f'username = {USERNAME}', f'key = {host.settings["key"]}',
                  f'serve = https://other{number}.example']
    room.write(path, '\n'.join(lines) + '\n')
    return f'AVOUCH_CONFIG={path}'


def fill_others(room, question, answer):
    """What git's own helpers know already; returns the words that name where."""
    git = subprocess.run(['git', '--exec-path'], capture_output=True, check=True, text=True)
    folder = pathlib.Path(git.stdout.strip())
    sockets = room.runtime / 'git'
    sockets.mkdir(mode=0o700)
    store = [folder / 'git-credential-store', f'--file={room.path / "store"}']
    cache = [folder / 'git-credential-cache', f'--socket={sockets / "socket"}']
    for helper in (store, [*cache, '--timeout=3600']):
        subprocess.run([*helper, 'store'], input=question + answer, env=room.environment,
                       check=True, text=True, stderr=subprocess.DEVNULL)
    room.cleanups.append(lambda: subprocess.run([*cache, 'exit'], env=room.environment,
                                                check=False))
    return store, cache


def exec_info(host):
    return json.dumps({'kind': 'ExecCredential', 'apiVersion': 'client.authentication.k8s.io/v1',
                       'spec': {'cluster': {'server': host.url}, 'interactive': False}})


def make_rows(room, host):
    question = f'protocol=https\nhost={host.url.removeprefix("https://")}\n'
    stdin = room.write('question', question + '\n')
    form = room.write('form', make_form(host))
    store, cache = fill_others(room, question, f'username=robot\npassword={"x" * 112}\n')
    _, crowded = runtime_folder(room, 'many')
    cold, chilly = runtime_folder(room, 'cold')

    glib = Row('empty program, GLib', [BUILD / 'bench' / 'empty-glib'])
    json_glib = Row('empty program, json-glib', [BUILD / 'bench' / 'empty-json-glib'])
    warm = Row('git-credential-avouch get, warm', [HELPER, 'get'], glib, '≤ 1.25', stdin=stdin)
    curl = Row('curl, the same POST', [shutil.which('curl'), '--disable', '--silent', '--cacert',
                                       host.ca, '--data', f'@{form}',
                                       f'{host.url}/services/oauth2/token'])
    by_cache = Row('git credential-cache get', [*cache, 'get'], glib, stdin=stdin)
    return [
        glib,
        warm,
        Row(f'the same among {PROFILES:,} profiles', [HELPER, 'get'], warm, '≤ 1.2', stdin=stdin,
            env=[crowded, make_many_profiles(room, host)]),
        Row('git credential-store get', [*store, 'get'], glib, stdin=stdin),
        by_cache,
        json_glib,
        Row('kubectl-avouch, warm', [PREFIX / 'bin' / 'kubectl-avouch'], json_glib, '≤ 1.15',
            env=f'KUBERNETES_EXEC_INFO={exec_info(host)}'),
        curl,
        Row('git-credential-avouch get, cold', [HELPER, 'get'], curl, '≤ 1.3', stdin=stdin,
            env=chilly, empty=cold / 'avouch'),
    ], stdin, by_cache, warm


def run_crowd(room, host, stdin):
    """CROWD helpers that find nothing cached, at once."""
    folder, setting = runtime_folder(room, 'crowd')
    row = Row('crowd', [HELPER, 'get'], stdin=stdin, env=setting, empty=folder / 'avouch',
              at_once=CROWD)
    before = host.exchanges()
    run_rows(RUNNER, room, [row], 0, CROWD_ROUNDS)
    return row, (host.exchanges() - before) / CROWD_ROUNDS


def check_counts(host, rows, healed):
    """The warm rows must have been warm, and nothing refused: else the times mean nothing."""
    stats = host.stats()
    cold = [row for row in rows if 'cold' in row.title or 'curl' in row.title]
    expected = len(cold) * (ROUNDS + WARM_UPS) + 2
    if stats['refused'] or not expected <= stats['exchanges'] <= expected + healed:
        sys.exit(f'bench: the host counted {stats}, and not {expected} exchanges')


def run_keyring():
    with Room() as room:
        del room.environment['G_DEBUG']
        rows = make_keyring_rows(room, HELPER)
        run_rows(RUNNER, room, rows, WARM_UPS, max(ROUNDS // 5, 1))
        print("\nA password in GNOME Keyring. Ratio: to secret-tool, or to git's own helper.\n")
        print_table(rows)


def main():
    with Room() as room:
        del room.environment['G_DEBUG']
        host = start_host(room)
        rows, stdin, by_cache, warm = make_rows(room, host)
        time.sleep(1.5)  # nothing is filed under a configuration that was written just now
        started = time.monotonic()
        run_rows(RUNNER, room, rows, WARM_UPS, ROUNDS)
        # The runner is a single parent that asks kubectl-avouch again and again, which stands for
        # a refused token; that is believed at most once in ten seconds.
        check_counts(host, rows, 1 + (time.monotonic() - started) // 10)
        crowd, exchanges = run_crowd(room, host, stdin)
        print(f'{ROUNDS} rounds of all programs in turn. Ratio: of the medians, to the empty\n'
              'program, to the same helper with one profile, or to curl.\n')
        print_table(rows)
        print_line(f'{CROWD} cold helpers at once: logins that the host saw', f'{exchanges:g}', '1')
        print_line(f'  until the last of them is done: {crowd.median:.0f} ms')
        print_line('git-credential-avouch get, warm, to git credential-cache',
                   f'{warm.median / by_cache.median:.2f}', '< 1')
        print_line('git-credential-avouch get, warm: peak memory, MB', f'{warm.peak:.1f}', '~ 4')
        signers, verifiers = make_token_rows(room, PREFIX / 'bin' / 'avouch')
        run_rows(RUNNER, room, signers + verifiers, WARM_UPS, max(ROUNDS // 5, 1))
        print('\nOne RSA 2048 key, from what it is kept in. Ratio: to openssl.\n')
        print_table(signers + verifiers)
        print_rates(verifiers)
    run_keyring()


main()
