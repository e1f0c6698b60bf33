/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* git's credential helper. git starts it with an operation as the last argument and a request on
 * stdin, passes its stderr on to the user, looks at no exit status, and asks its next helper if
 * there is no answer. */
#include "git-protocol.h"
#include "helper.h"

#include "error.h"
#include "i18n.h"

#include <unistd.h>

static GitRequest *
read_request (GError **error)
{
  g_autoptr (Secret) text = git_request_read (STDIN_FILENO, error);

  return text != NULL ? git_request_parse (text, error) : NULL;
}

static bool
get (HelperCall *call, GError **error)
{
  g_auto (SecretBuffer) answer = { 0 };
  g_autoptr (GitRequest) request = read_request (error);
  g_autoptr (Request) place =
      request != NULL ? git_request_place (request, call->profile, error) : NULL;
  g_autoptr (Credential) credential =
      place != NULL ? obtain_credential (place, &call->obtain, error) : NULL;

  return credential != NULL && git_answer_append (request, credential, &answer, error) &&
         helper_answer (&answer, error);
}

/* After a 401: the password or credential that the request carries is the one that was refused. */
static bool
erase (HelperCall *call, GError **error)
{
  g_autoptr (GitRequest) request = read_request (error);
  g_autoptr (Request) place =
      request != NULL ? git_request_place (request, call->profile, error) : NULL;

  if (place == NULL)
    return false;
  return obtain_erase (place, request->credential != NULL ? request->credential : request->password,
                       call->obtain.environment, error);
}

/* What git would have kept is in the cache already. */
static bool
store (HelperCall *call G_GNUC_UNUSED, GError **error)
{
  g_autoptr (Secret) text = git_request_read (STDIN_FILENO, error);

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

  for (size_t i = 0; i < G_N_ELEMENTS (operations); i++)
    if (g_str_equal (operations[i].name, call->operation) && !operations[i].run (call, &local))
      {
        if (g_error_matches (local, AVOUCH_ERROR, AVOUCH_ERROR_UNSERVED))
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
               "  erase            drops a token that was refused\n"
               "  store            does nothing\n"
               "  capability       lists what it can do\n"),
  .has_operation = true,
  .run = run,
};

int
main (int argc, char **argv)
{
  return helper_main (&helper, argc, argv);
}
