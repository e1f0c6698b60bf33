/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "git-store.h"

#include "error.h"
#include "i18n.h"
#include "keyring-job.h"
#include "text.h"

#include <string.h>

#define EXPIRY        "password_expiry_utc="
#define REFRESH_TOKEN "oauth_refresh_token="
#define AUTHTYPE      "authtype="

enum { TIME_TO_UNLOCK = 120 /* seconds, for a person */ };

typedef enum { PROTOCOL, SERVER, PORT, OBJECT, USER, N_NAMES } Name;

/* What an item is filed under. */
typedef struct {
  const char *schema;
  const char *names[N_NAMES];
} Form;

/* git's helper looked for this schema alone before git 2.41, and looks for none since. */
static const Form password_form = { "org.gnome.keyring.NetworkPassword",
                                    { "protocol", "server", "port", "object", "user" } };
static const Form credential_form = {
  "avouch.GitCredential", { "git-protocol", "git-server", "git-port", "git-object", "git-user" }
};

/* A request as attributes. */
typedef struct {
  char *server; /* without the port */
  const char *attributes[2 * N_NAMES + 1];
  const char *lacks[3];
} Place;

static void
place_clear (Place *place)
{
  g_free (place->server);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

/* The port of "host:port", which "[::1]" has none of; NULL: none. */
static const char *
find_port (const char *host)
{
  const char *colon = strrchr (host, ':');
  int64_t port;

  return colon != NULL && text_parse_int (colon + 1, 0, UINT16_MAX, &port) ? colon + 1 : NULL;
}

static void
place_read (Place *place, const GitRequest *request, const Form *form)
{
  const char *port = find_port (request->host);
  const char *values[N_NAMES] = {
    [PROTOCOL] = request->protocol,
    [PORT] = port,
    [OBJECT] = request->path,
    [USER] = request->has_empty_username ? "" : request->username,
  };
  size_t count = 0;

  values[SERVER] = place->server = g_strndup (
      request->host, port != NULL ? (size_t) (port - request->host) - 1 : strlen (request->host));
  for (Name name = 0; name < N_NAMES; name++)
    if (values[name] != NULL)
      {
        place->attributes[count++] = form->names[name];
        place->attributes[count++] = values[name];
      }
  /* A token of a profile that does not serve the place is nothing for it, and not git's to erase.
   */
  place->lacks[0] = KEYRING_MARK;
  /* Another port is another server. */
  if (port == NULL)
    place->lacks[1] = form->names[PORT];
}

static GPtrArray *
ask (const GitStore *store, const KeyringJob *job, char **passed_over, GError **error)
{
  g_autoptr (GError) trouble = NULL;
  KeyringJob whole = *job;
  GPtrArray *answer;

  whole.options = (KeyringOptions){
    .interactive = store->interactive,
    .timeout = store->interactive ? TIME_TO_UNLOCK : KEYRING_TIMEOUT,
    .collection = store->collection,
    .instead = _ ("git-credential-cache(1) keeps passwords in memory, without a keyring"),
  };
  answer = keyring_ask (&whole, store->environment, passed_over, &trouble);
  if (answer == NULL)
    {
      error_add_prefix (trouble, "[git]");
      g_propagate_error (error, g_steal_pointer (&trouble));
    }
  return answer;
}

/* What stands in an item's secret. */
typedef struct {
  Secret *secret; /* the first line */
  Secret *refresh_token;
  char *authtype;
  char *expiry;
  int64_t expires_at; /* INT64_MAX: not said */
} Kept;

static void
kept_clear (Kept *kept)
{
  g_clear_pointer (&kept->secret, secret_unref);
  g_clear_pointer (&kept->refresh_token, secret_unref);
  g_clear_pointer (&kept->authtype, g_free);
  g_clear_pointer (&kept->expiry, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Kept, kept_clear)

/* What follows PREFIX in a line of LENGTH bytes, its own length put there; NULL: another line. */
static const char *
after_prefix (const char *line, const char *prefix, size_t *length)
{
  size_t size = strlen (prefix);

  if (*length < size || memcmp (line, prefix, size) != 0)
    return NULL;
  *length -= size;
  return line + size;
}

static void
kept_read_line (Kept *kept, const char *line, size_t length)
{
  size_t left = length;
  const char *value;

  if (kept->secret == NULL)
    kept->secret = secret_new (line, length);
  else if ((value = after_prefix (line, EXPIRY, &left)) != NULL && kept->expiry == NULL)
    kept->expiry = g_strndup (value, left);
  else if ((value = after_prefix (line, REFRESH_TOKEN, &left)) != NULL &&
           kept->refresh_token == NULL)
    kept->refresh_token = secret_new (value, left);
  else if ((value = after_prefix (line, AUTHTYPE, &left)) != NULL && kept->authtype == NULL)
    kept->authtype = g_strndup (value, left);
}

/* What git itself refuses in a line, its end aside. */
static bool
breaks_line (const char *line, size_t length)
{
  return memchr (line, '\0', length) != NULL || memchr (line, '\r', length) != NULL;
}

/* False where it would break git's lines. A time that is no number is no time. */
static bool
kept_read (Kept *kept, const Secret *secret)
{
  size_t length;
  const char *at = secret_bytes (secret, &length);
  const char *end = at + length;

  kept->expires_at = INT64_MAX;
  for (;;)
    {
      const char *newline = memchr (at, '\n', (size_t) (end - at));
      const char *stop = newline != NULL ? newline : end;

      if (breaks_line (at, (size_t) (stop - at)))
        return false;
      kept_read_line (kept, at, (size_t) (stop - at));
      if (newline == NULL)
        break;
      at = newline + 1;
    }
  if (kept->expiry != NULL && !text_parse_int (kept->expiry, 0, INT64_MAX, &kept->expires_at))
    g_clear_pointer (&kept->expiry, g_free);
  return true;
}

static bool
is_good (const GitStore *store, const KeyringMatch *match)
{
  g_auto (Kept) kept = { 0 };

  return match->secret != NULL && kept_read (&kept, match->secret) && kept.expires_at > store->now;
}

/* The one that was changed last of those that have not expired. */
static const KeyringMatch *
choose (const GitStore *store, const GPtrArray *matches)
{
  const KeyringMatch *chosen = NULL;

  for (size_t i = 0; i < matches->len; i++)
    {
      const KeyringMatch *match = matches->pdata[i];

      if ((chosen == NULL || match->modified > chosen->modified) && is_good (store, match))
        chosen = match;
    }
  return chosen;
}

static void
append_line (SecretBuffer *answer, const char *key, const char *value)
{
  if (value != NULL)
    secret_buffer_printf (answer, "%s%s\n", key, value);
}

static void
append_secret (SecretBuffer *answer, const char *key, const Secret *value)
{
  if (value == NULL)
    return;
  secret_buffer_append (answer, key, -1);
  secret_buffer_append_secret (answer, value);
  secret_buffer_append (answer, "\n", 1);
}

static void
append_match (SecretBuffer *answer, const KeyringMatch *match, const Form *form)
{
  bool password = form == &password_form;
  g_auto (Kept) kept = { 0 };

  kept_read (&kept, match->secret);
  if (!password)
    {
      secret_buffer_append (answer, "capability[]=authtype\n", -1);
      append_line (answer, AUTHTYPE, kept.authtype);
    }
  append_line (answer, "username=", keyring_match_get (match, form->names[USER]));
  append_secret (answer, password ? "password=" : "credential=", kept.secret);
  append_line (answer, EXPIRY, kept.expiry);
  append_secret (answer, REFRESH_TOKEN, kept.refresh_token);
}

static bool
get (const GitStore *store, const GitRequest *request, const Form *form, SecretBuffer *answer,
     char **passed_over, GError **error)
{
  g_auto (Place) place = { 0 };
  g_autoptr (GPtrArray) matches = NULL;
  const KeyringMatch *chosen;

  place_read (&place, request, form);
  const KeyringJob job = {
    .operation = KEYRING_SEARCH,
    .item = { .schema = form->schema,
              .loose = true,
              .attributes = place.attributes,
              .lacks = place.lacks },
  };
  matches = ask (store, &job, passed_over, error);
  if (matches == NULL)
    return false;
  chosen = choose (store, matches);
  if (chosen != NULL)
    append_match (answer, chosen, form);
  return true;
}

bool
git_store_get (const GitStore *store, const GitRequest *request, SecretBuffer *answer,
               char **passed_over, GError **error)
{
  if (!get (store, request, &password_form, answer, passed_over, error))
    return false;
  return answer->length > 0 || !request->takes_authtype ||
         get (store, request, &credential_form, answer, *passed_over == NULL ? passed_over : NULL,
              error);
}

/* As people see it in their keyring program. */
static char *
make_label (const GitRequest *request)
{
  const char *path = request->path != NULL ? request->path : "";

  return request->username != NULL
             ? g_strdup_printf ("Git: %s://%s/%s (%s)", request->protocol, request->host, path,
                                request->username)
             : g_strdup_printf ("Git: %s://%s/%s", request->protocol, request->host, path);
}

static Secret *
make_secret (const GitRequest *request, bool password)
{
  g_auto (SecretBuffer) text = { 0 };

  secret_buffer_append_secret (&text, password ? request->password : request->credential);
  if (!password)
    secret_buffer_printf (&text, "\n" AUTHTYPE "%s", request->authtype);
  if (request->password_expiry != NULL)
    secret_buffer_printf (&text, "\n" EXPIRY "%s", request->password_expiry);
  if (request->refresh_token != NULL)
    {
      secret_buffer_append (&text, "\n" REFRESH_TOKEN, -1);
      secret_buffer_append_secret (&text, request->refresh_token);
    }
  return secret_buffer_end (&text);
}

static bool
is_credential (const GitRequest *request)
{
  return request->credential != NULL && request->authtype != NULL && request->authtype[0] != '\0';
}

static bool
is_password (const GitRequest *request)
{
  return request->password != NULL && (request->username != NULL || request->has_empty_username);
}

bool
git_store_keep (const GitStore *store, const GitRequest *request, GError **error)
{
  bool password = !is_credential (request);
  const Form *form = password ? &password_form : &credential_form;
  g_auto (Place) place = { 0 };

  if (request->ephemeral || (password && !is_password (request)))
    return true;
  place_read (&place, request, form);
  g_autofree char *label = make_label (request);
  g_autoptr (Secret) secret = make_secret (request, password);
  const KeyringJob job = {
    .operation = KEYRING_STORE,
    .item = { .schema = form->schema,
              .loose = true,
              .attributes = place.attributes,
              .label = label },
    .secret = secret,
  };
  g_autoptr (GPtrArray) done = ask (store, &job, NULL, error);
  return done != NULL;
}

static bool
erase (const GitStore *store, const GitRequest *request, const Form *form, Secret *secret,
       GError **error)
{
  g_auto (Place) place = { 0 };

  place_read (&place, request, form);
  const KeyringJob job = {
    .operation = KEYRING_ERASE,
    .item = { .schema = form->schema,
              .loose = true,
              .attributes = place.attributes,
              .lacks = place.lacks },
    .secret = secret,
  };
  g_autoptr (GPtrArray) done = ask (store, &job, NULL, error);
  return done != NULL;
}

bool
git_store_erase (const GitStore *store, const GitRequest *request, GError **error)
{
  if (request->credential != NULL)
    return erase (store, request, &credential_form, request->credential, error);
  return erase (store, request, &password_form, request->password, error) &&
         (request->password != NULL || !request->takes_authtype ||
          erase (store, request, &credential_form, NULL, error));
}
