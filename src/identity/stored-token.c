/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stored-token.h"

#include "error.h"
#include "i18n.h"
#include "keyring.h"
#include "process.h"

#include <string.h>

enum {
  PATIENCE = 3,        /* seconds for one call */
  MAX_ATTRIBUTES = 17, /* names, values, and the NULL */
};

/* By which an item of somebody else's schema is known to be ours. */
#define MARK_VALUE   "published"
#define MARK_PROFILE "avouch-profile"

static KeyringOptions
options_for (const Profile *profile)
{
  return (KeyringOptions){
    .timeout = PATIENCE,
    .collection = profile != NULL ? profile_get (profile, "keyring-collection") : NULL,
    .instead = _ ("`cache = runtime` works without a keyring"),
  };
}

/* NULL for what is no credential. */
static Credential *
decode (const Secret *secret)
{
  g_autoptr (Record) record = secret != NULL ? record_decode (secret, NULL) : NULL;

  return record != NULL ? credential_from_record (record, NULL) : NULL;
}

static bool
find (const Profile *profile, const KeyringItem *item, KeyringMatch **match, GError **error)
{
  const KeyringOptions options = options_for (profile);

  return keyring_find (item, &options, match, error);
}

Credential *
stored_token_load (const Profile *profile, const char *token, GError **error)
{
  const char *const attributes[] = { "token", token, "profile", profile_name (profile), NULL };
  const KeyringItem item = { .schema = STORED_TOKEN_SCHEMA, .attributes = attributes };
  g_autoptr (KeyringMatch) match = NULL;
  g_autoptr (Credential) credential = NULL;

  if (!find (profile, &item, &match, error) || match == NULL)
    return NULL;
  credential = decode (match->secret);
  if (credential == NULL || !credential_is_usable (credential, process_now ()) ||
      strcmp (credential->profile, profile_name (profile)) != 0)
    return NULL;
  return g_steal_pointer (&credential);
}

/* A KeyringJudge; DATA is the time. What cannot be read helps nobody either. */
static bool
is_over (const KeyringMatch *match, void *data)
{
  const int64_t *now = data;
  g_autoptr (Credential) credential = decode (match->secret);

  return match->secret != NULL && (credential == NULL || credential->expires_at <= *now);
}

static void
sweep (const Profile *profile, const KeyringOptions *options)
{
  const char *const attributes[] = { "profile", profile_name (profile), NULL };
  const KeyringItem item = { .schema = STORED_TOKEN_SCHEMA, .attributes = attributes };
  int64_t now = process_now ();

  keyring_erase (&item, is_over, &now, options, NULL, NULL);
}

bool
stored_token_keep (const Profile *profile, const char *token, const Credential *credential,
                   GError **error)
{
  const char *name = profile_name (profile);
  const char *const attributes[] = { "token", token, "profile", name, NULL };
  g_autofree char *label = g_strdup_printf (_ ("avouch: token of %s"), name);
  const KeyringItem item = {
    .schema = STORED_TOKEN_SCHEMA,
    .attributes = attributes,
    .label = label,
  };
  const KeyringOptions options = options_for (profile);
  g_autoptr (Record) record = credential_to_record (credential);
  g_autoptr (Secret) bytes = record_encode (record, error);

  if (bytes == NULL || !keyring_store (&item, bytes, &options, error))
    return false;
  sweep (profile, &options);
  return true;
}

/* One item that other programs look for. */
typedef struct {
  const Profile *profile;
  const Credential *credential;
  const char *user;
  Url *url;
  char *place; /* "https://host[:port][/path]" */
} Place;

static void
place_clear (Place *place)
{
  g_clear_pointer (&place->url, url_free);
  g_clear_pointer (&place->place, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

/* False for a pattern that stands for several. */
static bool
place_begin (Place *place, const Pattern *pattern)
{
  g_autofree char *origin = pattern_origin (pattern);

  place->url = origin != NULL ? url_parse (pattern_text (pattern), NULL) : NULL;
  if (place->url == NULL)
    return false;
  place->place = url_to_string (place->url);
  while (g_str_has_suffix (place->place, "/"))
    place->place[strlen (place->place) - 1] = '\0';
  return true;
}

static bool
keep (const Place *place, const char *schema, const char **attributes, size_t count,
      const char *label, GError **error)
{
  const KeyringItem item = { .schema = schema, .attributes = attributes, .label = label };
  const KeyringOptions options = options_for (place->profile);

  attributes[count++] = KEYRING_MARK;
  attributes[count++] = MARK_VALUE;
  attributes[count++] = MARK_PROFILE;
  attributes[count++] = profile_name (place->profile);
  attributes[count] = NULL;
  return keyring_store (&item, place->credential->secret, &options, error);
}

/* As contrib/credential/libsecret of git's source has it. No expiry beside the password: older
 * versions would take it for a part of it. */
static bool
publish_to_git (const Place *place, GError **error)
{
  const Url *url = place->url;
  const char *attributes[MAX_ATTRIBUTES];
  g_autofree char *port = g_strdup_printf ("%u", url->port);
  g_autofree char *label = g_strdup_printf (_ ("avouch: %s for git"), place->place);
  const char *object = url->path + strspn (url->path, "/");
  size_t count = 0;

  attributes[count++] = "user";
  attributes[count++] = place->user;
  attributes[count++] = "protocol";
  attributes[count++] = url->scheme;
  attributes[count++] = "server";
  attributes[count++] = url->host;
  if (url->port != url_default_port (url->scheme))
    {
      attributes[count++] = "port";
      attributes[count++] = port;
    }
  if (*object != '\0')
    {
      attributes[count++] = "object";
      attributes[count++] = object;
    }
  return keep (place, "org.git.Password", attributes, count, label, error);
}

/* As keyring/backends/libsecret.py and SecretService.py look for it. */
static bool
publish_to_python (const Place *place, GError **error)
{
  const char *attributes[MAX_ATTRIBUTES] = {
    "service", place->place, "username", place->user, "application", "Python keyring library",
  };
  g_autofree char *label = g_strdup_printf (_ ("avouch: %s for Python"), place->place);

  return keep (place, "org.freedesktop.Secret.Generic", attributes, 6, label, error);
}

static bool
check_kind (const Credential *credential, GError **error)
{
  if (credential->kind != CREDENTIAL_AWS)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG,
               _ ("a credential of several parts cannot be published as a password"));
  return false;
}

/* A KeyringJudge; DATA is the secret that has just been published. */
static bool
is_former (const KeyringMatch *match, void *data)
{
  return match->secret != NULL && !secret_equal (match->secret, data);
}

/* Those of places that the profile no longer serves. */
static void
sweep_published (const Profile *profile, const Credential *credential)
{
  const char *const attributes[] = { KEYRING_MARK, MARK_VALUE, MARK_PROFILE, profile_name (profile),
                                     NULL };
  const KeyringItem item = { .attributes = attributes };
  const KeyringOptions options = options_for (profile);

  keyring_erase (&item, is_former, credential->secret, &options, NULL, NULL);
}

bool
stored_token_publish (const Profile *profile, const Credential *credential, unsigned *count,
                      GError **error)
{
  const GPtrArray *serve = profile_serve (profile);
  const char *user = credential->username != NULL ? credential->username : profile_name (profile);

  *count = 0;
  if (!check_kind (credential, error))
    return false;
  for (size_t i = 0; i < serve->len; i++)
    {
      g_auto (Place) place = { .profile = profile, .credential = credential, .user = user };

      if (!place_begin (&place, serve->pdata[i]))
        continue;
      if (!publish_to_git (&place, error))
        return false;
      ++*count;
      if (!publish_to_python (&place, error))
        return false;
      ++*count;
    }
  sweep_published (profile, credential);
  return true;
}

/* A KeyringJudge; DATA is the secret that was refused. */
static bool
is_refused_record (const KeyringMatch *match, void *data)
{
  g_autoptr (Credential) credential = decode (match->secret);

  return credential != NULL && secret_equal (credential->secret, data);
}

/* The same for one that is the secret itself. */
static bool
is_refused (const KeyringMatch *match, void *data)
{
  return match->secret != NULL && secret_equal (match->secret, data);
}

bool
stored_token_erase (const Profile *profile, const char *token, const Secret *refused,
                    unsigned *erased, GError **error)
{
  const char *name = profile_name (profile);
  const char *const of_token[] = { "token", token, "profile", name, NULL };
  const char *const of_mark[] = { KEYRING_MARK, MARK_VALUE, MARK_PROFILE, name, NULL };
  const KeyringItem cached = { .schema = STORED_TOKEN_SCHEMA, .attributes = of_token };
  const KeyringItem published = { .attributes = of_mark };
  const KeyringOptions options = options_for (profile);
  unsigned tokens = 0;
  unsigned items = 0;

  if (!keyring_erase (&cached, refused != NULL ? is_refused_record : NULL, (void *) refused,
                      &options, &tokens, error) ||
      !keyring_erase (&published, refused != NULL ? is_refused : NULL, (void *) refused, &options,
                      &items, error))
    return false;
  *erased = tokens + items;
  return true;
}

bool
stored_token_forget (const char *profile, unsigned *cached, unsigned *published, GError **error)
{
  const char *const of_profile[] = { "profile", profile, NULL };
  const char *const of_mark[] = { KEYRING_MARK, MARK_VALUE, profile != NULL ? MARK_PROFILE : NULL,
                                  profile, NULL };
  const KeyringItem tokens = {
    .schema = STORED_TOKEN_SCHEMA,
    .attributes = profile != NULL ? of_profile : NULL,
  };
  const KeyringItem items = { .attributes = of_mark };
  const KeyringOptions options = options_for (NULL);

  return keyring_erase (&tokens, NULL, NULL, &options, cached, error) &&
         keyring_erase (&items, NULL, NULL, &options, published, error);
}
