/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* scrypt, the key derivation of RFC 7914, which neither GnuTLS nor nettle has. */
#pragma once

#include "secret.h"

#include <stdint.h>

typedef struct {
  uint32_t n; /* how often a block is mixed, and how many are kept: a power of two */
  uint32_t r; /* the block's size, in 128 bytes */
  uint32_t p; /* how many blocks, one after the other */
} ScryptCost;

/* Within what sections 2 and 6 allow; the rest of this file is for such costs only. */
bool scrypt_is_valid (const ScryptCost *cost);
/* Bytes that scrypt_derive takes; G_MAXUINT64 where that is too small a number. */
uint64_t scrypt_memory (const ScryptCost *cost);
/* Four Salsa20/8 each, which take as long as a round of PBKDF2 with HMAC-SHA-256, or as two where
 * the processor has instructions for SHA-256. */
uint64_t scrypt_rounds (const ScryptCost *cost);

typedef struct {
  const void *bytes;
  size_t length;
} ScryptInput;

/* LENGTH bytes into OUT. */
void scrypt_derive (ScryptInput password, ScryptInput salt, const ScryptCost *cost,
                    unsigned char *out, size_t length);

/* The steps, for which the RFC has vectors. Blocks are of words, read as little-endian. */

enum { SCRYPT_CORE_WORDS = 16 };

/* Section 3: the Salsa20/8 core. */
void scrypt_core (uint32_t words[SCRYPT_CORE_WORDS]);
/* Section 4: scryptBlockMix of 2 R cores from IN to OUT. */
void scrypt_block_mix (const uint32_t *in, uint32_t *out, uint32_t r);
/* Section 5: scryptROMix of one block, in place; ROOM is for N + 1 more. */
void scrypt_romix (uint32_t *block, const ScryptCost *cost, uint32_t *room);
