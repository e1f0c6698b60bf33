/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one door, with a mint that needs no key and no network: see fake-mint.c. */
#include "cache.h"
#include "error.h"
#include "job.h"
#include "obtain.h"
#include "process.h"
#include "route.h"
#include "scratch.h"
#include "spawn.h"

#include <dirent.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#define OTHER "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

enum { PATIENCE = 20 * 1000 /* ms for what happens in other processes; far more than it takes */ };

typedef struct {
  char *folder;
  char *starts; /* the file that the mint counts its starts in */
  Environment *environment;
  Request *request;
  ObtainOptions options;
} Fixture;

static char *mint_path;

static void
set_up (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = scratch_new ();
  fixture->starts = g_build_filename (fixture->folder, "starts", NULL);
  fixture->environment = scratch_environment (fixture->folder);
  g_free (fixture->environment->mint_path);
  fixture->environment->mint_path = g_strdup (mint_path);
  fixture->request = request_new ();
  fixture->request->url = url_parse ("https://acme.example/repository", &error);
  g_assert_no_error (error);
  fixture->options.environment = fixture->environment;
}

static void
tear_down (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  request_free (fixture->request);
  environment_free (fixture->environment);
  g_free (fixture->starts);
  scratch_free (fixture->folder);
}

/* One profile; MANNER is the fake mint's. MORE: further lines. */
static void
configure (const Fixture *fixture, const char *manner, const char *more)
{
  g_autofree char *folder = g_build_filename (fixture->environment->config_home, "avouch", NULL);
  g_autofree char *path = g_build_filename (folder, "avouch.conf", NULL);
  g_autofree char *text = g_strdup_printf ("[acme]\nissuer = salesforce\nclient-id = %s\nkey = %s\n"
                                           "serve = https://acme.example\n%s\n",
                                           manner, fixture->starts, more);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (
      g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
}

static bool
is_settled (const Fixture *fixture)
{
  g_autoptr (ConfigSources) sources = config_sources_find (fixture->environment, NULL);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  return config_sources_digest (sources, process_now (), checksum);
}

typedef bool (*Condition) (const Fixture *fixture);

static void
wait_until (const Fixture *fixture, Condition condition)
{
  for (int i = 0; i < PATIENCE && !condition (fixture); i++)
    g_usleep (1000);
  g_assert_true (condition (fixture));
}

/* Until the files' stamps are old enough for questions to be filed under them. */
static void
settle (const Fixture *fixture)
{
  wait_until (fixture, is_settled);
}

static unsigned
count_starts (const Fixture *fixture)
{
  g_autofree char *content = NULL;
  unsigned count = 0;

  if (!g_file_get_contents (fixture->starts, &content, NULL, NULL))
    return 0;
  for (const char *at = content; (at = strchr (at, '\n')) != NULL; at++)
    count++;
  return count;
}

static void
close_gate (const Fixture *fixture)
{
  g_autofree char *gate = g_strconcat (fixture->starts, ".gate", NULL);

  g_assert_true (g_file_set_contents (gate, "", 0, NULL));
}

static void
open_gate (const Fixture *fixture)
{
  g_autofree char *gate = g_strconcat (fixture->starts, ".gate", NULL);

  g_assert_cmpint (unlink (gate), ==, 0);
}

static char *
ask (const Fixture *fixture, GError **error)
{
  g_autoptr (Credential) credential =
      obtain_credential (fixture->request, &fixture->options, error);

  return credential != NULL ? g_strdup (secret_bytes (credential->secret, NULL)) : NULL;
}

static void
assert_gets (const Fixture *fixture, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *token = ask (fixture, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (token, ==, expected);
}

static void
assert_fails (const Fixture *fixture, AvouchError code, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *token = ask (fixture, &error);

  g_assert_null (token);
  g_assert_error (error, AVOUCH_ERROR, (int) code);
  if (strstr (error->message, words) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error->message, words);
}

static Profile *
find_profile (const Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ConfigSources) sources = config_sources_find (fixture->environment, &error);
  g_assert_no_error (error);
  g_autoptr (Config) config = config_load (sources, &error);
  g_assert_no_error (error);
  return profile_ref (config_find (config, "acme"));
}

static char *
token_name (const Fixture *fixture)
{
  g_autoptr (Profile) profile = find_profile (fixture);

  return obtain_token_name (profile, fixture->request);
}

static Cache *
open_cache (const Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  Cache *cache = cache_open (fixture->environment, &error);

  g_assert_no_error (error);
  return cache;
}

/* LEFT: seconds to its end, of an hour. */
static void
store (const Fixture *fixture, const char *name, const char *text, int64_t left)
{
  g_autoptr (Cache) cache = open_cache (fixture);
  g_autoptr (Secret) secret = secret_new (text, strlen (text));
  int64_t expires_at = process_now () + left;
  g_autoptr (Credential) credential =
      credential_new (CREDENTIAL_BEARER, "acme", secret, expires_at - 3600, expires_at);

  g_assert_true (cache_store (cache, name, credential, NULL));
}

static void
test_minted_once (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  configure (fixture, "ok", "");
  assert_gets (fixture, "token-1");
  assert_gets (fixture, "token-1");
  g_assert_cmpuint (count_starts (fixture), ==, 1);
}

/* A profile of the same mint, after "acme". */
static char *
other_profile (const Fixture *fixture, const char *name, const char *more)
{
  return g_strdup_printf ("[%s]\nissuer = salesforce\nclient-id = ok\nkey = %s\n%s\n", name,
                          fixture->starts, more);
}

static void
test_subject_of_another (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autofree char *other = other_profile (fixture, "other", "");
  g_autofree char *more = g_strconcat ("subject-token = profile:other\n", other, NULL);

  configure (fixture, "ok", more);
  assert_gets (fixture, "token-2-for-token-1");
  assert_gets (fixture, "token-2-for-token-1");
  g_assert_cmpuint (count_starts (fixture), ==, 2);
}

static void
test_subject_missing (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  configure (fixture, "ok", "subject-token = profile:other");
  assert_fails (fixture, AVOUCH_ERROR_CONFIG, "no profile is called \"other\"");
  g_assert_cmpuint (count_starts (fixture), ==, 0);
}

static void
test_subject_circle (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autofree char *other = other_profile (fixture, "other", "subject-token = profile:acme");
  g_autofree char *more = g_strconcat ("subject-token = profile:other\n", other, NULL);

  configure (fixture, "ok", more);
  assert_fails (fixture, AVOUCH_ERROR_CONFIG, "circle");
  g_assert_cmpuint (count_starts (fixture), ==, 0);
}

/* Nobody waits for two logins who has a good token. */
static void
test_subject_in_the_background (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autofree char *other = other_profile (fixture, "other", "");
  g_autofree char *more = g_strconcat ("subject-token = profile:other\n", other, NULL);
  g_autofree char *token = NULL;

  configure (fixture, "ok", more);
  token = token_name (fixture);
  store (fixture, token, "old", 300);
  assert_gets (fixture, "old");
  g_assert_cmpuint (count_starts (fixture), ==, 0);
}

static void
ask_for (Fixture *fixture, const char *url, const char *expected)
{
  url_free (fixture->request->url);
  fixture->request->url = url_parse (url, NULL);
  assert_gets (fixture, expected);
}

static void
test_narrowed_by_path (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  configure (fixture, "ok", "repositories = request");
  ask_for (fixture, "https://acme.example/octo/app.git", "token-1");
  ask_for (fixture, "https://acme.example/octo/lib.git", "token-2");
  ask_for (fixture, "https://acme.example/octo/app", "token-1");
  configure (fixture, "ok", "owner = request");
  ask_for (fixture, "https://acme.example/octo/app.git", "token-3");
  ask_for (fixture, "https://acme.example/octo/lib.git", "token-3");
  ask_for (fixture, "https://acme.example/cat/lib.git", "token-4");
  configure (fixture, "ok", "");
  ask_for (fixture, "https://acme.example/octo/app.git", "token-5");
  ask_for (fixture, "https://acme.example/cat/lib.git", "token-5");
}

static void
test_foreground_descriptors (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autofree char *content = NULL;
  int ends[2];

  g_assert_cmpint (pipe (ends), ==, 0); /* not close-on-exec: a careless tool's */
  configure (fixture, "ok", "");
  assert_gets (fixture, "token-1");
  g_assert_true (g_file_get_contents (fixture->starts, &content, NULL, NULL));
  g_assert_true (g_str_has_prefix (content, "member 0 1 2 3 null"));
  close (ends[0]);
  close (ends[1]);
}

static unsigned
count_descriptors (void)
{
  DIR *folder = opendir ("/proc/self/fd");
  unsigned count = 0;

  while (readdir (folder) != NULL)
    count++;
  closedir (folder);
  return count;
}

static void
test_leaves_no_descriptor (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  unsigned before = count_descriptors ();

  configure (fixture, "ok", "");
  assert_gets (fixture, "token-1");
  assert_gets (fixture, "token-1");
  configure (fixture, "crash", "");
  assert_fails (fixture, AVOUCH_ERROR_INTERNAL, "killed");
  configure (fixture, "refuse", "");
  assert_fails (fixture, AVOUCH_ERROR_REFUSED, "words");
  g_assert_cmpuint (count_descriptors (), ==, before);
}

/* Proof that the question's link is followed: it is made to lead where no routing would. */
static void
test_warm_reads_no_configuration (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autoptr (Cache) cache = open_cache (fixture);
  g_autoptr (GDir) folder = NULL;
  const char *name;
  unsigned links = 0;

  configure (fixture, "ok", "");
  settle (fixture);
  assert_gets (fixture, "token-1");
  store (fixture, OTHER, "another", 3000);
  folder = g_dir_open (cache_path (cache), 0, NULL);
  while ((name = g_dir_read_name (folder)) != NULL)
    if (g_str_has_prefix (name, "ask-"))
      {
        cache_remember (cache, name + strlen ("ask-"), OTHER);
        links++;
      }
  g_assert_cmpuint (links, ==, 1);
  assert_gets (fixture, "another");
  g_assert_cmpuint (count_starts (fixture), ==, 1);
}

/* What is filed under a question is for the files as they are. */
static void
test_given_configuration_is_not_read_again (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autoptr (Cache) cache = open_cache (fixture);
  g_autoptr (ConfigSources) sources = NULL;
  g_autoptr (Config) config = NULL;
  g_autoptr (GDir) folder = NULL;
  const char *name;

  configure (fixture, "ok", "");
  settle (fixture);
  sources = config_sources_find (fixture->options.environment, NULL);
  config = config_load (sources, NULL);
  g_assert_nonnull (config);
  configure (fixture, "another", "");
  settle (fixture);
  fixture->options.config = config;
  assert_gets (fixture, "token-1");
  assert_gets (fixture, "token-1");
  g_assert_cmpuint (count_starts (fixture), ==, 1);
  folder = g_dir_open (cache_path (cache), 0, NULL);
  while ((name = g_dir_read_name (folder)) != NULL)
    g_assert_false (g_str_has_prefix (name, "ask-"));
}

static void
test_fresh_edit_is_no_question (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  configure (fixture, "ok", "");
  assert_gets (fixture, "token-1");
  configure (fixture, "ok", "scope = more");
  assert_gets (fixture, "token-2");
}

static void
test_unserved (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  configure (fixture, "ok", "");
  url_free (fixture->request->url);
  fixture->request->url = url_parse ("https://elsewhere.example", NULL);
  assert_fails (fixture, AVOUCH_ERROR_UNSERVED, "");
  g_assert_cmpuint (count_starts (fixture), ==, 0);
}

static void
break_cache (const Fixture *fixture)
{
  g_autofree char *own = g_build_filename (fixture->environment->runtime_dir, "avouch", NULL);

  g_assert_cmpint (symlink (fixture->folder, own), ==, 0);
}

static void
mend_cache (const Fixture *fixture)
{
  g_autofree char *own = g_build_filename (fixture->environment->runtime_dir, "avouch", NULL);

  g_assert_cmpint (unlink (own), ==, 0);
}

static void
test_unusable_cache (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  configure (fixture, "ok", "");
  break_cache (fixture);
  assert_fails (fixture, AVOUCH_ERROR_INTERNAL, "acme: ");
  assert_fails (fixture, AVOUCH_ERROR_INTERNAL, "symbolic link");
  g_assert_cmpuint (count_starts (fixture), ==, 0);
}

static void
test_without_cache (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  configure (fixture, "ok", "cache = none");
  break_cache (fixture);
  assert_gets (fixture, "token-1");
  assert_gets (fixture, "token-2");
  mend_cache (fixture);
  g_autoptr (Cache) cache = open_cache (fixture);
  g_autofree char *token = token_name (fixture);
  assert_gets (fixture, "token-3");
  g_assert_null (cache_load (cache, token));
}

static void
test_unknown_cache (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  configure (fixture, "ok", "cache = disk");
  assert_fails (fixture, AVOUCH_ERROR_CONFIG, "avouch.conf:6");
  g_assert_cmpuint (count_starts (fixture), ==, 0);
}

/* A failure in the very millisecond in which we ask counts as an answer to us. */
static void
let_time_pass (void)
{
  int64_t now = process_now_milliseconds ();

  while (process_now_milliseconds () == now)
    g_usleep (100);
}

static void
test_refusal (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autoptr (GError) first = NULL;
  g_autoptr (GError) second = NULL;

  configure (fixture, "refuse", "");
  g_assert_null (ask (fixture, &first));
  let_time_pass ();
  g_assert_null (ask (fixture, &second));
  g_assert_error (first, AVOUCH_ERROR, AVOUCH_ERROR_REFUSED);
  g_assert_cmpstr (first->message, ==, "acme: the issuer's words\nthe fake's hint");
  g_assert_error (second, AVOUCH_ERROR, AVOUCH_ERROR_REFUSED);
  g_assert_true (g_str_has_prefix (second->message, "acme: the issuer's words (asked "));
  g_assert_nonnull (strstr (second->message, "not asked again for "));
  g_assert_cmpstr (error_hint (second), ==, "the fake's hint");
  g_assert_cmpuint (count_starts (fixture), ==, 1);
  configure (fixture, "ok", "");
  assert_gets (fixture, "token-2");
}

static void
test_failure_is_not_held (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  configure (fixture, "fail", "");
  assert_fails (fixture, AVOUCH_ERROR_NETWORK, "acme: the issuer's words");
  let_time_pass ();
  assert_fails (fixture, AVOUCH_ERROR_NETWORK, "acme: the issuer's words");
  g_assert_cmpuint (count_starts (fixture), ==, 2);
}

static void
store_failure (const Fixture *fixture, int64_t failed_at, int64_t held_until, bool profile_wide)
{
  g_autoptr (Cache) cache = open_cache (fixture);
  g_autofree char *token = token_name (fixture);
  g_autoptr (GError) error = g_error_new (AVOUCH_ERROR, AVOUCH_ERROR_REFUSED, "no");
  const Failure failure = { failed_at, held_until, profile_wide, error };

  cache_store_failure (cache, token, &failure);
}

static void
test_clock_set_back (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  int64_t now = process_now ();

  configure (fixture, "ok", "");
  store_failure (fixture, (now + 3600) * 1000, now + 3610, false);
  assert_gets (fixture, "token-1");
}

static void
test_hold_of_profile (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  int64_t now = process_now ();

  configure (fixture, "ok", "");
  store_failure (fixture, now * 1000, now + 900, true);
  fixture->request->scope = g_strdup ("less");
  assert_fails (fixture, AVOUCH_ERROR_REFUSED, "not asked again for");
  g_assert_cmpuint (count_starts (fixture), ==, 0);
}

static void
test_hold_of_request (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  int64_t now = process_now ();

  configure (fixture, "ok", "");
  store_failure (fixture, now * 1000, now + 900, false);
  fixture->request->scope = g_strdup ("less");
  assert_gets (fixture, "token-1");
}

static void
test_hold_without_cache (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  int64_t now = process_now ();

  configure (fixture, "ok", "cache = none\n");
  store_failure (fixture, now * 1000, now + 900, true);
  assert_fails (fixture, AVOUCH_ERROR_REFUSED, "not asked again for");
  store_failure (fixture, now * 1000, now - 1, true);
  assert_gets (fixture, "token-1");
}

static void
test_bad_mints (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  static const struct {
    const char *manner;
    AvouchError code;
    const char *words;
  } mints[] = {
    { "crash", AVOUCH_ERROR_INTERNAL, "killed by signal 9" },
    { "silent", AVOUCH_ERROR_INTERNAL, "exit code 7" },
    { "babble", AVOUCH_ERROR_PROTOCOL, "its answer" },
    { "flood", AVOUCH_ERROR_INTERNAL, "too long" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (mints); i++)
    {
      g_autoptr (GError) error = NULL;

      configure (fixture, mints[i].manner, "");
      g_assert_null (ask (fixture, &error));
      g_assert_error (error, AVOUCH_ERROR, (int) mints[i].code);
      g_assert_true (g_str_has_prefix (error->message, "acme: "));
      g_assert_nonnull (strstr (error->message, mints[i].words));
      g_assert_null (strstr (error->message, "hunter2"));
    }
}

static void
test_missing_mint (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  configure (fixture, "ok", "");
  g_free (fixture->environment->mint_path);
  fixture->environment->mint_path = g_strdup ("/nonexistent/avouch-mint");
  g_assert_null (ask (fixture, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL);
  g_assert_nonnull (strstr (error->message, "cannot start /nonexistent/avouch-mint: "));
  g_assert_cmpstr (error_hint (error), ==, "reinstall avouch");
}

static bool
mint_stopped_in_time (void *data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *token = ask (data, &error);

  return token == NULL && g_error_matches (error, AVOUCH_ERROR, AVOUCH_ERROR_NETWORK) &&
         strstr (error->message, "gave no answer within 6 seconds") != NULL;
}

static bool
wait_ended_in_time (void *data)
{
  Fixture *fixture = data;
  g_autoptr (GError) error = NULL;

  fixture->request->scope = g_strdup ("locked");
  g_autofree char *token = ask (fixture, &error);
  return token == NULL && g_error_matches (error, AVOUCH_ERROR, AVOUCH_ERROR_NETWORK) &&
         strstr (error->message, "another avouch has been asking") != NULL;
}

static bool
gets_first (void *data)
{
  g_autofree char *token = ask (data, NULL);

  return g_strcmp0 (token, "token-1") == 0;
}

static bool
gets_second (void *data)
{
  g_autofree char *token = ask (data, NULL);

  return g_strcmp0 (token, "token-2") == 0;
}

static bool
has_started (const Fixture *fixture)
{
  return count_starts (fixture) > 0;
}

static Secret *
make_job (const Fixture *fixture)
{
  g_autoptr (Profile) profile = find_profile (fixture);
  const Job job = { .token = (char *) OTHER, .profile = profile, .request = fixture->request };
  g_autoptr (Record) record = job_to_record (&job);

  return record_encode (record, NULL);
}

static void
test_hanging_in_background (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autoptr (Cache) cache = open_cache (fixture);
  g_autoptr (Secret) job = NULL;
  g_autoptr (GError) error = NULL;
  int lock = cache_lock (cache, OTHER, 0, NULL);
  sigset_t alarms, before;

  configure (fixture, "hang", "");
  job = make_job (fixture);
  /* A tool may have blocked what ends it. */
  sigemptyset (&alarms);
  sigaddset (&alarms, SIGALRM);
  sigprocmask (SIG_BLOCK, &alarms, &before);
  g_assert_true (spawn_mint_detached (fixture->environment, job, lock, 3, false, &error));
  g_assert_no_error (error);
  sigprocmask (SIG_SETMASK, &before, NULL);
  close (lock);
  wait_until (fixture, has_started);
  lock = cache_lock (cache, OTHER, PATIENCE, NULL);
  g_assert_cmpint (lock, >=, 0);
  close (lock);
}

static bool
lacks_descriptors (void *data)
{
  const Fixture *fixture = data;
  g_autoptr (Secret) job = make_job (fixture);
  rlim_t next = (rlim_t) dup (STDIN_FILENO);

  close ((int) next);
  /* None for the job's pipe; that one alone; and one more. */
  for (rlim_t count = next; count <= next + 3; count++)
    {
      const struct rlimit few = { count, next + 3 };
      g_autoptr (GError) error = NULL;

      setrlimit (RLIMIT_NOFILE, &few);
      if (spawn_mint_detached (fixture->environment, job, -1, 1, false, &error) ||
          strstr (error->message, "cannot start") == NULL || error_hint (error) != NULL)
        return false;
    }
  return true;
}

static void
test_no_descriptors_left (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  configure (fixture, "ok", "");
  g_assert_true (scratch_wait (scratch_fork (lacks_descriptors, fixture)));
}

static void
test_large_job (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  configure (fixture, "ok", "");
  fixture->request->scope = g_strnfill (200 * 1000, 'x'); /* more than a pipe holds as it comes */
  assert_gets (fixture, "token-1");
}

static void
test_too_large_job (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  configure (fixture, "ok", "");
  fixture->request->scope = g_strnfill (RECORD_MAX_LENGTH, 'x');
  assert_fails (fixture, AVOUCH_ERROR_PROTOCOL, "too long");
  g_assert_cmpuint (count_starts (fixture), ==, 0);
}

/* As some tools start their helpers. */
static bool
gets_first_with_children_ignored (void *data)
{
  signal (SIGCHLD, SIG_IGN);
  return gets_first (data);
}

static void
test_children_ignored (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  configure (fixture, "ok", "");
  g_assert_true (scratch_wait (scratch_fork (gets_first_with_children_ignored, fixture)));
}

/* Side by side, for each takes its seconds. */
static void
test_waits_end (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autoptr (Cache) cache = open_cache (fixture);
  g_autofree char *token = NULL;

  configure (fixture, "hang", "timeout = 1");
  fixture->request->scope = g_strdup ("locked");
  token = token_name (fixture);
  g_clear_pointer (&fixture->request->scope, g_free);
  int lock = cache_lock (cache, token, 0, NULL);
  pid_t hanging = scratch_fork (mint_stopped_in_time, fixture);
  pid_t waiting = scratch_fork (wait_ended_in_time, fixture);
  g_assert_true (scratch_wait (hanging));
  g_assert_true (scratch_wait (waiting));
  g_assert_cmpuint (count_starts (fixture), ==, 1);
  close (lock);
}

/* Whether a child has got as far as the lock, which it keeps open until it has it. */
static bool
is_at_the_lock (const Fixture *fixture, pid_t pid)
{
  g_autofree char *folder = g_strdup_printf ("/proc/%lld/fd", (long long) pid);
  g_autofree char *lock =
      g_build_filename (fixture->environment->runtime_dir, "avouch", "lock-", NULL);
  g_autoptr (GDir) listing = g_dir_open (folder, 0, NULL);
  const char *name;

  while (listing != NULL && (name = g_dir_read_name (listing)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *target = g_file_read_link (path, NULL);

      if (target != NULL && g_str_has_prefix (target, lock))
        return true;
    }
  return false;
}

enum { CROWD = 50 };

/* The mint is let go only when everybody waits for it. */
static void
run_crowd (const Fixture *fixture, ScratchAction action)
{
  pid_t crowd[CROWD];

  close_gate (fixture);
  for (int i = 0; i < CROWD; i++)
    crowd[i] = scratch_fork (action, (void *) fixture);
  for (int i = 0; i < CROWD; i++)
    for (int tries = 0; tries < PATIENCE && !is_at_the_lock (fixture, crowd[i]); tries++)
      g_usleep (1000);
  open_gate (fixture);
  for (int i = 0; i < CROWD; i++)
    g_assert_true (scratch_wait (crowd[i]));
}

static bool
is_told_of_the_failure (void *data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *token = ask (data, &error);

  return token == NULL && error->code == AVOUCH_ERROR_NETWORK &&
         strcmp (error->message, "acme: the issuer's words\nthe fake's hint") == 0;
}

static bool
is_told_of_the_crash (void *data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *token = ask (data, &error);

  return token == NULL && strstr (error->message, "killed by signal 9") != NULL;
}

static void
test_crowd (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  configure (fixture, "ok", "");
  run_crowd (fixture, gets_first);
  g_assert_cmpuint (count_starts (fixture), ==, 1);
}

static void
test_crowd_fails (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  configure (fixture, "fail", "");
  run_crowd (fixture, is_told_of_the_failure);
  g_assert_cmpuint (count_starts (fixture), ==, 1);
}

static void
test_crowd_crashes (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  configure (fixture, "crash", "");
  run_crowd (fixture, is_told_of_the_crash);
  g_assert_cmpuint (count_starts (fixture), ==, 1);
}

static void
test_crowd_by_force (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  configure (fixture, "ok", "");
  assert_gets (fixture, "token-1");
  fixture->options.fresh = true;
  run_crowd (fixture, gets_second);
  g_assert_cmpuint (count_starts (fixture), ==, 2);
  fixture->options.fresh = false;
  assert_gets (fixture, "token-2");
}

static bool
has_cached (const Fixture *fixture, const char *text)
{
  g_autoptr (Cache) cache = open_cache (fixture);
  g_autofree char *token = token_name (fixture);
  g_autoptr (Credential) credential = cache_load (cache, token);

  return strcmp (secret_bytes (credential->secret, NULL), text) == 0;
}

static bool
is_renewed (const Fixture *fixture)
{
  return has_cached (fixture, "token-1");
}

static bool
is_prolonged (const Fixture *fixture)
{
  return has_cached (fixture, "token-1-renewed");
}

static bool
is_unlocked (const Fixture *fixture)
{
  g_autoptr (Cache) cache = open_cache (fixture);
  g_autofree char *token = token_name (fixture);
  int lock = cache_lock (cache, token, 0, NULL);

  if (lock >= 0)
    close (lock);
  return lock >= 0;
}

static void
test_refresh_ahead (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autofree char *token = NULL;
  g_autofree char *content = NULL;
  int ends[2];

  g_assert_cmpint (pipe (ends), ==, 0);
  configure (fixture, "ok", "");
  token = token_name (fixture);
  store (fixture, token, "old", 300);
  close_gate (fixture);
  for (int i = 0; i < 10; i++)
    assert_gets (fixture, "old");
  wait_until (fixture, has_started);
  assert_gets (fixture, "old");
  open_gate (fixture);
  wait_until (fixture, is_renewed);
  wait_until (fixture, is_unlocked);
  assert_gets (fixture, "token-1");
  g_assert_true (g_file_get_contents (fixture->starts, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, "leader 0 1 2 3 null 1 2\n");
  close (ends[0]);
  close (ends[1]);
}

static void
assert_no_refresh (const Fixture *fixture)
{
  g_autofree char *token = token_name (fixture);

  store (fixture, token, "old", 300);
  assert_gets (fixture, "old");
  /* A mint that had been started would hold the lock, and count itself before it lets go. */
  wait_until (fixture, is_unlocked);
  g_assert_cmpuint (count_starts (fixture), ==, 0);
}

static void
test_refresh_says_so (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autoptr (Cache) cache = open_cache (fixture);
  g_autofree char *token = NULL;

  configure (fixture, "renew", "");
  token = token_name (fixture);
  store (fixture, token, "old", 300);
  assert_gets (fixture, "old");
  wait_until (fixture, is_prolonged);
  cache_drop (cache, token);
  assert_gets (fixture, "token-2");
}

static void
test_refresh_never_prompts (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  configure (fixture, "ok", "passphrase = prompt");
  assert_no_refresh (fixture);
  configure (fixture, "ok", "key-passphrase = prompt");
  assert_no_refresh (fixture);
  configure (fixture, "ok", "passphrase = env:UNSET");
  assert_no_refresh (fixture);
}

static void
test_refresh_after_failure (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autofree char *token = NULL;
  int64_t now = process_now ();

  configure (fixture, "ok", "");
  token = token_name (fixture);
  store (fixture, token, "old", 300);
  store_failure (fixture, now * 1000, 0, false);
  assert_gets (fixture, "old");
  store_failure (fixture, (now - 60) * 1000, now + 60, false);
  assert_gets (fixture, "old");
  wait_until (fixture, is_unlocked);
  g_assert_cmpuint (count_starts (fixture), ==, 0);
  store_failure (fixture, (now - 60) * 1000, now - 1, false);
  assert_gets (fixture, "old");
  wait_until (fixture, is_renewed);
}

static void
test_expiring_is_a_miss (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autofree char *token = NULL;

  configure (fixture, "ok", "");
  token = token_name (fixture);
  store (fixture, token, "old", CREDENTIAL_MARGIN);
  assert_gets (fixture, "token-1");
}

/* Each call in a child, so that this process is the parent that a plugin's caller would be. */
static void
assert_child_gets (Fixture *fixture, ScratchAction action)
{
  fixture->options.heal = true;
  g_assert_true (scratch_wait (scratch_fork (action, fixture)));
}

static void
test_heal (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  configure (fixture, "ok", "");
  assert_child_gets (fixture, gets_first);
  assert_child_gets (fixture, gets_second);
  assert_child_gets (fixture, gets_second);
  assert_child_gets (fixture, gets_second);
  g_assert_cmpuint (count_starts (fixture), ==, 2);
}

static void
test_heal_of_cached (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  configure (fixture, "ok", "");
  assert_gets (fixture, "token-1");
  assert_child_gets (fixture, gets_first);
  assert_child_gets (fixture, gets_second);
  assert_child_gets (fixture, gets_second);
}

/* `get pods` against an issuer that refuses: four starts of the plugin, one exchange. */
static void
test_refused_plugin (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  configure (fixture, "refuse", "");
  fixture->options.heal = true;
  for (int i = 0; i < 4; i++)
    assert_fails (fixture, AVOUCH_ERROR_REFUSED, "the issuer's words");
  g_assert_cmpuint (count_starts (fixture), ==, 1);
}

static void
erase (const Fixture *fixture, const char *refused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Secret) secret = refused != NULL ? secret_new (refused, strlen (refused)) : NULL;

  g_assert_true (obtain_erase (fixture->request, secret, fixture->environment, &error));
  g_assert_no_error (error);
}

static void
test_erase (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  configure (fixture, "ok", "");
  assert_gets (fixture, "token-1");
  erase (fixture, "another's");
  assert_gets (fixture, "token-1");
  erase (fixture, "token-1");
  assert_gets (fixture, "token-2");
  erase (fixture, NULL);
  erase (fixture, NULL);
  assert_gets (fixture, "token-3");
}

/* Issued just now, and not known everywhere until SETTLED_AT. */
static void
store_settling (const Fixture *fixture, const char *name, int64_t settled_at)
{
  g_autoptr (Cache) cache = open_cache (fixture);
  g_autoptr (Secret) secret = secret_new ("new", 3);
  int64_t now = process_now ();
  g_autoptr (Credential) credential =
      credential_new (CREDENTIAL_BEARER, "acme", secret, now, now + 3600);

  credential->settled_at = settled_at;
  g_assert_true (cache_store (cache, name, credential, NULL));
}

static void
test_erase_of_new (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autofree char *token = NULL;
  g_autoptr (Secret) secret = secret_new ("new", 3);
  g_autoptr (GError) error = NULL;

  configure (fixture, "ok", "");
  token = token_name (fixture);
  store_settling (fixture, token, process_now () + 3600);
  g_assert_false (obtain_erase (fixture->request, secret, fixture->environment, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_REFUSED);
  g_assert_true (g_str_has_prefix (error->message, "acme: "));
  g_assert_nonnull (strstr (error_hint (error), "try again"));
  assert_gets (fixture, "new");
  store_settling (fixture, token, process_now ());
  erase (fixture, "new");
  assert_gets (fixture, "token-1");
  store_settling (fixture, token, process_now () + 3600);
  erase (fixture, NULL);
  assert_gets (fixture, "token-2");
}

static void
test_erase_of_nothing (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  configure (fixture, "ok", "");
  break_cache (fixture);
  erase (fixture, NULL);
  mend_cache (fixture);
  url_free (fixture->request->url);
  fixture->request->url = url_parse ("https://elsewhere.example", NULL);
  g_assert_false (obtain_erase (fixture->request, NULL, fixture->environment, &error));
  g_assert_error (error, AVOUCH_ERROR, AVOUCH_ERROR_UNSERVED);
  g_assert_cmpuint (count_starts (fixture), ==, 0);
}

static void
test_passphrase (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  configure (fixture, "ok", "passphrase = env:UNSET_HERE");
  assert_fails (fixture, AVOUCH_ERROR_PASSPHRASE, "acme: ");
  assert_fails (fixture, AVOUCH_ERROR_PASSPHRASE, "UNSET_HERE");
  configure (fixture, "ok", "passphrase = hunter2");
  assert_fails (fixture, AVOUCH_ERROR_CONFIG, "avouch.conf:6");
  g_assert_cmpuint (count_starts (fixture), ==, 0);
  configure (fixture, "ok", "passphrase = env:HOME");
  g_autofree char *expected = g_strconcat ("token-1-", fixture->folder, NULL);
  assert_gets (fixture, expected);
}

static void
test_token_name (Fixture *fixture, const void *data G_GNUC_UNUSED)
{
  g_autofree char *plain = NULL;
  g_autofree char *elsewhere = NULL;
  g_autofree char *scoped = NULL;
  g_autofree char *edited = NULL;

  configure (fixture, "ok", "");
  plain = token_name (fixture);
  g_free (fixture->request->url->path);
  fixture->request->url->path = g_strdup ("/another");
  elsewhere = token_name (fixture);
  fixture->request->scope = g_strdup ("read");
  scoped = token_name (fixture);
  configure (fixture, "ok", "audience = x");
  edited = token_name (fixture);
  g_assert_cmpuint (strlen (plain), ==, 64);
  g_assert_cmpstr (plain, ==, elsewhere);
  g_assert_cmpstr (plain, !=, scoped);
  g_assert_cmpstr (scoped, !=, edited);
}

static void
add (const char *path, void (*test) (Fixture *, const void *))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = g_path_get_dirname (self);

  g_test_init (&argc, &argv, NULL);
  mint_path = g_build_filename (folder, "fake-mint", NULL);
  add ("/obtain/minted-once-then-cached", test_minted_once);
  add ("/obtain/mint-inherits-the-lock-and-nothing-else", test_foreground_descriptors);
  add ("/obtain/leaves-no-descriptor-open", test_leaves_no_descriptor);
  add ("/obtain/warm-answer-reads-no-configuration", test_warm_reads_no_configuration);
  add ("/obtain/given-configuration-is-not-read-again", test_given_configuration_is_not_read_again);
  add ("/obtain/edited-profile-is-a-miss", test_fresh_edit_is_no_question);
  add ("/obtain/unserved-mints-nothing", test_unserved);
  add ("/obtain/unusable-cache-is-an-error", test_unusable_cache);
  add ("/obtain/profile-without-cache-needs-none", test_without_cache);
  add ("/obtain/unknown-cache-is-an-error", test_unknown_cache);
  add ("/obtain/refusal-is-held-until-the-profile-changes", test_refusal);
  add ("/obtain/failure-without-hold-is-tried-again", test_failure_is_not_held);
  add ("/obtain/failure-from-the-future-holds-nobody", test_clock_set_back);
  add ("/obtain/mint-that-ends-badly-is-told-of", test_bad_mints);
  add ("/obtain/missing-mint-is-told-of", test_missing_mint);
  add ("/obtain/hanging-mint-and-held-lock-have-an-end", test_waits_end);
  add ("/obtain/hanging-mint-in-the-background-has-an-end", test_hanging_in_background);
  add ("/obtain/lack-of-descriptors-is-no-fault-of-the-installation", test_no_descriptors_left);
  add ("/obtain/large-job-goes-through-the-pipe", test_large_job);
  add ("/obtain/too-large-job-is-an-error", test_too_large_job);
  add ("/obtain/works-where-children-are-ignored", test_children_ignored);
  add ("/obtain/crowd-shares-one-mint", test_crowd);
  add ("/obtain/crowd-shares-one-failure", test_crowd_fails);
  add ("/obtain/crowd-shares-one-crash", test_crowd_crashes);
  add ("/obtain/crowd-by-force-shares-one-mint", test_crowd_by_force);
  add ("/obtain/subject-is-the-token-of-another-profile", test_subject_of_another);
  add ("/obtain/subject-of-a-missing-profile-is-an-error", test_subject_missing);
  add ("/obtain/profiles-in-a-circle-are-an-error", test_subject_circle);
  add ("/obtain/subject-costs-no-login-in-the-background", test_subject_in_the_background);
  add ("/obtain/path-narrows-where-the-profile-says-so", test_narrowed_by_path);
  add ("/obtain/due-is-handed-out-while-one-mint-renews-it", test_refresh_ahead);
  add ("/obtain/mint-is-told-that-the-cached-one-is-still-good", test_refresh_says_so);
  add ("/obtain/refresh-never-prompts", test_refresh_never_prompts);
  add ("/obtain/refresh-pauses-after-a-failure", test_refresh_after_failure);
  add ("/obtain/a-hold-of-the-profile-holds-every-narrowing", test_hold_of_profile);
  add ("/obtain/a-refusal-holds-its-own-request-only", test_hold_of_request);
  add ("/obtain/a-hold-of-the-profile-counts-without-a-cache", test_hold_without_cache);
  add ("/obtain/expiring-in-the-tools-hands-is-a-miss", test_expiring_is_a_miss);
  add ("/obtain/heals-once-for-a-parent", test_heal);
  add ("/obtain/heals-what-others-minted", test_heal_of_cached);
  add ("/obtain/refused-plugin-makes-one-exchange", test_refused_plugin);
  add ("/obtain/erase-drops-only-what-was-refused", test_erase);
  add ("/obtain/erase-keeps-what-not-each-server-may-know-yet", test_erase_of_new);
  add ("/obtain/erase-of-nothing-is-no-error", test_erase_of_nothing);
  add ("/obtain/passphrase-travels-in-the-job", test_passphrase);
  add ("/obtain/token-is-named-by-profile-and-narrowing", test_token_name);
  int status = g_test_run ();
  g_free (mint_path);
  return status;
}
