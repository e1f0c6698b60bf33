#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The C code that a page shows, as a file: extract-code.py PAGE FILE"""
import pathlib
import re
import sys

page, file = map(pathlib.Path, sys.argv[1:])
blocks = re.findall(r'^```c\n(.*?)^```$', page.read_text(encoding='utf-8'), re.M | re.S)
file.write_text(''.join(blocks), encoding='utf-8')
