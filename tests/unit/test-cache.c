/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cache.h"
#include "error.h"
#include "process.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#define TOKEN    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define OTHER    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define QUESTION "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

enum { NOW = 1000000 };

typedef struct {
  char *folder;
  Environment *environment;
  Cache *cache;
  int held; /* a lock */
} Fixture;

static void
set_up (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = scratch_new ();
  fixture->environment = scratch_environment (fixture->folder);
  fixture->cache = cache_open (fixture->environment, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  cache_close (fixture->cache);
  environment_free (fixture->environment);
  scratch_free (fixture->folder);
}

static Credential *
make (const char *profile, const char *token)
{
  g_autoptr (Secret) secret = secret_new (token, strlen (token));

  return credential_new (CREDENTIAL_BEARER, profile, secret, NOW, NOW + 3600);
}

static void
store (Fixture *fixture, const char *token, const char *profile, const char *secret)
{
  g_autoptr (Credential) credential = make (profile, secret);
  g_autoptr (GError) error = NULL;

  g_assert_true (cache_store (fixture->cache, token, credential, &error));
  g_assert_no_error (error);
}

static void
assert_holds (Cache *cache, const char *token, const char *secret)
{
  g_autoptr (Credential) credential = cache_load (cache, token);

  if (secret == NULL)
    g_assert_null (credential);
  else
    g_assert_cmpstr (secret_bytes (credential->secret, NULL), ==, secret);
}

static char *
entry (Fixture *fixture, const char *prefix, const char *hash)
{
  return g_strconcat (cache_path (fixture->cache), "/", prefix, hash, NULL);
}

static bool
has_entry (Fixture *fixture, const char *prefix, const char *hash)
{
  g_autofree char *path = entry (fixture, prefix, hash);
  struct stat status;

  return lstat (path, &status) == 0;
}

static unsigned
count_entries (Fixture *fixture)
{
  g_autoptr (GDir) folder = g_dir_open (cache_path (fixture->cache), 0, NULL);
  unsigned count = 0;

  while (g_dir_read_name (folder) != NULL)
    count++;
  return count;
}

static void
test_round_trip (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autofree char *path = entry (fixture, "token-", TOKEN);
  struct stat status;

  assert_holds (fixture->cache, TOKEN, NULL);
  store (fixture, TOKEN, "acme", "one");
  store (fixture, TOKEN, "acme", "two");
  assert_holds (fixture->cache, TOKEN, "two");
  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode, ==, S_IFREG | 0600);
  g_assert_cmpuint (count_entries (fixture), ==, 1);
  g_assert_true (cache_drop (fixture->cache, TOKEN));
  g_assert_false (cache_drop (fixture->cache, TOKEN));
  assert_holds (fixture->cache, TOKEN, NULL);
}

static void
test_damaged (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autofree char *path = entry (fixture, "token-", TOKEN);
  g_autofree char *content = NULL;
  size_t length;

  store (fixture, TOKEN, "acme", "one");
  g_assert_true (g_file_get_contents (path, &content, &length, NULL));
  content[length / 2] ^= 1;
  g_assert_true (g_file_set_contents_full (path, content, (gssize) length, G_FILE_SET_CONTENTS_NONE,
                                           0600, NULL));
  assert_holds (fixture->cache, TOKEN, NULL);
  content[length / 2] ^= 1;
  g_assert_cmpint (truncate (path, (off_t) length - 1), ==, 0);
  assert_holds (fixture->cache, TOKEN, NULL);
  g_assert_cmpint (truncate (path, 0), ==, 0);
  assert_holds (fixture->cache, TOKEN, NULL);
  g_assert_cmpint (truncate (path, 1L << 40), ==, 0);
  assert_holds (fixture->cache, TOKEN, NULL);
  store (fixture, TOKEN, "acme", "two");
  assert_holds (fixture->cache, TOKEN, "two");
}

static void
test_open_to_others (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autofree char *path = entry (fixture, "token-", TOKEN);

  store (fixture, TOKEN, "acme", "one");
  g_assert_cmpint (chmod (path, 0640), ==, 0);
  assert_holds (fixture->cache, TOKEN, NULL);
}

static void
test_link (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autofree char *path = entry (fixture, "token-", TOKEN);
  g_autofree char *elsewhere = entry (fixture, "token-", OTHER);

  store (fixture, OTHER, "acme", "other");
  g_assert_cmpint (symlink (elsewhere, path), ==, 0);
  assert_holds (fixture->cache, TOKEN, NULL);
  store (fixture, TOKEN, "acme", "one");
  assert_holds (fixture->cache, TOKEN, "one");
  assert_holds (fixture->cache, OTHER, "other");
}

static void
test_fifo (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autofree char *path = entry (fixture, "token-", TOKEN);

  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  assert_holds (fixture->cache, TOKEN, NULL);
}

static void
test_empty_folder (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autofree char *path = entry (fixture, "token-", TOKEN);

  g_assert_cmpint (mkdir (path, 0700), ==, 0);
  assert_holds (fixture->cache, TOKEN, NULL);
  store (fixture, TOKEN, "acme", "one");
  assert_holds (fixture->cache, TOKEN, "one");
}

static void
test_full_folder (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autofree char *path = entry (fixture, "token-", TOKEN);
  g_autofree char *inner = g_build_filename (path, "inner", NULL);
  g_autoptr (Credential) credential = make ("acme", "one");
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (inner, 0700), ==, 0);
  g_assert_false (cache_store (fixture->cache, TOKEN, credential, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_cmpuint (count_entries (fixture), ==, 1);
}

static bool
store_on_a_full_disk (void *data)
{
  Fixture *fixture = data;
  const struct rlimit few_bytes = { 20, 20 };
  g_autoptr (Credential) credential = make ("acme", "two");
  g_autoptr (GError) error = NULL;

  signal (SIGXFSZ, SIG_IGN);
  setrlimit (RLIMIT_FSIZE, &few_bytes);
  return !cache_store (fixture->cache, TOKEN, credential, &error) &&
         g_error_matches (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL) &&
         strstr (error->message, g_strerror (EFBIG)) != NULL;
}

static void
test_full_disk (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  store (fixture, TOKEN, "acme", "one");
  g_assert_true (scratch_wait (scratch_fork (store_on_a_full_disk, fixture)));
  assert_holds (fixture->cache, TOKEN, "one");
  g_assert_cmpuint (count_entries (fixture), ==, 1);
}

static void
assert_recalls (Fixture *fixture, const char *token)
{
  g_autofree char *recalled = cache_recall (fixture->cache, QUESTION);

  g_assert_cmpstr (recalled, ==, token);
}

static void
test_question (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  assert_recalls (fixture, NULL);
  cache_remember (fixture->cache, QUESTION, TOKEN);
  assert_recalls (fixture, TOKEN);
  cache_remember (fixture->cache, QUESTION, TOKEN);
  cache_remember (fixture->cache, QUESTION, OTHER);
  assert_recalls (fixture, OTHER);
  g_assert_cmpuint (count_entries (fixture), ==, 1);
}

static void
test_strange_answer (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  static const char *const targets[] = {
    "/etc/passwd",    "token-",       "token-" TOKEN "0",     "token-../" TOKEN,
    "failure-" TOKEN, "token-ABCDEF", "token-" TOKEN "/../x",
  };
  g_autofree char *path = entry (fixture, "ask-", QUESTION);

  for (size_t i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_assert_cmpint (symlink (targets[i], path), ==, 0);
      assert_recalls (fixture, NULL);
      cache_remember (fixture->cache, QUESTION, TOKEN);
      assert_recalls (fixture, TOKEN);
      g_assert_cmpint (unlink (path), ==, 0);
    }
}

static void
fail (Fixture *fixture, const char *token, int64_t failed_at, int64_t held_until)
{
  g_autoptr (GError) error =
      g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_REFUSED, "not\tapproved: caf\xc3\xa9");
  const Failure failure = { failed_at, held_until, true, error };

  error_add_hint (error, "ask somebody");
  cache_store_failure (fixture->cache, token, &failure);
}

#define LATER (NOW * INT64_C (1000) + 7)

static void
test_failure (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_assert_null (cache_load_failure (fixture->cache, TOKEN, LATER));
  fail (fixture, TOKEN, LATER, NOW + 10);
  g_autoptr (Failure) failure = cache_load_failure (fixture->cache, TOKEN, LATER);
  g_assert_null (
      cache_load_failure (fixture->cache, TOKEN, LATER - 1)); /* the clock was set back */
  g_assert_cmpint (failure->failed_at, ==, LATER);
  g_assert_cmpint (failure->held_until, ==, NOW + 10);
  g_assert_true (failure->profile_wide);
  g_assert_error (failure->error, AVOUCH_ERROR, AVOUCH_ERROR_REFUSED);
  g_assert_cmpstr (failure->error->message, ==, "not approved: caf\xc3\xa9\nask somebody");
  cache_drop_failure (fixture->cache, TOKEN);
  g_assert_null (cache_load_failure (fixture->cache, TOKEN, LATER));
}

static void
test_success_ends_failure (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  fail (fixture, TOKEN, NOW, NOW);
  store (fixture, TOKEN, "acme", "one");
  g_assert_null (cache_load_failure (fixture->cache, TOKEN, LATER));
}

static int
lock_now (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  int lock = cache_lock (fixture->cache, TOKEN, 0, &error);

  g_assert_no_error (error);
  return lock;
}

static void
test_lock_keeps_out (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  int lock = lock_now (fixture);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (lock, >=, 0);
  g_assert_cmpint (fcntl (lock, F_GETFD), ==, FD_CLOEXEC);
  g_assert_cmpint (lock_now (fixture), ==, -1);
  g_assert_cmpint (cache_lock (fixture->cache, TOKEN, 30, &error), ==, -1);
  g_assert_no_error (error);
  close (lock);
  lock = lock_now (fixture);
  g_assert_cmpint (lock, >=, 0);
  close (lock);
}

static bool
hold_for_ever (void *data)
{
  Fixture *fixture = data;

  if (lock_now (fixture) < 0)
    return false;
  raise (SIGSTOP);
  return false;
}

static void
test_killed_holder (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  pid_t holder = scratch_fork (hold_for_ever, fixture);
  g_autoptr (GError) error = NULL;
  int status;

  g_assert_cmpint (waitpid (holder, &status, WUNTRACED), ==, holder);
  g_assert_true (WIFSTOPPED (status));
  g_assert_cmpint (lock_now (fixture), ==, -1);
  kill (holder, SIGKILL);
  int lock = cache_lock (fixture->cache, TOKEN, 10000, &error);
  g_assert_no_error (error);
  g_assert_cmpint (lock, >=, 0);
  close (lock);
  g_assert_false (scratch_wait (holder));
}

static bool
wait_for_the_lock (void *data)
{
  Fixture *fixture = data;

  /* By fork we hold it too: nobody could let go of it for us. */
  close (fixture->held);
  int lock = cache_lock (fixture->cache, TOKEN, 10000, NULL);

  return lock >= 0 && has_entry (fixture, "lock-", TOKEN);
}

/* The holder takes the file away, as a sweep does, while another waits for its lock: the waiter
 * must end up with the lock of the file that has the name. */
static void
test_lock_file_taken_away (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autofree char *path = entry (fixture, "lock-", TOKEN);

  fixture->held = lock_now (fixture);
  pid_t waiter = scratch_fork (wait_for_the_lock, fixture);

  g_assert_cmpint (unlink (path), ==, 0);
  close (fixture->held);
  g_assert_true (scratch_wait (waiter));
}

static void
test_unusable_lock (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autofree char *path = entry (fixture, "lock-", TOKEN);
  g_autoptr (GError) folder_error = NULL;
  g_autoptr (GError) link_error = NULL;

  g_assert_cmpint (mkdir (path, 0700), ==, 0);
  g_assert_cmpint (cache_lock (fixture->cache, TOKEN, 1000, &folder_error), ==, -1);
  g_assert_error (folder_error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL);
  g_assert_nonnull (strstr (folder_error->message, path));
  g_assert_cmpint (rmdir (path), ==, 0);
  g_assert_cmpint (symlink ("elsewhere", path), ==, 0);
  g_assert_cmpint (cache_lock (fixture->cache, TOKEN, 1000, &link_error), ==, -1);
  g_assert_error (link_error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL);
  g_assert_false (has_entry (fixture, "", "elsewhere"));
}

static void
count_visit (const char *token, const Credential *credential, void *data)
{
  unsigned *count = data;

  g_assert_cmpuint (strlen (token), ==, 64);
  g_assert_cmpstr (credential->profile, ==, token[0] == 'a' ? "acme" : "other");
  ++*count;
}

static void
test_visit (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autofree char *damaged = entry (fixture, "token-", QUESTION);
  unsigned count = 0;

  store (fixture, TOKEN, "acme", "one");
  store (fixture, OTHER, "other", "two");
  g_assert_true (g_file_set_contents (damaged, "?", 1, NULL));
  cache_visit (fixture->cache, count_visit, &count);
  g_assert_cmpuint (count, ==, 2);
}

static void
test_forget_one (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  store (fixture, TOKEN, "acme", "one");
  store (fixture, OTHER, "other", "two");
  fail (fixture, QUESTION, NOW, NOW);
  g_assert_cmpuint (cache_forget (fixture->cache, "acme"), ==, 1);
  assert_holds (fixture->cache, TOKEN, NULL);
  assert_holds (fixture->cache, OTHER, "two");
  g_assert_null (cache_load_failure (fixture->cache, QUESTION, LATER));
}

static void
touch (Fixture *fixture, const char *name)
{
  g_autofree char *path = entry (fixture, name, "");

  g_assert_true (g_file_set_contents (path, "", 0, NULL));
}

static void
add_link (Fixture *fixture, const char *name, const char *target)
{
  g_autofree char *path = entry (fixture, name, "");

  g_assert_cmpint (symlink (target, path), ==, 0);
}

static void
test_forget_all (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  int lock = lock_now (fixture);

  store (fixture, TOKEN, "acme", "one");
  store (fixture, OTHER, "other", "two");
  fail (fixture, OTHER, NOW, NOW);
  cache_remember (fixture->cache, QUESTION, TOKEN);
  add_link (fixture, "seen-" TOKEN "-1-2", "x");
  add_link (fixture, "healed-" TOKEN, "x");
  add_link (fixture, "vain-" TOKEN, "x");
  touch (fixture, ".tmp-0123456789abcdef");
  touch (fixture, "lock-" OTHER);
  touch (fixture, "not-ours");
  g_assert_cmpuint (cache_forget (fixture->cache, NULL), ==, 2);
  g_assert_true (has_entry (fixture, "not-ours", ""));
  g_assert_true (has_entry (fixture, "lock-", TOKEN));
  g_assert_cmpuint (count_entries (fixture), ==, 2);
  close (lock);
}

static void
test_sweep_removes (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  store (fixture, TOKEN, "acme", "one");
  cache_remember (fixture->cache, QUESTION, TOKEN);
  fail (fixture, OTHER, NOW * INT64_C (1000), NOW + 10);
  touch (fixture, "lock-" TOKEN);
  touch (fixture, "lock-" OTHER);
  touch (fixture, ".tmp-0123456789abcdef");
  add_link (fixture, "seen-" TOKEN "-1-2", "x");
  add_link (fixture, "healed-" TOKEN, "x");
  add_link (fixture, "vain-" TOKEN, "x");
  add_link (fixture, "ask-" OTHER, "token-" OTHER);
  /* Far enough from the files' own times, which are the machine's. */
  cache_sweep (fixture->cache, process_now () + 86400);
  g_assert_cmpuint (count_entries (fixture), ==, 0);
}

static void
test_sweep_keeps (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autofree char *parent = process_parent_name ();
  g_autofree char *seen = g_strconcat ("seen-" TOKEN "-", parent, NULL);

  store (fixture, TOKEN, "acme", "one");
  cache_remember (fixture->cache, QUESTION, TOKEN);
  fail (fixture, OTHER, NOW * INT64_C (1000), NOW + 10);
  touch (fixture, "lock-" TOKEN);
  touch (fixture, "lock-" OTHER);
  touch (fixture, ".tmp-0123456789abcdef");
  if (parent != NULL)
    add_link (fixture, seen, "x");
  add_link (fixture, "seen-" TOKEN "-99999999-1", "a dead parent's");
  cache_sweep (fixture->cache, NOW + 9);
  g_assert_false (has_entry (fixture, "seen-" TOKEN "-99999999-1", ""));
  g_assert_cmpuint (count_entries (fixture), ==, parent != NULL ? 7 : 6);
}

static void
test_sweep_is_due_once_a_minute (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  int64_t end = NOW + 3600; /* of what `store` stores */

  cache_sweep_if_due (fixture->cache, end - 1);
  store (fixture, TOKEN, "acme", "one");
  cache_sweep_if_due (fixture->cache, end + 58);
  g_assert_true (has_entry (fixture, "token-", TOKEN));
  cache_sweep_if_due (fixture->cache, end + 59);
  g_assert_false (has_entry (fixture, "token-", TOKEN));
  store (fixture, TOKEN, "acme", "one");
  cache_sweep_if_due (fixture->cache, NOW - 3600); /* the clock was set back */
  g_assert_false (has_entry (fixture, "token-", TOKEN));
  g_assert_cmpuint (cache_forget (fixture->cache, NULL), ==, 0);
  g_assert_cmpuint (count_entries (fixture), ==, 0);
}

/* Once the time has come again, a hold would count again, and a token be handed out after its end.
 */
static void
test_sweep_removes_what_is_from_later (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  store (fixture, TOKEN, "acme", "one");
  fail (fixture, OTHER, NOW * INT64_C (1000), NOW + 3600);
  touch (fixture, "lock-" TOKEN);
  touch (fixture, "lock-" OTHER);
  cache_sweep (fixture->cache, NOW);
  g_assert_cmpuint (count_entries (fixture), ==, 4);
  cache_sweep (fixture->cache, NOW - 3600);
  g_assert_cmpuint (count_entries (fixture), ==, 0);
}

static Profile *
make_profile (const char *name)
{
  const Setting setting = { "issuer", "github-app", NULL, 0 };

  return profile_new (name, &setting, 1, NULL);
}

static char *
keep_fact (Fixture *fixture, const char *profile_name, const char *topic, int64_t lifetime)
{
  g_autoptr (Profile) profile = make_profile (profile_name);
  char *fact = cache_fact_name (profile, "installation", topic);

  cache_store_fact (fixture->cache, fact, profile_name, topic, NOW, lifetime);
  return fact;
}

static void
assert_fact (Fixture *fixture, const char *fact, int64_t now, const char *expected)
{
  g_autofree char *value = cache_load_fact (fixture->cache, fact, now);

  g_assert_cmpstr (value, ==, expected);
}

static void
test_fact (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autofree char *octo = keep_fact (fixture, "gh", "octo", 100);
  g_autofree char *cat = keep_fact (fixture, "gh", "cat", 200);

  assert_fact (fixture, octo, NOW, "octo");
  assert_fact (fixture, octo, NOW + 99, "octo");
  assert_fact (fixture, octo, NOW + 100, NULL);
  assert_fact (fixture, octo, NOW - 1, NULL); /* the clock was set back */
  assert_fact (fixture, cat, NOW + 100, "cat");
  cache_drop_fact (fixture->cache, cat);
  assert_fact (fixture, cat, NOW, NULL);
}

static void
test_fact_forgotten (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autofree char *ours = keep_fact (fixture, "gh", "octo", 100);
  g_autofree char *others = keep_fact (fixture, "work", "octo", 100);

  g_assert_cmpstr (ours, !=, others);
  g_assert_cmpuint (cache_forget (fixture->cache, "gh"), ==, 0);
  assert_fact (fixture, ours, NOW, NULL);
  assert_fact (fixture, others, NOW, "octo");
  cache_sweep (fixture->cache, NOW + 99);
  assert_fact (fixture, others, NOW, "octo");
  cache_sweep (fixture->cache, NOW + 100);
  assert_fact (fixture, others, NOW, NULL);
}

static void
test_sweep_leaves_locked (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  int lock = lock_now (fixture);

  store (fixture, TOKEN, "acme", "one");
  cache_sweep (fixture->cache, process_now () + 86400);
  g_assert_true (has_entry (fixture, "token-", TOKEN));
  g_assert_true (has_entry (fixture, "lock-", TOKEN));
  close (lock);
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
  add ("/cache/stores-loads-and-drops", test_round_trip);
  add ("/cache/damaged-or-cut-is-a-miss-and-is-replaced", test_damaged);
  add ("/cache/file-open-to-others-is-a-miss", test_open_to_others);
  add ("/cache/link-is-a-miss-and-is-never-followed", test_link);
  add ("/cache/fifo-is-a-miss-and-holds-nobody", test_fifo);
  add ("/cache/empty-folder-is-a-miss-and-is-replaced", test_empty_folder);
  add ("/cache/full-folder-in-the-way-is-an-error", test_full_folder);
  add ("/cache/full-disk-leaves-what-was-there", test_full_disk);
  add ("/cache/question-names-its-token", test_question);
  add ("/cache/strange-answer-is-a-miss-and-is-replaced", test_strange_answer);
  add ("/cache/failure-comes-back-as-it-was", test_failure);
  add ("/cache/success-ends-a-failure", test_success_ends_failure);
  add ("/cache/lock-keeps-others-out-until-closed", test_lock_keeps_out);
  add ("/cache/lock-of-a-killed-holder-is-free", test_killed_holder);
  add ("/cache/lock-file-may-be-taken-away-by-its-holder", test_lock_file_taken_away);
  add ("/cache/unusable-lock-is-an-error", test_unusable_lock);
  add ("/cache/visit-sees-what-is-readable", test_visit);
  add ("/cache/forget-one-profile", test_forget_one);
  add ("/cache/forget-all-but-what-is-not-ours-or-held", test_forget_all);
  add ("/cache/sweep-removes-what-is-over", test_sweep_removes);
  add ("/cache/sweep-keeps-what-lives", test_sweep_keeps);
  add ("/cache/sweep-is-due-once-a-minute", test_sweep_is_due_once_a_minute);
  add ("/cache/sweep-removes-what-is-from-later", test_sweep_removes_what_is_from_later);
  add ("/cache/fact-lives-as-long-as-it-was-given", test_fact);
  add ("/cache/fact-goes-with-its-profile-and-its-time", test_fact_forgotten);
  add ("/cache/sweep-leaves-what-is-being-minted", test_sweep_leaves_locked);
  return g_test_run ();
}
