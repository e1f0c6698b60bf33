/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "url-template.h"

#include "error.h"
#include "i18n.h"
#include "text.h"
#include "url.h"

#include <string.h>

static bool
fail (const char *why, GError **error)
{
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE, "--url-template: %s", why);
  return false;
}

/* RFC 3986 section 3.5 */
static bool
is_fragment (const char *text)
{
  static const char others[] = "-._~!$&'()*+,;=:@/?%";

  for (; *text != '\0'; text++)
    if (!g_ascii_isalnum (*text) && strchr (others, *text) == NULL)
      return false;
  return true;
}

/* The rules of our own URLs, which have no fragment; and where plain http is for this machine only:
 * but this one is printed, not called. */
static bool
check_url (const char *filled, GError **error)
{
  g_auto (GStrv) halves = g_strsplit (filled, "#", 2);
  g_autoptr (GError) reason = NULL;
  g_autoptr (Url) url = NULL;
  const char *rest = halves[0];

  if (g_ascii_strncasecmp (rest, "http://", strlen ("http://")) == 0)
    rest += strlen ("http://");
  else if (g_ascii_strncasecmp (rest, "https://", strlen ("https://")) == 0)
    rest += strlen ("https://");
  else
    return fail (_ ("it is not an http or https URL"), error);
  g_autofree char *secure = g_strconcat ("https://", rest, NULL);
  url = url_parse (secure, &reason);
  if (url == NULL)
    return fail (reason->message, error);
  return halves[1] == NULL || is_fragment (halves[1])
             ? true
             : fail (_ ("a character in its fragment (after \"#\") is not allowed there"), error);
}

bool
url_template_check (const char *text, GError **error)
{
  const char *place = strstr (text, URL_TEMPLATE_PLACE);
  const char *authority = strstr (text, "://");

  if (text_has_control (text, strlen (text)))
    return fail (_ ("it holds a control character"), error);
  if (place == NULL || strstr (place + 1, URL_TEMPLATE_PLACE) != NULL)
    return fail (_ ("the token's place, {jwt}, must be in it once"), error);
  if (authority == NULL ||
      place < authority + strlen ("://") + strcspn (authority + strlen ("://"), "/?#"))
    return fail (_ ("{jwt} belongs into its path, query or fragment"), error);
  g_autofree char *before = g_strndup (text, (size_t) (place - text));
  g_autofree char *filled = g_strconcat (before, "jwt", place + strlen (URL_TEMPLATE_PLACE), NULL);
  return check_url (filled, error);
}

void
url_template_fill (SecretBuffer *buffer, const char *text, const Secret *token)
{
  const char *place = strstr (text, URL_TEMPLATE_PLACE);

  secret_buffer_append (buffer, text, place - text);
  secret_buffer_append_secret (buffer, token);
  secret_buffer_append (buffer, place + strlen (URL_TEMPLATE_PLACE), -1);
}
