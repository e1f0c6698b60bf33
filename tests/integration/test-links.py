#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What each program may link: a library costs every start of it, and parses what strangers send."""
import re
import subprocess

from harness import *

LIBC = {'libc.so.6', 'libm.so.6', 'libdl.so.2', 'librt.so.1', 'libpthread.so.0',
        'ld-linux-x86-64.so.2', 'ld-linux-aarch64.so.1'}
GLIB = LIBC | {'libglib-2.0.so.0'}
JSON = GLIB | {'libgobject-2.0.so.0', 'libgio-2.0.so.0', 'libjson-glib-1.0.so.0'}
MINT = JSON | {'libgnutls.so.30', 'libnettle.so.8', 'libhogweed.so.6', 'libgmp.so.10',
               'libsoup-3.0.so.0', 'libsecret-1.so.0'}
KEYRING = GLIB | {'libgobject-2.0.so.0', 'libgio-2.0.so.0', 'libsecret-1.so.0'}
# A program built with sanitizers needs their run-time, and what that needs.
SANITIZERS = r'lib(asan|ubsan|lsan|gcc_s|stdc\+\+|resolv)\.so\.\d+'

ALLOWED = {
    'git-credential-avouch': GLIB,
    'kubectl-avouch': JSON,
    'avouch-mint': MINT,
    'avouch-keyring': KEYRING,
}


def needed(program):
    """The names of the libraries that a program needs by itself."""
    text = subprocess.run(['readelf', '--wide', '--dynamic', TEST_BIN / program], check=True,
                          capture_output=True, encoding='utf-8', timeout=60).stdout
    return set(re.findall(r'\(NEEDED\).*\[(.+)\]', text))


def is_sanitized(program):
    return b'__ubsan_handle' in (TEST_BIN / program).read_bytes()


def declare(program, allowed):
    @test(f'{program} needs no library but those agreed on')
    def _(room):
        libraries = needed(program)
        if is_sanitized(program):
            libraries = {name for name in libraries if not re.fullmatch(SANITIZERS, name)}
        assert_in('libglib-2.0.so.0', libraries)
        assert_equal(libraries - allowed, set())


for program, allowed in ALLOWED.items():
    declare(program, allowed)

main()
