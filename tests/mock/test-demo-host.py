#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The demo host refuses what Salesforce refuses: else the tests that use it would show nothing."""
import base64
import csv
import io
import json
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ElementTree

from demohost import CLIENT_ID, DEMO_HOST, USERNAME, DemoHost, make_certificate
from harness import *

GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
TOKEN_PATH = '/services/oauth2/token'


def make_pair(room, name='key'):
    key = make_rsa_key(room.path / f'{name}.pem')
    return key, make_certificate(key, room.path / f'{name}.crt')


def start(room, *options):
    key, certificate = make_pair(room)
    host = room.serve(DemoHost(room, certificate, *options))
    host.key = key
    return host


def request(host, path, form=None, method=None, headers=None):
    """FORM: fields to post, or bytes as they are. Returns status, headers and JSON or bytes."""
    body = urllib.parse.urlencode(form).encode() if isinstance(form, (dict, list)) else form
    call = urllib.request.Request(host.url + path, body, headers or {}, method=method)
    try:
        answer = urllib.request.urlopen(call, context=host.context, timeout=30)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        content = answer.read()
        if answer.headers.get_content_type() == 'application/json':
            content = json.loads(content)
        return answer.status, answer.headers, content


def encode(part):
    data = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(data).rstrip(b'=').decode()


def assertion(host, header=None, key=None, **claims):
    """A good assertion but for what is given; a claim of None is left out."""
    claims = {'iss': CLIENT_ID, 'sub': USERNAME, 'aud': host.url, 'exp': int(time.time()) + 180,
              **claims}
    claims = {name: value for name, value in claims.items() if value is not None}
    signed = encode(header or {'alg': 'RS256'}) + '.' + encode(claims)
    signature = subprocess.run(['openssl', 'dgst', '-sha256', '-sign', key or host.key],
                               input=signed.encode(), capture_output=True, check=True).stdout
    return signed + '.' + encode(signature)


def exchange(host, token=None, **changes):
    fields = {'grant_type': GRANT_TYPE, 'assertion': token or assertion(host), **changes}
    return request(host, TOKEN_PATH, {name: value for name, value in fields.items() if value})


def assert_refused(answer, error, description=''):
    status, _, body = answer
    assert_equal(status, 400)
    assert_equal(body['error'], error)
    assert_in(description, body['error_description'])


@test('a good assertion becomes a token')
def _(room):
    host = start(room)
    status, headers, body = exchange(host)
    assert_equal(status, 200)
    assert_equal(headers['Cache-Control'], 'no-store')
    assert_match(r'^00D\w{12}![.\w]{96}$', body['access_token'])
    assert_equal(body['instance_url'], host.url)
    assert_equal(sorted(body), ['access_token', 'id', 'instance_url', 'issued_at', 'scope',
                                'signature', 'token_type'])
    assert_equal(exchange(host)[2]['access_token'] != body['access_token'], True)
    assert_equal(host.stats(), {'exchanges': 2, 'refused': 0, 'git': 0, 'kubernetes': 0,
                                'unauthorized': 0, 'introspected': 0, 'revoked': 0})


@test('the form is two fields and no more')
def _(room):
    host = start(room)
    good = assertion(host)
    assert_refused(exchange(host, good, scope='api'), 'invalid_request')
    assert_refused(exchange(host, good, client_secret='x'), 'invalid_request')
    assert_refused(exchange(host, good, grant_type=None), 'invalid_request')
    assert_refused(exchange(host, good, grant_type='password'), 'unsupported_grant_type')
    pair = [('grant_type', GRANT_TYPE), ('assertion', good)]
    for extra in pair:
        assert_refused(request(host, TOKEN_PATH, [*pair, extra]), 'invalid_request')
    body = urllib.parse.urlencode(pair).encode()
    assert_refused(request(host, TOKEN_PATH, body, headers={'Content-Type': 'text/plain'}),
                   'invalid_request')
    assert_refused(request(host, TOKEN_PATH), 'invalid_request', 'POST')
    assert_equal(request(host, TOKEN_PATH + '/x', body)[0], 404)
    assert_equal(host.stats()['refused'], 8)


@test('every claim is judged')
def _(room):
    host = start(room)
    now = int(time.time())
    assert_refused(exchange(host, assertion(host, iss='other')), 'invalid_client_id')
    assert_refused(exchange(host, assertion(host, sub='other')), 'invalid_grant', 'approved')
    assert_refused(exchange(host, assertion(host, aud=host.url + '/')), 'invalid_grant', 'audience')
    assert_refused(exchange(host, assertion(host, aud=[host.url])), 'invalid_grant', 'audience')
    assert_refused(exchange(host, assertion(host, exp=now - 5)), 'invalid_grant', 'expired')
    for exp in (now + 400, str(now + 100), now + 100.5, None):
        assert_refused(exchange(host, assertion(host, exp=exp)), 'invalid_grant', 'invalid')
    assert_equal(exchange(host, assertion(host, exp=now + 290))[0], 200)


@test('the signature is verified, and nothing in the header bends that')
def _(room):
    host = start(room)
    foreign, certificate = make_pair(room, 'foreign')
    good = assertion(host)
    head, claims, signature = good.split('.')
    for bad in (assertion(host, key=foreign),
                assertion(host, {'alg': 'none'}), assertion(host, {'alg': 'HS256'}),
                assertion(host, {'alg': 'RS256', 'x5c': [certificate.read_text()]}),
                assertion(host, {'alg': 'RS256', 'typ': 'JOSE'}),
                f'{head}.{claims}.', f'{head}.{claims}', f'{good}.', f'{good}=',
                f'{head}.{encode({"iss": CLIENT_ID})}.{signature}'):
        assert_refused(exchange(host, bad), 'invalid_grant', 'invalid assertion')
    assert_equal(exchange(host, assertion(host, {'typ': 'JWT', 'alg': 'RS256'}))[0], 200)


@test('any of several certificates will do')
def _(room):
    pairs = [make_pair(room, name) for name in ('old', 'new')]
    host = room.serve(DemoHost(room, pairs[0][1], '--certificate', pairs[1][1]))
    for key, _ in pairs:
        assert_equal(exchange(host, assertion(host, key=key))[0], 200)


@test('git is served to who brings a token, and to nobody else')
def _(room):
    room.run('git', 'init', '--quiet', '--bare', 'root/a.git')
    host = start(room, '--git-root', room.path / 'root')
    git = ['git', '-c', f'http.sslCAInfo={host.ca}']
    url = f'{host.url}/git/a.git'
    assert_equal(room.run(*git, 'ls-remote', url).code, 128)
    assert_equal(request(host, '/git/a.git/info/refs')[1].get_all('WWW-Authenticate'),
                 ['Bearer realm="avouch demo"', 'Basic realm="avouch demo"'])

    token = exchange(host)[2]['access_token']
    basic = base64.b64encode(f'anyone:{token}'.encode()).decode()
    room.run('git', 'init', '--quiet', 'work')
    room.run('git', '-C', 'work', '-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--quiet',
             '--allow-empty', '-m', 'one')
    for number, header in enumerate((f'Bearer {token}', f'Basic {basic}')):
        run = [*git, '-c', f'http.extraHeader=Authorization: {header}']
        pushed = room.run(*run, '-C', 'work', 'push', url, f'HEAD:refs/heads/b{number}')
        assert_equal(pushed.code, 0, pushed.errors)
        seen = room.run(*run, 'ls-remote', url)
        assert_equal(seen.output.count('refs/heads/'), number + 1)
        assert_equal(room.run(*run, 'ls-remote', f'{host.url}/git/../a.git').code, 128)


@test('kubernetes is served to a bearer, and a Status is its 401')
def _(room):
    host = start(room)
    token = exchange(host)[2]['access_token']
    basic = base64.b64encode(f'anyone:{token}'.encode()).decode()
    for header in ({}, {'Authorization': f'Basic {basic}'}, {'Authorization': 'Bearer other'}):
        status, _, body = request(host, '/version', headers=header)
        assert_equal((status, body['kind'], body['code']), (401, 'Status', 401))
    bearer = {'Authorization': f'Bearer {token}'}
    for path in ('/version', '/api', '/apis', '/api/v1', '/api/v1/namespaces/default/pods'):
        assert_equal(request(host, path, headers=bearer)[0], 200, path)
    assert_equal(request(host, '/api/v2', headers=bearer)[2]['reason'], 'NotFound')
    host.invalidate()
    assert_equal(request(host, '/version', headers=bearer)[0], 401)
    assert_equal(host.stats()['unauthorized'], 4)


SOAP_PATH = '/services/Soap/u/65.0'
ASYNC_PATH = '/services/async/65.0/job'
ASYNC = 'http://www.force.com/2009/06/asyncapi/dataload'


def envelope(token, call='<getUserInfo/>', namespace='urn:partner.soap.sforce.com'):
    return (f'<?xml version="1.0"?><x:Envelope xmlns:x="http://schemas.xmlsoap.org/soap/envelope/">'
            f'<x:Header><SessionHeader xmlns="{namespace}"><sessionId>{token}</sessionId>'
            f'</SessionHeader></x:Header><x:Body xmlns="{namespace}">{call}</x:Body>'
            f'</x:Envelope>').encode()


def soap(host, body, **headers):
    form = {'Content-Type': 'text/xml', 'SOAPAction': '""', **headers}
    status, _, content = request(host, SOAP_PATH, body,
                                 headers={name: value for name, value in form.items() if value})
    return status, content.decode() if isinstance(content, bytes) else content


@test('SOAP is served to a session in its SessionHeader')
def _(room):
    host = start(room)
    token = exchange(host)[2]['access_token']
    status, content = soap(host, envelope(token))
    assert_equal(status, 200)
    assert_in(f'<userName>{USERNAME}</userName>', content)
    query = '<query><queryString>SELECT Id, Name FROM Account</queryString></query>'
    status, content = soap(host, envelope(token, query))
    names = [name.text for name in ElementTree.fromstring(content).iter(
        '{urn:sobject.partner.soap.sforce.com}Name')]
    assert_equal((status, names), (200, ['Acme', 'Müller & Söhne <GmbH>', '"Quoted", Inc.']))


@test('SOAP knows no bearer, no other namespace, no other session')
def _(room):
    host = start(room)
    token = exchange(host)[2]['access_token']
    bearer = {'Authorization': f'Bearer {token}'}
    nobody = envelope(token).replace(b'SessionHeader', b'OtherHeader')
    for body, headers in ((nobody, bearer), (envelope('other'), bearer), (envelope(''), {}),
                          (envelope(token, namespace='urn:other'), {})):
        status, content = soap(host, body, **headers)
        assert_equal(status, 500)
        assert_in('<faultcode>sf:INVALID_SESSION_ID</faultcode>', content)
    host.invalidate()
    assert_in('INVALID_SESSION_ID', soap(host, envelope(token))[1])


@test('SOAP wants what the protocol wants')
def _(room):
    host = start(room)
    token = exchange(host)[2]['access_token']
    assert_in('SOAPAction', soap(host, envelope(token), SOAPAction=None)[1])
    assert_equal(soap(host, envelope(token), **{'Content-Type': 'application/json'})[0], 415)
    assert_equal(request(host, SOAP_PATH)[0], 404)
    for bad in (b'', b'<x', envelope(token)[:-1], b'<!DOCTYPE a>' + envelope(token)[21:]):
        assert_in('not well-formed', soap(host, bad)[1])
    assert_in('No operation', soap(host, envelope(token, '<logout/>'))[1])
    assert_in('MALFORMED_QUERY', soap(host, envelope(token, '<query/>'))[1])


def bulk1(host, token, path='', body=None, content_type='application/xml', **headers):
    status, _, content = request(host, ASYNC_PATH + path, body, headers={
        'X-SFDC-SESSION': token, 'Content-Type': content_type, **headers})
    return status, content.decode()


def job_info(**members):
    return (f'<jobInfo xmlns="{ASYNC}">'
            + ''.join(f'<{name}>{value}</{name}>' for name, value in members.items())
            + '</jobInfo>').encode()


@test('Bulk 1.0 takes a query from its job to its result')
def _(room):
    host = start(room)
    token = exchange(host)[2]['access_token']
    status, job = bulk1(host, token, '', job_info(operation='query', object='Account',
                                                  contentType='CSV'))
    assert_equal(status, 201)
    path = '/' + re.search('<id>(.*?)</id>', job)[1]
    status, batch = bulk1(host, token, path + '/batch', b'SELECT Id, Name FROM Account', 'text/csv')
    assert_equal(status, 201)
    inner = f'{path}/batch/' + re.search('<id>(.*?)</id>', batch)[1]
    assert_in('there is no result yet', bulk1(host, token, inner + '/result')[1])
    assert_in('<state>InProgress</state>', bulk1(host, token, inner)[1])
    assert_in('<state>Completed</state>', bulk1(host, token, inner)[1])
    result = re.search('<result>(.*?)</result>', bulk1(host, token, inner + '/result')[1])[1]
    rows = list(csv.reader(io.StringIO(bulk1(host, token, f'{inner}/result/{result}')[1])))
    assert_equal([row[1] for row in rows],
                 ['Name', 'Acme', 'Müller & Söhne <GmbH>', '"Quoted", Inc.'])
    assert_in('<state>Closed</state>', bulk1(host, token, path, job_info(state='Closed'))[1])
    assert_in('<state>Closed</state>', bulk1(host, token, path)[1])


@test('Bulk 1.0 knows no bearer and nothing that it was not given')
def _(room):
    host = start(room)
    token = exchange(host)[2]['access_token']
    good = job_info(operation='query', object='Account', contentType='CSV')
    status, content = bulk1(host, 'other', '', good, Authorization=f'Bearer {token}')
    assert_equal(status, 400)
    assert_in('<exceptionCode>InvalidSessionId</exceptionCode>', content)
    for path, body, part in (('', b'<x', 'InvalidJob'), ('', job_info(operation='insert'), 'Job'),
                             ('/750', None, 'InvalidJob'), ('/750/batch', good, 'InvalidJob')):
        status, content = bulk1(host, token, path, body)
        assert_equal(status, 400)
        assert_in(part, content)


def login(host):
    return {'Authorization': f'Bearer {exchange(host)[2]["access_token"]}'}


@test('REST is served to a bearer, by pages, and refuses what Salesforce refuses')
def _(room):
    host = start(room)
    bearer, data = login(host), '/services/data/v65.0'
    status, headers, body = request(host, data)
    assert_equal((status, body[0]['errorCode']), (401, 'INVALID_SESSION_ID'))
    assert_in('Bearer', headers['WWW-Authenticate'])
    assert_equal(request(host, '/services/data', headers=bearer)[2][0]['url'], data)
    page = request(host, f'{data}/query?q=SELECT+Id+FROM+Account', headers=bearer)[2]
    assert_equal((page['totalSize'], page['done'], len(page['records'])), (5, False, 2))
    page = request(host, page['nextRecordsUrl'], headers=bearer)[2]
    page = request(host, page['nextRecordsUrl'], headers=bearer)[2]
    assert_equal((page['done'], len(page['records'])), (True, 1))
    typed = {**bearer, 'Content-Type': 'application/json'}
    for path, form, expected in (
            (f'{data}/query?q=x', None, (400, 'MALFORMED_QUERY')),
            (f'{data}/query/01gdemo-6', None, (400, 'INVALID_QUERY_LOCATOR')),
            (f'{data}/nothing', None, (404, 'NOT_FOUND')),
            ('/services/data/v1.0/limits', None, (404, 'UNSUPPORTED_API_VERSION')),
            (f'{data}/sobjects/Account', b'{}', (400, 'REQUIRED_FIELD_MISSING')),
            (f'{data}/sobjects/Account', b'{', (400, 'JSON_PARSER_ERROR')),
            (f'{data}/jobs/query', b'{"operation":"query"}', (400, 'INVALIDJOB')),
            (f'{data}/jobs/query/750demo00000000001', None, (404, 'NOT_FOUND'))):
        status, _, body = request(host, path, form, headers=typed)
        assert_equal((status, body[0]['errorCode']), expected, path)
    assert_equal(request(host, f'{data}/sobjects/Account', b'{"Name":"a"}', headers=typed)[0], 201)
    for version, status in (('v51.0', 200), ('v31.0', 200), ('v30.0', 404), ('v66.0', 404),
                            ('v51.1', 404), ('v51', 404)):
        assert_equal(request(host, f'/services/data/{version}/limits', headers=bearer)[0], status,
                     version)
    user = f'{data}/sobjects/User/005demo0000000'
    assert_equal(request(host, user + '1', headers=bearer)[2]['Username'], USERNAME)
    assert_equal(request(host, user + '2', headers=bearer)[0], 404)


@test('a bulk query is a job, a wait, and pages of CSV')
def _(room):
    host = start(room)
    bearer, jobs = login(host), '/services/data/v65.0/jobs/query'
    form = b'{"operation":"query","query":"SELECT Id FROM Account"}'
    job = request(host, jobs, form, headers={**bearer, 'Content-Type': 'application/json'})[2]
    assert_equal(job['state'], 'UploadComplete')
    path = f'{jobs}/{job["id"]}'
    states = [request(host, path, headers=bearer)[2]['state'] for _ in range(2)]
    assert_equal(states, ['InProgress', 'JobComplete'])
    rows, locator = [], ''
    while locator != 'null':
        query = urllib.parse.urlencode({'maxRecords': 10, **({'locator': locator} if locator else {})})
        status, headers, page = request(host, f'{path}/results?{query}', headers=bearer)
        lines = list(csv.reader(io.StringIO(page.decode())))
        assert_equal((status, headers.get_content_type(), len(lines) - 1),
                     (200, 'text/csv', int(headers['Sforce-NumberOfRecords'])))
        rows += lines[1:]
        locator = headers['Sforce-Locator']
    assert_equal(len(rows), 5)
    assert_equal(request(host, f'{path}/results?locator=x', headers=bearer)[0], 400)


@test('a session ends')
def _(room):
    host = start(room, '--session', '0')
    token = exchange(host)[2]['access_token']
    assert_equal(request(host, '/version', headers={'Authorization': f'Bearer {token}'})[0], 401)


@test('it refuses, delays and mistakes the time as it is told')
def _(room):
    host = start(room)
    host.set('refuse=invalid_app_access&description=a+%22quoted%22+one&status=429&retry-after=7')
    status, headers, body = exchange(host)
    assert_equal((status, headers['Retry-After']), (429, '7'))
    assert_equal(body, {'error': 'invalid_app_access', 'error_description': 'a "quoted" one'})
    host.set('reset')
    assert_equal(exchange(host)[0], 200)

    host.set('delay-ms=300')
    started = time.monotonic()
    assert_equal(exchange(host)[0], 200)
    assert_equal(time.monotonic() - started >= 0.3, True)
    host.set('reset')

    host.set('date-offset=600')
    assert_refused(exchange(host), 'invalid_grant', 'expired')
    assert_equal(exchange(host, assertion(host, exp=int(time.time()) + 700))[0], 200)
    for method, path in (('POST', '/control/other'), ('GET', '/control/set?reset'),
                         ('POST', '/control/stats')):
        assert_equal(request(host, path, method=method)[0], 404)
    for query in ('', '?other=1', '?status=99', '?delay-ms=x'):
        assert_equal(request(host, '/control/set' + query, method='POST')[0], 400)


@test('a client that leaves during a delay leaves nothing behind')
def _(room):
    host = start(room)
    host.set('delay-ms=200')
    form = urllib.parse.urlencode({'grant_type': GRANT_TYPE, 'assertion': assertion(host)})
    gone = room.run('curl', '-sS', '--max-time', '0.1', '--cacert', host.ca, '-d', '@-',
                    host.url + TOKEN_PATH, input=form)
    assert_equal(gone.code, 28)
    host.set('reset')
    wait_until(lambda: host.stats()['exchanges'] == 1)
    time.sleep(0.3)  # past the delay: what could go wrong has
    assert_equal(exchange(host)[0], 200)


@test('it ends with its standard input, and says what it lacks')
def _(room):
    host = DemoHost(room, make_pair(room)[1])
    host.stop()
    assert_equal(host.process.returncode, 0)
    lacking = room.run(DEMO_HOST, '--until-eof')
    assert_equal((lacking.code, lacking.output), (1, ''))
    assert_in('--ca-file', lacking.errors)


main()
