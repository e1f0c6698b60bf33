/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* client-go's exec credential plugin: the request is in the environment, the answer goes to
 * stdout. There is no next plugin to ask, so a request that nobody serves is an error; and a
 * refused token shows only in the plugin being started again (heal.h). */
#include "exec-credential.h"
#include "helper.h"

#include "error.h"
#include "i18n.h"

static const char variable[] = "KUBERNETES_EXEC_INFO";

static ExecRequest *
read_request (const HelperCall *call, GError **error)
{
  const char *text = g_environ_getenv (call->obtain.environment->inherited, variable);

  if (text != NULL)
    return exec_request_parse (text, error);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
               _ ("kubectl starts this program to log in to a cluster, and then sets %s, which is "
                  "not set"),
               variable);
  if (error != NULL)
    error_add_hint (*error, _ ("to set it up: %s"), "avouch setup kubectl PROFILE");
  return NULL;
}

static bool
run (HelperCall *call, GError **error)
{
  g_auto (SecretBuffer) answer = { 0 };
  g_autoptr (ExecRequest) request = read_request (call, error);
  g_autoptr (Request) place =
      request != NULL ? exec_request_place (request, call->profile, error) : NULL;
  g_autoptr (Credential) credential = NULL;

  call->obtain.heal = true;
  if (place != NULL)
    credential = obtain_credential (place, &call->obtain, error);
  return credential != NULL && exec_answer_append (request, credential, &answer, error) &&
         helper_answer (&answer, error);
}

static const Helper helper = {
  .name = "kubectl-avouch",
  .usage = N_ ("Gives kubectl a token for the clusters that the profiles serve. kubectl starts\n"
               "it, for a user that \"avouch setup kubectl PROFILE\" has made.\n"),
  .run = run,
};

int
main (int argc, char **argv)
{
  return helper_main (&helper, argc, argv);
}
