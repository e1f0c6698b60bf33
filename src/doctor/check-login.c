/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A login as a tool would cause it: through the cache and avouch-mint. */
#include "cache.h"
#include "i18n.h"
#include "moment.h"
#include "narrow.h"
#include "obtain.h"
#include "process.h"
#include "step.h"

/* What is filed for the profile by itself, as `avouch token PROFILE` would find it, or for the
 * place that is asked for. */
typedef struct {
  Request request; /* borrows all */
  Cache *cache;    /* NULL: there is none */
  char *token;
} Filed;

static void
filed_clear (Filed *filed)
{
  g_clear_pointer (&filed->cache, cache_close);
  g_free (filed->token);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Filed, filed_clear)

static void
filed_open (Filed *filed, const Patient *patient)
{
  const Request *asked = patient->options->request;

  filed->request = (Request){
    .profile = (char *) profile_name (patient->profile),
    .url = asked != NULL ? asked->url : NULL,
  };
  filed->token = obtain_token_name (patient->profile, &filed->request);
  filed->cache = cache_open (patient->environment, NULL);
}

/* A failure for which nobody is asked again yet. */
static Failure *
find_held (const Filed *filed)
{
  g_autoptr (Failure) failure =
      filed->cache != NULL
          ? cache_load_failure (filed->cache, filed->token, process_now_milliseconds ())
          : NULL;

  return failure != NULL && failure->held_until > process_now () ? g_steal_pointer (&failure)
                                                                 : NULL;
}

static void
tell_held (Finding *finding, const Failure *failure)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (failure->held_until);
  g_autofree char *until = time != NULL ? g_date_time_format (time, "%H:%M:%S") : g_strdup ("?");
  g_autofree char *message = error_message (failure->error);

  finding_bad (finding, failure->error);
  g_free (finding->text);
  finding->text = g_strdup_printf (finding->kind == AVOUCH_ERROR_REFUSED
                                       ? _ ("%s; not asked again until %s (remembered refusal)")
                                       : _ ("%s; not asked again until %s (remembered failure)"),
                                   message, until);
}

static Credential *
obtain (const Patient *patient, const Filed *filed, GError **error)
{
  const ObtainOptions options = {
    .environment = patient->environment,
    .config = patient->config,
    .fresh = patient->options->fresh,
    .verbose = patient->options->invocation->verbose,
    .timeout = patient->options->timeout,
    .stays = true,
    .passphrase = patient->passphrases.passphrase,
    .key_passphrase = patient->passphrases.key_passphrase,
  };

  return obtain_credential (&filed->request, &options, error);
}

static void
tell_token (Finding *finding, const Credential *credential, const Credential *cached)
{
  bool is_cached = cached != NULL && secret_equal (cached->secret, credential->secret) &&
                   cached->issued_at == credential->issued_at;
  g_autofree char *left =
      moment_format_span (credential_published_expiry (credential) - process_now ());

  if (is_cached)
    finding_good (finding, _ ("no login: the cached token is good for %s (--fresh logs in)"), left);
  else
    finding_good (finding, _ ("logged in; the token is good for %s"), left);
}

/* A profile whose token depends on what it is for, which nobody has said here. */
static bool
is_undecided (const Filed *filed, const Profile *profile, const GError *error)
{
  return filed->request.url == NULL && narrow_is_by_path (profile) &&
         error->code == AVOUCH_ERROR_CONFIG;
}

static void
tell_undecided (Finding *finding, const char *profile, const GError *error)
{
  finding_bad_of (finding, profile, error);
  finding->state = FINDING_WARNING;
}

void
check_login (Patient *patient, Finding *finding)
{
  g_auto (Filed) filed = { 0 };
  g_autoptr (Failure) held = NULL;
  g_autoptr (Credential) cached = NULL;
  g_autoptr (GError) error = NULL;

  patient->began = process_now ();
  filed_open (&filed, patient);
  if (filed.cache != NULL)
    cached = cache_load (filed.cache, filed.token);
  if (cached != NULL && (patient->options->fresh || !credential_is_usable (cached, process_now ())))
    g_clear_pointer (&cached, credential_free);
  if (cached == NULL)
    held = find_held (&filed);
  if (held != NULL)
    {
      tell_held (finding, held);
      return;
    }
  patient->credential = obtain (patient, &filed, &error);
  if (patient->credential == NULL && is_undecided (&filed, patient->profile, error))
    tell_undecided (finding, profile_name (patient->profile), error);
  else if (patient->credential == NULL)
    finding_bad_of (finding, profile_name (patient->profile), error);
  else
    tell_token (finding, patient->credential, cached);
}

/* Of Salesforce, what `avouch request` needs: the REST API is "api", and "full" is all but
 * refresh_token. */
void
check_scopes (Patient *patient, Finding *finding)
{
  static const char *const enough[] = { "api", "full", NULL };
  const char *scope =
      patient->credential != NULL ? credential_detail (patient->credential, "scope") : NULL;
  const char *issuer = profile_get (patient->profile, "issuer");
  g_auto (GStrv) words = NULL;

  if (scope == NULL)
    {
      finding_skip (finding, _ ("the issuer does not tell them"));
      return;
    }
  if (g_strcmp0 (issuer, "salesforce") != 0)
    {
      finding_good (finding, "%s", scope);
      return;
    }
  words = g_strsplit (scope, " ", -1);
  for (size_t i = 0; words[i] != NULL; i++)
    if (g_strv_contains (enough, words[i]))
      {
        finding_good (finding, "%s", scope);
        return;
      }
  finding_warn (finding, _ ("%s: not `api`, without which no API can be called"), scope);
  finding_hint (finding, _ ("Setup > the app > OAuth scopes: add \"Manage user data via APIs "
                            "(api)\""));
}
