/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pattern.h"

#include "error.h"
#include "i18n.h"
#include "text.h"

#include <string.h>

struct _Pattern {
  char *text;
  Url *url; /* its host with the "*" labels; its path without a trailing slash */
  size_t path_length;
  unsigned wildcards;
  unsigned segments;
};

static unsigned
count_char (const char *text, char wanted)
{
  unsigned count = 0;

  for (; *text != '\0'; text++)
    count += *text == wanted;
  return count;
}

/* The pattern for an error's text, without what may be a password. */
static char *
displayed (const char *text)
{
  const char *at = strrchr (text, '@');
  g_autofree char *shown = at != NULL ? g_strconcat ("…", at, NULL) : g_strdup (text);

  return text_clean (shown, -1);
}

static bool
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG, why);
  return false;
}

/* Puts a letter in place of each "*" of the host, so that the rest is held to a URL's own rules. */
static bool
fill_wildcards (char *text, const char *host, GError **error)
{
  size_t length = strcspn (host, "/?");

  for (char *at = strchr (text, '*'); at != NULL; at = strchr (at + 1, '*'))
    {
      bool in_host = at >= host && at < host + length;
      bool starts = in_host && (at == host || at[-1] == '.');
      bool ends = at[1] == '\0' || strchr ("./:?", at[1]) != NULL;

      if (!starts || !ends)
        return refuse (error, _ ("a \"*\" stands for one whole part of the host, as in "
                                 "https://*.example.com"));
      *at = 'x';
    }
  return true;
}

/* Lower-casing and the loss of a trailing dot keep every place in the host. */
static void
restore_wildcards (Url *url, const char *host)
{
  for (size_t i = 0; url->host[i] != '\0'; i++)
    if (host[i] == '*')
      url->host[i] = '*';
}

static bool
check_wildcards (const Url *url, GError **error)
{
  const char *last = strrchr (url->host, '*');

  if (last != NULL && count_char (last, '.') < 2)
    return refuse (error,
                   _ ("a \"*\" in the last two parts of the host would serve strangers' hosts"));
  return true;
}

static Url *
parse_wildcard_url (const char *text, GError **error)
{
  g_autofree char *filled = g_strdup (text);
  const char *separator = strstr (filled, "://");
  const char *host = separator != NULL ? separator + 3 : filled;
  g_autoptr (Url) url = NULL;

  if (!fill_wildcards (filled, host, error))
    return NULL;
  url = url_parse (filled, error);
  if (url == NULL)
    return NULL;
  restore_wildcards (url, text + (host - filled));
  return check_wildcards (url, error) ? g_steal_pointer (&url) : NULL;
}

/* "/" and "/a/" mean "" and "/a"; an empty segment elsewhere would match nothing a person means. */
static bool
normalise_path (Url *url, GError **error)
{
  if (url->query != NULL)
    return refuse (error, _ ("a pattern has no query (a part after \"?\")"));
  if (strstr (url->path, "//") != NULL)
    return refuse (error, _ ("a pattern's path has no empty segment (\"//\")"));
  if (g_str_has_suffix (url->path, "/"))
    url->path[strlen (url->path) - 1] = '\0';
  return true;
}

Pattern *
pattern_parse (const char *text, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (Url) url = parse_wildcard_url (text, &reason);

  if (url == NULL || !normalise_path (url, &reason))
    {
      g_autofree char *shown = displayed (text);

      reason->code = AVOUCH_ERROR_CONFIG;
      error_add_prefix (reason, shown);
      g_propagate_error (error, g_steal_pointer (&reason));
      return NULL;
    }

  Pattern *pattern = g_new0 (Pattern, 1);
  pattern->text = g_strdup (text);
  pattern->path_length = strlen (url->path);
  pattern->wildcards = count_char (url->host, '*');
  pattern->segments = count_char (url->path, '/');
  pattern->url = g_steal_pointer (&url);
  return pattern;
}

void
pattern_free (Pattern *pattern)
{
  if (pattern == NULL)
    return;
  g_free (pattern->text);
  url_free (pattern->url);
  g_free (pattern);
}

const char *
pattern_text (const Pattern *pattern)
{
  return pattern->text;
}

static bool
host_matches (const char *pattern, const char *host)
{
  for (;;)
    {
      size_t wanted = strcspn (pattern, ".");
      size_t length = strcspn (host, ".");

      if (pattern[0] != '*' && (wanted != length || memcmp (pattern, host, length) != 0))
        return false;
      if (pattern[wanted] != host[length])
        return false;
      if (pattern[wanted] == '\0')
        return true;
      pattern += wanted + 1;
      host += length + 1;
    }
}

static bool
path_matches (const Pattern *pattern, const char *path)
{
  if (strncmp (pattern->url->path, path, pattern->path_length) != 0)
    return false;
  return path[pattern->path_length] == '/' || path[pattern->path_length] == '\0';
}

bool
pattern_matches_origin (const Pattern *pattern, const Url *url)
{
  return pattern->url->port == url->port && host_matches (pattern->url->host, url->host) &&
         strcmp (pattern->url->scheme, url->scheme) == 0;
}

bool
pattern_matches (const Pattern *pattern, const Url *url)
{
  return pattern_matches_origin (pattern, url) && path_matches (pattern, url->path);
}

static int
compare_counts (unsigned a, unsigned b)
{
  return (a > b) - (a < b);
}

int
pattern_compare (const Pattern *a, const Pattern *b)
{
  if (a->wildcards != b->wildcards)
    return compare_counts (b->wildcards, a->wildcards);
  return compare_counts (a->segments, b->segments);
}

char *
pattern_origin (const Pattern *pattern)
{
  return pattern->wildcards == 0 ? url_origin (pattern->url) : NULL;
}
