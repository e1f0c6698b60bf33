/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "heal.h"
#include "scratch.h"

#include <string.h>

#define TOKEN "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

enum { NOW = 1000000, LIFE = 3600 };

typedef struct {
  char *folder;
  Environment *environment;
  Cache *cache;
  Credential *first;
  Credential *second;
} Fixture;

static Credential *
make (const char *token, int64_t issued_at)
{
  g_autoptr (Secret) secret = secret_new (token, strlen (token));

  return credential_new (CREDENTIAL_BEARER, "acme", secret, issued_at, issued_at + LIFE);
}

static void
set_up (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = scratch_new ();
  fixture->environment = scratch_environment (fixture->folder);
  fixture->cache = cache_open (fixture->environment, &error);
  fixture->first = make ("first-secret", NOW);
  fixture->second = make ("second-secret", NOW + 100);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  credential_free (fixture->first);
  credential_free (fixture->second);
  cache_close (fixture->cache);
  environment_free (fixture->environment);
  scratch_free (fixture->folder);
}

static bool
ask (Fixture *fixture, const Credential *credential, const char *parent, int64_t now)
{
  return heal_is_refused (fixture->cache, TOKEN, credential, parent, now);
}

static void
test_asking_again (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_assert_false (ask (fixture, fixture->first, "10-1", NOW));
  g_assert_true (ask (fixture, fixture->first, "10-1", NOW + 1));
}

static void
test_other_parent (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_assert_false (ask (fixture, fixture->first, "10-1", NOW));
  g_assert_false (ask (fixture, fixture->first, "11-1", NOW));
  g_assert_false (ask (fixture, fixture->first, "10-2", NOW));
}

static void
test_other_token (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_assert_false (ask (fixture, fixture->first, "10-1", NOW));
  g_assert_false (ask (fixture, fixture->second, "10-1", NOW + 200));
  g_assert_true (ask (fixture, fixture->second, "10-1", NOW + 201));
}

/* An issuer may hand out the same token twice. */
static void
test_same_secret_issued_again (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autoptr (Credential) again = make ("first-secret", NOW + 5);

  g_assert_false (ask (fixture, fixture->first, "10-1", NOW));
  g_assert_false (ask (fixture, again, "10-1", NOW + 6));
}

static void
test_once_in_a_life (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_assert_false (ask (fixture, fixture->first, "10-1", NOW));
  g_assert_true (ask (fixture, fixture->first, "10-1", NOW + 1));
  heal_note (fixture->cache, TOKEN, fixture->second, "10-1", true);
  g_assert_false (ask (fixture, fixture->second, "10-1", NOW + 200));
  g_assert_false (ask (fixture, fixture->second, "10-1", NOW + 300));
  g_assert_false (ask (fixture, fixture->second, "10-1", fixture->second->expires_at - 1));
}

static void
test_next_life (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autoptr (Credential) third = make ("third-secret", fixture->second->expires_at);

  heal_note (fixture->cache, TOKEN, fixture->second, "10-1", true);
  g_assert_false (ask (fixture, third, "10-1", third->issued_at));
  g_assert_true (ask (fixture, third, "10-1", third->issued_at + 1));
}

static void
test_failed_mint (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_assert_false (ask (fixture, fixture->first, "10-1", NOW));
  g_assert_true (ask (fixture, fixture->first, "10-1", NOW + 1));
  g_assert_false (ask (fixture, fixture->first, "10-1", NOW + 100));
}

static void
test_once_in_ten_seconds (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_assert_false (ask (fixture, fixture->first, "10-1", NOW));
  g_assert_false (ask (fixture, fixture->first, "11-1", NOW));
  g_assert_true (ask (fixture, fixture->first, "10-1", NOW + 1));
  g_assert_false (ask (fixture, fixture->first, "11-1", NOW + 10));
  g_assert_true (ask (fixture, fixture->first, "11-1", NOW + 11));
}

static void
test_minted_for_a_parent (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  heal_note (fixture->cache, TOKEN, fixture->first, "10-1", false);
  g_assert_true (ask (fixture, fixture->first, "10-1", NOW + 1));
}

static void
test_no_secret_in_links (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autofree char *name = g_strconcat (cache_path (fixture->cache), "/seen-" TOKEN "-10-1", NULL);
  g_autofree char *target = NULL;

  ask (fixture, fixture->first, "10-1", NOW);
  target = g_file_read_link (name, NULL);
  g_assert_true (g_str_has_prefix (target, "1000000-"));
  g_assert_cmpuint (strlen (target), ==, strlen ("1000000-") + 16);
  g_assert_null (strstr (target, "first"));
}

static void
test_in_vain (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_assert_false (heal_is_vain (fixture->cache, TOKEN, NOW));
  heal_note_vain (fixture->cache, TOKEN, NOW);
  g_assert_true (heal_is_vain (fixture->cache, TOKEN, NOW));
  g_assert_true (heal_is_vain (fixture->cache, TOKEN, NOW + 59));
  g_assert_false (heal_is_vain (fixture->cache, TOKEN, NOW + 60));
  g_assert_false (heal_is_vain (fixture->cache, TOKEN, NOW - 1)); /* the clock was set back */
  heal_note_vain (fixture->cache, TOKEN, NOW + 60);
  g_assert_true (heal_is_vain (fixture->cache, TOKEN, NOW + 61));
}

static void
add (const char *path, void (*test) (Fixture *, const void *))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/heal/asking-again-for-the-same-token-means-refused", test_asking_again);
  add ("/heal/other-parent-was-not-refused", test_other_parent);
  add ("/heal/other-token-was-not-refused", test_other_token);
  add ("/heal/same-secret-issued-again-was-not-refused", test_same_secret_issued_again);
  add ("/heal/once-a-parent-in-a-tokens-life", test_once_in_a_life);
  add ("/heal/anew-in-the-next-tokens-life", test_next_life);
  add ("/heal/failed-mint-is-not-tried-again-at-each-call", test_failed_mint);
  add ("/heal/once-in-ten-seconds-whoever-asks", test_once_in_ten_seconds);
  add ("/heal/token-minted-for-a-parent-counts-as-given", test_minted_for_a_parent);
  add ("/heal/login-in-vain-rests-a-minute", test_in_vain);
  add ("/heal/links-tell-no-secret", test_no_secret_in_links);
  return g_test_run ();
}
