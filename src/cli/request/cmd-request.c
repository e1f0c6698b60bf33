/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bulk.h"
#include "command.h"
#include "error.h"
#include "i18n.h"
#include "output-file.h"
#include "request-send.h"
#include "target.h"
#include "text.h"

#include <string.h>

static const Option request_options[] = {
  TARGET_URL_OPTION (offsetof (RequestOptions, url)),
  { "data", 'd', OPTION_STRING, offsetof (RequestOptions, data), N_ ("TEXT"),
    N_ ("the body; @FILE is read, @- is standard input") },
  { "input", 0, OPTION_STRING, offsetof (RequestOptions, input), N_ ("FILE"),
    N_ ("a file as the body; - is standard input") },
  { "raw-field", 'f', OPTION_LIST, offsetof (RequestOptions, raw_fields), N_ ("NAME=VALUE"),
    N_ ("a string in a JSON body, or a parameter of a GET") },
  { "field", 'F', OPTION_LIST, offsetof (RequestOptions, fields), N_ ("NAME=VALUE"),
    N_ ("the same, where true, false, null and whole numbers are not strings, and @FILE is read") },
  { "header", 'H', OPTION_LIST, offsetof (RequestOptions, headers), N_ ("'NAME: VALUE'"),
    N_ ("a header to send") },
  { "include", 'i', OPTION_FLAG, offsetof (RequestOptions, include), NULL,
    N_ ("print the answer's status and headers too") },
  { "output", 'o', OPTION_STRING, offsetof (RequestOptions, output), N_ ("FILE"),
    N_ ("write to a file, which appears when it is whole") },
  { "force", 0, OPTION_FLAG, offsetof (RequestOptions, force), NULL,
    N_ ("replace a file that is there") },
  { "paginate", 0, OPTION_FLAG, offsetof (RequestOptions, paginate), NULL,
    N_ ("fetch all pages of a query; each is printed as it comes") },
  { "records", 0, OPTION_FLAG, offsetof (RequestOptions, records), NULL,
    N_ ("print a query's records alone, one a line (JSON Lines)") },
  { "bulk", 0, OPTION_STRING, offsetof (RequestOptions, bulk), N_ ("QUERY"),
    N_ ("all records of a SOQL query as CSV, by the Bulk API 2.0") },
  { "api-version", 0, OPTION_STRING, offsetof (RequestOptions, api_version), N_ ("VERSION"),
    N_ ("the API's version for --bulk; 65.0 if not given") },
  { "wait", 0, OPTION_STRING, offsetof (RequestOptions, wait), N_ ("SECONDS"),
    N_ ("how long the job of --bulk may take; 3600 if not given") },
  { "restart", 0, OPTION_FLAG, offsetof (RequestOptions, restart), NULL,
    N_ ("begin --bulk anew, whatever an earlier run has left") },
  { 0 },
};

static const char *const request_example[] = {
  "avouch request acme GET /services/data/v65.0/query -f q='SELECT Id FROM Lead'",
  N_ ("one call, its parameters encoded"),
  "avouch request acme --bulk 'SELECT Id FROM Account' --output accounts.csv",
  N_ ("all of them, however many there are"),
  NULL,
};

static void
set_usage (GError **error, const char *message)
{
  g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, message);
}

/* "65.0" of "v65.0" too; NULL with ERROR set. */
static const char *
read_version (const char *text, GError **error)
{
  const char *version = text == NULL ? BULK_DEFAULT_VERSION : *text == 'v' ? text + 1 : text;
  size_t digits = strspn (version, "0123456789");

  if (digits >= 2 && digits <= 3 && strcmp (version + digits, ".0") == 0)
    return version;
  set_usage (error, _ ("--api-version is written like 65.0"));
  return NULL;
}

static bool
read_wait (const char *text, int64_t *wait, GError **error)
{
  *wait = BULK_DEFAULT_WAIT;
  if (text == NULL || text_parse_int (text, 1, BULK_MAX_WAIT, wait))
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("--wait takes 1 to %d seconds"),
               BULK_MAX_WAIT);
  return false;
}

static bool
is_call_for_bulk (const RequestOptions *options)
{
  return options->data == NULL && options->input == NULL && options->headers == NULL &&
         !request_fields_given (options) && !options->include && !options->paginate &&
         !options->records;
}

static bool
run_bulk (const Invocation *call, GError **error)
{
  const RequestOptions *options = call->values;
  BulkOptions bulk = {
    .query = options->bulk,
    .output = options->output,
    .force = options->force,
    .restart = options->restart,
    .version = read_version (options->api_version, error),
  };
  g_auto (Api) api = { 0 };
  g_autofree char *base = NULL;

  if (bulk.version == NULL || !read_wait (options->wait, &bulk.wait, error))
    return false;
  if (call->count > 1 || !is_call_for_bulk (options))
    {
      set_usage (error, _ ("--bulk makes its own calls: it goes with --output, --force, --wait, "
                           "--restart and --api-version"));
      return false;
    }
  if (options->output != NULL && !output_file_check (options->output, options->force, error))
    return false;
  return api_open (&api, call, call->arguments[0], options->url, error) &&
         (base = api_base (&api, error)) != NULL && bulk_run (&api, &bulk, error);
}

static bool
check_call (const RequestOptions *options, const RequestDraft *draft, GError **error)
{
  bool pages = options->paginate || options->records;

  if (options->restart || options->wait != NULL || options->api_version != NULL)
    set_usage (error, _ ("--wait, --restart and --api-version are for --bulk"));
  else if (options->force && options->output == NULL)
    set_usage (error, _ ("--force is for --output"));
  else if (pages && (strcmp (draft->method, "GET") != 0 || options->include))
    set_usage (error, _ ("--paginate and --records are for GET, without --include"));
  else
    return options->output == NULL || output_file_check (options->output, options->force, error);
  return false;
}

static bool
run (const Invocation *call, GError **error)
{
  const RequestOptions *options = call->values;
  g_auto (RequestDraft) draft = { 0 };
  g_auto (Api) api = { 0 };

  if (options->bulk != NULL)
    return run_bulk (call, error);
  if (!request_draft_read (&draft, options, call->arguments, error) ||
      !check_call (options, &draft, error) ||
      !api_open (&api, call, draft.profile, options->url, error))
    return false;
  return options->paginate || options->records ? request_send_pages (&api, &draft, options, error)
                                               : request_send (&api, &draft, options, error);
}

const Command command_request = {
  .path = "avouch request",
  .arguments = N_ ("[PROFILE | URL] [METHOD] PATH | --bulk QUERY"),
  .summary = N_ ("call the issuer's API with the token"),
  .description =
      N_ ("Makes one call and prints the answer as it comes. PATH starts at the instance that the "
          "token is for; a URL may be any that the profile serves. METHOD is GET, or POST where "
          "there is data. A session that has ended is renewed, once.\n"
          "--bulk with --output can be interrupted: the same command goes on where it stopped."),
  .example = request_example,
  .options = request_options,
  .values_size = sizeof (RequestOptions),
  .max_arguments = 3,
  .run = run,
};
