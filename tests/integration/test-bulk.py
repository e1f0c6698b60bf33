#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""avouch request --bulk: a download that survives what can happen to a long one."""
import base64
import csv
import io
import json
import os
import pathlib
import re
import resource
import signal
import subprocess
import threading
import urllib.parse

from calls import *
from demohost import start_host
from hostile import always, http, in_turn, silence

def bulk(room, *words, **options):
    return request(room, 'demo', '--bulk', QUERY, *words, **options)


def left(room):
    """What is there of the download, by name."""
    return sorted(path.name for path in room.path.glob('out.csv*'))


def records(path):
    rows = list(csv.reader(io.StringIO(path.read_text())))
    assert_equal(rows[0], ['Id', 'Name', 'Filler'])
    return [row[0] for row in rows[1:]]


def expected(count):
    return [f'001demo{number:011}' for number in range(count)]


def pages_asked(host):
    """The calls for pages, as the records at which they start."""
    found = [call for call in calls(host) if '/results?' in call]
    locators = [urllib.parse.parse_qs(call.partition('?')[2]).get('locator') for call in found]
    return [int(base64.b64decode(locator[0])[3:]) if locator else 0 for locator in locators]


@test('a bulk query goes to a file, page by page, with one header line')
def _(room):
    host = start_host(room)
    host.set('records=25&page=10')
    result = bulk(room, '--output', 'out.csv')
    assert_equal(succeeds(result), 'out.csv: 25 records\n')
    assert_equal(records(room.path / 'out.csv'), expected(25))
    assert_equal(left(room), ['out.csv'])
    made = calls(host)
    job = f'{DATA}/jobs/query/750demo00000000001'
    assert_equal(made[:3], [f'POST {DATA}/jobs/query', f'GET {job}', f'GET {job}'])
    assert_match('^GET .*/results\\?maxRecords=50000$', made[3])
    assert_match('locator=[A-Za-z0-9]+(%3D)*$', made[4])
    assert_equal(len(made), 6)
    assert_equal(succeeds(bulk(room, '--output', 'out.csv', '--force', '--quiet')), '')


@test('without --output the CSV is printed')
def _(room):
    host = start_host(room)
    host.set('records=5&page=2')
    room.write('printed', succeeds(bulk(room)))
    assert_equal(records(room.path / 'printed'), expected(5))


@test('a result without records has its header line')
def _(room):
    host = start_host(room)
    host.set('records=0')
    assert_equal(succeeds(bulk(room, '--output', 'out.csv')), 'out.csv: 0 records\n')
    assert_equal(records(room.path / 'out.csv'), [])


@test('a connection that breaks within page 7 is made again, and nothing is lost or doubled')
def _(room):
    host = start_host(room)
    host.set('records=100&page=10&bulk-break=7&bulk-breaks=2&bulk-width=5000')
    succeeds(bulk(room, '--output', 'out.csv'))
    assert_equal(records(room.path / 'out.csv'), expected(100))
    assert_equal(pages_asked(host), [0, 10, 20, 30, 40, 50, 60, 60, 60, 70, 80, 90])


@test('a connection that breaks for good leaves what the same command goes on with')
def _(room):
    host = start_host(room)
    host.set('records=100&page=10&bulk-break=7&bulk-breaks=4&bulk-width=5000')
    fails(bulk(room, '--output', 'out.csv'), 1, 'cut short',
          'hint: the same command goes on after page 6')
    assert_equal(left(room), ['out.csv.part', 'out.csv.part.json'])
    assert_equal((room.path / 'out.csv.part.json').stat().st_mode & 0o777, 0o600)
    calls(host)
    succeeds(bulk(room, '--output', 'out.csv'))
    assert_equal(pages_asked(host), [60, 70, 80, 90])
    assert_equal(records(room.path / 'out.csv'), expected(100))
    assert_equal(left(room), ['out.csv'])


@test('printed CSV that breaks within a page is not begun again')
def _(room):
    host = start_host(room)
    host.set('records=20&page=10&bulk-break=2&bulk-width=50000')
    result = bulk(room)
    assert_equal(result.code, 1)
    assert_equal(pages_asked(host), [0, 10])
    assert_not_in('the same command', result.errors)


def size(room):
    """Of what has come so far."""
    part = room.path / 'out.csv.part'
    return part.stat().st_size if part.exists() else 0


def interrupt(room, ready, number=signal.SIGINT, *words):
    """Starts a download, sends it a signal when READY (), and returns its code and stderr."""
    process = subprocess.Popen(
        [TEST_BIN / 'avouch', 'request', 'demo', '--bulk', QUERY, '--output', 'out.csv', *words],
        cwd=room.path, env=room.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        encoding='utf-8')
    wait_until(ready)
    process.send_signal(number)
    output, errors = process.communicate(timeout=20)
    assert_equal(output, '')
    return process.returncode, errors


# Ended by a signal, in each phase. The server holds its answer until the program has gone.

class Held:
    """Jobs of three pages. The first call that WANTED tells of is not answered whole: `arrived` is
    set when it is there, and whoever made it gets no more."""

    PAGES = {None: ('Id\n1\n2\n', 'two'), 'two': ('Id\n3\n4\n', 'three'),
             'three': ('Id\n5\n', 'null')}
    ALL = 'Id\n1\n2\n3\n4\n5\n'

    def __init__(self, room, wanted, begun=b''):
        self.wanted, self.begun = wanted, begun
        self.arrived = threading.Event()
        self.let_go = None  # None: only by the client's end
        self.server = meet(room, self.behave)

    def behave(self, connection, call):
        if self.wanted in call.line and not self.arrived.is_set():
            connection.sendall(self.begun)
            self.arrived.set()
            if self.let_go is None:
                silence(connection, call)
                return
            self.let_go.wait(60)
        if '/results?' in call.line:
            query = urllib.parse.parse_qs(call.line.split()[1].partition('?')[2])
            rows, following = self.PAGES[query.get('locator', [None])[0]]
            page(rows, following)(connection, call)
        else:
            state = 'UploadComplete' if call.line.startswith('POST') else 'JobComplete'
            connection.sendall(http(200, {'id': '750demo00000000001', 'state': state}))

    def jobs(self):
        return sum(call.line.startswith('POST') for call in self.server.seen)


PHASES = {  # what the call begins with, what is sent of its answer, jobs made in all, pages kept
    'the job is made': (f'POST {DATA}/jobs/query', b'', 2, None),
    'it is asked after the job': (f'GET {DATA}/jobs/query/750demo00000000001 ', b'', 1, 0),
    'it asks for the first page': ('/results?maxRecords=50000 ', b'', 1, 0),
    'it asks for the second page': ('locator=two', b'', 1, 1),
    'the second page comes': ('locator=two', b'HTTP/1.1 200 X\r\nContent-Type: text/csv\r\n'
                              b'Sforce-Locator: three\r\nContent-Length: 7\r\n\r\nId\n3', 1, 1),
    'the last page comes': ('locator=three', b'HTTP/1.1 200 X\r\nContent-Type: text/csv\r\n'
                            b'Sforce-Locator: null\r\nContent-Length: 5\r\n\r\nId', 1, 2),
}


def check_ended(room, number, wanted, begun, jobs, pages):
    held = Held(room, wanted, begun)
    code, errors = interrupt(room, held.arrived.is_set, number)
    assert_equal(code, -number, errors)
    assert_not_in('out.csv', left(room))
    if number != signal.SIGKILL:
        assert_in('avouch: demo: interrupted\n', errors)
        assert_equal(left(room), [] if pages is None else ['out.csv.part', 'out.csv.part.json'])
    succeeds(bulk(room, '--output', 'out.csv'))
    assert_equal((room.path / 'out.csv').read_text(), Held.ALL)
    assert_equal(left(room), ['out.csv'])
    assert_equal(held.jobs(), jobs)


def declare_ended(when, details):
    @test(f'ended while {when}, the same command loses nothing and doubles nothing')
    def _(room):
        for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT):
            check_ended(room, number, *details)
            (room.path / 'out.csv').unlink()
            (room.config / 'avouch.conf').unlink()


for when, details in PHASES.items():
    declare_ended(when, details)


def stop_before_the_rename(room):
    """A whole download without its name, for something else has got that meanwhile."""
    held = Held(room, 'locator=three')
    held.let_go = threading.Event()
    def meddle():
        if held.arrived.is_set() and not held.let_go.is_set():
            room.write('out.csv', 'mine')
            held.let_go.set()
        return held.let_go.is_set()
    code, errors = interrupt(room, meddle, 0)
    assert_equal((code, errors), (2, 'avouch: out.csv exists\nhint: --force replaces it\n'))
    assert_equal((room.path / 'out.csv').read_text(), 'mine')
    assert_equal(left(room), ['out.csv', 'out.csv.part', 'out.csv.part.json'])
    return held


@test('ended before the whole file got its name, the same command gives it that and asks nothing')
def _(room):
    held = stop_before_the_rename(room)
    held.server.seen.clear()
    fails(bulk(room, '--output', 'out.csv'), 2, 'out.csv exists')
    succeeds(bulk(room, '--output', 'out.csv', '--force'))
    assert_equal((room.path / 'out.csv').read_text(), Held.ALL)
    assert_equal((left(room), held.server.seen), (['out.csv'], []))


@test('ended after the file got its name, the next download is a new one, of whatever query')
def _(room):
    for query in (QUERY, 'SELECT Id FROM Lead'):
        held = stop_before_the_rename(room)
        (room.path / 'out.csv.part').rename(room.path / 'out.csv')
        succeeds(request(room, 'demo', '--bulk', query, '--output', 'out.csv', '--force'))
        assert_equal((room.path / 'out.csv').read_text(), Held.ALL)
        assert_equal((left(room), held.jobs()), (['out.csv'], 2))
        (room.path / 'out.csv').unlink()
        (room.config / 'avouch.conf').unlink()


@test('what --restart gave up is not gone on with, even if it is killed at once')
def _(room):
    held = Held(room, 'locator=three')
    interrupt(room, held.arrived.is_set, signal.SIGKILL)
    held.wanted = f'POST {DATA}/jobs/query'
    held.arrived.clear()
    interrupt(room, held.arrived.is_set, signal.SIGKILL, '--restart')
    assert_equal((left(room), size(room)), (['out.csv.part'], 0))
    succeeds(bulk(room, '--output', 'out.csv'))
    assert_equal(held.jobs(), 3)
    assert_equal((room.path / 'out.csv').read_text(), Held.ALL)


@test('what was begun as another user of the org is not gone on with')
def _(room):
    held = Held(room, 'locator=three')
    interrupt(room, held.arrived.is_set, signal.SIGKILL)
    held.server.identity = '2'
    path = room.config / 'avouch.conf'
    path.write_text(path.read_text().replace('robot@', 'other@'))
    fails(bulk(room, '--output', 'out.csv'), 2, 'out.csv.part: it is not of this query')
    succeeds(bulk(room, '--output', 'out.csv', '--restart'))
    assert_equal((held.jobs(), left(room)), (2, ['out.csv']))


@test('Ctrl-C within a page ends at once by the signal, and the same command goes on')
def _(room):
    host = start_host(room)
    for number in (signal.SIGINT, signal.SIGTERM):
        host.set('reset')
        host.set('records=50&page=10&bulk-break=3&bulk-silent=1&bulk-width=5000')
        code, errors = interrupt(room, lambda: size(room) > 120000, number)
        assert_equal(code, -number, errors)
        assert_equal(errors, 'avouch: demo: interrupted\n'
                             'hint: the same command goes on after page 2\n')
        calls(host)
        succeeds(bulk(room, '--output', 'out.csv'))
        assert_equal(pages_asked(host), [20, 30, 40])
        assert_equal(records(room.path / 'out.csv'), expected(50))
        (room.path / 'out.csv').unlink()


@test('Ctrl-C while the job is under way leaves the job')
def _(room):
    host = start_host(room)
    host.set('bulk-state=InProgress')
    code, errors = interrupt(room, lambda: (room.path / 'out.csv.part.json').exists())
    assert_equal(code, -signal.SIGINT, errors)
    assert_in('hint: the same command goes on with job 750demo00000000001', errors)
    host.set('reset')
    calls(host)
    succeeds(bulk(room, '--output', 'out.csv'))
    assert_equal([call for call in calls(host) if call.startswith('POST')], [])


@test('a killed download goes on too')
def _(room):
    host = start_host(room)
    host.set('records=50&page=10&bulk-break=3&bulk-silent=1&bulk-width=5000')
    code, _ = interrupt(room, lambda: size(room) > 120000, signal.SIGKILL)
    assert_equal(code, -signal.SIGKILL)
    succeeds(bulk(room, '--output', 'out.csv'))
    assert_equal(records(room.path / 'out.csv'), expected(50))


@test('a job that never ends is waited for as long as --wait says, and kept')
def _(room):
    host = start_host(room)
    host.set('bulk-state=InProgress')
    result = fails(bulk(room, '--output', 'out.csv', '--wait', '1'), 5,
                   'job 750demo00000000001 is not done after 1 seconds: InProgress',
                   'hint: the same command goes on with job 750demo00000000001')
    assert_less(result.seconds, 30)
    host.set('reset')
    succeeds(bulk(room, '--output', 'out.csv'))
    assert_equal(sum(call.startswith('POST') for call in calls(host)), 1)
    host.set('bulk-state=InProgress')
    fails(bulk(room, '--wait', '1'), 5, 'hint: --wait allows more')


@test('a job that failed or was aborted is told with its reason, and leaves nothing')
def _(room):
    host = start_host(room)
    for state, part in {'Failed': 'the bulk job failed (750demo0000000000',
                        'Aborted': 'the bulk job was aborted (750demo0000000000'}.items():
        host.set(form(bulk_state=state, bulk_message='InvalidBatch: no such column\x1b[2J'))
        fails(bulk(room, '--output', 'out.csv'), 6, part, '): InvalidBatch: no such column',
              'hint: ')
        assert_equal(left(room), [])
    host.set('reset')
    host.set('bulk-state=Failed')
    fails(bulk(room), 6, 'it does not say why')


@test('what the server says of the job must be readable')
def _(room):
    host = start_host(room)
    for wishes, part in {'bulk-state=Dreaming': 'cannot be read: Dreaming',
                         'bulk-id=750': '15 to 18 letters',
                         'bulk-id=750demo/../../../x': '15 to 18 letters',
                         'bulk-id=750demo00000000001%0a': '15 to 18 letters',
                         'bulk-id=750demo000000000012': '15 to 18 letters'}.items():
        host.set('reset')
        host.set(wishes)
        fails(bulk(room, '--output', 'out.csv', '--restart'), 1, part)


@test('what the server says of a page must be usable')
def _(room):
    host = start_host(room)
    for wishes, part in {
            'bulk-locator=a%20b': 'Sforce-Locator is not usable',
            'bulk-locator=%C3%A4': 'not usable',
            'bulk-locator=' + 'a' * 513: 'not usable', 'bulk-type=text/html': 'not text/csv',
            'bulk-locator=YXQgMg%3D%3D': 'has been there before',
            'bulk-header=': 'header line differs',
            'bulk-header=%0A': 'no header line',
            'bulk-header=%22Id%22,%22Name%22%0A': 'header line differs'}.items():
        host.set('reset')
        host.set(wishes)
        fails(bulk(room, '--output', 'out.csv', '--restart'), 1, 'avouch: demo: ', part)
        assert_not_in('out.csv', left(room))


def page(rows, locator='null', **headers):
    """A page of a result, as a behaviour; ROWS with its header line."""
    lines = [f'Sforce-Locator: {locator}',
             *(f'Sforce-{name}: {value}' for name, value in headers.items())]
    return always(200, rows, 'text/csv', headers=lines)


def bulk_server(room, *pages, **settings):
    """Serves a job that is done, and then these pages; the last one again and again."""
    results = in_turn(*pages)
    def behave(connection, call):
        if '/results?' in call.line:
            results(connection, call)
            return
        state = 'UploadComplete' if call.line.startswith('POST') else 'JobComplete'
        connection.sendall(http(200, {'id': '750demo00000000001', 'state': state}))
    return meet(room, behave, **settings)


@test('lines end as they should where pages meet, and are counted with their quotes')
def _(room):
    server = bulk_server(room, page('Id,Name\r\n1,"a\n""b"\n2,x', 'one', NumberOfRecords=2),
                         page('Id,Name\n', 'a+/=&?#', NumberOfRecords=0),
                         page('Id,Name\n3,y', NumberOfRecords=1))
    assert_equal(succeeds(bulk(room, '--output', 'out.csv')), 'out.csv: 3 records\n')
    assert_equal((room.path / 'out.csv').read_bytes(), b'Id,Name\n1,"a\n""b"\n2,x\n3,y\n')
    assert_match('&locator=a%2B%2F%3D%26%3F%23 ', server.seen[-1].line)


@test('a page with fewer records than announced is asked for again')
def _(room):
    whole = page('Id\n1\n2\n', NumberOfRecords=2)
    server = bulk_server(room, page('Id\n1\n', NumberOfRecords=2), whole)
    succeeds(bulk(room, '--output', 'out.csv'))
    assert_equal((room.path / 'out.csv').read_text(), 'Id\n1\n2\n')
    assert_equal(len(server.seen), 4)


@test('CSV that is none is refused')
def _(room):
    for bad, part in ((page(''), 'no header line'), (page('Id\n"1\n'), 'within a quoted value'),
                      (page('Id\n1\n', NumberOfRecords='x'), 'is no number'),
                      (page('Id\n1\n', NumberOfRecords=-1), 'is no number'),
                      (page(b'\0\n1\n'), 'or is none'), (page('a' * 300000), 'too long, or is'),
                      (always(200, 'Id\n', 'text/csv', headers=['Sforce-Locator: ' + 'x' * 600]),
                       'not usable')):
        bulk_server(room, bad)
        fails(bulk(room, '--output', 'out.csv', '--restart'), 1, part)
        assert_not_in('out.csv', left(room))
        (room.config / 'avouch.conf').unlink()


@test('a session that ends between pages is renewed')
def _(room):
    host = start_host(room)
    host.set('records=30&page=10&bulk-break=2&bulk-breaks=4&bulk-width=5000')
    bulk(room, '--output', 'out.csv')
    host.invalidate()
    succeeds(bulk(room, '--output', 'out.csv'))
    assert_equal(records(room.path / 'out.csv'), expected(30))
    assert_equal(host.exchanges(), 2)


def stop_after_a_page(room, host):
    host.set('records=30&page=10&bulk-break=2&bulk-breaks=4&bulk-width=5000')
    assert_equal(bulk(room, '--output', 'out.csv').code, 1)


@test('another query, or a file of somebody else\'s, is not gone on with')
def _(room):
    host = start_host(room)
    stop_after_a_page(room, host)
    other = ['demo', '--bulk', 'SELECT Id FROM Lead', '--output', 'out.csv']
    fails(request(room, *other), 2, 'out.csv.part: it is not of this query', 'hint: --restart')
    fails(bulk(room, '--output', 'out.csv', '--api-version', '64.0'), 2, 'not of this query')
    succeeds(request(room, *other, '--restart'))
    room.write('out.csv.part', 'my own')
    fails(bulk(room, '--output', 'out.csv', '--force'), 2, 'not of this query')
    assert_equal((room.path / 'out.csv.part').read_text(), 'my own')


@test('a state that was tampered with is refused, and --restart begins anew')
def _(room):
    host = start_host(room)
    stop_after_a_page(room, host)
    path = room.path / 'out.csv.part.json'
    good = json.loads(path.read_text())
    for changes in ({'job': '../x'}, {'locator': 'a b'}, {'offset': -1}, {'offset': 'x'},
                    {'records': 2 ** 63 - 1}, {'pages': 2 ** 63 - 1},
                    {'job': None}, {'format': 2}, {'locator': 'x' * 600}):
        path.write_text(json.dumps({**good, **changes}))
        fails(bulk(room, '--output', 'out.csv'), 1, 'out.csv.part.json cannot be used',
              'hint: --restart')
    path.write_text('x' * 70000)
    fails(bulk(room, '--output', 'out.csv'), 1, 'cannot be used')
    path.unlink()
    path.symlink_to('elsewhere')
    fails(bulk(room, '--output', 'out.csv'), 1, 'cannot be used')
    succeeds(bulk(room, '--output', 'out.csv', '--restart'))
    assert_equal(records(room.path / 'out.csv'), expected(30))
    assert_equal(left(room), ['out.csv'])


@test('a part that was emptied is fetched again from the same job')
def _(room):
    host = start_host(room)
    stop_after_a_page(room, host)
    (room.path / 'out.csv.part').write_text('')
    calls(host)
    succeeds(bulk(room, '--output', 'out.csv'))
    assert_equal(pages_asked(host), [0, 10, 20])
    assert_equal(records(room.path / 'out.csv'), expected(30))


@test('a job that the server has forgotten is told')
def _(room):
    host = start_host(room)
    stop_after_a_page(room, host)
    state = json.loads((room.path / 'out.csv.part.json').read_text())
    (room.path / 'out.csv.part.json').write_text(json.dumps({**state, 'job': '750gone00000000001'}))
    fails(bulk(room, '--output', 'out.csv'), 6, 'NOT_FOUND',
          'hint: results are kept for seven days')
    assert_equal(left(room), ['out.csv.part', 'out.csv.part.json'])
    succeeds(bulk(room, '--output', 'out.csv', '--restart'))


@test('two downloads to one file do not mix')
def _(room):
    host = start_host(room)
    host.set('records=30&page=10&bulk-break=2&bulk-silent=1&bulk-width=5000')
    def second():
        if size(room) <= 60000:
            return False
        fails(bulk(room, '--output', 'out.csv'), 2, 'another avouch is writing it')
        return True
    assert_equal(interrupt(room, second)[0], -signal.SIGINT)


@test('downloads to one file that begin and end at the same time never leave half of one')
def _(room):
    host = start_host(room)
    host.set('records=30&page=10')
    succeeds(request(room, 'demo', '/services/data'))
    command = [TEST_BIN / 'avouch', 'request', 'demo', '--bulk', QUERY, '--output', 'out.csv',
               '--force', '--restart']
    crowd = [subprocess.Popen(command, cwd=room.path, env=room.environment, encoding='utf-8',
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(12)]
    done = 0
    for process in crowd:
        output, errors = process.communicate(timeout=60)
        if process.returncode == 0:
            assert_equal(output, 'out.csv: 30 records\n')
            done += 1
        else:
            assert_in('another avouch is writing it', errors)
    assert_true(done > 0, 'not one of them came to an end')
    assert_equal(records(room.path / 'out.csv'), expected(30))
    assert_equal(left(room), ['out.csv'])


def check_full(room, target, **options):
    """Whatever fills up, the whole file is not there, and the rest can be had later."""
    host = room.host
    host.set('records=100&page=10&bulk-width=10000')
    result = bulk(room, '--output', target, **options)
    fails(result, 1, 'cannot write: ', 'hint: the same command goes on after page ')
    assert_true(not target.exists(), 'a truncated file')
    return result


@test('a limit on files stops the download, and lifting it lets it go on')
def _(room):
    room.host = start_host(room)
    target = room.path / 'out.csv'
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (555555, 555555))
    check_full(room, target, preexec=limit)
    succeeds(bulk(room, '--output', target))
    assert_equal(records(target), expected(100))


@test('a full disk stops the download, and room lets it go on')
def _(room):
    if os.getuid() != 0:
        skip('a small file system can only be mounted by root')
    room.host = start_host(room)
    disk = room.path / 'disk'
    disk.mkdir()
    mounted = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=600k', 'avouch-test', disk],
                             check=False, capture_output=True)
    if mounted.returncode != 0:
        skip('mounting is not allowed here')
    room.cleanups.append(lambda: subprocess.run(['umount', disk], check=False))
    assert_in('No space left', check_full(room, disk / 'out.csv').errors)
    subprocess.run(['mount', '-o', 'remount,size=4m', disk], check=True)
    succeeds(bulk(room, '--output', disk / 'out.csv'))
    assert_equal(records(disk / 'out.csv'), expected(100))


@test('a query that is refused leaves nothing')
def _(room):
    start_host(room)
    fails(request(room, 'demo', '--bulk', 'SELEKT', '--output', 'out.csv'), 6, 'MALFORMED_QUERY')
    assert_equal(left(room), [])


@test('a folder that cannot be written makes no job')
def _(room):
    host = start_host(room)
    fails(bulk(room, '--output', 'no/such/out.csv'), 1, 'No such file')
    assert_equal(calls(host), [])


@test('a reader that goes away ends the download')
def _(room):
    host = start_host(room)
    host.set('records=100&page=10&bulk-width=100000')
    process = subprocess.Popen([TEST_BIN / 'avouch', 'request', 'demo', '--bulk', QUERY],
                               env=room.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.read(10)
    process.stdout.close()
    assert_in(b'standard output: cannot write: Broken pipe', process.stderr.read())
    process.stderr.close()
    assert_equal(process.wait(20), 1)


GIGABYTE = 1024 * 1024 * 1024


def peak_until_end(process):
    """Its own memory at most, in KiB: ru_maxrss would count what this program had at the fork."""
    peak = 0
    def is_over():
        nonlocal peak
        try:
            status = pathlib.Path(f'/proc/{process.pid}/status').read_text()
            peak = max(peak, *map(int, re.findall(r'VmHWM:\s+(\d+)', status)), 0)
        except OSError:
            pass
        return process.poll() is not None
    wait_until(is_over, 400, 'the download does not end')
    return peak


@test('five gigabytes go through without being held')
def _(room):
    size = 64 * 1024 * 1024 if is_sanitized() else 5 * GIGABYTE
    host = start_host(room)
    host.set(f'records={size // 65536}&page={size // 65536 // 4}&bulk-width=65536')
    reader = subprocess.Popen(['wc', '-c'], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process = subprocess.Popen([TEST_BIN / 'avouch', 'request', 'demo', '--bulk', QUERY],
                               env=room.environment, stdout=reader.stdin)
    reader.stdin.close()
    peak = peak_until_end(process)
    assert_equal(process.returncode, 0)
    with reader.stdout:
        passed = int(reader.stdout.read())
    assert_equal(reader.wait(20), 0)
    assert_equal(passed, size + len('"Id","Name","Filler"\n'))
    if not is_sanitized():
        assert_true(0 < peak < 32 * 1024, f'{peak} KiB of memory')


# On a terminal

def on_terminal(room, *words, columns=80, env=None):
    """What avouch shows of a download on a terminal, but for its last line."""
    code, shown = show(room, ['request', 'demo', '--bulk', QUERY, '--output', 'out.csv', *words],
                       columns, env)
    assert_equal(code, 0, shown)
    return shown.removesuffix('out.csv: 400 records\n').removesuffix('out.csv: 100 records\n')


@test('a terminal sees a bar that fits, and nothing of it stays')
def _(room):
    host = start_host(room)
    host.set('records=400&page=100&bulk-width=100000&bulk-polls=2')
    shown = on_terminal(room)
    drawn = shown.split('\r\x1b[K')
    assert_equal(drawn[-1], '')
    assert_match('^demo: waiting for job 750demo00000000001: InProgress, 0 s$', drawn[1])
    assert_match(r'^demo: [█░]{30} +\d+ % \d+ of 400 records, [\d.]+\sMB$', drawn[-2])
    assert_true(all(len(line) < 80 for line in drawn), shown)
    assert_equal(re.sub('\r\x1b\\[K', '', shown).count('\x1b'), 0)


@test('a narrow terminal sees no more than a line that is drawn over')
def _(room):
    host = start_host(room)
    host.set('records=400&page=100&bulk-width=100000&bulk-polls=2')
    for columns in (1, 2, 20, 40):
        shown = on_terminal(room, '--force', columns=columns)
        drawn = shown.split('\r\x1b[K')
        assert_true(len(drawn) > 2, shown)
        assert_true(all(columns_of(line) < max(columns, 2) for line in drawn), shown)


@test('--quiet, a dumb terminal and NO_COLOR get what they asked for')
def _(room):
    host = start_host(room)
    host.set('records=100&page=50&bulk-width=100000')
    for words, env in ((['--quiet'], {}), ([], {'TERM': 'dumb'}), ([], {'TERM': ''})):
        assert_equal(on_terminal(room, '--force', *words, env=env), '')
    shown = on_terminal(room, '--force', env={'NO_COLOR': '1'})
    assert_true('\x1b[K' in shown and '\x1b[3' not in shown, shown)


main()
