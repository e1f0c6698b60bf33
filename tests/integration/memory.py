# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is in another process's memory: for root, who may read that of one that is not dumpable."""
import pathlib
import re

__all__ = ['find_in_memory']

PIECE = 16 * 1024 * 1024  # bytes


def find_in_memory(pid, needles):
    """Which of NEEDLES (bytes) the process PID, that must not run meanwhile, has in its memory; with
    the names of the mappings: {needle: ['[heap]', …]}."""
    found = {}
    longest = max(map(len, needles))
    maps = pathlib.Path(f'/proc/{pid}/maps').read_text().splitlines()
    with open(f'/proc/{pid}/mem', 'rb', buffering=0) as memory:
        for line in maps:
            start, end, rights, name = re.fullmatch(
                r'(\w+)-(\w+) (\S+) \S+ \S+ \S+ *(.*)', line).groups()
            if rights[0] != 'r' or name in ('[vvar]', '[vsyscall]'):
                continue
            for needle in needles_within(memory, int(start, 16), int(end, 16), needles, longest):
                found.setdefault(needle, []).append(name)
    return found


def needles_within(memory, start, end, needles, longest):
    for at in range(start, end, PIECE):
        memory.seek(at)
        try:
            content = memory.read(min(PIECE + longest, end - at))
        except OSError:
            continue  # a mapping that was cut short, as of a file
        yield from (needle for needle in needles if needle in content)
