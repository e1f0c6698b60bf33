# SPDX-License-Identifier: LGPL-2.1-or-later
"""A short run of libFuzzer: a number of inputs, not of seconds, so that slow machines try as many.
Prints TAP.

    run.py TARGET RUNS CORPUS…

What it finds is kept beside the target; it belongs into the corpus once it is mended.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

SECONDS_EACH = 30
# One allocation, in MiB: scrypt may take 32, and nothing else comes near.
LARGEST = 40


def main(target, runs, *corpora):
    findings = pathlib.Path(f'{target}-findings')
    findings.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as found:  # what is new goes to the first folder
        done = subprocess.run(
            [target, f'-runs={runs}', '-seed=1', f'-timeout={SECONDS_EACH}', '-max_len=4096',
             f'-malloc_limit_mb={LARGEST}', '-print_final_stats=1',
             f'-artifact_prefix={findings}/', found, *corpora],
            stdin=subprocess.DEVNULL, capture_output=True, encoding='utf-8', errors='replace',
            check=False)
    tried = re.search(r'stat::number_of_executed_units: (\d+)', done.stderr)
    print('1..1')
    if done.returncode != 0 or tried is None or int(tried[1]) < int(runs):
        print(done.stderr[-8000:], file=sys.stderr)
        print(f'not ok 1 - {runs} inputs')
        sys.exit(done.returncode or 1)
    print(f'ok 1 - {tried[1]} inputs')


main(*sys.argv[1:])
