/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "error.h"
#include "secret-path.h"

#include <string.h>

static char *
resolve (const char *path, const Environment *environment, GError **error)
{
  const Setting setting = { "key", path, "/etc/a.conf", 7 };
  g_autoptr (Profile) profile = profile_new ("acme", &setting, 1, NULL);

  return secret_path_resolve (profile, "key", path, environment, error);
}

static void
test_beginnings (void)
{
  static const struct {
    const char *path;
    const char *resolved;
  } cases[] = {
    { "/k/${CREDENTIALS_DIRECTORY}/a", "/k/${CREDENTIALS_DIRECTORY}/a" },
    { "~/k.pem", "/home/me/k.pem" },
    { "${CREDENTIALS_DIRECTORY}/robot.p12", "/run/credentials/sync.service/robot.p12" },
    { "${CREDENTIALS_DIRECTORY}/a/${HOME}", "/run/credentials/sync.service/a/${HOME}" },
  };
  const Environment environment = { .home = (char *) "/home/me",
                                    .credentials = (char *) "/run/credentials/sync.service" };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *resolved = resolve (cases[i].path, &environment, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (resolved, ==, cases[i].resolved);
      g_assert_true (secret_path_is_definite (cases[i].path));
    }
}

static void
test_others (void)
{
  static const char *const paths[] = {
    "",
    "k.pem",
    "~",
    "~root/k",
    "$CREDENTIALS_DIRECTORY/k",
    "${HOME}/k",
    "${CREDENTIALS_DIRECTORY}",
    "${CREDENTIALS_DIRECTORY}k",
  };
  const Environment environment = { .home = (char *) "/h", .credentials = (char *) "/c" };

  for (size_t i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (resolve (paths[i], &environment, &error));
      g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG);
      g_assert_nonnull (strstr (error->message, "/etc/a.conf:7: key: a path must begin with"));
      g_assert_false (secret_path_is_definite (paths[i]));
    }
}

static void
test_nowhere (void)
{
  const Environment bare = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_null (resolve ("${CREDENTIALS_DIRECTORY}/k", &bare, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "CREDENTIALS_DIRECTORY is not set"));
  g_assert_nonnull (strstr (error_hint (error), "LoadCredential="));
  g_clear_error (&error);
  g_assert_null (resolve ("~/k", &bare, &error));
  g_assert_nonnull (strstr (error->message, "HOME"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/secret-path/home-and-a-services-credentials", test_beginnings);
  g_test_add_func ("/secret-path/nothing-else-is-replaced", test_others);
  g_test_add_func ("/secret-path/what-is-not-known-is-an-error-with-a-hint", test_nowhere);
  return g_test_run ();
}
