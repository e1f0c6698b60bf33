/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "placeholder.h"

#include "base64url.h"
#include "error.h"
#include "gnutls-auto.h"
#include "i18n.h"
#include "jwk-public.h"
#include "moment.h"
#include "process.h"
#include "text.h"

#include <gnutls/crypto.h>
#include <string.h>

enum { MAX_DIGEST = 32 /* bytes: SHA-256 */ };

static bool
fail_config (const char *why, GError **error)
{
  g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG, why);
  return false;
}

static char *
digest_base64url (gnutls_digest_algorithm_t algorithm, const gnutls_datum_t *bytes)
{
  unsigned char digest[MAX_DIGEST];
  g_auto (SecretBuffer) text = { 0 };
  g_autoptr (Secret) encoded = NULL;

  if (gnutls_hash_fast (algorithm, bytes->data, bytes->size, digest) < 0)
    return NULL;
  base64url_append (&text, digest, gnutls_hash_get_len (algorithm));
  encoded = secret_buffer_end (&text);
  return g_strdup (secret_bytes (encoded, NULL));
}

static char *
make_uuid (const IssuerContext *context G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
  return g_uuid_string_random ();
}

static gnutls_pubkey_t
copy_public (const IssuerContext *context, GError **error)
{
  if (context->key != NULL && key_kind (context->key) != KEY_SECRET)
    return key_copy_public (context->key, error);
  fail_config (context->key == NULL ? _ ("the profile names no key")
                                    : _ ("a shared secret has no public half"),
               error);
  return NULL;
}

/* Snowflake, "Using key-pair authentication": of the key in DER, in Base64 with its padding. */
static char *
make_fingerprint (const IssuerContext *context, GError **error)
{
  g_auto (gnutls_pubkey_t) public = copy_public (context, error);
  g_auto (gnutls_datum_t) der = { 0 };
  unsigned char digest[MAX_DIGEST];

  if (public == NULL)
    return NULL;
  if (gnutls_pubkey_export2 (public, GNUTLS_X509_FMT_DER, &der) >= 0 &&
      gnutls_hash_fast (GNUTLS_DIG_SHA256, der.data, der.size, digest) >= 0)
    return g_base64_encode (digest, sizeof digest);
  fail_config (_ ("the public key cannot be encoded"), error);
  return NULL;
}

static char *
make_thumbprint (const IssuerContext *context, GError **error)
{
  g_auto (gnutls_pubkey_t) public = copy_public (context, error);
  g_auto (JwkPublic) jwk = { 0 };

  return public != NULL && jwk_public_read (public, &jwk, error) ? jwk_public_thumbprint (&jwk)
                                                                 : NULL;
}

static char *
digest_certificate (const IssuerContext *context, gnutls_digest_algorithm_t algorithm,
                    GError **error)
{
  gnutls_x509_crt_t certificate = context->key != NULL ? key_certificate (context->key) : NULL;
  g_auto (gnutls_datum_t) der = { 0 };
  char *digest = NULL;

  if (certificate != NULL && gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_DER, &der) >= 0)
    digest = digest_base64url (algorithm, &der);
  if (digest == NULL)
    fail_config (_ ("there is no certificate beside the key"), error);
  return digest;
}

static char *
make_x5t (const IssuerContext *context, GError **error)
{
  return digest_certificate (context, GNUTLS_DIG_SHA1, error);
}

static char *
make_x5t_s256 (const IssuerContext *context, GError **error)
{
  return digest_certificate (context, GNUTLS_DIG_SHA256, error);
}

/* `audience` may list several; {audience} is for those who write one. */
static char *
make_audience (const IssuerContext *context, GError **error)
{
  const char *asked = context->request != NULL ? context->request->audience : NULL;
  const char *audience = asked != NULL ? asked : profile_get (context->profile, "audience");

  if (audience == NULL)
    fail_config (_ ("neither the profile nor the request names an audience"), error);
  return g_strdup (audience);
}

static const struct {
  const char *name;
  bool of_request; /* it cannot be told before there is one */
  bool of_key;     /* nor this without the key */
  char *(*make) (const IssuerContext *context, GError **error);
} makers[] = {
  { "uuid", false, false, make_uuid },
  { "fingerprint", false, true, make_fingerprint },
  { "thumbprint", false, true, make_thumbprint },
  { "x5t", false, true, make_x5t },
  { "x5t#S256", false, true, make_x5t_s256 },
  { "audience", true, false, make_audience },
};

/* "now", "now+60", "now-60" */
static bool
read_now (const char *name, int64_t now, int64_t *seconds)
{
  int64_t offset = 0;

  if (strcmp (name, "now") != 0 &&
      (!g_str_has_prefix (name, "now") || (name[3] != '+' && name[3] != '-') ||
       !text_parse_int (name + 4, 0, MOMENT_MAX - now, &offset)))
    return false;
  *seconds = name[3] == '-' ? now - offset : now + offset;
  return *seconds >= 0;
}

static char *
fail_unknown (const char *name, GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG,
               _ ("{%s} is no placeholder, and no setting of the profile"), name);
  if (error != NULL)
    error_add_hint (*error, _ ("there are {now}, {uuid}, {fingerprint}, {thumbprint}, {x5t}, "
                               "{x5t#S256}, {audience}, and the profile's own settings"));
  return NULL;
}

/* What NAME stands for. The caller owns it. */
static char *
find_value (const IssuerContext *context, bool dry, const char *name, GError **error)
{
  const char *setting = profile_get (context->profile, name);
  int64_t seconds;

  if (read_now (name, context->now, &seconds))
    return g_strdup_printf ("%lld", (long long) seconds);
  for (size_t i = 0; i < G_N_ELEMENTS (makers); i++)
    if (strcmp (makers[i].name, name) == 0)
      return dry && (makers[i].of_key || makers[i].of_request) ? g_strdup ("")
                                                               : makers[i].make (context, error);
  return setting != NULL ? g_strdup (setting) : fail_unknown (name, error);
}

/* The name between the braces at TEXT; NULL where they are no placeholder's. */
static char *
read_name (const char *text)
{
  size_t length = 0;

  for (text++; g_ascii_isalnum (text[length]) || strchr ("-+#._", text[length]) != NULL; length++)
    if (text[length] == '\0')
      return NULL;
  return length > 0 && text[length] == '}' ? g_strndup (text, length) : NULL;
}

static void
append (GString *expanded, const char *value, PlaceholderSyntax syntax)
{
  for (; *value != '\0'; value++)
    {
      if (syntax == PLACEHOLDER_JSON && (*value == '"' || *value == '\\'))
        g_string_append_c (expanded, '\\');
      g_string_append_c (expanded, *value);
    }
}

static char *
expand (const IssuerContext *context, bool dry, const char *text, PlaceholderSyntax syntax,
        GError **error)
{
  g_autoptr (GString) expanded = g_string_new (NULL);

  while (*text != '\0')
    {
      g_autofree char *name = *text == '{' ? read_name (text) : NULL;
      g_autofree char *value = NULL;

      if (name == NULL)
        {
          g_string_append_c (expanded, *text++);
          continue;
        }
      value = find_value (context, dry, name, error);
      if (value == NULL)
        return NULL;
      append (expanded, value, syntax);
      text += strlen (name) + strlen ("{}");
    }
  return g_string_free (g_steal_pointer (&expanded), FALSE);
}

char *
placeholder_expand (const IssuerContext *context, const char *text, PlaceholderSyntax syntax,
                    GError **error)
{
  return expand (context, false, text, syntax, error);
}

char *
placeholder_expand_dry (const Profile *profile, const char *text, PlaceholderSyntax syntax,
                        GError **error)
{
  const IssuerContext context = { .profile = profile, .now = process_now () };

  return expand (&context, true, text, syntax, error);
}
