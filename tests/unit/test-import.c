/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What other programs' settings come to. */
#include "error.h"
#include "import.h"
#include "properties.h"

#include <string.h>

#define CANARY "canary-of-a-secret"

/* --- property files ----------------------------------------------------------------------------
 */

static GPtrArray *
parse (const char *text, GError **error)
{
  return properties_parse (text, strlen (text), error);
}

static void
assert_property (const GPtrArray *properties, size_t index, const char *name, const char *value)
{
  const Property *property;

  g_assert_cmpuint (index, <, properties->len);
  property = properties->pdata[index];
  g_assert_cmpstr (property->name, ==, name);
  g_assert_cmpstr (secret_bytes (property->value, NULL), ==, value);
}

/* The examples of the documentation of java.util.Properties.load. */
static void
test_properties_as_documented (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) properties =
      parse ("Truth = Beauty\n"
             " Truth2:Beauty\n"
             "Truth3                    :Beauty\n"
             "fruits                           apple, banana, pear, \\\n"
             "                                 cantaloupe, watermelon, \\\n"
             "                                 kiwi, mango\n"
             "cheeses\n"
             "\\:\\=\n",
             &error);

  g_assert_no_error (error);
  g_assert_cmpuint (properties->len, ==, 6);
  assert_property (properties, 0, "Truth", "Beauty");
  assert_property (properties, 1, "Truth2", "Beauty");
  assert_property (properties, 2, "Truth3", "Beauty");
  assert_property (properties, 3, "fruits",
                   "apple, banana, pear, cantaloupe, watermelon, kiwi, mango");
  assert_property (properties, 4, "cheeses", "");
  assert_property (properties, 5, ":=", "");
}

static void
test_properties_escapes (void)
{
  static const struct {
    const char *text;
    const char *name;
    const char *value;
  } cases[] = {
    { "a=\\t\\n\\r\\f\\z\\\\", "a", "\t\n\r\fz\\" },
    { "a=\\u00e9\\u20AC", "a", "\xc3\xa9\xe2\x82\xac" },
    { "a=\\ud83d\\ude00", "a", "\xf0\x9f\x98\x80" },
    { "a\\ b=c", "a b", "c" },
    { "a = b ", "a", "b " },
    { "a==b", "a", "=b" },
    { "a=b\\", "a", "b" },
    { "a=b\\\r\n  c", "a", "bc" },
    { "a=b\\\\\nd=e", "a", "b\\" },
    { "#x\n!y\n\n  \n\ta=b", "a", "b" },
    { "a=b\rc=d", "a", "b" },
    { "a=#b", "a", "#b" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) properties = parse (cases[i].text, &error);

      g_assert_no_error (error);
      assert_property (properties, 0, cases[i].name, cases[i].value);
    }
}

static void
test_properties_are_latin_unless_utf8 (void)
{
  g_autoptr (GPtrArray) utf8 = parse ("a=\xc3\xa9\n", NULL);
  g_autoptr (GPtrArray) latin = parse ("a=\xe9\nb=\\\xe9\n", NULL);

  assert_property (utf8, 0, "a", "\xc3\xa9");
  assert_property (latin, 0, "a", "\xc3\xa9");
  assert_property (latin, 1, "b", "\xc3\xa9");
}

static void
assert_refused (const char *text, size_t length, const char *part)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (properties_parse (text, length, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL);
  g_assert_nonnull (strstr (error->message, part));
  g_assert_null (strstr (error->message, CANARY));
}

static void
test_properties_refuse_what_java_refuses_and_more (void)
{
  static const char *const cases[][2] = {
    { "a=b\na=" CANARY, "line 2" }, { "x=\\u12\ny=" CANARY, "line 1" }, { "x=\\u12g4", "line 1" },
    { "x=\\u0000", "line 1" },      { "x=\\ud83d" CANARY, "line 1" },   { "x=\\ude00", "line 1" },
    { "a\\nb=" CANARY, "line 1" },  { "x=\\ud83d\\u0041", "line 1" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_refused (cases[i][0], strlen (cases[i][0]), cases[i][1]);
  assert_refused ("a=b\0c", 5, "NUL");
}

static void
test_properties_limits (void)
{
  g_autoptr (GString) text = g_string_new ("a=");
  g_autoptr (GPtrArray) properties = NULL;
  g_autoptr (GString) name = g_string_new (NULL);

  while (text->len < PROPERTIES_MAX_LENGTH)
    g_string_append_c (text, 'x');
  properties = properties_parse (text->str, text->len, NULL);
  g_assert_nonnull (properties);
  g_string_append_c (text, 'x');
  assert_refused (text->str, text->len, "long");

  for (int i = 0; i < PROPERTIES_MAX_NAME; i++)
    g_string_append_c (name, 'n');
  g_assert_nonnull (parse (name->str, NULL));
  g_string_append_c (name, 'n');
  assert_refused (name->str, name->len, "name");

  g_string_truncate (text, 0);
  for (int i = 0; i < PROPERTIES_MAX_COUNT; i++)
    g_string_append_printf (text, "k%d=\n", i);
  g_clear_pointer (&properties, g_ptr_array_unref);
  properties = parse (text->str, NULL);
  g_assert_cmpuint (properties->len, ==, PROPERTIES_MAX_COUNT);
  g_string_append (text, "more=\n");
  assert_refused (text->str, text->len, "too many");
}

/* --- what is taken, and what is not ------------------------------------------------------------
 */

/* "ours=value" for what is taken, "theirs" for what is left, one a line. */
static char *
describe (const Import *import)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (size_t i = 0; i < import->items->len; i++)
    {
      const ImportItem *item = import->items->pdata[i];

      g_assert_null (strstr (item->value, CANARY));
      if (item->ours != NULL)
        g_string_append_printf (text, "%s=%s\n", item->ours, item->value);
      else
        g_string_append_printf (text, "-%s\n", item->theirs);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
assert_import (const Import *import, const char *expected)
{
  g_autofree char *text = describe (import);

  g_assert_cmpstr (text, ==, expected);
}

static void
assert_usage (GError *error, const char *part)
{
  g_assert_nonnull (error);
  g_assert_true (error->code == AVOUCH_ERROR_USAGE || error->code == AVOUCH_ERROR_PROTOCOL);
  g_assert_null (strstr (error->message, CANARY));
  if (strstr (error->message, part) == NULL)
    g_error ("\"%s\" is not in: %s", part, error->message);
}

static void
test_a_value_is_taken_if_it_is_one (void)
{
  static const struct {
    const char *ours;
    const char *value;
    const char *expected;
  } cases[] = {
    { "username", " a@b ", "username=a@b\n" },
    { "username", "", "-x\n" },
    { "username", "$SF_USER", "-x\n" },
    { "username", "${SF_USER}@x", "-x\n" },
    { "username", "`cat user`", "-x\n" },
    { "client-id", "enc:system.encryption.key.v1:abc", "-x\n" },
    { "client-id", "ENC:[abc]", "-x\n" },
    { "client-id", "00ff:0123456789abcdef0123456789abcdef", "-x\n" },
    { "client-id", "00fg:0123456789abcdef0123456789abcdef",
      "client-id=00fg:0123456789abcdef0123456789abcdef\n" },
    { "key", "C:\\keys\\a.jks", "-x\n" },
    { "key", "d:/keys/a.jks", "-x\n" },
    { "key", "pkcs11:token=a", "key=pkcs11:token=a\n" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Import) import = import_new (NULL);
      g_autoptr (GError) error = NULL;

      g_assert_true (import_take (import, "x", cases[i].ours, cases[i].value, &error));
      assert_import (import, cases[i].expected);
    }
}

static void
test_a_value_that_no_setting_may_be_is_refused (void)
{
  g_autofree char *longest = g_strnfill (IMPORT_MAX_VALUE, 'v');
  g_autofree char *longer = g_strnfill (IMPORT_MAX_VALUE + 1, 'v');
  const char *const cases[] = { CANARY "\nserve = https://x", CANARY "\x7f", CANARY "\xff",
                                longer };
  g_autoptr (Import) import = import_new (NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (import_take (import, "x", "username", cases[i], &error));
      assert_usage (error, "x: it ");
    }
  g_assert_true (import_take (import, "x", "username", longest, NULL));
}

static void
test_a_setting_is_taken_once (void)
{
  g_autoptr (Import) import = import_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (import_take (import, "one", "key", "/a", NULL));
  g_assert_false (import_take (import, "two", "key", "/a", &error));
  assert_usage (error, "both one and two");
}

static void
test_a_variable_is_named_and_nothing_else (void)
{
  static const char *const cases[][2] = {
    { "$A_b1", "variable A_b1" },
    { "${A}", "variable A" },
    { "${{secrets.A}}", "variable secrets.A" },
    { "/x/$A/y", "variable A" },
    { "$(cat " CANARY ")", "a command prints" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Import) import = import_new (NULL);
      const ImportItem *item;

      g_assert_true (import_take (import, "x", "key", cases[i][0], NULL));
      item = import->items->pdata[0];
      g_assert_null (item->ours);
      g_assert_nonnull (strstr (item->value, cases[i][1]));
      g_assert_null (strstr (item->value, CANARY));
    }
}

static void
test_a_name_comes_from_alias_host_or_user (void)
{
  static const struct {
    const char *alias;
    const char *url;
    const char *username;
    const char *name;
  } cases[] = {
    { "prod", "https://acme.my.salesforce.com", "a@b.c", "prod" },
    { "not a name", "https://acme.my.salesforce.com", "a@b.c", "acme" },
    { NULL, "https://acme--dev.sandbox.my.salesforce.com", "a@b.c", "acme--dev" },
    { NULL, "https://login.salesforce.com", "a@beta.example", "beta" },
    { NULL, "https://127.0.0.1:8443", "a@beta.example", "beta" },
    { NULL, NULL, NULL, NULL },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Import) import = import_new (NULL);
      g_autofree char *name = NULL;

      import->name = g_strdup (cases[i].alias);
      if (cases[i].url != NULL)
        import_take (import, "url", "login-url", cases[i].url, NULL);
      if (cases[i].username != NULL)
        import_take (import, "user", "username", cases[i].username, NULL);
      name = import_profile_name (import);
      g_assert_cmpstr (name, ==, cases[i].name);
    }
}

/* --- the vendor's CLI: auth files --------------------------------------------------------------
 */

static bool
read_file (Import *import, const char *text, GError **error)
{
  return import_sf_file (import, text, strlen (text), error);
}

static void
test_an_auth_file_gives_all_but_its_secrets (void)
{
  g_autoptr (Import) import = import_new (NULL);
  g_autoptr (GError) error = NULL;

  read_file (import,
             "{\"accessToken\":\"" CANARY "\",\"refreshToken\":\"" CANARY "\","
             "\"clientSecret\":\"" CANARY "\",\"password\":\"" CANARY "\",\"orgId\":\"00D\","
             "\"instanceUrl\":\"https://acme.my.salesforce.com\",\"alias\":\"prod\","
             "\"loginUrl\":\"https://login.salesforce.com\",\"username\":\"robot@acme.example\","
             "\"clientId\":\"3MVG9\",\"privateKey\":\"/k/server.key\",\"isDevHub\":false}",
             &error);
  g_assert_no_error (error);
  assert_import (import, "-accessToken\n-refreshToken\n-clientSecret\n-password\n"
                         "username=robot@acme.example\nclient-id=3MVG9\nkey=/k/server.key\n"
                         "login-url=https://acme.my.salesforce.com\n-loginUrl\n-orgId, isDevHub\n");
  g_assert_cmpstr (import->name, ==, "prod");
}

static void
test_an_auth_file_without_a_domain_of_its_own_logs_in_where_it_says (void)
{
  g_autoptr (Import) import = import_new (NULL);
  g_autoptr (GError) error = NULL;

  read_file (import,
             "{\"instanceUrl\":\"https://na1.salesforce.com\",\"privateKey\":\"/k\","
             "\"loginUrl\":\"https://test.salesforce.com\"}",
             &error);
  g_assert_no_error (error);
  assert_import (import, "key=/k\n-instanceUrl\nlogin-url=https://test.salesforce.com\n");
}

static void
test_an_auth_file_of_a_browser_login_has_nothing_to_import (void)
{
  g_autoptr (Import) import = import_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (read_file (import,
                             "{\"username\":\"a@b\",\"clientId\":\"PlatformCLI\","
                             "\"refreshToken\":\"" CANARY "\"}",
                             &error));
  assert_usage (error, "browser");
}

static void
test_a_broken_auth_file_is_refused (void)
{
  g_autofree char *deep = g_strnfill (1000, '[');
  g_autofree char *nested = g_strconcat ("{\"a\":", deep, NULL);
  const char *const cases[] = {
    "",
    "{",
    "[]",
    nested,
    "{\"privateKey\":1}",
    "{\"accessToken\":{\"a\":\"" CANARY "\"}}",
    "{\"privateKey\":\"/a\",\"privateKey\":\"/b\"}",
    "{\"privateKey\":\"" CANARY "\\nserve = https://evil.example\"}",
    "{\"privateKey\":\"-----BEGIN PRIVATE KEY-----\\n" CANARY "\"}",
    "{\"username\":\"" CANARY "\\u0000\"}",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Import) import = import_new (NULL);
      g_autoptr (GError) error = NULL;

      g_assert_false (read_file (import, cases[i], &error));
      assert_usage (error, "");
    }
}

/* --- the vendor's CLI: commands ----------------------------------------------------------------
 */

#define TAKEN                                                                                      \
  "client-id=X\nkey=server.key\nusername=r@a.example\nlogin-url=https://acme.my.salesforce.com\n"

static void
test_every_spelling_of_the_command_is_the_same (void)
{
  static const char *const cases[] = {
    "sf org login jwt --client-id X --jwt-key-file server.key --username r@a.example "
    "--instance-url https://acme.my.salesforce.com",
    "sf org login jwt -i X -f server.key -o r@a.example -r https://acme.my.salesforce.com",
    "/usr/local/bin/sf org:login:jwt --client-id=X --jwt-key-file=server.key "
    "--username=r@a.example --instance-url=https://acme.my.salesforce.com",
    "npx sf org login jwt -iX -fserver.key -or@a.example -rhttps://acme.my.salesforce.com",
    "sfdx force:auth:jwt:grant -i X -f server.key -u r@a.example -r https://acme.my.salesforce.com",
    "sfdx auth:jwt:grant --clientid X --jwtkeyfile server.key --username r@a.example "
    "--instanceurl https://acme.my.salesforce.com",
    "sf login org jwt --clientid X --key-file server.key --username r@a.example "
    "--instance-url https://acme.my.salesforce.com",
    "--client-id X --jwt-key-file server.key --username r@a.example "
    "--instance-url https://acme.my.salesforce.com",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Import) import = import_new (NULL);
      g_autoptr (GError) error = NULL;
      g_auto (GStrv) words = g_strsplit (cases[i], " ", -1);

      import_sf_words (import, (const char *const *) words, &error);
      g_assert_no_error (error);
      assert_import (import, TAKEN);
    }
}

static void
test_what_else_a_command_says_is_told (void)
{
  static const char *const words[] = { "org",  "login",      "jwt",   "-i",     "X",
                                       "-s",   "-d",         "-p",    "--json", "--alias",
                                       "prod", "--loglevel", "debug", "-u",     "--jwt-key-file",
                                       "",     NULL };
  g_autoptr (Import) import = import_new (NULL);
  g_autoptr (GError) error = NULL;

  import_sf_words (import, words, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (import->name, ==, "prod");
  assert_import (import, "client-id=X\n--s\n--d\n--p\n---json\n---loglevel\n--u\n---jwt-key-file\n"
                         "login-url=https://login.salesforce.com\n");
}

static void
test_a_url_that_cannot_be_taken_has_no_default (void)
{
  static const char *const words[] = { "-r", "$URL", NULL };
  g_autoptr (Import) import = import_new (NULL);

  g_assert_true (import_sf_words (import, words, NULL));
  assert_import (import, "--r\n");
}

static void
test_other_commands_and_words_are_refused (void)
{
  static const struct {
    const char *line;
    const char *part;
  } cases[] = {
    { "sf org login web", "logs in by a key" },
    { "sf project deploy start", "logs in by a key" },
    { "-i X " CANARY, "a value without a flag" },
    { "-i X -x " CANARY, "-x" },
    { "-i X --unknown=" CANARY, "--unknown" },
    { "-i X -i Y", "both -i and -i" },
    { "-", "-: " },
    { "--", "--: " },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Import) import = import_new (NULL);
      g_autoptr (GError) error = NULL;
      g_auto (GStrv) words = g_strsplit (cases[i].line, " ", -1);

      g_assert_false (import_sf_words (import, (const char *const *) words, &error));
      assert_usage (error, cases[i].part);
    }
}

static char *
find_in_script (const char *script, GError **error)
{
  g_auto (GStrv) words = import_sf_script (script, strlen (script), error);

  return words != NULL ? g_strjoinv ("|", words) : NULL;
}

static void
test_a_command_is_found_in_a_script (void)
{
  static const char *const cases[][2] = {
    { "sf org login jwt -i X", "sf|org|login|jwt|-i|X" },
    { "set -e\nsf org login jwt -i 'X Y' # prod\nnext\n", "sf|org|login|jwt|-i|X Y" },
    { "sf org login jwt \\\n  -i X \\\r\n  -f k\nnext", "sf|org|login|jwt|-i|X|-f|k" },
    { "  run: >-\n    sf org login jwt\n    --client-id X\n    -f k\n  - name: x",
      "sf|org|login|jwt|--client-id|X|-f|k" },
    { "echo $KEY > k && sf org login jwt -i X; rm k", "sf|org|login|jwt|-i|X" },
    { "out=$(sf org login jwt -i \"$(cat id)\" -o `whoami`)",
      "sf|org|login|jwt|-i|$(cat id)|-o|`whoami`" },
    { "sf org login jwt -i ${{ secrets.ID }} 2>/dev/null",
      "sf|org|login|jwt|-i|${{secrets.ID}}|2" },
    { "  - run: \"sfdx auth:jwt:grant -i X\"", "sfdx|auth:jwt:grant|-i|X" },
    { "rc = sh script: \"${toolbelt}/sfdx force:auth:jwt:grant --clientid ${ID} -f k\"",
      "/sfdx|force:auth:jwt:grant|--clientid|${ID}|-f|k" },
    { "rc = sh script: \"${toolbelt} force:auth:jwt:grant --clientid ${ID}\"",
      "force:auth:jwt:grant|--clientid|${ID}" },
    { "# sf org login jwt -i OLD\nsf org login jwt -i X", "sf|org|login|jwt|-i|X" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *words = find_in_script (cases[i][0], &error);

      g_assert_no_error (error);
      g_assert_cmpstr (words, ==, cases[i][1]);
    }
}

static void
test_a_script_without_one_command_is_refused (void)
{
  static const char *const cases[][2] = {
    { "", "there is no" },
    { CANARY, "there is no" },
    { "sf org login web", "there is no" },
    { "asf org login jwt", "there is no" },
    { "sf org login jwtx", "there is no" },
    { "# sf org login jwt", "there is no" },
    { "sf org login jwt -i X\nsf org login jwt -i Y", "more than one" },
    { "sf org login jwt -i 'X" CANARY, "quotes" },
    { "\xff", "not text" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (find_in_script (cases[i][0], &error));
      assert_usage (error, cases[i][1]);
    }
}

/* A search must not take time that grows faster than the file. */
static void
test_a_long_hostile_script_is_searched_once (void)
{
  static const char *const parts[] = { " ",
                                       "\n",
                                       "\\\n",
                                       "/",
                                       "a/",
                                       "sf ",
                                       "${{ ",
                                       "${{x",
                                       "$",
                                       "\n -",
                                       "sf org login ",
                                       "auth:",
                                       "force:auth:jwt:gran " };

  for (size_t i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autoptr (GString) text = g_string_sized_new (IMPORT_MAX_LENGTH);
      g_autoptr (GError) error = NULL;

      while (text->len + strlen (parts[i]) <= IMPORT_MAX_LENGTH)
        g_string_append (text, parts[i]);
      g_assert_null (import_sf_script (text->str, text->len, &error));
      assert_usage (error, "there is no");
    }
}

/* --- Talend ------------------------------------------------------------------------------------
 */

static bool
read_talend (Import *import, const char *text, const char *prefix, GError **error)
{
  return import_talend (import, text, strlen (text), prefix, error);
}

#define TALEND_TAKEN                                                                               \
  "key=/k/a.jks\nkey-alias=talend\nclient-id=3MVG9\nusername=r@a.example\n"                        \
  "login-url=https://login.salesforce.com/services/oauth2\nassertion-lifetime=120\n"

static void
test_talend_names_are_taken_in_every_dress (void)
{
  static const struct {
    const char *prefix;
    const char *text;
  } cases[] = {
    { NULL, "keyStore=/k/a.jks\nkeyStorePassword=" CANARY "\ncertificateAlias=talend\n"
            "issuer=3MVG9\nsubject=r@a.example\n"
            "endpoint=https\\://login.salesforce.com/services/oauth2\nexpirationTime=120\n" },
    { NULL,
      "context.KEYSTORE=\"/k/a.jks\"\ncontext.keystore_password=\"" CANARY "\"\n"
      "context.Certificate-Alias=\"talend\"\ncontext.ISSUER=3MVG9\ncontext.Subject=r@a.example\n"
      "context.oauth_token_endpoint=https://login.salesforce.com/services/oauth2\n"
      "context.expiration=120\n" },
    { "SF_", "SF_oauth2JwtFlow.keyStore=/k/a.jks\nSF_keystorepass=" CANARY "\n"
             "SF_certificateAlias=talend\nSF_issuer=3MVG9\nSF_subject=r@a.example\n"
             "SF_endpoint=https://login.salesforce.com/services/oauth2\nSF_expirationTime=120\n" },
    { NULL, "{\"keyStore\":\"/k/a.jks\",\"keyStorePassword\":\"" CANARY "\","
            "\"certificateAlias\":\"talend\",\"issuer\":\"3MVG9\",\"subject\":\"r@a.example\","
            "\"endpoint\":\"https://login.salesforce.com/services/oauth2\","
            "\"expirationTime\":120}" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Import) import = import_new (NULL);
      g_autoptr (GError) error = NULL;

      read_talend (import, cases[i].text, cases[i].prefix, &error);
      g_assert_no_error (error);
      assert_import (import, TALEND_TAKEN);
      g_assert_cmpstr (secret_bytes (import->passphrase, NULL), ==, CANARY);
    }
}

static void
test_talend_audience_and_lifetime_are_weighed (void)
{
  static const char *const cases[][2] = {
    { "endpoint=https://a.example/services/oauth2\naudience=https://a.example",
      "login-url=https://a.example/services/oauth2\n-audience\n" },
    { "endpoint=https://a.example\naudience=https://b.example",
      "login-url=https://a.example\naudience=https://b.example\n" },
    { "endpoint=https://a.example\naudience=https://a.exampl",
      "login-url=https://a.example\naudience=https://a.exampl\n" },
    { "audience=https://a.example", "-audience\nlogin-url=https://a.example\n" },
    { "issuer=X\nexpirationTime=29", "client-id=X\n-expirationTime\n" },
    { "issuer=X\nexpirationTime=30", "client-id=X\nassertion-lifetime=30\n" },
    { "issuer=X\nexpirationTime=300", "client-id=X\nassertion-lifetime=300\n" },
    { "issuer=X\nexpirationTime=301", "client-id=X\n-expirationTime\n" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Import) import = import_new (NULL);
      g_autoptr (GError) error = NULL;

      read_talend (import, cases[i][0], NULL, &error);
      g_assert_no_error (error);
      assert_import (import, cases[i][1]);
    }
}

static void
test_talend_secrets_are_left (void)
{
  g_autoptr (Import) import = import_new (NULL);
  g_autoptr (GError) error = NULL;

  read_talend (import,
               "issuer=X\npassword=" CANARY "\nsecurityToken=" CANARY "\nclientSecret=" CANARY
               "\nkeyPassword=" CANARY "\nkeyStorePassword=enc:routine.encryption.key.v1:" CANARY
               "\ndb_host=h\n",
               NULL, &error);
  g_assert_no_error (error);
  assert_import (import, "client-id=X\n-password\n-securityToken\n-clientSecret\n-keyPassword\n"
                         "-keyStorePassword\n-db_host\n");
  g_assert_null (import->passphrase);
}

static void
test_what_is_not_talends_is_refused (void)
{
  static const char *const cases[][2] = {
    { "", "nothing" },
    { "db_host=" CANARY "\ndb_user=x\n", "db_host, db_user" },
    { "a1=\na2=\na3=\na4=\na5=\na6=\na7=\n", "a6, …" },
    { "<?xml version=\"1.0\"?>", "XML" },
    { "{\"a\":", "" },
    { "{\"privateKey\":\"" CANARY "\"}", "auth file" },
    { "issuer=X\nconsumerKey=" CANARY, "both issuer and consumerKey" },
    { "keyStorePassword=" CANARY "\nkeystorePass=" CANARY, "twice" },
    { "issuer=" CANARY "\\nserve = https://evil.example", "control" },
    { "keyStore=" CANARY "\\n/a", "control" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Import) import = import_new (NULL);
      g_autoptr (GError) error = NULL;

      g_assert_false (read_talend (import, cases[i][0], NULL, &error));
      assert_usage (error, cases[i][1]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/properties/as-java-documents-them", test_properties_as_documented);
  g_test_add_func ("/properties/escapes-and-continuations", test_properties_escapes);
  g_test_add_func ("/properties/latin-unless-utf8", test_properties_are_latin_unless_utf8);
  g_test_add_func ("/properties/refusals-name-the-line-and-no-value",
                   test_properties_refuse_what_java_refuses_and_more);
  g_test_add_func ("/properties/limits", test_properties_limits);
  g_test_add_func ("/import/a-value-is-taken-if-it-is-one", test_a_value_is_taken_if_it_is_one);
  g_test_add_func ("/import/a-value-that-no-setting-may-be-is-refused",
                   test_a_value_that_no_setting_may_be_is_refused);
  g_test_add_func ("/import/a-setting-is-taken-once", test_a_setting_is_taken_once);
  g_test_add_func ("/import/a-variable-is-named-and-nothing-else",
                   test_a_variable_is_named_and_nothing_else);
  g_test_add_func ("/import/a-name-comes-from-alias-host-or-user",
                   test_a_name_comes_from_alias_host_or_user);
  g_test_add_func ("/sf-file/all-but-its-secrets", test_an_auth_file_gives_all_but_its_secrets);
  g_test_add_func ("/sf-file/without-a-domain-of-its-own",
                   test_an_auth_file_without_a_domain_of_its_own_logs_in_where_it_says);
  g_test_add_func ("/sf-file/a-browser-login-has-nothing-to-import",
                   test_an_auth_file_of_a_browser_login_has_nothing_to_import);
  g_test_add_func ("/sf-file/a-broken-one-is-refused", test_a_broken_auth_file_is_refused);
  g_test_add_func ("/sf-command/every-spelling-is-the-same",
                   test_every_spelling_of_the_command_is_the_same);
  g_test_add_func ("/sf-command/what-else-it-says-is-told", test_what_else_a_command_says_is_told);
  g_test_add_func ("/sf-command/a-url-that-cannot-be-taken-has-no-default",
                   test_a_url_that_cannot_be_taken_has_no_default);
  g_test_add_func ("/sf-command/others-are-refused", test_other_commands_and_words_are_refused);
  g_test_add_func ("/sf-script/the-command-is-found", test_a_command_is_found_in_a_script);
  g_test_add_func ("/sf-script/none-or-several-are-refused",
                   test_a_script_without_one_command_is_refused);
  g_test_add_func ("/sf-script/a-long-hostile-one-is-searched-once",
                   test_a_long_hostile_script_is_searched_once);
  g_test_add_func ("/talend/names-in-every-dress", test_talend_names_are_taken_in_every_dress);
  g_test_add_func ("/talend/audience-and-lifetime-are-weighed",
                   test_talend_audience_and_lifetime_are_weighed);
  g_test_add_func ("/talend/secrets-are-left", test_talend_secrets_are_left);
  g_test_add_func ("/talend/what-is-not-talends-is-refused", test_what_is_not_talends_is_refused);
  return g_test_run ();
}
