/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* libFuzzer's entry point; replay.c calls it too. */
int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t length);
