# SPDX-License-Identifier: LGPL-2.1-or-later
"""GitHub on loopback, as an Enterprise Server has it: the App's part of its REST API below /api/v3,
and git repositories by git's own http-backend.

As strict as the real one in what an App's JWT says, which openssl verifies, and in what a token may
be for. A test sets `clock`, `fresh_refusals`, an installation's fields, or with answer() whatever
is to be said instead.
"""
import base64
import binascii
import email.utils
import http.server
import json
import os
import re
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.parse

API = '/api/v3'
DOCS = 'https://docs.github.com/rest'
LEVELS = ('read', 'write', 'admin')
MAX_AHEAD = 600  # seconds from now to a JWT's `exp`
LIFETIME = 3600
BAD_EXPIRY = ("'Expiration time' claim ('exp') must be a numeric value representing the future "
              'time at which the assertion expires')
FAR_EXPIRY = "'Expiration time' claim ('exp') is too far in the future"
BAD_ISSUE = ("'Issued at' claim ('iat') must be an Integer representing the time that the "
             'assertion was issued')


class Refusal(Exception):
    def __init__(self, status, message, headers=()):
        super().__init__(message)
        self.status, self.message, self.headers = status, message, dict(headers)


class Installation:
    def __init__(self, number, owner, repositories, permissions, kind='Organization'):
        self.number, self.owner, self.kind = number, owner, kind
        self.repositories = repositories
        self.permissions = permissions
        self.suspended = False

    def as_json(self, app):
        return {'id': self.number, 'app_id': app.number, 'client_id': app.client_id,
                'app_slug': 'robot', 'account': {'login': self.owner, 'type': self.kind},
                'target_type': self.kind, 'repository_selection': 'selected',
                'permissions': self.permissions,
                'suspended_at': '2026-01-01T00:00:00Z' if self.suspended else None}


class Token:
    def __init__(self, installation, repositories, permissions, end, refusals):
        self.installation, self.repositories = installation, repositories
        self.permissions, self.end, self.refusals = permissions, end, refusals


class Call:
    """A request to the API: what it was, with the JWT's claims or the token that it brought."""

    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.body = method, path, headers, body
        self.header = self.claims = self.token = None

    def __repr__(self):
        return f'{self.method} {self.path} {self.body!r}'


class GitHub:
    """Runs until stop(). PUBLIC_KEY is a PEM file; GIT_ROOT has OWNER/NAME.git."""

    def __init__(self, certificate, key, public_key, git_root=None, client_id='Iv23demo',
                 number=4711):
        self.public_key, self.git_root = public_key, git_root
        self.client_id, self.number = client_id, number
        self.installations = []
        self.tokens = {}
        self.calls = []
        self.fetches = 0     # authorised requests of git
        self.refused = 0     # answered 401 to git
        self.answers = []
        self.clock = 0       # seconds that the server's is ahead
        self.fresh_refusals = 0  # how often a new token is not known yet
        self.lock = threading.Lock()
        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), make_handler(self))
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f'https://127.0.0.1:{self.server.server_address[1]}'
        self.api_url = self.url + API
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={
            'poll_interval': 0.05}, daemon=True)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(10)

    def install(self, owner, repositories, permissions=None, **more):
        permissions = permissions or {'contents': 'write', 'issues': 'write', 'metadata': 'read'}
        number = 100 + len(self.installations)
        installation = Installation(number, owner, list(repositories), permissions, **more)
        self.installations.append(installation)
        return installation

    def answer(self, pattern, status, body, times=-1, **headers):
        """What METHOD PATH that matches PATTERN is answered with instead; BODY is JSON, or bytes."""
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        self.answers.append([re.compile(pattern), status, body, times,
                             {name.replace('_', '-'): value for name, value in headers.items()}])

    def made(self):
        """The calls so far, as "METHOD PATH"; then they are forgotten."""
        with self.lock:
            lines = [f'{call.method} {call.path.removeprefix(API)}' for call in self.calls]
            self.calls = []
        return lines

    def now(self):
        return time.time() + self.clock

    # --- who asks -----------------------------------------------------------------------------

    def check_app(self, call):
        kind, _, token = call.headers.get('Authorization', '').partition(' ')
        parts = token.split('.')
        if kind.lower() != 'bearer' or len(parts) != 3:
            raise Refusal(401, 'A JSON web token could not be decoded')
        try:
            call.header = json.loads(decode(parts[0]))
            call.claims = json.loads(decode(parts[1]))
            signature = decode(parts[2])
        except (ValueError, binascii.Error):
            raise Refusal(401, 'A JSON web token could not be decoded') from None
        if str(call.claims.get('iss')) not in (self.client_id, str(self.number)):
            raise Refusal(404, 'Integration not found')
        if call.header.get('alg') != 'RS256' or \
                not self.verify('.'.join(parts[:2]).encode(), signature):
            raise Refusal(401, 'A JSON web token could not be decoded')
        self.check_times(call.claims)

    def check_times(self, claims):
        now = self.now()
        if type(claims.get('exp')) is not int or claims['exp'] <= now:
            raise Refusal(401, BAD_EXPIRY)
        if claims['exp'] > now + MAX_AHEAD:
            raise Refusal(401, FAR_EXPIRY)
        if type(claims.get('iat')) is not int or claims['iat'] > now:
            raise Refusal(401, BAD_ISSUE)

    def verify(self, text, signature):
        with tempfile.NamedTemporaryFile() as file:
            file.write(signature)
            file.flush()
            done = subprocess.run(['openssl', 'dgst', '-sha256', '-verify', str(self.public_key),
                                   '-signature', file.name], input=text, capture_output=True,
                                  check=False)
        return done.returncode == 0

    def find_token(self, text):
        token = self.tokens.get(text)
        if token is None or token.end <= self.now():
            raise Refusal(401, 'Bad credentials')
        if token.refusals > 0:
            token.refusals -= 1
            raise Refusal(401, 'Bad credentials')
        return token

    def check_token(self, call):
        kind, _, call.token = call.headers.get('Authorization', '').partition(' ')
        if kind.lower() not in ('bearer', 'token'):
            raise Refusal(401, 'Requires authentication')
        return self.find_token(call.token)

    # --- the API ------------------------------------------------------------------------------

    def serve_api(self, call):
        """(status, object or None); raises a Refusal."""
        if 'User-Agent' not in call.headers:
            raise Refusal(403, 'Request forbidden by administrative rules. Please make sure your '
                               'request has a User-Agent header')
        path = urllib.parse.urlsplit(call.path).path.removeprefix(API)
        for method, pattern, serve in ROUTES:
            match = re.fullmatch(pattern, path)
            if method == call.method and match:
                return serve(self, call, *match.groups())
        raise Refusal(404, 'Not Found')

    def list_installations(self, call):
        self.check_app(call)
        return 200, [one.as_json(self) for one in self.installations]

    def find_installation(self, call, condition):
        self.check_app(call)
        for installation in self.installations:
            if condition(installation):
                return 200, installation.as_json(self)
        raise Refusal(404, 'Not Found')

    def of_owner(self, call, owner):
        return self.find_installation(call, lambda one: one.owner.lower() == owner.lower())

    def of_repository(self, call, owner, name):
        return self.find_installation(call, lambda one: one.owner.lower() == owner.lower() and
                                      name.lower() in map(str.lower, one.repositories))

    def give_token(self, call, number):
        self.check_app(call)
        found = [one for one in self.installations if one.number == int(number)]
        if not found:
            raise Refusal(404, 'Not Found')
        installation = found[0]
        if installation.suspended:
            raise Refusal(403, 'This installation has been suspended')
        wanted = json.loads(call.body) if call.body else {}
        repositories = read_repositories(wanted, installation)
        permissions = read_permissions(wanted, installation)
        text = f'ghs_{binascii.hexlify(os.urandom(18)).decode()}'
        end = int(self.now()) + LIFETIME
        self.tokens[text] = Token(installation, repositories or installation.repositories,
                                  permissions, end, self.fresh_refusals)
        answer = {'token': text, 'permissions': permissions,
                  'expires_at': time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(end)),
                  'repository_selection': 'selected'}
        if repositories:
            answer['repositories'] = [{'id': 1, 'name': name,
                                       'full_name': f'{installation.owner}/{name}'}
                                      for name in repositories]
        return 201, answer

    def show_app(self, call):
        self.check_app(call)
        return 200, {'id': self.number, 'slug': 'robot', 'client_id': self.client_id,
                     'name': 'The Robot', 'owner': {'login': 'acme', 'type': 'Organization'},
                     'permissions': {'contents': 'write', 'metadata': 'read'}, 'events': []}

    def list_repositories(self, call):
        token = self.check_token(call)
        return 200, {'total_count': len(token.repositories),
                     'repositories': [{'full_name': f'{token.installation.owner}/{name}'}
                                      for name in token.repositories]}

    def show_repository(self, call, owner, name):
        token = self.check_token(call)
        if not may_see(token, owner, name):
            raise Refusal(404, 'Not Found')
        return 200, {'full_name': f'{owner}/{name}', 'private': True}

    def revoke(self, call):
        self.check_token(call)
        del self.tokens[call.token]
        return 204, None

    # --- git ----------------------------------------------------------------------------------

    def serve_git(self, handler, path, query, body):
        owner, name = re.match(r'/([^/]+)/([^/]+)\.git/', path).groups()
        try:
            token = self.find_token(password(handler.headers))
        except Refusal:
            self.refused += 1
            handler.reply(401, b'', {'WWW-Authenticate': 'Basic realm="GitHub"'})
            return
        if not may_see(token, owner, name):
            handler.reply(404, b'Repository not found.', {'Content-Type': 'text/plain'})
            return
        if 'git-receive-pack' in path + query and token.permissions.get('contents') == 'read':
            handler.reply(403, b'Write access to repository not granted.',
                          {'Content-Type': 'text/plain'})
            return
        self.fetches += 1
        handler.reply(*run_backend(self.git_root, handler, path, query, body))


ROUTES = [
    ('GET', '/app', GitHub.show_app),
    ('GET', '/app/installations', GitHub.list_installations),
    ('GET', '/repos/([^/]+)/([^/]+)/installation', GitHub.of_repository),
    ('GET', '/users/([^/]+)/installation', GitHub.of_owner),
    ('POST', r'/app/installations/(\d+)/access_tokens', GitHub.give_token),
    ('GET', '/installation/repositories', GitHub.list_repositories),
    ('DELETE', '/installation/token', GitHub.revoke),
    ('GET', '/repos/([^/]+)/([^/]+)', GitHub.show_repository),
]


def decode(text):
    """base64url, which has no padding (RFC 7515 section 2)."""
    if not re.fullmatch('[A-Za-z0-9_-]+', text):
        raise ValueError('not base64url')
    return base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))


def password(headers):
    kind, _, value = headers.get('Authorization', '').partition(' ')
    if kind != 'Basic':
        return None
    user, _, secret = base64.b64decode(value).decode().partition(':')
    return secret if user == 'x-access-token' else None


def may_see(token, owner, name):
    return owner.lower() == token.installation.owner.lower() and \
        name.lower() in map(str.lower, token.repositories)


def read_repositories(wanted, installation):
    known = {name.lower(): name for name in installation.repositories}
    names = wanted.get('repositories', [])
    if not set(wanted) <= {'repositories', 'permissions'} or not isinstance(names, list):
        raise Refusal(422, 'Invalid request.')
    if any(str(name).lower() not in known for name in names):
        raise Refusal(422, 'There is at least one repository that does not exist or is not '
                           'accessible to the parent installation.')
    return [known[name.lower()] for name in names]


def read_permissions(wanted, installation):
    granted = installation.permissions
    asked = wanted.get('permissions')
    if asked is None:
        return granted
    for name, level in asked.items():
        if level not in LEVELS or name not in granted or \
                LEVELS.index(level) > LEVELS.index(granted[name]):
            raise Refusal(422, 'The permissions requested are not granted to this installation.')
    return {**asked, 'metadata': 'read'}


def run_backend(root, handler, path, query, body):
    """git-http-backend(1), by RFC 3875."""
    environment = {
        'PATH': os.environ['PATH'], 'GIT_PROJECT_ROOT': str(root), 'GIT_HTTP_EXPORT_ALL': '1',
        'REQUEST_METHOD': handler.command, 'PATH_INFO': path, 'QUERY_STRING': query,
        'CONTENT_LENGTH': str(len(body)), 'REMOTE_ADDR': '127.0.0.1', 'REMOTE_USER': 'robot',
        'CONTENT_TYPE': handler.headers.get('Content-Type', ''),
        'HTTP_CONTENT_ENCODING': handler.headers.get('Content-Encoding', ''),
        'HTTP_GIT_PROTOCOL': handler.headers.get('Git-Protocol', ''),
        'GIT_CONFIG_COUNT': '1', 'GIT_CONFIG_KEY_0': 'safe.directory', 'GIT_CONFIG_VALUE_0': '*',
    }
    done = subprocess.run(['git', 'http-backend'], input=body, env=environment,
                          capture_output=True, check=False)
    head, _, content = done.stdout.partition(b'\r\n\r\n')
    headers = dict(line.split(': ', 1) for line in head.decode().split('\r\n') if line)
    return int(headers.pop('Status', '200').split()[0]), content, headers


def make_handler(host):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = 'HTTP/1.1'

        def log_message(self, *_):
            pass

        def handle(self):
            try:
                super().handle()
            except (OSError, ConnectionError):
                pass  # a client that hangs up

        def reply(self, status, body, headers):
            self.send_response_only(status)
            self.send_header('Date', email.utils.formatdate(host.now(), usegmt=True))
            self.send_header('Connection', 'close')
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header('Content-Length', str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True

        def read_body(self):
            if self.headers.get('Transfer-Encoding') != 'chunked':
                return self.rfile.read(int(self.headers.get('Content-Length') or 0))
            body = b''
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        def serve(self):
            url = urllib.parse.urlsplit(self.path)
            body = self.read_body()
            if re.match(r'/[^/]+/[^/]+\.git/', url.path):
                host.serve_git(self, url.path, url.query, body)
            else:
                self.serve_api(Call(self.command, self.path, self.headers, body.decode()))

        def serve_api(self, call):
            with host.lock:
                host.calls.append(call)
                instead = find_answer(host, call)
                if instead is not None:
                    self.reply(instead[1], instead[2], {'Content-Type': 'application/json',
                                                        **instead[4]})
                    return
                try:
                    status, answer = host.serve_api(call)
                    headers = {}
                except Refusal as refusal:
                    status, headers = refusal.status, refusal.headers
                    answer = {'message': refusal.message, 'documentation_url': DOCS,
                              'status': str(status)}
            text = b'' if answer is None else json.dumps(answer).encode()
            self.reply(status, text, {'Content-Type': 'application/json; charset=utf-8',
                                      **headers})

        do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = serve

    return Handler


def find_answer(host, call):
    for answer in host.answers:
        if answer[3] != 0 and answer[0].search(f'{call.method} {call.path}'):
            answer[3] -= 1
            return answer
    return None
