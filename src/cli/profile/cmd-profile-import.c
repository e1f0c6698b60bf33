/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ask.h"
#include "command.h"
#include "error.h"
#include "i18n.h"
#include "import-key.h"
#include "import-report.h"
#include "new-profile.h"
#include "profile-file.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MAX_WORDS = 1000 }; /* of a pasted command */

typedef struct {
  char *name;
  char *prefix;
  char **set;
  char *file;
  gboolean keep_passphrase;
  gboolean dry_run;
} ImportOptions;

static const Option import_options[] = {
  { "name", 0, OPTION_STRING, offsetof (ImportOptions, name), N_ ("NAME"),
    N_ ("what to call the profile, where their own name for it will not do") },
  { "set", 0, OPTION_LIST, offsetof (ImportOptions, set), N_ ("KEY=VALUE"),
    N_ ("a setting that is missing, or is to be another; may be repeated") },
  { "prefix", 0, OPTION_STRING, offsetof (ImportOptions, prefix), N_ ("TEXT"),
    N_ ("what Talend's names begin with in this file") },
  { "keep-passphrase", 0, OPTION_FLAG, offsetof (ImportOptions, keep_passphrase), NULL,
    N_ ("write the keystore's password to a file of its own, of mode 0600, that the profile "
        "names") },
  { "file", 0, OPTION_STRING, offsetof (ImportOptions, file), N_ ("FILE"),
    N_ ("a new file to write, instead of conf.d/PROFILE.conf in the user's configuration") },
  { "dry-run", 'n', OPTION_FLAG, offsetof (ImportOptions, dry_run), NULL,
    N_ ("check everything and print what would be written") },
  { 0 },
};

static const char *const import_example[] = {
  "avouch profile import sf -- sf org login jwt --client-id 3MVG9… …",
  N_ ("takes the command that logs the vendor's CLI in, as it stands in a script"),
  "avouch profile import talend Default.properties --dry-run",
  N_ ("prints what a job's context file would become"),
  NULL,
};

/* A FIFO that nobody writes to is empty, and does not hold us; what a shell gives for "<(…)" is one
 * with a writer, who is waited for. */
static int
open_file (const char *path)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

  if (fd >= 0)
    fcntl (fd, F_SETFL, 0);
  return fd;
}

static Secret *
read_file (const char *path, const char *name, GError **error)
{
  int fd = open_file (path);
  Secret *content;

  if (fd < 0)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, "%s: %s", name, g_strerror (errno));
      return NULL;
    }
  content = secret_read_fd (fd, IMPORT_MAX_LENGTH, name, error);
  close (fd);
  return content;
}

static Secret *
read_stdin (const char *path, const char *name, GError **error)
{
  if (path != NULL || !isatty (STDIN_FILENO))
    return secret_read_fd (STDIN_FILENO, IMPORT_MAX_LENGTH, name, error);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("what is to be read?"));
  if (error != NULL)
    error_add_hint (*error, _ ("give a file, or the command itself after \"--\""));
  return NULL;
}

/* "-" and nothing are standard input, unless a person would wait for themselves. The source is
 * named once there is something in it to be named for. */
static Secret *
read_input (const char *path, Import *import, GError **error)
{
  bool is_file = path != NULL && strcmp (path, "-") != 0;
  g_autofree char *name = is_file ? text_clean (path, -1) : g_strdup (_ ("standard input"));
  Secret *content = is_file ? read_file (path, name, error) : read_stdin (path, name, error);
  g_autofree char *absolute = is_file ? g_canonicalize_filename (path, NULL) : NULL;

  if (content == NULL)
    return NULL;
  import->source = g_steal_pointer (&name);
  import->folder = is_file ? g_path_get_dirname (absolute) : NULL;
  return content;
}

/* The bytes after the mark that editors of another system begin UTF-8 with. */
static const char *
skip_mark (const Secret *content, size_t *length)
{
  static const char mark[] = "\xef\xbb\xbf";
  const char *text = secret_bytes (content, length);
  size_t taken = g_str_has_prefix (text, mark) ? strlen (mark) : 0;

  *length -= taken;
  return text + taken;
}

static bool
read_words (Import *import, const char *text, size_t length, GError **error)
{
  g_auto (GStrv) words = import_sf_script (text, length, error);

  return words != NULL && import_sf_words (import, (const char *const *) words, error);
}

/* The words after the source, without a "--" that GOption left there. */
static char *const *
source_words (const Invocation *call)
{
  char *const *words = call->arguments + 1;

  return *words != NULL && strcmp (*words, "--") == 0 ? words + 1 : words;
}

static bool
read_sf (const Invocation *call, Import *import, GError **error)
{
  char *const *words = source_words (call);
  bool single = words[0] != NULL && words[1] == NULL;
  g_autoptr (Secret) content = NULL;
  const char *text;
  size_t length;

  if (words[0] != NULL && !single)
    return import_sf_words (import, (const char *const *) words, error);
  if (single && strchr (words[0], ' ') != NULL && !g_file_test (words[0], G_FILE_TEST_EXISTS))
    return read_words (import, words[0], strlen (words[0]), error); /* pasted in quotes */
  content = read_input (words[0], import, error);
  if (content == NULL)
    return false;
  text = skip_mark (content, &length);
  return text[strspn (text, " \t\r\n")] == '{' ? import_sf_file (import, text, length, error)
                                               : read_words (import, text, length, error);
}

static bool
read_talend (const Invocation *call, Import *import, GError **error)
{
  const ImportOptions *options = call->values;
  char *const *words = source_words (call);
  g_autoptr (Secret) content = NULL;
  const char *text;
  size_t length;

  if (words[0] != NULL && words[1] != NULL)
    {
      g_autofree char *shown = text_clean_told (words[1]);

      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("one argument too many: \"%s\""),
                   shown);
      return false;
    }
  content = read_input (words[0], import, error);
  if (content == NULL)
    return false;
  text = skip_mark (content, &length);
  return import_talend (import, text, length, options->prefix, error);
}

static const struct {
  const char *name;
  bool (*read) (const Invocation *call, Import *import, GError **error);
} sources[] = {
  { "sf", read_sf },
  { "talend", read_talend },
};

static bool
refuse_source (const char *name, GError **error)
{
  if (name != NULL)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                 _ ("profile import: \"%s\" is not one of: sf, talend"), name);
  else
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                 _ ("profile import: from what? from sf, or from talend"));
  if (error != NULL)
    error_add_hint (*error, _ ("avouch profile import sf FILE"));
  return false;
}

static bool
read_source (const Invocation *call, Import *import, GError **error)
{
  const char *name = call->arguments[0];
  g_autoptr (GError) reason = NULL;
  size_t i = 0;

  while (i < G_N_ELEMENTS (sources) && g_strcmp0 (name, sources[i].name) != 0)
    i++;
  if (i == G_N_ELEMENTS (sources))
    return refuse_source (name, error);
  if (sources[i].read (call, import, &reason))
    return true;
  /* What is in somebody's file is no fault of ours, and breaks no protocol. */
  reason->code = AVOUCH_ERROR_USAGE;
  error_add_prefix (reason, import->source);
  error_add_prefix (reason, _ ("profile import"));
  g_propagate_error (error, g_steal_pointer (&reason));
  return false;
}

/* An External Client App answers at its org's own host only. */
static void
warn_of_shared_host (const ProfileDraft *draft)
{
  const char *url = profile_draft_get (draft, "login-url");

  if (url != NULL && (strstr (url, "//login.salesforce.com") != NULL ||
                      strstr (url, "//test.salesforce.com") != NULL))
    fputs (_ ("note: an External Client App takes logins at the org's own URL only:\n"
              "      --set login-url=https://NAME.my.salesforce.com\n"),
           stderr);
}

static char *
choose_name (const Import *import, const ImportOptions *options, GError **error)
{
  char *name = options->name != NULL ? g_strdup (options->name) : import_profile_name (import);

  if (name == NULL)
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                 _ ("profile import: what is the new profile's name? give --name"));
  return name;
}

/* --set goes before what was read, and every issuer but one is for others to add. */
static bool
fill (ProfileDraft *draft, Import *import, const ImportOptions *options, GError **error)
{
  if (!profile_draft_set (draft, "issuer", "salesforce", error) ||
      !new_profile_set_pairs (draft, options->set, error))
    return false;
  for (size_t i = 0; i < import->items->len; i++)
    {
      const ImportItem *item = import->items->pdata[i];
      g_autoptr (GError) reason = NULL;
      g_autofree char *value = NULL;

      if (item->ours == NULL)
        continue;
      value = strcmp (item->ours, "key") == 0 ? import_key_location (import, item->value)
                                              : g_strdup (item->value);
      if (profile_draft_get (draft, item->ours) != NULL)
        import_drop (import, item->ours, _ ("given by --set"));
      else if (!new_profile_set (draft, item->ours, value, &reason))
        {
          error_add_prefix (reason, item->theirs);
          g_propagate_error (error, g_steal_pointer (&reason));
          return false;
        }
    }
  return true;
}

static bool
complete (ProfileDraft *draft, GError **error)
{
  g_autofree char *missing = new_profile_missing (draft, "", true, error);

  if (missing == NULL || *missing == '\0')
    return missing != NULL;
  if (ask_is_possible ())
    return new_profile_ask_needed (draft, NULL, error) && new_profile_ask_key (draft, error);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("profile import: missing: %s"), missing);
  if (error != NULL)
    error_add_hint (*error, _ ("give each as --set KEY=VALUE; a terminal is asked for them"));
  return false;
}

/* The passphrase first: a profile that is there can be used. */
static bool
write_files (const Import *import, const char *kept, const char *path, const char *text,
             GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (kept != NULL && !profile_file_write (kept, secret_bytes (import->passphrase, NULL), &reason))
    {
      if (reason->code == AVOUCH_ERROR_CONFIG)
        error_add_hint (reason, _ ("remove it if it is of no use, or choose another --name"));
      g_propagate_error (error, g_steal_pointer (&reason));
      return false;
    }
  if (profile_file_write (path, text, error))
    return true;
  if (kept != NULL)
    unlink (kept);
  return false;
}

static bool
finish (const Invocation *call, const Import *import, const ProfileDraft *draft, const char *kept,
        const char *path, GError **error)
{
  const ImportOptions *options = call->values;
  g_autofree char *text = profile_draft_text (draft);
  g_autoptr (Profile) profile = new_profile_check (draft, call->environment, error);

  if (profile == NULL)
    return false;
  if (!call->quiet)
    import_key_try (import, profile, call->environment);
  if (options->dry_run)
    return new_profile_print (draft, path, error);
  return write_files (import, kept, path, text, error) &&
         (call->quiet || new_profile_print_next (profile, call->environment, path, error));
}

static bool
run (const Invocation *call, GError **error)
{
  const ImportOptions *options = call->values;
  g_autoptr (Import) import = import_new (NULL);
  g_autoptr (ProfileDraft) draft = NULL;
  g_autofree char *name = NULL;
  g_autofree char *path = NULL;
  g_autofree char *kept = NULL;

  if (!read_source (call, import, error) || (name = choose_name (import, options, error)) == NULL)
    return false;
  path = new_profile_path (call->environment, name, options->file, error);
  draft = path != NULL ? profile_draft_new (name, path, error) : NULL;
  if (draft == NULL ||
      !new_profile_refuse_existing (call->environment, name, "--name", path, error) ||
      !fill (draft, import, options, error) ||
      !import_key_set_passphrase (import, draft, name, options->keep_passphrase, call->environment,
                                  &kept, error))
    return false;
  if (!call->quiet)
    {
      import_report (import, draft);
      warn_of_shared_host (draft);
    }
  return complete (draft, error) && finish (call, import, draft, kept, path, error);
}

const Command command_profile_import = {
  .path = "avouch profile import",
  .arguments = N_ ("sf|talend [FILE | -- COMMAND…]"),
  .summary = N_ ("make a profile of what another program has"),
  .description =
      N_ ("From \"sf\", the vendor's CLI: its auth file (~/.sfdx/USERNAME.json), the command that "
          "logs in by a key, or a script that has this command. From \"talend\": a job's context "
          "as a property file or JSON, with Talend's names. Without FILE, reads standard input. "
          "Says what became what; takes no token, and no password unless it is told to.\n"
          "Asks a terminal for what is missing. Changes no other file."),
  .example = import_example,
  .options = import_options,
  .values_size = sizeof (ImportOptions),
  .max_arguments = MAX_WORDS,
  .option_hint = N_ ("another program's options come after \"--\": avouch profile import sf -- …"),
  .run = run,
};
