/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What STS answers ("AssumeRoleWithWebIdentity", "Common Errors" in its API reference): JSON where
 * it is asked for, and XML from services that speak as it does and know no other form. */
#include "aws-sts.h"

#include "error.h"
#include "i18n.h"
#include "moment.h"
#include "strict.h"

#include <string.h>

void
aws_answer_clear (AwsAnswer *answer)
{
  g_free (answer->access_key_id);
  g_clear_pointer (&answer->secret_key, secret_unref);
  g_clear_pointer (&answer->session_token, secret_unref);
  g_free (answer->role);
  g_free (answer->code);
  g_free (answer->message);
  *answer = (AwsAnswer){ 0 };
}

static bool
fail_time (GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
               _ ("the issuer's %s is not usable: it is no date"), "Expiration");
  return false;
}

/* A date only: not what people may write besides. */
static bool
read_date (const char *text, int64_t *seconds, GError **error)
{
  return (strchr (text, 'T') != NULL && moment_parse (text, 0, seconds, NULL)) || fail_time (error);
}

/* Seconds, with a fraction or an exponent; or a date. */
static bool
read_expiry (JsonObject *credentials, int64_t *seconds, GError **error)
{
  JsonNode *node = json_object_get_member (credentials, "Expiration");
  GType type = node != NULL ? json_node_get_value_type (node) : G_TYPE_INVALID;
  double number;

  if (node == NULL || json_node_is_null (node))
    return true;
  if (type == G_TYPE_STRING)
    return read_date (json_node_get_string (node), seconds, error);
  if (type != G_TYPE_INT64 && type != G_TYPE_DOUBLE)
    return fail_time (error);
  number = json_node_get_double (node);
  if (!(number >= 0 && number <= (double) MOMENT_MAX))
    return fail_time (error);
  *seconds = (int64_t) number;
  return true;
}

static bool
copy_text (JsonObject *object, const char *name, char **value, GError **error)
{
  const char *text = NULL;

  if (!json_optional_string (object, name, &text, error))
    return false;
  *value = g_strdup (text);
  return true;
}

static bool
take_secret (JsonObject *object, const char *name, Secret **value, GError **error)
{
  const char *text = NULL;

  if (!json_optional_string (object, name, &text, error))
    return false;
  if (text != NULL)
    *value = json_take_secret (object, name, error);
  return true;
}

/* OBJECT's member, or nothing: then VALUE is NULL. */
static bool
enter (JsonObject *object, const char *name, JsonObject **value, GError **error)
{
  *value = NULL;
  return object == NULL || json_optional_object (object, name, value, error);
}

static bool
read_success (JsonObject *root, AwsAnswer *read, GError **error)
{
  JsonObject *response = NULL;
  JsonObject *result = NULL;
  JsonObject *keys = NULL;
  JsonObject *user = NULL;

  if (!enter (root, "AssumeRoleWithWebIdentityResponse", &response, error) ||
      !enter (response, "AssumeRoleWithWebIdentityResult", &result, error) ||
      !enter (result, "Credentials", &keys, error) ||
      !enter (result, "AssumedRoleUser", &user, error))
    return false;
  if (user != NULL && !copy_text (user, "Arn", &read->role, error))
    return false;
  return keys == NULL || (copy_text (keys, "AccessKeyId", &read->access_key_id, error) &&
                          take_secret (keys, "SecretAccessKey", &read->secret_key, error) &&
                          take_secret (keys, "SessionToken", &read->session_token, error) &&
                          read_expiry (keys, &read->expires_at, error));
}

static bool
read_json (const char *text, size_t length, AwsAnswer *read, GError **error)
{
  g_autoptr (JsonObject) root = json_strict_object (text, length, error);
  JsonObject *fault = NULL;

  if (root == NULL || !enter (root, "Error", &fault, error))
    return false;
  if (fault != NULL)
    return copy_text (fault, "Code", &read->code, error) &&
           copy_text (fault, "Message", &read->message, error);
  return read_success (root, read, error);
}

bool
aws_answer_read (const ExchangeAnswer *answer, AwsAnswer *read, GError **error)
{
  g_auto (AwsAnswer) found = { 0 };
  size_t length = 0;
  const char *text = secret_bytes (answer->body, &length);
  bool done = length > 0 && *text == '<' ? aws_answer_read_xml (text, length, &found, error)
                                         : read_json (text, length, &found, error);

  if (!done)
    return false;
  *read = found;
  found = (AwsAnswer){ 0 };
  return true;
}
