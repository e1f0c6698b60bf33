/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pkcs11-token.h"

#include "error.h"
#include "gnutls-auto.h"
#include "i18n.h"
#include "text.h"

#include <gnutls/pkcs11.h>

enum { MAX_TOKENS = 64 };

bool
pkcs11_load_modules (GError **error)
{
  int status = gnutls_pkcs11_init (GNUTLS_PKCS11_FLAG_AUTO, NULL);
  g_autofree char *reason = status < 0 ? gnutls_reason (status) : NULL;

  if (status >= 0)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("p11-kit cannot load its modules: %s"),
               reason);
  if (error != NULL)
    error_add_hint (*error, _ ("`p11-kit list-modules` says which one fails"));
  return false;
}

/* The system's store of authorities is a token to p11-kit. */
static bool
holds_keys (const char *url)
{
  unsigned flags = 0;

  return gnutls_pkcs11_token_get_flags (url, &flags) >= 0 &&
         (flags & GNUTLS_PKCS11_TOKEN_INITIALIZED) != 0 &&
         (flags & GNUTLS_PKCS11_TOKEN_TRUSTED) == 0;
}

static GPtrArray *
list_tokens (void)
{
  GPtrArray *urls = g_ptr_array_new_with_free_func (g_free);

  for (unsigned i = 0; i < MAX_TOKENS; i++)
    {
      char *url = NULL;

      if (gnutls_pkcs11_token_get_url (i, GNUTLS_PKCS11_URL_GENERIC, &url) < 0)
        break;
      if (holds_keys (url))
        g_ptr_array_add (urls, g_strdup (url));
      gnutls_free (url);
    }
  return urls;
}

static char *
join (const GPtrArray *urls)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (unsigned i = 0; i < urls->len; i++)
    {
      g_autofree char *url = text_clean (g_ptr_array_index (urls, i), -1);

      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", url);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
fail_token (const GPtrArray *all, const GPtrArray *matching, GError **error)
{
  g_autofree char *listed = join (matching->len > 0 ? matching : all);

  if (matching->len > 0)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("several tokens match: %s"), listed);
  else if (all->len > 0)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("no token matches; there are: %s"),
                 listed);
  else
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("no token is there"));
  if (error != NULL && all->len > 0)
    error_add_hint (*error, _ ("`token` or `serial` in the URI says which"));
  else if (error != NULL)
    error_add_hint (*error,
                    _ ("`p11-kit list-modules` shows the modules and tokens that the system "
                       "knows; pkcs11.conf(5) says how to add a module"));
  return NULL;
}

char *
pkcs11_find_token (const Pkcs11Uri *uri, GError **error)
{
  g_autoptr (GPtrArray) all = list_tokens ();
  g_autoptr (GPtrArray) matching = g_ptr_array_new ();

  for (unsigned i = 0; i < all->len; i++)
    if (pkcs11_uri_matches_token (uri, g_ptr_array_index (all, i)))
      g_ptr_array_add (matching, g_ptr_array_index (all, i));
  return matching->len == 1 ? g_strdup (g_ptr_array_index (matching, 0))
                            : fail_token (all, matching, error);
}

bool
pkcs11_fail (int status, GError **error)
{
  g_autofree char *reason = gnutls_reason (status);

  if (status == GNUTLS_E_PKCS11_PIN_LOCKED)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PASSPHRASE, _ ("the token's PIN is locked"));
      if (error != NULL)
        error_add_hint (*error, _ ("its maker's tool unlocks it, with the administrator's PIN"));
      return false;
    }
  if (status == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("the token has no such private key"));
  else
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_KEY, _ ("the token failed: %s"), reason);
  if (error != NULL)
    error_add_hint (*error, _ ("`p11tool --login --list-privkeys pkcs11:token=NAME` prints the "
                               "keys that are there"));
  return false;
}
