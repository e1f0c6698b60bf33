/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* "sf org login jwt" and its older spellings, by the flags and aliases of @salesforce/plugin-auth
 * and @salesforce/plugin-login. */
#include "import.h"

#include "error.h"
#include "i18n.h"
#include "text.h"

#include <string.h>

#define DEFAULT_URL "https://login.salesforce.com"

enum { MAX_SHOWN = 40 }; /* bytes of a word that a message repeats */

typedef enum {
  FLAG_TAKEN,  /* `ours` is the setting */
  FLAG_NAME,   /* what they call the org */
  FLAG_VALUE,  /* has a value, and no use */
  FLAG_SWITCH, /* has neither */
} FlagKind;

static const struct {
  FlagKind kind;
  const char *ours;
  const char *letters;
  const char *names[4]; /* NULL after the last */
} flags[] = {
  { FLAG_TAKEN, "client-id", "i", { "client-id", "clientid" } },
  { FLAG_TAKEN, "key", "f", { "jwt-key-file", "jwtkeyfile", "key-file", "keyfile" } },
  { FLAG_TAKEN, "username", "ou", { "username" } },
  { FLAG_TAKEN, "login-url", "rl", { "instance-url", "instanceurl" } },
  { FLAG_TAKEN, "audience", "", { "audience-url" } },
  { FLAG_NAME, NULL, "a", { "alias", "setalias" } },
  { FLAG_VALUE, NULL, "", { "loglevel", "flags-dir", "api-version" } },
  { FLAG_SWITCH, NULL, "s", { "set-default", "setdefaultusername" } },
  { FLAG_SWITCH,
    NULL,
    "dv",
    { "set-default-dev-hub", "setdefaultdevhub", "setdefaultdevhubusername" } },
  { FLAG_SWITCH, NULL, "p", { "no-prompt", "noprompt" } },
  { FLAG_SWITCH, NULL, "", { "json" } },
};

/* The topics that log in by a key; the separator is a blank or a colon. */
static const char *const commands[] = {
  "org login jwt", "login org jwt", "login org", "auth jwt grant", "force auth jwt grant",
};

/* What is no flag is not repeated: it may be a secret that belongs elsewhere. */
static bool
fail_flag (const char *word, GError **error)
{
  g_autofree char *start = g_strndup (word, MIN (strcspn (word, "= \t\n"), MAX_SHOWN));
  g_autofree char *shown = text_clean (start, -1);

  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
               _ ("%s: avouch does not know this word of the command"),
               *word == '-' ? shown : _ ("(a value without a flag)"));
  return false;
}

static bool
has_name (size_t flag, const char *name)
{
  for (size_t i = 0; i < G_N_ELEMENTS (flags[flag].names) && flags[flag].names[i] != NULL; i++)
    if (strcmp (flags[flag].names[i], name) == 0)
      return true;
  return false;
}

/* "--name", "--name=value", "-x", "-xvalue": an index into `flags`, or their number. VALUE is what
 * WORD carries itself, or NULL. */
static size_t
find_flag (const char *word, const char **value)
{
  bool is_long = g_str_has_prefix (word, "--");
  size_t length = is_long ? strcspn (word, "=") : MIN (strlen (word), strlen ("-x"));
  const char *rest = word + length + (word[length] == '=');
  g_autofree char *name = g_strndup (word, length);

  *value = word[length] != '\0' ? rest : NULL;
  for (size_t i = 0; i < G_N_ELEMENTS (flags); i++)
    if (is_long ? has_name (i, name + 2)
                : name[0] == '-' && name[1] != '\0' && strchr (flags[i].letters, name[1]) != NULL)
      return i;
  return G_N_ELEMENTS (flags);
}

static bool
use_flag (Import *import, size_t flag, const char *word, const char *value, GError **error)
{
  /* The word for messages, without a value that it carries. */
  g_autofree char *theirs = g_strndup (word, word[1] == '-' ? strcspn (word, "=") : strlen ("-x"));

  switch (flags[flag].kind)
    {
    case FLAG_TAKEN:
      return import_take (import, theirs, flags[flag].ours, value, error);
    case FLAG_NAME:
      g_free (import->name);
      import->name = g_strdup (value);
      return true;
    case FLAG_VALUE:
    case FLAG_SWITCH:
    default:
      import_leave (import, theirs, _ ("no setting of a profile"));
      return true;
    }
}

/* The word that names the program, as a path or not. */
static bool
is_program (const char *word)
{
  g_autofree char *base = g_path_get_basename (word);

  return strcmp (base, "sf") == 0 || strcmp (base, "sfdx") == 0;
}

/* The words up to the first flag are the command's; what stands before the program ("npx", "$") is
 * not. */
static bool
check_command (const char *const *words, size_t count, GError **error)
{
  g_autoptr (GString) command = g_string_new (NULL);

  for (size_t i = 0; i < count; i++)
    if (is_program (words[i]))
      g_string_truncate (command, 0);
    else
      g_string_append_printf (command, "%s%s", command->len > 0 ? " " : "", words[i]);
  g_strdelimit (command->str, ":", ' ');
  if (command->len == 0)
    return true;
  for (size_t i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (command->str, commands[i]) == 0)
      return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
               _ ("this is not a command that logs in by a key"));
  if (error != NULL)
    error_add_hint (*error, _ ("it is \"sf org login jwt\", or \"sfdx auth:jwt:grant\"; what logs "
                               "in by a browser has no key to import"));
  return false;
}

static void
add_default_url (Import *import)
{
  for (size_t i = 0; i < import->items->len; i++)
    {
      const ImportItem *item = import->items->pdata[i];

      /* One that is there and could not be taken is for a person to say. */
      if (g_strcmp0 (item->ours, "login-url") == 0 ||
          strcmp (item->theirs, "--instance-url") == 0 ||
          strcmp (item->theirs, "--instanceurl") == 0 || strcmp (item->theirs, "-r") == 0 ||
          strcmp (item->theirs, "-l") == 0)
        return;
    }
  import_take (import, _ ("(their default)"), "login-url", DEFAULT_URL, NULL);
}

bool
import_sf_words (Import *import, const char *const *words, GError **error)
{
  size_t count = 0;

  while (words[count] != NULL && *words[count] != '-')
    count++;
  if (!check_command (words, count, error))
    return false;
  for (words += count; *words != NULL; words++)
    {
      const char *word = *words;
      const char *value;
      size_t flag = *word == '-' ? find_flag (word, &value) : G_N_ELEMENTS (flags);

      if (flag == G_N_ELEMENTS (flags))
        return fail_flag (word, error);
      if (flags[flag].kind != FLAG_SWITCH && value == NULL)
        value = words[1] == NULL || *words[1] == '-' ? "" : *++words;
      if (!use_flag (import, flag, word, value, error))
        return false;
    }
  add_default_url (import);
  return true;
}
