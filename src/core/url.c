/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "url.h"

#include "error.h"
#include "i18n.h"
#include "text.h"

#include <arpa/inet.h>
#include <string.h>

enum { MAX_LABEL = 63 /* RFC 1035, section 2.3.4 */ };

static const struct {
  const char *name;
  uint16_t port;
} schemes[] = { { "https", 443 }, { "http", 80 } };

/* None of these texts shows what was given: it may hold a password. */
static bool
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL, why);
  return false;
}

static bool
check_characters (const char *text, GError **error)
{
  size_t length = strnlen (text, URL_MAX_LENGTH + 1);

  if (length > URL_MAX_LENGTH)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                   _ ("the URL is longer than %d bytes"), URL_MAX_LENGTH);
      return false;
    }
  for (size_t i = 0; i < length; i++)
    if (text[i] <= ' ' || text[i] >= 0x7f) /* bytes above 0x7f are negative, or larger */
      return refuse (error, _ ("the URL holds a space, a control or a non-ASCII character"));
  if (strchr (text, '\\') != NULL)
    return refuse (error, _ ("the URL holds a backslash"));
  if (strchr (text, '#') != NULL)
    return refuse (error, _ ("the URL has a fragment (a part after \"#\")"));
  return true;
}

/* Returns what follows "://". */
static const char *
parse_scheme (Url *url, const char *text, GError **error)
{
  for (size_t i = 0; i < G_N_ELEMENTS (schemes); i++)
    {
      size_t length = strlen (schemes[i].name);

      if (g_ascii_strncasecmp (text, schemes[i].name, length) == 0 &&
          strncmp (text + length, "://", 3) == 0)
        {
          url->scheme = g_strdup (schemes[i].name);
          return text + length + 3;
        }
    }
  refuse (error, _ ("the URL does not begin with https://"));
  return NULL;
}

static bool
parse_ipv6 (Url *url, const char *host, size_t length, GError **error)
{
  g_autofree char *inner = g_strndup (host + 1, length - 2);
  char normal[INET6_ADDRSTRLEN];
  struct in6_addr address;

  if (inet_pton (AF_INET6, inner, &address) != 1)
    return refuse (error, _ ("what the URL has in brackets is no IPv6 address"));
  inet_ntop (AF_INET6, &address, normal, sizeof normal);
  url->host = g_strconcat ("[", normal, "]", NULL);
  return true;
}

/* Some resolvers read 127.1, 0x7f.1, 0177.0.0.1 and 2130706433 as addresses: a host whose last
 * label is a number is a dotted quad or nothing (URL Standard, "ends in a number checker"). */
static bool
ends_in_number (const char *host)
{
  const char *dot = strrchr (host, '.');
  const char *label = dot != NULL ? dot + 1 : host;
  bool hexadecimal = label[0] == '0' && label[1] == 'x';

  for (label += hexadecimal ? 2 : 0; *label != '\0'; label++)
    if (hexadecimal ? !g_ascii_isxdigit (*label) : !g_ascii_isdigit (*label))
      return false;
  return true;
}

static bool
is_ipv4 (const char *host, struct in_addr *address)
{
  return inet_pton (AF_INET, host, address) == 1;
}

static bool
is_label (const char *label, size_t length)
{
  if (length < 1 || length > MAX_LABEL || label[0] == '-' || label[length - 1] == '-')
    return false;
  for (size_t i = 0; i < length; i++)
    if (!g_ascii_isalnum (label[i]) && label[i] != '-' && label[i] != '_')
      return false;
  return true;
}

static bool
are_labels (const char *host)
{
  for (;;)
    {
      size_t length = strcspn (host, ".");

      if (!is_label (host, length))
        return false;
      if (host[length] == '\0')
        return true;
      host += length + 1;
    }
}

static bool
parse_name (Url *url, const char *text, size_t length, GError **error)
{
  g_autofree char *host = g_ascii_strdown (text, (gssize) length);
  struct in_addr address;
  bool rooted = g_str_has_suffix (host, ".");

  if (rooted)
    host[--length] = '\0';
  if (length == 0)
    return refuse (error, _ ("the URL names no host"));
  if (length > URL_MAX_HOST)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                   _ ("the URL's host is longer than %d bytes"), URL_MAX_HOST);
      return false;
    }
  if (!are_labels (host))
    return refuse (error, _ ("the URL's host is not a well-formed name: parts of 1 to 63 letters, "
                             "digits, \"-\" and \"_\", joined by dots"));
  if (ends_in_number (host) && (rooted || !is_ipv4 (host, &address)))
    return refuse (error, _ ("the URL's host is a number but not a plain IPv4 address"));
  url->host = g_steal_pointer (&host);
  return true;
}

/* TEXT is "" or ":PORT". */
static bool
parse_port (Url *url, const char *text, GError **error)
{
  int64_t port = url_default_port (url->scheme);

  if (text[0] != '\0' && (text[0] != ':' || text[1] < '1' || text[1] > '9' ||
                          !text_parse_int (text + 1, 1, UINT16_MAX, &port)))
    return refuse (error, _ ("the URL's port is not a number from 1 to 65535 (an IPv6 address "
                             "belongs in brackets)"));
  url->port = (uint16_t) port;
  return true;
}

static bool
parse_authority (Url *url, const char *text, size_t length, GError **error)
{
  g_autofree char *authority = g_strndup (text, length);
  bool bracketed = authority[0] == '[';
  size_t end = strcspn (authority, bracketed ? "]" : ":");

  if (strchr (authority, '@') != NULL)
    return refuse (error, _ ("the URL holds a user name or password (a part before \"@\")"));
  if (bracketed && authority[end] == '\0')
    return refuse (error, _ ("the URL's IPv6 address lacks its closing bracket"));
  if (bracketed)
    end++;
  return (bracketed ? parse_ipv6 : parse_name) (url, authority, end, error) &&
         parse_port (url, authority + end, error);
}

/* A server that decodes before it looks for separators would read another path than we do. */
static bool
check_encodings (const char *path, GError **error)
{
  for (const char *at = strchr (path, '%'); at != NULL; at = strchr (at + 3, '%'))
    {
      if (!g_ascii_isxdigit (at[1]) || !g_ascii_isxdigit (at[2]))
        return refuse (error, _ ("the URL's path holds a \"%\" that is no percent-encoding"));

      int byte = g_ascii_xdigit_value (at[1]) * 16 + g_ascii_xdigit_value (at[2]);
      if (byte < 0x20 || byte == 0x7f || strchr ("/\\.", byte) != NULL)
        return refuse (error, _ ("the URL's path holds an encoded slash, backslash, dot or control "
                                 "character"));
    }
  return true;
}

/* libsoup makes no message of what GLib cannot decode. */
static bool
check_query (const char *query, GError **error)
{
  for (const char *at = strchr (query, '%'); at != NULL; at = strchr (at + 3, '%'))
    if (!g_ascii_isxdigit (at[1]) || !g_ascii_isxdigit (at[2]))
      return refuse (error, _ ("the URL's query holds a \"%\" that is no percent-encoding (a plain "
                               "one is written \"%25\")"));
  return true;
}

static bool
check_segments (const char *path, GError **error)
{
  for (const char *at = path; *at != '\0'; at += strcspn (at, "/"))
    {
      at++;
      /* Some servers cut a segment's ";parameters" off before they resolve "..". */
      size_t length = strcspn (at, "/;");
      if ((length == 1 && at[0] == '.') || (length == 2 && at[0] == '.' && at[1] == '.'))
        return refuse (error, _ ("the URL's path holds a \".\" or \"..\" segment"));
    }
  return true;
}

/* TEXT is "", or begins with "/" or "?". */
static bool
parse_path (Url *url, const char *text, GError **error)
{
  size_t length = strcspn (text, "?");

  url->path = g_strndup (text, length);
  if (text[length] == '?')
    url->query = g_strdup (text + length + 1);
  return check_encodings (url->path, error) && check_segments (url->path, error) &&
         (url->query == NULL || check_query (url->query, error));
}

static bool
check_plain_http (const Url *url, GError **error)
{
  if (strcmp (url->scheme, "http") != 0 || url_is_loopback (url))
    return true;

  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
               _ ("plain http to %s would show the credential to everyone on the way"), url->host);
  if (error != NULL)
    error_add_hint (*error,
                    _ ("use https; http is only for this machine's own loopback addresses"));
  return false;
}

Url *
url_parse (const char *text, GError **error)
{
  g_autoptr (Url) url = g_new0 (Url, 1);

  if (!check_characters (text, error))
    return NULL;
  const char *authority = parse_scheme (url, text, error);
  if (authority == NULL)
    return NULL;

  size_t length = strcspn (authority, "/?");
  if (!parse_authority (url, authority, length, error) ||
      !parse_path (url, authority + length, error) || !check_plain_http (url, error))
    return NULL;
  return g_steal_pointer (&url);
}

/* git decodes a path before it hands it over: what a URL cannot hold is encoded again. */
static void
append_path (GString *text, const char *path)
{
  if (path[0] != '/')
    g_string_append_c (text, '/');
  for (const char *at = path; *at != '\0'; at++)
    {
      unsigned char byte = (unsigned char) *at;

      if (byte == ' ' || byte >= 0x80)
        g_string_append_printf (text, "%%%02X", byte);
      else
        g_string_append_c (text, *at);
    }
}

Url *
url_from_parts (const char *scheme, const char *host, const char *path, GError **error)
{
  g_autoptr (GString) text = g_string_new (scheme);

  /* Joined unchecked, a delimiter within one part would move the border to the next. */
  if (strpbrk (scheme, ":/?#@\\") != NULL)
    {
      refuse (error, _ ("the URL does not begin with https://"));
      return NULL;
    }
  if (strpbrk (host, "/?") != NULL)
    {
      refuse (error, _ ("the URL's host holds a \"/\" or \"?\""));
      return NULL;
    }
  if (path != NULL && !g_utf8_validate (path, -1, NULL))
    {
      refuse (error, _ ("the URL's path is not UTF-8"));
      return NULL;
    }
  g_string_append_printf (text, "://%s", host);
  if (path != NULL && path[0] != '\0')
    append_path (text, path);
  return url_parse (text->str, error);
}

void
url_free (Url *url)
{
  if (url == NULL)
    return;
  g_free (url->scheme);
  g_free (url->host);
  g_free (url->path);
  g_free (url->query);
  g_free (url);
}

char *
url_origin (const Url *url)
{
  if (url->port == url_default_port (url->scheme))
    return g_strdup_printf ("%s://%s", url->scheme, url->host);
  return g_strdup_printf ("%s://%s:%u", url->scheme, url->host, url->port);
}

char *
url_to_string (const Url *url)
{
  g_autofree char *origin = url_origin (url);

  return g_strconcat (origin, url->path, url->query != NULL ? "?" : "",
                      url->query != NULL ? url->query : "", NULL);
}

bool
url_is_loopback (const Url *url)
{
  struct in_addr address;

  if (is_ipv4 (url->host, &address))
    return ntohl (address.s_addr) >> 24 == 127;
  return strcmp (url->host, "localhost") == 0 || strcmp (url->host, "[::1]") == 0;
}

uint16_t
url_default_port (const char *scheme)
{
  for (size_t i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (strcmp (scheme, schemes[i].name) == 0)
      return schemes[i].port;
  return 0;
}
