/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"
#include "doctor.h"
#include "error.h"
#include "i18n.h"
#include "target.h"
#include "text.h"

enum { MAX_TIMEOUT = 600 /* seconds */ };

typedef struct {
  char *url;
  gboolean json;
  gboolean fresh;
  gboolean offline;
  char *timeout;
} Options;

static const Option doctor_options[] = {
  TARGET_URL_OPTION (offsetof (Options, url)),
  { "fresh", 0, OPTION_FLAG, offsetof (Options, fresh), NULL,
    N_ ("log in even if a token is cached") },
  { "offline", 0, OPTION_FLAG, offsetof (Options, offline), NULL,
    N_ ("look at this machine only; ask nobody") },
  { "timeout", 0, OPTION_STRING, offsetof (Options, timeout), N_ ("SECONDS"),
    N_ ("how long each step may wait for an answer") },
  { "json", 0, OPTION_FLAG, offsetof (Options, json), NULL, N_ ("for programs") },
  { 0 },
};

static const char *const doctor_example[] = {
  "avouch doctor acme",
  N_ ("looks at each step of a login with profile acme, and says what to do"),
  "avouch doctor --json | jq '.[] | select(.state == \"failed\") | .profile'",
  N_ ("the profiles that cannot log in"),
  NULL,
};

static bool
read_timeout (const char *text, int *seconds, GError **error)
{
  int64_t number = 0;

  if (text != NULL && !text_parse_int (text, 1, MAX_TIMEOUT, &number))
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                   _ ("--timeout: not a whole number of seconds from 1 to %d"), MAX_TIMEOUT);
      return false;
    }
  *seconds = (int) number;
  return true;
}

static bool
run (const Invocation *call, GError **error)
{
  const Options *options = call->values;
  g_autoptr (Request) request = request_new ();
  DoctorOptions how = {
    .invocation = call,
    .offline = options->offline,
    .fresh = options->fresh,
  };
  bool named = call->arguments[0] != NULL || options->url != NULL;

  if (!read_timeout (options->timeout, &how.timeout, error) ||
      (named && !target_fill (request, call->arguments[0], options->url, call->environment, error)))
    return false;
  how.request = named ? request : NULL;
  return doctor_run (&how, options->json, error);
}

const Command command_doctor = {
  .path = "avouch doctor",
  .arguments = N_ ("[PROFILE | --url URL]"),
  .summary = N_ ("look at each step of a login: what is wrong, and what to do"),
  .description =
      N_ ("Looks at the configuration, the key and its certificate, the way to the server, the "
          "clock, the login, and what the token may do. A token that is cached is used; a login "
          "that was refused lately is not tried again. Without PROFILE, all profiles, several "
          "at once.\n"
          "What it prints holds no secret, and can be pasted into a ticket. Its exit status is "
          "that of the first fault; a warning is none."),
  .example = doctor_example,
  .options = doctor_options,
  .values_size = sizeof (Options),
  .max_arguments = 1,
  .run = run,
};
