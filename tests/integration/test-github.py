# SPDX-License-Identifier: LGPL-2.1-or-later
"""The issuer github-app through the programs: what is asked of GitHub and how often, what a person
reads when it refuses, and what the commands make of a token."""
import json
import re

from githubhost import *
from harness import *

TOKEN = r'ghs_[0-9a-f]{36}'


def password(result):
    assert_equal((result.code, result.errors), (0, ''))
    return re.search(f'(?m)^password=({TOKEN})$', result.output).group(1)


def assert_refused(result, code, *patterns):
    assert_equal(result.output, '')
    assert_equal(result.code, code, result.errors)
    for pattern in patterns:
        assert_match(pattern, result.errors)


@test('git gets a token for the repository that it names')
def _(room):
    github = start_github(room, repositories='request', permissions='contents:read')
    github.install('octo', ['app', 'lib'])
    done = ask_git(room, github, 'octo/app.git')
    token = github.tokens[password(done)]
    assert_match('(?m)^username=x-access-token$', done.output)
    assert_equal((token.repositories, token.permissions),
                 (['app'], {'contents': 'read', 'metadata': 'read'}))
    assert_equal(json.loads(github.calls[-1].body),
                 {'repositories': ['app'], 'permissions': {'contents': 'read'}})
    for call in github.calls:
        assert_equal(call.headers['Accept'], 'application/vnd.github+json')
        assert_match(r'^\d{4}-\d\d-\d\d$', call.headers['X-GitHub-Api-Version'])
        assert_match('^avouch/', call.headers['User-Agent'])
        assert_equal(call.claims['iss'], CLIENT_ID)


@test('an installation is looked up once for an owner, a token fetched once for what it is for')
def _(room):
    github = start_github(room, repositories='request')
    github.install('octo', ['app', 'lib'])
    github.install('cat', ['toy'])
    first = password(ask_git(room, github, 'octo/app.git'))
    assert_equal(github.made(), ['GET /repos/octo/app/installation',
                                 'POST /app/installations/100/access_tokens'])
    assert_equal(password(ask_git(room, github, 'octo/app.git')), first)
    assert_equal(password(ask_git(room, github, 'octo/app')), first)
    assert_equal(password(ask_git(room, github, 'octo/app.git/info/lfs')), first)
    assert_equal(github.made(), [])
    assert_true(password(ask_git(room, github, 'octo/lib.git')) != first, 'one for each')
    assert_equal(github.made(), ['POST /app/installations/100/access_tokens'])
    password(ask_git(room, github, 'cat/toy.git'))
    assert_equal(github.made(), ['GET /repos/cat/toy/installation',
                                 'POST /app/installations/101/access_tokens'])


@test('owner = request takes one token for all of an owner')
def _(room):
    github = start_github(room, owner='request')
    github.install('octo', ['app', 'lib'])
    github.install('cat', ['toy'], kind='User')
    first = password(ask_git(room, github, 'octo/app.git'))
    assert_equal(password(ask_git(room, github, 'octo/lib.git')), first)
    assert_true(password(ask_git(room, github, 'cat/toy.git')) != first, 'another owner')
    assert_equal(github.made(), ['GET /users/octo/installation',
                                 'POST /app/installations/100/access_tokens',
                                 'GET /users/cat/installation',
                                 'POST /app/installations/101/access_tokens'])


@test('an App with one installation needs no owner')
def _(room):
    github = start_github(room)
    github.install('octo', ['app'])
    password(ask_git(room, github))
    assert_equal(github.made(), ['GET /app/installations?per_page=30',
                                 'POST /app/installations/100/access_tokens'])
    assert_equal(github.tokens.popitem()[1].repositories, ['app'])


@test('with several installations a token by name says how to choose')
def _(room):
    github = start_github(room, owner='request')
    github.install('octo', ['app'])
    github.install('cat', ['toy'])
    done = room.run('avouch', 'token', 'gh')
    assert_refused(done, 3, 'avouch: gh: .*more than one installation',
                   r'hint: .*--url https://.*"owner = NAME" under \[gh\].*: octo, cat')
    done = room.run('avouch', 'token', '--url', f'{github.url}/cat/toy')
    assert_match(TOKEN, done.output)


@test('a place without a path is refused, whatever was fetched by name before')
def _(room):
    github = start_github(room, repositories='request')
    github.install('octo', ['app', 'lib'])
    assert_match(TOKEN, room.run('avouch', 'token', 'gh').output)
    assert_refused(ask_git(room, github), 3, 'cannot be told',
                   f'hint: type: avouch setup git gh .*credential.{github.url}.useHttpPath true.*'
                   rf'--url {github.url}/OWNER/REPOSITORY')
    assert_refused(ask_git(room, github), 3, 'cannot be told')


@test('another owner than the profile names is refused')
def _(room):
    github = start_github(room, owner='octo', repositories='request')
    github.install('octo', ['app'])
    assert_refused(ask_git(room, github, 'cat/toy.git'), 3, r'owner: .*repositories of cat')
    password(ask_git(room, github, 'Octo/app.git'))


@test('names that GitHub cannot have reach nobody')
def _(room):
    github = start_github(room, repositories='request')
    for path in ('oc to/app', '-octo/app', 'octo/%2e%2e', 'ö/app', 'octo/' + 'a' * 101):
        done = ask_git(room, github, path)
        assert_equal((done.code, done.output), (1, ''), path)
    assert_equal(github.made(), [])


@test('an installation that was removed and made anew is found again')
def _(room):
    github = start_github(room, repositories='request')
    github.install('octo', ['app', 'lib'])
    password(ask_git(room, github, 'octo/app.git'))
    github.installations[0].number = 777
    github.made()
    password(ask_git(room, github, 'octo/lib.git'))
    assert_equal(github.made(), ['POST /app/installations/100/access_tokens',
                                 'GET /repos/octo/lib/installation',
                                 'POST /app/installations/777/access_tokens'])


@test('a wrong clock is corrected by the server\'s')
def _(room):
    for ahead in (-4000, 4000):
        github = start_github(room, profile=None, owner='octo')
        github.install('octo', ['app'])
        github.clock = ahead
        name = f'gh{abs(ahead)}{"b" if ahead < 0 else "a"}'
        room.configure(name, **{**github.settings, 'serve': None})
        done = room.run('avouch', 'token', name, '--format', 'json')
        assert_equal(done.code, 0, done.errors)
        left = json.loads(done.output)
        assert_match(TOKEN, left['token'])


REFUSALS = [
    # what is done to GitHub, which repository is asked for; code, message, hint
    ('not installed', lambda github: github.installations.clear(), 'octo/app', 6,
     'App is not installed there', 'Install App'),
    ('outside the selection', None, 'octo/secret', 6, 'not installed there', 'selected'),
    ('suspended', lambda github: setattr(github.installations[0], 'suspended', True), 'octo/app', 6,
     'installation is suspended', 'Unsuspend'),
    ('beyond the grant', lambda github: github.installations[0].permissions.pop('contents'),
     'octo/app', 6, 'more than the installation was granted', 'Permissions & events'),
    ('another App', lambda github: setattr(github, 'client_id', 'Iv23other'), 'octo/app', 6,
     'no such App', 'compare client-id'),
    ('another key', lambda github: setattr(github, 'public_key', other_public), 'octo/app', 6,
     'private key is not the App', 'Private keys'),
]

other_public = public_key(make_app_key(folder / 'other.pem'), folder / 'other.pub')


@test('each refusal says what to do, and is asked for once')
def _(room):
    for name, prepare, path, code, meaning, hint in REFUSALS:
        profile = 'gh-' + name.replace(' ', '-')
        github = start_github(room, profile=profile, repositories='request',
                              permissions='contents:read')
        github.install('octo', ['app'])
        if prepare:
            prepare(github)
        done = ask_git(room, github, path)
        assert_refused(done, code, f'avouch: {profile}: .*{meaning}', f'hint: .*{hint}')
        made = github.made()
        again = ask_git(room, github, path)
        assert_refused(again, code, meaning, 'asked . s ago')
        assert_true(made and github.made() == [], name)


@test('a repository beyond the selection of a known installation is explained')
def _(room):
    github = start_github(room, repositories='request')
    github.install('octo', ['app'])
    password(ask_git(room, github, 'octo/app'))
    assert_refused(ask_git(room, github, 'octo/secret'), 6,
                   'not installed for this repository', 'Repository access')


@test('a repository that was renamed is said to be')
def _(room):
    github = start_github(room, repositories='request')
    github.install('octo', ['app'])
    github.answer('GET', 301, {'message': 'Moved Permanently'},
                  location=f'{github.api_url}/repositories/1/installation')
    assert_refused(ask_git(room, github, 'octo/old'), 1, 'hint: .*was it renamed')


@test('a rate limit holds all of the profile for as long as GitHub says')
def _(room):
    github = start_github(room, repositories='request')
    github.install('octo', ['app', 'lib'])
    github.answer('POST', 403, {'message': 'API rate limit exceeded for installation ID 1.'},
                  x_ratelimit_remaining='0', x_ratelimit_reset=str(int(time.time()) + 600))
    assert_refused(ask_git(room, github, 'octo/app'), 6, 'rate limit is reached, for (600|59.) sec')
    github.made()
    assert_refused(ask_git(room, github, 'octo/lib'), 6, 'rate limit', 'not asked again for')
    assert_equal(github.made(), [])


@test('an answer that is not GitHub\'s is refused, and no byte of it believed')
def _(room):
    cases = [
        ('GET', 200, {}, 'no installation id'),
        ('GET', 200, {'id': '100'}, 'not a whole number'),
        ('GET', 200, {'id': -100}, 'no installation id'),
        ('GET', 200, b'<html>', ''),
        ('GET', 200, b'[' * 100, ''),
        ('GET', 200, b' ' * (1024 * 1024 + 1), 'longer than'),
        ('POST', 201, {}, 'token.* is missing'),
        ('POST', 201, {'token': 7}, 'not a string'),
        ('POST', 201, {'token': 'a\nb', 'expires_at': '2099-01-01T00:00:00Z'}, 'no token may have'),
        ('POST', 201, {'token': 'a', 'expires_at': 7}, 'not a string'),
        ('POST', 201, {'token': 'a', 'expires_at': 'soon'}, 'no date'),
        ('POST', 201, {'token': 'a', 'expires_at': '2000-01-01T00:00:00Z'}, 'ended already'),
        ('POST', 201, {'token': 'a' * 70000, 'expires_at': '2099-01-01T00:00:00Z'}, 'longer than'),
    ]
    for number, (method, status, body, message) in enumerate(cases):
        github = start_github(room, profile=f'gh{number}', repositories='request')
        github.install('octo', ['app'])
        github.answer(f'^{method}', status, body)
        done = ask_git(room, github, 'octo/app')
        assert_refused(done, 1, f'avouch: gh{number}: ', message)
        assert_equal(room.credential_files(), [])


@test('a token that is too new to be known is kept when git erases it')
def _(room):
    github = start_github(room, repositories='request')
    github.install('octo', ['app'])
    place = github.url.removeprefix('https://')

    def try_it():
        token = password(ask_git(room, github, 'octo/app.git'))
        refused = f'protocol=https\nhost={place}\npath=octo/app.git\npassword={token}\n\n'
        return token, room.run('git-credential-avouch', 'erase', input=refused)

    token, done = while_new(room, try_it)
    assert_match('avouch: gh: the token was refused . s after it was issued', done.errors)
    assert_match('hint: try again', done.errors)
    assert_equal(password(ask_git(room, github, 'octo/app.git')), token)


@test('a call with a token too new to be known is made again')
def _(room):
    github = start_github(room, owner='octo')
    github.install('octo', ['app'])

    def try_it():
        github.tokens.clear()
        github.made()
        github.fresh_refusals = 1
        return room.run('avouch', 'request', 'gh', '/repos/octo/app')

    done = while_new(room, try_it)
    assert_equal((done.code, done.errors), (0, ''))
    assert_equal(json.loads(done.output)['full_name'], 'octo/app')
    assert_equal(github.made()[-2:], ['GET /repos/octo/app'] * 2)
    assert_equal(len(github.tokens), 1)


@test('a token that stays refused is replaced by one login, once it is no longer new')
def _(room):
    github = start_github(room, owner='octo')
    github.install('octo', ['app'])
    assert_equal(room.run('avouch', 'token', 'gh').code, 0)
    github.tokens.clear()
    done = room.run('avouch', 'request', 'gh', '/repos/octo/app')
    assert_equal((done.code, done.errors), (0, ''))
    assert_equal(len(github.tokens), 1)
    made = github.made()
    assert_equal(made.count('POST /app/installations/100/access_tokens'), 2)
    assert_less(made.count('GET /repos/octo/app'), 6)


@test('run tells GitHub\'s own tools of an Enterprise Server, and leaves github.com\'s variables')
def _(room):
    github = start_github(room, owner='octo')
    github.install('octo', ['app'])
    done = room.run('avouch', 'run', 'gh', '--', 'env', env={
        'GH_TOKEN': 'stale', 'GITHUB_ENTERPRISE_TOKEN': 'stale', 'GH_HOST': 'elsewhere.example'})
    assert_equal((done.code, done.errors), (0, ''))
    told = dict(line.split('=', 1) for line in done.output.splitlines())
    token = next(iter(github.tokens))
    host = github.url.removeprefix('https://')
    assert_equal({name: value for name, value in told.items() if name.startswith('G') and
                  name.split('_')[0] in ('GH', 'GITHUB')},
                 {'GITHUB_TOKEN': token, 'GH_ENTERPRISE_TOKEN': token, 'GH_HOST': host,
                  'GITHUB_API_URL': github.api_url, 'GITHUB_SERVER_URL': github.url})


@test('revoke ends each token of the profile')
def _(room):
    github = start_github(room, repositories='request')
    github.install('octo', ['app', 'lib'])
    for path in ('octo/app', 'octo/lib'):
        password(ask_git(room, github, path))
    done = room.run('avouch', 'revoke', 'gh')
    assert_equal((done.code, done.output), (0, 'gh: revoked: 2\n'), done.errors)
    assert_equal((github.tokens, room.credential_files()), ({}, []))
    assert_equal(github.made()[-1], 'DELETE /installation/token')


@test('revoke counts a token that has ended')
def _(room):
    github = start_github(room, owner='octo')
    github.install('octo', ['app'])
    room.run('avouch', 'token', 'gh')
    github.tokens.clear()
    done = room.run('avouch', 'revoke', 'gh')
    assert_equal((done.code, done.output), (0, 'gh: had ended already: 1\n'), done.errors)


@test('whoami tells the App, where it is installed, and what the token may do')
def _(room):
    github = start_github(room, repositories='request', permissions='contents:read')
    github.install('octo', ['app'])
    github.install('cat', ['toy'])
    done = room.run('avouch', 'whoami', '--url', f'{github.url}/cat/toy', '--json')
    told = json.loads(done.output)
    assert_equal((told['profile'], told['username'], told['name'], told['app_owner'],
                  told['installed_at'], told['repositories'], told['scopes']),
                 ('gh', 'robot[bot]', 'The Robot', 'acme', 'cat', ['toy'],
                  ['contents:read', 'metadata:read']))
    shown = room.run('avouch', 'whoami', f'{github.url}/octo/app').output
    assert_match(r'(?m)^user +robot\[bot\]$', shown)
    assert_match(r'(?m)^installed at +octo$', shown)
    for hostile in ({'slug': 5}, {}, {'slug': 'robot', 'owner': 7}, [],
                    {'slug': '\x1b[31m\u202e', 'owner': {'login': '\x07'}}):
        github.answer('GET /api/v3/app$', 200, hostile, times=1)
        done = room.run('avouch', 'whoami', '--url', f'{github.url}/cat/toy')
        assert_not_in('\x1b', done.output + done.errors)
        assert_not_in('\u202e', done.output + done.errors)
        if 'owner' not in hostile or hostile['owner'] == 7:
            assert_refused(done, 1, 'avouch: gh: ')
    github.answer('GET /api/v3/app$', 401, {'message': 'Bad credentials'})
    assert_refused(room.run('avouch', 'whoami', f'{github.url}/cat/toy'), 6, 'gh: the issuer')


@test('each command takes the place to be reached in the place of a profile')
def _(room):
    github = start_github(room, repositories='request')
    github.install('octo', ['app'])
    github.install('cat', ['toy'])
    places = [f'{github.url}/octo/app', f'{github.url}/cat/toy']
    tokens = [room.run('avouch', 'token', '-u', place).output.strip() for place in places]
    for place, token in zip(places, tokens):
        for words in (['--url', place, '--'], ['-u', place, '--'], [f'--url={place}', '--'], [place]):
            done = room.run('avouch', 'run', *words, 'printenv', 'GITHUB_TOKEN')
            assert_equal((done.code, done.output), (0, token + '\n'), done.errors)
        path = '/repos/' + place.removeprefix(github.url + '/')
        for words in (['--url', place], ['--url', place, 'GET'], [place, 'GET']):
            done = room.run('avouch', 'request', *words, path)
            assert_equal((done.code, json.loads(done.output)['private']), (0, True), done.errors)
        done = room.run('avouch', 'doctor', '--url', place, '--json')
        login = {step['name']: step for step in json.loads(done.output)[-1]['steps']}['login']
        assert_equal((done.code, login['state']), (0, 'ok'), done.output)
        assert_match('the cached token is good', login['finding'])
    done = room.run('avouch', 'revoke', '--url', places[1])
    assert_equal((done.code, done.output), (0, 'gh: revoked: 1\n'), done.errors)
    assert_equal(list(github.tokens), tokens[:1])


@test('a place that nobody serves, or that is no URL, is told alike by each command')
def _(room):
    start_github(room, repositories='request')
    for command, *more in (('token',), ('run', '--', 'true'), ('request', '/user'), ('whoami',),
                           ('doctor',), ('revoke',)):
        elsewhere = room.run('avouch', command, '--url', 'https://elsewhere.example/a/b', *more)
        assert_refused(elsewhere, 1, 'no profile serves https://elsewhere.example',
                       'hint: add "serve = ')
        assert_refused(room.run('avouch', command, '--url', 'elsewhere', *more), 2, '--url: ')
        words = ['gh', *more] if command != 'request' else ['gh', 'GET', *more]
        assert_refused(room.run('avouch', command, '--url', 'https://a.example', *words), 2,
                       'not both')
    assert_refused(room.run('avouch', 'revoke', '--all', '--url', 'https://a.example'), 2, '--all')


@test('a refused call says why')
def _(room):
    github = start_github(room, owner='octo')
    github.install('octo', ['app'])
    done = room.run('avouch', 'request', 'gh', '/repos/cat/toy')
    assert_equal(done.code, 6)
    assert_match('avouch: gh: the API refused: .*may not see it', done.errors)
    github.answer('GET /api/v3/repos', 403, {'message': 'Resource not accessible by integration'})
    done = room.run('avouch', 'request', 'gh', '/repos/octo/app')
    assert_match('permissions do not reach so far', done.errors)


@test('doctor looks at each step, and tells the permissions')
def _(room):
    github = start_github(room, owner='octo', permissions='contents:read')
    github.install('octo', ['app'])
    done = room.run('avouch', 'doctor', 'gh')
    assert_equal(done.code, 0, done.output + done.errors)
    assert_match(r'\n  . scopes +contents:read metadata:read', done.output)
    assert_match(r'\n  . login +logged in', done.output)
    assert_not_in('not of this issuer', done.output)
    assert_not_in('certificate', done.output.split('\ngh\n')[1])


@test('doctor is content with an App that has several installations')
def _(room):
    github = start_github(room, repositories='request')
    github.install('octo', ['app'])
    github.install('cat', ['toy'])
    done = room.run('avouch', 'doctor', 'gh', '--json')
    steps = {step['name']: step for step in json.loads(done.output)[-1]['steps']}
    assert_equal((done.code, steps['login']['state'], steps['scopes']['state']),
                 (0, 'warning', 'skipped'), done.output)
    assert_match('one of: octo, cat', steps['login']['hint'])


@test('doctor explains a refusal')
def _(room):
    github = start_github(room, owner='octo')
    github.install('octo', ['app']).suspended = True
    done = room.run('avouch', 'doctor', 'gh')
    assert_equal(done.code, 6, done.output + done.errors)
    assert_match(r'login +the issuer refused: the installation is suspended', done.output)


@test('profile add checks the settings')
def _(room):
    start_github(room, profile=None)
    common = ['avouch', 'profile', 'add', 'gh', '--issuer', 'github-app', '--client-id', 'Iv23demo',
              '--key', app_key, '--dry-run']
    done = room.run(*common, '--set', 'repositories=request', '--set', 'permissions=contents:read',
                    '--serve', 'https://github.com')
    assert_equal((done.code, done.errors), (0, ''))
    assert_in('repositories=request\n', done.output)
    done = room.run(*common, '--set', 'permissions=pull-requests:read')
    assert_equal(done.code, 3)
    assert_match('pull_requests', done.errors)


@test('profile add makes no key where GitHub makes it')
def _(room):
    done = room.run('avouch', 'profile', 'add', 'gh', '--issuer', 'github-app', '--client-id',
                    'Iv23demo', '--yes')
    assert_equal((done.code, done.output), (2, ''))
    assert_in('missing: --key', done.errors)
    assert_equal(list(room.keys.iterdir()), [])


@test('the wizard says where GitHub makes the key before it asks for it')
def _(room):
    code, shown = converse(room, ['profile', 'add', 'github-app'], [
        ('client-id', 'Iv23demo'), ('name', 'gh'), ('key', str(app_key)), ('serve', ''),
        ('(Enter: yes, n: no)', 'n')])
    assert_equal(code, 0, shown)
    assert_less(shown.index('Generate a private key'), shown.index('client-id: '))
    assert_in('client-id=Iv23demo', (room.config / 'conf.d' / 'gh.conf').read_text())


@test('the token is in no file of a disk, no message and no argument')
def _(room):
    github = start_github(room, repositories='request')
    github.install('octo', ['app'])
    token = password(ask_git(room, github, 'octo/app'))
    for path in room.path.rglob('*'):
        if path.is_file():
            assert_not_in(token.encode(), path.read_bytes())


main()
