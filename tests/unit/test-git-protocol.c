/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What git's documentation (git-credential(1), gitcredentials(7)) and its security advisories
 * (CVE-2020-5260, CVE-2020-11008, CVE-2024-50349, CVE-2024-52006) say of a helper's input. */
#include "error.h"
#include "git-protocol.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define HERE "protocol=https\nhost=git.example\n"

enum { NOW = 1800000000 };

static GitRequest *
parse_bytes (const char *bytes, size_t length, GError **error)
{
  g_autoptr (Secret) text = secret_new (bytes, length);

  return git_request_parse (text, error);
}

static GitRequest *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  GitRequest *request = parse_bytes (text, strlen (text), &error);

  g_assert_no_error (error);
  g_assert_nonnull (request);
  return request;
}

static void
assert_refused_bytes (const char *bytes, size_t length, const char *mention)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GitRequest) request = parse_bytes (bytes, length, &error);

  g_assert_null (request);
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL);
  if (strstr (error->message, mention) == NULL)
    g_error ("\"%s\" lacks \"%s\"", error->message, mention);
}

static void
assert_refused (const char *text, const char *mention)
{
  assert_refused_bytes (text, strlen (text), mention);
}

static void
assert_place (const char *text, const char *wanted)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GitRequest) request = parse (text);
  g_autoptr (Request) place = git_request_place (request, NULL, &error);
  g_autofree char *url = NULL;

  g_assert_no_error (error);
  url = url_to_string (place->url);
  g_assert_cmpstr (url, ==, wanted);
}

static void
assert_no_place (const char *text, int code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GitRequest) request = parse (text);
  g_autoptr (Request) place = git_request_place (request, NULL, &error);

  if (place != NULL)
    g_error ("accepted %s", text);
  g_assert_error (error, AVOUCH_ERROR, code);
}

static void
assert_secret (const Secret *secret, const char *wanted)
{
  g_assert_nonnull (secret);
  g_assert_cmpstr (secret_bytes (secret, NULL), ==, wanted);
}

static void
test_attributes (void)
{
  g_autoptr (GitRequest) request =
      parse (HERE "path=team/a.git\nusername=robot=1\npassword=p=w\n"
                  "capability[]=state\ncapability[]=authtype\nwwwauth[]=Basic realm=\"x\"\n\n");

  g_assert_cmpstr (request->protocol, ==, "https");
  g_assert_cmpstr (request->host, ==, "git.example");
  g_assert_cmpstr (request->path, ==, "team/a.git");
  g_assert_cmpstr (request->username, ==, "robot=1");
  assert_secret (request->password, "p=w");
  g_assert_null (request->credential);
  g_assert_true (request->takes_authtype);
  g_assert_true (request->was_challenged);
  g_assert_false (request->is_bearer_challenge);
}

static void
test_newest_attributes (void)
{
  g_autoptr (GitRequest) request =
      parse (HERE "authtype=Bearer\ncredential=tok\nephemeral=1\nstate[]=avouch:a\ncontinue=0\n"
                  "password_expiry_utc=1800000000\noauth_refresh_token=r\n");

  assert_secret (request->credential, "tok");
  g_assert_null (request->password);
}

static void
test_unknown (void)
{
  g_autoptr (GitRequest) request =
      parse (HERE "colour=blue\nurl=https://evil.example/\nhosts=evil\n=x\nwwwauth=Bearer\n");

  g_assert_cmpstr (request->host, ==, "git.example");
  g_assert_false (request->was_challenged);
}

static void
test_end (void)
{
  g_autoptr (GitRequest) unended = parse ("protocol=https\nhost=git.example");
  g_autoptr (GitRequest) ended = parse (HERE "\nhost=evil.example\nno attribute\n");

  g_assert_cmpstr (unended->host, ==, "git.example");
  g_assert_cmpstr (ended->host, ==, "git.example");
}

static void
test_reset (void)
{
  g_autoptr (GitRequest) request =
      parse (HERE "capability[]=authtype\ncapability[]=\nwwwauth[]=Bearer\nwwwauth[]=\n");
  g_autoptr (GitRequest) again =
      parse (HERE "wwwauth[]=Bearer\nwwwauth[]=\nwwwauth[]=Basic\ncapability[]=\n"
                  "capability[]=authtype\n");

  g_assert_false (request->takes_authtype);
  g_assert_false (request->was_challenged);
  g_assert_false (request->is_bearer_challenge);
  g_assert_true (again->takes_authtype);
  g_assert_true (again->was_challenged);
  g_assert_false (again->is_bearer_challenge);
}

static void
test_empty_is_absent (void)
{
  g_autoptr (GitRequest) request = parse (HERE "path=\nusername=\n");

  g_assert_null (request->path);
  g_assert_null (request->username);
}

static void
test_missing (void)
{
  assert_refused ("", "no \"protocol\"");
  assert_refused ("\n" HERE, "no \"protocol\"");
  assert_refused ("protocol=https\n", "no \"host\"");
  assert_refused ("host=git.example\n", "no \"protocol\"");
  assert_refused ("protocol=https\nhost=\n", "empty \"host\"");
  assert_refused ("protocol=\nhost=git.example\n", "empty \"protocol\"");
}

static void
test_repeated (void)
{
  assert_refused (HERE "host=github.com\n", "repeats \"host\"");
  assert_refused (HERE "host=git.example\n", "repeats \"host\"");
  assert_refused (HERE "protocol=https\n", "repeats \"protocol\"");
  assert_refused ("protocol=https\nhost=\nhost=git.example\n", "repeats \"host\"");
  assert_refused (HERE "path=a\npath=b\n", "repeats \"path\"");
  assert_refused (HERE "username=a\nusername=b\n", "repeats \"username\"");
}

static void
test_control (void)
{
  static const char nul[] = "protocol=https\nhost=git.example\0.evil\n";
  static const char nul_elsewhere[] = "protocol=https\nhost=git.example\ncolour=a\0b\n";

  assert_refused ("protocol=https\nhost=evil\rhost=github.com\n", "line 2");
  assert_refused ("protocol=https\r\nhost=git.example\r\n", "line 1");
  assert_refused (HERE "colour=a\rb\n", "line 3");
  assert_refused_bytes (nul, sizeof nul - 1, "line 2");
  assert_refused_bytes (nul_elsewhere, sizeof nul_elsewhere - 1, "line 3");
  assert_refused ("protocol=https\nhost=git.ex\tample\n", "\"host\"");
  assert_refused ("protocol=ht\033tps\nhost=git.example\n", "\"protocol\"");
  assert_refused (HERE "path=a\177b\n", "\"path\"");
  assert_refused (HERE "username=a\001b\n", "\"username\"");
}

static void
test_tab_in_challenge (void)
{
  g_autoptr (GitRequest) request = parse (HERE "wwwauth[]=Basic realm=\"a\",\tBearer\n");

  g_assert_true (request->is_bearer_challenge);
}

static void
test_no_attribute (void)
{
  assert_refused (HERE "hunter2\n", "line 3");
  assert_refused ("https://git.example/\n", "line 1");
}

/* An error must not show what may be a password. */
static void
test_no_echo (void)
{
  g_autoptr (GError) error = NULL;
  const char *text = HERE "password:hunter2\n";
  g_autoptr (GitRequest) request = parse_bytes (text, strlen (text), &error);

  g_assert_null (request);
  g_assert_null (strstr (error->message, "hunter2"));
}

static void
test_long_line (void)
{
  g_autoptr (GString) text = g_string_new (HERE "password=");
  size_t start = strlen (HERE);

  while (text->len - start < GIT_MAX_LINE)
    g_string_append_c (text, 'x');
  g_autoptr (GitRequest) request = parse (text->str);
  g_assert_cmpuint (secret_length (request->password), ==, GIT_MAX_LINE - strlen ("password="));

  g_string_append_c (text, 'x');
  assert_refused (text->str, "line 3");
  g_string_append_c (text, '\n');
  assert_refused (text->str, "line 3");
}

static Secret *
read_written (const char *bytes, size_t length, GError **error)
{
  g_autofree char *name = NULL;
  int fd = g_file_open_tmp ("git-request-XXXXXX", &name, NULL);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (unlink (name), ==, 0);
  g_assert_cmpint (write (fd, bytes, length), ==, (gssize) length);
  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  Secret *text = git_request_read (fd, error);
  close (fd);
  return text;
}

static void
test_long_request (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = g_malloc (GIT_MAX_REQUEST + 1);

  memset (bytes, 'x', GIT_MAX_REQUEST + 1);
  g_autoptr (Secret) whole = read_written (bytes, GIT_MAX_REQUEST, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (secret_length (whole), ==, GIT_MAX_REQUEST);

  g_autoptr (Secret) longer = read_written (bytes, GIT_MAX_REQUEST + 1, &error);
  g_assert_null (longer);
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL);
}

/* A caller may keep its end open after the empty line, and write it in pieces. */
static void
test_open_pipe (void)
{
  static const char *const pieces[] = { HERE "\n", "protocol=https\nhost=h\n", "\n" };
  g_autoptr (GError) error = NULL;
  int ends[2];

  g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
  for (size_t i = 0; i < G_N_ELEMENTS (pieces); i++)
    g_assert_cmpint (write (ends[1], pieces[i], strlen (pieces[i])), >, 0);
  g_autoptr (Secret) text = git_request_read (ends[0], &error);
  g_assert_no_error (error);
  g_assert_nonnull (text);
  close (ends[0]);
  close (ends[1]);
}

/* The empty line may come with the first byte of a later read. */
static void
test_split_end (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) bytes = g_string_new ("password=");
  int ends[2];

  while (bytes->len < 4095)
    g_string_append_c (bytes, 'x');
  g_string_append (bytes, "\n\n");
  g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
  g_assert_cmpint (write (ends[1], bytes->str, bytes->len), ==, (gssize) bytes->len);
  g_autoptr (Secret) text = git_request_read (ends[0], &error);
  g_assert_no_error (error);
  g_assert_cmpuint (secret_length (text), ==, 4097);
  close (ends[0]);
  close (ends[1]);
}

static void
test_unreadable (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Secret) text = git_request_read (-1, &error);

  g_assert_null (text);
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL);
}

static void
test_same_host (void)
{
  assert_place ("protocol=https\nhost=GITHUB.COM\n", "https://github.com");
  assert_place ("protocol=https\nhost=github.com:443\n", "https://github.com");
  assert_place ("protocol=https\nhost=github.com.\n", "https://github.com");
  assert_place ("protocol=https\nhost=github.com:8443\npath=a/b.git\n",
                "https://github.com:8443/a/b.git");
  assert_place ("protocol=http\nhost=127.0.0.1:8080\n", "http://127.0.0.1:8080");
  assert_place ("protocol=http\nhost=localhost\n", "http://localhost");
}

static void
test_malformed_place (void)
{
  static const char *const hosts[] = {
    "github.com@evil",      "github.com#evil",
    "github.com\\@evil",    "git hub.com",
    "github.com/evil",      "github.com?evil",
    "user:pass@github.com", "github.com:0",
    "github.com:",          "[::1",
  };
  static const char *const paths[] = { "../a", "a/../b", "a%2fb", "a%2Fb", "a%2e%2e/b", "a%00b" };

  for (size_t i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_autofree char *text = g_strdup_printf ("protocol=https\nhost=%s\n", hosts[i]);
      g_autofree char *plain = g_strdup_printf ("protocol=http\nhost=%s\n", hosts[i]);

      assert_no_place (text, AVOUCH_ERROR_PROTOCOL);
      assert_no_place (plain, AVOUCH_ERROR_PROTOCOL);
    }
  for (size_t i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *text = g_strdup_printf (HERE "path=%s\n", paths[i]);

      assert_no_place (text, AVOUCH_ERROR_PROTOCOL);
    }
}

static void
test_never_ours (void)
{
  assert_no_place ("protocol=http\nhost=github.com\n", AVOUCH_ERROR_UNSERVED);
  assert_no_place ("protocol=cert\nhost=/home/u/cert.pem\n", AVOUCH_ERROR_UNSERVED);
  assert_no_place ("protocol=smtp\nhost=mail.example:587\n", AVOUCH_ERROR_UNSERVED);
  assert_no_place ("protocol=ssh\nhost=github.com\n", AVOUCH_ERROR_UNSERVED);
}

static void
test_place_carries (void)
{
  g_autoptr (GitRequest) request = parse (HERE "username=robot\n");
  g_autoptr (Request) place = git_request_place (request, "acme", NULL);

  g_assert_cmpstr (place->profile, ==, "acme");
  g_assert_cmpstr (place->username, ==, "robot");
}

static char *
answer_to (const char *text, CredentialKind kind, const char *username, const char *token,
           GError **error)
{
  g_auto (SecretBuffer) buffer = { 0 };
  g_autoptr (GitRequest) request = parse (text);
  g_autoptr (Secret) secret = secret_new (token, strlen (token));
  g_autoptr (Credential) credential = credential_new (kind, "acme", secret, NOW, NOW + 900);

  credential->username = g_strdup (username);
  if (!git_answer_append (request, credential, &buffer, error))
    return NULL;
  g_autoptr (Secret) answer = secret_buffer_end (&buffer);
  return g_strdup (secret_bytes (answer, NULL));
}

static void
assert_answer (const char *text, CredentialKind kind, const char *username, const char *wanted)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *answer = answer_to (text, kind, username, "tok", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (answer, ==, wanted);
}

#define BASIC(name) "username=" name "\npassword=tok\npassword_expiry_utc=1800000870\n"
#define BEARER                                                                                     \
  "capability[]=authtype\nauthtype=Bearer\nephemeral=1\ncredential=tok\n"                          \
  "password_expiry_utc=1800000870\n"

static void
test_answer (void)
{
  assert_answer (HERE, CREDENTIAL_BEARER, NULL, BASIC ("oauth2"));
  assert_answer (HERE, CREDENTIAL_BEARER, "x-access-token", BASIC ("x-access-token"));
  assert_answer (HERE "username=robot\n", CREDENTIAL_BEARER, "x-access-token", BASIC ("robot"));
  assert_answer (HERE, CREDENTIAL_SUBJECT_JWT, NULL, BASIC ("oauth2"));
  assert_answer (HERE, CREDENTIAL_BASIC, "robot", BASIC ("robot"));
}

static void
test_authtype_is_never_unasked (void)
{
  assert_answer (HERE "wwwauth[]=Bearer\n", CREDENTIAL_BEARER, NULL, BASIC ("oauth2"));
  assert_answer (HERE "capability[]=state\n", CREDENTIAL_BEARER, NULL, BASIC ("oauth2"));
}

static void
test_authtype (void)
{
  const char *offer = HERE "capability[]=authtype\n";
  const char *basic = HERE "capability[]=authtype\nwwwauth[]=Basic realm=\"GitLab\"\n";
  const char *bearer = HERE "capability[]=authtype\nwwwauth[]=Bearer realm=\"a\"\n";
  const char *both = HERE "capability[]=authtype\nwwwauth[]=Basic\nwwwauth[]=bearer\n";

  assert_answer (offer, CREDENTIAL_BEARER, NULL, BEARER);
  assert_answer (offer, CREDENTIAL_SUBJECT_JWT, NULL, BASIC ("oauth2"));
  assert_answer (basic, CREDENTIAL_BEARER, NULL, BASIC ("oauth2"));
  assert_answer (bearer, CREDENTIAL_BEARER, "x-access-token", BEARER);
  assert_answer (both, CREDENTIAL_BEARER, NULL, BEARER);
  assert_answer (bearer, CREDENTIAL_BASIC, "robot", BASIC ("robot"));
}

static void
test_challenges (void)
{
  static const char *const with[] = {
    "Bearer",
    "BEARER realm=\"x\"",
    "Basic realm=\"a, b\", Bearer realm=\"c\"",
    "Negotiate,Bearer",
    "Basic realm=\"\\\"\" , Bearer",
  };
  static const char *const without[] = {
    "Basic realm=\"Bearer\"",        "Basic realm=\"a, Bearer b\"",
    "Basic realm=\"\\\", Bearer \"", "Bearertoken",
    "Digest a=\"b\", bearer=\"c\"",  "Basic Bearer",
    "Basic realm=\"unended, Bearer",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (with); i++)
    {
      g_autofree char *text = g_strdup_printf (HERE "wwwauth[]=%s\n", with[i]);
      g_autoptr (GitRequest) request = parse (text);

      g_assert_true (request->is_bearer_challenge);
    }
  for (size_t i = 0; i < G_N_ELEMENTS (without); i++)
    {
      g_autofree char *text = g_strdup_printf (HERE "wwwauth[]=%s\n", without[i]);
      g_autoptr (GitRequest) request = parse (text);

      g_assert_true (request->was_challenged);
      g_assert_false (request->is_bearer_challenge);
    }
}

static void
test_unsafe_token (void)
{
  static const char *const tokens[] = { "a\nhost=evil", "a\rb", "a\tb", "" };

  for (size_t i = 0; i < G_N_ELEMENTS (tokens); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *answer = answer_to (HERE, CREDENTIAL_BEARER, NULL, tokens[i], &error);

      g_assert_null (answer);
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL);
    }
}

static void
test_aws (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *answer = answer_to (HERE, CREDENTIAL_AWS, NULL, "tok", &error);

  g_assert_null (answer);
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/git/request/attributes-are-read", test_attributes);
  g_test_add_func ("/git/request/newest-attributes-are-read", test_newest_attributes);
  g_test_add_func ("/git/request/unknown-attributes-are-ignored", test_unknown);
  g_test_add_func ("/git/request/ends-at-an-empty-line-or-the-end", test_end);
  g_test_add_func ("/git/request/an-empty-element-resets-its-list", test_reset);
  g_test_add_func ("/git/request/an-empty-path-or-username-is-none", test_empty_is_absent);
  g_test_add_func ("/git/request/missing-or-empty-is-refused", test_missing);
  g_test_add_func ("/git/request/repeated-is-refused", test_repeated);
  g_test_add_func ("/git/request/control-characters-are-refused", test_control);
  g_test_add_func ("/git/request/a-tab-in-a-challenge-is-in-order", test_tab_in_challenge);
  g_test_add_func ("/git/request/a-line-without-equals-is-refused", test_no_attribute);
  g_test_add_func ("/git/request/an-error-shows-no-content", test_no_echo);
  g_test_add_func ("/git/request/a-line-has-65535-bytes", test_long_line);
  g_test_add_func ("/git/request/a-request-has-a-mebibyte", test_long_request);
  g_test_add_func ("/git/request/needs-no-end-of-file", test_open_pipe);
  g_test_add_func ("/git/request/an-empty-line-between-two-reads", test_split_end);
  g_test_add_func ("/git/request/unreadable-is-an-error", test_unreadable);
  g_test_add_func ("/git/place/the-same-host-in-other-words", test_same_host);
  g_test_add_func ("/git/place/malformed-is-refused", test_malformed_place);
  g_test_add_func ("/git/place/another-protocol-is-never-ours", test_never_ours);
  g_test_add_func ("/git/place/carries-profile-and-username", test_place_carries);
  g_test_add_func ("/git/answer/basic", test_answer);
  g_test_add_func ("/git/answer/authtype-is-never-unasked", test_authtype_is_never_unasked);
  g_test_add_func ("/git/answer/authtype-follows-the-challenge", test_authtype);
  g_test_add_func ("/git/answer/challenges-are-read-as-lists", test_challenges);
  g_test_add_func ("/git/answer/an-unsafe-token-is-refused", test_unsafe_token);
  g_test_add_func ("/git/answer/aws-keys-are-refused", test_aws);
  return g_test_run ();
}
