/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "job.h"

#include "error-record.h"
#include "error.h"
#include "i18n.h"
#include "subject.h"
#include "text.h"

#include <string.h>

#define DONE "done"

void
job_free (Job *job)
{
  g_free (job->token);
  g_clear_pointer (&job->profile, profile_unref);
  g_clear_pointer (&job->request, request_free);
  g_clear_pointer (&job->passphrase, secret_unref);
  g_clear_pointer (&job->key_passphrase, secret_unref);
  g_clear_pointer (&job->subject, secret_unref);
  g_free (job->basis);
  g_clear_pointer (&job->refused, secret_unref);
  g_clear_pointer (&job->client_secret, secret_unref);
  g_free (job);
}

static void
add_profile (Record *record, const Profile *profile)
{
  size_t count;
  const Setting *settings = profile_settings (profile, &count);

  record_add (record, "profile", profile_name (profile));
  record_add (record, "lineage", profile_lineage (profile));
  for (size_t i = 0; i < count; i++)
    {
      record_add (record, "setting", settings[i].key);
      record_add (record, "value", settings[i].value);
      record_add (record, "file", settings[i].file);
      record_add_int (record, "line", settings[i].line);
    }
}

static void
add_request (Record *record, const Request *request)
{
  g_autofree char *url = request->url != NULL ? url_to_string (request->url) : NULL;

  record_add (record, "request-profile", request->profile);
  record_add (record, "request-url", url);
  record_add (record, "request-username", request->username);
  record_add (record, "request-audience", request->audience);
  record_add (record, "request-scope", request->scope);
}

Record *
job_to_record (const Job *job)
{
  Record *record = record_new ("job");

  record_add (record, "token", job->token);
  add_profile (record, job->profile);
  add_request (record, job->request);
  record_add_secret (record, "passphrase", job->passphrase);
  record_add_secret (record, "key-passphrase", job->key_passphrase);
  record_add_secret (record, "subject", job->subject);
  record_add (record, "basis", job->basis);
  record_add_secret (record, "client-secret", job->client_secret);
  record_add_int (record, "renews", job->renews);
  record_add_int (record, "fresh", job->fresh);
  record_add_int (record, "erases", job->erases);
  record_add_secret (record, "refused", job->refused);
  record_add_int (record, "verbose", job->verbose);
  record_add_int (record, "no-prompt", job->no_prompt);
  return record;
}

/* A "setting" opens one; what follows fills it in. Borrowed from the record. */
static GArray *
read_settings (const Record *record)
{
  GArray *settings = g_array_new (FALSE, TRUE, sizeof (Setting));

  for (size_t i = 0; i < record_count (record); i++)
    {
      const char *key;
      const char *text = record_field (record, i, &key);
      int64_t line;

      if (strcmp (key, "setting") == 0)
        g_array_append_val (settings, ((Setting){ .key = text, .value = "", .file = "" }));
      if (settings->len == 0)
        continue;
      Setting *setting = &g_array_index (settings, Setting, settings->len - 1);
      if (strcmp (key, "value") == 0)
        setting->value = text;
      else if (strcmp (key, "file") == 0)
        setting->file = text;
      else if (strcmp (key, "line") == 0 && text_parse_int (text, 0, G_MAXUINT, &line))
        setting->line = (unsigned) line;
    }
  return settings;
}

static Profile *
read_profile (const Record *record, GError **error)
{
  g_autoptr (GArray) settings = read_settings (record);
  Profile *profile = profile_new (record_get (record, "profile"),
                                  (const Setting *) (void *) settings->data, settings->len, error);

  if (profile != NULL)
    profile_set_lineage (profile, record_get (record, "lineage"));
  return profile;
}

static Request *
read_request (const Record *record, GError **error)
{
  g_autoptr (Request) request = request_new ();
  const char *url = record_get (record, "request-url");

  if (url != NULL && (request->url = url_parse (url, error)) == NULL)
    return NULL;
  request->profile = g_strdup (record_get (record, "request-profile"));
  request->username = g_strdup (record_get (record, "request-username"));
  request->audience = g_strdup (record_get (record, "request-audience"));
  request->scope = g_strdup (record_get (record, "request-scope"));
  return g_steal_pointer (&request);
}

static bool
is_token_name (const char *text)
{
  return text != NULL && strlen (text) == TEXT_SHA256_LENGTH &&
         strspn (text, "0123456789abcdef") == TEXT_SHA256_LENGTH;
}

static bool
get_flag (const Record *record, const char *key)
{
  int64_t value = 0;

  return record_get_int (record, key, &value) && value != 0;
}

Job *
job_from_record (const Record *record, GError **error)
{
  g_autoptr (Job) job = g_new0 (Job, 1);
  int64_t verbose = 0;

  if (strcmp (record_kind (record), "job") != 0 || record_get (record, "profile") == NULL ||
      !is_token_name (record_get (record, "token")))
    {
      g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                           _ ("a record that is no whole job"));
      return NULL;
    }
  job->profile = read_profile (record, error);
  if (job->profile == NULL)
    return NULL;
  job->request = read_request (record, error);
  if (job->request == NULL)
    return NULL;
  job->token = g_strdup (record_get (record, "token"));
  job->passphrase = record_get_secret (record, "passphrase");
  job->key_passphrase = record_get_secret (record, "key-passphrase");
  job->subject = record_get_secret (record, "subject");
  job->basis = g_strdup (record_get (record, "basis"));
  job->client_secret = record_get_secret (record, "client-secret");
  job->refused = record_get_secret (record, "refused");
  job->renews = get_flag (record, "renews");
  job->fresh = get_flag (record, "fresh");
  job->erases = get_flag (record, "erases");
  record_get_int (record, "verbose", &verbose);
  job->verbose = (int) verbose;
  job->no_prompt = get_flag (record, "no-prompt");
  return g_steal_pointer (&job);
}

char *
job_basis (const Job *job, const Environment *environment)
{
  const char *source = profile_get (job->profile, SUBJECT_SETTING);

  if (job->subject != NULL || source == NULL)
    return g_strdup (job->basis);
  return subject_basis (source, environment->home, NULL);
}

Record *
job_error_record (const GError *error, int64_t hold)
{
  Record *record = record_new ("error");

  error_record_add (record, error);
  record_add_int (record, "hold", hold);
  return record;
}

Record *
job_done_record (void)
{
  return record_new (DONE);
}

bool
job_read_done (const Record *record, GError **error)
{
  if (strcmp (record_kind (record), DONE) == 0)
    return true;
  g_propagate_error (error, error_record_get (record));
  return false;
}

Credential *
job_read_answer (const Record *record, int64_t *hold, GError **error)
{
  int64_t seconds = 0;

  if (strcmp (record_kind (record), "error") != 0)
    return credential_from_record (record, error);
  record_get_int (record, "hold", &seconds);
  if (hold != NULL)
    *hold = seconds;
  g_propagate_error (error, error_record_get (record));
  return NULL;
}
