/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "claims-settings.h"
#include "error.h"
#include "key-maker.h"
#include "placeholder.h"

#include <gnutls/crypto.h>
#include <string.h>

#define NOW INT64_C (1800000000)

static Key *key;

/* A profile of NAMES and VALUES in turn; ends with NULL. */
static Profile *
make_profile (const char *const *pairs)
{
  Setting settings[8] = {
    { "issuer", "self-signed", "avouch.conf", 2 },
    { "username", "say \"robot\"", "avouch.conf", 3 },
  };
  size_t count = 2;
  g_autoptr (GError) error = NULL;
  Profile *profile;

  for (; *pairs != NULL; pairs += 2)
    {
      settings[count] = (Setting){ pairs[0], pairs[1], "avouch.conf", (unsigned) count + 2 };
      count++;
    }
  profile = profile_new ("acme", settings, count, &error);
  g_assert_no_error (error);
  return profile;
}

static char *
text_of (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);

  return json_to_string (node, FALSE);
}

static void
test_kinds (void)
{
  static const char *const pairs[] = {
    "claim.a",      "5",     "claim-json.b", "5",    "claim-json.c", "[\"x\",{\"y\":null}]",
    "claim-json.d", "\"5\"", "claim-json.e", "null", NULL,
  };
  g_autoptr (Profile) profile = make_profile (pairs);
  const IssuerContext context = { .profile = profile, .now = NOW };
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  json_object_set_string_member (object, "a", "its own");
  json_object_set_int_member (object, "e", 7);
  g_assert_true (claims_settings_check (profile, "claim", &error));
  g_assert_true (claims_settings_fill (&context, "claim", object, &error));
  g_assert_no_error (error);
  text = text_of (object);
  g_assert_cmpstr (text, ==, "{\"a\":\"5\",\"b\":5,\"c\":[\"x\",{\"y\":null}],\"d\":\"5\"}");
}

static void
test_families (void)
{
  static const char *const pairs[] = {
    "claim.a", "1", "header.a", "2", "header-json.b", "3", NULL
  };
  g_autoptr (Profile) profile = make_profile (pairs);
  const IssuerContext context = { .profile = profile, .now = NOW };
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_assert_true (claims_settings_fill (&context, "header", object, &error));
  text = text_of (object);
  g_assert_cmpstr (text, ==, "{\"a\":\"2\",\"b\":3}");
}

static void
test_mistakes (void)
{
  static const struct {
    const char *const pairs[5];
    const char *message, *hint;
  } cases[] = {
    { { "claim-json.a", "x" }, "avouch.conf:4: claim-json.a: ", "takes JSON" },
    { { "claim-json.a", "1,\"b\":2" }, "avouch.conf:4: claim-json.a: ", "takes JSON" },
    { { "claim-json.a", "" }, "avouch.conf:4: claim-json.a: ", "takes JSON" },
    { { "claim-json.a", "{\"b\":1,\"b\":2}" }, "avouch.conf:4: claim-json.a: ", "takes JSON" },
    { { "claim.a", "1", "claim-json.a", "1" }, "claim-json.a: claim.a gives it already", NULL },
    { { "claim.a", "{nothing}" }, "avouch.conf:4: claim.a: {nothing} is no placeholder", "{uuid}" },
    { { "claim.a", "{now*2}{now+x}" }, "claim.a: {now+x} is no placeholder", "{uuid}" },
    { { "claim.a", "{now+-5}" }, "claim.a: {now+-5} is no placeholder", "{uuid}" },
    { { "claim.a", "{now+253402300800}" }, "is no placeholder", "{uuid}" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Profile) profile = make_profile (cases[i].pairs);
      g_autoptr (GError) error = NULL;

      g_assert_false (claims_settings_check (profile, "claim", &error));
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG);
      g_assert_nonnull (strstr (error->message, cases[i].message));
      if (cases[i].hint != NULL)
        g_assert_nonnull (strstr (error_hint (error), cases[i].hint));
    }
}

static char *
expand (const IssuerContext *context, const char *text, PlaceholderSyntax syntax)
{
  g_autoptr (GError) error = NULL;
  char *expanded = placeholder_expand (context, text, syntax, &error);

  g_assert_no_error (error);
  return expanded;
}

static void
test_times (void)
{
  static const char *const pairs[] = {
    "claim-json.iat", "{now-60}", "claim-json.n", "[{now},{now+60}]", "claim.t", "{now}", NULL
  };
  g_autoptr (Profile) profile = make_profile (pairs);
  const IssuerContext context = { .profile = profile, .now = NOW };
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_assert_true (claims_settings_check (profile, "claim", &error));
  g_assert_true (claims_settings_fill (&context, "claim", object, &error));
  text = text_of (object);
  g_assert_cmpstr (text, ==,
                   "{\"t\":\"1800000000\",\"iat\":1799999940,\"n\":[1800000000,1800000060]}");
}

static void
test_braces (void)
{
  static const char *const pairs[] = { "audience", "https://a.example", NULL };
  static const struct {
    PlaceholderSyntax syntax;
    const char *text, *expected;
  } cases[] = {
    { PLACEHOLDER_TEXT, "{username}.{audience}", "say \"robot\".https://a.example" },
    { PLACEHOLDER_JSON, "{\"u\":\"{username}\"}", "{\"u\":\"say \\\"robot\\\"\"}" },
    { PLACEHOLDER_TEXT, "{}{ now}{now {", "{}{ now}{now {" },
    { PLACEHOLDER_TEXT, "{{now}}", "{1800000000}" },
    { PLACEHOLDER_TEXT, "", "" },
  };
  g_autoptr (Profile) profile = make_profile (pairs);
  const IssuerContext context = { .profile = profile, .now = NOW };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = expand (&context, cases[i].text, cases[i].syntax);

      g_assert_cmpstr (text, ==, cases[i].expected);
    }
}

/* What was filled in is not looked at again. */
static void
test_once (void)
{
  static const char *const pairs[] = { "client-id", "{username}", NULL };
  g_autoptr (Profile) profile = make_profile (pairs);
  const IssuerContext context = { .profile = profile, .now = NOW };
  g_autofree char *text = expand (&context, "{client-id}", PLACEHOLDER_TEXT);

  g_assert_cmpstr (text, ==, "{username}");
}

static void
test_requested_audience (void)
{
  static const char *const pairs[] = { "audience", "https://a.example https://b.example", NULL };
  g_autoptr (Profile) profile = make_profile (pairs);
  Request request = { .audience = (char *) "https://b.example" };
  const IssuerContext context = { .profile = profile, .request = &request, .now = NOW };
  g_autofree char *text = expand (&context, "{audience}", PLACEHOLDER_TEXT);

  g_assert_cmpstr (text, ==, "https://b.example");
}

static void
test_uuid (void)
{
  static const char *const pairs[] = { NULL };
  g_autoptr (Profile) profile = make_profile (pairs);
  const IssuerContext context = { .profile = profile, .now = NOW };
  g_autofree char *one = expand (&context, "{uuid}", PLACEHOLDER_TEXT);
  g_autofree char *other = expand (&context, "{uuid}", PLACEHOLDER_TEXT);

  g_assert_true (g_uuid_string_is_valid (one));
  g_assert_cmpstr (one, !=, other);
}

/* As "Using key-pair authentication" has it: openssl rsa -pubin -outform DER | openssl dgst -sha256
 * -binary | openssl enc -base64 */
static void
test_fingerprint (void)
{
  static const char *const pairs[] = { NULL };
  g_autoptr (Profile) profile = make_profile (pairs);
  const IssuerContext context = { .profile = profile, .key = key, .now = NOW };
  g_autofree char *text = expand (&context, "SHA256:{fingerprint}", PLACEHOLDER_TEXT);
  g_autofree char *expected = NULL;
  size_t length;

  make ("sh -c 'openssl pkey -in key.pem -pubout -outform DER | openssl dgst -sha256 -binary |"
        " openssl enc -base64 -A > fingerprint'");
  expected = get ("fingerprint", &length);
  g_assert_cmpstr (text + strlen ("SHA256:"), ==, expected);
}

static void
test_certificate (void)
{
  static const char *const pairs[] = { NULL };
  g_autoptr (Profile) profile = make_profile (pairs);
  g_autoptr (Key) pair = load_well ("pair.pem", NULL, NULL);
  const IssuerContext context = { .profile = profile, .key = pair, .now = NOW };
  g_autofree char *sha1 = expand (&context, "{x5t}", PLACEHOLDER_TEXT);
  g_autofree char *sha256 = expand (&context, "{x5t#S256}", PLACEHOLDER_TEXT);
  size_t length;

  make ("sh -c 'for hash in sha1 sha256; do openssl x509 -in pair.pem -outform DER |"
        " openssl dgst -$hash -binary | openssl enc -base64 -A | tr +/ -_ | tr -d = > $hash;"
        " done'");
  g_autofree char *expected_sha1 = get ("sha1", &length);
  g_autofree char *expected_sha256 = get ("sha256", &length);
  g_assert_cmpstr (sha1, ==, expected_sha1);
  g_assert_cmpstr (sha256, ==, expected_sha256);
}

static void
test_missing (void)
{
  static const char *const pairs[] = { NULL };
  static const struct {
    const char *text, *message;
    bool key;
  } cases[] = {
    { "{fingerprint}", "names no key", false },  { "{thumbprint}", "names no key", false },
    { "{x5t}", "no certificate", true },         { "{x5t#S256}", "no certificate", false },
    { "{audience}", "names an audience", true },
  };
  g_autoptr (Profile) profile = make_profile (pairs);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const IssuerContext context = { profile, .key = cases[i].key ? key : NULL, .now = NOW };
      g_autoptr (GError) error = NULL;
      g_autofree char *dry =
          placeholder_expand_dry (profile, cases[i].text, PLACEHOLDER_TEXT, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (dry, ==, "");
      g_assert_null (placeholder_expand (&context, cases[i].text, PLACEHOLDER_TEXT, &error));
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG);
      g_assert_nonnull (strstr (error->message, cases[i].message));
    }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  maker_begin ();
  make ("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem");
  make ("sh -c 'openssl req -x509 -key key.pem -subj /CN=robot -out crt.pem &&"
        " cat key.pem crt.pem > pair.pem'");
  key = load_well ("key.pem", NULL, NULL);
  g_test_add_func ("/claims-settings/a-text-stays-a-text-and-json-is-of-any-kind", test_kinds);
  g_test_add_func ("/claims-settings/each-family-by-itself", test_families);
  g_test_add_func ("/claims-settings/a-mistake-names-file-and-line", test_mistakes);
  g_test_add_func ("/claims-settings/times-are-numbers-in-json", test_times);
  g_test_add_func ("/placeholder/other-braces-stand-for-themselves", test_braces);
  g_test_add_func ("/placeholder/what-is-filled-in-is-not-expanded-again", test_once);
  g_test_add_func ("/placeholder/audience-is-the-requests", test_requested_audience);
  g_test_add_func ("/placeholder/each-uuid-is-another", test_uuid);
  g_test_add_func ("/placeholder/fingerprint-is-that-of-openssl", test_fingerprint);
  g_test_add_func ("/placeholder/x5t-is-that-of-openssl", test_certificate);
  g_test_add_func ("/placeholder/what-is-not-there-is-an-error", test_missing);
  status = g_test_run ();
  key_unref (key);
  maker_end ();
  return status;
}
