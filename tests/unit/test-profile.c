/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "error.h"
#include "profile.h"

#include <string.h>

static const char *const salesforce_keys[] = { "client-id", "login-url", "username", NULL };
static const char *const salesforce_required[] = { "client-id", NULL };

static const Setting settings[] = {
  { "issuer", "salesforce", "/etc/a.conf", 2 },
  { "client-id", "3MVG", "/etc/a.conf", 3 },
  { "timeout", "30", "/etc/b.conf", 9 },
  { "key", "~/k.pem", "/etc/b.conf", 10 },
  { "serve", "https://a.example  https://*.b.example/x ", "/etc/b.conf", 11 },
};

static Profile *
make_profile (const Setting *given, size_t count)
{
  g_autoptr (GError) error = NULL;
  Profile *profile = profile_new ("acme", given, count, &error);

  g_assert_no_error (error);
  return profile;
}

/* A profile of one setting, beside the issuer. */
static Profile *
make_small (const char *key, const char *value)
{
  const Setting given[] = {
    { "issuer", "salesforce", "/etc/a.conf", 2 },
    { key, value, "/etc/a.conf", 7 },
  };

  return make_profile (given, G_N_ELEMENTS (given));
}

static void
assert_error (const GError *error, const char *message, const char *hint)
{
  g_autofree char *actual = NULL;

  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG);
  actual = error_message (error);
  g_assert_cmpstr (actual, ==, message);
  g_assert_cmpstr (error_hint (error), ==, hint);
}

static void
test_settings (void)
{
  g_autoptr (Profile) profile = make_profile (settings, G_N_ELEMENTS (settings));
  size_t count;
  const Setting *sorted = profile_settings (profile, &count);

  g_assert_cmpstr (profile_name (profile), ==, "acme");
  g_assert_cmpuint (count, ==, G_N_ELEMENTS (settings));
  for (size_t i = 1; i < count; i++)
    g_assert_cmpstr (sorted[i - 1].key, <, sorted[i].key);
  g_assert_cmpstr (profile_get (profile, "client-id"), ==, "3MVG");
  g_assert_cmpstr (profile_setting (profile, "timeout")->file, ==, "/etc/b.conf");
  g_assert_cmpuint (profile_setting (profile, "timeout")->line, ==, 9);
  g_assert_null (profile_get (profile, "audience"));
  g_assert_null (profile_setting (profile, "audience"));
}

static void
test_owns_its_strings (void)
{
  char key[] = "issuer", value[] = "salesforce", file[] = "/etc/a.conf";
  const Setting given = { key, value, file, 1 };
  g_autoptr (Profile) profile = make_profile (&given, 1);
  g_autoptr (Profile) other = profile_ref (profile);

  memset (key, 'x', sizeof key - 1);
  memset (value, 'x', sizeof value - 1);
  memset (file, 'x', sizeof file - 1);
  profile_unref (g_steal_pointer (&profile));
  g_assert_cmpstr (profile_get (other, "issuer"), ==, "salesforce");
  g_assert_cmpstr (profile_setting (other, "issuer")->file, ==, "/etc/a.conf");
}

static void
test_empty (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Profile) profile = make_profile (NULL, 0);

  g_assert_null (profile_get (profile, "issuer"));
  g_assert_cmpuint (profile_serve (profile)->len, ==, 0);
  g_assert_false (profile_check_keys (profile, NULL, NULL, &error));
  assert_error (error, "issuer: missing", "add a line \"issuer = …\" under [acme]");
}

static void
test_repeated_key (void)
{
  const Setting given[] = { { "key", "a", "/f", 1 },
                            { "issuer", "b", "/f", 2 },
                            { "key", "c", "/f", 3 } };
  g_autoptr (GError) error = NULL;

  g_assert_null (profile_new ("acme", given, G_N_ELEMENTS (given), &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "key: given twice"));
}

static void
test_serve (void)
{
  g_autoptr (Profile) profile = make_profile (settings, G_N_ELEMENTS (settings));
  const GPtrArray *serve = profile_serve (profile);

  g_assert_cmpuint (serve->len, ==, 2);
  g_assert_cmpstr (pattern_text (serve->pdata[0]), ==, "https://a.example");
  g_assert_cmpstr (pattern_text (serve->pdata[1]), ==, "https://*.b.example/x");
}

static void
test_blank_serve (void)
{
  g_autoptr (Profile) empty = make_small ("serve", "");
  g_autoptr (Profile) blank = make_small ("serve", "  ");

  g_assert_cmpuint (profile_serve (empty)->len, ==, 0);
  g_assert_cmpuint (profile_serve (blank)->len, ==, 0);
}

static void
test_bad_serve (void)
{
  const Setting given = { "serve", "https://a.example https://*.com", "/etc/a.conf", 12 };
  g_autoptr (GError) error = NULL;

  g_assert_null (profile_new ("acme", &given, 1, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG);
  g_assert_true (
      g_str_has_prefix (error->message, "/etc/a.conf:12: serve: https://*.com: a \"*\""));
}

static void
test_seconds (void)
{
  static const struct {
    const char *value;
    int64_t wanted; /* -1: refused */
  } cases[] = {
    { "1", 1 },   { "60", 60 },  { "0", -1 },  { "61", -1 }, { "", -1 },
    { "5s", -1 }, { "1.5", -1 }, { "+5", -1 }, { " 5", -1 }, { "99999999999999999999", -1 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Profile) profile = make_small ("timeout", cases[i].value);
      g_autoptr (GError) error = NULL;
      int64_t seconds = -1;

      if (profile_get_seconds (profile, "timeout", 30, 1, 60, &seconds, &error))
        g_assert_no_error (error);
      else
        assert_error (error, "/etc/a.conf:7: timeout: not a whole number of seconds from 1 to 60",
                      NULL);
      g_assert_cmpint (seconds, ==, cases[i].wanted);
    }
}

static void
test_seconds_unset (void)
{
  g_autoptr (Profile) profile = make_profile (NULL, 0);
  int64_t seconds = -1;

  g_assert_true (profile_get_seconds (profile, "timeout", 900, 1, 60, &seconds, NULL));
  g_assert_cmpint (seconds, ==, 900);
}

static char *
get_path (const char *value, const char *home, GError **error)
{
  g_autoptr (Profile) profile = make_small ("key", value);

  return profile_get_path (profile, "key", home, error);
}

static void
test_path (void)
{
  g_autofree char *absolute = get_path ("/k/a~b.pem", NULL, NULL);
  g_autofree char *home = get_path ("~/k.pem", "/home/me", NULL);

  g_assert_cmpstr (absolute, ==, "/k/a~b.pem");
  g_assert_cmpstr (home, ==, "/home/me/k.pem");
}

static void
test_bad_path (void)
{
  static const char *const relative[] = { "", "k.pem", "./k.pem", "~", "~root/k.pem", " /k", NULL };

  for (size_t i = 0; relative[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (get_path (relative[i], "/home/me", &error));
      assert_error (error, "/etc/a.conf:7: key: a path must begin with \"/\" or \"~/\"", NULL);
    }
}

static void
test_path_without_home (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Profile) unset = make_profile (NULL, 0);

  g_assert_null (get_path ("~/k.pem", NULL, &error));
  g_assert_nonnull (strstr (error->message, "HOME"));
  g_clear_error (&error);
  g_assert_null (profile_get_path (unset, "key", "/home/me", &error));
  g_assert_no_error (error);
}

static void
test_username (void)
{
  g_autoptr (Profile) set = make_small ("git-username", "robot");
  g_autoptr (Profile) empty = make_small ("git-username", "");
  g_autoptr (Profile) unset = make_profile (NULL, 0);

  g_assert_cmpstr (profile_username (set), ==, "robot");
  g_assert_null (profile_username (empty));
  g_assert_null (profile_username (unset));
}

static void
test_known_keys (void)
{
  static const char *const shared[] = {
    "key",
    "key-alias",
    "passphrase",
    "key-passphrase",
    "serve",
    "audience",
    "algorithm",
    "key-id",
    "assertion-lifetime",
    "token-lifetime",
    "ca-file",
    "timeout",
    "cache",
    "proxy",
    "git-username",
    NULL,
  };
  g_autoptr (Profile) profile = make_profile (settings, G_N_ELEMENTS (settings));
  g_autoptr (GError) error = NULL;

  g_assert_true (profile_check_keys (profile, salesforce_keys, salesforce_required, &error));
  g_assert_no_error (error);
  for (size_t i = 0; shared[i] != NULL; i++)
    {
      g_autoptr (Profile) small = make_small (shared[i], "");
      g_assert_true (profile_check_keys (small, NULL, NULL, &error));
    }
}

static void
assert_unknown (const char *key, const char *hint)
{
  g_autoptr (Profile) profile = make_small (key, "x");
  g_autoptr (GError) error = NULL;
  g_autofree char *message = g_strdup_printf ("/etc/a.conf:7: %s: unknown key", key);

  g_assert_false (profile_check_keys (profile, salesforce_keys, NULL, &error));
  assert_error (error, message, hint);
}

static void
test_unknown_key (void)
{
  g_autofree char *longest = g_strnfill (64, 'z');
  g_autofree char *longer = g_strnfill (100, 'z');

  assert_unknown ("sreve", "did you mean \"serve\"?");
  assert_unknown ("serves", "did you mean \"serve\"?");
  assert_unknown ("clientid", "did you mean \"client-id\"?");
  assert_unknown ("passphase", "did you mean \"passphrase\"?");
  assert_unknown ("user-name", "did you mean \"username\"?");
  assert_unknown ("quux", "avouch.conf(5) lists the keys of each issuer");
  assert_unknown (longest, "avouch.conf(5) lists the keys of each issuer");
  assert_unknown (longer, "avouch.conf(5) lists the keys of each issuer");
}

static void
test_missing_key (void)
{
  g_autoptr (Profile) profile = make_small ("key", "/k");
  g_autoptr (Profile) empty = make_small ("client-id", "");
  g_autoptr (GError) error = NULL;

  g_assert_false (profile_check_keys (profile, salesforce_keys, salesforce_required, &error));
  assert_error (error, "/etc/a.conf: client-id: missing",
                "add a line \"client-id = …\" under [acme]");
  g_clear_error (&error);
  g_assert_false (profile_check_keys (empty, salesforce_keys, salesforce_required, &error));
  assert_error (error, "/etc/a.conf:7: client-id: empty",
                "add a line \"client-id = …\" under [acme]");
}

static void
test_missing_issuer (void)
{
  const Setting given = { "key", "/k", "/etc/a.conf", 4 };
  g_autoptr (Profile) profile = make_profile (&given, 1);
  g_autoptr (GError) error = NULL;

  g_assert_false (profile_check_keys (profile, NULL, NULL, &error));
  assert_error (error, "/etc/a.conf: issuer: missing", "add a line \"issuer = …\" under [acme]");
}

static void
test_set_error (void)
{
  const Setting nowhere = { "key", "/k", NULL, 0 };
  g_autoptr (Profile) profile = make_profile (settings, G_N_ELEMENTS (settings));
  g_autoptr (Profile) unplaced = make_profile (&nowhere, 1);
  g_autoptr (GError) error = NULL;

  profile_set_error (profile, "timeout", &error, "odd %d", 7);
  assert_error (error, "/etc/b.conf:9: timeout: odd 7", NULL);
  g_clear_error (&error);
  profile_set_error (unplaced, "key", &error, "odd");
  assert_error (error, "key: odd", NULL);
  profile_set_error (profile, "timeout", NULL, "nobody listens");
}

static char *
digest (const char *name, const Setting *given, size_t count)
{
  g_autoptr (Profile) profile = profile_new (name, given, count, NULL);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  profile_digest (profile, checksum);
  return g_strdup (g_checksum_get_string (checksum));
}

static void
test_digest (void)
{
  const Setting base[] = { { "a", "bc", "/f", 1 }, { "d", "e", "/f", 2 } };
  const Setting moved[] = { { "d", "e", "/g", 8 }, { "a", "bc", NULL, 0 } };
  const Setting shifted[] = { { "ab", "c", "/f", 1 }, { "d", "e", "/f", 2 } };
  const Setting edited[] = { { "a", "bc", "/f", 1 }, { "d", "f", "/f", 2 } };
  g_autofree char *first = digest ("acme", base, 2);
  g_autofree char *same = digest ("acme", moved, 2);
  g_autofree char *other_split = digest ("acme", shifted, 2);
  g_autofree char *other_value = digest ("acme", edited, 2);
  g_autofree char *fewer = digest ("acme", base, 1);
  g_autofree char *other_name = digest ("other", base, 2);

  g_assert_cmpstr (first, ==, same);
  g_assert_cmpstr (first, !=, other_split);
  g_assert_cmpstr (first, !=, other_value);
  g_assert_cmpstr (first, !=, fewer);
  g_assert_cmpstr (first, !=, other_name);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/profile/settings-are-found-and-sorted", test_settings);
  g_test_add_func ("/profile/owns-its-strings", test_owns_its_strings);
  g_test_add_func ("/profile/may-be-empty", test_empty);
  g_test_add_func ("/profile/repeated-key-is-refused", test_repeated_key);
  g_test_add_func ("/profile/serve-keeps-its-order", test_serve);
  g_test_add_func ("/profile/blank-serve-serves-nothing", test_blank_serve);
  g_test_add_func ("/profile/bad-serve-names-file-line-and-pattern", test_bad_serve);
  g_test_add_func ("/profile/seconds-are-within-limits", test_seconds);
  g_test_add_func ("/profile/unset-seconds-fall-back", test_seconds_unset);
  g_test_add_func ("/profile/path-is-absolute-or-under-home", test_path);
  g_test_add_func ("/profile/relative-path-is-refused", test_bad_path);
  g_test_add_func ("/profile/path-without-home-is-refused", test_path_without_home);
  g_test_add_func ("/profile/username-empty-is-any", test_username);
  g_test_add_func ("/profile/known-keys-pass", test_known_keys);
  g_test_add_func ("/profile/unknown-key-names-the-nearest", test_unknown_key);
  g_test_add_func ("/profile/missing-key-says-where-to-add-it", test_missing_key);
  g_test_add_func ("/profile/missing-issuer-is-a-missing-key", test_missing_issuer);
  g_test_add_func ("/profile/error-names-its-place", test_set_error);
  g_test_add_func ("/profile/digest-is-of-name-and-settings-alone", test_digest);
  return g_test_run ();
}
