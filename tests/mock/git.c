/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* git's smart HTTP by its own CGI program (RFC 3875; git-http-backend(1)). */
#include "host.h"

#include <string.h>

#define HOME_OF_GIT "/git/"

static void
answer_failure (SoupServerMessage *message, unsigned status)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "text/plain", SOUP_MEMORY_STATIC, "", 0);
}

static void
challenge (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  soup_message_headers_append (headers, "WWW-Authenticate", "Bearer realm=\"avouch demo\"");
  soup_message_headers_append (headers, "WWW-Authenticate", "Basic realm=\"avouch demo\"");
  answer_failure (message, SOUP_STATUS_UNAUTHORIZED);
}

/* "Name: value" lines up to an empty one; "Status: 404 Not Found" is the answer's own. */
static void
read_headers (SoupServerMessage *message, char **lines)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  unsigned status = SOUP_STATUS_OK;

  for (; *lines != NULL; lines++)
    {
      char *value = strchr (*lines, ':');
      if (value == NULL)
        continue;
      *value++ = '\0';
      if (g_ascii_strcasecmp (*lines, "Status") == 0)
        status = (unsigned) g_ascii_strtoull (value, NULL, 10);
      else
        soup_message_headers_replace (headers, *lines, g_strstrip (value));
    }
  soup_server_message_set_status (message, status, NULL);
}

static void
answer_output (SoupServerMessage *message, GBytes *output)
{
  size_t length;
  const char *bytes = g_bytes_get_data (output, &length);
  const char *end = length > 0 ? memmem (bytes, length, "\r\n\r\n", 4) : NULL;
  if (end == NULL)
    {
      answer_failure (message, SOUP_STATUS_BAD_GATEWAY);
      return;
    }
  g_autofree char *head = g_strndup (bytes, (size_t) (end - bytes));
  g_auto (GStrv) lines = g_strsplit (head, "\r\n", -1);
  read_headers (message, lines);

  size_t start = (size_t) (end - bytes) + 4;
  g_autoptr (GBytes) body = g_bytes_new_from_bytes (output, start, length - start);
  SoupMessageBody *response = soup_server_message_get_response_body (message);
  soup_message_body_append_bytes (response, body);
  soup_message_body_complete (response);
}

static void
on_output (GObject *source, GAsyncResult *result, void *user_data)
{
  g_autoptr (SoupServerMessage) message = user_data;
  g_autoptr (GBytes) output = NULL;
  g_autoptr (GError) error = NULL;

  if (g_subprocess_communicate_finish (G_SUBPROCESS (source), result, &output, NULL, &error))
    answer_output (message, output);
  else
    answer_failure (message, SOUP_STATUS_BAD_GATEWAY);
  soup_server_message_unpause (message);
}

static void
set_header (GSubprocessLauncher *launcher, SoupServerMessage *message, const char *variable,
            const char *name)
{
  const char *value =
      soup_message_headers_get_one (soup_server_message_get_request_headers (message), name);
  if (value != NULL)
    g_subprocess_launcher_setenv (launcher, variable, value, TRUE);
}

static GSubprocessLauncher *
make_launcher (const Host *host, SoupServerMessage *message, const char *path, size_t length)
{
  GSubprocessLauncher *launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  const char *query = g_uri_get_query (soup_server_message_get_uri (message));
  g_autofree char *size = g_strdup_printf ("%zu", length);
  const char *variables[][2] = {
    { "GIT_PROJECT_ROOT", host->options.git_root },
    { "GIT_HTTP_EXPORT_ALL", "1" },
    { "GATEWAY_INTERFACE", "CGI/1.1" },
    { "REQUEST_METHOD", soup_server_message_get_method (message) },
    { "PATH_INFO", path + strlen (HOME_OF_GIT) - 1 },
    { "QUERY_STRING", query != NULL ? query : "" },
    { "CONTENT_LENGTH", size },
    { "REMOTE_ADDR", "127.0.0.1" },
    { "REMOTE_USER", "demo" }, /* whoever is known may push */
  };

  for (size_t i = 0; i < G_N_ELEMENTS (variables); i++)
    g_subprocess_launcher_setenv (launcher, variables[i][0], variables[i][1], TRUE);
  set_header (launcher, message, "CONTENT_TYPE", "Content-Type");
  set_header (launcher, message, "HTTP_CONTENT_ENCODING", "Content-Encoding");
  set_header (launcher, message, "HTTP_GIT_PROTOCOL", "Git-Protocol");
  return launcher;
}

static void
run_backend (const Host *host, SoupServerMessage *message, const char *path)
{
  g_autoptr (GBytes) body =
      soup_message_body_flatten (soup_server_message_get_request_body (message));
  g_autoptr (GSubprocessLauncher) launcher =
      make_launcher (host, message, path, g_bytes_get_size (body));
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) backend =
      g_subprocess_launcher_spawn (launcher, &error, "git", "http-backend", NULL);

  if (backend == NULL)
    {
      g_printerr ("demo-host: git http-backend: %s\n", error->message);
      answer_failure (message, SOUP_STATUS_BAD_GATEWAY);
      return;
    }
  soup_server_message_pause (message);
  g_subprocess_communicate_async (backend, body, NULL, on_output, g_object_ref (message));
}

void
git_serve (Host *host, SoupServerMessage *message, const char *path)
{
  if (!token_is_brought (host, message, TOKEN_BASIC | TOKEN_BEARER))
    challenge (message);
  else if (host->options.git_root == NULL || !g_str_has_prefix (path, HOME_OF_GIT))
    answer_failure (message, SOUP_STATUS_NOT_FOUND);
  else
    {
      host->stats.git++;
      run_backend (host, message, path);
    }
}
