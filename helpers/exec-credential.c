/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "exec-credential.h"

#include "error.h"
#include "i18n.h"
#include "strict.h"
#include "text.h"

#include <string.h>

/* The first is what new kubeconfigs should say. */
static const char *const api_versions[] = {
  "client.authentication.k8s.io/v1",
  "client.authentication.k8s.io/v1beta1",
};

void
exec_request_free (ExecRequest *request)
{
  g_clear_pointer (&request->server, url_free);
  g_free (request);
}

static bool
check_kind (JsonObject *object, GError **error)
{
  const char *kind = json_need_string (object, "kind", error);

  if (kind == NULL)
    return false;
  if (g_str_equal (kind, "ExecCredential"))
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
               _ ("\"kind\" is not \"ExecCredential\""));
  return false;
}

static const char *
read_api_version (JsonObject *object, GError **error)
{
  const char *version = json_need_string (object, "apiVersion", error);

  if (version == NULL)
    return NULL;
  for (size_t i = 0; i < G_N_ELEMENTS (api_versions); i++)
    if (g_str_equal (version, api_versions[i]))
      return api_versions[i];

  g_autofree char *shown = text_clean (version, -1);

  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL, _ ("\"apiVersion\" %s is not supported"),
               shown);
  if (error != NULL)
    error_add_hint (*error, _ ("write \"apiVersion: %s\" into users[].user.exec of the kubeconfig"),
                    api_versions[0]);
  return NULL;
}

/* avouch never prompts here, so the value changes nothing. */
static bool
check_interactive (JsonObject *spec, GError **error)
{
  JsonNode *node = json_object_get_member (spec, "interactive");

  if (node == NULL || json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
               _ ("\"spec.interactive\" is no boolean"));
  return false;
}

static bool
read_server (JsonObject *cluster, Url **server, GError **error)
{
  const char *text = json_need_string (cluster, "server", error);

  if (text == NULL)
    return false;
  *server = url_parse (text, error);
  if (*server != NULL)
    return true;
  g_prefix_error (error, "%s: ", "spec.cluster.server");
  return false;
}

static bool
read_spec (JsonObject *object, ExecRequest *request, GError **error)
{
  JsonObject *spec = NULL;
  JsonObject *cluster = NULL;

  if (!json_optional_object (object, "spec", &spec, error))
    return false;
  if (spec == NULL)
    return true;
  return check_interactive (spec, error) &&
         json_optional_object (spec, "cluster", &cluster, error) &&
         (cluster == NULL || read_server (cluster, &request->server, error));
}

ExecRequest *
exec_request_parse (const char *text, GError **error)
{
  g_autoptr (ExecRequest) request = g_new0 (ExecRequest, 1);
  g_autoptr (JsonObject) object = json_strict_object (text, strlen (text), error);

  if (object != NULL && check_kind (object, error) &&
      (request->api_version = read_api_version (object, error)) != NULL &&
      read_spec (object, request, error))
    return g_steal_pointer (&request);
  g_prefix_error (error, "%s: ", "KUBERNETES_EXEC_INFO");
  return NULL;
}

Request *
exec_request_place (ExecRequest *request, const char *profile, GError **error)
{
  g_autoptr (Request) place = request_new ();

  if (request->server == NULL && profile == NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG,
                   _ ("the kubeconfig says neither which cluster nor which profile this is for"));
      if (error != NULL)
        error_add_hint (*error,
                        _ ("add \"provideClusterInfo: true\", or \"args: [--profile, NAME]\", "
                           "to users[].user.exec"));
      return NULL;
    }
  place->url = g_steal_pointer (&request->server);
  place->profile = g_strdup (profile);
  return g_steal_pointer (&place);
}

/* What may stand in a header and in a JSON string; `"` and `\` are escaped. */
static bool
append_token (SecretBuffer *answer, const Secret *token, GError **error)
{
  size_t length;
  const char *bytes = secret_bytes (token, &length);

  for (size_t i = 0; i < length; i++)
    {
      if (!g_ascii_isgraph (bytes[i]))
        {
          g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                       _ ("the issuer's token holds a character that no header may carry"));
          return false;
        }
      if (bytes[i] == '"' || bytes[i] == '\\')
        secret_buffer_append (answer, "\\", 1);
      secret_buffer_append (answer, bytes + i, 1);
    }
  return true;
}

bool
exec_answer_append (const ExecRequest *request, const Credential *credential, SecretBuffer *answer,
                    GError **error)
{
  g_autofree char *expiry = text_format_utc (credential_published_expiry (credential));

  if (!credential_check (credential, error))
    return false;
  if (credential->kind != CREDENTIAL_BEARER && credential->kind != CREDENTIAL_SUBJECT_JWT)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG,
                   _ ("%s: gives no bearer token, and kubectl takes nothing else"),
                   credential->profile);
      return false;
    }
  secret_buffer_printf (answer,
                        "{\"kind\":\"ExecCredential\",\"apiVersion\":\"%s\",\"status\":{"
                        "\"expirationTimestamp\":\"%s\",\"token\":\"",
                        request->api_version, expiry);
  if (!append_token (answer, credential->secret, error))
    return false;
  secret_buffer_append (answer, "\"}}\n", -1);
  return true;
}
