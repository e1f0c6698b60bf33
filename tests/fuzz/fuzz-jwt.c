/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tokens, verified under a secret and under keys that the seeds' signatures are of. */
#include "claims.h"
#include "error.h"
#include "fuzz.h"
#include "jws.h"
#include "strict.h"

#include <string.h>

/* RFC 7515's appendix A.3.1 and RFC 8037's A.2, as a set. */
static const char set_text[] = "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"ec\","
                               "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
                               "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"},"
                               "{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
                               "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}";

static KeySet *
get_set (void)
{
  static KeySet *set;

  if (set == NULL)
    {
      g_autoptr (Secret) text = secret_new (set_text, strlen (set_text));

      set = key_set_read_published (text, NULL);
      g_assert_nonnull (set);
    }
  return set;
}

static void
check_claims (const Jws *jws)
{
  const ClaimsRules rules = {
    .now = G_GINT64_CONSTANT (1300819000),
    .audiences = (const char *const[]){ "a", NULL },
    .issuer = "joe",
  };
  size_t length;
  const char *bytes = secret_bytes (jws->payload, &length);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) claims = json_strict_object (bytes, length, NULL);
  bool good = claims == NULL || claims_check (claims, &rules, &error);

  g_assert_true (good == (error == NULL));
  g_assert_true (good || g_error_matches (error, AVOUCH_ERROR, AVOUCH_ERROR_REFUSED));
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) refusal = NULL;
  g_autoptr (Jws) jws = jws_parse ((const char *) bytes, length, &error);
  const Key *key;

  g_assert_true ((jws == NULL) == (error != NULL));
  if (jws == NULL)
    {
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL);
      return 0;
    }
  key = jws_verify (jws, get_set (), NULL, NULL, &refusal);
  g_assert_true ((key == NULL) == (refusal != NULL));
  g_assert_true (key != NULL || g_error_matches (refusal, AVOUCH_ERROR, AVOUCH_ERROR_REFUSED));
  check_claims (jws);
  return 0;
}
