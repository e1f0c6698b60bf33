/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jwk.h"

#include "base64url.h"
#include "encoding.h"
#include "error.h"
#include "gnutls-auto.h"
#include "i18n.h"
#include "key-private.h"
#include "mistake.h"
#include "pair.h"

#include <string.h>

enum { MAX_NUMBERS = 8 };

typedef int (*Import) (gnutls_x509_privkey_t handle, gnutls_ecc_curve_t curve,
                       const gnutls_datum_t *numbers);

typedef struct {
  const char *name;                 /* "kty" */
  const char *numbers[MAX_NUMBERS]; /* the members that make a key */
  Import import;                    /* NUMBERS in that order */
} Type;

typedef struct {
  Secret *list[MAX_NUMBERS];
} Numbers;

static void
numbers_clear (Numbers *numbers)
{
  for (size_t i = 0; i < MAX_NUMBERS; i++)
    g_clear_pointer (&numbers->list[i], secret_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Numbers, numbers_clear)

static int
import_rsa (gnutls_x509_privkey_t handle, gnutls_ecc_curve_t curve G_GNUC_UNUSED,
            const gnutls_datum_t *numbers)
{
  return gnutls_x509_privkey_import_rsa_raw2 (handle, &numbers[0], &numbers[1], &numbers[2],
                                              &numbers[3], &numbers[4], &numbers[7], &numbers[5],
                                              &numbers[6]);
}

static int
import_ec (gnutls_x509_privkey_t handle, gnutls_ecc_curve_t curve, const gnutls_datum_t *numbers)
{
  return gnutls_x509_privkey_import_ecc_raw (handle, curve, &numbers[0], &numbers[1], &numbers[2]);
}

static int
import_okp (gnutls_x509_privkey_t handle, gnutls_ecc_curve_t curve, const gnutls_datum_t *numbers)
{
  return gnutls_x509_privkey_import_ecc_raw (handle, curve, &numbers[0], NULL, &numbers[1]);
}

static const Type types[] = {
  { "RSA", { "n", "e", "d", "p", "q", "dp", "dq", "qi" }, import_rsa },
  { "EC", { "x", "y", "d" }, import_ec },
  { "OKP", { "x", "d" }, import_okp },
};

static const JwkCurve curves[] = {
  { "EC", "P-256", GNUTLS_ECC_CURVE_SECP256R1, 32 },
  { "EC", "P-384", GNUTLS_ECC_CURVE_SECP384R1, 48 },
  { "EC", "P-521", GNUTLS_ECC_CURVE_SECP521R1, 66 },
  { "OKP", "Ed25519", GNUTLS_ECC_CURVE_ED25519, 32 },
  { "OKP", "Ed448", GNUTLS_ECC_CURVE_ED448, 57 },
};

static const char *const private_members[] = { "d", "p", "q", "dp", "dq", "qi", "k" };

/* To the JSON room a fault is a protocol's; here it is the key's. */
void
jwk_propagate (GError *reason, GError **error)
{
  reason->code = AVOUCH_ERROR_KEY;
  if (error_hint (reason) == NULL)
    error_add_hint (reason, _ ("copy the JWK again, whole, from where it was made"));
  g_propagate_error (error, reason);
}

JsonObject *
jwk_parse (const Secret *text, GError **error)
{
  GError *reason = NULL;
  size_t length;
  const char *bytes = secret_bytes (text, &length);
  JsonObject *object = json_strict_object (bytes, length, &reason);

  if (object == NULL)
    jwk_propagate (reason, error);
  return object;
}

void
jwk_wipe (JsonObject *jwk)
{
  for (size_t i = 0; i < G_N_ELEMENTS (private_members); i++)
    {
      g_autoptr (Secret) taken G_GNUC_UNUSED = json_take_secret (jwk, private_members[i], NULL);
    }
}

const char *
jwk_peek (JsonObject *jwk, const char *name)
{
  const char *value;

  return json_optional_string (jwk, name, &value, NULL) ? value : NULL;
}

bool
jwk_lacks (JsonObject *jwk, const char *name)
{
  JsonNode *node = json_object_get_member (jwk, name);

  return node == NULL || JSON_NODE_HOLDS_NULL (node);
}

static const Type *
find_type (const char *name)
{
  for (size_t i = 0; i < G_N_ELEMENTS (types); i++)
    if (strcmp (types[i].name, name) == 0)
      return &types[i];
  return NULL;
}

static bool
lists_operation (JsonObject *jwk, const char *const *operations)
{
  JsonNode *node = json_object_get_member (jwk, "key_ops");
  JsonArray *listed =
      node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (unsigned i = 0; listed != NULL && i < json_array_get_length (listed); i++)
    {
      JsonNode *operation = json_array_get_element (listed, i);
      const char *name =
          JSON_NODE_HOLDS_VALUE (operation) ? json_node_get_string (operation) : NULL;

      if (name != NULL && g_strv_contains (operations, name))
        return true;
    }
  return jwk_lacks (jwk, "key_ops");
}

/* A key that is used for two purposes may betray itself: who made it for another said so. */
bool
jwk_may (JsonObject *jwk, const char *const *operations)
{
  return (jwk_lacks (jwk, "use") || g_strcmp0 (jwk_peek (jwk, "use"), "sig") == 0) &&
         lists_operation (jwk, operations);
}

static bool
may_sign (JsonObject *jwk)
{
  return jwk_may (jwk, (const char *const[]){ "sign", NULL });
}

bool
jwk_is_signing_key (JsonObject *jwk)
{
  const char *type = jwk_peek (jwk, "kty");

  return type != NULL && find_type (type) != NULL && !jwk_lacks (jwk, "d") && may_sign (jwk);
}

static bool
is_oct (JsonObject *jwk)
{
  return g_strcmp0 (jwk_peek (jwk, "kty"), "oct") == 0;
}

bool
jwk_is_secret (JsonObject *jwk)
{
  return is_oct (jwk) && may_sign (jwk);
}

bool
jwk_is_private (JsonObject *jwk)
{
  for (size_t i = 0; i < G_N_ELEMENTS (private_members); i++)
    if (!jwk_lacks (jwk, private_members[i]))
      return true;
  return false;
}

static const Type *
read_type (JsonObject *jwk, GError **error)
{
  const char *name = json_need_string (jwk, "kty", error);
  const Type *type = name != NULL ? find_type (name) : NULL;

  if (name != NULL && strcmp (name, "oct") == 0)
    mistake_fail (MISTAKE_SHARED_SECRET, error);
  else if (name != NULL && type == NULL)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                 _ ("its \"kty\" is none of RSA, EC and OKP (RFC 7518, RFC 8037)"));
  return type;
}

static bool
check_complete (JsonObject *jwk, const Type *type, GError **error)
{
  g_autoptr (GString) missing = g_string_new (NULL);

  for (size_t i = 0; i < MAX_NUMBERS && type->numbers[i] != NULL; i++)
    if (jwk_lacks (jwk, type->numbers[i]))
      g_string_append_printf (missing, "%s%s", missing->len > 0 ? ", " : "", type->numbers[i]);
  if (missing->len == 0)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("the JWK lacks %s"), missing->str);
  if (error != NULL)
    error_add_hint (*error, _ ("export the key again with all its members, or as PEM"));
  return false;
}

static bool
check_usable (JsonObject *jwk, const Type *type, GError **error)
{
  if (jwk_lacks (jwk, "d"))
    return mistake_fail (MISTAKE_PUBLIC_KEY, error);
  if (!may_sign (jwk))
    return mistake_fail (MISTAKE_NOT_FOR_SIGNING, error);
  if (!jwk_lacks (jwk, "oth")) /* RFC 7518 section 6.3.2.7 */
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                   _ ("it is an RSA key of more than two primes"));
      return false;
    }
  return check_complete (jwk, type, error);
}

const JwkCurve *
jwk_find_curve (JsonObject *jwk, const char *type, GError **error)
{
  const char *name = json_need_string (jwk, "crv", error);

  for (size_t i = 0; name != NULL && i < G_N_ELEMENTS (curves); i++)
    if (strcmp (curves[i].type, type) == 0 && strcmp (curves[i].name, name) == 0)
      return &curves[i];
  if (name != NULL)
    mistake_fail (MISTAKE_CURVE, error);
  return NULL;
}

static bool
find_curve (JsonObject *jwk, const Type *type, const JwkCurve **curve, GError **error)
{
  *curve = type->import != import_rsa ? jwk_find_curve (jwk, type->name, error) : NULL;
  return *curve != NULL || type->import == import_rsa;
}

Secret *
jwk_take_number (JsonObject *jwk, const char *name, const JwkCurve *curve, GError **error)
{
  g_autoptr (Secret) text = json_take_secret (jwk, name, error);
  g_autoptr (Secret) number = NULL;
  GError *reason = NULL;

  if (text == NULL)
    return NULL;
  number = base64url_decode (secret_bytes (text, NULL), secret_length (text), &reason);
  if (number != NULL && curve != NULL && secret_length (number) != curve->size)
    g_set_error (&reason, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                 _ ("it has %zu bytes; a number of curve %s has %zu"), secret_length (number),
                 curve->name, curve->size);
  if (reason == NULL)
    return g_steal_pointer (&number);
  error_add_prefix (reason, name);
  g_propagate_error (error, reason);
  return NULL;
}

static bool
take_numbers (JsonObject *jwk, const Type *type, const JwkCurve *curve, Numbers *numbers,
              GError **error)
{
  for (size_t i = 0; i < MAX_NUMBERS && type->numbers[i] != NULL; i++)
    {
      numbers->list[i] = jwk_take_number (jwk, type->numbers[i], curve, error);
      if (numbers->list[i] == NULL)
        return false;
    }
  return true;
}

/* GnuTLS imports any modulus, and its check of the parameters (key_new) does not compare it with
 * the primes. */
static bool
check_halves (const Key *key, GError **error)
{
  g_auto (gnutls_pubkey_t) public = NULL;

  if (key_kind (key) != KEY_RSA)
    return true;
  return (gnutls_pubkey_init (&public) >= 0 &&
          gnutls_pubkey_import_privkey (public, key_private (key), 0, 0) >= 0 &&
          pair_signs (key_private (key), public)) ||
         mistake_fail (MISTAKE_HALVES, error);
}

static Key *
import (const Type *type, const JwkCurve *curve, const Numbers *numbers, GError **error)
{
  g_auto (gnutls_x509_privkey_t) handle = NULL;
  g_autoptr (Key) key = NULL;
  gnutls_datum_t data[MAX_NUMBERS] = { 0 };
  int status;

  for (size_t i = 0; i < MAX_NUMBERS && numbers->list[i] != NULL; i++)
    data[i] = encoding_datum (numbers->list[i]);
  status = gnutls_x509_privkey_init (&handle);
  if (status >= 0)
    status = type->import (handle, curve != NULL ? curve->curve : GNUTLS_ECC_CURVE_INVALID, data);
  if (status < 0)
    {
      encoding_fail (status, error);
      return NULL;
    }
  key = key_new (g_steal_pointer (&handle), error);
  return key != NULL && check_halves (key, error) ? g_steal_pointer (&key) : NULL;
}

/* RFC 7517 section 4.7: Base64, not base64url, and the first is the key's. */
static const char *
first_certificate (JsonObject *jwk, GError **error)
{
  JsonNode *node = json_object_get_member (jwk, "x5c");
  JsonArray *chain = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  JsonNode *first =
      chain != NULL && json_array_get_length (chain) > 0 ? json_array_get_element (chain, 0) : NULL;
  const char *text =
      first != NULL && JSON_NODE_HOLDS_VALUE (first) ? json_node_get_string (first) : NULL;

  if (text == NULL)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("its \"x5c\" is not a list of texts"));
  return text;
}

static bool
attach_certificate (Key *key, JsonObject *jwk, GError **error)
{
  g_auto (gnutls_x509_crt_t) certificate = NULL;
  g_auto (gnutls_datum_t) der = { 0 };
  const char *text;
  int status;

  if (jwk_lacks (jwk, "x5c"))
    return true;
  text = first_certificate (jwk, error);
  if (text == NULL)
    return false;
  status = gnutls_base64_decode2 (
      &(gnutls_datum_t){ (unsigned char *) text, (unsigned) strlen (text) }, &der);
  if (status >= 0)
    status = gnutls_x509_crt_init (&certificate);
  if (status >= 0)
    status = gnutls_x509_crt_import (certificate, &der, GNUTLS_X509_FMT_DER);
  if (status < 0)
    {
      g_autofree char *reason = gnutls_reason (status);

      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                   _ ("the certificate in its \"x5c\" is damaged: %s"), reason);
      return false;
    }
  if (!pair_fits (key_private (key), certificate))
    return mistake_fail (MISTAKE_MISMATCH, error);
  key_set_certificate (key, g_steal_pointer (&certificate));
  return true;
}

bool
jwk_describe (JsonObject *jwk, Key *key, GError **error)
{
  const char *id;
  const char *algorithm;

  if (!json_optional_string (jwk, "kid", &id, error) ||
      !json_optional_string (jwk, "alg", &algorithm, error))
    return false;
  key_set_jwk (key, id, algorithm);
  return true;
}

/* RFC 7518 section 6.4 */
Key *
jwk_open_secret (JsonObject *jwk, GError **error)
{
  g_autoptr (Secret) secret = NULL;
  g_autoptr (Key) key = NULL;

  if (!jwk_may (jwk, (const char *const[]){ "sign", "verify", NULL }))
    {
      mistake_fail (MISTAKE_NOT_FOR_SIGNING, error);
      return NULL;
    }
  secret = jwk_take_number (jwk, "k", NULL, error);
  key = secret != NULL ? key_new_secret (secret, error) : NULL;
  return key != NULL && jwk_describe (jwk, key, error) ? g_steal_pointer (&key) : NULL;
}

static Key *
open_private (JsonObject *jwk, GError **error)
{
  const Type *type = read_type (jwk, error);
  g_auto (Numbers) numbers = { 0 };
  g_autoptr (Key) key = NULL;
  const JwkCurve *curve;

  if (type == NULL || !check_usable (jwk, type, error) || !find_curve (jwk, type, &curve, error) ||
      !take_numbers (jwk, type, curve, &numbers, error))
    return NULL;
  key = import (type, curve, &numbers, error);
  return key != NULL && attach_certificate (key, jwk, error) && jwk_describe (jwk, key, error)
             ? g_steal_pointer (&key)
             : NULL;
}

Key *
jwk_open (const Secret *encoded, Unlock *unlock, GError **error)
{
  g_autoptr (JsonObject) jwk = jwk_parse (encoded, error);
  GError *reason = NULL;
  Key *key;

  if (jwk == NULL)
    return NULL;
  key = unlock->source->secrets && is_oct (jwk) ? jwk_open_secret (jwk, &reason)
                                                : open_private (jwk, &reason);
  jwk_wipe (jwk);
  if (key == NULL)
    jwk_propagate (reason, error);
  return key;
}
