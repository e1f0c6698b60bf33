/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base64url.h"
#include "error.h"
#include "gnutls-auto.h"
#include "i18n.h"
#include "jws.h"
#include "mac.h"
#include "refusal.h"
#include "text.h"

#include <string.h>

static bool
verify_hmac (const Jws *jws, const Key *key, const Algorithm *row)
{
  unsigned char mac[MAC_MAX_SIZE];
  size_t size = gnutls_hmac_get_len (row->mac);
  size_t length, given_length;
  const char *bytes = secret_bytes (jws->signing_input, &length);
  const char *given = secret_bytes (jws->signature, &given_length);
  bool equal = mac_compute (row, key, bytes, length, mac) && given_length == size &&
               gnutls_memcmp (mac, given, size) == 0;

  secret_wipe (mac, sizeof mac);
  return equal;
}

/* One half of r ‖ s without its leading zeros, which DER forbids. */
static gnutls_datum_t
trim_half (const char *bytes, size_t length)
{
  for (; length > 1 && *bytes == 0; length--)
    bytes++;
  return (gnutls_datum_t){ (unsigned char *) bytes, (unsigned) length };
}

/* RFC 7518 section 3.4: both of exactly the curve's size. */
static bool
encode_ecdsa (const Secret *signature, size_t part, gnutls_datum_t *der)
{
  size_t length;
  const char *bytes = secret_bytes (signature, &length);

  if (length != 2 * part)
    return false;
  gnutls_datum_t r = trim_half (bytes, part);
  gnutls_datum_t s = trim_half (bytes + part, part);
  return gnutls_encode_rs_value (der, &r, &s) >= 0;
}

static bool
verify_signature (const Jws *jws, const Key *key, const Algorithm *row)
{
  size_t length, signature_length;
  const char *bytes = secret_bytes (jws->signing_input, &length);
  const char *signature_bytes = secret_bytes (jws->signature, &signature_length);
  gnutls_datum_t input = { (unsigned char *) bytes, (unsigned) length };
  gnutls_datum_t raw = { (unsigned char *) signature_bytes, (unsigned) signature_length };
  g_auto (gnutls_datum_t) der = { 0 };

  if (row->part > 0 && !encode_ecdsa (jws->signature, row->part, &der))
    return false;
  return gnutls_pubkey_verify_data2 (key_public (key), row->sign, 0, &input,
                                     row->part > 0 ? &der : &raw) >= 0;
}

static bool
verify_with (const Jws *jws, const Key *key, const Algorithm *row)
{
  return row->key == KEY_SECRET ? verify_hmac (jws, key, row) : verify_signature (jws, key, row);
}

/* The row by which KEY may have signed with ALGORITHM; NULL, with an error, where it may not. The
 * key decides: a public key never becomes the secret of an HMAC, whatever the token says (RFC 8725
 * section 2.1). */
static const Algorithm *
find_row (const Key *key, const Algorithm *algorithm, bool named, GError **error)
{
  const Algorithm *own = algorithm_for_key (key, error);
  GError *reason = NULL;
  const Algorithm *row = own != NULL ? algorithm_fit (algorithm, key, &reason) : NULL;

  if (reason != NULL)
    {
      error_add_prefix (reason, _ ("it is signed with another algorithm"));
      g_propagate_error (error, reason);
    }
  if (row == NULL || named || algorithm_is_akin (own, row))
    return row;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
               _ ("it is signed with %s, and the key is used with %s where nothing else is named"),
               row->name, own->name);
  if (error != NULL)
    error_add_hint (*error, _ ("if its issuer signs so, add --algorithm %s"), row->name);
  return NULL;
}

static const Algorithm *
find_algorithm (const Jws *jws, const Algorithm *named, GError **error)
{
  const Algorithm *algorithm = algorithm_find (jws->algorithm);
  g_autofree char *cleaned = text_clean_told (jws->algorithm);

  if (g_ascii_strcasecmp (jws->algorithm, "none") == 0)
    refusal_set (error, _ ("it is not signed (\"alg\": \"none\")"));
  else if (algorithm == NULL)
    refusal_set (error, _ ("it is signed with an algorithm that avouch does not know: %s"),
                 cleaned);
  else if (named != NULL && strcmp (named->name, algorithm->name) != 0)
    refusal_set (error, _ ("it is signed with %s, and only %s is accepted"), algorithm->name,
                 named->name);
  else
    return algorithm;
  return NULL;
}

/* Of a set, the keys of the token's "kid"; if none has it, those that have none at all. */
static bool
is_candidate (const Jws *jws, const KeySet *set, const Key *key, bool nameless)
{
  if (!set->several || jws->key_id == NULL)
    return true;
  return nameless ? key_id (key) == NULL : g_strcmp0 (key_id (key), jws->key_id) == 0;
}

static bool
knows_id (const Jws *jws, const KeySet *set)
{
  for (unsigned i = 0; i < set->keys->len; i++)
    if (g_strcmp0 (key_id (set->keys->pdata[i]), jws->key_id) == 0)
      return true;
  return false;
}

typedef struct {
  const Jws *jws;
  const KeySet *set;
  const Algorithm *algorithm;
  bool named;
  unsigned candidates; /* by their "kid" */
  unsigned tried;      /* of these, those that the algorithm fits */
  GError *misfit;      /* why the first of the others was not */
} Search;

static void
search_clear (Search *search)
{
  g_clear_error (&search->misfit);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Search, search_clear)

static const Key *
search_keys (Search *search, bool nameless, const Algorithm **row)
{
  for (unsigned i = 0; i < search->set->keys->len && search->tried < JWS_MAX_TRIES; i++)
    {
      const Key *key = search->set->keys->pdata[i];
      g_autoptr (GError) misfit = NULL;

      if (!is_candidate (search->jws, search->set, key, nameless))
        continue;
      search->candidates++;
      *row = find_row (key, search->algorithm, search->named, &misfit);
      if (*row == NULL)
        {
          if (search->misfit == NULL)
            search->misfit = g_steal_pointer (&misfit);
          continue;
        }
      search->tried++;
      if (verify_with (search->jws, key, *row))
        return key;
    }
  return NULL;
}

static bool
refuse_id (const Jws *jws, const KeySet *set, GError **error)
{
  const char *unusable = g_hash_table_lookup (set->unusable, jws->key_id);
  g_autofree char *id = text_clean_told (jws->key_id);

  if (unusable != NULL)
    return refusal_set (error, _ ("the key \"%s\" that it names cannot be used: %s"), id, unusable);
  refusal_set (error, _ ("no key of the JWK set has the \"kid\" that it names: %s"), id);
  if (error != NULL)
    error_add_hint (*error, _ ("the set may be older than the key, or another issuer's"));
  return false;
}

/* A misfit of the only key says most; told as a refusal, for it is the token that is wrong. */
static bool
refuse_misfit (Search *search, GError **error)
{
  GError *misfit = g_steal_pointer (&search->misfit);

  if (search->named)
    {
      g_propagate_error (error, misfit);
      return false;
    }
  misfit->code = AVOUCH_ERROR_REFUSED;
  if (search->candidates > 1)
    {
      g_error_free (misfit);
      return refusal_set (error, _ ("it is signed with %s, which fits none of the %u keys"),
                          search->algorithm->name, search->candidates);
    }
  g_propagate_error (error, misfit);
  return false;
}

static bool
refuse_search (Search *search, GError **error)
{
  if (search->candidates == 0)
    return refuse_id (search->jws, search->set, error);
  if (search->tried == 0)
    return refuse_misfit (search, error);
  if (search->tried > 1)
    return refusal_set (error, _ ("the signature fits none of the %u keys that were tried"),
                        search->tried);
  refusal_set (error, _ ("the signature does not fit"));
  if (error != NULL)
    error_add_hint (*error, _ ("the token was changed, or signed with another key"));
  return false;
}

const Key *
jws_verify (const Jws *jws, const KeySet *set, const Algorithm *named, const Algorithm **row,
            GError **error)
{
  g_auto (Search) search = {
    .jws = jws,
    .set = set,
    .algorithm = find_algorithm (jws, named, error),
    .named = named != NULL,
  };
  const Algorithm *found;
  const Key *key;

  if (search.algorithm == NULL || !jws_check_header (jws, error))
    return NULL;
  key = search_keys (&search, jws->key_id != NULL && !knows_id (jws, set), &found);
  if (key == NULL)
    {
      refuse_search (&search, error);
      return NULL;
    }
  if (row != NULL)
    *row = found;
  return key;
}
