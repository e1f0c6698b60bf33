/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "keyring-job.h"

#include "base64url.h"
#include "error-record.h"
#include "error.h"
#include "i18n.h"
#include "spawn.h"
#include "text.h"

#include <string.h>

#define JOB    "keyring"
#define ANSWER "items"

#define PASSED_OVER "passed-over"

enum {
  MAX_TIMEOUT = 600,                        /* seconds */
  TIME_TO_START = 5,                        /* what starting and ending may take besides */
  MAX_ITEMS = RECORD_MAX_LENGTH - 8 * 1024, /* bytes; the rest is for what stands around them */
};

static const char *const operations[] = {
  [KEYRING_SEARCH] = "search",
  [KEYRING_STORE] = "store",
  [KEYRING_ERASE] = "erase",
};

/* A secret may be any bytes, a record's value may not. */
static void
add_secret (Record *record, const Secret *secret)
{
  g_auto (SecretBuffer) text = { 0 };
  size_t length;

  if (secret == NULL)
    return;
  const char *bytes = secret_bytes (secret, &length);
  base64url_append (&text, bytes, length);
  g_autoptr (Secret) encoded = secret_buffer_end (&text);
  record_add_secret (record, "secret", encoded);
}

static void
add_attribute (Record *record, const char *name, const char *value)
{
  record_add (record, "attribute", name);
  record_add (record, "value", value);
}

Record *
keyring_job_to_record (const KeyringJob *job)
{
  const KeyringItem *item = &job->item;
  Record *record = record_new (JOB);

  record_add (record, "operation", operations[job->operation]);
  record_add (record, "schema", item->schema);
  record_add_int (record, "loose", item->loose);
  for (const char *const *at = item->attributes; at != NULL && at[0] != NULL; at += 2)
    add_attribute (record, at[0], at[1]);
  for (const char *const *at = item->lacks; at != NULL && *at != NULL; at++)
    record_add (record, "lacks", *at);
  record_add (record, "label", item->label);
  add_secret (record, job->secret);
  record_add_int (record, "interactive", job->options.interactive);
  record_add_int (record, "timeout", job->options.timeout);
  record_add (record, "collection", job->options.collection);
  record_add (record, "instead", job->options.instead);
  return record;
}

void
keyring_job_clear (KeyringJob *job)
{
  g_clear_pointer (&job->secret, secret_unref);
  g_free ((void *) job->item.attributes);
  g_free ((void *) job->item.lacks);
}

static bool
fail (GError **error)
{
  g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                       _ ("a record that is no whole order for the keyring"));
  return false;
}

/* The values of the fields called A and B, in their order, NULL-terminated. NULL: too many. */
static const char **
collect (const Record *record, const char *a, const char *b)
{
  g_autoptr (GPtrArray) values = g_ptr_array_new ();

  for (size_t i = 0; i < record_count (record); i++)
    {
      const char *key;
      const char *value = record_field (record, i, &key);

      if (strcmp (key, a) == 0 || strcmp (key, b) == 0)
        g_ptr_array_add (values, (void *) value);
    }
  if (values->len > 2 * KEYRING_MAX_ATTRIBUTES)
    return NULL;
  g_ptr_array_add (values, NULL);
  return (const char **) g_ptr_array_steal (values, NULL);
}

static bool
find_operation (const char *name, KeyringOperation *operation)
{
  for (size_t i = 0; i < G_N_ELEMENTS (operations); i++)
    if (g_strcmp0 (operations[i], name) == 0)
      {
        *operation = (KeyringOperation) i;
        return true;
      }
  return false;
}

static bool
read_secret (const char *text, Secret **secret, GError **error)
{
  if (text != NULL)
    *secret = base64url_decode (text, strlen (text), error);
  return text == NULL || *secret != NULL;
}

static bool
read_numbers (const Record *record, KeyringJob *job)
{
  int64_t loose, interactive, timeout;

  if (!record_get_int (record, "loose", &loose) ||
      !record_get_int (record, "interactive", &interactive) ||
      !record_get_int (record, "timeout", &timeout) || timeout < 0 || timeout > MAX_TIMEOUT)
    return false;
  job->item.loose = loose != 0;
  job->options.interactive = interactive != 0;
  job->options.timeout = (int) timeout;
  return true;
}

/* An item that is known by nothing would be every item. */
static bool
is_whole (const KeyringJob *job)
{
  size_t count =
      job->item.attributes != NULL ? g_strv_length ((char **) job->item.attributes) : SIZE_MAX;

  return job->item.lacks != NULL && count >= 2 && count <= (size_t) 2 * KEYRING_MAX_ATTRIBUTES &&
         count % 2 == 0 && (job->operation != KEYRING_STORE || job->secret != NULL);
}

bool
keyring_job_from_record (const Record *record, KeyringJob *job, GError **error)
{
  g_auto (KeyringJob) read = {
    .item = {
      .schema = record_get (record, "schema"),
      .attributes = collect (record, "attribute", "value"),
      .lacks = collect (record, "lacks", "lacks"),
      .label = record_get (record, "label"),
    },
    .options = {
      .collection = record_get (record, "collection"),
      .instead = record_get (record, "instead"),
    },
  };

  if (strcmp (record_kind (record), JOB) != 0 ||
      !find_operation (record_get (record, "operation"), &read.operation) ||
      !read_numbers (record, &read))
    return fail (error);
  if (!read_secret (record_get (record, "secret"), &read.secret, error))
    return false;
  if (!is_whole (&read))
    return fail (error);
  *job = read;
  read = (KeyringJob){ 0 };
  return true;
}

static void
add_match (Record *record, const KeyringMatch *match)
{
  g_autofree char *label = text_clean (match->label != NULL ? match->label : "", -1);
  GHashTableIter iter;
  void *name, *value;

  record_add (record, "label", label);
  g_hash_table_iter_init (&iter, match->attributes);
  while (g_hash_table_iter_next (&iter, &name, &value))
    add_attribute (record, name, value);
  record_add_int (record, "modified", match->modified);
  record_add_int (record, "locked", match->locked);
  add_secret (record, match->secret);
}

static bool
is_plain (const KeyringMatch *match)
{
  GHashTableIter iter;
  void *name, *value;

  g_hash_table_iter_init (&iter, match->attributes);
  while (g_hash_table_iter_next (&iter, &name, &value))
    if (text_has_control (name, strlen (name)) || text_has_control (value, strlen (value)))
      return false;
  return true;
}

/* False where an answer has no room for it, and is as it was. */
static bool
try_match (Record *record, const KeyringMatch *match)
{
  size_t before = record_count (record);

  add_match (record, match);
  if (record_length (record) <= MAX_ITEMS)
    return true;
  record_truncate (record, before);
  return false;
}

/* An item with a control character in its attributes is nobody's who asks this way. */
Record *
keyring_answer_to_record (const GPtrArray *matches, const char *passed_over)
{
  Record *record = record_new (ANSWER);

  for (size_t i = 0; matches != NULL && i < matches->len; i++)
    if (is_plain (matches->pdata[i]) && !try_match (record, matches->pdata[i]) &&
        passed_over == NULL)
      passed_over = _ ("it is too long, or one of too many");
  record_add (record, PASSED_OVER, passed_over);
  return record;
}

static KeyringMatch *
add_empty_match (GPtrArray *matches, const char *label)
{
  KeyringMatch *match = g_new0 (KeyringMatch, 1);

  match->label = g_strdup (label);
  match->attributes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_ptr_array_add (matches, match);
  return match;
}

/* A "label" opens one; what follows fills it in. */
static GPtrArray *
read_matches (const Record *record, GError **error)
{
  g_autoptr (GPtrArray) matches =
      g_ptr_array_new_with_free_func ((GDestroyNotify) keyring_match_free);
  KeyringMatch *match = NULL;
  const char *name = NULL;

  for (size_t i = 0; i < record_count (record); i++)
    {
      const char *key;
      const char *text = record_field (record, i, &key);

      if (strcmp (key, "label") == 0)
        match = add_empty_match (matches, text);
      if (match == NULL)
        continue;
      if (strcmp (key, "attribute") == 0)
        name = text;
      else if (strcmp (key, "value") == 0 && name != NULL)
        g_hash_table_insert (match->attributes, g_strdup (name), g_strdup (text));
      else if (strcmp (key, "modified") == 0)
        match->modified = g_ascii_strtoll (text, NULL, 10);
      else if (strcmp (key, "locked") == 0)
        match->locked = strcmp (text, "0") != 0;
      else if (strcmp (key, "secret") == 0 && match->secret == NULL &&
               !read_secret (text, &match->secret, error))
        return NULL;
    }
  return g_steal_pointer (&matches);
}

static GPtrArray *
read_answer (const Secret *answer, char **passed_over, GError **error)
{
  g_autoptr (Record) record = record_decode (answer, error);
  GPtrArray *matches;

  if (record == NULL)
    return NULL;
  if (strcmp (record_kind (record), ANSWER) != 0)
    {
      g_propagate_error (error, error_record_get (record));
      return NULL;
    }
  matches = read_matches (record, error);
  if (matches != NULL && passed_over != NULL)
    *passed_over = g_strdup (record_get (record, PASSED_OVER));
  return matches;
}

GPtrArray *
keyring_ask (const KeyringJob *job, const Environment *environment, char **passed_over,
             GError **error)
{
  g_autoptr (Record) record = keyring_job_to_record (job);
  g_autoptr (Secret) bytes = record_encode (record, error);
  int timeout = job->options.timeout > 0 ? job->options.timeout : KEYRING_TIMEOUT;
  g_autoptr (Secret) answer =
      bytes != NULL ? spawn_keyring (environment, bytes, timeout + TIME_TO_START, error) : NULL;

  return answer != NULL ? read_answer (answer, passed_over, error) : NULL;
}
