/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An answer of STS in XML, by GLib's GMarkup: which reads no DTD, knows no entities but XML's five,
 * and does not recurse. */
#include "aws-sts.h"

#include "error.h"
#include "i18n.h"
#include "moment.h"

#include <string.h>

enum {
  MAX_LENGTH = 64 * 1024, /* bytes of the whole */
  MAX_DEPTH = 8,          /* STS has five */
};

typedef struct {
  AwsAnswer *read;
  unsigned depth;
  SecretBuffer text; /* of the innermost element */
} Reading;

static void
reading_clear (Reading *reading)
{
  secret_buffer_clear (&reading->text);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reading, reading_clear)

static bool
fail (GMarkupParseContext *context, const char *why, GError **error)
{
  int line = 0;

  g_markup_parse_context_get_position (context, &line, NULL);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL, "XML, line %d: %s", line, why);
  return false;
}

static void
on_start (GMarkupParseContext *context, const char *name G_GNUC_UNUSED,
          const char **names G_GNUC_UNUSED, const char **values G_GNUC_UNUSED, void *data,
          GError **error)
{
  Reading *reading = data;

  secret_buffer_clear (&reading->text);
  if (++reading->depth > MAX_DEPTH)
    fail (context, _ ("nested too deeply"), error);
}

/* Each once, and nothing that is empty. */
static bool
keep_text (Reading *reading, char **value)
{
  if (*value != NULL || reading->text.length == 0)
    return false;
  *value = g_strndup (reading->text.data, reading->text.length);
  return true;
}

static bool
keep_secret (Reading *reading, Secret **value)
{
  if (*value != NULL || reading->text.length == 0)
    return false;
  *value = secret_buffer_end (&reading->text);
  return true;
}

static bool
keep_date (Reading *reading, int64_t *seconds)
{
  g_autofree char *text = NULL;

  if (reading->text.length == 0)
    return false;
  text = g_strndup (reading->text.data, reading->text.length);
  return *seconds == 0 && strchr (text, 'T') != NULL && moment_parse (text, 0, seconds, NULL);
}

static bool
keep (Reading *reading, const char *parent, const char *name)
{
  AwsAnswer *read = reading->read;
  bool keys = strcmp (parent, "Credentials") == 0;
  bool fault = strcmp (parent, "Error") == 0;

  if (keys && strcmp (name, "AccessKeyId") == 0)
    return keep_text (reading, &read->access_key_id);
  if (keys && strcmp (name, "SecretAccessKey") == 0)
    return keep_secret (reading, &read->secret_key);
  if (keys && strcmp (name, "SessionToken") == 0)
    return keep_secret (reading, &read->session_token);
  if (keys && strcmp (name, "Expiration") == 0)
    return keep_date (reading, &read->expires_at);
  if (fault && strcmp (name, "Code") == 0)
    return keep_text (reading, &read->code);
  if (fault && strcmp (name, "Message") == 0)
    return keep_text (reading, &read->message);
  if (strcmp (parent, "AssumedRoleUser") == 0 && strcmp (name, "Arn") == 0)
    return keep_text (reading, &read->role);
  return true;
}

static void
on_end (GMarkupParseContext *context, const char *name, void *data, GError **error)
{
  Reading *reading = data;
  const GSList *stack = g_markup_parse_context_get_element_stack (context);
  const char *parent = stack->next != NULL ? stack->next->data : "";

  if (!keep (reading, parent, name))
    fail (context, _ ("a value is given twice, is empty, or is no date"), error);
  secret_buffer_clear (&reading->text);
  reading->depth--;
}

static void
on_text (GMarkupParseContext *context G_GNUC_UNUSED, const char *text, gsize length, void *data,
         GError **error G_GNUC_UNUSED)
{
  Reading *reading = data;

  secret_buffer_append (&reading->text, text, (gssize) length);
}

/* Its messages quote the input. */
static bool
translate (GError *reason, GError **error)
{
  if (reason->domain == AVOUCH_ERROR)
    g_propagate_error (error, reason);
  else
    {
      g_error_free (reason);
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL, _ ("it is not whole XML"));
    }
  return false;
}

bool
aws_answer_read_xml (const char *text, size_t length, AwsAnswer *read, GError **error)
{
  static const GMarkupParser parser = { on_start, on_end, on_text, NULL, NULL };
  g_auto (Reading) reading = { .read = read };
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&parser, 0, &reading, NULL);
  GError *reason = NULL;

  if (length > MAX_LENGTH)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL, _ ("longer than %d bytes"),
                   MAX_LENGTH);
      return false;
    }
  if (memchr (text, '\0', length) != NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL, _ ("it is not whole XML"));
      return false;
    }
  return (g_markup_parse_context_parse (context, text, (gssize) length, &reason) &&
          g_markup_parse_context_end_parse (context, &reason)) ||
         translate (reason, error);
}
