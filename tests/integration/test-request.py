#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""avouch request: one call with the token, its refusals, and queries by pages."""
import json
import re
import resource
import time

from calls import *
from demohost import start_host
from hostile import always, http, in_turn, raw


# One call

@test('a path is relative to the instance, and the answer is printed as it is')
def _(room):
    host = start_host(room)
    versions = json.loads(succeeds(request(room, 'demo', '/services/data')))
    assert_equal(versions[0]['version'], '65.0')
    assert_equal(succeeds(request(room, f'{DATA}/limits')),
                 '{"DailyApiRequests":{"Max":15000,"Remaining":14998}}')
    succeeds(request(room, 'demo', f'{host.url}{DATA}/limits'))
    assert_equal(calls(host), ['GET /services/data'] + [f'GET {DATA}/limits'] * 2)
    assert_equal(host.exchanges(), 1)



@test('what a URL cannot hold is encoded, and what is encoded already stays')
def _(room):
    server = meet(room, always(200, {}))
    succeeds(request(room, 'demo', "/q?q=SELECT Id FROM Ä WHERE a='b' AND c > \"%27\"&x=1+2"))
    assert_equal(server.seen[0].line, "GET /q?q=SELECT%20Id%20FROM%20%C3%84%20WHERE%20a='b'%20AND"
                                      "%20c%20%3E%20%22%27%22&x=1+2 HTTP/1.1")


@test('a body makes it a POST of JSON, whichever way it comes')
def _(room):
    server = meet(room, always(201, {'id': 'x'}))
    body = '{"Name": "Müller"}'
    path = room.write('body.json', body)
    for words in (['-d', body], ['--data', f'@{path}'], ['--data', '@-'], ['--input', path],
                  ['--input', '-']):
        assert_equal(succeeds(request(room, 'demo', '/x', *words, input=body)), '{"id": "x"}')
        call = server.seen[-1]
        assert_equal((call.line, call.body.decode()), ('POST /x HTTP/1.1', body))
        assert_equal(call.headers['content-type'], 'application/json')
        assert_equal(call.headers['authorization'], 'Bearer 00Dtoken1')
        assert_not_in('accept-encoding', call.headers)


@test('fields become a JSON object, or the parameters of a GET')
def _(room):
    server = meet(room, always(200, {}))
    note = room.write('note', 'line "one"\nline two')
    succeeds(request(room, 'demo', 'patch', '/x', '-f', 'Name=a=b', '-f', 'Number=7', '-F',
                     'Count=7', '-F', 'Open=true', '-F', 'Nothing=null', '-F', 'Half=0.5', '-F',
                     f'Note=@{note}'))
    assert_equal(server.seen[0].line, 'PATCH /x HTTP/1.1')
    assert_equal(json.loads(server.seen[0].body),
                 {'Name': 'a=b', 'Number': '7', 'Count': 7, 'Open': True, 'Nothing': None,
                  'Half': '0.5', 'Note': 'line "one"\nline two'})
    succeeds(request(room, 'demo', 'GET', '/x?a=1', '-f', 'q=SELECT & +', '-F', 'n=7'))
    assert_equal(server.seen[1].line, 'GET /x?a=1&q=SELECT%20%26%20%2B&n=7 HTTP/1.1')
    assert_equal(server.seen[1].body, b'')


@test('headers are sent, and Content-Type says what the body is')
def _(room):
    server = meet(room, always(200, {}))
    succeeds(request(room, 'demo', 'PUT', '/x', '-H', 'Sforce-Call-Options: client=a', '-H',
                     'content-type: text/csv', '-d', 'a,b\n'))
    headers = server.seen[0].headers
    assert_equal((headers['sforce-call-options'], headers['content-type'], server.seen[0].body),
                 ('client=a', 'text/csv', b'a,b\n'))


@test('every method does what it says')
def _(room):
    host = start_host(room)
    account = f'{DATA}/sobjects/Account'
    assert_in('"success":true', succeeds(request(room, 'demo', 'POST', account, '-f', 'Name=Acme')))
    assert_in('Acme', succeeds(request(room, 'demo', f'{account}/001demo00000000001')))
    for method in ('PATCH', 'DELETE'):
        assert_equal(succeeds(request(room, 'demo', method, f'{account}/001demo00000000001')), '')
    assert_equal(succeeds(request(room, 'demo', 'HEAD', f'{DATA}/limits')), '')
    assert_in('HTTP/1.1 200', succeeds(request(room, 'demo', 'HEAD', f'{DATA}/limits', '-i')))
    assert_equal([call.split()[0] for call in calls(host)],
                 ['POST', 'GET', 'PATCH', 'DELETE', 'HEAD', 'HEAD'])


@test('--include prints status and headers, without what a terminal would obey')
def _(room):
    meet(room, always(200, 'body', headers=['Sforce-Limit-Info: api-usage=\x1b[31m1/2']))
    result = request(room, 'demo', '/x', '--include')
    succeeds(result)
    head, body = result.raw.split(b'\r\n\r\n')
    assert_true(head.startswith(b'HTTP/1.1 200\r\n'), head)
    assert_in(b'Sforce-Limit-Info: api-usage=[31m1/2', head)
    assert_equal(body, b'body')


@test('mistakes are found before anything is sent')
def _(room):
    server = meet(room, always(200, {}))
    room.write('there', 'x')
    (room.path / 'link').symlink_to('there')
    for words, part in {
            ('demo',): 'which path', ('demo', 'services'): 'which path', (): 'which path',
            ('demo', 'FETCH', '/x'): '"FETCH"', ('demo', 'GET', '/x', '-d', '{}'): 'no body',
            ('demo', '/x', '-d', '{"a":1,}'): 'the body: invalid JSON at byte 7',
            ('demo', '/x', '-d', '{}', '--input', '-'): 'not several',
            ('demo', '/x', '-f', 'a'): 'NAME=VALUE', ('demo', '/x', '-f', '=a'): 'NAME=VALUE',
            ('demo', '/x', '-f', 'a=1', '-F', 'a=2'): '"a" is given twice',
            ('demo', '/x', '-H', 'a'): 'Name: value',
            ('demo', '/x', '-H', 'a: b\nc: d'): 'Name: value',
            ('demo', '/x', '-H', 'a b: c'): 'Name: value',
            ('demo', '/x', '-H', 'a: ä'): 'Name: value',
            ('demo', '/x', '-H', 'authorization: x'): 'Authorization',
            ('demo', '/x', '-H', 'HOST: x'): 'Host',
            ('demo', '/x', '-H', 'content-length: 1'): 'own',
            ('demo', '/x', '-H', 'accept-encoding: gzip'): 'own',
            ('demo', '/x', '--output', 'there'): 'exists',
            ('demo', '/x', '-o', 'link'): 'regular file',
            ('demo', '/x', '-o', '/dev/null', '--force'): 'regular file',
            ('demo', '/x', '--force'): '--output', ('demo', '/x', '--wait', '3'): '--bulk',
            ('demo', 'POST', '/x', '--paginate'): 'for GET',
            ('demo', '/x', '--bulk', QUERY): '--bulk makes its own calls',
            ('demo', '--bulk', QUERY, '-f', 'a=b'): '--bulk makes its own calls',
            ('demo', '--bulk', QUERY, '--wait', '0'): '--wait', ('demo', '/a/../b'): 'path',
            ('demo', '--bulk', QUERY, '--api-version', '65'): '65.0',
            ('demo', '--bulk', QUERY, '-o', 'there'): 'exists'}.items():
        fails(request(room, *words), 2, part)
    for url, code in {'https://evil.example/x': 3, 'http://localhost:1/x': 3,
                      f'{server.url()}@evil.example/': 2}.items():
        fails(request(room, 'demo', url), code)
    assert_equal(server.seen, [])


@test('--output is there when the answer is whole, and not before')
def _(room):
    good = http(200, 'whole', headers=['Connection: close'])
    server = meet(room, in_turn(raw(good[:-2]), raw(good)))
    fails(request(room, 'demo', '/x', '--output', 'out'), 1, 'cut short')
    assert_equal([path.name for path in room.path.glob('out*')], [])
    assert_equal(succeeds(request(room, 'demo', '/x', '--output', 'out')), '')
    assert_equal((room.path / 'out').read_text(), 'whole')
    fails(request(room, 'demo', '/x', '--output', 'out'), 2, 'out exists', 'hint: --force')
    assert_equal(len(server.seen), 2)
    (room.path / 'out').write_text('old')
    succeeds(request(room, 'demo', '/x', '--output', 'out', '--force'))
    assert_equal((room.path / 'out').read_text(), 'whole')
    assert_equal([path.name for path in room.path.glob('out*')], ['out'])


@test('a file that would grow too large leaves nothing')
def _(room):
    meet(room, always(200, 'x' * 200000))
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))
    fails(request(room, 'demo', '/x', '--output', 'out', preexec=limit), 1, 'File too large')
    assert_equal([path.name for path in room.path.glob('out*')], [])


@test('an answer cut between two chunks is no answer')
def _(room):
    meet(room, raw(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n'))
    fails(request(room, 'demo', '/x'), 1, 'cut short')


@test('a silence ends a stream, its length does not')
def _(room):
    def slow(connection, call):
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n')
        for _ in range(4):
            time.sleep(0.8)
            connection.sendall(b'x')
    meet(room, slow, timeout=2)
    result = request(room, 'demo', '/x')
    assert_equal(succeeds(result), 'xxxx')
    assert_less(2, result.seconds)


@test('a stream that falls silent is given up')
def _(room):
    def stall(connection, call):
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nx')
        connection.recv(1)
    meet(room, stall, timeout=1)
    fails(request(room, 'demo', '/x'), 5, 'nothing more came of the answer for 1 seconds')


@test('a redirect is not followed, and the token stays at home')
def _(room):
    server = meet(room, always(302, headers=['Location: https://evil.example/']))
    fails(request(room, 'demo', '/x'), 1, 'redirects to evil.example')
    assert_equal(len(server.seen), 1)


@test('an instance that the profile does not serve gets nothing')
def _(room):
    host = start_host(room, serve='https://git.example')
    fails(request(room, 'demo', 'https://git.example:1/x'), 3,
          'avouch: demo: no token is sent to https://git.example:1, which the profile does not serve',
          'hint: if the token is meant for that host, add it to `serve` under [demo]: https://git')
    succeeds(request(room, 'demo', '/services/data'))
    assert_equal(len(calls(host)), 1)


# Refusals

@test('a refusal is explained, and its body printed')
def _(room):
    start_host(room)
    result = fails(request(room, 'demo', f'{DATA}/query?q=x'), 6,
                   'avouch: demo: the API refused (HTTP 400): MALFORMED_QUERY: unexpected token: ',
                   'hint: correct the SOQL query')
    assert_equal(json.loads(result.output)[0]['errorCode'], 'MALFORMED_QUERY')


@test('each code of the table has its hint')
def _(room):
    host = start_host(room)
    for code, (status, part) in {
            'API_DISABLED_FOR_ORG': (403, 'API Enabled'),
            'API_CURRENTLY_DISABLED': (403, 'API Enabled'),
            'REQUEST_LIMIT_EXCEEDED': (403, '/limits'), 'NOT_FOUND': (404, 'check the path'),
            'INVALID_FIELD': (400, '__c'), 'INVALID_TYPE': (400, '__c'),
            'INSUFFICIENT_ACCESS_OR_READONLY': (400, 'in Setup'),
            'INSUFFICIENT_ACCESS': (403, 'in Setup'),
            'UNSUPPORTED_API_VERSION': (404, 'lists the org'), 'QUERY_TIMEOUT': (400, '--bulk'),
            'UNABLE_TO_LOCK_ROW': (400, 'try again'),
            'INVALID_AUTH_HEADER': (401, 'scopes')}.items():
        host.set(form(rest_times=1, rest_status=status, rest_code=code, rest_message='because'))
        fails(request(room, 'demo', '/services/data'), 6, f'(HTTP {status}): {code}: because',
              f'hint: ', part)


@test('what refuses without a known code is still told')
def _(room):
    answers = [(400, [{'errorCode': 'NEW_CODE', 'message': 'why\x1b[2J\u202e' + 'x' * 5000}],
                '(HTTP 400): NEW_CODE: why'),
               (403, {'error': 'insufficient_scope', 'error_description': 'api'},
                '(HTTP 403): insufficient_scope: api'),
               (404, [], '(HTTP 404)'), (404, {}, '(HTTP 404)'), (404, 'plain', '(HTTP 404)'),
               (418, [{'errorCode': 7}], '(HTTP 418)'), (405, '', '(HTTP 405)')]
    server = meet(room, in_turn(*[always(status, body) for status, body, _ in answers]))
    for _, _, part in answers:
        fails(request(room, 'demo', '/x'), 6, part)
    assert_equal(len(server.seen), len(answers))


@test('a body that is no text stays off the screen')
def _(room):
    meet(room, always(404, b'\0\1\2', 'application/octet-stream'))
    assert_equal(fails(request(room, 'demo', '/x'), 6).output, '')


@test('a session that ended is renewed once, whatever the call')
def _(room):
    host = start_host(room)
    for method in ('GET', 'POST'):
        succeeds(request(room, 'demo', '/services/data'))
        host.invalidate()
        calls(host)
        path = f'{DATA}/sobjects/Account' if method == 'POST' else '/services/data'
        succeeds(request(room, 'demo', method, path, '-f', 'Name=a'))
        assert_equal(len(calls(host)), 2, method)
    assert_equal(host.exchanges(), 3)


@test('a session that ends at once is not renewed for ever')
def _(room):
    host = start_host(room)
    host.set(form(rest_times=9, rest_status=401, rest_code='INVALID_SESSION_ID',
                  rest_message='over'))
    fails(request(room, 'demo', '/services/data'), 6, 'INVALID_SESSION_ID: over', 'hint: ')
    assert_equal((len(calls(host)), host.exchanges()), (2, 2))


@test('calls in a loop do not log in each time where every token is refused')
def _(room):
    host = start_host(room)
    host.set(form(rest_times=99, rest_status=401, rest_code='INVALID_SESSION_ID',
                  rest_message='over'))
    for words in [('/services/data',)] * 4 + [('--paginate', PAGE), ('--bulk', QUERY)]:
        fails(request(room, 'demo', *words), 6, 'INVALID_SESSION_ID: over')
    assert_equal(host.exchanges(), 2)
    host.set('rest-times=0')
    succeeds(request(room, 'demo', '/services/data'))


@test('a percent sign that encodes nothing is refused, whoever writes it')
def _(room):
    server = meet(room, always(200, {'records': [], 'nextRecordsUrl': '/x?%zz'}))
    for path in ("/q?q=SELECT Id FROM Account WHERE Name LIKE 'A%'", '/x?a=%', '/x?a=%2'):
        fails(request(room, 'demo', path), 2, 'query holds a "%"', '"%25"')
    assert_equal(server.seen, [])
    fails(request(room, 'demo', '/x', '--paginate'), 1, 'query holds a "%"')
    assert_equal(len(server.seen), 1)


@test('a folder that is not there is found out before anything is sent')
def _(room):
    server = meet(room, always(201, {}))
    for words in (['/x', '-d', '{}'], ['/x'], ['--bulk', QUERY]):
        result = request(room, 'demo', *words, '--output', 'nodir/out')
        fails(result, 1, 'nodir/out: cannot be made: No such file or directory')
    assert_equal(server.seen, [])


@test('a length that is no number makes no answer')
def _(room):
    for length in ('-5', '+1', '1x'):
        meet(room, raw(f'HTTP/1.1 200 X\r\nContent-Length: {length}\r\n\r\nx'.encode()))
        fails(request(room, 'demo', '/x'), 1, 'the answer is not HTTP')
        (room.config / 'avouch.conf').unlink()


@test('an answer without a body may say how one would have been sent')
def _(room):
    chunked = 'HTTP/1.1 {} X\r\nTransfer-Encoding: chunked\r\n\r\n'
    for words, status in ((['HEAD', '/x'], 200), (['DELETE', '/x'], 204)):
        meet(room, raw(chunked.format(status).encode()))
        assert_equal(succeeds(request(room, 'demo', *words)), '')
        (room.config / 'avouch.conf').unlink()


@test('a 401 for another reason is no reason to log in again')
def _(room):
    for answer in (always(401, [{'errorCode': 'INVALID_AUTH_HEADER', 'message': 'x'}]),
                   always(401, 'INVALID_SESSION_ID', 'text/html'), always(401)):
        server = meet(room, answer)
        fails(request(room, 'demo', '/x'), 6, '(HTTP 401)')
        assert_equal(len(server.seen), 1)
        (room.config / 'avouch.conf').unlink()
    challenge = 'WWW-Authenticate: Bearer error="invalid_token"'
    server = meet(room, in_turn(always(401, headers=[challenge]), always(200, {})))
    succeeds(request(room, 'demo', '/x'))
    assert_equal(len(server.seen), 2)
    assert_true(server.seen[0].headers['authorization'] != server.seen[1].headers['authorization'],
                'the same token again')


@test('a call that may have been carried out is not sent again')
def _(room):
    for words, answer, sent in (
            (['POST'], always(500), 1), (['POST'], always(503), 1), (['PATCH'], always(502), 1),
            (['GET'], always(500), 3), (['DELETE'], always(503), 3),
            (['POST'], always(503, headers=['Retry-After: 0']), 1),
            (['POST'], in_turn(always(503, headers=['Retry-After: 1']), always(201, {})), 2),
            (['POST'], in_turn(always(429, headers=['Retry-After: 1']), always(201, {})), 2),
            (['POST'], raw(), 1)):
        server = meet(room, answer)
        request(room, 'demo', *words, '/x')
        assert_equal(len(server.seen), sent, words)
        (room.config / 'avouch.conf').unlink()


@test('a server that fails is the network\'s fault')
def _(room):
    meet(room, always(500, [{'errorCode': 'SERVER_UNAVAILABLE', 'message': 'x'}]))
    fails(request(room, 'demo', '/x'), 5, 'the API failed (HTTP 500): SERVER_UNAVAILABLE: x',
          'hint: ')


@test('-v names the program and the call, and never the token')
def _(room):
    meet(room, always(200, {}))
    result = request(room, 'demo', '/x?secret=1', '-v')
    assert_match(r'(?m)^avouch: GET https://localhost:\d+/x … 200 in \d+ ms$', result.errors)
    assert_match(r'(?m)^avouch-mint: POST ', result.errors)
    assert_not_in('secret', result.errors)
    assert_not_in('00Dtoken', result.errors)


# Pages

@test('--paginate prints each page as it is, --records each record on a line')
def _(room):
    host = start_host(room)
    printed = succeeds(request(room, 'demo', PAGE, '--paginate'))
    pages = [json.loads(page) for page in re.findall(r'(?s)\{"totalSize".*?\]\}\n', printed)]
    assert_equal([len(page['records']) for page in pages], [2, 2, 1])
    lines = succeeds(request(room, 'demo', PAGE, '--paginate', '--records')).splitlines()
    assert_equal([json.loads(line) for line in lines],
                 [record for page in pages for record in page['records']])
    assert_equal(json.loads(lines[0])['Name'], 'Müller "0"')
    assert_equal(len(succeeds(request(room, 'demo', PAGE, '--records')).splitlines()), 2)
    assert_equal(len(calls(host)), 7)
    succeeds(request(room, 'demo', PAGE, '--paginate', '--records', '--output', 'out'))
    assert_equal((room.path / 'out').read_text().splitlines(), lines)


@test('a next page elsewhere, or seen before, is not followed')
def _(room):
    host = start_host(room)
    for url, sent in {'https://evil.example/next': 1, 'evil.example': 1, '@evil.example/': 1,
                      f'{host.url}{DATA}/query/01gdemo-2': 1, '/services/../x': 1,
                      f'{DATA}/query/01gdemo-2': 2}.items():
        host.set(form(next_url=url))
        result = request(room, 'demo', PAGE, '--paginate', '--records', '--output', 'out')
        assert_equal(result.code, 1, repr(result))
        assert_equal([path.name for path in room.path.glob('out*')], [])
        assert_equal(len(calls(host)), sent, url)


@test('//host at the start of a next page is a path')
def _(room):
    server = meet(room, in_turn(always(200, {'records': [], 'nextRecordsUrl': '//evil.example/x'}),
                                always(200, {'records': []})))
    succeeds(request(room, 'demo', '/x', '--paginate'))
    assert_equal([call.line.split()[1] for call in server.seen], ['/x', '//evil.example/x'])


@test('a page that is no JSON, has no records, or has no end is refused')
def _(room):
    def endless(connection, call):
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n')
        for _ in range(80):
            connection.sendall(b' ' * 1048576)
    for answer, part in ((always(200, '{"records":[1,]}'), 'invalid JSON at byte 14'),
                         (always(200, ''), 'cannot be read'), (always(200, {}), 'no "records"'),
                         (endless, 'longer than 67108864 bytes')):
        meet(room, answer)
        fails(request(room, 'demo', '/x', '--paginate', '--records'), 1, part)
        (room.config / 'avouch.conf').unlink()


main()
