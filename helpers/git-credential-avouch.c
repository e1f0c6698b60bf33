/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* git's credential helper. git starts it with an operation as the last argument and a request on
 * stdin, passes its stderr on to the user, looks at no exit status, and asks its next helper if
 * there is no answer. */
#include "git-interactive.h"
#include "git-protocol.h"
#include "git-store.h"
#include "helper.h"

#include "error.h"
#include "i18n.h"
#include "process.h"
#include "route.h"

#include <stdio.h>
#include <unistd.h>

static GitRequest *
read_request (GError **error)
{
  g_autoptr (Secret) text = git_request_read (STDIN_FILENO, error);

  return text != NULL ? git_request_parse (text, error) : NULL;
}

static bool
is_unserved (const GError *error)
{
  return g_error_matches (error, AVOUCH_ERROR, AVOUCH_ERROR_UNSERVED);
}

/* The configuration, where it says that what no profile serves is kept in the keyring; NULL,
 * without an error, where it does not. */
static Config *
load_config_that_keeps (const HelperCall *call, GError **error)
{
  g_autoptr (ConfigSources) sources = NULL;
  g_autoptr (Config) config = NULL;

  /* Whoever names a profile wants no other answer. */
  if (call->profile != NULL)
    return NULL;
  sources = config_sources_find (call->obtain.environment, error);
  config = sources != NULL ? config_load (sources, error) : NULL;
  return config != NULL && config_git (config).keyring ? g_steal_pointer (&config) : NULL;
}

/* Whether what WHY says of the place leaves it to the keyring: no profile serves it; or its path is
 * none that a profile could serve ("a%2fb"; git's own helpers take any), at a host where none
 * serves anything. */
static bool
is_foreign (const Config *config, const GitRequest *request, const GError *why)
{
  g_autoptr (Url) origin = NULL;

  if (is_unserved (why))
    return true;
  if (!g_error_matches (why, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL) || request->path == NULL)
    return false;
  origin = url_from_parts (request->protocol, request->host, NULL, NULL);
  return origin != NULL && !route_serves_origin (config, origin);
}

static GitStore
make_store (const HelperCall *call, const Config *config)
{
  return (GitStore){
    .environment = call->obtain.environment,
    .interactive = !call->obtain.no_prompt && environment_has_display (),
    .collection = config_git (config).collection,
    .now = process_now (),
  };
}

/* WHY: what said that no profile serves the place; told where it is not one to be kept either. */
static bool
get_kept (const HelperCall *call, const GitRequest *request, GError *why, SecretBuffer *answer,
          GError **error)
{
  g_autoptr (GError) reason = why;
  g_autoptr (GError) trouble = NULL;
  g_autoptr (Config) config = load_config_that_keeps (call, &trouble);

  if (config != NULL && is_foreign (config, request, reason))
    {
      const GitStore store = make_store (call, config);
      g_autofree char *passed_over = NULL;
      bool done = git_store_get (&store, request, answer, &passed_over, error);

      if (passed_over != NULL && call->obtain.verbose > 0)
        fprintf (stderr, _ ("avouch: [git]: an item was passed over: %s\n"), passed_over);
      return done;
    }
  GError **told = is_unserved (reason) && trouble != NULL ? &trouble : &reason;
  g_propagate_error (error, g_steal_pointer (told));
  return false;
}

static bool
get_minted (const HelperCall *call, const GitRequest *request, SecretBuffer *answer, GError **error)
{
  g_autoptr (Request) place = git_request_place (request, call->profile, error);
  g_autoptr (Credential) credential =
      place != NULL ? obtain_credential (place, &call->obtain, error) : NULL;

  return credential != NULL && git_answer_append (request, credential, answer, error);
}

static bool
get (HelperCall *call, GError **error)
{
  g_auto (SecretBuffer) answer = { 0 };
  g_autoptr (GitRequest) request = read_request (error);
  GError *trouble = NULL;

  if (request == NULL)
    return false;
  if (get_minted (call, request, &answer, &trouble))
    return helper_answer (&answer, error);
  if (is_unserved (trouble) || g_error_matches (trouble, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL))
    return get_kept (call, request, trouble, &answer, error) && helper_answer (&answer, error);
  g_propagate_error (error, trouble);
  return false;
}

static bool
erase_minted (const HelperCall *call, const GitRequest *request, GError **error)
{
  g_autoptr (Request) place = git_request_place (request, call->profile, error);

  if (place == NULL)
    return false;
  return obtain_erase (place, request->credential != NULL ? request->credential : request->password,
                       call->obtain.environment, error);
}

/* WHY: as of get_kept. */
static bool
erase_kept (const HelperCall *call, const GitRequest *request, GError *why, GError **error)
{
  g_autoptr (GError) reason = why;
  g_autoptr (GError) trouble = NULL;
  g_autoptr (Config) config = load_config_that_keeps (call, &trouble);

  if (config != NULL && is_foreign (config, request, reason))
    {
      const GitStore store = make_store (call, config);
      return git_store_erase (&store, request, error);
    }
  if (trouble == NULL && is_unserved (reason))
    return true;
  GError **told = is_unserved (reason) ? &trouble : &reason;
  g_propagate_error (error, g_steal_pointer (told));
  return false;
}

/* After a 401: the password or credential that the request carries is the one that was refused. */
static bool
erase (HelperCall *call, GError **error)
{
  g_autoptr (GitRequest) request = read_request (error);
  GError *trouble = NULL;

  if (request == NULL || erase_minted (call, request, &trouble))
    return request != NULL;
  return erase_kept (call, request, trouble, error);
}

/* Whether a profile serves the place; an error where two might, for one. */
static bool
is_served (const Config *config, const GitRequest *request, bool *served, GError **error)
{
  g_autoptr (GError) trouble = NULL;
  g_autoptr (Request) place = git_request_place (request, NULL, &trouble);
  g_autoptr (Profile) profile = place != NULL ? route_find (config, place, &trouble) : NULL;

  *served = profile != NULL;
  if (profile != NULL || is_foreign (config, request, trouble))
    return true;
  g_propagate_error (error, g_steal_pointer (&trouble));
  return false;
}

static bool
keep (const HelperCall *call, const Config *config, const Secret *text, GError **error)
{
  g_autoptr (GitRequest) request = git_request_parse (text, error);
  const GitStore store = make_store (call, config);
  bool served;

  return request != NULL && is_served (config, request, &served, error) &&
         (served || git_store_keep (&store, request, error));
}

/* What avouch minted is in the cache already, and never kept elsewhere. What is wrong with the
 * configuration, `get` has told. */
static bool
store (HelperCall *call, GError **error)
{
  g_autoptr (Secret) text = git_request_read (STDIN_FILENO, error);
  g_autoptr (Config) config = text != NULL ? load_config_that_keeps (call, NULL) : NULL;

  if (config != NULL)
    return keep (call, config, text, error);
  return text != NULL;
}

static bool
capability (HelperCall *call G_GNUC_UNUSED, GError **error)
{
  g_auto (SecretBuffer) answer = { 0 };

  secret_buffer_append (&answer, "version 0\ncapability authtype\n", -1);
  return helper_answer (&answer, error);
}

static const struct {
  const char *name;
  bool (*run) (HelperCall *call, GError **error);
} operations[] = {
  { "get", get },
  { "store", store },
  { "erase", erase },
  { "capability", capability },
};

static bool
run (HelperCall *call, GError **error)
{
  g_autoptr (GError) local = NULL;

  call->obtain.no_prompt |= !git_may_ask (call->obtain.environment->inherited);
  for (size_t i = 0; i < G_N_ELEMENTS (operations); i++)
    if (g_str_equal (operations[i].name, call->operation) && !operations[i].run (call, &local))
      {
        if (is_unserved (local))
          return true;
        g_propagate_error (error, g_steal_pointer (&local));
        return false;
      }
  return true; /* git asks that unknown operations be ignored in silence */
}

static const Helper helper = {
  .name = "git-credential-avouch",
  .usage = N_ ("Gives git a token for the places that the profiles serve. git starts it, once\n"
               "\"avouch setup git\" has told it to.\n\n"
               "  get              answers the request on stdin\n"
               "  erase            drops what was refused\n"
               "  store            keeps what no profile serves, where [git] says so\n"
               "  capability       lists what it can do\n"),
  .has_operation = true,
  .run = run,
};

int
main (int argc, char **argv)
{
  return helper_main (&helper, argc, argv);
}
