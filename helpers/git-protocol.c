/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "git-protocol.h"

#include "error.h"
#include "i18n.h"
#include "text.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { READ_SIZE = 4096 };

/* Many servers take a token by Basic with any user name; GitLab wants this one. */
static const char default_username[] = "oauth2";

void
git_request_free (GitRequest *request)
{
  g_free (request->protocol);
  g_free (request->host);
  g_free (request->path);
  g_free (request->username);
  g_clear_pointer (&request->password, secret_unref);
  g_clear_pointer (&request->credential, secret_unref);
  g_free (request->authtype);
  g_free (request->password_expiry);
  g_clear_pointer (&request->refresh_token, secret_unref);
  g_free (request);
}

/* Whether the empty line has come; what was there BEFORE the last read has been looked through. */
static bool
is_complete (const SecretBuffer *buffer, size_t before)
{
  size_t from = before > 0 ? before - 1 : 0;

  return buffer->data[0] == '\n' ||
         memmem (buffer->data + from, buffer->length - from, "\n\n", 2) != NULL;
}

Secret *
git_request_read (int fd, GError **error)
{
  g_auto (SecretBuffer) buffer = { 0 };

  for (;;)
    {
      size_t before = buffer.length;
      ssize_t count = read (fd, secret_buffer_reserve (&buffer, READ_SIZE), READ_SIZE);

      if (count < 0 && errno == EINTR)
        continue;
      if (count < 0)
        {
          g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_INTERNAL,
                       _ ("git's request cannot be read: %s"), g_strerror (errno));
          return NULL;
        }
      secret_buffer_advance (&buffer, (size_t) count);
      if (buffer.length > GIT_MAX_REQUEST)
        {
          g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                       _ ("git's request is longer than %d bytes"), GIT_MAX_REQUEST);
          return NULL;
        }
      if (count == 0 || is_complete (&buffer, before))
        return secret_buffer_end (&buffer);
    }
}

/* What names the place: once, and without control characters (CVE-2020-5260, CVE-2024-52006). */
static bool
read_text (GitRequest *request, size_t field, const char *value, size_t length, const char *key,
           GError **error)
{
  char **text = G_STRUCT_MEMBER_P (request, field);

  if (*text != NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL, _ ("git's request repeats \"%s\""),
                   key);
      return false;
    }
  if (text_has_control (value, length))
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                   _ ("git's request has a control character in \"%s\""), key);
      return false;
    }
  *text = g_strndup (value, length);
  return true;
}

static bool
read_secret (GitRequest *request, size_t field, const char *value, size_t length,
             const char *key G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
  Secret **secret = G_STRUCT_MEMBER_P (request, field);

  g_clear_pointer (secret, secret_unref);
  *secret = secret_new (value, length);
  return true;
}

static bool
read_flag (GitRequest *request, size_t field, const char *value, size_t length,
           const char *key G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
  bool *flag = G_STRUCT_MEMBER_P (request, field);

  *flag = length > 0 && !(length == 1 && value[0] == '0');
  return true;
}

static bool
read_capability (GitRequest *request, size_t field G_GNUC_UNUSED, const char *value, size_t length,
                 const char *key G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
  static const char authtype[] = "authtype";

  if (length == 0)
    request->takes_authtype = false;
  else if (length == strlen (authtype) && memcmp (value, authtype, length) == 0)
    request->takes_authtype = true;
  return true;
}

/* Whether a WWW-Authenticate value, a list of challenges (RFC 9110 section 11.6.1), has a Bearer
 * one: the word where a challenge may start, outside of quotes, and not a parameter's name. */
static bool
names_bearer (const char *challenges)
{
  bool quoted = false;
  bool starts = true;

  for (const char *at = challenges; *at != '\0'; at++)
    {
      if (quoted && at[0] == '\\' && at[1] != '\0')
        at++;
      else if (*at == '"')
        quoted = !quoted;
      else if (starts && g_ascii_strncasecmp (at, "Bearer", 6) == 0 &&
               strchr (" \t,", at[6]) != NULL)
        return true;
      starts = !quoted && (*at == ',' || (starts && g_ascii_isspace (*at)));
    }
  return false;
}

static bool
read_challenge (GitRequest *request, size_t field G_GNUC_UNUSED, const char *value, size_t length,
                const char *key G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
  g_autofree char *challenges = g_strndup (value, length);

  request->was_challenged = length > 0;
  request->is_bearer_challenge =
      length > 0 && (request->is_bearer_challenge || names_bearer (challenges));
  return true;
}

/* The rest (state[], continue, url) changes no answer of ours. */
static const struct {
  const char *key;
  bool (*read) (GitRequest *request, size_t field, const char *value, size_t length,
                const char *key, GError **error);
  size_t field;
} attributes[] = {
  { "protocol", read_text, G_STRUCT_OFFSET (GitRequest, protocol) },
  { "host", read_text, G_STRUCT_OFFSET (GitRequest, host) },
  { "path", read_text, G_STRUCT_OFFSET (GitRequest, path) },
  { "username", read_text, G_STRUCT_OFFSET (GitRequest, username) },
  { "password", read_secret, G_STRUCT_OFFSET (GitRequest, password) },
  { "credential", read_secret, G_STRUCT_OFFSET (GitRequest, credential) },
  { "authtype", read_text, G_STRUCT_OFFSET (GitRequest, authtype) },
  { "password_expiry_utc", read_text, G_STRUCT_OFFSET (GitRequest, password_expiry) },
  { "oauth_refresh_token", read_secret, G_STRUCT_OFFSET (GitRequest, refresh_token) },
  { "ephemeral", read_flag, G_STRUCT_OFFSET (GitRequest, ephemeral) },
  { "capability[]", read_capability, 0 },
  { "wwwauth[]", read_challenge, 0 },
};

static bool
read_attribute (GitRequest *request, const char *line, size_t key_length, size_t length,
                GError **error)
{
  for (size_t i = 0; i < G_N_ELEMENTS (attributes); i++)
    {
      const char *key = attributes[i].key;

      if (strlen (key) == key_length && memcmp (line, key, key_length) == 0)
        return attributes[i].read (request, attributes[i].field, line + key_length + 1,
                                   length - key_length - 1, key, error);
    }
  return true;
}

static bool
read_line (GitRequest *request, const char *line, size_t length, unsigned number, GError **error)
{
  const char *equals = memchr (line, '=', length);

  if (length > GIT_MAX_LINE)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                   _ ("line %u of git's request is longer than %d bytes"), number, GIT_MAX_LINE);
      return false;
    }
  if (memchr (line, '\r', length) != NULL || memchr (line, '\0', length) != NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                   _ ("line %u of git's request holds a carriage return or a NUL"), number);
      return false;
    }
  if (equals == NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
                   _ ("line %u of git's request is not of the form key=value"), number);
      return false;
    }
  return read_attribute (request, line, (size_t) (equals - line), length, error);
}

static bool
check_given (const char *value, const char *key, GError **error)
{
  if (value != NULL && *value != '\0')
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
               value == NULL ? _ ("git's request has no \"%s\"")
                             : _ ("git's request has an empty \"%s\""),
               key);
  return false;
}

static void
drop_empty (char **text)
{
  if (*text != NULL && **text == '\0')
    g_clear_pointer (text, g_free);
}

GitRequest *
git_request_parse (const Secret *text, GError **error)
{
  g_autoptr (GitRequest) request = g_new0 (GitRequest, 1);
  size_t length;
  const char *bytes = secret_bytes (text, &length);
  unsigned number = 0;

  for (size_t start = 0; start < length && bytes[start] != '\n';)
    {
      const char *newline = memchr (bytes + start, '\n', length - start);
      size_t size = newline != NULL ? (size_t) (newline - bytes) - start : length - start;

      if (!read_line (request, bytes + start, size, ++number, error))
        return NULL;
      start += size + 1;
    }
  if (!check_given (request->protocol, "protocol", error) ||
      !check_given (request->host, "host", error))
    return NULL;
  request->has_empty_username = request->username != NULL && request->username[0] == '\0';
  drop_empty (&request->path);
  drop_empty (&request->username);
  return g_steal_pointer (&request);
}

/* Git also asks with protocols of its own making ("cert", "smtp"), and for plain http: in order,
 * but not ours unless it never leaves this machine. */
static bool
is_ours (const GitRequest *request, GError **error)
{
  g_autoptr (Url) url = NULL;

  if (g_ascii_strcasecmp (request->protocol, "https") == 0)
    return true;
  if (g_ascii_strcasecmp (request->protocol, "http") == 0)
    {
      url = url_from_parts ("https", request->host, NULL, error);
      if (url == NULL)
        return false;
    }
  if (url != NULL && url_is_loopback (url))
    return true;
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_UNSERVED, _ ("only https is served"));
  return false;
}

Request *
git_request_place (const GitRequest *request, const char *profile, GError **error)
{
  g_autoptr (Request) place = request_new ();

  if (!is_ours (request, error))
    return NULL;
  place->url = url_from_parts (request->protocol, request->host, request->path, error);
  if (place->url == NULL)
    return NULL;
  place->profile = g_strdup (profile);
  place->username = g_strdup (request->username);
  return g_steal_pointer (&place);
}

/* Whether to answer with a scheme of our own rather than a user name and password. GitHub, GitLab
 * and most others take a token by Basic only and say so in their challenge, so Bearer is for a
 * server that names it. Without any challenge git has no scheme to follow, would not send Basic
 * either, and leaves the choice to us (http.proactiveAuth=auto): a bearer token then goes as what
 * it is. */
static bool
is_bearer_wanted (const GitRequest *request, const Credential *credential)
{
  return request->takes_authtype && credential->kind == CREDENTIAL_BEARER &&
         (request->is_bearer_challenge || !request->was_challenged);
}

bool
git_answer_append (const GitRequest *request, const Credential *credential, SecretBuffer *answer,
                   GError **error)
{
  const char *username = credential->username != NULL ? credential->username : default_username;

  if (!credential_check (credential, error))
    return false;
  if (credential->kind == CREDENTIAL_AWS)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG,
                   _ ("%s: gives AWS keys, and git has no use for them"), credential->profile);
      return false;
    }
  if (is_bearer_wanted (request, credential))
    secret_buffer_append (answer,
                          "capability[]=authtype\nauthtype=Bearer\nephemeral=1\ncredential=", -1);
  else
    secret_buffer_printf (
        answer, "username=%s\npassword=", request->username != NULL ? request->username : username);
  secret_buffer_append_secret (answer, credential->secret);
  secret_buffer_printf (answer, "\npassword_expiry_utc=%lld\n",
                        (long long) credential_published_expiry (credential));
  return true;
}
