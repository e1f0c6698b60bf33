/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scrypt.h"

#include <nettle/pbkdf2.h>
#include <string.h>

enum { CORE_SIZE = SCRYPT_CORE_WORDS * sizeof (uint32_t), CORE_ROUNDS = 8 };

#define MAX_BLOCKS (1u << 30) /* R times P: section 6, as (2^32 - 1) * 32 / 128 */

bool
scrypt_is_valid (const ScryptCost *cost)
{
  /* Section 2: N is less than 2^(128 * r / 8), which only an R of 1 can bring within reach. */
  uint64_t limit = cost->r == 1 ? 1u << 16 : G_MAXUINT64;

  return cost->n > 1 && (cost->n & (cost->n - 1)) == 0 && cost->n < limit && cost->r > 0 &&
         cost->p > 0 && (uint64_t) cost->r * cost->p < MAX_BLOCKS;
}

/* Every block of P, those that ROMix keeps of one, and one to mix into. */
uint64_t
scrypt_memory (const ScryptCost *cost)
{
  uint64_t bytes;

  return g_uint64_checked_mul (&bytes, (uint64_t) 2 * CORE_SIZE * cost->r,
                               (uint64_t) cost->p + cost->n + 1)
             ? bytes
             : G_MAXUINT64;
}

uint64_t
scrypt_rounds (const ScryptCost *cost)
{
  return (uint64_t) cost->n * cost->r * cost->p;
}

static inline void
mix (uint32_t *to, uint32_t a, uint32_t b, unsigned bits)
{
  uint32_t sum = a + b;

  *to ^= sum << bits | sum >> (32 - bits);
}

static inline void
quarter_round (uint32_t *a, uint32_t *b, uint32_t *c, uint32_t *d)
{
  mix (b, *a, *d, 7);
  mix (c, *b, *a, 9);
  mix (d, *c, *b, 13);
  mix (a, *d, *c, 18);
}

void
scrypt_core (uint32_t words[SCRYPT_CORE_WORDS])
{
  uint32_t x[SCRYPT_CORE_WORDS];

  memcpy (x, words, sizeof x);
  for (int round = 0; round < CORE_ROUNDS; round += 2)
    {
      /* Columns, then rows, each from the diagonal on. */
      quarter_round (&x[0], &x[4], &x[8], &x[12]);
      quarter_round (&x[5], &x[9], &x[13], &x[1]);
      quarter_round (&x[10], &x[14], &x[2], &x[6]);
      quarter_round (&x[15], &x[3], &x[7], &x[11]);
      quarter_round (&x[0], &x[1], &x[2], &x[3]);
      quarter_round (&x[5], &x[6], &x[7], &x[4]);
      quarter_round (&x[10], &x[11], &x[8], &x[9]);
      quarter_round (&x[15], &x[12], &x[13], &x[14]);
    }
  for (size_t i = 0; i < SCRYPT_CORE_WORDS; i++)
    words[i] += x[i];
}

static void
add_block (uint32_t *to, const uint32_t *block, size_t words)
{
  for (size_t i = 0; i < words; i++)
    to[i] ^= block[i];
}

static size_t
block_words (uint32_t r)
{
  return (size_t) 2 * r * SCRYPT_CORE_WORDS;
}

void
scrypt_block_mix (const uint32_t *in, uint32_t *out, uint32_t r)
{
  uint32_t x[SCRYPT_CORE_WORDS];

  memcpy (x, in + block_words (r) - SCRYPT_CORE_WORDS, sizeof x);
  for (size_t i = 0; i < (size_t) 2 * r; i++)
    {
      /* Those of even number come first. */
      size_t place = i / 2 + (i % 2 == 0 ? 0 : r);

      add_block (x, in + i * SCRYPT_CORE_WORDS, SCRYPT_CORE_WORDS);
      scrypt_core (x);
      memcpy (out + place * SCRYPT_CORE_WORDS, x, sizeof x);
    }
  secret_wipe (x, sizeof x);
}

void
scrypt_romix (uint32_t *block, const ScryptCost *cost, uint32_t *room)
{
  size_t words = block_words (cost->r);
  size_t size = words * sizeof *block;
  uint32_t *kept = room + words;

  for (size_t i = 0; i < cost->n; i++)
    {
      memcpy (kept + i * words, block, size);
      scrypt_block_mix (kept + i * words, block, cost->r);
    }
  for (size_t i = 0; i < cost->n; i++)
    {
      size_t chosen = block[words - SCRYPT_CORE_WORDS] & (cost->n - 1);

      memcpy (room, block, size);
      add_block (room, kept + chosen * words, words);
      scrypt_block_mix (room, block, cost->r);
    }
}

static void
swap_words (uint32_t *words, size_t count)
{
  for (size_t i = 0; i < count; i++)
    words[i] = GUINT32_FROM_LE (words[i]);
}

void
scrypt_derive (ScryptInput password, ScryptInput salt, const ScryptCost *cost, unsigned char *out,
               size_t length)
{
  g_auto (SecretBuffer) memory = { 0 };
  void *start = secret_buffer_reserve (&memory, scrypt_memory (cost));
  size_t words = block_words (cost->r);
  size_t all = words * cost->p;
  uint32_t *blocks = start;

  pbkdf2_hmac_sha256 (password.length, password.bytes, 1, salt.length, salt.bytes,
                      all * sizeof *blocks, start);
  swap_words (blocks, all);
  for (uint32_t i = 0; i < cost->p; i++)
    scrypt_romix (blocks + i * words, cost, blocks + all);
  swap_words (blocks, all);
  pbkdf2_hmac_sha256 (password.length, password.bytes, 1, all * sizeof *blocks, start, length, out);
}
