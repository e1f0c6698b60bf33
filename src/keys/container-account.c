/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What consoles hand out for a service account: JSON with a key in PEM, and whose it is. Google's
 * is flat ("type": "service_account"); Box's "boxAppSettings" has the key's passphrase beside it.
 */
#include "error.h"
#include "i18n.h"
#include "jwk.h"
#include "key-private.h"
#include "text.h"

#include <string.h>

#define GOOGLE "\"service_account\""
#define BOX    "\"boxAppSettings\""

/* The members as they are called, and the objects that they are in. */
typedef struct {
  JsonObject *owner; /* who: "client_email", … */
  const char *account;
  JsonObject *holder; /* of the key */
  const char *key;
  const char *id;
  const char *passphrase; /* NULL: there is none */
} Account;

static bool
recognises_account (const char *bytes, size_t length)
{
  while (length > 0 && g_ascii_isspace (*bytes))
    {
      bytes++;
      length--;
    }
  return length > 0 && *bytes == '{' &&
         (memmem (bytes, length, GOOGLE, strlen (GOOGLE)) != NULL ||
          memmem (bytes, length, BOX, strlen (BOX)) != NULL);
}

static bool
fail_json (GError *reason, GError **error)
{
  reason->code = AVOUCH_ERROR_KEY;
  error_add_hint (reason, _ ("download the service account's JSON file again"));
  g_propagate_error (error, reason);
  return false;
}

static bool
fail_lacking (const char *name, GError **error)
{
  GError *reason = g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                                _ ("the service account's JSON has no “%s”"), name);

  return fail_json (reason, error);
}

/* NULL, with an error, for a missing one as well. */
static JsonObject *
need_object (JsonObject *object, const char *name, GError **error)
{
  GError *reason = NULL;
  JsonObject *inner = NULL;

  if (!json_optional_object (object, name, &inner, &reason))
    fail_json (reason, error);
  else if (inner == NULL)
    fail_lacking (name, error);
  return inner;
}

static bool
find_account (JsonObject *root, Account *account, GError **error)
{
  *account = (Account){ root, "client_email", root, "private_key", "private_key_id", NULL };
  if (!json_object_has_member (root, "boxAppSettings"))
    return true;
  *account = (Account){ NULL, "clientID", NULL, "privateKey", "publicKeyID", "passphrase" };
  account->owner = need_object (root, "boxAppSettings", error);
  if (account->owner != NULL)
    account->holder = need_object (account->owner, "appAuth", error);
  return account->holder != NULL;
}

static JsonObject *
parse (const Secret *text, GError **error)
{
  GError *reason = NULL;
  size_t length;
  const char *bytes = secret_bytes (text, &length);
  JsonObject *object = json_strict_object (bytes, length, &reason);

  if (object == NULL)
    fail_json (reason, error);
  return object;
}

/* Of what an assertion will say in its names; it may be missing. */
static bool
peek_name (JsonObject *object, const char *name, const char **value, GError **error)
{
  GError *reason = NULL;

  if (!json_optional_string (object, name, value, &reason))
    return fail_json (reason, error);
  if (*value == NULL ||
      (strlen (*value) <= CONTENTS_MAX_ALIAS && !text_has_control (*value, strlen (*value))))
    return true;
  reason = g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_KEY,
                        _ ("the service account's “%s” cannot be used"), name);
  return fail_json (reason, error);
}

/* It is in the same file, so no other is asked for. */
static void
take_passphrase (const Account *account, Unlock *unlock)
{
  Secret *passphrase = account->passphrase != NULL
                           ? json_take_secret (account->holder, account->passphrase, NULL)
                           : NULL;

  if (passphrase == NULL)
    return;
  g_clear_pointer (&unlock->passphrase, secret_unref);
  unlock->passphrase = passphrase;
}

static Key *
open_pem (Secret *pem, Unlock *unlock, GError **error)
{
  g_autoptr (Contents) contents = contents_new ();

  if (!container_pem.read (pem, unlock, contents, error))
    return NULL;
  return contents_open (contents, NULL, unlock, error);
}

static Key *
open_account (const Secret *encoded, Unlock *unlock, GError **error)
{
  g_autoptr (JsonObject) root = parse (encoded, error);
  g_autoptr (Secret) pem = NULL;
  g_autoptr (Key) key = NULL;
  Account account;
  const char *id = NULL;
  const char *name = NULL;

  if (root == NULL || !find_account (root, &account, error))
    return NULL;
  take_passphrase (&account, unlock);
  pem = json_take_secret (account.holder, account.key, NULL);
  if (pem == NULL)
    fail_lacking (account.key, error);
  if (pem == NULL || !peek_name (account.holder, account.id, &id, error) ||
      !peek_name (account.owner, account.account, &name, error) ||
      (key = open_pem (pem, unlock, error)) == NULL)
    return NULL;
  key_set_jwk (key, id, NULL);
  key_set_account (key, name);
  return g_steal_pointer (&key);
}

static bool
read_account (Secret *content, Unlock *unlock G_GNUC_UNUSED, Contents *contents, GError **error)
{
  return contents_add_key (contents, NULL, NULL, content, open_account, error);
}

const Container container_account = { "service account", recognises_account, read_account };
