/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "error.h"
#include "exec-credential.h"
#include "strict.h"

#include <string.h>

#define V1      "client.authentication.k8s.io/v1"
#define V1BETA1 "client.authentication.k8s.io/v1beta1"

enum { NOW = 1800000000 };

static char *
request_text (const char *version, const char *spec)
{
  return g_strdup_printf ("{\"kind\":\"ExecCredential\",\"apiVersion\":\"%s\",\"spec\":%s}\n",
                          version, spec);
}

static ExecRequest *
parse (const char *version, const char *spec)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = request_text (version, spec);
  ExecRequest *request = exec_request_parse (text, &error);

  g_assert_no_error (error);
  g_assert_nonnull (request);
  return request;
}

/* Returns the error for more questions. */
static GError *
refuse (const char *text, const char *mention)
{
  GError *error = NULL;
  g_autoptr (ExecRequest) request = exec_request_parse (text, &error);

  if (request != NULL)
    g_error ("accepted %s", text);
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL);
  g_assert_true (g_str_has_prefix (error->message, "KUBERNETES_EXEC_INFO: "));
  if (strstr (error->message, mention) == NULL)
    g_error ("\"%s\" lacks \"%s\"", error->message, mention);
  return error;
}

static void
assert_refused (const char *text, const char *mention)
{
  g_autoptr (GError) error = refuse (text, mention);

  g_assert_nonnull (error);
}

static void
assert_refused_spec (const char *spec, const char *mention)
{
  g_autofree char *text = request_text (V1, spec);

  assert_refused (text, mention);
}

static void
test_versions (void)
{
  g_autoptr (ExecRequest) v1 = parse (V1, "{\"interactive\":false}");
  g_autoptr (ExecRequest) v1beta1 = parse (V1BETA1, "{\"interactive\":true}");

  g_assert_cmpstr (v1->api_version, ==, V1);
  g_assert_cmpstr (v1beta1->api_version, ==, V1BETA1);
  g_assert_null (v1->server);
}

static void
test_alpha (void)
{
  g_autofree char *text = request_text ("client.authentication.k8s.io/v1alpha1", "{}");
  g_autoptr (GError) error = refuse (text, "v1alpha1");

  g_assert_nonnull (strstr (error_hint (error), "apiVersion: " V1));
  g_assert_nonnull (strstr (error_hint (error), "users[].user.exec"));
}

/* The members that client-go 0.32 passes on, and some that it may one day. */
static void
test_cluster (void)
{
  g_autoptr (ExecRequest) request =
      parse (V1, "{\"interactive\":false,\"later\":[1,null],\"cluster\":{"
                 "\"server\":\"https://API.example:6443/k8s/clusters/c-1\","
                 "\"tls-server-name\":\"x\",\"insecure-skip-tls-verify\":true,"
                 "\"certificate-authority-data\":\"LS0t\",\"config\":{\"a\":{\"b\":1}}}}");
  g_autofree char *server = url_to_string (request->server);

  g_assert_cmpstr (server, ==, "https://api.example:6443/k8s/clusters/c-1");
}

static void
test_bad_server (void)
{
  assert_refused_spec ("{\"cluster\":{}}", "server");
  assert_refused_spec ("{\"cluster\":{\"server\":1}}", "server");
  assert_refused_spec ("{\"cluster\":{\"server\":\"\"}}", "spec.cluster.server");
  assert_refused_spec ("{\"cluster\":{\"server\":\"http://api.example\"}}", "spec.cluster.server");
  assert_refused_spec ("{\"cluster\":{\"server\":\"https://a@api.example\"}}",
                       "spec.cluster.server");
  assert_refused_spec ("{\"cluster\":{\"server\":\"https://api.example\\n.evil\"}}",
                       "spec.cluster.server");
  assert_refused_spec ("{\"cluster\":\"https://api.example\"}", "cluster");
}

static void
test_malformed (void)
{
  assert_refused ("", "");
  assert_refused ("\n", "");
  assert_refused ("null", "");
  assert_refused ("[]", "");
  assert_refused ("{", "");
  assert_refused ("{}", "kind");
  assert_refused ("{\"kind\":\"ExecCredential\"}", "apiVersion");
  assert_refused ("{\"kind\":\"Pod\",\"apiVersion\":\"" V1 "\"}", "kind");
  assert_refused ("{\"kind\":\"ExecCredential\",\"apiVersion\":\"v1\"}", "apiVersion");
  assert_refused ("{\"kind\":\"ExecCredential\",\"apiVersion\":1}", "apiVersion");
  assert_refused ("{\"kind\":\"ExecCredential\",\"kind\":\"Pod\",\"apiVersion\":\"" V1 "\"}", "");
  assert_refused_spec ("[]", "spec");
  assert_refused_spec ("{\"interactive\":\"false\"}", "interactive");
  assert_refused_spec ("{\"interactive\":0}", "interactive");
  assert_refused_spec ("{\"interactive\":null}", "interactive");
  assert_refused_spec ("{} trailing", "");
}

static void
test_length (void)
{
  g_autofree char *text = request_text (V1, "{}");
  g_autoptr (GString) padded = g_string_new (text);
  g_autoptr (GError) error = NULL;

  while (padded->len < JSON_MAX_LENGTH)
    g_string_append_c (padded, ' ');
  g_autoptr (ExecRequest) request = exec_request_parse (padded->str, &error);
  g_assert_no_error (error);
  g_assert_nonnull (request);
  g_string_append_c (padded, ' ');
  assert_refused (padded->str, "");
}

static void
test_place (void)
{
  g_autoptr (ExecRequest) request = parse (V1, "{\"cluster\":{\"server\":\"https://a.example\"}}");
  g_autoptr (ExecRequest) bare = parse (V1, "{}");
  g_autoptr (Request) by_server = exec_request_place (request, NULL, NULL);
  g_autoptr (Request) by_name = exec_request_place (bare, "prod", NULL);

  g_assert_cmpstr (by_server->url->host, ==, "a.example");
  g_assert_null (by_server->profile);
  g_assert_null (by_name->url);
  g_assert_cmpstr (by_name->profile, ==, "prod");
}

static void
test_no_place (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ExecRequest) request = parse (V1, "{\"interactive\":false}");
  g_autoptr (Request) place = exec_request_place (request, NULL, &error);

  g_assert_null (place);
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG);
  g_assert_nonnull (strstr (error_hint (error), "provideClusterInfo: true"));
  g_assert_nonnull (strstr (error_hint (error), "--profile"));
}

static Secret *
answer_with (const char *version, CredentialKind kind, const char *token, GError **error)
{
  g_auto (SecretBuffer) buffer = { 0 };
  g_autoptr (ExecRequest) request = parse (version, "{}");
  g_autoptr (Secret) secret = secret_new (token, strlen (token));
  g_autoptr (Credential) credential = credential_new (kind, "acme", secret, NOW, NOW + 900);

  return exec_answer_append (request, credential, &buffer, error) ? secret_buffer_end (&buffer)
                                                                  : NULL;
}

static void
test_answer (void)
{
  g_autoptr (Secret) answer = answer_with (V1BETA1, CREDENTIAL_BEARER, "tok", NULL);

  g_assert_cmpstr (secret_bytes (answer, NULL), ==,
                   "{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1BETA1 "\",\"status\":{"
                   "\"expirationTimestamp\":\"2027-01-15T08:14:30Z\",\"token\":\"tok\"}}\n");
}

static void
test_escapes (void)
{
  const char *token = "a\"b\\c/d<e>&'\\u0041";
  g_autoptr (Secret) answer = answer_with (V1, CREDENTIAL_SUBJECT_JWT, token, NULL);
  size_t length;
  const char *text = secret_bytes (answer, &length);
  g_autoptr (JsonObject) object = json_strict_object (text, length, NULL);

  g_assert_nonnull (object);
  JsonObject *status = json_object_get_object_member (object, "status");
  g_assert_cmpstr (json_object_get_string_member (status, "token"), ==, token);
}

static void
test_unsafe_token (void)
{
  static const char *const tokens[] = { "t1\n", "a b", "a\tb", "\x7f", "caf\xc3\xa9", "" };

  for (size_t i = 0; i < G_N_ELEMENTS (tokens); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (Secret) answer = answer_with (V1, CREDENTIAL_BEARER, tokens[i], &error);

      g_assert_null (answer);
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL);
    }
}

static void
test_no_token (void)
{
  static const CredentialKind kinds[] = { CREDENTIAL_BASIC, CREDENTIAL_AWS };

  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (Secret) answer = answer_with (V1, kinds[i], "tok", &error);

      g_assert_null (answer);
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exec/request/v1-and-v1beta1", test_versions);
  g_test_add_func ("/exec/request/v1alpha1-is-refused-with-a-hint", test_alpha);
  g_test_add_func ("/exec/request/the-cluster-is-read", test_cluster);
  g_test_add_func ("/exec/request/a-bad-server-is-refused", test_bad_server);
  g_test_add_func ("/exec/request/malformed-is-refused", test_malformed);
  g_test_add_func ("/exec/request/has-a-mebibyte", test_length);
  g_test_add_func ("/exec/place/by-server-or-by-name", test_place);
  g_test_add_func ("/exec/place/neither-is-an-error-with-a-hint", test_no_place);
  g_test_add_func ("/exec/answer/same-version-and-utc", test_answer);
  g_test_add_func ("/exec/answer/quotes-and-backslashes-are-escaped", test_escapes);
  g_test_add_func ("/exec/answer/an-unsafe-token-is-refused", test_unsafe_token);
  g_test_add_func ("/exec/answer/only-bearer-tokens", test_no_token);
  return g_test_run ();
}
