/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "options.h"

#include "error.h"
#include "i18n.h"
#include "profile.h"
#include "suggest.h"

#include <string.h>

enum { MAX_SHOWN = 32 /* bytes of what was typed */ };

const Option options_common[] = {
  { "quiet", 'q', OPTION_FLAG, offsetof (CommonOptions, quiet), NULL,
    N_ ("print results and errors only") },
  { "verbose", 'v', OPTION_COUNT, offsetof (CommonOptions, verbose), NULL,
    N_ ("say what is done; twice: in detail") },
  { "help", 'h', OPTION_FLAG, offsetof (CommonOptions, help), NULL, N_ ("print this help") },
  { "version", 0, OPTION_FLAG, offsetof (CommonOptions, version), NULL, N_ ("print the version") },
  { 0 },
};

/* FILENAME and not STRING: no conversion, which would fail in the C locale. */
static const GOptionArg argument_types[] = {
  [OPTION_FLAG] = G_OPTION_ARG_NONE,
  [OPTION_STRING] = G_OPTION_ARG_FILENAME,
  [OPTION_LIST] = G_OPTION_ARG_FILENAME_ARRAY,
  [OPTION_COUNT] = G_OPTION_ARG_CALLBACK,
};

static gboolean
count_verbose (const char *name, const char *value, void *data, GError **error)
{
  CommonOptions *common = data;

  (void) name;
  (void) value;
  (void) error;
  common->verbose++;
  return TRUE;
}

static void
add_entries (GArray *entries, const Option *options, void *values)
{
  /* ISO C converts no function's address to void *, which GOption wants it in. */
  const GOptionArgFunc counter = count_verbose;

  for (; options != NULL && options->name != NULL; options++)
    {
      GOptionEntry entry = {
        .long_name = options->name,
        .short_name = options->letter,
        .arg = argument_types[options->kind],
        .arg_data = (char *) values + options->offset,
      };

      if (options->kind == OPTION_COUNT)
        {
          entry.flags = G_OPTION_FLAG_NO_ARG;
          memcpy (&entry.arg_data, &counter, sizeof counter);
        }
      g_array_append_val (entries, entry);
    }
}

static GOptionContext *
new_context (const Option *options, void *values, CommonOptions *common)
{
  GOptionContext *context = g_option_context_new (NULL);
  GOptionGroup *group = g_option_group_new ("avouch", "", "", common, NULL);
  g_autoptr (GArray) entries = g_array_new (TRUE, TRUE, sizeof (GOptionEntry));

  add_entries (entries, options, values);
  add_entries (entries, options_common, common);
  g_option_group_add_entries (group, (const GOptionEntry *) (void *) entries->data);
  g_option_context_set_main_group (context, group);
  g_option_context_set_help_enabled (context, FALSE);
  return context;
}

/* The one whose name is like the unknown one in MESSAGE: commands do not all call a thing by the
 * same name, and --aud is not --audience. Borrowed; NULL: none. */
static const char *
nearest_option (const Option *options, const char *message)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  const char *typed = strstr (message, "--");

  for (; options != NULL && options->name != NULL; options++)
    g_ptr_array_add (names, (char *) options->name);
  for (options = options_common; options->name != NULL; options++)
    g_ptr_array_add (names, (char *) options->name);
  return typed != NULL ? suggest_nearest (typed + strlen ("--"), (const char *const *) names->pdata,
                                          names->len)
                       : NULL;
}

/* A setting of avouch.conf(5) that stands in an option's place, where --set would take it. */
static const char *
find_setting (const Option *options, const char *message)
{
  const char *typed = strstr (message, "--");

  for (; options != NULL && options->name != NULL; options++)
    if (strcmp (options->name, "set") == 0)
      return typed != NULL && profile_is_shared_key (typed + strlen ("--")) ? typed + strlen ("--")
                                                                            : NULL;
  return NULL;
}

/* What was typed may be a token, or a passphrase, with or without dashes before it: only what looks
 * like an option is repeated. */
static bool
looks_like_option (const char *message)
{
  const char *typed = strrchr (message, ' ');
  size_t length = typed != NULL ? strspn (typed + 1, G_CSET_a_2_z "-") : 0;
  bool is_long = typed != NULL && g_str_has_prefix (typed, " --");

  return length > 0 && length <= (is_long ? MAX_SHOWN : strlen ("-x")) && typed[1 + length] == '\0';
}

/* GOption repeats an unknown option as it was typed, and "--passphrase=…" mistyped is one. */
static void
set_usage_error (const char *command, const Option *options, const GError *cause, GError **error)
{
  g_autofree char *message = g_strndup (cause->message, strcspn (cause->message, "=\n"));
  bool unknown = g_error_matches (cause, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION);
  const char *nearest = unknown ? nearest_option (options, message) : NULL;
  const char *setting = unknown ? find_setting (options, message) : NULL;
  g_autofree char *option = nearest != NULL ? g_strconcat ("--", nearest, NULL) : NULL;

  *message = g_ascii_tolower (*message);
  if (unknown && !looks_like_option (message))
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("there is no such option"));
  else
    g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, "%s", message);
  if (error != NULL && setting != NULL)
    error_add_hint (*error, _ ("it is a setting: --set %s=…"), setting);
  else if (error != NULL && option != NULL)
    error_add_hint (*error, _ ("did you mean \"%s\"?"), option);
  else if (error != NULL)
    error_add_hint (*error, _ ("\"%s --help\" lists its options"), command);
}

static bool
check_words (const char *const *argv, GError **error)
{
  for (size_t i = 1; argv[i] != NULL; i++)
    if (!g_utf8_validate (argv[i], -1, NULL))
      {
        g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, _ ("argument %zu is not UTF-8"), i);
        return false;
      }
  return true;
}

/* GOption leaves the "--" in place if what follows it looks like an option. */
static void
drop_separator (char **words)
{
  while (*words != NULL && strcmp (*words, "--") != 0)
    words++;
  if (*words == NULL || words[1] == NULL || *words[1] != '-')
    return;
  g_free (*words);
  for (; *words != NULL; words++)
    words[0] = words[1];
}

char **
options_parse (const Option *options, void *values, CommonOptions *common, bool stop_at_word,
               const char *const *argv, GError **error)
{
  g_autoptr (GOptionContext) context = new_context (options, values, common);
  g_autoptr (GError) cause = NULL;
  g_auto (GStrv) words = g_strdupv ((char **) argv);

  if (!check_words (argv, error))
    return NULL;
  g_option_context_set_strict_posix (context, stop_at_word);
  if (!g_option_context_parse_strv (context, &words, &cause))
    {
      set_usage_error (argv[0], options, cause, error);
      return NULL;
    }
  if (!stop_at_word)
    drop_separator (words);
  return g_strdupv (words + 1);
}

/* "--min-life 600" or "-u URL", whose value is the next word. */
static bool
takes_next_word (const Option *options, const char *word)
{
  for (; *word == '-' && options != NULL && options->name != NULL; options++)
    if ((word[1] == '-' && strcmp (options->name, word + 2) == 0) ||
        (options->letter != 0 && word[1] == options->letter && word[2] == '\0'))
      return options->value != NULL;
  return false;
}

size_t
options_find_command (const Option *options, char *const *words)
{
  bool named = false;
  size_t i;

  for (i = 0; words[i] != NULL; i++)
    {
      if (strcmp (words[i], "--") == 0)
        return i + 1;
      if (*words[i] != '-' && named)
        return i;
      named = named || *words[i] != '-';
      if (takes_next_word (options, words[i]) && words[i + 1] != NULL)
        i++;
    }
  return i;
}

void
options_free_values (const Option *options, void *values)
{
  for (; options != NULL && options->name != NULL; options++)
    {
      void **place = (void **) (void *) ((char *) values + options->offset);

      if (options->kind == OPTION_STRING)
        g_free (*place);
      else if (options->kind == OPTION_LIST)
        g_strfreev (*place);
    }
  g_free (values);
}
