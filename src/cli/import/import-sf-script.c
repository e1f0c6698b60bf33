/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One command among a script's, or a CI system's, lines. */
#include "import.h"

#include "error.h"
#include "i18n.h"

#include <string.h>

/* The command that is looked for, not inside another word: the program and its topics, or topics
 * with colons alone, for the program is often a variable. */
#define PROGRAM "(?:[\\w./-]*/)?sf(?:dx)?[ \\t]+"
#define TOPICS  "org[ :]login[ :]jwt|login[ :]org[ :]jwt|(?:force[ :])?auth[ :]jwt[ :]grant"
#define COLONS  "org:login:jwt|(?:force:)?auth:jwt:grant"
#define COMMAND "(?<![\\w./:-])(?:" PROGRAM "(?:" TOPICS ")|(?:" COLONS "))(?![\\w:-])"

/* Where a line goes on: after a backslash, and, as YAML folds lines, before a flag. */
#define BACKSLASH_END "\\\\\\r?\\n"
#define FOLDED_END    "\\r?\\n(?=[ \\t]*--?[a-z])"

/* "${{ secrets.KEY }}" is one word to the system that replaces it. */
#define EXPRESSION "\\$\\{\\{\\s*([\\w.]+)\\s*\\}\\}"

static void
replace (char **text, const char *pattern, const char *with)
{
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_OPTIMIZE, 0, NULL);
  char *replaced = g_regex_replace (regex, *text, -1, 0, with, 0, NULL);

  if (replaced == NULL) /* beyond a limit of the library's */
    return;
  g_free (*text);
  *text = replaced;
}

static const char *
line_start (const char *text, const char *at)
{
  while (at > text && at[-1] != '\n')
    at--;
  return at;
}

static bool
is_comment (const char *text, const char *at)
{
  const char *line = line_start (text, at);

  return line[strspn (line, " \t")] == '#';
}

/* The quote that is open where AT is, within its line; 0: none. */
static char
open_quote (const char *text, const char *at)
{
  char quote = 0;

  for (const char *line = line_start (text, at); line < at; line++)
    if (quote == 0 && (*line == '"' || *line == '\''))
      quote = *line;
    else if (quote == *line)
      quote = 0;
  return quote;
}

/* Up to what ends a command in a shell, or ends the string in another language's call that the
 * whole of it stands in (OUTER: its quote, or 0). The caller owns it. */
static char *
take_command (const char *at, char outer)
{
  const char *end = at;
  char quote = 0;
  int depth = 0; /* of parentheses: "$(…)" */

  for (; *end != '\0' && *end != '\n' && (outer == 0 || *end != outer); end++)
    {
      if (quote == 0 && depth == 0 && strchr (";|&<>)", *end) != NULL)
        break;
      if (*end == '\\' && end[1] != '\0' && quote != '\'')
        end++;
      else if (quote == 0 && (*end == '"' || *end == '\''))
        quote = *end;
      else if (quote == *end)
        quote = 0;
      else if (quote == 0)
        depth += (*end == '(') - (*end == ')');
    }
  return g_strndup (at, (size_t) (end - at));
}

static char **
split (const char *command, GError **error)
{
  g_auto (GStrv) words = NULL;

  if (g_shell_parse_argv (command, NULL, &words, NULL))
    return g_steal_pointer (&words);
  /* GLib's message would repeat the command. */
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
               _ ("the command's quotes do not match, as a shell reads them"));
  return NULL;
}

static char **
fail (const char *why, GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, "%s", why);
  if (error != NULL)
    error_add_hint (*error, _ ("paste the one command: avouch profile import sf -- sf org login "
                               "jwt …"));
  return NULL;
}

/* The only match that is no comment: its offset, or -1. SEVERAL: there are more. */
static int
find_command (const char *script, bool *several)
{
  g_autoptr (GRegex) regex = g_regex_new (COMMAND, G_REGEX_OPTIMIZE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  int found = -1;

  *several = false;
  for (g_regex_match (regex, script, 0, &match); g_match_info_matches (match);
       g_match_info_next (match, NULL))
    {
      int start = 0;

      g_match_info_fetch_pos (match, 0, &start, NULL);
      if (is_comment (script, script + start))
        continue;
      *several = found >= 0;
      if (*several)
        break;
      found = start;
    }
  return found;
}

char **
import_sf_script (const char *text, size_t length, GError **error)
{
  g_autofree char *script = NULL;
  g_autofree char *command = NULL;
  bool several;
  int start;

  if (memchr (text, '\0', length) != NULL || !g_utf8_validate (text, (gssize) length, NULL))
    return fail (_ ("this is neither an auth file nor a script: it is not text"), error);
  script = g_strndup (text, length);
  replace (&script, BACKSLASH_END, "");
  replace (&script, FOLDED_END, " ");
  replace (&script, EXPRESSION, "${{\\1}}");
  start = find_command (script, &several);
  if (start < 0)
    return fail (_ ("it is no auth file, and there is no \"sf org login jwt\" in it, nor \"sfdx "
                    "auth:jwt:grant\""),
                 error);
  if (several)
    return fail (_ ("there is more than one login in it"), error);
  command = take_command (script + start, open_quote (script, script + start));
  return split (command, error);
}
